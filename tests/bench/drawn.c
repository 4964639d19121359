#include "drawn.h"

#include "guidance/recommendation.h"
#include "wire/event_wire.h"

#include "../integration/feed.h"

#include <assert.h>
#include <time.h>

#define HOUR_MS INT64_C(3600000)

struct feed *drawn_feed_new(const struct drawn_settings *settings)
{
    const struct feed_settings feed = {.seed = settings->seed,
                                       .patients = settings->patients,
                                       .first_ms = (int64_t)time(NULL) * 1000 - HOUR_MS,
                                       .step_ms = 0,
                                       .patient_prefix = "p",
                                       .fresh_only = true,
                                       .in_turn = settings->in_turn};

    return feed_new(&feed);
}

void drawn_next(struct feed *feed, struct arena *arena, struct drawn_event *ret)
{
    struct event_message message;
    struct feed_record record;
    enum error_code code;
    struct err err;
    enum status status;

    feed_next(feed, &record);
    ret->recorded_ms = record.timestamp_ms;
    ret->key = (struct bytes){arena_copy(arena, record.key.at, record.key.size), record.key.size};
    record.value.at = arena_copy(arena, record.value.at, record.value.size);
    assert(ret->key.at != NULL && record.value.at != NULL);
    status =
        event_decode(record.value, record.timestamp_ms, arena, &ret->event, &message, &code, &err);
    assert(status == OK);
    ret->value = message.bytes;
    ret->subject = subject_uuid(ret->event.authority, ret->event.value, ret->event.tumour_id);
}
