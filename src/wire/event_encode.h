#ifndef WIRE_EVENT_ENCODE_H
#define WIRE_EVENT_ENCODE_H

/*
 * Event encode: the clinical events that Restage itself sends.
 *
 * They go through the topics like everybody's, so that there is one way into the state.  The same
 * arguments give the same bytes.  Every function answers with the bytes in ${arena}; their `at` is
 * NULL when the arena is full.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/uuid.h"
#include "staging/event.h"

#include <stdint.h>

#define EVENT_OWN_SOURCE "restage" /* source_system of all of them */

/* The name of such an event, whom it is about, and when it was sent. */
struct own_event {
    struct uuid event_id;
    const char *authority; /* "" with value "": about nobody, for a resolved dead letter only */
    const char *value;
    const char *tumour_id;
    int64_t sent_at; /* instant */
};

/*
 * "The review that was due at ${due_at} is due": two workers that notice it send the same bytes,
 * since all of them follow from the subject and the instant.
 */
struct bytes event_encode_review_due(const char *authority, const char *value,
                                     const char *tumour_id, int64_t due_at, struct arena *arena);

/* "Judge this subject again." */
struct bytes event_encode_reevaluate(const struct own_event *event, const char *reason_text,
                                     struct arena *arena);

/* "A person decided what becomes of this dead letter." */
struct bytes event_encode_dead_letter_resolved(const struct own_event *event,
                                               const struct dead_letter_resolved *resolved,
                                               struct arena *arena);

#endif
