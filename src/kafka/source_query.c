#include "kafka/source.h"

#include "kafka/source_handle.h"

#include <stdlib.h>
#include <string.h>

static rd_kafka_topic_partition_list_t *
list_of(const struct source *s, const struct source_partition *partitions, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, s->settings.topics[partitions[i].topic],
                                          partitions[i].partition);
    return list;
}

static void copy_metadata(const rd_kafka_topic_partition_t *element, struct source_committed *ret)
{
    size_t size = element->metadata_size;

    if (element->metadata == NULL)
        return;
    if (size > sizeof(ret->metadata) - 1)
        size = sizeof(ret->metadata) - 1;
    memcpy(ret->metadata, element->metadata, size);
}

enum status source_committed(struct source *s, const struct source_partition *partitions,
                             size_t count, int32_t timeout_ms, struct source_committed *ret,
                             struct err *err)
{
    rd_kafka_topic_partition_list_t *list = list_of(s, partitions, count);
    rd_kafka_resp_err_t code = rd_kafka_committed(s->handle, list, timeout_ms);
    enum status status = OK;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        status = err_set(err, RETRY, "consumer: committed offsets: %s", rd_kafka_err2name(code));
    for (size_t i = 0; i < count && status == OK; i++) {
        const rd_kafka_topic_partition_t *element = &list->elems[i];

        if (element->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            status = err_set(err, RETRY, "consumer: committed offset of %s %d: %s", element->topic,
                             (int)element->partition, rd_kafka_err2name(element->err));
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        const rd_kafka_topic_partition_t *element = &list->elems[i];

        ret[i] =
            (struct source_committed){.known = element->offset >= 0, .offset = element->offset};
        copy_metadata(element, &ret[i]);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

enum status source_log_range(struct source *s, struct source_partition partition,
                             int32_t timeout_ms, int64_t *ret_low, int64_t *ret_high,
                             struct err *err)
{
    rd_kafka_resp_err_t code =
        rd_kafka_query_watermark_offsets(s->handle, s->settings.topics[partition.topic],
                                         partition.partition, ret_low, ret_high, timeout_ms);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "consumer: range of %s %d: %s",
                       s->settings.topics[partition.topic], (int)partition.partition,
                       rd_kafka_err2name(code));
    return OK;
}

int64_t source_known_end(const struct source *s, struct source_partition partition)
{
    int64_t low = -1;
    int64_t high = -1;

    if (rd_kafka_get_watermark_offsets(s->handle, s->settings.topics[partition.topic],
                                       partition.partition, &low,
                                       &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0)
        return high;
    for (size_t i = 0; i < s->assigned_count; i++)
        if (s->assigned[i].topic == partition.topic &&
            s->assigned[i].partition == partition.partition)
            return s->known_ends[i];
    return -1;
}

enum status source_cluster_id(struct source *s, int32_t timeout_ms, const char **ret,
                              struct err *err)
{
    if (s->cluster_id == NULL)
        s->cluster_id = rd_kafka_clusterid(s->handle, timeout_ms);
    if (s->cluster_id == NULL)
        return err_set(err, RETRY, "consumer: no broker told the cluster's id");
    *ret = s->cluster_id;
    return OK;
}

/* ---- Topics ---------------------------------------------------------------------------------- */

enum status source_partition_count(struct source *s, const char *topic, int32_t timeout_ms,
                                   int32_t *ret, struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(s->handle, topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(s->handle, 0, handle, &metadata, timeout_ms);

    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "topic %s: %s", topic, rd_kafka_err2name(code));
    *ret = metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR
               ? metadata->topics[0].partition_cnt
               : 0;
    rd_kafka_metadata_destroy(metadata);
    return OK;
}

static void read_config(const rd_kafka_ConfigResource_t *resource, struct source_topic_report *ret)
{
    const rd_kafka_ConfigEntry_t **entries;
    size_t count;

    entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);

        if (value == NULL)
            continue;
        if (strcmp(name, "cleanup.policy") == 0)
            ret->compacted = strstr(value, "compact") != NULL;
        if (strcmp(name, "message.timestamp.type") == 0)
            ret->log_append_time = strcmp(value, "LogAppendTime") == 0;
    }
}

enum status source_topic_report(struct source *s, const char *topic, int32_t timeout_ms,
                                struct source_topic_report *ret, struct err *err)
{
    struct source_topic_report report = {.exists = false};
    rd_kafka_ConfigResource_t *resource;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *event;
    enum status status = source_partition_count(s, topic, timeout_ms, &report.partition_count, err);

    if (status != OK)
        return status;
    report.exists = report.partition_count > 0;
    if (report.exists) {
        resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
        queue = rd_kafka_queue_new(s->handle);
        rd_kafka_DescribeConfigs(s->handle, &resource, 1, NULL, queue);
        event = rd_kafka_queue_poll(queue, timeout_ms);
        if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            status = err_set(err, RETRY, "topic %s: its settings could not be read", topic);
        } else {
            const rd_kafka_ConfigResource_t **results;
            size_t count;

            results = rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(event), &count);
            if (count == 1)
                read_config(results[0], &report);
        }
        if (event != NULL)
            rd_kafka_event_destroy(event);
        rd_kafka_queue_destroy(queue);
        rd_kafka_ConfigResource_destroy(resource);
    }
    if (status == OK)
        *ret = report;
    return status;
}
