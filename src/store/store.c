#include "store/store.h"

#include "store/schemas.h"
#include "store/statements.h"
#include "store/store_connection.h"

#include <stdlib.h>
#include <string.h>

/*
 * What every lane's session is like.  The time limits are there so that a frozen worker does not
 * hold its successor's rows for ever.  A statement prepared while a table was empty would keep a
 * sequential scan or a hash join when the table has grown: measured 72 ms against 9.
 */
static const char *const session[] = {
    "SET synchronous_commit = on",
    "SET idle_in_transaction_session_timeout = '5s'",
    "SET lock_timeout = '5s'",
    "SET statement_timeout = '30s'",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET enable_seqscan = off",
    "SET plan_cache_mode = force_generic_plan",
    NULL,
};

void store_add_partitions(struct pg_parameters *p, const struct store_partition *first,
                          size_t stride, size_t count, struct arena *arena)
{
    struct pg_array topics = pg_array_new(arena, PG_TEXT, count * 32);
    struct pg_array partitions = pg_array_new(arena, PG_INT4, count * 8);

    for (size_t i = 0; i < count; i++) {
        const struct store_partition *at =
            (const struct store_partition *)(const void *)((const char *)first + i * stride);

        pg_array_text(&topics, at->topic);
        pg_array_int4(&partitions, at->partition);
    }
    pg_add_array(p, &topics);
    pg_add_array(p, &partitions);
}

enum status store_drain(struct store *store, enum status status)
{
    struct err ignored;
    /* The first failure is the one that counts; a second one shows at the next use. */
    enum status unused = pg_end(store->pg, &ignored);

    (void)unused;
    return status;
}

enum status store_query_one(struct store *store, const char *name, const struct pg_parameters *p,
                            PGresult **ret, struct err *err)
{
    PGresult *result;
    enum status status;

    pg_send(store->pg, name, p);
    pg_sync(store->pg);
    status = pg_read(store->pg, &result, err);
    if (status != OK)
        return store_drain(store, status);
    status = pg_end(store->pg, err);
    if (status != OK) {
        PQclear(result);
        return status;
    }
    *ret = result;
    return OK;
}

enum status store_run_one(struct store *store, const char *name, const struct pg_parameters *p,
                          int64_t *ret_rows, struct err *err)
{
    PGresult *result;
    enum status status = store_query_one(store, name, p, &result, err);

    if (status != OK)
        return status;
    if (ret_rows != NULL)
        *ret_rows = atoll(PQcmdTuples(result));
    PQclear(result);
    return OK;
}

static enum status check_database(struct store *store, struct err *err)
{
    int32_t wanted = schema_scripts[schema_script_count - 1].number;
    PGresult *result;
    enum status status = store_query_one(store, "schema_version", NULL, &result, err);
    int32_t version;
    bool utf8;

    if (status != OK)
        return status;
    version = pg_int4(result, 0, 0);
    utf8 = strcmp(PQgetvalue(result, 0, 1), "UTF8") == 0;
    PQclear(result);
    if (version != wanted)
        return err_set(err, FATAL,
                       "postgresql: schema version is %d, this worker needs %d. HINT: see `restage "
                       "migrate status`",
                       (int)version, (int)wanted);
    if (!utf8)
        return err_set(err, FATAL,
                       "postgresql: the server's encoding is not UTF8. HINT: create the database "
                       "with ENCODING 'UTF8'");
    status = store_query_one(store, "database_id", NULL, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 1)
        store->database_id = pg_uuid(result, 0, 0);
    else
        status = err_set(err, FATAL, "postgresql: restage.database does not have one row");
    PQclear(result);
    return status;
}

enum status store_reconnect(struct store *store, struct err *err)
{
    enum status status;

    pg_close(store->pg);
    store->pg = NULL;
    store->in_transaction = false;
    status = pg_connect(store->settings.conninfo, store->settings.application_name,
                        store->settings.connect_timeout_s, session, store_statements,
                        store_statement_count, &store->pg, err);
    if (status == FATAL)
        return err_add(err, "HINT: is the schema there? see `restage migrate status`");
    return status == OK ? check_database(store, err) : status;
}

enum status store_open(const struct store_settings *settings, struct store **ret, struct err *err)
{
    struct store *store = calloc(1, sizeof(*store));
    enum status status;

    if (store == NULL)
        return err_set(err, FATAL, "store: no memory");
    store->settings = *settings;
    status = store_reconnect(store, err);
    if (status != OK) {
        store_close(store);
        return status;
    }
    *ret = store;
    return OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    pg_close(store->pg);
    free(store);
}

bool store_is_connected(const struct store *store)
{
    return pg_is_connected(store->pg);
}

struct uuid store_database_id(const struct store *store)
{
    return store->database_id;
}

enum status store_lane_begin(struct store *store, const char *instance, int32_t lane,
                             const struct uuid *run_id, struct err *err)
{
    struct pg_parameters p = {.count = 0};

    pg_add_text(&p, instance);
    pg_add_int4(&p, lane);
    pg_add_uuid(&p, run_id);
    return store_run_one(store, "lane_begin", &p, NULL, err);
}

enum status store_lane_run_id(struct store *store, const char *instance, int32_t lane,
                              struct uuid *ret_run_id, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    pg_add_text(&p, instance);
    pg_add_int4(&p, lane);
    status = store_query_one(store, "lane_run_id", &p, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 1)
        *ret_run_id = pg_uuid(result, 0, 0);
    else
        status = err_set(err, FATAL, "lane: its row is gone");
    PQclear(result);
    return status;
}

enum status store_figures(struct store *store, struct store_figures *ret, struct err *err)
{
    struct store_figures figures = {0};
    PGresult *result;
    enum status status = store_query_one(store, "figures", NULL, &result, err);

    if (status != OK)
        return status;
    figures.dead_letters_open = pg_int8(result, 0, 0);
    figures.dead_letters_without_patient = pg_int8(result, 0, 1);
    if (!pg_is_null(result, 0, 2))
        figures.dead_letter_oldest_ms = pg_instant(result, 0, 2);
    PQclear(result);
    status = store_query_one(store, "figures_holds", NULL, &result, err);
    if (status != OK)
        return status;
    figures.subjects_on_hold = pg_int8(result, 0, 0);
    PQclear(result);
    *ret = figures;
    return OK;
}
