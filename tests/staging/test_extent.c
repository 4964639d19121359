#include "fixture_patient.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Other sites, and what M and the group are made of. */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

static void site(const char *date, enum organ organ, enum certainty certainty)
{
    struct other_site *one = patient_take(&p, 1, sizeof(*one));
    struct event *e = patient_act(&p, CT_SILENT, date);

    *one = (struct other_site){organ, certainty};
    e->body.imaging.other_sites = one;
    e->body.imaging.other_site_count = 1;
}

static void proven(const char *date, enum organ organ)
{
    struct event *e = patient_tell(&p, BODY_PATHOLOGY, date);

    e->body.pathology.specimen = SPECIMEN_OTHER_SITE_BIOPSY;
    e->body.pathology.other_site = (struct other_site){organ, CERTAINTY_DEFINITE};
}

static enum certainty liver(void)
{
    return patient_chart(&p, "2026-12-01")->extent.organs[ORGAN_LIVER].certainty;
}

START_TEST(definite_site_that_goes_untreated_was_doubtful)
{
    patient_act(&p, START, "2026-01-01"); /* before it was seen */
    site("2026-02-01", ORGAN_LIVER, CERTAINTY_DEFINITE);
    site("2026-06-01", ORGAN_LIVER, CERTAINTY_ABSENT);
    ck_assert_int_eq(liver(), CERTAINTY_EQUIVOCAL);
}
END_TEST

START_TEST(treated_or_proven_site_stays)
{
    site("2026-02-01", ORGAN_LIVER, CERTAINTY_DEFINITE);
    if (_i == 0) {
        patient_act(&p, START, "2026-03-01");
    } else {
        proven("2026-03-01", ORGAN_LIVER);
        site("2026-04-01", ORGAN_LIVER, CERTAINTY_DEFINITE);
    }
    site("2026-06-01", ORGAN_LIVER, CERTAINTY_ABSENT);
    ck_assert_int_eq(liver(), CERTAINTY_DEFINITE);
}
END_TEST

START_TEST(peritoneum_beside_others_is_m1c)
{
    site("2026-02-01", ORGAN_PERITONEUM, CERTAINTY_DEFINITE);
    proven("2026-02-02", ORGAN_LIVER);
    proven("2026-02-03", ORGAN_OVARY);
    ck_assert_str_eq(patient_chart(&p, "2026-03-01")->stage.m, "pM1c");
    ck_assert_str_eq(patient_chart(&p, "2026-03-01")->stage.group, "IVC");
}
END_TEST

START_TEST(m0_needs_chest_and_abdomen)
{
    static const enum region regions[] = {REGION_ABDOMEN, REGION_CHEST};
    struct event *e = patient_act(&p, CT_NEGATIVE, "2026-02-01");

    e->body.imaging.regions = regions;
    for (size_t count = 1; count <= 2; count++) {
        e->body.imaging.region_count = count;
        ck_assert_str_eq(patient_chart(&p, "2026-02-02")->stage.m, count == 2 ? "cM0" : "");
    }
}
END_TEST

START_TEST(chest_alone_with_a_board_is_not_m0)
{
    static const enum region chest[] = {REGION_CHEST};
    struct event *e = patient_act(&p, CT_SILENT, "2026-02-01");

    e->body.imaging.regions = chest;
    e->body.imaging.region_count = 1;
    patient_act(&p, BOARD_NEGATIVE, "2026-02-02");
    ck_assert_int_eq(patient_chart(&p, "2026-02-03")->paln.fact.truth, TRI_NO);
    ck_assert_str_eq(patient_chart(&p, "2026-02-03")->stage.m, "");
}
END_TEST

START_TEST(station_lesions_count_as_their_chain)
{
    struct lesion l = {.lesion_id = "a",
                       .organ = ORGAN_LYMPH_NODE,
                       .station = STATION_INGUINAL,
                       .certainty = CERTAINTY_EQUIVOCAL};
    struct lesion other = l;
    struct event *e = patient_act(&p, CT_SILENT, "2026-02-01");
    struct event *second;

    e->body.imaging.lesions = &l;
    e->body.imaging.lesion_count = 1;
    other.station = STATION_EXTERNAL_ILIAC;
    second = patient_act(&p, CT_SILENT, "2026-02-02");
    second->body.imaging.lesions = &other;
    second->body.imaging.lesion_count = 1;
    patient_chart(&p, "2026-02-03");
    ck_assert_ptr_eq(p.chart.extent.chains[STATION_INGUINAL].event, e);
    ck_assert_ptr_eq(p.chart.extent.chains[STATION_EXTERNAL_ILIAC].event, second);
    ck_assert(!p.chart.extent.definite);
    l.certainty = CERTAINTY_DEFINITE;
    patient_chart(&p, "2026-02-03");
    ck_assert(p.chart.extent.definite && p.chart.extent.equivocal);
    ck_assert(p.chart.pet.for_other_site); /* the other chain is doubtful all the same */
}
END_TEST

/* Two boards on one day: the later one counts. */
START_TEST(later_board_of_one_day_counts)
{
    patient_act(&p, BOARD_NEGATIVE, "2026-02-01T08:00:00Z");
    patient_act(&p, BOARD_SUSPICIOUS, "2026-02-01T16:00:00Z");
    ck_assert_int_eq(patient_chart(&p, "2026-02-02")->paln.evidence, PALN_SUSPICIOUS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("extent");
    TCase *tcase = tcase_create("sites");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, definite_site_that_goes_untreated_was_doubtful);
    tcase_add_loop_test(tcase, treated_or_proven_site_stays, 0, 2);
    tcase_add_test(tcase, peritoneum_beside_others_is_m1c);
    tcase_add_test(tcase, m0_needs_chest_and_abdomen);
    tcase_add_test(tcase, chest_alone_with_a_board_is_not_m0);
    tcase_add_test(tcase, station_lesions_count_as_their_chain);
    tcase_add_test(tcase, later_board_of_one_day_counts);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
