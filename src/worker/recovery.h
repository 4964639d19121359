#ifndef WORKER_RECOVERY_H
#define WORKER_RECOVERY_H

/*
 * Recovery: what is gathered about the assigned partitions while it is found out where they go on.
 * Lives in an arena for as long as one recovery takes; parallel arrays of ${count}.
 */
#include "base/arena.h"
#include "kafka/sink.h"
#include "worker/recovery_plan.h"

struct recovery {
    size_t count;
    const struct source_partition *where;
    const char *offset_metadata;
    struct store_partition *keys;
    struct source_committed *committed;
    struct store_position *positions;
    int64_t *log_low;
    int64_t *log_high;
    struct recovery_plan *plans;
    /* what follows from the plans */
    struct store_start *starts; /* to be written, in key order */
    size_t start_count;
    struct store_range *ranges; /* to be published again */
    size_t range_count;
    struct sink_offset *offsets; /* to be committed with them */
    size_t offset_count;
    bool commit_positions; /* also when nothing is published again */
    bool maybe_twice;
};

/* The partitions that ${source} is assigned now, with room for their facts. */
struct recovery *recovery_new(const struct source *source, const char *const *topics,
                              const char *offset_metadata, struct arena *arena);

/* What the facts of partition ${i} say. */
struct recovery_plan recovery_plan_of(const struct recovery *recovery, size_t i);

/* Whether any partition would be refused by these facts. */
bool recovery_any_refused(const struct recovery *recovery);

/* Fill ranges, offsets and the two flags from the plans. */
void recovery_ranges(struct recovery *recovery, struct arena *arena);

#endif
