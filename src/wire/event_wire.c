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
/* ClinicalEvent's body fields begin here; above the last one lie bodies of the future. */
#define BODY_FIELD_FIRST 10
#define PATIENT_FIELD 2
/*
 * Bytes that a decoded event may take.  Honest ones need a few times their size; one of a hundred
 * thousand empty parts must not use up the batch and be the end of its neighbours.
 */
#define EVENT_MEMORY_MAX ((size_t)1 << 20)

/* ---- The message ----------------------------------------------------------------------------- */

/* NULL when the bytes are no message, or, with ${ret_refused}, when the arena is full. */
static Restage__V1__ClinicalEvent *unpack(struct bytes message, struct arena *arena,
                                          bool *ret_refused)
{
    struct message_memory memory = {.arena = arena, .left = EVENT_MEMORY_MAX};
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

/* A newer producer's body is a field that this version does not know. */
static bool has_unknown_body(const Restage__V1__ClinicalEvent *m)
{
    for (unsigned i = 0; i < m->base.n_unknown_fields; i++)
        if (m->base.unknown_fields[i].tag >= BODY_FIELD_FIRST)
            return true;
    return false;
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
    if (has_unknown_body(m))
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
    m = unpack(message.bytes, arena, &refused);
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
    Restage__V1__ClinicalEvent *m = unpack(message, arena, &refused);
    struct event event = {0};

    if (m == NULL || read_event(&r, m, &event) != OK)
        return err_set(err, FATAL, "stored event: not what was stored, or no memory left");
    memcpy(event.content_hash, content_hash, sizeof(event.content_hash));
    *ret = event;
    return OK;
}

/* ---- Whom a refused record is about ---------------------------------------------------------- */

static bool patient_of_message(struct bytes value, struct arena *arena, const char **ret_authority,
                               const char **ret_value)
{
    struct bytes message;
    Restage__V1__ClinicalEvent *m;
    bool refused;

    if (value.at == NULL || value.size > EVENT_SIZE_MAX * 16 || !frame_strip(value, &message))
        return false;
    m = unpack(message, arena, &refused);
    if (m == NULL || m->patient == NULL || message_field_has_nul(message, PATIENT_FIELD) ||
        !identifier_is_well_formed(m->patient->authority, true) ||
        !identifier_is_well_formed(m->patient->value, false) ||
        !text_is_utf8(m->patient->authority, strlen(m->patient->authority)) ||
        !text_is_utf8(m->patient->value, strlen(m->patient->value)))
        return false;
    *ret_authority = m->patient->authority;
    *ret_value = m->patient->value;
    return true;
}

bool event_patient(struct bytes key, struct bytes value, struct arena *arena,
                   const char **ret_authority, const char **ret_value)
{
    const char *bar;
    char *text;

    if (patient_of_message(value, arena, ret_authority, ret_value))
        return true;
    if (key.at == NULL || key.size == 0 || key.size > 2 * EVENT_IDENTIFIER_SIZE_MAX + 1 ||
        memchr(key.at, '\0', key.size) != NULL || !text_is_utf8(key.at, key.size))
        return false;
    text = arena_copy(arena, key.at, key.size);
    bar = text == NULL ? NULL : strchr(text, '|');
    if (bar == NULL)
        return false;
    text[bar - text] = '\0';
    if (!identifier_is_well_formed(text, true) || !identifier_is_well_formed(bar + 1, false))
        return false;
    *ret_authority = text;
    *ret_value = bar + 1;
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
