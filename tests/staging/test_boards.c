#include "fixture_patient.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What a board has to see again, plans, and records that call the para-aortic nodes regional. */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ---- Material changes ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    struct molecular report;
    bool material;
} reports[] = {
    {"nothing", {.her2 = HER2_STATUS_UNSPECIFIED}, false},
    {"KRAS", {.kras.status = GENE_STATUS_WILD_TYPE}, true},
    {"NRAS failed", {.nras.status = GENE_STATUS_FAILED}, true},
    {"BRAF mutated", {.braf.status = GENE_STATUS_MUTATED}, true},
    {"BRAF pending", {.braf.status = GENE_STATUS_PENDING}, false},
    {"microsatellites", {.microsatellite = MICROSATELLITE_STATUS_STABLE}, true},
    {"microsatellites pending", {.microsatellite = MICROSATELLITE_STATUS_PENDING}, false},
    {"microsatellites not assessed", {.microsatellite = MICROSATELLITE_STATUS_NOT_ASSESSED}, false},
    {"HER2", {.her2 = HER2_STATUS_NEGATIVE}, true},
    {"HER2 pending", {.her2 = HER2_STATUS_PENDING}, false},
    {"HER2 not assessed", {.her2 = HER2_STATUS_NOT_ASSESSED}, false},
    {"DPYD", {.dpyd = DPYD_STATUS_NORMAL}, true},
    {"DPYD pending", {.dpyd = DPYD_STATUS_PENDING}, false},
    {"DPYD not assessed", {.dpyd = DPYD_STATUS_NOT_ASSESSED}, false},
    {"UGT1A1", {.ugt1a1 = UGT1A1_STATUS_POOR}, true},
    {"UGT1A1 pending", {.ugt1a1 = UGT1A1_STATUS_PENDING}, false},
    {"UGT1A1 not assessed", {.ugt1a1 = UGT1A1_STATUS_NOT_ASSESSED}, false},
};

START_TEST(results_that_say_something_are_material)
{
    struct event *e = patient_tell(&p, BODY_MOLECULAR, "2026-01-05");

    e->body.molecular = reports[_i].report;
    ck_assert_msg((patient_chart(&p, "2026-01-06")->board.material_change == e) ==
                      reports[_i].material,
                  "%s", reports[_i].name);
}
END_TEST

START_TEST(cancelling_and_correcting_are_material)
{
    struct event *e = patient_act(&p, CT_SILENT, "2026-01-05");
    struct event *removal = patient_version(&p, e, 2, REPORT_STATUS_CANCELLED);

    removal->issued_at = (struct stated_time){.time = e->effective_at.time, .text = ""};
    ck_assert_ptr_eq(patient_chart(&p, "2026-01-06")->board.material_change, removal);
}
END_TEST

/* ---- Plans ----------------------------------------------------------------------------------- */

static struct event *plan(const char *date, enum procedure procedure, enum plan_state state)
{
    struct event *e = patient_act(&p, TME, date);
    enum procedure *one = patient_take(&p, 1, sizeof(*one));

    *one = procedure;
    e->body.surgery.procedures = one;
    e->body.surgery.state = state;
    return e;
}

START_TEST(only_a_resection_closes_a_plan)
{
    plan("2026-01-05", PROCEDURE_TME, PLAN_STATE_PLANNED);
    plan("2026-01-06", PROCEDURE_STOMA, PLAN_STATE_DONE);
    ck_assert_uint_eq(patient_chart(&p, "2026-01-07")->surgery.open_plans.count, 1);
    plan("2026-01-07", PROCEDURE_TME, PLAN_STATE_DONE)->body.surgery.procedure_count = 0;
    ck_assert_uint_eq(patient_chart(&p, "2026-01-07")->surgery.open_plans.count, 1);
    plan("2026-01-08", PROCEDURE_TME, PLAN_STATE_CANCELLED)->body.surgery.procedure_count = 0;
    ck_assert_uint_eq(patient_chart(&p, "2026-01-09")->surgery.open_plans.count, 0);
}
END_TEST

START_TEST(bevacizumab_before_the_planned_day)
{
    static const enum drug drugs[] = {DRUG_BEVACIZUMAB};
    static const char *const days[] = {"2026-03-14", "2026-03-15"}; /* 41 and 42 days after */
    struct event *start = patient_act(&p, START, "2026-02-01");
    struct event *e;

    start->body.systemic_therapy.drugs = drugs;
    start->body.systemic_therapy.drug_count = 1;
    e = plan("2026-02-05", PROCEDURE_TME, PLAN_STATE_PLANNED);
    e->body.surgery.planned_for =
        patient_make(&p, BODY_DEATH, days[_i])->effective_at; /* the day alone */
    ck_assert_int_eq(patient_chart(&p, "2026-02-06")->therapy.bevacizumab_before_plan == TRI_YES,
                     _i == 0);
}
END_TEST

START_TEST(day_planned_without_bevacizumab)
{
    plan("2026-02-05", PROCEDURE_TME, PLAN_STATE_PLANNED)->body.surgery.planned_for =
        patient_make(&p, BODY_DEATH, "2026-03-01")->effective_at;
    ck_assert_int_ne(patient_chart(&p, "2026-02-06")->therapy.bevacizumab_before_plan, TRI_YES);
}
END_TEST

START_TEST(stent_with_another_procedure_is_recent_surgery)
{
    static const enum procedure both[] = {PROCEDURE_STENT, PROCEDURE_STOMA};
    struct event *e = plan("2026-01-05", PROCEDURE_STENT, PLAN_STATE_DONE);

    ck_assert_uint_eq(patient_chart(&p, "2026-01-06")->surgery.recent.count, 0);
    e->body.surgery.procedures = both;
    e->body.surgery.procedure_count = 2;
    ck_assert_uint_eq(patient_chart(&p, "2026-01-06")->surgery.recent.count, 1);
    ck_assert_uint_eq(patient_chart(&p, "2026-01-06")->surgery.stent.count, 1);
}
END_TEST

/* ---- W-NOT-REGIONAL (S28) -------------------------------------------------------------------- */

START_TEST(referral_against_an_image_that_names_regional_nodes)
{
    static const struct node_finding nodes[] = {
        {.station = STATION_PARA_AORTIC, .station_text = "", .statement = NODE_STATUS_NEGATIVE},
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC}};
    struct event *referral = patient_act(&p, REFERRAL_METASTATIC, "2026-01-05");
    struct event *ct = patient_act(&p, CT_NEGATIVE, "2026-01-06");
    const struct chart *c = patient_chart(&p, "2026-01-07");

    ck_assert_uint_eq(c->not_regional.count, 0);
    ct->body.imaging.nodes = nodes;
    ct->body.imaging.node_count = 2;
    c = patient_chart(&p, "2026-01-07");
    ck_assert_uint_eq(c->not_regional.count, 2);
    ck_assert_ptr_eq(c->not_regional.events[0], referral);
    ck_assert_ptr_eq(c->not_regional.events[1], ct);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("boards");
    TCase *tcase = tcase_create("boards");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_loop_test(tcase, results_that_say_something_are_material, 0,
                        (int)(sizeof(reports) / sizeof(reports[0])));
    tcase_add_test(tcase, cancelling_and_correcting_are_material);
    tcase_add_test(tcase, only_a_resection_closes_a_plan);
    tcase_add_loop_test(tcase, bevacizumab_before_the_planned_day, 0, 2);
    tcase_add_test(tcase, day_planned_without_bevacizumab);
    tcase_add_test(tcase, stent_with_another_procedure_is_recent_surgery);
    tcase_add_test(tcase, referral_against_an_image_that_names_regional_nodes);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
