#include "store/store_connection.h"

#include <assert.h>
#include <string.h>

static void add_ranges(struct pg_parameters *p, const struct store_range *ranges, size_t count,
                       struct arena *arena)
{
    struct pg_array from = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array to = pg_array_new(arena, PG_INT8, count * 12);

    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&from, ranges[i].from);
        pg_array_int8(&to, ranges[i].to);
    }
    store_add_partitions(p, &ranges[0].partition, sizeof(*ranges), count, arena);
    pg_add_array(p, &from);
    pg_add_array(p, &to);
}

static struct store_source read_source(const PGresult *result, int row, int first,
                                       struct arena *arena)
{
    return (struct store_source){.topic = pg_text(result, row, first, arena),
                                 .partition = pg_int4(result, row, first + 1),
                                 .offset = pg_int8(result, row, first + 2),
                                 .timestamp_ms = pg_instant(result, row, first + 3)};
}

static const struct store_recommendation *read_recommendation(const PGresult *result, int row,
                                                              struct arena *arena)
{
    struct store_recommendation *r = arena_zalloc(arena, 1, sizeof(*r));

    assert(r != NULL);
    r->subject = pg_uuid(result, row, 1);
    r->sequence = pg_int8(result, row, 2);
    r->recommendation_id = pg_uuid(result, row, 3);
    r->source = read_source(result, row, 4, arena);
    r->change = pg_text(result, row, 8, arena);
    r->kind = pg_text(result, row, 9, arena);
    r->phase = pg_text(result, row, 10, arena);
    r->as_of = pg_instant(result, row, 11);
    r->key = pg_bytes(result, row, 12, arena);
    r->value = pg_bytes(result, row, 13, arena);
    r->traceparent = pg_text(result, row, 14, arena);
    r->tracestate = pg_text(result, row, 15, arena);
    return r;
}

static struct bytes read_nullable(const PGresult *result, int row, int column, struct arena *arena)
{
    if (pg_is_null(result, row, column))
        return (struct bytes){.at = NULL, .size = 0};
    return pg_bytes(result, row, column, arena);
}

static const struct store_dead_letter *read_dead_letter(const PGresult *result, int row,
                                                        struct arena *arena)
{
    struct store_dead_letter *d = arena_zalloc(arena, 1, sizeof(*d));

    assert(d != NULL);
    d->dead_letter_id = pg_uuid(result, row, 1);
    d->source = read_source(result, row, 2, arena);
    d->stage = pg_text(result, row, 6, arena);
    d->code = pg_text(result, row, 7, arena);
    d->message = pg_text(result, row, 8, arena);
    d->key = read_nullable(result, row, 9, arena);
    d->value = read_nullable(result, row, 10, arena);
    d->traceparent = pg_text(result, row, 11, arena);
    d->tracestate = pg_text(result, row, 12, arena);
    d->has_patient = !pg_is_null(result, row, 13);
    d->authority = d->has_patient ? pg_text(result, row, 13, arena) : "";
    d->patient_value = d->has_patient ? pg_text(result, row, 14, arena) : "";
    d->has_parent = !pg_is_null(result, row, 15);
    if (d->has_parent)
        d->parent_id = pg_uuid(result, row, 15);
    d->replay_count = pg_int4(result, row, 16);
    d->first_at = pg_instant(result, row, 17);
    d->worker_version = pg_text(result, row, 18, arena);
    return d;
}

enum status store_outputs(struct store *store, const char *cluster_id,
                          const struct store_range *ranges, size_t count, struct arena *arena,
                          struct store_output **ret_outputs, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *recommendations = NULL;
    PGresult *dead_letters = NULL;
    struct store_output *outputs;
    size_t used = 0;
    enum status status;

    (void)cluster_id;
    add_ranges(&p, ranges, count, arena);
    status = store_query_one(store, "outputs_recommendations", &p, &recommendations, err);
    if (status == OK)
        status = store_query_one(store, "outputs_dead_letters", &p, &dead_letters, err);
    if (status != OK) {
        PQclear(recommendations);
        return status;
    }
    outputs = arena_zalloc(arena, (size_t)(PQntuples(recommendations) + PQntuples(dead_letters)),
                           sizeof(*outputs));
    assert(outputs != NULL);
    for (int i = 0; i < PQntuples(recommendations); i++)
        outputs[used++].recommendation = read_recommendation(recommendations, i, arena);
    for (int i = 0; i < PQntuples(dead_letters); i++)
        outputs[used++].dead_letter = read_dead_letter(dead_letters, i, arena);
    PQclear(recommendations);
    PQclear(dead_letters);
    *ret_outputs = outputs;
    *ret_count = used;
    return OK;
}

enum status store_reviews_claim(struct store *store, int64_t now, size_t limit, struct arena *arena,
                                struct store_review **ret, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_review *reviews;
    PGresult *result;
    enum status status;

    pg_add_instant(&p, now);
    pg_add_int8(&p, (int64_t)limit);
    status = store_query_one(store, "reviews_claim", &p, &result, err);
    if (status != OK)
        return status;
    reviews = arena_zalloc(arena, (size_t)PQntuples(result), sizeof(*reviews));
    assert(reviews != NULL);
    for (int i = 0; i < PQntuples(result); i++)
        reviews[i] = (struct store_review){.subject = pg_uuid(result, i, 0),
                                           .authority = pg_text(result, i, 1, arena),
                                           .patient_value = pg_text(result, i, 2, arena),
                                           .tumour_id = pg_text(result, i, 3, arena),
                                           .due_at = pg_instant(result, i, 4)};
    *ret_count = (size_t)PQntuples(result);
    *ret = reviews;
    PQclear(result);
    return OK;
}
