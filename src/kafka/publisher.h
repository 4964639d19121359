#ifndef KAFKA_PUBLISHER_H
#define KAFKA_PUBLISHER_H

/*
 * Publisher: a plain idempotent producer for the command line, without transactions.
 *
 * Records are queued and sent in the background; publisher_flush says whether they are in the log.
 * A publisher is used by one thread.
 */
#include "base/err.h"
#include "kafka/sink.h"

struct publisher;

struct publisher_settings {
    const struct kafka_property *properties;
    size_t property_count;
    const char *client_id;
};

/* Create the producer; nothing is sent yet.  FATAL for bad settings. */
enum status publisher_new(const struct publisher_settings *settings, struct publisher **ret,
                          struct err *err) __attribute__((warn_unused_result));
void publisher_free(struct publisher *publisher); /* NULL is fine; what is still queued is lost */

/* Queue one record, waiting while the queue is full; its bytes are copied.  FATAL: too large. */
enum status publisher_send(struct publisher *publisher, const struct sink_record *record,
                           struct err *err) __attribute__((warn_unused_result));

/*
 * Wait at most ${timeout_ms} until every record queued so far is in the log.  RETRY when one is
 * not; the text names the first reason.
 */
enum status publisher_flush(struct publisher *publisher, int32_t timeout_ms, struct err *err)
    __attribute__((warn_unused_result));

#endif
