#include "fixture_random.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/*
 * What must hold of every judgement, whatever was sent: the exclusions of the guidance, a reason
 * for everything that is unknown, and the same answer for every order of arrival.
 */
#define JOURNEYS 1000
#define EVENTS_MAX 30

static uint64_t seen_phases;
static uint64_t seen_warnings;
static uint64_t seen_flags;
static uint32_t seen_status[RULE_COUNT]; /* bits of enum finding_status */

static bool applies(const struct judgement *j, const char *code)
{
    return j->findings[rule_index(code)].status == STATUS_APPLIES;
}

static void check_exclusions(const struct judgement *j, uint64_t seed)
{
    static const char *const factors[][2] = {{"A-TIMING-FAV", "A-TIMING-UNFAV"},
                                             {"A-COUNT-FAV", "A-COUNT-UNFAV"},
                                             {"A-CEA-FAV", "A-CEA-UNFAV"}};

    ck_assert_msg(!(applies(j, "R-SURG-CONSIDER") && applies(j, "R-SURG-HOLD")), "seed %llu",
                  (unsigned long long)seed);
    ck_assert_msg(!(applies(j, "R-SURG-CONSIDER") && applies(j, "R-SURG-AVOID")), "seed %llu",
                  (unsigned long long)seed);
    ck_assert_msg(!(applies(j, "R-SURG-AVOID") && applies(j, "R-SURG-HOLD")), "seed %llu",
                  (unsigned long long)seed);
    ck_assert(!applies(j, "R-SURG-CONSIDER") || (j->warnings >> WARNING_PREMATURE_SURG & 1) == 0 ||
              j->chart.surgery.premature.count > 0);
    for (size_t i = 0; i < 3; i++)
        ck_assert(!(applies(j, factors[i][0]) && applies(j, factors[i][1])));
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (j->phase == PHASE_OOS || j->phase == PHASE_END)
            ck_assert_int_eq(j->findings[i].status, STATUS_NOT);
        if (j->findings[i].status == STATUS_NOT) {
            ck_assert_int_eq(j->findings[i].presentation, PRESENTATION_SHOWN);
            ck_assert_uint_eq(j->findings[i].missing, 0);
            ck_assert_uint_eq(j->findings[i].flagged_by, 0);
        }
    }
}

/* A.4: every undetermined finding names a missing input, or one of these reasons is shown. */
static bool has_open_reason(const struct judgement *j)
{
    const uint64_t reasons = (UINT64_C(1) << WARNING_OTHER_METS) |
                             (UINT64_C(1) << WARNING_PRIOR_PD) |
                             (UINT64_C(1) << WARNING_RESPONSE_WANING) |
                             (UINT64_C(1) << WARNING_POOR_PS) | (UINT64_C(1) << WARNING_SITE_GT15);

    return (j->warnings & reasons) != 0 || (j->overlays & 1) != 0;
}

static void check_missing(const struct judgement *j, uint64_t seed)
{
    uint32_t listed = 0;

    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct finding *f = &j->findings[i];

        listed |= f->missing;
        if (f->status == STATUS_UNDETERMINED)
            ck_assert_msg(f->missing != 0 || has_open_reason(j), "seed %llu: %s says no reason",
                          (unsigned long long)seed, rules[i].code);
        if (f->status == STATUS_APPLIES)
            ck_assert_uint_eq(f->missing & ~rules[i].always_missing, 0);
    }
    ck_assert_uint_eq(listed & ~j->missing, 0);
    for (int input = 0; input < INPUT_COUNT; input++)
        if ((j->missing >> input & 1) != 0)
            ck_assert_msg(j->chart.why[input] != WHY_NONE, "seed %llu: no reason for %s",
                          (unsigned long long)seed, input_name((enum input)input));
    ck_assert(j->phase != PHASE_OOS || j->missing == 0);
}

static void check_judgement(const struct judgement *j, uint64_t seed)
{
    check_exclusions(j, seed);
    check_missing(j, seed);
    ck_assert_msg(j->review_due_at == INSTANT_NONE || j->review_due_at > j->chart.as_of,
                  "seed %llu", (unsigned long long)seed);
    seen_phases |= UINT64_C(1) << j->phase;
    seen_warnings |= j->warnings;
    seen_flags |= j->flags;
    for (size_t i = 0; i < RULE_COUNT; i++)
        seen_status[i] |= UINT32_C(1) << j->findings[i].status;
}

/* The digest of the events in another order, judged at the same moment. */
static struct digest shuffled(struct fixture_case *f, struct fixture_dice *dice,
                              struct event **events, size_t count)
{
    struct history history;
    struct judgement again;
    struct err err;

    history_init(&history, f->arena);
    for (size_t i = count; i > 1; i--) {
        size_t k = fixture_roll(dice, (uint32_t)i);
        struct event *kept = events[i - 1];

        events[i - 1] = events[k];
        events[k] = kept;
    }
    for (size_t i = 0; i < 2 * count; i++) {
        enum admission admission;

        ck_assert_int_eq(history_admit(&history, events[i % count], &admission, &err), OK);
    }
    judge(&history, NULL, 0, &f->policy, f->subject.previous.as_of, &again);
    return judgement_digest(&again);
}

static void live_through(uint64_t seed)
{
    struct fixture_dice dice = {seed};
    struct event *events[EVENTS_MAX];
    struct fixture_case f;
    size_t count = 5 + fixture_roll(&dice, EVENTS_MAX - 5);
    struct digest other;
    struct judgement last;
    struct digest own;

    fixture_begin(&f);
    for (size_t i = 0; i < count; i++) {
        events[i] = fixture_draw(&f, &dice, events, i);
        if (fixture_apply(&f, events[i]) == ADMISSION_APPLIED)
            check_judgement(&f.said.judgement, seed);
    }
    /* The last to arrive may have been an older version, which is used for reasons only. */
    judge(&f.subject.history, NULL, 0, &f.policy, f.subject.previous.as_of, &last);
    own = judgement_digest(&last);
    other = shuffled(&f, &dice, events, count);
    ck_assert_msg(memcmp(&own, &other, sizeof(own)) == 0, "seed %llu: another order, another word",
                  (unsigned long long)seed);
    fixture_end(&f);
}

START_TEST(every_journey_keeps_the_invariants)
{
    uint64_t all_warnings = (UINT64_C(1) << WARNING_COUNT) - 1;
    uint64_t unseen;

    for (uint64_t seed = 1; seed <= JOURNEYS; seed++)
        live_through(seed);
    for (int p = PHASE_NONE + 1; p < PHASE_COUNT; p++)
        ck_assert_msg((seen_phases >> p & 1) != 0, "%s was never reached",
                      phase_code((enum phase)p));
    for (size_t i = 0; i < RULE_COUNT; i++)
        ck_assert_msg((seen_status[i] >> STATUS_APPLIES & 1) != 0 &&
                          (seen_status[i] >> STATUS_NOT & 1) != 0,
                      "%s: applying or not was never reached", rules[i].code);
    for (int i = 0; i < FLAG_COUNT; i++)
        ck_assert_msg((seen_flags >> i & 1) != 0, "%s was never raised", flag_rows[i].code);
    /* Of the packet, or of refused records. */
    unseen = all_warnings & ~seen_warnings &
             ~((UINT64_C(1) << WARNING_CORRECTED) | (UINT64_C(1) << WARNING_RETRACTED) |
               (UINT64_C(1) << WARNING_OUT_OF_ORDER) | (UINT64_C(1) << WARNING_RECORD_INCOMPLETE));
    for (int i = 0; i < WARNING_COUNT; i++)
        ck_assert_msg((unseen >> i & 1) == 0, "%s was never shown", warning_rows[i].code);
}
END_TEST

/* One journey by its seed: JUDGE_SEED=17 test_judgement. */
static void live_one(void)
{
    const char *seed = getenv("JUDGE_SEED");

    if (seed != NULL)
        live_through(strtoull(seed, NULL, 10));
}

int main(void)
{
    Suite *suite = suite_create("judgement");
    TCase *tcase = tcase_create("journeys");
    SRunner *runner;
    int failed;

    live_one();
    tcase_set_timeout(tcase, 110);
    tcase_add_test(tcase, every_journey_keeps_the_invariants);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
