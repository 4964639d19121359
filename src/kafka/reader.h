#ifndef KAFKA_READER_H
#define KAFKA_READER_H

/*
 * Reader: all partitions of one topic, read_committed, without a group: it leaves no trace at the
 * broker and disturbs nobody.  Used by one thread.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "kafka/source.h"

struct reader;

struct reader_settings {
    const struct kafka_property *properties;
    size_t property_count;
    const char *client_id;
    const char *topic;
    bool from_beginning; /* else: only what comes from now on */
    int32_t timeout_ms;  /* for the questions at the start */
};

/* RETRY when no broker answers, FATAL when there is no such topic or the settings are bad. */
enum status reader_new(const struct reader_settings *settings, struct reader **ret, struct err *err)
    __attribute__((warn_unused_result));
void reader_free(struct reader *reader); /* NULL is fine */

enum reader_event_kind {
    READER_NOTHING = 0, /* nothing within the time */
    READER_RECORD,
    READER_END,     /* every partition has been read to its end (as it was when it was reached) */
    READER_TROUBLE, /* brokers not reachable and the like; text in err; it goes on trying */
};

struct reader_record {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* -1 when the record has none */
    struct bytes key;     /* at is NULL when there is none */
    struct bytes value;   /* at is NULL for a null value */
};

/*
 * Wait at most ${timeout_ms}.  Key and value are copied into ${arena}; RETRY only when it is full:
 * the record comes again.  FATAL when reading cannot go on.
 */
enum status reader_poll(struct reader *reader, int32_t timeout_ms, struct arena *arena,
                        enum reader_event_kind *ret_kind, struct reader_record *ret,
                        struct err *err) __attribute__((warn_unused_result));

/* The value of a header of the record that reader_poll gave last; false when there is none. */
bool reader_header(const struct reader *reader, const char *name, struct bytes *ret);

#endif
