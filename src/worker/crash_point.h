#ifndef WORKER_CRASH_POINT_H
#define WORKER_CRASH_POINT_H

/*
 * Crash points: named places between every two effects of the delivery protocol.
 *
 * In the product they are nothing.  Built with RESTAGE_CRASH_POINTS, the process kills or freezes
 * itself when it reaches the point named in RESTAGE_CRASH_POINT for the RESTAGE_CRASH_COUNT-th time
 * (default 1); RESTAGE_CRASH_ACTION is "kill" (SIGKILL, the default) or "stop" (SIGSTOP), and
 * RESTAGE_CRASH_DELAY_MS lets librdkafka's threads send meanwhile what they hold.  The tests kill
 * the worker at each of them and check that nothing is lost and nothing happens twice.
 *
 * There as well, decoding a record whose bytes hold the text RESTAGE_CRASH_RECORD aborts, as a
 * mistake of ours in the decoder would.
 */
#include "base/bytes.h"

#include <stddef.h>

enum crash_point {
    /* start of a lane */
    CRASH_BEFORE_RUN_ID = 0,
    CRASH_AFTER_RUN_ID,
    CRASH_AFTER_PRODUCER_INIT,
    CRASH_AFTER_SUBSCRIBE,
    /* on assignment */
    CRASH_AFTER_ASSIGNED,
    CRASH_AFTER_COMMITTED_READ,
    CRASH_AFTER_POSITIONS_READ,
    CRASH_AFTER_START_WRITTEN,
    CRASH_AFTER_OUTPUTS_READ,
    CRASH_AFTER_REPUBLISH_BEGIN,
    CRASH_AFTER_REPUBLISH_PRODUCED,
    CRASH_AFTER_REPUBLISH_OFFSETS,
    CRASH_AFTER_REPUBLISH_COMMIT,
    CRASH_AFTER_FETCH,
    /* one batch */
    CRASH_AFTER_POLL,
    CRASH_AFTER_DECODE,
    CRASH_AFTER_CLAIM,
    CRASH_AFTER_PART_WRITTEN,
    CRASH_AFTER_JUDGE,
    CRASH_AFTER_STORE_COMMIT,
    CRASH_AFTER_BEGIN,
    CRASH_AFTER_PRODUCED,
    CRASH_AFTER_OFFSETS,
    CRASH_AFTER_COMMIT,
    /* idle, reviews, stop */
    CRASH_BEFORE_PROGRESS,
    CRASH_AFTER_PROGRESS,
    CRASH_AFTER_REVIEWS_CLAIMED,
    CRASH_AFTER_REVIEWS_BEGIN,
    CRASH_AFTER_REVIEWS_PRODUCED,
    CRASH_AFTER_REVIEWS_READY,
    CRASH_AFTER_REVIEWS_COMMIT,
    CRASH_BEFORE_STOP_PROGRESS,
    CRASH_AFTER_STOP_PROGRESS,
    CRASH_POINT_COUNT,
};

/* "after-store-commit": the name by which a test asks for ${point}. */
const char *crash_point_name(enum crash_point point);

#ifdef RESTAGE_CRASH_POINTS
void crash_point(enum crash_point point);
void crash_record(struct bytes value);
#else
static inline void crash_point(enum crash_point point)
{
    (void)point;
}
static inline void crash_record(struct bytes value)
{
    (void)value;
}
#endif

#endif
