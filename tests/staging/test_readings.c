/*
 * Readings of single reports that the larger stories of the other tests do not bring about: what a
 * board must see again, dates that are missing, nodes, lesions and stages beside the usual ones.
 */
#include "fixture_patient.h"

#include "staging/evidence.h"

#include <check.h>
#include <string.h>

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ---- What a board must see again ------------------------------------------------------------- */

static void issued(struct event *e)
{
    e->issued_at = (struct stated_time){.time = e->effective_at.time, .text = ""};
}

static bool is_material(const struct event *e)
{
    return patient_chart(&p, "2026-03-01")->board.material_change == e;
}

START_TEST(a_corrected_start_is_material_a_corrected_cycle_is_not)
{
    struct event *start = patient_act(&p, START, "2026-01-05");
    struct event *cycle = patient_act(&p, CYCLE, "2026-01-20");
    struct event *corrected = patient_version(&p, start, 2, REPORT_STATUS_CORRECTED);
    struct event *other = patient_version(&p, cycle, 2, REPORT_STATUS_CORRECTED);

    issued(corrected);
    issued(other);
    ck_assert(is_material(corrected));
}
END_TEST

START_TEST(treatment_is_material_when_it_is_told_and_when_it_is_corrected)
{
    static const struct told acts[] = {
        {"2026-01-05", PALND}, {"2026-01-10", CHEMORADIATION}, {"2026-01-15", STOP}};

    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        struct event *told = patient_act(&p, acts[i].act, acts[i].date);
        struct event *corrected;

        ck_assert(is_material(told));
        corrected = patient_version(&p, told, 2, REPORT_STATUS_CORRECTED);
        issued(corrected);
        ck_assert(is_material(corrected));
    }
}
END_TEST

START_TEST(a_report_that_was_removed_twice)
{
    struct event *scan = patient_act(&p, CT_SILENT, "2026-01-05");
    struct event *last = NULL;

    for (uint32_t version = 2; version <= 3; version++) {
        last = patient_make(&p, BODY_NONE, "2026-01-04");
        last->report_id = scan->report_id;
        last->report_version = version;
        last->status = REPORT_STATUS_RETRACTED;
        issued(last);
        ck_assert_int_eq((int)patient_admit(&p, last), ADMISSION_APPLIED);
    }
    ck_assert(is_material(last));
}
END_TEST

/* A removal of which nothing else is known: its own body says what it was. */
static struct event *remove_unknown(enum body_kind kind)
{
    struct event *e = patient_make(&p, kind, "2026-01-05");

    e->status = REPORT_STATUS_RETRACTED;
    issued(e);
    ck_assert_int_eq((int)patient_admit(&p, e), ADMISSION_APPLIED);
    return e;
}

START_TEST(a_removal_of_what_was_never_seen)
{
    ck_assert(!is_material(remove_unknown(BODY_LABORATORY)));
    ck_assert(is_material(remove_unknown(BODY_IMAGING)));
}
END_TEST

START_TEST(a_final_without_body_removes_nothing)
{
    struct event *e = patient_make(&p, BODY_NONE, "2026-01-05");

    issued(e);
    ck_assert_int_eq((int)patient_admit(&p, e), ADMISSION_APPLIED);
    ck_assert_ptr_null(patient_chart(&p, "2026-03-01")->board.material_change);
}
END_TEST

START_TEST(a_negative_referral_beside_a_clear_scan_is_no_contradiction)
{
    static struct node_finding nodes[] = {
        {.station = STATION_PARA_AORTIC, .station_text = "", .statement = NODE_STATUS_NEGATIVE},
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC}};
    struct event *scan = patient_act(&p, CT_SILENT, "2026-01-05");

    scan->body.imaging.nodes = nodes;
    scan->body.imaging.node_count = 2;
    patient_act(&p, REFERRAL_NEGATIVE, "2026-01-06");
    ck_assert_uint_eq(patient_chart(&p, "2026-03-01")->not_regional.count, 0);
    patient_act(&p, REFERRAL_METASTATIC, "2026-01-07");
    ck_assert_uint_eq(patient_chart(&p, "2026-03-01")->not_regional.count, 2);
}
END_TEST

/* ---- Dates ----------------------------------------------------------------------------------- */

START_TEST(an_event_without_date_has_no_day)
{
    struct event e = {.effective_at = {.text = ""}};

    ck_assert_int_eq(event_day(&e), DAY_NONE);
    ck_assert_int_eq(event_last_day(&e), DAY_NONE);
}
END_TEST

START_TEST(administrative_events_are_never_late)
{
    static const enum body_kind kinds[] = {BODY_NONE, BODY_REVIEW_DUE, BODY_REEVALUATE,
                                           BODY_DEAD_LETTER_RESOLVED};

    patient_act(&p, BIOPSY, "2026-02-05");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        ck_assert(!history_has_later(&p.history, patient_tell(&p, kinds[i], "2026-01-05")));
    ck_assert(history_has_later(&p.history, patient_tell(&p, BODY_LABORATORY, "2026-01-05")));
}
END_TEST

/* ---- Nodes ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct told acts[8];
    enum paln_evidence evidence;
} nodes[] = {
    {"a negative biopsy without any CT clears nothing",
     {{"2026-01-05", MRI_NEGATIVE},
      {"2026-01-10", BOARD_SUSPICIOUS},
      {"2026-01-20", NODE_NEGATIVE}},
     PALN_SUSPICIOUS},
    {"with a CT it does",
     {{"2026-01-05", CT_SILENT}, {"2026-01-10", BOARD_SUSPICIOUS}, {"2026-01-20", NODE_NEGATIVE}},
     PALN_NEGATIVE},
    {"a board's negative after histology, then metastatic soon after a negative CT",
     {{"2026-01-05", NODE_POSITIVE},
      {"2026-01-10", BOARD_NEGATIVE},
      {"2026-03-10", CT_NEGATIVE},
      {"2026-03-20", CT_METASTATIC}},
     PALN_CONFLICT},
    {"metastatic long after, a negative CT later still",
     {{"2026-01-05", NODE_POSITIVE},
      {"2026-01-10", BOARD_NEGATIVE},
      {"2026-03-20", CT_METASTATIC},
      {"2026-03-30", CT_NEGATIVE}},
     PALN_CONFIRMED},
    {"suspicious long after is not metastatic",
     {{"2026-01-05", NODE_POSITIVE}, {"2026-01-10", BOARD_NEGATIVE}, {"2026-03-20", CT_SUSPICIOUS}},
     PALN_CONFLICT},
    {"metastatic only after an operation does not end a board's contradiction before it",
     {{"2026-01-05", NODE_POSITIVE},
      {"2026-01-10", BOARD_NEGATIVE},
      {"2026-03-10", PALND},
      {"2026-04-10", CT_METASTATIC}},
     PALN_CONFIRMED},
    {"an unplaced station, negative under therapy",
     {{"2026-01-05", CT_UNPLACED}, {"2026-01-10", START}, {"2026-03-10", CT_NEGATIVE}},
     PALN_NONE},
    {"negative under therapy, of which nothing was said before",
     {{"2026-01-10", START}, {"2026-03-10", CT_NEGATIVE}},
     PALN_NEGATIVE},
    {"what was taken out before disease is shown again proves nothing of it",
     {{"2025-01-05", CT_METASTATIC},
      {"2025-02-10", PALND},
      {"2026-01-05", DISSECTION_POSITIVE},
      {"2026-01-05", BOARD_NEGATIVE},
      {"2026-03-05", CT_METASTATIC}},
     PALN_IMAGING_POSITIVE},
};

START_TEST(statements_add_up)
{
    const struct chart *c;

    patient_acts(&p, nodes[_i].acts);
    c = patient_chart(&p, "2026-06-01");
    ck_assert_msg(c->paln.evidence == nodes[_i].evidence, "%s: %d", nodes[_i].name,
                  (int)c->paln.evidence);
}
END_TEST

START_TEST(a_chest_ct_is_no_ct_of_the_abdomen)
{
    static const enum region chest[] = {REGION_CHEST};
    struct event *scan = patient_act(&p, CT_SILENT, "2026-01-05");

    scan->body.imaging.regions = chest;
    scan->body.imaging.region_count = 1;
    patient_act(&p, BOARD_SUSPICIOUS, "2026-01-10");
    patient_act(&p, NODE_NEGATIVE, "2026-01-20");
    ck_assert_int_eq((int)patient_chart(&p, "2026-06-01")->paln.evidence, PALN_SUSPICIOUS);
}
END_TEST

START_TEST(a_referral_that_names_other_stations_first)
{
    static struct node_finding list[] = {
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC},
        {.station = STATION_PARA_AORTIC, .station_text = "", .statement = NODE_STATUS_METASTATIC}};
    struct event *referral = patient_act(&p, REFERRAL_METASTATIC, "2026-01-05");

    referral->body.referral.nodes = list;
    referral->body.referral.node_count = 2;
    patient_act(&p, CT_NEGATIVE, "2026-01-10");
    ck_assert_int_eq((int)patient_chart(&p, "2026-06-01")->paln.evidence, PALN_CONFLICT);
}
END_TEST

/* What a scan and a specimen show on one day, the scan showed before the operation. */
START_TEST(a_scan_on_the_day_of_the_specimen_shows_first)
{
    patient_act(&p, DISSECTION_POSITIVE, "2026-01-05");
    patient_act(&p, DISSECTION_POSITIVE, "2026-01-05");
    ck_assert(patient_chart(&p, "2026-06-01")->paln.shown_by_specimen);
    patient_act(&p, CT_METASTATIC, "2026-01-05");
    ck_assert(!patient_chart(&p, "2026-06-01")->paln.shown_by_specimen);
}
END_TEST

START_TEST(more_episodes_than_are_remembered)
{
    static char dates[2 * (EPISODES_MAX + 1)][DAY_TEXT_SIZE];
    size_t used = 0;

    for (size_t i = 0; i <= EPISODES_MAX; i++) {
        day_format(patient_day("1990-01-01") + (int32_t)i * 200, dates[used]);
        patient_act(&p, CT_METASTATIC, dates[used++]);
        day_format(patient_day("1990-01-01") + (int32_t)i * 200 + 100, dates[used]);
        patient_act(&p, PALND, dates[used++]);
    }
    ck_assert_uint_eq(patient_chart(&p, "2026-06-01")->paln.episode, EPISODES_MAX + 1);
}
END_TEST

/* ---- Therapy and response -------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct told acts[6];
    enum tri prior;
} lines[] = {
    {"stopped on the day of the next line, of no number: the line before",
     {{"2026-01-05", CT_METASTATIC},
      {"2026-02-01", START},
      {"2026-04-20", STOP_PROGRESSION},
      {"2026-04-20", START_2}},
     TRI_YES},
    {"told behind the start of the next line",
     {{"2026-01-05", CT_METASTATIC},
      {"2026-02-01", START},
      {"2026-04-20", START_2},
      {"2026-04-20", STOP_PROGRESSION}},
     TRI_YES},
    {"stopped two hours after the next line began: that one",
     {{"2026-01-05", CT_METASTATIC},
      {"2026-02-01", START},
      {"2026-04-20T08:00:00Z", START_2},
      {"2026-04-20T10:00:00Z", STOP_PROGRESSION}},
     TRI_NO},
    {"the line before is stopped two hours earlier",
     {{"2026-01-05", CT_METASTATIC},
      {"2026-02-01", START},
      {"2026-04-20T08:00:00Z", STOP_PROGRESSION},
      {"2026-04-20T10:00:00Z", START_2}},
     TRI_YES},
    {"the next line is stopped a day later",
     {{"2026-01-05", CT_METASTATIC},
      {"2026-02-01", START},
      {"2026-04-20", START_2},
      {"2026-04-21", STOP_PROGRESSION}},
     TRI_NO},
};

START_TEST(a_stop_without_a_number_belongs_to_a_line)
{
    patient_acts(&p, lines[_i].acts);
    ck_assert_msg(patient_chart(&p, "2026-06-01")->therapy.prior_progression.truth ==
                      lines[_i].prior,
                  "%s: %d", lines[_i].name,
                  (int)patient_chart(&p, "2026-06-01")->therapy.prior_progression.truth);
}
END_TEST

static void scan_liver(const char *date, enum lesion_state state, int64_t thousandths)
{
    struct lesion *one = patient_take(&p, 1, sizeof(*one));
    struct event *e = patient_act(&p, CT_SILENT, date);

    *one = (struct lesion){.lesion_id = "liver",
                           .organ = ORGAN_LIVER,
                           .state = state,
                           .certainty = CERTAINTY_DEFINITE,
                           .diameter_mm = {.given = thousandths > 0, .thousandths = thousandths}};
    e->body.imaging.lesions = one;
    e->body.imaging.lesion_count = 1;
}

START_TEST(what_vanished_and_is_mentioned_is_seen_only_when_something_is_said_of_it)
{
    patient_acts(&p, (struct told[]){
                         {"2026-01-05", BIOPSY}, {"2026-01-06", CT_METASTATIC}, {NULL, NOTHING}});
    scan_liver("2026-01-20", LESION_STATE_MEASURED, 30000);
    patient_act(&p, START, "2026-02-01");
    scan_liver("2026-04-01", LESION_STATE_ABSENT, 0);
    ck_assert_int_eq((int)patient_chart(&p, "2026-04-02")->response.latest, RESPONSE_CR);
    scan_liver("2026-06-01", LESION_STATE_UNSPECIFIED, 0);
    ck_assert_int_ne((int)patient_chart(&p, "2026-06-02")->response.latest, RESPONSE_PD);
    scan_liver("2026-08-01", LESION_STATE_PRESENT, 0);
    ck_assert_int_eq((int)patient_chart(&p, "2026-08-02")->response.latest, RESPONSE_PD);
}
END_TEST

START_TEST(boards_without_imaging_stand_each_on_its_day)
{
    patient_acts(&p, (struct told[]){{"2026-01-05", BIOPSY},
                                     {"2026-01-06", CT_METASTATIC},
                                     {"2026-02-01", START},
                                     {"2026-04-01", BOARD_PD},
                                     {"2026-04-01", BOARD_PR},
                                     {NULL, NOTHING}});
    ck_assert(!patient_chart(&p, "2026-04-02")->response.progressing);
    patient_act(&p, BOARD_PD, "2026-05-01");
    ck_assert(patient_chart(&p, "2026-05-02")->response.progressing);
}
END_TEST

/* ---- Sites, stages, timing ------------------------------------------------------------------- */

static void liver(const char *date, enum certainty certainty)
{
    struct other_site *site = patient_take(&p, 1, sizeof(*site));
    struct event *e = patient_act(&p, CT_SILENT, date);

    *site = (struct other_site){ORGAN_LIVER, certainty};
    e->body.imaging.other_sites = site;
    e->body.imaging.other_site_count = 1;
}

START_TEST(a_site_that_was_lowered_may_rise_again)
{
    const struct chart_extent *x;

    liver("2026-01-05", CERTAINTY_DEFINITE);
    liver("2026-02-05", CERTAINTY_ABSENT);
    liver("2026-03-05", CERTAINTY_EQUIVOCAL);
    x = &patient_chart(&p, "2026-06-01")->extent;
    ck_assert_int_eq((int)x->organs[ORGAN_LIVER].certainty, CERTAINTY_EQUIVOCAL);
    liver("2026-04-05", CERTAINTY_DEFINITE);
    x = &patient_chart(&p, "2026-06-01")->extent;
    ck_assert_int_eq((int)x->organs[ORGAN_LIVER].certainty, CERTAINTY_DEFINITE);
}
END_TEST

START_TEST(n_after_therapy_makes_m_so_too)
{
    struct event *e = patient_act(&p, CT_METASTATIC, "2026-01-05");

    e->body.imaging.stage =
        (struct stage_statement){.t = "cT3", .n = "ycN1", .m = "", .group = "", .edition = 8};
    ck_assert_int_eq(patient_chart(&p, "2026-02-01")->stage.m[0], 'y');
}
END_TEST

START_TEST(a_baseline_without_the_abdomen_is_none)
{
    static const enum region chest[] = {REGION_CHEST};
    struct event *scan;

    patient_act(&p, BIOPSY, "2026-01-01");
    scan = patient_act(&p, CT_NEGATIVE, "2026-01-05");
    scan->body.imaging.regions = chest;
    scan->body.imaging.region_count = 1;
    patient_act(&p, TME, "2026-01-20");
    patient_act(&p, CT_METASTATIC, "2026-03-20");
    ck_assert_int_eq((int)patient_chart(&p, "2026-06-01")->timing.timing, TIMING_UNKNOWN);
}
END_TEST

/* Six months after 31 August is the last day of February. */
START_TEST(months_end_with_their_last_day)
{
    patient_acts(&p, (struct told[]){{"2025-08-01", BIOPSY},
                                     {"2025-08-05", CT_NEGATIVE},
                                     {"2025-08-31", TME},
                                     {"2026-02-28", CT_METASTATIC},
                                     {NULL, NOTHING}});
    ck_assert_int_eq((int)patient_chart(&p, "2026-06-01")->timing.timing, TIMING_METACHRONOUS);
    ck_assert(!patient_chart(&p, "2026-06-01")->timing.early);
    patient_act(&p, CT_METASTATIC, "2026-02-27");
    ck_assert(patient_chart(&p, "2026-06-01")->timing.early);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readings");
    TCase *tests = tcase_create("readings");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, a_corrected_start_is_material_a_corrected_cycle_is_not);
    tcase_add_test(tests, treatment_is_material_when_it_is_told_and_when_it_is_corrected);
    tcase_add_test(tests, a_report_that_was_removed_twice);
    tcase_add_test(tests, a_removal_of_what_was_never_seen);
    tcase_add_test(tests, a_final_without_body_removes_nothing);
    tcase_add_test(tests, a_negative_referral_beside_a_clear_scan_is_no_contradiction);
    tcase_add_test(tests, an_event_without_date_has_no_day);
    tcase_add_test(tests, administrative_events_are_never_late);
    tcase_add_loop_test(tests, statements_add_up, 0, (int)(sizeof(nodes) / sizeof(nodes[0])));
    tcase_add_test(tests, a_chest_ct_is_no_ct_of_the_abdomen);
    tcase_add_test(tests, a_referral_that_names_other_stations_first);
    tcase_add_test(tests, a_scan_on_the_day_of_the_specimen_shows_first);
    tcase_add_test(tests, more_episodes_than_are_remembered);
    tcase_add_loop_test(tests, a_stop_without_a_number_belongs_to_a_line, 0,
                        (int)(sizeof(lines) / sizeof(lines[0])));
    tcase_add_test(tests, what_vanished_and_is_mentioned_is_seen_only_when_something_is_said_of_it);
    tcase_add_test(tests, boards_without_imaging_stand_each_on_its_day);
    tcase_add_test(tests, months_end_with_their_last_day);
    tcase_add_test(tests, a_site_that_was_lowered_may_rise_again);
    tcase_add_test(tests, n_after_therapy_makes_m_so_too);
    tcase_add_test(tests, a_baseline_without_the_abdomen_is_none);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
