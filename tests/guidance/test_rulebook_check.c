#include "guidance/criteria.h"
#include "guidance/rulebook.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Tables that contradict themselves are refused, each for its own reason. */

static const struct rule sound = {.code = "R-ONE",
                                  .strength = STRENGTH_CONSIDER,
                                  .when = {&in_scope, &therapy_started},
                                  .say = "Something.",
                                  .statements = {"S1"}};

static void check_refused(const struct rule *rows, size_t count, const char *reason)
{
    struct err err = {.text = ""};

    ck_assert_int_eq(rulebook_check_rules(rows, count, &err), FATAL);
    ck_assert_msg(strstr(err.text, reason) != NULL, "%s", err.text);
}

START_TEST(sound_rows_pass)
{
    struct rule rows[2] = {sound, sound};
    struct err err;

    rows[1].code = "R-TWO";
    rows[1].when[0] = NULL;
    rows[1].until = &in_scope; /* a hold needs no other condition */
    ck_assert_int_eq(rulebook_check_rules(rows, 2, &err), OK);
}
END_TEST

START_TEST(code_twice)
{
    struct rule rows[2] = {sound, sound};

    check_refused(rows, 2, "stands there twice");
}
END_TEST

START_TEST(nothing_said_or_cited)
{
    struct rule row = sound;

    row.statements[0] = NULL;
    check_refused(&row, 1, "says nothing or cites nothing");
    row = sound;
    row.say = NULL;
    check_refused(&row, 1, "says nothing or cites nothing");
    row.say = "";
    check_refused(&row, 1, "says nothing or cites nothing");
}
END_TEST

START_TEST(no_condition)
{
    struct rule row = sound;

    row.when[0] = NULL;
    check_refused(&row, 1, "has no condition");
}
END_TEST

START_TEST(same_condition_twice)
{
    struct rule row = sound;

    row.when[1] = &in_scope;
    check_refused(&row, 1, "asks the same twice");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rulebook check");
    TCase *tcase = tcase_create("rows");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, sound_rows_pass);
    tcase_add_test(tcase, code_twice);
    tcase_add_test(tcase, nothing_said_or_cited);
    tcase_add_test(tcase, no_condition);
    tcase_add_test(tcase, same_condition_twice);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
