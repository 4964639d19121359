#include "kafka/source.h"

#include "base/text.h"
#include "kafka/kafka_conf.h"
#include "kafka/source_handle.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Rebalance ------------------------------------------------------------------------------- */

static void forget_assignment(struct source *s)
{
    if (s->membership.metadata != NULL)
        rd_kafka_consumer_group_metadata_destroy(s->membership.metadata);
    s->membership.metadata = NULL;
    free(s->assigned);
    free(s->known_ends);
    s->assigned = NULL;
    s->known_ends = NULL;
    s->assigned_count = 0;
}

static size_t topic_index(const struct source *s, const char *name)
{
    for (size_t i = 0; i < s->settings.topic_count; i++)
        if (strcmp(s->settings.topics[i], name) == 0)
            return i;
    return SOURCE_TOPICS_MAX;
}

static void remember_assignment(struct source *s, rd_kafka_topic_partition_list_t *partitions)
{
    size_t count = (size_t)partitions->cnt;

    rd_kafka_topic_partition_list_sort(partitions, NULL, NULL);
    s->assigned = calloc(count + 1, sizeof(*s->assigned));
    s->known_ends = calloc(count + 1, sizeof(*s->known_ends));
    assert(s->assigned != NULL && s->known_ends != NULL);
    for (int i = 0; i < partitions->cnt; i++) {
        size_t topic = topic_index(s, partitions->elems[i].topic);

        if (topic == SOURCE_TOPICS_MAX)
            continue;
        s->known_ends[s->assigned_count] = -1;
        s->assigned[s->assigned_count++] =
            (struct source_partition){topic, partitions->elems[i].partition};
    }
}

/*
 * Runs inside rd_kafka_consumer_poll.  The group metadata is taken here and nowhere else.  The
 * rebalance is completed with an empty assignment: what is fetched, and from where, source_fetch
 * says later.
 */
static void on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
    struct source *s = ((struct source_link *)opaque)->source;

    if (s == NULL) {
        (void)rd_kafka_assign(handle, NULL);
        return;
    }
    forget_assignment(s);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(0);

        remember_assignment(s, partitions);
        s->membership.metadata = rd_kafka_consumer_group_metadata(handle);
        s->news = SOURCE_ASSIGNED;
        (void)rd_kafka_assign(handle, none);
        rd_kafka_topic_partition_list_destroy(none);
    } else {
        s->news = SOURCE_REVOKED;
        (void)rd_kafka_assign(handle, NULL);
    }
    rd_kafka_yield(handle); /* the poll comes back at once: there is news */
}

/* ---- Life ------------------------------------------------------------------------------------ */

static enum status create_handle(struct source *s, struct err *err)
{
    const struct source_settings *settings = &s->settings;
    char session[KAFKA_NUMBER_SIZE];
    char heartbeat[KAFKA_NUMBER_SIZE];
    char reason[256];
    const struct kafka_owned owned[] = {
        {"group.id", settings->group_id},
        {"client.id", settings->client_id},
        {"session.timeout.ms", kafka_conf_number(settings->session_timeout_ms, session)},
        {"heartbeat.interval.ms", kafka_conf_number(settings->session_timeout_ms / 3, heartbeat)},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"partition.assignment.strategy", "range"},
        {"allow.auto.create.topics", "false"},
        {"group.instance.id", settings->group_instance_id},
    };
    size_t owned_count = sizeof(owned) / sizeof(owned[0]);
    struct source_link *link = calloc(1, sizeof(*link));
    rd_kafka_conf_t *conf;
    enum status status;

    if (link == NULL)
        return err_set(err, FATAL, "consumer: no memory");
    link->source = s;
    if (settings->group_instance_id[0] == '\0')
        owned_count--;
    status = kafka_conf_new(settings->properties, settings->property_count, owned, owned_count,
                            &conf, err);
    if (status != OK) {
        free(link);
        return status;
    }
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, link);
    s->handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof(reason));
    if (s->handle == NULL) {
        rd_kafka_conf_destroy(conf);
        free(link);
        return err_set(err, FATAL, "consumer: %s", reason);
    }
    s->link = link;
    (void)rd_kafka_poll_set_consumer(s->handle);
    return OK;
}

enum status source_new(const struct source_settings *settings, struct source **ret, struct err *err)
{
    struct source *s = calloc(1, sizeof(*s));
    enum status status;

    if (s == NULL)
        return err_set(err, FATAL, "consumer: no memory");
    s->settings = *settings;
    status = create_handle(s, err);
    if (status != OK) {
        free(s);
        return status;
    }
    *ret = s;
    return OK;
}

enum status source_subscribe(struct source *s, struct err *err)
{
    rd_kafka_topic_partition_list_t *topics =
        rd_kafka_topic_partition_list_new((int)s->settings.topic_count);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < s->settings.topic_count; i++)
        rd_kafka_topic_partition_list_add(topics, s->settings.topics[i], RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(s->handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, FATAL, "consumer: subscribe: %s", rd_kafka_err2name(code));
    return OK;
}

/* Closing on a thread of its own: it may never come back when the broker is gone. */
struct closing {
    pthread_mutex_t lock;
    pthread_cond_t done_signal;
    bool done;
    bool abandoned; /* nobody waits: the thread frees this itself */
    rd_kafka_t *handle;
    struct source_link *link;
};

static void free_closing(struct closing *c)
{
    (void)pthread_mutex_destroy(&c->lock);
    (void)pthread_cond_destroy(&c->done_signal);
    free(c);
}

static void *close_handle(void *opaque)
{
    struct closing *c = opaque;
    bool abandoned;

    (void)rd_kafka_consumer_close(c->handle);
    rd_kafka_destroy(c->handle);
    free(c->link);
    (void)pthread_mutex_lock(&c->lock);
    c->done = true;
    abandoned = c->abandoned;
    (void)pthread_cond_signal(&c->done_signal);
    (void)pthread_mutex_unlock(&c->lock);
    if (abandoned)
        free_closing(c);
    return NULL;
}

/* Close and destroy the handle; from here on its callbacks do not know the source. */
static void give_up_handle(struct source *s, int32_t timeout_ms)
{
    struct closing *c = calloc(1, sizeof(*c));
    struct timespec deadline;
    pthread_t thread;
    bool done;

    if (s->kept != NULL)
        rd_kafka_message_destroy(s->kept);
    s->kept = NULL;
    s->news = SOURCE_NOTHING;
    s->replaced = false;
    forget_assignment(s);
    s->link->source = NULL;
    assert(c != NULL);
    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->done_signal, NULL);
    c->handle = s->handle;
    c->link = s->link;
    s->handle = NULL;
    s->link = NULL;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += timeout_ms / 1000 + 1;
    if (pthread_create(&thread, NULL, close_handle, c) != 0)
        return; /* no threads are left: neither can librdkafka close */
    (void)pthread_detach(thread);
    (void)pthread_mutex_lock(&c->lock);
    while (!c->done && pthread_cond_timedwait(&c->done_signal, &c->lock, &deadline) == 0)
        continue;
    done = c->done;
    c->abandoned = !done;
    (void)pthread_mutex_unlock(&c->lock);
    if (done)
        free_closing(c);
}

void source_close(struct source *s, int32_t timeout_ms)
{
    if (s == NULL)
        return;
    if (s->handle != NULL)
        give_up_handle(s, timeout_ms);
    free(s->cluster_id);
    free(s);
}

enum status source_recreate(struct source *s, int32_t timeout_ms, struct err *err)
{
    if (s->handle != NULL)
        give_up_handle(s, timeout_ms);
    return create_handle(s, err);
}

bool source_is_replaced(const struct source *s)
{
    return s->replaced;
}

/* ---- Polling --------------------------------------------------------------------------------- */

/* False when the arena is full; what is too long or not text reads as absent. */
static bool copy_header(const rd_kafka_headers_t *headers, const char *name, struct arena *arena,
                        const char **ret)
{
    const void *value;
    size_t size;

    if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        value == NULL || size > SOURCE_HEADER_SIZE_MAX || !text_is_utf8(value, size) ||
        text_has_control(value, size))
        return true;
    *ret = arena_copy(arena, value, size);
    return *ret != NULL;
}

static bool copy_bytes(const void *bytes, size_t size, struct arena *arena, struct bytes *ret)
{
    if (bytes == NULL)
        return true;
    ret->at = arena_copy(arena, bytes, size);
    ret->size = size;
    return ret->at != NULL;
}

/* False when the arena is full. */
static bool copy_record(const struct source *s, const rd_kafka_message_t *m, struct arena *arena,
                        struct source_record *ret)
{
    rd_kafka_timestamp_type_t kind;
    rd_kafka_headers_t *headers;
    struct source_record r = {
        .partition = {topic_index(s, rd_kafka_topic_name(m->rkt)), m->partition},
        .offset = m->offset,
        .timestamp_ms = rd_kafka_message_timestamp(m, &kind)};

    if (!copy_bytes(m->key, m->key_len, arena, &r.key) ||
        !copy_bytes(m->payload, m->len, arena, &r.value))
        return false;
    if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        !(copy_header(headers, "traceparent", arena, &r.traceparent) &&
          copy_header(headers, "tracestate", arena, &r.tracestate) &&
          copy_header(headers, "restage.replay.dead_letter_id", arena, &r.replay_dead_letter_id) &&
          copy_header(headers, "restage.replay.sha256", arena, &r.replay_sha256) &&
          copy_header(headers, "restage.replay.count", arena, &r.replay_count) &&
          copy_header(headers, "restage.replay.first_at", arena, &r.replay_first_at)))
        return false;
    *ret = r;
    return true;
}

static void learn_end(struct source *s, struct source_partition where, int64_t end)
{
    for (size_t i = 0; i < s->assigned_count; i++)
        if (s->assigned[i].topic == where.topic && s->assigned[i].partition == where.partition)
            s->known_ends[i] = end;
}

static enum status take_error(struct source *s, const rd_kafka_message_t *m,
                              struct source_event *ret, struct err *err)
{
    struct source_partition where = {SOURCE_TOPICS_MAX, m->partition};
    rd_kafka_resp_err_t code = m->err;
    char text[256];

    if (m->rkt != NULL)
        where.topic = topic_index(s, rd_kafka_topic_name(m->rkt));
    ret->partition = where;
    ret->offset = m->offset;
    if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        ret->kind = SOURCE_END;
        learn_end(s, where, m->offset);
        return OK;
    }
    if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        ret->kind = SOURCE_OUT_OF_RANGE;
        return OK;
    }
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = rd_kafka_fatal_error(s->handle, text, sizeof(text));
        s->replaced = code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
        return err_set(err, FATAL, "consumer: %s", rd_kafka_err2name(code));
    }
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
        code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        return err_set(err, FATAL, "consumer: %s", rd_kafka_err2name(code));
    ret->kind = SOURCE_TROUBLE;
    (void)err_set(err, RETRY, "consumer: %s", rd_kafka_err2name(code));
    return OK;
}

enum status source_poll(struct source *s, int32_t timeout_ms, struct arena *arena,
                        struct source_event *ret, struct err *err)
{
    rd_kafka_message_t *m = s->kept;
    enum status status = OK;

    memset(ret, 0, sizeof(*ret));
    if (s->replaced) /* librdkafka says it once; it stays true until source_recreate */
        return err_set(err, FATAL, "consumer: FENCED_INSTANCE_ID");
    s->kept = NULL;
    if (m == NULL && s->news == SOURCE_NOTHING)
        m = rd_kafka_consumer_poll(s->handle, timeout_ms);
    if (s->news != SOURCE_NOTHING) {
        /* Whatever was fetched before belongs to the past. */
        ret->kind = s->news;
        s->news = SOURCE_NOTHING;
    } else if (m == NULL) {
        return OK;
    } else if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status = take_error(s, m, ret, err);
    } else if (copy_record(s, m, arena, &ret->record)) {
        ret->kind = SOURCE_RECORD;
    } else {
        s->kept = m;
        return err_set(err, RETRY, "consumer: the batch's memory is full");
    }
    if (m != NULL)
        rd_kafka_message_destroy(m);
    return status;
}

size_t source_assignment(const struct source *s, const struct source_partition **ret)
{
    *ret = s->assigned;
    return s->assigned_count;
}

const struct group_membership *source_membership(const struct source *s)
{
    return s->membership.metadata == NULL ? NULL : &s->membership;
}

enum status source_fetch(struct source *s, const struct source_position *positions, size_t count,
                         struct err *err)
{
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;

    if (s->kept != NULL)
        rd_kafka_message_destroy(s->kept);
    s->kept = NULL;
    if (count == 0 && s->membership.metadata == NULL)
        return OK;
    list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, s->settings.topics[positions[i].partition.topic],
                                          positions[i].partition.partition)
            ->offset = positions[i].offset;
    code = rd_kafka_assign(s->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, RETRY, "consumer: assign: %s", rd_kafka_err2name(code));
    return OK;
}
