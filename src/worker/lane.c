#include "worker/lane.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "guidance/policy.h"
#include "worker/clock.h"
#include "worker/delivery.h"
#include "worker/gauges.h"

#include <stdio.h>

#define STEP_TIMEOUT_MS 100
#define TOPIC_TIMEOUT_MS 2000
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS 5000
#define NAME_SIZE_MAX 256
#define TOPIC_NAME_SIZE_MAX 249 /* Kafka's own limit */
#define MARK_SIZE 4             /* bytes of a hash that are told in a name */
#define PROBE_CLOSE_TIMEOUT_MS 1000

/* What a lane owns, in the order of making. */
struct lane_parts {
    struct store *store;
    struct source *source;
    struct sink *sink;
    struct delivery *delivery;
    struct delivery_settings settings;
    char transactional_id[NAME_SIZE_MAX];
    char client[NAME_SIZE_MAX]; /* client.id */
    /* group.instance.id, "" without static membership */
    char member[NAME_SIZE_MAX + 2 * MARK_SIZE + 2];
    char application[NAME_SIZE_MAX];
    uint32_t random;
    int32_t backoff_ms;
};

static bool stopping(const struct lane *lane)
{
    return atomic_load(lane->stop);
}

/* Backoff doubles up to its cap; the second half of it is chance, so that lanes do not march. */
static int32_t next_backoff(struct lane_parts *p)
{
    p->random = p->random * 1664525 + 1013904223;
    p->backoff_ms = p->backoff_ms == 0 ? BACKOFF_FIRST_MS : 2 * p->backoff_ms;
    if (p->backoff_ms > BACKOFF_MAX_MS)
        p->backoff_ms = BACKOFF_MAX_MS;
    return p->backoff_ms / 2 + (int32_t)(p->random >> 8) % (p->backoff_ms / 2 + 1);
}

static void set_state(struct lane *lane, enum lane_state state)
{
    atomic_store(&lane->state, state);
    if (state == LANE_RUNNING)
        atomic_store(&lane->has_run, true);
    if (state == LANE_RETRYING) {
        if (atomic_load(&lane->trouble_since_ms) == 0)
            atomic_store(&lane->trouble_since_ms, clock_monotonic_us() / 1000);
    } else {
        atomic_store(&lane->trouble_since_ms, 0);
    }
    atomic_store(&lane->last_step_ms, clock_monotonic_us() / 1000);
}

static void say_retry(const struct lane *lane, const struct err *err, int32_t wait_ms)
{
    const struct log_field fields[] = {log_number("lane", lane->number), log_error(err),
                                       log_number("again_in_ms", wait_ms)};

    log_event(LOG_WARNING, "retry", fields, sizeof(fields) / sizeof(fields[0]));
}

/* ---- Making and unmaking --------------------------------------------------------------------- */

static void name_parts(const struct lane *lane, struct lane_parts *p)
{
    const struct worker_settings *s = lane->settings;

    (void)snprintf(p->transactional_id, sizeof(p->transactional_id), "%s.%s.%d", s->group,
                   s->instance, (int)lane->number);
    (void)snprintf(p->client, sizeof(p->client), "%s.%d", s->instance, (int)lane->number);
    (void)snprintf(p->application, sizeof(p->application), "restage %s.%d", s->instance,
                   (int)lane->number);
}

static void delivery_settings_of(const struct lane *lane, struct delivery_settings *ret)
{
    const struct worker_settings *s = lane->settings;

    *ret = (struct delivery_settings){.instance = s->instance,
                                      .lane = lane->number,
                                      .run_id = uuid_random(),
                                      .topics = s->topics,
                                      .topic_count = s->topic_count,
                                      .clinical_topic = s->clinical_topic,
                                      .recommendations_topic = s->recommendations_topic,
                                      .dead_letters_topic = s->dead_letters_topic,
                                      .batch_records_max = s->batch_records_max,
                                      .batch_bytes_max = s->batch_bytes_max,
                                      .review_interval_ms = s->review_interval_ms,
                                      .policy = s->policy,
                                      .rulebook_hash = s->policy->rulebook_hash,
                                      .worker_version = restage_version()};
}

static struct source_settings source_settings_of(const struct lane *lane,
                                                 const struct lane_parts *p)
{
    const struct worker_settings *s = lane->settings;

    return (struct source_settings){.properties = s->kafka_properties,
                                    .property_count = s->kafka_property_count,
                                    .topics = s->topics,
                                    .topic_count = s->topic_count,
                                    .group_id = s->group,
                                    .client_id = p->client,
                                    .group_instance_id = p->member,
                                    .session_timeout_ms = s->session_timeout_ms};
}

static enum status make_kafka(struct lane *lane, struct lane_parts *p, struct err *err)
{
    const struct worker_settings *s = lane->settings;
    const struct source_settings source = source_settings_of(lane, p);
    const struct sink_settings sink = {.properties = s->kafka_properties,
                                       .property_count = s->kafka_property_count,
                                       .transactional_id = p->transactional_id,
                                       .client_id = p->client,
                                       .transaction_timeout_ms = s->transaction_timeout_ms};
    enum status status = source_new(&source, &p->source, err);

    return status == OK ? sink_new(&sink, &p->sink, err) : status;
}

/*
 * Look at the input topics, once per worker.  A compacted one loses results: it is refused.  With
 * the producers' own timestamps as_of follows their clocks: that is said.  What cannot be read (no
 * right to describe topics, an old broker) is left to check-config.
 */
static enum status look_at_topics(const struct lane *lane, struct source *probe, struct err *err)
{
    for (size_t i = 0; lane->number == 0 && i < lane->settings->topic_count; i++) {
        const char *topic = lane->settings->topics[i];
        struct source_topic_report report;
        const struct log_field fields[] = {log_word("topic", topic)};

        if (source_topic_report(probe, topic, TOPIC_TIMEOUT_MS, &report, err) != OK)
            return OK;
        if (report.compacted)
            return err_set(err, FATAL,
                           "topic %s: it is compacted, so that results would be lost. HINT: set "
                           "its cleanup.policy to delete",
                           topic);
        if (!report.exists)
            log_event(LOG_WARNING, "topic-missing", fields, 1);
        else if (!report.log_append_time)
            log_event(LOG_WARNING, "topic-has-producers-time", fields, 1);
    }
    return OK;
}

/*
 * A static member that comes back within its session is given the partitions of before, whatever
 * its topics are like by now: one that was made meanwhile would never be read.  So the member's
 * name tells the topics and how many partitions each has.  Whoever comes with another name is new,
 * and the group deals its partitions out again; the old name goes when its session ends.
 */
static enum status name_member(const struct lane *lane, struct lane_parts *p, struct source *probe,
                               struct err *err)
{
    const struct worker_settings *s = lane->settings;
    char text[SOURCE_TOPICS_MAX * (TOPIC_NAME_SIZE_MAX + 16)];
    struct text_builder b = text_builder_over(text, sizeof(text));
    uint8_t hash[SHA256_SIZE];
    char mark[2 * MARK_SIZE + 1];

    for (size_t i = 0; i < s->topic_count; i++) {
        int32_t count;
        enum status status =
            source_partition_count(probe, s->topics[i], TOPIC_TIMEOUT_MS, &count, err);

        if (status != OK)
            return status;
        text_add(&b, s->topics[i]);
        text_add(&b, " ");
        text_add_number(&b, count);
        text_add(&b, "\n");
    }
    sha256(text, b.used, hash);
    hex_encode(hash, MARK_SIZE, mark);
    (void)snprintf(p->member, sizeof(p->member), "%s.%s", p->client, mark);
    return OK;
}

/* Wait before something is tried again that failed with ${err}. */
static void wait_to_retry(struct lane *lane, struct lane_parts *p, const struct err *err)
{
    int32_t wait_ms = next_backoff(p);

    set_state(lane, LANE_RETRYING);
    say_retry(lane, err, wait_ms);
    clock_sleep_ms(wait_ms);
}

/* Open PostgreSQL, waiting for it as long as it takes. */
static enum status make_store(struct lane *lane, struct lane_parts *p, struct err *err)
{
    const struct store_settings store = {.conninfo = lane->settings->postgres,
                                         .application_name = p->application,
                                         .connect_timeout_s = 5};
    enum status status = store_open(&store, &p->store, err);

    while (status == RETRY && !stopping(lane)) {
        wait_to_retry(lane, p, err);
        status = store_open(&store, &p->store, err);
    }
    return status;
}

/* Look at the topics with a consumer that joins nothing, waiting for a broker as long as needed. */
static enum status probe_topics(struct lane *lane, struct lane_parts *p, struct err *err)
{
    const struct source_settings settings = source_settings_of(lane, p);
    struct source *probe = NULL;
    enum status status = source_new(&settings, &probe, err);

    if (status == OK)
        status = look_at_topics(lane, probe, err);
    if (status == OK && lane->settings->static_membership) {
        status = name_member(lane, p, probe, err);
        while (status == RETRY && !stopping(lane)) {
            wait_to_retry(lane, p, err);
            status = name_member(lane, p, probe, err);
        }
    }
    source_close(probe, PROBE_CLOSE_TIMEOUT_MS);
    return status;
}

static enum status make(struct lane *lane, struct lane_parts *p, struct err *err)
{
    enum status status = make_store(lane, p, err);

    if (status == OK)
        status = probe_topics(lane, p, err);
    if (status == OK)
        status = make_kafka(lane, p, err);
    if (status != OK)
        return status;
    p->backoff_ms = 0;
    delivery_settings_of(lane, &p->settings);
    p->delivery = delivery_new(&p->settings, p->store, p->source, p->sink);
    return p->delivery == NULL ? err_set(err, FATAL, "lane: no memory") : OK;
}

static void unmake(const struct lane *lane, struct lane_parts *p)
{
    delivery_free(p->delivery);
    source_close(p->source, lane->settings->shutdown_timeout_ms / 2);
    sink_free(p->sink);
    store_close(p->store);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Take the counts of the last step over. */
static void take_report(struct lane *lane, struct lane_parts *p)
{
    struct report *r = delivery_report(p->delivery);

    gauges_take(lane->gauges, lane->number, r, p->delivery);
    report_add(&lane->total, r);
    atomic_store(&lane->refused, delivery_any_refused(p->delivery));
}

static enum status start(struct lane *lane, struct lane_parts *p, struct err *err)
{
    enum status status = delivery_start(p->delivery, err);

    while (status == RETRY && !stopping(lane)) {
        wait_to_retry(lane, p, err);
        if (!store_is_connected(p->store))
            status = store_reconnect(p->store, err);
        if (store_is_connected(p->store))
            status = delivery_start(p->delivery, err);
    }
    p->backoff_ms = 0;
    return status;
}

static enum status run(struct lane *lane, struct lane_parts *p, struct err *err)
{
    enum status status = start(lane, p, err);

    while (status != FATAL && !stopping(lane)) {
        status = delivery_step(p->delivery, STEP_TIMEOUT_MS, err);
        take_report(lane, p);
        if (status == OK) {
            p->backoff_ms = 0;
            set_state(lane, LANE_RUNNING);
        } else if (status == RETRY) {
            int32_t wait_ms = next_backoff(p);

            set_state(lane, LANE_RETRYING);
            say_retry(lane, err, wait_ms);
            status = delivery_wait(p->delivery, wait_ms, err);
        }
    }
    if (status != FATAL)
        status = delivery_stop(p->delivery, err);
    take_report(lane, p);
    return status;
}

void *lane_run(void *opaque)
{
    struct lane *lane = opaque;
    struct lane_parts parts = {.random = (uint32_t)clock_now_ms() + (uint32_t)lane->number};
    enum status status;

    name_parts(lane, &parts);
    set_state(lane, LANE_STARTING);
    status = make(lane, &parts, &lane->err);
    if (status == OK && !stopping(lane))
        status = run(lane, &parts, &lane->err);
    if (status == RETRY && stopping(lane))
        status = OK; /* told to stop while it waited: nothing is in hand */
    unmake(lane, &parts);
    set_state(lane, status == OK ? LANE_STOPPED : LANE_FAILED);
    return NULL;
}
