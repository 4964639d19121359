#ifndef KAFKA_GROUP_MEMBERSHIP_H
#define KAFKA_GROUP_MEMBERSHIP_H

/* The group metadata that source and sink pass to each other. */
#include <librdkafka/rdkafka.h>

struct group_membership {
    rd_kafka_consumer_group_metadata_t *metadata;
};

#endif
