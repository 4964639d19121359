#include "memory.h"

#include "library.h"
#include "worker/delivery_state.h"

#include <stddef.h>

/*
 * Left out is what nothing depends on: counts, what is kept for those who watch, and what belongs
 * to a batch, since every batch writes it anew before it reads it.  Of the clock only counts
 * whether the limits of the idle lane have passed: a wait that ends moves it beyond all of them.
 */
#define IDLE_MS 1000
#define LOOK_MS 5000

/* A new member of one of these must be thought about here. */
_Static_assert(sizeof(struct delivery_partition) == 224, "all that a partition remembers");
_Static_assert(offsetof(struct delivery, last_refused_look_ms) + sizeof(int64_t) ==
                   sizeof(struct delivery),
               "all that a delivery remembers");

static int64_t mix(int64_t hash, int64_t value)
{
    return library_hash(&value, sizeof(value), hash);
}

static int64_t partition_hash(const struct delivery_partition *p, int64_t hash)
{
    const int64_t numbers[] = {(int64_t)p->where.topic, p->where.partition,  p->row,
                               p->next_offset,          p->committed_offset, p->published_offset,
                               p->end_offset,           p->last_offset,      p->verify,
                               p->suppress_from,        p->suppress_below,   p->restored,
                               p->killer_offset,        p->careful_until};

    hash = library_hash(numbers, sizeof(numbers), hash);
    return library_hash(p->last_hash, sizeof(p->last_hash), hash);
}

uint64_t memory_hash(const struct delivery *d, int64_t now_ms)
{
    int64_t hash = mix(0, (int64_t)d->partitions.count);

    for (size_t i = 0; i < d->partitions.count; i++)
        hash = partition_hash(&d->partitions.items[i], hash);
    for (size_t i = 0; i < d->partitions.seen_count; i++) {
        hash = mix(hash, d->partitions.seen[i].where.partition);
        hash = mix(hash, d->partitions.seen[i].strange);
        hash = mix(hash, d->partitions.seen[i].published_offset);
    }
    hash = mix(hash, d->partitions.cluster_id[0]);
    hash = mix(hash, d->recover * 8 + d->producer_lost * 4 + d->idle * 2 + d->publishing);
    hash = mix(hash, d->aborts_in_a_row);
    hash = mix(hash, (int64_t)d->size.records);
    hash = mix(hash, now_ms - d->last_record_ms >= IDLE_MS);
    return (uint64_t)mix(hash, now_ms - d->last_refused_look_ms >= LOOK_MS);
}
