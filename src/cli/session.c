#include "cli/session.h"

#include "cli/settings.h"
#include "kafka/publisher.h"
#include "kafka/reader.h"
#include "store/store_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define CONNECT_TIMEOUT_S 10
#define DELIVERY_TIMEOUT_MS 30000
#define CLOSE_TIMEOUT_MS 2000
#define QUESTION_TIMEOUT_MS 10000
#define CLIENT_ID "restage-command"
#define INPUT_TOPICS 3

extern char **environ;

struct session {
    const struct config *config;
    struct store_settings store_settings;
    struct kafka_property *properties;
    const char *topics[INPUT_TOPICS];
    struct store *store;
    struct publisher *publisher;
    struct source *source;
    struct reader *reader;
    struct policy policy;
};

static enum status open_session(const struct config_flags *flags, struct session *s,
                                struct err *err)
{
    enum status status = config_load(flags, environ, &s->config, err);

    if (status != OK)
        return status;
    status = settings_policy(s->config, &s->policy, err);
    if (status != OK)
        return status;
    s->properties = settings_kafka(s->config);
    if (s->properties == NULL)
        return err_set(err, FATAL, "no memory");
    s->topics[0] = s->config->topic_pathology;
    s->topics[1] = s->config->topic_imaging;
    s->topics[2] = s->config->topic_clinical;
    s->store_settings = (struct store_settings){.conninfo = s->config->postgres,
                                                .application_name = CLIENT_ID,
                                                .connect_timeout_s = CONNECT_TIMEOUT_S};
    return OK;
}

int session_open(const char *command, const struct config_flags *flags, struct session **ret)
{
    struct session *s = calloc(1, sizeof(*s));
    struct err err;

    if (s == NULL) {
        (void)err_set(&err, FATAL, "no memory");
        return session_fail(command, FATAL, &err);
    }
    if (open_session(flags, s, &err) != OK) {
        (void)session_fail(command, FATAL, &err);
        session_close(s);
        return EX_CONFIG;
    }
    *ret = s;
    return EX_OK;
}

void session_close(struct session *s)
{
    if (s == NULL)
        return;
    if (s->source != NULL)
        source_close(s->source, CLOSE_TIMEOUT_MS);
    reader_free(s->reader);
    publisher_free(s->publisher);
    store_close(s->store);
    free(s->properties);
    config_free(s->config);
    free(s);
}

const struct policy *session_policy(const struct session *s)
{
    return &s->policy;
}

const struct config *session_config(const struct session *s)
{
    return s->config;
}

const struct store_settings *session_store_settings(const struct session *s)
{
    return &s->store_settings;
}

enum status session_store(struct session *s, struct store **ret, struct err *err)
{
    enum status status = OK;

    if (s->store == NULL)
        status = store_admin_open(&s->store_settings, &s->store, err);
    if (status == OK)
        *ret = s->store;
    return status;
}

const char *const *session_topics(const struct session *s, size_t *ret_count)
{
    *ret_count = INPUT_TOPICS;
    return s->topics;
}

const char *session_clinical_topic(const struct session *s)
{
    return s->config->topic_clinical;
}

enum status session_send(struct session *s, const struct sink_record *record, struct err *err)
{
    const struct publisher_settings settings = {.properties = s->properties,
                                                .property_count = s->config->kafka_count,
                                                .client_id = CLIENT_ID,
                                                .delivery_timeout_ms = DELIVERY_TIMEOUT_MS};
    enum status status = OK;

    if (s->publisher == NULL)
        status = publisher_new(&settings, &s->publisher, err);
    return status == OK ? publisher_send(s->publisher, record, err) : status;
}

enum status session_flush(struct session *s, struct err *err)
{
    return s->publisher == NULL ? OK : publisher_flush(s->publisher, err);
}

enum status session_source(struct session *s, struct source **ret, struct err *err)
{
    const struct source_settings settings = {.properties = s->properties,
                                             .property_count = s->config->kafka_count,
                                             .topics = s->topics,
                                             .topic_count = INPUT_TOPICS,
                                             .group_id = s->config->group,
                                             .client_id = CLIENT_ID,
                                             .group_instance_id = "",
                                             .session_timeout_ms =
                                                 (int32_t)s->config->session_timeout_ms};
    enum status status = OK;

    if (s->source == NULL)
        status = source_new(&settings, &s->source, err);
    if (status == OK)
        *ret = s->source;
    return status;
}

enum status session_reader(struct session *s, bool from_beginning, struct reader **ret,
                           struct err *err)
{
    const struct reader_settings settings = {.properties = s->properties,
                                             .property_count = s->config->kafka_count,
                                             .client_id = CLIENT_ID,
                                             .topic = s->config->topic_recommendations,
                                             .from_beginning = from_beginning,
                                             .timeout_ms = QUESTION_TIMEOUT_MS};
    enum status status = OK;

    if (s->reader == NULL)
        status = reader_new(&settings, &s->reader, err);
    if (status == OK)
        *ret = s->reader;
    return status;
}

int session_fail(const char *command, enum status status, const struct err *err)
{
    (void)fprintf(stderr, "restage %s: %s\n", command, err->text);
    switch (status) {
    case RETRY:
        return EX_TEMPFAIL;
    case REJECT:
        return EX_DATAERR;
    case FATAL:
        return EX_UNAVAILABLE;
    case OK:
        break;
    }
    return EX_SOFTWARE;
}
