/*
 * "On assignment": where each partition goes on, and what is published again before.  Every doubt
 * of a lane leads here.
 */
#include "worker/delivery_state.h"

#include "base/arena.h"
#include "worker/clock.h"
#include "worker/crash_point.h"
#include "worker/notice.h"
#include "worker/recovery.h"

#include <assert.h>

#define REFUSED_LOOK_MS 5000 /* between two looks at what was refused */

static enum status read_facts_once(struct delivery *d, struct recovery *r, struct err *err)
{
    enum status status =
        source_committed(d->source, r->where, r->count, BROKER_TIMEOUT_MS, r->committed, err);

    if (status != OK)
        return status;
    crash_point(CRASH_AFTER_COMMITTED_READ);
    status =
        store_positions(d->store, d->partitions.cluster_id, r->keys, r->count, r->positions, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    partitions_raise_published(&d->partitions, r);
    crash_point(CRASH_AFTER_POSITIONS_READ);
    for (size_t i = 0; i < r->count && status == OK; i++)
        status = source_log_range(d->source, r->where[i], BROKER_TIMEOUT_MS, &r->log_low[i],
                                  &r->log_high[i], err);
    return status;
}

/*
 * A lane that stood still between two of these reads sees facts that never were at one time: before
 * a partition is refused and a person is called, all of them are read once more.
 */
static enum status read_facts(struct delivery *d, struct recovery *r, struct err *err)
{
    const char *cluster_id;
    enum status status = source_cluster_id(d->source, BROKER_TIMEOUT_MS, &cluster_id, err);

    if (status != OK)
        return status;
    partitions_set_cluster(&d->partitions, cluster_id);
    status = read_facts_once(d, r, err);
    if (status == OK && recovery_any_refused(r))
        status = read_facts_once(d, r, err);
    return status;
}

/* Publish again what was decided and is not published. */
static enum status republish(struct delivery *d, struct recovery *r, struct err *err)
{
    struct transaction t = {.first_point = CRASH_AFTER_REPUBLISH_BEGIN};
    struct store_output *outputs = NULL;
    enum status status;

    recovery_ranges(r, d->arena);
    if (r->range_count > 0) {
        status = store_outputs(d->store, d->partitions.cluster_id, r->ranges, r->range_count,
                               d->arena, &outputs, &t.output_count, err);
        if (status != OK)
            return delivery_store_trouble(d, status);
    }
    crash_point(CRASH_AFTER_OUTPUTS_READ);
    t.outputs = outputs;
    t.offsets = r->offsets;
    t.offset_count = t.output_count > 0 || r->commit_positions ? r->offset_count : 0;
    t.maybe_twice = r->maybe_twice;
    d->report.republished += (int64_t)t.output_count;
    return delivery_publish(d, &t, err);
}

enum status delivery_recover(struct delivery *d, struct err *err)
{
    struct recovery *r;
    struct source_position *positions;
    size_t count;
    bool done = false;
    enum status status = source_fetch(d->source, NULL, 0, err);

    assert(!d->publishing);
    if (status != OK)
        return status;
    arena_reset(d->arena);
    crash_point(CRASH_AFTER_ASSIGNED);
    r = recovery_new(d->source, d->settings->topics, d->offset_metadata, d->arena);
    status = read_facts(d, r, err);
    if (status != OK)
        return status;
    partitions_plan(&d->partitions, r, d->settings->batch_records_max);
    notice_recovery(d->settings->lane, r);
    status = republish(d, r, err);
    if (status != OK)
        return status;
    status = store_start(d->store, d->partitions.cluster_id, r->starts, r->start_count, &done, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    if (!done)
        return err_set(err, RETRY, "positions: moved while they were being read");
    crash_point(CRASH_AFTER_START_WRITTEN);
    count = partitions_fetch_positions(&d->partitions, d->arena, &positions);
    status = source_fetch(d->source, positions, count, err);
    if (status != OK)
        return status;
    crash_point(CRASH_AFTER_FETCH);
    d->recover = false;
    d->idle = false;
    d->report.recoveries++;
    return OK;
}

/*
 * An operator may have said where a refused partition goes on.  And facts can be wrong for a while:
 * a broker that was just started answered with offsets older than those it had confirmed.
 */
enum status delivery_look_again(struct delivery *d, struct err *err)
{
    int64_t now_ms = clock_monotonic_us() / 1000;
    struct recovery *r;
    enum status status;

    if (!partitions_any_refused(&d->partitions) ||
        now_ms - d->last_refused_look_ms < REFUSED_LOOK_MS)
        return OK;
    d->last_refused_look_ms = now_ms;
    arena_reset(d->arena);
    r = recovery_new(d->source, d->settings->topics, d->offset_metadata, d->arena);
    status = read_facts_once(d, r, err);
    if (status == OK && partitions_any_accepted_by(&d->partitions, r))
        d->recover = true;
    return status;
}
