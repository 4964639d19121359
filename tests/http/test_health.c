/* The whole is as bad as its worst check. */
#include "http/health.h"

#include <check.h>
#include <stdlib.h>

static const struct health_check pass = {"a:b", HEALTH_PASS, 1, "s", "unused"};
static const struct health_check warn = {"c:d", HEALTH_WARN, -2, "lanes", "look"};
static const struct health_check fail = {"e:f", HEALTH_FAIL, 3, "lanes", "act"};

static void prints(const struct health *health, const char *expected)
{
    size_t size;
    char *text = health_print(health, "0.1.0", &size);

    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(test_nothing_to_check)
{
    struct health h = {.count = 0};

    ck_assert_int_eq(health_status(&h), HEALTH_PASS);
    prints(&h, "{\"status\":\"pass\",\"version\":\"1\",\"releaseId\":\"0.1.0\",\"checks\":{}}\n");
}
END_TEST

START_TEST(test_worst_counts)
{
    struct health h = {.count = 0};

    health_add(&h, &pass);
    ck_assert_int_eq(health_status(&h), HEALTH_PASS);
    health_add(&h, &warn);
    ck_assert_int_eq(health_status(&h), HEALTH_WARN);
    health_add(&h, &fail);
    health_add(&h, &pass);
    ck_assert_int_eq(health_status(&h), HEALTH_FAIL);
}
END_TEST

/* What is wrong is said only of checks that do not pass. */
START_TEST(test_print)
{
    struct health h = {.count = 0};

    health_add(&h, &pass);
    health_add(&h, &warn);
    prints(&h, "{\"status\":\"warn\",\"version\":\"1\",\"releaseId\":\"0.1.0\",\"checks\":{"
               "\"a:b\":[{\"status\":\"pass\",\"observedValue\":1,\"observedUnit\":\"s\"}],"
               "\"c:d\":[{\"status\":\"warn\",\"observedValue\":-2,\"observedUnit\":\"lanes\","
               "\"output\":\"look\"}]}}\n");
}
END_TEST

START_TEST(test_names)
{
    ck_assert_str_eq(health_status_name(HEALTH_PASS), "pass");
    ck_assert_str_eq(health_status_name(HEALTH_WARN), "warn");
    ck_assert_str_eq(health_status_name(HEALTH_FAIL), "fail");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("health");
    TCase *tc = tcase_create("health");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_nothing_to_check);
    tcase_add_test(tc, test_worst_counts);
    tcase_add_test(tc, test_print);
    tcase_add_test(tc, test_names);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
