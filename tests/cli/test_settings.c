/*
 * check-config and show-config: what is found without connecting to anything.
 */
#include "cli/commands.h"
#include "fixture_command.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static char file[] = "/tmp/restage-settings.XXXXXX";

static void setup(void)
{
    int descriptor;

    memcpy(file, "/tmp/restage-settings.XXXXXX", sizeof(file));
    descriptor = mkstemp(file);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(close(descriptor), 0);
    (void)setenv("RESTAGE_CONFIG", "", /* overwrite= */ 1);
}

static void teardown(void)
{
    (void)unlink(file);
}

static void write_file(const char *text)
{
    FILE *f = fopen(file, "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static const struct {
    const char *text;
    int code;
    const char *says;
} cases[] = {
    {"kafka.bootstrap.servers = a:1\n", EX_OK, "ok       settings"},
    {"kafka.bootstrap.servers = a:1\npolicy.high_above = 11.5\n", EX_OK, "ok       postgres"},
    {"", EX_CONFIG, "kafka.bootstrap.servers: not set"},
    {"kafka.bootstrap.servers = a:1\nlanse = 1\n", EX_CONFIG, ":2: no setting \"lanse\""},
    {"kafka.bootstrap.servers = a:1\nkafka.lingr.ms = 1\n", EX_CONFIG,
     ":2: kafka.lingr.ms: librdkafka has no such property; did you mean \"kafka.linger.ms\"?"},
    {"kafka.bootstrap.servers = a:1\nkafka.enable.idempotence = false\n", EX_CONFIG,
     "the delivery protocol sets it itself"},
    {"kafka.bootstrap.servers = a:1\nkafka.max.poll.interval.ms = 1000\n", EX_CONFIG,
     "session.timeout.ms"},
    {"kafka.bootstrap.servers = a:1\npostgres = hots=1\n", EX_CONFIG, "postgres: neither"},
    {"kafka.bootstrap.servers = a:1\npolicy.high_abov = 1\n", EX_CONFIG, ":2: policy.high_abov"},
    {"kafka.bootstrap.servers = a:1\npolicy.high_above = high\n", EX_CONFIG,
     ":2: policy.high_above: not a number in cm"},
};

START_TEST(a_configuration_is_good_or_the_place_is_named)
{
    int code;

    write_file(cases[_i].text);
    code = fixture_run(cmd_check_config, (char *[]){"check-config", file, NULL}, "");
    ck_assert_msg(code == cases[_i].code, "%d: %s", code, fixture_out);
    ck_assert_msg(strstr(fixture_out, cases[_i].says) != NULL, "%s", fixture_out);
}
END_TEST

START_TEST(servers_that_do_not_answer_are_away)
{
    write_file("kafka.bootstrap.servers = 127.0.0.1:1\npostgres = host=127.0.0.1 port=1\n");
    ck_assert_int_eq(
        fixture_run(cmd_check_config, (char *[]){"check-config", "--online", file, NULL}, ""),
        EX_TEMPFAIL);
    ck_assert_ptr_nonnull(strstr(fixture_out, "away     consumer:"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "away     postgres"));
}
END_TEST

START_TEST(arguments_are_checked)
{
    ck_assert_int_eq(fixture_run(cmd_check_config, (char *[]){"check-config", "a", "b", NULL}, ""),
                     EX_USAGE);
    ck_assert_int_eq(
        fixture_run(cmd_check_config, (char *[]){"check-config", "-c", "a", "b", NULL}, ""),
        EX_USAGE);
    ck_assert_int_eq(fixture_run(cmd_show_config, (char *[]){"show-config", "b", NULL}, ""),
                     EX_USAGE);
    ck_assert_int_eq(fixture_run(cmd_show_config, (char *[]){"show-config", "--set", NULL}, ""),
                     EX_USAGE);
}
END_TEST

static void expect(const json_t *shown, const char *key, const char *value, const char *origin)
{
    const json_t *member = json_object_get(shown, key);

    ck_assert_msg(member != NULL, "%s is not shown", key);
    ck_assert_str_eq(json_string_value(json_object_get(member, "value")), value);
    ck_assert_str_eq(json_string_value(json_object_get(member, "origin")), origin);
}

START_TEST(values_are_shown_with_their_origins_and_without_secrets)
{
    char origin[64];
    json_t *shown;

    write_file("lanes = 2\nkafka.sasl.password = " FIXTURE_CANARY
               "\npostgres = host=db password=" FIXTURE_CANARY "\npolicy.high_above = 11.5\n");
    (void)setenv("RESTAGE_GROUP", "others", 1);
    ck_assert_int_eq(
        fixture_run(cmd_show_config,
                    (char *[]){"show-config", "--json", "-c", file, "--set", "batch.max=7", NULL},
                    ""),
        EX_OK);
    ck_assert_ptr_null(strstr(fixture_out, FIXTURE_CANARY));
    shown = json_loads(fixture_out, 0, NULL);
    ck_assert_ptr_nonnull(shown);
    (void)snprintf(origin, sizeof(origin), "%s:1", file);
    expect(shown, "lanes", "2", origin);
    expect(shown, "group", "others", "RESTAGE_GROUP");
    expect(shown, "batch.max", "7", "--set");
    expect(shown, "session.timeout", "10s", "default");
    expect(shown, "policy.rectum_up_to", "15", "default");
    (void)snprintf(origin, sizeof(origin), "%s:2", file);
    expect(shown, "kafka.sasl.password", "(redacted)", origin);
    (void)snprintf(origin, sizeof(origin), "%s:3", file);
    expect(shown, "postgres", "host=db password=(redacted)", origin);
    (void)snprintf(origin, sizeof(origin), "%s:4", file);
    expect(shown, "policy.high_above", "11.5", origin);
    json_decref(shown);
}
END_TEST

START_TEST(a_bad_configuration_is_not_shown)
{
    write_file("lanes = 0\n");
    ck_assert_int_eq(fixture_run(cmd_show_config, (char *[]){"show-config", "-c", file, NULL}, ""),
                     EX_CONFIG);
    ck_assert_str_eq(fixture_out, "");
    ck_assert_ptr_nonnull(strstr(fixture_complaints, ":1: lanes: must be from 1 to 64"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tcase = tcase_create("settings");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_configuration_is_good_or_the_place_is_named, 0,
                        sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tcase, servers_that_do_not_answer_are_away);
    tcase_add_test(tcase, arguments_are_checked);
    tcase_add_test(tcase, values_are_shown_with_their_origins_and_without_secrets);
    tcase_add_test(tcase, a_bad_configuration_is_not_shown);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
