/*
 * The clinician's cases, one by one and in every order of arrival, and whether they cover the
 * rulebook: each row applying, not applying and undetermined, each phase, warning and flag.
 */
#include "case_expect.h"
#include "case_file.h"
#include "case_run.h"

#include "guidance/phase.h"
#include "guidance/rule.h"
#include "guidance/safety.h"
#include "guidance/warnings.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 4

static struct cases *cases;

/* ---- The cases ------------------------------------------------------------------------------- */

static void end_case(const struct clinical_case *c, struct complaints *complaints)
{
    ck_assert_msg(complaints->size == 0, "%s:%zu: %s\n%s", c->file, c->number, c->name,
                  complaints->text);
}

START_TEST(a_case_as_it_stands)
{
    const struct clinical_case *c = cases_get(cases, (size_t)_i);
    struct complaints complaints = {.size = 0};
    json_t *r = case_run(cases, c, ARRIVAL_AS_WRITTEN, 0);

    case_expect(c, r, &complaints);
    json_decref(r);
    end_case(c, &complaints);
}
END_TEST

START_TEST(a_case_in_another_order)
{
    const struct clinical_case *c = cases_get(cases, (size_t)_i);
    struct complaints complaints = {.size = 0};
    json_t *first = case_run(cases, c, ARRIVAL_AS_WRITTEN, 0);
    json_t *r;

    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        char order[32];

        (void)snprintf(order, sizeof(order), "shuffled by %u", seed);
        r = case_run(cases, c, ARRIVAL_SHUFFLED, seed);
        case_expect_same(first, r, order, &complaints);
        json_decref(r);
    }
    r = case_run(cases, c, ARRIVAL_DOUBLED, 0);
    case_expect_same(first, r, "every line twice", &complaints);
    json_decref(r);
    r = case_run(cases, c, ARRIVAL_CORRECTED, 0);
    case_expect_same(first, r, "every report first wrong", &complaints);
    json_decref(r);
    json_decref(first);
    end_case(c, &complaints);
}
END_TEST

/* ---- What they cover ------------------------------------------------------------------------- */

static bool is_covered(const char *verb, const char *word)
{
    for (size_t i = 0; i < cases_count(cases); i++)
        if (case_speaks_of(cases_get(cases, i), verb, word))
            return true;
    return false;
}

/* ${gaps} says so unless some case expects ${word} with ${verb}. */
static void cover(const char *verb, const char *word, struct complaints *gaps)
{
    if (!is_covered(verb, word))
        gaps->size += (size_t)snprintf(gaps->text + gaps->size, sizeof(gaps->text) - gaps->size,
                                       "  no case has %s %s\n", verb, word);
}

START_TEST(every_row_applies_does_not_and_is_undetermined)
{
    static const char *const verbs[] = {"applies", "not", "undetermined"};
    struct complaints gaps = {.size = 0};

    for (size_t i = 0; i < RULE_COUNT; i++)
        for (size_t v = 0; v < 3; v++)
            if (cases_gap(cases, rules[i].code, verbs[v]) == NULL)
                cover(verbs[v], rules[i].code, &gaps);
            else
                ck_assert_msg(!is_covered(verbs[v], rules[i].code), "gaps.txt: %s %s has a case",
                              rules[i].code, verbs[v]);
    ck_assert_msg(gaps.size == 0, "rows without a case:\n%s", gaps.text);
}
END_TEST

START_TEST(every_phase_has_a_case)
{
    struct complaints gaps = {.size = 0};

    for (int phase = PHASE_NONE + 1; phase < PHASE_COUNT; phase++)
        cover("phase", phase_code((enum phase)phase), &gaps);
    ck_assert_msg(gaps.size == 0, "phases without a case:\n%s", gaps.text);
}
END_TEST

START_TEST(every_warning_is_raised_and_is_not)
{
    struct complaints gaps = {.size = 0};

    for (size_t i = 0; i < WARNING_COUNT; i++) {
        cover("warns", warning_rows[i].code, &gaps);
        cover("silent", warning_rows[i].code, &gaps);
    }
    ck_assert_msg(gaps.size == 0, "warnings without a case:\n%s", gaps.text);
}
END_TEST

START_TEST(every_flag_is_raised_and_is_not)
{
    struct complaints gaps = {.size = 0};

    for (size_t i = 0; i < FLAG_COUNT; i++) {
        cover("flags", flag_rows[i].code, &gaps);
        cover("unflagged", flag_rows[i].code, &gaps);
    }
    ck_assert_msg(gaps.size == 0, "flags without a case:\n%s", gaps.text);
}
END_TEST

/* "test_cases CASE" prints what comes of one case, for whoever writes it. */
static int show(const char *name)
{
    for (size_t i = 0; i < cases_count(cases); i++) {
        const struct clinical_case *c = cases_get(cases, i);
        json_t *r;

        if (strcmp(c->name, name) != 0)
            continue;
        r = case_run(cases, c, ARRIVAL_AS_WRITTEN, 0);
        (void)json_dumpf(r, stdout, JSON_INDENT(1));
        (void)putchar('\n');
        json_decref(r);
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "no such case: %s\n", name);
    return EXIT_FAILURE;
}

static int test_all(void)
{
    Suite *suite = suite_create("cases");
    TCase *each = tcase_create("each case");
    TCase *together = tcase_create("all together");
    SRunner *runner;
    int failed;

    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, a_case_as_it_stands, 0, (int)cases_count(cases));
    tcase_add_loop_test(each, a_case_in_another_order, 0, (int)cases_count(cases));
    tcase_add_test(together, every_row_applies_does_not_and_is_undetermined);
    tcase_add_test(together, every_phase_has_a_case);
    tcase_add_test(together, every_warning_is_raised_and_is_not);
    tcase_add_test(together, every_flag_is_raised_and_is_not);
    suite_add_tcase(suite, each);
    suite_add_tcase(suite, together);
    runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK); /* hundreds of cases, none of which may crash */
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    int code;

    cases = cases_read(CASES_DIR);
    code = argc > 1 ? show(argv[1]) : test_all();
    cases_free(cases);
    return code;
}
