#include "store/store_admin.h"
#include "store/store_connection.h"

#include <assert.h>
#include <string.h>

static void add_rulebook(struct pg_parameters *p, const char *hash, const char *version,
                         const char *printed)
{
    assert(strlen(hash) == STORE_RULEBOOK_HASH_SIZE - 1);
    pg_add_text(p, hash);
    pg_add_text(p, version);
    pg_add_text(p, printed);
}

enum status store_rulebook_first(struct store *store, const char *hash, const char *version,
                                 const char *printed, bool *ret_activated, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    int64_t rows = 0;
    enum status status;

    add_rulebook(&p, hash, version, printed);
    status = store_run_one(store->pg, "rulebook_first", &p, &rows, err);
    if (status == OK)
        *ret_activated = rows == 1;
    return status;
}

enum status store_rulebook_activate(struct store *store, const char *hash, const char *version,
                                    const char *printed, struct err *err)
{
    struct pg_parameters retire = {.count = 0};
    struct pg_parameters p = {.count = 0};
    enum status status;

    /* One sync, one transaction: there is no moment without an active rulebook. */
    pg_add_text(&retire, hash);
    add_rulebook(&p, hash, version, printed);
    pg_send(store->pg, "rulebook_retire", &retire);
    pg_send(store->pg, "rulebook_activate", &p);
    pg_sync(store->pg);
    status = pg_read_done(store->pg, NULL, err);
    if (status == OK)
        status = pg_read_done(store->pg, NULL, err);
    return status == OK ? pg_end(store->pg, err) : store_drain(store->pg, status);
}

enum status store_rulebook_active(struct store *store, char ret_hash[STORE_RULEBOOK_HASH_SIZE],
                                  struct err *err)
{
    PGresult *result;
    enum status status = store_query_one(store->pg, "rulebook_active", NULL, &result, err);

    if (status != OK)
        return status;
    if (PQntuples(result) == 0)
        ret_hash[0] = '\0';
    else
        memcpy(ret_hash, PQgetvalue(result, 0, 0), STORE_RULEBOOK_HASH_SIZE);
    PQclear(result);
    return OK;
}
