/* What a lane does beyond what the exploration can bring about: rare answers, one at a time. */
#include "fixture_run.h"
#include "library.h"
#include "store/store.h"
#include "worker/delivery.h"

#include <check.h>
#include <string.h>

static const struct scenario both = {
    .name = "both", .lanes = 1, .partitions = 2, .records = {1, 3}, .batch = 4};

static const char *code_of_row(int64_t i)
{
    const struct store_dead_letter *d = library_output(world.db.now.rows[i].output)->dead_letter;

    ck_assert_ptr_nonnull(d);
    return d->code;
}

/* ---- Start and stop -------------------------------------------------------------------------- */

START_TEST(test_nothing_special)
{
    struct delivery_standing standing;

    fixture_begin(&fixture_solo);
    fixture_rest();
    ck_assert_int_eq(fixture_visible(), 4);
    ck_assert_uint_eq(delivery_standing_count(runners[0].delivery), 1);
    standing = delivery_standing(runners[0].delivery, 0);
    ck_assert(!standing.refused);
    ck_assert_int_eq(standing.lag, 0);
    ck_assert_int_eq(standing.waiting_ms, 0);
    fixture_is_whole();
    ck_assert_int_eq(world.db.now.positions[0].start, STORE_NO_OFFSET);
    ck_assert_int_eq(world.db.now.positions[0].published, 3);
}
END_TEST

START_TEST(test_stopped_before_anything)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_SUBSCRIBE);
    runners_stop(true);
    fixture_rest();
    ck_assert_int_eq(runners[0].state, RUNNER_ENDED);
    ck_assert_int_eq(atomic_load(&runners[0].lane.state), LANE_STOPPED);
    ck_assert(!world.db.now.positions[0].known);
}
END_TEST

/* What is in hand is finished; the lane has a membership then, but must recover first. */
START_TEST(test_stopped_while_recovering)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    runners_stop(true);
    fixture_go(TWIST_LOST_AFTER);
    fixture_rest();
    ck_assert_int_eq(runners[0].state, RUNNER_ENDED);
    ck_assert_int_eq(world.db.now.positions[0].next, 2);
    ck_assert_int_eq(fixture_visible(), 0);
}
END_TEST

static const enum sink_answer passing[] = {SINK_ABORT, SINK_STALE, SINK_RECREATE, SINK_FENCED};

START_TEST(test_init_answers)
{
    orders.init = passing[_i];
    fixture_begin(&fixture_solo);
    fixture_is_whole();
}
END_TEST

static const enum sink_answer lasting[] = {SINK_REPLACED, SINK_FATAL};

START_TEST(test_init_fails)
{
    orders.init = lasting[_i];
    fixture_begin(&fixture_solo);
    fixture_fails_with("as ordered");
}
END_TEST

START_TEST(test_producer_cannot_be_made)
{
    orders.init = SINK_RECREATE;
    orders.recreate_sink = FATAL;
    fixture_begin(&fixture_solo);
    fixture_fails_with("as ordered");
}
END_TEST

/* ---- On assignment --------------------------------------------------------------------------- */

START_TEST(test_no_cluster_id)
{
    orders.cluster_id = RETRY;
    fixture_begin(&fixture_solo);
    fixture_is_whole();
}
END_TEST

START_TEST(test_no_log_range)
{
    orders.log_range = RETRY;
    fixture_begin(&both);
    fixture_is_whole();
}
END_TEST

/* The answer to a COMMIT was lost, and what is to be published again cannot be read at once. */
START_TEST(test_outputs_cannot_be_read)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    fixture_go(TWIST_LOST_AFTER);
    fixture_go_to(CALL_OUTPUTS);
    fixture_go(TWIST_LOST_BEFORE);
    fixture_is_whole();
}
END_TEST

START_TEST(test_fetch_fails)
{
    orders.fetch = RETRY;
    orders.fetches_before = _i;
    fixture_begin(&fixture_solo);
    fixture_is_whole();
    ck_assert_int_eq(orders.fetch, OK);
}
END_TEST

/* While the lane backs off it is to fetch nothing: that fails too. */
START_TEST(test_fetch_fails_in_a_wait)
{
    orders.cluster_id = RETRY;
    orders.fetch = RETRY;
    orders.fetches_before = 1;
    fixture_begin(&fixture_solo);
    fixture_is_whole();
}
END_TEST

/* The last record decided is not the one that stands in the log. */
START_TEST(test_another_topic)
{
    static const uint8_t other[SHA256_SIZE] = {1};

    fixture_begin(&fixture_solo);
    fixture_position(2, 2);
    fixture_committed(2);
    world.db.now.positions[0].last_offset = 1;
    world.db.now.positions[0].last_hash = library_add_digest(other);
    fixture_rest();
    ck_assert(atomic_load(&runners[0].lane.refused));
    ck_assert(delivery_standing(runners[0].delivery, 0).refused);
    ck_assert_int_eq(fixture_visible(), 0);
    fixture_go_to(CALL_POLL);
    orders.event.kind = SOURCE_OUT_OF_RANGE;
    fixture_go(TWIST_NONE);
    ck_assert_int_eq(runners[0].call, CALL_COMMITTED);
    /* Nothing of it is written at the end. */
    runners_stop(true);
    fixture_rest();
    ck_assert_int_eq(world.db.now.positions[0].next, 2);
}
END_TEST

/* The log ends without it. */
START_TEST(test_another_topic_that_is_shorter)
{
    fixture_begin(&fixture_solo);
    fixture_position(4, 4);
    fixture_committed(4);
    world.db.now.positions[0].last_offset = 3;
    fixture_rest();
    ck_assert(atomic_load(&runners[0].lane.refused));
}
END_TEST

/* An operator's word is looked for now and then; it is not there, not to be had, and then there. */
START_TEST(test_decision)
{
    fixture_begin(&fixture_solo);
    world.kafka.committed[0] = (struct world_committed){1, 2, METADATA_FOREIGN};
    fixture_rest();
    fixture_go_to(CALL_POSITIONS);
    fixture_go(TWIST_LOST_BEFORE);
    fixture_go_to(CALL_POSITIONS);
    fixture_go(TWIST_NONE);
    ck_assert(atomic_load(&runners[0].lane.refused));
    world.db.now.positions[0].decision = 1;
    fixture_rest();
    ck_assert(!atomic_load(&runners[0].lane.refused));
    ck_assert_int_eq(world.db.now.positions[0].decision, 0);
    fixture_is_whole();
}
END_TEST

/* The others go on meanwhile, and no batch of theirs waits for looks at the refused one. */
START_TEST(test_refused_beside_another)
{
    static const struct scenario beside = {
        .name = "beside", .lanes = 1, .partitions = 2, .records = {1, 3}, .batch = 1};

    fixture_begin(&beside);
    world.kafka.committed[0] = (struct world_committed){1, 1, METADATA_FOREIGN};
    fixture_rest();
    ck_assert(atomic_load(&runners[0].lane.refused));
    ck_assert_int_eq(world.db.now.positions[0].next, 0);
    ck_assert_int_ge(world.db.now.positions[1].next, 3); /* past control records */
    ck_assert_int_eq(world.kafka.committed[1].offset, 3);
}
END_TEST

/*
 * A group that answers with less than this lane has published is not believed, even where the
 * database does not know better yet: nothing is published twice, and the lane goes on when the
 * answer is right again.
 */
START_TEST(test_committed_goes_back_for_a_while)
{
    int64_t published;

    fixture_begin(&fixture_solo);
    fixture_rest();
    published = world.kafka.committed[0].offset;
    world.db.now.positions[0].published = 0;
    fixture_committed(2);
    orders.event.kind = SOURCE_OUT_OF_RANGE;
    fixture_go_to(CALL_COMMITTED);
    fixture_rest();
    ck_assert(atomic_load(&runners[0].lane.refused));
    ck_assert_int_eq(fixture_visible(), 4);
    fixture_committed(published);
    fixture_go_to(CALL_COMMITTED);
    fixture_rest();
    ck_assert(!atomic_load(&runners[0].lane.refused));
    ck_assert_int_eq(fixture_visible(), 4);
    fixture_is_whole();
}
END_TEST

/* ---- A batch --------------------------------------------------------------------------------- */

START_TEST(test_rulebook_inactive)
{
    orders.rulebook_inactive = true;
    fixture_begin(&fixture_solo);
    fixture_fails_with("rulebook: another one is active");
    ck_assert_int_eq(world.db.now.positions[0].next, 0);
}
END_TEST

/* While the batch before is on its way: that one still arrives, unless its end fails too. */
START_TEST(test_history_spoiled)
{
    fixture_begin(&fixture_solo);
    fixture_go_to(CALL_COMMIT);
    fixture_go(TWIST_NONE);
    orders.history_spoiled = true;
    if (_i == 1) {
        fixture_go_to(CALL_END);
        fixture_go(TWIST_LOST_BEFORE);
    }
    fixture_fails_with("");
    ck_assert_int_eq(world.db.now.positions[0].next, 2);
    ck_assert_int_eq(fixture_visible(), _i == 0 ? 3 : 0);
}
END_TEST

/* Found while judging: the patient's other tumours must be locked, so it is claimed once more. */
START_TEST(test_event_id_conflict)
{
    fixture_begin(&both);
    fixture_rest();
    ck_assert_int_eq(world.db.now.row_count, 4);
    ck_assert_str_eq(code_of_row(2), "event_id_conflict");
    fixture_is_whole();
}
END_TEST

START_TEST(test_batch_of_few_bytes)
{
    static const struct scenario small = {
        .name = "small", .lanes = 1, .partitions = 1, .records = {3}, .batch = 3, .batch_bytes = 1};

    fixture_begin(&small);
    fixture_go_to(CALL_COMMIT);
    fixture_go(TWIST_NONE);
    ck_assert_int_eq(world.db.now.positions[0].next, 1);
    fixture_is_whole();
}
END_TEST

/* It ended uncleanly here twice, and now again: from here on record by record. */
START_TEST(test_careful)
{
    fixture_begin(&fixture_solo);
    fixture_position(0, 0);
    world.db.now.positions[0].start = 0;
    world.db.now.positions[0].unclean_ends = 2;
    fixture_go_to(CALL_TRYING);
    fixture_go(TWIST_LOST_BEFORE);
    fixture_go_to(CALL_TRYING);
    fixture_go(TWIST_NONE);
    ck_assert_int_eq(world.db.now.positions[0].trying, 0);
    fixture_go_to(CALL_COMMIT);
    fixture_go(TWIST_NONE);
    ck_assert_int_eq(world.db.now.positions[0].next, 1);
    fixture_is_whole();
}
END_TEST

START_TEST(test_killer)
{
    fixture_begin(&fixture_solo);
    fixture_position(0, 0);
    world.db.now.positions[0].start = 0;
    world.db.now.positions[0].unclean_ends = 3;
    world.db.now.positions[0].trying = 0;
    fixture_rest();
    ck_assert_str_eq(code_of_row(0), "worker_crash");
    fixture_is_whole();
}
END_TEST

/* ---- A restored database, reviews ------------------------------------------------------------ */

/* Two records were published, and the database knows nothing of them. */
static void begin_restored(void)
{
    static const struct scenario restored = {.name = "restored",
                                             .lanes = 1,
                                             .partitions = 1,
                                             .records = {3},
                                             .batch = 2,
                                             .failover = true};

    fixture_begin(&restored);
    fixture_go_to(CALL_COMMIT);
    fixture_go_to(CALL_END);
    fixture_go(TWIST_NONE);
    ck_assert_int_eq(fixture_visible(), 3);
    world_fail_over();
}

static void rest_restored(void)
{
    fixture_is_whole();
    ck_assert_int_eq(fixture_visible_own(), 1);
    ck_assert_int_eq(fixture_visible(), 4);
}

START_TEST(test_restored_and_the_store_fails)
{
    begin_restored();
    fixture_go_to(_i == 0 ? CALL_TOUCHED : CALL_SUPPRESSION_END);
    fixture_go(TWIST_LOST_BEFORE);
    rest_restored();
}
END_TEST

/* The re-evaluation is not known to be sent: it is sent again before the stretch is forgotten. */
START_TEST(test_restored_and_the_end_is_uncertain)
{
    begin_restored();
    fixture_go_to(CALL_TOUCHED);
    orders.commit = SINK_RECREATE;
    rest_restored();
}
END_TEST

START_TEST(test_new_database)
{
    begin_restored();
    memset(&world.db.now.positions[0], 0, sizeof(world.db.now.positions[0]));
    world.db.now.positions[0].lock = NOBODY;
    fixture_is_whole();
    ck_assert_int_eq(fixture_visible_own(), 0); /* all of it is judged by this one anyway */
    ck_assert_int_eq(fixture_visible(), 4);
}
END_TEST

static const struct scenario reviewing = {
    .name = "reviewing", .lanes = 1, .partitions = 1, .records = {1}, .batch = 2, .reviews = true};

START_TEST(test_reviews)
{
    orders.reviews_due = _i == 0 ? 1 : 150; /* more than are claimed at once */
    fixture_begin(&reviewing);
    fixture_rest();
    ck_assert_int_ge(fixture_visible_own(), 1);
    ck_assert_int_eq(orders.reviews_due, 0);
    fixture_is_whole();
}
END_TEST

START_TEST(test_reviews_cannot_be_claimed)
{
    orders.reviews_due = 1;
    fixture_begin(&reviewing);
    fixture_go_to(CALL_REVIEWS);
    fixture_go(TWIST_LOST_BEFORE);
    fixture_rest();
    ck_assert_int_eq(fixture_visible_own(), 1);
}
END_TEST

START_TEST(test_reviews_cannot_be_sent)
{
    orders.reviews_due = 2;
    fixture_begin(&reviewing);
    fixture_go_to(CALL_REVIEWS);
    if (_i == 0) {
        orders.commit = SINK_RECREATE;
    } else {
        fixture_go_to(CALL_PRODUCE);
        fixture_go(TWIST_LOST_BEFORE);
    }
    fixture_rest();
    ck_assert_int_eq(fixture_visible_own(), 0); /* the claim lapses by itself */
    fixture_is_whole();
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_nothing_special);
    tcase_add_test(tc, test_stopped_before_anything);
    tcase_add_test(tc, test_stopped_while_recovering);
    tcase_add_loop_test(tc, test_init_answers, 0, (int)(sizeof(passing) / sizeof(passing[0])));
    tcase_add_loop_test(tc, test_init_fails, 0, (int)(sizeof(lasting) / sizeof(lasting[0])));
    tcase_add_test(tc, test_producer_cannot_be_made);
    tcase_add_test(tc, test_no_cluster_id);
    tcase_add_test(tc, test_no_log_range);
    tcase_add_test(tc, test_outputs_cannot_be_read);
    tcase_add_loop_test(tc, test_fetch_fails, 0, 2);
    tcase_add_test(tc, test_fetch_fails_in_a_wait);
    tcase_add_test(tc, test_another_topic);
    tcase_add_test(tc, test_another_topic_that_is_shorter);
    tcase_add_test(tc, test_decision);
    tcase_add_test(tc, test_refused_beside_another);
    tcase_add_test(tc, test_committed_goes_back_for_a_while);
    tcase_add_test(tc, test_rulebook_inactive);
    tcase_add_loop_test(tc, test_history_spoiled, 0, 2);
    tcase_add_test(tc, test_event_id_conflict);
    tcase_add_test(tc, test_batch_of_few_bytes);
    tcase_add_test(tc, test_careful);
    tcase_add_test(tc, test_killer);
    tcase_add_loop_test(tc, test_restored_and_the_store_fails, 0, 2);
    tcase_add_test(tc, test_restored_and_the_end_is_uncertain);
    tcase_add_test(tc, test_new_database);
    tcase_add_loop_test(tc, test_reviews, 0, 2);
    tcase_add_test(tc, test_reviews_cannot_be_claimed);
    tcase_add_loop_test(tc, test_reviews_cannot_be_sent, 0, 2);
}

int main(void)
{
    Suite *suite = suite_create("delivery");
    TCase *tc = tcase_create("delivery");
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
