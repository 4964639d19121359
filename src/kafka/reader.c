#include "kafka/reader.h"

#include "kafka/kafka_conf.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    rd_kafka_t *handle;
    rd_kafka_message_t *last; /* owns the headers of the record given last */
    bool kept;                /* the last one did not fit: it comes again */
    bool *ended;              /* per partition */
    int32_t partition_count;
    bool end_told;
};

static enum status count_partitions(struct reader *r, const struct reader_settings *s,
                                    struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(r->handle, s->topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(r->handle, 0, topic, &metadata, s->timeout_ms);

    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "reader: %s: %s", s->topic, rd_kafka_err2name(code));
    r->partition_count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    if (r->partition_count == 0)
        return err_set(err, FATAL, "reader: there is no topic %s", s->topic);
    return OK;
}

static enum status assign_all(struct reader *r, const struct reader_settings *s, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(r->partition_count);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int32_t i = 0; i < r->partition_count && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        int64_t low = 0;
        int64_t high = 0;

        code = rd_kafka_query_watermark_offsets(r->handle, s->topic, i, &low, &high, s->timeout_ms);
        rd_kafka_topic_partition_list_add(list, s->topic, i)->offset =
            s->from_beginning ? low : high;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = rd_kafka_assign(r->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "reader: %s: %s", s->topic, rd_kafka_err2name(code));
    return OK;
}

enum status reader_new(const struct reader_settings *settings, struct reader **ret, struct err *err)
{
    const struct kafka_owned owned[] = {
        {"client.id", settings->client_id},
        {"group.id", settings->client_id}, /* librdkafka wants one; it is never joined */
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"auto.offset.reset", "earliest"},
        {"allow.auto.create.topics", "false"},
    };
    struct reader *r = calloc(1, sizeof(*r));
    rd_kafka_conf_t *conf;
    char reason[256];
    enum status status;

    if (r == NULL)
        return err_set(err, FATAL, "reader: no memory");
    status = kafka_conf_new(settings->properties, settings->property_count, owned,
                            sizeof(owned) / sizeof(owned[0]), /* producer= */ false, &conf, err);
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
    status = count_partitions(r, settings, err);
    if (status == OK)
        status = assign_all(r, settings, err);
    if (status == OK) {
        r->ended = calloc((size_t)r->partition_count, sizeof(*r->ended));
        if (r->ended == NULL)
            status = err_set(err, FATAL, "reader: no memory");
    }
    if (status != OK) {
        reader_free(r);
        return status;
    }
    *ret = r;
    return OK;
}

static void drop_last(struct reader *r)
{
    if (r->last != NULL)
        rd_kafka_message_destroy(r->last);
    r->last = NULL;
    r->kept = false;
}

void reader_free(struct reader *r)
{
    if (r == NULL)
        return;
    drop_last(r);
    (void)rd_kafka_consumer_close(r->handle);
    rd_kafka_destroy(r->handle);
    free(r->ended);
    free(r);
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
        r->ended[m->partition] = true;
        *ret_kind = all_ended(r) && !r->end_told ? READER_END : READER_NOTHING;
        r->end_told = r->end_told || *ret_kind == READER_END;
        return OK;
    }
    if (m->err == RD_KAFKA_RESP_ERR__FATAL ||
        m->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        return err_set(err, FATAL, "reader: %s", rd_kafka_err2name(m->err));
    *ret_kind = READER_TROUBLE;
    (void)err_set(err, RETRY, "reader: %s", rd_kafka_err2name(m->err));
    return OK;
}

static bool copy_bytes(const void *bytes, size_t size, struct arena *arena, struct bytes *ret)
{
    if (bytes == NULL)
        return true;
    ret->at = arena_copy(arena, bytes, size);
    ret->size = size;
    return ret->at != NULL;
}

enum status reader_poll(struct reader *r, int32_t timeout_ms, struct arena *arena,
                        enum reader_event_kind *ret_kind, struct reader_record *ret,
                        struct err *err)
{
    struct reader_record record = {.partition = 0};
    rd_kafka_timestamp_type_t kind;
    rd_kafka_message_t *m;

    *ret_kind = READER_NOTHING;
    if (!r->kept) {
        drop_last(r);
        r->last = rd_kafka_consumer_poll(r->handle, timeout_ms);
    }
    m = r->last;
    if (m == NULL)
        return OK;
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return take_error(r, m, ret_kind, err);
    record.partition = m->partition;
    record.offset = m->offset;
    record.timestamp_ms = rd_kafka_message_timestamp(m, &kind);
    r->kept = !copy_bytes(m->key, m->key_len, arena, &record.key) ||
              !copy_bytes(m->payload, m->len, arena, &record.value);
    if (r->kept)
        return err_set(err, RETRY, "reader: the memory given is full");
    *ret = record;
    *ret_kind = READER_RECORD;
    return OK;
}

bool reader_header(const struct reader *r, const char *name, struct bytes *ret)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;

    if (r->last == NULL || r->last->err != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_message_headers(r->last, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    *ret = (struct bytes){.at = value, .size = size};
    return true;
}
