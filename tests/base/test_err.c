#include "base/err.h"

#include <check.h>
#include <string.h>

START_TEST(setting_an_error_returns_its_status)
{
    struct err err;

    ck_assert_int_eq(err_set(&err, RETRY, "broker %d: %s", 3, "away"), RETRY);
    ck_assert_int_eq(err.status, RETRY);
    ck_assert_str_eq(err.text, "broker 3: away");
}
END_TEST

START_TEST(context_goes_before_the_text)
{
    struct err err;

    (void)err_set(&err, REJECT, "no key");
    ck_assert_int_eq(err_add(&err, "line %d", 7), REJECT);
    ck_assert_str_eq(err.text, "line 7: no key");
    ck_assert_int_eq(err_add(&err, "file"), REJECT);
    ck_assert_str_eq(err.text, "file: line 7: no key");
}
END_TEST

START_TEST(a_long_text_is_cut_and_never_overruns)
{
    struct {
        struct err err;
        char guard;
    } s = {.guard = 'g'};
    char text[2 * sizeof(s.err.text)];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)err_set(&s.err, FATAL, "%s", text);
    ck_assert_uint_eq(strlen(s.err.text), sizeof(s.err.text) - 1);
    (void)err_add(&s.err, "%s", text);
    ck_assert_uint_eq(strlen(s.err.text), sizeof(s.err.text) - 1);
    ck_assert_int_eq(s.guard, 'g');
    ck_assert_int_eq(s.err.status, FATAL);
}
END_TEST

START_TEST(every_status_has_a_name)
{
    ck_assert_str_eq(status_name(OK), "ok");
    ck_assert_str_eq(status_name(RETRY), "retry");
    ck_assert_str_eq(status_name(REJECT), "reject");
    ck_assert_str_eq(status_name(FATAL), "fatal");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("err");
    TCase *tcase = tcase_create("err");
    SRunner *runner;
    int failures;

    tcase_add_test(tcase, setting_an_error_returns_its_status);
    tcase_add_test(tcase, context_goes_before_the_text);
    tcase_add_test(tcase, a_long_text_is_cut_and_never_overruns);
    tcase_add_test(tcase, every_status_has_a_name);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
