/* store.h in memory: the transaction of one batch. */
#include "fake_store.h"

#include "library.h"
#include "orders.h"
#include "wrong_turns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct world_change *change_of(const struct store *s)
{
    return &world.db.changes[s->runner->index];
}

/* Hold ${lock}, waiting for whoever has it; false when the connection broke meanwhile. */
static bool lock(struct store *s, int64_t *lock)
{
    if (*lock == s->runner->index)
        return true;
    runner_wait_lock(s->runner, lock);
    if (s->runner->dead || !world.db.connected[s->runner->index])
        return false;
    *lock = s->runner->index;
    return true;
}

/* ---- First round trip ------------------------------------------------------------------------ */

/* The compare-and-swap of one partition; false: a miss, or the connection broke. */
static bool advance(struct store *s, const struct store_advance *a)
{
    struct world_change *c = change_of(s);
    int place = fake_store_place(&a->partition);
    struct world_position *p = &world.db.now.positions[place];
    int64_t published;

    if (!p->known || p->next != a->expected_next || !lock(s, &p->lock))
        return false;
    if (p->next != a->expected_next) /* looked at again after the wait */
        return false;
    published = a->published_offset < p->next ? a->published_offset : p->next;
    c->touches[place] = 1;
    c->positions[place] = *p;
    c->positions[place].next = a->next_offset;
    c->positions[place].published = published > p->published ? published : p->published;
    c->positions[place].last_offset = a->last_offset;
    c->positions[place].last_hash = library_add_digest(a->last_hash);
    c->positions[place].lock = 0;
    return true;
}

static int find_subject(int64_t identity)
{
    for (int i = 0; i < SUBJECTS_MAX; i++)
        if (world.db.now.subjects[i].identity == identity)
            return i;
    return NOBODY;
}

/* Insert what is new (ON CONFLICT DO NOTHING waits for who inserts the same), lock the rest. */
static bool lock_subjects(struct store *s, const struct store_batch *b)
{
    struct world_change *c = change_of(s);

    for (size_t i = 0; i < b->subject_count; i++) {
        const struct store_subject new = {.key = b->subjects[i]};
        int64_t identity = library_uuid(&b->subjects[i].subject);
        int place = find_subject(identity);

        if (place == NOBODY)
            place = find_subject(0);
        assert(place != NOBODY);
        /* Taken by somebody who rolled back meanwhile: then it is free again, and ours. */
        if (!lock(s, &world.db.now.subjects[place].lock))
            return false;
        if (!world.db.now.subjects[place].committed) {
            world.db.now.subjects[place].identity = identity;
            c->subjects[place].state = library_add_subject(&new);
            c->updates[place] = 1;
        }
    }
    for (int i = 0; i < SUBJECTS_MAX; i++)
        for (size_t k = 0; k < b->patient_count && world.db.now.subjects[i].committed; k++) {
            const struct store_subject *known = library_subject(world.db.now.subjects[i].state);

            if (strcmp(known->key.authority, b->patients[k].authority) == 0 &&
                strcmp(known->key.patient_value, b->patients[k].value) == 0 &&
                !lock(s, &world.db.now.subjects[i].lock))
                return false;
        }
    return true;
}

static bool is_known(const struct world_event *events, int64_t count, const struct world_event *e)
{
    for (int64_t i = 0; i < count; i++)
        if (events[i].subject == e->subject && events[i].id == e->id)
            return true;
    return false;
}

static void insert_events(struct store *s, const struct store_batch *b)
{
    struct world_change *c = change_of(s);

    for (size_t i = 0; i < b->event_count; i++) {
        int place = find_subject(library_uuid(&b->events[i].subject));
        const struct world_event e = {place == NOBODY ? 0 : place, library_add_event(&b->events[i]),
                                      library_uuid(&b->events[i].event_id)};

        if (is_known(world.db.now.events, world.db.now.event_count, &e) ||
            is_known(c->events, c->event_count, &e))
            continue;
        assert(c->event_count < EVENTS_MAX);
        c->events[c->event_count++] = e;
    }
}

static struct store_history_event *history_row(struct store *s, const struct world_event *e,
                                               bool inserted, struct store_history_event *row)
{
    *row = *library_event(e->event);
    if (orders.history_spoiled)
        row->value = (struct bytes){"\xff", 1};
    row->inserted = inserted;
    runner_heard(s->runner, inserted ? e->event : -e->event);
    return row + 1;
}

/* A statement of its own: it sees what was committed before it, and what its transaction wrote. */
static void read_histories(struct store *s, struct arena *arena, struct store_claimed *ret)
{
    struct world_change *c = change_of(s);
    struct store_history_event *rows = arena_zalloc(arena, 2 * EVENTS_MAX, sizeof(*rows));
    struct store_history_event *row = rows;

    assert(rows != NULL);
    for (int64_t i = 0; i < world.db.now.event_count; i++) {
        row = history_row(s, &world.db.now.events[i], false, row);
        c->history_read[world.db.now.events[i].subject]++;
    }
    for (int64_t i = 0; i < c->event_count; i++) {
        row = history_row(s, &c->events[i], true, row);
        c->history_read[c->events[i].subject]++;
    }
    ret->history = rows;
    ret->history_count = (size_t)(row - rows);
}

static int by_uuid(const void *a, const void *b)
{
    return uuid_compare(&((const struct store_subject *)a)->key.subject,
                        &((const struct store_subject *)b)->key.subject);
}

static void read_subjects(struct store *s, struct arena *arena, struct store_claimed *ret)
{
    const struct world_change *c = change_of(s);
    struct store_subject *subjects = arena_zalloc(arena, SUBJECTS_MAX, sizeof(*subjects));

    assert(subjects != NULL);
    for (int i = 0; i < SUBJECTS_MAX; i++) {
        int64_t state = c->updates[i] ? c->subjects[i].state : world.db.now.subjects[i].state;

        if (world.db.now.subjects[i].lock != s->runner->index)
            continue;
        subjects[ret->subject_count++] = *library_subject(state);
        runner_heard(s->runner, state);
    }
    if (ret->subject_count > 1)
        qsort(subjects, ret->subject_count, sizeof(*subjects), by_uuid);
    ret->subjects = subjects;
}

static bool is_asked_for(const struct store_batch *b, const struct store_dead_letter *d)
{
    for (size_t i = 0; i < b->subject_count; i++)
        if (strcmp(b->subjects[i].authority, d->authority) == 0 &&
            strcmp(b->subjects[i].patient_value, d->patient_value) == 0)
            return true;
    for (size_t i = 0; i < b->patient_count; i++)
        if (strcmp(b->patients[i].authority, d->authority) == 0 &&
            strcmp(b->patients[i].value, d->patient_value) == 0)
            return true;
    return false;
}

/* No scenario closes a dead letter: every first one with a patient is a hold. */
static void read_holds(struct store *s, const struct store_batch *b, struct arena *arena,
                       struct store_claimed *ret)
{
    struct store_hold *holds = arena_zalloc(arena, ROWS_MAX, sizeof(*holds));
    struct uuid *known = arena_zalloc(arena, ROWS_MAX, sizeof(*known));

    assert(holds != NULL && known != NULL);
    for (int64_t i = 0; i < world.db.now.row_count; i++) {
        const struct store_dead_letter *d =
            library_output(world.db.now.rows[i].output)->dead_letter;

        if (d == NULL)
            continue;
        runner_heard(s->runner, world.db.now.rows[i].output);
        if (d->has_patient && is_asked_for(b, d))
            holds[ret->hold_count++] = (struct store_hold){.dead_letter_id = d->dead_letter_id,
                                                           .code = d->code,
                                                           .authority = d->authority,
                                                           .patient_value = d->patient_value};
        for (size_t k = 0; k < b->dead_letter_id_count; k++)
            if (uuid_compare(&d->dead_letter_id, &b->dead_letter_ids[k]) == 0)
                known[ret->known_dead_letter_count++] = d->dead_letter_id;
    }
    ret->holds = holds;
    ret->known_dead_letters = known;
}

/* Stand between two statements; only with two partitions do two lanes meet there. */
static void between_statements(struct store *s, enum call call)
{
    if (scenario->partitions > 1 && world.db.connected[s->runner->index])
        (void)runner_step(s->runner, call);
}

static enum status claim(struct store *s, const struct store_batch *b, struct arena *arena,
                         bool read_first, struct store_claimed *ret, struct err *err)
{
    struct store_claimed claimed = {.claim = STORE_CLAIMED};
    bool hit = true;
    enum status status;

    if (!fake_store_begins(s, CALL_CLAIM, &status, err))
        return status;
    change_of(s)->open = 1;
    for (size_t i = 0; i < b->advance_count && hit; i++)
        hit = advance(s, &b->advances[i]);
    if (hit && read_first) {
        insert_events(s, b);
        read_histories(s, arena, &claimed);
        between_statements(s, CALL_CLAIM_READ);
    }
    if (hit)
        between_statements(s, CALL_CLAIM_LOCK);
    if (hit && world.db.connected[s->runner->index] && lock_subjects(s, b))
        between_statements(s, CALL_CLAIM_READ);
    if (s->runner->dead)
        return err_set(err, FATAL, "crashed");
    if (!world.db.connected[s->runner->index] || s->runner->twist == TWIST_LOST_BEFORE)
        return fake_store_lost(s, CALL_CLAIM, err);
    if (hit && !read_first) {
        insert_events(s, b);
        read_histories(s, arena, &claimed);
    }
    if (hit && orders.rulebook_inactive) {
        claimed.claim = STORE_RULEBOOK_INACTIVE;
        world_rollback(s->runner->index);
    } else if (hit) {
        read_subjects(s, arena, &claimed);
        read_holds(s, b, arena, &claimed);
    } else {
        claimed.claim = STORE_MISSED;
        world_rollback(s->runner->index);
    }
    *ret = claimed;
    runner_heard(s->runner, claimed.claim);
    runner_say(s->runner, "store_claim: [%d, %d): %s", (int)b->advances[0].expected_next,
               (int)b->advances[0].next_offset, hit ? "claimed" : "missed");
    return OK;
}

enum status store_claim(struct store *s, const struct store_batch *b, struct arena *arena,
                        struct store_claimed *ret, struct err *err)
{
    return claim(s, b, arena, /* read_first= */ false, ret, err);
}

enum status store_claim_unlocked(struct store *s, const struct store_batch *b, struct arena *arena,
                                 struct store_claimed *ret, struct err *err)
{
    return claim(s, b, arena, /* read_first= */ true, ret, err);
}

/* ---- Second round trip ----------------------------------------------------------------------- */

static struct world_row row_of(const struct store_output *o)
{
    struct world_row row = {.output = library_add_output(o), .subject = NOBODY};
    const struct store_source *source =
        o->recommendation != NULL ? &o->recommendation->source : &o->dead_letter->source;

    row.partition = source->partition;
    row.offset = source->offset;
    if (o->recommendation != NULL) {
        row.id = library_uuid(&o->recommendation->recommendation_id);
        row.content = library_hash(o->recommendation->value.at, o->recommendation->value.size, 0);
        row.subject = find_subject(library_uuid(&o->recommendation->subject));
        row.sequence = o->recommendation->sequence;
    } else {
        row.id = library_uuid(&o->dead_letter->dead_letter_id);
        row.content = library_hash(o->dead_letter->value.at, o->dead_letter->value.size, 0);
    }
    return row;
}

static void write_result(struct store *s, const struct store_result *result)
{
    struct world_change *c = change_of(s);

    assert(result->closing_count == 0);
    for (size_t i = 0; i < result->output_count; i++) {
        assert(c->row_count < ROWS_MAX);
        c->rows[c->row_count++] = row_of(&result->outputs[i]);
    }
    for (size_t i = 0; i < result->subject_count; i++) {
        const struct store_subject_update *u = &result->subjects[i];
        int place = find_subject(library_uuid(&u->subject));
        struct store_subject next;

        assert(place != NOBODY && world.db.now.subjects[place].lock == s->runner->index);
        next = *library_subject(c->updates[place] ? c->subjects[place].state
                                                  : world.db.now.subjects[place].state);
        next.sequence = u->sequence;
        next.recommendation_id = u->recommendation_id;
        next.as_of = u->as_of;
        next.last_judgement = u->last_judgement;
        c->updates[place] = 1;
        c->subjects[place].state = library_add_subject(&next);
        c->subjects[place].sequence = u->sequence;
    }
}

/* Until the commit it changes nothing that anybody sees. */
void store_write_early(struct store *s, const struct store_output *outputs, size_t count)
{
    (void)s;
    (void)outputs;
    (void)count;
}

enum status store_commit(struct store *s, const struct store_result *result, struct err *err)
{
    struct runner *r = s->runner;
    enum status status;

    if (!fake_store_begins(s, CALL_COMMIT, &status, err))
        return status;
    write_result(s, result);
    if (r->twist == TWIST_ON_ITS_WAY) {
        world_commit_goes_on(r->index);
        return fake_store_lost(s, CALL_COMMIT, err);
    }
    world_commit(r->index);
    if (r->twist == TWIST_LOST_AFTER)
        return fake_store_lost(s, CALL_COMMIT, err);
    runner_heard(r, OK);
    runner_say(r, "store_commit: %d outputs", (int)result->output_count);
    return OK;
}

void store_rollback(struct store *s)
{
    if (!s->runner->dead)
        world_rollback(s->runner->index);
}
