#include "wire/recommendation_part.h"

#include "wire/event_wire.h"

#include <string.h>

void *part_take(struct encoder *e, size_t count, size_t size)
{
    void *place = e->writer.full ? NULL : arena_zalloc(e->writer.arena, count, size);

    e->writer.full = e->writer.full || place == NULL;
    return place;
}

char *part_text(const char *t)
{
    return (char *)(uintptr_t)t;
}

char *part_uuid(struct encoder *e, const struct uuid *uuid)
{
    char *place = part_take(e, UUID_TEXT_SIZE, 1);

    if (place == NULL)
        return part_text("");
    uuid_format(uuid, place);
    return place;
}

char *part_instant(struct encoder *e, int64_t instant)
{
    char *place = part_take(e, INSTANT_TEXT_SIZE, 1);

    if (place == NULL || instant == INSTANT_NONE)
        return part_text("");
    instant_format(instant, place);
    return place;
}

Restage__V1__Answer part_answer(enum tri truth)
{
    switch (truth) {
    case TRI_YES:
        return RESTAGE__V1__ANSWER__ANSWER_YES;
    case TRI_NO:
        return RESTAGE__V1__ANSWER__ANSWER_NO;
    case TRI_UNKNOWN:
        break;
    }
    return RESTAGE__V1__ANSWER__ANSWER_UNSPECIFIED;
}

struct bytes part_keep(struct encoder *e, struct bytes fields)
{
    struct message_writer *w = &e->writer;
    char *place = w->full ? NULL : arena_copy(w->arena, fields.at, fields.size);

    w->full = w->full || place == NULL;
    return (struct bytes){.at = place, .size = fields.size};
}

static struct bytes put_input(struct encoder *e, uint32_t number, const struct event *event)
{
    Restage__V1__Input input = RESTAGE__V1__INPUT__INIT;
    char wording[WORDING_SIZE];
    char id[UUID_TEXT_SIZE];
    size_t begun = message_begin(&e->writer, number);

    input_text(event, wording);
    uuid_format(&event->event_id, id);
    input.name = part_text(body_kind_name(event->kind));
    input.value = wording;
    input.event_id = id;
    input.effective_at = part_text(event->effective_at.text);
    message_put(&e->writer, &input.base);
    return message_end(&e->writer, begun);
}

static void put_event(struct encoder *e, uint32_t number, const struct event *event)
{
    struct bytes fields;

    for (size_t i = 0; i < e->known_count; i++)
        if (e->known[i].event == event) {
            message_put_encoded(&e->writer, number, e->known[i].fields);
            return;
        }
    fields = put_input(e, number, event);
    if (e->known_count < ENCODER_EVENTS_MAX) {
        e->known[e->known_count].event = event;
        e->known[e->known_count++].fields = part_keep(e, fields);
    }
}

void part_inputs(struct encoder *e, uint32_t number, const struct basis *basis)
{
    for (size_t i = 0; i < basis->count; i++)
        put_event(e, number, basis->events[i]);
}
