#ifndef KAFKA_MOCK_BROKER_H
#define KAFKA_MOCK_BROKER_H

/*
 * Mock broker: librdkafka's mock cluster in this process, for the demonstration alone.  It keeps
 * nothing, does not fence, and drops offsets that are sent in a transaction; nothing is ever
 * claimed from it.
 */
#include "base/err.h"

struct mock_broker;

/* Start one; ${ret} is freed with mock_broker_stop. */
enum status mock_broker_start(struct mock_broker **ret, struct err *err)
    __attribute__((warn_unused_result));
void mock_broker_stop(struct mock_broker *broker); /* NULL is fine */

/* What bootstrap.servers must say; owned by the broker. */
const char *mock_broker_address(const struct mock_broker *broker);

/* Create a topic of ${partitions} partitions. */
enum status mock_broker_topic(struct mock_broker *broker, const char *name, int partitions,
                              struct err *err) __attribute__((warn_unused_result));

#endif
