#ifndef WORKER_PROBES_H
#define WORKER_PROBES_H

/*
 * Probes: what the lanes' state means for whoever may restart the worker or wait for it.
 *
 * Pure but for the lanes' atomics.  Liveness says only that the loops turn: waiting for PostgreSQL
 * or Kafka is not cured by a restart.  Readiness gates roll-outs and tells people what to look at.
 */
#include "http/health.h"

#include <stdbool.h>
#include <stdint.h>

struct lane;

struct probe_facts {
    int64_t now_ms; /* monotonic */
    bool stopping;
    int64_t partitions_refused;
    int64_t dead_letters_without_patient;
};

/* Fails when a lane that has begun made no turn of its loop for GAUGES_TURN_MS_MAX. */
void probe_live(const struct lane *lanes, int32_t count, int64_t now_ms, struct health *ret);

/*
 * Fails until every lane has run, while one retries for longer than GAUGES_RETRYING_MS_MAX, while a
 * partition waits for an operator, and from the signal to stop.  Warns of dead letters that hold
 * nobody.
 */
void probe_ready(const struct lane *lanes, int32_t count, const struct probe_facts *facts,
                 struct health *ret);

#endif
