/* The records that readers see: exact headers, and what becomes of values that are too large. */
#include "worker/publication.h"

#include "base/date.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct publication_topics topics = {"restage.recommendations", "restage.dead-letters"};
static const struct uuid recommendation_id = {{0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0x5c, 0xde, 0x8f,
                                               0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd}};
static const struct uuid subject = {{0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x50, 0x11, 0x82, 0x33,
                                     0x44, 0x55, 0x66, 0x77, 0x88, 0x99}};

struct expected {
    const char *name;
    const char *value;
};

static void same_headers(const struct publication *p, const struct expected *expected, size_t count)
{
    for (size_t i = 0; i < count && i < p->record.header_count; i++) {
        const struct sink_header *h = &p->record.headers[i];

        ck_assert_str_eq(h->name, expected[i].name);
        ck_assert_msg(h->value.size == strlen(expected[i].value) &&
                          memcmp(h->value.at, expected[i].value, h->value.size) == 0,
                      "%s is %.*s, not %s", h->name, (int)h->value.size, (const char *)h->value.at,
                      expected[i].value);
    }
    ck_assert_uint_eq(p->record.header_count, count);
}

/* ---- Recommendations ------------------------------------------------------------------------- */

static struct store_recommendation recommendation(void)
{
    return (struct store_recommendation){.subject = subject,
                                         .sequence = 3,
                                         .recommendation_id = recommendation_id,
                                         .source = {"restage.imaging", 2, 17, 1780000000000},
                                         .change = "changed",
                                         .kind = "guidance",
                                         .phase = "PH-RESP",
                                         .as_of =
                                             INT64_C(1780272000123), /* 2026-06-01T00:00:00.123Z */
                                         .key = {"urn:example|1", 13},
                                         .value = {"\x0a\x01", 2},
                                         .traceparent = "",
                                         .tracestate = ""};
}

static const struct expected recommendation_headers[] = {
    {"ce_specversion", "1.0"},
    {"ce_id", "10325476-98ba-5cde-8f01-23456789abcd"},
    {"ce_source", "urn:restage"},
    {"ce_type", "restage.v1.Recommendation"},
    {"ce_subject", "aabbccdd-eeff-5011-8233-445566778899"},
    {"ce_time", "2026-06-01T00:00:00.123Z"},
    {"ce_dataschema", "urn:restage:proto:restage.v1.Recommendation"},
    {"content-type", "application/protobuf"},
    {"restage-change", "changed"},
    {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    {"tracestate", "vendor=1"},
    {"restage-republished", "true"},
};

START_TEST(test_recommendation)
{
    const struct store_recommendation r = recommendation();
    const struct store_output output = {.recommendation = &r};
    struct publication p;

    publication_make(&output, &topics, /* maybe_twice= */ false, &p);
    ck_assert_str_eq(p.record.topic, "restage.recommendations");
    ck_assert_ptr_eq(p.record.key.at, r.key.at);
    ck_assert_uint_eq(p.record.key.size, 13);
    ck_assert_ptr_eq(p.record.value.at, r.value.at);
    ck_assert_uint_eq(p.record.value.size, 2);
    ck_assert_int_eq(p.record.timestamp_ms, 0);
    same_headers(&p, recommendation_headers, 9);
}
END_TEST

START_TEST(test_recommendation_with_trace_published_again)
{
    struct store_recommendation r = recommendation();
    const struct store_output output = {.recommendation = &r};
    struct publication p;

    r.traceparent = recommendation_headers[9].value;
    r.tracestate = recommendation_headers[10].value;
    publication_make(&output, &topics, /* maybe_twice= */ true, &p);
    same_headers(&p, recommendation_headers, 12);
}
END_TEST

/* ce_subject is the subject's row: a patient's identifier stands in the key and nowhere else. */
START_TEST(test_headers_hold_no_patient)
{
    const struct store_recommendation r = recommendation();
    const struct store_output output = {.recommendation = &r};
    struct publication p;

    publication_make(&output, &topics, false, &p);
    for (size_t i = 0; i < p.record.header_count; i++)
        ck_assert_ptr_null(strstr(p.record.headers[i].value.at, "urn:example"));
}
END_TEST

/* Filling one twice leaves nothing of the first. */
START_TEST(test_used_again)
{
    const struct store_recommendation r = recommendation();
    const struct store_output output = {.recommendation = &r};
    struct publication p;

    for (int i = 0; i < 100; i++)
        publication_make(&output, &topics, true, &p);
    ck_assert_uint_eq(p.record.header_count, 10);
}
END_TEST

/* ---- Dead letters ---------------------------------------------------------------------------- */

static struct store_dead_letter dead_letter(void)
{
    return (struct store_dead_letter){.dead_letter_id = recommendation_id,
                                      .source = {"restage.pathology", 4, 123456789012, 1},
                                      .code = "bad_decimal",
                                      .message = "laboratory.results[0].value: not a decimal",
                                      .stage = "validate",
                                      .key = {"urn:example|1", 13},
                                      .value = {"\x00original\xff", 10},
                                      .traceparent = "",
                                      .tracestate = "",
                                      .has_patient = true,
                                      .authority = "urn:example",
                                      .patient_value = "1",
                                      .replay_count = 2,
                                      .first_at = INT64_C(1780272000000),
                                      .worker_version = "0.1.0"};
}

static const struct expected dead_letter_headers[] = {
    {"restage.error.dead_letter_id", "10325476-98ba-5cde-8f01-23456789abcd"},
    {"restage.error.topic", "restage.pathology"},
    {"restage.error.partition", "4"},
    {"restage.error.offset", "123456789012"},
    {"restage.error.stage", "validate"},
    {"restage.error.code", "bad_decimal"},
    {"restage.error.message", "laboratory.results[0].value: not a decimal"},
    {"restage.error.first_at", "2026-06-01T00:00:00.000Z"},
    {"restage.error.replay_count", "2"},
    {"restage.error.worker_version", "0.1.0"},
    {"restage.error.value_kept_in", "postgresql"},
};

START_TEST(test_dead_letter)
{
    const struct store_dead_letter d = dead_letter();
    const struct store_output output = {.dead_letter = &d};
    struct publication p;

    publication_make(&output, &topics, false, &p);
    ck_assert_str_eq(p.record.topic, "restage.dead-letters");
    ck_assert_uint_eq(p.record.key.size, 13);
    ck_assert_uint_eq(p.record.value.size, 10);
    ck_assert_mem_eq(p.record.value.at, "\x00original\xff", 10);
    same_headers(&p, dead_letter_headers, 10);
}
END_TEST

/* A key or value that was not there stays so. */
START_TEST(test_dead_letter_of_nothing)
{
    struct store_dead_letter d = dead_letter();
    const struct store_output output = {.dead_letter = &d};
    struct publication p;

    d.key = (struct bytes){NULL, 0};
    d.value = (struct bytes){NULL, 0};
    publication_make(&output, &topics, false, &p);
    ck_assert_ptr_null(p.record.key.at);
    ck_assert_ptr_null(p.record.value.at);
    same_headers(&p, dead_letter_headers, 10);
}
END_TEST

static const struct {
    const char *name;
    size_t key_size;
    size_t value_size;
    size_t published_key_size;
    size_t published_value_size;
    bool kept; /* the value stays in PostgreSQL */
} sizes[] = {
    {"as large as goes", 13, PUBLICATION_VALUE_SIZE_MAX - 13, 13, PUBLICATION_VALUE_SIZE_MAX - 13,
     false},
    {"a byte more", 13, PUBLICATION_VALUE_SIZE_MAX - 12, 13, 0, true},
    {"a large key", PUBLICATION_VALUE_SIZE_MAX / 2, PUBLICATION_VALUE_SIZE_MAX,
     PUBLICATION_VALUE_SIZE_MAX / 2, 0, true},
    {"too large a key", PUBLICATION_VALUE_SIZE_MAX / 2 + 1, PUBLICATION_VALUE_SIZE_MAX, 0, 0, true},
};

START_TEST(test_large_dead_letter)
{
    char *bytes = calloc(1, PUBLICATION_VALUE_SIZE_MAX + 1);
    struct store_dead_letter d = dead_letter();
    const struct store_output output = {.dead_letter = &d};
    struct publication p;

    ck_assert_ptr_nonnull(bytes);
    d.key = (struct bytes){bytes, sizes[_i].key_size};
    d.value = (struct bytes){bytes, sizes[_i].value_size};
    publication_make(&output, &topics, false, &p);
    ck_assert_msg(p.record.key.size == sizes[_i].published_key_size, "%s", sizes[_i].name);
    ck_assert_msg(p.record.value.size == sizes[_i].published_value_size, "%s", sizes[_i].name);
    ck_assert_int_le((long long)(p.record.key.size + p.record.value.size),
                     PUBLICATION_VALUE_SIZE_MAX);
    /* An empty value, not a null one: that would be a tombstone. */
    ck_assert_ptr_nonnull(p.record.value.at);
    same_headers(&p, dead_letter_headers, sizes[_i].kept ? 11 : 10);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publication");
    TCase *tc = tcase_create("records");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_recommendation);
    tcase_add_test(tc, test_recommendation_with_trace_published_again);
    tcase_add_test(tc, test_headers_hold_no_patient);
    tcase_add_test(tc, test_used_again);
    tcase_add_test(tc, test_dead_letter);
    tcase_add_test(tc, test_dead_letter_of_nothing);
    tcase_add_loop_test(tc, test_large_dead_letter, 0, (int)(sizeof(sizes) / sizeof(sizes[0])));
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
