#include "fixture_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/*
 * Every row of the rulebook applying, not applying and undetermined.  A case brings a patient to a
 * point and says what three statuses it is there for; the last test finds rows that lack one.
 */
#define APPLIES STATUS_APPLIES
#define NOT STATUS_NOT
#define OPEN STATUS_UNDETERMINED
#define EXPECTATIONS_MAX 40

static struct fixture_case f;

static void nothing_known(void)
{
    fixture_wait(&f, "2026-01-01");
}

static void in_scope(void)
{
    fixture_in_scope(&f);
}

static void suspicious(void)
{
    fixture_biopsy(&f, "2026-01-05");
    fixture_ct(&f, "2026-01-20", NODE_STATUS_SUSPICIOUS);
}

static void negative(void)
{
    fixture_biopsy(&f, "2026-01-05");
    fixture_ct(&f, "2026-01-20", NODE_STATUS_NEGATIVE);
}

static void died(void)
{
    in_scope();
    fixture_apply(&f, fixture_event(&f, BODY_DEATH, "2026-02-01"));
}

static void emergency(void)
{
    struct event *e = fixture_event(&f, BODY_CLINICAL_STATUS, "2026-01-21");

    in_scope();
    e->body.clinical_status.obstruction = OBSTRUCTION_COMPLETE;
    fixture_apply(&f, e);
}

static void wild_type_and_few_nodes(void)
{
    struct event *e;

    fixture_biopsy(&f, "2026-01-05");
    fixture_status_event(&f, "2026-01-10", 2);
    e = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    /* A fixture's node is its own: a count is added by a corrected version. */
    e = fixture_version(&f, e, 2, REPORT_STATUS_CORRECTED);
    {
        struct node_finding *node = arena_zalloc(f.arena, 1, sizeof(*node));

        *node = e->body.imaging.nodes[0];
        node->count = (struct node_count){.min = {true, 2}, .max = {true, 2}};
        e->body.imaging.nodes = node;
    }
    fixture_apply(&f, e);
    fixture_kras(&f, "2026-01-21", GENE_STATUS_WILD_TYPE);
    fixture_cea(&f, "2026-01-22", 4999);
    fixture_distance(&f, "2026-01-23", 12001);
    fixture_board(&f, "2026-01-24");
}

static void mutated_and_many_nodes(void)
{
    struct event *e;
    struct node_finding *node = arena_zalloc(f.arena, 1, sizeof(*node));

    in_scope();
    e = fixture_event(&f, BODY_IMAGING, "2026-01-21");
    node->station = STATION_PARA_AORTIC;
    node->station_text = "";
    node->statement = NODE_STATUS_METASTATIC;
    node->count.min = (struct number){true, 3};
    e->body.imaging.modality = MODALITY_MRI;
    e->body.imaging.nodes = node;
    e->body.imaging.node_count = 1;
    fixture_apply(&f, e);
    fixture_kras(&f, "2026-01-21", GENE_STATUS_MUTATED);
    fixture_cea(&f, "2026-01-22", 5000);
    fixture_distance(&f, "2026-01-23", 12000);
}

static void on_therapy(void)
{
    in_scope();
    fixture_start(&f, "2026-02-01", 1);
}

static void responding(void)
{
    struct event *e = fixture_event(&f, BODY_CENTRE, "2026-04-11");

    fixture_responding(&f);
    e->body.centre.name = "";
    e->body.centre.laparoscopic_palnd_experience = ANSWER_YES;
    fixture_apply(&f, e);
}

static void responding_elsewhere(void)
{
    fixture_responding(&f);
}

static void response_too_old(void)
{
    responding();
    fixture_wait(&f, "2026-07-04"); /* 85 days */
}

static void progressing(void)
{
    on_therapy();
    fixture_ct_response(&f, "2026-04-10", RESPONSE_PD);
}

/* Nobody has typed the tumour: what follows from therapy alone is said all the same. */
static void untyped(void)
{
    fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    fixture_start(&f, "2026-02-01", 1);
}

static void untyped_progressing(void)
{
    untyped();
    fixture_ct_response(&f, "2026-04-10", RESPONSE_PD);
}

static void untyped_resected(void)
{
    untyped();
    fixture_surgery(&f, "2026-05-10", PROCEDURE_PALND, PLAN_STATE_DONE);
}

static void resected(void)
{
    responding();
    fixture_surgery(&f, "2026-05-10", PROCEDURE_PALND, PLAN_STATE_DONE);
    fixture_surgery(&f, "2026-05-10", PROCEDURE_TME, PLAN_STATE_DONE);
}

static void metachronous(void)
{
    fixture_biopsy(&f, "2024-01-05");
    fixture_ct(&f, "2024-01-10", NODE_STATUS_NEGATIVE);
    fixture_surgery(&f, "2024-02-01", PROCEDURE_TME, PLAN_STATE_DONE);
    fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
}

static void liver_and_unfit(void)
{
    static const struct other_site liver = {.organ = ORGAN_LIVER, .certainty = CERTAINTY_DEFINITE};
    struct event *e = fixture_event(&f, BODY_IMAGING, "2026-01-25");

    in_scope();
    e->body.imaging.modality = MODALITY_MRI;
    e->body.imaging.other_sites = &liver;
    e->body.imaging.other_site_count = 1;
    fixture_apply(&f, e);
    fixture_status_event(&f, "2026-01-26", 3);
}

struct expectation {
    const char *code;
    enum finding_status status;
};

static const struct {
    const char *name;
    void (*prepare)(void);
    enum phase phase;
    struct expectation expect[EXPECTATIONS_MAX];
} cases[] = {
    {"nothing known",
     nothing_known,
     PHASE_SCOPE_U,
     {{"A-STAGE4", OPEN},
      {"R-SYS-FIRST", OPEN},
      {"A-PALLIATIVE", OPEN},
      {"A-LTS", OPEN},
      {"R-SYS-EARLY", OPEN},
      {"R-DOUBLET", OPEN},
      {"R-BEV", OPEN},
      {"A-GOAL", OPEN},
      {"R-RESPONSE-ASSESS", NOT}, /* there is no therapy, whatever the scope */
      {"R-SURG-CONSIDER", NOT},
      {"R-SURG-HOLD", OPEN},
      {"R-TME", OPEN},
      {"R-LAP-PALND", NOT}, /* resection is excluded before therapy */
      {"A-NO-PALND-COMP", OPEN},
      {"R-NO-PREOP-RT", OPEN},
      {"R-COLON-LIKE", OPEN},
      {"R-WIDE-MESO", OPEN},
      {"R-SEQ-SYMPT", OPEN},
      {"R-SEQ-EXTENT", OPEN},
      {"R-SEQ-FITNESS", OPEN},
      {"R-CHEMO-BEFORE-SURG", OPEN},
      {"A-NOT-REGIONAL", OPEN},
      {"R-NO-LARC-CRT", OPEN},
      {"R-SURG-AVOID", NOT},
      {"R-CT-CAP", APPLIES},
      {"R-PET", NOT},
      {"A-PROG-POOR", OPEN},
      {"A-RESECT-BENEFIT", OPEN},
      {"A-5Y", OPEN},
      {"R-MDT", OPEN}}},
    {"in scope, staged",
     in_scope,
     PHASE_SYS,
     {{"A-STAGE4", APPLIES},       {"R-SYS-FIRST", APPLIES},
      {"A-PALLIATIVE", APPLIES},   {"A-LTS", APPLIES},
      {"R-SYS-EARLY", APPLIES},    {"R-DOUBLET", APPLIES},
      {"R-BEV", APPLIES},          {"R-EGFR", OPEN},
      {"A-GOAL", APPLIES},         {"R-SURG-CONSIDER", NOT},
      {"R-SURG-HOLD", APPLIES},    {"A-TIMING-FAV", NOT},
      {"A-TIMING-UNFAV", APPLIES}, {"A-COUNT-FAV", OPEN},
      {"A-COUNT-UNFAV", OPEN},     {"A-CEA-FAV", OPEN},
      {"A-CEA-UNFAV", OPEN},       {"R-TME", APPLIES},
      {"A-NO-PALND-COMP", NOT},    {"R-NO-PREOP-RT", OPEN},
      {"R-SEQ-SYMPT", NOT},        {"R-SEQ-EXTENT", NOT},
      {"R-SEQ-FITNESS", NOT},      {"R-CHEMO-BEFORE-SURG", APPLIES},
      {"A-NOT-REGIONAL", APPLIES}, {"R-NO-LARC-CRT", APPLIES},
      {"R-CT-CAP", NOT},           {"R-PET", NOT},
      {"A-PROG-POOR", APPLIES},    {"R-MDT", APPLIES}}},
    {"suspicious nodes",
     suspicious,
     PHASE_SUSP,
     {{"A-STAGE4", OPEN},
      {"R-SYS-FIRST", OPEN},
      {"R-NO-LARC-CRT", OPEN},
      {"R-PET", APPLIES},
      {"R-MDT", APPLIES},
      {"A-TIMING-FAV", OPEN},
      {"A-TIMING-UNFAV", OPEN},
      {"R-CT-CAP", NOT}}},
    {"negative nodes: out of scope",
     negative,
     PHASE_OOS,
     {{"A-STAGE4", NOT},
      {"A-PALLIATIVE", NOT},
      {"A-LTS", NOT},
      {"R-SYS-FIRST", NOT},
      {"R-SYS-EARLY", NOT},
      {"R-DOUBLET", NOT},
      {"R-BEV", NOT},
      {"A-GOAL", NOT},
      {"R-TME", NOT},
      {"A-NOT-REGIONAL", NOT},
      {"R-NO-LARC-CRT", NOT},
      {"A-PROG-POOR", NOT},
      {"R-CT-CAP", NOT},
      {"R-MDT", NOT}}},
    {"death", died, PHASE_END, {{"A-STAGE4", NOT}, {"R-MDT", NOT}, {"R-SURG-HOLD", NOT}}},
    {"complete obstruction",
     emergency,
     PHASE_SYS,
     {{"R-SYS-FIRST", OPEN},
      {"R-SYS-EARLY", OPEN},
      {"R-DOUBLET", OPEN},
      {"R-BEV", OPEN},
      {"R-EGFR", OPEN},
      {"R-SEQ-SYMPT", APPLIES},
      {"R-CHEMO-BEFORE-SURG", NOT},
      {"R-SURG-HOLD", APPLIES}}},
    {"wild type, two nodes, CEA 4.999, 12.001 cm, ECOG 2, board",
     wild_type_and_few_nodes,
     PHASE_SYS,
     {{"R-EGFR", APPLIES},
      {"A-COUNT-FAV", APPLIES},
      {"A-COUNT-UNFAV", NOT},
      {"A-CEA-FAV", APPLIES},
      {"A-CEA-UNFAV", NOT},
      {"R-NO-PREOP-RT", APPLIES},
      {"R-COLON-LIKE", APPLIES},
      {"R-WIDE-MESO", APPLIES},
      {"R-SEQ-FITNESS", APPLIES},
      {"R-MDT", NOT}}},
    {"mutated, three nodes or more, CEA 5.0, 12.0 cm",
     mutated_and_many_nodes,
     PHASE_SYS,
     {{"R-EGFR", NOT},
      {"A-COUNT-FAV", NOT},
      {"A-COUNT-UNFAV", APPLIES},
      {"A-CEA-FAV", NOT},
      {"A-CEA-UNFAV", APPLIES},
      {"R-NO-PREOP-RT", NOT},
      {"R-COLON-LIKE", NOT},
      {"R-WIDE-MESO", NOT}}},
    {"on therapy",
     on_therapy,
     PHASE_ONTX,
     {{"R-SYS-FIRST", APPLIES},
      {"R-SYS-EARLY", NOT},
      {"R-DOUBLET", NOT},
      {"R-RESPONSE-ASSESS", APPLIES},
      {"R-SURG-CONSIDER", NOT},
      {"R-CHEMO-BEFORE-SURG", APPLIES}}},
    {"partial response",
     responding,
     PHASE_RESP,
     {{"R-SURG-CONSIDER", APPLIES},
      {"R-SURG-HOLD", NOT},
      {"R-RESPONSE-ASSESS", NOT},
      {"R-LAP-PALND", APPLIES},
      {"A-NO-PALND-COMP", APPLIES},
      {"A-RESECT-BENEFIT", APPLIES},
      {"A-5Y", APPLIES},
      {"R-PET", APPLIES},
      {"R-CHEMO-BEFORE-SURG", NOT}}},
    {"partial response, nothing known of the centre",
     responding_elsewhere,
     PHASE_RESP,
     {{"R-LAP-PALND", OPEN}, {"R-SURG-CONSIDER", APPLIES}}},
    {"response older than 84 days",
     response_too_old,
     PHASE_RESP,
     {{"R-SURG-CONSIDER", OPEN}, {"R-SURG-HOLD", APPLIES}, {"R-RESPONSE-ASSESS", APPLIES}}},
    {"progression",
     progressing,
     PHASE_PD,
     {{"R-SURG-AVOID", APPLIES},
      {"R-SURG-HOLD", NOT},
      {"R-SYS-FIRST", NOT},
      {"R-SURG-CONSIDER", NOT},
      {"A-GOAL", NOT},
      {"A-RESECT-BENEFIT", NOT},
      {"A-5Y", NOT}}},
    {"therapy before histology",
     untyped,
     PHASE_SCOPE_U,
     {{"R-RESPONSE-ASSESS", OPEN}, {"R-SURG-AVOID", NOT}, {"R-SYS-EARLY", NOT}}},
    {"progression before histology",
     untyped_progressing,
     PHASE_SCOPE_U,
     {{"R-SURG-AVOID", OPEN}, {"R-SURG-HOLD", NOT}, {"R-SYS-FIRST", NOT}}},
    {"resection before histology",
     untyped_resected,
     PHASE_SCOPE_U,
     {{"R-SURG-HOLD", NOT}, {"R-SYS-FIRST", NOT}, {"R-SURG-CONSIDER", NOT}, {"A-STAGE4", OPEN}}},
    {"resected",
     resected,
     PHASE_POST,
     {{"A-STAGE4", APPLIES},
      {"R-SYS-FIRST", NOT},
      {"R-SURG-HOLD", NOT},
      {"R-SURG-CONSIDER", NOT},
      {"R-CT-CAP", NOT},
      {"R-PET", NOT},
      {"A-NO-PALND-COMP", APPLIES},
      {"A-RESECT-BENEFIT", APPLIES},
      {"R-NO-LARC-CRT", APPLIES},
      {"R-MDT", APPLIES}}},
    {"metachronous",
     metachronous,
     PHASE_SYS,
     {{"A-TIMING-FAV", APPLIES},
      {"A-TIMING-UNFAV", NOT},
      {"R-TME", NOT},
      {"R-SEQ-SYMPT", NOT},
      {"R-DOUBLET", OPEN},
      {"R-SEQ-FITNESS", OPEN}}},
    {"liver metastasis, ECOG 3",
     liver_and_unfit,
     PHASE_SYS,
     {{"R-SEQ-EXTENT", APPLIES}, {"R-SEQ-FITNESS", APPLIES}, {"R-DOUBLET", OPEN}}},
};
#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

/* Never undetermined, by the way in which they are defined. */
static const char *const never_open[] = {"R-CT-CAP", "R-PET"};

START_TEST(statuses_are_as_expected)
{
    fixture_begin(&f);
    cases[_i].prepare();
    ck_assert_msg(f.said.judgement.phase == cases[_i].phase, "%s: phase %s", cases[_i].name,
                  phase_code(f.said.judgement.phase));
    for (const struct expectation *e = cases[_i].expect; e->code != NULL; e++)
        ck_assert_msg(fixture_status(&f, e->code) == e->status, "%s: %s is %d", cases[_i].name,
                      e->code, (int)fixture_status(&f, e->code));
    fixture_end(&f);
}
END_TEST

START_TEST(every_row_is_seen_in_every_status)
{
    uint32_t seen[RULE_COUNT] = {0};

    for (size_t i = 0; i < CASE_COUNT; i++) {
        fixture_begin(&f);
        cases[i].prepare();
        for (size_t k = 0; k < RULE_COUNT; k++)
            seen[k] |= UINT32_C(1) << f.said.judgement.findings[k].status;
        fixture_end(&f);
    }
    for (size_t k = 0; k < RULE_COUNT; k++) {
        bool may_be_open = true;

        for (size_t n = 0; n < sizeof(never_open) / sizeof(never_open[0]); n++)
            may_be_open = may_be_open && strcmp(rules[k].code, never_open[n]) != 0;
        ck_assert_msg((seen[k] >> APPLIES & 1) != 0, "%s never applies", rules[k].code);
        ck_assert_msg((seen[k] >> NOT & 1) != 0, "%s always applies", rules[k].code);
        ck_assert_msg(!may_be_open || (seen[k] >> OPEN & 1) != 0, "%s is never undetermined",
                      rules[k].code);
    }
}
END_TEST

/* On a chart of zeros only what is required until it is shown may apply. */
START_TEST(zeroed_chart_lets_only_until_rows_apply)
{
    static const struct chart zero;
    struct policy policy = policy_default();
    struct view view = {.chart = &zero, .policy = &policy, .phase = PHASE_SCOPE_U};

    for (size_t i = 0; i < RULE_COUNT; i++) {
        uint32_t missing;

        if (rule_holds(&rules[i], &view, &missing) == TRI_YES)
            ck_assert_msg(rules[i].until != NULL, "%s", rules[i].code);
    }
}
END_TEST

START_TEST(missing_inputs_are_named)
{
    fixture_begin(&f);
    in_scope();
    ck_assert(fixture_lacks(&f, "R-EGFR", INPUT_KRAS));
    ck_assert(fixture_lacks(&f, "R-NO-PREOP-RT", INPUT_DISTANCE_CM));
    ck_assert(fixture_lacks(&f, "A-COUNT-FAV", INPUT_PALN_COUNT));
    ck_assert(fixture_lacks(&f, "A-CEA-UNFAV", INPUT_CEA_PREOP));
    ck_assert(fixture_lacks(&f, "R-MDT", INPUT_MDT_RECORD));
    ck_assert(!fixture_lacks(&f, "R-DOUBLET", INPUT_KRAS));
    fixture_wait(&f, "2026-03-04"); /* 43 days after the staging CT */
    ck_assert_int_eq(fixture_status(&f, "R-CT-CAP"), STATUS_APPLIES);
    ck_assert(fixture_lacks(&f, "R-CT-CAP", INPUT_CT_CHEST));
    ck_assert_int_eq(f.said.judgement.chart.why[INPUT_CT_CHEST], WHY_STALE);
    fixture_end(&f);
    fixture_begin(&f);
    suspicious();
    ck_assert(fixture_lacks(&f, "A-STAGE4", INPUT_PALN_STATUS));
    ck_assert(fixture_lacks(&f, "A-STAGE4", INPUT_PALN_HISTOLOGY));
    fixture_end(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules");
    TCase *tcase = tcase_create("rows");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, statuses_are_as_expected, 0, (int)CASE_COUNT);
    tcase_add_test(tcase, every_row_is_seen_in_every_status);
    tcase_add_test(tcase, zeroed_chart_lets_only_until_rows_apply);
    tcase_add_test(tcase, missing_inputs_are_named);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
