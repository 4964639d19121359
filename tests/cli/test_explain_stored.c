/* What was published is explained from PostgreSQL, and a rulebook is made active there. */
#include "../store/fixture_cluster.h"
#include "base/digest.h"
#include "cli/commands.h"
#include "fixture_command.h"
#include "guidance/recommendation.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ID "11111111-1111-5111-8111-111111111111" /* of the golden recommendation */
#define SUBJECT "{\"authority\":\"urn:oid:1.2.3\",\"value\":\"" FIXTURE_CANARY "\"}\n"

static char setting[1024]; /* "postgres=..." */
static const char *database;

/* The golden recommendation as the hexadecimal digits that PostgreSQL reads. */
static void read_golden(char *ret, size_t size)
{
    FILE *file = fopen(RESTAGE_SOURCE_DIR "/tests/golden/messages/recommendation.hex", "rb");
    size_t used = 0;
    int c;

    ck_assert_ptr_nonnull(file);
    while ((c = fgetc(file)) != EOF && used < size - 1)
        if (c != '\n')
            ret[used++] = (char)c;
    ret[used] = '\0';
    (void)fclose(file);
}

static void set_up(void)
{
    static char golden[8192];
    static char insert[16384];
    struct uuid subject = subject_uuid("urn:oid:1.2.3", FIXTURE_CANARY, "primary");
    char subject_text[UUID_TEXT_SIZE];

    database = cluster_database();
    (void)snprintf(setting, sizeof(setting), "postgres=%s", database);
    read_golden(golden, sizeof(golden));
    uuid_format(&subject, subject_text);
    (void)snprintf(insert, sizeof(insert),
                   "INSERT INTO restage.subject (subject_id, authority, patient_value, tumour_id, "
                   "sequence, recommendation_id, as_of) VALUES ('%s', 'urn:oid:1.2.3', '%s', "
                   "'primary', 2, '" ID "', now()); "
                   "INSERT INTO restage.recommendation (subject_id, sequence, recommendation_id, "
                   "topic, partition, \"offset\", recorded_at, change, kind, phase, as_of, key, "
                   "value) VALUES ('%s', 2, '" ID "', 't', 0, 1, now(), 'changed', 'guidance', "
                   "'PH-SYS', now(), '', '\\x%s')",
                   subject_text, FIXTURE_CANARY, subject_text, golden);
    (void)cluster_run(database, insert);
}

static int explain(char *option, char *value, const char *input)
{
    char word[] = "--set";

    return fixture_run(cmd_explain, (char *[]){"explain", word, setting, option, value, NULL},
                       input);
}

START_TEST(one_is_found_by_its_id)
{
    char id[] = ID;

    ck_assert_int_eq(explain("--recommendation", id, ""), EX_OK);
    ck_assert_str_eq(fixture_complaints, "");
    ck_assert_ptr_nonnull(strstr(fixture_out, "Stage IVA: systemic therapy first\n"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\nAPPLIES, as long as"));
}
END_TEST

START_TEST(the_last_one_of_a_subject_is_found)
{
    ck_assert_int_eq(explain("--last", "--json", SUBJECT "\n" SUBJECT), EX_OK);
    ck_assert_ptr_nonnull(strstr(fixture_out, "{\"recommendationId\":\"" ID "\""));
    ck_assert_ptr_nonnull(strstr(strchr(fixture_out, '\n'), "{\"recommendationId\":\"" ID "\""));
}
END_TEST

START_TEST(what_is_not_there_is_told)
{
    char other[] = "22222222-1111-5111-8111-111111111111";

    ck_assert_int_eq(explain("--recommendation", other, ""), EX_DATAERR);
    ck_assert_str_eq(fixture_complaints,
                     "restage explain: there is no recommendation of this id\n");
    ck_assert_int_eq(explain("--last", NULL, "{\"authority\":\"a\",\"value\":\"b\"}\n{}\n" SUBJECT),
                     EX_DATAERR);
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "line 1: there is no such subject\n"));
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "line 2: is not {\"authority\": "));
    ck_assert_ptr_nonnull(strstr(fixture_out, "Stage IVA"));
}
END_TEST

START_TEST(a_rulebook_is_made_active)
{
    char word[] = "--set";
    char *const activate[] = {"rulebook", "activate", word, setting, NULL};

    ck_assert_int_eq(fixture_run(cmd_rulebook, activate, ""), EX_OK);
    ck_assert_str_eq(fixture_complaints, "");
    ck_assert_ptr_nonnull(strstr(fixture_out, "active: "));
    ck_assert_ptr_nonnull(
        strstr(fixture_out, cluster_run(database, "SELECT hash FROM restage.rulebook")));
    ck_assert_int_eq(fixture_run(cmd_rulebook, activate, ""), EX_OK);
    ck_assert_str_eq(cluster_run(database, "SELECT count(*) FROM restage.rulebook"), "1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain stored");
    TCase *tc = tcase_create("PostgreSQL");
    SRunner *runner;
    int failed;

    cluster_start();
    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, one_is_found_by_its_id);
    tcase_add_test(tc, the_last_one_of_a_subject_is_found);
    tcase_add_test(tc, what_is_not_there_is_told);
    tcase_add_test(tc, a_rulebook_is_made_active);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cluster_stop();
    return failed != 0;
}
