#ifndef KAFKA_SINK_H
#define KAFKA_SINK_H

/*
 * Sink: one transactional producer.  In one transaction it sends records and consumed positions, or
 * neither.
 *
 * A sink is used by one thread, one transaction at a time.  Its answers are decisions, sorted from
 * librdkafka's error classes so that the delivery file never sees an error code.
 */
#include "base/bytes.h"
#include "base/err.h"
#include "kafka/source.h"

#include <stddef.h>
#include <stdint.h>

struct sink;

struct sink_settings {
    const struct kafka_property *properties;
    size_t property_count;
    const char *transactional_id; /* "<group>.<instance>.<lane>" */
    const char *client_id;
    int32_t transaction_timeout_ms;
};

enum sink_answer {
    SINK_DONE = 0,
    SINK_ABORT,    /* abort, then do as on assignment */
    SINK_STALE,    /* the group has moved on (illegal generation, unknown member): abort, drop the
                      batch, poll */
    SINK_RECREATE, /* never start another transaction on this handle: sink_recreate, then as on
                      assignment */
    SINK_FENCED, /* looks the same for a stranger with our id and for our own outlived transaction:
                    ask lane.run_id */
    SINK_REPLACED, /* another member took our group.instance.id: stop */
    SINK_FATAL,    /* bad settings, no rights, message too large: stop, text in err */
};

/* Create the producer; nothing is sent before sink_init. */
enum status sink_new(const struct sink_settings *settings, struct sink **ret, struct err *err)
    __attribute__((warn_unused_result));
void sink_free(struct sink *sink); /* NULL is fine; aborts nothing, waits for nothing */

/*
 * init_transactions: fences every other producer with our id and makes the broker abort what it
 * left open.  Waits for the broker; SINK_ABORT here means "not reachable within ${timeout_ms}:
 * again".
 */
enum sink_answer sink_init(struct sink *sink, int32_t timeout_ms, struct err *err)
    __attribute__((warn_unused_result));

/* Destroy the handle, create a new one with the same settings; sink_init must follow. */
enum status sink_recreate(struct sink *sink, struct err *err) __attribute__((warn_unused_result));

enum sink_answer sink_begin(struct sink *sink, struct err *err) __attribute__((warn_unused_result));

struct sink_header {
    const char *name;
    struct bytes value;
};

struct sink_record {
    const char *topic;
    struct bytes key;   /* at NULL: no key */
    struct bytes value; /* at NULL: a null value */
    const struct sink_header *headers;
    size_t header_count;
    int64_t timestamp_ms; /* 0: now */
};

/* Queue one record of the transaction; waits when the queue is full.  Bytes are copied. */
enum sink_answer sink_produce(struct sink *sink, const struct sink_record *record, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Let what is queued leave at once instead of waiting for company (linger.ms).  Called when nothing
 * more is to come soon; waits for a millisecond at most.
 */
void sink_send(struct sink *sink);

/* Add consumed positions, each with ${metadata}, under the membership of the assignment. */
struct sink_offset {
    const char *topic;
    int32_t partition;
    int64_t offset; /* the next one to be read */
};
enum sink_answer sink_send_offsets(struct sink *sink, const struct sink_offset *offsets,
                                   size_t count, const char *metadata,
                                   const struct group_membership *membership, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Commit.  SINK_DONE only when the broker said so, within a second and over an unbroken connection;
 * otherwise the end is uncertain and the answer SINK_RECREATE (librdkafka repeats EndTxn inside,
 * and a stale one could end the next transaction).  Waits no longer than the transaction may live.
 */
enum sink_answer sink_commit(struct sink *sink, struct err *err)
    __attribute__((warn_unused_result));

/* Abort; an uncertain end answers SINK_RECREATE as well. */
enum sink_answer sink_abort(struct sink *sink, struct err *err) __attribute__((warn_unused_result));

/* Deliver callbacks and logs while nothing else is going on. */
void sink_serve(struct sink *sink);

#endif
