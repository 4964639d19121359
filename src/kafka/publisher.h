#ifndef KAFKA_PUBLISHER_H
#define KAFKA_PUBLISHER_H

/*
 * Publisher: a plain idempotent producer, for commands that put records into topics.
 *
 * What it sends is there for everybody as soon as the broker has it; a worker's outputs go through
 * a sink instead.  Used by one thread.
 */
#include "kafka/sink.h"
#include "kafka/source.h"

struct publisher;

struct publisher_settings {
    const struct kafka_property *properties;
    size_t property_count;
    const char *client_id;
    int32_t delivery_timeout_ms; /* how long one record may take before it counts as failed */
};

/* Create the producer; nothing is sent yet.  FATAL for bad settings. */
enum status publisher_new(const struct publisher_settings *settings, struct publisher **ret,
                          struct err *err) __attribute__((warn_unused_result));
void publisher_free(struct publisher *publisher); /* NULL is fine; what is queued is given up */

/*
 * Queue one record; waits while the queue is full.  Bytes are copied.  REJECT when the record is
 * too large, RETRY when the brokers do not take it, FATAL for a topic that is not there or rights
 * that are missing.
 */
enum status publisher_send(struct publisher *publisher, const struct sink_record *record,
                           struct err *err) __attribute__((warn_unused_result));

/*
 * Wait until everything queued is in the log.  On RETRY or FATAL at least one record since the last
 * flush did not get there; ${err} names the first one's topic.
 */
enum status publisher_flush(struct publisher *publisher, struct err *err)
    __attribute__((warn_unused_result));

/* Records that reached the log so far. */
int64_t publisher_sent(const struct publisher *publisher);

#endif
