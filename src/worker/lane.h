#ifndef WORKER_LANE_H
#define WORKER_LANE_H

/*
 * Lane: one consumer, one producer, one connection, one thread; lanes share nothing.
 *
 * A lane drives its delivery, backs off while the world heals, and tells how it is.
 */
#include "base/err.h"
#include "worker/report.h"
#include "worker/worker.h"

#include <stdatomic.h>
#include <stdint.h>

enum lane_state {
    LANE_STARTING = 0,
    LANE_RUNNING,  /* in the group, the last step went well */
    LANE_RETRYING, /* waiting for PostgreSQL or Kafka */
    LANE_STOPPED,
    LANE_FAILED,
};

struct gauges;

struct lane {
    const struct worker_settings *settings;
    struct gauges *gauges; /* told of every step; NULL: nobody can ask */
    int32_t number;
    /* read by others */
    _Atomic enum lane_state state;
    atomic_llong last_step_ms;     /* monotonic; of the last completed turn of the loop */
    atomic_llong trouble_since_ms; /* monotonic; since when it is retrying, 0: it is not */
    atomic_bool has_run;           /* it was in LANE_RUNNING once */
    atomic_bool refused;           /* a partition waits for an operator */
    atomic_bool *stop;
    struct err err; /* valid in LANE_FAILED */
    /* what it did, added up; guarded by taking turns: only the lane writes */
    struct report total;
};

/* The thread's function; ${lane} is a struct lane. */
void *lane_run(void *lane);

#endif
