#include "kafka/kafka_conf.h"
#include "kafka/kafka_properties.h"

#include <check.h>
#include <string.h>

static const struct kafka_property good[] = {
    {"bootstrap.servers", "a:9092,b:9092"}, {"compression.type", "lz4"}, {"linger.ms", "0"},
    {"security.protocol", "ssl"},           {"client.rack", "r1"},
};

START_TEST(what_librdkafka_knows_is_accepted)
{
    struct err err;

    ck_assert_int_eq(kafka_property_check(&good[_i], &err), OK);
}
END_TEST

static const struct {
    struct kafka_property property;
    const char *says;
} bad[] = {
    {{"enable.auto.commit", "false"}, "the delivery protocol sets it itself"},
    {{"enable.auto.offset.store", "false"}, "the delivery protocol"},
    {{"auto.offset.reset", "earliest"}, "the delivery protocol"},
    {{"isolation.level", "read_uncommitted"}, "the delivery protocol"},
    {{"enable.partition.eof", "false"}, "the delivery protocol"},
    {{"partition.assignment.strategy", "roundrobin"}, "the delivery protocol"},
    {{"session.timeout.ms", "1"}, "the delivery protocol"},
    {{"transactional.id", "x"}, "the delivery protocol"},
    {{"group.id", "x"}, "the delivery protocol"},
    {{"acks", "1"}, "the delivery protocol"},
    {{"request.required.acks", "1"}, "the delivery protocol"},
    {{"partitioner", "random"}, "the delivery protocol"},
    {{"lingr.ms", "5"}, "did you mean \"kafka.linger.ms\"?"},
    {{"wholly.unheard.of", "5"}, "has no such property"},
    {{"linger.ms", "x"}, "kafka.linger.ms: Invalid value"},
    {{"linger.ms", "99999999"}, "outside allowed range"},
    {{"security.protocol", "telepathy"}, "kafka.security.protocol"},
};

START_TEST(what_it_does_not_know_or_we_own_is_refused)
{
    struct err err;

    ck_assert_int_eq(kafka_property_check(&bad[_i].property, &err), REJECT);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_secret_is_never_repeated)
{
    const struct kafka_property property = {"ssl.key.pem", "hunter2"};
    struct err err = {.text = ""};

    ck_assert(kafka_property_check(&property, &err) != FATAL);
    ck_assert_ptr_null(strstr(err.text, "hunter2"));
}
END_TEST

static void expect(const rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[128];
    size_t size = sizeof(text);

    ck_assert_int_eq(rd_kafka_conf_get(conf, name, text, &size), RD_KAFKA_CONF_OK);
    ck_assert_str_eq(text, value);
}

START_TEST(ours_go_over_the_operator_s_over_the_defaults)
{
    const struct kafka_property properties[] = {{"linger.ms", "7"}, {"client.id", "operator"}};
    const struct kafka_owned owned[] = {{"client.id", "restage"}};
    rd_kafka_conf_t *conf;
    struct err err;

    ck_assert_int_eq(kafka_conf_new(properties, 2, owned, 1, &conf, &err), OK);
    expect(conf, "client.id", "restage");
    expect(conf, "linger.ms", "7");
    expect(conf, "socket.nagle.disable", "true");
    rd_kafka_conf_destroy(conf);
    ck_assert_int_eq(kafka_conf_new(NULL, 0, owned, 1, &conf, &err), OK);
    expect(conf, "linger.ms", "100");
    rd_kafka_conf_destroy(conf);
}
END_TEST

START_TEST(a_bad_property_makes_no_configuration)
{
    const struct kafka_property properties[] = {{"linger.ms", "x"}};
    rd_kafka_conf_t *conf = NULL;
    struct err err;

    ck_assert_int_eq(kafka_conf_new(properties, 1, NULL, 0, &conf, &err), FATAL);
    ck_assert_ptr_null(conf);
    ck_assert_int_eq(err.status, FATAL);
}
END_TEST

START_TEST(numbers_and_version_are_texts)
{
    char text[KAFKA_NUMBER_SIZE];

    ck_assert_str_eq(kafka_conf_number(0, text), "0");
    ck_assert_str_eq(kafka_conf_number(15000, text), "15000");
    ck_assert_str_eq(kafka_conf_number(INT64_MAX, text), "9223372036854775807");
    ck_assert_uint_ge(strlen(kafka_library_version()), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka_conf");
    TCase *tcase = tcase_create("kafka_conf");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, what_librdkafka_knows_is_accepted, 0,
                        sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tcase, what_it_does_not_know_or_we_own_is_refused, 0,
                        sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, a_secret_is_never_repeated);
    tcase_add_test(tcase, ours_go_over_the_operator_s_over_the_defaults);
    tcase_add_test(tcase, a_bad_property_makes_no_configuration);
    tcase_add_test(tcase, numbers_and_version_are_texts);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
