#include "fixture_patient.h"

#include "base/date.h"
#include "staging/evidence.h"
#include "staging/recist.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Histories that hold more than the fold keeps: nothing breaks, and what is said stays sensible. */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ${days} after 1 January 2020. */
static const char *date_after(int32_t days)
{
    char *text = patient_take(&p, 1, DAY_TEXT_SIZE);

    day_format(patient_day("2020-01-01") + days, text);
    return text;
}

START_TEST(scans_of_one_time_point)
{
    patient_act(&p, START, "2020-01-01");
    for (int i = 0; i < TIME_POINT_SCANS_MAX + 1; i++)
        patient_act(&p, CT_PR, "2020-04-01");
    ck_assert_int_eq(patient_chart(&p, "2020-04-02")->response.latest, RESPONSE_PR);
}
END_TEST

START_TEST(time_points_of_one_line)
{
    patient_act(&p, START, "2020-01-01");
    patient_act(&p, BOARD_PR, date_after(1));
    for (int i = 0; i < 130; i++)
        patient_act(&p, CT_SD, date_after(60 + 15 * i));
    ck_assert_int_eq(patient_chart(&p, date_after(60 + 15 * 130))->response.latest, RESPONSE_SD);
}
END_TEST

START_TEST(statements_on_nodes)
{
    struct node_finding *nodes = patient_take(&p, EVENT_ITEMS_MAX, sizeof(*nodes));

    for (size_t k = 0; k < EVENT_ITEMS_MAX; k++)
        nodes[k] = (struct node_finding){.station = STATION_PARA_AORTIC,
                                         .station_text = "",
                                         .statement = NODE_STATUS_METASTATIC};
    for (int i = 0; i < 9; i++) {
        struct event *e = patient_act(&p, CT_SILENT, date_after(i));

        e->body.imaging.nodes = nodes;
        e->body.imaging.node_count = EVENT_ITEMS_MAX;
    }
    ck_assert_int_eq(patient_chart(&p, date_after(10))->paln.evidence, PALN_IMAGING_POSITIVE);
}
END_TEST

START_TEST(starts_of_therapy)
{
    for (int i = 0; i < STARTS_MAX + 1; i++)
        patient_act(&p, START, date_after(i));
    ck_assert_int_eq(patient_chart(&p, date_after(100))->therapy.started.truth, TRI_YES);
}
END_TEST

START_TEST(lesions_of_one_baseline)
{
    static const char *const halves[] = {"a", "b"};

    for (size_t h = 0; h < 2; h++) {
        struct lesion *lesions = patient_take(&p, EVENT_LESIONS_MAX, sizeof(*lesions));
        struct event *e = patient_act(&p, CT_SILENT, date_after((int32_t)h));

        for (size_t k = 0; k < EVENT_LESIONS_MAX; k++) {
            char *id = patient_take(&p, 1, 4);

            id[0] = halves[h][0];
            id[1] = (char)('A' + k / 16);
            id[2] = (char)('A' + k % 16);
            lesions[k] = (struct lesion){.lesion_id = id,
                                         .organ = ORGAN_LIVER,
                                         .diameter_mm = {true, 20000},
                                         .certainty = CERTAINTY_DEFINITE};
        }
        e->body.imaging.lesions = lesions;
        e->body.imaging.lesion_count = EVENT_LESIONS_MAX;
    }
    patient_act(&p, START, date_after(2));
    ck_assert_int_eq(patient_chart(&p, date_after(3))->extent.organs[ORGAN_LIVER].certainty,
                     CERTAINTY_DEFINITE);
}
END_TEST

START_TEST(stages_reported)
{
    const struct chart *c;

    for (int i = 0; i < CHART_STATEMENTS_MAX + 1; i++)
        patient_act(&p, CT_SILENT, date_after(i))->body.imaging.stage.t = "cT3";
    c = patient_chart(&p, date_after(100));
    ck_assert_uint_eq(c->stage.reported_count, CHART_STATEMENTS_MAX);
    ck_assert_int_eq(event_day(c->stage.reported[0].event), patient_day(date_after(1)));
}
END_TEST

START_TEST(operations)
{
    patient_act(&p, BIOPSY, date_after(0));
    patient_act(&p, CT_METASTATIC, date_after(1));
    for (int i = 0; i < 40; i++)
        patient_act(&p, TME, date_after(2 + i));
    ck_assert_uint_eq(patient_chart(&p, date_after(60))->surgery.premature.count, BASIS_EVENTS_MAX);
}
END_TEST

START_TEST(versions_that_tie)
{
    for (int i = 0; i < CHART_VERSION_CONFLICTS_MAX + 1; i++)
        patient_version(&p, patient_act(&p, CT_SILENT, date_after(i)), 1, REPORT_STATUS_FINAL);
    ck_assert_uint_eq(patient_chart(&p, date_after(60))->version_conflict_count,
                      CHART_VERSION_CONFLICTS_MAX);
}
END_TEST

/* Three versions of each of two reports: one pair of each, never one of both. */
START_TEST(ties_stay_within_their_report)
{
    static const enum act firsts[] = {CT_SILENT, BIOPSY};
    const struct chart *c;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            struct event *e = patient_act(&p, firsts[i * round], date_after(i));

            patient_version(&p, e, 1, REPORT_STATUS_FINAL);
            patient_version(&p, e, 1, REPORT_STATUS_FINAL);
        }
    }
    c = patient_chart(&p, date_after(60));
    ck_assert_uint_eq(c->version_conflict_count, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(c->version_conflicts[i].a->report_id,
                         c->version_conflicts[i].b->report_id);
}
END_TEST

/* Whatever the cap of memory: an event is refused as a whole or taken as a whole. */
START_TEST(memory)
{
    struct event *e[20];
    size_t taken = 0;

    for (int i = 0; i < 20; i++)
        e[i] = patient_make(&p, BODY_DEATH, date_after(i));
    for (size_t cap = 64; cap < 65536 && taken < 20; cap += 64) {
        struct arena *arena = arena_new(cap);
        struct history h;
        struct err err = {.text = ""};
        enum admission admission;

        ck_assert_ptr_nonnull(arena);
        history_init(&h, arena);
        for (taken = 0; taken < 20; taken++)
            if (history_admit(&h, e[taken], &admission, &err) != OK)
                break;
        ck_assert_uint_eq(h.count, taken);
        if (taken < 20)
            ck_assert_str_eq(err.text, "history: no memory left");
        arena_free(arena);
    }
    ck_assert_uint_eq(taken, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *tcase = tcase_create("limits");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, scans_of_one_time_point);
    tcase_add_test(tcase, time_points_of_one_line);
    tcase_add_test(tcase, statements_on_nodes);
    tcase_add_test(tcase, starts_of_therapy);
    tcase_add_test(tcase, lesions_of_one_baseline);
    tcase_add_test(tcase, stages_reported);
    tcase_add_test(tcase, operations);
    tcase_add_test(tcase, versions_that_tie);
    tcase_add_test(tcase, ties_stay_within_their_report);
    tcase_add_test(tcase, memory);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
