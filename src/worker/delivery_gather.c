#include "worker/delivery_state.h"

#include "worker/clock.h"
#include "worker/notice.h"

#define CLOSE_TIMEOUT_MS 3000

static void take_record(struct delivery *d, const struct source_record *record)
{
    switch (partitions_accept(&d->partitions, record)) {
    case RECORD_WANTED:
        intake_add(d->intake, record, partitions_is_killer(&d->partitions, record));
        d->report.consumed[record->partition.topic]++;
        d->report.consumed_bytes[record->partition.topic] += (int64_t)record->value.size;
        break;
    case RECORD_SEEN: /* the last one decided, read again to know the topic by it */
        break;
    case RECORD_STRANGE:
        notice_refused(d->settings->lane, d->settings->topics[record->partition.topic],
                       record->partition.partition, RECOVERY_REFUSED_TOPIC);
        d->recover = true;
        break;
    }
}

/* Take what one poll brought; false: nothing more to take now. */
static bool take_event(struct delivery *d, const struct source_event *event, const struct err *err)
{
    switch (event->kind) {
    case SOURCE_NOTHING:
        return false;
    case SOURCE_RECORD:
        take_record(d, &event->record);
        return true;
    case SOURCE_END:
        if (!partitions_end(&d->partitions, event->partition, event->offset)) {
            notice_refused(d->settings->lane, d->settings->topics[event->partition.topic],
                           event->partition.partition, RECOVERY_REFUSED_TOPIC);
            d->recover = true;
        }
        d->idle = false; /* the position may move past control records, to this end */
        return true;
    case SOURCE_ASSIGNED:
        delivery_publish_drop(d);
        d->recover = true;
        d->report.rebalances++;
        return false;
    case SOURCE_REVOKED:
        delivery_publish_drop(d);
        d->recover = false;
        partitions_revoke(&d->partitions);
        return false;
    case SOURCE_OUT_OF_RANGE:
        d->recover = true;
        return false;
    case SOURCE_TROUBLE:
        d->report.trouble++;
        notice_trouble(d->settings->lane, err);
        return true;
    }
    return false; /* uncovered: the switch names every kind */
}

/*
 * The consumer cannot go on.  Replaced by ourselves (the answer to a join was lost with its
 * broker): join again with a new one; everything else ends the lane.
 */
static enum status join_again(struct delivery *d, struct err *err)
{
    enum status status;

    delivery_publish_drop(d);
    if (!source_is_replaced(d->source))
        return FATAL;
    status = delivery_check_name(d, err);
    if (status != OK)
        return status;
    d->recover = false;
    partitions_revoke(&d->partitions);
    d->report.reconnects++;
    status = source_recreate(d->source, CLOSE_TIMEOUT_MS, err);
    if (status == OK)
        status = source_subscribe(d->source, err);
    return status == OK
               ? err_set(err, RETRY, "consumer: its place was taken by itself, joins again")
               : status;
}

/* Whether something is to be done at once: no poll should wait then. */
static bool is_anything_due(const struct delivery *d)
{
    const struct source_partition *assigned;

    return d->publishing || (d->recover && source_assignment(d->source, &assigned) > 0);
}

/* Poll: wait for the first record, then take what is already there. */
enum status delivery_gather(struct delivery *d, int32_t timeout_ms, struct err *err)
{
    size_t records_max = partitions_careful(&d->partitions) ? 1 : d->size.records;
    bool more = true;

    arena_reset(d->arena);
    intake_begin(d->intake, d->arena);
    while (more && intake_count(d->intake) < records_max &&
           intake_size(d->intake) < d->settings->batch_bytes_max) {
        int32_t wait_ms = intake_count(d->intake) == 0 && !is_anything_due(d) ? timeout_ms : 0;
        struct source_event event;
        enum status status = source_poll(d->source, wait_ms, d->arena, &event, err);

        if (status == FATAL)
            return join_again(d, err);
        if (status != OK)
            return status;
        more = take_event(d, &event, err);
        if (event.kind == SOURCE_ASSIGNED || event.kind == SOURCE_REVOKED || d->recover)
            intake_begin(d->intake, d->arena); /* whatever is in hand is dropped */
    }
    return OK;
}

enum status delivery_poll_group(struct delivery *d, int32_t ms, struct err *err)
{
    int64_t until_ms = clock_monotonic_us() / 1000 + ms;
    enum status status = OK;

    arena_reset(d->arena);
    intake_begin(d->intake, d->arena);
    for (int64_t left_ms = ms; left_ms > 0 && status == OK;
         left_ms = until_ms - clock_monotonic_us() / 1000) {
        struct source_event event;

        status = source_poll(d->source, (int32_t)left_ms, d->arena, &event, err);
        if (status == OK)
            (void)take_event(d, &event, err);
        sink_serve(d->sink);
    }
    return status == FATAL ? join_again(d, err) : status;
}
