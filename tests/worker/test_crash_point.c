/* The tests that kill the worker name its crash points: names are distinct and stay. */
#include "worker/crash_point.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_names)
{
    for (size_t i = 0; i < CRASH_POINT_COUNT; i++) {
        const char *name = crash_point_name((enum crash_point)i);

        ck_assert_msg(strncmp(name, "before-", 7) == 0 || strncmp(name, "after-", 6) == 0, "%s",
                      name);
        ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(name, crash_point_name((enum crash_point)j));
    }
}
END_TEST

/* A transaction reaches its points in this order, counted from its first one. */
START_TEST(test_points_of_a_transaction_follow_each_other)
{
    ck_assert_int_eq(CRASH_AFTER_PRODUCED, CRASH_AFTER_BEGIN + 1);
    ck_assert_int_eq(CRASH_AFTER_OFFSETS, CRASH_AFTER_BEGIN + 2);
    ck_assert_int_eq(CRASH_AFTER_COMMIT, CRASH_AFTER_BEGIN + 3);
    ck_assert_int_eq(CRASH_AFTER_REPUBLISH_COMMIT, CRASH_AFTER_REPUBLISH_BEGIN + 3);
    ck_assert_int_eq(CRASH_AFTER_REVIEWS_COMMIT, CRASH_AFTER_REVIEWS_BEGIN + 3);
}
END_TEST

/* In the product reaching one does nothing, whatever the environment says. */
START_TEST(test_nothing_happens_in_the_product)
{
    (void)setenv("RESTAGE_CRASH_POINT", "after-store-commit", 1);
    (void)setenv("RESTAGE_CRASH_RECORD", "deadly", 1);
    for (size_t i = 0; i < CRASH_POINT_COUNT; i++)
        crash_point((enum crash_point)i);
    crash_record((struct bytes){"deadly", 6});
    ck_assert_str_eq(crash_point_name(CRASH_AFTER_STORE_COMMIT), "after-store-commit");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crash_point");
    TCase *tc = tcase_create("points");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_points_of_a_transaction_follow_each_other);
    tcase_add_test(tc, test_nothing_happens_in_the_product);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
