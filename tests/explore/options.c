#include "options.h"

#include "fake_source.h"
#include "world.h"

#include <assert.h>
#include <stdio.h>

#define TIMEOUTS_AT_REST 3 /* polls that find nothing until a lane surely has nothing to do */

static const char *const names[] = {
    [OPTION_GO] = "go",
    [OPTION_TIME_OUT] = "time-out",
    [OPTION_SLOW] = "slow",
    [OPTION_COMMIT_ACTS] = "commit-acts",
    [OPTION_END_ARRIVES] = "end-arrives",
    [OPTION_TXN_TIMES_OUT] = "transaction-times-out",
    [OPTION_RELEASE] = "release",
    [OPTION_ACCEPT] = "accept",
    [OPTION_CRASH] = "crash",
    [OPTION_DIE] = "die",
    [OPTION_FREEZE] = "freeze",
    [OPTION_EXPIRE] = "expire",
    [OPTION_REBALANCE] = "rebalance",
    [OPTION_LOST_BEFORE] = "lost-before",
    [OPTION_LOST_AFTER] = "lost-after",
    [OPTION_ON_ITS_WAY] = "on-its-way",
    [OPTION_FORGET_OFFSETS] = "forget-offsets",
    [OPTION_MOVE_OFFSETS] = "move-offsets",
    [OPTION_FAIL_OVER] = "fail-over",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == OPTION_KINDS, "every option has a name");

void option_text(const struct option *o, char ret[OPTION_TEXT_SIZE])
{
    (void)snprintf(ret, OPTION_TEXT_SIZE, "%s.%c", names[o->kind], 'a' + o->who);
}

/* ---- What may happen ------------------------------------------------------------------------- */

static bool is_present(const struct runner *r)
{
    return r->state == RUNNER_READY && !r->held;
}

static bool can_go(const struct runner *r)
{
    if (!is_present(r))
        return false;
    if (r->waits != NULL)
        return *r->waits == NOBODY || !world.db.connected[r->index];
    return !r->polling || fake_source_has_something(r->index) || runners_stopping();
}

static bool waits_for_nothing(const struct runner *r)
{
    return is_present(r) && r->polling && !can_go(r);
}

struct list {
    const struct run_state *run;
    struct option *options;
    size_t count;
};

static void add(struct list *l, enum option_kind kind, int who, int faults, int preemptions)
{
    if (faults > l->run->faults_left || preemptions > l->run->preemptions_left)
        return;
    assert(l->count < OPTIONS_MAX);
    l->options[l->count++] = (struct option){kind, who, faults, preemptions};
}

/* What takes its time, and happens by default when nobody can go on. */
static void add_slow(struct list *l, bool lanes_can_go)
{
    size_t first = l->count;

    if (world.db.changes[ON_ITS_WAY].open)
        add(l, OPTION_COMMIT_ACTS, 0, 0, lanes_can_go);
    for (int n = 0; n < LANES; n++) {
        const struct world_transaction *t = &world.kafka.transactions[n];

        if (t->commit_on_its_way)
            add(l, OPTION_END_ARRIVES, n, 0, lanes_can_go || l->count > first);
        else if (t->ongoing && (t->holder == NOBODY || runners[t->holder].held))
            add(l, OPTION_TXN_TIMES_OUT, n, 0, lanes_can_go || l->count > first);
    }
    for (int i = 0; i < scenario->lanes; i++)
        if (runners[i].held)
            add(l, OPTION_RELEASE, i, 0, lanes_can_go || l->count > first);
}

/* The waits that end without news, the lane that waited least first. */
static void add_time_outs(struct list *l, bool by_default)
{
    for (int least = 0; least < TIMEOUTS_AT_REST; least++)
        for (int i = 0; i < scenario->lanes; i++) {
            struct runner *r = &runners[i];
            bool backs_off = atomic_load(&r->lane.state) != LANE_RUNNING;

            if (!waits_for_nothing(r))
                continue;
            if (r->timeouts == least ||
                (backs_off && least == TIMEOUTS_AT_REST - 1 && r->timeouts >= TIMEOUTS_AT_REST))
                add(l, OPTION_TIME_OUT, i, 0, l->count > 0 || !by_default);
        }
}

/* How the call that the lane stands before can fail. */
static void add_lost(struct list *l, const struct runner *r)
{
    bool before = false;
    bool after = false;

    switch (r->call) {
    case CALL_NONE:
    case CALL_CLAIM_LOCK:
    case CALL_CLAIM_READ:
    case CALL_SUBSCRIBE:
    case CALL_POLL:
    case CALL_RECREATE_SOURCE:
    case CALL_RECREATE_SINK:
    case CALL_COUNT:
        return;
    case CALL_OPEN:
    case CALL_RECONNECT:
    case CALL_RUN_ID:
    case CALL_POSITIONS:
    case CALL_TRYING:
    case CALL_OUTPUTS:
    case CALL_CLAIM:
    case CALL_TOUCHED:
    case CALL_REVIEWS:
    case CALL_COMMITTED:
    case CALL_PRODUCE:
        before = true;
        break;
    case CALL_LANE_BEGIN:
    case CALL_START:
    case CALL_PROGRESS:
    case CALL_SUPPRESSION_END:
    case CALL_COMMIT:
    case CALL_INIT:
    case CALL_SEND_OFFSETS:
    case CALL_END:
    case CALL_ABORT:
        before = true;
        after = true;
        break;
    }
    if (before)
        add(l, OPTION_LOST_BEFORE, r->index, 1, 0);
    if (after)
        add(l, OPTION_LOST_AFTER, r->index, 1, 0);
    if ((r->call == CALL_COMMIT && !world.db.changes[ON_ITS_WAY].open) || r->call == CALL_END)
        add(l, OPTION_ON_ITS_WAY, r->index, 1, 0);
}

static void add_faults(struct list *l, const struct run_state *run)
{
    const struct runner *r = &runners[run->current];
    bool touchable = group_is_empty() && !scenario->failover;

    if (is_present(r) && r->call != CALL_NONE) {
        add(l, OPTION_CRASH, run->current, 1, 0);
        add(l, OPTION_DIE, run->current, 1, 0);
        add(l, OPTION_FREEZE, run->current, 1, 0);
        if (world.kafka.members[world_name(run->current)].holder == run->current)
            add(l, OPTION_EXPIRE, run->current, 1, 0);
        if (r->waits == NULL)
            add_lost(l, r);
    }
    if (scenario->failover && world.db.commits && !world.db.failed_over && !run->stopping)
        add(l, OPTION_FAIL_OVER, 0, 1, 0);
    if (!world.kafka.preparing && !group_is_empty())
        add(l, OPTION_REBALANCE, 0, 1, 0);
    for (int n = 0; n < LANES; n++) {
        const struct world_transaction *t = &world.kafka.transactions[n];

        /* Of a producer that is alive, and slow. */
        if (t->ongoing && t->holder != NOBODY && !runners[t->holder].held)
            add(l, OPTION_TXN_TIMES_OUT, n, 1, 0);
    }
    for (int p = 0; p < scenario->partitions; p++)
        touchable = touchable && world.kafka.committed[p].known && !world_offsets_pending(p);
    if (touchable && !world.kafka.offsets_touched && !run->stopping) {
        add(l, OPTION_FORGET_OFFSETS, 0, 1, 0);
        add(l, OPTION_MOVE_OFFSETS, 0, 1, 0);
    }
}

static bool is_refused(void)
{
    for (int i = 0; i < scenario->lanes; i++)
        if (is_present(&runners[i]) && atomic_load(&runners[i].lane.refused))
            return true;
    return false;
}

static bool all_ended(void)
{
    for (int i = 0; i < scenario->lanes; i++)
        if (runners[i].state != RUNNER_ENDED)
            return false;
    return true;
}

size_t options_list(struct run_state *run, struct option *ret)
{
    struct list l = {.run = run, .options = ret};
    bool any = false;

    run->at_rest = false;
    if (run->stopping && all_ended()) {
        run->over = true;
        return 0;
    }
    for (int k = 0; k < scenario->lanes; k++) {
        int lane = (run->current + k) % scenario->lanes;

        if (!can_go(&runners[lane]))
            continue;
        add(&l, OPTION_GO, lane, 0, any);
        any = true;
    }
    if (runners[run->current].polling && can_go(&runners[run->current]))
        add(&l, OPTION_SLOW, run->current, 0, 1);
    add_slow(&l, any);
    add_time_outs(&l, l.count == 0);
    if (l.count == 0 && is_refused() && world.kafka.offsets_touched == 1)
        add(&l, OPTION_ACCEPT, 0, 0, 0);
    run->at_rest = l.count == 0;
    if (!run->at_rest)
        add_faults(&l, run);
    return l.count;
}

/* ---- Letting it happen ----------------------------------------------------------------------- */

/* What the end of a process means to those it talked to. */
static void kill_lane(int lane)
{
    int name = world_name(lane);

    runner_kill(&runners[lane]);
    world_disconnect(lane);
    if (world.kafka.transactions[name].holder == lane)
        world.kafka.transactions[name].holder = NOBODY;
    if (world.kafka.members[name].holder == lane)
        world.kafka.members[name].holder = NOBODY;
    world.kafka.sources[lane] = (struct world_source){.subscribed = 0};
    world.kafka.in_transaction[lane] = 0;
    if (world.db.lane_row[name] == lane)
        world.db.lane_row[name] = NOBODY;
}

static void expire(int lane)
{
    int name = world_name(lane);
    int64_t holder = world.kafka.members[name].holder;

    if (holder == lane || holder == NOBODY)
        group_expire(name);
}

static void crash(struct run_state *run, int lane, bool at_once)
{
    kill_lane(lane);
    if (run->stopping)
        return; /* it would have ended anyway */
    if (at_once) {
        runner_restart(&runners[lane]);
        return;
    }
    expire(lane);
    runners[lane].held = true;
}

static void go(struct run_state *run, struct runner *r, enum twist twist, bool slow)
{
    run->current = r->index;
    r->twist = twist;
    r->timed_out = r->polling && (slow || !fake_source_has_something(r->index));
    runner_go(r);
}

static void accept_positions(void)
{
    world.kafka.offsets_touched = 2;
    for (int p = 0; p < scenario->partitions; p++) {
        world.db.now.positions[p].decision = 1;
        world.db.now.positions[p].decision_next = world.db.now.positions[p].next;
    }
}

/* How the call that a lane stands before goes. */
static enum twist twist_of(enum option_kind kind)
{
    if (kind == OPTION_LOST_BEFORE)
        return TWIST_LOST_BEFORE;
    if (kind == OPTION_LOST_AFTER)
        return TWIST_LOST_AFTER;
    return kind == OPTION_ON_ITS_WAY ? TWIST_ON_ITS_WAY : TWIST_NONE;
}

static void touch_offsets(struct world_committed left)
{
    world.kafka.offsets_touched = 1;
    for (int p = 0; p < scenario->partitions; p++)
        world.kafka.committed[p] = left;
}

static void freeze(struct runner *r)
{
    expire(r->index);
    if (world.db.changes[r->index].open)
        world_disconnect(r->index); /* idle in a transaction for too long */
    r->held = true;
}

static void release(struct run_state *run, struct runner *r)
{
    if (r->state == RUNNER_ENDED)
        runner_restart(r);
    r->held = false;
    run->current = r->index;
}

void option_apply(struct run_state *run, const struct option *o)
{
    struct runner *r = &runners[o->who];

    run->faults_left -= o->faults;
    run->preemptions_left -= o->preemptions;
    switch (o->kind) {
    case OPTION_TIME_OUT:
        r->timeouts++;
        go(run, r, TWIST_NONE, /* slow= */ false);
        break;
    case OPTION_GO:
    case OPTION_LOST_BEFORE:
    case OPTION_LOST_AFTER:
    case OPTION_ON_ITS_WAY:
    case OPTION_SLOW:
        go(run, r, twist_of(o->kind), o->kind == OPTION_SLOW);
        break;
    case OPTION_COMMIT_ACTS:
        world_commit(ON_ITS_WAY);
        break;
    case OPTION_END_ARRIVES:
        world_transaction_commit(o->who);
        break;
    case OPTION_TXN_TIMES_OUT:
        world_transaction_abort(o->who);
        world.kafka.transactions[o->who].holder = NOBODY;
        break;
    case OPTION_RELEASE:
        release(run, r);
        break;
    case OPTION_ACCEPT:
        accept_positions();
        break;
    case OPTION_CRASH:
        crash(run, o->who, /* at_once= */ true);
        break;
    case OPTION_DIE:
        crash(run, o->who, /* at_once= */ false);
        break;
    case OPTION_FREEZE:
        freeze(r);
        break;
    case OPTION_EXPIRE:
        expire(o->who);
        break;
    case OPTION_REBALANCE:
        group_rebalance();
        break;
    case OPTION_FORGET_OFFSETS:
        touch_offsets((struct world_committed){.known = 0});
        break;
    case OPTION_MOVE_OFFSETS:
        touch_offsets((struct world_committed){1, 0, METADATA_FOREIGN});
        break;
    case OPTION_FAIL_OVER:
        world_fail_over();
        break;
    case OPTION_KINDS:
        break;
    }
}
