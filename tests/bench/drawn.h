#ifndef BENCH_DRAWN_H
#define BENCH_DRAWN_H

/*
 * Drawn events: what the worker would read from its topics, decoded, for programs that write to
 * PostgreSQL without it.
 *
 * Every event is a new final report of a first tumour, as restage-feed --fresh 1 sends it.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/uuid.h"
#include "staging/event.h"

#include <stdbool.h>
#include <stdint.h>

struct drawn_event {
    struct event event;
    struct uuid subject;
    struct bytes key;
    struct bytes value; /* the message, without frame */
    int64_t recorded_ms;
};

struct drawn_settings {
    uint64_t seed;
    uint32_t patients;
    bool in_turn; /* patients one after the other instead of by chance */
};

struct feed;

struct feed *drawn_feed_new(const struct drawn_settings *settings); /* NULL without memory */

/* Draw the next event into ${arena}; ends the program when it is one that nobody could accept. */
void drawn_next(struct feed *feed, struct arena *arena, struct drawn_event *ret);

#endif
