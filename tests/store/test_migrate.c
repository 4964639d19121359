#include "store/migrate.h"

#include "fixture_cluster.h"
#include "store/schemas.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct err err;

static void setup(void)
{
    arena = arena_new((size_t)1 << 20);
}

static void teardown(void)
{
    arena_free(arena);
}

static struct store_settings settings_of(const char *conninfo)
{
    return (struct store_settings){
        .conninfo = conninfo, .application_name = "test", .connect_timeout_s = 5};
}

START_TEST(an_empty_database_has_everything_pending)
{
    struct store_settings s = settings_of(cluster_empty_database());
    struct migration *migrations;
    size_t count;

    ck_assert_int_eq(migrate_status(&s, arena, &migrations, &count, &err), OK);
    ck_assert_uint_eq(count, schema_script_count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(migrations[i].state, MIGRATION_PENDING);
        ck_assert_int_eq(migrations[i].number, (int)i + 1);
    }
    ck_assert_int_eq(migrate_verify(&s, arena, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "migrate up"));
}
END_TEST

START_TEST(up_applies_once)
{
    struct store_settings s = settings_of(cluster_empty_database());
    struct migration *migrations;
    size_t count;
    size_t applied = 0;

    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), OK);
    ck_assert_uint_eq(applied, schema_script_count);
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), OK);
    ck_assert_uint_eq(applied, 0);
    ck_assert_int_eq(migrate_verify(&s, arena, &err), OK);
    ck_assert_int_eq(migrate_status(&s, arena, &migrations, &count, &err), OK);
    ck_assert_int_eq(migrations[count - 1].state, MIGRATION_APPLIED);
    ck_assert_int_gt(migrations[count - 1].applied_at, INT64_C(1700000000000));
}
END_TEST

START_TEST(a_changed_script_is_refused)
{
    const char *conninfo = cluster_database();
    struct store_settings s = settings_of(conninfo);
    size_t applied = 99;

    (void)cluster_run(conninfo, "UPDATE restage.schema_migrations SET sha256 = repeat('0', 64)"
                                " WHERE number = 2");
    ck_assert_int_eq(migrate_verify(&s, arena, &err), FATAL);
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "002_tables"));
    ck_assert_uint_eq(applied, 99);
}
END_TEST

START_TEST(a_newer_schema_is_refused)
{
    const char *conninfo = cluster_database();
    struct store_settings s = settings_of(conninfo);
    struct store *store;
    size_t applied;

    (void)cluster_run(conninfo, "INSERT INTO restage.schema_migrations (number, name, sha256)"
                                " VALUES (900, '900_later', repeat('0', 64))");
    ck_assert_int_eq(migrate_verify(&s, arena, &err), FATAL);
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "900"));
    ck_assert_int_eq(store_open(&s, &store, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "version is 900"));
}
END_TEST

START_TEST(a_missing_schema_is_named)
{
    struct store_settings s = settings_of(cluster_empty_database());
    struct store *store;

    ck_assert_int_eq(store_open(&s, &store, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "migrate up"));
}
END_TEST

START_TEST(another_encoding_is_refused)
{
    char conninfo[400];
    struct store_settings s;
    struct store *store;
    size_t applied;

    (void)snprintf(conninfo, sizeof(conninfo), "%s", cluster_empty_database());
    (void)cluster_run(conninfo, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'"
                                " LOCALE 'C'");
    strcpy(strstr(conninfo, "dbname="), "dbname=latin");
    s = settings_of(conninfo);
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "UTF8"));
    ck_assert_int_eq(store_open(&s, &store, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "UTF8"));
}
END_TEST

struct migrator {
    struct store_settings settings;
    struct arena *arena;
    size_t applied;
    enum status status;
    struct err err;
};

static void *migrate_in_thread(void *argument)
{
    struct migrator *m = argument;

    m->status = migrate_up(&m->settings, m->arena, &m->applied, &m->err);
    return NULL;
}

START_TEST(two_at_once_apply_once)
{
    const char *conninfo = cluster_empty_database();
    struct migrator migrators[2];
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        migrators[i] = (struct migrator){.settings = settings_of(conninfo),
                                         .arena = arena_new((size_t)1 << 20)};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, migrate_in_thread, &migrators[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_msg(migrators[i].status == OK, "%s", migrators[i].err.text);
        arena_free(migrators[i].arena);
    }
    ck_assert_uint_eq(migrators[0].applied + migrators[1].applied, schema_script_count);
}
END_TEST

/* A login that is no superuser, but may make roles, is made a member of the owner. */
START_TEST(no_superuser_is_needed)
{
    char conninfo[400];
    struct store_settings s;
    size_t applied;

    (void)snprintf(conninfo, sizeof(conninfo), "%s", cluster_empty_database());
    (void)cluster_run(conninfo, "CREATE ROLE migrator LOGIN CREATEROLE;"
                                "GRANT restage_owner TO migrator;"
                                "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO"
                                " migrator', current_database()); END $$");
    strcat(conninfo, " user=migrator"); /* the later keyword wins */
    s = settings_of(conninfo);
    ck_assert_msg(migrate_up(&s, arena, &applied, &err) == OK, "%s", err.text);
    ck_assert_int_eq(migrate_verify(&s, arena, &err), OK);
}
END_TEST

/* The second script fails: it is rolled back as a whole, the first one stays. */
START_TEST(a_failed_script_leaves_nothing_behind)
{
    const char *conninfo = cluster_empty_database();
    struct store_settings s = settings_of(conninfo);
    struct migration *migrations;
    size_t count;
    size_t applied = 99;

    (void)cluster_run(conninfo,
                      "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS"
                      " $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'dead_letter')"
                      " THEN RAISE EXCEPTION 'canary-4711'; END IF; END $$;"
                      "CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()");
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "002_tables"));
    ck_assert_ptr_nonnull(strstr(err.text, "rolled back"));
    ck_assert_ptr_null(strstr(err.text, "canary"));
    ck_assert_uint_eq(applied, 99);
    ck_assert_int_eq(migrate_status(&s, arena, &migrations, &count, &err), OK);
    ck_assert_str_eq(migration_state_name(migrations[0].state), "applied");
    ck_assert_str_eq(migration_state_name(migrations[1].state), "pending");
    ck_assert_str_eq(
        cluster_run(conninfo, "SELECT count(*) FROM pg_class WHERE relname = 'subject'"), "0");
    (void)cluster_run(conninfo, "DROP EVENT TRIGGER refuse");
    ck_assert_int_eq(migrate_up(&s, arena, &applied, &err), OK);
    ck_assert_uint_eq(applied, schema_script_count - 1);
}
END_TEST

START_TEST(everything_is_commented)
{
    const char *conninfo = cluster_database();

    ck_assert_str_eq(
        cluster_run(conninfo,
                    "SELECT string_agg(c.relname || coalesce('.' || a.attname, ''), ' ')"
                    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
                    " AND c.relkind = 'r' WHERE n.nspname = 'restage' AND c.relkind IN ('r', 'v')"
                    " AND (obj_description(c.oid, 'pg_class') IS NULL OR (a.attnum IS NOT NULL"
                    " AND col_description(c.oid, a.attnum) IS NULL))"),
        "");
}
END_TEST

START_TEST(events_have_one_index_only)
{
    const char *conninfo = cluster_database();

    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM pg_indexes WHERE schemaname ="
                                           " 'restage' AND tablename = 'clinical_event'"),
                     "1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("migrate");
    TCase *tcase = tcase_create("migrate");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_empty_database_has_everything_pending);
    tcase_add_test(tcase, up_applies_once);
    tcase_add_test(tcase, a_changed_script_is_refused);
    tcase_add_test(tcase, a_newer_schema_is_refused);
    tcase_add_test(tcase, a_missing_schema_is_named);
    tcase_add_test(tcase, another_encoding_is_refused);
    tcase_add_test(tcase, two_at_once_apply_once);
    tcase_add_test(tcase, no_superuser_is_needed);
    tcase_add_test(tcase, a_failed_script_leaves_nothing_behind);
    tcase_add_test(tcase, everything_is_commented);
    tcase_add_test(tcase, events_have_one_index_only);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
