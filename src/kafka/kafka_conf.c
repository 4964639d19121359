#include "kafka/kafka_conf.h"
#include "base/secret.h"
#include "base/suggest.h"
#include "kafka/kafka_properties.h"

#include <string.h>

#define PROPERTIES_MAX 400 /* that a librdkafka may know; others are not suggested */

/* Properties that the protocol depends on; setting them would break its promise. */
static const char *const owned_names[] = {
    "enable.auto.commit",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "isolation.level",
    "enable.partition.eof",
    "partition.assignment.strategy",
    "enable.idempotence",
    "transactional.id",
    "transaction.timeout.ms",
    "group.id",
    "group.instance.id",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "acks",
    "request.required.acks",
    "partitioner",
    NULL,
};

static bool is_owned(const char *name)
{
    for (const char *const *owned = owned_names; *owned != NULL; owned++)
        if (strcmp(name, *owned) == 0)
            return true;
    return false;
}

const char *kafka_library_version(void)
{
    return rd_kafka_version_str();
}

/* Other names of properties, which librdkafka does not list. */
static const char *const aliases[] = {"bootstrap.servers",   "linger.ms",      "compression.type",
                                      "delivery.timeout.ms", "sasl.mechanism", "retries",
                                      "max.in.flight"};

/* "; did you mean ...?" of all properties that this librdkafka knows; "" when none is near. */
static void add_meant(const char *name, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_conf_t *topic_conf = rd_kafka_topic_conf_new();
    size_t counts[2];
    const char **lists[] = {rd_kafka_conf_dump(conf, &counts[0]),
                            rd_kafka_topic_conf_dump(topic_conf, &counts[1])};
    const char *words[PROPERTIES_MAX];
    size_t count = 0;
    const char *meant;

    for (; count < sizeof(aliases) / sizeof(aliases[0]); count++)
        words[count] = aliases[count];
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < counts[list] && count < PROPERTIES_MAX; i += 2)
            words[count++] = lists[list][i];
    meant = suggest(name, words, count);
    if (meant == NULL)
        (void)err_set(err, REJECT, "kafka.%s: librdkafka has no such property", name);
    else
        (void)err_set(err, REJECT,
                      "kafka.%s: librdkafka has no such property; did you mean \"kafka.%s\"?", name,
                      meant);
    rd_kafka_conf_dump_free(lists[0], counts[0]);
    rd_kafka_conf_dump_free(lists[1], counts[1]);
    rd_kafka_conf_destroy(conf);
    rd_kafka_topic_conf_destroy(topic_conf);
}

/* librdkafka's reason may quote the value: only that of a property which is no secret is passed. */
static enum status set(rd_kafka_conf_t *conf, const char *name, const char *value, struct err *err)
{
    char reason[256];

    switch (rd_kafka_conf_set(conf, name, value, reason, sizeof(reason))) {
    case RD_KAFKA_CONF_OK:
        return OK;
    case RD_KAFKA_CONF_UNKNOWN:
        add_meant(name, err);
        return REJECT;
    case RD_KAFKA_CONF_INVALID:
        break;
    }
    if (secret_is_property(name))
        return err_set(err, REJECT, "kafka.%s: refused by librdkafka", name);
    return err_set(err, REJECT, "kafka.%s: %s", name, reason);
}

enum status kafka_property_check(const struct kafka_property *property, struct err *err)
{
    rd_kafka_conf_t *conf;
    enum status status;

    if (is_owned(property->name))
        return err_set(err, REJECT, "kafka.%s: the delivery protocol sets it itself",
                       property->name);
    conf = rd_kafka_conf_new();
    status = set(conf, property->name, property->value, err);
    rd_kafka_conf_destroy(conf);
    return status;
}

/*
 * Our own choices, which an operator may change; what only consumers or only producers know is no
 * error for the others.  Recommendations repeat the rulebook's texts and shrink to a tenth, and a
 * new assignment waits no longer than fetch.wait.max.ms for the fetch of the old one.
 *
 * Nobody waits for linger.ms: sink_send and a flush let everything leave at once.  But while a
 * partition has a request under way and messages that are older than that, this librdkafka asks
 * without pause whether it may send them, which took a third of the worker's processor time.
 *
 * What is read ahead is bounded per partition, in records and in bytes: by bytes alone a backlog of
 * small records, each with 400 bytes of librdkafka's own, took 120 MiB, by these 60.  When every
 * partition is beyond its bounds, this librdkafka waits up to a second before it fetches again:
 * they hold more than a second's work.
 */
static const struct kafka_owned choices[] = {
    {"socket.nagle.disable", "true"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.min.bytes", "1"},
    {"fetch.error.backoff.ms", "100"},
    {"queued.max.messages.kbytes", "16384"},
    {"queued.min.messages", "2000"},
    {"fetch.message.max.bytes", "262144"},
    {"linger.ms", "100"},
    {"compression.type", "lz4"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "2000"},
};

/* What matters comes back as an error; texts may name hosts and more. */
static void ignore_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    (void)level;
    (void)facility;
    (void)text;
}

enum status kafka_conf_new(const struct kafka_property *properties, size_t property_count,
                           const struct kafka_owned *owned, size_t owned_count,
                           rd_kafka_conf_t **ret, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum status status = OK;

    rd_kafka_conf_set_log_cb(conf, ignore_log);
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]) && status == OK; i++)
        status = set(conf, choices[i].name, choices[i].value, err);
    for (size_t i = 0; i < property_count && status == OK; i++)
        status = set(conf, properties[i].name, properties[i].value, err);
    for (size_t i = 0; i < owned_count && status == OK; i++)
        status = set(conf, owned[i].name, owned[i].value, err);
    if (status != OK) {
        rd_kafka_conf_destroy(conf);
        err->status = FATAL;
        return FATAL;
    }
    *ret = conf;
    return OK;
}

const char *kafka_conf_number(int64_t number, char text[KAFKA_NUMBER_SIZE])
{
    char *at = &text[KAFKA_NUMBER_SIZE - 1];

    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return at;
}

static rd_kafka_headers_t *headers_of(const struct sink_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);

    for (size_t i = 0; i < record->header_count; i++)
        (void)rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value.at,
                                  (ssize_t)record->headers[i].value.size);
    return headers;
}

rd_kafka_resp_err_t kafka_produce(rd_kafka_t *handle, rd_kafka_topic_t *topic,
                                  const struct sink_record *record)
{
    rd_kafka_headers_t *headers = headers_of(record);
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {(void *)(uintptr_t)record->key.at, record->key.size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {(void *)(uintptr_t)record->value.at, record->value.size}},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(handle, parts, sizeof(parts) / sizeof(parts[0]));
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);

    rd_kafka_error_destroy(error);
    /* librdkafka takes the headers only when it takes the record. */
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
    return code;
}
