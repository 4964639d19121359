#include "kafka/publisher.h"

#include "kafka/kafka_conf.h"

#include <stdlib.h>
#include <string.h>

#define TOPICS_MAX 8
#define WAIT_MS 100

struct publisher {
    rd_kafka_t *handle;
    struct {
        char *name;
        rd_kafka_topic_t *topic;
    } topics[TOPICS_MAX];
    size_t topic_count;
    int64_t sent;
    int64_t failed; /* since the last flush */
    rd_kafka_resp_err_t first_code;
    char first_topic[256];
};

static bool is_hopeless(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__INVALID_ARG;
}

static enum status refuse(const char *topic, rd_kafka_resp_err_t code, struct err *err)
{
    enum status status = RETRY;

    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return err_set(err, REJECT,
                       "publish: %s: %s. HINT: if the topic takes records of this size, raise "
                       "kafka.message.max.bytes",
                       topic, rd_kafka_err2name(code));
    if (is_hopeless(code))
        status = FATAL;
    return err_set(err, status, "publish: %s: %s", topic, rd_kafka_err2name(code));
}

/* Called from rd_kafka_poll and rd_kafka_flush, on the publisher's own thread. */
static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *m, void *opaque)
{
    struct publisher *p = opaque;

    (void)handle;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        p->sent++;
        return;
    }
    if (p->failed++ == 0) {
        const char *name = rd_kafka_topic_name(m->rkt);
        size_t size = strnlen(name, sizeof(p->first_topic) - 1);

        p->first_code = m->err;
        memcpy(p->first_topic, name, size);
        p->first_topic[size] = '\0';
    }
}

enum status publisher_new(const struct publisher_settings *settings, struct publisher **ret,
                          struct err *err)
{
    char timeout[KAFKA_NUMBER_SIZE];
    char reason[256];
    const struct kafka_owned owned[] = {
        {"client.id", settings->client_id},
        {"message.timeout.ms", kafka_conf_number(settings->delivery_timeout_ms, timeout)},
        {"enable.idempotence", "true"},
        {"partitioner", "murmur2_random"},
    };
    struct publisher *p = calloc(1, sizeof(*p));
    rd_kafka_conf_t *conf;
    enum status status;

    if (p == NULL)
        return err_set(err, FATAL, "publish: no memory");
    status = kafka_conf_new(settings->properties, settings->property_count, owned,
                            sizeof(owned) / sizeof(owned[0]), &conf, err);
    if (status != OK) {
        free(p);
        return status;
    }
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, p);
    p->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (p->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        free(p);
        return err_set(err, FATAL, "publish: %s", reason);
    }
    *ret = p;
    return OK;
}

void publisher_free(struct publisher *p)
{
    if (p == NULL)
        return;
    (void)rd_kafka_purge(p->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    for (size_t i = 0; i < p->topic_count; i++) {
        rd_kafka_topic_destroy(p->topics[i].topic);
        free(p->topics[i].name);
    }
    rd_kafka_destroy(p->handle);
    free(p);
}

/* NULL without memory, or for a name that cannot be a topic's. */
static rd_kafka_topic_t *topic_handle(struct publisher *p, const char *name)
{
    rd_kafka_topic_t *topic;
    char *copy;

    for (size_t i = 0; i < p->topic_count; i++)
        if (strcmp(p->topics[i].name, name) == 0)
            return p->topics[i].topic;
    if (p->topic_count == TOPICS_MAX)
        return NULL;
    topic = rd_kafka_topic_new(p->handle, name, NULL);
    copy = topic == NULL ? NULL : strdup(name);
    if (copy == NULL) {
        if (topic != NULL)
            rd_kafka_topic_destroy(topic);
        return NULL;
    }
    p->topics[p->topic_count].name = copy;
    p->topics[p->topic_count++].topic = topic;
    return topic;
}

enum status publisher_send(struct publisher *p, const struct sink_record *record, struct err *err)
{
    rd_kafka_topic_t *topic = topic_handle(p, record->topic);
    rd_kafka_resp_err_t code;

    if (topic == NULL)
        return err_set(err, FATAL, "publish: %s: cannot be written to", record->topic);
    while ((code = kafka_produce(p->handle, topic, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        (void)rd_kafka_poll(p->handle, WAIT_MS);
    (void)rd_kafka_poll(p->handle, 0);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? OK : refuse(record->topic, code, err);
}

enum status publisher_flush(struct publisher *p, struct err *err)
{
    int64_t failed;

    /* message.timeout.ms ends every record, delivered or not, so this ends too. */
    while (rd_kafka_flush(p->handle, WAIT_MS) == RD_KAFKA_RESP_ERR__TIMED_OUT)
        continue;
    failed = p->failed;
    p->failed = 0;
    return failed == 0 ? OK : refuse(p->first_topic, p->first_code, err);
}

int64_t publisher_sent(const struct publisher *p)
{
    return p->sent;
}
