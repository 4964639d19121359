#include "store/store_connection.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

/* The holds of one subject as the text of a uuid[]. */
static const char *holds_text(const struct store_subject_update *u, struct arena *arena)
{
    size_t size = u->hold_count * UUID_TEXT_SIZE + 3;
    char *memory = arena_alloc(arena, size);
    struct text_builder b;

    assert(memory != NULL);
    b = text_builder_over(memory, size);
    text_add(&b, "{");
    for (size_t i = 0; i < u->hold_count; i++) {
        char text[UUID_TEXT_SIZE];

        uuid_format(&u->holds[i], text);
        text_add(&b, i == 0 ? "" : ",");
        text_add(&b, text);
    }
    text_add(&b, "}");
    return memory;
}

static void send_subject_updates(struct store *store, const struct store_result *r,
                                 struct arena *arena)
{
    struct pg_parameters p = {.count = 0};
    size_t n = r->subject_count;
    struct pg_array columns[] = {
        pg_array_new(arena, PG_UUID, n * 20),        pg_array_new(arena, PG_INT8, n * 12),
        pg_array_new(arena, PG_UUID, n * 20),        pg_array_new(arena, PG_TIMESTAMPTZ, n * 12),
        pg_array_new(arena, PG_TIMESTAMPTZ, n * 12), pg_array_new(arena, PG_TEXT, n * 16),
        pg_array_new(arena, PG_TEXT, n * 16),        pg_array_new(arena, PG_TEXT, n * 8),
        pg_array_new(arena, PG_TEXT, n * 8),         pg_array_new(arena, PG_TEXT, n * 8),
        pg_array_new(arena, PG_TEXT, n * 8),         pg_array_new(arena, PG_TEXT, n * 8),
        pg_array_new(arena, PG_BYTEA, n * 512),
    };

    for (size_t i = 0; i < n; i++) {
        const struct store_subject_update *u = &r->subjects[i];

        pg_array_uuid(&columns[0], &u->subject);
        pg_array_int8(&columns[1], u->sequence);
        pg_array_uuid(&columns[2], &u->recommendation_id);
        pg_array_instant(&columns[3], u->as_of);
        pg_array_instant(&columns[4], u->review_due_at);
        pg_array_text(&columns[5], u->kind);
        pg_array_text(&columns[6], u->phase);
        pg_array_text(&columns[7], u->stage_group);
        pg_array_text(&columns[8], u->stage_t);
        pg_array_text(&columns[9], u->stage_n);
        pg_array_text(&columns[10], u->stage_m);
        pg_array_text(&columns[11], holds_text(u, arena));
        pg_array_bytes(&columns[12], u->last_judgement.at, u->last_judgement.size);
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        pg_add_array(&p, &columns[i]);
    pg_send(store->pg, "subjects_update", &p);
}

static void add_source(struct pg_array *columns, const struct store_source *s)
{
    pg_array_text(&columns[0], s->topic);
    pg_array_int4(&columns[1], s->partition);
    pg_array_int8(&columns[2], s->offset);
    pg_array_instant(&columns[3], s->timestamp_ms);
}

static void send_recommendations(struct store *store, const struct store_output *outputs, size_t n,
                                 struct arena *arena)
{
    struct pg_parameters p = {.count = 0};
    struct pg_array columns[] = {
        pg_array_new(arena, PG_UUID, n * 20),        pg_array_new(arena, PG_INT8, n * 12),
        pg_array_new(arena, PG_UUID, n * 20),        pg_array_new(arena, PG_TEXT, n * 32),
        pg_array_new(arena, PG_INT4, n * 8),         pg_array_new(arena, PG_INT8, n * 12),
        pg_array_new(arena, PG_TIMESTAMPTZ, n * 12), pg_array_new(arena, PG_TEXT, n * 16),
        pg_array_new(arena, PG_TEXT, n * 16),        pg_array_new(arena, PG_TEXT, n * 16),
        pg_array_new(arena, PG_TIMESTAMPTZ, n * 12), pg_array_new(arena, PG_BYTEA, n * 64),
        pg_array_new(arena, PG_BYTEA, n * 2048), /* packed */
        pg_array_new(arena, PG_TEXT, n * 8),         pg_array_new(arena, PG_TEXT, n * 8),
    };

    for (size_t i = 0; i < n; i++) {
        const struct store_recommendation *o = outputs[i].recommendation;
        struct bytes packed;

        if (o == NULL)
            continue;
        packed = packing_pack(store->packing, o->value);
        pg_array_uuid(&columns[0], &o->subject);
        pg_array_int8(&columns[1], o->sequence);
        pg_array_uuid(&columns[2], &o->recommendation_id);
        add_source(&columns[3], &o->source);
        pg_array_text(&columns[7], o->change);
        pg_array_text(&columns[8], o->kind);
        pg_array_text(&columns[9], o->phase);
        pg_array_instant(&columns[10], o->as_of);
        pg_array_bytes(&columns[11], o->key.at, o->key.size);
        pg_array_bytes(&columns[12], packed.at, packed.size);
        pg_array_text(&columns[13], o->traceparent);
        pg_array_text(&columns[14], o->tracestate);
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        pg_add_array(&p, &columns[i]);
    pg_send(store->pg, "recommendations_insert", &p);
}

static void add_dead_letter(struct pg_array *columns, const struct store_dead_letter *d)
{
    pg_array_uuid(&columns[0], &d->dead_letter_id);
    add_source(&columns[1], &d->source);
    pg_array_text(&columns[5], d->stage);
    pg_array_text(&columns[6], d->code);
    pg_array_text(&columns[7], d->message);
    pg_array_bytes(&columns[8], d->key.at, d->key.size);
    pg_array_bytes(&columns[9], d->value.at, d->value.size);
    pg_array_text(&columns[10], d->traceparent);
    pg_array_text(&columns[11], d->tracestate);
    pg_array_text(&columns[12], d->has_patient ? d->authority : NULL);
    pg_array_text(&columns[13], d->has_patient ? d->patient_value : NULL);
    pg_array_bytes(&columns[14], d->has_parent ? d->parent_id.bytes : NULL,
                   sizeof(d->parent_id.bytes));
    pg_array_int4(&columns[15], d->replay_count);
    pg_array_instant(&columns[16], d->first_at);
    pg_array_text(&columns[17], d->worker_version);
}

static void send_dead_letters(struct store *store, const struct store_result *r,
                              struct arena *arena)
{
    static const enum pg_type types[] = {PG_UUID, PG_TEXT,        PG_INT4, PG_INT8,  PG_TIMESTAMPTZ,
                                         PG_TEXT, PG_TEXT,        PG_TEXT, PG_BYTEA, PG_BYTEA,
                                         PG_TEXT, PG_TEXT,        PG_TEXT, PG_TEXT,  PG_UUID,
                                         PG_INT4, PG_TIMESTAMPTZ, PG_TEXT};
    struct pg_array columns[sizeof(types) / sizeof(types[0])];
    struct pg_parameters p = {.count = 0};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        columns[i] = pg_array_new(arena, types[i], 64);
    for (size_t i = 0; i < r->output_count; i++)
        if (r->outputs[i].dead_letter != NULL)
            add_dead_letter(columns, r->outputs[i].dead_letter);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        pg_add_array(&p, &columns[i]);
    pg_send(store->pg, "dead_letters_insert", &p);
}

static void send_closings(struct store *store, const struct store_result *r, struct arena *arena)
{
    struct pg_parameters p = {.count = 0};
    struct pg_array ids = pg_array_new(arena, PG_UUID, r->closing_count * 20);
    struct pg_array states = pg_array_new(arena, PG_TEXT, r->closing_count * 16);
    struct pg_array notes = pg_array_new(arena, PG_TEXT, r->closing_count * 64);
    struct pg_array hashes = pg_array_new(arena, PG_BYTEA, r->closing_count * 36);

    for (size_t i = 0; i < r->closing_count; i++) {
        pg_array_uuid(&ids, &r->closings[i].dead_letter_id);
        pg_array_text(&states, r->closings[i].state);
        pg_array_text(&notes, r->closings[i].note);
        pg_array_bytes(&hashes, r->closings[i].value_sha256, SHA256_SIZE);
    }
    pg_add_array(&p, &ids);
    pg_add_array(&p, &states);
    pg_add_array(&p, &notes);
    pg_add_array(&p, &hashes);
    pg_send(store->pg, "dead_letters_close", &p);
}

static bool has_dead_letters(const struct store_result *r)
{
    for (size_t i = 0; i < r->output_count; i++)
        if (r->outputs[i].dead_letter != NULL)
            return true;
    return false;
}

void store_write_early(struct store *store, const struct store_output *outputs, size_t count)
{
    if (count == store->early_outputs)
        return;
    send_recommendations(store, outputs + store->early_outputs, count - store->early_outputs,
                         store_parameters(store));
    store->early_outputs = count;
    store->early_statements++;
    pg_start(store->pg);
}

/* The answers to the statements of the second round trip, ${more} of them after the updates. */
static enum status read_written(struct store *store, size_t more, int64_t *ret_updated,
                                struct err *err)
{
    enum status status = OK;

    for (; store->early_statements > 0 && status == OK; store->early_statements--)
        status = pg_read_done(store->pg, NULL, err);
    if (status == OK)
        status = pg_read_done(store->pg, ret_updated, err);
    for (; more > 0 && status == OK; more--)
        status = pg_read_done(store->pg, NULL, err);
    return status;
}

enum status store_commit(struct store *store, const struct store_result *r, struct err *err)
{
    struct arena *arena = store_parameters(store);
    bool dead_letters = has_dead_letters(r);
    int64_t updated = 0;
    enum status status;

    send_subject_updates(store, r, arena);
    send_recommendations(store, r->outputs + store->early_outputs,
                         r->output_count - store->early_outputs, arena);
    if (dead_letters)
        send_dead_letters(store, r, arena);
    if (r->closing_count > 0)
        send_closings(store, r, arena);
    pg_send(store->pg, "commit", NULL);
    pg_sync(store->pg);
    status = read_written(store, 2 + (size_t)dead_letters + (size_t)(r->closing_count > 0),
                          &updated, err);
    if (status != OK) {
        status = store_drain(store->pg, status);
        store->early_statements = 0; /* taken in with the rest */
        store_rollback(store);
        return status;
    }
    assert(updated == (int64_t)r->subject_count);
    store->in_transaction = false;
    store->early_outputs = 0;
    return pg_end(store->pg, err);
}
