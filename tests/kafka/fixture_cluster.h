#ifndef TESTS_KAFKA_FIXTURE_CLUSTER_H
#define TESTS_KAFKA_FIXTURE_CLUSTER_H

/* librdkafka's mock cluster in the test's process, with errors that the test asks for. */
#include "kafka/source.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* Kafka's numbers of requests (the protocol's, for ever). */
enum {
    REQUEST_PRODUCE = 0,
    REQUEST_OFFSET_FETCH = 9,
    REQUEST_HEARTBEAT = 12,
    REQUEST_INIT_PRODUCER_ID = 22,
    REQUEST_ADD_PARTITIONS = 24,
    REQUEST_ADD_OFFSETS = 25,
    REQUEST_END_TXN = 26,
    REQUEST_TXN_OFFSET_COMMIT = 28,
};

struct cluster {
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *mock;
    struct kafka_property properties[1];
};

void cluster_start(struct cluster *cluster);
void cluster_stop(struct cluster *cluster);

/* The next ${count} requests of that kind are answered with ${error}. */
void cluster_fail(struct cluster *cluster, int request, int count, rd_kafka_resp_err_t error);

/* Put ${text} into partition ${partition} of ${topic}, with a header of ${header_size} bytes. */
void cluster_put(struct cluster *cluster, const char *topic, int32_t partition, const char *text,
                 const char *header, const void *header_value, size_t header_size);

#endif
