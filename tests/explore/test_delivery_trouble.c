/* What a lane does when Kafka fails it: each answer of the producer and of the consumer. */
#include "fixture_run.h"

#include <check.h>
#include <string.h>

/* The lane stands before the end of the transaction that publishes the first batch. */
static void begin_at_end(void)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    fixture_go_to(CALL_END);
}

/* ---- The producer ---------------------------------------------------------------------------- */

static const enum sink_answer passing[] = {SINK_ABORT, SINK_STALE, SINK_RECREATE, SINK_FENCED};
#define PASSING_COUNT ((int)(sizeof(passing) / sizeof(passing[0])))

START_TEST(test_begin)
{
    orders.begin = passing[_i];
    fixture_begin(&fixture_solo);
    fixture_is_whole();
}
END_TEST

START_TEST(test_end)
{
    begin_at_end();
    orders.commit = passing[_i];
    fixture_is_whole();
}
END_TEST

/* What is published again is not known to be published either: it is, once more. */
START_TEST(test_end_of_republishing)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    fixture_go(TWIST_LOST_AFTER);
    fixture_go_to(CALL_OUTPUTS);
    fixture_go_to(CALL_END);
    orders.commit = passing[_i];
    fixture_is_whole();
    ck_assert_int_eq(fixture_visible(), 4);
}
END_TEST

START_TEST(test_fatal)
{
    begin_at_end();
    orders.commit = SINK_FATAL;
    fixture_fails_with("as ordered");
}
END_TEST

/* An abortable error twice running: the handle is not trusted any more. */
START_TEST(test_aborted_twice)
{
    begin_at_end();
    orders.commit = SINK_ABORT;
    fixture_go_to(CALL_ABORT);
    fixture_go_to(CALL_END);
    orders.commit = SINK_ABORT;
    fixture_go_to(CALL_RECREATE_SINK);
    fixture_is_whole();
}
END_TEST

/* The group has moved on meanwhile: that says nothing against the handle. */
START_TEST(test_aborted_then_stale)
{
    begin_at_end();
    orders.commit = SINK_ABORT;
    fixture_go_to(CALL_ABORT);
    fixture_go_to(CALL_END);
    orders.commit = SINK_STALE;
    fixture_go_to(CALL_ABORT);
    fixture_is_whole();
}
END_TEST

START_TEST(test_abort_fails)
{
    begin_at_end();
    orders.commit = SINK_ABORT;
    orders.abort = SINK_RECREATE;
    fixture_go_to(CALL_RECREATE_SINK);
    fixture_is_whole();
}
END_TEST

/* The handle must be replaced, and its successor is not ready either. */
START_TEST(test_replacing_takes_time)
{
    begin_at_end();
    orders.commit = SINK_RECREATE;
    fixture_go_to(CALL_INIT);
    orders.init = passing[_i];
    fixture_go_to(CALL_POLL);
    fixture_go_to(CALL_INIT);
    fixture_is_whole();
}
END_TEST

START_TEST(test_replacing_fails)
{
    begin_at_end();
    orders.commit = SINK_RECREATE;
    fixture_go_to(CALL_INIT);
    orders.init = _i == 0 ? SINK_REPLACED : SINK_FATAL;
    fixture_fails_with("as ordered");
}
END_TEST

START_TEST(test_handle_cannot_be_made)
{
    begin_at_end();
    orders.commit = SINK_RECREATE;
    orders.recreate_sink = FATAL;
    fixture_fails_with("as ordered");
}
END_TEST

/* Fenced, or its place in the group taken: by itself, or by another worker of its name? */
static void lose_name(enum sink_answer answer)
{
    begin_at_end();
    orders.commit = answer;
    fixture_go_to(CALL_RUN_ID);
}

static const enum sink_answer losing[] = {SINK_FENCED, SINK_REPLACED};

START_TEST(test_name_is_ours)
{
    lose_name(losing[_i]);
    fixture_is_whole();
}
END_TEST

START_TEST(test_name_is_anothers)
{
    lose_name(losing[_i]);
    world.db.lane_row[0] = NOBODY;
    fixture_fails_with("another worker runs under this name");
}
END_TEST

START_TEST(test_name_cannot_be_read)
{
    lose_name(losing[_i]);
    fixture_go(TWIST_LOST_BEFORE);
    fixture_is_whole();
}
END_TEST

/* ---- What is on its way while the next batch is judged ------------------------------------------
 */

/* The first batch is decided and its outputs are produced; the lane stands before the next claim.
 */
static void begin_publishing(void)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    fixture_go_to(CALL_CLAIM);
    ck_assert_int_eq(world.db.now.positions[0].next, 2);
    ck_assert_int_eq(fixture_visible(), 0);
}

/* The database is lost: what is on its way arrives before the lane backs off. */
START_TEST(test_publishing_and_the_store_fails)
{
    begin_publishing();
    fixture_go(TWIST_LOST_BEFORE);
    fixture_go_to(CALL_RECONNECT);
    ck_assert_int_eq(fixture_visible(), 3);
    fixture_is_whole();
}
END_TEST

START_TEST(test_publishing_fails_in_a_wait)
{
    begin_publishing();
    orders.commit = SINK_FATAL;
    fixture_go(TWIST_LOST_BEFORE);
    fixture_fails_with("as ordered");
}
END_TEST

/* Told to stop meanwhile: it arrives first, or the next start finds it. */
START_TEST(test_publishing_and_stopped)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    runners_stop(true);
    fixture_go_to(CALL_END);
    fixture_go(_i == 0 ? TWIST_NONE : TWIST_LOST_BEFORE);
    fixture_rest();
    ck_assert_int_eq(runners[0].state, RUNNER_ENDED);
    ck_assert_int_eq(atomic_load(&runners[0].lane.state), LANE_STOPPED);
    ck_assert_int_eq(fixture_visible(), _i == 0 ? 3 : 0);
}
END_TEST

/* ---- The consumer ---------------------------------------------------------------------------- */

START_TEST(test_poll_without_memory)
{
    orders.poll = RETRY;
    fixture_begin(&fixture_solo);
    fixture_is_whole();
}
END_TEST

START_TEST(test_poll_fails)
{
    fixture_begin(&fixture_solo);
    fixture_rest();
    orders.poll = FATAL;
    fixture_fails_with("as ordered");
}
END_TEST

START_TEST(test_poll_fails_in_a_wait)
{
    orders.cluster_id = RETRY;
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_POLL);
    fixture_go(TWIST_NONE);
    orders.poll = FATAL;
    fixture_fails_with("as ordered");
}
END_TEST

/* The consumer complains, or finds its position out of the log: looked into, then it goes on. */
START_TEST(test_news_of_the_consumer)
{
    fixture_begin(&fixture_solo);
    fixture_rest();
    orders.event.kind = _i == 0 ? SOURCE_TROUBLE : SOURCE_OUT_OF_RANGE;
    fixture_is_whole();
    ck_assert_int_eq(orders.event.kind, SOURCE_NOTHING);
}
END_TEST

/* The answer to a join was lost and our next one fenced the first. */
static void be_replaced(void)
{
    fixture_begin(&fixture_solo);
    fixture_rest();
    world.kafka.sources[0].replaced = 1;
    fixture_go_to(CALL_RUN_ID);
}

START_TEST(test_replaced_by_itself)
{
    be_replaced();
    fixture_go_to(CALL_SUBSCRIBE);
    fixture_is_whole();
}
END_TEST

START_TEST(test_replaced_by_another)
{
    be_replaced();
    world.db.lane_row[0] = NOBODY;
    fixture_fails_with("another worker runs under this name");
}
END_TEST

START_TEST(test_replaced_and_the_store_fails)
{
    be_replaced();
    fixture_go(TWIST_LOST_BEFORE);
    fixture_is_whole();
}
END_TEST

START_TEST(test_replaced_for_good)
{
    be_replaced();
    orders.recreate_source = _i == 0 ? FATAL : OK;
    orders.subscribe = _i == 1 ? FATAL : OK;
    fixture_fails_with("as ordered");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, test_begin, 0, PASSING_COUNT);
    tcase_add_loop_test(tc, test_end, 0, PASSING_COUNT);
    tcase_add_loop_test(tc, test_end_of_republishing, 0, PASSING_COUNT);
    tcase_add_test(tc, test_fatal);
    tcase_add_test(tc, test_aborted_twice);
    tcase_add_test(tc, test_aborted_then_stale);
    tcase_add_test(tc, test_abort_fails);
    tcase_add_loop_test(tc, test_replacing_takes_time, 0, PASSING_COUNT);
    tcase_add_loop_test(tc, test_replacing_fails, 0, 2);
    tcase_add_test(tc, test_handle_cannot_be_made);
    tcase_add_loop_test(tc, test_name_is_ours, 0, 2);
    tcase_add_loop_test(tc, test_name_is_anothers, 0, 2);
    tcase_add_loop_test(tc, test_name_cannot_be_read, 0, 2);
    tcase_add_test(tc, test_publishing_and_the_store_fails);
    tcase_add_test(tc, test_publishing_fails_in_a_wait);
    tcase_add_loop_test(tc, test_publishing_and_stopped, 0, 2);
    tcase_add_test(tc, test_poll_without_memory);
    tcase_add_test(tc, test_poll_fails);
    tcase_add_test(tc, test_poll_fails_in_a_wait);
    tcase_add_loop_test(tc, test_news_of_the_consumer, 0, 2);
    tcase_add_test(tc, test_replaced_by_itself);
    tcase_add_test(tc, test_replaced_by_another);
    tcase_add_test(tc, test_replaced_and_the_store_fails);
    tcase_add_loop_test(tc, test_replaced_for_good, 0, 2);
}

int main(void)
{
    Suite *suite = suite_create("delivery trouble");
    TCase *tc = tcase_create("trouble");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
