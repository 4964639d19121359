#ifndef WORKER_DELIVERY_H
#define WORKER_DELIVERY_H

/*
 * Delivery: THE protocol.  This module alone knows the order of effects between Kafka, PostgreSQL
 * and Kafka; nothing else in the tree may depend on it.
 *
 * One batch of a lane, in this order:
 *
 *   1. poll       what is there, up to a number of records and bytes, without waiting for company
 *   2. decode     in pure code; what cannot be accepted becomes a dead letter here
 *   3. PostgreSQL one transaction in two round trips: advance the positions by compare-and-swap
 *                 (fences whoever else thinks that the partition is his), lock, insert, read;
 *                 fold and judge in memory; write, COMMIT.  From here on the batch is *decided*.
 *   4. Kafka      one transaction: outputs and consumed positions.  From here on it is *published*.
 *
 * Behind a full batch the next one waits already.  The outputs of the first are then on their way
 * while steps 1 to 3 of the second are done, but for its COMMIT: that waits until the first is
 * published, so that never more than one batch is decided and not published.
 *
 * Between 3 and 4 anything may happen; "on assignment" finds out what did, and publishes again from
 * PostgreSQL what was decided and is not published.  A miss of the compare-and-swap, an uncertain
 * answer, a lost connection and every rebalance lead there: there is one way to recover.
 *
 * Invariants, for each partition, with K the group's committed offset, P lane_position.next_offset
 * and Q lane_position.published_offset:
 *
 *   I1  K <= P (but for a stretch that was published before this database knew it)
 *   I2  every record below P was applied, ignored as a duplicate or buried, exactly once
 *   I3  a read_committed reader sees each output with a source below K exactly once
 *   I4  while one lane sees all events of a subject, its sequences appear in order in a partition
 *   I5  Q <= K
 *
 * A delivery is used by one thread.  Store, source and sink belong to the caller and outlive it.
 */
#include "base/err.h"
#include "base/uuid.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "store/store.h"
#include "worker/intake.h"
#include "worker/recovery_plan.h"
#include "worker/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery;
struct policy;

struct delivery_settings {
    const char *instance;
    int32_t lane;
    struct uuid run_id;        /* random, new for every start of the lane */
    const char *const *topics; /* the input topics, as the source counts them */
    size_t topic_count;
    const char *clinical_topic; /* where Restage's own events go */
    const char *recommendations_topic;
    const char *dead_letters_topic;
    size_t batch_records_max;
    size_t batch_bytes_max;
    int32_t review_interval_ms; /* between two looks for due reviews */
    const struct policy *policy;
    const char *rulebook_hash; /* 64 hexadecimal digits */
    const char *worker_version;
};

/* ${settings} and what it points to must outlive the delivery.  NULL without memory. */
struct delivery *delivery_new(const struct delivery_settings *settings, struct store *store,
                              struct source *source, struct sink *sink);
void delivery_free(struct delivery *delivery); /* NULL is fine; does not stop it */

/*
 * Write the run_id, initialise the producer, and only then join the group: the broker then aborts
 * at once what a killed predecessor left open.  RETRY: call again.
 */
enum status delivery_start(struct delivery *delivery, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Do the next thing: recover what was assigned, or deliver one batch, waiting at most ${timeout_ms}
 * for its first record, or what is to be done while idle.  RETRY: nothing is lost; back off with
 * delivery_wait, then call again.  FATAL: stop; ${err} says what to do.
 */
enum status delivery_step(struct delivery *delivery, int32_t timeout_ms, struct err *err)
    __attribute__((warn_unused_result));

/* Stay in the group for ${ms} without fetching: how a lane backs off. */
enum status delivery_wait(struct delivery *delivery, int32_t ms, struct err *err)
    __attribute__((warn_unused_result));

/* Bring the published positions up to date and mark a clean end.  The source is left open. */
enum status delivery_stop(struct delivery *delivery, struct err *err)
    __attribute__((warn_unused_result));

/* Whether a partition waits for an operator's decision. */
bool delivery_any_refused(const struct delivery *delivery);

/* How one assigned partition stands, for those who watch. */
struct delivery_standing {
    struct source_partition where;
    bool refused;       /* it waits for an operator's decision */
    int64_t lag;        /* records between the position and the end of the log, -1: not known */
    int64_t waiting_ms; /* timestamp of the oldest record known to wait, 0: none */
};

/* How many partitions are assigned and planned; and the ${i}th of them. */
size_t delivery_standing_count(const struct delivery *delivery);
struct delivery_standing delivery_standing(const struct delivery *delivery, size_t i);

/* What happened since the counts were last taken. */
struct report *delivery_report(struct delivery *delivery);

#endif
