#include "world.h"

/*
 * The consumer group, as far as the protocol depends on it: an eager rebalance begins when a member
 * joins, leaves or expires; it ends when all members have joined again, with a new generation and
 * new owners, so that partitions move.  A static member that comes back as a new process gets its
 * partitions at once, without a new generation; its predecessor is fenced.  A dynamic one is a new
 * member; how long the group waits for the old one is left out.
 */

static struct world_member *member_of(int lane)
{
    return &world.kafka.members[world_name(lane)];
}

static void give(int name, int64_t mask)
{
    struct world_member *m = &world.kafka.members[name];

    m->mask = mask;
    if (m->holder != NOBODY)
        world.kafka.sources[m->holder].news = 1;
}

/* All have joined: a new generation; partitions go around with the turn. */
static void settle(void)
{
    int names[LANES];
    int64_t masks[LANES] = {0};
    int count = 0;

    for (int n = 0; n < LANES; n++) {
        if (!world.kafka.members[n].in)
            continue;
        if (!world.kafka.members[n].joined)
            return;
        names[count++] = n;
    }
    if (!world.kafka.preparing || count == 0)
        return;
    world.kafka.preparing = 0;
    world.kafka.turn = (world.kafka.turn + 1) % LANES;
    for (int l = 0; l < LANES; l++)
        world.kafka.sources[l].current = 0;
    for (int p = 0; p < scenario->partitions; p++)
        masks[(world.kafka.turn + p) % count] |= 1 << p;
    for (int i = 0; i < count; i++)
        give(names[i], masks[i]);
}

static void begin_rebalance(void)
{
    world.kafka.preparing = 1;
    for (int n = 0; n < LANES; n++)
        world.kafka.members[n].joined = 0;
}

void group_join(int lane)
{
    struct world_member *m = member_of(lane);
    bool returns = m->in && !world.kafka.preparing && !scenario->dynamic;

    m->in = 1;
    m->holder = lane;
    if (returns) {
        give(world_name(lane), m->mask);
        return;
    }
    if (!world.kafka.preparing)
        begin_rebalance();
    m->joined = 1;
    settle();
}

void group_rejoin(int lane)
{
    struct world_member *m = member_of(lane);

    m->holder = lane;
    if (!m->in && !world.kafka.preparing)
        begin_rebalance();
    m->in = 1;
    m->joined = 1;
    settle();
}

void group_expire(int name)
{
    struct world_member *m = &world.kafka.members[name];

    if (!m->in)
        return;
    if (m->holder != NOBODY) {
        world.kafka.sources[m->holder].current = 0;
        world.kafka.sources[m->holder].news = 0;
    }
    *m = (struct world_member){.holder = NOBODY};
    if (!world.kafka.preparing && !group_is_empty())
        begin_rebalance();
    if (group_is_empty())
        world.kafka.preparing = 0;
    settle();
}

void group_rebalance(void)
{
    begin_rebalance();
}

bool group_is_lost(int lane)
{
    return world.kafka.sources[lane].subscribed && !member_of(lane)->in;
}

bool group_is_calling(int lane)
{
    return world.kafka.preparing && member_of(lane)->in && !member_of(lane)->joined;
}

bool group_is_empty(void)
{
    for (int n = 0; n < LANES; n++)
        if (world.kafka.members[n].in)
            return false;
    return true;
}
