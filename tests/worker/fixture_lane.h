#ifndef TESTS_WORKER_FIXTURE_LANE_H
#define TESTS_WORKER_FIXTURE_LANE_H

/*
 * A lane without servers: records go through intake and judging as in the worker, and a store in
 * memory answers as store.h says.
 */
#include "base/arena.h"
#include "guidance/policy.h"
#include "worker/delivery.h"
#include "worker/intake.h"
#include "worker/judging.h"
#include "worker/partitions.h"

#define FIXTURE_TOPIC_COUNT 3
#define FIXTURE_PARTITION_COUNT 2
#define FIXTURE_ROWS_MAX 64
#define FIXTURE_RECORD_MS INT64_C(1780272000000) /* 2026-06-01T00:00:00Z */

extern const char *const fixture_topics[FIXTURE_TOPIC_COUNT];

/* A dead letter as it stands in its table. */
struct fixture_letter {
    struct store_hold hold; /* its id, code, hash and patient ("" for none) */
    bool first;
    bool open;
    const char *state;
    const char *note;
};

struct fixture_lane {
    struct arena *arena; /* of the batch in hand */
    struct arena *encoding;
    struct arena *kept; /* what the store keeps */
    struct partitions partitions;
    struct intake *intake;
    struct policy policy;
    struct delivery_settings settings;
    struct report report;
    int64_t next_offset[FIXTURE_TOPIC_COUNT];
    /* the store */
    struct store_subject subjects[FIXTURE_ROWS_MAX];
    size_t subject_count;
    struct store_history_event events[FIXTURE_ROWS_MAX];
    size_t event_count;
    struct fixture_letter letters[FIXTURE_ROWS_MAX];
    size_t letter_count;
    /* of the last batch */
    struct store_result result;
    int claims; /* how often it had to be claimed */
};

/* Every partition of every topic, empty, from offset 0. */
void fixture_lane_init(struct fixture_lane *lane);
void fixture_lane_done(struct fixture_lane *lane);

/* An event as bytes, made from its JSON; a mistake in the JSON ends the program. */
struct bytes fixture_message(struct fixture_lane *lane, const char *json);

/*
 * The JSON of a pathology report: ${number} (two digits) tells events apart, ${patient} and
 * ${report} are identifiers; ${more} follows ("" or ",\"reportVersion\":2").
 */
struct bytes fixture_report(struct fixture_lane *lane, const char *number, const char *patient,
                            const char *report, const char *more);

/* Start a batch; add a record of the topic's partition 0 with the key "urn:example|${patient}". */
void fixture_begin(struct fixture_lane *lane);
struct source_record *fixture_add(struct fixture_lane *lane, size_t topic, const char *patient,
                                  struct bytes value);

/* Decode, claim (again while judging asks for it), judge and commit what was added. */
void fixture_deliver(struct fixture_lane *lane);

/* A batch of one. */
void fixture_deliver_one(struct fixture_lane *lane, const char *patient, struct bytes value);

/* The ${i}th output of the last batch: asserts that it is what is asked for. */
const struct store_recommendation *fixture_recommendation(const struct fixture_lane *lane,
                                                          size_t i);
const struct store_dead_letter *fixture_dead_letter(const struct fixture_lane *lane, size_t i);

#endif
