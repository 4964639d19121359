#include "worker/recovery.h"

#include <assert.h>

struct recovery *recovery_new(const struct source *source, const char *const *topics,
                              const char *offset_metadata, struct arena *arena)
{
    struct recovery *r = arena_zalloc(arena, 1, sizeof(*r));
    size_t n = source_assignment(source, &r->where);

    r->count = n;
    r->offset_metadata = offset_metadata;
    r->keys = arena_zalloc(arena, n, sizeof(*r->keys));
    r->committed = arena_zalloc(arena, n, sizeof(*r->committed));
    r->positions = arena_zalloc(arena, n, sizeof(*r->positions));
    r->log_low = arena_zalloc(arena, n, sizeof(*r->log_low));
    r->log_high = arena_zalloc(arena, n, sizeof(*r->log_high));
    r->plans = arena_zalloc(arena, n, sizeof(*r->plans));
    r->starts = arena_zalloc(arena, n, sizeof(*r->starts));
    assert(r->starts != NULL);
    for (size_t i = 0; i < n; i++)
        r->keys[i] = (struct store_partition){topics[r->where[i].topic], r->where[i].partition};
    return r;
}

struct recovery_plan recovery_plan_of(const struct recovery *r, size_t i)
{
    return recovery_plan(&(struct recovery_facts){.committed = &r->committed[i],
                                                  .position = &r->positions[i],
                                                  .log_low = r->log_low[i],
                                                  .log_high = r->log_high[i],
                                                  .offset_metadata = r->offset_metadata});
}

bool recovery_any_refused(const struct recovery *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (recovery_is_refused(recovery_plan_of(r, i).row))
            return true;
    return false;
}

void recovery_ranges(struct recovery *r, struct arena *arena)
{
    r->ranges = arena_zalloc(arena, r->count, sizeof(*r->ranges));
    r->offsets = arena_zalloc(arena, r->count, sizeof(*r->offsets));
    assert(r->ranges != NULL && r->offsets != NULL);
    for (size_t i = 0; i < r->count; i++) {
        const struct recovery_plan *plan = &r->plans[i];

        if (recovery_is_refused(plan->row))
            continue;
        if (plan->republish_from < plan->republish_to) {
            r->ranges[r->range_count++] = (struct store_range){
                .partition = r->keys[i], .from = plan->republish_from, .to = plan->republish_to};
            r->maybe_twice = r->maybe_twice || plan->maybe_twice;
        }
        /* Inside a suppressed stretch the group stays where it is: it is ahead of us. */
        if (plan->next_offset < plan->suppress_below)
            continue;
        r->offsets[r->offset_count++] = (struct sink_offset){.topic = r->keys[i].topic,
                                                             .partition = r->keys[i].partition,
                                                             .offset = plan->next_offset};
        r->commit_positions = r->commit_positions || plan->commit_position;
    }
}
