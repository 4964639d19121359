#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

#define JOURNEY_EVENTS 24
#define JOURNEYS 40
#define FACTS_MAX 32

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* ---- Journeys drawn at random ---------------------------------------------------------------- */

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525U + 1013904223U;
    return (*state >> 8) % below;
}

/* A day from November 2025 to October 2026, sometimes only its month. */
static const char *draw_date(uint32_t *state)
{
    char *text = patient_take(&p, 1, DAY_TEXT_SIZE);

    day_format(patient_day("2025-11-01") + (int32_t)draw(state, 365), text);
    if (draw(state, 12) == 0)
        text[7] = '\0';
    return text;
}

static void draw_journey(uint32_t *state)
{
    static const enum report_status statuses[] = {REPORT_STATUS_PRELIMINARY, REPORT_STATUS_FINAL,
                                                  REPORT_STATUS_CORRECTED, REPORT_STATUS_RETRACTED,
                                                  REPORT_STATUS_CANCELLED};

    patient_act(&p, BIOPSY, "2025-10-20");
    patient_act(&p, CT_METASTATIC, "2025-10-25");
    while (p.count < JOURNEY_EVENTS) {
        if (draw(state, 6) == 0)
            patient_version(&p, p.events[draw(state, (uint32_t)p.count)], 1 + draw(state, 3),
                            statuses[draw(state, 5)]);
        else
            patient_act(&p, (enum act)(1 + draw(state, ACT_COUNT - 1)), draw_date(state));
    }
}

/* ---- Comparing charts ------------------------------------------------------------------------ */

struct named_fact {
    const char *name;
    const struct fact *fact;
};

static size_t facts_of(const struct chart *c, struct named_fact ret[FACTS_MAX])
{
    const struct named_fact facts[] = {
        {"site", &c->site.fact},
        {"histology", &c->histology.fact},
        {"para-aortic nodes", &c->paln.fact},
        {"their histology", &c->paln.histology},
        {"scope", &c->scope},
        {"height", &c->height.fact},
        {"in situ", &c->primary.in_situ},
        {"symptoms", &c->primary.symptomatic},
        {"emergency", &c->primary.emergency},
        {"fitness", &c->fitness.fact},
        {"fitness for surgery", &c->fitness.for_surgery},
        {"extent", &c->extent.ok},
        {"other sites", &c->extent.other},
        {"staging CT", &c->ct.fact},
        {"therapy", &c->therapy.started},
        {"prior progression", &c->therapy.prior_progression},
        {"response", &c->response.fact},
        {"assessment", &c->response.assess},
        {"count", &c->count.favourable},
        {"CEA", &c->cea.favourable},
        {"KRAS", &c->molecular.kras_wild_type},
        {"board", &c->board.discussed},
    };
    size_t count = sizeof(facts) / sizeof(facts[0]);

    ck_assert_uint_le(count, FACTS_MAX);
    memcpy(ret, facts, sizeof(facts));
    return count;
}

static void assert_same_truths(const struct chart *a, const struct chart *b, uint32_t seed)
{
    struct named_fact x[FACTS_MAX];
    struct named_fact y[FACTS_MAX];
    size_t count = facts_of(a, x);

    facts_of(b, y);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(x[i].fact->truth == y[i].fact->truth, "journey %u: %s", seed, x[i].name);
        ck_assert_msg(x[i].fact->why == y[i].fact->why, "journey %u: why %s", seed, x[i].name);
        ck_assert_msg(x[i].fact->basis.count == y[i].fact->basis.count &&
                          memcmp(x[i].fact->basis.events, y[i].fact->basis.events,
                                 x[i].fact->basis.count * sizeof(struct event *)) == 0,
                      "journey %u: what %s rests on", seed, x[i].name);
    }
    for (size_t i = 0; i < INPUT_COUNT; i++)
        ck_assert_msg(a->why[i] == b->why[i], "journey %u: why %s", seed,
                      input_name((enum input)i));
    ck_assert_int_eq(a->paln.evidence, b->paln.evidence);
    ck_assert_int_eq(a->paln.first_shown.first, b->paln.first_shown.first);
    ck_assert_uint_eq(a->paln.episode, b->paln.episode);
    ck_assert_int_eq(a->paln.resected, b->paln.resected);
    ck_assert_int_eq(a->response.state, b->response.state);
    ck_assert_int_eq(a->timing.timing, b->timing.timing);
    ck_assert_uint_eq(a->therapy.line, b->therapy.line);
    ck_assert_int_eq(a->therapy.bevacizumab_recent, b->therapy.bevacizumab_recent);
    ck_assert_uint_eq(a->surgery.premature.count, b->surgery.premature.count);
    ck_assert_uint_eq(a->surgery.recent.count, b->surgery.recent.count);
    ck_assert_str_eq(a->stage.t, b->stage.t);
    ck_assert_str_eq(a->stage.n, b->stage.n);
    ck_assert_str_eq(a->stage.m, b->stage.m);
    ck_assert_str_eq(a->stage.group, b->stage.group);
    ck_assert_int_eq(a->stage.conflict, b->stage.conflict);
    ck_assert_uint_eq(a->conflict_count, b->conflict_count);
    ck_assert_uint_eq(a->version_conflict_count, b->version_conflict_count);
}

static void shuffle(struct event **events, size_t count, uint32_t *state)
{
    for (size_t i = count - 1; i > 0; i--) {
        size_t k = draw(state, (uint32_t)i + 1);
        struct event *swapped = events[i];

        events[i] = events[k];
        events[k] = swapped;
    }
}

/* ---- Properties ------------------------------------------------------------------------------ */

START_TEST(any_order_of_arrival_gives_the_same_chart)
{
    uint32_t state = (uint32_t)_i + 1;
    struct chart first;

    draw_journey(&state);
    first = *patient_chart(&p, "2026-09-01");
    for (int round = 0; round < 4; round++) {
        const struct chart *again;

        shuffle(p.events, p.count, &state);
        history_init(&p.history, p.arena);
        for (size_t i = 0; i < p.count; i++)
            patient_admit(&p, p.events[i]);
        for (size_t i = 0; i < p.count; i++)
            ck_assert_int_eq(patient_admit(&p, p.events[i]), ADMISSION_DUPLICATE);
        again = patient_chart(&p, "2026-09-01");
        assert_same_truths(&first, again, (uint32_t)_i);
        ck_assert_int_eq(first.next_change_day, again->next_change_day);
    }
}
END_TEST

/* Until next_change_day time alone changes nothing. */
START_TEST(time_changes_nothing_before_its_day)
{
    uint32_t state = (uint32_t)_i + 1;
    const int32_t last = patient_day("2027-06-01");
    int32_t day = patient_day("2026-03-01");

    draw_journey(&state);
    while (day < last) {
        struct chart then;
        int32_t next;

        fold(&p.history, &cutoffs_default, day * DAY_MS, &then);
        next = then.next_change_day == DAY_NONE ? last : then.next_change_day;
        ck_assert_int_gt(next, day);
        for (int32_t d = day + 1; d < next && d < last; d += 1 + (next - d) / 2) {
            fold(&p.history, &cutoffs_default, d * DAY_MS, &p.chart);
            assert_same_truths(&then, &p.chart, (uint32_t)_i);
        }
        day = next;
    }
}
END_TEST

/* Every unknown has a reason, and nothing that is known has one. */
START_TEST(unknowns_have_reasons)
{
    uint32_t state = (uint32_t)_i + 1;
    struct named_fact facts[FACTS_MAX];
    size_t count;

    draw_journey(&state);
    count = facts_of(patient_chart(&p, "2026-09-01"), facts);
    for (size_t i = 0; i < count; i++) {
        bool told = facts[i].fact == &p.chart.scope || facts[i].fact == &p.chart.paln.histology;

        if (!told && facts[i].fact->truth == TRI_UNKNOWN)
            ck_assert_msg(facts[i].fact->why != WHY_NONE, "journey %d: %s", _i, facts[i].name);
        if (facts[i].fact->truth == TRI_YES)
            ck_assert_msg(facts[i].fact->why == WHY_NONE, "journey %d: %s", _i, facts[i].name);
    }
}
END_TEST

/* ---- A chart of nothing, and the end --------------------------------------------------------- */

START_TEST(nothing_is_known_of_nobody)
{
    const struct chart *c = patient_chart(&p, "2026-01-01");

    ck_assert_ptr_null(c->death);
    ck_assert_int_eq(c->scope.truth, TRI_UNKNOWN);
    ck_assert_int_eq(c->primary.in_situ.truth, TRI_YES);
    ck_assert_int_eq(c->primary.emergency.truth, TRI_NO);
    ck_assert_int_eq(c->therapy.started.truth, TRI_NO);
    ck_assert_int_eq(c->response.fact.truth, TRI_NO);
    ck_assert_int_eq(c->response.state, RESPONSE_STATE_NO_THERAPY);
    ck_assert_int_eq(c->board.discussed.truth, TRI_NO);
    ck_assert_int_eq(c->next_change_day, DAY_NONE);
    ck_assert_str_eq(c->stage.t, "");
    ck_assert_str_eq(c->stage.group, "");
    ck_assert_int_eq(c->why[INPUT_PRIMARY_SITE], WHY_NOT_ASSESSED);
    ck_assert_int_eq(c->why[INPUT_KRAS], WHY_NOT_ASSESSED);
    ck_assert_int_eq(c->why[INPUT_MDT_RECORD], WHY_NOT_ASSESSED);
}
END_TEST

START_TEST(death_is_recorded)
{
    struct event *death = patient_tell(&p, BODY_DEATH, "2026-01-01");

    ck_assert_ptr_eq(patient_chart(&p, "2026-01-02")->death, death);
    patient_version(&p, death, 2, REPORT_STATUS_WRONG_PATIENT);
    ck_assert_ptr_null(patient_chart(&p, "2026-01-02")->death);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fold");
    TCase *tests = tcase_create("fold");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, any_order_of_arrival_gives_the_same_chart, 0, JOURNEYS);
    tcase_add_loop_test(tests, time_changes_nothing_before_its_day, 0, JOURNEYS);
    tcase_add_loop_test(tests, unknowns_have_reasons, 0, JOURNEYS);
    tcase_add_test(tests, nothing_is_known_of_nobody);
    tcase_add_test(tests, death_is_recorded);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
