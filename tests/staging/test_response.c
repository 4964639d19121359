#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
    patient_acts(&p, (struct told[]){{"2026-01-05", BIOPSY},
                                     {"2026-01-05", ECOG_1},
                                     {"2026-01-20", CT_METASTATIC},
                                     {NULL, NOTHING}});
}

static void end(void)
{
    patient_end(&p);
}

/* ---- RESP ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    struct told acts[6];
    const char *today;
    enum response_state state;
} cases[] = {
    {"no therapy", {{0}}, "2026-02-01", RESPONSE_STATE_NO_THERAPY},
    {"none yet", {{"2026-02-01", START}}, "2026-02-10", RESPONSE_STATE_NONE},
    {"a scan that says nothing",
     {{"2026-02-01", START}, {"2026-04-10", CT_SILENT}},
     "2026-04-11",
     RESPONSE_STATE_NONE},
    {"partial response",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}},
     "2026-04-11",
     RESPONSE_STATE_RESPONSE},
    {"on its 84th day",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}},
     "2026-07-03",
     RESPONSE_STATE_RESPONSE},
    {"on its 85th day",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}},
     "2026-07-04",
     RESPONSE_STATE_RESPONSE_STALE},
    {"complete response",
     {{"2026-02-01", START}, {"2026-04-10", CT_CR}},
     "2026-04-11",
     RESPONSE_STATE_RESPONSE},
    {"stable", {{"2026-02-01", START}, {"2026-04-10", CT_SD}}, "2026-04-11", RESPONSE_STATE_STABLE},
    {"stable on the 41st day: not evaluable",
     {{"2026-02-01", START}, {"2026-03-14", CT_SD}},
     "2026-03-15",
     RESPONSE_STATE_NOT_EVALUABLE},
    {"stable on the 42nd day",
     {{"2026-02-01", START}, {"2026-03-15", CT_SD}},
     "2026-03-15",
     RESPONSE_STATE_STABLE},
    {"progression",
     {{"2026-02-01", START}, {"2026-04-10", CT_PD}},
     "2026-04-11",
     RESPONSE_STATE_PROGRESSION},
    {"not evaluable",
     {{"2026-02-01", START}, {"2026-04-10", CT_NE}},
     "2026-04-11",
     RESPONSE_STATE_NOT_EVALUABLE},
    {"no measurable disease",
     {{"2026-02-01", START}, {"2026-04-10", CT_NON_CR_NON_PD}},
     "2026-04-11",
     RESPONSE_STATE_NO_MEASURABLE},

    /* What came before counts. */
    {"response, now stable",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-06-10", CT_SD}},
     "2026-06-11",
     RESPONSE_STATE_WANING},
    {"response, now without measurable disease",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-06-10", CT_NON_CR_NON_PD}},
     "2026-06-11",
     RESPONSE_STATE_WANING},
    {"response, now not evaluable",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-06-10", CT_NE}},
     "2026-06-11",
     RESPONSE_STATE_NE_AFTER_RESPONSE},
    {"stable, now not evaluable",
     {{"2026-02-01", START}, {"2026-04-10", CT_SD}, {"2026-06-10", CT_NE}},
     "2026-06-11",
     RESPONSE_STATE_NE_AFTER_STABLE},
    {"response, stable, now not evaluable",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-06-10", CT_SD}, {"2026-08-10", CT_NE}},
     "2026-08-11",
     RESPONSE_STATE_NE_AFTER_RESPONSE},
    {"stable, now response",
     {{"2026-02-01", START}, {"2026-04-10", CT_SD}, {"2026-06-10", CT_PR}},
     "2026-06-11",
     RESPONSE_STATE_RESPONSE},

    /* A progression holds until another line starts. */
    {"progression, then response in the same line",
     {{"2026-02-01", START}, {"2026-04-10", CT_PD}, {"2026-06-10", CT_PR}},
     "2026-06-11",
     RESPONSE_STATE_PROGRESSION},
    {"progression, the next line without a number",
     {{"2026-02-01", START}, {"2026-04-10", CT_PD}, {"2026-04-20", START}},
     "2026-04-21",
     RESPONSE_STATE_NONE},
    {"progression, the next line by number, response",
     {{"2026-02-01", START}, {"2026-04-10", CT_PD}, {"2026-04-20", START_2}, {"2026-06-20", CT_PR}},
     "2026-06-21",
     RESPONSE_STATE_RESPONSE},
    {"stopped for progression",
     {{"2026-02-01", START}, {"2026-04-10", STOP_PROGRESSION}},
     "2026-04-11",
     RESPONSE_STATE_PROGRESSION},
    {"a second START does not open a line",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-04-20", START}},
     "2026-04-21",
     RESPONSE_STATE_RESPONSE},
    {"a new line starts afresh",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-04-20", START_2}},
     "2026-04-21",
     RESPONSE_STATE_NONE},

    /* Radiology against the board. */
    {"the board repeats a response",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-04-15", BOARD_PR}},
     "2026-04-16",
     RESPONSE_STATE_RESPONSE},
    {"the board lessens a complete response",
     {{"2026-02-01", START}, {"2026-04-10", CT_CR}, {"2026-04-15", BOARD_PR}},
     "2026-04-16",
     RESPONSE_STATE_RESPONSE},
    {"the board contradicts",
     {{"2026-02-01", START}, {"2026-04-10", CT_SD}, {"2026-04-15", BOARD_PR}},
     "2026-04-16",
     RESPONSE_STATE_CONFLICT},
    {"the board sees progression",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-04-15", BOARD_PD}},
     "2026-04-16",
     RESPONSE_STATE_CONFLICT},
    {"a conflict with progression outlasts the next scan",
     {{"2026-02-01", START},
      {"2026-04-10", CT_PR},
      {"2026-04-15", BOARD_PD},
      {"2026-06-10", CT_PR}},
     "2026-06-11",
     RESPONSE_STATE_CONFLICT},
    {"until the board says so",
     {{"2026-02-01", START},
      {"2026-04-10", CT_PR},
      {"2026-04-15", BOARD_PD},
      {"2026-06-10", CT_PR},
      {"2026-06-15", BOARD_PR}},
     "2026-06-16",
     RESPONSE_STATE_RESPONSE},
    {"another conflict ends with the next scan",
     {{"2026-02-01", START},
      {"2026-04-10", CT_SD},
      {"2026-04-15", BOARD_PR},
      {"2026-06-10", CT_PR}},
     "2026-06-11",
     RESPONSE_STATE_RESPONSE},
    {"a board without imaging",
     {{"2026-02-01", START}, {"2026-04-15", BOARD_PR}},
     "2026-04-16",
     RESPONSE_STATE_NOT_EVALUABLE},
    {"a board without imaging sees progression",
     {{"2026-02-01", START}, {"2026-04-15", BOARD_PD}},
     "2026-04-16",
     RESPONSE_STATE_PROGRESSION},

    /* What is no therapy for the para-aortic disease. */
    {"adjuvant therapy",
     {{"2026-02-01", START_ADJUVANT}, {"2026-04-10", CT_PR}},
     "2026-04-11",
     RESPONSE_STATE_NO_THERAPY},
    {"neoadjuvant therapy before it was shown",
     {{"2025-11-01", START_NEOADJUVANT}, {"2026-04-10", CT_PR}},
     "2026-04-11",
     RESPONSE_STATE_NO_THERAPY},
    {"a cycle without START",
     {{"2026-02-01", CYCLE}, {"2026-04-10", CT_PR}},
     "2026-04-11",
     RESPONSE_STATE_RESPONSE},
};

START_TEST(the_table_of_resp)
{
    const struct chart *c;
    enum response_state s = cases[_i].state;
    enum tri truth = s == RESPONSE_STATE_RESPONSE ? TRI_YES
                     : s == RESPONSE_STATE_NO_THERAPY || s == RESPONSE_STATE_NONE ||
                             s == RESPONSE_STATE_PROGRESSION || s == RESPONSE_STATE_STABLE
                         ? TRI_NO
                         : TRI_UNKNOWN;

    patient_acts(&p, cases[_i].acts);
    c = patient_chart(&p, cases[_i].today);
    ck_assert_msg(c->response.state == s, "%s: state %d", cases[_i].name, (int)c->response.state);
    ck_assert_msg(c->response.fact.truth == truth, "%s: truth %d", cases[_i].name,
                  (int)c->response.fact.truth);
    ck_assert_msg(c->response.progressing == (s == RESPONSE_STATE_PROGRESSION), "%s: PDNOW",
                  cases[_i].name);
    if (truth == TRI_UNKNOWN)
        ck_assert_int_ne(c->why[INPUT_RESPONSE_ASSESSMENT], WHY_NONE);
}
END_TEST

/* ---- Assessment is due ----------------------------------------------------------------------- */

static const struct {
    struct told acts[4];
    const char *today;
    enum tri assess;
    const char *due; /* NULL: nothing is */
} assessments[] = {
    {{{0}}, "2026-02-01", TRI_NO, NULL},
    {{{"2026-02-01", START}}, "2026-02-01", TRI_YES, "2026-03-29"},
    {{{"2026-02-01", START}, {"2026-04-10", CT_PR}}, "2026-04-11", TRI_NO, "2026-06-05"},
    {{{"2026-02-01", START}, {"2026-04-10", CT_PR}}, "2026-07-04", TRI_YES, "2026-06-05"},
    {{{"2026-02-01", START}, {"2026-04-10", CT_NE}}, "2026-04-11", TRI_YES, "2026-06-05"},
    {{{"2026-02-01", START}, {"2026-04-10", CT_NON_CR_NON_PD}},
     "2026-04-11",
     TRI_YES,
     "2026-06-05"},
    {{{"2026-02-01", START}, {"2026-04-10", CT_PD}}, "2026-04-11", TRI_NO, "2026-06-05"},
    {{{"2026-02-01", START}, {"2026-04-10", STOP_PROGRESSION}},
     "2026-04-11",
     TRI_YES,
     "2026-03-29"},
};

START_TEST(assessment_is_asked_for)
{
    const struct chart_response *r = &p.chart.response;

    patient_acts(&p, assessments[_i].acts);
    patient_chart(&p, assessments[_i].today);
    ck_assert_int_eq(r->assess.truth, assessments[_i].assess);
    ck_assert_int_eq(r->due_day,
                     assessments[_i].due == NULL ? DAY_NONE : patient_day(assessments[_i].due));
}
END_TEST

/* ---- Staging CT ------------------------------------------------------------------------------ */

START_TEST(staging_ct_grows_old_before_therapy)
{
    ck_assert_int_eq(patient_chart(&p, "2026-03-03")->ct.fact.truth, TRI_YES);
    ck_assert_int_eq(p.chart.next_change_day, patient_day("2026-03-04"));
    ck_assert_int_eq(patient_chart(&p, "2026-03-04")->ct.fact.truth, TRI_NO);
    ck_assert(p.chart.ct.stale);
    ck_assert_int_eq(p.chart.why[INPUT_CT_CHEST], WHY_STALE);
}
END_TEST

START_TEST(staging_ct_keeps_the_value_of_the_start)
{
    patient_act(&p, START, "2026-02-01");
    ck_assert_int_eq(patient_chart(&p, "2026-06-01")->ct.fact.truth, TRI_YES);
}
END_TEST

START_TEST(after_a_restaging_its_regions_count)
{
    static const enum region abdomen[] = {REGION_ABDOMEN};
    struct event *ct;

    patient_act(&p, START, "2026-02-01");
    ct = patient_act(&p, CT_PR, "2026-04-10");
    ct->body.imaging.regions = abdomen;
    ct->body.imaging.region_count = 1;
    ck_assert_int_eq(patient_chart(&p, "2026-04-11")->ct.fact.truth, TRI_NO);
    ck_assert_uint_eq(p.chart.ct.missing, input_bit(INPUT_CT_CHEST) | input_bit(INPUT_CT_PELVIS));
    /* Another scan of the same time point completes it. */
    patient_act(&p, CT_SILENT, "2026-04-24");
    ck_assert_int_eq(patient_chart(&p, "2026-04-25")->ct.fact.truth, TRI_YES);
}
END_TEST

START_TEST(a_pending_ct_is_unknown_and_a_missing_one_is_not_done)
{
    struct patient *q = &p;
    struct event *ct;

    patient_end(q);
    patient_begin(q);
    ck_assert_int_eq(patient_chart(q, "2026-02-01")->ct.fact.truth, TRI_NO);
    ck_assert_int_eq(q->chart.why[INPUT_CT_CHEST], WHY_NOT_ASSESSED);
    ct = patient_act(q, CT_SILENT, "2026-01-20");
    patient_version(q, ct, 2, REPORT_STATUS_PRELIMINARY);
    ck_assert_int_eq(patient_chart(q, "2026-02-01")->ct.fact.truth, TRI_UNKNOWN);
    ck_assert_int_eq(q->chart.why[INPUT_CT_CHEST], WHY_PENDING);
}
END_TEST

/* ---- Prior progression ----------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct told acts[5];
    enum tri expected;
} progressions[] = {
    {"none", {{"2026-02-01", START}, {"2026-04-10", CT_PR}}, TRI_NO},
    {"of this line", {{"2026-02-01", START}, {"2026-04-10", CT_PD}}, TRI_NO},
    {"of an earlier line",
     {{"2026-02-01", START}, {"2026-04-10", CT_PD}, {"2026-04-20", START_2}},
     TRI_YES},
    {"an earlier line was stopped for it",
     {{"2026-02-01", START}, {"2026-04-10", STOP_PROGRESSION}, {"2026-04-20", START_2}},
     TRI_YES},
    {"another line without it",
     {{"2026-02-01", START}, {"2026-04-10", CT_PR}, {"2026-04-20", START_2}},
     TRI_NO},
    {"shown during adjuvant therapy",
     {{"2025-10-01", START_ADJUVANT}, {"2026-02-01", START}},
     TRI_YES},
    {"shown 42 days after its end",
     {{"2025-08-01", START_ADJUVANT}, {"2025-12-09", STOP}, {"2026-02-01", START}},
     TRI_YES},
    {"shown 43 days after its end",
     {{"2025-08-01", START_ADJUVANT}, {"2025-12-08", STOP}, {"2026-02-01", START}},
     TRI_NO},
    {"shown 184 days after a START without end",
     {{"2025-07-20", START_ADJUVANT}, {"2026-02-01", START}},
     TRI_NO},
};

START_TEST(prior_progression)
{
    patient_acts(&p, progressions[_i].acts);
    ck_assert_msg(patient_chart(&p, "2026-06-01")->therapy.prior_progression.truth ==
                      progressions[_i].expected,
                  "%s", progressions[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("response");
    TCase *tests = tcase_create("response");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, the_table_of_resp, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_loop_test(tests, assessment_is_asked_for, 0,
                        (int)(sizeof(assessments) / sizeof(assessments[0])));
    tcase_add_test(tests, staging_ct_grows_old_before_therapy);
    tcase_add_test(tests, staging_ct_keeps_the_value_of_the_start);
    tcase_add_test(tests, after_a_restaging_its_regions_count);
    tcase_add_test(tests, a_pending_ct_is_unknown_and_a_missing_one_is_not_done);
    tcase_add_loop_test(tests, prior_progression, 0,
                        (int)(sizeof(progressions) / sizeof(progressions[0])));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
