#include "store/store.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"
#include "store/store_admin.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *conninfo;
static struct store *store;
static struct store *other;
static struct arena *arena;
static struct test_batch batch;
static struct store_claimed claimed;
static struct err err;

static void setup(void)
{
    conninfo = cluster_database();
    store = open_started(conninfo);
    other = open_store(conninfo, "other");
    arena = arena_new((size_t)1 << 24);
}

static void teardown(void)
{
    store_close(store);
    store_close(other);
    arena_free(arena);
}

static void claim(void)
{
    ck_assert_msg(store_claim(store, &batch.batch, arena, &claimed, &err) == OK, "%s", err.text);
}

START_TEST(a_first_event_makes_a_subject)
{
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    ck_assert_int_eq(claimed.claim, STORE_CLAIMED);
    ck_assert_uint_eq(claimed.subject_count, 1);
    ck_assert_int_eq(claimed.subjects[0].sequence, 0);
    ck_assert_int_eq(claimed.subjects[0].as_of, 0);
    ck_assert_uint_eq(claimed.subjects[0].last_judgement.size, 0);
    ck_assert_str_eq(claimed.subjects[0].key.patient_value, "P1");
    ck_assert_str_eq(claimed.subjects[0].key.tumour_id, "primary");
    ck_assert_uint_eq(claimed.history_count, 1);
    ck_assert(claimed.history[0].inserted);
    ck_assert_uint_eq(claimed.history[0].value.size, 11);
    ck_assert_mem_eq(claimed.history[0].value.at, "event bytes", 11);
    ck_assert_int_eq(claimed.history[0].content_hash[31], 1);
    ck_assert_uint_eq(claimed.hold_count, 0);
    store_rollback(store);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.subject"), "0");
}
END_TEST

START_TEST(a_commit_shows_in_the_next_claim)
{
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    batch_apply(store, &batch);
    batch_begin(&batch, 0, 1, 4);
    batch_event(&batch, 2, 0, 1); /* an event id is unique per subject only */
    batch_event(&batch, 1, 0, 1); /* again */
    batch_event(&batch, 1, 0, 2);
    claim();
    ck_assert_uint_eq(claimed.subject_count, 2);
    ck_assert_int_eq(claimed.subjects[0].sequence, 1);
    ck_assert_int_eq(claimed.subjects[0].as_of, 1700000000123);
    ck_assert_uint_eq(claimed.subjects[0].last_judgement.size, 6);
    ck_assert_int_eq(claimed.subjects[1].sequence, 0);
    ck_assert_uint_eq(claimed.history_count, 3);
    for (size_t i = 0; i < claimed.history_count; i++) {
        bool first =
            claimed.history[i].subject.bytes[0] == 1 && claimed.history[i].event_id.bytes[15] == 1;

        ck_assert(claimed.history[i].inserted == !first);
    }
    store_rollback(store);
}
END_TEST

START_TEST(another_expected_position_is_a_miss)
{
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    batch_apply(store, &batch);
    batch_event(&batch, 1, 0, 2);
    claim();
    ck_assert_int_eq(claimed.claim, STORE_MISSED);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.clinical_event"), "1");
    ck_assert_int_eq(position_of(store, 0).next_offset, 1);
}
END_TEST

START_TEST(one_miss_of_several_rolls_all_back)
{
    struct store_advance advances[2];

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    advances[0] = batch.advance;
    advances[1] = batch.advance;
    advances[1].partition.partition = 1;
    advances[1].expected_next = 7;
    advances[1].next_offset = 8;
    batch.batch.advances = advances;
    batch.batch.advance_count = 2;
    claim();
    ck_assert_int_eq(claimed.claim, STORE_MISSED);
    ck_assert_int_eq(position_of(store, 0).next_offset, 0);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.subject"), "0");
}
END_TEST

START_TEST(an_unknown_partition_is_a_miss)
{
    batch_begin(&batch, 9, 0, 1);
    claim();
    ck_assert_int_eq(claimed.claim, STORE_MISSED);
}
END_TEST

START_TEST(another_rulebook_is_told)
{
    ck_assert_int_eq(store_rulebook_activate(
                         other, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                         "2", "", &err),
                     OK);
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    ck_assert_int_eq(claimed.claim, STORE_RULEBOOK_INACTIVE);
    ck_assert_int_eq(position_of(store, 0).next_offset, 0);
}
END_TEST

START_TEST(a_claim_writes_the_position)
{
    struct store_position position;

    batch_begin(&batch, 0, 0, 5);
    batch.advance.published_offset = 0;
    batch_apply(store, &batch);
    batch_begin(&batch, 0, 5, 9);
    batch.advance.published_offset = 5;
    batch_apply(store, &batch);
    position = position_of(store, 0);
    ck_assert_int_eq(position.next_offset, 9);
    ck_assert_int_eq(position.published_offset, 5);
    ck_assert_int_eq(position.last_offset, 8);
    ck_assert_int_eq(position.last_hash[0], 9);
}
END_TEST

START_TEST(a_named_patient_brings_every_tumour)
{
    batch_begin(&batch, 0, 0, 4);
    batch_event(&batch, 1, 0, 1);
    batch_event(&batch, 1, 2, 2);
    batch_event(&batch, 2, 0, 3);
    batch_event(&batch, 3, 0, 4);
    batch_apply(store, &batch);
    batch_begin(&batch, 0, 4, 6);
    batch_event(&batch, 3, 1, 5);
    batch_patient(&batch, 1);
    claim();
    ck_assert_uint_eq(claimed.subject_count, 3);
    ck_assert_int_eq(claimed.subjects[0].key.subject.bytes[1], 0);
    ck_assert_int_eq(claimed.subjects[1].key.subject.bytes[1], 2);
    ck_assert_int_eq(claimed.subjects[2].key.subject.bytes[0], 3);
    ck_assert_uint_eq(claimed.history_count, 3);
    store_rollback(store);
}
END_TEST

/* ---- Two lanes ------------------------------------------------------------------------------- */

struct lane {
    struct store *store;
    struct test_batch batch;
    struct store_claimed claimed;
    enum status status;
    struct err err;
    struct arena *arena;
};

static void *claim_in_thread(void *argument)
{
    struct lane *lane = argument;

    lane->status =
        store_claim(lane->store, &lane->batch.batch, lane->arena, &lane->claimed, &lane->err);
    return NULL;
}

static void wait_until_blocked(void)
{
    struct timespec pause = {0, 20000000};

    while (strcmp(cluster_run(conninfo, "SELECT count(*) FROM pg_stat_activity WHERE"
                                        " application_name = 'other' AND wait_event_type = 'Lock'"),
                  "1") != 0)
        (void)nanosleep(&pause, NULL);
}

static void commit_one(uint8_t patient, int64_t sequence, int32_t partition, int64_t offset)
{
    struct store_subject_update update = update_of(patient, 0, sequence);
    struct store_recommendation r = recommendation_of(patient, 0, sequence, partition, offset);
    struct store_output output = {&r, NULL};
    struct store_result result = {
        .subjects = &update, .subject_count = 1, .outputs = &output, .output_count = 1};

    ck_assert_msg(store_commit(store, &result, &err) == OK, "%s", err.text);
}

/* The history must be that of after the wait, also for a subject that both lanes insert. */
START_TEST(the_second_lane_waits_and_sees_the_first)
{
    struct lane lane = {.store = other, .arena = arena_new((size_t)1 << 24)};
    pthread_t thread;

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    batch_begin(&lane.batch, 1, 0, 1);
    batch_event(&lane.batch, 1, 0, 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, claim_in_thread, &lane), 0);
    wait_until_blocked();
    commit_one(1, 1, 0, 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_msg(lane.status == OK, "%s", lane.err.text);
    ck_assert_int_eq(lane.claimed.claim, STORE_CLAIMED);
    ck_assert_int_eq(lane.claimed.subjects[0].sequence, 1);
    ck_assert_uint_eq(lane.claimed.history_count, 2);
    store_rollback(other);
    arena_free(lane.arena);
}
END_TEST

START_TEST(of_two_claims_of_one_position_one_misses)
{
    struct lane lane = {.store = other, .arena = arena_new((size_t)1 << 24)};
    pthread_t thread;

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    batch_begin(&lane.batch, 0, 0, 1);
    batch_event(&lane.batch, 1, 0, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, claim_in_thread, &lane), 0);
    wait_until_blocked();
    commit_one(1, 1, 0, 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_msg(lane.status == OK, "%s", lane.err.text);
    ck_assert_int_eq(lane.claimed.claim, STORE_MISSED);
    arena_free(lane.arena);
}
END_TEST

/* A lane that freezes in its transaction is thrown out; who waits for a lock gives up in time. */
START_TEST(nobody_waits_for_ever)
{
    PGconn *stranger = PQconnectdb(conninfo);
    struct arena *second = arena_new((size_t)1 << 24);
    struct test_batch late;
    struct store_claimed unused;

    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    PQclear(PQexec(stranger,
                   "BEGIN; SELECT FROM restage.lane_position WHERE partition = 1 FOR UPDATE"));
    batch_begin(&late, 1, 0, 1);
    batch_event(&late, 1, 0, 2);
    ck_assert_int_eq(store_claim(other, &late.batch, second, &unused, &err), RETRY);
    ck_assert_msg(strstr(err.text, "55P03") != NULL, "%s", err.text);
    ck_assert(store_is_connected(other));
    ck_assert_int_eq(store_commit(store, &(struct store_result){.subject_count = 0}, &err), RETRY);
    PQfinish(stranger);
    arena_free(second);
}
END_TEST

#define ROUNDS 40
#define SUBJECTS_PER_BATCH 6

struct runner {
    const char *conninfo;
    int32_t partition;
    unsigned seed;
};

static unsigned next_number(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static void *run_batches(void *argument)
{
    struct runner *runner = argument;
    struct store *own = open_store(runner->conninfo, "runner");
    struct test_batch b;

    for (int round = 0; round < ROUNDS; round++) {
        batch_begin(&b, runner->partition, round, round + 1);
        for (int i = 0; i < SUBJECTS_PER_BATCH; i++)
            batch_event(&b, (uint8_t)(1 + next_number(&runner->seed) % 9),
                        (uint8_t)(next_number(&runner->seed) % 4),
                        (uint8_t)(round * SUBJECTS_PER_BATCH + i));
        if (round % 3 == 0)
            batch_patient(&b, (uint8_t)(1 + next_number(&runner->seed) % 9));
        batch_apply(own, &b);
    }
    store_close(own);
    return NULL;
}

/* Everybody locks in one order: no batch may meet a deadlock (batch_apply would say RETRY). */
START_TEST(lanes_never_wait_in_a_circle)
{
    struct runner runners[4];
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        runners[i] = (struct runner){conninfo, i, (unsigned)i * 7919u + 1u};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_batches, &runners[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.subject s WHERE sequence"
                                           " <> (SELECT count(*) FROM restage.recommendation r"
                                           " WHERE r.subject_id = s.subject_id)"),
                     "0");
}
END_TEST

/* ---- Lost connections ------------------------------------------------------------------------ */

static void terminate(void)
{
    (void)cluster_run(conninfo, "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
                                " WHERE application_name = 'test'");
}

START_TEST(a_lost_connection_is_retry_and_heals)
{
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    claim();
    terminate();
    ck_assert_int_eq(store_commit(store, &(struct store_result){.subject_count = 0}, &err), RETRY);
    ck_assert(!store_is_connected(store));
    store_rollback(store);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), RETRY);
    ck_assert_int_eq(store_reconnect(store, &err), OK);
    ck_assert(store_is_connected(store));
    ck_assert_int_eq(position_of(store, 0).next_offset, 0);
    batch_apply(store, &batch);
    ck_assert_int_eq(position_of(store, 0).next_offset, 1);
}
END_TEST

START_TEST(a_connection_lost_between_batches_is_retry)
{
    terminate();
    batch_begin(&batch, 0, 0, 1);
    batch_event(&batch, 1, 0, 1);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), RETRY);
    ck_assert_int_eq(store_reconnect(store, &err), OK);
    batch_apply(store, &batch);
}
END_TEST

START_TEST(a_database_id_stays)
{
    struct uuid first = store_database_id(store);
    struct uuid second = store_database_id(other);

    ck_assert_int_eq(uuid_compare(&first, &second), 0);
    ck_assert_int_eq(store_reconnect(store, &err), OK);
    second = store_database_id(store);
    ck_assert_int_eq(uuid_compare(&first, &second), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_batch");
    TCase *tcase = tcase_create("store_batch");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_first_event_makes_a_subject);
    tcase_add_test(tcase, a_commit_shows_in_the_next_claim);
    tcase_add_test(tcase, another_expected_position_is_a_miss);
    tcase_add_test(tcase, one_miss_of_several_rolls_all_back);
    tcase_add_test(tcase, an_unknown_partition_is_a_miss);
    tcase_add_test(tcase, another_rulebook_is_told);
    tcase_add_test(tcase, a_claim_writes_the_position);
    tcase_add_test(tcase, a_named_patient_brings_every_tumour);
    tcase_add_test(tcase, the_second_lane_waits_and_sees_the_first);
    tcase_add_test(tcase, of_two_claims_of_one_position_one_misses);
    tcase_add_test(tcase, nobody_waits_for_ever);
    tcase_add_test(tcase, lanes_never_wait_in_a_circle);
    tcase_add_test(tcase, a_lost_connection_is_retry_and_heals);
    tcase_add_test(tcase, a_connection_lost_between_batches_is_retry);
    tcase_add_test(tcase, a_database_id_stays);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
