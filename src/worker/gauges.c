#include "worker/gauges.h"

#include "base/log.h"
#include "base/version.h"
#include "guidance/policy.h"
#include "http/http.h"
#include "http/metrics.h"
#include "store/store.h"
#include "worker/clock.h"
#include "worker/delivery.h"
#include "worker/probes.h"
#include "worker/lane.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESS_SIZE_MAX 300
#define NAP_MS 100 /* between two looks whether the worker stops */

/* The partitions that a lane shows now; only its own thread touches this. */
struct shown {
    struct source_partition *partitions;
    size_t count;
    size_t capacity;
    int64_t refused;
};

struct gauges {
    const struct worker_settings *settings;
    const struct lane *lanes;
    const atomic_bool *stop;
    struct metrics *metrics;
    struct http *http;
    struct shown *shown; /* of each lane */
    pthread_t figures;
    bool figures_started;
    atomic_bool figures_ended;
};

/* ---- What lanes report ----------------------------------------------------------------------- */

static void count_batch(struct metrics *m, const struct report *r)
{
    if (r->batches > 0)
        metrics_observe(m, METRIC_BATCH_RECORDS, 0, r->batch_records);
    for (size_t i = 0; i < REPORT_DURATIONS; i++)
        if (r->duration_us[i] > 0)
            metrics_observe(m, METRIC_STEP_DURATION, i, r->duration_us[i]);
}

static void count_events(struct metrics *m, const struct report *r)
{
    metrics_add(m, METRIC_EVENTS_PROCESSED, METRIC_APPLIED, r->applied);
    metrics_add(m, METRIC_EVENTS_PROCESSED, METRIC_OLDER, r->older);
    metrics_add(m, METRIC_EVENTS_PROCESSED, METRIC_DUPLICATE, r->duplicates);
    metrics_add(m, METRIC_UNKNOWN_FIELDS, 0, r->unknown_fields);
    metrics_add(m, METRIC_DEAD_LETTERS_CLOSED, 0, r->dead_letters_closed);
    /* Nothing is refused for the first code, "none": it has no series. */
    for (size_t code = ERROR_NONE + 1; code < ERROR_CODE_COUNT; code++) {
        metrics_add(m, METRIC_DEAD_LETTERS, code - 1, r->dead_lettered[code]);
        metrics_add(m, METRIC_EVENTS_PROCESSED, METRIC_DEAD_LETTERED, r->dead_lettered[code]);
    }
}

static void count_outputs(struct metrics *m, const struct report *r)
{
    for (size_t i = 0; i < REPORT_CHANGES; i++)
        metrics_add(m, METRIC_RECOMMENDATIONS_PUBLISHED, i, r->published[i]);
    metrics_add(m, METRIC_DEAD_LETTERS_PUBLISHED, 0, r->dead_letters_published);
    metrics_add(m, METRIC_RECOMMENDATIONS_REPUBLISHED, 0, r->republished);
    metrics_add(m, METRIC_REVIEWS_PUBLISHED, 0, r->reviews_published);
    metrics_add(m, METRIC_REEVALUATIONS_PUBLISHED, 0, r->reevaluations_published);
}

static void count_trouble(struct metrics *m, const struct report *r)
{
    metrics_add(m, METRIC_REBALANCES, 0, r->rebalances);
    metrics_add(m, METRIC_RECOVERIES, 0, r->recoveries);
    metrics_add(m, METRIC_POSITION_MISSES, 0, r->misses);
    metrics_add(m, METRIC_DB_RECONNECTS, 0, r->reconnects);
    metrics_add(m, METRIC_PRODUCERS_RECREATED, 0, r->producers_recreated);
    metrics_add(m, METRIC_KAFKA_CLIENT_ERRORS, 0, r->trouble);
}

/* ---- Partitions ------------------------------------------------------------------------------ */

/* Whether what is shown is still what the lane has. */
static bool is_current(const struct shown *s, const struct delivery *d)
{
    if (s->count != delivery_standing_count(d))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        struct source_partition where = delivery_standing(d, i).where;

        if (where.topic != s->partitions[i].topic || where.partition != s->partitions[i].partition)
            return false;
    }
    return true;
}

static void clear_partitions(struct metrics *m, struct shown *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct source_partition where = s->partitions[i];

        metrics_clear_partition(m, METRIC_CONSUMER_LAG, where.topic, where.partition);
        metrics_clear_partition(m, METRIC_OLDEST_UNPROCESSED, where.topic, where.partition);
    }
    s->count = 0;
}

static void remember_partitions(struct shown *s, const struct delivery *d)
{
    size_t count = delivery_standing_count(d);

    if (count > s->capacity) {
        struct source_partition *grown = realloc(s->partitions, count * sizeof(*grown));

        assert(grown != NULL);
        s->partitions = grown;
        s->capacity = count;
    }
    for (s->count = 0; s->count < count; s->count++)
        s->partitions[s->count] = delivery_standing(d, s->count).where;
}

static void show_partition(struct metrics *m, const struct delivery_standing *p)
{
    size_t topic = p->where.topic;
    int32_t partition = p->where.partition;

    if (p->lag >= 0)
        metrics_set_partition(m, METRIC_CONSUMER_LAG, topic, partition, p->lag);
    else
        metrics_clear_partition(m, METRIC_CONSUMER_LAG, topic, partition);
    if (p->waiting_ms > 0)
        metrics_set_partition(m, METRIC_OLDEST_UNPROCESSED, topic, partition, p->waiting_ms);
    else
        metrics_clear_partition(m, METRIC_OLDEST_UNPROCESSED, topic, partition);
}

static void show_partitions(struct metrics *m, struct shown *s, const struct delivery *d)
{
    int64_t refused = 0;

    if (!is_current(s, d)) {
        clear_partitions(m, s);
        remember_partitions(s, d);
    }
    for (size_t i = 0; i < s->count; i++) {
        struct delivery_standing standing = delivery_standing(d, i);

        show_partition(m, &standing);
        refused += standing.refused ? 1 : 0;
    }
    metrics_add(m, METRIC_PARTITIONS_REFUSED, 0, refused - s->refused);
    s->refused = refused;
}

void gauges_take(struct gauges *g, int32_t number, const struct report *delta,
                 const struct delivery *delivery)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->settings->topic_count; i++) {
        metrics_add(g->metrics, METRIC_MESSAGES_CONSUMED, i, delta->consumed[i]);
        metrics_add(g->metrics, METRIC_CONSUMED_BYTES, i, delta->consumed_bytes[i]);
    }
    count_batch(g->metrics, delta);
    count_events(g->metrics, delta);
    count_outputs(g->metrics, delta);
    count_trouble(g->metrics, delta);
    show_partitions(g->metrics, &g->shown[number], delivery);
}

/* ---- Lanes ----------------------------------------------------------------------------------- */

void gauges_look(struct gauges *g)
{
    int64_t counts[] = {[LANE_STARTING] = 0,
                        [LANE_RUNNING] = 0,
                        [LANE_RETRYING] = 0,
                        [LANE_STOPPED] = 0,
                        [LANE_FAILED] = 0};

    if (g == NULL)
        return;
    for (int32_t i = 0; i < g->settings->lanes; i++)
        counts[atomic_load(&g->lanes[i].state)]++;
    metrics_set(g->metrics, METRIC_LANES, METRIC_LANE_STARTING, counts[LANE_STARTING]);
    metrics_set(g->metrics, METRIC_LANES, METRIC_LANE_RUNNING, counts[LANE_RUNNING]);
    metrics_set(g->metrics, METRIC_LANES, METRIC_LANE_RETRYING, counts[LANE_RETRYING]);
    metrics_set(g->metrics, METRIC_LANES, METRIC_LANE_STOPPED, counts[LANE_STOPPED]);
    metrics_set(g->metrics, METRIC_LANES, METRIC_LANE_FAILED, counts[LANE_FAILED]);
}

static void live(void *context, struct health *ret)
{
    const struct gauges *g = context;

    probe_live(g->lanes, g->settings->lanes, clock_monotonic_us() / 1000, ret);
}

static void ready(void *context, struct health *ret)
{
    const struct gauges *g = context;
    const struct probe_facts facts = {
        .now_ms = clock_monotonic_us() / 1000,
        .stopping = atomic_load(g->stop),
        .partitions_refused = metrics_value(g->metrics, METRIC_PARTITIONS_REFUSED, 0),
        .dead_letters_without_patient =
            metrics_value(g->metrics, METRIC_DEAD_LETTERS_WITHOUT_PATIENT, 0)};

    probe_ready(g->lanes, g->settings->lanes, &facts, ret);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static void show_figures(struct gauges *g, const struct store_figures *f)
{
    metrics_set(g->metrics, METRIC_DEAD_LETTERS_OPEN, 0, f->dead_letters_open);
    metrics_set(g->metrics, METRIC_DEAD_LETTERS_WITHOUT_PATIENT, 0,
                f->dead_letters_without_patient);
    metrics_set(g->metrics, METRIC_DEAD_LETTERS_OLDEST, 0, f->dead_letter_oldest_ms);
    metrics_set(g->metrics, METRIC_SUBJECTS_ON_HOLD, 0, f->subjects_on_hold);
}

/* Ask once; a failure is the lanes' news, not ours: the last figures stay. */
static void ask_figures(struct gauges *g, struct store **store)
{
    const struct store_settings settings = {.conninfo = g->settings->postgres,
                                            .application_name = "restage figures",
                                            .connect_timeout_s = 5};
    struct store_figures figures;
    struct err unused;

    if (*store == NULL && store_open(&settings, store, &unused) != OK)
        return;
    if (store_figures(*store, &figures, &unused) == OK) {
        show_figures(g, &figures);
        return;
    }
    store_close(*store);
    *store = NULL;
}

static void *watch_figures(void *opaque)
{
    struct gauges *g = opaque;
    struct store *store = NULL;
    int64_t asked_ms = 0;

    while (!atomic_load(g->stop)) {
        int64_t now_ms = clock_monotonic_us() / 1000;

        if (asked_ms == 0 || now_ms - asked_ms >= GAUGES_FIGURES_INTERVAL_MS) {
            ask_figures(g, &store);
            asked_ms = now_ms;
        }
        clock_sleep_ms(NAP_MS);
    }
    store_close(store);
    atomic_store(&g->figures_ended, true);
    return NULL;
}

/* ---- Making and unmaking --------------------------------------------------------------------- */

static struct metrics *make_metrics(const struct worker_settings *s)
{
    const char *codes[ERROR_CODE_COUNT];

    for (size_t i = ERROR_NONE + 1; i < ERROR_CODE_COUNT; i++)
        codes[i - 1] = error_code_name((enum error_code)i);
    return metrics_new(&(struct metrics_settings){.version = restage_version(),
                                                  .rulebook = s->policy->rulebook_hash,
                                                  .topics = s->topics,
                                                  .topic_count = s->topic_count,
                                                  .codes = codes,
                                                  .code_count = ERROR_CODE_COUNT - 1});
}

static void say_listening(const struct gauges *g)
{
    char address[ADDRESS_SIZE_MAX] = "";
    const char *colon = strrchr(g->settings->http_listen, ':');
    int host_size = colon == NULL ? 0 : (int)(colon - g->settings->http_listen);
    const struct log_field fields[] = {log_word("address", address)};

    /* The port is told as it is: 0 took a free one. */
    (void)snprintf(address, sizeof(address), "%.*s:%u", host_size, g->settings->http_listen,
                   (unsigned)http_port(g->http));
    log_event(LOG_INFO, "http-listening", fields, 1);
}

enum status gauges_new(const struct worker_settings *settings, const struct lane *lanes,
                       const atomic_bool *stop, struct gauges **ret, struct err *err)
{
    struct gauges *g;
    enum status status;

    if (settings->http_listen == NULL || settings->http_listen[0] == '\0') {
        *ret = NULL;
        return OK;
    }
    g = calloc(1, sizeof(*g));
    assert(g != NULL);
    g->settings = settings;
    g->lanes = lanes;
    g->stop = stop;
    g->metrics = make_metrics(settings);
    g->shown = calloc((size_t)settings->lanes, sizeof(*g->shown));
    assert(g->metrics != NULL && g->shown != NULL);
    gauges_look(g);
    status = http_start(settings->http_listen,
                        &(struct http_callbacks){.context = g, .live = live, .ready = ready},
                        g->metrics, &g->http, err);
    if (status != OK) {
        gauges_free(g);
        return status;
    }
    g->figures_started = pthread_create(&g->figures, NULL, watch_figures, g) == 0;
    say_listening(g);
    *ret = g;
    return OK;
}

void gauges_free(struct gauges *g)
{
    if (g == NULL)
        return;
    if (g->figures_started)
        (void)pthread_join(g->figures, NULL);
    http_stop(g->http);
    metrics_free(g->metrics);
    for (int32_t i = 0; i < g->settings->lanes; i++)
        free(g->shown[i].partitions);
    free(g->shown);
    free(g);
}

uint16_t gauges_port(const struct gauges *g)
{
    return g == NULL ? 0 : http_port(g->http);
}

bool gauges_ended(const struct gauges *g)
{
    return g == NULL || !g->figures_started || atomic_load(&g->figures_ended);
}
