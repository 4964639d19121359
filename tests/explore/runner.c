#include "runner.h"

#include "guidance/policy.h"
#include "memory.h"
#include "worker/clock.h"
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK_SIZE ((size_t)1 << 20)
#define SPINS_MAX 100

struct runner runners[LANES];
bool runner_tell;

static struct {
    ucontext_t context;
    void *stack;
} fibres[LANES];
static ucontext_t scheduler;
static struct runner *now;
static struct worker_settings named_settings[LANES];
static atomic_bool stop_lanes;

static const char *const names[] = {
    [CALL_NONE] = "nothing",
    [CALL_OPEN] = "store_open",
    [CALL_RECONNECT] = "store_reconnect",
    [CALL_LANE_BEGIN] = "store_lane_begin",
    [CALL_RUN_ID] = "store_lane_run_id",
    [CALL_POSITIONS] = "store_positions",
    [CALL_START] = "store_start",
    [CALL_TRYING] = "store_trying",
    [CALL_PROGRESS] = "store_progress",
    [CALL_OUTPUTS] = "store_outputs",
    [CALL_CLAIM] = "store_claim",
    [CALL_CLAIM_LOCK] = "store_claim: locks",
    [CALL_CLAIM_READ] = "store_claim: events and histories",
    [CALL_COMMIT] = "store_commit",
    [CALL_REVIEWS] = "store_reviews_claim",
    [CALL_TOUCHED] = "store_touched",
    [CALL_SUPPRESSION_END] = "store_suppression_end",
    [CALL_SUBSCRIBE] = "source_subscribe",
    [CALL_POLL] = "source_poll",
    [CALL_COMMITTED] = "source_committed",
    [CALL_RECREATE_SOURCE] = "source_recreate",
    [CALL_INIT] = "sink_init",
    [CALL_RECREATE_SINK] = "sink_recreate",
    [CALL_PRODUCE] = "sink_produce",
    [CALL_SEND_OFFSETS] = "sink_send_offsets",
    [CALL_END] = "sink_commit",
    [CALL_ABORT] = "sink_abort",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == CALL_COUNT, "every call has a name");

const char *call_name(enum call call)
{
    return names[call];
}

static void run_lane(void)
{
    struct runner *r = now;

    (void)lane_run(&r->lane);
    r->state = RUNNER_ENDED;
    r->call = CALL_NONE;
}

static void start(struct runner *r)
{
    int index = r->index;
    ucontext_t *context = &fibres[index].context;

    memset(r, 0, sizeof(*r));
    r->index = index;
    r->lane.settings = &named_settings[index];
    r->lane.stop = &stop_lanes;
    if (fibres[index].stack == NULL)
        fibres[index].stack = malloc(STACK_SIZE);
    assert(fibres[index].stack != NULL);
    (void)getcontext(context);
    context->uc_stack.ss_sp = fibres[index].stack;
    context->uc_stack.ss_size = STACK_SIZE;
    context->uc_link = &scheduler;
    makecontext(context, run_lane, 0);
    runner_go(r); /* to its first call */
}

static const struct worker_settings *settings(void)
{
    static const char *const topics[] = {"restage.clinical"};
    static struct policy policy;
    static struct worker_settings made = {.lanes = 1,
                                          .group = "restage",
                                          .topics = topics,
                                          .topic_count = 1,
                                          .clinical_topic = "restage.clinical",
                                          .recommendations_topic = "restage.recommendations",
                                          .dead_letters_topic = "restage.dead-letters",
                                          .postgres = "",
                                          .session_timeout_ms = 10000,
                                          .transaction_timeout_ms = 15000,
                                          .shutdown_timeout_ms = 10000};

    if (made.policy == NULL) {
        policy = policy_default();
        memset(policy.rulebook_hash, '0', sizeof(policy.rulebook_hash) - 1);
        made.policy = &policy;
    }
    made.batch_records_max = (size_t)scenario->batch;
    made.static_membership = !scenario->dynamic;
    made.batch_bytes_max = scenario->batch_bytes > 0 ? (size_t)scenario->batch_bytes : 1 << 20;
    made.review_interval_ms = scenario->reviews ? 0 : INT32_MAX;
    return &made;
}

void runners_start(void)
{
    static const char *const instances[LANES] = {"a", "b"};

    atomic_store(&stop_lanes, false);
    for (int i = 0; i < scenario->lanes; i++) {
        named_settings[i] = *settings();
        named_settings[i].instance = instances[world_name(i)];
        runners[i].index = i;
        start(&runners[i]);
    }
}

void runners_free(void)
{
    for (int i = 0; i < LANES; i++) {
        free(fibres[i].stack);
        fibres[i].stack = NULL;
    }
}

void runners_stop(bool stop)
{
    atomic_store(&stop_lanes, stop);
}

bool runners_stopping(void)
{
    return atomic_load(&stop_lanes);
}

void runner_go(struct runner *r)
{
    assert(now == NULL && r->state != RUNNER_ENDED);
    now = r;
    (void)swapcontext(&scheduler, &fibres[r->index].context);
    now = NULL;
}

void runner_kill(struct runner *r)
{
    r->dead = true;
    if (r->state != RUNNER_ENDED)
        runner_go(r);
    assert(r->state == RUNNER_ENDED);
}

void runner_restart(struct runner *r)
{
    assert(r->state == RUNNER_ENDED);
    start(r);
}

struct runner *runner_now(void)
{
    assert(now != NULL);
    return now;
}

static void hand_over(struct runner *r)
{
    (void)swapcontext(&fibres[r->index].context, &scheduler);
}

bool runner_step(struct runner *r, enum call call)
{
    if (r->dead)
        return false;
    r->call = call;
    r->spins = 0;
    r->twist = TWIST_NONE;
    hand_over(r);
    return !r->dead;
}

bool runner_step_poll(struct runner *r, const void *place)
{
    bool alive;

    if (r->delivery != NULL && !r->dead)
        r->heard = memory_hash(r->delivery, clock_monotonic_us() / 1000) ^
                   (uint64_t)(uintptr_t)place ^ (uint64_t)atomic_load(&r->lane.state) ^
                   (uint64_t)atomic_load(&r->lane.refused) << 8;

    r->polling = true;
    r->timed_out = false;
    alive = runner_step(r, CALL_POLL);
    r->polling = false;
    return alive;
}

void runner_spins(struct runner *r)
{
    if (++r->spins < SPINS_MAX)
        return;
    invariant_complain("a lane polls without end and without waiting");
    (void)runner_step(r, CALL_POLL);
}

void runner_wait_lock(struct runner *r, const int64_t *lock)
{
    while (!r->dead && *lock != NOBODY && world.db.connected[r->index]) {
        r->waits = lock;
        hand_over(r);
        r->waits = NULL;
    }
}

void runner_heard(struct runner *r, int64_t value)
{
    r->heard = (r->heard ^ (uint64_t)value) * 0xff51afd7ed558ccdu;
    r->heard ^= r->heard >> 31;
    r->heard += 0x9e3779b97f4a7c15u;
}

void runner_say(const struct runner *r, const char *format, ...)
{
    va_list arguments;

    if (!runner_tell || r->dead)
        return;
    printf("        %c: ", 'a' + r->index);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}
