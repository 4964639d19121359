#ifndef EXPLORE_RUNNER_H
#define EXPLORE_RUNNER_H

/*
 * Runner: one lane of the worker on a stack of its own.
 *
 * A fake calls runner_step before it acts; there the lane stands until the schedule lets it go on.
 * A lane that crashes is not torn off its stack: from then on its calls act no more and answer
 * FATAL, so that it comes to its end by itself, having done nothing, and its memory is freed.
 */
#include "explore.h"
#include "worker/lane.h"

/* The calls before which a schedule may do something. */
enum call {
    CALL_NONE = 0,
    CALL_OPEN,
    CALL_RECONNECT,
    CALL_LANE_BEGIN,
    CALL_RUN_ID,
    CALL_POSITIONS,
    CALL_START,
    CALL_TRYING,
    CALL_PROGRESS,
    CALL_OUTPUTS,
    CALL_CLAIM,
    CALL_CLAIM_LOCK,
    CALL_CLAIM_READ,
    CALL_COMMIT,
    CALL_TOUCHED,
    CALL_REVIEWS,
    CALL_SUPPRESSION_END,
    CALL_SUBSCRIBE,
    CALL_POLL,
    CALL_COMMITTED,
    CALL_RECREATE_SOURCE,
    CALL_INIT,
    CALL_RECREATE_SINK,
    CALL_PRODUCE,
    CALL_SEND_OFFSETS,
    CALL_END,
    CALL_ABORT,
    CALL_COUNT,
};
const char *call_name(enum call call);

/* What the schedule does to the call that a lane stands before. */
enum twist {
    TWIST_NONE = 0,
    TWIST_LOST_BEFORE, /* it fails, and did nothing */
    TWIST_LOST_AFTER,  /* it did everything, and fails */
    TWIST_ON_ITS_WAY,  /* it fails, and will do everything later */
};

enum runner_state {
    RUNNER_READY, /* stands before a call */
    RUNNER_ENDED,
};

struct runner {
    int index;
    enum runner_state state;
    enum call call;
    bool polling;         /* the call is a poll that may wait */
    const int64_t *waits; /* for this lock; NULL: for none */
    enum twist twist;     /* for the call it stands before */
    bool timed_out;       /* the poll it stands before finds nothing */
    bool dead;            /* crashed: runs to its end without effect */
    bool held;            /* frozen, or not started again yet */
    int spins;            /* polls in a row that did not even wait */
    int timeouts;         /* polls in a row that found nothing, since the world last changed */
    int64_t clock_us;     /* its own clock */
    uint64_t heard;       /* all answers since its start, hashed */
    const struct delivery *delivery; /* NULL before its first step is done */
    struct lane lane;
};

extern struct runner runners[LANES];

/* Make every lane stand before its first call. */
void runners_start(void);

/* Free stacks. */
void runners_free(void);

/* Tell all lanes to stop, as SIGTERM would; and take that back. */
void runners_stop(bool stop);
bool runners_stopping(void);

/* Let the lane go on to its next call, or to its end. */
void runner_go(struct runner *runner);

/* The process is gone: run to the end without effect. */
void runner_kill(struct runner *runner);

/* A new process under the same name, standing before its first call. */
void runner_restart(struct runner *runner);

/* ---- for the fakes --------------------------------------------------------------------------- */

/* The lane that is running. */
struct runner *runner_now(void);

/* Stand before ${call}; false: dead, do nothing.  The twist is set. */
bool runner_step(struct runner *runner, enum call call);

/*
 * The same for a poll that waits, called from ${place} in the code with no record in hand: what the
 * lane remembers takes the place of all that it was told before.
 */
bool runner_step_poll(struct runner *runner, const void *place);

/* The lane polled without waiting and found nothing: without end that would burn a processor. */
void runner_spins(struct runner *runner);

/* Wait until ${lock} is held by nobody or the connection is gone. */
void runner_wait_lock(struct runner *runner, const int64_t *lock);

/* The lane was told ${value}: part of what it knows from now on. */
void runner_heard(struct runner *runner, int64_t value);

/* One line of the tale that --replay tells; does nothing otherwise. */
extern bool runner_tell;
void runner_say(const struct runner *runner, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
