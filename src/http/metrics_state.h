#ifndef HTTP_METRICS_STATE_H
#define HTTP_METRICS_STATE_H

/*
 * How the metrics are kept; shared by metrics.c (counting) and metrics_print.c (printing) and by
 * nobody else.
 *
 * Each metric owns a run of cells: one per series, or for a histogram one per bucket, one for what
 * is above the last bucket, and one for the sum, for every series.  Series of partitions are found
 * by hashing, since which of them a lane gets is not known beforehand.
 */
#include "http/metrics.h"

#include <stdatomic.h>

#define BUCKETS_MAX 16
#define PARTITION_SLOTS                                                                            \
    (2 * METRICS_PARTITION_SERIES_MAX) /* half empty, so that probing is short */

struct partition_slot {
    atomic_ullong key;  /* 0: free; see partition_key */
    atomic_llong value; /* valid while shown */
    atomic_bool shown;
};

struct metrics {
    char *version;
    char *rulebook;
    char **topics;
    size_t topic_count;
    char **codes;
    size_t code_count;
    size_t first_cell[METRIC_COUNT];
    atomic_llong *cells;
    size_t cell_count;
    struct partition_slot partitions[PARTITION_SLOTS];
    atomic_size_t partition_count; /* slots that are taken; they are never given back */
};

/* How many series ${metric} has. */
size_t metric_series(const struct metrics *metrics, enum metric metric);

/* The word for ${series} in the label of ${metric}. */
const char *metric_series_word(const struct metrics *metrics, enum metric metric, size_t series);

/* How many buckets a histogram has. */
size_t metric_buckets(enum metric metric);

/* What a slot's key stands for: metric, topic and partition, never 0. */
unsigned long long partition_key(enum metric metric, size_t topic, int32_t partition);
enum metric partition_key_metric(unsigned long long key);
size_t partition_key_topic(unsigned long long key);
int32_t partition_key_partition(unsigned long long key);

#endif
