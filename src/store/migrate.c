#include "store/migrate.h"

#include "base/text.h"
#include "store/pg.h"
#include "store/schemas.h"
#include "store/statements.h"
#include "store/store_connection.h"

#include <assert.h>
#include <string.h>

/* A script may take its time; only waiting for another migration has an end. */
static const char *const session[] = {
    "SET lock_timeout = '30s'",
    "SET synchronous_commit = on",
    NULL,
};

/* "restage" as a number: the key of the advisory lock. */
static const struct pg_statement lock_statement = {"migration_lock",
                                                   "SELECT pg_advisory_lock(32199693893199717)"};
static const struct pg_statement there_statement = {
    "migrations_there",
    "SELECT count(*) > 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
    " ON n.oid = c.relnamespace WHERE n.nspname = 'restage' AND c.relname = 'schema_migrations'"};
static const struct pg_statement list_statement = {
    "migrations", "SELECT number, name, sha256, applied_at FROM restage.schema_migrations"
                  " ORDER BY number"};

#define INSERT_SIZE 512

const char *migration_state_name(enum migration_state state)
{
    switch (state) {
    case MIGRATION_APPLIED:
        return "applied";
    case MIGRATION_PENDING:
        return "pending";
    case MIGRATION_CHANGED:
        return "changed";
    case MIGRATION_UNKNOWN:
        return "unknown";
    case MIGRATION_NONE:
        break;
    }
    return "none";
}

static enum status query(struct pg *pg, const struct pg_statement *statement, PGresult **ret,
                         struct err *err)
{
    enum status status = pg_prepare(pg, statement, 1, err);

    return status == OK ? store_query_one(pg, statement->name, NULL, ret, err) : status;
}

static enum status connect_to(const struct store_settings *settings, struct pg **ret,
                              struct err *err)
{
    PGresult *result;
    struct pg *pg;
    bool utf8;
    enum status status = pg_connect(settings->conninfo, settings->application_name,
                                    settings->connect_timeout_s, session, &pg, err);

    if (status != OK)
        return status;
    status = query(pg, &store_server_statement, &result, err);
    if (status == OK) {
        utf8 = strcmp(PQgetvalue(result, 0, 0), "UTF8") == 0;
        PQclear(result);
        if (!utf8)
            status = err_set(err, FATAL,
                             "postgresql: the server's encoding is not UTF8. HINT: create the "
                             "database with ENCODING 'UTF8'");
    }
    if (status != OK) {
        pg_close(pg);
        return status;
    }
    *ret = pg;
    return OK;
}

/* ---- What is there --------------------------------------------------------------------------- */

static void list_embedded(struct migration *migrations)
{
    for (size_t i = 0; i < schema_script_count; i++) {
        const struct schema_script *script = &schema_scripts[i];
        uint8_t hash[SHA256_SIZE];

        sha256(script->text, strlen(script->text), hash);
        migrations[i].number = script->number;
        migrations[i].name = script->name;
        migrations[i].state = MIGRATION_PENDING;
        hex_encode(hash, sizeof(hash), migrations[i].sha256);
    }
}

static struct migration *find(struct migration *migrations, size_t count, int32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (migrations[i].number == number)
            return &migrations[i];
    return NULL;
}

static void add_applied(const PGresult *result, int row, struct arena *arena,
                        struct migration *migrations, size_t *count)
{
    struct migration *m = find(migrations, *count, pg_int4(result, row, 0));
    const char *hash = pg_text(result, row, 2, arena);

    if (m == NULL) {
        m = &migrations[(*count)++];
        m->number = pg_int4(result, row, 0);
        m->name = pg_text(result, row, 1, arena);
        m->state = MIGRATION_UNKNOWN;
        assert(strlen(hash) == SHA256_HEX_SIZE - 1); /* the table's own constraint */
        memcpy(m->sha256, hash, SHA256_HEX_SIZE);
    } else {
        m->state = strcmp(hash, m->sha256) == 0 ? MIGRATION_APPLIED : MIGRATION_CHANGED;
    }
    m->applied_at = pg_instant(result, row, 3);
}

static enum status list(struct pg *pg, struct arena *arena, struct migration **ret,
                        size_t *ret_count, struct err *err)
{
    struct migration *migrations;
    PGresult *result;
    size_t count = schema_script_count;
    bool there;
    enum status status = query(pg, &there_statement, &result, err);

    if (status != OK)
        return status;
    there = pg_bool(result, 0, 0);
    PQclear(result);
    result = NULL;
    if (there)
        status = query(pg, &list_statement, &result, err);
    if (status != OK)
        return status;
    migrations =
        arena_zalloc(arena, count + (there ? (size_t)PQntuples(result) : 0), sizeof(*migrations));
    assert(migrations != NULL);
    list_embedded(migrations);
    for (int i = 0; there && i < PQntuples(result); i++)
        add_applied(result, i, arena, migrations, &count);
    PQclear(result);
    *ret = migrations;
    *ret_count = count;
    return OK;
}

enum status migrate_status(const struct store_settings *settings, struct arena *arena,
                           struct migration **ret, size_t *ret_count, struct err *err)
{
    struct pg *pg;
    enum status status = connect_to(settings, &pg, err);

    if (status != OK)
        return status;
    status = list(pg, arena, ret, ret_count, err);
    pg_close(pg);
    return status;
}

/* ---- Changing it ----------------------------------------------------------------------------- */

static enum status check_applied(const struct migration *migrations, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (migrations[i].state == MIGRATION_CHANGED)
            return err_set(err, FATAL,
                           "schema: script %s was applied with another text. HINT: use the program "
                           "that applied it, or restore the script",
                           migrations[i].name);
        if (migrations[i].state == MIGRATION_UNKNOWN)
            return err_set(err, FATAL,
                           "schema: version %d was applied by a newer program. HINT: use that one",
                           (int)migrations[i].number);
    }
    return OK;
}

/* The names and hashes of scripts are our own: digits, letters and underscores. */
static const char *record_text(const struct migration *m, char memory[INSERT_SIZE])
{
    struct text_builder b = text_builder_over(memory, INSERT_SIZE);

    text_add(&b, "INSERT INTO restage.schema_migrations (number, name, sha256) VALUES (");
    text_add_number(&b, m->number);
    text_add(&b, ", '");
    text_add(&b, m->name);
    text_add(&b, "', '");
    text_add(&b, m->sha256);
    text_add(&b, "')");
    assert(!b.cut);
    return memory;
}

static enum status apply(struct pg *pg, const struct migration *m, const char *text,
                         struct err *err)
{
    char record[INSERT_SIZE];
    struct err ignored;
    enum status unused;
    enum status status = pg_run(pg, m->name, "BEGIN", err);

    if (status == OK)
        status = pg_run(pg, m->name, text, err);
    if (status == OK)
        status = pg_run(pg, m->name, record_text(m, record), err);
    if (status == OK)
        status = pg_run(pg, m->name, "COMMIT", err);
    if (status == OK)
        return OK;
    unused = pg_run(pg, m->name, "ROLLBACK", &ignored);
    (void)unused; /* a connection that fails here rolls back by ending */
    return err_add(err, "schema: rolled back, HINT: the server's log says what it refused");
}

static enum status apply_pending(struct pg *pg, struct arena *arena, size_t *ret_applied,
                                 struct err *err)
{
    struct migration *migrations;
    PGresult *result;
    size_t count;
    size_t applied = 0;
    enum status status = query(pg, &lock_statement, &result, err);

    if (status != OK)
        return err_add(err, "another migration is running");
    PQclear(result);
    status = list(pg, arena, &migrations, &count, err);
    if (status == OK)
        status = check_applied(migrations, count, err);
    for (size_t i = 0; i < schema_script_count && status == OK; i++) {
        if (migrations[i].state != MIGRATION_PENDING)
            continue;
        status = apply(pg, &migrations[i], schema_scripts[i].text, err);
        applied += status == OK;
    }
    if (status == OK)
        *ret_applied = applied;
    return status;
}

enum status migrate_up(const struct store_settings *settings, struct arena *arena,
                       size_t *ret_applied, struct err *err)
{
    struct pg *pg;
    enum status status = connect_to(settings, &pg, err);

    if (status != OK)
        return status;
    status = apply_pending(pg, arena, ret_applied, err);
    pg_close(pg); /* which also gives the advisory lock back */
    return status;
}

enum status migrate_verify(const struct store_settings *settings, struct arena *arena,
                           struct err *err)
{
    struct migration *migrations;
    size_t count;
    enum status status = migrate_status(settings, arena, &migrations, &count, err);

    if (status == OK)
        status = check_applied(migrations, count, err);
    for (size_t i = 0; i < count && status == OK; i++)
        if (migrations[i].state == MIGRATION_PENDING)
            status = err_set(err, FATAL,
                             "schema: script %s is not applied. HINT: run `restage migrate up`",
                             migrations[i].name);
    return status;
}
