#include "evidence.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_TIMEOUT_MS 20000
#define SILENCE_POLLS_MAX 100 /* of 200 ms each, without a record or an end */

/* A consumer that joins nothing: it only reads, and asks what ${group} has committed. */
static rd_kafka_t *reader_new(const struct evidence_settings *settings, struct err *err)
{
    const char *const properties[][2] = {
        {"bootstrap.servers", settings->bootstrap},
        {"group.id", settings->group},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"fetch.wait.max.ms", "20"},
        {"check.crcs", "true"},
        {"log_level", "3"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[200];
    rd_kafka_t *reader;

    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            abort();
    }
    reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    if (reader == NULL) {
        (void)err_set(err, FATAL, "consumer: %s", text);
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    (void)rd_kafka_poll_set_consumer(reader);
    return reader;
}

static struct bytes copy(struct arena *arena, const void *bytes, size_t size)
{
    if (bytes == NULL)
        return (struct bytes){.at = NULL};
    return (struct bytes){.at = arena_copy(arena, bytes, size), .size = size};
}

static void copy_headers(struct arena *arena, const rd_kafka_message_t *message,
                         struct record *record)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t size;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    record->headers = arena_zalloc(arena, rd_kafka_header_cnt(headers), sizeof(record->headers[0]));
    while (rd_kafka_header_get_all(headers, record->header_count, &name, &value, &size) ==
           RD_KAFKA_RESP_ERR_NO_ERROR) {
        record->headers[record->header_count++] = (struct record_header){
            .name = arena_copy(arena, name, strlen(name)), .value = copy(arena, value, size)};
    }
}

static void append(struct record_list *list, struct arena *arena, const char *topic,
                   const rd_kafka_message_t *message)
{
    struct record *record;
    rd_kafka_timestamp_type_t type;

    if (list->count == list->room) {
        list->room = list->room == 0 ? 1024 : 2 * list->room;
        list->items = realloc(list->items, list->room * sizeof(list->items[0]));
        if (list->items == NULL)
            abort();
    }
    record = &list->items[list->count++];
    *record = (struct record){
        .place = {.topic = topic, .partition = message->partition, .offset = message->offset},
        .timestamp_ms = rd_kafka_message_timestamp(message, &type),
        .key = copy(arena, message->key, message->key_len),
        .value = copy(arena, message->payload, message->len),
    };
    copy_headers(arena, message, record);
}

static enum status partition_count(rd_kafka_t *reader, const char *topic, int *ret, struct err *err)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(reader, topic, NULL);
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t answer = rd_kafka_metadata(reader, 0, handle, &metadata, ANSWER_TIMEOUT_MS);

    rd_kafka_topic_destroy(handle);
    if (answer != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, FATAL, "metadata of %s: %s", topic, rd_kafka_err2name(answer));
    *ret = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (*ret == 0)
        return err_set(err, FATAL, "no topic %s", topic);
    return OK;
}

/* Poll until every assigned partition has said that it ends. */
static enum status drain(rd_kafka_t *reader, size_t partitions, const char *topic,
                         struct arena *arena, struct record_list *list, struct err *err)
{
    size_t ended = 0;
    int silence = 0;

    while (ended < partitions) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 200);

        if (message == NULL) {
            if (++silence > SILENCE_POLLS_MAX)
                return err_set(err, FATAL, "%s: no answer from the broker", topic);
            continue;
        }
        silence = 0;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            append(list, arena, topic, message);
        else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            ended++;
        rd_kafka_message_destroy(message);
    }
    return OK;
}

static int by_place(const void *a, const void *b)
{
    const struct record *first = a;
    const struct record *second = b;

    return place_compare(&first->place, &second->place);
}

static enum status read_topic(rd_kafka_t *reader, const char *topic, struct arena *arena,
                              struct record_list *list, struct err *err)
{
    rd_kafka_topic_partition_list_t *assignment;
    int partitions = 0;
    enum status status = partition_count(reader, topic, &partitions, err);

    if (status != OK)
        return status;
    assignment = rd_kafka_topic_partition_list_new(partitions);
    for (int p = 0; p < partitions; p++)
        rd_kafka_topic_partition_list_add(assignment, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(reader, assignment) != RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
    status = drain(reader, (size_t)partitions, topic, arena, list, err);
    (void)rd_kafka_assign(reader, NULL);
    rd_kafka_topic_partition_list_destroy(assignment);
    return status;
}

/* Ask for K, and take it only when the call and the element agree that it is an answer. */
static enum status read_committed_offset(rd_kafka_t *reader, struct partition_state *state,
                                         struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *element =
        rd_kafka_topic_partition_list_add(list, state->topic, state->partition);
    rd_kafka_resp_err_t answer = rd_kafka_committed(reader, list, ANSWER_TIMEOUT_MS);

    if (answer == RD_KAFKA_RESP_ERR_NO_ERROR)
        answer = element->err;
    state->committed_known = element->offset >= 0;
    state->committed = element->offset;
    if (element->metadata != NULL)
        (void)snprintf(state->metadata, sizeof(state->metadata), "%.*s",
                       (int)element->metadata_size, (const char *)element->metadata);
    rd_kafka_topic_partition_list_destroy(list);
    if (answer != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, FATAL, "committed offset of %s[%d]: %s", state->topic,
                       (int)state->partition, rd_kafka_err2name(answer));
    return OK;
}

static enum status read_states(rd_kafka_t *reader, const char *topic, struct arena *arena,
                               struct evidence *evidence, struct err *err)
{
    int partitions = 0;
    enum status status = partition_count(reader, topic, &partitions, err);

    for (int p = 0; status == OK && p < partitions; p++) {
        struct partition_state *state = &evidence->partitions[evidence->partition_count++];
        rd_kafka_resp_err_t answer;

        state->topic = arena_copy(arena, topic, strlen(topic));
        state->partition = p;
        answer = rd_kafka_query_watermark_offsets(reader, topic, p, &state->log_start,
                                                  &state->log_end, ANSWER_TIMEOUT_MS);
        if (answer != RD_KAFKA_RESP_ERR_NO_ERROR)
            return err_set(err, FATAL, "log of %s[%d]: %s", topic, p, rd_kafka_err2name(answer));
        status = read_committed_offset(reader, state, err);
    }
    return status;
}

enum status evidence_from_kafka(const struct evidence_settings *settings, struct arena *arena,
                                struct evidence *evidence, struct err *err)
{
    rd_kafka_t *reader = reader_new(settings, err);
    enum status status = OK;

    if (reader == NULL)
        return FATAL;
    evidence->partitions =
        arena_zalloc(arena, EVIDENCE_TOPICS_MAX * 256, sizeof(evidence->partitions[0]));
    for (size_t i = 0; status == OK && i < settings->input_count; i++) {
        status = read_states(reader, settings->inputs[i], arena, evidence, err);
        if (status == OK)
            status = read_topic(reader, settings->inputs[i], arena, &evidence->inputs, err);
    }
    if (status == OK)
        status =
            read_topic(reader, settings->recommendations, arena, &evidence->recommendations, err);
    if (status == OK)
        status = read_topic(reader, settings->dead_letters, arena, &evidence->dead_letters, err);
    (void)rd_kafka_consumer_close(reader);
    rd_kafka_destroy(reader);
    if (evidence->inputs.count > 0)
        qsort(evidence->inputs.items, evidence->inputs.count, sizeof(struct record), by_place);
    if (evidence->recommendations.count > 0)
        qsort(evidence->recommendations.items, evidence->recommendations.count,
              sizeof(struct record), by_place);
    if (evidence->dead_letters.count > 0)
        qsort(evidence->dead_letters.items, evidence->dead_letters.count, sizeof(struct record),
              by_place);
    return status;
}
