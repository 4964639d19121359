#ifndef WORKER_DELIVERY_STATE_H
#define WORKER_DELIVERY_STATE_H

/*
 * What a delivery remembers, shared by the files that make it up and by nobody else:
 * delivery.c (the order of effects), delivery_recovery.c ("on assignment"), delivery_gather.c
 * (polling) and delivery_transaction.c (one Kafka transaction and what its failure means).
 */
#include "base/arena.h"
#include "worker/batch_size.h"
#include "worker/crash_point.h"
#include "worker/delivery.h"
#include "worker/partitions.h"

#define BROKER_TIMEOUT_MS 5000

struct delivery {
    const struct delivery_settings *settings;
    struct store *store;
    struct source *source;
    struct sink *sink;
    struct arena *arena;    /* of the batch, or of the recovery, in hand */
    struct arena *encoding; /* of one recommendation at a time */
    struct intake *intake;
    struct batch_size size;
    struct partitions partitions;
    struct report report;
    char offset_metadata[OFFSET_METADATA_SIZE];
    bool recover;        /* assigned, but where to go on must be found out (again) */
    bool publishing;     /* the last batch's transaction is open: its outputs are sent meanwhile */
    bool producer_lost;  /* the sink's handle must be replaced before anything else */
    int aborts_in_a_row; /* abortable errors without a committed transaction between */
    bool idle;           /* positions are up to date since the last record */
    int64_t last_record_ms;
    int64_t last_review_ms;
    int64_t last_refused_look_ms;
};

/* One Kafka transaction: outputs, Restage's own events and consumed positions, or nothing. */
struct transaction {
    const struct store_output *outputs;
    size_t output_count;
    const struct sink_record *records; /* Restage's own events */
    size_t record_count;
    const struct sink_offset *offsets;
    size_t offset_count;
    bool maybe_twice;
    enum crash_point first_point; /* begin, produced, offsets, commit follow each other */
};

/*
 * Carry ${transaction} out; without any content it is not even begun.  OK only when it is known to
 * be committed; otherwise its end was dealt with, and a recovery finds out what became of it.
 */
enum status delivery_publish(struct delivery *d, const struct transaction *transaction,
                             struct err *err) __attribute__((warn_unused_result));

/*
 * The same in two parts for the batch that ${result} decided: its outputs are on their way when the
 * first returns, and the second commits them with the positions decided; nothing where none is
 * open.
 */
enum status delivery_publish_begin(struct delivery *d, const struct store_result *result,
                                   struct err *err) __attribute__((warn_unused_result));
enum status delivery_publish_end(struct delivery *d, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Abort what is open, since the assignment changed: its positions may not be committed under
 * another membership than that under which they were decided.  A recovery publishes it again.
 */
void delivery_publish_drop(struct delivery *d);

/* Everything of "on assignment": find out where each partition goes on, and go on from there. */
enum status delivery_recover(struct delivery *d, struct err *err)
    __attribute__((warn_unused_result));

/* Look now and then at what was refused; a recovery follows when it can go on. */
enum status delivery_look_again(struct delivery *d, struct err *err)
    __attribute__((warn_unused_result));

/* The store failed: whatever was in hand is dropped; recovery finds out what was committed. */
enum status delivery_store_trouble(struct delivery *d, enum status status);

/* OK while the lane's row names this run: whoever fenced us was ourselves.  FATAL otherwise. */
enum status delivery_check_name(struct delivery *d, struct err *err)
    __attribute__((warn_unused_result));

/* A new producer under the same transactional.id: its initialisation fences what is in flight. */
enum status delivery_replace_producer(struct delivery *d, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Poll into the intake: wait at most ${timeout_ms} for the first record, then take what is already
 * there.  A change of the assignment, or a need to recover, drops what is in hand.
 */
enum status delivery_gather(struct delivery *d, int32_t timeout_ms, struct err *err)
    __attribute__((warn_unused_result));

/* Poll for ${ms} while nothing is fetched: only news of the group can come. */
enum status delivery_poll_group(struct delivery *d, int32_t ms, struct err *err)
    __attribute__((warn_unused_result));

#endif
