#include "base/config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/restage-config.XXXXXX";
static char file[128];
static char secret_file[128];
static struct err err;
static const struct config *config;
static struct config_flags flags;

static void setup(void)
{
    memcpy(directory, "/tmp/restage-config.XXXXXX", sizeof(directory));
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(file, sizeof(file), "%s/r.properties", directory);
    (void)snprintf(secret_file, sizeof(secret_file), "%s/secret", directory);
    memset(&err, 0, sizeof(err));
    memset(&flags, 0, sizeof(flags));
    flags.file = "";
    config = NULL;
}

static void teardown(void)
{
    config_free(config);
    (void)unlink(file);
    (void)unlink(secret_file);
    (void)rmdir(directory);
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static enum status load(const char *text, char *const *environment)
{
    write_text(file, text);
    flags.file = file;
    return config_load(&flags, environment, &config, &err);
}

START_TEST(defaults_are_those_of_the_table)
{
    char host[256];

    ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
    ck_assert_int_eq(config_load(&flags, NULL, &config, &err), OK);
    ck_assert_str_eq(config->instance, host);
    ck_assert_str_eq(config->group, "restage");
    ck_assert_str_eq(config->topic_dead_letters, "restage.dead-letters");
    ck_assert_str_eq(config->http_listen, "127.0.0.1:9464");
    ck_assert_int_eq(config->lanes, 1);
    ck_assert_int_eq(config->batch_max, 500);
    ck_assert_int_eq(config->batch_bytes, 4 * 1024 * 1024);
    ck_assert_int_eq(config->static_membership, 1);
    ck_assert_int_eq(config->session_timeout_ms, 10000);
    ck_assert_int_eq(config->transaction_timeout_ms, 15000);
    ck_assert_int_eq(config->shutdown_timeout_ms, 20000);
    ck_assert_int_eq(config->review_interval_ms, 10000);
    ck_assert_int_eq(config->log_level, LOG_INFO);
    ck_assert_int_eq(config->log_format, LOG_LOGFMT);
    ck_assert_uint_eq(config->kafka_count, 0);
}
END_TEST

START_TEST(each_place_goes_over_the_one_before)
{
    char group[] = "RESTAGE_GROUP=from-environment";
    char lanes[] = "RESTAGE_LANES=3";
    char *environment[] = {group, lanes, NULL};
    char origin[CONFIG_ORIGIN_SIZE];
    char expected[CONFIG_ORIGIN_SIZE];
    struct config_shown *shown = malloc(sizeof(*shown));

    ck_assert_ptr_nonnull(shown);
    flags.given[0].text = "group=from-flag";
    flags.given_count = 1;
    ck_assert_int_eq(
        load("# comment\n\n group = from-file \r\nlanes=2\nbatch.max = 7\n", environment), OK);
    ck_assert_str_eq(config->group, "from-flag");
    ck_assert_int_eq(config->lanes, 3);
    ck_assert_int_eq(config->batch_max, 7);
    config_show(config, 9, shown);
    ck_assert_str_eq(shown->key, "batch.max");
    ck_assert_str_eq(shown->value, "7");
    config_origin_format(&shown->origin, origin);
    (void)snprintf(expected, sizeof(expected), "%s:5", file);
    ck_assert_str_eq(origin, expected);
    config_show(config, 2, shown);
    config_origin_format(&shown->origin, origin);
    ck_assert_str_eq(origin, "--set");
    config_show(config, 1, shown);
    config_origin_format(&shown->origin, origin);
    ck_assert_str_eq(origin, "RESTAGE_LANES");
    free(shown);
}
END_TEST

START_TEST(kafka_properties_are_handed_on)
{
    char mechanism[] = "RESTAGE_KAFKA_SASL_MECHANISM=PLAIN";
    char odd[] = "RESTAGE_KAFKA_SSL__KEY___X=1";
    char *environment[] = {mechanism, odd, NULL};

    flags.given[0].text = "linger.ms=1";
    flags.given[0].kafka = true;
    flags.given_count = 1;
    ck_assert_int_eq(load("kafka.bootstrap.servers = a:1,b:2\nkafka.linger.ms = 5\n"
                          "policy.high_above = 11.5\n",
                          environment),
                     OK);
    ck_assert_uint_eq(config->kafka_count, 4);
    ck_assert_str_eq(config->kafka[0].name, "bootstrap.servers");
    ck_assert_str_eq(config->kafka[0].value, "a:1,b:2");
    ck_assert_str_eq(config->kafka[1].name, "linger.ms");
    ck_assert_str_eq(config->kafka[1].value, "1");
    ck_assert_int_eq(config->kafka[1].origin.place, CONFIG_FLAG);
    ck_assert_str_eq(config->kafka[2].name, "sasl.mechanism");
    ck_assert_str_eq(config->kafka[3].name, "ssl_key-x");
    ck_assert_uint_eq(config->policy_count, 1);
    ck_assert_str_eq(config->policy[0].name, "high_above");
    ck_assert_str_eq(config->policy[0].value, "11.5");
}
END_TEST

/* What is refused, and what its text must hold. */
static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"bach.max = 5\n", ":1: no setting \"bach.max\"; did you mean \"batch.max\"?"},
    {"\n\ntopics.imaging = x\n", ":3: no setting \"topics.imaging\"; did you mean"},
    {"bootstrap.servers = x\n", "did you mean \"kafka.bootstrap.servers\"?"},
    {"wholly.different = x\n", "no setting \"wholly.different\""},
    {"lanes = 2\nlanes = 2\n", ":2: lanes: given twice, before at "},
    {"kafka.linger.ms = 2\nkafka.linger.ms = 2\n", ":2: kafka.linger.ms: given twice"},
    {"just words\n", ":1: not of the form key = value"},
    {"= value\n", "before the = there is no key"},
    {"two words = value\n", "before the = there is no key"},
    {"lanes = 0\n", ":1: lanes: must be from 1 to 64"},
    {"lanes = 65\n", "must be from 1 to 64"},
    {"lanes = two\n", "must be a whole number"},
    {"lanes = 2x\n", "without a unit"},
    {"lanes = 99999999999999999999\n", "must be from 1 to 64"},
    {"session.timeout = 10\n", "session.timeout: needs a unit: ms, s, min or h"},
    {"session.timeout = 10 parsecs\n", "needs a unit"},
    {"session.timeout = 31min\n", "must be from 1s to 30min"},
    {"session.timeout = 999ms\n", "must be from 1s to 30min"},
    {"session.timeout = 2562047788016h\n", "must be from 1s to 30min"},
    {"batch.bytes = 4MB\n", "needs a unit: B, KiB, MiB or GiB"},
    {"batch.bytes = \n", "must be a whole number with a unit"},
    {"batch.bytes = 65GiB\n", "must be from 64KiB to 64MiB"},
    {"static.membership = yes\n", "must be true or false"},
    {"log.level = loud\n", "must be debug, info, warning or error"},
    {"log.format = xml\n", "must be logfmt or json"},
    {"http.listen = 9464\n", "must be host:port"},
    {"http.listen = localhost:\n", "must be host:port"},
    {"http.listen = localhost:65536\n", "at most 65535"},
    {"group =\n", "group: must not be empty"},
    {"group = a b\n", "letters, digits"},
    {"topic.imaging = restage.clinical\n", "two of them name the same topic"},
    {"group = \xff\n", "not UTF-8"},
    {"group_FILE = /nowhere\n", "only a secret may be in a file of its own"},
    {"postgres_FILE = /nowhere/at/all\n", "No such file"},
    {"kafka. = 1\n", "names nothing"},
};

START_TEST(what_is_wrong_is_named_with_its_place)
{
    const struct config *before = config;

    ck_assert_int_eq(load(refused[_i].text, NULL), REJECT);
    ck_assert_ptr_eq(config, before);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "\"%s\" does not say \"%s\"",
                  err.text, refused[_i].says);
}
END_TEST

static const struct {
    const char *text;
    const char *says;
} refused_variables[] = {
    {"RESTAGE_BACH_MAX=5", "RESTAGE_BACH_MAX: there is no such setting; did you mean "
                           "RESTAGE_BATCH_MAX?"},
    {"RESTAGE_QUITE_OTHER=5", "there is no such setting"},
    {"RESTAGE_KAFKA_SASL\rMECHANISM=5", "environment: a name behind RESTAGE_ is no key"},
    {"RESTAGE_POLICY_\xff=5", "environment: a name behind RESTAGE_ is no key"},
    {"RESTAGE_LANES=x", "RESTAGE_LANES: lanes: must be a whole number"},
    {"RESTAGE_GROUP_FILE=/nowhere", "RESTAGE_GROUP_FILE: group: only a secret"},
};

START_TEST(variables_that_are_wrong_are_named)
{
    char variable[64];
    char *environment[] = {variable, NULL};

    (void)snprintf(variable, sizeof(variable), "%s", refused_variables[_i].text);
    ck_assert_int_eq(config_load(&flags, environment, &config, &err), REJECT);
    ck_assert_msg(strstr(err.text, refused_variables[_i].says) != NULL, "\"%s\"", err.text);
}
END_TEST

START_TEST(variables_of_others_are_left_alone)
{
    char service[] = "RESTAGE_SERVICE_HOST=10.0.0.1";
    char port[] = "RESTAGE_PORT_9464_TCP=tcp://10.0.0.1:9464";
    char crash[] = "RESTAGE_CRASH_POINT=x";
    char *environment[] = {service, port, crash, NULL};

    ck_assert_int_eq(config_load(&flags, environment, &config, &err), OK);
}
END_TEST

START_TEST(secrets_come_from_files_without_their_line_end)
{
    char variable[256];
    char *environment[] = {variable, NULL};

    write_text(secret_file, "host=db password='p w'\n\n");
    (void)snprintf(variable, sizeof(variable), "RESTAGE_POSTGRES_FILE=%s", secret_file);
    ck_assert_int_eq(config_load(&flags, environment, &config, &err), OK);
    ck_assert_str_eq(config->postgres, "host=db password='p w'");
    config_free(config);
    config = NULL;
    (void)snprintf(variable, sizeof(variable), "RESTAGE_KAFKA_SASL_PASSWORD_FILE=%s", secret_file);
    ck_assert_int_eq(config_load(&flags, environment, &config, &err), OK);
    ck_assert_str_eq(config->kafka[0].name, "sasl.password");
    ck_assert_str_eq(config->kafka[0].value, "host=db password='p w'");
}
END_TEST

START_TEST(a_secret_in_two_ways_is_refused)
{
    char plain[] = "RESTAGE_POSTGRES=host=db";
    char variable[256];
    char *environment[] = {plain, variable, NULL};

    write_text(secret_file, "host=db\n");
    (void)snprintf(variable, sizeof(variable), "RESTAGE_POSTGRES_FILE=%s", secret_file);
    ck_assert_int_eq(config_load(&flags, environment, &config, &err), REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "given twice, before at RESTAGE_POSTGRES"));
}
END_TEST

START_TEST(secrets_among_arguments_are_refused_and_never_repeated)
{
    flags.given[0].text = "sasl.password=hunter2";
    flags.given[0].kafka = true;
    flags.given_count = 1;
    ck_assert_int_eq(config_load(&flags, NULL, &config, &err), REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "kafka.sasl.password_FILE"));
    ck_assert_ptr_null(strstr(err.text, "hunter2"));
    flags.given[0].text = "postgres=host=db password=hunter2";
    flags.given[0].kafka = false;
    ck_assert_int_eq(config_load(&flags, NULL, &config, &err), REJECT);
    ck_assert_ptr_null(strstr(err.text, "hunter2"));
    flags.given[0].text = "postgres=host=db";
    ck_assert_int_eq(config_load(&flags, NULL, &config, &err), OK);
}
END_TEST

START_TEST(secrets_are_not_shown)
{
    struct config_shown *shown = malloc(sizeof(*shown));

    ck_assert_ptr_nonnull(shown);
    ck_assert_int_eq(load("kafka.sasl.password = hunter2\nkafka.ssl.key.pem = hunter2\n"
                          "postgres = password=hunter2\nkafka.sasl.username = u\n",
                          NULL),
                     OK);
    for (size_t i = 0; i < config_shown_count(config); i++) {
        config_show(config, i, shown);
        ck_assert_ptr_null(strstr(shown->value, "hunter2"));
        if (strcmp(shown->key, "kafka.sasl.username") == 0)
            ck_assert_str_eq(shown->value, "u");
    }
    free(shown);
}
END_TEST

START_TEST(flags_are_taken_out_of_the_arguments)
{
    char words[][16] = {"run", "-c", "f", "keep", "-X", "a=b", "--set", "c=d", "--", "-c"};
    char *argv[11] = {NULL};
    int argc = 10;

    for (int i = 0; i < argc; i++)
        argv[i] = words[i];
    ck_assert_int_eq(config_flags_take(&argc, argv, &flags, &err), OK);
    ck_assert_int_eq(argc, 4);
    ck_assert_str_eq(argv[0], "run");
    ck_assert_str_eq(argv[1], "keep");
    ck_assert_str_eq(argv[2], "--");
    ck_assert_str_eq(argv[3], "-c");
    ck_assert_ptr_null(argv[4]);
    ck_assert_str_eq(flags.file, "f");
    ck_assert_uint_eq(flags.given_count, 2);
    ck_assert_str_eq(flags.given[0].text, "a=b");
    ck_assert(flags.given[0].kafka);
    ck_assert(!flags.given[1].kafka);
}
END_TEST

START_TEST(a_flag_without_its_argument_is_refused)
{
    char run[] = "run";
    char flag[3] = {'-', "cX"[_i], '\0'};
    char *argv[] = {run, flag, NULL};
    int argc = 2;

    ck_assert_int_eq(config_flags_take(&argc, argv, &flags, &err), REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "needs"));
}
END_TEST

START_TEST(the_file_has_a_limit)
{
    size_t size = CONFIG_FILE_SIZE_MAX + 1;
    char *text = malloc(size + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, '#', size);
    text[size] = '\0';
    ck_assert_int_eq(load(text, NULL), REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "longer than 1048576 bytes"));
    text[size - 1] = '\0';
    ck_assert_int_eq(load(text, NULL), OK);
    free(text);
}
END_TEST

/* Every line of the sample, its comment sign taken away, is what the default says. */
START_TEST(the_sample_states_the_defaults)
{
    char sample[16384];
    struct text_builder b = text_builder_over(sample, sizeof(sample));
    struct config_shown *before = malloc(sizeof(*before));
    struct config_shown *after = malloc(sizeof(*after));
    const struct config *plain = NULL;

    ck_assert(before != NULL && after != NULL);
    config_sample(&b);
    ck_assert(!b.cut);
    for (char *at = sample; *at != '\0'; at++)
        if ((at == sample || at[-1] == '\n') && at[0] == '#' && at[1] != ' ')
            at[0] = ' ';
    ck_assert_int_eq(load(sample, NULL), OK);
    flags.file = "";
    ck_assert_int_eq(config_load(&flags, NULL, &plain, &err), OK);
    ck_assert_uint_eq(config_shown_count(config), config_shown_count(plain));
    for (size_t i = 0; i < config_shown_count(plain); i++) {
        config_show(plain, i, before);
        config_show(config, i, after);
        ck_assert_str_eq(before->value, after->value);
        ck_assert_int_eq(after->origin.place, CONFIG_FILE);
    }
    config_free(plain);
    free(before);
    free(after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = tcase_create("config");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, defaults_are_those_of_the_table);
    tcase_add_test(tcase, each_place_goes_over_the_one_before);
    tcase_add_test(tcase, kafka_properties_are_handed_on);
    tcase_add_loop_test(tcase, what_is_wrong_is_named_with_its_place, 0,
                        sizeof(refused) / sizeof(refused[0]));
    tcase_add_loop_test(tcase, variables_that_are_wrong_are_named, 0,
                        sizeof(refused_variables) / sizeof(refused_variables[0]));
    tcase_add_test(tcase, variables_of_others_are_left_alone);
    tcase_add_test(tcase, secrets_come_from_files_without_their_line_end);
    tcase_add_test(tcase, a_secret_in_two_ways_is_refused);
    tcase_add_test(tcase, secrets_among_arguments_are_refused_and_never_repeated);
    tcase_add_test(tcase, secrets_are_not_shown);
    tcase_add_test(tcase, flags_are_taken_out_of_the_arguments);
    tcase_add_loop_test(tcase, a_flag_without_its_argument_is_refused, 0, 2);
    tcase_add_test(tcase, the_file_has_a_limit);
    tcase_add_test(tcase, the_sample_states_the_defaults);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
