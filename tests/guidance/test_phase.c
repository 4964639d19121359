#include "guidance/phase.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A chart in scope, staged, before therapy. */
static struct chart in_scope(void)
{
    struct chart c;

    memset(&c, 0, sizeof(c));
    c.site.fact.truth = c.histology.fact.truth = c.paln.fact.truth = c.scope.truth = TRI_YES;
    c.paln.evidence = PALN_IMAGING_POSITIVE;
    c.ct.fact.truth = TRI_YES;
    c.therapy.started.truth = TRI_NO;
    return c;
}

static struct chart treated(enum response_state state)
{
    struct chart c = in_scope();

    c.therapy.started.truth = TRI_YES;
    c.response.state = state;
    c.response.progressing = state == RESPONSE_STATE_PROGRESSION;
    return c;
}

START_TEST(chart_of_zeros_is_undetermined)
{
    struct chart c;

    memset(&c, 0, sizeof(c));
    ck_assert_int_eq(phase_of(&c), PHASE_SCOPE_U);
    ck_assert_str_eq(out_of_scope_reason(&c), "");
}
END_TEST

/* The first match counts: what stands higher in the table is said whatever stands lower. */
START_TEST(first_match_counts)
{
    struct chart c = treated(RESPONSE_STATE_PROGRESSION);
    struct event death;

    ck_assert_int_eq(phase_of(&c), PHASE_PD);
    c.paln.resected = true;
    ck_assert_int_eq(phase_of(&c), PHASE_POST);
    c.site.fact.truth = c.scope.truth = TRI_UNKNOWN;
    ck_assert_int_eq(phase_of(&c), PHASE_SCOPE_U);
    c.histology.fact.truth = c.scope.truth = TRI_NO;
    ck_assert_int_eq(phase_of(&c), PHASE_OOS);
    c.death = &death;
    ck_assert_int_eq(phase_of(&c), PHASE_END);
    ck_assert_str_eq(out_of_scope_reason(&c), "");
}
END_TEST

START_TEST(before_therapy_staging_decides)
{
    struct chart c = in_scope();

    ck_assert_int_eq(phase_of(&c), PHASE_SYS);
    c.ct.fact.truth = TRI_UNKNOWN;
    ck_assert_int_eq(phase_of(&c), PHASE_STAGE);
    c.ct.fact.truth = TRI_NO;
    ck_assert_int_eq(phase_of(&c), PHASE_STAGE);
}
END_TEST

START_TEST(suspicion_needs_site_and_histology)
{
    struct chart c = in_scope();

    c.paln.fact.truth = c.scope.truth = TRI_UNKNOWN;
    c.paln.evidence = PALN_SUSPICIOUS;
    ck_assert_int_eq(phase_of(&c), PHASE_SUSP);
    c.paln.evidence = PALN_CONFLICT;
    ck_assert_int_eq(phase_of(&c), PHASE_SUSP);
    c.paln.evidence = PALN_NONE;
    ck_assert_int_eq(phase_of(&c), PHASE_SCOPE_U);
    c.paln.evidence = PALN_SUSPICIOUS;
    c.histology.fact.truth = TRI_UNKNOWN;
    ck_assert_int_eq(phase_of(&c), PHASE_SCOPE_U);
}
END_TEST

static const struct {
    enum response_state state;
    enum phase phase;
} responses[] = {
    {RESPONSE_STATE_NO_THERAPY, PHASE_ONTX},
    {RESPONSE_STATE_NONE, PHASE_ONTX},
    {RESPONSE_STATE_NOT_EVALUABLE, PHASE_ONTX},
    {RESPONSE_STATE_CONFLICT, PHASE_ONTX},
    {RESPONSE_STATE_PROGRESSION, PHASE_PD},
    {RESPONSE_STATE_RESPONSE, PHASE_RESP},
    {RESPONSE_STATE_RESPONSE_STALE, PHASE_RESP},
    {RESPONSE_STATE_RESPONSE_NEW_LESION, PHASE_RESP},
    {RESPONSE_STATE_WANING, PHASE_RESP},
    {RESPONSE_STATE_NE_AFTER_RESPONSE, PHASE_RESP},
    {RESPONSE_STATE_STABLE, PHASE_STABLE},
    {RESPONSE_STATE_NO_MEASURABLE, PHASE_STABLE},
    {RESPONSE_STATE_NE_AFTER_STABLE, PHASE_STABLE},
};

START_TEST(response_decides_on_therapy)
{
    struct chart c = treated(responses[_i].state);

    ck_assert_int_eq(phase_of(&c), responses[_i].phase);
    c.ct.fact.truth = TRI_NO; /* staging no longer matters for the phase */
    ck_assert_int_eq(phase_of(&c), responses[_i].phase);
}
END_TEST

START_TEST(reasons_of_being_out_of_scope)
{
    struct chart c = in_scope();

    c.paln.fact.truth = c.scope.truth = TRI_NO;
    c.paln.absent = PALN_ABSENT_NO_PALN;
    ck_assert_str_eq(out_of_scope_reason(&c), "OOS-NO-PALN");
    c.paln.absent = PALN_ABSENT_REGIONAL_ONLY;
    ck_assert_str_eq(out_of_scope_reason(&c), "OOS-REGIONAL-ONLY");
    c.paln.absent = PALN_ABSENT_OTHER_NONREGIONAL;
    ck_assert_str_eq(out_of_scope_reason(&c), "OOS-OTHER-NONREGIONAL");
    c.histology.fact.truth = TRI_NO;
    ck_assert_str_eq(out_of_scope_reason(&c), "OOS-HISTOLOGY");
    c.site.fact.truth = TRI_NO;
    ck_assert_str_eq(out_of_scope_reason(&c), "OOS-NOT-RECTAL");
}
END_TEST

START_TEST(codes_and_meanings_are_there)
{
    ck_assert_str_eq(phase_code(PHASE_RESP), "PH-RESP");
    ck_assert_str_eq(phase_code(PHASE_SCOPE_U), "PH-SCOPE-U");
    for (int p = PHASE_NONE + 1; p < PHASE_COUNT; p++)
        ck_assert_uint_gt(strlen(phase_meaning((enum phase)p)), 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("phase");
    TCase *tcase = tcase_create("table");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, chart_of_zeros_is_undetermined);
    tcase_add_test(tcase, first_match_counts);
    tcase_add_test(tcase, before_therapy_staging_decides);
    tcase_add_test(tcase, suspicion_needs_site_and_histology);
    tcase_add_loop_test(tcase, response_decides_on_therapy, 0,
                        (int)(sizeof(responses) / sizeof(responses[0])));
    tcase_add_test(tcase, reasons_of_being_out_of_scope);
    tcase_add_test(tcase, codes_and_meanings_are_there);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
