#ifndef KAFKA_SOURCE_H
#define KAFKA_SOURCE_H

/*
 * Source: one consumer of the input topics, as one member of the group.
 *
 * A source is used by one thread.  It never commits an offset, never chooses where to begin, and
 * fetches nothing on its own: being *assigned* partitions (the group's decision) and *fetching*
 * them (source_fetch, with explicit offsets) are two things.  Between the two the delivery file
 * finds out where to go on.  Not fetching while polling is also how a lane waits for PostgreSQL
 * without leaving the group.
 *
 * Answers: RETRY when the broker or the network failed; FATAL for a fatal consumer error (another
 * member took our group.instance.id: source_is_replaced) and for bad settings.  Texts carry topic,
 * partition, offset and librdkafka's error names only.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct group_membership; /* the group metadata of one assignment; see sink.h */

#define SOURCE_TOPICS_MAX 8
#define SOURCE_HEADER_SIZE_MAX 1024 /* longer header values read as absent */

/* One property that goes to librdkafka as it is. */
struct kafka_property {
    const char *name;
    const char *value;
};

struct source_settings {
    const struct kafka_property
        *properties; /* kafka.* of the configuration, bootstrap.servers among them */
    size_t property_count;
    const char *const *topics; /* names; records carry the index */
    size_t topic_count;
    const char *group_id;
    const char *client_id;
    const char *group_instance_id; /* "" for dynamic membership */
    int32_t session_timeout_ms;
};

struct source_partition {
    size_t topic; /* index into the settings' topics */
    int32_t partition;
};

/* Create the consumer; nothing is sent before source_subscribe. */
enum status source_new(const struct source_settings *settings, struct source **ret, struct err *err)
    __attribute__((warn_unused_result));

/* Join the group.  Only after the sink is initialised (see sink.h). */
enum status source_subscribe(struct source *source, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Leave: close the consumer and free everything.  Closing may block in this librdkafka when the
 * broker is gone; it is done on a thread of its own and abandoned after ${timeout_ms}.
 */
void source_close(struct source *source, int32_t timeout_ms);

enum source_event_kind {
    SOURCE_NOTHING = 0,
    SOURCE_RECORD,
    SOURCE_END,          /* of a partition: ${offset} is the next one that will ever be there */
    SOURCE_ASSIGNED,     /* source_assignment tells the partitions; nothing is fetched yet */
    SOURCE_REVOKED,      /* nothing is assigned any more; whatever is in hand must be dropped */
    SOURCE_OUT_OF_RANGE, /* the position of one partition is not in the log (any more) */
    SOURCE_TROUBLE, /* brokers not reachable and the like: librdkafka goes on trying; text in err */
};

/* The trace and replay headers that Restage looks at; NULL when absent. */
struct source_record {
    struct source_partition partition;
    int64_t offset;
    int64_t timestamp_ms; /* -1 when the record has none */
    struct bytes key;     /* at is NULL when there is none */
    struct bytes value;   /* at is NULL for a null value */
    const char *traceparent;
    const char *tracestate;
    const char *replay_dead_letter_id; /* header "restage.replay.dead_letter_id" */
    const char *replay_sha256;         /* header "restage.replay.sha256", 64 hexadecimal digits */
    const char *replay_count;          /* header "restage.replay.count", decimal */
    const char *replay_first_at;       /* header "restage.replay.first_at", RFC 3339 */
};

struct source_event {
    enum source_event_kind kind;
    struct source_partition partition; /* of END, OUT_OF_RANGE */
    int64_t offset;
    struct source_record record;
};

/*
 * Wait at most ${timeout_ms} (0: do not wait) for one thing to happen.  A record's bytes are copied
 * into ${arena}.  RETRY only when the arena is full: the record comes again with the next poll.
 */
enum status source_poll(struct source *source, int32_t timeout_ms, struct arena *arena,
                        struct source_event *ret, struct err *err)
    __attribute__((warn_unused_result));

/* The partitions that the group assigned to us, in (topic name, partition) order; 0 without any. */
size_t source_assignment(const struct source *source, const struct source_partition **ret);

/*
 * The group metadata as it was in the callback of this assignment (design: taken there once, never
 * per transaction); NULL when nothing is assigned.  Owned by the source, dead after the next
 * SOURCE_REVOKED or SOURCE_ASSIGNED.
 */
const struct group_membership *source_membership(const struct source *source);

/*
 * Begin to fetch: exactly these partitions of the assignment, each from its offset; what was being
 * fetched before is forgotten.  ${count} 0 stops fetching, the assignment stays ours.
 */
struct source_position {
    struct source_partition partition;
    int64_t offset;
};
enum status source_fetch(struct source *source, const struct source_position *positions,
                         size_t count, struct err *err) __attribute__((warn_unused_result));

/* What the group has committed for one partition. */
struct source_committed {
    bool known;        /* false: the group has no offset there */
    int64_t offset;    /* K */
    char metadata[64]; /* as committed, "" without; longer ones are cut */
};

/*
 * Ask for the *stable* committed offsets of ${count} partitions: waits while a transactional commit
 * is pending.  RETRY unless the call and every single element say that there is an answer (a
 * timeout leaves an element that looks like "no offset").
 */
enum status source_committed(struct source *source, const struct source_partition *partitions,
                             size_t count, int32_t timeout_ms, struct source_committed *ret,
                             struct err *err) __attribute__((warn_unused_result));

/* First offset in the log and the one after the last, asked from the broker. */
enum status source_log_range(struct source *source, struct source_partition partition,
                             int32_t timeout_ms, int64_t *ret_low, int64_t *ret_high,
                             struct err *err) __attribute__((warn_unused_result));

/* The end of the log as last heard with a fetch, -1 when unknown: for lag, costs nothing. */
int64_t source_known_end(const struct source *source, struct source_partition partition);

/* The id of the cluster, waiting at most ${timeout_ms}; owned by the source. */
enum status source_cluster_id(struct source *source, int32_t timeout_ms, const char **ret,
                              struct err *err) __attribute__((warn_unused_result));

/* Whether a FATAL answer meant that another member took our group.instance.id. */
bool source_is_replaced(const struct source *source);

/*
 * A new consumer with the same settings, nothing subscribed; the old one is closed as with
 * source_close.  For a member that was replaced by itself: after a broker's restart the answer to
 * our own join may be lost, and the next one then fences the first.
 */
enum status source_recreate(struct source *source, int32_t timeout_ms, struct err *err)
    __attribute__((warn_unused_result));

/*
 * How many partitions a topic has, 0 when there is no such topic or none that we may see.  RETRY
 * when no broker answers within ${timeout_ms}.
 */
enum status source_partition_count(struct source *source, const char *topic, int32_t timeout_ms,
                                   int32_t *ret, struct err *err)
    __attribute__((warn_unused_result));

/* What the online check wants to know of one topic. */
struct source_topic_report {
    bool exists;
    int32_t partition_count;
    bool compacted;       /* cleanup.policy contains "compact" */
    bool log_append_time; /* message.timestamp.type */
};
enum status source_topic_report(struct source *source, const char *topic, int32_t timeout_ms,
                                struct source_topic_report *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
