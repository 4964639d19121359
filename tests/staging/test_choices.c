#include "fixture_patient.h"

#include "staging/evidence.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Which of several records decides: scans, stops, statements of one time point. */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ---- Staging CT ------------------------------------------------------------------------------ */

static const enum region all[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};

START_TEST(diagnostic_pet_ct_stages_only_with_all_regions)
{
    static const enum region without_chest[] = {REGION_ABDOMEN, REGION_PELVIS};
    static const enum region without_abdomen[] = {REGION_CHEST, REGION_PELVIS};
    struct event *e = patient_act(&p, PET_SILENT, "2026-02-01");

    e->body.imaging.diagnostic_ct = ANSWER_YES;
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.fact.truth, TRI_YES);
    e->body.imaging.region_count = 2; /* no pelvis */
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.regions[0].truth, TRI_NO);
    e->body.imaging.regions = without_chest;
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.regions[1].truth, TRI_NO);
    e->body.imaging.regions = without_abdomen;
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.regions[0].truth, TRI_NO);
    e->body.imaging.regions = all;
    e->body.imaging.region_count = 3;
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.fact.truth, TRI_YES);
}
END_TEST

/* A retracted scan may come without its date; it stages nothing. */
START_TEST(retraction_without_date)
{
    struct event *e = patient_make(&p, BODY_IMAGING, "2026-02-01");

    e->body.imaging.modality = MODALITY_CT;
    e->body.imaging.regions = all;
    e->body.imaging.region_count = 3;
    e->status = REPORT_STATUS_RETRACTED;
    e->effective_at = (struct stated_time){.text = ""};
    patient_admit(&p, e);
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->ct.fact.truth, TRI_NO);
}
END_TEST

/* ---- Progression ----------------------------------------------------------------------------- */

START_TEST(stop_for_progression_comes_before_the_scan)
{
    struct event *stop;

    patient_act(&p, CT_METASTATIC, "2026-01-05");
    patient_act(&p, START, "2026-02-01");
    stop = patient_act(&p, STOP_PROGRESSION, "2026-03-01");
    patient_act(&p, CT_PD, "2026-04-01");
    ck_assert_int_eq(patient_chart(&p, "2026-04-02")->response.progressed_on.first,
                     event_day(stop));
}
END_TEST

/* Radiology against board, then the computed response against the board. */
START_TEST(two_contradictions_of_one_time_point)
{
    struct lesion before = {.lesion_id = "a",
                            .organ = ORGAN_LIVER,
                            .diameter_mm = {true, 40000},
                            .certainty = CERTAINTY_DEFINITE};
    struct lesion after = before;
    struct event *e;

    after.diameter_mm.thousandths = 39000;
    e = patient_act(&p, CT_SILENT, "2026-01-20");
    e->body.imaging.lesions = &before;
    e->body.imaging.lesion_count = 1;
    patient_act(&p, START, "2026-02-01");
    e = patient_act(&p, CT_PD, "2026-04-01");
    e->body.imaging.lesions = &after;
    e->body.imaging.lesion_count = 1;
    patient_act(&p, BOARD_PR, "2026-04-01");
    ck_assert_int_eq(patient_chart(&p, "2026-04-02")->response.state, RESPONSE_STATE_CONFLICT);
}
END_TEST

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* A negative biopsy settles a suspicion only beside a CT of the abdomen. */
START_TEST(biopsy_needs_a_ct)
{
    patient_act(&p, CT_SUSPICIOUS, "2026-02-01")->body.imaging.modality = MODALITY_MRI;
    patient_act(&p, NODE_NEGATIVE, "2026-02-05");
    ck_assert_int_eq(patient_chart(&p, "2026-02-06")->paln.evidence, PALN_SUSPICIOUS);
    patient_act(&p, CT_SILENT, "2026-02-02");
    ck_assert_int_eq(patient_chart(&p, "2026-02-06")->paln.evidence, PALN_NEGATIVE);
}
END_TEST

/* Of a referral that lists several nodes one metastatic para-aortic one contradicts the scan. */
START_TEST(one_referred_metastasis_is_enough)
{
    static const struct node_finding nodes[] = {
        {.station = STATION_PARA_AORTIC, .station_text = "", .statement = NODE_STATUS_METASTATIC},
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC}};
    struct event *e = patient_act(&p, REFERRAL_METASTATIC, "2026-01-10");

    e->body.referral.nodes = nodes;
    e->body.referral.node_count = 2;
    patient_act(&p, CT_NEGATIVE, "2026-01-20");
    ck_assert_int_eq(patient_chart(&p, "2026-01-21")->paln.evidence, PALN_CONFLICT);
}
END_TEST

/* Fewer nodes examined than imaging had counted: the basin was not cleared. */
START_TEST(dissection_of_fewer_nodes_than_were_counted)
{
    struct event *ct = patient_act(&p, CT_METASTATIC, "2026-01-10");

    ((struct node_finding *)ct->body.imaging.nodes)->count.min = (struct number){true, 6};
    patient_act(&p, DISSECTION_NEGATIVE, "2026-02-10"); /* of five */
    ck_assert_int_eq(patient_chart(&p, "2026-02-11")->paln.evidence, PALN_CONFLICT);
}
END_TEST

/* ---- Arrival after later events -------------------------------------------------------------- */

START_TEST(administration_is_neither_late_nor_later)
{
    static const enum body_kind kinds[] = {BODY_REVIEW_DUE, BODY_REEVALUATE,
                                           BODY_DEAD_LETTER_RESOLVED};
    struct event *e = patient_act(&p, CT_SILENT, "2026-02-01");

    for (size_t i = 0; i < 3; i++) {
        patient_tell(&p, kinds[i], "2026-03-01");
        ck_assert(!history_has_later(&p.history, p.events[p.count - 1]));
    }
    ck_assert(!history_has_later(&p.history, e));
    patient_act(&p, CT_SILENT, "2026-03-02");
    ck_assert(history_has_later(&p.history, e));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("choices");
    TCase *tcase = tcase_create("records");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, diagnostic_pet_ct_stages_only_with_all_regions);
    tcase_add_test(tcase, retraction_without_date);
    tcase_add_test(tcase, stop_for_progression_comes_before_the_scan);
    tcase_add_test(tcase, two_contradictions_of_one_time_point);
    tcase_add_test(tcase, biopsy_needs_a_ct);
    tcase_add_test(tcase, one_referred_metastasis_is_enough);
    tcase_add_test(tcase, dissection_of_fewer_nodes_than_were_counted);
    tcase_add_test(tcase, administration_is_neither_late_nor_later);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
