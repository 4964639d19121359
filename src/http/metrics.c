#include "http/metrics.h"

#include "http/metrics_state.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const outcomes[] = {
    [METRIC_APPLIED] = "applied",
    [METRIC_OLDER] = "older",
    [METRIC_DUPLICATE] = "duplicate",
    [METRIC_DEAD_LETTERED] = "dead_lettered",
};
static const char *const changes[] = {
    [METRIC_INITIAL] = "initial",
    [METRIC_CHANGED] = "changed",
    [METRIC_UNCHANGED] = "unchanged",
};
static const char *const steps[] = {
    [METRIC_DECODE] = "decode",   [METRIC_CLAIM] = "claim",
    [METRIC_JUDGE] = "judge",     [METRIC_STORE_COMMIT] = "store_commit",
    [METRIC_PUBLISH] = "publish",
};
static const char *const lane_states[] = {
    [METRIC_LANE_STARTING] = "starting", [METRIC_LANE_RUNNING] = "running",
    [METRIC_LANE_RETRYING] = "retrying", [METRIC_LANE_STOPPED] = "stopped",
    [METRIC_LANE_FAILED] = "failed",
};
static const char *const levels[] = {"debug", "info", "warning", "error"};

/* ---- Series ---------------------------------------------------------------------------------- */

size_t metric_series(const struct metrics *m, enum metric metric)
{
    switch (metric_description(metric)->label) {
    case METRIC_UNLABELLED:
    case METRIC_BY_BUILD:
        return 1;
    case METRIC_BY_TOPIC:
        return m->topic_count;
    case METRIC_BY_CODE:
        return m->code_count;
    case METRIC_BY_PARTITION:
        return 0;
    case METRIC_BY_OUTCOME:
        return sizeof(outcomes) / sizeof(outcomes[0]);
    case METRIC_BY_CHANGE:
        return sizeof(changes) / sizeof(changes[0]);
    case METRIC_BY_STEP:
        return sizeof(steps) / sizeof(steps[0]);
    case METRIC_BY_LANE_STATE:
        return sizeof(lane_states) / sizeof(lane_states[0]);
    case METRIC_BY_LEVEL:
        return sizeof(levels) / sizeof(levels[0]);
    }
    return 0;
}

const char *metric_series_word(const struct metrics *m, enum metric metric, size_t series)
{
    assert(series < metric_series(m, metric));
    switch (metric_description(metric)->label) {
    case METRIC_UNLABELLED:
    case METRIC_BY_BUILD:
    case METRIC_BY_PARTITION:
        return "";
    case METRIC_BY_TOPIC:
        return m->topics[series];
    case METRIC_BY_CODE:
        return m->codes[series];
    case METRIC_BY_OUTCOME:
        return outcomes[series];
    case METRIC_BY_CHANGE:
        return changes[series];
    case METRIC_BY_STEP:
        return steps[series];
    case METRIC_BY_LANE_STATE:
        return lane_states[series];
    case METRIC_BY_LEVEL:
        return levels[series];
    }
    return "";
}

size_t metric_buckets(enum metric metric)
{
    const int64_t *buckets = metric_description(metric)->buckets;
    size_t count = 0;

    assert(buckets != NULL);
    while (buckets[count] != 0)
        count++;
    assert(count <= BUCKETS_MAX);
    return count;
}

/* The cells of one series; a histogram has one above its last bucket and one for the sum. */
static size_t cells_of(enum metric metric)
{
    return metric_description(metric)->kind == METRIC_HISTOGRAM ? metric_buckets(metric) + 2 : 1;
}

/* ---- Making and unmaking --------------------------------------------------------------------- */

static char **copy_texts(const char *const *texts, size_t count)
{
    char **copies = calloc(count + 1, sizeof(*copies));

    for (size_t i = 0; i < count && copies != NULL; i++) {
        assert(strlen(texts[i]) <= METRICS_LABEL_SIZE_MAX);
        copies[i] = strdup(texts[i]);
    }
    return copies;
}

static bool texts_are_whole(char *const *texts, size_t count)
{
    for (size_t i = 0; i < count && texts != NULL; i++)
        if (texts[i] == NULL)
            return false;
    return texts != NULL;
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count && texts != NULL; i++)
        free(texts[i]);
    free(texts);
}

static void lay_out_cells(struct metrics *m)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        enum metric metric = (enum metric)i;

        m->first_cell[i] = m->cell_count;
        m->cell_count += metric_series(m, metric) * cells_of(metric);
    }
    m->cells = malloc(m->cell_count * sizeof(*m->cells));
    for (size_t i = 0; i < m->cell_count && m->cells != NULL; i++)
        atomic_init(&m->cells[i], 0);
}

struct metrics *metrics_new(const struct metrics_settings *settings)
{
    struct metrics *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return NULL;
    assert(settings->topic_count <= METRICS_TOPICS_MAX);
    assert(settings->code_count <= METRICS_CODES_MAX);
    m->version = strdup(settings->version);
    m->rulebook = strdup(settings->rulebook);
    m->topic_count = settings->topic_count;
    m->topics = copy_texts(settings->topics, m->topic_count);
    m->code_count = settings->code_count;
    m->codes = copy_texts(settings->codes, m->code_count);
    for (size_t i = 0; i < PARTITION_SLOTS; i++) {
        atomic_init(&m->partitions[i].key, 0);
        atomic_init(&m->partitions[i].shown, false);
    }
    lay_out_cells(m);
    if (m->version == NULL || m->rulebook == NULL || m->cells == NULL ||
        !texts_are_whole(m->topics, m->topic_count) || !texts_are_whole(m->codes, m->code_count)) {
        metrics_free(m);
        return NULL;
    }
    metrics_set(m, METRIC_BUILD_INFO, 0, 1);
    return m;
}

void metrics_free(struct metrics *m)
{
    if (m == NULL)
        return;
    free(m->version);
    free(m->rulebook);
    free_texts(m->topics, m->topic_count);
    free_texts(m->codes, m->code_count);
    free(m->cells);
    free(m);
}

/* ---- Counting -------------------------------------------------------------------------------- */

static atomic_llong *cell(const struct metrics *m, enum metric metric, size_t series)
{
    assert(metric < METRIC_COUNT && series < metric_series(m, metric));
    return &m->cells[m->first_cell[metric] + series * cells_of(metric)];
}

void metrics_add(struct metrics *m, enum metric metric, size_t series, int64_t n)
{
    assert(metric_description(metric)->kind != METRIC_HISTOGRAM);
    assert(metric_description(metric)->kind == METRIC_GAUGE || n >= 0);
    (void)atomic_fetch_add(cell(m, metric, series), n);
}

void metrics_set(struct metrics *m, enum metric metric, size_t series, int64_t value)
{
    assert(metric_description(metric)->kind == METRIC_GAUGE);
    atomic_store(cell(m, metric, series), value);
}

void metrics_observe(struct metrics *m, enum metric metric, size_t series, int64_t value)
{
    const int64_t *buckets = metric_description(metric)->buckets;
    size_t count = metric_buckets(metric);
    atomic_llong *cells = cell(m, metric, series);
    size_t i = 0;

    while (i < count && value > buckets[i])
        i++;
    (void)atomic_fetch_add(&cells[i], 1);
    (void)atomic_fetch_add(&cells[count + 1], value);
}

int64_t metrics_value(const struct metrics *m, enum metric metric, size_t series)
{
    assert(metric_description(metric)->kind != METRIC_HISTOGRAM);
    return atomic_load(cell(m, metric, series));
}

/* ---- Partitions ------------------------------------------------------------------------------ */

#define METRIC_SHIFT 56
#define TOPIC_SHIFT 48
#define IN_USE (1ULL << 40) /* so that no key is 0 */

unsigned long long partition_key(enum metric metric, size_t topic, int32_t partition)
{
    assert(topic < METRICS_TOPICS_MAX && partition >= 0);
    return (unsigned long long)metric << METRIC_SHIFT | (unsigned long long)topic << TOPIC_SHIFT |
           IN_USE | (unsigned long long)partition;
}

enum metric partition_key_metric(unsigned long long key)
{
    return (enum metric)(key >> METRIC_SHIFT);
}

size_t partition_key_topic(unsigned long long key)
{
    return key >> TOPIC_SHIFT & 0xff;
}

int32_t partition_key_partition(unsigned long long key)
{
    return (int32_t)(key & 0x7fffffff);
}

/* Where probing for ${key} begins; the multiplier is 2^64 over the golden ratio. */
static size_t first_slot(unsigned long long key)
{
    return (size_t)(key * 0x9e3779b97f4a7c15ULL >> 32) % PARTITION_SLOTS;
}

/* Room for one more series, if the limit allows it. */
static bool reserve(struct metrics *m)
{
    if (atomic_fetch_add(&m->partition_count, 1) < METRICS_PARTITION_SERIES_MAX)
        return true;
    (void)atomic_fetch_sub(&m->partition_count, 1);
    return false;
}

/* The slot of ${key}; a free one is taken for it when ${take}; NULL when there is none. */
static struct partition_slot *find_slot(struct metrics *m, unsigned long long key, bool take)
{
    for (size_t i = 0; i < PARTITION_SLOTS; i++) {
        struct partition_slot *slot = &m->partitions[(first_slot(key) + i) % PARTITION_SLOTS];
        unsigned long long found = atomic_load(&slot->key);

        if (found == 0 && take) {
            if (!reserve(m))
                return NULL;
            if (atomic_compare_exchange_strong(&slot->key, &found, key))
                return slot;
            /* Another thread was faster here; ${found} is what it wrote. */
            (void)atomic_fetch_sub(&m->partition_count, 1);
        }
        if (found == key)
            return slot;
        if (found == 0)
            return NULL;
    }
    return NULL;
}

void metrics_set_partition(struct metrics *m, enum metric metric, size_t topic, int32_t partition,
                           int64_t value)
{
    struct partition_slot *slot = find_slot(m, partition_key(metric, topic, partition), true);

    assert(metric_description(metric)->label == METRIC_BY_PARTITION && topic < m->topic_count);
    if (slot == NULL)
        return;
    atomic_store(&slot->value, value);
    atomic_store(&slot->shown, true);
}

void metrics_clear_partition(struct metrics *m, enum metric metric, size_t topic, int32_t partition)
{
    struct partition_slot *slot = find_slot(m, partition_key(metric, topic, partition), false);

    if (slot != NULL)
        atomic_store(&slot->shown, false);
}
