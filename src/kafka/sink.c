#include "kafka/sink.h"

#include "kafka/group_membership.h"
#include "kafka/kafka_conf.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TOPICS_MAX 8
#define SETTLED_MS_MAX 1000 /* an end of transaction that took longer is uncertain */
#define FLUSH_WAIT_MS 100

struct sink {
    rd_kafka_t *handle;
    struct sink_settings settings;
    struct {
        char *name;
        rd_kafka_topic_t *topic;
    } topics[TOPICS_MAX];
    size_t topic_count;
    atomic_int disconnects; /* connections that ended, counted by librdkafka's threads */
    atomic_int failed;      /* records of the transaction that were not delivered */
    atomic_int failed_code; /* librdkafka's error of the first of them */
};

/* ---- Answers --------------------------------------------------------------------------------- */

static bool is_stale(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

/* Rights and settings: no other handle would fare better. */
static bool is_hopeless(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT ||
           code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
           code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__INVALID_ARG;
}

/* What librdkafka's error asks for; ${error} is destroyed. */
static enum sink_answer answer_of(rd_kafka_error_t *error, const char *what, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    bool fatal = rd_kafka_error_is_fatal(error);
    bool abortable = rd_kafka_error_txn_requires_abort(error);

    rd_kafka_error_destroy(error);
    (void)err_set(err, RETRY, "producer: %s: %s", what, rd_kafka_err2name(code));
    if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
        return SINK_REPLACED;
    if (is_hopeless(code)) {
        err->status = FATAL;
        return SINK_FATAL;
    }
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
        code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
        return SINK_FENCED;
    if (fatal || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING ||
        code == RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID)
        return SINK_RECREATE;
    if (is_stale(code))
        return SINK_STALE;
    return abortable ? SINK_ABORT : SINK_RECREATE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *m, void *opaque)
{
    struct sink *s = opaque;

    (void)handle;
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR && atomic_fetch_add(&s->failed, 1) == 0)
        atomic_store(&s->failed_code, (int)m->err);
}

/*
 * Called by librdkafka's threads whenever a connection ends.  Error callbacks would not do: they
 * wait for a poll, and the second loss within half a minute is not told at all.
 */
static int on_close(int socket, void *opaque)
{
    struct sink *s = opaque;

    (void)atomic_fetch_add(&s->disconnects, 1);
    return close(socket);
}

static enum status create_handle(struct sink *s, struct err *err)
{
    char timeout[KAFKA_NUMBER_SIZE];
    char message_timeout[KAFKA_NUMBER_SIZE];
    char reason[256];
    const struct kafka_owned owned[] = {
        {"client.id", s->settings.client_id},
        {"transactional.id", s->settings.transactional_id},
        {"transaction.timeout.ms", kafka_conf_number(s->settings.transaction_timeout_ms, timeout)},
        {"message.timeout.ms",
         kafka_conf_number(s->settings.transaction_timeout_ms - 1000, message_timeout)},
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"partitioner", "murmur2_random"},
    };
    rd_kafka_conf_t *conf;
    enum status status = kafka_conf_new(s->settings.properties, s->settings.property_count, owned,
                                        sizeof(owned) / sizeof(owned[0]), &conf, err);

    if (status != OK)
        return status;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_closesocket_cb(conf, on_close);
    rd_kafka_conf_set_opaque(conf, s);
    s->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (s->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        return err_set(err, FATAL, "producer: %s", reason);
    }
    return OK;
}

static void destroy_handle(struct sink *s)
{
    for (size_t i = 0; i < s->topic_count; i++) {
        rd_kafka_topic_destroy(s->topics[i].topic);
        free(s->topics[i].name);
    }
    s->topic_count = 0;
    if (s->handle != NULL) {
        /* What is queued belongs to a transaction that is given up. */
        (void)rd_kafka_purge(s->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(s->handle);
    }
    s->handle = NULL;
}

enum status sink_new(const struct sink_settings *settings, struct sink **ret, struct err *err)
{
    struct sink *s = calloc(1, sizeof(*s));
    enum status status;

    if (s == NULL)
        return err_set(err, FATAL, "producer: no memory");
    s->settings = *settings;
    status = create_handle(s, err);
    if (status != OK) {
        free(s);
        return status;
    }
    *ret = s;
    return OK;
}

void sink_free(struct sink *s)
{
    if (s == NULL)
        return;
    destroy_handle(s);
    free(s);
}

enum sink_answer sink_init(struct sink *s, int32_t timeout_ms, struct err *err)
{
    rd_kafka_error_t *error = rd_kafka_init_transactions(s->handle, timeout_ms);
    bool retriable;

    if (error == NULL)
        return SINK_DONE;
    retriable = rd_kafka_error_is_retriable(error) ||
                rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (retriable) {
        (void)err_set(err, RETRY, "producer: init: %s",
                      rd_kafka_err2name(rd_kafka_error_code(error)));
        rd_kafka_error_destroy(error);
        return SINK_ABORT;
    }
    return answer_of(error, "init", err);
}

enum status sink_recreate(struct sink *s, struct err *err)
{
    destroy_handle(s);
    atomic_store(&s->failed, 0);
    return create_handle(s, err);
}

/* ---- One transaction ------------------------------------------------------------------------- */

enum sink_answer sink_begin(struct sink *s, struct err *err)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(s->handle);

    atomic_store(&s->failed, 0);
    return error == NULL ? SINK_DONE : answer_of(error, "begin", err);
}

/* A handle made once per topic: librdkafka then does not look the topic up for every record. */
static rd_kafka_topic_t *topic_handle(struct sink *s, const char *name)
{
    for (size_t i = 0; i < s->topic_count; i++)
        if (strcmp(s->topics[i].name, name) == 0)
            return s->topics[i].topic;
    assert(s->topic_count < TOPICS_MAX);
    s->topics[s->topic_count].name = strdup(name);
    s->topics[s->topic_count].topic = rd_kafka_topic_new(s->handle, name, NULL);
    assert(s->topics[s->topic_count].name != NULL && s->topics[s->topic_count].topic != NULL);
    return s->topics[s->topic_count++].topic;
}

enum sink_answer sink_produce(struct sink *s, const struct sink_record *record, struct err *err)
{
    rd_kafka_topic_t *topic = topic_handle(s, record->topic);
    rd_kafka_resp_err_t code;

    while ((code = kafka_produce(s->handle, topic, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        (void)rd_kafka_poll(s->handle, FLUSH_WAIT_MS);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return SINK_DONE;
    (void)err_set(err, RETRY, "producer: %s: %s", record->topic, rd_kafka_err2name(code));
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        err->status = FATAL;
        return SINK_FATAL;
    }
    if (code == RD_KAFKA_RESP_ERR__FENCED)
        return SINK_FENCED;
    return code == RD_KAFKA_RESP_ERR__FATAL ? SINK_RECREATE : SINK_ABORT;
}

/*
 * The flag that makes librdkafka's threads send at once is up only while somebody waits in
 * rd_kafka_flush; a millisecond is enough for them to see it.
 */
void sink_send(struct sink *s)
{
    (void)rd_kafka_flush(s->handle, 1);
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Records did not get into the log: what the first of them failed for. */
static enum sink_answer answer_of_failed(struct sink *s, struct err *err)
{
    rd_kafka_resp_err_t code = (rd_kafka_resp_err_t)atomic_load(&s->failed_code);
    bool stop = is_hopeless(code) || code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;

    (void)err_set(err, stop ? FATAL : RETRY, "producer: %d records were not delivered: %s",
                  atomic_load(&s->failed), rd_kafka_err2name(code));
    return stop ? SINK_FATAL : SINK_ABORT;
}

/*
 * What a transaction's error asks for.  A record that failed makes librdkafka refuse the rest of
 * the transaction in general words; what the record failed for says more.
 */
static enum sink_answer answer_in_transaction(struct sink *s, rd_kafka_error_t *error,
                                              const char *what, struct err *err)
{
    enum sink_answer answer = answer_of(error, what, err);

    (void)rd_kafka_poll(s->handle, 0);
    return answer == SINK_ABORT && atomic_load(&s->failed) > 0 ? answer_of_failed(s, err) : answer;
}

enum sink_answer sink_send_offsets(struct sink *s, const struct sink_offset *offsets, size_t count,
                                   const char *metadata, const struct group_membership *membership,
                                   struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    int64_t started = now_ms();
    rd_kafka_error_t *error;

    assert(membership != NULL && membership->metadata != NULL);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *element =
            rd_kafka_topic_partition_list_add(list, offsets[i].topic, offsets[i].partition);

        element->offset = offsets[i].offset;
        element->metadata = strdup(metadata);
        element->metadata_size = strlen(metadata);
    }
    /* Retriable: the same once more, but no longer than the transaction itself may live. */
    for (;;) {
        error = rd_kafka_send_offsets_to_transaction(s->handle, list, membership->metadata,
                                                     s->settings.transaction_timeout_ms);
        if (error == NULL || !rd_kafka_error_is_retriable(error) ||
            rd_kafka_error_txn_requires_abort(error) || atomic_load(&s->failed) > 0 ||
            now_ms() - started > s->settings.transaction_timeout_ms)
            break;
        rd_kafka_error_destroy(error);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return error == NULL ? SINK_DONE : answer_in_transaction(s, error, "offsets", err);
}

/*
 * How long to wait for the end of a transaction: no longer than the broker lets it live.  Without a
 * limit librdkafka 2.0.2 waits for as long as the broker is away, and now and then for ever.
 */
static int32_t end_timeout_ms(const struct sink *s)
{
    return s->settings.transaction_timeout_ms;
}

enum sink_answer sink_commit(struct sink *s, struct err *err)
{
    rd_kafka_error_t *error;
    int64_t started;
    int disconnects;

    /* Everything of the transaction is delivered first, so that only the end itself is timed. */
    while (rd_kafka_flush(s->handle, FLUSH_WAIT_MS) == RD_KAFKA_RESP_ERR__TIMED_OUT)
        if (atomic_load(&s->failed) > 0)
            break;
    (void)rd_kafka_poll(s->handle, 0);
    if (atomic_load(&s->failed) > 0)
        return answer_of_failed(s, err);
    disconnects = atomic_load(&s->disconnects);
    started = now_ms();
    error = rd_kafka_commit_transaction(s->handle, end_timeout_ms(s));
    if (error != NULL) {
        enum sink_answer answer = answer_in_transaction(s, error, "commit", err);

        return answer == SINK_ABORT && now_ms() - started > SETTLED_MS_MAX ? SINK_RECREATE : answer;
    }
    if (now_ms() - started > SETTLED_MS_MAX || atomic_load(&s->disconnects) != disconnects) {
        (void)err_set(err, RETRY, "producer: the end of the transaction is uncertain");
        return SINK_RECREATE;
    }
    return SINK_DONE;
}

enum sink_answer sink_abort(struct sink *s, struct err *err)
{
    int disconnects = atomic_load(&s->disconnects);
    int64_t started = now_ms();
    rd_kafka_error_t *error = rd_kafka_abort_transaction(s->handle, end_timeout_ms(s));

    if (error != NULL)
        return answer_of(error, "abort", err);
    if (now_ms() - started > SETTLED_MS_MAX || atomic_load(&s->disconnects) != disconnects)
        return SINK_RECREATE;
    return SINK_DONE;
}

void sink_serve(struct sink *s)
{
    (void)rd_kafka_poll(s->handle, 0);
}
