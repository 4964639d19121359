#include "worker/delivery_state.h"

#include "worker/clock.h"
#include "worker/publication.h"
#include "worker/report.h"

#include <assert.h>

/* ---- Trouble: which way leads back to "on assignment" -----------------------------------------
 */

/* The store failed: whatever was in hand is dropped; recovery finds out what was committed. */
enum status delivery_store_trouble(struct delivery *d, enum status status)
{
    store_rollback(d->store);
    d->recover = true;
    return status;
}

/* A new handle under the same transactional.id: its initialisation fences what is in flight. */
enum status delivery_replace_producer(struct delivery *d, struct err *err)
{
    enum status status;

    d->producer_lost = true;
    d->recover = true;
    d->aborts_in_a_row = 0;
    d->report.producers_recreated++;
    status = sink_recreate(d->sink, err);
    if (status != OK)
        return status;
    switch (sink_init(d->sink, BROKER_TIMEOUT_MS, err)) {
    case SINK_DONE:
        d->producer_lost = false;
        return OK;
    case SINK_REPLACED:
    case SINK_FATAL:
        return FATAL;
    case SINK_ABORT:
    case SINK_STALE:
    case SINK_RECREATE:
    case SINK_FENCED:
        return err_set(err, RETRY, "producer: not initialised yet");
    }
    return FATAL; /* uncovered: the switch names every answer */
}

enum status delivery_check_name(struct delivery *d, struct err *err)
{
    struct uuid run_id;
    enum status status;

    store_rollback(d->store); /* the batch in hand, if any, is looked at again */
    status = store_lane_run_id(d->store, d->settings->instance, d->settings->lane, &run_id, err);
    if (status != OK)
        return delivery_store_trouble(d, status);
    if (uuid_compare(&run_id, &d->settings->run_id) != 0)
        return err_set(err, FATAL,
                       "instance \"%s\", lane %d: another worker runs under this name. HINT: give "
                       "every running worker its own `instance`",
                       d->settings->instance, (int)d->settings->lane);
    return OK;
}

/*
 * The transaction at hand goes down with its handle.  Whether it was committed is not known: only a
 * recovery tells, so that nobody may go on as if it had been.
 */
static enum status abandon(struct delivery *d, struct err *err)
{
    enum status status = delivery_replace_producer(d, err);

    return status == OK ? err_set(err, RETRY,
                                  "transaction: its end is not known, its batch is looked at again")
                        : status;
}

/* Fenced: by a stranger with our name, or by our own outlived transaction? */
static enum status fenced(struct delivery *d, struct err *err)
{
    enum status status = delivery_check_name(d, err);

    if (status == OK)
        return abandon(d, err);
    d->producer_lost = status != FATAL;
    return status;
}

/* Abort, and find out what became of the batch. */
static enum status give_up(struct delivery *d, struct err *err)
{
    struct err abort_err;

    if (sink_abort(d->sink, &abort_err) != SINK_DONE)
        return abandon(d, err);
    return err_set(err, RETRY, "transaction: aborted, its batch will be published again");
}

/* Our place in the group was taken: by a stranger, or by ourselves when the answer to a join was
   lost; the consumer will say so too. */
static enum status place_taken(struct delivery *d, struct err *err)
{
    enum status status = delivery_check_name(d, err);

    if (status == OK)
        return give_up(d, err);
    d->producer_lost = status != FATAL;
    return status;
}

/* The transaction at hand failed with ${answer}: end it as the answer says.  Never OK. */
static enum status sink_trouble(struct delivery *d, enum sink_answer answer, struct err *err)
{
    d->recover = true;
    switch (answer) {
    case SINK_ABORT:
    case SINK_STALE:
        d->aborts_in_a_row++;
        if (d->aborts_in_a_row > 1 && answer == SINK_ABORT)
            return abandon(d, err);
        return give_up(d, err);
    case SINK_RECREATE:
        return abandon(d, err);
    case SINK_FENCED:
        return fenced(d, err);
    case SINK_REPLACED:
        return place_taken(d, err);
    case SINK_DONE: /* no trouble: nobody asks */
    case SINK_FATAL:
        break;
    }
    return FATAL;
}

/* ---- One Kafka transaction ------------------------------------------------------------------- */

static enum sink_answer produce_outputs(struct delivery *d, const struct transaction *t,
                                        struct err *err)
{
    const struct publication_topics topics = {d->settings->recommendations_topic,
                                              d->settings->dead_letters_topic};
    enum sink_answer answer = SINK_DONE;
    struct publication publication;

    for (size_t i = 0; i < t->output_count && answer == SINK_DONE; i++) {
        if (partitions_suppress(&d->partitions, &t->outputs[i]))
            continue;
        publication_make(&t->outputs[i], &topics, t->maybe_twice, &publication);
        answer = sink_produce(d->sink, &publication.record, err);
        report_published(&d->report, &t->outputs[i]);
    }
    for (size_t i = 0; i < t->record_count && answer == SINK_DONE; i++)
        answer = sink_produce(d->sink, &t->records[i], err);
    return answer;
}

static enum status begin(struct delivery *d, const struct transaction *t, struct err *err)
{
    enum sink_answer answer = sink_begin(d->sink, err);

    if (answer != SINK_DONE)
        return sink_trouble(d, answer, err);
    crash_point(t->first_point);
    answer = produce_outputs(d, t, err);
    if (answer != SINK_DONE)
        return sink_trouble(d, answer, err);
    sink_send(d->sink);
    crash_point(t->first_point + 1);
    return OK;
}

static enum status end(struct delivery *d, const struct transaction *t, struct err *err)
{
    enum sink_answer answer;

    if (t->offset_count > 0) {
        answer = sink_send_offsets(d->sink, t->offsets, t->offset_count, d->offset_metadata,
                                   source_membership(d->source), err);
        if (answer != SINK_DONE)
            return sink_trouble(d, answer, err);
    }
    crash_point(t->first_point + 2);
    answer = sink_commit(d->sink, err);
    if (answer != SINK_DONE)
        return sink_trouble(d, answer, err);
    crash_point(t->first_point + 3);
    d->aborts_in_a_row = 0;
    partitions_published(&d->partitions, t->offsets, t->offset_count);
    return OK;
}

static bool is_empty(const struct transaction *t)
{
    return t->output_count == 0 && t->record_count == 0 && t->offset_count == 0;
}

/* Outputs and consumed positions, or neither; what is still open comes first. */
enum status delivery_publish(struct delivery *d, const struct transaction *t, struct err *err)
{
    enum status status = delivery_publish_end(d, err);

    if (status != OK || is_empty(t))
        return status;
    status = begin(d, t, err);
    return status == OK ? end(d, t, err) : status;
}

/* ---- The transaction of a batch, which may stay open while the next one is judged --------------
 */

enum status delivery_publish_begin(struct delivery *d, const struct store_result *result,
                                   struct err *err)
{
    struct transaction t = {.first_point = CRASH_AFTER_BEGIN,
                            .outputs = result->outputs,
                            .output_count = result->output_count};
    struct sink_offset *offsets;
    int64_t started = clock_monotonic_us();
    enum status status;

    assert(!d->publishing);
    t.offset_count = partitions_offsets(&d->partitions, d->arena, &offsets);
    status = begin(d, &t, err);
    d->publishing = status == OK;
    d->report.duration_us[REPORT_PUBLISH] += clock_monotonic_us() - started;
    return status;
}

enum status delivery_publish_end(struct delivery *d, struct err *err)
{
    struct transaction t = {.first_point = CRASH_AFTER_BEGIN};
    struct sink_offset *offsets;
    int64_t started = clock_monotonic_us();
    enum status status;

    if (!d->publishing)
        return OK;
    d->publishing = false;
    t.offset_count = partitions_offsets(&d->partitions, d->arena, &offsets);
    t.offsets = offsets;
    status = end(d, &t, err);
    d->report.duration_us[REPORT_PUBLISH] += clock_monotonic_us() - started;
    return status;
}

void delivery_publish_drop(struct delivery *d)
{
    struct err unused;

    if (d->publishing && sink_abort(d->sink, &unused) != SINK_DONE)
        d->producer_lost = true;
    d->publishing = false;
}
