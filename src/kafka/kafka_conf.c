#include "kafka/kafka_conf.h"
#include "kafka/kafka_properties.h"

#include <string.h>

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
    "acks",
    "request.required.acks",
    "partitioner",
    NULL,
};

static const char *const secret_names[] = {
    "sasl.password",
    "ssl.key.password",
    "ssl.keystore.password",
    "ssl.key.pem",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    NULL,
};

static bool is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

bool kafka_property_is_secret(const char *name)
{
    return is_among(name, secret_names);
}

const char *kafka_library_version(void)
{
    return rd_kafka_version_str();
}

/* librdkafka's reason may quote the value: only that of a property which is no secret is passed. */
static enum status set(rd_kafka_conf_t *conf, const char *name, const char *value, struct err *err)
{
    char reason[256];

    if (rd_kafka_conf_set(conf, name, value, reason, sizeof(reason)) == RD_KAFKA_CONF_OK)
        return OK;
    if (kafka_property_is_secret(name))
        return err_set(err, REJECT, "kafka.%s: refused by librdkafka", name);
    return err_set(err, REJECT, "kafka.%s: %s", name, reason);
}

enum status kafka_property_check(const struct kafka_property *property, struct err *err)
{
    rd_kafka_conf_t *conf;
    enum status status;

    if (is_among(property->name, owned_names))
        return err_set(err, REJECT, "kafka.%s: the delivery protocol sets it itself",
                       property->name);
    conf = rd_kafka_conf_new();
    status = set(conf, property->name, property->value, err);
    rd_kafka_conf_destroy(conf);
    return status;
}

/* Properties of consumers only would make librdkafka complain about a producer, and reversed. */
static void ignore_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle;
    (void)level;
    (void)facility;
    (void)text; /* what matters comes back as an error; texts may name hosts and more */
}

enum status kafka_conf_new(const struct kafka_property *properties, size_t property_count,
                           const struct kafka_owned *owned, size_t owned_count, bool producer,
                           rd_kafka_conf_t **ret, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum status status = OK;

    (void)producer;
    rd_kafka_conf_set_log_cb(conf, ignore_log);
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

const char *kafka_number_text(int64_t number, char text[24])
{
    char *at = text + 23;

    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return at;
}
