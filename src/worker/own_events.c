#include "worker/own_events.h"

#include "wire/event_encode.h"
#include "wire/event_wire.h"

#include <assert.h>

static struct sink_record record_of(const char *topic, const char *authority, const char *value,
                                    struct bytes message, struct arena *arena)
{
    struct sink_record r = {.topic = topic, .value = message};

    r.key.at = event_key(authority, value, arena, &r.key.size);
    assert(r.key.at != NULL && r.value.at != NULL);
    return r;
}

const struct sink_record *own_events_review_due(const struct store_review *reviews, size_t count,
                                                const char *topic, struct arena *arena)
{
    struct sink_record *records = arena_zalloc(arena, count, sizeof(*records));

    assert(records != NULL);
    for (size_t i = 0; i < count; i++)
        records[i] =
            record_of(topic, reviews[i].authority, reviews[i].patient_value,
                      event_encode_review_due(reviews[i].authority, reviews[i].patient_value,
                                              reviews[i].tumour_id, reviews[i].due_at, arena),
                      arena);
    return records;
}

const struct sink_record *own_events_reevaluate(const struct store_subject_key *subjects,
                                                size_t count, const struct store_range *range,
                                                const char *topic, struct arena *arena)
{
    struct sink_record *records = arena_zalloc(arena, count, sizeof(*records));

    assert(records != NULL);
    for (size_t i = 0; i < count; i++) {
        uint8_t partition[8];
        uint8_t end[8];
        const struct uuid_part parts[] = {
            {subjects[i].subject.bytes, sizeof(subjects[i].subject.bytes)},
            uuid_part_text(range->partition.topic),
            uuid_part_number((uint64_t)range->partition.partition, partition),
            uuid_part_number((uint64_t)range->to, end)};
        /* The moment of sending stays out of it: a second sending must be the same event. */
        const struct own_event event = {.event_id =
                                            uuid_from_parts(&uuid_namespace_review_due, parts, 4),
                                        .authority = subjects[i].authority,
                                        .value = subjects[i].patient_value,
                                        .tumour_id = subjects[i].tumour_id,
                                        .sent_at = 0};

        records[i] = record_of(topic, subjects[i].authority, subjects[i].patient_value,
                               event_encode_reevaluate(&event, "database restored", arena), arena);
    }
    return records;
}
