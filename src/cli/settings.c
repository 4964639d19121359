#include "cli/settings.h"

#include "guidance/rulebook.h"

#include <stdlib.h>

enum status settings_policy(const struct config *config, struct policy *ret, struct err *err)
{
    *ret = policy_default();
    for (size_t i = 0; i < config->policy_count; i++) {
        const struct config_pair *p = &config->policy[i];

        if (policy_set(ret, p->name, p->value, err) != OK) {
            char origin[CONFIG_ORIGIN_SIZE];

            config_origin_format(&p->origin, origin);
            return err_add(err, "%s", origin);
        }
    }
    rulebook_seal(ret);
    return OK;
}

struct kafka_property *settings_kafka(const struct config *config)
{
    struct kafka_property *properties = calloc(config->kafka_count + 1, sizeof(*properties));

    for (size_t i = 0; i < config->kafka_count && properties != NULL; i++)
        properties[i] =
            (struct kafka_property){.name = config->kafka[i].name, .value = config->kafka[i].value};
    return properties;
}

enum status settings_worker(const struct config *config, struct worker_parts *ret, struct err *err)
{
    enum status status = settings_policy(config, &ret->policy, err);

    if (status != OK)
        return status;
    ret->topics[0] = config->topic_pathology;
    ret->topics[1] = config->topic_imaging;
    ret->topics[2] = config->topic_clinical;
    ret->kafka = settings_kafka(config);
    if (ret->kafka == NULL)
        return err_set(err, FATAL, "no memory");
    ret->settings =
        (struct worker_settings){.instance = config->instance,
                                 .lanes = (int32_t)config->lanes,
                                 .group = config->group,
                                 .topics = ret->topics,
                                 .topic_count = 3,
                                 .clinical_topic = config->topic_clinical,
                                 .recommendations_topic = config->topic_recommendations,
                                 .dead_letters_topic = config->topic_dead_letters,
                                 .postgres = config->postgres,
                                 .kafka_properties = ret->kafka,
                                 .kafka_property_count = config->kafka_count,
                                 .batch_records_max = (size_t)config->batch_max,
                                 .batch_bytes_max = (size_t)config->batch_bytes,
                                 .static_membership = config->static_membership != 0,
                                 .session_timeout_ms = (int32_t)config->session_timeout_ms,
                                 .transaction_timeout_ms = (int32_t)config->transaction_timeout_ms,
                                 .shutdown_timeout_ms = (int32_t)config->shutdown_timeout_ms,
                                 .review_interval_ms = (int32_t)config->review_interval_ms,
                                 .policy = &ret->policy,
                                 .http_listen = config->http_listen};
    return OK;
}
