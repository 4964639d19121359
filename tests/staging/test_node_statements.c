#include "fixture_patient.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What single sayings about the para-aortic nodes amount to, and in which order. */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ---- Criteria of a suspicious node (B.6) ----------------------------------------------------- */

static const struct {
    const char *name;
    struct node_finding node;
    bool suspicious;
} nodes[] = {
    {"10 mm", {.short_axis_mm = {true, 10000}}, true},
    {"9.9 mm", {.short_axis_mm = {true, 9900}}, false},
    {"7 mm, heterogeneous", {.short_axis_mm = {true, 7000}, .heterogeneous = ANSWER_YES}, true},
    {"7 mm, irregular", {.short_axis_mm = {true, 7000}, .irregular_border = ANSWER_YES}, true},
    {"7 mm, necrotic", {.short_axis_mm = {true, 7000}, .necrosis = ANSWER_YES}, true},
    {"6.9 mm, necrotic", {.short_axis_mm = {true, 6900}, .necrosis = ANSWER_YES}, false},
    {"necrotic, no size", {.necrosis = ANSWER_YES}, false},
    {"uptake", {.fdg_uptake = ANSWER_YES}, true},
};

static void check_node(enum body_kind kind)
{
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        struct node_finding node = nodes[i].node;
        struct event *e;

        patient_end(&p);
        begin();
        node.station = STATION_PARA_AORTIC;
        node.station_text = "";
        e = patient_act(&p, kind == BODY_REFERRAL ? REFERRAL_NEGATIVE : CT_NEGATIVE, "2026-01-10");
        if (kind == BODY_REFERRAL)
            e->body.referral.nodes = &node;
        else
            e->body.imaging.nodes = &node;
        ck_assert_msg((patient_chart(&p, "2026-01-11")->paln.evidence == PALN_SUSPICIOUS) ==
                          nodes[i].suspicious,
                      "%s", nodes[i].name);
    }
}

START_TEST(criteria_on_imaging)
{
    check_node(BODY_IMAGING);
}
END_TEST

START_TEST(criteria_in_a_referral)
{
    check_node(BODY_REFERRAL);
}
END_TEST

/* ---- Places ---------------------------------------------------------------------------------- */

/* After a negative CT; nodes without a place may be the para-aortic ones and open the question. */
static const struct {
    enum station station;
    enum node_status statement;
    enum paln_evidence evidence;
} referred[] = {
    {STATION_PARA_AORTIC, NODE_STATUS_SUSPICIOUS, PALN_SUSPICIOUS},
    {STATION_MESORECTAL, NODE_STATUS_METASTATIC, PALN_NEGATIVE},
    {STATION_RETROPERITONEAL_NOS, NODE_STATUS_SUSPICIOUS, PALN_NEGATIVE},
    {STATION_RETROPERITONEAL_NOS, NODE_STATUS_METASTATIC, PALN_NONE},
    {STATION_UNSPECIFIED, NODE_STATUS_METASTATIC, PALN_NONE},
};

START_TEST(referred_nodes)
{
    struct node_finding node = {
        .station = referred[_i].station, .station_text = "", .statement = referred[_i].statement};

    patient_act(&p, CT_NEGATIVE, "2026-01-09");
    patient_act(&p, REFERRAL_NEGATIVE, "2026-01-10")->body.referral.nodes = &node;
    ck_assert_int_eq(patient_chart(&p, "2026-01-11")->paln.evidence, referred[_i].evidence);
}
END_TEST

START_TEST(pelvic_mri_clears_no_para_aortic_node)
{
    static const enum region pelvis[] = {REGION_PELVIS};
    struct event *e = patient_act(&p, MRI_NEGATIVE, "2026-01-10");

    e->body.imaging.regions = pelvis;
    e->body.imaging.region_count = 1;
    ck_assert_int_eq(patient_chart(&p, "2026-01-11")->paln.evidence, PALN_NONE);
}
END_TEST

/* A specimen with several para-aortic results is positive when one of them is. */
START_TEST(one_positive_result_makes_the_specimen_positive)
{
    static const struct station_result results[] = {
        {.station = STATION_PARA_AORTIC, .station_text = "", .result = NODE_RESULT_POSITIVE},
        {.station = STATION_PARA_AORTIC, .station_text = "", .result = NODE_RESULT_NEGATIVE}};
    struct event *e = patient_act(&p, NODE_NEGATIVE, "2026-01-10");

    e->body.pathology.stations = results;
    e->body.pathology.station_count = 2;
    ck_assert_int_eq(patient_chart(&p, "2026-01-11")->paln.evidence, PALN_CONFIRMED);
}
END_TEST

/* ---- Order ----------------------------------------------------------------------------------- */

/* On one day the board speaks last, whatever the hour; it had seen the scan. */
START_TEST(board_speaks_last_on_its_day)
{
    patient_act(&p, BOARD_NEGATIVE, "2026-01-10T08:00:00Z");
    patient_act(&p, CT_SUSPICIOUS, "2026-01-10T16:00:00Z");
    ck_assert_int_eq(patient_chart(&p, "2026-01-11")->paln.evidence, PALN_NEGATIVE);
}
END_TEST

/* Days are those of the place: of these two the one with the earlier instant has the later day. */
START_TEST(statements_are_ordered_by_their_own_day)
{
    patient_act(&p, CT_SUSPICIOUS, "2026-01-11T00:30:00+14:00");
    patient_act(&p, CT_NEGATIVE, "2026-01-10T23:00:00-10:00");
    ck_assert_int_eq(patient_chart(&p, "2026-01-12")->paln.evidence, PALN_SUSPICIOUS);
}
END_TEST

/* The doubt dates from the first pair that contradicts, also when another pair is found before. */
START_TEST(doubt_dates_from_its_first_day)
{
    patient_acts(&p, (struct told[]){{"2026-01-10", CT_METASTATIC},
                                     {"2026-06-01", CT_METASTATIC},
                                     {"2026-06-10", CT_NEGATIVE},
                                     {"2026-09-01", NODE_NEGATIVE},
                                     {NULL, NOTHING}});
    ck_assert_int_eq(patient_chart(&p, "2026-09-02")->paln.doubtful_since,
                     patient_day("2026-06-10"));
}
END_TEST

/* Suspected only, a referral contradicts no later scan. */
START_TEST(referred_suspicion_gives_way)
{
    patient_act(&p, REFERRAL_METASTATIC, "2026-01-10");
    ((struct node_finding *)p.events[0]->body.referral.nodes)->statement = NODE_STATUS_SUSPICIOUS;
    patient_act(&p, CT_NEGATIVE, "2026-01-20");
    ck_assert_int_eq(patient_chart(&p, "2026-01-21")->paln.evidence, PALN_NEGATIVE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node statements");
    TCase *tcase = tcase_create("sayings");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, criteria_on_imaging);
    tcase_add_test(tcase, criteria_in_a_referral);
    tcase_add_loop_test(tcase, referred_nodes, 0, (int)(sizeof(referred) / sizeof(referred[0])));
    tcase_add_test(tcase, pelvic_mri_clears_no_para_aortic_node);
    tcase_add_test(tcase, one_positive_result_makes_the_specimen_positive);
    tcase_add_test(tcase, board_speaks_last_on_its_day);
    tcase_add_test(tcase, statements_are_ordered_by_their_own_day);
    tcase_add_test(tcase, doubt_dates_from_its_first_day);
    tcase_add_test(tcase, referred_suspicion_gives_way);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
