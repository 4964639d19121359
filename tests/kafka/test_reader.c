#include "fixture_cluster.h"
#include "kafka/reader.h"

#include <check.h>
#include <string.h>

#define TOPIC "restage.recommendations"

static struct cluster cluster;
static struct reader *reader;
static struct arena *arena;
static struct err err;
static enum reader_event_kind kind;
static struct reader_record record;

static void setup(void)
{
    cluster_start(&cluster);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster.mock, TOPIC, 2, 1),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    memset(&err, 0, sizeof(err));
    arena = arena_new(1 << 20);
    reader = NULL;
}

static void teardown(void)
{
    reader_free(reader);
    arena_free(arena);
    cluster_stop(&cluster);
}

static void begin(bool from_beginning)
{
    const struct reader_settings settings = {.properties = cluster.properties,
                                             .property_count = 1,
                                             .client_id = "test",
                                             .topic = TOPIC,
                                             .from_beginning = from_beginning,
                                             .timeout_ms = 5000};

    ck_assert_msg(reader_new(&settings, &reader, &err) == OK, "%s", err.text);
}

/* The next thing that is not nothing. */
static enum reader_event_kind next(void)
{
    for (int i = 0; i < 100; i++) {
        ck_assert_msg(reader_poll(reader, 100, arena, &kind, &record, &err) == OK, "%s", err.text);
        if (kind != READER_NOTHING)
            return kind;
    }
    return READER_NOTHING;
}

START_TEST(all_partitions_are_read_then_their_end_is_told_once)
{
    struct bytes header;

    cluster_put(&cluster, TOPIC, 0, "a", "ce_id", "7", 1);
    cluster_put(&cluster, TOPIC, 1, "b", NULL, NULL, 0);
    begin(/* from_beginning= */ true);
    ck_assert_int_eq(next(), READER_RECORD);
    ck_assert_uint_eq(record.value.size, 1);
    ck_assert_mem_eq(record.key.at, "k", 1);
    if (record.partition == 0) {
        ck_assert(reader_header(reader, "ce_id", &header));
        ck_assert_mem_eq(header.at, "7", 1);
        ck_assert(!reader_header(reader, "other", &header));
    }
    ck_assert_int_eq(next(), READER_RECORD);
    ck_assert_int_eq(next(), READER_END);
    ck_assert(!reader_header(reader, "ce_id", &header));
    cluster_put(&cluster, TOPIC, 1, "c", NULL, NULL, 0);
    ck_assert_int_eq(next(), READER_RECORD);
    ck_assert_int_eq(record.offset, 1);
}
END_TEST

START_TEST(from_now_on_skips_what_is_there)
{
    cluster_put(&cluster, TOPIC, 0, "old", NULL, NULL, 0);
    begin(/* from_beginning= */ false);
    cluster_put(&cluster, TOPIC, 0, "new", NULL, NULL, 0);
    while (next() != READER_RECORD)
        ck_assert_int_eq(kind, READER_END);
    ck_assert_mem_eq(record.value.at, "new", 3);
}
END_TEST

START_TEST(a_record_that_does_not_fit_comes_again)
{
    struct arena *none = arena_new(1);
    enum status status = OK;

    cluster_put(&cluster, TOPIC, 0, "value", NULL, NULL, 0);
    begin(/* from_beginning= */ true);
    for (int i = 0; i < 100 && status == OK; i++)
        status = reader_poll(reader, 100, none, &kind, &record, &err);
    ck_assert_int_eq(status, RETRY);
    ck_assert_int_eq(next(), READER_RECORD);
    ck_assert_mem_eq(record.value.at, "value", 5);
    arena_free(none);
}
END_TEST

START_TEST(nobody_there_is_told)
{
    const struct kafka_property nowhere = {"bootstrap.servers", "127.0.0.1:1"};
    const struct reader_settings settings = {.properties = &nowhere,
                                             .property_count = 1,
                                             .client_id = "test",
                                             .topic = TOPIC,
                                             .timeout_ms = 300};

    ck_assert_int_eq(reader_new(&settings, &reader, &err), RETRY);
    ck_assert_ptr_null(reader);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader");
    TCase *tcase = tcase_create("reader");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, all_partitions_are_read_then_their_end_is_told_once);
    tcase_add_test(tcase, from_now_on_skips_what_is_there);
    tcase_add_test(tcase, a_record_that_does_not_fit_comes_again);
    tcase_add_test(tcase, nobody_there_is_told);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
