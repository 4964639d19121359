/*
 * What is refused, with which code, and where: one row per rule of the contract, at the limit and
 * beyond it.  Rows are events written as JSON, encoded and decoded again.
 */
#include "fixture_message.h"
#include "wire/event_wire.h"

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

#define TEXT_OF_8 "AAAAAAAA"
#define TEXT_OF_64 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8 TEXT_OF_8
#define TEXT_OF_128 TEXT_OF_64 TEXT_OF_64
#define TEXT_OF_1024                                                                               \
    TEXT_OF_128 TEXT_OF_128 TEXT_OF_128 TEXT_OF_128 TEXT_OF_128 TEXT_OF_128 TEXT_OF_128 TEXT_OF_128

#define DEATH "\"death\":{}"
#define PATIENT(authority, value)                                                                  \
    "\"patient\":{\"authority\":\"" authority "\",\"value\":\"" value "\"},"

static const struct row {
    const char *envelope; /* NULL: the usual one */
    const char *body;
    enum error_code code;
    const char *text; /* of the error; "" when accepted */
} rows[] = {
    {NULL, DEATH, ERROR_NONE, ""},
    /* Identity */
    {"\"patient\":null,", DEATH, ERROR_MISSING_IDENTITY, "patient: required"},
    {"\"patient\":{},", DEATH, ERROR_MISSING_IDENTITY, "patient: required"},
    {PATIENT("", "x"), DEATH, ERROR_MISSING_IDENTITY, "patient.authority: required"},
    {PATIENT("x", ""), DEATH, ERROR_MISSING_IDENTITY, "patient.value: required"},
    {PATIENT("a|b", "x"), DEATH, ERROR_BAD_IDENTITY,
     "patient.authority: 1 to 128 bytes without control characters and \"|\""},
    {PATIENT("a\\tb", "x"), DEATH, ERROR_BAD_IDENTITY,
     "patient.authority: 1 to 128 bytes without control characters and \"|\""},
    {PATIENT("a", "x|y"), DEATH, ERROR_NONE, ""},
    {PATIENT("a", "x\\u007f"), DEATH, ERROR_BAD_IDENTITY,
     "patient.value: 1 to 128 bytes without control characters"},
    {PATIENT(TEXT_OF_128, TEXT_OF_128), DEATH, ERROR_NONE, ""},
    {PATIENT(TEXT_OF_128 "A", "x"), DEATH, ERROR_BAD_IDENTITY,
     "patient.authority: 1 to 128 bytes without control characters and \"|\""},
    {PATIENT("a", TEXT_OF_128 "A"), DEATH, ERROR_BAD_IDENTITY,
     "patient.value: 1 to 128 bytes without control characters"},
    {PATIENT("a", TEXT_OF_1024 TEXT_OF_1024), DEATH, ERROR_BAD_IDENTITY,
     "patient.value: 1 to 128 bytes without control characters"},
    {"\"tumourId\":\"a\\u0001\",", DEATH, ERROR_BAD_IDENTITY, "tumour_id: a control character"},
    {"\"tumourId\":\"" TEXT_OF_64 "\",", DEATH, ERROR_NONE, ""},
    {"\"tumourId\":\"" TEXT_OF_64 "A\",", DEATH, ERROR_TEXT_TOO_LONG,
     "tumour_id: more than 64 bytes"},
    {"\"patient\":null,", "\"deadLetterResolved\":{\"deadLetterId\":\"x\"}", ERROR_NONE, ""},
    {"\"patient\":null,", "\"deadLetterResolved\":{}", ERROR_MISSING_FIELD,
     "dead_letter_resolved.dead_letter_id: required"},
    {"\"patient\":null,", "\"reevaluate\":{}", ERROR_MISSING_IDENTITY, "patient: required"},
    /* The event's name and version */
    {"\"eventId\":\"\",", DEATH, ERROR_BAD_EVENT_ID, "event_id: not a UUID"},
    {"\"eventId\":\"00000000-0000-4000-8000-00000000000g\",", DEATH, ERROR_BAD_EVENT_ID,
     "event_id: not a UUID"},
    {"\"reportId\":\"" TEXT_OF_128 "\",", DEATH, ERROR_NONE, ""},
    {"\"reportId\":\"" TEXT_OF_128 "A\",", DEATH, ERROR_TEXT_TOO_LONG,
     "report_id: more than 128 bytes"},
    {"\"sourceSystem\":\"" TEXT_OF_64 "\",", DEATH, ERROR_NONE, ""},
    {"\"sourceSystem\":\"" TEXT_OF_64 "A\",", DEATH, ERROR_TEXT_TOO_LONG,
     "source_system: more than 64 bytes"},
    /* Status and body */
    {"\"status\":0,", DEATH, ERROR_MISSING_FIELD, "status: required"},
    {"\"status\":8,", DEATH, ERROR_UNKNOWN_ENUM, "status: value 8 is not known to this version"},
    {"\"status\":-1,", DEATH, ERROR_UNKNOWN_ENUM, "status: value -1 is not known to this version"},
    {NULL, "", ERROR_NONE, ""},
    {"\"status\":\"REPORT_STATUS_RETRACTED\",", "", ERROR_NONE, ""},
    {"\"status\":\"REPORT_STATUS_WRONG_PATIENT\",", "", ERROR_NONE, ""},
    {"\"status\":\"REPORT_STATUS_CANCELLED\",", "", ERROR_NONE, ""},
    {"\"status\":\"REPORT_STATUS_PRELIMINARY\",", "", ERROR_MISSING_FIELD,
     "body: required, except for FINAL and the removing statuses"},
    {"\"status\":\"REPORT_STATUS_CORRECTED\",", "", ERROR_MISSING_FIELD,
     "body: required, except for FINAL and the removing statuses"},
    {"\"status\":\"REPORT_STATUS_AMENDED\",", "", ERROR_MISSING_FIELD,
     "body: required, except for FINAL and the removing statuses"},
    /* Times: the record is of 2026-06-01T00:00:00Z */
    {"\"effectiveAt\":\"\",", DEATH, ERROR_MISSING_FIELD,
     "effective_at: required, except for the removing statuses"},
    {"\"effectiveAt\":\"\",\"status\":\"REPORT_STATUS_RETRACTED\",", "", ERROR_NONE, ""},
    {"\"effectiveAt\":\"\",\"status\":\"REPORT_STATUS_WRONG_PATIENT\",", "", ERROR_NONE, ""},
    {"\"effectiveAt\":\"\",\"status\":\"REPORT_STATUS_CANCELLED\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2026-02-30\",", DEATH, ERROR_BAD_TIME,
     "effective_at: not a clinical time (2026, 2026-05, 2026-05-12, 2026-05-12T08:15:00+02:00)"},
    {"\"effectiveAt\":\"2026-05-12T08:15:00\",", DEATH, ERROR_BAD_TIME,
     "effective_at: not a clinical time (2026, 2026-05, 2026-05-12, 2026-05-12T08:15:00+02:00)"},
    {"\"effectiveAt\":\"1899-12-31\",", DEATH, ERROR_IMPOSSIBLE_VALUE,
     "effective_at: before the year 1900"},
    {"\"effectiveAt\":\"1900\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2026-06-02\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2026-06-02T00:00:00Z\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2026-06-02T00:00:00.001Z\",", DEATH, ERROR_FUTURE_DATE,
     "effective_at: more than 24 hours after the record's own timestamp"},
    {"\"effectiveAt\":\"2026-06-02T02:00:00+02:00\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2026-06-03\",", DEATH, ERROR_FUTURE_DATE,
     "effective_at: more than 24 hours after the record's own timestamp"},
    {"\"effectiveAt\":\"2026\",", DEATH, ERROR_NONE, ""},
    {"\"effectiveAt\":\"2027\",", DEATH, ERROR_FUTURE_DATE,
     "effective_at: more than 24 hours after the record's own timestamp"},
    {"\"issuedAt\":\"2026-07\",", DEATH, ERROR_FUTURE_DATE,
     "issued_at: more than 24 hours after the record's own timestamp"},
    {"\"issuedAt\":\"yesterday\",", DEATH, ERROR_BAD_TIME,
     "issued_at: not a clinical time (2026, 2026-05, 2026-05-12, 2026-05-12T08:15:00+02:00)"},
    {NULL, "\"surgery\":{\"plannedFor\":\"2099-01-01\"}", ERROR_NONE, ""},
    {NULL, "\"surgery\":{\"plannedFor\":\"soon\"}", ERROR_BAD_TIME,
     "surgery.planned_for: not a clinical time (2026, 2026-05, 2026-05-12, "
     "2026-05-12T08:15:00+02:00)"},
    {NULL, "\"surgery\":{\"plannedFor\":\"1812\"}", ERROR_IMPOSSIBLE_VALUE,
     "surgery.planned_for: before the year 1900"},
    {NULL, "\"reviewDue\":{}", ERROR_MISSING_FIELD, "review_due.due_at: required"},
    {NULL, "\"reviewDue\":{\"dueAt\":\"2026-06-01\"}", ERROR_BAD_TIME,
     "review_due.due_at: not an RFC 3339 instant"},
    /* Decimals */
    {NULL, "\"laboratory\":{\"value\":\"999999999.999\"}", ERROR_NONE, ""},
    {NULL, "\"laboratory\":{\"value\":\"-x\"}", ERROR_BAD_DECIMAL,
     "laboratory.value: not a decimal (at most 9 digits before and 3 after the point)"},
    {NULL, "\"laboratory\":{\"value\":\"1000000000\"}", ERROR_BAD_DECIMAL,
     "laboratory.value: not a decimal (at most 9 digits before and 3 after the point)"},
    {NULL, "\"laboratory\":{\"value\":\"4.9999\"}", ERROR_BAD_DECIMAL,
     "laboratory.value: not a decimal (at most 9 digits before and 3 after the point)"},
    {NULL, "\"laboratory\":{\"value\":\"1e3\"}", ERROR_BAD_DECIMAL,
     "laboratory.value: not a decimal (at most 9 digits before and 3 after the point)"},
    {NULL, "\"laboratory\":{\"value\":\"<5\"}", ERROR_BAD_DECIMAL,
     "laboratory.value: not a decimal (at most 9 digits before and 3 after the point)"},
    {NULL, "\"laboratory\":{\"value\":\"-4.2\"}", ERROR_IMPOSSIBLE_VALUE,
     "laboratory.value: below zero"},
    {NULL, "\"laboratory\":{\"upperLimit\":\"-1\"}", ERROR_IMPOSSIBLE_VALUE,
     "laboratory.upper_limit: below zero"},
    {NULL, "\"laboratory\":{\"value\":\"5\",\"unit\":\"furlong\"}", ERROR_NONE, ""},
    {NULL, "\"imaging\":{\"distance\":{\"cm\":\"30\"}}", ERROR_NONE, ""},
    {NULL, "\"imaging\":{\"distance\":{\"cm\":\"30.001\"}}", ERROR_IMPOSSIBLE_VALUE,
     "imaging.distance.cm: above its upper limit"},
    {NULL, "\"endoscopy\":{\"distance\":{\"cm\":\"31\"}}", ERROR_IMPOSSIBLE_VALUE,
     "endoscopy.distance.cm: above its upper limit"},
    {NULL, "\"imaging\":{\"nodes\":[{\"shortAxisMm\":\"1000\"}]}", ERROR_NONE, ""},
    {NULL, "\"imaging\":{\"nodes\":[{},{\"shortAxisMm\":\"1000.001\"}]}", ERROR_IMPOSSIBLE_VALUE,
     "imaging.nodes[1].short_axis_mm: above its upper limit"},
    {NULL, "\"referral\":{\"nodes\":[{\"shortAxisMm\":\"x\"}]}", ERROR_BAD_DECIMAL,
     "referral.nodes[0].short_axis_mm: not a decimal (at most 9 digits before and 3 after the "
     "point)"},
    {NULL, "\"imaging\":{\"lesions\":[{\"diameterMm\":\"1000\"}]}", ERROR_NONE, ""},
    {NULL, "\"imaging\":{\"lesions\":[{},{},{\"diameterMm\":\"1001\"}]}", ERROR_IMPOSSIBLE_VALUE,
     "imaging.lesions[2].diameter_mm: above its upper limit"},
    {NULL, "\"clinicalStatus\":{\"ecog\":4}", ERROR_NONE, ""},
    {NULL, "\"clinicalStatus\":{\"ecog\":5}", ERROR_IMPOSSIBLE_VALUE,
     "clinical_status.ecog: above 4"},
    /* Unknown values of enums, at every depth */
    {NULL, "\"imaging\":{\"regions\":[1,2,4]}", ERROR_UNKNOWN_ENUM,
     "imaging.regions[2]: value 4 is not known to this version"},
    {NULL, "\"imaging\":{\"nodes\":[{\"station\":20}]}", ERROR_UNKNOWN_ENUM,
     "imaging.nodes[0].station: value 20 is not known to this version"},
    {NULL, "\"molecular\":{\"braf\":{\"brafV600e\":3}}", ERROR_UNKNOWN_ENUM,
     "molecular.braf.braf_v600e: value 3 is not known to this version"},
    {NULL, "\"systemicTherapy\":{\"drugs\":[12]}", ERROR_UNKNOWN_ENUM,
     "systemic_therapy.drugs[0]: value 12 is not known to this version"},
    /* Texts */
    {NULL, "\"board\":{\"reasonText\":\"" TEXT_OF_1024 "\"}", ERROR_NONE, ""},
    {NULL, "\"board\":{\"reasonText\":\"" TEXT_OF_1024 "A\"}", ERROR_TEXT_TOO_LONG,
     "board.reason_text: more than 1024 bytes"},
    {NULL, "\"pathology\":{\"stage\":{\"t\":\"" TEXT_OF_1024 "A\"}}", ERROR_TEXT_TOO_LONG,
     "pathology.stage.t: more than 1024 bytes"},
};

START_TEST(each_rule_has_its_code_and_place)
{
    const struct row *row = &rows[_i];
    const char *json = fixture_event(row->envelope, row->body, arena);
    struct err err = {.text = ""};
    struct event event;
    enum error_code code = fixture_decode(fixture_encode(json, arena), arena, &event, &err);

    ck_assert_msg(code == row->code, "row %d, %.300s: %s: %s", _i, json, error_code_name(code),
                  err.text);
    ck_assert_str_eq(err.text, row->text);
}
END_TEST

/* "{},{},{}" */
static const char *items(const char *item, size_t count)
{
    size_t size = strlen(item);
    char *text = arena_alloc(arena, count * (size + 1) + 1);

    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * (size + 1), item, size);
        text[i * (size + 1) + size] = ',';
    }
    text[count == 0 ? 0 : count * (size + 1) - 1] = '\0';
    return text;
}

static const struct list {
    const char *before; /* of the items */
    const char *item;
    const char *after;
    size_t count_max;
    const char *path;
} lists[] = {
    {"\"imaging\":{\"lesions\":[", "{}", "]}", 256, "imaging.lesions: more than 256 items"},
    {"\"imaging\":{\"nodes\":[", "{}", "]}", 64, "imaging.nodes: more than 64 items"},
    {"\"imaging\":{\"regions\":[", "1", "]}", 64, "imaging.regions: more than 64 items"},
    {"\"imaging\":{\"otherSites\":[", "{}", "]}", 64, "imaging.other_sites: more than 64 items"},
    {"\"pathology\":{\"stations\":[", "{}", "]}", 64, "pathology.stations: more than 64 items"},
    {"\"systemicTherapy\":{\"drugs\":[", "1", "]}", 64,
     "systemic_therapy.drugs: more than 64 items"},
    {"\"surgery\":{\"procedures\":[", "1", "]}", 64, "surgery.procedures: more than 64 items"},
    {"\"board\":{\"disciplines\":[", "1", "]}", 64, "board.disciplines: more than 64 items"},
    {"\"referral\":{\"nodes\":[", "{}", "]}", 64, "referral.nodes: more than 64 items"},
    {"\"referral\":{\"proposes\":[", "1", "]}", 64, "referral.proposes: more than 64 items"},
};

static enum error_code decode_list(const struct list *list, size_t count, struct err *err)
{
    const char *text = items(list->item, count);
    char *body = arena_alloc(arena, strlen(text) + 128);
    struct event event;

    (void)strcat(strcat(strcpy(body, list->before), text), list->after);
    return fixture_decode(fixture_encode(fixture_event(NULL, body, arena), arena), arena, &event,
                          err);
}

START_TEST(each_list_has_its_limit)
{
    const struct list *list = &lists[_i];
    struct err err = {.text = ""};

    ck_assert_int_eq((int)decode_list(list, list->count_max, &err), ERROR_NONE);
    ck_assert_int_eq((int)decode_list(list, list->count_max + 1, &err), ERROR_TOO_MANY_ITEMS);
    ck_assert_str_eq(err.text, list->path);
}
END_TEST

static struct bytes bytes_of(const void *at, size_t size)
{
    return (struct bytes){.at = at, .size = size};
}

static void expect(struct bytes value, enum error_code code, const char *text)
{
    struct err err = {.text = ""};
    struct event event;
    enum error_code got = fixture_decode(value, arena, &event, &err);

    ck_assert_msg(got == code, "%s instead of %s: %s", error_code_name(got), error_code_name(code),
                  err.text);
    ck_assert_str_eq(err.text, text);
}

/* An accepted event with ${size} bytes put behind it. */
static struct bytes with_tail(const void *tail, size_t size)
{
    struct bytes event = fixture_encode(fixture_event(NULL, "", arena), arena);
    uint8_t *bytes = arena_alloc(arena, event.size + size);

    memcpy(bytes, event.at, event.size);
    memcpy(bytes + event.size, tail, size);
    return bytes_of(bytes, event.size + size);
}

/* A list may be written in several packed pieces; it still is one list. */
START_TEST(a_list_in_pieces_has_the_same_limit)
{
    char tail[2 + 84];

    memset(tail, 1, sizeof(tail)); /* 40 items of REGION_CHEST, twice */
    memcpy(tail, "\x6a\x54\x12\x28", 4);
    memcpy(tail + 44, "\x12\x28", 2);
    expect(with_tail(tail, sizeof(tail)), ERROR_TOO_MANY_ITEMS,
           "imaging.regions: more than 64 items");
}
END_TEST

START_TEST(values_that_are_no_message)
{
    expect(bytes_of(NULL, 0), ERROR_EMPTY, "no value");
    expect(bytes_of("", 0), ERROR_EMPTY, "no value");
    expect(bytes_of("\0\0\0\0\1\0", 6), ERROR_EMPTY, "a frame without a message");
    expect(bytes_of("\0\0\0\0\1\4\2\4", 8), ERROR_UNKNOWN_FRAMING,
           "starts with a zero byte but is no frame of the first message");
    expect(bytes_of("\x0b", 1), ERROR_UNDECODABLE, "not protobuf, or cut off");
    expect(bytes_of("{\"eventId\":\"x\"}", 15), ERROR_UNDECODABLE, "not protobuf, or cut off");
    expect(bytes_of("\x0a\x05"
                    "abc",
                    5),
           ERROR_UNDECODABLE, "not protobuf, or cut off");
    expect(bytes_of("\x08\x01", 2), ERROR_UNDECODABLE, "event_id: not written as its type demands");
    expect(bytes_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11), ERROR_UNDECODABLE,
           "not protobuf, or cut off");
    /* A tag of more than five bytes: the walk reads it, protobuf-c does not. */
    expect(with_tail("\x88\x86\x80\x80\x80\x00\x01", 7), ERROR_UNDECODABLE,
           "not protobuf, or cut off");
}
END_TEST

START_TEST(texts_that_are_no_text)
{
    expect(with_tail("\x1a\x03"
                     "a\0b",
                     5),
           ERROR_EMBEDDED_NUL, "tumour_id: a NUL character");
    expect(with_tail("\x1a\x02\xc3\x28", 4), ERROR_BAD_UTF8, "tumour_id: not UTF-8");
    expect(with_tail("\x12\x03\x12\x01\xff", 5), ERROR_BAD_UTF8, "patient.value: not UTF-8");
    /* imaging.nodes[1].station_text */
    expect(with_tail("\x6a\x08\x2a\x00\x2a\x04\x12\x02\xed\xa0", 10), ERROR_BAD_UTF8,
           "imaging.nodes[1].station_text: not UTF-8");
    expect(with_tail("\x6a\x06\x2a\x00\x2a\x02\x12\x05", 8), ERROR_UNDECODABLE,
           "imaging.nodes[1]: not protobuf, or cut off");
}
END_TEST

START_TEST(bodies_of_the_future)
{
    struct event_message message;
    enum error_code code;
    struct event event;
    struct err err;
    struct bytes known;

    /* Field 26: where the next kind of body will be. */
    expect(with_tail("\xd2\x01\x00", 3), ERROR_UNKNOWN_BODY,
           "body: a kind that this version does not know");
    /* Any other field is kept and counted, here 9 fields on, and one inside imaging. */
    known = with_tail("\x6a\x03\xf8\x07\x01\xd2\x01\x00\xd2\x01\x00", 11);
    ck_assert(event_decode(known, fixture_record_ms(), arena, &event, &message, &code, &err) == OK);
    ck_assert_uint_eq(message.unknown_fields, 3);
    ck_assert_uint_eq(message.bytes.size, known.size);
}
END_TEST

START_TEST(an_event_may_have_65536_bytes)
{
    struct bytes event = fixture_encode(fixture_event(NULL, DEATH, arena), arena);
    uint8_t *bytes = arena_alloc(arena, 65537 + 6);
    size_t fill = 65536 - event.size - 6;
    struct bytes framed = {.at = bytes, .size = 65536 + 6};

    /* A frame does not count; the rest is one unknown field of two tag bytes. */
    memcpy(bytes, "\0\0\0\0\1\0", 6);
    memcpy(bytes + 6, event.at, event.size);
    memcpy(bytes + 6 + event.size, "\xca\x3e\x00\x80\x04", 5);
    bytes[6 + event.size + 2] = (uint8_t)((fill + 1) % 128 + 128);
    bytes[6 + event.size + 3] = (uint8_t)((fill + 1) / 128 % 128 + 128);
    bytes[6 + event.size + 4] = (uint8_t)((fill + 1) / 16384);
    memset(bytes + 6 + event.size + 5, 0, fill + 1);
    expect(framed, ERROR_NONE, "");
    framed.size++;
    expect(framed, ERROR_EVENT_TOO_LARGE, "more than 65536 bytes");
}
END_TEST

/* 30,000 times "imaging {}": few bytes, but a struct for each. */
START_TEST(an_event_has_its_own_share_of_memory)
{
    static char tail[60000];
    size_t before;

    for (size_t i = 0; i < sizeof(tail); i += 2)
        memcpy(tail + i, "\x6a\x00", 2);
    before = arena_used(arena);
    (void)with_tail(tail, sizeof(tail));
    before += 2 * (arena_used(arena) - before);
    expect(with_tail(tail, sizeof(tail)), ERROR_EVENT_TOO_LARGE,
           "needs more than 1048576 bytes of memory");
    ck_assert_uint_eq(arena_used(arena), before);
}
END_TEST

START_TEST(frames_are_stripped_before_all_else)
{
    static const struct {
        const char *frame;
        size_t size;
    } frames[] = {{"\0\0\0\0\7\0", 6}, {"\0\0\0\0\7\2\0", 7}, {"\0\0\0\0\7\1\0", 7}};
    struct bytes plain = fixture_golden("imaging", arena);
    struct event first;
    struct event event;
    struct err err;

    ck_assert_int_eq((int)fixture_decode(plain, arena, &first, &err), ERROR_NONE);
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        uint8_t *bytes = arena_alloc(arena, plain.size + frames[i].size);

        memcpy(bytes, frames[i].frame, frames[i].size);
        memcpy(bytes + frames[i].size, plain.at, plain.size);
        ck_assert_int_eq(
            (int)fixture_decode(bytes_of(bytes, plain.size + frames[i].size), arena, &event, &err),
            ERROR_NONE);
        ck_assert_mem_eq(event.content_hash, first.content_hash, SHA256_SIZE);
    }
}
END_TEST

static struct event decoded(const char *envelope, const char *body)
{
    struct err err = {.text = ""};
    struct event event;

    ck_assert_msg(fixture_decode(fixture_encode(fixture_event(envelope, body, arena), arena), arena,
                                 &event, &err) == ERROR_NONE,
                  "%s", err.text);
    return event;
}

START_TEST(content_is_all_but_name_and_signature)
{
    const char *body = "\"laboratory\":{\"value\":\"5\"}";
    struct event first = decoded(NULL, body);
    struct event same = decoded("\"eventId\":\"00000000-0000-4000-8000-000000000002\","
                                "\"issuedAt\":\"2026-05-13\",",
                                body);
    struct event other = decoded(NULL, "\"laboratory\":{\"value\":\"5.0\"}");
    struct event version = decoded("\"reportVersion\":2,", body);

    ck_assert_mem_eq(first.content_hash, same.content_hash, SHA256_SIZE);
    ck_assert_mem_ne(first.content_hash, other.content_hash, SHA256_SIZE);
    ck_assert_mem_ne(first.content_hash, version.content_hash, SHA256_SIZE);
}
END_TEST

START_TEST(what_is_left_out_has_its_default)
{
    struct event event = decoded("\"eventId\":\"ABCDEF00-0000-4000-8000-000000000001\",", DEATH);

    ck_assert_str_eq(event.tumour_id, "primary");
    ck_assert_str_eq(event.report_id, "abcdef00-0000-4000-8000-000000000001");
    ck_assert_uint_eq(event.report_version, 1);
    ck_assert_str_eq(event.source_system, "");
    ck_assert_str_eq(event.issued_at.text, "");
    ck_assert_int_eq((int)event.issued_at.time.precision, (int)PRECISION_NONE);
    ck_assert_str_eq(body_kind_name(decoded(NULL, "").kind), "none");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event wire");
    TCase *tc = tcase_create("refusals");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, each_rule_has_its_code_and_place, 0,
                        (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_loop_test(tc, each_list_has_its_limit, 0, (int)(sizeof(lists) / sizeof(lists[0])));
    tcase_add_test(tc, a_list_in_pieces_has_the_same_limit);
    tcase_add_test(tc, values_that_are_no_message);
    tcase_add_test(tc, texts_that_are_no_text);
    tcase_add_test(tc, bodies_of_the_future);
    tcase_add_test(tc, an_event_may_have_65536_bytes);
    tcase_add_test(tc, an_event_has_its_own_share_of_memory);
    tcase_add_test(tc, frames_are_stripped_before_all_else);
    tcase_add_test(tc, content_is_all_but_name_and_signature);
    tcase_add_test(tc, what_is_left_out_has_its_default);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
