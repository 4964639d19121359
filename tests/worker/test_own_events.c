/* What a worker sends itself: the worker accepts it, and twice the same is one event. */
#include "worker/own_events.h"

#include "fixture_lane.h"
#include "wire/event_wire.h"

#include <check.h>
#include <string.h>

#define DUE_MS (FIXTURE_RECORD_MS - 1000)

static struct fixture_lane lane;

static void setup(void)
{
    fixture_lane_init(&lane);
}

static void teardown(void)
{
    fixture_lane_done(&lane);
}

static const struct store_review review = {
    .authority = "urn:example", .patient_value = "1", .tumour_id = "second", .due_at = DUE_MS};

static struct event decoded(const struct sink_record *record)
{
    struct event event;
    struct event_message message;
    enum error_code code;
    struct err err;

    ck_assert_msg(event_decode(record->value, FIXTURE_RECORD_MS, lane.kept, &event, &message, &code,
                               &err) == OK,
                  "%s", err.text);
    ck_assert_uint_eq(message.unknown_fields, 0);
    return event;
}

static void same_record(const struct sink_record *a, const struct sink_record *b, bool expected)
{
    bool same =
        a->value.size == b->value.size && memcmp(a->value.at, b->value.at, a->value.size) == 0;

    ck_assert_int_eq(same, expected);
}

START_TEST(test_review_due)
{
    const struct sink_record *r = own_events_review_due(&review, 1, "restage.clinical", lane.kept);
    struct event e = decoded(r);

    ck_assert_str_eq(r->topic, "restage.clinical");
    ck_assert_uint_eq(r->key.size, 13);
    ck_assert_mem_eq(r->key.at, "urn:example|1", 13);
    ck_assert_int_eq(e.kind, BODY_REVIEW_DUE);
    ck_assert_int_eq(e.body.review_due.due_at, DUE_MS);
    ck_assert_str_eq(e.authority, "urn:example");
    ck_assert_str_eq(e.value, "1");
    ck_assert_str_eq(e.tumour_id, "second");
}
END_TEST

/* Two workers that notice it send the same bytes; another moment or tumour is another event. */
START_TEST(test_review_due_is_one_event)
{
    struct store_review reviews[] = {review, review, review, review};
    const struct sink_record *r;

    reviews[2].due_at++;
    reviews[3].tumour_id = "primary";
    r = own_events_review_due(reviews, 4, "restage.clinical", lane.kept);
    same_record(&r[0], &r[1], true);
    same_record(&r[0], &r[2], false);
    same_record(&r[0], &r[3], false);
    ck_assert_mem_ne(decoded(&r[0]).event_id.bytes, decoded(&r[2]).event_id.bytes, 16);
    ck_assert_mem_ne(decoded(&r[0]).event_id.bytes, decoded(&r[3]).event_id.bytes, 16);
}
END_TEST

START_TEST(test_reevaluate)
{
    struct store_subject_key keys[] = {
        {.authority = "urn:example", .patient_value = "1", .tumour_id = "primary"},
        {.authority = "urn:example", .patient_value = "2", .tumour_id = "primary"}};
    const struct store_range range = {{"restage.imaging", 1}, 10, 20};
    const struct store_range later = {{"restage.imaging", 1}, 10, 21};
    const struct sink_record *r;
    const struct sink_record *again;
    struct event e;

    keys[1].subject.bytes[0] = 1;
    r = own_events_reevaluate(keys, 2, &range, "restage.clinical", lane.kept);
    e = decoded(&r[1]);
    ck_assert_str_eq(r[1].topic, "restage.clinical");
    ck_assert_mem_eq(r[1].key.at, "urn:example|2", 13);
    ck_assert_int_eq(e.kind, BODY_REEVALUATE);
    ck_assert_str_eq(e.value, "2");
    same_record(&r[0], &r[1], false);
    /* The same stretch again, after a crash, is the same event; another stretch is another. */
    again = own_events_reevaluate(keys, 2, &range, "restage.clinical", lane.kept);
    same_record(&r[0], &again[0], true);
    again = own_events_reevaluate(keys, 2, &later, "restage.clinical", lane.kept);
    same_record(&r[0], &again[0], false);
}
END_TEST

/* Through the worker: a due review is judged as of when it was due, and once. */
START_TEST(test_review_due_is_applied_once)
{
    const struct sink_record *r;

    fixture_deliver_one(&lane, "1",
                        fixture_report(&lane, "01", "1", "r1", ",\"tumourId\":\"second\""));
    r = own_events_review_due(&review, 1, "restage.clinical", lane.kept);
    fixture_begin(&lane);
    (void)fixture_add(&lane, 0, "1", r->value);
    (void)fixture_add(&lane, 0, "1", r->value);
    fixture_deliver(&lane);
    ck_assert_int_eq(lane.report.applied, 1);
    ck_assert_int_eq(lane.report.duplicates, 1);
    ck_assert_int_eq(fixture_recommendation(&lane, 0)->sequence, 2);
    ck_assert_str_eq(fixture_recommendation(&lane, 0)->change, "unchanged");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("own_events");
    TCase *tc = tcase_create("events");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_review_due);
    tcase_add_test(tc, test_review_due_is_one_event);
    tcase_add_test(tc, test_reevaluate);
    tcase_add_test(tc, test_review_due_is_applied_once);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
