#include "fixture_run.h"

#include "library.h"
#include "records.h"
#include "store/store.h"

#include <check.h>
#include <string.h>

#define STEPS_MAX 300
#define TIMEOUTS_AT_REST 4

const struct scenario fixture_solo = {
    .name = "solo", .lanes = 1, .partitions = 1, .records = {3}, .batch = 2};

static int timeouts; /* since the world last changed */

void fixture_setup(void)
{
    records_make();
    memset(&orders, 0, sizeof(orders));
}

void fixture_teardown(void)
{
    if (runners[0].state != RUNNER_ENDED)
        runner_kill(&runners[0]);
    runners_free();
    library_free();
    records_free();
}

void fixture_begin(const struct scenario *wanted)
{
    scenario = wanted;
    timeouts = 0;
    world_reset();
    runners_start();
}

void fixture_go(enum twist twist)
{
    struct runner *r = &runners[0];
    uint64_t before = world_hash();
    const char *broken;

    r->twist = twist;
    r->timed_out = r->polling && !fake_source_has_something(0) && orders.poll == OK &&
                   orders.event.kind == SOURCE_NOTHING;
    timeouts += r->timed_out;
    runner_go(r);
    if (world_hash() != before)
        timeouts = 0;
    broken = invariant_broken();
    ck_assert_msg(broken == NULL, "%s", broken);
}

void fixture_go_to(enum call call)
{
    for (int i = 0; i < STEPS_MAX && runners[0].call != call; i++) {
        ck_assert_msg(runners[0].state == RUNNER_READY, "%s", runners[0].lane.err.text);
        fixture_go(TWIST_NONE);
    }
    ck_assert_int_eq(runners[0].call, call);
}

void fixture_rest(void)
{
    timeouts = 0;
    for (int i = 0; runners[0].state == RUNNER_READY && timeouts < TIMEOUTS_AT_REST; i++) {
        ck_assert_int_lt(i, STEPS_MAX);
        fixture_go(TWIST_NONE);
    }
}

void fixture_fails_with(const char *text)
{
    fixture_rest();
    ck_assert_int_eq(runners[0].state, RUNNER_ENDED);
    ck_assert_int_eq(atomic_load(&runners[0].lane.state), LANE_FAILED);
    ck_assert_msg(strstr(runners[0].lane.err.text, text) != NULL, "%s", runners[0].lane.err.text);
}

void fixture_is_whole(void)
{
    const char *broken;

    fixture_rest();
    ck_assert_msg(runners[0].state == RUNNER_READY, "%s", runners[0].lane.err.text);
    broken = invariant_broken_at_rest();
    ck_assert_msg(broken == NULL, "%s", broken);
    runners_stop(true);
    for (int i = 0; i < STEPS_MAX && runners[0].state == RUNNER_READY; i++)
        fixture_go(TWIST_NONE);
    ck_assert_int_eq(runners[0].state, RUNNER_ENDED);
    ck_assert_int_eq(atomic_load(&runners[0].lane.state), LANE_STOPPED);
}

/* Restage's own events count once, however often they were sent. */
static bool is_repeated(const struct world_record *r)
{
    for (const struct world_record *p = world.kafka.records; p < r && r->own; p++)
        if (p->id == r->id && p->transaction == VISIBLE)
            return true;
    return false;
}

static int count_visible(bool own)
{
    int count = 0;

    for (int64_t i = 0; i < world.kafka.record_count; i++) {
        const struct world_record *r = &world.kafka.records[i];

        count += r->transaction == VISIBLE && (r->own != 0) == own && !is_repeated(r);
    }
    return count;
}

int fixture_visible(void)
{
    return count_visible(false);
}

int fixture_visible_own(void)
{
    return count_visible(true);
}

void fixture_position(int64_t next, int64_t published)
{
    world.db.now.positions[0] = (struct world_position){.known = 1,
                                                        .next = next,
                                                        .published = published,
                                                        .last_offset = STORE_NO_OFFSET,
                                                        .start = STORE_NO_OFFSET,
                                                        .trying = STORE_NO_OFFSET,
                                                        .lock = NOBODY};
    for (int64_t o = 0; o < next && o < RECORDS_MAX; o++)
        world.db.now.decided[0][o] = 1;
}

void fixture_committed(int64_t offset)
{
    world.kafka.committed[0] = (struct world_committed){1, offset, METADATA_OURS};
}
