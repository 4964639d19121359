#include "fixture_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct fixture_case f;

static void set_up(void)
{
    fixture_begin(&f);
}

static void tear_down(void)
{
    fixture_end(&f);
}

static bool cautions(const char *code, const char *words)
{
    return strstr(finding_caution(&f.said.judgement, rule_index(code)), words) != NULL;
}

START_TEST(stage_is_printed_only_when_it_is_one)
{
    fixture_biopsy(&f, "2026-01-05");
    ck_assert(!fixture_says(&f, "A-STAGE4", "M:"));
    fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    ck_assert(fixture_says(&f, "A-STAGE4", "M: cM1a, group: IVA"));
    ck_assert(fixture_says(&f, "A-STAGE4", "not by histology"));
}
END_TEST

START_TEST(restaging_names_its_days)
{
    fixture_in_scope(&f);
    fixture_start(&f, "2026-02-01", 1);
    ck_assert(fixture_says(&f, "R-RESPONSE-ASSESS", "Due on 2026-03-29, overdue from 2026-04-26."));
}
END_TEST

START_TEST(early_therapy_names_the_day_of_discovery)
{
    fixture_in_scope(&f);
    ck_assert(fixture_says(&f, "R-SYS-EARLY", "first shown on 2026-01-20"));
}
END_TEST

START_TEST(cea_before_therapy_is_provisional)
{
    fixture_in_scope(&f);
    fixture_cea(&f, "2026-01-21", 4000);
    ck_assert_int_eq(fixture_status(&f, "A-CEA-FAV"), STATUS_APPLIES);
    ck_assert(cautions("A-CEA-FAV", "Before therapy, provisional"));
    fixture_start(&f, "2026-02-01", 1);
    fixture_cea(&f, "2026-02-20", 5000);
    ck_assert_int_eq(fixture_status(&f, "A-CEA-UNFAV"), STATUS_APPLIES);
    ck_assert(!cautions("A-CEA-UNFAV", "provisional"));
    ck_assert(cautions("A-CEA-UNFAV", "Exactly 5.0"));
}
END_TEST

START_TEST(unknown_margin_is_said_beside_survival)
{
    fixture_responding(&f);
    ck_assert(!fixture_says(&f, "A-5Y", "R status"));
    fixture_surgery(&f, "2026-05-10", PROCEDURE_PALND, PLAN_STATE_DONE);
    ck_assert(fixture_says(&f, "A-5Y", "R status"));
}
END_TEST

START_TEST(centre_without_experience_refers)
{
    struct event *e = fixture_event(&f, BODY_CENTRE, "2026-04-11");

    fixture_responding(&f);
    e->body.centre.name = "";
    e->body.centre.laparoscopic_palnd_experience = ANSWER_NO;
    fixture_apply(&f, e);
    ck_assert_int_eq(fixture_status(&f, "R-LAP-PALND"), STATUS_NOT);
    ck_assert(fixture_says(&f, "R-LAP-PALND", "refer"));
}
END_TEST

/* Every wording of every row fits its buffer at its longest. */
START_TEST(texts_fit)
{
    fixture_responding(&f);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        char text[WORDING_SIZE];

        finding_text(&f.said.judgement, i, text);
        ck_assert_uint_lt(strlen(text), WORDING_SIZE - 1);
        ck_assert_uint_gt(strlen(text), 10);
    }
}
END_TEST

START_TEST(inputs_are_told_shortly)
{
    char text[WORDING_SIZE];
    struct event *e;

    e = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    input_text(e, text);
    ck_assert_str_eq(text, "CT, para-aortic nodes metastatic");
    e = fixture_cea(&f, "2026-01-21", 4996);
    input_text(e, text);
    ck_assert_ptr_nonnull(strstr(text, "4.996 ng/mL"));
    e = fixture_start(&f, "2026-02-01", 2);
    input_text(e, text);
    ck_assert_str_eq(text, "systemic therapy started, line 2");
    e = fixture_status_event(&f, "2026-02-02", 1);
    input_text(e, text);
    ck_assert_ptr_nonnull(strstr(text, "ECOG 1"));
    e = fixture_surgery(&f, "2026-02-03", PROCEDURE_PALND, PLAN_STATE_DONE);
    input_text(e, text);
    ck_assert_str_eq(text, "surgery with para-aortic dissection, done");
    e = fixture_kras(&f, "2026-02-04", GENE_STATUS_MUTATED);
    input_text(e, text);
    ck_assert_str_eq(text, "molecular, KRAS mutated");
    e = fixture_distance(&f, "2026-02-05", 14100);
    input_text(e, text);
    ck_assert_ptr_nonnull(strstr(text, "14.1 cm"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wording");
    TCase *tcase = tcase_create("texts");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, stage_is_printed_only_when_it_is_one);
    tcase_add_test(tcase, restaging_names_its_days);
    tcase_add_test(tcase, early_therapy_names_the_day_of_discovery);
    tcase_add_test(tcase, cea_before_therapy_is_provisional);
    tcase_add_test(tcase, unknown_margin_is_said_beside_survival);
    tcase_add_test(tcase, centre_without_experience_refers);
    tcase_add_test(tcase, texts_fit);
    tcase_add_test(tcase, inputs_are_told_shortly);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
