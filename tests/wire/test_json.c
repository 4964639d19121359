/*
 * The proto3 JSON mapping: what is read, what is refused and where.  That both directions agree on
 * every field is shown with the golden messages.
 */
#include "fixture_message.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/json.h"

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

static const struct refusal {
    const char *json;
    enum error_code code;
    const char *text;
} refusals[] = {
    {"", ERROR_UNDECODABLE, "column 0: not JSON"},
    {"[]", ERROR_UNDECODABLE, "an object is expected"},
    {"{\"eventId\":\"x\"", ERROR_UNDECODABLE, "column 14: not JSON"},
    {"{} {}", ERROR_UNDECODABLE, "column 4: not JSON"},
    {"{\"eventId\":\"a\",\"eventId\":\"a\"}", ERROR_UNDECODABLE, "column 24: a field given twice"},
    {"{\"eventId\":\"a\",\"event_id\":\"a\"}", ERROR_UNDECODABLE, "event_id: given twice"},
    {"{\"eventId\":\"\xff\"}", ERROR_BAD_UTF8, "column 12: bytes that are not UTF-8"},
    {"{\"tumourId\":\"a\\u0000b\"}", ERROR_EMBEDDED_NUL, "tumour_id: a NUL character"},
    {"{\"EventId\":\"a\"}", ERROR_UNDECODABLE, "EventId: the contract knows no such field"},
    {"{\"imaging\":{\"nodes\":[{},{\"shortAxis\":\"1\"}]}}", ERROR_UNDECODABLE,
     "imaging.nodes[1].shortAxis: the contract knows no such field"},
    {"{\"board\":{\"Mrs CANARY-7f3a\":1}}", ERROR_UNDECODABLE,
     "board: holds a field that the contract does not know"},
    {"{\"imaging\":{\"nodes\":[{\"shortAxisMm\":14.1}]}}", ERROR_UNDECODABLE,
     "imaging.nodes[0].short_axis_mm: a text is expected (decimals are text too)"},
    {"{\"laboratory\":{\"value\":5}}", ERROR_UNDECODABLE,
     "laboratory.value: a text is expected (decimals are text too)"},
    {"{\"status\":\"FINAL\"}", ERROR_UNKNOWN_ENUM,
     "status: no value of ReportStatus has this name; names carry its prefix, as in "
     "REPORT_STATUS_UNSPECIFIED"},
    {"{\"status\":\"report_status_final\"}", ERROR_UNKNOWN_ENUM,
     "status: no value of ReportStatus has this name; names carry its prefix, as in "
     "REPORT_STATUS_UNSPECIFIED"},
    {"{\"status\":\"REPORT_STATUS_FINAL\\u0000\"}", ERROR_UNKNOWN_ENUM,
     "status: no value of ReportStatus has this name; names carry its prefix, as in "
     "REPORT_STATUS_UNSPECIFIED"},
    {"{\"status\":true}", ERROR_UNDECODABLE, "status: the name of an enum value is expected"},
    {"{\"status\":2147483648}", ERROR_IMPOSSIBLE_VALUE, "status: outside the range of its type"},
    {"{\"reportVersion\":-1}", ERROR_IMPOSSIBLE_VALUE,
     "report_version: outside the range of its type"},
    {"{\"reportVersion\":4294967296}", ERROR_IMPOSSIBLE_VALUE,
     "report_version: outside the range of its type"},
    {"{\"reportVersion\":1.5}", ERROR_UNDECODABLE, "report_version: an integer is expected"},
    {"{\"reportVersion\":\"1x\"}", ERROR_UNDECODABLE, "report_version: an integer is expected"},
    {"{\"reportVersion\":\"1.5\"}", ERROR_UNDECODABLE, "report_version: an integer is expected"},
    {"{\"reportVersion\":true}", ERROR_UNDECODABLE, "report_version: an integer is expected"},
    {"{\"reportVersion\":\"\"}", ERROR_UNDECODABLE, "report_version: an integer is expected"},
    {"{\"reportVersion\":99999999999999999999}", ERROR_UNDECODABLE, "column 37: not JSON"},
    {"{\"patient\":\"x\"}", ERROR_UNDECODABLE, "patient: an object is expected"},
    {"{\"imaging\":{\"regions\":\"REGION_CHEST\"}}", ERROR_UNDECODABLE,
     "imaging.regions: a list is expected"},
    {"{\"imaging\":{\"regions\":[null]}}", ERROR_UNDECODABLE,
     "imaging.regions[0]: the name of an enum value is expected"},
    {"{\"death\":{},\"centre\":{}}", ERROR_UNDECODABLE,
     "centre: another member of the same choice is there already"},
};

static enum status read_event(const char *json, Restage__V1__ClinicalEvent **ret,
                              enum error_code *ret_code, struct err *err)
{
    ProtobufCMessage *message = NULL;
    enum status status = json_read(json, strlen(json), &restage__v1__clinical_event__descriptor,
                                   arena, &message, ret_code, err);

    *ret = (Restage__V1__ClinicalEvent *)message;
    return status;
}

START_TEST(what_is_refused_names_its_place)
{
    const struct refusal *row = &refusals[_i];
    Restage__V1__ClinicalEvent *m;
    enum error_code code = ERROR_NONE;
    struct err err = {.text = ""};

    ck_assert_msg(read_event(row->json, &m, &code, &err) == REJECT, "accepted: %s", row->json);
    ck_assert_str_eq(err.text, row->text);
    ck_assert_str_eq(error_code_name(code), error_code_name(row->code));
}
END_TEST

static Restage__V1__ClinicalEvent *accepted(const char *json)
{
    Restage__V1__ClinicalEvent *m;
    enum error_code code;
    struct err err = {.text = ""};

    ck_assert_msg(read_event(json, &m, &code, &err) == OK, "%s: %s", err.text, json);
    return m;
}

START_TEST(both_spellings_are_read)
{
    ck_assert_str_eq(accepted("{\"reportId\":\"a\"}")->report_id, "a");
    ck_assert_str_eq(accepted("{\"report_id\":\"a\"}")->report_id, "a");
    ck_assert_int_eq((int)accepted("{\"clinical_status\":{}}")->body_case,
                     RESTAGE__V1__CLINICAL_EVENT__BODY_CLINICAL_STATUS);
    ck_assert_int_eq((int)accepted("{\"molecular\":{\"braf\":{\"brafV600e\":\"ANSWER_YES\"}}}")
                         ->molecular->braf->braf_v600e,
                     RESTAGE__V1__ANSWER__ANSWER_YES);
}
END_TEST

START_TEST(enums_are_read_by_name_and_number)
{
    ck_assert_int_eq((int)accepted("{\"status\":\"REPORT_STATUS_FINAL\"}")->status, 2);
    ck_assert_int_eq((int)accepted("{\"status\":2}")->status, 2);
    ck_assert_int_eq((int)accepted("{\"status\":99}")->status, 99); /* refused by the decoder */
}
END_TEST

START_TEST(numbers_are_read_as_text_too)
{
    ck_assert_uint_eq(accepted("{\"reportVersion\":4294967295}")->report_version, UINT32_MAX);
    ck_assert_uint_eq(accepted("{\"reportVersion\":\"7\"}")->report_version, 7);
}
END_TEST

START_TEST(null_is_absent)
{
    Restage__V1__ClinicalEvent *m =
        accepted("{\"patient\":null,\"reportId\":null,\"death\":null,\"reportVersion\":null}");

    ck_assert_ptr_null(m->patient);
    ck_assert_str_eq(m->report_id, "");
    ck_assert_int_eq((int)m->body_case, 0);
}
END_TEST

START_TEST(zero_differs_from_absent)
{
    Restage__V1__ClinicalEvent *zero = accepted("{\"clinicalStatus\":{\"ecog\":0}}");
    Restage__V1__ClinicalEvent *none = accepted("{\"clinicalStatus\":{}}");

    ck_assert_int_eq((int)zero->clinical_status->ecog_presence_case, 1);
    ck_assert_int_eq((int)none->clinical_status->ecog_presence_case, 0);
    ck_assert_str_eq(json_write(&zero->base, arena, NULL), "{\"clinicalStatus\":{\"ecog\":0}}");
    ck_assert_str_eq(json_write(&none->base, arena, NULL), "{\"clinicalStatus\":{}}");
}
END_TEST

START_TEST(output_is_compact_and_in_order)
{
    Restage__V1__Recommendation r = RESTAGE__V1__RECOMMENDATION__INIT;
    Restage__V1__Cause cause = RESTAGE__V1__CAUSE__INIT;
    char *overlays[] = {"OV-EMERG", "OV-CONFLICT"};

    r.sequence = 18446744073709551615u >> 1;
    cause.partition = -1;
    cause.offset = INT64_MIN + 1;
    r.caused_by = &cause;
    r.kind = RESTAGE__V1__KIND__KIND_GUIDANCE;
    r.change = (Restage__V1__Change)77;
    r.summary = "a\"b\\c\nd\te\x01\x7f\xc3\xb6";
    r.overlays = overlays;
    r.n_overlays = 2;
    ck_assert_str_eq(
        json_write(&r.base, arena, NULL),
        "{\"sequence\":\"9223372036854775807\",\"causedBy\":{\"partition\":-1,"
        "\"offset\":\"-9223372036854775807\"},\"kind\":\"KIND_GUIDANCE\",\"change\":77,"
        "\"summary\":\"a\\\"b\\\\c\\nd\\te\\u0001\\u007f\xc3\xb6\","
        "\"overlays\":[\"OV-EMERG\",\"OV-CONFLICT\"]}");
}
END_TEST

START_TEST(wide_numbers_come_back)
{
    const char *json = "{\"sequence\":\"12\",\"causedBy\":{\"partition\":3,\"offset\":\"-5\"}}";
    const char *plain = "{\"sequence\":12,\"causedBy\":{\"partition\":\"3\",\"offset\":-5}}";
    ProtobufCMessage *message;
    enum error_code code;
    struct err err;

    ck_assert(json_read(json, strlen(json), &restage__v1__recommendation__descriptor, arena,
                        &message, &code, &err) == OK);
    ck_assert_str_eq(json_write(message, arena, NULL), json);
    ck_assert(json_read(plain, strlen(plain), &restage__v1__recommendation__descriptor, arena,
                        &message, &code, &err) == OK);
    ck_assert_str_eq(json_write(message, arena, NULL), json);
}
END_TEST

START_TEST(wide_numbers_are_checked_too)
{
    static const char *const bad[] = {
        "{\"sequence\":\"x\"}",
        "{\"sequence\":-1}",
        "{\"sequence\":\"1234567890123456789\"}",
        "{\"sequence\":\"-\"}",
        "{\"sequence\":[]}",
        "{\"causedBy\":{\"partition\":\"1:\"}}",
        "{\"overlays\":[7]}",
        "{\"overlays\":{}}",
        "{\"causedBy\":{\"offset\":1.0}}",
        "{\"a-b\":1}",
        "{\"\":1}",
        "{\"_\":1}",
        "{\"stage_\":1}",
        "{\"_stage\":1}",
        "{\"asof\":\"\"}",
        "{\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\":1}",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ProtobufCMessage *message;
        enum error_code code = ERROR_NONE;
        struct err err = {.text = ""};

        ck_assert_msg(json_read(bad[i], strlen(bad[i]), &restage__v1__recommendation__descriptor,
                                arena, &message, &code, &err) == REJECT,
                      "%s", bad[i]);
        ck_assert_str_ne(err.text, "");
    }
}
END_TEST

START_TEST(a_full_arena_is_told)
{
    const char *json = "{\"imaging\":{\"nodes\":[{\"stationText\":\"abc\"}],\"regions\":[1]}}";
    enum status status = REJECT;
    size_t refusals_count = 0;

    for (size_t cap = 0; status != OK; cap += 16) {
        struct arena *small = arena_new(cap);
        ProtobufCMessage *message;
        enum error_code code = ERROR_NONE;
        struct err err;

        ck_assert_uint_lt(cap, FIXTURE_ARENA_SIZE);
        status = json_read(json, strlen(json), &restage__v1__clinical_event__descriptor, small,
                           &message, &code, &err);
        if (status == OK) {
            ck_assert_ptr_null(json_write(message, small, NULL));
        } else {
            ck_assert_int_eq((int)code, ERROR_EVENT_TOO_LARGE);
            refusals_count++;
        }
        arena_free(small);
    }
    ck_assert_uint_gt(refusals_count, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tc = tcase_create("mapping");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, what_is_refused_names_its_place, 0,
                        (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(tc, both_spellings_are_read);
    tcase_add_test(tc, enums_are_read_by_name_and_number);
    tcase_add_test(tc, numbers_are_read_as_text_too);
    tcase_add_test(tc, null_is_absent);
    tcase_add_test(tc, zero_differs_from_absent);
    tcase_add_test(tc, output_is_compact_and_in_order);
    tcase_add_test(tc, wide_numbers_come_back);
    tcase_add_test(tc, wide_numbers_are_checked_too);
    tcase_add_test(tc, a_full_arena_is_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
