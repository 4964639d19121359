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

static struct event *molecular(const char *date)
{
    struct event *e = fixture_event(&f, BODY_MOLECULAR, date);

    e->body.molecular.kras.status = GENE_STATUS_WILD_TYPE;
    e->body.molecular.kras.tested = TESTED_RANGE_EXTENDED;
    e->body.molecular.nras.status = GENE_STATUS_WILD_TYPE;
    e->body.molecular.nras.tested = TESTED_RANGE_EXTENDED;
    e->body.molecular.braf.status = GENE_STATUS_WILD_TYPE;
    e->body.molecular.microsatellite = MICROSATELLITE_STATUS_STABLE;
    e->body.molecular.dpyd = DPYD_STATUS_NORMAL;
    return e;
}

START_TEST(nothing_outside_scope_but_an_emergency)
{
    struct event *e = fixture_event(&f, BODY_CLINICAL_STATUS, "2026-01-21");

    fixture_biopsy(&f, "2026-01-05");
    fixture_ct(&f, "2026-01-20", NODE_STATUS_NEGATIVE);
    ck_assert_int_eq(f.said.judgement.phase, PHASE_OOS);
    ck_assert_uint_eq(f.said.judgement.flags, 0);
    e->body.clinical_status.perforation = PERFORATION_ACTUAL;
    fixture_apply(&f, e);
    ck_assert_uint_eq(f.said.judgement.flags, UINT32_C(1) << FLAG_EMERG);
    ck_assert_uint_eq(f.said.judgement.overlays, UINT32_C(1) << OVERLAY_EMERG);
}
END_TEST

START_TEST(unknown_biomarkers_are_asked_for)
{
    fixture_in_scope(&f);
    ck_assert(fixture_flags(&f, FLAG_MSI_UNK) && fixture_flags(&f, FLAG_DPD_UNK));
    ck_assert(fixture_flags(&f, FLAG_RAS_UNK) && fixture_flags(&f, FLAG_BRAF_UNK));
    ck_assert_int_eq(fixture_presentation(&f, "R-EGFR"), PRESENTATION_SUPPRESSED);
    ck_assert_int_eq(fixture_presentation(&f, "R-DOUBLET"), PRESENTATION_REVIEW);
    ck_assert_int_eq(fixture_presentation(&f, "R-BEV"), PRESENTATION_REVIEW);
    ck_assert((f.said.judgement.missing & input_bit(INPUT_MSI_MMR)) != 0);
    ck_assert((f.said.judgement.missing & input_bit(INPUT_NRAS)) != 0);
    /* A flag never changes a status. */
    ck_assert_int_eq(fixture_status(&f, "R-DOUBLET"), STATUS_APPLIES);
}
END_TEST

START_TEST(all_wild_type_is_shown)
{
    fixture_in_scope(&f);
    fixture_apply(&f, molecular("2026-01-21"));
    ck_assert_int_eq(fixture_status(&f, "R-EGFR"), STATUS_APPLIES);
    ck_assert_int_eq(fixture_presentation(&f, "R-EGFR"), PRESENTATION_SHOWN);
    ck_assert(fixture_flags(&f, FLAG_SIDE) && fixture_flags(&f, FLAG_DUAL));
    ck_assert(!fixture_flags(&f, FLAG_RAS_UNK) && !fixture_flags(&f, FLAG_BRAF_UNK));
    ck_assert(fixture_flags(&f, FLAG_HISTO) && fixture_flags(&f, FLAG_ASYMP));
}
END_TEST

START_TEST(kras_of_exon_2_alone_is_not_enough)
{
    fixture_in_scope(&f);
    fixture_kras(&f, "2026-01-21", GENE_STATUS_WILD_TYPE);
    ck_assert_int_eq(fixture_status(&f, "R-EGFR"), STATUS_APPLIES);
    ck_assert_int_eq(fixture_presentation(&f, "R-EGFR"), PRESENTATION_SUPPRESSED);
}
END_TEST

START_TEST(unstable_tumours_ask_for_review_of_chemotherapy)
{
    struct event *e = molecular("2026-01-21");

    fixture_in_scope(&f);
    e->body.molecular.microsatellite = MICROSATELLITE_STATUS_HIGH;
    fixture_apply(&f, e);
    ck_assert(fixture_flags(&f, FLAG_MSI));
    ck_assert_int_eq(fixture_presentation(&f, "R-SYS-FIRST"), PRESENTATION_REVIEW);
    ck_assert_int_eq(fixture_presentation(&f, "R-SYS-EARLY"), PRESENTATION_REVIEW);
    ck_assert_int_eq(fixture_presentation(&f, "R-DOUBLET"), PRESENTATION_REVIEW);
}
END_TEST

START_TEST(only_complete_dpd_deficiency_suppresses)
{
    struct event *partial = molecular("2026-01-21");
    struct event *complete = molecular("2026-01-22");

    fixture_in_scope(&f);
    partial->body.molecular.dpyd = DPYD_STATUS_PARTIAL_DEFICIENCY;
    fixture_apply(&f, partial);
    ck_assert_int_eq(fixture_presentation(&f, "R-DOUBLET"), PRESENTATION_REVIEW);
    complete->body.molecular.dpyd = DPYD_STATUS_COMPLETE_DEFICIENCY;
    fixture_apply(&f, complete);
    ck_assert_int_eq(fixture_presentation(&f, "R-DOUBLET"), PRESENTATION_SUPPRESSED);
}
END_TEST

START_TEST(braf_v600e_and_nras_suppress_antibodies)
{
    struct event *braf = molecular("2026-01-21");
    struct event *nras = molecular("2026-01-22");

    fixture_in_scope(&f);
    braf->body.molecular.braf.status = GENE_STATUS_MUTATED;
    fixture_apply(&f, braf);
    ck_assert(fixture_flags(&f, FLAG_BRAF));
    ck_assert_int_eq(fixture_presentation(&f, "R-EGFR"), PRESENTATION_SUPPRESSED);
    nras->body.molecular.nras.status = GENE_STATUS_MUTATED;
    fixture_apply(&f, nras);
    ck_assert(fixture_flags(&f, FLAG_RAS) && !fixture_flags(&f, FLAG_RAS_UNK));
}
END_TEST

START_TEST(surgery_and_symptoms_forbid_bevacizumab)
{
    struct event *e = fixture_event(&f, BODY_CLINICAL_STATUS, "2026-01-25");

    fixture_in_scope(&f);
    fixture_surgery(&f, "2026-01-21", PROCEDURE_STOMA, PLAN_STATE_DONE);
    ck_assert(fixture_flags(&f, FLAG_BEV_CONTRA));
    ck_assert_int_eq(fixture_presentation(&f, "R-BEV"), PRESENTATION_SUPPRESSED);
    fixture_wait(&f, "2026-02-17");
    ck_assert(fixture_flags(&f, FLAG_BEV_CONTRA));
    fixture_wait(&f, "2026-02-18"); /* 28 days */
    ck_assert(!fixture_flags(&f, FLAG_BEV_CONTRA));
    e->body.clinical_status.perforation = PERFORATION_RISK;
    fixture_apply(&f, e);
    ck_assert(fixture_flags(&f, FLAG_BEV_CONTRA));
}
END_TEST

START_TEST(bevacizumab_blocks_the_date_of_surgery)
{
    static const enum drug drugs[] = {DRUG_FLUOROURACIL, DRUG_BEVACIZUMAB};
    struct event *cycle = fixture_event(&f, BODY_SYSTEMIC_THERAPY, "2026-04-01");
    struct event *plan;

    fixture_responding(&f);
    cycle->body.systemic_therapy.action = THERAPY_ACTION_CYCLE;
    cycle->body.systemic_therapy.line = 1;
    cycle->body.systemic_therapy.drugs = drugs;
    cycle->body.systemic_therapy.drug_count = 2;
    fixture_apply(&f, cycle);
    ck_assert(fixture_flags(&f, FLAG_BEV_SURG));
    fixture_wait(&f, "2026-05-12");
    ck_assert(fixture_flags(&f, FLAG_BEV_SURG));
    fixture_wait(&f, "2026-05-13"); /* 42 days */
    ck_assert(!fixture_flags(&f, FLAG_BEV_SURG));
    ck_assert_int_eq(fixture_status(&f, "R-SURG-CONSIDER"), STATUS_APPLIES);
    /* A plan for a date that lies far enough behind the last dose, and one that does not. */
    plan = fixture_surgery(&f, "2026-05-13", PROCEDURE_PALND, PLAN_STATE_PLANNED);
    ck_assert(!fixture_flags(&f, FLAG_BEV_SURG));
    plan->body.surgery.planned_for = cycle->effective_at;
    fixture_wait(&f, "2026-05-14");
    ck_assert(fixture_flags(&f, FLAG_BEV_SURG));
}
END_TEST

START_TEST(emergency_asks_for_review_of_holding_surgery)
{
    struct event *e = fixture_event(&f, BODY_CLINICAL_STATUS, "2026-01-25");

    fixture_in_scope(&f);
    e->body.clinical_status.obstruction = OBSTRUCTION_COMPLETE;
    fixture_apply(&f, e);
    ck_assert_int_eq(fixture_status(&f, "R-SURG-HOLD"), STATUS_APPLIES);
    ck_assert_int_eq(fixture_presentation(&f, "R-SURG-HOLD"), PRESENTATION_REVIEW);
}
END_TEST

START_TEST(board_without_pathology_and_complete_response)
{
    fixture_responding(&f);
    fixture_board(&f, "2026-04-12");
    ck_assert(fixture_flags(&f, FLAG_MDT_PLUS));
    fixture_ct_response(&f, "2026-06-01", RESPONSE_CR);
    ck_assert(fixture_flags(&f, FLAG_WATCH) && fixture_warns(&f, WARNING_CR_SILENT));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("safety");
    TCase *tcase = tcase_create("flags");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nothing_outside_scope_but_an_emergency);
    tcase_add_test(tcase, unknown_biomarkers_are_asked_for);
    tcase_add_test(tcase, all_wild_type_is_shown);
    tcase_add_test(tcase, kras_of_exon_2_alone_is_not_enough);
    tcase_add_test(tcase, unstable_tumours_ask_for_review_of_chemotherapy);
    tcase_add_test(tcase, only_complete_dpd_deficiency_suppresses);
    tcase_add_test(tcase, braf_v600e_and_nras_suppress_antibodies);
    tcase_add_test(tcase, surgery_and_symptoms_forbid_bevacizumab);
    tcase_add_test(tcase, bevacizumab_blocks_the_date_of_surgery);
    tcase_add_test(tcase, emergency_asks_for_review_of_holding_surgery);
    tcase_add_test(tcase, board_without_pathology_and_complete_response);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
