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

/* ---- Extent ---------------------------------------------------------------------------------- */

static struct node_finding finding(enum station station, enum node_status statement)
{
    return (struct node_finding){.station = station, .station_text = "", .statement = statement};
}

static void scan(const char *date, const struct node_finding *nodes, size_t count)
{
    struct event *e = patient_act(&p, CT_SILENT, date);

    e->body.imaging.nodes = nodes;
    e->body.imaging.node_count = count;
}

START_TEST(one_station_does_not_clear_another)
{
    const struct node_finding nodes[] = {finding(STATION_COMMON_ILIAC, NODE_STATUS_SUSPICIOUS),
                                         finding(STATION_INGUINAL, NODE_STATUS_NEGATIVE)};
    const struct node_finding cleared[] = {finding(STATION_COMMON_ILIAC, NODE_STATUS_NEGATIVE)};

    scan("2026-01-10", nodes, 2);
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->extent.ok.truth, TRI_UNKNOWN);
    ck_assert(p.chart.extent.equivocal);
    ck_assert(p.chart.pet.for_other_site);
    scan("2026-02-10", cleared, 1);
    ck_assert_int_eq(patient_chart(&p, "2026-02-20")->extent.ok.truth, TRI_YES);
    ck_assert_int_eq(p.chart.extent.other.truth, TRI_NO);
}
END_TEST

START_TEST(two_distant_chains_are_two_sites)
{
    const struct node_finding one[] = {finding(STATION_COMMON_ILIAC, NODE_STATUS_METASTATIC),
                                       finding(STATION_ILIAC_NOS, NODE_STATUS_METASTATIC)};
    const struct node_finding two[] = {finding(STATION_INGUINAL, NODE_STATUS_METASTATIC)};

    patient_act(&p, CT_NEGATIVE, "2026-01-10");
    scan("2026-01-11", one, 2);
    ck_assert_str_eq(patient_chart(&p, "2026-01-20")->stage.m, "cM1a");
    scan("2026-01-12", two, 1);
    ck_assert_str_eq(patient_chart(&p, "2026-01-20")->stage.m, "cM1b");
}
END_TEST

START_TEST(a_board_alone_calls_disease_unresectable)
{
    struct event *board;

    patient_act(&p, CT_METASTATIC, "2026-01-10");
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->extent.ok.truth, TRI_YES);
    board = patient_act(&p, BOARD_METASTATIC, "2026-01-15");
    board->body.board.unresectable = ANSWER_YES;
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->extent.ok.truth, TRI_NO);
    ck_assert_int_eq(p.chart.extent.other.truth, TRI_YES);
}
END_TEST

START_TEST(extent_is_open_while_staging_is)
{
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->extent.ok.truth, TRI_UNKNOWN);
    ck_assert_uint_eq(p.chart.extent.missing, input_bit(INPUT_CT_CHEST) |
                                                  input_bit(INPUT_CT_ABDOMEN) |
                                                  input_bit(INPUT_CT_PELVIS));
}
END_TEST

/* ---- Fitness --------------------------------------------------------------------------------- */

static const struct {
    uint32_t ecog;
    enum comorbidity comorbidity;
    enum fitness fitness;
    enum tri fit;
} conditions[] = {
    {0, COMORBIDITY_NONE, FITNESS_UNSPECIFIED, TRI_YES},
    {2, COMORBIDITY_NONE, FITNESS_UNSPECIFIED, TRI_YES},
    {3, COMORBIDITY_NONE, FITNESS_UNSPECIFIED, TRI_NO},
    {3, COMORBIDITY_UNSPECIFIED, FITNESS_UNSPECIFIED, TRI_NO},
    {1, COMORBIDITY_UNSPECIFIED, FITNESS_UNSPECIFIED, TRI_UNKNOWN},
    {1, COMORBIDITY_RELEVANT, FITNESS_UNSPECIFIED, TRI_UNKNOWN},
    {1, COMORBIDITY_RELEVANT, FITNESS_FIT, TRI_YES},
    {1, COMORBIDITY_NONE, FITNESS_UNFIT, TRI_NO},
};

START_TEST(fitness_by_ecog_and_comorbidity)
{
    struct clinical_status *s = &patient_act(&p, ECOG_1, "2026-01-10")->body.clinical_status;

    s->ecog.value = conditions[_i].ecog;
    s->comorbidity = conditions[_i].comorbidity;
    s->fitness = conditions[_i].fitness;
    ck_assert_int_eq(patient_chart(&p, "2026-01-20")->fitness.fact.truth, conditions[_i].fit);
}
END_TEST

START_TEST(a_newer_comorbidity_overtakes_the_clinicians_word)
{
    patient_act(&p, ECOG_1, "2026-01-10")->body.clinical_status.fitness = FITNESS_FIT;
    patient_act(&p, ECOG_1, "2026-02-10")->body.clinical_status.comorbidity = COMORBIDITY_RELEVANT;
    ck_assert_int_eq(patient_chart(&p, "2026-02-20")->fitness.fact.truth, TRI_UNKNOWN);
    ck_assert_uint_eq(p.chart.fitness.missing, input_bit(INPUT_COMORBIDITY));
}
END_TEST

START_TEST(an_old_ecog_is_open_for_surgery_alone)
{
    patient_act(&p, ECOG_1, "2026-01-10");
    ck_assert_int_eq(patient_chart(&p, "2026-04-04")->fitness.for_surgery.truth, TRI_YES);
    ck_assert_int_eq(patient_chart(&p, "2026-04-05")->fitness.for_surgery.truth, TRI_UNKNOWN);
    ck_assert_int_eq(p.chart.fitness.fact.truth, TRI_YES);
    ck_assert_int_eq(p.chart.why[INPUT_ECOG], WHY_STALE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("condition");
    TCase *tests = tcase_create("condition");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, one_station_does_not_clear_another);
    tcase_add_test(tests, two_distant_chains_are_two_sites);
    tcase_add_test(tests, a_board_alone_calls_disease_unresectable);
    tcase_add_test(tests, extent_is_open_while_staging_is);
    tcase_add_loop_test(tests, fitness_by_ecog_and_comorbidity, 0,
                        (int)(sizeof(conditions) / sizeof(conditions[0])));
    tcase_add_test(tests, a_newer_comorbidity_overtakes_the_clinicians_word);
    tcase_add_test(tests, an_old_ecog_is_open_for_surgery_alone);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
