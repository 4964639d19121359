#include "verdict.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

#define TUMOUR_ID_DEFAULT "primary"

void check_positions(const struct evidence *e, const struct expectation *x, struct verdict *v)
{
    char ours[64];

    for (size_t i = 0; i < e->partition_count; i++) {
        const struct partition_state *s = &e->partitions[i];
        struct place place = {s->topic, s->partition, s->next_offset};

        if (!s->position_known) {
            if (s->log_end > 0)
                verdict_add(v, VIOLATION_POSITION, &place,
                            "no position although there are records");
            continue;
        }
        if (s->committed_known && s->committed > s->next_offset)
            verdict_add(v, VIOLATION_POSITION, &place, "I1: the group's offset is beyond");
        if (s->committed_known && s->published_offset > s->committed)
            verdict_add(v, VIOLATION_POSITION, &place,
                        "I5: published_offset is beyond the group's");
        if (s->next_offset > s->log_end)
            verdict_add(v, VIOLATION_POSITION, &place, "beyond the end of the log");
        if (x->drained && s->log_end > 0 && !s->committed_known)
            verdict_add(v, VIOLATION_POSITION, &place, "the group has no offset");
        (void)memcpy(ours, "restage1 ", 10);
        (void)strncat(ours, e->database_id, sizeof(ours) - 10);
        if (s->committed_known && strcmp(s->metadata, ours) != 0)
            verdict_add(v, VIOLATION_POSITION, &place, "the offset's metadata names another");
    }
}

/* The stored events in order of their source, to be searched by place. */
static int event_by_place(const void *a, const void *b)
{
    const struct event_row *const *first = a;
    const struct event_row *const *second = b;

    return place_compare(&(*first)->source, &(*second)->source);
}

static int event_by_id(const void *a, const void *b)
{
    const struct event_row *first = a;
    const struct event_row *second = b;
    int order = uuid_compare(&first->subject, &second->subject);

    return order != 0 ? order : uuid_compare(&first->event_id, &second->event_id);
}

static int place_to_event(const void *key, const void *item)
{
    const struct event_row *const *row = item;

    return place_compare(key, &(*row)->source);
}

static int place_to_dead_letter(const void *key, const void *item)
{
    const struct dead_letter_row *row = item;

    return place_compare(key, &row->source);
}

/* Whom the message names: the subject's UUID, and the event's; false when it says neither. */
static bool identify(const Restage__V1__ClinicalEvent *event, struct event_row *ret)
{
    const char *tumour_id = event->tumour_id[0] == '\0' ? TUMOUR_ID_DEFAULT : event->tumour_id;
    struct uuid_part parts[3];

    if (event->patient == NULL)
        return false;
    parts[0] = uuid_part_text(event->patient->authority);
    parts[1] = uuid_part_text(event->patient->value);
    parts[2] = uuid_part_text(tumour_id);
    ret->subject = uuid_from_parts(&uuid_namespace_subject, parts, 3);
    return uuid_parse(event->event_id, strlen(event->event_id), &ret->event_id);
}

/* Everything that an event says without its id: without issued_at as well, that is its content. */
static uint8_t *pack_without_id(struct bytes message, bool with_issued_at, size_t *ret_size)
{
    Restage__V1__ClinicalEvent *event =
        restage__v1__clinical_event__unpack(NULL, message.size, (const uint8_t *)message.at);
    char *empty = (char *)(uintptr_t)protobuf_c_empty_string;
    uint8_t *packed = NULL;
    char *id;
    char *issued_at;

    if (event == NULL)
        return NULL;
    id = event->event_id;
    issued_at = event->issued_at;
    event->event_id = empty;
    if (!with_issued_at)
        event->issued_at = empty;
    *ret_size = restage__v1__clinical_event__get_packed_size(event);
    packed = malloc(*ret_size + 1);
    if (packed == NULL)
        abort();
    (void)restage__v1__clinical_event__pack(event, packed);
    event->event_id = id;
    event->issued_at = issued_at;
    restage__v1__clinical_event__free_unpacked(event, NULL);
    return packed;
}

static bool same_content(struct bytes a, struct bytes b, bool with_issued_at)
{
    size_t sizes[2] = {0, 0};
    uint8_t *first = pack_without_id(a, with_issued_at, &sizes[0]);
    uint8_t *second = pack_without_id(b, with_issued_at, &sizes[1]);
    bool same = first != NULL && second != NULL && sizes[0] == sizes[1] &&
                memcmp(first, second, sizes[0]) == 0;

    free(first);
    free(second);
    return same;
}

/* Whether the subject has a version that says all the same, signed at the same time, by any id. */
static bool is_resent(const struct evidence *e, const struct uuid *subject, struct bytes message)
{
    for (size_t i = 0; i < e->event_row_count; i++) {
        if (uuid_compare(&e->event_rows[i].subject, subject) == 0 &&
            same_content(message, e->event_rows[i].value, true))
            return true;
    }
    return false;
}

/* A record without row of its own must repeat an event that is stored. */
static void check_duplicate(const struct evidence *e, const struct record *record,
                            struct verdict *v)
{
    Restage__V1__ClinicalEvent *event = NULL;
    struct event_row wanted = {.value = {NULL, 0}};
    const struct event_row *stored = NULL;
    struct bytes message = {NULL, 0};
    bool identified = false;

    if (record->value.at != NULL && frame_strip(record->value, &message))
        event = restage__v1__clinical_event__unpack(NULL, message.size, message.at);
    if (event != NULL)
        identified = identify(event, &wanted);
    if (identified)
        stored = bsearch(&wanted, e->event_rows, e->event_row_count, sizeof(wanted), event_by_id);
    if (event != NULL && event->patient == NULL &&
        event->body_case == RESTAGE__V1__CLINICAL_EVENT__BODY_DEAD_LETTER_RESOLVED)
        v->applied++; /* it has no subject: its effect is the dead letter's state */
    else if (stored != NULL && !same_content(message, stored->value, false))
        verdict_add(v, VIOLATION_LOSS, &record->place, "an id with other content was not buried");
    else if (stored != NULL || (identified && is_resent(e, &wanted.subject, message)))
        v->duplicates++;
    else
        verdict_add(v, VIOLATION_LOSS, &record->place,
                    "neither applied, nor duplicate, nor buried");
    restage__v1__clinical_event__free_unpacked(event, NULL);
}

static void check_applied(const struct record *record, const struct event_row *row,
                          struct verdict *v)
{
    Restage__V1__ClinicalEvent *event = NULL;
    struct event_row wanted = {.value = {NULL, 0}};
    struct bytes message = {NULL, 0};

    v->applied++;
    if (record->value.at != NULL && frame_strip(record->value, &message))
        event = restage__v1__clinical_event__unpack(NULL, message.size, message.at);
    if (event == NULL || !identify(event, &wanted))
        verdict_add(v, VIOLATION_STRANGER, &record->place, "applied although it does not decode");
    else if (event_by_id(&wanted, row) != 0)
        verdict_add(v, VIOLATION_BYTES, &record->place, "stored under another subject or id");
    else if (message.size != row->value.size ||
             memcmp(message.at, row->value.at, message.size) != 0)
        verdict_add(v, VIOLATION_BYTES, &record->place, "the stored event differs from the record");
    restage__v1__clinical_event__free_unpacked(event, NULL);
}

static bool same_bytes(struct bytes a, struct bytes b)
{
    if (a.at == NULL || b.at == NULL)
        return a.at == NULL && b.at == NULL;
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static void check_buried(const struct record *record, const struct dead_letter_row *row,
                         struct verdict *v)
{
    v->buried++;
    if (!same_bytes(record->value, row->value) || !same_bytes(record->key, row->key))
        verdict_add(v, VIOLATION_BYTES, &record->place, "the dead letter differs from the record");
}

static const struct partition_state *state_of(const struct evidence *e, const struct place *place)
{
    for (size_t i = 0; i < e->partition_count; i++) {
        if (e->partitions[i].partition == place->partition &&
            strcmp(e->partitions[i].topic, place->topic) == 0)
            return &e->partitions[i];
    }
    return NULL;
}

/* Restage's own events may still be on their way at any moment: nobody waits for them. */
static bool is_own_event(const struct record *record)
{
    Restage__V1__ClinicalEvent *event =
        restage__v1__clinical_event__unpack(NULL, record->value.size, record->value.at);
    bool own = event != NULL && (event->body_case == RESTAGE__V1__CLINICAL_EVENT__BODY_REVIEW_DUE ||
                                 event->body_case == RESTAGE__V1__CLINICAL_EVENT__BODY_REEVALUATE);

    restage__v1__clinical_event__free_unpacked(event, NULL);
    return own;
}

static void check_one(const struct evidence *e, const struct expectation *x,
                      const struct record *record, const struct event_row *const *by_place,
                      struct verdict *v)
{
    const struct event_row *const *applied =
        bsearch(&record->place, by_place, e->event_row_count, sizeof(by_place[0]), place_to_event);
    const struct dead_letter_row *buried =
        bsearch(&record->place, e->dead_letter_rows, e->dead_letter_row_count,
                sizeof(e->dead_letter_rows[0]), place_to_dead_letter);
    const struct partition_state *state = state_of(e, &record->place);

    if (state == NULL || !state->position_known || record->place.offset >= state->next_offset) {
        if (applied != NULL || buried != NULL)
            verdict_add(v, VIOLATION_POSITION, &record->place, "has a row, but lies ahead of P");
        else if (x->drained && !is_own_event(record))
            verdict_add(v, VIOLATION_LOSS, &record->place, "was not read");
        return;
    }
    if (applied != NULL && buried != NULL)
        verdict_add(v, VIOLATION_TWICE, &record->place, "applied and buried");
    if (applied != NULL)
        check_applied(record, *applied, v);
    if (buried != NULL)
        check_buried(record, buried, v);
    if (applied == NULL && buried == NULL)
        check_duplicate(e, record, v);
}

static int place_to_record(const void *key, const void *item)
{
    const struct record *record = item;

    return place_compare(key, &record->place);
}

/* A row whose record is not in the log: invented, or the log was cut behind it. */
static void check_source(const struct evidence *e, const struct expectation *x,
                         const struct place *source, struct verdict *v)
{
    const struct partition_state *state = state_of(e, source);

    if (x->gone != NULL && strcmp(source->topic, x->gone) == 0)
        return;
    if (state != NULL && source->offset < state->log_start)
        return;
    if (e->inputs.count == 0 || bsearch(source, e->inputs.items, e->inputs.count,
                                        sizeof(struct record), place_to_record) == NULL)
        verdict_add(v, VIOLATION_STRANGER, source, "a row whose record is not in the log");
}

void check_inputs(const struct evidence *e, const struct expectation *x, struct arena *arena,
                  struct verdict *v)
{
    const struct event_row **by_place =
        arena_zalloc(arena, e->event_row_count + 1, sizeof(by_place[0]));

    for (size_t i = 0; i < e->event_row_count; i++)
        by_place[i] = &e->event_rows[i];
    qsort(by_place, e->event_row_count, sizeof(by_place[0]), event_by_place);
    for (size_t i = 1; i < e->event_row_count; i++) {
        if (place_compare(&by_place[i - 1]->source, &by_place[i]->source) == 0)
            verdict_add(v, VIOLATION_TWICE, &by_place[i]->source, "two events from one record");
    }
    for (size_t i = 0; i < e->inputs.count; i++)
        check_one(e, x, &e->inputs.items[i], by_place, v);
    for (size_t i = 0; i < e->event_row_count; i++)
        check_source(e, x, &e->event_rows[i].source, v);
    for (size_t i = 0; i < e->dead_letter_row_count; i++)
        check_source(e, x, &e->dead_letter_rows[i].source, v);
}
