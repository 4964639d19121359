#include "world.h"

#include "library.h"
#include "store/store.h"

#include <assert.h>
#include <string.h>

struct world world;
const struct scenario *scenario;

void world_reset(void)
{
    memset(&world, 0, sizeof(world));
    for (int p = 0; p < PARTITIONS; p++)
        world.db.now.positions[p].lock = NOBODY;
    for (int s = 0; s < SUBJECTS_MAX; s++)
        world.db.now.subjects[s].lock = NOBODY;
    for (int l = 0; l < LANES; l++) {
        world.db.lane_row[l] = NOBODY;
        world.kafka.transactions[l].holder = NOBODY;
        world.kafka.members[l].holder = NOBODY;
    }
}

uint64_t world_hash(void)
{
    const uint64_t *at = (const uint64_t *)(const void *)&world;
    size_t count = sizeof(world) / sizeof(*at);
    uint64_t sums[4] = {1, 2, 3, 4}; /* four chains: the processor works on all at once */

    _Static_assert(sizeof(world) % sizeof(*at) == 0, "numbers alone");
    for (size_t i = 0; i < count; i++) {
        uint64_t *sum = &sums[i % 4];

        *sum = (*sum ^ at[i]) * 0xff51afd7ed558ccdu;
        *sum ^= *sum >> 32;
    }
    for (size_t i = 1; i < 4; i++)
        sums[0] = (sums[0] ^ sums[i]) * 0xc4ceb9fe1a85ec53u + (sums[0] >> 29);
    return sums[0];
}

int world_name(int lane)
{
    return scenario->same_name ? 0 : lane;
}

int64_t world_log_end(int partition)
{
    return scenario->records[partition] + 1;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

/* Let go of every row that ${holder} has locked; places taken for new subjects become free. */
static void unlock(int holder)
{
    for (int p = 0; p < PARTITIONS; p++)
        if (world.db.now.positions[p].lock == holder)
            world.db.now.positions[p].lock = NOBODY;
    for (int s = 0; s < SUBJECTS_MAX; s++) {
        struct world_subject *subject = &world.db.now.subjects[s];

        if (subject->lock != holder)
            continue;
        if (!subject->committed)
            memset(subject, 0, sizeof(*subject));
        subject->lock = NOBODY;
    }
}

/* How often was each record decided?  More than once is a violation, seen by the invariants. */
static void count_decided(int partition, int64_t from, int64_t to)
{
    for (int64_t offset = from; offset < to; offset++)
        if (offset < scenario->records[partition])
            world.db.now.decided[partition][offset]++;
}

static void commit_positions(const struct world_change *c)
{
    for (int p = 0; p < PARTITIONS; p++) {
        struct world_position *position = &world.db.now.positions[p];
        int64_t lock = position->lock;

        if (!c->touches[p])
            continue;
        count_decided(p, position->next, c->positions[p].next);
        *position = c->positions[p];
        position->lock = lock;
    }
}

static void commit_subjects(const struct world_change *c)
{
    for (int s = 0; s < SUBJECTS_MAX; s++) {
        struct world_subject *subject = &world.db.now.subjects[s];

        if (!c->updates[s])
            continue;
        subject->committed = 1;
        subject->state = c->subjects[s].state;
        subject->sequence = c->subjects[s].sequence;
    }
}

/* Judged without an event that was there: a reader would never be told of it. */
static void check_histories(const struct world_change *c)
{
    for (int s = 0; s < SUBJECTS_MAX; s++) {
        int64_t known = 0;

        for (int64_t i = 0; i < world.db.now.event_count; i++)
            known += world.db.now.events[i].subject == s;
        for (int64_t i = 0; i < c->event_count; i++)
            known += c->events[i].subject == s;
        if (c->updates[s] && c->subjects[s].sequence > world.db.now.subjects[s].sequence &&
            c->history_read[s] != known)
            invariant_complain("a subject was judged without an event that is in the database");
    }
}

void world_commit(int holder)
{
    struct world_change *c = &world.db.changes[holder];

    assert(c->open);
    check_histories(c);
    if (scenario->failover) {
        world.db.before = world.db.now;
        world.db.commits = 1;
    }
    commit_positions(c);
    commit_subjects(c);
    for (int64_t i = 0; i < c->event_count; i++) {
        assert(world.db.now.event_count < EVENTS_MAX);
        world.db.now.events[world.db.now.event_count++] = c->events[i];
    }
    for (int64_t i = 0; i < c->row_count; i++) {
        assert(world.db.now.row_count < ROWS_MAX);
        world.db.now.rows[world.db.now.row_count++] = c->rows[i];
    }
    memset(c, 0, sizeof(*c));
    unlock(holder);
}

void world_rollback(int holder)
{
    memset(&world.db.changes[holder], 0, sizeof(world.db.changes[holder]));
    unlock(holder);
}

void world_disconnect(int lane)
{
    world_rollback(lane);
    world.db.connected[lane] = 0;
}

void world_commit_goes_on(int lane)
{
    struct world_change *c = &world.db.changes[ON_ITS_WAY];

    assert(!c->open && world.db.changes[lane].open);
    *c = world.db.changes[lane];
    memset(&world.db.changes[lane], 0, sizeof(*c));
    for (int p = 0; p < PARTITIONS; p++)
        if (world.db.now.positions[p].lock == lane)
            world.db.now.positions[p].lock = ON_ITS_WAY;
    for (int s = 0; s < SUBJECTS_MAX; s++)
        if (world.db.now.subjects[s].lock == lane)
            world.db.now.subjects[s].lock = ON_ITS_WAY;
    world.db.connected[lane] = 0;
}

void world_fail_over(void)
{
    for (int i = 0; i < LANES; i++)
        world_disconnect(i);
    world_rollback(ON_ITS_WAY);
    world.db.now = world.db.before;
    for (int holder = 0; holder <= ON_ITS_WAY; holder++)
        unlock(holder); /* as they were held then */
    memset(&world.db.before, 0, sizeof(world.db.before));
    world.db.commits = 0;
    world.db.failed_over = 1;
}

/* ---- Transactions of Kafka ------------------------------------------------------------------- */

static void end_transaction(struct world_transaction *t)
{
    t->ongoing = 0;
    t->has_offsets = 0;
    t->commit_on_its_way = 0;
    memset(t->offsets, 0, sizeof(t->offsets));
}

void world_transaction_commit(int name)
{
    struct world_transaction *t = &world.kafka.transactions[name];

    for (int64_t i = 0; i < world.kafka.record_count; i++)
        if (world.kafka.records[i].transaction == name)
            world.kafka.records[i].transaction = VISIBLE;
    for (int p = 0; p < PARTITIONS; p++)
        if (t->offsets[p].known)
            world.kafka.committed[p] = t->offsets[p];
    end_transaction(t);
}

void world_transaction_abort(int name)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < world.kafka.record_count; i++)
        if (world.kafka.records[i].transaction != name)
            world.kafka.records[kept++] = world.kafka.records[i];
    memset(&world.kafka.records[kept], 0,
           (size_t)(world.kafka.record_count - kept) * sizeof(world.kafka.records[0]));
    world.kafka.record_count = kept;
    end_transaction(&world.kafka.transactions[name]);
}

bool world_offsets_pending(int partition)
{
    for (int n = 0; n < LANES; n++)
        if (world.kafka.transactions[n].ongoing &&
            world.kafka.transactions[n].offsets[partition].known)
            return true;
    return false;
}
