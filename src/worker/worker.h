#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

/*
 * Worker: the lanes of one process, from start to stop.
 *
 * Signals: the first SIGTERM or SIGINT lets every lane finish its batch, bring its positions up to
 * date and leave; a second one ends the process at once, and nothing is lost by it.
 */
#include "base/err.h"
#include "kafka/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_LANES_MAX 64

struct policy;
struct metrics;

struct worker_settings {
    const char *instance; /* stable over restarts, unique per running worker */
    int32_t lanes;
    const char *group;
    const char *const *topics; /* pathology, imaging, clinical */
    size_t topic_count;
    const char *clinical_topic; /* one of them: Restage's own events go there */
    const char *recommendations_topic;
    const char *dead_letters_topic;
    const char *postgres; /* conninfo, "" for the environment */
    const struct kafka_property *kafka_properties;
    size_t kafka_property_count;
    size_t batch_records_max;
    size_t batch_bytes_max;
    bool static_membership;
    int32_t session_timeout_ms;
    int32_t transaction_timeout_ms;
    int32_t shutdown_timeout_ms;
    int32_t review_interval_ms;
    const struct policy *policy; /* sealed */
    const char *http_listen;     /* "address:port", "" for none */
};

/*
 * Run until a signal, or until ${stop} (NULL: never) becomes true; OK after a clean end, else FATAL
 * with the first lane's reason.  To be called on the main thread before any other is started.
 */
enum status worker_run(const struct worker_settings *settings, const volatile bool *stop,
                       struct err *err) __attribute__((warn_unused_result));

#endif
