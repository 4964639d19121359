#include "wire/event_encode.h"

#include "guidance/recommendation.h"
#include "restage/v1/clinical_event.pb-c.h"

#include <stdint.h>

/* protobuf-c writes texts but never changes them; its structs lack the const. */
static char *text(const char *t)
{
    return (char *)(uintptr_t)t;
}

/* Fill in what all of them have in common and write ${m}, whose body is set. */
static struct bytes encode(const struct own_event *event, Restage__V1__ClinicalEvent *m,
                           struct arena *arena)
{
    Restage__V1__Identifier patient = RESTAGE__V1__IDENTIFIER__INIT;
    char event_id[UUID_TEXT_SIZE];
    char sent_at[INSTANT_TEXT_SIZE];
    struct bytes bytes;
    uint8_t *memory;

    uuid_format(&event->event_id, event_id);
    instant_format(event->sent_at, sent_at);
    patient.authority = text(event->authority);
    patient.value = text(event->value);
    m->event_id = event_id;
    if (event->authority[0] != '\0')
        m->patient = &patient;
    m->tumour_id = text(event->tumour_id);
    m->status = RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_FINAL;
    m->effective_at = sent_at;
    m->issued_at = sent_at;
    m->source_system = text(EVENT_OWN_SOURCE);
    bytes.size = restage__v1__clinical_event__get_packed_size(m);
    memory = arena_alloc(arena, bytes.size);
    bytes.at = memory;
    if (memory != NULL)
        (void)restage__v1__clinical_event__pack(m, memory);
    return bytes;
}

struct bytes event_encode_review_due(const char *authority, const char *value,
                                     const char *tumour_id, int64_t due_at, struct arena *arena)
{
    struct uuid subject = subject_uuid(authority, value, tumour_id);
    uint8_t number[8];
    const struct uuid_part parts[] = {{.bytes = subject.bytes, .size = sizeof(subject.bytes)},
                                      uuid_part_number((uint64_t)due_at, number)};
    const struct own_event event = {
        .event_id = uuid_from_parts(&uuid_namespace_review_due, parts, 2),
        .authority = authority,
        .value = value,
        .tumour_id = tumour_id,
        .sent_at = due_at,
    };
    Restage__V1__ClinicalEvent m = RESTAGE__V1__CLINICAL_EVENT__INIT;
    Restage__V1__ReviewDue body = RESTAGE__V1__REVIEW_DUE__INIT;
    char due_text[INSTANT_TEXT_SIZE];

    instant_format(due_at, due_text);
    body.due_at = due_text;
    m.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_REVIEW_DUE;
    m.review_due = &body;
    return encode(&event, &m, arena);
}

struct bytes event_encode_reevaluate(const struct own_event *event, const char *reason_text,
                                     struct arena *arena)
{
    Restage__V1__ClinicalEvent m = RESTAGE__V1__CLINICAL_EVENT__INIT;
    Restage__V1__Reevaluate body = RESTAGE__V1__REEVALUATE__INIT;

    body.reason_text = text(reason_text);
    m.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_REEVALUATE;
    m.reevaluate = &body;
    return encode(event, &m, arena);
}

struct bytes event_encode_dead_letter_resolved(const struct own_event *event,
                                               const struct dead_letter_resolved *resolved,
                                               struct arena *arena)
{
    Restage__V1__ClinicalEvent m = RESTAGE__V1__CLINICAL_EVENT__INIT;
    Restage__V1__DeadLetterResolved body = RESTAGE__V1__DEAD_LETTER_RESOLVED__INIT;

    body.dead_letter_id = text(resolved->dead_letter_id);
    body.resolved_by_text = text(resolved->resolved_by_text);
    body.reason_text = text(resolved->reason_text);
    m.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_DEAD_LETTER_RESOLVED;
    m.dead_letter_resolved = &body;
    return encode(event, &m, arena);
}
