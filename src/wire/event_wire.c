#include "wire/event_wire.h"

#include "base/text.h"
#include "wire/event_body.h"
#include "wire/frame.h"
#include "wire/message_check.h"
#include "wire/message_memory.h"

#include <assert.h>
#include <string.h>

/* How long after its record's timestamp a clinical time may lie: clocks differ. */
#define FUTURE_MS_MAX INT64_C(86400000)
/* ClinicalEvent's body fields begin here; those before are all taken. */
#define BODY_FIELD_FIRST 10
#define PATIENT_FIELD 2
/*
 * Bytes that a decoded event may take.  Honest ones need a few times their size; one of a hundred
 * thousand empty parts must not use up the batch and be the end of its neighbours.
 */
#define EVENT_MEMORY_MAX ((size_t)1 << 20)
/* A refused record, however large a broker lets it be, is only looked at for its patient. */
#define REFUSED_SIZE_MAX ((size_t)2 << 20)
#define REFUSED_MEMORY_MAX ((size_t)16 << 20)

/* ---- The message ----------------------------------------------------------------------------- */

/* NULL when the bytes are no message, or, with ${ret_refused}, when the arena is full. */
static Restage__V1__ClinicalEvent *unpack(struct bytes message, struct arena *arena,
                                          size_t memory_max, bool *ret_refused)
{
    struct message_memory memory = {.arena = arena, .left = memory_max};
    ProtobufCAllocator allocator = message_memory_allocator(&memory);
    Restage__V1__ClinicalEvent *m =
        restage__v1__clinical_event__unpack(&allocator, message.size, message.at);

    *ret_refused = memory.refused;
    return m;
}

/* SHA-256 of the message encoded again without its name and signature time. */
static bool hash_content(Restage__V1__ClinicalEvent *m, struct arena *arena,
                         uint8_t ret_hash[SHA256_SIZE])
{
    struct arena_mark mark = arena_mark(arena);
    char *event_id = m->event_id;
    char *issued_at = m->issued_at;
    uint8_t *bytes;
    size_t size;

    m->event_id = (char *)protobuf_c_empty_string;
    m->issued_at = (char *)protobuf_c_empty_string;
    size = restage__v1__clinical_event__get_packed_size(m);
    bytes = arena_alloc(arena, size);
    if (bytes != NULL)
        sha256(bytes, restage__v1__clinical_event__pack(m, bytes), ret_hash);
    m->event_id = event_id;
    m->issued_at = issued_at;
    arena_release(arena, mark);
    return bytes != NULL;
}

/* ---- The event's own fields ------------------------------------------------------------------ */

static bool identifier_is_well_formed(const char *text, bool is_authority)
{
    size_t size = strlen(text);

    return size >= 1 && size <= EVENT_IDENTIFIER_SIZE_MAX && !text_has_control(text, size) &&
           !(is_authority && strchr(text, '|') != NULL);
}

static enum status read_patient(struct body_reader *r, const Restage__V1__ClinicalEvent *m,
                                struct event *ret)
{
    ret->authority = "";
    ret->value = "";
    if (m->patient == NULL || (m->patient->authority[0] == '\0' && m->patient->value[0] == '\0')) {
        /* Whoever resolves a dead letter without a patient has none to name. */
        if (m->body_case == RESTAGE__V1__CLINICAL_EVENT__BODY_DEAD_LETTER_RESOLVED)
            return OK;
        return body_refuse(r, "patient", ERROR_MISSING_IDENTITY, "required");
    }
    if (m->patient->authority[0] == '\0')
        return body_refuse(r, "patient.authority", ERROR_MISSING_IDENTITY, "required");
    if (m->patient->value[0] == '\0')
        return body_refuse(r, "patient.value", ERROR_MISSING_IDENTITY, "required");
    if (!identifier_is_well_formed(m->patient->authority, true))
        return body_refuse(r, "patient.authority", ERROR_BAD_IDENTITY,
                           "1 to 128 bytes without control characters and \"|\"");
    if (!identifier_is_well_formed(m->patient->value, false))
        return body_refuse(r, "patient.value", ERROR_BAD_IDENTITY,
                           "1 to 128 bytes without control characters");
    if (text_has_control(m->tumour_id, strlen(m->tumour_id)))
        return body_refuse(r, "tumour_id", ERROR_BAD_IDENTITY, "a control character");
    ret->authority = m->patient->authority;
    ret->value = m->patient->value;
    return OK;
}

static enum status read_names(struct body_reader *r, const Restage__V1__ClinicalEvent *m,
                              struct event *ret)
{
    if (!uuid_parse(m->event_id, strlen(m->event_id), &ret->event_id))
        return body_refuse(r, "event_id", ERROR_BAD_EVENT_ID, "not a UUID");
    ret->tumour_id = m->tumour_id[0] == '\0' ? TUMOUR_ID_DEFAULT : m->tumour_id;
    ret->report_id = m->report_id;
    if (m->report_id[0] == '\0') {
        char *text = arena_alloc(r->arena, UUID_TEXT_SIZE);

        if (text == NULL)
            return body_refuse(r, "report_id", ERROR_EVENT_TOO_LARGE, "no memory left");
        uuid_format(&ret->event_id, text);
        ret->report_id = text;
    }
    ret->report_version = m->report_version == 0 ? 1 : m->report_version;
    ret->source_system = m->source_system;
    return OK;
}

static bool status_removes(enum report_status status)
{
    return status == REPORT_STATUS_RETRACTED || status == REPORT_STATUS_WRONG_PATIENT ||
           status == REPORT_STATUS_CANCELLED;
}

static enum status read_status(struct body_reader *r, const Restage__V1__ClinicalEvent *m,
                               struct event *ret)
{
    ret->status = (enum report_status)m->status;
    ret->kind = m->body_case == RESTAGE__V1__CLINICAL_EVENT__BODY__NOT_SET
                    ? BODY_NONE
                    : (enum body_kind)((int)m->body_case - BODY_FIELD_FIRST + 1);
    if (ret->status == REPORT_STATUS_UNSPECIFIED)
        return body_refuse(r, "status", ERROR_MISSING_FIELD, "required");
    if (ret->kind != BODY_NONE)
        return OK;
    /* A newer producer's body is a field that this version does not know: those below are taken. */
    if (m->base.n_unknown_fields > 0)
        return body_refuse(r, "body", ERROR_UNKNOWN_BODY, "a kind that this version does not know");
    if (ret->status != REPORT_STATUS_FINAL && !status_removes(ret->status))
        return body_refuse(r, "body", ERROR_MISSING_FIELD,
                           "required, except for FINAL and the removing statuses");
    return OK;
}

static enum status read_times(struct body_reader *r, const Restage__V1__ClinicalEvent *m,
                              struct event *ret)
{
    enum status status = body_read_time(r, "effective_at", m->effective_at,
                                        /* may_be_future= */ false, &ret->effective_at);

    if (status != OK)
        return status;
    if (m->effective_at[0] == '\0' && !status_removes(ret->status))
        return body_refuse(r, "effective_at", ERROR_MISSING_FIELD,
                           "required, except for the removing statuses");
    return body_read_time(r, "issued_at", m->issued_at, /* may_be_future= */ false,
                          &ret->issued_at);
}

/* Everything of the event from the decoded message; the path is at the message itself. */
static enum status read_event(struct body_reader *r, const Restage__V1__ClinicalEvent *m,
                              struct event *ret)
{
    enum status status = read_patient(r, m, ret);

    if (status == OK)
        status = read_names(r, m, ret);
    if (status == OK)
        status = read_status(r, m, ret);
    if (status == OK)
        status = read_times(r, m, ret);
    if (status == OK && ret->kind != BODY_NONE) {
        (void)field_path_enter(&r->path, body_kind_name(ret->kind));
        status = body_read(r, m, ret);
    }
    return status;
}

static enum status decode(struct bytes value, int64_t record_ms, struct arena *arena,
                          struct event *ret, struct event_message *ret_message,
                          enum error_code *ret_code, struct err *err)
{
    struct body_reader r = {.arena = arena, .latest_ms = record_ms + FUTURE_MS_MAX, .err = err};
    struct event event = {0};
    struct event_message message = {0};
    Restage__V1__ClinicalEvent *m;
    enum status status;
    bool refused;

    if (value.at == NULL || value.size == 0)
        return field_path_refuse(&r.path, ERROR_EMPTY, "no value", ret_code, err);
    if (!frame_strip(value, &message.bytes))
        return field_path_refuse(&r.path, ERROR_UNKNOWN_FRAMING,
                                 "starts with a zero byte but is no frame of the first message",
                                 ret_code, err);
    if (message.bytes.size == 0)
        return field_path_refuse(&r.path, ERROR_EMPTY, "a frame without a message", ret_code, err);
    if (message.bytes.size > EVENT_SIZE_MAX)
        return field_path_refuse(&r.path, ERROR_EVENT_TOO_LARGE, "more than 65536 bytes", ret_code,
                                 err);
    status = message_check_bytes(message.bytes, &restage__v1__clinical_event__descriptor, &r.path,
                                 &message.unknown_fields, ret_code, err);
    if (status != OK)
        return status;
    m = unpack(message.bytes, arena, EVENT_MEMORY_MAX, &refused);
    if (m == NULL && refused)
        return field_path_refuse(&r.path, ERROR_EVENT_TOO_LARGE,
                                 "needs more than 1048576 bytes of memory", ret_code, err);
    if (m == NULL)
        return field_path_refuse(&r.path, ERROR_UNDECODABLE, "not protobuf, or cut off", ret_code,
                                 err);
    status = message_check_values(&m->base, &r.path, ret_code, err);
    if (status != OK)
        return status;
    status = read_event(&r, m, &event);
    if (status != OK) {
        *ret_code = r.code;
        return status;
    }
    if (!hash_content(m, arena, event.content_hash))
        return field_path_refuse(&r.path, ERROR_EVENT_TOO_LARGE, "no memory left", ret_code, err);
    *ret = event;
    *ret_message = message;
    return OK;
}

enum status event_decode(struct bytes value, int64_t record_ms, struct arena *arena,
                         struct event *ret, struct event_message *ret_message,
                         enum error_code *ret_code, struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    enum status status = decode(value, record_ms, arena, ret, ret_message, ret_code, err);

    if (status != OK)
        arena_release(arena, mark);
    return status;
}

enum status event_decode_stored(struct bytes message, const uint8_t content_hash[SHA256_SIZE],
                                struct arena *arena, struct event *ret, struct err *err)
{
    struct body_reader r = {.arena = arena, .latest_ms = INT64_MAX, .err = err};
    bool refused;
    Restage__V1__ClinicalEvent *m = unpack(message, arena, EVENT_MEMORY_MAX, &refused);
    struct event event = {0};

    if (m == NULL || read_event(&r, m, &event) != OK)
        return err_set(err, FATAL, "stored event: not what was stored, or no memory left");
    memcpy(event.content_hash, content_hash, sizeof(event.content_hash));
    *ret = event;
    return OK;
}

/* ---- Whom a refused record is about ---------------------------------------------------------- */

/* A well-formed identifier, copied out of a message whose memory is given back. */
struct identifier {
    char authority[EVENT_IDENTIFIER_SIZE_MAX + 1];
    char value[EVENT_IDENTIFIER_SIZE_MAX + 1];
};

static bool copy_identifier(const Restage__V1__Identifier *patient, struct identifier *ret)
{
    if (patient == NULL || !identifier_is_well_formed(patient->authority, true) ||
        !identifier_is_well_formed(patient->value, false) ||
        !text_is_utf8(patient->authority, strlen(patient->authority)) ||
        !text_is_utf8(patient->value, strlen(patient->value)))
        return false;
    memcpy(ret->authority, patient->authority, strlen(patient->authority) + 1);
    memcpy(ret->value, patient->value, strlen(patient->value) + 1);
    return true;
}

static bool patient_of_message(struct bytes value, struct arena *arena, struct identifier *ret)
{
    struct arena_mark mark = arena_mark(arena);
    const Restage__V1__ClinicalEvent *m;
    struct bytes message;
    bool refused;
    bool found;

    if (value.at == NULL || value.size > REFUSED_SIZE_MAX || !frame_strip(value, &message))
        return false;
    m = unpack(message, arena, REFUSED_MEMORY_MAX, &refused);
    found = m != NULL &&
            !message_part_has_nul(message, PATIENT_FIELD, &restage__v1__identifier__descriptor) &&
            copy_identifier(m->patient, ret);
    arena_release(arena, mark);
    return found;
}

/* "authority|value"; the value may hold further bars. */
static bool patient_of_key(struct bytes key, struct identifier *ret)
{
    char text[2 * EVENT_IDENTIFIER_SIZE_MAX + 2];
    Restage__V1__Identifier patient = RESTAGE__V1__IDENTIFIER__INIT;
    char *bar;

    if (key.at == NULL || key.size >= sizeof(text) || memchr(key.at, '\0', key.size) != NULL)
        return false;
    memcpy(text, key.at, key.size);
    text[key.size] = '\0';
    bar = strchr(text, '|');
    if (bar == NULL)
        return false;
    *bar = '\0';
    patient.authority = text;
    patient.value = bar + 1;
    return copy_identifier(&patient, ret);
}

bool event_patient(struct bytes key, struct bytes value, struct arena *arena,
                   const char **ret_authority, const char **ret_value)
{
    struct identifier found;
    const char *authority;
    const char *id;

    if (!patient_of_message(value, arena, &found) && !patient_of_key(key, &found))
        return false;
    authority = arena_copy(arena, found.authority, strlen(found.authority));
    id = arena_copy(arena, found.value, strlen(found.value));
    if (authority == NULL || id == NULL)
        return false;
    *ret_authority = authority;
    *ret_value = id;
    return true;
}

char *event_key(const char *authority, const char *value, struct arena *arena, size_t *ret_size)
{
    size_t size = strlen(authority) + 1 + strlen(value);
    char *key = arena_alloc(arena, size + 1);
    struct text_builder b;

    if (key == NULL)
        return NULL;
    b = text_builder_over(key, size + 1);
    text_add(&b, authority);
    text_add(&b, "|");
    text_add(&b, value);
    *ret_size = size;
    return key;
}

/* ---- Names ----------------------------------------------------------------------------------- */

const char *body_kind_name(enum body_kind kind)
{
    const ProtobufCFieldDescriptor *field;

    if (kind == BODY_NONE)
        return "none";
    field = protobuf_c_message_descriptor_get_field(&restage__v1__clinical_event__descriptor,
                                                    (unsigned)kind + BODY_FIELD_FIRST - 1);
    assert(field != NULL);
    return field->name;
}

const char *report_status_name(enum report_status status)
{
    static const char *const names[] = {[REPORT_STATUS_UNSPECIFIED] = "unspecified",
                                        [REPORT_STATUS_PRELIMINARY] = "preliminary",
                                        [REPORT_STATUS_FINAL] = "final",
                                        [REPORT_STATUS_CORRECTED] = "corrected",
                                        [REPORT_STATUS_AMENDED] = "amended",
                                        [REPORT_STATUS_RETRACTED] = "retracted",
                                        [REPORT_STATUS_WRONG_PATIENT] = "wrong_patient",
                                        [REPORT_STATUS_CANCELLED] = "cancelled"};

    assert(status < sizeof(names) / sizeof(names[0]));
    return names[status];
}
