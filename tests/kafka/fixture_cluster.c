#include "fixture_cluster.h"

#include <check.h>
#include <string.h>

void cluster_start(struct cluster *c)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];

    ck_assert_int_eq(rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", reason, sizeof(reason)),
                     RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "log_level", "0", reason, sizeof(reason)),
                     RD_KAFKA_CONF_OK);
    c->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    ck_assert_ptr_nonnull(c->handle);
    c->mock = rd_kafka_handle_mock_cluster(c->handle);
    ck_assert_ptr_nonnull(c->mock);
    c->properties[0] =
        (struct kafka_property){"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(c->mock)};
}

void cluster_stop(struct cluster *c)
{
    rd_kafka_destroy(c->handle);
}

void cluster_fail(struct cluster *c, int request, int count, rd_kafka_resp_err_t error)
{
    for (int i = 0; i < count; i++)
        rd_kafka_mock_push_request_errors(c->mock, (int16_t)request, 1, error);
}

void cluster_put(struct cluster *c, const char *topic, int32_t partition, const char *text,
                 const char *header, const void *header_value, size_t header_size)
{
    rd_kafka_resp_err_t code;

    if (header == NULL)
        code = rd_kafka_producev(
            c->handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)text, strlen(text)), RD_KAFKA_V_END);
    else
        code = rd_kafka_producev(
            c->handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)text, strlen(text)),
            RD_KAFKA_V_HEADER(header, header_value, (ssize_t)header_size), RD_KAFKA_V_END);
    ck_assert_int_eq(code, RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_int_eq(rd_kafka_flush(c->handle, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
}
