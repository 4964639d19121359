#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

/* Settings: what the worker and the judgement take out of a configuration. */
#include "base/config.h"
#include "guidance/policy.h"
#include "worker/worker.h"

/* The policy of ${config}, sealed.  REJECT with the place of a number that is unknown or wrong. */
enum status settings_policy(const struct config *config, struct policy *ret, struct err *err)
    __attribute__((warn_unused_result));

/* librdkafka's properties of ${config} as the adapters take them; freed with free(). */
struct kafka_property *settings_kafka(const struct config *config);

/* What a worker runs with; points into the arguments. */
struct worker_parts {
    const char *topics[3]; /* pathology, imaging, clinical */
    struct policy policy;
    struct kafka_property *kafka; /* freed with free() */
    struct worker_settings settings;
};
enum status settings_worker(const struct config *config, struct worker_parts *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
