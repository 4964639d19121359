/* sink.h in memory: one producer of the world; its transaction is the coordinator's. */
#include "fake_source.h"
#include "kafka/sink.h"
#include "library.h"
#include "orders.h"
#include "runner.h"
#include "world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct sink {
    struct runner *runner;
};

static struct world_transaction *transaction_of(const struct sink *s)
{
    return &world.kafka.transactions[world_name(s->runner->index)];
}

static bool is_fenced(const struct sink *s)
{
    return transaction_of(s)->holder != s->runner->index;
}

static enum sink_answer answer(struct sink *s, enum call call, enum sink_answer answer,
                               struct err *err)
{
    static const char *const names[] = {
        [SINK_DONE] = "done",         [SINK_ABORT] = "abort",   [SINK_STALE] = "stale",
        [SINK_RECREATE] = "recreate", [SINK_FENCED] = "fenced", [SINK_REPLACED] = "replaced",
        [SINK_FATAL] = "fatal"};

    runner_heard(s->runner, answer);
    runner_say(s->runner, "%s: %s", call_name(call), names[answer]);
    if (answer != SINK_DONE)
        (void)err_set(err, answer == SINK_FATAL ? FATAL : RETRY, "producer: %s", names[answer]);
    return answer;
}

/* ---- Life ------------------------------------------------------------------------------------ */

enum status sink_new(const struct sink_settings *settings, struct sink **ret, struct err *err)
{
    struct sink *s = calloc(1, sizeof(*s));

    (void)settings;
    (void)err;
    assert(s != NULL);
    s->runner = runner_now();
    *ret = s;
    return OK;
}

void sink_free(struct sink *s)
{
    if (s != NULL && !s->runner->dead)
        world.kafka.in_transaction[s->runner->index] = 0;
    free(s);
}

enum sink_answer sink_init(struct sink *s, int32_t timeout_ms, struct err *err)
{
    struct runner *r = s->runner;

    (void)timeout_ms;
    if (!runner_step(r, CALL_INIT))
        return SINK_FATAL;
    if (orders.init != SINK_DONE)
        return order_answer(&orders.init, err);
    if (r->twist == TWIST_LOST_BEFORE)
        return answer(s, CALL_INIT, SINK_ABORT, err);
    /* A new epoch: what was open is aborted, what is on its way comes too late. */
    world_transaction_abort(world_name(r->index));
    transaction_of(s)->holder = r->index;
    return answer(s, CALL_INIT, r->twist == TWIST_LOST_AFTER ? SINK_ABORT : SINK_DONE, err);
}

enum status sink_recreate(struct sink *s, struct err *err)
{
    if (!runner_step(s->runner, CALL_RECREATE_SINK))
        return err_set(err, FATAL, "crashed");
    world.kafka.in_transaction[s->runner->index] = 0;
    if (!is_fenced(s))
        transaction_of(s)->holder = NOBODY; /* the new handle has no epoch yet */
    if (orders.recreate_sink != OK)
        return order_status(&orders.recreate_sink, err);
    runner_heard(s->runner, OK);
    runner_say(s->runner, "sink_recreate");
    return OK;
}

/* ---- One transaction ------------------------------------------------------------------------- */

enum sink_answer sink_begin(struct sink *s, struct err *err)
{
    if (s->runner->dead)
        return SINK_FATAL;
    if (orders.begin != SINK_DONE)
        return order_answer(&orders.begin, err);
    if (world.kafka.in_transaction[s->runner->index])
        invariant_complain("a transaction was begun inside another");
    world.kafka.in_transaction[s->runner->index] = 1;
    return SINK_DONE;
}

static bool has_header(const struct sink_record *record, const char *name, int64_t *ret_hash)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, name) == 0) {
            *ret_hash = library_hash(record->headers[i].value.at, record->headers[i].value.size, 0);
            return true;
        }
    return false;
}

static struct world_record record_of(const struct sink *s, const struct sink_record *record)
{
    struct world_record r = {.content = library_hash(record->value.at, record->value.size, 0),
                             .transaction = world_name(s->runner->index)};
    int64_t unused;
    bool named;

    if (strcmp(record->topic, "restage.clinical") == 0) {
        r.own = 1;
        r.id = r.content;
        return r;
    }
    named = has_header(record, "ce_id", &r.id) ||
            has_header(record, "restage.error.dead_letter_id", &r.id);

    assert(named);
    r.republished = has_header(record, "restage-republished", &unused);
    return r;
}

/* Of its own events the world keeps one of a kind: sending one twice is sending one. */
static void append(const struct sink *s, const struct sink_record *record)
{
    struct world_record r = record_of(s, record);

    for (int64_t i = 0; i < world.kafka.record_count && r.own; i++)
        if (world.kafka.records[i].id == r.id &&
            world.kafka.records[i].transaction == r.transaction)
            return;
    assert(world.kafka.record_count < 2 * ROWS_MAX);
    world.kafka.records[world.kafka.record_count++] = r;
}

enum sink_answer sink_produce(struct sink *s, const struct sink_record *record, struct err *err)
{
    struct runner *r = s->runner;

    /* The first record of a transaction stands for all of them. */
    if (transaction_of(s)->ongoing && !is_fenced(s) ? r->dead : !runner_step(r, CALL_PRODUCE))
        return SINK_FATAL;
    if (r->twist == TWIST_LOST_BEFORE)
        return answer(s, CALL_PRODUCE, SINK_ABORT, err);
    if (!is_fenced(s)) { /* else the broker refuses it, which shows when the transaction ends */
        append(s, record);
        transaction_of(s)->ongoing = 1;
    }
    return answer(s, CALL_PRODUCE, SINK_DONE, err);
}

enum sink_answer sink_send_offsets(struct sink *s, const struct sink_offset *offsets, size_t count,
                                   const char *metadata, const struct group_membership *membership,
                                   struct err *err)
{
    struct runner *r = s->runner;
    struct world_transaction *t = transaction_of(s);

    if (!runner_step(r, CALL_SEND_OFFSETS))
        return SINK_FATAL;
    assert(membership != NULL && strncmp(metadata, "restage1 ", 9) == 0);
    if (r->twist == TWIST_LOST_BEFORE)
        return answer(s, CALL_SEND_OFFSETS, SINK_ABORT, err);
    if (is_fenced(s))
        return answer(s, CALL_SEND_OFFSETS, SINK_FENCED, err);
    t->ongoing = 1;
    switch (fake_source_check(membership)) {
    case MEMBERSHIP_CURRENT:
        break;
    case MEMBERSHIP_STALE:
        return answer(s, CALL_SEND_OFFSETS, SINK_STALE, err);
    case MEMBERSHIP_REPLACED:
        return answer(s, CALL_SEND_OFFSETS, SINK_REPLACED, err);
    }
    t->has_offsets = 1;
    for (size_t i = 0; i < count; i++)
        t->offsets[offsets[i].partition] =
            (struct world_committed){1, offsets[i].offset, METADATA_OURS};
    return answer(s, CALL_SEND_OFFSETS, r->twist == TWIST_LOST_AFTER ? SINK_ABORT : SINK_DONE, err);
}

enum sink_answer sink_commit(struct sink *s, struct err *err)
{
    struct runner *r = s->runner;

    if (!runner_step(r, CALL_END))
        return SINK_FATAL;
    if (orders.commit != SINK_DONE)
        return order_answer(&orders.commit, err);
    if (is_fenced(s))
        return answer(s, CALL_END, SINK_FENCED, err);
    if (r->twist == TWIST_LOST_BEFORE)
        return answer(s, CALL_END, SINK_RECREATE, err);
    if (r->twist == TWIST_ON_ITS_WAY) {
        transaction_of(s)->commit_on_its_way = 1;
        return answer(s, CALL_END, SINK_RECREATE, err);
    }
    world_transaction_commit(world_name(r->index));
    world.kafka.in_transaction[r->index] = 0;
    return answer(s, CALL_END, r->twist == TWIST_LOST_AFTER ? SINK_RECREATE : SINK_DONE, err);
}

enum sink_answer sink_abort(struct sink *s, struct err *err)
{
    struct runner *r = s->runner;
    int64_t commit_on_its_way = transaction_of(s)->commit_on_its_way;

    if (!runner_step(r, CALL_ABORT))
        return SINK_FATAL;
    if (orders.abort != SINK_DONE)
        return order_answer(&orders.abort, err);
    if (is_fenced(s))
        return answer(s, CALL_ABORT, SINK_FENCED, err);
    if (r->twist == TWIST_LOST_BEFORE)
        return answer(s, CALL_ABORT, SINK_RECREATE, err);
    world_transaction_abort(world_name(r->index));
    /* The epoch is the same: an end that comes late would end the next transaction. */
    transaction_of(s)->commit_on_its_way = commit_on_its_way;
    world.kafka.in_transaction[r->index] = 0;
    return answer(s, CALL_ABORT, r->twist == TWIST_LOST_AFTER ? SINK_RECREATE : SINK_DONE, err);
}

void sink_send(struct sink *s)
{
    (void)s; /* what is produced has left */
}

void sink_serve(struct sink *s)
{
    (void)s;
}
