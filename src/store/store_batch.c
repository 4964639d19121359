#include "store/store_connection.h"

#include "base/uuid_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- First round trip ------------------------------------------------------------------------ */

static void send_positions(struct store *store, const struct store_batch *b, struct arena *arena)
{
    struct pg_parameters p = {.count = 0};
    struct pg_array expected = pg_array_new(arena, PG_INT8, b->advance_count * 12);
    struct pg_array next = pg_array_new(arena, PG_INT8, b->advance_count * 12);
    struct pg_array published = pg_array_new(arena, PG_INT8, b->advance_count * 12);
    struct pg_array last = pg_array_new(arena, PG_INT8, b->advance_count * 12);
    struct pg_array hash = pg_array_new(arena, PG_BYTEA, b->advance_count * 36);

    for (size_t i = 0; i < b->advance_count; i++) {
        const struct store_advance *a = &b->advances[i];

        pg_array_int8(&expected, a->expected_next);
        pg_array_int8(&next, a->next_offset);
        pg_array_int8(&published, a->published_offset);
        pg_array_int8(&last, a->last_offset);
        pg_array_bytes(&hash, a->last_hash, sizeof(a->last_hash));
    }
    pg_add_text(&p, b->cluster_id);
    store_add_partitions(&p, &b->advances[0].partition, sizeof(*b->advances), b->advance_count,
                         arena);
    pg_add_array(&p, &expected);
    pg_add_array(&p, &next);
    pg_add_array(&p, &published);
    pg_add_array(&p, &last);
    pg_add_array(&p, &hash);
    pg_send(store->pg, "claim_positions", &p);
}

/* The subjects of the events and the patients as the parameters of lock and history. */
struct subject_parameters {
    struct pg_parameters ids;      /* the UUIDs alone */
    struct pg_parameters patients; /* UUIDs, authorities, values */
};

static void send_subjects(struct store *store, const struct store_batch *b,
                          struct subject_parameters *sp, struct arena *arena)
{
    struct pg_parameters insert = {.count = 0};
    struct pg_array ids = pg_array_new(arena, PG_UUID, b->subject_count * 20);
    struct pg_array authorities = pg_array_new(arena, PG_TEXT, b->subject_count * 32);
    struct pg_array values = pg_array_new(arena, PG_TEXT, b->subject_count * 32);
    struct pg_array tumours = pg_array_new(arena, PG_TEXT, b->subject_count * 16);
    struct pg_array patient_authorities = pg_array_new(arena, PG_TEXT, b->patient_count * 32);
    struct pg_array patient_values = pg_array_new(arena, PG_TEXT, b->patient_count * 32);

    for (size_t i = 0; i < b->subject_count; i++) {
        pg_array_uuid(&ids, &b->subjects[i].subject);
        pg_array_text(&authorities, b->subjects[i].authority);
        pg_array_text(&values, b->subjects[i].patient_value);
        pg_array_text(&tumours, b->subjects[i].tumour_id);
    }
    for (size_t i = 0; i < b->patient_count; i++) {
        pg_array_text(&patient_authorities, b->patients[i].authority);
        pg_array_text(&patient_values, b->patients[i].value);
    }
    pg_add_array(&insert, &ids);
    pg_add_array(&insert, &authorities);
    pg_add_array(&insert, &values);
    pg_add_array(&insert, &tumours);
    pg_send(store->pg, "subjects_insert", &insert);
    pg_add_array(&sp->ids, &ids);
    pg_add_array(&sp->patients, &ids);
    pg_add_array(&sp->patients, &patient_authorities);
    pg_add_array(&sp->patients, &patient_values);
    if (b->patient_count == 0)
        pg_send(store->pg, "subjects_lock", &sp->ids);
    else
        pg_send(store->pg, "subjects_lock_patients", &sp->patients);
}

static size_t event_bytes(const struct store_batch *b)
{
    size_t size = 0;

    for (size_t i = 0; i < b->event_count; i++)
        size += b->events[i].value.size + 4;
    return size;
}

static void send_events(struct store *store, const struct store_batch *b, struct arena *arena)
{
    struct pg_parameters p = {.count = 0};
    size_t n = b->event_count;
    struct pg_array columns[] = {
        pg_array_new(arena, PG_UUID, n * 20),  pg_array_new(arena, PG_UUID, n * 20),
        pg_array_new(arena, PG_TEXT, n * 32),  pg_array_new(arena, PG_INT4, n * 8),
        pg_array_new(arena, PG_INT8, n * 12),  pg_array_new(arena, PG_TIMESTAMPTZ, n * 12),
        pg_array_new(arena, PG_TEXT, n * 24),  pg_array_new(arena, PG_TEXT, n * 44),
        pg_array_new(arena, PG_TEXT, n * 24),  pg_array_new(arena, PG_INT8, n * 12),
        pg_array_new(arena, PG_TEXT, n * 16),  pg_array_new(arena, PG_TEXT, n * 32),
        pg_array_new(arena, PG_BYTEA, n * 36), pg_array_new(arena, PG_BYTEA, event_bytes(b)),
    };

    for (size_t i = 0; i < n; i++) {
        const struct store_event *e = &b->events[i];

        pg_array_uuid(&columns[0], &e->subject);
        pg_array_uuid(&columns[1], &e->event_id);
        pg_array_text(&columns[2], e->source.topic);
        pg_array_int4(&columns[3], e->source.partition);
        pg_array_int8(&columns[4], e->source.offset);
        pg_array_instant(&columns[5], e->source.timestamp_ms);
        pg_array_text(&columns[6], e->kind);
        pg_array_text(&columns[7], e->report_id);
        pg_array_text(&columns[8], e->source_system);
        pg_array_int8(&columns[9], e->report_version);
        pg_array_text(&columns[10], e->status);
        pg_array_text(&columns[11], e->effective_at);
        pg_array_bytes(&columns[12], e->content_hash, sizeof(e->content_hash));
        pg_array_bytes(&columns[13], e->value.at, e->value.size);
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        pg_add_array(&p, &columns[i]);
    pg_send(store->pg, "events_insert", &p);
}

static void send_holds(struct store *store, const struct store_batch *b, struct arena *arena)
{
    struct pg_parameters holds = {.count = 0};
    struct pg_parameters known = {.count = 0};
    size_t n = b->subject_count + b->patient_count;
    struct pg_array authorities = pg_array_new(arena, PG_TEXT, n * 32);
    struct pg_array values = pg_array_new(arena, PG_TEXT, n * 32);
    struct pg_array ids = pg_array_new(arena, PG_UUID, b->dead_letter_id_count * 20);

    for (size_t i = 0; i < b->subject_count; i++) {
        pg_array_text(&authorities, b->subjects[i].authority);
        pg_array_text(&values, b->subjects[i].patient_value);
    }
    for (size_t i = 0; i < b->patient_count; i++) {
        pg_array_text(&authorities, b->patients[i].authority);
        pg_array_text(&values, b->patients[i].value);
    }
    pg_add_array(&holds, &authorities);
    pg_add_array(&holds, &values);
    pg_send(store->pg, "holds", &holds);
    for (size_t i = 0; i < b->dead_letter_id_count; i++)
        pg_array_uuid(&ids, &b->dead_letter_ids[i]);
    pg_add_array(&known, &ids);
    pg_send(store->pg, "known_dead_letters", &known);
}

static enum status read_subjects(struct store *store, struct arena *arena,
                                 struct store_claimed *ret, struct err *err)
{
    PGresult *result;
    struct store_subject *subjects;
    enum status status = pg_read(store->pg, &result, err);

    if (status != OK)
        return status;
    ret->subject_count = (size_t)PQntuples(result);
    subjects = arena_zalloc(arena, ret->subject_count, sizeof(*subjects));
    assert(subjects != NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        subjects[i].key = (struct store_subject_key){.subject = pg_uuid(result, i, 0),
                                                     .authority = pg_text(result, i, 1, arena),
                                                     .patient_value = pg_text(result, i, 2, arena),
                                                     .tumour_id = pg_text(result, i, 3, arena)};
        subjects[i].sequence = pg_int8(result, i, 4);
        if (!pg_is_null(result, i, 5))
            subjects[i].recommendation_id = pg_uuid(result, i, 5);
        if (!pg_is_null(result, i, 6))
            subjects[i].as_of = pg_instant(result, i, 6);
        subjects[i].last_judgement = pg_bytes(result, i, 7, arena);
    }
    PQclear(result);
    ret->subjects = subjects;
    return OK;
}

/* (event id, subject) of the events that were new, in the order of memcmp. */
struct inserted {
    struct uuid (*pairs)[2];
    size_t count;
    const struct uuid_index *first; /* of those with the same event id */
};

static int compare_pairs(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct uuid[2]));
}

static bool was_inserted(const struct inserted *inserted, const struct uuid *subject,
                         const struct uuid *event_id)
{
    size_t i = uuid_index_find(inserted->first, event_id);

    for (; i < inserted->count && uuid_compare(&inserted->pairs[i][0], event_id) == 0; i++)
        if (uuid_compare(&inserted->pairs[i][1], subject) == 0)
            return true;
    return false;
}

static enum status read_inserted(struct store *store, struct arena *arena, struct inserted *ret,
                                 struct err *err)
{
    PGresult *result;
    enum status status = pg_read(store->pg, &result, err);

    if (status != OK)
        return status;
    ret->count = (size_t)PQntuples(result);
    ret->pairs = arena_zalloc(arena, ret->count, sizeof(*ret->pairs));
    assert(ret->pairs != NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        ret->pairs[i][0] = pg_uuid(result, i, 1);
        ret->pairs[i][1] = pg_uuid(result, i, 0);
    }
    PQclear(result);
    if (ret->count > 0)
        qsort(ret->pairs, ret->count, sizeof(*ret->pairs), compare_pairs);
    ret->first = uuid_index_new(arena, &ret->pairs[0][0], sizeof(ret->pairs[0]), ret->count);
    assert(ret->first != NULL);
    return OK;
}

static enum status read_history(struct store *store, const struct inserted *inserted,
                                struct arena *arena, struct store_claimed *ret, struct err *err)
{
    PGresult *result;
    struct store_history_event *history;
    enum status status = pg_read(store->pg, &result, err);

    if (status != OK)
        return status;
    ret->history_count = (size_t)PQntuples(result);
    history = arena_zalloc(arena, ret->history_count, sizeof(*history));
    for (int i = 0; i < PQntuples(result) && history != NULL; i++) {
        size_t size = (size_t)PQgetlength(result, i, 3);

        history[i].subject = pg_uuid(result, i, 0);
        history[i].event_id = pg_uuid(result, i, 1);
        assert(PQgetlength(result, i, 2) == SHA256_SIZE);
        memcpy(history[i].content_hash, PQgetvalue(result, i, 2), SHA256_SIZE);
        history[i].inserted = was_inserted(inserted, &history[i].subject, &history[i].event_id);
        history[i].value =
            (struct bytes){.at = arena_copy(arena, PQgetvalue(result, i, 3), size), .size = size};
        if (history[i].value.at == NULL)
            history = NULL;
    }
    PQclear(result);
    if (history == NULL)
        return err_set(err, FATAL,
                       "store: the histories of one batch do not fit in memory. HINT: lower "
                       "batch.max");
    ret->history = history;
    return OK;
}

static enum status read_holds(struct store *store, struct arena *arena, struct store_claimed *ret,
                              struct err *err)
{
    PGresult *result;
    struct store_hold *holds;
    struct uuid *known;
    enum status status = pg_read(store->pg, &result, err);

    if (status != OK)
        return status;
    ret->hold_count = (size_t)PQntuples(result);
    holds = arena_zalloc(arena, ret->hold_count, sizeof(*holds));
    assert(holds != NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        holds[i].dead_letter_id = pg_uuid(result, i, 0);
        holds[i].code = pg_text(result, i, 1, arena);
        memcpy(holds[i].value_sha256, PQgetvalue(result, i, 2), SHA256_SIZE);
        holds[i].authority = pg_text(result, i, 3, arena);
        holds[i].patient_value = pg_text(result, i, 4, arena);
    }
    PQclear(result);
    ret->holds = holds;
    status = pg_read(store->pg, &result, err);
    if (status != OK)
        return status;
    ret->known_dead_letter_count = (size_t)PQntuples(result);
    known = arena_zalloc(arena, ret->known_dead_letter_count, sizeof(*known));
    assert(known != NULL);
    for (int i = 0; i < PQntuples(result); i++)
        known[i] = pg_uuid(result, i, 0);
    PQclear(result);
    ret->known_dead_letters = known;
    return OK;
}

static enum status read_rulebook(struct store *store, const char *wanted, bool *ret_active,
                                 struct err *err)
{
    PGresult *result;
    enum status status = pg_read(store->pg, &result, err);

    if (status != OK)
        return status;
    *ret_active = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), wanted) == 0;
    PQclear(result);
    return OK;
}

static enum status read_claim(struct store *store, const struct store_batch *b, struct arena *arena,
                              struct store_claimed *ret, struct err *err)
{
    struct inserted inserted = {.count = 0};
    int64_t advanced = 0;
    bool active = false;
    enum status status = pg_read_done(store->pg, NULL, err); /* begin */

    if (status == OK)
        status = pg_read_done(store->pg, &advanced, err);
    if (status == OK)
        status = read_rulebook(store, b->rulebook_hash, &active, err);
    if (status == OK)
        status = pg_read_done(store->pg, NULL, err); /* subjects inserted */
    if (status == OK)
        status = read_subjects(store, arena, ret, err);
    if (status == OK)
        status = read_inserted(store, arena, &inserted, err);
    if (status == OK)
        status = read_history(store, &inserted, arena, ret, err);
    if (status == OK)
        status = read_holds(store, arena, ret, err);
    if (status != OK)
        return store_drain(store->pg, status);
    ret->claim = advanced != (int64_t)b->advance_count ? STORE_MISSED
                 : !active                             ? STORE_RULEBOOK_INACTIVE
                                                       : STORE_CLAIMED;
    return pg_end(store->pg, err);
}

enum status store_claim(struct store *store, const struct store_batch *b, struct arena *arena,
                        struct store_claimed *ret, struct err *err)
{
    struct arena *parameters = store_parameters(store);
    struct subject_parameters sp = {.ids = {.count = 0}, .patients = {.count = 0}};
    struct store_claimed claimed = {.claim = STORE_CLAIM_NONE};
    enum status status;

    store->in_transaction = true;
    pg_send(store->pg, "begin", NULL);
    send_positions(store, b, parameters);
    pg_send(store->pg, "rulebook_active", NULL);
    send_subjects(store, b, &sp, parameters);
    send_events(store, b, parameters);
    if (b->patient_count == 0)
        pg_send(store->pg, "history", &sp.ids);
    else
        pg_send(store->pg, "history_patients", &sp.patients);
    send_holds(store, b, parameters);
    pg_sync(store->pg);
    status = read_claim(store, b, arena, &claimed, err);
    if (status != OK || claimed.claim != STORE_CLAIMED)
        store_rollback(store);
    if (status == OK)
        *ret = claimed;
    return status;
}

void store_rollback(struct store *store)
{
    bool needed = store->in_transaction && pg_is_connected(store->pg);
    bool unread = store->early_statements > 0;
    struct err ignored;
    enum status unused;

    store->in_transaction = false;
    store->early_outputs = store->early_statements = 0;
    if (!needed)
        return;
    if (unread) {
        pg_sync(store->pg);
        unused = pg_end(store->pg, &ignored);
        (void)unused; /* as below */
    }
    unused = store_run_one(store->pg, "rollback", NULL, NULL, &ignored);
    (void)unused; /* a connection that fails here rolls back by ending */
}
