#include "store/store.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"
#include "store/store_admin.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *conninfo;
static struct store *store;
static struct err err;

static void setup(void)
{
    conninfo = cluster_database();
    store = open_started(conninfo);
}

static void teardown(void)
{
    store_close(store);
}

static bool start(const struct store_start *s)
{
    bool done = false;

    ck_assert_msg(store_start(store, TEST_CLUSTER, s, 1, &done, &err) == OK, "%s", err.text);
    return done;
}

static void decide_up_to(int32_t partition, int64_t from, int64_t to)
{
    struct test_batch b;

    batch_begin(&b, partition, from, to);
    batch_event(&b, 1, 0, (uint8_t)to);
    batch_apply(store, &b);
}

START_TEST(positions_come_in_the_order_asked)
{
    struct store_partition asked[] = {{TEST_TOPIC, 3}, {"unknown", 0}, {TEST_TOPIC, 1}};
    struct store_position positions[3];

    decide_up_to(1, 0, 11);
    ck_assert_int_eq(store_positions(store, TEST_CLUSTER, asked, 3, positions, &err), OK);
    ck_assert(positions[0].known);
    ck_assert_int_eq(positions[0].next_offset, 0);
    ck_assert_int_eq(positions[0].last_offset, STORE_NO_OFFSET);
    ck_assert_int_eq(positions[0].start_offset, 0);
    ck_assert_int_eq(positions[0].trying_offset, STORE_NO_OFFSET);
    ck_assert(!positions[1].known);
    ck_assert(!positions[1].other_cluster);
    ck_assert_int_eq(positions[2].next_offset, 11);
    ck_assert_int_eq(positions[2].last_offset, 10);
    ck_assert_int_eq(positions[2].last_hash[31], 11);
}
END_TEST

START_TEST(another_cluster_is_told)
{
    struct store_partition asked = {TEST_TOPIC, 0};
    struct store_position position;

    ck_assert_int_eq(store_positions(store, "cluster-2", &asked, 1, &position, &err), OK);
    ck_assert(!position.known);
    ck_assert(position.other_cluster);
}
END_TEST

START_TEST(a_start_compares_and_swaps)
{
    struct store_start s = {.partition = {TEST_TOPIC, 0},
                            .expected_next = 0,
                            .next_offset = 40,
                            .published_offset = 30,
                            .suppress_from = 40,
                            .suppress_below = 50,
                            .restored = true,
                            .unclean_ends = 2};
    struct store_position position;

    ck_assert(start(&s));
    position = position_of(store, 0);
    ck_assert_int_eq(position.next_offset, 40);
    ck_assert_int_eq(position.published_offset, 30);
    ck_assert_int_eq(position.suppress_from, 40);
    ck_assert_int_eq(position.suppress_below, 50);
    ck_assert(position.restored);
    ck_assert_int_eq(position.start_offset, 40);
    ck_assert_int_eq(position.unclean_ends, 2);
    s.next_offset = 60;
    ck_assert(!start(&s)); /* expected 0, but it is 40 */
    ck_assert_int_eq(position_of(store, 0).next_offset, 40);
    s.expected_next = STORE_NO_OFFSET;
    ck_assert(!start(&s)); /* there is a row */
    ck_assert_int_eq(store_suppression_end(store, TEST_CLUSTER, &s.partition, &err), OK);
    position = position_of(store, 0);
    ck_assert_int_eq(position.suppress_below, 0);
    ck_assert(!position.restored);
}
END_TEST

START_TEST(one_miss_of_several_starts_none)
{
    struct store_start starts[2] = {
        {.partition = {TEST_TOPIC, 0}, .expected_next = 0, .next_offset = 5},
        {.partition = {TEST_TOPIC, 1}, .expected_next = 1, .next_offset = 5},
    };
    bool done = true;

    ck_assert_int_eq(store_start(store, TEST_CLUSTER, starts, 2, &done, &err), OK);
    ck_assert(!done);
    ck_assert_int_eq(position_of(store, 0).next_offset, 0);
}
END_TEST

START_TEST(a_tried_record_is_remembered_until_the_next_start)
{
    struct store_partition partition = {TEST_TOPIC, 0};
    struct store_start s = {.partition = partition, .expected_next = 0, .unclean_ends = 3};

    ck_assert_int_eq(store_trying(store, TEST_CLUSTER, &partition, 0, &err), OK);
    ck_assert_int_eq(position_of(store, 0).trying_offset, 0);
    ck_assert(start(&s));
    ck_assert_int_eq(position_of(store, 0).trying_offset, STORE_NO_OFFSET);
}
END_TEST

START_TEST(progress_moves_past_control_records)
{
    struct store_progress p = {{TEST_TOPIC, 0}, 10, 13, 13};
    struct store_position position;

    decide_up_to(0, 0, 10);
    ck_assert_int_eq(store_progress(store, TEST_CLUSTER, &p, 1, false, &err), OK);
    position = position_of(store, 0);
    ck_assert_int_eq(position.next_offset, 13);
    ck_assert_int_eq(position.published_offset, 13);
    ck_assert_int_eq(position.start_offset, 0);
    p = (struct store_progress){{TEST_TOPIC, 0}, 13, 13, 13};
    ck_assert_int_eq(store_progress(store, TEST_CLUSTER, &p, 1, true, &err), OK);
    ck_assert_int_eq(position_of(store, 0).start_offset, STORE_NO_OFFSET);
}
END_TEST

START_TEST(progress_never_passes_what_was_decided)
{
    struct store_progress p = {{TEST_TOPIC, 0}, 5, 20, 20}; /* somebody else decided up to 10 */
    struct store_position position;

    decide_up_to(0, 0, 10);
    ck_assert_int_eq(store_progress(store, TEST_CLUSTER, &p, 1, true, &err), OK);
    position = position_of(store, 0);
    ck_assert_int_eq(position.next_offset, 10);
    ck_assert_int_eq(position.published_offset, 10);
    ck_assert_int_eq(position.start_offset, 0); /* not our run to end */
    p.published_offset = 4;
    ck_assert_int_eq(store_progress(store, TEST_CLUSTER, &p, 1, false, &err), OK);
    ck_assert_int_eq(position_of(store, 0).published_offset, 10);
}
END_TEST

START_TEST(a_decision_waits_until_it_is_used)
{
    struct store_decision decision = {
        {TEST_TOPIC, 0}, 100, "A. Operator", "retention took 90 to 99"};
    struct store_start s = {.partition = {TEST_TOPIC, 0},
                            .next_offset = 100,
                            .published_offset = 100,
                            .forget_last = true};
    struct store_position position;
    struct uuid first;
    struct uuid second;

    decide_up_to(0, 0, 90);
    store_close(store);
    ck_assert_int_eq(store_admin_open(&(struct store_settings){conninfo, "test", 5}, &store, &err),
                     OK);
    ck_assert_int_eq(store_position_accept(store, &decision, &first, &err), OK);
    ck_assert_int_eq(store_position_accept(store, &decision, &second, &err), OK);
    ck_assert_int_eq(uuid_compare(&first, &second), 0);
    decision.next_offset = 101;
    ck_assert_int_eq(store_position_accept(store, &decision, &second, &err), OK);
    ck_assert_int_ne(uuid_compare(&first, &second), 0);
    position = position_of(store, 0);
    ck_assert(position.decision_pending);
    ck_assert_int_eq(position.decision_next_offset, 101);
    s.expected_next = 90;
    s.decision_id = &position.decision_id;
    ck_assert(start(&s));
    position = position_of(store, 0);
    ck_assert(!position.decision_pending);
    ck_assert_int_eq(position.next_offset, 100);
    ck_assert_int_eq(position.last_offset, STORE_NO_OFFSET);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.position_decision"
                                           " WHERE used_at IS NOT NULL"),
                     "2");
}
END_TEST

START_TEST(a_lane_knows_who_it_is)
{
    struct uuid first = uuid_of(1, 2, 3);
    struct uuid second = uuid_of(4, 5, 6);
    struct uuid found;

    ck_assert_int_eq(store_lane_begin(store, "host", 0, &first, &err), OK);
    ck_assert_int_eq(store_lane_run_id(store, "host", 0, &found, &err), OK);
    ck_assert_int_eq(uuid_compare(&first, &found), 0);
    ck_assert_int_eq(store_lane_begin(store, "host", 0, &second, &err), OK);
    ck_assert_int_eq(store_lane_begin(store, "host", 1, &first, &err), OK);
    ck_assert_int_eq(store_lane_run_id(store, "host", 0, &found, &err), OK);
    ck_assert_int_eq(uuid_compare(&second, &found), 0);
    ck_assert_int_eq(store_lane_run_id(store, "stranger", 0, &found, &err), FATAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_positions");
    TCase *tcase = tcase_create("store_positions");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, positions_come_in_the_order_asked);
    tcase_add_test(tcase, another_cluster_is_told);
    tcase_add_test(tcase, a_start_compares_and_swaps);
    tcase_add_test(tcase, one_miss_of_several_starts_none);
    tcase_add_test(tcase, a_tried_record_is_remembered_until_the_next_start);
    tcase_add_test(tcase, progress_moves_past_control_records);
    tcase_add_test(tcase, progress_never_passes_what_was_decided);
    tcase_add_test(tcase, a_decision_waits_until_it_is_used);
    tcase_add_test(tcase, a_lane_knows_who_it_is);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
