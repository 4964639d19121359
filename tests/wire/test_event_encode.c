/* The events that Restage itself sends: accepted by its own decoder, and the same every time. */
#include "fixture_message.h"
#include "wire/event_encode.h"
#include "wire/event_wire.h"

#include <check.h>
#include <string.h>

#define DUE_AT INT64_C(1780272000000) /* 2026-06-01T00:00:00Z */

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct event decoded(struct bytes bytes)
{
    struct err err = {.text = ""};
    struct event event;

    ck_assert_ptr_nonnull(bytes.at);
    ck_assert_msg(fixture_decode(bytes, arena, &event, &err) == ERROR_NONE, "%s", err.text);
    ck_assert_str_eq(event.source_system, "restage");
    ck_assert_int_eq((int)event.status, REPORT_STATUS_FINAL);
    return event;
}

START_TEST(a_due_review_follows_from_subject_and_instant)
{
    struct bytes first = event_encode_review_due("urn:a", FIXTURE_CANARY, "primary", DUE_AT, arena);
    struct bytes again = event_encode_review_due("urn:a", FIXTURE_CANARY, "primary", DUE_AT, arena);
    struct bytes later =
        event_encode_review_due("urn:a", FIXTURE_CANARY, "primary", DUE_AT + 1, arena);
    struct bytes other = event_encode_review_due("urn:a", FIXTURE_CANARY, "second", DUE_AT, arena);
    struct event event = decoded(first);
    struct event event_later = decoded(later);
    struct event event_other = decoded(other);
    char text[UUID_TEXT_SIZE];

    ck_assert_uint_eq(first.size, again.size);
    ck_assert_mem_eq(first.at, again.at, first.size);
    ck_assert_int_eq((int)event.kind, BODY_REVIEW_DUE);
    ck_assert_int_eq(event.body.review_due.due_at, DUE_AT);
    ck_assert_str_eq(event.effective_at.text, "2026-06-01T00:00:00.000Z");
    ck_assert_str_eq(event.tumour_id, "primary");
    ck_assert_int_ne(uuid_compare(&event.event_id, &event_later.event_id), 0);
    ck_assert_int_ne(uuid_compare(&event.event_id, &event_other.event_id), 0);
    uuid_format(&event.event_id, text);
    ck_assert_int_eq(text[14], '5'); /* a UUID of version 5 */
}
END_TEST

static const struct own_event own = {
    .event_id = {{1, 2, 3, 4}},
    .authority = "urn:a",
    .value = FIXTURE_CANARY,
    .tumour_id = "second",
    .sent_at = DUE_AT,
};

START_TEST(a_reevaluation_says_why)
{
    struct event event = decoded(event_encode_reevaluate(&own, "new rulebook", arena));

    ck_assert_int_eq((int)event.kind, BODY_REEVALUATE);
    ck_assert_str_eq(event.body.reevaluate.reason_text, "new rulebook");
    ck_assert_int_eq(uuid_compare(&event.event_id, &own.event_id), 0);
    ck_assert_str_eq(event.value, FIXTURE_CANARY);
    ck_assert_str_eq(event.tumour_id, "second");
}
END_TEST

START_TEST(a_resolved_dead_letter_needs_no_patient)
{
    const struct dead_letter_resolved resolved = {
        .dead_letter_id = "line-3", .resolved_by_text = "on call", .reason_text = "sent again"};
    struct own_event nobody = own;
    struct event event = decoded(event_encode_dead_letter_resolved(&own, &resolved, arena));

    ck_assert_int_eq((int)event.kind, BODY_DEAD_LETTER_RESOLVED);
    ck_assert_str_eq(event.body.dead_letter_resolved.dead_letter_id, "line-3");
    ck_assert_str_eq(event.body.dead_letter_resolved.resolved_by_text, "on call");
    ck_assert_str_eq(event.body.dead_letter_resolved.reason_text, "sent again");
    ck_assert_str_eq(event.value, FIXTURE_CANARY);
    nobody.authority = "";
    nobody.value = "";
    event = decoded(event_encode_dead_letter_resolved(&nobody, &resolved, arena));
    ck_assert_str_eq(event.authority, "");
    ck_assert_str_eq(event.value, "");
}
END_TEST

START_TEST(a_full_arena_gives_no_bytes)
{
    struct arena *small = arena_new(16);
    const struct dead_letter_resolved resolved = {
        .dead_letter_id = "x", .resolved_by_text = "", .reason_text = ""};

    ck_assert_ptr_null(event_encode_review_due("a", "b", "primary", DUE_AT, small).at);
    ck_assert_ptr_null(event_encode_reevaluate(&own, "", small).at);
    ck_assert_ptr_null(event_encode_dead_letter_resolved(&own, &resolved, small).at);
    arena_free(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event encode");
    TCase *tc = tcase_create("own events");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_due_review_follows_from_subject_and_instant);
    tcase_add_test(tc, a_reevaluation_says_why);
    tcase_add_test(tc, a_resolved_dead_letter_needs_no_patient);
    tcase_add_test(tc, a_full_arena_gives_no_bytes);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
