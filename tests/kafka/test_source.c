#include "fixture_cluster.h"
#include "kafka/source.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* The mock cluster rebalances slowly and knows no transactions: what is claimed about membership
   and committed offsets is tested on a real broker. */

static const char *const topics[] = {"restage.pathology", "restage.imaging"};
static struct cluster cluster;
static struct source *source;
static struct arena *arena;
static struct err err;
static struct source_event event;

static void setup(void)
{
    struct source_settings settings = {.topics = topics,
                                       .topic_count = 2,
                                       .group_id = "restage",
                                       .client_id = "test",
                                       .group_instance_id = "",
                                       .session_timeout_ms = 6000};

    cluster_start(&cluster);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(rd_kafka_mock_topic_create(cluster.mock, topics[i], 2, 1),
                         RD_KAFKA_RESP_ERR_NO_ERROR);
    settings.properties = cluster.properties;
    settings.property_count = 1;
    memset(&err, 0, sizeof(err));
    arena = arena_new(1 << 20);
    ck_assert_ptr_nonnull(arena);
    ck_assert_int_eq(source_new(&settings, &source, &err), OK);
}

static void teardown(void)
{
    source_close(source, 5000);
    arena_free(arena);
    cluster_stop(&cluster);
}

/* Poll until something of ${kind} comes; everything else must be nothing or trouble or an end. */
static void wait_for(enum source_event_kind kind)
{
    for (int i = 0; i < 200; i++) {
        ck_assert_msg(source_poll(source, 100, arena, &event, &err) == OK, "%s", err.text);
        if (event.kind == kind)
            return;
        ck_assert_int_ne(event.kind, SOURCE_RECORD);
    }
    ck_abort_msg("never came: %d", (int)kind);
}

static void join(void)
{
    ck_assert_int_eq(source_subscribe(source, &err), OK);
    wait_for(SOURCE_ASSIGNED);
}

static void fetch(size_t topic, int32_t partition, int64_t offset)
{
    const struct source_position position = {{topic, partition}, offset};

    ck_assert_int_eq(source_fetch(source, &position, 1, &err), OK);
}

START_TEST(an_assignment_comes_in_order_and_fetches_nothing)
{
    const struct source_partition *assigned;

    cluster_put(&cluster, topics[0], 0, "a", NULL, NULL, 0);
    ck_assert_uint_eq(source_assignment(source, &assigned), 0);
    ck_assert_ptr_null(source_membership(source));
    join();
    ck_assert_uint_eq(source_assignment(source, &assigned), 4);
    /* By name: imaging, the second of the settings, comes first. */
    ck_assert(assigned[0].topic == 1 && assigned[0].partition == 0);
    ck_assert(assigned[1].topic == 1 && assigned[1].partition == 1);
    ck_assert(assigned[2].topic == 0 && assigned[2].partition == 0);
    ck_assert(assigned[3].topic == 0 && assigned[3].partition == 1);
    ck_assert_ptr_nonnull(source_membership(source));
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(source_poll(source, 100, arena, &event, &err), OK);
        ck_assert_int_eq(event.kind, SOURCE_NOTHING);
    }
}
END_TEST

/* Joining takes seconds with the mock cluster, so these share one assignment; each reads a
   partition of its own, or from where it wrote. */
static int64_t end_of(size_t topic, int32_t partition)
{
    const struct source_partition where = {topic, partition};
    int64_t low;
    int64_t high;

    ck_assert_int_eq(source_log_range(source, where, 5000, &low, &high, &err), OK);
    return high;
}

static void records_come_from_the_offset_that_was_asked_for(void)
{
    for (int i = 0; i < 3; i++)
        cluster_put(&cluster, topics[0], 1, &"012"[i], NULL, NULL, 0);
    fetch(0, 1, 1);
    wait_for(SOURCE_RECORD);
    ck_assert_int_eq(event.record.offset, 1);
    ck_assert_uint_eq(event.record.partition.topic, 0);
    ck_assert_int_eq(event.record.partition.partition, 1);
    ck_assert_mem_eq(event.record.value.at, "12", 2);
    ck_assert_mem_eq(event.record.key.at, "k", 1);
    ck_assert_int_gt(event.record.timestamp_ms, 0);
    ck_assert_ptr_null(event.record.traceparent);
    wait_for(SOURCE_RECORD);
    ck_assert_int_eq(event.record.offset, 2);
    wait_for(SOURCE_END);
    ck_assert_int_eq(event.offset, 3);
    ck_assert_int_eq(source_known_end(source, event.partition), 3);
}

/* What was read ahead for an earlier fetch is never seen after a new one. */
static void nothing_of_an_earlier_fetch_surfaces(void)
{
    for (int i = 0; i < 50; i++)
        cluster_put(&cluster, topics[0], 0, "x", NULL, NULL, 0);
    for (int64_t offset = 40; offset > 30; offset--) {
        fetch(0, 0, offset);
        wait_for(SOURCE_RECORD);
        ck_assert_int_eq(event.record.offset, offset);
    }
    ck_assert_int_eq(source_fetch(source, NULL, 0, &err), OK);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(source_poll(source, 50, arena, &event, &err), OK);
        ck_assert_int_eq(event.kind, SOURCE_NOTHING);
    }
}

static void a_record_that_does_not_fit_comes_again(void)
{
    struct arena *small = arena_new(64);
    char text[200];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fetch(1, 0, end_of(1, 0));
    cluster_put(&cluster, topics[1], 0, text, NULL, NULL, 0);
    for (int i = 0; i < 100; i++) {
        if (source_poll(source, 100, small, &event, &err) == RETRY)
            break;
        ck_assert_int_ne(event.kind, SOURCE_RECORD);
    }
    ck_assert_int_eq(source_poll(source, 100, small, &event, &err), RETRY);
    ck_assert_int_eq(source_poll(source, 100, arena, &event, &err), OK);
    ck_assert_int_eq(event.kind, SOURCE_RECORD);
    ck_assert_uint_eq(event.record.value.size, sizeof(text) - 1);
    arena_free(small);
}

/* A header of a record, and what the delivery is told of it. */
static const struct {
    const char *name;
    const char *value;
    size_t size;
    bool told;
} headers[] = {
    {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", 55, true},
    {"traceparent", "", 0, true},
    {"traceparent", "a\0b", 3, false},
    {"traceparent", "a\nb", 3, false},
    {"traceparent", "\xff\xfe", 2, false},
    {"traceparent", "\xc0\x80", 2, false},
    {"traceparent", NULL, 0, false},
    {"something", "else", 4, false},
};

static void hostile_headers_read_as_absent(void)
{
    fetch(1, 0, end_of(1, 0));
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        cluster_put(&cluster, topics[1], 0, "x", headers[i].name, headers[i].value,
                    headers[i].size);
        wait_for(SOURCE_RECORD);
        if (headers[i].told)
            ck_assert_str_eq(event.record.traceparent, headers[i].value);
        else
            ck_assert_ptr_null(event.record.traceparent);
    }
}

static void a_long_header_reads_as_absent(void)
{
    char value[SOURCE_HEADER_SIZE_MAX + 1];

    memset(value, 'x', sizeof(value));
    fetch(1, 0, end_of(1, 0));
    cluster_put(&cluster, topics[1], 0, "x", "tracestate", value, sizeof(value));
    cluster_put(&cluster, topics[1], 0, "x", "tracestate", value, sizeof(value) - 1);
    wait_for(SOURCE_RECORD);
    ck_assert_ptr_null(event.record.tracestate);
    wait_for(SOURCE_RECORD);
    ck_assert_uint_eq(strlen(event.record.tracestate), SOURCE_HEADER_SIZE_MAX);
}

static void a_position_outside_the_log_is_told(void)
{
    cluster_put(&cluster, topics[0], 0, "x", NULL, NULL, 0);
    fetch(0, 0, 777);
    wait_for(SOURCE_OUT_OF_RANGE);
    ck_assert_uint_eq(event.partition.topic, 0);
    ck_assert_int_eq(event.partition.partition, 0);
}

START_TEST(reading)
{
    join();
    records_come_from_the_offset_that_was_asked_for();
    nothing_of_an_earlier_fetch_surfaces();
    a_record_that_does_not_fit_comes_again();
    hostile_headers_read_as_absent();
    a_long_header_reads_as_absent();
    a_position_outside_the_log_is_told();
}
END_TEST

START_TEST(the_range_of_a_log_and_the_cluster_are_asked_for)
{
    const char *id = NULL;
    int64_t low = -1;
    int64_t high = -1;

    cluster_put(&cluster, topics[1], 1, "x", NULL, NULL, 0);
    ck_assert_int_eq(
        source_log_range(source, (struct source_partition){1, 1}, 5000, &low, &high, &err), OK);
    ck_assert_int_eq(low, 0);
    ck_assert_int_eq(high, 1);
    ck_assert_int_eq(source_cluster_id(source, 5000, &id, &err), OK);
    ck_assert_ptr_nonnull(strstr(id, "mockCluster"));
}
END_TEST

/* Whatever goes wrong, "no offset" is said only when the broker said so. */
static const rd_kafka_resp_err_t troubles[] = {
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
};

START_TEST(committed_offsets_are_never_guessed)
{
    const struct source_partition where[] = {{0, 0}, {1, 1}};
    struct source_committed committed[2];

    memset(committed, 0x5a, sizeof(committed));
    cluster_fail(&cluster, REQUEST_OFFSET_FETCH, 5, troubles[_i]);
    ck_assert_int_eq(source_committed(source, where, 2, 3000, committed, &err), RETRY);
    ck_assert_int_eq(((unsigned char *)committed)[0], 0x5a);
    rd_kafka_mock_clear_request_errors(cluster.mock, REQUEST_OFFSET_FETCH);
    ck_assert_msg(source_committed(source, where, 2, 5000, committed, &err) == OK, "%s", err.text);
    ck_assert(!committed[0].known);
    ck_assert(!committed[1].known);
    ck_assert_str_eq(committed[0].metadata, "");
}
END_TEST

START_TEST(committed_offsets_that_time_out_are_not_known)
{
    const struct source_partition where[] = {{0, 0}};
    struct source_committed committed[1];

    (void)rd_kafka_mock_broker_set_rtt(cluster.mock, 1, 1000);
    ck_assert_int_eq(source_committed(source, where, 1, 200, committed, &err), RETRY);
    (void)rd_kafka_mock_broker_set_rtt(cluster.mock, 1, 0);
}
END_TEST

/* Another member, or our own second self, took our group.instance.id. */
START_TEST(a_replaced_member_joins_again_with_a_new_consumer)
{
    const struct source_partition *assigned;
    enum status status = OK;

    join();
    fetch(0, 0, 0);
    cluster_fail(&cluster, REQUEST_HEARTBEAT, 1, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
    for (int i = 0; i < 100 && status == OK; i++)
        status = source_poll(source, 100, arena, &event, &err);
    ck_assert_int_eq(status, FATAL);
    ck_assert(source_is_replaced(source));
    ck_assert_int_eq(source_poll(source, 100, arena, &event, &err), FATAL);
    ck_assert_int_eq(source_recreate(source, 5000, &err), OK);
    ck_assert(!source_is_replaced(source));
    ck_assert_uint_eq(source_assignment(source, &assigned), 0);
    ck_assert_ptr_null(source_membership(source));
    join();
    cluster_put(&cluster, topics[0], 0, "x", NULL, NULL, 0);
    fetch(0, 0, 0);
    wait_for(SOURCE_RECORD);
}
END_TEST

START_TEST(partitions_are_counted)
{
    int32_t count = -1;

    ck_assert_int_eq(source_partition_count(source, topics[1], 5000, &count, &err), OK);
    ck_assert_int_eq(count, 2);
    ck_assert_int_eq(rd_kafka_mock_broker_set_down(cluster.mock, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    count = 7;
    ck_assert_int_eq(source_partition_count(source, topics[1], 300, &count, &err), RETRY);
    ck_assert_int_eq(count, 7);
}
END_TEST

START_TEST(closing_has_a_deadline)
{
    join();
    ck_assert_int_eq(rd_kafka_mock_broker_set_down(cluster.mock, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    /* The teardown closes: without the deadline it could wait for the broker for ever. */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tcase = tcase_create("source");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 40);
    tcase_add_test(tcase, an_assignment_comes_in_order_and_fetches_nothing);
    tcase_add_test(tcase, reading);
    tcase_add_test(tcase, the_range_of_a_log_and_the_cluster_are_asked_for);
    tcase_add_loop_test(tcase, committed_offsets_are_never_guessed, 0,
                        sizeof(troubles) / sizeof(troubles[0]));
    tcase_add_test(tcase, committed_offsets_that_time_out_are_not_known);
    tcase_add_test(tcase, a_replaced_member_joins_again_with_a_new_consumer);
    tcase_add_test(tcase, partitions_are_counted);
    tcase_add_test(tcase, closing_has_a_deadline);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
