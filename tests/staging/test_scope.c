#include "fixture_patient.h"

#include <check.h>
#include <stdlib.h>
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

/* ---- Topography ------------------------------------------------------------------------------ */

static const struct {
    const char *text;
    enum tri rectum;
} topographies[] = {
    {"C20", TRI_YES},       {"C20.9", TRI_YES},     {"c20.9", TRI_YES},     {"C20.8", TRI_UNKNOWN},
    {"C19", TRI_UNKNOWN},   {"C19.9", TRI_UNKNOWN}, {"C18.7", TRI_NO},      {"C21.0", TRI_NO},
    {"C34", TRI_NO},        {"D20", TRI_UNKNOWN},   {"C2", TRI_UNKNOWN},    {"C20.", TRI_UNKNOWN},
    {"CX0", TRI_UNKNOWN},   {"C2X", TRI_UNKNOWN},   {"C/0", TRI_UNKNOWN},   {"C2/", TRI_UNKNOWN},
    {"C20-9", TRI_UNKNOWN}, {"C20.x", TRI_UNKNOWN}, {"C20./", TRI_UNKNOWN}, {"C10.9", TRI_NO},
    {"C29.9", TRI_NO},
};

START_TEST(topography_places_the_primary)
{
    struct event *e = patient_act(&p, BIOPSY, "2026-01-05");

    e->body.pathology.topography = topographies[_i].text;
    ck_assert_msg(patient_chart(&p, "2026-01-06")->site.fact.truth == topographies[_i].rectum, "%s",
                  topographies[_i].text);
}
END_TEST

/* ---- Why there are no para-aortic nodes ------------------------------------------------------ */

enum finding {
    REGIONAL_COUNT,
    NO_REGIONAL_COUNT,
    REFERRED_MESORECTAL,
    REFERRED_NEGATIVE_MESORECTAL,
    INGUINAL_POSITIVE,
    INGUINAL_NEGATIVE,
    LIVER_LESION,
    LIVER_LESION_GONE,
    LIVER_LESION_DOUBTFUL,
    LIVER_PROVEN,
    LIVER_DOUBTED_BY_HISTOLOGY,
};

static void tell(enum finding finding)
{
    static const struct node_finding mesorectal[] = {
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC}};
    static const struct node_finding clear[] = {
        {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_NEGATIVE}};
    static const struct station_result inguinal[] = {
        {.station = STATION_INGUINAL, .station_text = "", .result = NODE_RESULT_POSITIVE},
        {.station = STATION_INGUINAL, .station_text = "", .result = NODE_RESULT_NEGATIVE}};
    static const struct lesion liver[] = {
        {.lesion_id = "a", .organ = ORGAN_LIVER, .certainty = CERTAINTY_DEFINITE},
        {.lesion_id = "a",
         .organ = ORGAN_LIVER,
         .certainty = CERTAINTY_DEFINITE,
         .state = LESION_STATE_ABSENT},
        {.lesion_id = "a", .organ = ORGAN_LIVER, .certainty = CERTAINTY_EQUIVOCAL}};
    struct event *e;

    if (finding <= NO_REGIONAL_COUNT) {
        e = patient_tell(&p, BODY_PATHOLOGY, "2026-01-07");
        e->body.pathology.regional_nodes.positive =
            (struct number){true, finding == REGIONAL_COUNT ? 2 : 0};
    } else if (finding <= REFERRED_NEGATIVE_MESORECTAL) {
        e = patient_tell(&p, BODY_REFERRAL, "2026-01-07");
        e->body.referral.nodes = finding == REFERRED_MESORECTAL ? mesorectal : clear;
        e->body.referral.node_count = 1;
    } else if (finding <= INGUINAL_NEGATIVE) {
        e = patient_tell(&p, BODY_PATHOLOGY, "2026-01-07");
        e->body.pathology.stations = &inguinal[finding - INGUINAL_POSITIVE];
        e->body.pathology.station_count = 1;
    } else if (finding <= LIVER_LESION_DOUBTFUL) {
        e = patient_act(&p, CT_SILENT, "2026-01-07");
        e->body.imaging.lesions = &liver[finding - LIVER_LESION];
        e->body.imaging.lesion_count = 1;
    } else {
        e = patient_tell(&p, BODY_PATHOLOGY, "2026-01-07");
        e->body.pathology.other_site.organ = ORGAN_LIVER;
        e->body.pathology.other_site.certainty =
            finding == LIVER_PROVEN ? CERTAINTY_DEFINITE : CERTAINTY_EQUIVOCAL;
    }
}

static const struct {
    enum finding finding;
    enum act also; /* CT_MESORECTAL: regional disease beside it */
    enum paln_absent absent;
} absences[] = {
    {REGIONAL_COUNT, CT_SILENT, PALN_ABSENT_REGIONAL_ONLY},
    {NO_REGIONAL_COUNT, CT_SILENT, PALN_ABSENT_NO_PALN},
    {REFERRED_MESORECTAL, CT_SILENT, PALN_ABSENT_REGIONAL_ONLY},
    {REFERRED_NEGATIVE_MESORECTAL, CT_SILENT, PALN_ABSENT_NO_PALN},
    {INGUINAL_POSITIVE, CT_SILENT, PALN_ABSENT_OTHER_NONREGIONAL},
    {INGUINAL_NEGATIVE, CT_SILENT, PALN_ABSENT_NO_PALN},
    {LIVER_LESION, CT_MESORECTAL, PALN_ABSENT_NO_PALN},
    {LIVER_LESION_GONE, CT_MESORECTAL, PALN_ABSENT_REGIONAL_ONLY},
    {LIVER_LESION_DOUBTFUL, CT_MESORECTAL, PALN_ABSENT_REGIONAL_ONLY},
    {LIVER_PROVEN, CT_MESORECTAL, PALN_ABSENT_NO_PALN},
    {LIVER_DOUBTED_BY_HISTOLOGY, CT_MESORECTAL, PALN_ABSENT_REGIONAL_ONLY},
};

START_TEST(what_there_is_instead)
{
    patient_act(&p, BIOPSY, "2026-01-05");
    patient_act(&p, CT_NEGATIVE, "2026-01-06");
    patient_act(&p, absences[_i].also, "2026-01-06");
    tell(absences[_i].finding);
    ck_assert_int_eq(patient_chart(&p, "2026-01-08")->paln.absent, absences[_i].absent);
}
END_TEST

/* A category says it as well, also N3 of an edition that has it. */
static const struct {
    const char *n;
    enum paln_absent absent;
} categories[] = {
    {"cN0", PALN_ABSENT_NO_PALN},        {"cNX", PALN_ABSENT_NO_PALN},
    {"cN1c", PALN_ABSENT_REGIONAL_ONLY}, {"pN2", PALN_ABSENT_REGIONAL_ONLY},
    {"cN3", PALN_ABSENT_REGIONAL_ONLY},
};

START_TEST(a_category_names_regional_disease)
{
    patient_act(&p, BIOPSY, "2026-01-05");
    patient_act(&p, CT_NEGATIVE, "2026-01-06")->body.imaging.stage.n = categories[_i].n;
    ck_assert_int_eq(patient_chart(&p, "2026-01-08")->paln.absent, categories[_i].absent);
}
END_TEST

/* ---- Names ----------------------------------------------------------------------------------- */

START_TEST(inputs_have_names_of_their_own)
{
    for (int i = 0; i < INPUT_COUNT; i++)
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(input_name((enum input)i), input_name((enum input)k));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scope");
    TCase *tcase = tcase_create("scope");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_loop_test(tcase, topography_places_the_primary, 0,
                        (int)(sizeof(topographies) / sizeof(topographies[0])));
    tcase_add_loop_test(tcase, what_there_is_instead, 0,
                        (int)(sizeof(absences) / sizeof(absences[0])));
    tcase_add_loop_test(tcase, a_category_names_regional_disease, 0,
                        (int)(sizeof(categories) / sizeof(categories[0])));
    tcase_add_test(tcase, inputs_have_names_of_their_own);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
