#include "fixture_cluster.h"
#include "kafka/group_membership.h"
#include "kafka/sink.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every class of error that a broker can answer with, and the decision that the sink makes of it.
   What is claimed about delivery is tested on a real broker; the mock cluster does not fence. */

static struct cluster cluster;
static struct sink *sink;
static struct err err;
static struct group_membership membership;

static void setup(void)
{
    struct sink_settings settings = {
        .transactional_id = "restage.a.0", .client_id = "test", .transaction_timeout_ms = 5000};

    cluster_start(&cluster);
    settings.properties = cluster.properties;
    settings.property_count = 1;
    memset(&err, 0, sizeof(err));
    membership.metadata =
        rd_kafka_consumer_group_metadata_new_with_genid("restage", 1, "member", NULL);
    ck_assert_int_eq(sink_new(&settings, &sink, &err), OK);
}

static void teardown(void)
{
    sink_free(sink);
    rd_kafka_consumer_group_metadata_destroy(membership.metadata);
    cluster_stop(&cluster);
}

static void init(void)
{
    ck_assert_int_eq(sink_init(sink, 10000, &err), SINK_DONE);
}

static enum sink_answer produce(size_t size)
{
    char *value = calloc(1, size + 1);
    const struct sink_header headers[] = {{"ce_id", {"1", 1}}};
    struct sink_record record = {
        .topic = "restage.recommendations", .key = {"k", 1}, .headers = headers, .header_count = 1};
    enum sink_answer answer;

    ck_assert_ptr_nonnull(value);
    record.value.at = value;
    record.value.size = size;
    answer = sink_produce(sink, &record, &err);
    free(value);
    return answer;
}

static enum sink_answer send_offsets(void)
{
    const struct sink_offset offsets[] = {{"restage.imaging", 0, 5}, {"restage.imaging", 1, 7}};

    return sink_send_offsets(sink, offsets, 2, "restage1 x", &membership, &err);
}

static enum sink_answer transaction(void)
{
    enum sink_answer answer = sink_begin(sink, &err);

    if (answer == SINK_DONE)
        answer = produce(100);
    if (answer == SINK_DONE)
        answer = send_offsets();
    return answer == SINK_DONE ? sink_commit(sink, &err) : answer;
}

START_TEST(a_transaction_goes_through_and_again)
{
    init();
    for (int i = 0; i < 5; i++)
        ck_assert_msg(transaction() == SINK_DONE, "%s", err.text);
}
END_TEST

START_TEST(an_aborted_one_is_followed_by_another)
{
    init();
    ck_assert_int_eq(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(produce(10), SINK_DONE);
    ck_assert_int_eq(sink_abort(sink, &err), SINK_DONE);
    ck_assert_int_eq(transaction(), SINK_DONE);
}
END_TEST

/* What the broker answers to a request inside a transaction, and what is to be done. */
static const struct {
    int request;
    rd_kafka_resp_err_t error;
    enum sink_answer answer;
} answers[] = {
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, SINK_FATAL},
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, SINK_FATAL},
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, SINK_RECREATE},
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, SINK_FENCED},
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, SINK_FENCED},
    {REQUEST_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, SINK_STALE},
    {REQUEST_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, SINK_STALE},
    {REQUEST_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, SINK_REPLACED},
    {REQUEST_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, SINK_FATAL},
    {REQUEST_END_TXN, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, SINK_FENCED},
    {REQUEST_END_TXN, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, SINK_RECREATE},
    {REQUEST_END_TXN, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, SINK_RECREATE},
    {REQUEST_PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, SINK_FATAL},
    {REQUEST_PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, SINK_FATAL},
    {REQUEST_PRODUCE, RD_KAFKA_RESP_ERR_INVALID_RECORD, SINK_ABORT},
};

START_TEST(an_error_is_a_decision)
{
    enum sink_answer answer;

    init();
    ck_assert_int_eq(transaction(), SINK_DONE);
    cluster_fail(&cluster, answers[_i].request, 1, answers[_i].error);
    answer = transaction();
    ck_assert_msg(answer == answers[_i].answer, "%s answers %d, not %d: %s",
                  rd_kafka_err2name(answers[_i].error), (int)answer, (int)answers[_i].answer,
                  err.text);
    ck_assert_int_eq(err.status, answer == SINK_FATAL ? FATAL : RETRY);
}
END_TEST

/* Errors that pass: librdkafka tries again by itself. */
static const struct {
    int request;
    rd_kafka_resp_err_t error;
} passing[] = {
    {REQUEST_PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION},
    {REQUEST_ADD_PARTITIONS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS},
    {REQUEST_ADD_OFFSETS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
    {REQUEST_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
};

START_TEST(what_passes_is_not_told)
{
    init();
    cluster_fail(&cluster, passing[_i].request, 2, passing[_i].error);
    ck_assert_msg(transaction() == SINK_DONE, "%s", err.text);
}
END_TEST

START_TEST(an_end_over_a_broken_connection_is_uncertain)
{
    init();
    ck_assert_int_eq(transaction(), SINK_DONE);
    cluster_fail(&cluster, REQUEST_END_TXN, 1, RD_KAFKA_RESP_ERR__TRANSPORT);
    ck_assert_int_eq(transaction(), SINK_RECREATE);
    ck_assert_ptr_nonnull(strstr(err.text, "uncertain"));
}
END_TEST

/* How many messages all partitions of the recommendations hold. */
static int64_t logged(void)
{
    int64_t sum = 0;

    for (int32_t partition = 0; partition < 4; partition++) {
        int64_t low = 0;
        int64_t high = 0;

        if (rd_kafka_query_watermark_offsets(cluster.handle, "restage.recommendations", partition,
                                             &low, &high, 1000) == RD_KAFKA_RESP_ERR_NO_ERROR)
            sum += high;
    }
    return sum;
}

/* Messages wait for company for linger.ms, here a minute, until they are sent. */
START_TEST(what_is_sent_leaves_at_once)
{
    const struct kafka_property patient[] = {cluster.properties[0], {"linger.ms", "60000"}};
    const struct sink_settings settings = {.properties = patient,
                                           .property_count = 2,
                                           .transactional_id = "restage.a.0",
                                           .client_id = "test",
                                           .transaction_timeout_ms = 120000};
    const struct timespec moment = {.tv_nsec = 100000000};

    sink_free(sink);
    ck_assert_int_eq(sink_new(&settings, &sink, &err), OK);
    init();
    ck_assert_int_eq(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(produce(10), SINK_DONE);
    ck_assert_int_eq(produce(10), SINK_DONE);
    (void)nanosleep(&moment, NULL);
    ck_assert_int_eq(logged(), 0);
    for (int i = 0; i < 50 && logged() < 2; i++) {
        sink_send(sink);
        (void)nanosleep(&moment, NULL);
    }
    ck_assert_int_eq(logged(), 2);
    ck_assert_int_eq(sink_commit(sink, &err), SINK_DONE);
}
END_TEST

START_TEST(an_end_that_takes_long_is_uncertain)
{
    init();
    ck_assert_int_eq(transaction(), SINK_DONE);
    ck_assert_int_eq(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(produce(10), SINK_DONE);
    ck_assert_int_eq(send_offsets(), SINK_DONE);
    /* What was produced is in the log before the answers become slow. */
    sink_send(sink);
    for (int i = 0; i < 20; i++) {
        const struct timespec moment = {.tv_nsec = 10000000};

        sink_serve(sink);
        (void)nanosleep(&moment, NULL);
    }
    (void)rd_kafka_mock_broker_set_rtt(cluster.mock, 1, 1300);
    ck_assert_int_eq(sink_commit(sink, &err), SINK_RECREATE);
    (void)rd_kafka_mock_broker_set_rtt(cluster.mock, 1, 0);
}
END_TEST

/* The broker is gone when the end is asked for, and stays away: the lane must not stand still. */
START_TEST(an_end_that_nobody_answers_is_given_up)
{
    enum sink_answer answer;

    init();
    ck_assert_int_eq(transaction(), SINK_DONE);
    ck_assert_int_eq(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(produce(10), SINK_DONE);
    ck_assert_int_eq(send_offsets(), SINK_DONE);
    (void)rd_kafka_mock_broker_set_down(cluster.mock, 1);
    /* What was produced may have failed by then, or only the end itself. */
    answer = _i == 0 ? sink_abort(sink, &err) : sink_commit(sink, &err);
    ck_assert(answer == SINK_RECREATE || (_i == 1 && answer == SINK_ABORT));
    ck_assert_int_ne(sink_abort(sink, &err), SINK_DONE);
    (void)rd_kafka_mock_broker_set_up(cluster.mock, 1);
    ck_assert_int_eq(sink_recreate(sink, &err), OK);
    init();
    ck_assert_msg(transaction() == SINK_DONE, "%s", err.text);
}
END_TEST

START_TEST(a_new_handle_works_after_the_old_one_was_given_up)
{
    init();
    cluster_fail(&cluster, REQUEST_END_TXN, 1, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    ck_assert_int_eq(transaction(), SINK_FENCED);
    ck_assert_int_ne(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(sink_recreate(sink, &err), OK);
    init();
    ck_assert_msg(transaction() == SINK_DONE, "%s", err.text);
}
END_TEST

START_TEST(a_record_beyond_the_limit_is_fatal)
{
    init();
    ck_assert_int_eq(sink_begin(sink, &err), SINK_DONE);
    ck_assert_int_eq(produce(900000), SINK_DONE);
    ck_assert_int_eq(produce(1000001), SINK_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "MSG_SIZE_TOO_LARGE"));
    ck_assert_int_eq(sink_abort(sink, &err), SINK_DONE);
}
END_TEST

START_TEST(nobody_there_is_no_reason_to_give_up)
{
    const struct kafka_property nowhere = {"bootstrap.servers", "127.0.0.1:1"};
    const struct sink_settings settings = {.properties = &nowhere,
                                           .property_count = 1,
                                           .transactional_id = "restage.a.0",
                                           .client_id = "test",
                                           .transaction_timeout_ms = 5000};
    struct sink *lonely;

    ck_assert_int_eq(sink_new(&settings, &lonely, &err), OK);
    ck_assert_int_eq(sink_init(lonely, 300, &err), SINK_ABORT);
    ck_assert_int_eq(sink_init(lonely, 300, &err), SINK_ABORT);
    sink_free(lonely);
    sink_free(NULL);
}
END_TEST

START_TEST(bad_settings_are_fatal)
{
    const struct kafka_property unknown = {"no.such.property", "1"};
    const struct sink_settings settings = {.properties = &unknown,
                                           .property_count = 1,
                                           .transactional_id = "restage.a.0",
                                           .client_id = "test",
                                           .transaction_timeout_ms = 5000};
    struct sink *none = NULL;

    ck_assert_int_eq(sink_new(&settings, &none, &err), FATAL);
    ck_assert_ptr_null(none);
    ck_assert_ptr_nonnull(strstr(err.text, "no.such.property"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink");
    TCase *tcase = tcase_create("sink");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, a_transaction_goes_through_and_again);
    tcase_add_test(tcase, an_aborted_one_is_followed_by_another);
    tcase_add_loop_test(tcase, an_error_is_a_decision, 0, sizeof(answers) / sizeof(answers[0]));
    tcase_add_loop_test(tcase, what_passes_is_not_told, 0, sizeof(passing) / sizeof(passing[0]));
    tcase_add_test(tcase, an_end_over_a_broken_connection_is_uncertain);
    tcase_add_test(tcase, what_is_sent_leaves_at_once);
    tcase_add_test(tcase, an_end_that_takes_long_is_uncertain);
    tcase_add_loop_test(tcase, an_end_that_nobody_answers_is_given_up, 0, 2);
    tcase_add_test(tcase, a_new_handle_works_after_the_old_one_was_given_up);
    tcase_add_test(tcase, a_record_beyond_the_limit_is_fatal);
    tcase_add_test(tcase, nobody_there_is_no_reason_to_give_up);
    tcase_add_test(tcase, bad_settings_are_fatal);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
