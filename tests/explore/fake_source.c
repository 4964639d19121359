/* source.h in memory: one member of the group of the world, and the log that it reads. */
#include "fake_source.h"

#include "orders.h"
#include "records.h"
#include "runner.h"
#include "world.h"
#include "wrong_turns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct source {
    struct runner *runner;
    struct group_membership membership;
    struct source_partition assigned[PARTITIONS];
    size_t assigned_count;
};

static struct world_source *seen(const struct source *s)
{
    return &world.kafka.sources[s->runner->index];
}

/* ---- Life ------------------------------------------------------------------------------------ */

enum status source_new(const struct source_settings *settings, struct source **ret, struct err *err)
{
    struct source *s = calloc(1, sizeof(*s));

    (void)settings;
    (void)err;
    assert(s != NULL);
    s->runner = runner_now();
    s->membership.source = s;
    *ret = s;
    return OK;
}

enum status source_subscribe(struct source *s, struct err *err)
{
    const struct world_transaction *t;

    if (!runner_step(s->runner, CALL_SUBSCRIBE))
        return err_set(err, FATAL, "crashed");
    if (orders.subscribe != OK)
        return order_status(&orders.subscribe, err);
    t = &world.kafka.transactions[world_name(s->runner->index)];
    if (!scenario->same_name && t->ongoing &&
        (t->holder == NOBODY || t->holder == s->runner->index))
        invariant_complain("joined the group while its predecessor's transaction was open");
    seen(s)->subscribed = 1;
    group_join(s->runner->index);
    runner_heard(s->runner, OK);
    runner_say(s->runner, "source_subscribe");
    return OK;
}

static void forget(struct source *s)
{
    struct world_source *w = seen(s);

    w->assigned = 0;
    w->mask = 0;
    w->current = 0;
    memset(w->fetching, 0, sizeof(w->fetching));
    memset(w->position, 0, sizeof(w->position));
    memset(w->end_told, 0, sizeof(w->end_told));
    s->assigned_count = 0;
}

/* A static member does not leave: its place waits for it. */
void source_close(struct source *s, int32_t timeout_ms)
{
    (void)timeout_ms;
    if (s != NULL && !s->runner->dead) {
        if (scenario->dynamic && seen(s)->subscribed)
            group_expire(world_name(s->runner->index));
        forget(s);
        *seen(s) = (struct world_source){.subscribed = 0};
    }
    free(s);
}

enum status source_recreate(struct source *s, int32_t timeout_ms, struct err *err)
{
    (void)timeout_ms;
    if (!runner_step(s->runner, CALL_RECREATE_SOURCE))
        return err_set(err, FATAL, "crashed");
    forget(s);
    *seen(s) = (struct world_source){.subscribed = 0};
    runner_say(s->runner, "source_recreate");
    return order_status(&orders.recreate_source, err);
}

bool source_is_replaced(const struct source *s)
{
    return !s->runner->dead && seen(s)->replaced != 0;
}

/* ---- Polling --------------------------------------------------------------------------------- */

static bool has_record(const struct world_source *w, int p)
{
    return w->fetching[p] && w->position[p] < world_log_end(p) - 1;
}

static bool has_end(const struct world_source *w, int p)
{
    return w->fetching[p] && w->position[p] >= world_log_end(p) - 1 && !w->end_told[p];
}

static bool is_replaced(int lane)
{
    const struct world_member *m = &world.kafka.members[world_name(lane)];

    return m->in && m->holder != lane && world.kafka.sources[lane].subscribed;
}

bool fake_source_has_something(int lane)
{
    const struct world_source *w = &world.kafka.sources[lane];

    if (w->replaced || is_replaced(lane) || group_is_lost(lane) || group_is_calling(lane) ||
        w->news)
        return true;
    for (int p = 0; p < scenario->partitions; p++)
        if (has_record(w, p) || has_end(w, p))
            return true;
    return false;
}

/* What the group has to say comes first; ${ret} stays SOURCE_NOTHING when it is silent. */
static void hear_group(struct source *s, struct source_event *ret)
{
    struct world_source *w = seen(s);
    int lane = s->runner->index;

    if (group_is_lost(lane) || group_is_calling(lane)) {
        if (w->assigned)
            ret->kind = SOURCE_REVOKED;
        forget(s);
        group_rejoin(lane);
    }
    if (ret->kind != SOURCE_NOTHING || !w->news)
        return;
    forget(s);
    w->news = 0;
    w->assigned = 1;
    w->current = 1;
    w->mask = world.kafka.members[world_name(lane)].mask;
    for (int p = 0; p < scenario->partitions; p++)
        if (w->mask & 1 << p)
            s->assigned[s->assigned_count++] = (struct source_partition){0, p};
    ret->kind = SOURCE_ASSIGNED;
}

static void fetch(struct source *s, struct source_event *ret)
{
    struct world_source *w = seen(s);

    for (int p = 0; p < scenario->partitions; p++) {
        if (has_record(w, p)) {
            ret->kind = SOURCE_RECORD;
            ret->record = records_at(p, w->position[p]++);
            ret->partition = ret->record.partition;
            ret->offset = ret->record.offset;
            return;
        }
        if (has_end(w, p)) {
            w->end_told[p] = 1;
            ret->kind = SOURCE_END;
            ret->partition = (struct source_partition){0, p};
            ret->offset = world_log_end(p);
            return;
        }
    }
}

static const char *const kinds[] = {
    [SOURCE_NOTHING] = "nothing", [SOURCE_RECORD] = "record",
    [SOURCE_END] = "end",         [SOURCE_ASSIGNED] = "assigned",
    [SOURCE_REVOKED] = "revoked", [SOURCE_OUT_OF_RANGE] = "out of range",
    [SOURCE_TROUBLE] = "trouble",
};

enum status source_poll(struct source *s, int32_t timeout_ms, struct arena *arena,
                        struct source_event *ret, struct err *err)
{
    struct runner *r = s->runner;
    struct world_source *w = seen(s);
    bool alive = timeout_ms > 0 ? runner_step_poll(r, __builtin_return_address(0)) : !r->dead;

    (void)arena;
    memset(ret, 0, sizeof(*ret));
    if (!alive)
        return err_set(err, FATAL, "crashed");
    if (timeout_ms > 0 && r->timed_out) {
        r->clock_us += ((int64_t)timeout_ms + 6000) * 1000; /* machines may be slow */
        runner_heard(r, SOURCE_NOTHING);
        return OK;
    }
    if (orders.poll != OK)
        return order_status(&orders.poll, err);
    if (orders.event.kind != SOURCE_NOTHING) {
        *ret = orders.event;
        orders.event.kind = SOURCE_NOTHING;
        (void)err_set(err, RETRY, "as ordered");
        return OK;
    }
    w->replaced = w->replaced || is_replaced(r->index);
    if (w->replaced) {
        runner_heard(r, FATAL);
        runner_say(r, "source_poll: replaced");
        return err_set(err, FATAL, "consumer: FENCED_INSTANCE_ID");
    }
    hear_group(s, ret);
    if (ret->kind == SOURCE_NOTHING)
        fetch(s, ret);
    runner_heard(r, ret->kind);
    runner_heard(r, ret->kind == SOURCE_ASSIGNED ? w->mask
                                                 : ret->partition.partition * 16 + ret->offset);
    if (timeout_ms == 0 && ret->kind == SOURCE_NOTHING)
        runner_spins(r);
    if (ret->kind != SOURCE_NOTHING)
        runner_say(r, "source_poll: %s %d", kinds[ret->kind], (int)ret->offset);
    return OK;
}

size_t source_assignment(const struct source *s, const struct source_partition **ret)
{
    *ret = s->assigned;
    return s->assigned_count;
}

const struct group_membership *source_membership(const struct source *s)
{
    return s->runner->dead || seen(s)->assigned ? &s->membership : NULL;
}

enum membership_check fake_source_check(const struct group_membership *m)
{
    int lane = m->source->runner->index;
    const struct world_member *member = &world.kafka.members[world_name(lane)];

    if (m->now) /* of this moment: current, or (out of the group) none, which nobody checks */
        return member->in && member->holder != lane ? MEMBERSHIP_REPLACED : MEMBERSHIP_CURRENT;
    if (member->in && member->holder != lane)
        return MEMBERSHIP_REPLACED;
    return member->in && world.kafka.sources[lane].current ? MEMBERSHIP_CURRENT : MEMBERSHIP_STALE;
}

const struct group_membership *source_membership_now(const struct source *s)
{
    static struct group_membership of_now[LANES];
    struct group_membership *m = &of_now[s->runner->index];

    *m = (struct group_membership){.source = s, .now = true};
    return m;
}

enum status source_fetch(struct source *s, const struct source_position *positions, size_t count,
                         struct err *err)
{
    struct world_source *w = seen(s);

    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    if (orders.fetch != OK && orders.fetches_before-- == 0)
        return order_status(&orders.fetch, err);
    memset(w->fetching, 0, sizeof(w->fetching));
    memset(w->position, 0, sizeof(w->position));
    memset(w->end_told, 0, sizeof(w->end_told));
    for (size_t i = 0; i < count; i++) {
        w->fetching[positions[i].partition.partition] = 1;
        w->position[positions[i].partition.partition] = positions[i].offset;
        runner_say(s->runner, "source_fetch: from %d", (int)positions[i].offset);
    }
    return OK;
}

/* ---- Questions to the broker ----------------------------------------------------------------- */

static enum status committed(struct source *s, const struct source_partition *partitions,
                             size_t count, bool stable, struct source_committed *ret,
                             struct err *err)
{
    struct runner *r = s->runner;
    static const char *const metadata[] = {[METADATA_NONE] = "",
                                           [METADATA_OURS] =
                                               "restage1 da7aba5e-0000-0000-0000-000000000000",
                                           [METADATA_FOREIGN] = "moved"};
    bool pending = false;

    if (!runner_step(r, CALL_COMMITTED))
        return err_set(err, FATAL, "crashed");
    for (size_t i = 0; i < count; i++)
        pending = pending || world_offsets_pending(partitions[i].partition);
    if (r->twist == TWIST_LOST_BEFORE || (stable && pending)) {
        runner_heard(r, RETRY);
        runner_say(r, "source_committed: %s", pending ? "pending" : "no answer");
        return err_set(err, RETRY, "consumer: committed offsets: not known yet");
    }
    for (size_t i = 0; i < count; i++) {
        const struct world_committed *k = &world.kafka.committed[partitions[i].partition];

        ret[i] = (struct source_committed){.known = k->known != 0,
                                           .offset = k->known ? k->offset : -1001};
        memcpy(ret[i].metadata, metadata[k->metadata], strlen(metadata[k->metadata]));
        runner_heard(r, k->known * 1000 + k->offset * 10 + k->metadata);
        runner_say(r, "source_committed: K %d%s", k->known ? (int)k->offset : -1,
                   k->metadata == METADATA_FOREIGN ? ", not ours" : "");
    }
    runner_heard(r, OK);
    return OK;
}

enum status source_committed(struct source *s, const struct source_partition *partitions,
                             size_t count, int32_t timeout_ms, struct source_committed *ret,
                             struct err *err)
{
    (void)timeout_ms;
    return committed(s, partitions, count, /* stable= */ true, ret, err);
}

enum status source_committed_unstable(struct source *s, const struct source_partition *partitions,
                                      size_t count, int32_t timeout_ms,
                                      struct source_committed *ret, struct err *err)
{
    (void)timeout_ms;
    return committed(s, partitions, count, /* stable= */ false, ret, err);
}

enum status source_log_range(struct source *s, struct source_partition partition,
                             int32_t timeout_ms, int64_t *ret_low, int64_t *ret_high,
                             struct err *err)
{
    (void)timeout_ms;
    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    *ret_low = 0;
    *ret_high = world_log_end(partition.partition);
    return order_status(&orders.log_range, err);
}

int64_t source_known_end(const struct source *s, struct source_partition partition)
{
    (void)s;
    return world_log_end(partition.partition);
}

enum status source_cluster_id(struct source *s, int32_t timeout_ms, const char **ret,
                              struct err *err)
{
    (void)timeout_ms;
    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    *ret = "cluster";
    return order_status(&orders.cluster_id, err);
}

enum status source_partition_count(struct source *s, const char *topic, int32_t timeout_ms,
                                   int32_t *ret, struct err *err)
{
    (void)topic;
    (void)timeout_ms;
    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    *ret = scenario->partitions;
    return OK;
}

enum status source_topic_report(struct source *s, const char *topic, int32_t timeout_ms,
                                struct source_topic_report *ret, struct err *err)
{
    (void)s;
    (void)topic;
    (void)timeout_ms;
    (void)err;
    *ret = (struct source_topic_report){
        .exists = true, .partition_count = scenario->partitions, .log_append_time = true};
    return OK;
}
