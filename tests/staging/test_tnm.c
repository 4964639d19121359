#include "fixture_patient.h"
#include "staging/tnm.h"

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

/* ---- Groups with M0 -------------------------------------------------------------------------- */

#define T_COUNT 9
#define N_COUNT 10

static const char *const t_texts[T_COUNT] = {"Tis", "T1", "T2", "T3", "T4a", "T4b", "T4", "TX", ""};
static const char *const n_texts[N_COUNT] = {"N0",  "N1a", "N1b", "N1c", "N2a",
                                             "N2b", "N1",  "N2",  "NX",  ""};

/* TNM 8: what the letter would decide is "III" or "II"; what even that leaves open is "". */
static const char *const groups[T_COUNT][N_COUNT] = {
    {"0", "", "", "", "", "", "", "", "", ""},
    {"I", "IIIA", "IIIA", "IIIA", "IIIA", "IIIB", "IIIA", "III", "", ""},
    {"I", "IIIA", "IIIA", "IIIA", "IIIB", "IIIB", "IIIA", "IIIB", "", ""},
    {"IIA", "IIIB", "IIIB", "IIIB", "IIIB", "IIIC", "IIIB", "III", "", ""},
    {"IIB", "IIIB", "IIIB", "IIIB", "IIIC", "IIIC", "IIIB", "IIIC", "", ""},
    {"IIC", "IIIC", "IIIC", "IIIC", "IIIC", "IIIC", "IIIC", "IIIC", "", ""},
    {"II", "III", "III", "III", "IIIC", "IIIC", "III", "IIIC", "", ""},
    {"", "III", "III", "III", "III", "III", "III", "III", "", ""},
    {"", "III", "III", "III", "III", "III", "III", "III", "", ""},
};

START_TEST(every_t_with_every_n)
{
    for (size_t t = 0; t < T_COUNT; t++)
        for (size_t n = 0; n < N_COUNT; n++) {
            const char *group = tnm_group(tnm_read_t(t_texts[t]), tnm_read_n(n_texts[n]));

            ck_assert_msg(strcmp(group, groups[t][n]) == 0, "%s %s: %s, not %s", t_texts[t],
                          n_texts[n], group, groups[t][n]);
        }
}
END_TEST

START_TEST(prefixes_do_not_change_a_category)
{
    ck_assert_uint_eq(tnm_read_t("ypT4a"), TNM_T4A);
    ck_assert_uint_eq(tnm_read_t("cT3"), TNM_T3);
    ck_assert_uint_eq(tnm_read_t("pT3 (m)"), TNM_T3);
    ck_assert_uint_eq(tnm_read_n("ypN1c"), TNM_N1C);
    ck_assert_uint_eq(tnm_read_n("cN+"), TNM_N_ALL);
}
END_TEST

/* ---- M and group by what is known ------------------------------------------------------------ */

static void site(struct event *scan, enum organ organ, enum certainty certainty)
{
    struct other_site *s = patient_take(&p, 1, sizeof(*s));

    *s = (struct other_site){.organ = organ, .certainty = certainty};
    scan->body.imaging.other_sites = s;
    scan->body.imaging.other_site_count = 1;
}

static const struct {
    enum act nodes;
    enum organ organ;
    bool common_iliac;
    const char *m;
    const char *group;
} sites[] = {
    {CT_METASTATIC, ORGAN_UNSPECIFIED, false, "cM1a", "IVA"},
    {NODE_POSITIVE, ORGAN_UNSPECIFIED, false, "pM1a", "IVA"},
    {CT_METASTATIC, ORGAN_LIVER, false, "cM1b", "IVB"},
    {CT_METASTATIC, ORGAN_UNSPECIFIED, true, "cM1b", "IVB"},
    {CT_METASTATIC, ORGAN_PERITONEUM, false, "cM1c", "IVC"},
    {CT_NEGATIVE, ORGAN_UNSPECIFIED, false, "cM0", "IIIB"},
    {CT_NEGATIVE, ORGAN_LIVER, false, "cM1a", "IVA"},
    {CT_NEGATIVE, ORGAN_LIVER, true, "cM1b", "IVB"},
    {CT_NEGATIVE, ORGAN_PERITONEUM, false, "cM1c", "IVC"},
    {CT_SUSPICIOUS, ORGAN_UNSPECIFIED, false, "", ""},
    {CT_SUSPICIOUS, ORGAN_LIVER, false, "cM1", "IV"},
    {CT_SUSPICIOUS, ORGAN_LIVER, true, "cM1b", "IVB"},
    {CT_SUSPICIOUS, ORGAN_PERITONEUM, false, "cM1c", "IVC"},
    {CT_SILENT, ORGAN_UNSPECIFIED, false, "", ""},
};

START_TEST(m_counts_the_sites)
{
    struct event *scan;
    const struct chart *c;

    patient_act(&p, BIOPSY, "2026-01-05");
    patient_act(&p, sites[_i].nodes, "2026-01-10");
    scan = patient_act(&p, CT_SILENT, "2026-01-11");
    scan->body.imaging.stage.t = "cT3";
    scan->body.imaging.stage.n = "cN1b";
    if (sites[_i].organ != ORGAN_UNSPECIFIED)
        site(scan, sites[_i].organ, CERTAINTY_DEFINITE);
    if (sites[_i].common_iliac)
        patient_act(&p, CT_COMMON_ILIAC, "2026-01-11");
    c = patient_chart(&p, "2026-01-20");
    ck_assert_msg(strcmp(c->stage.m, sites[_i].m) == 0, "row %d: M %s", _i, c->stage.m);
    ck_assert_msg(strcmp(c->stage.group, sites[_i].group) == 0, "row %d: group %s", _i,
                  c->stage.group);
    ck_assert_str_eq(c->stage.t, "cT3");
    ck_assert_str_eq(c->stage.n, "cN1b");
}
END_TEST

START_TEST(m0_needs_chest_and_abdomen)
{
    static const enum region abdomen[] = {REGION_ABDOMEN};
    struct event *ct = patient_act(&p, CT_NEGATIVE, "2026-01-10");

    ct->body.imaging.regions = abdomen;
    ct->body.imaging.region_count = 1;
    ck_assert_str_eq(patient_chart(&p, "2026-01-20")->stage.m, "");
    ck_assert_str_eq(p.chart.stage.group, "");
}
END_TEST

START_TEST(vanished_sites_still_count)
{
    site(patient_act(&p, CT_METASTATIC, "2026-01-10"), ORGAN_LIVER, CERTAINTY_DEFINITE);
    patient_act(&p, START, "2026-02-01");
    site(patient_act(&p, CT_PR, "2026-04-10"), ORGAN_LIVER, CERTAINTY_ABSENT);
    ck_assert_str_eq(patient_chart(&p, "2026-04-20")->stage.group, "IVB");
}
END_TEST

START_TEST(a_haemangioma_after_all)
{
    site(patient_act(&p, CT_METASTATIC, "2026-01-10"), ORGAN_LIVER, CERTAINTY_DEFINITE);
    site(patient_act(&p, MRI_NEGATIVE, "2026-04-10"), ORGAN_LIVER, CERTAINTY_ABSENT);
    ck_assert_str_eq(patient_chart(&p, "2026-04-20")->stage.group, "IVA");
    ck_assert_int_eq(p.chart.extent.organs[ORGAN_LIVER].certainty, CERTAINTY_EQUIVOCAL);
}
END_TEST

/* ---- T and N --------------------------------------------------------------------------------- */

static const struct {
    int64_t positive; /* regional nodes */
    enum answer deposits;
    const char *n;
} tallies[] = {
    {0, ANSWER_UNSPECIFIED, "pN0"}, {0, ANSWER_YES, "pN1c"}, {1, ANSWER_UNSPECIFIED, "pN1a"},
    {1, ANSWER_YES, "pN1a"},        {2, ANSWER_NO, "pN1b"},  {3, ANSWER_NO, "pN1b"},
    {4, ANSWER_NO, "pN2a"},         {6, ANSWER_NO, "pN2a"},  {7, ANSWER_NO, "pN2b"},
};

static struct event *specimen(const char *date)
{
    struct event *e = patient_act(&p, BIOPSY, date);

    e->body.pathology.specimen = SPECIMEN_PRIMARY_RESECTION;
    return e;
}

START_TEST(the_specimen_counts_nodes)
{
    struct event *e = specimen("2026-01-10");

    e->body.pathology.stage.t = "pT3";
    e->body.pathology.regional_nodes.positive =
        (struct number){.given = true, .value = (uint32_t)tallies[_i].positive};
    e->body.pathology.tumour_deposits = tallies[_i].deposits;
    ck_assert_str_eq(patient_chart(&p, "2026-01-20")->stage.n, tallies[_i].n);
    e->body.pathology.stage.t = "ypT3";
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->stage.n[0], 'y');
    e->body.pathology.stage.n = "pN2";
    ck_assert_str_eq(patient_chart(&p, "2026-01-20")->stage.n, "pN2");
}
END_TEST

START_TEST(the_specimen_goes_before_later_imaging)
{
    struct event *ct;

    specimen("2026-01-10")->body.pathology.stage.t = "pT3";
    ct = patient_act(&p, CT_SILENT, "2026-02-10");
    ct->body.imaging.stage.t = "cT2";
    ct->body.imaging.stage.n = "cN1";
    ck_assert_str_eq(patient_chart(&p, "2026-02-20")->stage.t, "pT3");
    ck_assert_str_eq(p.chart.stage.n, "cN1");
    ck_assert_uint_eq(p.chart.stage.reported_count, 2);
}
END_TEST

/* ---- Against what was reported --------------------------------------------------------------- */

static const struct {
    const char *m;
    const char *group;
    enum tri conflict;
} reports[] = {
    {"", "", TRI_UNKNOWN}, {"cM1a", "IVA", TRI_NO},  {"", "IV", TRI_NO},   {"cM1", "", TRI_NO},
    {"pM1a", "", TRI_NO},  {"cM0", "", TRI_YES},     {"", "III", TRI_YES}, {"", "IIIB", TRI_YES},
    {"cM1b", "", TRI_YES}, {"cM1a", "IVB", TRI_YES}, {"", "I", TRI_YES},
};

START_TEST(a_reported_stage_agrees_or_not)
{
    struct event *ct = patient_act(&p, CT_METASTATIC, "2026-01-10");

    ct->body.imaging.stage.t = "cT3";
    ct->body.imaging.stage.m = reports[_i].m;
    ct->body.imaging.stage.group = reports[_i].group;
    ck_assert_msg(patient_chart(&p, "2026-01-20")->stage.conflict == reports[_i].conflict,
                  "%s %s: %d", reports[_i].m, reports[_i].group, (int)p.chart.stage.conflict);
}
END_TEST

START_TEST(what_was_reported_before_it_was_shown_was_right_then)
{
    patient_act(&p, CT_NEGATIVE, "2025-01-10")->body.imaging.stage.group = "IIIB";
    patient_act(&p, CT_METASTATIC, "2026-01-10");
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->stage.conflict, TRI_UNKNOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tnm");
    TCase *tests = tcase_create("tnm");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, every_t_with_every_n);
    tcase_add_test(tests, prefixes_do_not_change_a_category);
    tcase_add_loop_test(tests, m_counts_the_sites, 0, (int)(sizeof(sites) / sizeof(sites[0])));
    tcase_add_test(tests, m0_needs_chest_and_abdomen);
    tcase_add_test(tests, vanished_sites_still_count);
    tcase_add_test(tests, a_haemangioma_after_all);
    tcase_add_loop_test(tests, the_specimen_counts_nodes, 0,
                        (int)(sizeof(tallies) / sizeof(tallies[0])));
    tcase_add_test(tests, the_specimen_goes_before_later_imaging);
    tcase_add_loop_test(tests, a_reported_stage_agrees_or_not, 0,
                        (int)(sizeof(reports) / sizeof(reports[0])));
    tcase_add_test(tests, what_was_reported_before_it_was_shown_was_right_then);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
