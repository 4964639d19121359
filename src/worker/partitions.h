#ifndef WORKER_PARTITIONS_H
#define WORKER_PARTITIONS_H

/*
 * Partitions: how far a lane has come in each partition that it was assigned.
 *
 * Plain bookkeeping without effects.  What stands here is what this lane believes; the database and
 * the group know better, and every doubt ends in a recovery, which writes it anew.
 */
#include "base/arena.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "store/store.h"
#include "worker/recovery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLUSTER_ID_SIZE_MAX 128
#define UNCLEAN_ENDS_MAX 3 /* as many at one position: from there record by record */

struct delivery_partition {
    struct source_partition where;
    struct store_partition key;
    enum recovery_row row;    /* how it was found; a refused one is not fetched */
    int64_t next_offset;      /* P: decided up to here */
    int64_t committed_offset; /* K as we last committed or read it */
    int64_t published_offset; /* Q as we last wrote it */
    int64_t end_offset;       /* end of the log as far as known, -1: not known */
    int64_t last_offset;      /* the last record decided, STORE_NO_OFFSET: none */
    uint8_t last_hash[SHA256_SIZE];
    bool verify;           /* the first record read must be the last one decided */
    int64_t suppress_from; /* publishing of sources in [from, below) is suppressed */
    int64_t suppress_below;
    bool restored;
    int64_t killer_offset; /* this record killed the worker: it is buried unread */
    int64_t careful_until; /* below this offset the lane goes record by record */
    int64_t batch_next;    /* next_offset after the batch in hand, -1: it has none of ours */
    uint8_t batch_hash[SHA256_SIZE]; /* of the batch's last record */
    /* for those who watch */
    int64_t read_offset;   /* the log was read up to here when it last ended, 0: it did not */
    int64_t waiting_ms;    /* timestamp of the oldest record known to wait, 0: none */
    int64_t batch_last_ms; /* timestamp of the batch's last record */
};

/* A partition that this run of the lane has had before. */
struct partition_seen {
    struct source_partition where;
    bool strange;             /* its log is not the one we knew */
    int64_t published_offset; /* what this run knows to be published, maybe ahead of Q */
};

struct partitions {
    struct delivery_partition *items; /* in (topic name, partition) order */
    size_t count;
    struct partition_seen *seen;
    size_t seen_count;
    char cluster_id[CLUSTER_ID_SIZE_MAX];
};

/* Free what is behind ${partitions}. */
void partitions_done(struct partitions *partitions);

void partitions_set_cluster(struct partitions *partitions, const char *cluster_id);

/* Nothing is assigned any more. */
void partitions_revoke(struct partitions *partitions);

/*
 * Raise each Q of ${recovery} to what this run knows to be published, so that a group that answers
 * with less is not believed.  Nothing is raised beyond P: a database that went back knows better.
 */
void partitions_raise_published(struct partitions *partitions, struct recovery *recovery);

/*
 * Plan each partition of ${recovery} by its facts, take the result over, and write into the
 * recovery what is to be stored (starts).  ${careful_records} is how far a lane goes record by
 * record after it died UNCLEAN_ENDS_MAX times at one position.
 */
void partitions_plan(struct partitions *partitions, struct recovery *recovery,
                     size_t careful_records);

/* Where to fetch from; the array lives in ${arena}. */
size_t partitions_fetch_positions(const struct partitions *partitions, struct arena *arena,
                                  struct source_position **ret);

struct delivery_partition *partitions_find(const struct partitions *partitions,
                                           struct source_partition where);

enum record_verdict {
    RECORD_WANTED,
    RECORD_SEEN,    /* the last one decided, or older */
    RECORD_STRANGE, /* not the record that stood at this place: another topic */
};
enum record_verdict partitions_accept(struct partitions *partitions,
                                      const struct source_record *record);

/* The log ends at ${offset} for now; false when it ends without the last record decided. */
bool partitions_end(struct partitions *partitions, struct source_partition where, int64_t offset);

bool partitions_is_killer(const struct partitions *partitions, const struct source_record *record);
bool partitions_careful(const struct partitions *partitions);
bool partitions_any_refused(const struct partitions *partitions);

/* Whether by the facts of ${recovery} a partition goes on that was refused before. */
bool partitions_any_accepted_by(const struct partitions *partitions,
                                const struct recovery *recovery);

/* How far ${partition} is behind the end of its log at ${known_end}, -1: not known. */
int64_t partitions_lag(const struct delivery_partition *partition, int64_t known_end);

/* The hash by which a record is known again: over its timestamp, key and value. */
void partitions_hash_record(const struct source_record *record, uint8_t ret_hash[SHA256_SIZE]);

/* Forget the batch in hand; remember ${record} as its latest of that partition. */
void partitions_batch_begin(struct partitions *partitions);
void partitions_batch_add(struct partitions *partitions, const struct source_record *record);

/* The compare-and-swap of the batch in hand, in key order. */
size_t partitions_advances(const struct partitions *partitions, struct arena *arena,
                           struct store_advance **ret);

/* The batch in hand is committed in PostgreSQL. */
void partitions_decided(struct partitions *partitions);

/* The positions decided that the group does not have; none inside a suppressed stretch. */
size_t partitions_offsets(const struct partitions *partitions, struct arena *arena,
                          struct sink_offset **ret);

/* These were committed in Kafka. */
void partitions_published(struct partitions *partitions, const struct sink_offset *offsets,
                          size_t count);

/* Whether ${output} was published before this database knew it. */
bool partitions_suppress(const struct partitions *partitions, const struct store_output *output);

/* A partition whose suppressed stretch lies behind it, NULL without any; and the end of it. */
struct delivery_partition *partitions_suppression_over(const struct partitions *partitions);
void partitions_end_suppression(struct delivery_partition *partition);

/* What is to be brought up to date while idle, or (${clean}) at the end; and that it was. */
size_t partitions_progress(const struct partitions *partitions, bool clean, struct arena *arena,
                           struct store_progress **ret);
void partitions_progressed(struct partitions *partitions, const struct store_progress *progress,
                           size_t count);

#endif
