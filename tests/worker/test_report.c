/* Counting: what is added up, what only the last of is kept. */
#include "worker/report.h"

#include "worker/intake.h"

#include <check.h>
#include <string.h>

/* Every count at its own value, so that none can stand in for another. */
static struct report distinct(void)
{
    struct report r = {.batches = 1,
                       .applied = 2,
                       .older = 3,
                       .duplicates = 4,
                       .dead_letters_published = 5,
                       .dead_letters_closed = 6,
                       .republished = 7,
                       .misses = 8,
                       .rebalances = 9,
                       .recoveries = 10,
                       .reconnects = 11,
                       .producers_recreated = 12,
                       .reviews_published = 13,
                       .reevaluations_published = 14,
                       .unknown_fields = 15,
                       .trouble = 16,
                       .batch_records = 17};

    for (int64_t i = 0; i < REPORT_TOPICS_MAX; i++) {
        r.consumed[i] = 100 + i;
        r.consumed_bytes[i] = 200 + i;
    }
    for (int64_t i = 0; i < ERROR_CODE_COUNT; i++)
        r.dead_lettered[i] = 300 + i;
    for (int64_t i = 0; i < REPORT_CHANGES; i++)
        r.published[i] = 400 + i;
    for (int64_t i = 0; i < REPORT_DURATIONS; i++)
        r.duration_us[i] = 500 + i;
    return r;
}

START_TEST(test_add)
{
    static const struct report nothing;
    struct report total = distinct();
    struct report delta = distinct();
    const struct report once = distinct();
    const int64_t *sums = (const int64_t *)&total;
    const int64_t *ones = (const int64_t *)&once;

    report_add(&total, &delta);
    ck_assert_mem_eq(&delta, &nothing, sizeof(delta));
    ck_assert_int_eq(total.batch_records, 17);
    for (size_t i = 0; i < REPORT_DURATIONS; i++)
        ck_assert_int_eq(total.duration_us[i], once.duration_us[i]);
    /* Nothing else was forgotten: all the other numbers doubled. */
    total.batch_records *= 2;
    for (size_t i = 0; i < REPORT_DURATIONS; i++)
        total.duration_us[i] *= 2;
    for (size_t i = 0; i < sizeof(total) / sizeof(int64_t); i++)
        ck_assert_msg(sums[i] == 2 * ones[i], "number %zu is %lld, not %lld", i, (long long)sums[i],
                      2 * (long long)ones[i]);
}
END_TEST

START_TEST(test_published)
{
    static const char *const changes[] = {"initial", "changed", "unchanged"};
    const struct store_dead_letter letter = {.code = "empty"};
    struct report r = {.batches = 0};

    for (size_t i = 0; i < 3; i++)
        for (size_t times = 0; times <= i; times++) {
            const struct store_recommendation row = {.change = changes[i]};

            report_published(&r, &(struct store_output){.recommendation = &row});
        }
    report_published(&r, &(struct store_output){.dead_letter = &letter});
    ck_assert_int_eq(r.published[REPORT_INITIAL], 1);
    ck_assert_int_eq(r.published[REPORT_CHANGED], 2);
    ck_assert_int_eq(r.published[REPORT_UNCHANGED], 3);
    ck_assert_int_eq(r.dead_letters_published, 1);
}
END_TEST

START_TEST(test_decided)
{
    struct intake_item items[] = {{.code = ERROR_NONE},
                                  {.code = ERROR_EMPTY},
                                  {.code = ERROR_EMPTY},
                                  {.code = ERROR_WORKER_CRASH}};
    const struct intake intake = {.items = items, .count = 4, .unknown_fields = 5};
    const struct store_result result = {.closing_count = 2};
    const struct report judged = {.applied = 1, .older = 2, .duplicates = 3};
    struct report r = {.batches = 1, .batch_records = 9, .applied = 10};

    report_decided(&r, &intake, &judged, &result);
    ck_assert_int_eq(r.applied, 11);
    ck_assert_int_eq(r.older, 2);
    ck_assert_int_eq(r.duplicates, 3);
    ck_assert_int_eq(r.batches, 2);
    ck_assert_int_eq(r.batch_records, 4);
    ck_assert_int_eq(r.unknown_fields, 5);
    ck_assert_int_eq(r.dead_letters_closed, 2);
    ck_assert_int_eq(r.dead_lettered[ERROR_NONE], 0);
    ck_assert_int_eq(r.dead_lettered[ERROR_EMPTY], 2);
    ck_assert_int_eq(r.dead_lettered[ERROR_WORKER_CRASH], 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tc = tcase_create("counts");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_add);
    tcase_add_test(tc, test_published);
    tcase_add_test(tc, test_decided);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
