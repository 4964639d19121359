#include "store/store.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1800000000000)
#define MINUTE INT64_C(60000)

static const char *conninfo;
static struct store *store;
static struct store *other;
static struct arena *arena;
static struct test_batch batch;
static struct store_claimed claimed;
static struct store_review *reviews;
static size_t review_count;
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

static void claim_reviews(struct store *by, int64_t now, size_t limit)
{
    ck_assert_msg(store_reviews_claim(by, now, limit, arena, &reviews, &review_count, &err) == OK,
                  "%s", err.text);
}

/* A subject with one recommendation, due at ${due_at}, that names ${hold} (0: none). */
static void subject_due(uint8_t patient, int64_t due_at, uint8_t hold, int64_t offset)
{
    struct store_subject_update update = update_of(patient, 0, 1);
    struct store_recommendation r = recommendation_of(patient, 0, 1, 0, offset);
    struct store_output output = {&r, NULL};
    struct uuid holds[1] = {uuid_of(0xdd, 0, hold)};

    update.review_due_at = due_at;
    update.holds = holds;
    update.hold_count = hold == 0 ? 0 : 1;
    batch_begin(&batch, 0, offset, offset + 1);
    batch_event(&batch, patient, 0, 1);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), OK);
    ck_assert_msg(store_commit(store,
                               &(struct store_result){.subjects = &update,
                                                      .subject_count = 1,
                                                      .outputs = &output,
                                                      .output_count = 1},
                               &err) == OK,
                  "%s", err.text);
}

static void bury(uint8_t number, uint8_t patient, int64_t offset)
{
    struct store_dead_letter d = dead_letter_of(number, patient, 1, offset);
    struct store_output output = {NULL, &d};

    batch_begin(&batch, 1, offset, offset + 1);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), OK);
    ck_assert_int_eq(
        store_commit(store, &(struct store_result){.outputs = &output, .output_count = 1}, &err),
        OK);
}

START_TEST(what_is_due_is_claimed_once)
{
    subject_due(1, NOW - 1, 0, 0);
    subject_due(2, NOW + 1, 0, 1);
    subject_due(3, INT64_MIN, 0, 2);
    claim_reviews(store, NOW, 10);
    ck_assert_uint_eq(review_count, 1);
    ck_assert_str_eq(reviews[0].patient_value, "P1");
    ck_assert_str_eq(reviews[0].authority, "hospital");
    ck_assert_str_eq(reviews[0].tumour_id, "primary");
    ck_assert_int_eq(reviews[0].due_at, NOW - 1);
    claim_reviews(other, NOW + 4 * MINUTE, 10);
    ck_assert_uint_eq(review_count, 1); /* that is the second one, due by now */
    ck_assert_str_eq(reviews[0].patient_value, "P2");
}
END_TEST

START_TEST(a_claim_lapses)
{
    subject_due(1, NOW - 1, 0, 0);
    claim_reviews(store, NOW, 10);
    claim_reviews(other, NOW + 5 * MINUTE, 10);
    ck_assert_uint_eq(review_count, 0);
    claim_reviews(other, NOW + 5 * MINUTE + 1, 10);
    ck_assert_uint_eq(review_count, 1);
}
END_TEST

START_TEST(a_new_recommendation_ends_the_claim)
{
    struct store_subject_update update = update_of(1, 0, 2);

    subject_due(1, NOW - 1, 0, 0);
    claim_reviews(store, NOW, 10);
    update.review_due_at = NOW + 1;
    batch_begin(&batch, 0, 1, 2);
    batch_event(&batch, 1, 0, 2);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), OK);
    ck_assert_int_eq(
        store_commit(store, &(struct store_result){.subjects = &update, .subject_count = 1}, &err),
        OK);
    claim_reviews(store, NOW + 2, 10);
    ck_assert_uint_eq(review_count, 1);
    ck_assert_int_eq(reviews[0].due_at, NOW + 1);
}
END_TEST

START_TEST(the_limit_holds)
{
    for (uint8_t i = 1; i <= 5; i++)
        subject_due(i, NOW - 10 + i, 0, i - 1);
    claim_reviews(store, NOW, 3);
    ck_assert_uint_eq(review_count, 3);
    claim_reviews(other, NOW, 3);
    ck_assert_uint_eq(review_count, 2);
}
END_TEST

START_TEST(locked_rows_are_skipped)
{
    subject_due(1, NOW - 1, 0, 0);
    subject_due(2, NOW - 1, 0, 1);
    batch_begin(&batch, 2, 0, 1);
    batch_event(&batch, 1, 0, 9);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), OK);
    claim_reviews(other, NOW, 10);
    ck_assert_uint_eq(review_count, 1);
    ck_assert_str_eq(reviews[0].patient_value, "P2");
    store_rollback(store);
}
END_TEST

START_TEST(a_hold_not_named_yet_is_due)
{
    subject_due(1, INT64_MIN, 0, 0);
    subject_due(2, INT64_MIN, 0, 1);
    bury(1, 1, 0);
    claim_reviews(store, NOW, 10);
    ck_assert_uint_eq(review_count, 1);
    ck_assert_str_eq(reviews[0].patient_value, "P1");
    ck_assert_int_eq(reviews[0].due_at, 1700000000123); /* its last as_of */
}
END_TEST

START_TEST(a_hold_named_and_open_is_not_due)
{
    bury(1, 1, 0);
    subject_due(1, INT64_MIN, 1, 0);
    claim_reviews(store, NOW, 10);
    ck_assert_uint_eq(review_count, 0);
}
END_TEST

START_TEST(a_hold_named_but_closed_is_due)
{
    struct store_closing closing = {uuid_of(0xdd, 0, 1), NULL, "resolved", "seen"};

    bury(1, 1, 0);
    subject_due(1, INT64_MIN, 1, 0);
    batch_begin(&batch, 2, 0, 1);
    ck_assert_int_eq(store_claim(store, &batch.batch, arena, &claimed, &err), OK);
    ck_assert_int_eq(
        store_commit(store, &(struct store_result){.closings = &closing, .closing_count = 1}, &err),
        OK);
    claim_reviews(store, NOW, 10);
    ck_assert_uint_eq(review_count, 1);
}
END_TEST

START_TEST(figures_count_first_open_rows)
{
    struct store_figures figures;

    ck_assert_int_eq(store_figures(store, &figures, &err), OK);
    ck_assert_int_eq(figures.dead_letters_open, 0);
    ck_assert_int_eq(figures.dead_letter_oldest_ms, 0);
    bury(5, 1, 0);
    bury(2, 0, 1);
    subject_due(1, INT64_MIN, 5, 0);
    ck_assert_int_eq(store_figures(store, &figures, &err), OK);
    ck_assert_int_eq(figures.dead_letters_open, 2);
    ck_assert_int_eq(figures.dead_letters_without_patient, 1);
    ck_assert_int_eq(figures.dead_letter_oldest_ms, 1700000000002);
    ck_assert_int_eq(figures.subjects_on_hold, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_reviews");
    TCase *tcase = tcase_create("store_reviews");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_due_is_claimed_once);
    tcase_add_test(tcase, a_claim_lapses);
    tcase_add_test(tcase, a_new_recommendation_ends_the_claim);
    tcase_add_test(tcase, the_limit_holds);
    tcase_add_test(tcase, locked_rows_are_skipped);
    tcase_add_test(tcase, a_hold_not_named_yet_is_due);
    tcase_add_test(tcase, a_hold_named_and_open_is_not_due);
    tcase_add_test(tcase, a_hold_named_but_closed_is_due);
    tcase_add_test(tcase, figures_count_first_open_rows);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
