#include "wire/event_json.h"

#include "base/date.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "staging/event.h"
#include "wire/json.h"

#include <jansson.h>
#include <string.h>

#define NOON_MS INT64_C(43200000)

static bool read_time(const char *text, int64_t *ret)
{
    struct clinical_time time;

    if (!clinical_time_parse(text, strlen(text), &time))
        return false;
    *ret = time.precision == PRECISION_TIME ? time.earliest : time.first_day * DAY_MS + NOON_MS;
    return true;
}

static void read_times(const char *issued_at, const char *effective_at, struct event_json *ret)
{
    ret->timed = read_time(issued_at, &ret->sent_at) || read_time(effective_at, &ret->sent_at);
}

/* ---- A line that is a message ---------------------------------------------------------------- */

static enum status take_message(const Restage__V1__ClinicalEvent *m, struct arena *arena,
                                struct event_json *ret, enum error_code *ret_code, struct err *err)
{
    size_t size = restage__v1__clinical_event__get_packed_size(m);
    uint8_t *bytes = arena_alloc(arena, size);

    if (bytes == NULL) {
        *ret_code = ERROR_EVENT_TOO_LARGE;
        return err_set(err, REJECT, "more than the memory of one event");
    }
    ret->message = (struct bytes){.at = bytes, .size = restage__v1__clinical_event__pack(m, bytes)};
    if (m->patient != NULL) {
        ret->authority = m->patient->authority;
        ret->value = m->patient->value;
    }
    if (m->tumour_id[0] != '\0')
        ret->tumour_id = m->tumour_id;
    if (m->body_case != RESTAGE__V1__CLINICAL_EVENT__BODY__NOT_SET)
        ret->kind = (enum body_kind)((int)m->body_case -
                                     RESTAGE__V1__CLINICAL_EVENT__BODY_PATHOLOGY + BODY_PATHOLOGY);
    read_times(m->issued_at, m->effective_at, ret);
    return OK;
}

/* ---- A line that is refused ------------------------------------------------------------------ */

/* The text of that key in either spelling, copied; "" when there is none, or with a NUL inside. */
static const char *take_text(const json_t *object, const char *camel, const char *snake,
                             struct arena *arena)
{
    const json_t *value = json_object_get(object, camel);
    const char *text;

    if (value == NULL)
        value = json_object_get(object, snake);
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return "";
    text = arena_copy(arena, json_string_value(value), json_string_length(value));
    return text == NULL ? "" : text;
}

static void guess(const char *json, size_t size, struct arena *arena, struct event_json *ret)
{
    json_error_t error;
    json_t *line = json_loadb(json, size, JSON_ALLOW_NUL, &error);
    const json_t *patient = json_object_get(line, "patient");
    const char *tumour_id = take_text(line, "tumourId", "tumour_id", arena);

    ret->authority = take_text(patient, "authority", "authority", arena);
    ret->value = take_text(patient, "value", "value", arena);
    if (tumour_id[0] != '\0')
        ret->tumour_id = tumour_id;
    read_times(take_text(line, "issuedAt", "issued_at", arena),
               take_text(line, "effectiveAt", "effective_at", arena), ret);
    json_decref(line);
}

enum status event_json_read(const char *json, size_t size, struct arena *arena,
                            struct event_json *ret, enum error_code *ret_code, struct err *err)
{
    ProtobufCMessage *message;
    enum status status;

    *ret = (struct event_json){
        .authority = "", .value = "", .tumour_id = TUMOUR_ID_DEFAULT, .kind = BODY_NONE};
    if (size > EVENT_JSON_SIZE_MAX) {
        *ret_code = ERROR_EVENT_TOO_LARGE;
        return err_set(err, REJECT, "more than %u bytes of JSON", EVENT_JSON_SIZE_MAX);
    }
    status = json_read(json, size, &restage__v1__clinical_event__descriptor, arena, &message,
                       ret_code, err);
    if (status == OK)
        status =
            take_message((const Restage__V1__ClinicalEvent *)message, arena, ret, ret_code, err);
    else
        guess(json, size, arena, ret);
    return status;
}
