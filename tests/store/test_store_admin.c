#include "store/store_admin.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_RULEBOOK "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *conninfo;
static struct store *lane;
static struct store *admin;
static struct arena *arena;
static struct err err;

static void setup(void)
{
    struct store_settings settings = {.application_name = "test", .connect_timeout_s = 5};

    conninfo = settings.conninfo = cluster_database();
    lane = open_started(conninfo);
    ck_assert_int_eq(store_admin_open(&settings, &admin, &err), OK);
    arena = arena_new((size_t)1 << 24);
}

static void teardown(void)
{
    store_close(lane);
    store_close(admin);
    arena_free(arena);
}

static void bury(const struct store_dead_letter *letters, size_t count)
{
    struct store_output outputs[8] = {{NULL, NULL}};
    struct store_claimed claimed;
    struct test_batch b;

    for (size_t i = 0; i < count; i++)
        outputs[i].dead_letter = &letters[i];
    batch_begin(&b, 0, 0, 9);
    ck_assert_int_eq(store_claim(lane, &b.batch, arena, &claimed, &err), OK);
    ck_assert_msg(store_commit(lane,
                               &(struct store_result){.outputs = outputs, .output_count = count},
                               &err) == OK,
                  "%s", err.text);
}

START_TEST(dead_letters_are_listed_in_pages)
{
    struct store_dead_letter letters[3] = {dead_letter_of(1, 1, 0, 0), dead_letter_of(2, 0, 0, 1),
                                           dead_letter_of(3, 2, 0, 2)};
    struct store_dead_letter_filter filter = {.state = "open", .code = "", .limit = 2};
    struct store_dead_letter_row *rows;
    size_t count;

    letters[1].code = "undecodable";
    bury(letters, 3);
    ck_assert_int_eq(store_dead_letters(admin, &filter, arena, &rows, &count, &err), OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(rows[0].letter.dead_letter_id.bytes[15], 1);
    ck_assert_ptr_null(rows[0].letter.value.at);
    ck_assert_uint_eq(rows[0].value_size, 7);
    ck_assert_str_eq(rows[0].state, "open");
    ck_assert_int_eq(rows[0].closed_at, 0);
    filter.after = rows[1].written;
    ck_assert_int_eq(store_dead_letters(admin, &filter, arena, &rows, &count, &err), OK);
    ck_assert_uint_eq(count, 1);
    filter = (struct store_dead_letter_filter){.state = "", .code = "undecodable", .limit = 9};
    ck_assert_int_eq(store_dead_letters(admin, &filter, arena, &rows, &count, &err), OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(rows[0].letter.dead_letter_id.bytes[15], 2);
    filter = (struct store_dead_letter_filter){.state = "resolved", .code = "", .limit = 9};
    ck_assert_int_eq(store_dead_letters(admin, &filter, arena, &rows, &count, &err), OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(one_dead_letter_comes_with_its_bytes)
{
    struct store_dead_letter letter = dead_letter_of(1, 1, 0, 0);
    struct uuid unknown = uuid_of(9, 9, 9);
    struct store_dead_letter_row *row;
    uint8_t hash[SHA256_SIZE];

    bury(&letter, 1);
    sha256("refused", 7, hash);
    ck_assert_int_eq(store_dead_letter(admin, &letter.dead_letter_id, arena, &row, &err), OK);
    ck_assert_ptr_nonnull(row);
    ck_assert_mem_eq(row->letter.value.at, "refused", 7);
    ck_assert_mem_eq(row->letter.key.at, "hospital|P", 10);
    ck_assert_mem_eq(row->value_sha256, hash, SHA256_SIZE);
    ck_assert_str_eq(row->letter.stage, "validate");
    ck_assert_int_eq(store_dead_letter(admin, &unknown, arena, &row, &err), OK);
    ck_assert_ptr_null(row);
}
END_TEST

START_TEST(failed_replays_are_counted)
{
    struct store_dead_letter letters[3] = {dead_letter_of(1, 1, 0, 0), dead_letter_of(2, 1, 0, 1),
                                           dead_letter_of(3, 1, 0, 2)};
    struct store_dead_letter_row *row;

    for (int i = 1; i < 3; i++) {
        letters[i].has_parent = true;
        letters[i].parent_id = letters[0].dead_letter_id;
        letters[i].replay_count = i;
    }
    bury(letters, 3);
    ck_assert_int_eq(store_dead_letter(admin, &letters[0].dead_letter_id, arena, &row, &err), OK);
    ck_assert_int_eq(row->replays, 2);
    ck_assert_int_eq(store_dead_letter(admin, &letters[2].dead_letter_id, arena, &row, &err), OK);
    ck_assert_int_eq(row->replays, 0);
    ck_assert(row->letter.has_parent);
    ck_assert_int_eq(row->letter.parent_id.bytes[15], 1);
}
END_TEST

START_TEST(positions_are_listed_with_their_decisions)
{
    struct store_decision known = {{TEST_TOPIC, 2}, 50, "A. Operator", "gap"};
    struct store_decision unknown = {{"zebra", 0}, 7, "A. Operator", "begins at 7"};
    struct store_position_row *rows;
    struct uuid id;
    size_t count;

    ck_assert_int_eq(store_position_accept(admin, &known, &id, &err), OK);
    ck_assert_int_eq(store_position_accept(admin, &unknown, &id, &err), OK);
    ck_assert_int_eq(store_position_rows(admin, arena, &rows, &count, &err), OK);
    ck_assert_uint_eq(count, 5);
    ck_assert_str_eq(rows[2].cluster_id, TEST_CLUSTER);
    ck_assert_int_eq(rows[2].partition.partition, 2);
    ck_assert(rows[2].position.known);
    ck_assert(rows[2].position.decision_pending);
    ck_assert_int_eq(rows[2].position.decision_next_offset, 50);
    ck_assert(!rows[1].position.decision_pending);
    ck_assert_str_eq(rows[4].partition.topic, "zebra");
    ck_assert(!rows[4].position.known);
    ck_assert_int_eq(rows[4].position.decision_next_offset, 7);
}
END_TEST

START_TEST(a_decision_without_a_name_is_refused)
{
    struct store_decision decision = {{TEST_TOPIC, 0}, 50, "", "gap"};
    struct uuid id;

    ck_assert_int_eq(store_position_accept(admin, &decision, &id, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "position_decision_decided_by_check"));
}
END_TEST

START_TEST(subjects_come_in_pages)
{
    const struct store_subject_key *keys;
    struct test_batch b;
    struct uuid last;
    size_t count;

    batch_begin(&b, 0, 0, 3);
    batch_event(&b, 3, 0, 1);
    batch_event(&b, 1, 0, 1);
    batch_event(&b, 2, 1, 1);
    batch_apply(lane, &b);
    ck_assert_int_eq(store_subjects(admin, NULL, 2, arena, &keys, &count, &err), OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(keys[0].patient_value, "P1");
    ck_assert_str_eq(keys[1].tumour_id, "second");
    last = keys[1].subject;
    ck_assert_int_eq(store_subjects(admin, &last, 2, arena, &keys, &count, &err), OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(keys[0].patient_value, "P3");
}
END_TEST

START_TEST(a_recommendation_is_found_by_id_and_by_subject)
{
    struct uuid subject = uuid_of(1, 0, 0);
    struct uuid second = uuid_of(1, 0, 2);
    struct uuid unknown = uuid_of(9, 9, 9);
    const struct store_recommendation *r;
    struct test_batch b;

    for (uint8_t i = 0; i < 3; i++) {
        batch_begin(&b, 0, i, i + 1);
        batch_event(&b, 1, 0, i);
        batch_apply(lane, &b);
    }
    ck_assert_int_eq(store_recommendation(admin, &second, arena, &r, &err), OK);
    ck_assert_int_eq(r->sequence, 2);
    ck_assert_mem_eq(r->value.at, "recommendation", 14);
    ck_assert_int_eq(store_last_recommendation(admin, &subject, arena, &r, &err), OK);
    ck_assert_int_eq(r->sequence, 3);
    ck_assert_int_eq(store_recommendation(admin, &unknown, arena, &r, &err), OK);
    ck_assert_ptr_null(r);
    ck_assert_int_eq(store_last_recommendation(admin, &unknown, arena, &r, &err), OK);
    ck_assert_ptr_null(r);
}
END_TEST

START_TEST(the_first_rulebook_is_activated_once)
{
    char active[STORE_RULEBOOK_HASH_SIZE];
    bool activated = false;

    (void)cluster_run(conninfo, "DELETE FROM restage.rulebook");
    ck_assert_int_eq(store_rulebook_active(lane, active, &err), OK);
    ck_assert_str_eq(active, "");
    ck_assert_int_eq(store_rulebook_first(lane, TEST_RULEBOOK, "1", "", &activated, &err), OK);
    ck_assert(activated);
    ck_assert_int_eq(store_rulebook_first(lane, OTHER_RULEBOOK, "2", "", &activated, &err), OK);
    ck_assert(!activated);
    ck_assert_int_eq(store_rulebook_active(admin, active, &err), OK);
    ck_assert_str_eq(active, TEST_RULEBOOK);
}
END_TEST

START_TEST(a_rulebook_can_be_taken_back)
{
    char active[STORE_RULEBOOK_HASH_SIZE];

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(store_rulebook_activate(admin, OTHER_RULEBOOK, "2", "Rules.", &err), OK);
        ck_assert_int_eq(store_rulebook_active(lane, active, &err), OK);
        ck_assert_str_eq(active, OTHER_RULEBOOK);
    }
    ck_assert_int_eq(store_rulebook_activate(admin, TEST_RULEBOOK, "1", "", &err), OK);
    ck_assert_int_eq(store_rulebook_active(lane, active, &err), OK);
    ck_assert_str_eq(active, TEST_RULEBOOK);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.rulebook"), "2");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_admin");
    TCase *tcase = tcase_create("store_admin");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, dead_letters_are_listed_in_pages);
    tcase_add_test(tcase, one_dead_letter_comes_with_its_bytes);
    tcase_add_test(tcase, failed_replays_are_counted);
    tcase_add_test(tcase, positions_are_listed_with_their_decisions);
    tcase_add_test(tcase, a_decision_without_a_name_is_refused);
    tcase_add_test(tcase, subjects_come_in_pages);
    tcase_add_test(tcase, a_recommendation_is_found_by_id_and_by_subject);
    tcase_add_test(tcase, the_first_rulebook_is_activated_once);
    tcase_add_test(tcase, a_rulebook_can_be_taken_back);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
