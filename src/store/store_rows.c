#include "store/store_rows.h"

#include "store/packing.h"

#include <assert.h>
#include <string.h>

static struct store_source read_source(const PGresult *result, int row, int first,
                                       struct arena *arena)
{
    return (struct store_source){.topic = pg_text(result, row, first, arena),
                                 .partition = pg_int4(result, row, first + 1),
                                 .offset = pg_int8(result, row, first + 2),
                                 .timestamp_ms = pg_instant(result, row, first + 3)};
}

/* Bytes as they were before packing; false when they are damaged. */
static bool read_packed(const PGresult *result, int row, int column, struct arena *arena,
                        struct bytes *ret)
{
    struct bytes stored = {.at = PQgetvalue(result, row, column),
                           .size = (size_t)PQgetlength(result, row, column)};

    if (!packing_unpack(stored, arena, ret))
        return false;
    if (ret->at == stored.at)
        *ret = pg_bytes(result, row, column, arena);
    return true;
}

enum status store_read_recommendation(const PGresult *result, int row, struct arena *arena,
                                      const struct store_recommendation **ret, struct err *err)
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
    if (!read_packed(result, row, 13, arena, &r->value)) {
        char id[UUID_TEXT_SIZE];

        uuid_format(&r->recommendation_id, id);
        return err_set(err, FATAL,
                       "postgresql: the bytes of recommendation %s are damaged or of a later "
                       "version of this program",
                       id);
    }
    r->traceparent = pg_text(result, row, 14, arena);
    r->tracestate = pg_text(result, row, 15, arena);
    *ret = r;
    return OK;
}

static struct bytes read_nullable(const PGresult *result, int row, int column, struct arena *arena)
{
    if (pg_is_null(result, row, column))
        return (struct bytes){.at = NULL, .size = 0};
    return pg_bytes(result, row, column, arena);
}

struct store_dead_letter store_read_dead_letter(const PGresult *result, int row,
                                                struct arena *arena)
{
    struct store_dead_letter d = {.replay_count = 0};

    d.dead_letter_id = pg_uuid(result, row, 1);
    d.source = read_source(result, row, 2, arena);
    d.stage = pg_text(result, row, 6, arena);
    d.code = pg_text(result, row, 7, arena);
    d.message = pg_text(result, row, 8, arena);
    d.key = read_nullable(result, row, 9, arena);
    d.value = read_nullable(result, row, 10, arena);
    d.traceparent = pg_text(result, row, 11, arena);
    d.tracestate = pg_text(result, row, 12, arena);
    d.has_patient = !pg_is_null(result, row, 13);
    d.authority = d.has_patient ? pg_text(result, row, 13, arena) : "";
    d.patient_value = d.has_patient ? pg_text(result, row, 14, arena) : "";
    d.has_parent = !pg_is_null(result, row, 15);
    if (d.has_parent)
        d.parent_id = pg_uuid(result, row, 15);
    d.replay_count = pg_int4(result, row, 16);
    d.first_at = pg_instant(result, row, 17);
    d.worker_version = pg_text(result, row, 18, arena);
    return d;
}

struct store_position store_read_position(const PGresult *result, int row)
{
    struct store_position position = {.known = false};
    struct store_position *ret = &position;

    ret->known = !pg_is_null(result, row, 0);
    ret->other_cluster = !ret->known && pg_bool(result, row, 10);
    ret->last_offset = ret->start_offset = ret->trying_offset = STORE_NO_OFFSET;
    if (ret->known) {
        ret->next_offset = pg_int8(result, row, 0);
        ret->published_offset = pg_int8(result, row, 1);
        ret->last_offset = pg_int8(result, row, 2);
        if (PQgetlength(result, row, 3) == SHA256_SIZE)
            memcpy(ret->last_hash, PQgetvalue(result, row, 3), SHA256_SIZE);
        ret->suppress_from = pg_int8(result, row, 4);
        ret->suppress_below = pg_int8(result, row, 5);
        ret->restored = pg_bool(result, row, 6);
        ret->start_offset = pg_int8(result, row, 7);
        ret->unclean_ends = pg_int4(result, row, 8);
        ret->trying_offset = pg_int8(result, row, 9);
    }
    ret->decision_pending = !pg_is_null(result, row, 11);
    if (ret->decision_pending) {
        ret->decision_next_offset = pg_int8(result, row, 11);
        ret->decision_id = pg_uuid(result, row, 12);
    }
    return position;
}

struct store_subject_key *store_read_keys(const PGresult *result, struct arena *arena)
{
    int count = PQntuples(result);
    struct store_subject_key *keys = arena_zalloc(arena, (size_t)count, sizeof(*keys));

    assert(keys != NULL);
    for (int i = 0; i < count; i++)
        keys[i] = (struct store_subject_key){.subject = pg_uuid(result, i, 0),
                                             .authority = pg_text(result, i, 1, arena),
                                             .patient_value = pg_text(result, i, 2, arena),
                                             .tumour_id = pg_text(result, i, 3, arena)};
    return keys;
}
