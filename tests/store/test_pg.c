#include "store/pg.h"

#include "fixture_cluster.h"
#include "store/pg_array.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const session[] = {"SET lock_timeout = '1s'", NULL};
static const struct pg_statement statements[] = {
    {"raise", "SELECT raise_state($1::text)"},
    {"insert", "INSERT INTO guarded (content) VALUES ($1::text)"},
    {"scalars", "SELECT $1::int4, $2::int8, $3::text, $4::uuid, $5::timestamptz, $6::bytea,"
                " NULL::int4, true, false"},
    {"echo", "SELECT $1::bytea"},
    {"columns", "SELECT count(*), sum(i), sum(l), string_agg(t, '|' ORDER BY l),"
                " count(*) FILTER (WHERE u = '00000000-0000-0000-0000-000000000007'),"
                " count(*) FILTER (WHERE z IS NULL), sum(octet_length(b))"
                " FROM unnest($1::int4[], $2::int8[], $3::text[], $4::uuid[], $5::timestamptz[],"
                " $6::bytea[]) AS a(i, l, t, u, z, b)"},
    {"own_pid", "SELECT pg_backend_pid()"},
};
#define STATEMENT_COUNT (sizeof(statements) / sizeof(statements[0]))

#define CANARY "canary-4711"

static struct pg *pg;
static struct arena *arena;
static struct err err;
static const char *conninfo;

static void make_database(void)
{
    conninfo = cluster_empty_database();
    (void)cluster_run(conninfo,
                      "CREATE TABLE guarded (content text CONSTRAINT content_is_short"
                      " CHECK (length(content) < 3) CONSTRAINT content_once UNIQUE);"
                      "CREATE FUNCTION raise_state(state text) RETURNS int LANGUAGE plpgsql AS $$"
                      " BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = '" CANARY "',"
                      " DETAIL = '" CANARY "', HINT = '" CANARY "'; END $$");
}

static void setup(void)
{
    arena = arena_new((size_t)256 << 20);
    ck_assert_int_eq(pg_connect(conninfo, "test", 5, session, &pg, &err), OK);
    ck_assert_int_eq(pg_prepare(pg, statements, STATEMENT_COUNT, &err), OK);
}

static void teardown(void)
{
    pg_close(pg);
    arena_free(arena);
}

static enum status ask(const char *name, const struct pg_parameters *p, PGresult **ret)
{
    enum status status;
    struct err ignored;

    pg_send(pg, name, p);
    pg_sync(pg);
    status = pg_read(pg, ret, &err);
    if (status == OK)
        return pg_end(pg, &err);
    (void)!pg_end(pg, &ignored);
    return status;
}

static const struct {
    const char *sqlstate;
    enum status status;
} classes[] = {
    {"08000", RETRY}, {"08006", RETRY}, {"08P01", RETRY}, {"40001", RETRY}, {"40P01", RETRY},
    {"53000", RETRY}, {"53100", RETRY}, {"53200", RETRY}, {"53300", RETRY}, {"57000", RETRY},
    {"57014", RETRY}, {"57P01", RETRY}, {"57P03", RETRY}, {"25006", RETRY}, {"25P03", RETRY},
    {"55P03", RETRY}, {"25P02", FATAL}, {"25001", FATAL}, {"55000", FATAL}, {"22001", FATAL},
    {"22021", FATAL}, {"22P02", FATAL}, {"23502", FATAL}, {"23505", FATAL}, {"28000", FATAL},
    {"3F000", FATAL}, {"42501", FATAL}, {"42P01", FATAL}, {"54000", FATAL}, {"58030", FATAL},
    {"P0001", FATAL}, {"XX000", FATAL}, {"XX001", FATAL},
};

START_TEST(sqlstate_decides)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;

    pg_add_text(&p, classes[_i].sqlstate);
    ck_assert_msg(ask("raise", &p, &result) == classes[_i].status, "%s", classes[_i].sqlstate);
    ck_assert_int_eq(err.status, classes[_i].status);
    ck_assert_ptr_nonnull(strstr(err.text, classes[_i].sqlstate));
    ck_assert_ptr_nonnull(strstr(err.text, "raise"));
    ck_assert_ptr_null(strstr(err.text, CANARY));
    ck_assert(pg_is_connected(pg));
    ck_assert_int_eq(ask("own_pid", NULL, &result), OK); /* the pipeline is usable again */
    PQclear(result);
}
END_TEST

START_TEST(a_constraint_is_named_without_its_data)
{
    struct pg_parameters p = {.count = 0};
    PGresult *result;

    pg_add_text(&p, CANARY);
    ck_assert_int_eq(ask("insert", &p, &result), FATAL);
    ck_assert_str_eq(err.text, "postgresql: insert: SQLSTATE 23514, constraint content_is_short");
}
END_TEST

START_TEST(a_failure_skips_the_rest_of_its_pipeline)
{
    struct pg_parameters good = {.count = 0};
    struct pg_parameters bad = {.count = 0};
    int64_t rows = 0;

    pg_add_text(&good, "a");
    pg_add_text(&bad, CANARY);
    pg_send(pg, "insert", &good);
    pg_send(pg, "insert", &bad);
    pg_send(pg, "insert", &good);
    pg_sync(pg);
    ck_assert_int_eq(pg_read_done(pg, &rows, &err), OK);
    ck_assert_int_eq(rows, 1);
    ck_assert_int_eq(pg_read_done(pg, &rows, &err), FATAL);
    ck_assert_int_eq(pg_end(pg, &err), OK);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM guarded"), "0");
}
END_TEST

START_TEST(scalars_arrive_as_sent)
{
    struct pg_parameters p = {.count = 0};
    const struct uuid uuid = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}};
    const char bytes[] = {0, 1, (char)0xff, 0};
    struct uuid read_uuid;
    struct bytes read_bytes;
    PGresult *result;

    pg_add_int4(&p, INT32_MIN);
    pg_add_int8(&p, INT64_MIN);
    pg_add_text(&p, "Größe");
    pg_add_uuid(&p, &uuid);
    pg_add_instant(&p, -1);
    pg_add_bytes(&p, bytes, sizeof(bytes));
    ck_assert_int_eq(ask("scalars", &p, &result), OK);
    ck_assert_int_eq(pg_int4(result, 0, 0), INT32_MIN);
    ck_assert_int_eq(pg_int8(result, 0, 1), INT64_MIN);
    ck_assert_str_eq(pg_text(result, 0, 2, arena), "Größe");
    read_uuid = pg_uuid(result, 0, 3);
    ck_assert_int_eq(uuid_compare(&read_uuid, &uuid), 0);
    ck_assert_int_eq(pg_instant(result, 0, 4), -1);
    read_bytes = pg_bytes(result, 0, 5, arena);
    ck_assert_uint_eq(read_bytes.size, sizeof(bytes));
    ck_assert_mem_eq(read_bytes.at, bytes, sizeof(bytes));
    ck_assert(pg_is_null(result, 0, 6));
    ck_assert(pg_bool(result, 0, 7));
    ck_assert(!pg_bool(result, 0, 8));
    PQclear(result);
}
END_TEST

START_TEST(impossible_timestamps_are_bounded)
{
    struct pg_parameters p = {.count = 0};
    const struct uuid uuid = {{0}};
    PGresult *result;

    pg_add_int4(&p, 0);
    pg_add_int8(&p, 0);
    pg_add_text(&p, "");
    pg_add_uuid(&p, &uuid);
    pg_add_instant(&p, INT64_MAX);
    pg_add_bytes(&p, "", 0);
    ck_assert_int_eq(ask("scalars", &p, &result), OK);
    ck_assert_int_eq(pg_instant(result, 0, 4), INT64_C(253402300799999));
    PQclear(result);
}
END_TEST

static void send_columns(int count)
{
    struct pg_parameters p = {.count = 0};
    struct pg_array i = pg_array_new(arena, PG_INT4, 0);
    struct pg_array l = pg_array_new(arena, PG_INT8, 0);
    struct pg_array t = pg_array_new(arena, PG_TEXT, 0);
    struct pg_array u = pg_array_new(arena, PG_UUID, 0);
    struct pg_array z = pg_array_new(arena, PG_TIMESTAMPTZ, 0);
    struct pg_array b = pg_array_new(arena, PG_BYTEA, 0);

    for (int n = 0; n < count; n++) {
        struct uuid uuid = {{0}};

        uuid.bytes[15] = (uint8_t)n;
        pg_array_int4(&i, -n);
        pg_array_int8(&l, n);
        pg_array_text(&t, n % 2 == 0 ? "even" : NULL);
        pg_array_uuid(&u, &uuid);
        pg_array_instant(&z, n == 3 ? INT64_MIN : n);
        pg_array_bytes(&b, "12345", n == 4 ? 0 : 5);
    }
    pg_add_array(&p, &i);
    pg_add_array(&p, &l);
    pg_add_array(&p, &t);
    pg_add_array(&p, &u);
    pg_add_array(&p, &z);
    pg_add_array(&p, &b);
    pg_send(pg, "columns", &p);
    pg_sync(pg);
}

START_TEST(columns_arrive_as_arrays)
{
    PGresult *result;

    send_columns(10);
    ck_assert_int_eq(pg_read(pg, &result, &err), OK);
    ck_assert_int_eq(pg_int8(result, 0, 0), 10);
    ck_assert_int_eq(pg_int8(result, 0, 1), -45);
    ck_assert_str_eq(pg_text(result, 0, 3, arena), "even|even|even|even|even");
    ck_assert_int_eq(pg_int8(result, 0, 4), 1);
    ck_assert_int_eq(pg_int8(result, 0, 5), 1);
    ck_assert_int_eq(pg_int8(result, 0, 6), 45);
    PQclear(result);
    ck_assert_int_eq(pg_end(pg, &err), OK);
}
END_TEST

START_TEST(no_rows_are_empty_arrays)
{
    PGresult *result;

    send_columns(0);
    ck_assert_int_eq(pg_read(pg, &result, &err), OK);
    ck_assert_int_eq(pg_int8(result, 0, 0), 0);
    PQclear(result);
    ck_assert_int_eq(pg_end(pg, &err), OK);
}
END_TEST

/* 60 MB each way in one pipeline: neither side may wait for the other to read. */
START_TEST(large_pipelines_do_not_lock_up)
{
    const size_t size = (size_t)1 << 20;
    char *megabyte = arena_zalloc(arena, size, 1);

    for (int i = 0; i < 60; i++) {
        struct pg_parameters p = {.count = 0};

        pg_add_bytes(&p, megabyte, size);
        pg_send(pg, "echo", &p);
    }
    pg_sync(pg);
    for (int i = 0; i < 60; i++) {
        PGresult *result;

        ck_assert_int_eq(pg_read(pg, &result, &err), OK);
        ck_assert_int_eq(PQgetlength(result, 0, 0), (int)size);
        PQclear(result);
    }
    ck_assert_int_eq(pg_end(pg, &err), OK);
}
END_TEST

START_TEST(a_terminated_connection_is_retry_and_known_as_lost)
{
    char command[64];
    PGresult *result;

    ck_assert_int_eq(ask("own_pid", NULL, &result), OK);
    (void)snprintf(command, sizeof(command), "SELECT pg_terminate_backend(%d, 2000)",
                   (int)pg_int4(result, 0, 0));
    PQclear(result);
    (void)cluster_run(conninfo, command);
    ck_assert_int_eq(ask("own_pid", NULL, &result), RETRY);
    ck_assert(!pg_is_connected(pg));
    ck_assert_int_eq(ask("own_pid", NULL, &result), RETRY);
}
END_TEST

START_TEST(no_connection_is_retry)
{
    struct pg *none = NULL;
    PGresult *result;

    pg_send(none, "own_pid", NULL);
    pg_sync(none);
    ck_assert_int_eq(pg_read(none, &result, &err), RETRY);
    ck_assert_int_eq(pg_end(none, &err), RETRY);
    ck_assert(!pg_is_connected(none));
}
END_TEST

static const struct {
    const char *conninfo;
    enum status status;
    const char *says;
} logins[] = {
    {"host=/nonexistent", RETRY, "nothing answers"},
    {"host=127.0.0.1 port=1", RETRY, "nothing answers"},
    {"passwrd=" CANARY, FATAL, "conninfo is not valid"},
    {"host=/tmp port=" CANARY, RETRY, "nothing answers"},
};

START_TEST(a_failed_login_says_what_to_look_at)
{
    struct pg *none = NULL;

    ck_assert_int_eq(pg_connect(logins[_i].conninfo, "test", 2, session, &none, &err),
                     logins[_i].status);
    ck_assert_msg(strstr(err.text, logins[_i].says) != NULL, "%s", err.text);
    ck_assert_ptr_null(strstr(err.text, CANARY));
    ck_assert_ptr_null(none);
}
END_TEST

START_TEST(an_unknown_database_is_not_let_in)
{
    char other[512];
    struct pg *none = NULL;

    (void)snprintf(other, sizeof(other), "%s dbname=" CANARY, conninfo);
    ck_assert_int_eq(pg_connect(other, "test", 2, session, &none, &err), RETRY);
    ck_assert_ptr_nonnull(strstr(err.text, "did not let us in"));
    ck_assert_ptr_null(strstr(err.text, CANARY));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pg");
    TCase *tcase = tcase_create("pg");
    SRunner *runner;
    int failed;

    cluster_start();
    make_database();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, sqlstate_decides, 0, sizeof(classes) / sizeof(classes[0]));
    tcase_add_test(tcase, a_constraint_is_named_without_its_data);
    tcase_add_test(tcase, a_failure_skips_the_rest_of_its_pipeline);
    tcase_add_test(tcase, scalars_arrive_as_sent);
    tcase_add_test(tcase, impossible_timestamps_are_bounded);
    tcase_add_test(tcase, columns_arrive_as_arrays);
    tcase_add_test(tcase, no_rows_are_empty_arrays);
    tcase_add_test(tcase, large_pipelines_do_not_lock_up);
    tcase_add_test(tcase, a_terminated_connection_is_retry_and_known_as_lost);
    tcase_add_test(tcase, no_connection_is_retry);
    tcase_add_loop_test(tcase, a_failed_login_says_what_to_look_at, 0,
                        sizeof(logins) / sizeof(logins[0]));
    tcase_add_test(tcase, an_unknown_database_is_not_let_in);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
