#ifndef WORKER_GAUGES_H
#define WORKER_GAUGES_H

/*
 * Gauges: what people and machines can see of a running worker.
 *
 * Turns what lanes report into metrics, and their state into answers about health.  Lanes call
 * gauges_take on their own threads; the answers are given on the server's thread and read atomics
 * only.  What only PostgreSQL knows (open dead letters, holds) is asked every 10 s on a connection
 * and a thread of its own, so that no lane and no signal waits for it.
 *
 * NULL stands for a worker that nobody can ask; every function accepts it.
 */
#include "base/err.h"
#include "worker/report.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct delivery;
struct gauges;
struct lane;
struct worker_settings;

#define GAUGES_RETRYING_MS_MAX 10000 /* a lane that retries for longer is not ready */
#define GAUGES_TURN_MS_MAX 60000     /* a lane without a turn for longer is not alive */
#define GAUGES_FIGURES_INTERVAL_MS 10000

/*
 * Serve at settings->http_listen; "" leaves NULL in ${ret}.  ${lanes} are settings->lanes many and
 * need not run yet; they and ${stop} must live until gauges_free.  FATAL when the address is taken.
 */
enum status gauges_new(const struct worker_settings *settings, const struct lane *lanes,
                       const atomic_bool *stop, struct gauges **ret, struct err *err)
    __attribute__((warn_unused_result));
void gauges_free(struct gauges *gauges);

/* The port that is listened at, 0: none. */
uint16_t gauges_port(const struct gauges *gauges);

/* Count what lane ${number} did in its last step, and show how its partitions stand. */
void gauges_take(struct gauges *gauges, int32_t number, const struct report *delta,
                 const struct delivery *delivery);

/* Show how the lanes stand; to be called now and then. */
void gauges_look(struct gauges *gauges);

/* Whether nothing of it is running but the server: after ${stop}, gauges_free returns at once. */
bool gauges_ended(const struct gauges *gauges);

#endif
