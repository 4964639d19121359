#include "fixture_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A text adds only what is known. */

static struct fixture_case f;

static void set_up(void)
{
    fixture_begin(&f);
}

static void tear_down(void)
{
    fixture_end(&f);
}

START_TEST(no_day_without_therapy_or_disease)
{
    fixture_biopsy(&f, "2026-01-05");
    ck_assert(!fixture_says(&f, "R-RESPONSE-ASSESS", "Due on"));
    ck_assert(!fixture_says(&f, "R-SYS-EARLY", "first shown"));
}
END_TEST

static void specimen(const char *date, enum specimen kind, enum residual_tumour residual)
{
    static const struct station_result positive = {
        .station = STATION_PARA_AORTIC, .station_text = "", .result = NODE_RESULT_POSITIVE};
    struct event *e = fixture_event(&f, BODY_PATHOLOGY, date);

    e->body.pathology.specimen = kind;
    e->body.pathology.stations = &positive;
    e->body.pathology.station_count = 1;
    e->body.pathology.residual_tumour = residual;
    fixture_apply(&f, e);
}

START_TEST(histology_is_told)
{
    fixture_in_scope(&f);
    specimen("2026-01-25", SPECIMEN_NODE_BIOPSY, RESIDUAL_TUMOUR_UNSPECIFIED);
    ck_assert(fixture_says(&f, "A-STAGE4", "proven by histology"));
}
END_TEST

START_TEST(known_margin_is_not_called_unknown)
{
    fixture_responding(&f);
    fixture_surgery(&f, "2026-05-10", PROCEDURE_PALND, PLAN_STATE_DONE);
    specimen("2026-05-10", SPECIMEN_NODE_DISSECTION, RESIDUAL_TUMOUR_R0);
    ck_assert_int_eq(f.said.judgement.phase, PHASE_POST);
    ck_assert(!fixture_says(&f, "A-5Y", "R status"));
}
END_TEST

START_TEST(rows_without_caution_have_none)
{
    size_t without = 0;

    fixture_in_scope(&f);
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (rules[i].caution == NULL) {
            ck_assert_str_eq(finding_caution(&f.said.judgement, i), "");
            without++;
        }
    ck_assert_uint_gt(without, 0);
}
END_TEST

/* Known before therapy, the CEA's caution calls it provisional; no other row's caution does. */
START_TEST(only_cea_is_provisional)
{
    fixture_in_scope(&f);
    fixture_cea(&f, "2026-01-21", 4000);
    for (size_t i = 0; i < RULE_COUNT; i++)
        ck_assert_int_eq(
            strstr(finding_caution(&f.said.judgement, i), "Before therapy, provisional") != NULL,
            rules[i].wording == WORDING_CEA);
}
END_TEST

/* An event that the history refuses is judged by nobody. */
START_TEST(refused_event_leaves_the_case_alone)
{
    struct arena *arena = arena_new(64);
    struct arrival arrival = {.timestamp_ms = 0};
    struct recommendation said;
    enum admission admission = ADMISSION_NONE;
    struct err err = {.text = ""};

    ck_assert_ptr_nonnull(arena);
    history_init(&f.subject.history, arena);
    ck_assert_int_eq(case_apply(&f.subject, fixture_event(&f, BODY_DEATH, "2026-01-05"), &arrival,
                                &f.policy, &admission, &said, &err),
                     REJECT);
    ck_assert_str_ne(err.text, "");
    ck_assert(f.subject.previous.sequence == 0);
    arena_free(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("finding text");
    TCase *tcase = tcase_create("texts");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, no_day_without_therapy_or_disease);
    tcase_add_test(tcase, histology_is_told);
    tcase_add_test(tcase, known_margin_is_not_called_unknown);
    tcase_add_test(tcase, rows_without_caution_have_none);
    tcase_add_test(tcase, only_cea_is_provisional);
    tcase_add_test(tcase, refused_event_leaves_the_case_alone);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
