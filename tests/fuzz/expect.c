#include "expect.h"

#include "restage/v1/clinical_event.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE_MAX 64

void expect(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "expected: %s\n", what);
    abort();
}

static size_t skip(const char *text, char kind)
{
    static const char digits[] = "0123456789";
    static const char key[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    if (kind == '@')
        return strspn(text, key);
    return text[0] == '-' ? 1 + strspn(text + 1, digits) : strspn(text, digits);
}

bool text_reads_as(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '#' || *pattern == '@') {
            size_t size = skip(text, *pattern);

            if (size == 0)
                return false;
            text += size;
        } else if (*text++ != *pattern) {
            return false;
        }
    }
    return *text == '\0';
}

/* ---- Paths ----------------------------------------------------------------------------------- */

/* Where a path leads: its last field, NULL when there is none, and what follows it. */
struct place {
    const ProtobufCFieldDescriptor *field;
    bool known; /* every name on the way is a field's */
    const char *rest;
};

static size_t name_size(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static const ProtobufCFieldDescriptor *find(const ProtobufCMessageDescriptor *message,
                                            const char *at, size_t size)
{
    char name[NAME_SIZE_MAX];

    if (size >= sizeof(name))
        return NULL;
    memcpy(name, at, size);
    name[size] = '\0';
    return protobuf_c_message_descriptor_get_field_by_name(message, name);
}

/* Follow "imaging.nodes[2].short_axis_mm: why" from the event itself. */
static struct place follow(const char *text)
{
    const ProtobufCMessageDescriptor *message = &restage__v1__clinical_event__descriptor;
    struct place place = {.known = true, .rest = text};

    for (;;) {
        size_t size = name_size(place.rest);

        place.field = message == NULL ? NULL : find(message, place.rest, size);
        place.rest += size;
        if (place.field == NULL)
            place.known = false;
        if (*place.rest == '[')
            place.rest += 1 + strspn(place.rest + 1, "0123456789") + 1;
        if (*place.rest != '.' || !place.known)
            return place;
        place.rest++;
        message = place.field->type == PROTOBUF_C_TYPE_MESSAGE ? place.field->descriptor : NULL;
    }
}

/* ---- Reasons --------------------------------------------------------------------------------- */

/* Every reason for which a field may be refused. */
static const char *const field_reasons[] = {
    "1 to 128 bytes without control characters and \"|\"",
    "1 to 128 bytes without control characters",
    "a NUL character",
    "a control character",
    "a kind that this version does not know",
    "a list is expected",
    "a text is expected (decimals are text too)",
    "above 4",
    "above its upper limit",
    "an integer is expected",
    "an object is expected",
    "another member of the same choice is there already",
    "before the year 1900",
    "below zero",
    "given twice",
    "holds a field that the contract does not know",
    "more than # bytes",
    "more than # items",
    "more than 24 hours after the record's own timestamp",
    "more than the memory of one batch",
    "more than the memory of one event",
    "no memory left",
    "not UTF-8",
    "not a UUID",
    "not a clinical time (2026, 2026-05, 2026-05-12, 2026-05-12T08:15:00+02:00)",
    "not a decimal (at most 9 digits before and 3 after the point)",
    "not an RFC 3339 instant",
    "not protobuf, or cut off",
    "not written as its type demands",
    "outside the range of its type",
    "required",
    "required, except for FINAL and the removing statuses",
    "required, except for the removing statuses",
    "the name of an enum value is expected",
    "value # is not known to this version",
};

/* Every reason for which the whole may be, without a field. */
static const char *const whole_reasons[] = {
    "a frame without a message",
    "an object is expected",
    "column #: a field given twice",
    "column #: bytes that are not UTF-8",
    "column #: not JSON",
    "holds a field that the contract does not know",
    "more than # bytes",
    "more than # bytes of JSON",
    "more than the memory of one event",
    "needs more than # bytes of memory",
    "no memory left",
    "no value",
    "not protobuf, or cut off",
    "starts with a zero byte but is no frame of the first message",
};

static bool is_listed(const char *text, const char *const *reasons, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_reads_as(text, reasons[i]))
            return true;
    return false;
}

/* The names that a refused enum repeats must be those of its type. */
static bool names_the_enum(const char *reason, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCEnumDescriptor *type;
    char wanted[256];

    if (field->type != PROTOBUF_C_TYPE_ENUM)
        return false;
    type = field->descriptor;
    (void)snprintf(wanted, sizeof(wanted),
                   "no value of %s has this name; names carry its prefix, as in %s",
                   type->short_name, type->values[0].name);
    return strcmp(reason, wanted) == 0;
}

static bool speaks_of_whole(enum error_code code)
{
    return code == ERROR_UNDECODABLE || code == ERROR_EMPTY || code == ERROR_UNKNOWN_FRAMING ||
           code == ERROR_EVENT_TOO_LARGE || code == ERROR_BAD_UTF8;
}

void expect_refusal(enum status status, enum error_code code, const char *text)
{
    struct place place;
    const char *reason;

    expect(status == REJECT, "what is wrong with an event is refused");
    expect(code > ERROR_NONE && code < ERROR_CODE_COUNT, "a refusal has a code");
    expect(strlen(text) > 0, "a refusal has a text");
    if (is_listed(text, whole_reasons, sizeof(whole_reasons) / sizeof(whole_reasons[0]))) {
        expect(speaks_of_whole(code), "a refusal for a field names it");
        return;
    }
    place = follow(text);
    expect(strncmp(place.rest, ": ", 2) == 0, "a path ends before its reason");
    reason = place.rest + 2;
    if (strcmp(reason, "the contract knows no such field") == 0)
        return;
    expect(place.known || strncmp(text, "body: ", 6) == 0,
           "a refusal names a field of the contract, or its one choice");
    expect(is_listed(reason, field_reasons, sizeof(field_reasons) / sizeof(field_reasons[0])) ||
               (place.known && names_the_enum(reason, place.field)),
           "the reason is of the closed list");
}
