#include "store/store.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"
#include "store/store_admin.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *conninfo;
static struct store *store;
static struct arena *arena;
static struct test_batch batch;
static struct store_claimed claimed;
static struct store_output *outputs;
static size_t output_count;
static struct err err;

static void setup(void)
{
    conninfo = cluster_database();
    store = open_started(conninfo);
    arena = arena_new((size_t)1 << 24);
}

static void teardown(void)
{
    store_close(store);
    arena_free(arena);
}

static void claim(void)
{
    ck_assert_msg(store_claim(store, &batch.batch, arena, &claimed, &err) == OK, "%s", err.text);
    ck_assert_int_eq(claimed.claim, STORE_CLAIMED);
}

static void commit(const struct store_result *result)
{
    ck_assert_msg(store_commit(store, result, &err) == OK, "%s", err.text);
}

/* Decide records [from, to) of a partition by burying the first of them. */
static void bury(const struct store_dead_letter *letter, int64_t to)
{
    struct store_output output = {NULL, letter};

    batch_begin(&batch, letter->source.partition, letter->source.offset, to);
    claim();
    commit(&(struct store_result){.outputs = &output, .output_count = 1});
}

static void read_outputs(int32_t partition, int64_t from, int64_t to)
{
    struct store_range range = {{TEST_TOPIC, partition}, from, to};

    ck_assert_msg(
        store_outputs(store, TEST_CLUSTER, &range, 1, arena, &outputs, &output_count, &err) == OK,
        "%s", err.text);
}

static void close_letter(uint8_t number, const uint8_t *hash, const char *state, int64_t at)
{
    struct store_closing closing = {uuid_of(0xdd, 0, number), hash, state, "A. Clinician: seen"};

    batch_begin(&batch, 0, at, at + 1);
    claim();
    commit(&(struct store_result){.closings = &closing, .closing_count = 1});
}

/* In one go, or some of them before the commit. */
START_TEST(outputs_come_back_as_written)
{
    struct store_recommendation r[2] = {recommendation_of(2, 0, 1, 0, 3),
                                        recommendation_of(1, 0, 1, 0, 0)};
    struct store_dead_letter d = dead_letter_of(1, 3, 0, 1);
    struct store_output written[3] = {{&r[0], NULL}, {NULL, &d}, {&r[1], NULL}};
    struct store_subject_update updates[2] = {update_of(1, 0, 1), update_of(2, 0, 1)};

    batch_begin(&batch, 0, 0, 4);
    batch_event(&batch, 1, 0, 1);
    batch_event(&batch, 2, 0, 2);
    claim();
    for (size_t early = 1; early <= (size_t)_i; early++)
        store_write_early(store, written, early);
    commit(&(struct store_result){
        .subjects = updates, .subject_count = 2, .outputs = written, .output_count = 3});
    read_outputs(0, 0, 4);
    ck_assert_uint_eq(output_count, 3);
    ck_assert_ptr_nonnull(outputs[0].recommendation);
    ck_assert_int_eq(outputs[0].recommendation->source.offset, 3);
    ck_assert_str_eq(outputs[0].recommendation->source.topic, TEST_TOPIC);
    ck_assert_int_eq(outputs[0].recommendation->source.timestamp_ms, 1700000000000);
    ck_assert_str_eq(outputs[0].recommendation->change, "initial");
    ck_assert_str_eq(outputs[0].recommendation->traceparent, "00-1");
    ck_assert_uint_eq(outputs[0].recommendation->value.size, 14);
    ck_assert_mem_eq(outputs[0].recommendation->value.at, "recommendation", 14);
    ck_assert_int_eq(outputs[0].recommendation->as_of, 1700000000123);
    ck_assert_int_eq(outputs[1].recommendation->source.offset, 0);
    ck_assert_ptr_nonnull(outputs[2].dead_letter);
    ck_assert_str_eq(outputs[2].dead_letter->code, "bad_decimal");
    ck_assert_str_eq(outputs[2].dead_letter->patient_value, "P3");
    ck_assert(outputs[2].dead_letter->has_patient);
    ck_assert(!outputs[2].dead_letter->has_parent);
    ck_assert_mem_eq(outputs[2].dead_letter->value.at, "refused", 7);
    read_outputs(0, 1, 3);
    ck_assert_uint_eq(output_count, 1);
    read_outputs(1, 0, 4);
    ck_assert_uint_eq(output_count, 0);
}
END_TEST

/* What was written before the commit is taken back with the rest; the next batch is whole. */
START_TEST(early_outputs_are_rolled_back)
{
    struct store_recommendation r = recommendation_of(1, 0, 1, 0, 0);
    struct store_output written = {&r, NULL};

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    store_write_early(store, &written, 1);
    store_write_early(store, &written, 1);
    store_rollback(store);
    read_outputs(0, 0, 4);
    ck_assert_uint_eq(output_count, 0);
    claim();
    commit(&(struct store_result){.outputs = &written, .output_count = 1});
    read_outputs(0, 0, 4);
    ck_assert_uint_eq(output_count, 1);
}
END_TEST

/* The same row twice: the server's refusal shows when the batch is committed. */
START_TEST(early_outputs_are_refused)
{
    struct store_recommendation r = recommendation_of(1, 0, 1, 0, 0);
    struct store_output twice[2] = {{&r, NULL}, {&r, NULL}};
    struct store_result result = {.outputs = twice, .output_count = 2};

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    store_write_early(store, twice, 1);
    store_write_early(store, twice, 2);
    ck_assert_int_eq(store_commit(store, &result, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "recommendations_insert"));
    claim();
    store_rollback(store);
}
END_TEST

START_TEST(batches_come_back_in_their_order)
{
    struct store_range ranges[2] = {{{TEST_TOPIC, 1}, 0, 9}, {{TEST_TOPIC, 0}, 0, 9}};
    int64_t sequence = 0;

    for (int i = 0; i < 6; i++) {
        batch_begin(&batch, i % 2, i / 2, i / 2 + 1);
        batch_event(&batch, 1, 0, (uint8_t)(i + 1));
        batch_apply(store, &batch);
    }
    ck_assert_int_eq(
        store_outputs(store, TEST_CLUSTER, ranges, 2, arena, &outputs, &output_count, &err), OK);
    ck_assert_uint_eq(output_count, 6);
    for (size_t i = 0; i < output_count; i++)
        ck_assert_int_eq(outputs[i].recommendation->sequence, ++sequence);
}
END_TEST

START_TEST(a_null_key_and_value_stay_null)
{
    struct store_dead_letter d = dead_letter_of(1, 0, 0, 0);

    d.key = d.value = (struct bytes){NULL, 0};
    bury(&d, 1);
    read_outputs(0, 0, 1);
    ck_assert_ptr_null(outputs[0].dead_letter->key.at);
    ck_assert_ptr_null(outputs[0].dead_letter->value.at);
    ck_assert(!outputs[0].dead_letter->has_patient);
    ck_assert_str_eq(outputs[0].dead_letter->authority, "");
}
END_TEST

START_TEST(an_empty_value_is_not_null)
{
    struct store_dead_letter d = dead_letter_of(1, 0, 0, 0);

    d.value = (struct bytes){"", 0};
    bury(&d, 1);
    read_outputs(0, 0, 1);
    ck_assert_ptr_nonnull(outputs[0].dead_letter->value.at);
    ck_assert_uint_eq(outputs[0].dead_letter->value.size, 0);
}
END_TEST

START_TEST(a_dead_letter_holds_its_patient)
{
    struct store_dead_letter first = dead_letter_of(1, 1, 0, 0);
    struct store_dead_letter again = dead_letter_of(2, 1, 0, 1);
    uint8_t hash[SHA256_SIZE];

    again.has_parent = true;
    again.parent_id = first.dead_letter_id;
    again.replay_count = 1;
    bury(&first, 1);
    bury(&again, 2);
    batch_begin(&batch, 1, 0, 1);
    batch_event(&batch, 1, 3, 1);
    batch_event(&batch, 2, 0, 2);
    batch.dead_letter_ids[0] = first.dead_letter_id;
    batch.dead_letter_ids[1] = uuid_of(0xdd, 0, 99);
    batch.batch.dead_letter_id_count = 2;
    claim();
    ck_assert_uint_eq(claimed.hold_count, 1); /* only first rows hold */
    ck_assert_int_eq(claimed.holds[0].dead_letter_id.bytes[15], 1);
    ck_assert_str_eq(claimed.holds[0].code, "bad_decimal");
    ck_assert_str_eq(claimed.holds[0].authority, "hospital");
    ck_assert_str_eq(claimed.holds[0].patient_value, "P1");
    sha256("refused", 7, hash);
    ck_assert_mem_eq(claimed.holds[0].value_sha256, hash, SHA256_SIZE);
    ck_assert_uint_eq(claimed.known_dead_letter_count, 1);
    ck_assert_int_eq(claimed.known_dead_letters[0].bytes[15], 1);
    store_rollback(store);
}
END_TEST

START_TEST(a_burial_repeated_is_one)
{
    struct store_dead_letter d = dead_letter_of(1, 1, 0, 0);
    struct store_output output = {NULL, &d};

    bury(&d, 1);
    batch_begin(&batch, 0, 1, 2);
    claim();
    commit(&(struct store_result){.outputs = &output, .output_count = 1});
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.dead_letter"), "1");
}
END_TEST

START_TEST(a_replay_must_prove_the_bytes)
{
    struct store_dead_letter d = dead_letter_of(1, 1, 0, 0);
    uint8_t right[SHA256_SIZE];
    uint8_t wrong[SHA256_SIZE];

    bury(&d, 1);
    sha256("refused", 7, right);
    sha256("forged", 6, wrong);
    close_letter(1, wrong, "replayed", 1);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT state FROM restage.dead_letter"), "open");
    close_letter(1, right, "replayed", 2);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT state FROM restage.dead_letter"), "replayed");
    close_letter(1, NULL, "resolved", 3); /* too late: it is closed */
    ck_assert_str_eq(cluster_run(conninfo, "SELECT state FROM restage.dead_letter"), "replayed");
    close_letter(77, NULL, "resolved", 4); /* there is none: no harm */
}
END_TEST

START_TEST(a_resolution_keeps_who_and_why)
{
    struct store_dead_letter d = dead_letter_of(1, 0, 0, 0);

    bury(&d, 1);
    close_letter(1, NULL, "resolved", 1);
    close_letter(1, NULL, "resolved", 2);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT state || ': ' || note FROM restage.dead_letter"
                                           " WHERE closed_at IS NOT NULL"),
                     "resolved: A. Clinician: seen");
}
END_TEST

START_TEST(failed_replays_are_closed_with_their_first)
{
    struct store_dead_letter first = dead_letter_of(1, 1, 0, 0);
    struct store_dead_letter again = dead_letter_of(2, 1, 0, 1);
    struct store_dead_letter other = dead_letter_of(3, 1, 0, 2);

    again.has_parent = true;
    again.parent_id = first.dead_letter_id;
    bury(&first, 1);
    bury(&again, 2);
    bury(&other, 3);
    close_letter(2, NULL, "resolved", 3); /* only through its first one */
    ck_assert_str_eq(
        cluster_run(conninfo, "SELECT count(*) FROM restage.dead_letter WHERE state = 'open'"),
        "3");
    close_letter(1, NULL, "resolved", 4);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT string_agg(state, ' ' ORDER BY written)"
                                           " FROM restage.dead_letter"),
                     "resolved resolved open");
}
END_TEST

START_TEST(touched_subjects_are_named_once)
{
    struct store_range range = {{TEST_TOPIC, 0}, 1, 3};
    const struct store_subject_key *keys;
    size_t count;

    for (int i = 0; i < 4; i++) {
        batch_begin(&batch, 0, i, i + 1);
        batch_event(&batch, i == 3 ? 3 : 1, 0, (uint8_t)(i + 1));
        batch_apply(store, &batch);
    }
    ck_assert_int_eq(store_touched(store, TEST_CLUSTER, &range, arena, &keys, &count, &err), OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(keys[0].patient_value, "P1");
    ck_assert_str_eq(keys[0].authority, "hospital");
    ck_assert_str_eq(keys[0].tumour_id, "primary");
}
END_TEST

/* After an accepted step back, what was written before it is published no more, and not mixed up.
 */
START_TEST(a_reset_separates_old_outputs_from_new)
{
    struct store_start s = {.partition = {TEST_TOPIC, 0}, .expected_next = 5, .forget_last = true};
    bool done = false;

    batch_begin(&batch, 0, 0, 5);
    batch_event(&batch, 1, 0, 1);
    batch_apply(store, &batch);
    ck_assert_int_eq(store_start(store, TEST_CLUSTER, &s, 1, &done, &err), OK);
    ck_assert(done);
    read_outputs(0, 0, 5); /* still to be published from before */
    ck_assert_uint_eq(output_count, 1);
    batch_begin(&batch, 0, 0, 5);
    batch_event(&batch, 1, 0, 2);
    batch_apply(store, &batch);
    read_outputs(0, 0, 5);
    ck_assert_uint_eq(output_count, 1);
    ck_assert_int_eq(outputs[0].recommendation->sequence, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_outputs");
    TCase *tcase = tcase_create("store_outputs");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, outputs_come_back_as_written, 0, 4);
    tcase_add_test(tcase, early_outputs_are_rolled_back);
    tcase_add_test(tcase, early_outputs_are_refused);
    tcase_add_test(tcase, batches_come_back_in_their_order);
    tcase_add_test(tcase, a_null_key_and_value_stay_null);
    tcase_add_test(tcase, an_empty_value_is_not_null);
    tcase_add_test(tcase, a_dead_letter_holds_its_patient);
    tcase_add_test(tcase, a_burial_repeated_is_one);
    tcase_add_test(tcase, a_replay_must_prove_the_bytes);
    tcase_add_test(tcase, a_resolution_keeps_who_and_why);
    tcase_add_test(tcase, failed_replays_are_closed_with_their_first);
    tcase_add_test(tcase, touched_subjects_are_named_once);
    tcase_add_test(tcase, a_reset_separates_old_outputs_from_new);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
