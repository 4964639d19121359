#ifndef KAFKA_KAFKA_PROPERTIES_H
#define KAFKA_KAFKA_PROPERTIES_H

/* Checking an operator's librdkafka properties without connecting to anything. */
#include "base/err.h"
#include "kafka/source.h"

/*
 * REJECT when librdkafka does not know a property, refuses its value, or when the protocol owns it;
 * the text names the property and, where librdkafka says so, the allowed range.
 */
enum status kafka_property_check(const struct kafka_property *property, struct err *err)
    __attribute__((warn_unused_result));

/* The version of the librdkafka that is linked, "2.0.2". */
const char *kafka_library_version(void);

#endif
