/* How many records a batch may have, by what those before needed. */
#include "worker/batch_size.h"

#include <check.h>

#define MIB ((size_t)1 << 20)

START_TEST(it_begins_small_and_doubles)
{
    struct batch_size size = batch_size_begin(500);

    ck_assert_uint_eq(size.records, 64);
    batch_size_fitted(&size, 64, MIB);
    ck_assert_uint_eq(size.records, 128);
    batch_size_fitted(&size, 128, 2 * MIB);
    batch_size_fitted(&size, 256, 4 * MIB);
    ck_assert_uint_eq(size.records, 500);
    batch_size_fitted(&size, 500, 8 * MIB);
    ck_assert_uint_eq(size.records, 500);
}
END_TEST

START_TEST(never_more_than_was_set)
{
    struct batch_size size = batch_size_begin(3);

    ck_assert_uint_eq(size.records, 3);
    batch_size_fitted(&size, 3, MIB);
    ck_assert_uint_eq(size.records, 3);
}
END_TEST

/* A small batch says nothing against large ones. */
START_TEST(a_small_batch_changes_nothing)
{
    struct batch_size size = batch_size_begin(500);

    batch_size_fitted(&size, 3, MIB);
    ck_assert_uint_eq(size.records, 64);
}
END_TEST

/* Long histories: as many as need 64 MiB. */
START_TEST(long_histories_make_it_smaller)
{
    struct batch_size size = batch_size_begin(500);

    batch_size_fitted(&size, 64, 48 * MIB);
    ck_assert_uint_eq(size.records, 85);
    batch_size_fitted(&size, 85, 128 * MIB);
    ck_assert_uint_eq(size.records, 42);
    batch_size_fitted(&size, 1, 100 * MIB);
    ck_assert_uint_eq(size.records, 1);
    batch_size_fitted(&size, 1, MIB);
    ck_assert_uint_eq(size.records, 2);
}
END_TEST

START_TEST(what_does_not_fit_is_tried_in_small)
{
    struct batch_size size = batch_size_begin(500);

    batch_size_burst(&size, 64);
    ck_assert_uint_eq(size.records, 8);
    batch_size_burst(&size, 2);
    ck_assert_uint_eq(size.records, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch size");
    TCase *tc = tcase_create("batch size");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, it_begins_small_and_doubles);
    tcase_add_test(tc, never_more_than_was_set);
    tcase_add_test(tc, a_small_batch_changes_nothing);
    tcase_add_test(tc, long_histories_make_it_smaller);
    tcase_add_test(tc, what_does_not_fit_is_tried_in_small);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
