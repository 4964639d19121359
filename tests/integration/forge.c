/*
 * Forges records that nobody should write: the first one of an output topic once more, outside any
 * transaction, as a producer would that nobody fenced (for the test that the checker finds it); or
 * one of a given size that is no message at all.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: restage-forge HOST:PORT TOPIC [KEY BYTES]\n";

#define POLLS_MAX 100 /* of 200 ms */

static rd_kafka_t *client(rd_kafka_type_t type, const char *bootstrap)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[200];
    rd_kafka_t *handle;

    if (rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text)) !=
            RD_KAFKA_CONF_OK ||
        (type == RD_KAFKA_CONSUMER && rd_kafka_conf_set(conf, "group.id", "restage-forge", text,
                                                        sizeof(text)) != RD_KAFKA_CONF_OK) ||
        (type == RD_KAFKA_PRODUCER && rd_kafka_conf_set(conf, "message.max.bytes", "1048588", text,
                                                        sizeof(text)) != RD_KAFKA_CONF_OK) ||
        rd_kafka_conf_set(conf, "partitioner", "murmur2_random", text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
        abort();
    handle = rd_kafka_new(type, conf, text, sizeof(text));
    if (handle == NULL)
        abort();
    return handle;
}

static rd_kafka_message_t *first_record(rd_kafka_t *consumer, const char *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_message_t *message = NULL;

    for (int partition = 0; partition < 3; partition++)
        rd_kafka_topic_partition_list_add(list, topic, partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    (void)rd_kafka_poll_set_consumer(consumer);
    (void)rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    for (int polls = 0; polls < POLLS_MAX; polls++) {
        message = rd_kafka_consumer_poll(consumer, 200);
        if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            return message;
        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
    return NULL;
}

static int write_again(rd_kafka_t *producer, const char *topic, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;

    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = rd_kafka_headers_copy(headers);
    if (rd_kafka_producev(
            producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(message->partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(message->key, message->key_len),
            RD_KAFKA_V_VALUE(message->payload, message->len), RD_KAFKA_V_HEADERS(headers),
            RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return 1;
    return rd_kafka_flush(producer, 20000) == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 1;
}

static int write_first_again(rd_kafka_t *producer, const char *bootstrap, const char *topic)
{
    rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, bootstrap);
    rd_kafka_message_t *message = first_record(consumer, topic);
    int code = 1;

    if (message != NULL) {
        code = write_again(producer, topic, message);
        rd_kafka_message_destroy(message);
    }
    (void)rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return code;
}

/* Bytes whose first one already is no protobuf tag. */
static int write_garbage(rd_kafka_t *producer, const char *topic, const char *key, size_t size)
{
    void *garbage = malloc(size + 1);
    rd_kafka_resp_err_t answer;

    if (garbage == NULL)
        return 1;
    (void)memset(garbage, 0xff, size);
    answer = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(garbage, size), RD_KAFKA_V_END);
    free(garbage);
    if (answer != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fprintf(stderr, "restage-forge: %s\n", rd_kafka_err2name(answer));
        return 1;
    }
    return rd_kafka_flush(producer, 20000) == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 1;
}

int main(int argc, char **argv)
{
    rd_kafka_t *producer;
    int code;

    if (argc != 3 && argc != 5) {
        (void)fputs(usage, stderr);
        return 64;
    }
    producer = client(RD_KAFKA_PRODUCER, argv[1]);
    code = argc == 3 ? write_first_again(producer, argv[1], argv[2])
                     : write_garbage(producer, argv[2], argv[3], strtoul(argv[4], NULL, 10));
    rd_kafka_destroy(producer);
    return code;
}
