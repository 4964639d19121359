#ifndef WORKER_OWN_EVENTS_H
#define WORKER_OWN_EVENTS_H

/*
 * Own events: the records that a worker sends to the clinical topic itself.  All their bytes follow
 * from what they are about, so that sending one twice is sending one.
 */
#include "base/arena.h"
#include "kafka/sink.h"
#include "store/store.h"

/* One "review due" per claimed subject. */
const struct sink_record *own_events_review_due(const struct store_review *reviews, size_t count,
                                                const char *topic, struct arena *arena);

/* One "re-evaluate" per subject that the suppressed stretch ${range} touched. */
const struct sink_record *own_events_reevaluate(const struct store_subject_key *subjects,
                                                size_t count, const struct store_range *range,
                                                const char *topic, struct arena *arena);

#endif
