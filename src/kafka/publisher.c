#include "kafka/publisher.h"

#include "kafka/kafka_conf.h"

#include <stdlib.h>

#define FLUSH_SPARE_MS 1000 /* beyond the delivery timeout nothing is queued any more */
#define QUEUE_WAIT_MS 100
#define QUEUE_WAITS_MAX 600 /* a queue that stays full for a minute has nobody to take it */

struct publisher {
    rd_kafka_t *handle;
    int32_t delivery_timeout_ms;
    int64_t sent;
    int64_t failed;                    /* records since the last flush that are not in the log */
    rd_kafka_resp_err_t first_failure; /* why the first of them is not */
};

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *m, void *opaque)
{
    struct publisher *p = opaque;

    (void)handle;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        p->sent++;
        return;
    }
    if (p->failed++ == 0)
        p->first_failure = m->err;
}

enum status publisher_new(const struct publisher_settings *settings, struct publisher **ret,
                          struct err *err)
{
    char timeout[24];
    const struct kafka_owned owned[] = {
        {"client.id", settings->client_id},
        {"message.timeout.ms", kafka_number_text(settings->delivery_timeout_ms, timeout)},
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"partitioner", "murmur2_random"},
    };
    struct publisher *p = calloc(1, sizeof(*p));
    rd_kafka_conf_t *conf;
    char reason[256];
    enum status status;

    if (p == NULL)
        return err_set(err, FATAL, "producer: no memory");
    status = kafka_conf_new(settings->properties, settings->property_count, owned,
                            sizeof(owned) / sizeof(owned[0]), /* producer= */ true, &conf, err);
    if (status != OK) {
        free(p);
        return status;
    }
    p->delivery_timeout_ms = settings->delivery_timeout_ms;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, p);
    p->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (p->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        free(p);
        return err_set(err, FATAL, "producer: %s", reason);
    }
    *ret = p;
    return OK;
}

void publisher_free(struct publisher *p)
{
    if (p == NULL)
        return;
    (void)rd_kafka_purge(p->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    (void)rd_kafka_poll(p->handle, 0);
    rd_kafka_destroy(p->handle);
    free(p);
}

static rd_kafka_headers_t *headers_of(const struct sink_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);

    for (size_t i = 0; i < record->header_count; i++)
        (void)rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value.at,
                                  (ssize_t)record->headers[i].value.size);
    return headers;
}

enum status publisher_send(struct publisher *p, const struct sink_record *record, struct err *err)
{
    rd_kafka_headers_t *headers = headers_of(record);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__QUEUE_FULL;

    for (int i = 0; i < QUEUE_WAITS_MAX && code == RD_KAFKA_RESP_ERR__QUEUE_FULL; i++) {
        if (i > 0)
            (void)rd_kafka_poll(p->handle, QUEUE_WAIT_MS);
        /* librdkafka takes the headers only when it takes the record. */
        code = rd_kafka_producev(
            p->handle, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(record->key.at, record->key.size),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value.at, record->value.size),
            RD_KAFKA_V_TIMESTAMP(record->timestamp_ms), RD_KAFKA_V_HEADERS(headers),
            RD_KAFKA_V_END);
    }
    (void)rd_kafka_poll(p->handle, 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return OK;
    rd_kafka_headers_destroy(headers);
    return err_set(err, code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? RETRY : FATAL, "producer: %s: %s",
                   record->topic, rd_kafka_err2name(code));
}

enum status publisher_flush(struct publisher *p, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(p->handle, p->delivery_timeout_ms + FLUSH_SPARE_MS);
    int64_t failed = p->failed;

    p->failed = 0;
    if (failed > 0)
        return err_set(err, RETRY, "producer: %lld records are not in the log: %s",
                       (long long)failed, rd_kafka_err2name(p->first_failure));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "producer: %d records are not in the log yet: %s",
                       rd_kafka_outq_len(p->handle), rd_kafka_err2name(code));
    return OK;
}

int64_t publisher_sent(const struct publisher *p)
{
    return p->sent;
}
