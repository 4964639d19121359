#include "kafka/mock_broker.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct mock_broker {
    rd_kafka_t *handle; /* the cluster lives in a client of its own */
    rd_kafka_mock_cluster_t *cluster;
};

static void ignore_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    (void)level;
    (void)facility;
    (void)text;
}

enum status mock_broker_start(struct mock_broker **ret, struct err *err)
{
    struct mock_broker *b = calloc(1, sizeof(*b));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];

    if (b == NULL)
        return err_set(err, FATAL, "mock broker: no memory");
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    b->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (b->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        free(b);
        return err_set(err, FATAL, "mock broker: %s", reason);
    }
    b->cluster = rd_kafka_mock_cluster_new(b->handle, 1);
    if (b->cluster == NULL) {
        mock_broker_stop(b);
        return err_set(err, FATAL, "mock broker: cannot listen on a local port");
    }
    *ret = b;
    return OK;
}

void mock_broker_stop(struct mock_broker *b)
{
    if (b == NULL)
        return;
    if (b->cluster != NULL)
        rd_kafka_mock_cluster_destroy(b->cluster);
    rd_kafka_destroy(b->handle);
    free(b);
}

const char *mock_broker_address(const struct mock_broker *b)
{
    return rd_kafka_mock_cluster_bootstraps(b->cluster);
}

enum status mock_broker_topic(struct mock_broker *b, const char *name, int partitions,
                              struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(b->cluster, name, partitions, 1);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, FATAL, "mock broker: topic %s: %s", name, rd_kafka_err2name(code));
    return OK;
}
