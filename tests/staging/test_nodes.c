#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

#define TODAY "2026-12-01"

/* ---- What the statements add up to ----------------------------------------------------------- */

static const struct {
    const char *name;
    struct told acts[6];
    enum paln_evidence evidence;
} cases[] = {
    {"nothing", {{0}}, PALN_NONE},
    {"a silent scan", {{"2026-01-10", CT_SILENT}}, PALN_NONE},
    {"a negative CT", {{"2026-01-10", CT_NEGATIVE}}, PALN_NEGATIVE},
    {"a negative MRI", {{"2026-01-10", MRI_NEGATIVE}}, PALN_NEGATIVE},
    {"a negative PET without diagnostic CT", {{"2026-01-10", PET_NEGATIVE}}, PALN_NONE},
    {"a negative ultrasound", {{"2026-01-10", ULTRASOUND_NEGATIVE}}, PALN_NONE},
    {"metastatic", {{"2026-01-10", CT_METASTATIC}}, PALN_IMAGING_POSITIVE},
    {"suspicious", {{"2026-01-10", CT_SUSPICIOUS}}, PALN_SUSPICIOUS},
    {"12 mm", {{"2026-01-10", CT_12_MM}}, PALN_SUSPICIOUS},
    {"8 mm", {{"2026-01-10", CT_8_MM}}, PALN_NONE},
    {"8 mm with necrosis", {{"2026-01-10", CT_8_MM_NECROTIC}}, PALN_SUSPICIOUS},
    {"histology", {{"2026-01-10", NODE_POSITIVE}}, PALN_CONFIRMED},
    {"a negative biopsy alone", {{"2026-01-10", NODE_NEGATIVE}}, PALN_NONE},
    {"a dissection without tumour", {{"2026-01-10", DISSECTION_NEGATIVE}}, PALN_NEGATIVE},

    /* A referral never makes more than suspicion, and clears nothing. */
    {"referred as metastatic", {{"2026-01-10", REFERRAL_METASTATIC}}, PALN_SUSPICIOUS},
    {"referred as negative", {{"2026-01-10", REFERRAL_NEGATIVE}}, PALN_NONE},
    {"suspicious, referred as negative",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", REFERRAL_NEGATIVE}},
     PALN_SUSPICIOUS},
    {"referred as metastatic, negative CT",
     {{"2026-01-10", REFERRAL_METASTATIC}, {"2026-01-20", CT_NEGATIVE}},
     PALN_CONFLICT},

    /* Among suspicious and negative statements the latest, on one day the suspicious. */
    {"suspicious, then negative",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-02-10", CT_NEGATIVE}},
     PALN_NEGATIVE},
    {"negative, then suspicious",
     {{"2026-01-10", CT_NEGATIVE}, {"2026-02-10", CT_SUSPICIOUS}},
     PALN_SUSPICIOUS},
    {"both on one day",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-10", CT_NEGATIVE}},
     PALN_SUSPICIOUS},
    {"suspicious, negative biopsy",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", NODE_NEGATIVE}},
     PALN_NEGATIVE},
    {"suspicious, negative ultrasound",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-02-10", ULTRASOUND_NEGATIVE}},
     PALN_SUSPICIOUS},
    {"suspicious, therapy, negative",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", START}, {"2026-04-10", CT_NEGATIVE}},
     PALN_SUSPICIOUS},
    {"suspicious, adjuvant therapy, negative",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", START_ADJUVANT}, {"2026-04-10", CT_NEGATIVE}},
     PALN_NEGATIVE},
    {"suspicious, therapy, negative biopsy",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", START}, {"2026-04-10", NODE_NEGATIVE}},
     PALN_SUSPICIOUS},

    /* Positive against negative: at most 42 days apart. */
    {"metastatic, negative on the 42nd day",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-21", CT_NEGATIVE}},
     PALN_CONFLICT},
    {"metastatic, negative on the 43rd day",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-22", CT_NEGATIVE}},
     PALN_IMAGING_POSITIVE},
    {"negative, metastatic on the 42nd day",
     {{"2026-01-10", CT_NEGATIVE}, {"2026-02-21", CT_METASTATIC}},
     PALN_CONFLICT},
    {"negative, metastatic on the 43rd day",
     {{"2026-01-10", CT_NEGATIVE}, {"2026-02-22", CT_METASTATIC}},
     PALN_IMAGING_POSITIVE},
    {"metastatic, negative ultrasound",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", ULTRASOUND_NEGATIVE}},
     PALN_IMAGING_POSITIVE},
    {"metastatic, therapy, negative",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", START}, {"2026-02-10", CT_NEGATIVE}},
     PALN_IMAGING_POSITIVE},
    {"negative, resection of the primary, metastatic",
     {{"2026-01-10", CT_NEGATIVE}, {"2026-01-20", TME}, {"2026-02-10", CT_METASTATIC}},
     PALN_IMAGING_POSITIVE},
    {"metastatic, negative biopsy 200 days later",
     {{"2026-01-10", CT_METASTATIC}, {"2026-07-29", NODE_NEGATIVE}},
     PALN_CONFLICT},
    {"metastatic, therapy, negative biopsy",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", START}, {"2026-07-29", NODE_NEGATIVE}},
     PALN_IMAGING_POSITIVE},

    /* What ends a conflict. */
    {"a conflict, metastatic again after 42 days",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", CT_NEGATIVE}, {"2026-03-04", CT_METASTATIC}},
     PALN_IMAGING_POSITIVE},
    {"a conflict, metastatic again within 42 days",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", CT_NEGATIVE}, {"2026-03-03", CT_METASTATIC}},
     PALN_CONFLICT},
    {"a conflict, histology",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", CT_NEGATIVE}, {"2026-01-25", NODE_POSITIVE}},
     PALN_CONFIRMED},
    {"a conflict, the board: metastatic",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", CT_NEGATIVE}, {"2026-01-25", BOARD_METASTATIC}},
     PALN_IMAGING_POSITIVE},
    {"a conflict, the board: negative",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", CT_NEGATIVE}, {"2026-01-25", BOARD_NEGATIVE}},
     PALN_NEGATIVE},

    /* A board replaces imaging, not histology; after a START it changes nothing. */
    {"metastatic, the board: suspicious",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", BOARD_SUSPICIOUS}},
     PALN_SUSPICIOUS},
    {"metastatic, the board: negative",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", BOARD_NEGATIVE}},
     PALN_NEGATIVE},
    {"metastatic, therapy, the board: negative",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", START}, {"2026-02-20", BOARD_NEGATIVE}},
     PALN_IMAGING_POSITIVE},
    {"metastatic, therapy, the board: suspicious",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", START}, {"2026-02-20", BOARD_SUSPICIOUS}},
     PALN_IMAGING_POSITIVE},
    {"histology, the board: negative",
     {{"2026-01-10", NODE_POSITIVE}, {"2026-01-20", BOARD_NEGATIVE}},
     PALN_CONFLICT},
    {"histology, the board: suspicious",
     {{"2026-01-10", NODE_POSITIVE}, {"2026-01-20", BOARD_SUSPICIOUS}},
     PALN_CONFIRMED},
    {"histology, the board: metastatic",
     {{"2026-01-10", NODE_POSITIVE}, {"2026-01-20", BOARD_METASTATIC}},
     PALN_CONFIRMED},
    {"histology, the board: negative, then metastatic",
     {{"2026-01-10", NODE_POSITIVE},
      {"2026-01-20", BOARD_NEGATIVE},
      {"2026-01-27", BOARD_METASTATIC}},
     PALN_CONFIRMED},

    /* Nodes without a station. */
    {"unplaced", {{"2026-01-10", CT_UNPLACED}}, PALN_NONE},
    {"negative and unplaced on one day",
     {{"2026-01-10", CT_NEGATIVE}, {"2026-01-10", CT_UNPLACED}},
     PALN_NONE},
    {"unplaced, then negative",
     {{"2026-01-10", CT_UNPLACED}, {"2026-02-10", CT_NEGATIVE}},
     PALN_NEGATIVE},
    {"metastatic, then unplaced",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", CT_UNPLACED}},
     PALN_IMAGING_POSITIVE},
    {"suspicious, then unplaced",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-02-10", CT_UNPLACED}},
     PALN_SUSPICIOUS},

    /* A dissection examines the whole basin, if it is large enough and no therapy came before. */
    {"metastatic, a dissection without tumour",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", DISSECTION_NEGATIVE}},
     PALN_NEGATIVE},
    {"metastatic, two nodes without tumour",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", DISSECTION_OF_TWO}},
     PALN_CONFLICT},
    {"metastatic, therapy, a dissection without tumour",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", START}, {"2026-05-10", DISSECTION_NEGATIVE}},
     PALN_IMAGING_POSITIVE},
};

START_TEST(statements_add_up)
{
    enum paln_evidence expected = cases[_i].evidence;
    enum tri truth = expected == PALN_CONFIRMED || expected == PALN_IMAGING_POSITIVE ? TRI_YES
                     : expected == PALN_NEGATIVE                                     ? TRI_NO
                                                                                     : TRI_UNKNOWN;
    const struct chart *c;

    patient_acts(&p, cases[_i].acts);
    c = patient_chart(&p, TODAY);
    ck_assert_msg(c->paln.evidence == expected, "%s: evidence %d", cases[_i].name,
                  (int)c->paln.evidence);
    ck_assert_msg(c->paln.fact.truth == truth, "%s: truth %d", cases[_i].name,
                  (int)c->paln.fact.truth);
    ck_assert_msg((c->paln.first_shown.first != DAY_NONE) == (truth == TRI_YES), "%s: first shown",
                  cases[_i].name);
    ck_assert_msg((c->why[INPUT_PALN_STATUS] != WHY_NONE) == (truth == TRI_UNKNOWN), "%s: why %d",
                  cases[_i].name, (int)c->why[INPUT_PALN_STATUS]);
}
END_TEST

/* ---- First shown, episodes, resection -------------------------------------------------------- */

static const struct {
    const char *name;
    struct told acts[6];
    const char *first_shown;
    uint32_t episode;
    const char *resected_on; /* NULL: not resected */
} episodes[] = {
    {"shown by suspicion",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-02-10", CT_METASTATIC}},
     "2026-01-10",
     1,
     NULL},
    {"shown by a referral",
     {{"2026-01-10", REFERRAL_METASTATIC}, {"2026-02-10", NODE_POSITIVE}},
     "2026-01-10",
     1,
     NULL},
    {"suspicion cleared by a board does not count",
     {{"2026-01-10", CT_SUSPICIOUS}, {"2026-01-20", BOARD_NEGATIVE}, {"2026-06-10", CT_METASTATIC}},
     "2026-06-10",
     1,
     NULL},
    {"a board ends an episode",
     {{"2026-01-10", CT_METASTATIC}, {"2026-01-20", BOARD_NEGATIVE}, {"2026-06-10", CT_METASTATIC}},
     "2026-06-10",
     2,
     NULL},
    {"resected",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", PALND}},
     "2026-01-10",
     1,
     "2026-02-10"},
    {"resected on the day on which it was shown",
     {{"2026-02-10", PALND}, {"2026-02-10", DISSECTION_POSITIVE}},
     "2026-02-10",
     1,
     "2026-02-10"},
    {"resected, as the specimen alone tells",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", DISSECTION_POSITIVE}},
     "2026-01-10",
     1,
     "2026-02-10"},
    {"resection of the primary alone",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", TME}},
     "2026-01-10",
     1,
     NULL},
    {"resected after a response, no tumour left",
     {{"2026-01-10", CT_METASTATIC},
      {"2026-01-20", START},
      {"2026-05-10", PALND},
      {"2026-05-10", DISSECTION_NEGATIVE}},
     "2026-01-10",
     1,
     "2026-05-10"},
    {"operated, but tumour was left",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", PALND}, {"2026-02-10", R2_SPECIMEN}},
     "2026-01-10",
     1,
     NULL},
    {"operated before anything was shown",
     {{"2026-01-10", PALND}, {"2026-05-10", CT_METASTATIC}},
     "2026-05-10",
     1,
     NULL},
    {"suspicious after resection",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", PALND}, {"2026-09-10", CT_SUSPICIOUS}},
     "2026-01-10",
     1,
     "2026-02-10"},
    {"shown again after resection",
     {{"2026-01-10", CT_METASTATIC}, {"2026-02-10", PALND}, {"2026-09-10", CT_METASTATIC}},
     "2026-09-10",
     2,
     NULL},
    {"resected twice",
     {{"2026-01-10", CT_METASTATIC},
      {"2026-02-10", PALND},
      {"2026-09-10", CT_METASTATIC},
      {"2026-10-10", PALND}},
     "2026-09-10",
     2,
     "2026-10-10"},
};

START_TEST(episodes_begin_and_end)
{
    const struct chart *c;

    patient_acts(&p, episodes[_i].acts);
    c = patient_chart(&p, TODAY);
    ck_assert_msg(c->paln.fact.truth == TRI_YES, "%s: not involved", episodes[_i].name);
    ck_assert_msg(c->paln.first_shown.first == patient_day(episodes[_i].first_shown),
                  "%s: first shown", episodes[_i].name);
    ck_assert_msg(c->paln.episode == episodes[_i].episode, "%s: episode %u", episodes[_i].name,
                  c->paln.episode);
    ck_assert_msg(c->paln.resected == (episodes[_i].resected_on != NULL), "%s: resected",
                  episodes[_i].name);
    if (episodes[_i].resected_on != NULL)
        ck_assert_int_eq(c->paln.resected_on.first, patient_day(episodes[_i].resected_on));
}
END_TEST

START_TEST(only_a_sign_after_resection_asks_for_histology_again)
{
    patient_acts(
        &p, (struct told[]){{"2026-01-10", CT_METASTATIC}, {"2026-02-10", PALND}, {NULL, NOTHING}});
    ck_assert(!patient_chart(&p, TODAY)->paln.suspicious_after_resection);
    patient_act(&p, CT_SUSPICIOUS, "2026-09-10");
    ck_assert(patient_chart(&p, TODAY)->paln.suspicious_after_resection);
}
END_TEST

/* ---- Out of scope ---------------------------------------------------------------------------- */

static const struct {
    struct told acts[4];
    enum paln_absent absent;
} absences[] = {
    {{{"2026-01-10", CT_NEGATIVE}}, PALN_ABSENT_NO_PALN},
    {{{"2026-01-10", CT_NEGATIVE}, {"2026-01-12", CT_MESORECTAL}}, PALN_ABSENT_REGIONAL_ONLY},
    {{{"2026-01-10", CT_NEGATIVE}, {"2026-01-12", CT_COMMON_ILIAC}}, PALN_ABSENT_OTHER_NONREGIONAL},
    {{{"2026-01-10", CT_NEGATIVE}, {"2026-01-12", CT_MESORECTAL}, {"2026-01-12", CT_COMMON_ILIAC}},
     PALN_ABSENT_OTHER_NONREGIONAL},
    {{{"2026-01-10", CT_MESORECTAL}}, PALN_ABSENT_NONE},
};

START_TEST(why_the_nodes_are_not_involved)
{
    patient_acts(&p, absences[_i].acts);
    ck_assert_int_eq(patient_chart(&p, TODAY)->paln.absent, absences[_i].absent);
}
END_TEST

START_TEST(a_retracted_report_leaves_nothing_behind)
{
    struct event *ct = patient_act(&p, CT_METASTATIC, "2026-01-10");

    ck_assert_int_eq(patient_chart(&p, TODAY)->paln.fact.truth, TRI_YES);
    patient_version(&p, ct, 2, REPORT_STATUS_RETRACTED);
    ck_assert_int_eq(patient_chart(&p, TODAY)->paln.evidence, PALN_NONE);
    ck_assert_int_eq(p.chart.why[INPUT_PALN_STATUS], WHY_WITHDRAWN);
}
END_TEST

START_TEST(a_preliminary_report_is_pending)
{
    patient_act(&p, CT_METASTATIC, "2026-01-10")->status = REPORT_STATUS_PRELIMINARY;
    patient_act(&p, ECOG_1, "2026-01-10");
    /* The standing is settled on admission: tell the report again. */
    history_restore(&p.history, history_withdraw(&p.history, p.events[0]));
    ck_assert_int_eq(patient_chart(&p, TODAY)->paln.evidence, PALN_NONE);
    ck_assert_int_eq(p.chart.why[INPUT_PALN_STATUS], WHY_PENDING);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nodes");
    TCase *tests = tcase_create("nodes");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, statements_add_up, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_loop_test(tests, episodes_begin_and_end, 0,
                        (int)(sizeof(episodes) / sizeof(episodes[0])));
    tcase_add_test(tests, only_a_sign_after_resection_asks_for_histology_again);
    tcase_add_loop_test(tests, why_the_nodes_are_not_involved, 0,
                        (int)(sizeof(absences) / sizeof(absences[0])));
    tcase_add_test(tests, a_retracted_report_leaves_nothing_behind);
    tcase_add_test(tests, a_preliminary_report_is_pending);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
