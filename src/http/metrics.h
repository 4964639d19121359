#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

/*
 * Metrics: what the process has done and how it stands, for a Prometheus scrape.
 *
 * Every series that can be named beforehand exists from the start with the value 0, since a counter
 * that is born at 1 is invisible to increase().  Labels are topics, partitions and closed lists of
 * words: never a patient, a report or an event.  Values are whole numbers in the unit that the
 * table states and are printed as decimals of the base unit, so that no locale can spoil them.
 *
 * All functions may be called from several threads at once; values are atomics.
 */
#include <stddef.h>
#include <stdint.h>

struct metrics;

#define METRICS_TOPICS_MAX 16
#define METRICS_CODES_MAX 64
#define METRICS_PARTITION_SERIES_MAX 4096 /* of all topics; further ones are left out */
#define METRICS_LABEL_SIZE_MAX 256        /* bytes of a topic, code or version */

enum metric {
    METRIC_BUILD_INFO = 0,
    METRIC_MESSAGES_CONSUMED,
    METRIC_CONSUMED_BYTES,
    METRIC_EVENTS_PROCESSED,
    METRIC_UNKNOWN_FIELDS,
    METRIC_DEAD_LETTERS,
    METRIC_DEAD_LETTERS_CLOSED,
    METRIC_RECOMMENDATIONS_PUBLISHED,
    METRIC_DEAD_LETTERS_PUBLISHED,
    METRIC_RECOMMENDATIONS_REPUBLISHED,
    METRIC_REVIEWS_PUBLISHED,
    METRIC_REEVALUATIONS_PUBLISHED,
    METRIC_CONSUMER_LAG,
    METRIC_OLDEST_UNPROCESSED,
    METRIC_BATCH_RECORDS,
    METRIC_STEP_DURATION,
    METRIC_DEAD_LETTERS_OPEN,
    METRIC_DEAD_LETTERS_WITHOUT_PATIENT,
    METRIC_DEAD_LETTERS_OLDEST,
    METRIC_SUBJECTS_ON_HOLD,
    METRIC_LANES,
    METRIC_PARTITIONS_REFUSED,
    METRIC_REBALANCES,
    METRIC_RECOVERIES,
    METRIC_POSITION_MISSES,
    METRIC_DB_RECONNECTS,
    METRIC_PRODUCERS_RECREATED,
    METRIC_KAFKA_CLIENT_ERRORS,
    METRIC_LOG_MESSAGES,
    /* of the process, read when they are printed */
    METRIC_PROCESS_CPU,
    METRIC_PROCESS_OPEN_FDS,
    METRIC_PROCESS_MAX_FDS,
    METRIC_PROCESS_VIRTUAL_MEMORY,
    METRIC_PROCESS_RESIDENT_MEMORY,
    METRIC_PROCESS_START_TIME,
    METRIC_COUNT,
};

enum metric_kind { METRIC_COUNTER = 0, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Which label tells the series of a metric apart. */
enum metric_label {
    METRIC_UNLABELLED = 0,
    METRIC_BY_BUILD, /* the one series names version and rulebook */
    METRIC_BY_TOPIC, /* the series is the topic's place in struct metrics_settings */
    METRIC_BY_CODE,  /* likewise the code's */
    METRIC_BY_PARTITION,
    METRIC_BY_OUTCOME, /* the series is an enum metric_outcome, and so on */
    METRIC_BY_CHANGE,
    METRIC_BY_STEP,
    METRIC_BY_LANE_STATE,
    METRIC_BY_LEVEL,
};

enum metric_outcome {
    METRIC_APPLIED = 0, /* it changed what counts */
    METRIC_OLDER,       /* stored, but a version that counts stands before it */
    METRIC_DUPLICATE,
    METRIC_DEAD_LETTERED,
};

enum metric_change { METRIC_INITIAL = 0, METRIC_CHANGED, METRIC_UNCHANGED };

enum metric_step {
    METRIC_DECODE = 0,
    METRIC_CLAIM,
    METRIC_JUDGE,
    METRIC_STORE_COMMIT,
    METRIC_PUBLISH
};

enum metric_lane_state {
    METRIC_LANE_STARTING = 0,
    METRIC_LANE_RUNNING,
    METRIC_LANE_RETRYING,
    METRIC_LANE_STOPPED,
    METRIC_LANE_FAILED,
};

/* One row of the table of metrics. */
struct metric_description {
    const char *name;
    const char *help;
    enum metric_kind kind;
    enum metric_label label;
    int decimals;           /* values count in units of 10^-decimals: 6 is microseconds */
    const int64_t *buckets; /* of a histogram: upper bounds in the same unit, rising, 0 ends */
};

const struct metric_description *metric_description(enum metric metric);

struct metrics_settings {
    const char *version;
    const char *rulebook; /* its hash */
    const char *const *topics;
    size_t topic_count;
    const char *const *codes; /* why a record can be refused */
    size_t code_count;
};

/* All series at 0; the texts are copied.  NULL without memory. */
struct metrics *metrics_new(const struct metrics_settings *settings);
void metrics_free(struct metrics *metrics); /* NULL is fine */

/* Add to a counter or a gauge; ${series} as enum metric_label says, 0 for the only one. */
void metrics_add(struct metrics *metrics, enum metric metric, size_t series, int64_t n);

/* Set a gauge. */
void metrics_set(struct metrics *metrics, enum metric metric, size_t series, int64_t value);

/* Count one observation of a histogram. */
void metrics_observe(struct metrics *metrics, enum metric metric, size_t series, int64_t value);

/* The value of a counter or gauge, for tests and health. */
int64_t metrics_value(const struct metrics *metrics, enum metric metric, size_t series);

/* Set a gauge of one partition; it is printed until it is cleared. */
void metrics_set_partition(struct metrics *metrics, enum metric metric, size_t topic,
                           int32_t partition, int64_t value);
void metrics_clear_partition(struct metrics *metrics, enum metric metric, size_t topic,
                             int32_t partition);

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Everything in the text exposition format 0.0.4, on the heap and the caller's to free; NULL
 * without memory.  ${ret_size} is its size in bytes.
 */
char *metrics_print(struct metrics *metrics, size_t *ret_size);

#endif
