#include "store/store_admin.h"

#include "store/store_connection.h"
#include "store/store_rows.h"

#include <assert.h>
#include <string.h>

static void read_dead_letter_row(const PGresult *result, int row, struct arena *arena,
                                 struct store_dead_letter_row *ret)
{
    assert(PQgetlength(result, row, 20) == SHA256_SIZE);
    ret->letter = store_read_dead_letter(result, row, arena);
    ret->written = pg_int8(result, row, 0);
    ret->value_size = (size_t)pg_int4(result, row, 19);
    memcpy(ret->value_sha256, PQgetvalue(result, row, 20), SHA256_SIZE);
    ret->state = pg_text(result, row, 21, arena);
    ret->note = pg_text(result, row, 22, arena);
    ret->closed_at = pg_is_null(result, row, 23) ? 0 : pg_instant(result, row, 23);
    ret->replays = pg_int4(result, row, 24);
}

enum status store_dead_letters(struct store *store, const struct store_dead_letter_filter *filter,
                               struct arena *arena, struct store_dead_letter_row **ret,
                               size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_dead_letter_row *rows;
    PGresult *result;
    enum status status;

    pg_add_text(&p, filter->state);
    pg_add_text(&p, filter->code);
    pg_add_int8(&p, filter->after);
    pg_add_int8(&p, (int64_t)filter->limit);
    status = store_query_one(store->pg, "dead_letters", &p, &result, err);
    if (status != OK)
        return status;
    rows = arena_zalloc(arena, (size_t)PQntuples(result), sizeof(*rows));
    assert(rows != NULL);
    for (int i = 0; i < PQntuples(result); i++)
        read_dead_letter_row(result, i, arena, &rows[i]);
    *ret_count = (size_t)PQntuples(result);
    *ret = rows;
    PQclear(result);
    return OK;
}

enum status store_dead_letter(struct store *store, const struct uuid *id, struct arena *arena,
                              struct store_dead_letter_row **ret, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_dead_letter_row *row = NULL;
    PGresult *result;
    enum status status;

    pg_add_uuid(&p, id);
    status = store_query_one(store->pg, "dead_letter", &p, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 1) {
        row = arena_zalloc(arena, 1, sizeof(*row));
        assert(row != NULL);
        read_dead_letter_row(result, 0, arena, row);
    }
    PQclear(result);
    *ret = row;
    return OK;
}

enum status store_position_rows(struct store *store, struct arena *arena,
                                struct store_position_row **ret, size_t *ret_count, struct err *err)
{
    struct store_position_row *rows;
    PGresult *result;
    enum status status = store_query_one(store->pg, "position_rows", NULL, &result, err);

    if (status != OK)
        return status;
    rows = arena_zalloc(arena, (size_t)PQntuples(result), sizeof(*rows));
    assert(rows != NULL);
    for (int i = 0; i < PQntuples(result); i++) {
        rows[i].position = store_read_position(result, i);
        rows[i].cluster_id = pg_text(result, i, 13, arena);
        rows[i].partition.topic = pg_text(result, i, 14, arena);
        rows[i].partition.partition = pg_int4(result, i, 15);
        rows[i].updated_at = pg_instant(result, i, 16);
    }
    *ret_count = (size_t)PQntuples(result);
    *ret = rows;
    PQclear(result);
    return OK;
}

enum status store_position_accept(struct store *store, const struct store_decision *decision,
                                  struct uuid *ret_id, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    pg_add_text(&p, decision->partition.topic);
    pg_add_int4(&p, decision->partition.partition);
    pg_add_int8(&p, decision->next_offset);
    pg_add_text(&p, decision->decided_by);
    pg_add_text(&p, decision->reason);
    status = store_query_one(store->pg, "position_accept", &p, &result, err);
    if (status != OK)
        return status;
    assert(PQntuples(result) == 1);
    *ret_id = pg_uuid(result, 0, 0);
    PQclear(result);
    return OK;
}

enum status store_subjects(struct store *store, const struct uuid *after, size_t limit,
                           struct arena *arena, const struct store_subject_key **ret,
                           size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    if (after != NULL)
        pg_add_uuid(&p, after);
    pg_add_int8(&p, (int64_t)limit);
    status = store_query_one(store->pg, after == NULL ? "subjects_from" : "subjects_after", &p,
                             &result, err);
    if (status != OK)
        return status;
    *ret = store_read_keys(result, arena);
    *ret_count = (size_t)PQntuples(result);
    PQclear(result);
    return OK;
}

static enum status one_recommendation(struct store *store, const char *name, const struct uuid *id,
                                      struct arena *arena, const struct store_recommendation **ret,
                                      struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    pg_add_uuid(&p, id);
    status = store_query_one(store->pg, name, &p, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 0)
        *ret = NULL;
    else
        status = store_read_recommendation(result, 0, arena, ret, err);
    PQclear(result);
    return status;
}

enum status store_recommendation(struct store *store, const struct uuid *id, struct arena *arena,
                                 const struct store_recommendation **ret, struct err *err)
{
    return one_recommendation(store, "recommendation", id, arena, ret, err);
}

enum status store_last_recommendation(struct store *store, const struct uuid *subject,
                                      struct arena *arena, const struct store_recommendation **ret,
                                      struct err *err)
{
    return one_recommendation(store, "recommendation_last", subject, arena, ret, err);
}
