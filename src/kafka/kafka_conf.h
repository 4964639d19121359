#ifndef KAFKA_KAFKA_CONF_H
#define KAFKA_KAFKA_CONF_H

/*
 * Configuration of librdkafka handles: the operator's properties verbatim, the protocol's own on
 * top.  Used by the files of kafka/ alone, but for the check of an operator's properties.
 */
#include "base/err.h"
#include "kafka/source.h"

#include <librdkafka/rdkafka.h>

/* A property that the protocol depends on. */
struct kafka_owned {
    const char *name;
    const char *value;
};

/* ${number}, not negative, as the text of a property's value. */
const char *kafka_number_text(int64_t number, char text[24]);

/* A configuration from ${properties} and ${count} owned ones; freed by whoever gets it. */
enum status kafka_conf_new(const struct kafka_property *properties, size_t property_count,
                           const struct kafka_owned *owned, size_t owned_count, bool producer,
                           rd_kafka_conf_t **ret, struct err *err);

#endif
