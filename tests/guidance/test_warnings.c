#include "fixture_case.h"

#include <check.h>
#include <stdlib.h>

static struct fixture_case f;

static void set_up(void)
{
    fixture_begin(&f);
}

static void tear_down(void)
{
    fixture_end(&f);
}

START_TEST(out_of_scope_keeps_only_what_concerns_the_record)
{
    fixture_biopsy(&f, "2026-01-05");
    fixture_status_event(&f, "2026-01-10", 3);
    fixture_ct(&f, "2026-01-20", NODE_STATUS_NEGATIVE);
    ck_assert_int_eq(f.said.judgement.phase, PHASE_OOS);
    ck_assert_uint_eq(f.said.judgement.warnings, 0);
}
END_TEST

START_TEST(stage_three_beside_para_aortic_disease_is_contradicted)
{
    struct event *e = fixture_event(&f, BODY_REFERRAL, "2026-01-25");

    fixture_in_scope(&f);
    e->body.referral.stage.group = "IIIB";
    fixture_apply(&f, e);
    ck_assert(fixture_warns(&f, WARNING_NOT_REGIONAL));
    ck_assert_uint_eq(warning_basis(&f.said.judgement, WARNING_NOT_REGIONAL).count, 1);
}
END_TEST

START_TEST(resection_without_response_is_premature)
{
    fixture_in_scope(&f);
    fixture_surgery(&f, "2026-01-25", PROCEDURE_TME, PLAN_STATE_PLANNED);
    ck_assert(fixture_warns(&f, WARNING_PREMATURE_SURG));
    fixture_surgery(&f, "2026-01-26", PROCEDURE_TME, PLAN_STATE_CANCELLED);
    ck_assert(!fixture_warns(&f, WARNING_PREMATURE_SURG));
    fixture_surgery(&f, "2026-01-27", PROCEDURE_TME, PLAN_STATE_DONE);
    ck_assert(fixture_warns(&f, WARNING_PREMATURE_SURG));
    fixture_responding(&f);
    ck_assert(fixture_warns(&f, WARNING_PREMATURE_SURG)); /* in hindsight, for good */
}
END_TEST

START_TEST(resection_after_response_is_not)
{
    fixture_responding(&f);
    fixture_surgery(&f, "2026-05-01", PROCEDURE_PALND, PLAN_STATE_PLANNED);
    ck_assert_int_eq(fixture_status(&f, "R-SURG-CONSIDER"), STATUS_APPLIES);
    ck_assert(!fixture_warns(&f, WARNING_PREMATURE_SURG));
    fixture_surgery(&f, "2026-05-10", PROCEDURE_PALND, PLAN_STATE_DONE);
    ck_assert_int_eq(f.said.judgement.phase, PHASE_POST);
    ck_assert(!fixture_warns(&f, WARNING_PREMATURE_SURG));
    ck_assert(fixture_warns(&f, WARNING_SOURCE_SILENT_POST));
    ck_assert((f.said.judgement.missing & input_bit(INPUT_R_STATUS)) != 0);
}
END_TEST

START_TEST(an_emergency_exempts)
{
    struct event *e = fixture_event(&f, BODY_SURGERY, "2026-01-25");
    static const enum procedure tme[] = {PROCEDURE_TME};

    fixture_in_scope(&f);
    e->body.surgery.procedures = tme;
    e->body.surgery.procedure_count = 1;
    e->body.surgery.state = PLAN_STATE_DONE;
    e->body.surgery.urgency = URGENCY_EMERGENCY;
    fixture_apply(&f, e);
    ck_assert(!fixture_warns(&f, WARNING_PREMATURE_SURG));
}
END_TEST

START_TEST(fitness)
{
    fixture_in_scope(&f);
    fixture_status_event(&f, "2026-01-25", 2);
    ck_assert(fixture_warns(&f, WARNING_ECOG2) && !fixture_warns(&f, WARNING_POOR_PS));
    fixture_status_event(&f, "2026-01-26", 3);
    ck_assert(fixture_warns(&f, WARNING_POOR_PS) && !fixture_warns(&f, WARNING_ECOG2));
    ck_assert_uint_eq(f.said.judgement.overlays, UINT32_C(1) << OVERLAY_UNFIT);
}
END_TEST

START_TEST(height)
{
    fixture_in_scope(&f);
    fixture_distance(&f, "2026-01-21", 12000);
    ck_assert(fixture_warns(&f, WARNING_BOUNDARY_12) && fixture_warns(&f, WARNING_NOT_PROXIMAL));
    fixture_distance(&f, "2026-01-22", 15001);
    ck_assert(fixture_warns(&f, WARNING_SITE_GT15));
    ck_assert_int_eq(f.said.judgement.phase, PHASE_SCOPE_U);
}
END_TEST

START_TEST(response)
{
    fixture_responding(&f);
    fixture_ct_response(&f, "2026-06-01", RESPONSE_SD);
    ck_assert(fixture_warns(&f, WARNING_RESPONSE_WANING));
    fixture_ct_response(&f, "2026-07-01", RESPONSE_NE);
    ck_assert(fixture_warns(&f, WARNING_RESP_NE));
    ck_assert_int_eq(f.said.judgement.phase, PHASE_RESP);
    fixture_ct_response(&f, "2026-08-01", RESPONSE_PD);
    ck_assert(fixture_warns(&f, WARNING_SOURCE_SILENT_2L) && !fixture_warns(&f, WARNING_RESP_NE));
    fixture_start(&f, "2026-08-10", 2);
    ck_assert(fixture_warns(&f, WARNING_PRIOR_PD));
    ck_assert_int_eq(f.said.judgement.phase, PHASE_ONTX);
}
END_TEST

START_TEST(stable_disease_is_silent)
{
    fixture_in_scope(&f);
    fixture_start(&f, "2026-02-01", 1);
    fixture_ct_response(&f, "2026-04-10", RESPONSE_SD);
    ck_assert(fixture_warns(&f, WARNING_SD_SILENT));
    ck_assert_int_eq(fixture_status(&f, "R-SURG-HOLD"), STATUS_APPLIES);
    ck_assert_int_eq(fixture_status(&f, "R-SURG-AVOID"), STATUS_NOT);
}
END_TEST

START_TEST(antibody_without_wild_type)
{
    static const enum drug drugs[] = {DRUG_CETUXIMAB};
    struct event *e;

    fixture_in_scope(&f);
    e = fixture_event(&f, BODY_SYSTEMIC_THERAPY, "2026-02-01");
    e->body.systemic_therapy.action = THERAPY_ACTION_START;
    e->body.systemic_therapy.drugs = drugs;
    e->body.systemic_therapy.drug_count = 1;
    fixture_apply(&f, e);
    ck_assert(fixture_warns(&f, WARNING_EGFR_NOT_WT));
    fixture_kras(&f, "2026-02-02", GENE_STATUS_WILD_TYPE);
    ck_assert(!fixture_warns(&f, WARNING_EGFR_NOT_WT));
}
END_TEST

START_TEST(versions_that_tie)
{
    struct event *ct;

    fixture_biopsy(&f, "2026-01-05");
    ct = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    fixture_apply(&f, fixture_version(&f, ct, 1, REPORT_STATUS_FINAL));
    ck_assert(fixture_warns(&f, WARNING_VERSION_CONFLICT));
    ck_assert_uint_eq(warning_basis(&f.said.judgement, WARNING_VERSION_CONFLICT).count, 2);
    ck_assert_int_eq(fixture_status(&f, "A-STAGE4"), STATUS_UNDETERMINED);
}
END_TEST

START_TEST(codes_stand_once_and_the_standing_note_is_last)
{
    for (int i = 0; i < WARNING_COUNT; i++)
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(warning_rows[i].code, warning_rows[k].code);
    ck_assert_str_eq(warning_rows[WARNING_COUNT - 1].code, "W-SOURCE-TRUNCATED");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("warnings");
    TCase *tcase = tcase_create("table");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, out_of_scope_keeps_only_what_concerns_the_record);
    tcase_add_test(tcase, stage_three_beside_para_aortic_disease_is_contradicted);
    tcase_add_test(tcase, resection_without_response_is_premature);
    tcase_add_test(tcase, resection_after_response_is_not);
    tcase_add_test(tcase, an_emergency_exempts);
    tcase_add_test(tcase, fitness);
    tcase_add_test(tcase, height);
    tcase_add_test(tcase, response);
    tcase_add_test(tcase, stable_disease_is_silent);
    tcase_add_test(tcase, antibody_without_wild_type);
    tcase_add_test(tcase, versions_that_tie);
    tcase_add_test(tcase, codes_stand_once_and_the_standing_note_is_last);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
