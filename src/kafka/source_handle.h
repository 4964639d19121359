#ifndef KAFKA_SOURCE_HANDLE_H
#define KAFKA_SOURCE_HANDLE_H

/* What a source is made of; shared by source.c and source_query.c and by nobody else. */
#include "kafka/group_membership.h"
#include "kafka/source.h"

/* What librdkafka's callbacks are given: NULL once the handle is given up. */
struct source_link {
    struct source *source;
};

struct source {
    rd_kafka_t *handle;
    struct source_link *link; /* of the handle; freed with it */
    struct source_settings settings;
    struct source_partition *assigned; /* in (topic name, partition) order */
    size_t assigned_count;
    struct group_membership membership;
    enum source_event_kind
        news;            /* from the rebalance callback: ASSIGNED or REVOKED, else NOTHING */
    int64_t *known_ends; /* parallel to assigned */
    char *cluster_id;
    bool replaced;
    rd_kafka_message_t *kept; /* a record that did not fit into the arena: comes again */
};

#endif
