#include "store/store_connection.h"
#include "store/store_rows.h"

#include <assert.h>
#include <string.h>

enum status store_positions(struct store *store, const char *cluster_id,
                            const struct store_partition *partitions, size_t count,
                            struct store_position *ret, struct err *err)
{
    struct arena *arena = store_parameters(store);
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    pg_add_text(&p, cluster_id);
    store_add_partitions(&p, partitions, sizeof(*partitions), count, arena);
    status = store_query_one(store->pg, "positions", &p, &result, err);
    if (status != OK)
        return status;
    assert(PQntuples(result) == (int)count);
    for (size_t i = 0; i < count; i++)
        ret[i] = store_read_position(result, (int)i);
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
        return store_drain(store->pg, status);
    *ret_rows = known + inserted;
    return pg_end(store->pg, err);
}

enum status store_start(struct store *store, const char *cluster_id,
                        const struct store_start *starts, size_t count, bool *ret_done,
                        struct err *err)
{
    struct arena *arena = store_parameters(store);
    struct pg_parameters p = {.count = 0};
    struct pg_parameters used = {.count = 0};
    struct pg_array decisions;
    int64_t rows = 0;
    enum status status;

    pg_add_text(&p, cluster_id);
    store_add_partitions(&p, &starts[0].partition, sizeof(*starts), count, arena);
    add_starts(&p, starts, count, arena);
    decisions = pg_array_new(arena, PG_UUID, count * 20);
    for (size_t i = 0; i < count; i++)
        if (starts[i].decision_id != NULL)
            pg_array_uuid(&decisions, starts[i].decision_id);
    pg_add_array(&used, &decisions);
    status = write_starts(store, &p, &used, &rows, err);
    if (status == OK && rows == (int64_t)count)
        status = store_run_one(store->pg, "commit", NULL, NULL, err);
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
    return store_run_one(store->pg, "trying", &p, NULL, err);
}

enum status store_suppression_end(struct store *store, const char *cluster_id,
                                  const struct store_partition *partition, struct err *err)
{
    struct pg_parameters p = {.count = 0};

    add_partition(&p, cluster_id, partition);
    return store_run_one(store->pg, "suppression_end", &p, NULL, err);
}

enum status store_progress(struct store *store, const char *cluster_id,
                           const struct store_progress *progress, size_t count, bool clean,
                           struct err *err)
{
    struct arena *arena = store_parameters(store);
    struct pg_parameters p = {.count = 0};
    struct pg_array expected;
    struct pg_array next;
    struct pg_array published;
    enum status status;

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
    status = store_run_one(store->pg, "progress", &p, NULL, err);
    return status;
}
