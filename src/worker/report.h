#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

/*
 * Report: what a lane did, as plain numbers.
 *
 * The delivery adds to it and knows nothing of metrics; the lane takes the counts after each step,
 * turns them into metrics, and sets them to zero.
 */
#include "wire/error_code.h"
#include "store/store.h"
#include "kafka/source.h"

#include <stdbool.h>
#include <stdint.h>

#define REPORT_TOPICS_MAX SOURCE_TOPICS_MAX

enum report_change { REPORT_INITIAL = 0, REPORT_CHANGED, REPORT_UNCHANGED, REPORT_CHANGES };

/* The steps of a batch whose time is taken. */
enum report_duration {
    REPORT_DECODE = 0,
    REPORT_CLAIM,
    REPORT_JUDGE,
    REPORT_STORE_COMMIT,
    REPORT_PUBLISH,
    REPORT_DURATIONS,
};

struct report {
    /* counts since they were last taken */
    int64_t consumed[REPORT_TOPICS_MAX];
    int64_t consumed_bytes[REPORT_TOPICS_MAX];
    int64_t applied;
    int64_t older;
    int64_t duplicates;
    int64_t dead_lettered[ERROR_CODE_COUNT];
    int64_t published[REPORT_CHANGES];
    int64_t dead_letters_published;
    int64_t dead_letters_closed;
    int64_t republished;
    int64_t batches;
    int64_t batch_records;                 /* of the last batch */
    int64_t duration_us[REPORT_DURATIONS]; /* of the last batch; -1: not taken */
    int64_t misses;                        /* of the compare-and-swap */
    int64_t rebalances;
    int64_t recoveries;
    int64_t reconnects;
    int64_t producers_recreated;
    int64_t reviews_published;
    int64_t reevaluations_published;
    int64_t unknown_fields; /* of accepted events */
    int64_t trouble;        /* complaints of the Kafka client */
};

struct intake;

/* Add ${delta} to ${total} and set it to zero; of sizes and durations the latest are kept. */
void report_add(struct report *total, struct report *delta);

/* One output was given to the producer. */
void report_published(struct report *report, const struct store_output *output);

/* The batch in ${intake}, of which judging counted ${judged}, is committed with ${result}. */
void report_decided(struct report *report, const struct intake *intake, const struct report *judged,
                    const struct store_result *result);

#endif
