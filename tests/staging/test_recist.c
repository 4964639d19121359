#include "fixture_patient.h"

#include "base/date.h"

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

#define MM 1000
#define GONE (-1)   /* listed as absent */
#define UNSEEN (-2) /* not evaluable */

/* A CT of everything that lists ${count} lesions. */
static struct event *scan(const char *date, struct lesion *lesions, size_t count)
{
    struct event *e = patient_act(&p, CT_SILENT, date);

    e->body.imaging.lesions = lesions;
    e->body.imaging.lesion_count = count;
    return e;
}

/* A lesion of that size in thousandths of a millimetre, or GONE, or UNSEEN. */
static struct lesion lesion(const char *id, enum organ organ, int64_t size)
{
    struct lesion l = {.lesion_id = id, .organ = organ, .certainty = CERTAINTY_DEFINITE};

    if (organ == ORGAN_LYMPH_NODE)
        l.station = STATION_PARA_AORTIC;
    if (size == GONE) {
        l.state = LESION_STATE_ABSENT;
    } else if (size == UNSEEN) {
        l.state = LESION_STATE_NOT_EVALUABLE;
    } else {
        l.state = LESION_STATE_MEASURED;
        l.diameter_mm = (struct amount){.given = true, .thousandths = size};
    }
    return l;
}

static struct lesion *copy(const struct lesion *lesions, size_t count)
{
    struct lesion *copied = patient_take(&p, count, sizeof(*copied));

    memcpy(copied, lesions, count * sizeof(*copied));
    return copied;
}

static void scan_one(const char *date, struct lesion l)
{
    scan(date, copy(&l, 1), 1);
}

static void in_scope(void)
{
    patient_acts(&p, (struct told[]){{"2026-01-05", BIOPSY},
                                     {"2026-01-05", ECOG_1},
                                     {"2026-01-06", CT_METASTATIC},
                                     {NULL, NOTHING}});
}

/* ---- Sums (B.8) ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int64_t sizes[4]; /* of one liver lesion: baseline and scans, in 0.1 mm; 0 ends */
    enum response expected;
} sums[] = {
    {"40 to 28: exactly 30 %", {400, 280}, RESPONSE_PR},
    {"40 to 28.1", {400, 281}, RESPONSE_SD},
    {"25 to 30: 20 % and 5 mm", {250, 300}, RESPONSE_PD},
    {"25 to 29.9", {250, 299}, RESPONSE_SD},
    {"20 to 24: 4 mm", {200, 240}, RESPONSE_SD},
    {"100 to 119: 19 %", {1000, 1190}, RESPONSE_SD},
    {"100, 50, 62: from the nadir", {1000, 500, 620}, RESPONSE_PD},
    {"100, 50, 59", {1000, 500, 590}, RESPONSE_PR},
};

START_TEST(sums_decide)
{
    static const char *const dates[] = {"2026-01-20", "2026-04-01", "2026-06-01", "2026-08-01"};
    const struct chart *c;

    in_scope();
    patient_act(&p, START, "2026-02-01");
    for (size_t i = 0; i < 4 && sums[_i].sizes[i] != 0; i++)
        scan_one(dates[i], lesion("liver", ORGAN_LIVER, sums[_i].sizes[i] * 100));
    c = patient_chart(&p, "2026-08-02");
    ck_assert_msg(c->response.latest == sums[_i].expected, "%s: %d", sums[_i].name,
                  (int)c->response.latest);
}
END_TEST

/* ---- Nodes ----------------------------------------------------------------------------------- */

static const struct {
    int64_t baseline; /* short axis, in 0.1 mm */
    int64_t now;
    enum response expected;
} nodes[] = {
    {200, 100, RESPONSE_PR}, /* 10.0 mm is not gone */
    {200, 99, RESPONSE_CR},  /* below 10 mm is normal */
    {200, 141, RESPONSE_SD},
    {150, 200, RESPONSE_PD}, /* measurable from 15 mm */
};

START_TEST(nodes_go_by_their_short_axis)
{
    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan_one("2026-01-20", lesion("node", ORGAN_LYMPH_NODE, nodes[_i].baseline * 100));
    scan_one("2026-04-01", lesion("node", ORGAN_LYMPH_NODE, nodes[_i].now * 100));
    ck_assert_int_eq(patient_chart(&p, "2026-04-02")->response.latest, nodes[_i].expected);
}
END_TEST

/* Nodes that stay below 10 mm cannot progress by growing inside the normal range. */
START_TEST(normal_nodes_do_not_progress)
{
    struct lesion at[3][2] = {
        {lesion("node", ORGAN_LYMPH_NODE, 16 * MM), lesion("liver", ORGAN_LIVER, 12 * MM)},
        {lesion("node", ORGAN_LYMPH_NODE, 4 * MM), lesion("liver", ORGAN_LIVER, 12 * MM)},
        {lesion("node", ORGAN_LYMPH_NODE, 9500), lesion("liver", ORGAN_LIVER, 12 * MM)},
    };
    static const char *const dates[] = {"2026-01-20", "2026-04-01", "2026-06-01"};

    in_scope();
    patient_act(&p, START, "2026-02-01");
    for (size_t i = 0; i < 3; i++)
        scan(dates[i], copy(at[i], 2), 2);
    /* 28, 16, 21.5: 5.5 mm above the nadir, all of it in a normal node; -23 % of the baseline. */
    ck_assert_int_eq(patient_chart(&p, "2026-06-02")->response.latest, RESPONSE_SD);
}
END_TEST

/* ---- Overall: target, non-target, new -------------------------------------------------------- */

enum other { NO_OTHER, OTHER_GONE, OTHER_PRESENT, OTHER_UNSEEN, OTHER_PROGRESSED };

static const struct {
    const char *name;
    int64_t target; /* liver lesion of 40 mm at baseline, now in mm; 0: there is none */
    enum other other;
    bool cea_normal;
    bool new_lesion;
    enum response expected;
} rows[] = {
    {"CR, no non-target", GONE, NO_OTHER, false, false, RESPONSE_CR},
    {"CR, non-target CR", GONE, OTHER_GONE, true, false, RESPONSE_CR},
    {"CR, gone but CEA elevated", GONE, OTHER_GONE, false, false, RESPONSE_PR},
    {"CR, non-target present", GONE, OTHER_PRESENT, true, false, RESPONSE_PR},
    {"CR, non-target not evaluated", GONE, OTHER_UNSEEN, true, false, RESPONSE_PR},
    {"PR, non-target present", 20, OTHER_PRESENT, true, false, RESPONSE_PR},
    {"PR, non-target not evaluated", 20, OTHER_UNSEEN, true, false, RESPONSE_PR},
    {"SD, non-target gone", 40, OTHER_GONE, true, false, RESPONSE_SD},
    {"SD, non-target not evaluated", 40, OTHER_UNSEEN, true, false, RESPONSE_SD},
    {"not evaluated, non-target gone", UNSEEN, OTHER_GONE, true, false, RESPONSE_NE},
    {"PD, non-target gone", 60, OTHER_GONE, true, false, RESPONSE_PD},
    {"PR, non-target PD", 20, OTHER_PROGRESSED, true, false, RESPONSE_PD},
    {"not evaluated, non-target PD", UNSEEN, OTHER_PROGRESSED, true, false, RESPONSE_PD},
    {"CR, a new lesion", GONE, OTHER_GONE, true, true, RESPONSE_PD},
    {"not evaluated, a new lesion", UNSEEN, OTHER_GONE, true, true, RESPONSE_PD},
    {"non-target only: gone", 0, OTHER_GONE, true, false, RESPONSE_CR},
    {"non-target only: gone, CEA elevated", 0, OTHER_GONE, false, false, RESPONSE_NON_CR_NON_PD},
    {"non-target only: present", 0, OTHER_PRESENT, true, false, RESPONSE_NON_CR_NON_PD},
    {"non-target only: not evaluated", 0, OTHER_UNSEEN, true, false, RESPONSE_NE},
    {"non-target only: PD", 0, OTHER_PROGRESSED, true, false, RESPONSE_PD},
    {"non-target only: a new lesion", 0, OTHER_PRESENT, true, true, RESPONSE_PD},
};

static struct lesion other_now(enum other other)
{
    struct lesion l = lesion("lung", ORGAN_LUNG, other == OTHER_GONE ? GONE : UNSEEN);

    if (other == OTHER_PRESENT)
        l.state = LESION_STATE_PRESENT;
    else if (other == OTHER_PROGRESSED)
        l.state = LESION_STATE_UNEQUIVOCAL_PROGRESSION;
    return l;
}

START_TEST(targets_and_non_targets_give_the_overall_response)
{
    struct lesion before[2];
    struct lesion now[3];
    size_t n_before = 0;
    size_t n_now = 0;

    in_scope();
    patient_act(&p, START, "2026-02-01");
    patient_act(&p, rows[_i].cea_normal ? CEA_4 : CEA_9, "2026-04-02");
    if (rows[_i].target != 0) {
        before[n_before++] = lesion("liver", ORGAN_LIVER, 40 * MM);
        now[n_now++] = lesion("liver", ORGAN_LIVER,
                              rows[_i].target > 0 ? rows[_i].target * MM : rows[_i].target);
    }
    if (rows[_i].other != NO_OTHER) {
        before[n_before] = lesion("lung", ORGAN_LUNG, UNSEEN);
        before[n_before++].state = LESION_STATE_PRESENT;
        now[n_now++] = other_now(rows[_i].other);
    }
    if (rows[_i].new_lesion) {
        now[n_now] = lesion("new", ORGAN_LIVER, 12 * MM);
        now[n_now++].is_new = ANSWER_YES;
    }
    scan("2026-01-20", copy(before, n_before), n_before);
    scan("2026-04-01", copy(now, n_now), n_now);
    ck_assert_msg(patient_chart(&p, "2026-04-03")->response.latest == rows[_i].expected, "%s: %d",
                  rows[_i].name, (int)p.chart.response.latest);
}
END_TEST

START_TEST(unmeasured_targets_still_progress)
{
    struct lesion before[2] = {lesion("a", ORGAN_LIVER, 20 * MM),
                               lesion("b", ORGAN_LIVER, 20 * MM)};
    struct lesion now[2] = {lesion("a", ORGAN_LIVER, 48 * MM), lesion("b", ORGAN_LIVER, UNSEEN)};

    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan("2026-01-20", copy(before, 2), 2);
    scan("2026-04-01", copy(now, 2), 2);
    ck_assert_int_eq(patient_chart(&p, "2026-04-03")->response.latest, RESPONSE_PD);
    ck_assert(p.chart.response.progressing);
}
END_TEST

START_TEST(a_lesion_that_is_not_listed_is_not_evaluated)
{
    struct lesion before[2] = {lesion("a", ORGAN_LIVER, 20 * MM),
                               lesion("b", ORGAN_LIVER, 20 * MM)};

    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan("2026-01-20", copy(before, 2), 2);
    scan_one("2026-04-01", lesion("a", ORGAN_LIVER, 10 * MM));
    ck_assert_int_eq(patient_chart(&p, "2026-04-03")->response.latest, RESPONSE_NE);
}
END_TEST

START_TEST(disease_after_a_complete_response_is_progression)
{
    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan_one("2026-01-20", lesion("liver", ORGAN_LIVER, 40 * MM));
    scan_one("2026-04-01", lesion("liver", ORGAN_LIVER, GONE));
    ck_assert_int_eq(patient_chart(&p, "2026-06-02")->response.latest, RESPONSE_CR);
    scan_one("2026-06-01", lesion("liver", ORGAN_LIVER, 3 * MM));
    ck_assert_int_eq(patient_chart(&p, "2026-06-02")->response.latest, RESPONSE_PD);
}
END_TEST

/* ---- Choosing targets ------------------------------------------------------------------------ */

START_TEST(two_targets_per_organ_the_largest_first)
{
    struct lesion before[3] = {lesion("a", ORGAN_LIVER, 20 * MM), lesion("b", ORGAN_LIVER, 30 * MM),
                               lesion("c", ORGAN_LIVER, 40 * MM)};
    struct lesion now[3] = {lesion("a", ORGAN_LIVER, 20 * MM), lesion("b", ORGAN_LIVER, 20 * MM),
                            lesion("c", ORGAN_LIVER, 29 * MM)};

    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan("2026-01-20", copy(before, 3), 3);
    scan("2026-04-01", copy(now, 3), 3);
    /* 70 to 49 is exactly 30 %; with the third it would be 90 to 69. */
    ck_assert_int_eq(patient_chart(&p, "2026-04-03")->response.latest, RESPONSE_PR);
}
END_TEST

START_TEST(an_explicit_target_ends_the_choice)
{
    struct lesion before[2] = {lesion("a", ORGAN_LIVER, 40 * MM),
                               lesion("b", ORGAN_LIVER, 20 * MM)};
    struct lesion now[2] = {lesion("a", ORGAN_LIVER, 40 * MM), lesion("b", ORGAN_LIVER, 14 * MM)};

    before[1].role = LESION_ROLE_TARGET;
    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan("2026-01-20", copy(before, 2), 2);
    scan("2026-04-01", copy(now, 2), 2);
    ck_assert_int_eq(patient_chart(&p, "2026-04-03")->response.latest, RESPONSE_PR);
}
END_TEST

START_TEST(the_primary_is_no_target_of_itself)
{
    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan_one("2026-01-20", lesion("primary", ORGAN_RECTUM, 50 * MM));
    scan_one("2026-04-01", lesion("primary", ORGAN_RECTUM, 20 * MM));
    ck_assert_int_eq(patient_chart(&p, "2026-04-03")->response.latest, RESPONSE_NON_CR_NON_PD);
    ck_assert_int_eq(p.chart.response.state, RESPONSE_STATE_NO_MEASURABLE);
}
END_TEST

/* ---- New lesions ----------------------------------------------------------------------------- */

START_TEST(an_equivocal_new_lesion_confirmed_later_dates_back)
{
    struct lesion doubtful[2] = {lesion("liver", ORGAN_LIVER, 20 * MM),
                                 lesion("new", ORGAN_LUNG, 12 * MM)};
    struct lesion certain[2];

    doubtful[1].is_new = ANSWER_YES;
    doubtful[1].certainty = CERTAINTY_EQUIVOCAL;
    memcpy(certain, doubtful, sizeof(certain));
    certain[1].certainty = CERTAINTY_DEFINITE;
    in_scope();
    patient_act(&p, START, "2026-02-01");
    scan_one("2026-01-20", lesion("liver", ORGAN_LIVER, 40 * MM));
    scan("2026-04-01", copy(doubtful, 2), 2);
    ck_assert_int_eq(patient_chart(&p, "2026-06-03")->response.state,
                     RESPONSE_STATE_RESPONSE_NEW_LESION);
    ck_assert(p.chart.pet.for_new_lesion);
    scan("2026-06-01", copy(certain, 2), 2);
    ck_assert_int_eq(patient_chart(&p, "2026-06-03")->response.state, RESPONSE_STATE_PROGRESSION);
    ck_assert_int_eq(p.chart.response.progressed_on.first, patient_day("2026-04-01"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recist");
    TCase *tests = tcase_create("recist");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, sums_decide, 0, (int)(sizeof(sums) / sizeof(sums[0])));
    tcase_add_loop_test(tests, nodes_go_by_their_short_axis, 0,
                        (int)(sizeof(nodes) / sizeof(nodes[0])));
    tcase_add_test(tests, normal_nodes_do_not_progress);
    tcase_add_loop_test(tests, targets_and_non_targets_give_the_overall_response, 0,
                        (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(tests, unmeasured_targets_still_progress);
    tcase_add_test(tests, a_lesion_that_is_not_listed_is_not_evaluated);
    tcase_add_test(tests, disease_after_a_complete_response_is_progression);
    tcase_add_test(tests, two_targets_per_organ_the_largest_first);
    tcase_add_test(tests, an_explicit_target_ends_the_choice);
    tcase_add_test(tests, the_primary_is_no_target_of_itself);
    tcase_add_test(tests, an_equivocal_new_lesion_confirmed_later_dates_back);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
