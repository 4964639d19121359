/*
 * The operator's commands from their arguments to their output, against a real PostgreSQL; what
 * they send goes to the mock cluster inside librdkafka.
 */
#include "cli/session.h"

#include "../store/fixture_cluster.h"
#include "cli/commands.h"
#include "store/store_admin.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define WORDS_MAX 16
#define OUTPUT_SIZE 65536
#define FIRST "11111111-1111-1111-1111-111111111111"
#define AGAIN "22222222-2222-2222-2222-222222222222"
#define CLOSED "33333333-3333-3333-3333-333333333333"

static const char *conninfo;
static char output[OUTPUT_SIZE];

static void setup(void)
{
    conninfo = cluster_database();
    (void)cluster_run(
        conninfo,
        "INSERT INTO restage.lane_position (cluster_id, topic, partition, next_offset,"
        " published_offset) VALUES ('c', 'restage.imaging', 0, 5, 3);"
        "INSERT INTO restage.dead_letter (dead_letter_id, topic, partition, \"offset\", "
        "recorded_at,"
        " stage, code, message, key, value, value_sha256, authority, patient_value, parent_id,"
        " replay_count, first_at, worker_version, state, closed_at) VALUES"
        " ('" FIRST "', 'restage.imaging', 0, 1, now(), 'validate', 'bad_decimal', 'distance.cm',"
        " 'hospital|4711', 'bytes', sha256('bytes'), 'hospital', '4711', NULL, 0, now(), '0.1.0',"
        " 'open', NULL),"
        " ('" AGAIN "', 'restage.imaging', 0, 2, now(), 'validate', 'bad_decimal', 'distance.cm',"
        " 'hospital|4711', 'bytes', sha256('bytes'), 'hospital', '4711', '" FIRST "', 1, now(),"
        " '0.1.0', 'open', NULL),"
        " ('" CLOSED "', 'restage.clinical', 0, 3, now(), 'decode', 'empty', 'value', NULL, NULL,"
        " sha256(''), NULL, NULL, NULL, 0, now(), '0.1.0', 'resolved', now());"
        "INSERT INTO restage.subject (subject_id, authority, patient_value, tumour_id)"
        " SELECT gen_random_uuid(), 'hospital', i::text, 'primary' FROM generate_series(1, 501) i");
    ck_assert_int_eq(setenv("RESTAGE_CONFIG", "/dev/null", 1), 0);
    ck_assert_int_eq(setenv("RESTAGE_POSTGRES", conninfo, 1), 0);
    ck_assert_int_eq(setenv("RESTAGE_KAFKA_TEST_MOCK_NUM_BROKERS", "1", 1), 0);
}

/* Run a command line of words; its standard output is in ${output} afterwards. */
static int run(int (*command)(int argc, char **argv), const char *line, const char *input)
{
    char words[1024];
    char *argv[WORDS_MAX] = {NULL};
    int argc = 0;
    FILE *out = tmpfile();
    FILE *in = tmpfile();
    int saved = dup(STDOUT_FILENO);
    int code;

    ck_assert_ptr_nonnull(out);
    ck_assert_ptr_nonnull(in);
    (void)fputs(input, in);
    rewind(in);
    ck_assert_int_ge(dup2(fileno(in), STDIN_FILENO), 0);
    (void)fflush(stdout);
    ck_assert_int_ge(dup2(fileno(out), STDOUT_FILENO), 0);
    (void)snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    optind = 1;
    code = command(argc, argv);
    (void)fflush(stdout);
    ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
    (void)close(saved);
    rewind(out);
    output[fread(output, 1, sizeof(output) - 1, out)] = '\0';
    (void)fclose(out);
    (void)fclose(in);
    clearerr(stdin);
    return code;
}

static void says(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "\"%s\" is not in: %s", text, output);
}

static void says_not(const char *text)
{
    ck_assert_msg(strstr(output, text) == NULL, "\"%s\" is in: %s", text, output);
}

START_TEST(migrate_says_what_is_applied)
{
    ck_assert_int_eq(run(cmd_migrate, "migrate status", ""), EX_OK);
    says("001  001_schema           applied");
    ck_assert_int_eq(run(cmd_migrate, "migrate verify --json", ""), EX_OK);
    says("{\"verified\":true}");
    (void)cluster_run(conninfo, "UPDATE restage.schema_migrations SET sha256 = repeat('0', 64)");
    ck_assert_int_eq(run(cmd_migrate, "migrate verify", ""), EX_UNAVAILABLE);
    ck_assert_int_eq(run(cmd_migrate, "migrate status --json", ""), EX_OK);
    says("\"state\":\"changed\"");
    ck_assert_int_eq(run(cmd_migrate, "migrate sideways", ""), EX_USAGE);
}
END_TEST

START_TEST(migrate_makes_a_schema)
{
    ck_assert_int_eq(setenv("RESTAGE_POSTGRES", cluster_empty_database(), 1), 0);
    ck_assert_int_eq(run(cmd_migrate, "migrate up", ""), EX_OK);
    says("4 applied");
    ck_assert_int_eq(run(cmd_migrate, "migrate up --json", ""), EX_OK);
    says("{\"applied\":0}");
}
END_TEST

START_TEST(nobody_there_is_temporary)
{
    ck_assert_int_eq(setenv("RESTAGE_POSTGRES", "host=/nonexistent", 1), 0);
    ck_assert_int_eq(run(cmd_migrate, "migrate status", ""), EX_TEMPFAIL);
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters list", ""), EX_TEMPFAIL);
}
END_TEST

START_TEST(a_bad_configuration_is_said_as_such)
{
    ck_assert_int_eq(run(cmd_migrate, "migrate status --set nonsense=1", ""), EX_CONFIG);
    ck_assert_int_eq(run(cmd_migrate, "migrate status -c", ""), EX_USAGE);
}
END_TEST

START_TEST(lists_name_no_patient)
{
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters list", ""), EX_OK);
    says(FIRST "  open");
    says("failed replay");
    says_not(CLOSED);
    says_not("4711");
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters list --state any --json", ""), EX_OK);
    says(CLOSED);
    says("\"holdsPatient\":true");
    says_not("4711");
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters list --state any --code empty --ids", ""),
                     EX_OK);
    ck_assert_str_eq(output, CLOSED "\n");
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters list --limit 1 --ids", ""), EX_OK);
    ck_assert_str_eq(output, FIRST "\n");
}
END_TEST

START_TEST(one_is_shown_with_its_patient_and_bytes)
{
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters show " FIRST, ""), EX_OK);
    says("hospital|4711");
    says("failed replays  1");
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters show --value " FIRST, ""), EX_OK);
    ck_assert_str_eq(output, "bytes");
    ck_assert_int_eq(
        run(cmd_dead_letters, "dead-letters show 99999999-9999-9999-9999-999999999999", ""),
        EX_DATAERR);
}
END_TEST

START_TEST(replays_come_from_a_pipe)
{
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters replay -", FIRST "\n\n" CLOSED "\n"),
                     EX_OK);
    says(FIRST "  sent again");
    says(CLOSED "  closed already");
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters replay " AGAIN " " FIRST, ""), EX_DATAERR);
    says(FIRST "  sent again"); /* the refused one does not keep the other back */
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters replay --dry-run " FIRST, ""), EX_OK);
    says("would be replayed");
}
END_TEST

START_TEST(a_resolution_needs_a_name_and_a_reason)
{
    ck_assert_int_eq(run(cmd_dead_letters, "dead-letters resolve " FIRST " --by me", ""), EX_USAGE);
    ck_assert_int_eq(
        run(cmd_dead_letters, "dead-letters resolve " FIRST " --by me --reason test --json", ""),
        EX_OK);
    says("\"outcome\":\"resolution sent\"");
}
END_TEST

static const char *const wrong_lines[] = {
    "dead-letters",
    "dead-letters bury",
    ("dead-letters list " FIRST),
    "dead-letters list --state closed",
    "dead-letters list --limit 0",
    "dead-letters list --code bad_decimals",
    "dead-letters list --nonsense",
    "dead-letters show",
    "dead-letters replay",
};

START_TEST(wrong_arguments_are_usage)
{
    ck_assert_msg(run(cmd_dead_letters, wrong_lines[_i], "") == EX_USAGE, "%s", wrong_lines[_i]);
}
END_TEST

START_TEST(positions_are_shown_and_accepted)
{
    ck_assert_int_eq(run(cmd_positions, "positions show --offline", ""), EX_OK);
    says("restage.imaging");
    ck_assert_int_eq(run(cmd_positions,
                         "positions accept restage.imaging 0 --next 9 --by me --reason gap"
                         " --offline --dry-run",
                         ""),
                     EX_OK);
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.position_decision"), "0");
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(run(cmd_positions,
                             "positions accept restage.imaging 0 --next 9 --by me --reason gap"
                             " --offline --json",
                             ""),
                         EX_OK);
    says("{\"decisionId\":\"");
    ck_assert_str_eq(cluster_run(conninfo, "SELECT count(*) FROM restage.position_decision"), "1");
    ck_assert_int_eq(run(cmd_positions, "positions show --offline --json", ""), EX_OK);
    says("\"acceptedNext\":9");
    ck_assert_int_eq(run(cmd_positions,
                         "positions accept restage.imagin 0 --next 9 --by me --reason gap"
                         " --offline",
                         ""),
                     EX_DATAERR);
}
END_TEST

static const char *const wrong_positions[] = {
    "positions",
    "positions accept restage.imaging 0 --by me --reason gap",
    "positions accept restage.imaging 0 --next 9 --reason gap",
    "positions accept restage.imaging 0 --next 9 --by me",
    "positions accept restage.imaging 0 --next -1 --by me --reason gap",
    "positions accept restage.imaging 0 --next 9x --by me --reason gap",
    "positions accept restage.imaging first --next 9 --by me --reason gap",
    "positions accept restage.imaging --next 9 --by me --reason gap",
};

START_TEST(an_intent_must_be_complete)
{
    ck_assert_msg(run(cmd_positions, wrong_positions[_i], "") == EX_USAGE, "%s",
                  wrong_positions[_i]);
}
END_TEST

START_TEST(every_subject_is_judged_again)
{
    ck_assert_int_eq(run(cmd_reevaluate, "reevaluate --all --dry-run --json", ""), EX_OK);
    says("{\"subjects\":501,\"sent\":false}");
    ck_assert_int_eq(run(cmd_reevaluate, "reevaluate --all --reason release", ""), EX_OK);
    says("501 subjects");
}
END_TEST

START_TEST(subjects_are_named_on_standard_input)
{
    ck_assert_int_eq(run(cmd_reevaluate, "reevaluate - --json",
                         "{\"authority\":\"hospital\",\"value\":\"nobody\"}\n"
                         "{\"authority\":\"hospital\"}\n"
                         "nonsense\n"
                         "{\"authority\":\"hospital\",\"value\":\"1\",\"birthday\":\"x\"}\n"),
                     EX_DATAERR);
    says("{\"subjects\":0,");
    ck_assert_int_eq(run(cmd_reevaluate, "reevaluate", ""), EX_USAGE);
    ck_assert_int_eq(run(cmd_reevaluate, "reevaluate --all -", ""), EX_USAGE);
}
END_TEST

static int (*const commands[])(int argc, char **argv) = {cmd_migrate, cmd_dead_letters,
                                                         cmd_positions, cmd_reevaluate};

/* Help fits a screen, in both directions, and ends with an example. */
START_TEST(help_fits_a_screen)
{
    int lines = 0;

    ck_assert_int_eq(run(commands[_i], "x --help", ""), EX_OK);
    says("usage: restage ");
    says("example: restage ");
    for (const char *line = output; *line != '\0'; line = strchr(line, '\n') + 1) {
        ck_assert_uint_le(strcspn(line, "\n"), 100);
        lines++;
    }
    ck_assert_int_le(lines, 30);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, migrate_says_what_is_applied);
    tcase_add_test(tcase, migrate_makes_a_schema);
    tcase_add_test(tcase, nobody_there_is_temporary);
    tcase_add_test(tcase, a_bad_configuration_is_said_as_such);
    tcase_add_test(tcase, lists_name_no_patient);
    tcase_add_test(tcase, one_is_shown_with_its_patient_and_bytes);
    tcase_add_test(tcase, replays_come_from_a_pipe);
    tcase_add_test(tcase, a_resolution_needs_a_name_and_a_reason);
    tcase_add_loop_test(tcase, wrong_arguments_are_usage, 0,
                        sizeof(wrong_lines) / sizeof(wrong_lines[0]));
    tcase_add_test(tcase, positions_are_shown_and_accepted);
    tcase_add_loop_test(tcase, an_intent_must_be_complete, 0,
                        sizeof(wrong_positions) / sizeof(wrong_positions[0]));
    tcase_add_test(tcase, every_subject_is_judged_again);
    tcase_add_test(tcase, subjects_are_named_on_standard_input);
    tcase_add_loop_test(tcase, help_fits_a_screen, 0, sizeof(commands) / sizeof(commands[0]));
}

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *tcase = tcase_create("session");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, NULL);
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
