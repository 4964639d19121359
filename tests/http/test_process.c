/* Figures of this very process, checked against what the test does. */
#include "http/process.h"

#include <check.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

START_TEST(test_open_files)
{
    int64_t before = process_figures().open_fds;
    int fd = open("/dev/null", O_RDONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(before, 0);
    ck_assert_int_eq(process_figures().open_fds, before + 1);
    (void)close(fd);
    ck_assert_int_eq(process_figures().open_fds, before);
}
END_TEST

START_TEST(test_limit_of_files)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 64)
        return;
    limit.rlim_cur = 64;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(process_figures().max_fds, 64);
}
END_TEST

START_TEST(test_start_is_in_the_past)
{
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    int64_t start_ms = process_figures().start_time_ms;

    ck_assert_int_gt(start_ms, now_ms - 600000);
    ck_assert_int_lt(start_ms, now_ms + 2000);
}
END_TEST

START_TEST(test_time_and_memory)
{
    struct process_figures before = process_figures();
    struct process_figures after = before;

    while (after.cpu_us < before.cpu_us + 1000)
        after = process_figures();
    ck_assert_int_ge(after.cpu_us, before.cpu_us + 1000);
    ck_assert_int_gt(after.resident_memory_size, 65536);
    ck_assert_int_ge(after.virtual_memory_size, after.resident_memory_size);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process");
    TCase *tc = tcase_create("figures");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_open_files);
    tcase_add_test(tc, test_limit_of_files);
    tcase_add_test(tc, test_start_is_in_the_past);
    tcase_add_test(tc, test_time_and_memory);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
