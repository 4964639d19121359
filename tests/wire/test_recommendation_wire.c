/*
 * Recommendations as messages: what each kind carries, and what it must not.  The recommendations
 * are judged from events, as in service.
 */
#include "fixture_message.h"
#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/event_wire.h"
#include "wire/recommendation_text.h"
#include "wire/recommendation_wire.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIOPSY                                                                                     \
    "\"pathology\":{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\",\"topography\":\"C20\","              \
    "\"histology\":\"HISTOLOGY_ADENOCARCINOMA\"}"
#define SCAN                                                                                       \
    "\"imaging\":{\"modality\":\"MODALITY_CT\",\"regions\":[1,2,3],\"contrast\":\"ANSWER_YES\","   \
    "\"nodes\":[{\"station\":\"STATION_PARA_AORTIC\",\"statement\":\"NODE_STATEMENT_METASTATIC\"," \
    "\"count\":{\"min\":2,\"max\":2}}],\"stage\":{\"t\":\"cT3\",\"n\":\"cN1b\",\"m\":\"cM0\","     \
    "\"edition\":8}}"
#define COLON "\"pathology\":{\"specimen\":1,\"topography\":\"C18.7\",\"histology\":1}"

static struct arena *arena;
static struct policy policy;
static struct subject_case subject;
static struct recommendation recommendation;
static int event_count;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
    policy = policy_default();
    rulebook_seal(&policy);
    event_count = 0;
    memset(&subject, 0, sizeof(subject));
    subject.authority = "urn:a";
    subject.value = FIXTURE_CANARY;
    subject.tumour_id = "primary";
    subject.subject = subject_uuid(subject.authority, subject.value, subject.tumour_id);
    history_init(&subject.history, arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* Apply one more event of 2026-05-12 and later. */
static void apply(const char *envelope, const char *body)
{
    static const struct arrival arrival = {
        .timestamp_ms = 1780272000000, .topic = "restage.imaging", .partition = 3, .offset = 4711};
    struct event *event = arena_alloc(arena, sizeof(*event));
    char *named = arena_alloc(arena, strlen(envelope) + 128);
    enum admission admission = ADMISSION_NONE;
    struct err err = {.text = ""};

    (void)sprintf(named, "\"eventId\":\"00000000-0000-4000-8000-%012d\",%s", ++event_count,
                  envelope);
    ck_assert_msg(fixture_decode(fixture_encode(fixture_event(named, body, arena), arena), arena,
                                 event, &err) == ERROR_NONE,
                  "%s", err.text);
    ck_assert(case_apply(&subject, event, &arrival, &policy, &admission, &recommendation, &err) ==
              OK);
    ck_assert_int_eq((int)admission, ADMISSION_APPLIED);
}

static struct bytes encoded(void)
{
    struct bytes bytes = {.at = NULL};
    struct err err = {.text = ""};

    ck_assert_msg(recommendation_encode(&recommendation, arena, &bytes, &err) == OK, "%s",
                  err.text);
    return bytes;
}

/* Decoded on the heap; freed by the caller. */
static Restage__V1__Recommendation *message(void)
{
    struct bytes bytes = encoded();
    Restage__V1__Recommendation *m =
        restage__v1__recommendation__unpack(NULL, bytes.size, bytes.at);

    ck_assert_ptr_nonnull(m);
    return m;
}

static void drop(Restage__V1__Recommendation *m)
{
    restage__v1__recommendation__free_unpacked(m, NULL);
}

START_TEST(the_frame_names_subject_cause_and_rulebook)
{
    Restage__V1__Recommendation *m;
    char id[UUID_TEXT_SIZE];

    apply("", BIOPSY);
    apply("", SCAN);
    m = message();
    uuid_format(&recommendation.recommendation_id, id);
    ck_assert_str_eq(m->recommendation_id, id);
    uuid_format(&recommendation.supersedes_id, id);
    ck_assert_str_eq(m->supersedes_id, id);
    ck_assert_str_eq(m->subject->patient->authority, "urn:a");
    ck_assert_str_eq(m->subject->patient->value, FIXTURE_CANARY);
    ck_assert_str_eq(m->subject->tumour_id, "primary");
    ck_assert_uint_eq(m->sequence, 2);
    ck_assert_str_eq(m->caused_by->event_id, "00000000-0000-4000-8000-000000000002");
    ck_assert_str_eq(m->caused_by->topic, "restage.imaging");
    ck_assert_int_eq(m->caused_by->partition, 3);
    ck_assert_int_eq(m->caused_by->offset, 4711);
    ck_assert_str_eq(m->as_of, "2026-06-01T00:00:00.000Z");
    ck_assert_int_eq((int)m->kind, RESTAGE__V1__KIND__KIND_GUIDANCE);
    ck_assert_int_eq((int)m->change, RESTAGE__V1__CHANGE__CHANGE_CHANGED);
    ck_assert_str_eq(m->rulebook->hash, policy.rulebook_hash);
    ck_assert_str_eq(m->rulebook->version, rulebook_version);
    ck_assert_uint_eq(m->n_policy, policy_count());
    ck_assert_str_eq(m->intended_use, intended_use);
    ck_assert_uint_gt(strlen(m->summary), 10);
    drop(m);
}
END_TEST

START_TEST(the_first_one_supersedes_nothing)
{
    Restage__V1__Recommendation *m;

    apply("", BIOPSY);
    m = message();
    ck_assert_uint_eq(m->sequence, 1);
    ck_assert_str_eq(m->supersedes_id, "");
    ck_assert_int_eq((int)m->change, RESTAGE__V1__CHANGE__CHANGE_INITIAL);
    ck_assert_int_eq((int)m->kind, RESTAGE__V1__KIND__KIND_UNDETERMINED);
    drop(m);
}
END_TEST

START_TEST(every_code_stands_in_order_and_not_says_no_more)
{
    Restage__V1__Recommendation *m;
    size_t statuses[4] = {0};

    apply("", BIOPSY);
    apply("", SCAN);
    m = message();
    ck_assert_uint_eq(m->n_findings, RULE_COUNT);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const Restage__V1__Finding *f = m->findings[i];

        ck_assert_str_eq(f->code, rules[i].code);
        ck_assert_int_eq((int)f->strength, (int)rules[i].strength);
        ck_assert_int_eq((int)f->status, (int)recommendation.judgement.findings[i].status);
        statuses[f->status]++;
        if (f->status != RESTAGE__V1__STATUS__STATUS_NOT) {
            ck_assert_str_ne(f->text, "");
            ck_assert_uint_gt(f->n_statements, 0);
            ck_assert_uint_gt(f->n_because, 0);
            ck_assert_int_ne((int)f->presentation, 0);
            continue;
        }
        ck_assert_str_eq(f->text, "");
        ck_assert_str_eq(f->caution, "");
        ck_assert_int_eq((int)f->presentation, 0);
        ck_assert_uint_eq(
            f->n_statements + f->n_references + f->n_because + f->n_missing + f->n_flagged_by, 0);
    }
    for (size_t status = 1; status < 4; status++)
        ck_assert_uint_gt(statuses[status], 0);
    drop(m);
}
END_TEST

START_TEST(undetermined_names_what_is_missing)
{
    Restage__V1__Recommendation *m;

    apply("", BIOPSY);
    apply("", SCAN);
    m = message();
    ck_assert_uint_gt(m->n_missing, 0);
    for (size_t i = 0; i < m->n_missing; i++) {
        const Restage__V1__Missing *missing = m->missing[i];
        size_t found = 0;

        ck_assert_int_ne((int)missing->reason, 0);
        for (size_t k = 0; k < m->n_findings; k++)
            for (size_t n = 0; n < m->findings[k]->n_missing; n++)
                if (strcmp(m->findings[k]->missing[n], missing->name) == 0)
                    found++;
        ck_assert_uint_eq(missing->n_codes, found);
    }
    drop(m);
}
END_TEST

START_TEST(criteria_rest_on_events)
{
    Restage__V1__Recommendation *m;
    const Restage__V1__Input *input;

    apply("", BIOPSY);
    apply("", SCAN);
    m = message();
    ck_assert_uint_gt(m->findings[0]->because[0]->n_inputs, 0);
    input = m->findings[0]->because[0]->inputs[0];
    ck_assert_str_eq(input->effective_at, "2026-05-12");
    ck_assert_str_eq(input->name, "pathology");
    ck_assert_str_eq(input->event_id, "00000000-0000-4000-8000-000000000001");
    ck_assert_uint_gt(strlen(input->value), 5);
    ck_assert_uint_eq(m->stage->n_reported, 1);
    ck_assert_str_eq(m->stage->reported[0]->m, "cM0");
    ck_assert_str_eq(m->stage->reported[0]->event_id, "00000000-0000-4000-8000-000000000002");
    ck_assert_str_eq(m->stage->group, "IVA");
    ck_assert_int_eq((int)m->stage->conflict, RESTAGE__V1__ANSWER__ANSWER_YES);
    drop(m);
}
END_TEST

START_TEST(out_of_scope_says_why_and_nothing_is_missing)
{
    Restage__V1__Recommendation *m;

    apply("", COLON);
    m = message();
    ck_assert_str_eq(m->phase, "PH-OOS");
    ck_assert_int_eq(strncmp(m->out_of_scope_reason, "OOS-", 4), 0);
    ck_assert_uint_eq(m->n_findings, RULE_COUNT);
    for (size_t i = 0; i < m->n_findings; i++)
        ck_assert_int_eq((int)m->findings[i]->status, RESTAGE__V1__STATUS__STATUS_NOT);
    ck_assert_uint_eq(m->n_missing, 0);
    ck_assert_uint_eq(m->n_conflicts, 0);
    ck_assert_ptr_nonnull(m->stage);
    drop(m);
}
END_TEST

START_TEST(after_death_only_what_was_withdrawn_and_the_holds)
{
    static const struct hold hold = {.dead_letter_id = "line-7", .error_code = "bad_time"};
    Restage__V1__Recommendation *m;

    apply("", BIOPSY);
    apply("", SCAN);
    subject.holds = &hold;
    subject.hold_count = 1;
    apply("", "\"death\":{}");
    m = message();
    ck_assert_str_eq(m->phase, "PH-END");
    ck_assert_int_eq((int)m->kind, RESTAGE__V1__KIND__KIND_ENDED);
    ck_assert_uint_eq(m->n_findings + m->n_overlays + m->n_warnings + m->n_safety_flags +
                          m->n_missing + m->n_conflicts,
                      0);
    ck_assert_ptr_null(m->stage);
    ck_assert_uint_gt(m->n_withdrawn, 0);
    ck_assert_str_eq(m->withdrawn[0]->event_id, "00000000-0000-4000-8000-000000000003");
    ck_assert_uint_eq(m->n_holds, 1);
    ck_assert_str_eq(m->holds[0]->dead_letter_id, "line-7");
    ck_assert_str_eq(m->holds[0]->error_code, "bad_time");
    ck_assert_str_eq(m->review_due_at, "");
    drop(m);
}
END_TEST

START_TEST(a_refused_record_has_no_event)
{
    static const struct hold hold = {.dead_letter_id = "line-2", .error_code = "empty"};
    static const struct arrival arrival = {.timestamp_ms = 1780272000001, .topic = "t"};
    Restage__V1__Recommendation *m;
    bool found = false;

    apply("", BIOPSY);
    subject.holds = &hold;
    subject.hold_count = 1;
    case_rejudge(&subject, &arrival, &policy, &recommendation);
    m = message();
    ck_assert_str_eq(m->caused_by->event_id, "");
    ck_assert_str_eq(m->as_of, "2026-06-01T00:00:00.001Z");
    for (size_t i = 0; i < m->n_warnings; i++)
        found = found || strcmp(m->warnings[i]->code, "W-RECORD-INCOMPLETE") == 0;
    ck_assert(found);
    drop(m);
}
END_TEST

START_TEST(a_correction_names_itself)
{
    Restage__V1__Recommendation *m;
    const Restage__V1__Warning *last = NULL;

    apply("\"reportId\":\"p\",", BIOPSY);
    apply("\"reportId\":\"p\",\"reportVersion\":2,\"status\":\"REPORT_STATUS_CORRECTED\",", COLON);
    m = message();
    for (size_t i = 0; i < m->n_warnings; i++)
        if (strcmp(m->warnings[i]->code, "W-CORRECTED") == 0)
            last = m->warnings[i];
    ck_assert_ptr_nonnull(last);
    ck_assert_uint_eq(last->n_inputs, 1);
    ck_assert_str_eq(last->inputs[0]->event_id, "00000000-0000-4000-8000-000000000002");
    drop(m);
}
END_TEST

START_TEST(the_same_recommendation_gives_the_same_bytes)
{
    struct bytes first;
    struct bytes again;

    apply("", BIOPSY);
    apply("", SCAN);
    first = encoded();
    again = encoded();
    ck_assert_uint_eq(first.size, again.size);
    ck_assert_mem_eq(first.at, again.at, first.size);
    ck_assert_uint_lt(first.size, 32768);
}
END_TEST

START_TEST(complete_says_why_not)
{
    struct bytes bytes = {.at = NULL};
    struct err err;
    char *text;

    apply("", BIOPSY);
    apply("", SCAN);
    ck_assert(recommendation_encode_complete(&recommendation, arena, &bytes, &err) == OK);
    text = recommendation_text(bytes, arena);
    ck_assert_ptr_nonnull(strstr(text, "DOES NOT APPLY"));
    ck_assert_ptr_nonnull(strstr(text, "\n      no   "));
    ck_assert_ptr_nonnull(strstr(text, "RESULTS that this rests on\n  #1 2026-05-12: "));
    text = recommendation_text(encoded(), arena);
    ck_assert_ptr_null(strstr(text, "\n      no   "));
}
END_TEST

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Judgements that are hard to bring about by events are made here. */
START_TEST(every_reason_overlay_and_conflict_is_told)
{
    struct judgement *j = &recommendation.judgement;
    const enum input first = INPUT_PRIMARY_SITE;
    Restage__V1__Recommendation *m;
    char *text;

    apply("", BIOPSY);
    apply("", SCAN);
    j->missing = (1u << WHY_COUNT) - 1;
    for (size_t i = 0; i < WHY_COUNT; i++)
        j->chart.why[i] = (enum why)i;
    j->missing |= input_bit(INPUT_ECOG);
    j->chart.why[INPUT_ECOG] = WHY_NONE;
    j->chart.fitness.ecog_stale = true;
    j->overlays = (1u << OVERLAY_COUNT) - 1;
    j->chart.conflict_count = 1;
    j->chart.conflicts[0].input = INPUT_PALN_STATUS;
    basis_add(&j->chart.conflicts[0].basis, recommendation.event);
    m = message();
    ck_assert_uint_eq(m->n_missing, WHY_COUNT + 1);
    ck_assert_str_eq(m->missing[0]->name, input_name(first));
    ck_assert_int_eq((int)m->missing[WHY_NONE]->reason, 0);
    ck_assert_int_eq((int)m->missing[WHY_CONFLICT]->reason, 5);
    ck_assert_int_eq((int)m->missing[WHY_STALE]->reason, 4);
    ck_assert_int_eq((int)m->missing[WHY_WITHDRAWN]->reason, 6);
    ck_assert_int_eq((int)m->missing[WHY_PENDING]->reason, 2);
    ck_assert_int_eq((int)m->missing[WHY_NOT_OBTAINABLE]->reason, 7);
    ck_assert_int_eq((int)m->missing[WHY_NOT_STATED]->reason, 3);
    ck_assert_int_eq((int)m->missing[WHY_NOT_ASSESSED]->reason, 1);
    ck_assert_str_eq(m->missing[WHY_COUNT]->name, "ecog");
    ck_assert_int_eq((int)m->missing[WHY_COUNT]->reason, 4);
    ck_assert_uint_eq(m->n_overlays, OVERLAY_COUNT);
    ck_assert_uint_eq(m->n_conflicts, 1);
    ck_assert_str_eq(m->conflicts[0]->name, "paln_status");
    ck_assert_uint_eq(m->conflicts[0]->n_inputs, 1);
    drop(m);
    text = recommendation_text(encoded(), arena);
    ck_assert_uint_eq(count_of(text, "\noverlay  OV-"), OVERLAY_COUNT);
    ck_assert_ptr_nonnull(strstr(text, "\nCONFLICTS\n  paln_status: #"));
    ck_assert_ptr_nonnull(strstr(text, " (not obtainable)"));
}
END_TEST

/* What was published long ago, or by somebody else, is still shown. */
START_TEST(the_golden_recommendation_is_readable)
{
    struct bytes golden = fixture_golden("recommendation", arena);
    char *text = recommendation_text(golden, arena);
    struct bytes expected = fixture_text("recommendation", "txt", arena);

    ck_assert_uint_gt(strlen(text), 0);
    text[strlen(text) - 1] = '\0'; /* the last line's end, which the fixture drops */
    ck_assert_str_eq(text, expected.at);
    ck_assert_ptr_nonnull(recommendation_text((struct bytes){.at = "", .size = 0}, arena));
}
END_TEST

/* Every allocation refused in turn: never a message that is only partly there. */
START_TEST(a_full_arena_is_nobodys_fault)
{
    enum status status = RETRY;
    size_t refusals = 0;

    apply("", BIOPSY);
    apply("", SCAN);
    for (size_t cap = 0; status != OK; cap += 64) {
        struct arena *small = arena_new(cap);
        struct err err = {.text = ""};
        struct bytes bytes;

        ck_assert_uint_lt(cap, FIXTURE_ARENA_SIZE);
        status = recommendation_encode(&recommendation, small, &bytes, &err);
        ck_assert(status == OK || status == RETRY);
        refusals += status == RETRY;
        arena_free(small);
    }
    ck_assert_uint_gt(refusals, 100);
}
END_TEST

START_TEST(bytes_that_are_no_recommendation_have_no_text)
{
    struct arena *small = arena_new(1024);
    struct bytes bad = {.at = "\xff", .size = 1};
    size_t size;

    apply("", BIOPSY);
    ck_assert_ptr_null(recommendation_text(bad, arena));
    ck_assert_ptr_null(recommendation_json(bad, arena, &size));
    ck_assert_ptr_null(recommendation_text(encoded(), small));
    ck_assert_ptr_nonnull(recommendation_json(encoded(), arena, &size));
    arena_free(small);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_frame_names_subject_cause_and_rulebook);
    tcase_add_test(tc, the_first_one_supersedes_nothing);
    tcase_add_test(tc, every_code_stands_in_order_and_not_says_no_more);
    tcase_add_test(tc, undetermined_names_what_is_missing);
    tcase_add_test(tc, criteria_rest_on_events);
    tcase_add_test(tc, out_of_scope_says_why_and_nothing_is_missing);
    tcase_add_test(tc, after_death_only_what_was_withdrawn_and_the_holds);
    tcase_add_test(tc, a_refused_record_has_no_event);
    tcase_add_test(tc, a_correction_names_itself);
    tcase_add_test(tc, the_same_recommendation_gives_the_same_bytes);
    tcase_add_test(tc, complete_says_why_not);
    tcase_add_test(tc, every_reason_overlay_and_conflict_is_told);
    tcase_add_test(tc, the_golden_recommendation_is_readable);
    tcase_add_test(tc, a_full_arena_is_nobodys_fault);
    tcase_add_test(tc, bytes_that_are_no_recommendation_have_no_text);
}

int main(void)
{
    Suite *suite = suite_create("recommendation wire");
    TCase *tc = tcase_create("messages");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
