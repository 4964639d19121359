#include "guidance/criteria.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/*
 * More knowledge never flips an answer: on charts of drawn facts, each fact that is unknown is
 * learnt one way and the other, and every row of the rulebook is asked before and after.
 */
#define CHARTS 400
#define FACTS_MAX 20

static uint32_t roll(uint64_t *state, uint32_t sides)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % sides;
}

/* The facts that rows rest on, as far as they are independent of each other. */
static size_t facts_of(struct chart *c, struct fact *ret[FACTS_MAX])
{
    struct fact *facts[] = {
        &c->scope,
        &c->therapy.started,
        &c->response.fact,
        &c->response.assess,
        &c->ct.fact,
        &c->extent.ok,
        &c->extent.other,
        &c->fitness.fact,
        &c->fitness.for_surgery,
        &c->molecular.kras_wild_type,
        &c->height.fact,
        &c->primary.symptomatic,
        &c->primary.in_situ,
        &c->count.favourable,
        &c->cea.favourable,
        &c->centre_experienced,
        &c->board.discussed,
    };

    memcpy(ret, facts, sizeof(facts));
    return sizeof(facts) / sizeof(facts[0]);
}

static void draw(uint64_t *state, struct chart *c)
{
    struct fact *facts[FACTS_MAX];
    size_t count = facts_of(c, facts);

    memset(c, 0, sizeof(*c));
    for (size_t i = 0; i < count; i++)
        facts[i]->truth = (enum tri)((int)roll(state, 3) - 1);
    c->primary.emergency.truth = roll(state, 5) == 0 ? TRI_YES : TRI_NO;
    c->therapy.prior_progression.truth = roll(state, 5) == 0 ? TRI_YES : TRI_NO;
    c->response.progressing = roll(state, 5) == 0;
    c->timing.timing = (enum timing)roll(state, 3);
    c->paln.resected = roll(state, 8) == 0;
}

static enum tri ask(const struct chart *c, size_t rule, enum phase phase)
{
    static struct policy policy;
    struct view view = {.chart = c, .policy = &policy, .phase = phase};
    uint32_t missing;
    enum tri truth = rule_holds(&rules[rule], &view, &missing);

    /* What is missing is told only while the answer is open. */
    ck_assert(truth == TRI_UNKNOWN || missing == 0);
    return truth;
}

/* Rows with `until` may go from yes to no: what was required has been shown. */
static bool is_refined(size_t rule, enum tri before, enum tri after)
{
    if (before == TRI_UNKNOWN || after == before)
        return true;
    return rules[rule].until != NULL && before == TRI_YES && after == TRI_NO;
}

START_TEST(more_knowledge_never_flips)
{
    static const enum phase phases[] = {PHASE_SYS, PHASE_ONTX, PHASE_RESP, PHASE_POST};
    uint64_t state = 1;

    for (int n = 0; n < CHARTS; n++) {
        struct chart c;
        struct fact *facts[FACTS_MAX];
        size_t count = facts_of(&c, facts);
        enum phase phase = phases[n % 4];

        draw(&state, &c);
        for (size_t i = 0; i < count; i++) {
            if (facts[i]->truth != TRI_UNKNOWN)
                continue;
            for (size_t rule = 0; rule < RULE_COUNT; rule++) {
                enum tri before = ask(&c, rule, phase);

                facts[i]->truth = TRI_YES;
                ck_assert_msg(is_refined(rule, before, ask(&c, rule, phase)), "%s",
                              rules[rule].code);
                facts[i]->truth = TRI_NO;
                ck_assert_msg(is_refined(rule, before, ask(&c, rule, phase)), "%s",
                              rules[rule].code);
                facts[i]->truth = TRI_UNKNOWN;
            }
        }
    }
}
END_TEST

/* The row that considers surgery and the rows that wait for it share their gates. */
START_TEST(gates_of_surgery_are_shared)
{
    uint64_t state = 2;
    size_t consider = RULE_COUNT;

    for (size_t i = 0; i < RULE_COUNT; i++)
        if (strcmp(rules[i].code, "R-SURG-CONSIDER") == 0)
            consider = i;
    ck_assert_uint_lt(consider, RULE_COUNT);
    for (int n = 0; n < 20000; n++) {
        struct chart c;
        struct view view = {.chart = &c, .phase = PHASE_RESP};
        struct reading together;
        uint32_t missing;

        draw(&state, &c);
        together = surgery_may_be_considered.holds(&view);
        ck_assert_int_eq(rule_holds(&rules[consider], &view, &missing), together.truth);
        ck_assert_uint_eq(missing, together.missing);
        ck_assert_int_eq(surgery_excluded.holds(&view).truth, tri_not(together.truth));
    }
}
END_TEST

/* In an emergency, and after progression on an earlier line, no datum would settle the question. */
START_TEST(open_questions_name_no_input)
{
    struct chart c;
    struct view view = {.chart = &c, .phase = PHASE_SYS};

    memset(&c, 0, sizeof(c));
    ck_assert_int_eq(no_emergency.holds(&view).truth, TRI_YES);
    c.primary.emergency.truth = c.therapy.prior_progression.truth = TRI_YES;
    ck_assert_int_eq(no_emergency.holds(&view).truth, TRI_UNKNOWN);
    ck_assert_uint_eq(no_emergency.holds(&view).missing, 0);
    ck_assert_int_eq(no_prior_progression.holds(&view).truth, TRI_UNKNOWN);
    ck_assert_uint_eq(no_prior_progression.holds(&view).missing, 0);
}
END_TEST

/* The text names no limit of fitness: who is unfit is the board's question, not a "no". */
START_TEST(unfit_is_open_for_the_doublet_and_closed_for_surgery)
{
    struct chart c;
    struct view view = {.chart = &c, .phase = PHASE_SYS};

    memset(&c, 0, sizeof(c));
    c.fitness.fact.truth = c.fitness.for_surgery.truth = TRI_NO;
    ck_assert_int_eq(fit_for_doublet.holds(&view).truth, TRI_UNKNOWN);
    ck_assert_int_eq(fit_for_surgery.holds(&view).truth, TRI_NO);
    ck_assert_int_eq(fitness_limits.holds(&view).truth, TRI_YES);
}
END_TEST

START_TEST(phase_conditions_are_unknown_while_the_scope_is)
{
    struct chart c;
    struct view view = {.chart = &c, .phase = PHASE_SUSP};

    memset(&c, 0, sizeof(c));
    ck_assert_int_eq(in_response_phase.holds(&view).truth, TRI_UNKNOWN);
    view.phase = PHASE_SCOPE_U;
    ck_assert_int_eq(response_or_after.holds(&view).truth, TRI_UNKNOWN);
    view.phase = PHASE_POST;
    ck_assert_int_eq(response_or_after.holds(&view).truth, TRI_YES);
    ck_assert_int_eq(in_response_phase.holds(&view).truth, TRI_NO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("criteria");
    TCase *tcase = tcase_create("phrases");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, more_knowledge_never_flips);
    tcase_add_test(tcase, gates_of_surgery_are_shared);
    tcase_add_test(tcase, open_questions_name_no_input);
    tcase_add_test(tcase, unfit_is_open_for_the_doublet_and_closed_for_surgery);
    tcase_add_test(tcase, phase_conditions_are_unknown_while_the_scope_is);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
