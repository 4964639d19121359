/* What can be seen of a worker from outside: asked as an operator's tools ask. */
#include "worker/gauges.h"

#include "base/log.h"
#include "guidance/policy.h"
#include "worker/delivery.h"
#include "worker/delivery_state.h"
#include "worker/lane.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_SIZE_MAX 65536

static const char *const topics[] = {"restage.pathology", "restage.imaging"};
static struct policy policy;
static struct worker_settings settings;
static struct lane lanes[2];
static atomic_bool stop;
static struct gauges *gauges;
static struct delivery delivery;
static struct delivery_partition items[2];

static void setup(void)
{
    static const struct kafka_property nowhere = {"bootstrap.servers", "127.0.0.1:1"};
    const struct source_settings source = {.properties = &nowhere,
                                           .property_count = 1,
                                           .topics = topics,
                                           .topic_count = 2,
                                           .group_id = "test",
                                           .client_id = "test",
                                           .group_instance_id = "",
                                           .session_timeout_ms = 6000};
    struct err err;

    policy = policy_default();
    memset(policy.rulebook_hash, 'a', sizeof(policy.rulebook_hash) - 1);
    settings = (struct worker_settings){.instance = "test",
                                        .lanes = 2,
                                        .topics = topics,
                                        .topic_count = 2,
                                        .postgres = "host=/nowhere",
                                        .policy = &policy,
                                        .http_listen = "127.0.0.1:0"};
    memset(lanes, 0, sizeof(lanes));
    atomic_store(&stop, false);
    ck_assert_int_eq(gauges_new(&settings, lanes, &stop, &gauges, &err), OK);
    memset(&delivery, 0, sizeof(delivery));
    ck_assert_int_eq(source_new(&source, &delivery.source, &err), OK);
    items[0] = (struct delivery_partition){.where = {0, 3}, .row = RECOVERY_USUAL};
    items[1] = (struct delivery_partition){.where = {1, 3}, .row = RECOVERY_USUAL};
    delivery.partitions = (struct partitions){.items = items, .count = 2};
}

static void teardown(void)
{
    atomic_store(&stop, true);
    gauges_free(gauges);
    source_close(delivery.source, 1000);
}

static const char *get(const char *path)
{
    static char reply[REPLY_SIZE_MAX];
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(gauges_port(gauges)),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    char request[128];
    size_t used = 0;
    ssize_t got;
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(send(fd, request, (size_t)size, MSG_NOSIGNAL), size);
    while ((got = recv(fd, reply + used, sizeof(reply) - 1 - used, 0)) > 0)
        used += (size_t)got;
    (void)close(fd);
    reply[used] = '\0';
    return reply;
}

static void shows(const char *path, const char *line, bool expected)
{
    const char *reply = get(path);

    ck_assert_msg((strstr(reply, line) != NULL) == expected, "%s%s: %s", expected ? "" : "not ",
                  line, reply);
}

static void take(const struct report *report)
{
    gauges_take(gauges, 0, report, &delivery);
}

START_TEST(test_counts)
{
    struct report r = {.consumed = {3, 4},
                       .consumed_bytes = {30, 40},
                       .applied = 1,
                       .older = 2,
                       .duplicates = 3,
                       .published = {4, 5, 6},
                       .dead_letters_published = 7,
                       .batches = 1,
                       .batch_records = 7,
                       .duration_us = {10, 20, 30, 40, 50},
                       .misses = 8};

    r.dead_lettered[ERROR_EMPTY] = 2;
    r.dead_lettered[ERROR_WORKER_CRASH] = 1;
    take(&r);
    take(&r);
    shows("/metrics", "_messages_consumed_total{topic=\"restage.imaging\"} 8\n", true);
    shows("/metrics", "_consumed_bytes_total{topic=\"restage.pathology\"} 60\n", true);
    shows("/metrics", "_processed_total{outcome=\"applied\"} 2\n", true);
    shows("/metrics", "_processed_total{outcome=\"older\"} 4\n", true);
    shows("/metrics", "_processed_total{outcome=\"duplicate\"} 6\n", true);
    shows("/metrics", "_processed_total{outcome=\"dead_lettered\"} 6\n", true);
    shows("/metrics", "restage_dead_letters_total{code=\"empty\"} 4\n", true);
    shows("/metrics", "restage_dead_letters_total{code=\"worker_crash\"} 2\n", true);
    shows("/metrics", "restage_dead_letters_total{code=\"undecodable\"} 0\n", true);
    shows("/metrics", "code=\"none\"", false);
    shows("/metrics", "_published_total{change=\"initial\"} 8\n", true);
    shows("/metrics", "_published_total{change=\"changed\"} 10\n", true);
    shows("/metrics", "_published_total{change=\"unchanged\"} 12\n", true);
    shows("/metrics", "restage_batch_records_count 2\n", true);
    shows("/metrics", "_duration_seconds_sum{step=\"decode\"} 0.00002\n", true);
    shows("/metrics", "_duration_seconds_sum{step=\"publish\"} 0.0001\n", true);
    shows("/metrics", "restage_position_misses_total 16\n", true);
}
END_TEST

/* A step without a batch took no time of a batch. */
START_TEST(test_an_idle_step)
{
    take(&(struct report){.batches = 0});
    shows("/metrics", "restage_batch_records_count 0\n", true);
    shows("/metrics", "_duration_seconds_count{step=\"claim\"} 0\n", true);
}
END_TEST

START_TEST(test_partitions)
{
    static const char waiting[] =
        "restage_oldest_unprocessed_result_timestamp_seconds{topic=\"restage.imaging\","
        "partition=\"3\"} 1780272000.5\n";
    const struct report nothing = {.batches = 0};

    items[1].waiting_ms = INT64_C(1780272000500);
    take(&nothing);
    shows("/metrics", waiting, true);
    shows("/metrics", "restage_partitions_refused 0\n", true);
    items[1].row = RECOVERY_REFUSED_GAP;
    take(&nothing);
    shows("/metrics", "restage_partitions_refused 1\n", true);
    shows("/readyz", "\"partitions:refused\":[{\"status\":\"fail\",\"observedValue\":1", true);
    /* Another lane has it now. */
    delivery.partitions.count = 1;
    take(&nothing);
    shows("/metrics", waiting, false);
    shows("/metrics", "restage_partitions_refused 0\n", true);
}
END_TEST

START_TEST(test_lanes_and_health)
{
    shows("/metrics", "restage_lanes{state=\"starting\"} 2\n", true);
    shows("/readyz", "HTTP/1.1 503 ", true);
    shows("/livez", "HTTP/1.1 200 ", true);
    for (size_t i = 0; i < 2; i++) {
        atomic_store(&lanes[i].state, LANE_RUNNING);
        atomic_store(&lanes[i].has_run, true);
    }
    gauges_look(gauges);
    shows("/metrics", "restage_lanes{state=\"running\"} 2\n", true);
    shows("/metrics", "restage_lanes{state=\"starting\"} 0\n", true);
    shows("/readyz", "HTTP/1.1 200 ", true);
    atomic_store(&lanes[0].last_step_ms, 1);
    shows("/livez", "HTTP/1.1 503 ", true);
    atomic_store(&stop, true);
    shows("/readyz", "HTTP/1.1 503 ", true);
}
END_TEST

START_TEST(test_nobody_can_ask)
{
    struct gauges *none = gauges;
    struct err err;

    settings.http_listen = "";
    ck_assert_int_eq(gauges_new(&settings, lanes, &stop, &none, &err), OK);
    ck_assert_ptr_null(none);
    gauges_take(none, 0, &(struct report){.batches = 1}, &delivery);
    gauges_look(none);
    ck_assert(gauges_ended(none));
    ck_assert_uint_eq(gauges_port(none), 0);
    gauges_free(none);
}
END_TEST

START_TEST(test_address_is_taken)
{
    struct gauges *other = NULL;
    struct err err;
    char address[32];

    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)gauges_port(gauges));
    settings.http_listen = address;
    ck_assert_int_eq(gauges_new(&settings, lanes, &stop, &other, &err), FATAL);
    ck_assert_ptr_null(other);
    ck_assert_ptr_nonnull(strstr(err.text, "it is taken"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gauges");
    TCase *tc = tcase_create("asked");
    SRunner *runner;
    int failures;

    log_open(LOG_ERROR, LOG_LOGFMT);
    tcase_set_timeout(tc, 30);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_counts);
    tcase_add_test(tc, test_an_idle_step);
    tcase_add_test(tc, test_partitions);
    tcase_add_test(tc, test_lanes_and_health);
    tcase_add_test(tc, test_nobody_can_ask);
    tcase_add_test(tc, test_address_is_taken);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
