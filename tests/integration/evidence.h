#ifndef INTEGRATION_EVIDENCE_H
#define INTEGRATION_EVIDENCE_H

/*
 * Evidence: everything that Kafka and PostgreSQL say after a run, read by the checker itself.
 *
 * Shares nothing with the delivery code: its own consumer (read_committed), its own queries.
 * Everything lives in one arena.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVIDENCE_TOPICS_MAX 8
#define EVIDENCE_SIZE_MAX ((size_t)8 << 30) /* bytes of everything that is read */

struct place {
    const char *topic;
    int32_t partition;
    int64_t offset;
};

/* (topic, partition, offset) order, as strcmp. */
int place_compare(const struct place *a, const struct place *b);

struct record_header {
    const char *name;
    struct bytes value;
};

struct record {
    struct place place;
    int64_t timestamp_ms;
    struct bytes key;
    struct bytes value;
    struct record_header *headers;
    size_t header_count;
};

/* The value of the first header of that name; at NULL when there is none. */
struct bytes record_header_value(const struct record *record, const char *name);

struct record_list {
    struct record *items;
    size_t count;
    size_t room;
};

struct partition_state {
    const char *topic;
    int32_t partition;
    int64_t log_start;
    int64_t log_end; /* the next offset that a read_committed reader will ever see */
    bool committed_known;
    int64_t committed; /* K */
    char metadata[64];
    bool position_known;
    int64_t next_offset;      /* P */
    int64_t published_offset; /* Q */
};

struct event_row {
    struct place source;
    struct uuid subject;
    struct uuid event_id;
    uint8_t content_hash[SHA256_SIZE];
    struct bytes value;
};

struct recommendation_row {
    struct place source;
    struct uuid subject;
    struct uuid id;
    int64_t sequence;
    const char *change;
    struct bytes key;
    struct bytes value;
};

struct dead_letter_row {
    struct place source;
    struct uuid id;
    const char *code;
    struct bytes key;
    struct bytes value;
    const char *authority; /* NULL without a patient */
    const char *patient_value;
    bool has_parent;
    bool open;
};

struct subject_row {
    struct uuid id;
    const char *authority;
    const char *patient_value;
    const char *tumour_id;
    int64_t sequence;
    struct uuid recommendation_id;
    int64_t as_of_ms;
    struct uuid *holds;
    size_t hold_count;
};

struct evidence {
    char database_id[UUID_TEXT_SIZE];
    struct partition_state *partitions; /* of the input topics */
    size_t partition_count;
    struct record_list inputs; /* in place order, like the two below */
    struct record_list recommendations;
    struct record_list dead_letters;
    struct event_row *event_rows; /* in (subject, event id) order */
    size_t event_row_count;
    struct recommendation_row *recommendation_rows; /* in (subject, sequence) order */
    size_t recommendation_row_count;
    struct dead_letter_row *dead_letter_rows; /* in place order */
    size_t dead_letter_row_count;
    struct subject_row *subject_rows; /* in UUID order */
    size_t subject_row_count;
};

struct evidence_settings {
    const char *bootstrap;
    const char *conninfo;
    const char *group;
    const char *inputs[EVIDENCE_TOPICS_MAX];
    size_t input_count;
    const char *recommendations;
    const char *dead_letters;
};

/* Read the topics and the group's offsets; FATAL when the broker does not answer in time. */
enum status evidence_from_kafka(const struct evidence_settings *settings, struct arena *arena,
                                struct evidence *evidence, struct err *err)
    __attribute__((warn_unused_result));

/* Read the tables in one REPEATABLE READ transaction; after evidence_from_kafka. */
enum status evidence_from_postgres(const struct evidence_settings *settings, struct arena *arena,
                                   struct evidence *evidence, struct err *err)
    __attribute__((warn_unused_result));

#endif
