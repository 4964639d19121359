#include "store/store_connection.h"

#include <assert.h>
#include <string.h>

/* Memory for the parameters of one call. */
#define PARAMETER_MEMORY_MAX ((size_t)16 << 20)

static void read_position(const PGresult *result, int row, struct store_position *ret)
{
    memset(ret, 0, sizeof(*ret));
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
}

enum status store_positions(struct store *store, const char *cluster_id,
                            const struct store_partition *partitions, size_t count,
                            struct store_position *ret, struct err *err)
{
    struct arena *arena = arena_new(PARAMETER_MEMORY_MAX);
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    assert(arena != NULL);
    pg_add_text(&p, cluster_id);
    store_add_partitions(&p, partitions, sizeof(*partitions), count, arena);
    status = store_query_one(store, "positions", &p, &result, err);
    arena_free(arena);
    if (status != OK)
        return status;
    assert(PQntuples(result) == (int)count);
    for (size_t i = 0; i < count; i++)
        read_position(result, (int)i, &ret[i]);
    PQclear(result);
    return OK;
}

enum status store_decision_pending(struct store *store, const char *cluster_id, bool *ret_pending,
                                   struct err *err)
{
    PGresult *result;
    enum status status = store_query_one(store, "decision_pending", NULL, &result, err);

    (void)cluster_id; /* decisions name topics; a database serves one cluster */
    if (status != OK)
        return status;
    *ret_pending = pg_bool(result, 0, 0);
    PQclear(result);
    return OK;
}

static void add_starts(struct pg_parameters *p, const struct store_start *starts, size_t count,
                       struct arena *arena)
{
    struct pg_array expected = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array next = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array published = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array from = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array below = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array restored = pg_array_new(arena, PG_INT4, count * 8);
    struct pg_array unclean = pg_array_new(arena, PG_INT4, count * 8);
    struct pg_array forget = pg_array_new(arena, PG_INT4, count * 8);

    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&expected, starts[i].expected_next);
        pg_array_int8(&next, starts[i].next_offset);
        pg_array_int8(&published, starts[i].published_offset);
        pg_array_int8(&from, starts[i].suppress_from);
        pg_array_int8(&below, starts[i].suppress_below);
        pg_array_int4(&restored, starts[i].restored);
        pg_array_int4(&unclean, starts[i].unclean_ends);
        pg_array_int4(&forget, starts[i].forget_last);
    }
    pg_add_array(p, &expected);
    pg_add_array(p, &next);
    pg_add_array(p, &published);
    pg_add_array(p, &from);
    pg_add_array(p, &below);
    pg_add_array(p, &restored);
    pg_add_array(p, &unclean);
    pg_add_array(p, &forget);
}

/* Send the three statements of a start and count the rows that they wrote. */
static enum status write_starts(struct store *store, const struct pg_parameters *p,
                                const struct pg_parameters *decisions, int64_t *ret_rows,
                                struct err *err)
{
    int64_t known = 0;
    int64_t inserted = 0;
    enum status status;

    pg_send(store->pg, "begin", NULL);
    pg_send(store->pg, "start_known", p);
    pg_send(store->pg, "start_new", p);
    pg_send(store->pg, "decisions_used", decisions);
    pg_sync(store->pg);
    store->in_transaction = true;
    status = pg_read_done(store->pg, NULL, err);
    if (status == OK)
        status = pg_read_done(store->pg, &known, err);
    if (status == OK)
        status = pg_read_done(store->pg, &inserted, err);
    if (status == OK)
        status = pg_read_done(store->pg, NULL, err);
    if (status != OK)
        return store_drain(store, status);
    *ret_rows = known + inserted;
    return pg_end(store->pg, err);
}

enum status store_start(struct store *store, const char *cluster_id,
                        const struct store_start *starts, size_t count, bool *ret_done,
                        struct err *err)
{
    struct arena *arena = arena_new(PARAMETER_MEMORY_MAX);
    struct pg_parameters p = {.count = 0};
    struct pg_parameters used = {.count = 0};
    struct pg_array decisions;
    int64_t rows = 0;
    enum status status;

    assert(arena != NULL);
    pg_add_text(&p, cluster_id);
    store_add_partitions(&p, &starts[0].partition, sizeof(*starts), count, arena);
    add_starts(&p, starts, count, arena);
    decisions = pg_array_new(arena, PG_UUID, count * 20);
    for (size_t i = 0; i < count; i++)
        if (starts[i].decision_id != NULL)
            pg_array_uuid(&decisions, starts[i].decision_id);
    pg_add_array(&used, &decisions);
    status = write_starts(store, &p, &used, &rows, err);
    arena_free(arena);
    if (status == OK && rows == (int64_t)count)
        status = store_run_one(store, "commit", NULL, NULL, err);
    else
        store_rollback(store);
    store->in_transaction = false;
    if (status == OK)
        *ret_done = rows == (int64_t)count;
    return status;
}

static void add_partition(struct pg_parameters *p, const char *cluster_id,
                          const struct store_partition *partition)
{
    pg_add_text(p, cluster_id);
    pg_add_text(p, partition->topic);
    pg_add_int4(p, partition->partition);
}

enum status store_trying(struct store *store, const char *cluster_id,
                         const struct store_partition *partition, int64_t offset, struct err *err)
{
    struct pg_parameters p = {.count = 0};

    add_partition(&p, cluster_id, partition);
    pg_add_int8(&p, offset);
    return store_run_one(store, "trying", &p, NULL, err);
}

enum status store_suppression_end(struct store *store, const char *cluster_id,
                                  const struct store_partition *partition, struct err *err)
{
    struct pg_parameters p = {.count = 0};

    add_partition(&p, cluster_id, partition);
    return store_run_one(store, "suppression_end", &p, NULL, err);
}

enum status store_touched(struct store *store, const char *cluster_id,
                          const struct store_range *range, struct arena *arena,
                          const struct store_subject_key **ret, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_subject_key *keys;
    PGresult *result;
    enum status status;
    int count;

    (void)cluster_id;
    pg_add_text(&p, range->partition.topic);
    pg_add_int4(&p, range->partition.partition);
    pg_add_int8(&p, range->from);
    pg_add_int8(&p, range->to);
    status = store_query_one(store, "touched", &p, &result, err);
    if (status != OK)
        return status;
    count = PQntuples(result);
    keys = arena_zalloc(arena, (size_t)count, sizeof(*keys));
    assert(keys != NULL);
    for (int i = 0; i < count; i++)
        keys[i] = (struct store_subject_key){.subject = pg_uuid(result, i, 0),
                                             .authority = pg_text(result, i, 1, arena),
                                             .patient_value = pg_text(result, i, 2, arena),
                                             .tumour_id = pg_text(result, i, 3, arena)};
    PQclear(result);
    *ret = keys;
    *ret_count = (size_t)count;
    return OK;
}

enum status store_progress(struct store *store, const char *cluster_id,
                           const struct store_progress *progress, size_t count, bool clean,
                           struct err *err)
{
    struct arena *arena = arena_new(PARAMETER_MEMORY_MAX);
    struct pg_parameters p = {.count = 0};
    struct pg_array expected;
    struct pg_array next;
    struct pg_array published;
    enum status status;

    assert(arena != NULL);
    expected = pg_array_new(arena, PG_INT8, count * 12);
    next = pg_array_new(arena, PG_INT8, count * 12);
    published = pg_array_new(arena, PG_INT8, count * 12);
    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&expected, progress[i].expected_next);
        pg_array_int8(&next, progress[i].next_offset);
        pg_array_int8(&published, progress[i].published_offset);
    }
    pg_add_text(&p, cluster_id);
    store_add_partitions(&p, &progress[0].partition, sizeof(*progress), count, arena);
    pg_add_array(&p, &expected);
    pg_add_array(&p, &next);
    pg_add_int4(&p, clean);
    pg_add_array(&p, &published);
    status = store_run_one(store, "progress", &p, NULL, err);
    arena_free(arena);
    return status;
}
