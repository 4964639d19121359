#include "worker/delivery.h"

#include "base/arena.h"
#include "worker/clock.h"
#include "worker/crash_point.h"
#include "worker/delivery_state.h"
#include "worker/judging.h"
#include "worker/own_events.h"

#include <stdlib.h>
#include <string.h>

#define IDLE_AFTER_MS 1000 /* without records: then bring the positions up to date */
#define REVIEWS_MAX 100    /* due subjects claimed at once */
#define PARTS_OF_A_BATCH 8 /* in which a full one is judged */
#define ENCODING_MEMORY_MAX ((size_t)256 << 20)

/* ---- One batch ------------------------------------------------------------------------------- */

static enum status mark_tried_record(struct delivery *d, struct err *err)
{
    const struct source_record *record = intake_first(d->intake);
    struct store_partition key = {d->settings->topics[record->partition.topic],
                                  record->partition.partition};
    enum status status;

    if (!partitions_careful(&d->partitions))
        return OK;
    status = store_trying(d->store, d->partitions.cluster_id, &key, record->offset, err);
    return status == OK ? OK : delivery_store_trouble(d, status);
}

/* Part by part: the server writes what was judged while the rest is. */
static enum status judge(struct delivery *d, const struct store_claimed *claimed,
                         struct store_result *ret_result, struct report *ret_judged,
                         bool *ret_complete, struct err *err)
{
    size_t part = d->settings->batch_records_max / PARTS_OF_A_BATCH + 1;
    struct judging *judging;
    bool over = false;
    enum status status =
        judging_begin(d->intake, claimed, d->settings, d->arena, d->encoding, &judging, err);

    while (status == OK && !over) {
        const struct store_output *outputs;
        size_t count;

        status = judging_go_on(judging, part, &over, err);
        outputs = judging_outputs(judging, &count);
        if (!over) { /* also after a failure, which takes all of it back */
            store_write_early(d->store, outputs, count);
            crash_point(CRASH_AFTER_PART_WRITTEN);
        }
    }
    if (status == OK)
        *ret_complete = judging_end(judging, ret_judged, ret_result);
    return status;
}

/* The batch failed with ${status}; one that did not fit into memory is tried again as a small one.
 */
static enum status unfit(struct delivery *d, enum status status, struct err *err)
{
    size_t count = intake_count(d->intake);

    /* uncovered: it takes half a gigabyte of histories */
    if (arena_is_exhausted(d->arena) && count > 1) {
        batch_size_burst(&d->size, count); /* uncovered: as above */
        /* uncovered: as above */
        status = err_set(err, RETRY, "batch: the histories of %zu records do not fit", count);
    }
    return delivery_store_trouble(d, status);
}

/* The PostgreSQL transaction; ${ret_decided} is false when somebody else decided these records. */
static enum status decide(struct delivery *d, struct store_result *ret_result,
                          struct report *ret_judged, bool *ret_decided, struct err *err)
{
    struct store_claimed claimed;
    bool complete;

    do {
        struct store_batch batch;
        enum status status;
        int64_t started = clock_monotonic_us();

        intake_batch(d->intake, &d->partitions, d->settings->rulebook_hash, &batch);
        status = store_claim(d->store, &batch, d->arena, &claimed, err);
        if (status != OK)
            return unfit(d, status, err);
        crash_point(CRASH_AFTER_CLAIM);
        d->report.duration_us[REPORT_CLAIM] = clock_monotonic_us() - started;
        if (claimed.claim == STORE_MISSED) {
            d->report.misses++;
            d->recover = true;
            *ret_decided = false;
            return OK;
        }
        if (claimed.claim == STORE_RULEBOOK_INACTIVE)
            return err_set(err, FATAL,
                           "rulebook: another one is active in the database. HINT: to go on with "
                           "this version run `restage rulebook activate`, then `restage "
                           "reevaluate --all`");
        started = clock_monotonic_us();
        status = judge(d, &claimed, ret_result, ret_judged, &complete, err);
        if (status != OK)
            return unfit(d, status, err);
        d->report.duration_us[REPORT_JUDGE] = clock_monotonic_us() - started;
        /* An event id conflict was found, whose patient's other tumours are not locked yet. */
        if (!complete)
            store_rollback(d->store);
    } while (!complete);
    *ret_decided = true;
    return OK;
}

/* Whether a batch as full as it may be is in hand: then the next one waits already. */
static bool is_full(const struct delivery *d)
{
    return intake_count(d->intake) == d->size.records ||
           intake_size(d->intake) >= d->settings->batch_bytes_max;
}

/* Commit what was judged; ${result} is what it decided. */
static enum status commit(struct delivery *d, const struct store_result *result,
                          const struct report *judged, struct err *err)
{
    int64_t started = clock_monotonic_us();
    enum status status = store_commit(d->store, result, err);

    if (status != OK)
        return delivery_store_trouble(d, status);
    d->report.duration_us[REPORT_STORE_COMMIT] = clock_monotonic_us() - started;
    crash_point(CRASH_AFTER_STORE_COMMIT);
    partitions_decided(&d->partitions);
    report_decided(&d->report, d->intake, judged, result);
    return OK;
}

/*
 * One batch.  The outputs of a full one are on their way while the next is judged; never are two
 * batches decided and not published.
 */
static enum status deliver(struct delivery *d, struct err *err)
{
    struct store_result result;
    struct report judged = {.applied = 0}; /* counts once it is committed */
    bool decided;
    int64_t started;
    enum status status = mark_tried_record(d, err);

    if (status != OK)
        return status;
    crash_point(CRASH_AFTER_POLL);
    started = clock_monotonic_us();
    intake_decode(d->intake, &d->partitions, d->settings);
    d->report.duration_us[REPORT_DECODE] = clock_monotonic_us() - started;
    crash_point(CRASH_AFTER_DECODE);
    status = decide(d, &result, &judged, &decided, err);
    if (status != OK || !decided)
        return status;
    crash_point(CRASH_AFTER_JUDGE);
    status = delivery_publish_end(d, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    status = commit(d, &result, &judged, err);
    if (status == OK)
        status = delivery_publish_begin(d, &result, err);
    if (status == OK && !is_full(d))
        status = delivery_publish_end(d, err);
    batch_size_fitted(&d->size, intake_count(d->intake), arena_used(d->arena));
    return status;
}

/* ---- Between batches ------------------------------------------------------------------------- */

/* A stretch that was read again without publishing is over: its subjects are judged once more. */
static enum status end_suppression(struct delivery *d, struct err *err)
{
    struct transaction t = {.first_point = CRASH_AFTER_REPUBLISH_BEGIN};
    struct delivery_partition *p = partitions_suppression_over(&d->partitions);
    const struct store_subject_key *touched;
    struct store_range range;
    enum status status = OK;

    if (p == NULL)
        return OK;
    arena_reset(d->arena);
    range = (struct store_range){p->key, p->suppress_from, p->suppress_below};
    if (p->restored)
        status = store_touched(d->store, d->partitions.cluster_id, &range, d->arena, &touched,
                               &t.record_count, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    t.records = own_events_reevaluate(touched, t.record_count, &range, d->settings->clinical_topic,
                                      d->arena);
    status = delivery_publish(d, &t, err);
    if (status != OK)
        return status;
    d->report.reevaluations_published += (int64_t)t.record_count;
    status = store_suppression_end(d->store, d->partitions.cluster_id, &p->key, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    partitions_end_suppression(p);
    return OK;
}

/* Subjects whose review is due get an event that says so; the claim is committed before. */
static enum status publish_due_reviews(struct delivery *d, struct err *err)
{
    struct transaction t = {.first_point = CRASH_AFTER_REVIEWS_BEGIN};
    struct store_review *reviews;
    enum status status;
    int64_t now_ms = clock_monotonic_us() / 1000;

    if (now_ms - d->last_review_ms < d->settings->review_interval_ms)
        return OK;
    arena_reset(d->arena);
    status = store_reviews_claim(d->store, clock_now_ms(), REVIEWS_MAX, d->arena, &reviews,
                                 &t.record_count, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    crash_point(CRASH_AFTER_REVIEWS_CLAIMED);
    t.records =
        own_events_review_due(reviews, t.record_count, d->settings->clinical_topic, d->arena);
    status = delivery_publish(d, &t, err);
    if (status != OK)
        return status;
    d->report.reviews_published += (int64_t)t.record_count;
    if (t.record_count < REVIEWS_MAX)
        d->last_review_ms = now_ms;
    return OK;
}

static enum status bring_up_to_date(struct delivery *d, bool clean, struct err *err)
{
    struct store_progress *progress;
    size_t count;
    enum status status = OK;

    arena_reset(d->arena);
    count = partitions_progress(&d->partitions, clean, d->arena, &progress);
    crash_point(clean ? CRASH_BEFORE_STOP_PROGRESS : CRASH_BEFORE_PROGRESS);
    if (count > 0)
        status = store_progress(d->store, d->partitions.cluster_id, progress, count, clean, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    crash_point(clean ? CRASH_AFTER_STOP_PROGRESS : CRASH_AFTER_PROGRESS);
    partitions_progressed(&d->partitions, progress, count);
    return OK;
}

static enum status idle(struct delivery *d, struct err *err)
{
    enum status status;

    if (d->recover || d->idle || clock_monotonic_us() / 1000 - d->last_record_ms < IDLE_AFTER_MS)
        return OK;
    status = bring_up_to_date(d, /* clean= */ false, err);
    if (status == OK)
        d->idle = true;
    return status;
}

/* ---- The lane's life ------------------------------------------------------------------------- */

enum status delivery_start(struct delivery *d, struct err *err)
{
    enum status status;

    crash_point(CRASH_BEFORE_RUN_ID);
    status = store_lane_begin(d->store, d->settings->instance, d->settings->lane,
                              &d->settings->run_id, err);
    if (status != OK)
        return status;
    crash_point(CRASH_AFTER_RUN_ID);
    switch (sink_init(d->sink, BROKER_TIMEOUT_MS, err)) {
    case SINK_DONE:
        break;
    case SINK_ABORT:
    case SINK_STALE:
        return RETRY;
    case SINK_RECREATE:
    case SINK_FENCED:
        status = sink_recreate(d->sink, err);
        return status == OK ? err_set(err, RETRY, "producer: initialised again") : status;
    case SINK_REPLACED:
    case SINK_FATAL:
        return FATAL;
    }
    crash_point(CRASH_AFTER_PRODUCER_INIT);
    status = source_subscribe(d->source, err);
    crash_point(CRASH_AFTER_SUBSCRIBE);
    return status;
}

/* Put right what the last failure left, and recover what was assigned. */
static enum status settle(struct delivery *d, struct err *err)
{
    const struct source_partition *assigned;
    bool connected = store_is_connected(d->store);
    enum status status = OK;

    d->recover = d->recover || !connected;
    if (d->recover)
        status = delivery_publish_end(d, err);
    if (status == OK && !connected) {
        d->report.reconnects++;
        status = store_reconnect(d->store, err);
    }
    if (status == OK && d->producer_lost)
        status = delivery_replace_producer(d, err);
    if (status == OK && d->recover && source_assignment(d->source, &assigned) > 0)
        status = delivery_recover(d, err);
    return status;
}

static enum status step(struct delivery *d, int32_t timeout_ms, struct err *err)
{
    enum status status = settle(d, err);

    if (status == OK)
        status = delivery_gather(d, timeout_ms, err);
    if (status != OK)
        return status;
    if (intake_count(d->intake) > 0) {
        d->idle = false;
        status = deliver(d, err);
        d->last_record_ms = clock_monotonic_us() / 1000;
    } else {
        status = delivery_publish_end(d, err);
        if (status == OK)
            status = idle(d, err);
    }
    if (status == OK && !d->recover)
        status = delivery_look_again(d, err);
    if (status == OK && !d->recover)
        status = end_suppression(d, err);
    if (status == OK && !d->recover && source_membership(d->source) != NULL)
        status = publish_due_reviews(d, err);
    return status;
}

enum status delivery_step(struct delivery *d, int32_t timeout_ms, struct err *err)
{
    enum status status = step(d, timeout_ms, err);
    struct err unused;

    /* Whatever ends the lane: what is on its way arrives; if not, the next start publishes it. */
    if (status == FATAL && delivery_publish_end(d, &unused) != OK)
        d->recover = true;
    return status;
}

enum status delivery_wait(struct delivery *d, int32_t ms, struct err *err)
{
    enum status status = delivery_publish_end(d, err);

    if (status == FATAL)
        return status;
    d->recover = true;
    status = source_fetch(d->source, NULL, 0, err);
    return status == OK ? delivery_poll_group(d, ms, err) : status;
}

enum status delivery_stop(struct delivery *d, struct err *err)
{
    enum status status = delivery_publish_end(d, err);

    if (status != OK)
        return status;
    if (d->recover || source_membership(d->source) == NULL)
        return OK; /* nothing in hand, and nothing known that could be written */
    return bring_up_to_date(d, /* clean= */ true, err);
}

bool delivery_any_refused(const struct delivery *d)
{
    return partitions_any_refused(&d->partitions);
}

size_t delivery_standing_count(const struct delivery *d)
{
    return d->partitions.count;
}

struct delivery_standing delivery_standing(const struct delivery *d, size_t i)
{
    const struct delivery_partition *p = &d->partitions.items[i];

    return (struct delivery_standing){.where = p->where,
                                      .refused = recovery_is_refused(p->row),
                                      .lag =
                                          partitions_lag(p, source_known_end(d->source, p->where)),
                                      .waiting_ms = p->waiting_ms};
}

struct report *delivery_report(struct delivery *d)
{
    return &d->report;
}

struct delivery *delivery_new(const struct delivery_settings *settings, struct store *store,
                              struct source *source, struct sink *sink)
{
    struct delivery *d = calloc(1, sizeof(*d));
    struct uuid database_id = store_database_id(store);

    if (d == NULL)   /* uncovered: no memory */
        return NULL; /* uncovered: no memory */
    d->settings = settings;
    d->store = store;
    d->source = source;
    d->sink = sink;
    d->size = batch_size_begin(settings->batch_records_max);
    d->arena = arena_new(BATCH_MEMORY_MAX);
    d->encoding = arena_new(ENCODING_MEMORY_MAX);
    d->intake = intake_new(settings->batch_records_max);
    memcpy(d->offset_metadata, OFFSET_METADATA_PREFIX, sizeof(OFFSET_METADATA_PREFIX) - 1);
    uuid_format(&database_id, d->offset_metadata + sizeof(OFFSET_METADATA_PREFIX) - 1);
    if (d->arena == NULL || d->encoding == NULL || d->intake == NULL) { /* uncovered: no memory */
        delivery_free(d);                                               /* uncovered: no memory */
        return NULL;                                                    /* uncovered: no memory */
    }
    return d;
}

void delivery_free(struct delivery *d)
{
    if (d == NULL)
        return;
    partitions_done(&d->partitions);
    intake_free(d->intake);
    arena_free(d->encoding);
    arena_free(d->arena);
    free(d);
}
