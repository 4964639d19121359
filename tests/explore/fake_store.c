/*
 * store.h in memory: one statement after the other acts on the world at once; what a lane writes in
 * a transaction is a change of its own until it commits.  store_claim and store_commit are in
 * fake_store_batch.c.
 */
#include "fake_store.h"

#include "library.h"
#include "orders.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct uuid database_id = {{0xda, 0x7a, 0xba, 0x5e}};

bool fake_store_begins(struct store *s, enum call call, enum status *ret, struct err *err)
{
    struct runner *r = s->runner;

    if (!runner_step(r, call)) {
        *ret = err_set(err, FATAL, "crashed");
        return false;
    }
    /* What was written of the batch is not answered yet: its answers would be taken for these. */
    if (world.db.changes[r->index].open && call != CALL_COMMIT)
        invariant_complain("the database was asked in the middle of a batch");
    if (r->twist == TWIST_LOST_BEFORE)
        world_disconnect(r->index);
    if (world.db.connected[r->index])
        return true;
    *ret = fake_store_lost(s, call, err);
    return false;
}

enum status fake_store_lost(struct store *s, enum call call, struct err *err)
{
    world_disconnect(s->runner->index);
    runner_heard(s->runner, RETRY);
    runner_say(s->runner, "%s: no answer", call_name(call));
    return err_set(err, RETRY, "postgresql: connection lost");
}

int fake_store_place(const struct store_partition *p)
{
    assert(p->partition >= 0 && p->partition < scenario->partitions);
    return p->partition;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static enum status connect(struct store *s, enum call call, struct err *err)
{
    struct runner *r = s->runner;

    if (!runner_step(r, call))
        return err_set(err, FATAL, "crashed");
    world_disconnect(r->index);
    if (r->twist == TWIST_LOST_BEFORE)
        return fake_store_lost(s, call, err);
    world.db.connected[r->index] = 1;
    runner_heard(r, OK);
    runner_say(r, "%s", call_name(call));
    return OK;
}

enum status store_open(const struct store_settings *settings, struct store **ret, struct err *err)
{
    struct store *s = calloc(1, sizeof(*s));
    enum status status;

    (void)settings;
    assert(s != NULL);
    s->runner = runner_now();
    status = connect(s, CALL_OPEN, err);
    if (status != OK) {
        free(s);
        return status;
    }
    *ret = s;
    return OK;
}

void store_close(struct store *s)
{
    if (s != NULL && !s->runner->dead)
        world_disconnect(s->runner->index);
    free(s);
}

enum status store_reconnect(struct store *s, struct err *err)
{
    return connect(s, CALL_RECONNECT, err);
}

bool store_is_connected(const struct store *s)
{
    if (s->runner->dead)
        return true;
    runner_heard(s->runner, world.db.connected[s->runner->index]);
    return world.db.connected[s->runner->index] != 0;
}

struct uuid store_database_id(const struct store *s)
{
    (void)s;
    return database_id;
}

/* ---- Lanes ----------------------------------------------------------------------------------- */

/* The run_ids are told apart by whose they are: they are random. */
enum status store_lane_begin(struct store *s, const char *instance, int32_t lane,
                             const struct uuid *run_id, struct err *err)
{
    enum status status;

    (void)instance;
    (void)lane;
    if (!fake_store_begins(s, CALL_LANE_BEGIN, &status, err))
        return status;
    s->run_id = *run_id;
    world.db.lane_row[world_name(s->runner->index)] = s->runner->index;
    if (s->runner->twist == TWIST_LOST_AFTER)
        return fake_store_lost(s, CALL_LANE_BEGIN, err);
    runner_heard(s->runner, OK);
    runner_say(s->runner, "store_lane_begin");
    return OK;
}

enum status store_lane_run_id(struct store *s, const char *instance, int32_t lane,
                              struct uuid *ret_run_id, struct err *err)
{
    bool mine;
    enum status status;

    (void)instance;
    (void)lane;
    if (!fake_store_begins(s, CALL_RUN_ID, &status, err))
        return status;
    mine = world.db.lane_row[world_name(s->runner->index)] == s->runner->index;
    *ret_run_id = mine ? s->run_id : (struct uuid){{1}};
    runner_heard(s->runner, mine);
    runner_say(s->runner, "store_lane_run_id: %s", mine ? "ours" : "another's");
    return OK;
}

/* ---- Positions ------------------------------------------------------------------------------- */

static struct store_position position_of(const struct world_position *p)
{
    struct store_position ret = {.known = p->known != 0,
                                 .next_offset = p->next,
                                 .published_offset = p->published,
                                 .last_offset = p->known ? p->last_offset : STORE_NO_OFFSET,
                                 .suppress_from = p->suppress_from,
                                 .suppress_below = p->suppress_below,
                                 .restored = p->restored != 0,
                                 .start_offset = p->start,
                                 .unclean_ends = (int32_t)p->unclean_ends,
                                 .trying_offset = p->trying,
                                 .decision_pending = p->decision != 0,
                                 .decision_next_offset = p->decision_next};

    if (p->last_hash != 0)
        memcpy(ret.last_hash, library_digest(p->last_hash), SHA256_SIZE);
    return ret;
}

enum status store_positions(struct store *s, const char *cluster_id,
                            const struct store_partition *partitions, size_t count,
                            struct store_position *ret, struct err *err)
{
    enum status status;

    (void)cluster_id;
    if (!fake_store_begins(s, CALL_POSITIONS, &status, err))
        return status;
    for (size_t i = 0; i < count; i++) {
        struct world_position p = world.db.now.positions[fake_store_place(&partitions[i])];

        p.lock = NOBODY; /* a reader does not see it */
        ret[i] = position_of(&p);
        runner_heard(s->runner, library_hash(&p, sizeof(p), 0));
        runner_say(s->runner, "store_positions: P %d, Q %d", (int)p.next, (int)p.published);
    }
    runner_heard(s->runner, OK);
    return OK;
}

/* One row of a start; false: somebody was quicker. */
static bool write_start(struct store *s, const struct store_start *start)
{
    struct world_position *p = &world.db.now.positions[fake_store_place(&start->partition)];

    if (start->expected_next == STORE_NO_OFFSET ? p->known != 0
                                                : p->next != start->expected_next || !p->known)
        return false;
    runner_wait_lock(s->runner, &p->lock);
    if (start->expected_next == STORE_NO_OFFSET ? p->known != 0 : p->next != start->expected_next)
        return false;
    if (!p->known)
        p->last_offset = STORE_NO_OFFSET;
    p->known = 1;
    p->next = start->next_offset;
    p->published = start->published_offset;
    p->suppress_from = start->suppress_from;
    p->suppress_below = start->suppress_below;
    p->restored = start->restored;
    world.db.restored = world.db.restored || start->restored;
    p->start = start->next_offset;
    p->unclean_ends = start->unclean_ends;
    p->trying = STORE_NO_OFFSET;
    if (start->forget_last) {
        p->last_offset = STORE_NO_OFFSET;
        p->last_hash = 0;
    }
    if (start->decision_id != NULL)
        p->decision = 0;
    return true;
}

enum status store_start(struct store *s, const char *cluster_id, const struct store_start *starts,
                        size_t count, bool *ret_done, struct err *err)
{
    bool done = true;
    enum status status;

    (void)cluster_id;
    if (!fake_store_begins(s, CALL_START, &status, err))
        return status;
    /* The world has one row or two of one lane: that both are written at once need not be kept. */
    for (size_t i = 0; i < count && done && world.db.connected[s->runner->index]; i++)
        done = write_start(s, &starts[i]);
    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    if (s->runner->twist == TWIST_LOST_AFTER || !world.db.connected[s->runner->index])
        return fake_store_lost(s, CALL_START, err);
    *ret_done = done;
    runner_heard(s->runner, done);
    runner_say(s->runner, "store_start: %s", done ? "done" : "somebody was quicker");
    return OK;
}

enum status store_trying(struct store *s, const char *cluster_id,
                         const struct store_partition *partition, int64_t offset, struct err *err)
{
    enum status status;

    (void)cluster_id;
    if (!fake_store_begins(s, CALL_TRYING, &status, err))
        return status;
    world.db.now.positions[fake_store_place(partition)].trying = offset;
    runner_heard(s->runner, OK);
    runner_say(s->runner, "store_trying: %d", (int)offset);
    return OK;
}

enum status store_suppression_end(struct store *s, const char *cluster_id,
                                  const struct store_partition *partition, struct err *err)
{
    struct world_position *p = &world.db.now.positions[fake_store_place(partition)];
    enum status status;

    (void)cluster_id;
    if (!fake_store_begins(s, CALL_SUPPRESSION_END, &status, err))
        return status;
    p->suppress_from = 0;
    p->suppress_below = 0;
    p->restored = 0;
    if (s->runner->twist == TWIST_LOST_AFTER)
        return fake_store_lost(s, CALL_SUPPRESSION_END, err);
    runner_heard(s->runner, OK);
    runner_say(s->runner, "store_suppression_end");
    return OK;
}

enum status store_progress(struct store *s, const char *cluster_id,
                           const struct store_progress *progress, size_t count, bool clean,
                           struct err *err)
{
    enum status status;

    (void)cluster_id;
    if (!fake_store_begins(s, CALL_PROGRESS, &status, err))
        return status;
    for (size_t i = 0; i < count; i++) {
        struct world_position *p =
            &world.db.now.positions[fake_store_place(&progress[i].partition)];
        int64_t published = progress[i].published_offset;

        runner_wait_lock(s->runner, &p->lock);
        if (s->runner->dead || !world.db.connected[s->runner->index])
            return fake_store_lost(s, CALL_PROGRESS, err);
        if (p->next == progress[i].expected_next) {
            p->next = progress[i].next_offset;
            if (clean) {
                p->start = STORE_NO_OFFSET;
                p->trying = STORE_NO_OFFSET;
                p->unclean_ends = 0;
            }
        }
        if (published > p->next)
            published = p->next;
        if (published > p->published)
            p->published = published;
        runner_say(s->runner, "store_progress: P %d, Q %d", (int)p->next, (int)p->published);
    }
    if (s->runner->twist == TWIST_LOST_AFTER)
        return fake_store_lost(s, CALL_PROGRESS, err);
    runner_heard(s->runner, OK);
    return OK;
}

/* ---- Outputs --------------------------------------------------------------------------------- */

static bool is_in_range(const struct world_row *row, const struct store_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (row->partition == ranges[i].partition.partition && row->offset >= ranges[i].from &&
            row->offset < ranges[i].to)
            return true;
    return false;
}

enum status store_outputs(struct store *s, const char *cluster_id, const struct store_range *ranges,
                          size_t count, struct arena *arena, struct store_output **ret_outputs,
                          size_t *ret_count, struct err *err)
{
    struct store_output *outputs = arena_zalloc(arena, ROWS_MAX, sizeof(*outputs));
    size_t found = 0;
    enum status status;

    (void)cluster_id;
    assert(outputs != NULL);
    if (!fake_store_begins(s, CALL_OUTPUTS, &status, err))
        return status;
    for (int64_t i = 0; i < world.db.now.row_count; i++) {
        if (!is_in_range(&world.db.now.rows[i], ranges, count))
            continue;
        outputs[found++] = *library_output(world.db.now.rows[i].output);
        runner_heard(s->runner, world.db.now.rows[i].output);
    }
    *ret_outputs = outputs;
    *ret_count = found;
    runner_heard(s->runner, (int64_t)found);
    runner_say(s->runner, "store_outputs: %d", (int)found);
    return OK;
}

enum status store_touched(struct store *s, const char *cluster_id, const struct store_range *range,
                          struct arena *arena, const struct store_subject_key **ret,
                          size_t *ret_count, struct err *err)
{
    struct store_subject_key *keys = arena_zalloc(arena, SUBJECTS_MAX, sizeof(*keys));
    bool touched[SUBJECTS_MAX] = {false};
    enum status status;

    (void)cluster_id;
    assert(keys != NULL);
    if (!fake_store_begins(s, CALL_TOUCHED, &status, err))
        return status;
    for (int64_t i = 0; i < world.db.now.row_count; i++)
        if (world.db.now.rows[i].subject != NOBODY && is_in_range(&world.db.now.rows[i], range, 1))
            touched[world.db.now.rows[i].subject] = true;
    *ret_count = 0;
    for (int i = 0; i < SUBJECTS_MAX; i++)
        if (touched[i])
            keys[(*ret_count)++] = library_subject(world.db.now.subjects[i].state)->key;
    *ret = keys;
    runner_heard(s->runner, (int64_t)*ret_count);
    runner_say(s->runner, "store_touched: %d", (int)*ret_count);
    return OK;
}

/* Reviews fall due by order only. */
enum status store_reviews_claim(struct store *s, int64_t now, size_t limit, struct arena *arena,
                                struct store_review **ret, size_t *ret_count, struct err *err)
{
    size_t count = (size_t)orders.reviews_due < limit ? (size_t)orders.reviews_due : limit;
    enum status status;

    if (!fake_store_begins(s, CALL_REVIEWS, &status, err))
        return status;
    *ret = arena_zalloc(arena, count, sizeof(**ret));
    assert(*ret != NULL);
    for (size_t i = 0; i < count; i++)
        (*ret)[i] = (struct store_review){.authority = "urn:example",
                                          .patient_value = "1",
                                          .tumour_id = "primary",
                                          .due_at = now};
    orders.reviews_due -= (int)count;
    *ret_count = count;
    runner_heard(s->runner, (int64_t)count);
    return OK;
}
