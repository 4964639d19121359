#include "store/store.h"

#include "store/schemas.h"
#include "store/store_admin.h"
#include "store/statements.h"
#include "store/store_connection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * What every lane's session is like.  The time limits are there so that a frozen worker does not
 * hold its successor's rows for ever.  A statement prepared while a table was empty would keep a
 * sequential scan or a hash join when the table has grown: measured 72 ms against 9.
 */
const char *const store_lane_session[] = {
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

/* The command line reads whole tables and may take its time. */
static const char *const admin_session[] = {
    "SET synchronous_commit = on",
    "SET lock_timeout = '5s'",
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

enum status store_drain(struct pg *pg, enum status status)
{
    struct err ignored;
    /* The first failure is the one that counts; a second one shows at the next use. */
    enum status unused = pg_end(pg, &ignored);

    (void)unused;
    return status;
}

enum status store_query_one(struct pg *pg, const char *name, const struct pg_parameters *p,
                            PGresult **ret, struct err *err)
{
    PGresult *result;
    enum status status;

    assert(pg_is_idle(pg));
    pg_send(pg, name, p);
    pg_sync(pg);
    status = pg_read(pg, &result, err);
    if (status != OK)
        return store_drain(pg, status);
    status = pg_end(pg, err);
    if (status != OK) {
        PQclear(result);
        return status;
    }
    *ret = result;
    return OK;
}

enum status store_run_one(struct pg *pg, const char *name, const struct pg_parameters *p,
                          int64_t *ret_rows, struct err *err)
{
    PGresult *result;
    enum status status = store_query_one(pg, name, p, &result, err);

    if (status != OK)
        return status;
    if (ret_rows != NULL)
        *ret_rows = atoll(PQcmdTuples(result));
    PQclear(result);
    return OK;
}

/* ---- Is this a database for us? -------------------------------------------------------------- */

static enum status check_server(struct pg *pg, struct err *err)
{
    PGresult *result;
    bool utf8;
    bool there;
    bool usable;
    enum status status = store_query_one(pg, "server", NULL, &result, err);

    if (status != OK)
        return status;
    utf8 = strcmp(PQgetvalue(result, 0, 0), "UTF8") == 0;
    there = pg_bool(result, 0, 1);
    usable = there && pg_bool(result, 0, 2);
    PQclear(result);
    if (!utf8)
        return err_set(err, FATAL,
                       "postgresql: the server's encoding is not UTF8. HINT: create the database "
                       "with ENCODING 'UTF8'");
    if (!there)
        return err_set(err, FATAL,
                       "postgresql: there is no schema restage in this database. HINT: run "
                       "`restage migrate up`");
    if (!usable)
        return err_set(err, FATAL,
                       "postgresql: this login may not use the schema restage. HINT: GRANT "
                       "restage_worker to it");
    return OK;
}

static enum status check_schema(struct pg *pg, struct err *err)
{
    int32_t wanted = schema_scripts[schema_script_count - 1].number;
    PGresult *result;
    int32_t version;
    bool allowed;
    enum status status = store_query_one(pg, "schema_version", NULL, &result, err);

    if (status != OK)
        return status;
    version = pg_int4(result, 0, 0);
    PQclear(result);
    if (version != wanted)
        return err_set(err, FATAL,
                       "postgresql: schema version is %d, this program needs %d. HINT: see "
                       "`restage migrate status`",
                       (int)version, (int)wanted);
    status = store_query_one(pg, "rights", NULL, &result, err);
    if (status != OK)
        return status;
    allowed = pg_bool(result, 0, 0);
    PQclear(result);
    if (!allowed)
        return err_set(
            err, FATAL,
            "postgresql: this login lacks rights of a worker. HINT: GRANT restage_worker "
            "to it");
    return OK;
}

static enum status check_database(struct store *store, struct err *err)
{
    PGresult *result;
    enum status status = check_server(store->pg, err);

    if (status == OK)
        status = pg_prepare(store->pg, store_check_statements, store_check_statement_count, err);
    if (status == OK)
        status = check_schema(store->pg, err);
    if (status == OK)
        status = store_query_one(store->pg, "database_id", NULL, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 1)
        store->database_id = pg_uuid(result, 0, 0);
    else
        status = err_set(err, FATAL, "postgresql: restage.database does not have one row");
    PQclear(result);
    return status;
}

/* ---- Opening and closing --------------------------------------------------------------------- */

enum status store_reconnect(struct store *store, struct err *err)
{
    enum status status;

    pg_close(store->pg);
    store->pg = NULL;
    store->in_transaction = false;
    status = pg_connect(store->conninfo, store->application_name, store->connect_timeout_s,
                        store->admin ? admin_session : store_lane_session, &store->pg, err);
    if (status == OK)
        status = pg_prepare(store->pg, &store_server_statement, 1, err);
    if (status == OK)
        status = check_database(store, err);
    if (status == OK)
        status = pg_prepare(store->pg, store_statements, store_statement_count, err);
    if (status == OK && store->admin)
        status = pg_prepare(store->pg, store_admin_statements, store_admin_statement_count, err);
    if (status != OK) {
        pg_close(store->pg);
        store->pg = NULL; /* never half a connection */
    }
    return status;
}

static enum status open_store(const struct store_settings *settings, bool admin, struct store **ret,
                              struct err *err)
{
    struct store *store = calloc(1, sizeof(*store));
    enum status status;

    if (store == NULL)
        return err_set(err, FATAL, "store: no memory");
    store->admin = admin;
    store->connect_timeout_s = settings->connect_timeout_s;
    store->conninfo = strdup(settings->conninfo);
    store->application_name = strdup(settings->application_name);
    store->parameters = arena_new(STORE_PARAMETERS_SIZE_MAX);
    store->packing = packing_new();
    if (store->conninfo == NULL || store->application_name == NULL || store->parameters == NULL ||
        store->packing == NULL)
        status = err_set(err, FATAL, "store: no memory");
    else
        status = store_reconnect(store, err);
    if (status != OK) {
        store_close(store);
        return status;
    }
    *ret = store;
    return OK;
}

enum status store_open(const struct store_settings *settings, struct store **ret, struct err *err)
{
    return open_store(settings, /* admin= */ false, ret, err);
}

enum status store_admin_open(const struct store_settings *settings, struct store **ret,
                             struct err *err)
{
    return open_store(settings, /* admin= */ true, ret, err);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    pg_close(store->pg);
    packing_free(store->packing);
    arena_free(store->parameters);
    free(store->application_name);
    free(store->conninfo);
    free(store);
}

struct arena *store_parameters(struct store *store)
{
    arena_reset(store->parameters);
    return store->parameters;
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
    return store_run_one(store->pg, "lane_begin", &p, NULL, err);
}

enum status store_lane_run_id(struct store *store, const char *instance, int32_t lane,
                              struct uuid *ret_run_id, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;
    enum status status;

    pg_add_text(&p, instance);
    pg_add_int4(&p, lane);
    status = store_query_one(store->pg, "lane_run_id", &p, &result, err);
    if (status != OK)
        return status;
    if (PQntuples(result) == 1)
        *ret_run_id = pg_uuid(result, 0, 0);
    else
        status = err_set(err, FATAL, "lane: its row is gone");
    PQclear(result);
    return status;
}
