#ifndef KAFKA_KAFKA_CONF_H
#define KAFKA_KAFKA_CONF_H

/*
 * Kafka conf: what the adapters share: configurations made of the operator's properties and the
 * protocol's own, and the one way to produce a record.  Used by the files of kafka/ alone.
 */
#include "base/err.h"
#include "kafka/sink.h"

#include <librdkafka/rdkafka.h>

#define KAFKA_NUMBER_SIZE 24

/* A property that the protocol depends on. */
struct kafka_owned {
    const char *name;
    const char *value;
};

/*
 * A configuration from ${properties}, over our own choices for latency, and under ${owned}; freed
 * by whoever gets it.  FATAL when librdkafka refuses a property.
 */
enum status kafka_conf_new(const struct kafka_property *properties, size_t property_count,
                           const struct kafka_owned *owned, size_t owned_count,
                           rd_kafka_conf_t **ret, struct err *err);

/* A number that is not negative, as the text of a property. */
const char *kafka_conf_number(int64_t number, char text[KAFKA_NUMBER_SIZE]);

/*
 * Queue ${record} for ${topic}.  A topic handle spares the lookup by name, which costs up to a
 * second for the first record of a topic (and in this librdkafka for others too).
 */
rd_kafka_resp_err_t kafka_produce(rd_kafka_t *handle, rd_kafka_topic_t *topic,
                                  const struct sink_record *record);

#endif
