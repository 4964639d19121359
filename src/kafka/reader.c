#include "kafka/reader.h"

#include "kafka/kafka_conf.h"

#include <stdlib.h>
#include <string.h>

/* librdkafka wants a group's name even where no group is joined. */
#define NO_GROUP "restage-reader"

struct reader {
    rd_kafka_t *handle;
    rd_kafka_message_t *last; /* the record given last: its headers are read from it */
    bool again;               /* ${last} did not fit and comes again */
    bool *ended;              /* by partition */
    int32_t partition_count;
    bool end_told; /* READER_END was given and nothing has come since */
};

static enum status count_partitions(struct reader *r, const struct reader_settings *settings,
                                    struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(r->handle, settings->topic, NULL);
    rd_kafka_resp_err_t code;

    if (topic == NULL)
        return err_set(err, FATAL, "topic %s: not a topic's name", settings->topic);
    code = rd_kafka_metadata(r->handle, 0, topic, &metadata, settings->timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "topic %s: %s", settings->topic, rd_kafka_err2name(code));
    if (metadata->topic_cnt == 1)
        r->partition_count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return r->partition_count > 0
               ? OK
               : err_set(err, FATAL, "topic %s: there is no such topic", settings->topic);
}

/*
 * "From now on" is asked for here, not left to librdkafka: once this function is back, whatever is
 * written later will be read.
 */
static enum status find_beginning(struct reader *r, const struct reader_settings *settings,
                                  rd_kafka_topic_partition_t *where, struct err *err)
{
    int64_t low;
    rd_kafka_resp_err_t code;

    where->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (settings->from_beginning)
        return OK;
    code = rd_kafka_query_watermark_offsets(r->handle, where->topic, where->partition, &low,
                                            &where->offset, settings->timeout_ms);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? OK
               : err_set(err, RETRY, "topic %s: %s", settings->topic, rd_kafka_err2name(code));
}

static enum status assign(struct reader *r, const struct reader_settings *settings, struct err *err)
{
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;
    enum status status = count_partitions(r, settings, err);

    if (status != OK)
        return status;
    r->ended = calloc((size_t)r->partition_count, sizeof(*r->ended));
    if (r->ended == NULL)
        return err_set(err, FATAL, "reader: no memory");
    list = rd_kafka_topic_partition_list_new(r->partition_count);
    for (int32_t i = 0; i < r->partition_count && status == OK; i++)
        status = find_beginning(r, settings,
                                rd_kafka_topic_partition_list_add(list, settings->topic, i), err);
    if (status == OK) {
        code = rd_kafka_assign(r->handle, list);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            status = err_set(err, FATAL, "reader: %s", rd_kafka_err2name(code));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

enum status reader_new(const struct reader_settings *settings, struct reader **ret, struct err *err)
{
    const struct kafka_owned owned[] = {
        {"group.id", NO_GROUP},           {"client.id", settings->client_id},
        {"enable.auto.commit", "false"},  {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},   {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"}, {"allow.auto.create.topics", "false"},
    };
    struct reader *r = calloc(1, sizeof(*r));
    rd_kafka_conf_t *conf;
    char reason[256];
    enum status status;

    if (r == NULL)
        return err_set(err, FATAL, "reader: no memory");
    status = kafka_conf_new(settings->properties, settings->property_count, owned,
                            sizeof(owned) / sizeof(owned[0]), &conf, err);
    if (status != OK) {
        free(r);
        return status;
    }
    r->handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof(reason));
    if (r->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        free(r);
        return err_set(err, FATAL, "reader: %s", reason);
    }
    (void)rd_kafka_poll_set_consumer(r->handle);
    status = assign(r, settings, err);
    if (status != OK) {
        reader_free(r);
        return status;
    }
    *ret = r;
    return OK;
}

void reader_free(struct reader *r)
{
    if (r == NULL)
        return;
    if (r->last != NULL)
        rd_kafka_message_destroy(r->last);
    /* There is no group to leave, so closing waits for nobody. */
    (void)rd_kafka_consumer_close(r->handle);
    rd_kafka_destroy(r->handle);
    free(r->ended);
    free(r);
}

static bool copy_bytes(const void *bytes, size_t size, struct arena *arena, struct bytes *ret)
{
    *ret = (struct bytes){.at = NULL};
    if (bytes == NULL)
        return true;
    ret->at = arena_copy(arena, bytes, size);
    ret->size = size;
    return ret->at != NULL;
}

static enum status take_record(struct reader *r, struct arena *arena,
                               enum reader_event_kind *ret_kind, struct reader_record *ret,
                               struct err *err)
{
    const rd_kafka_message_t *m = r->last;
    rd_kafka_timestamp_type_t kind;
    struct reader_record record = {.partition = m->partition,
                                   .offset = m->offset,
                                   .timestamp_ms = rd_kafka_message_timestamp(m, &kind)};

    r->again = !copy_bytes(m->key, m->key_len, arena, &record.key) ||
               !copy_bytes(m->payload, m->len, arena, &record.value);
    if (r->again)
        return err_set(err, RETRY, "reader: the memory given for a record is full");
    r->end_told = false;
    *ret_kind = READER_RECORD;
    *ret = record;
    return OK;
}

static bool all_ended(const struct reader *r)
{
    for (int32_t i = 0; i < r->partition_count; i++)
        if (!r->ended[i])
            return false;
    return true;
}

static enum status take_error(struct reader *r, const rd_kafka_message_t *m,
                              enum reader_event_kind *ret_kind, struct err *err)
{
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (m->partition >= 0 && m->partition < r->partition_count)
            r->ended[m->partition] = true;
        if (all_ended(r) && !r->end_told) {
            r->end_told = true;
            *ret_kind = READER_END;
        }
        return OK;
    }
    if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        m->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || m->err == RD_KAFKA_RESP_ERR__FATAL ||
        m->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        return err_set(err, FATAL, "reader: %s", rd_kafka_err2name(m->err));
    *ret_kind = READER_TROUBLE;
    (void)err_set(err, RETRY, "reader: %s", rd_kafka_err2name(m->err));
    return OK;
}

enum status reader_poll(struct reader *r, int32_t timeout_ms, struct arena *arena,
                        enum reader_event_kind *ret_kind, struct reader_record *ret,
                        struct err *err)
{
    enum status status;

    *ret_kind = READER_NOTHING;
    if (!r->again) {
        if (r->last != NULL)
            rd_kafka_message_destroy(r->last);
        r->last = rd_kafka_consumer_poll(r->handle, timeout_ms);
    }
    if (r->last == NULL)
        return OK;
    if (r->last->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return take_record(r, arena, ret_kind, ret, err);
    status = take_error(r, r->last, ret_kind, err);
    rd_kafka_message_destroy(r->last);
    r->last = NULL;
    return status;
}

bool reader_header(const struct reader *r, const char *name, struct bytes *ret)
{
    rd_kafka_headers_t *headers;

    if (r->last == NULL || r->again ||
        rd_kafka_message_headers(r->last, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    return rd_kafka_header_get_last(headers, name, &ret->at, &ret->size) ==
           RD_KAFKA_RESP_ERR_NO_ERROR;
}
