/*
 * The fullest recommendation: every warning, flag, conflict and withdrawal at once, resting on more
 * events than are remembered.  Such a judgement is not brought about by events; it is made here.
 */
#include "fixture_message.h"
#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/recommendation_part.h"
#include "wire/recommendation_wire.h"

#include <check.h>
#include <string.h>

#define EVENTS (CHART_CONFLICTS_MAX * BASIS_EVENTS_MAX)

static struct arena *arena;
static struct policy policy;
static struct subject_case subject;
static struct recommendation recommendation;
static struct event events[EVENTS];
static const struct hold hold = {.dead_letter_id = "line-7", .error_code = "bad_time"};

static void fill(struct judgement *j)
{
    j->missing = (1u << INPUT_COUNT) - 1;
    j->overlays = (1u << OVERLAY_COUNT) - 1;
    j->warnings = (UINT64_C(1) << WARNING_COUNT) - 1;
    j->flags = (1u << FLAG_COUNT) - 1;
    j->holds = &hold;
    j->hold_count = 1;
    j->chart.conflict_count = CHART_CONFLICTS_MAX;
    for (size_t i = 0; i < EVENTS; i++) {
        struct chart_conflict *conflict = &j->chart.conflicts[i / BASIS_EVENTS_MAX];

        events[i] = *recommendation.event;
        events[i].event_id.bytes[0] = (uint8_t)(i + 1);
        conflict->input = INPUT_PALN_STATUS;
        basis_add(&conflict->basis, &events[i]);
    }
}

static void set_up(void)
{
    static const struct arrival arrival = {.timestamp_ms = 1780272000000, .topic = "t"};
    struct event *event;
    enum admission admission;
    struct err err = {.text = ""};

    arena = arena_new(FIXTURE_ARENA_SIZE);
    event = arena_alloc(arena, sizeof(*event));
    policy = policy_default();
    rulebook_seal(&policy);
    subject = (struct subject_case){.authority = "a", .value = "b", .tumour_id = "primary"};
    history_init(&subject.history, arena);
    ck_assert(fixture_decode(fixture_golden("imaging", arena), arena, event, &err) == ERROR_NONE);
    ck_assert(case_apply(&subject, event, &arrival, &policy, &admission, &recommendation, &err) ==
              OK);
    fill(&recommendation.judgement);
    recommendation.withdrawn = 3;
}

static void tear_down(void)
{
    arena_free(arena);
}

static Restage__V1__Recommendation *message(void)
{
    struct bytes bytes = {.at = NULL};
    struct err err = {.text = ""};
    Restage__V1__Recommendation *m;

    ck_assert(recommendation_encode(&recommendation, arena, &bytes, &err) == OK);
    m = restage__v1__recommendation__unpack(NULL, bytes.size, bytes.at);
    ck_assert_ptr_nonnull(m);
    return m;
}

START_TEST(everything_is_told)
{
    Restage__V1__Recommendation *m = message();

    ck_assert_uint_eq(m->n_warnings, WARNING_COUNT);
    ck_assert_uint_eq(m->n_safety_flags, FLAG_COUNT);
    ck_assert_uint_eq(m->n_overlays, OVERLAY_COUNT);
    ck_assert_uint_eq(m->n_missing, INPUT_COUNT);
    ck_assert_uint_eq(m->n_withdrawn, 2);
    ck_assert_uint_eq(m->n_holds, 1);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        ck_assert_int_eq((int)m->safety_flags[i]->verified, flag_rows[i].verified
                                                                ? RESTAGE__V1__ANSWER__ANSWER_YES
                                                                : RESTAGE__V1__ANSWER__ANSWER_NO);
    ck_assert_uint_eq(m->warnings[WARNING_CORRECTED]->n_inputs, 1);
    ck_assert_uint_eq(m->warnings[WARNING_RETRACTED]->n_inputs, 1);
    ck_assert_uint_eq(m->warnings[WARNING_OUT_OF_ORDER]->n_inputs, 1);
    restage__v1__recommendation__free_unpacked(m, NULL);
}
END_TEST

/* Written part by part, they are the bytes that protobuf-c makes of the whole. */
START_TEST(the_bytes_are_those_of_the_whole_message)
{
    Restage__V1__Recommendation *m = message();
    size_t size = restage__v1__recommendation__get_packed_size(m);
    uint8_t *whole = arena_alloc(arena, size);
    struct bytes bytes = {.at = NULL};
    struct err err = {.text = ""};

    ck_assert(recommendation_encode(&recommendation, arena, &bytes, &err) == OK);
    ck_assert_uint_eq(bytes.size, size);
    ck_assert_mem_eq(bytes.at, whole, restage__v1__recommendation__pack(m, whole));
    restage__v1__recommendation__free_unpacked(m, NULL);
}
END_TEST

START_TEST(events_that_are_not_remembered_are_told_all_the_same)
{
    Restage__V1__Recommendation *m = message();

    ck_assert_uint_gt(EVENTS, ENCODER_EVENTS_MAX);
    ck_assert_uint_eq(m->n_conflicts, CHART_CONFLICTS_MAX);
    for (size_t i = 0; i < EVENTS; i++) {
        char id[UUID_TEXT_SIZE];

        uuid_format(&events[i].event_id, id);
        ck_assert_str_eq(m->conflicts[i / BASIS_EVENTS_MAX]->inputs[i % BASIS_EVENTS_MAX]->event_id,
                         id);
    }
    restage__v1__recommendation__free_unpacked(m, NULL);
}
END_TEST

START_TEST(a_refused_record_withdraws_without_an_event)
{
    Restage__V1__Recommendation *m;

    recommendation.judgement.warnings = 0;
    recommendation.packet_warnings = 0;
    recommendation.event = NULL;
    m = message();
    ck_assert_uint_eq(m->n_withdrawn, 2);
    ck_assert_str_eq(m->withdrawn[0]->event_id, "");
    restage__v1__recommendation__free_unpacked(m, NULL);
}
END_TEST

START_TEST(an_ecog_that_nobody_asked_for_has_no_reason)
{
    Restage__V1__Recommendation *m;

    recommendation.judgement.chart.why[INPUT_ECOG] = WHY_NONE;
    recommendation.judgement.chart.fitness.ecog_stale = false;
    m = message();
    ck_assert_str_eq(m->missing[INPUT_ECOG]->name, "ecog");
    ck_assert_int_eq((int)m->missing[INPUT_ECOG]->reason, 0);
    restage__v1__recommendation__free_unpacked(m, NULL);
}
END_TEST

/* Every allocation refused in turn; the arena gives out memory in pieces of 16 bytes. */
START_TEST(a_full_arena_is_nobodys_fault)
{
    enum status status = RETRY;

    for (size_t cap = 0; status != OK; cap += 16) {
        struct arena *small = arena_new(cap);
        struct err err = {.text = ""};
        struct bytes bytes = {.at = NULL};

        ck_assert_uint_lt(cap, FIXTURE_ARENA_SIZE);
        status = recommendation_encode(&recommendation, small, &bytes, &err);
        ck_assert(status == OK || (status == RETRY && bytes.at == NULL));
        arena_free(small);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recommendation part");
    TCase *tc = tcase_create("everything at once");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, everything_is_told);
    tcase_add_test(tc, the_bytes_are_those_of_the_whole_message);
    tcase_add_test(tc, events_that_are_not_remembered_are_told_all_the_same);
    tcase_add_test(tc, a_refused_record_withdraws_without_an_event);
    tcase_add_test(tc, an_ecog_that_nobody_asked_for_has_no_reason);
    tcase_add_test(tc, a_full_arena_is_nobodys_fault);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
