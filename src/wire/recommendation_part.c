#include "wire/recommendation_part.h"

#include "wire/event_wire.h"

#include <string.h>

void *part_take(struct encoder *e, size_t count, size_t size)
{
    void *place = e->full ? NULL : arena_zalloc(e->arena, count, size);

    e->full = e->full || place == NULL;
    return place;
}

char *part_text(const char *t)
{
    return (char *)(uintptr_t)t;
}

char *part_copy(struct encoder *e, const char *t)
{
    char *place = e->full ? NULL : arena_copy(e->arena, t, strlen(t));

    e->full = e->full || place == NULL;
    return place == NULL ? part_text("") : place;
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

size_t part_count(uint64_t bits)
{
    size_t count = 0;

    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

bool part_has(uint64_t bits, size_t i)
{
    return (bits >> i & 1) != 0;
}

static Restage__V1__Input *word(struct encoder *e, const struct event *event)
{
    Restage__V1__Input *input = part_take(e, 1, sizeof(*input));
    char wording[WORDING_SIZE];

    if (input == NULL)
        return NULL;
    input_text(event, wording);
    restage__v1__input__init(input);
    input->name = part_text(body_kind_name(event->kind));
    input->value = part_copy(e, wording);
    input->event_id = part_uuid(e, &event->event_id);
    input->effective_at = part_text(event->effective_at.text);
    return input;
}

static Restage__V1__Input *input_of(struct encoder *e, const struct event *event)
{
    Restage__V1__Input *input;

    for (size_t i = 0; i < e->known_count; i++)
        if (e->known[i].event == event)
            return e->known[i].input;
    input = word(e, event);
    if (e->known_count < ENCODER_EVENTS_MAX) {
        e->known[e->known_count].event = event;
        e->known[e->known_count++].input = input;
    }
    return input;
}

void part_inputs(struct encoder *e, const struct basis *basis, size_t *ret_count,
                 Restage__V1__Input ***ret)
{
    Restage__V1__Input **list = part_take(e, basis->count, sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < basis->count; i++)
        list[i] = input_of(e, basis->events[i]);
    *ret = list;
    *ret_count = basis->count;
}
