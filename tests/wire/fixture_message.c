#include "fixture_message.h"

#include "restage/v1/clinical_event.pb-c.h"
#include "wire/event_wire.h"
#include "wire/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fixture_kinds[FIXTURE_KIND_COUNT] = {
    "pathology",    "molecular",       "laboratory",       "imaging",
    "endoscopy",    "clinical_status", "systemic_therapy", "surgery",
    "radiotherapy", "board",           "referral",         "centre",
    "death",        "review_due",      "reevaluate",       "dead_letter_resolved",
};

int64_t fixture_record_ms(void)
{
    int64_t ms = 0;

    ck_assert(instant_parse("2026-06-01T00:00:00Z", 20, &ms));
    return ms;
}

struct bytes fixture_text(const char *name, const char *ending, struct arena *arena)
{
    char path[512];
    char *memory = arena_alloc(arena, 1u << 20);
    size_t size;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/tests/golden/messages/%s.%s", RESTAGE_SOURCE_DIR, name,
                   ending);
    file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    size = fread(memory, 1, (1u << 20) - 1, file);
    (void)fclose(file);
    memory[size] = '\0';
    while (size > 0 && memory[size - 1] == '\n')
        memory[--size] = '\0';
    return (struct bytes){.at = memory, .size = size};
}

struct bytes fixture_golden(const char *name, struct arena *arena)
{
    struct bytes text = fixture_text(name, "hex", arena);
    uint8_t *bytes = arena_alloc(arena, text.size / 2 + 1);
    const char *at = text.at;
    size_t size = 0;

    while (*at != '\0') {
        unsigned byte;

        ck_assert_int_eq(sscanf(at, "%2x", &byte), 1);
        bytes[size++] = (uint8_t)byte;
        at += at[2] == '\n' ? 3 : 2;
    }
    return (struct bytes){.at = bytes, .size = size};
}

struct bytes fixture_encode(const char *json, struct arena *arena)
{
    struct err err = {.text = ""};
    enum error_code code = ERROR_NONE;
    ProtobufCMessage *message;
    uint8_t *bytes;

    ck_assert_msg(json_read(json, strlen(json), &restage__v1__clinical_event__descriptor, arena,
                            &message, &code, &err) == OK,
                  "%s: %s", err.text, json);
    bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message) + 1);
    return (struct bytes){.at = bytes, .size = protobuf_c_message_pack(message, bytes)};
}

const char *fixture_event(const char *envelope, const char *body, struct arena *arena)
{
    static const struct {
        const char *name;
        const char *field;
    } defaults[] = {
        {"\"eventId\"", "\"eventId\":\"00000000-0000-4000-8000-000000000001\","},
        {"\"patient\"", "\"patient\":{\"authority\":\"urn:a\",\"value\":\"" FIXTURE_CANARY "\"},"},
        {"\"status\"", "\"status\":\"REPORT_STATUS_FINAL\","},
        {"\"effectiveAt\"", "\"effectiveAt\":\"2026-05-12\","},
    };
    const char *given = envelope == NULL ? "" : envelope;
    size_t size = strlen(given) + strlen(body) + 512;
    char *json = arena_alloc(arena, size);
    size_t used;

    (void)strcpy(json, "{");
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (strstr(given, defaults[i].name) == NULL)
            (void)strcat(json, defaults[i].field);
    (void)strcat(strcat(json, given), body);
    used = strlen(json);
    if (json[used - 1] == ',')
        json[used - 1] = '\0';
    return strcat(json, "}");
}

enum error_code fixture_decode(struct bytes value, struct arena *arena, struct event *ret,
                               struct err *err)
{
    enum error_code code = ERROR_NONE;
    struct event_message message;
    enum status status = event_decode(value, fixture_record_ms(), arena, ret, &message, &code, err);

    ck_assert(status == OK || (status == REJECT && err->status == REJECT));
    ck_assert_int_eq(status == OK, code == ERROR_NONE);
    ck_assert_msg(status == OK || strstr(err->text, FIXTURE_CANARY) == NULL,
                  "the error names the patient: %s", err->text);
    return code;
}
