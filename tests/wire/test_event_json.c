/* A line of event JSON: the message that travels, and who and when of a line that is refused. */
#include "fixture_message.h"
#include "wire/event_json.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum status read_line(const char *json, struct event_json *ret, enum error_code *ret_code)
{
    struct err err = {.text = ""};

    return event_json_read(json, strlen(json), arena, ret, ret_code, &err);
}

static void expect_sent_at(const char *envelope, const char *instant)
{
    struct event_json line;
    enum error_code code;
    int64_t expected = 0;

    ck_assert(read_line(fixture_event(envelope, "", arena), &line, &code) == OK);
    ck_assert(instant_parse(instant, strlen(instant), &expected));
    ck_assert(line.timed);
    ck_assert_int_eq(line.sent_at, expected);
}

START_TEST(a_line_arrives_when_it_was_issued)
{
    expect_sent_at("\"issuedAt\":\"2026-05-14T10:00:00+02:00\",", "2026-05-14T08:00:00Z");
    expect_sent_at(NULL, "2026-05-12T12:00:00Z");
    expect_sent_at("\"issuedAt\":\"2026-05\",", "2026-05-01T12:00:00Z");
    expect_sent_at("\"issuedAt\":\"2026\",", "2026-01-01T12:00:00Z");
    expect_sent_at("\"issuedAt\":\"soon\",", "2026-05-12T12:00:00Z");
}
END_TEST

START_TEST(a_line_gives_its_message)
{
    struct bytes golden = fixture_golden("imaging", arena);
    struct bytes json = fixture_text("imaging", "json", arena);
    struct event_json line;
    enum error_code code;

    ck_assert(read_line(json.at, &line, &code) == OK);
    ck_assert_uint_eq(line.message.size, golden.size);
    ck_assert_mem_eq(line.message.at, golden.at, golden.size);
    ck_assert_int_eq((int)line.kind, BODY_IMAGING);
    ck_assert_str_eq(line.authority, "urn:oid:1.2.3");
    ck_assert_str_eq(line.value, FIXTURE_CANARY);
    ck_assert_str_eq(line.tumour_id, "second");
    ck_assert(read_line("{}", &line, &code) == OK);
    ck_assert_str_eq(line.tumour_id, "primary");
    ck_assert_str_eq(line.authority, "");
    ck_assert_int_eq((int)line.kind, BODY_NONE);
    ck_assert(!line.timed);
}
END_TEST

START_TEST(a_refused_line_still_says_who_and_when)
{
    struct event_json line;
    enum error_code code = ERROR_NONE;

    ck_assert(read_line(fixture_event("\"tumour_id\":\"t\",\"issued_at\":\"2026-05-13T00:00Z\",",
                                      "\"boards\":{}", arena),
                        &line, &code) == REJECT);
    ck_assert_int_eq((int)code, ERROR_UNDECODABLE);
    ck_assert_ptr_null(line.message.at);
    ck_assert_str_eq(line.authority, "urn:a");
    ck_assert_str_eq(line.value, FIXTURE_CANARY);
    ck_assert_str_eq(line.tumour_id, "t");
    ck_assert(line.timed);
}
END_TEST

START_TEST(a_line_that_is_no_json_says_nothing)
{
    struct event_json line;
    enum error_code code = ERROR_NONE;

    ck_assert(read_line("{\"patient\":{\"authority\":\"a\"", &line, &code) == REJECT);
    ck_assert_str_eq(line.authority, "");
    ck_assert_str_eq(line.value, "");
    ck_assert(!line.timed);
    ck_assert(read_line("{\"patient\":{\"authority\":\"a\",\"value\":\"1\\u00002\"},\"x\":1}",
                        &line, &code) == REJECT);
    ck_assert_str_eq(line.authority, "a");
    ck_assert_str_eq(line.value, "");
    ck_assert(read_line("{\"patient\":{\"authority\":7,\"value\":\"1\"},\"x\":1}", &line, &code) ==
              REJECT);
    ck_assert_str_eq(line.authority, "");
    ck_assert_str_eq(line.value, "1");
    ck_assert(read_line("{\"patient\":7,\"x\":1}", &line, &code) == REJECT);
    ck_assert_str_eq(line.authority, "");
}
END_TEST

START_TEST(a_line_has_a_limit)
{
    size_t size = EVENT_JSON_SIZE_MAX + 1;
    char *json = malloc(size);
    struct err err = {.text = ""};
    struct event_json line;
    enum error_code code = ERROR_NONE;

    memset(json, ' ', size);
    memcpy(json, "{}", 2);
    ck_assert(event_json_read(json, size - 1, arena, &line, &code, &err) == OK);
    ck_assert(event_json_read(json, size, arena, &line, &code, &err) == REJECT);
    ck_assert_int_eq((int)code, ERROR_EVENT_TOO_LARGE);
    ck_assert_str_eq(err.text, "more than 1048576 bytes of JSON");
    free(json);
}
END_TEST

START_TEST(a_full_arena_is_told)
{
    struct bytes json = fixture_text("death", "json", arena);
    enum status status = REJECT;

    for (size_t cap = 0; status != OK; cap += 16) {
        struct arena *small = arena_new(cap);
        struct err err = {.text = ""};
        struct event_json line;
        enum error_code code = ERROR_NONE;

        ck_assert_uint_lt(cap, FIXTURE_ARENA_SIZE);
        status = event_json_read(json.at, json.size, small, &line, &code, &err);
        ck_assert(status == OK || code == ERROR_EVENT_TOO_LARGE);
        arena_free(small);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event json");
    TCase *tc = tcase_create("lines");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_line_arrives_when_it_was_issued);
    tcase_add_test(tc, a_line_gives_its_message);
    tcase_add_test(tc, a_refused_line_still_says_who_and_when);
    tcase_add_test(tc, a_line_that_is_no_json_says_nothing);
    tcase_add_test(tc, a_line_has_a_limit);
    tcase_add_test(tc, a_full_arena_is_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
