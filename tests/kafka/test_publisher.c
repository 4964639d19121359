#include "fixture_cluster.h"
#include "kafka/publisher.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct cluster cluster;
static struct publisher *publisher;
static struct err err;

static void setup(void)
{
    struct publisher_settings settings = {.client_id = "test", .delivery_timeout_ms = 3000};

    cluster_start(&cluster);
    settings.properties = cluster.properties;
    settings.property_count = 1;
    memset(&err, 0, sizeof(err));
    ck_assert_int_eq(publisher_new(&settings, &publisher, &err), OK);
}

static void teardown(void)
{
    publisher_free(publisher);
    publisher_free(NULL);
    cluster_stop(&cluster);
}

static enum status send_bytes(const char *topic, size_t size)
{
    char *value = calloc(1, size);
    struct sink_record record = {.topic = topic, .key = {"k", 1}};
    enum status status;

    ck_assert_ptr_nonnull(value);
    record.value.at = value;
    record.value.size = size;
    status = publisher_send(publisher, &record, &err);
    free(value);
    return status;
}

START_TEST(records_reach_the_log)
{
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(send_bytes("restage.imaging", 10), OK);
    ck_assert_int_eq(publisher_flush(publisher, &err), OK);
    ck_assert_int_eq(publisher_sent(publisher), 100);
    ck_assert_int_eq(publisher_flush(publisher, &err), OK);
}
END_TEST

START_TEST(too_large_is_the_record_s_own_fault)
{
    ck_assert_int_eq(send_bytes("restage.imaging", 1000001), REJECT);
    ck_assert_int_eq(publisher_flush(publisher, &err), OK);
}
END_TEST

static const struct {
    rd_kafka_resp_err_t error;
    enum status status;
} refusals[] = {
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FATAL},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, REJECT},
    {RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, RETRY},
};

START_TEST(what_the_broker_refuses_is_told_once)
{
    cluster_fail(&cluster, REQUEST_PRODUCE, 1, refusals[_i].error);
    ck_assert_int_eq(send_bytes("restage.imaging", 10), OK);
    ck_assert_int_eq(publisher_flush(publisher, &err), refusals[_i].status);
    ck_assert_int_eq(err.status, refusals[_i].status);
    ck_assert_ptr_nonnull(strstr(err.text, "restage.imaging"));
    ck_assert_int_eq(publisher_sent(publisher), 0);
    ck_assert_int_eq(publisher_flush(publisher, &err), OK);
}
END_TEST

START_TEST(nobody_there_ends_with_the_time_given)
{
    ck_assert_int_eq(rd_kafka_mock_broker_set_down(cluster.mock, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_int_eq(send_bytes("restage.imaging", 10), OK);
    ck_assert_int_eq(publisher_flush(publisher, &err), RETRY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publisher");
    TCase *tcase = tcase_create("publisher");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, records_reach_the_log);
    tcase_add_test(tcase, too_large_is_the_record_s_own_fault);
    tcase_add_loop_test(tcase, what_the_broker_refuses_is_told_once, 0,
                        sizeof(refusals) / sizeof(refusals[0]));
    tcase_add_test(tcase, nobody_there_ends_with_the_time_given);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
