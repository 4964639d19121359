#include "store/store.h"

#include "fixture_batch.h"
#include "fixture_cluster.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *conninfo;
static struct err err;

static const char *as(const char *user)
{
    static char text[512];

    (void)snprintf(text, sizeof(text), "%s user=%s", conninfo, user); /* the later one wins */
    return text;
}

static void make_database(void)
{
    conninfo = cluster_database();
    (void)cluster_run(conninfo, "CREATE ROLE worker LOGIN IN ROLE restage_worker;"
                                "CREATE ROLE dashboard LOGIN IN ROLE restage_reader;"
                                "CREATE ROLE stranger LOGIN;"
                                "CREATE ROLE half LOGIN");
}

/* SQLSTATE of ${command} run as ${user}, "" when it succeeds. */
static const char *answer(const char *user, const char *command)
{
    static char state[6];
    PGconn *connection = PQconnectdb(as(user));
    PGresult *result = PQexec(connection, command);
    const char *found = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    ck_assert_int_eq(PQstatus(connection), CONNECTION_OK);
    (void)snprintf(state, sizeof(state), "%s", found == NULL ? "" : found);
    PQclear(result);
    PQfinish(connection);
    return state;
}

START_TEST(a_worker_can_work)
{
    struct store *store;
    struct test_batch b;
    struct store_figures figures;
    struct store_dead_letter d = dead_letter_of(1, 1, 0, 1);
    struct store_output output = {NULL, &d};
    struct store_closing closing = {uuid_of(0xdd, 0, 1), NULL, "resolved", "seen"};
    struct store_result result = {
        .outputs = &output, .output_count = 1, .closings = &closing, .closing_count = 1};
    struct store_claimed claimed;
    struct store_review *reviews;
    struct uuid run_id = uuid_of(1, 1, 1);
    struct arena *arena = arena_new((size_t)1 << 24);
    size_t count;

    store_close(open_started(conninfo));
    store = open_store(as("worker"), "test");
    ck_assert_int_eq(store_lane_begin(store, "host", 0, &run_id, &err), OK);
    batch_begin(&b, 0, 0, 1);
    batch_event(&b, 1, 0, 1);
    batch_apply(store, &b);
    batch_begin(&b, 0, 1, 2);
    ck_assert_int_eq(store_claim(store, &b.batch, arena, &claimed, &err), OK);
    ck_assert_msg(store_commit(store, &result, &err) == OK, "%s", err.text);
    ck_assert_msg(store_reviews_claim(store, 0, 1, arena, &reviews, &count, &err) == OK, "%s",
                  err.text);
    ck_assert_int_eq(store_figures(store, &figures, &err), OK);
    arena_free(arena);
    store_close(store);
}
END_TEST

static const struct {
    const char *user;
    const char *command;
} denied[] = {
    {"worker", "UPDATE restage.clinical_event SET status = ''"},
    {"worker", "DELETE FROM restage.clinical_event"},
    {"worker", "TRUNCATE restage.clinical_event"},
    {"worker", "UPDATE restage.recommendation SET change = 'changed'"},
    {"worker", "DELETE FROM restage.recommendation"},
    {"worker", "DELETE FROM restage.dead_letter"},
    {"worker", "UPDATE restage.dead_letter SET value = ''"},
    {"worker", "UPDATE restage.dead_letter SET code = ''"},
    {"worker", "DELETE FROM restage.subject"},
    {"worker", "DELETE FROM restage.lane_position"},
    {"worker", "UPDATE restage.position_decision SET decided_by = 'somebody else'"},
    {"worker", "DELETE FROM restage.position_decision"},
    {"worker", "INSERT INTO restage.schema_migrations VALUES (99, 'x', repeat('0', 64))"},
    {"worker", "UPDATE restage.database SET database_id = gen_random_uuid()"},
    {"worker", "CREATE TABLE restage.other (a int)"},
    {"worker", "ALTER TABLE restage.subject ADD COLUMN other int"},
    {"worker", "DROP TABLE restage.subject"},
    {"worker", "SELECT setval('restage.output_written', 1)"},
    {"dashboard", "SELECT FROM restage.subject"},
    {"dashboard", "SELECT FROM restage.clinical_event"},
    {"dashboard", "SELECT FROM restage.recommendation"},
    {"dashboard", "SELECT FROM restage.dead_letter"},
    {"dashboard", "SELECT FROM restage.position_decision"},
    {"dashboard", "INSERT INTO restage.subject_status (kind) VALUES ('')"},
    {"dashboard", "UPDATE restage.subject_status SET kind = ''"},
    {"stranger", "SELECT FROM restage.subject_status"},
};

START_TEST(what_is_denied_is_denied)
{
    ck_assert_msg(strcmp(answer(denied[_i].user, denied[_i].command), "42501") == 0, "%s: %s",
                  denied[_i].user, denied[_i].command);
}
END_TEST

START_TEST(a_dashboard_reads_every_view)
{
    ck_assert_str_eq(answer("dashboard", "SELECT FROM restage.subject_status, "
                                         "restage.recommendation_log, restage.dead_letter_status, "
                                         "restage.dead_letter_count, restage.position_status, "
                                         "restage.phase_count, restage.review_due"),
                     "");
}
END_TEST

/* No view shows who a patient is, nor bytes that could. */
START_TEST(views_hold_no_identifiers)
{
    ck_assert_str_eq(cluster_run(conninfo,
                                 "SELECT count(*) FROM information_schema.columns c"
                                 " JOIN information_schema.views v USING (table_schema, table_name)"
                                 " WHERE table_schema = 'restage' AND (column_name IN ('authority',"
                                 " 'patient_value', 'tumour_id', 'note', 'report_id', 'key')"
                                 " OR data_type = 'bytea')"),
                     "0");
}
END_TEST

static void open_fails(const char *user, const char *says)
{
    struct store_settings settings = {
        .conninfo = as(user), .application_name = "test", .connect_timeout_s = 5};
    struct store *store = NULL;

    ck_assert_int_eq(store_open(&settings, &store, &err), FATAL);
    ck_assert_ptr_null(store);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
}

START_TEST(a_login_without_rights_is_told_which)
{
    open_fails("stranger", "may not use the schema");
    (void)cluster_run(conninfo, "GRANT USAGE ON SCHEMA restage TO half;"
                                "GRANT SELECT ON ALL TABLES IN SCHEMA restage TO half");
    open_fails("half", "lacks rights of a worker");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_rights");
    TCase *tcase = tcase_create("store_rights");
    SRunner *runner;
    int failed;

    cluster_start();
    make_database();
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, a_worker_can_work);
    tcase_add_loop_test(tcase, what_is_denied_is_denied, 0, sizeof(denied) / sizeof(denied[0]));
    tcase_add_test(tcase, a_dashboard_reads_every_view);
    tcase_add_test(tcase, views_hold_no_identifiers);
    tcase_add_test(tcase, a_login_without_rights_is_told_which);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
