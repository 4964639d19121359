#include "http/metrics.h"

#include "base/log.h"
#include "http/metrics_state.h"
#include "http/process.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Values and labels ----------------------------------------------------------------------- */

/* ${value} counts units of 10^-${decimals}; printed from whole numbers, so without a locale. */
static void print_decimal(FILE *out, int64_t value, int decimals)
{
    static const uint64_t units[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t rest;

    assert(decimals >= 0 && decimals < (int)(sizeof(units) / sizeof(units[0])));
    rest = size % units[decimals];
    (void)fprintf(out, "%s%" PRIu64, value < 0 ? "-" : "", size / units[decimals]);
    if (rest == 0)
        return;
    while (rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    (void)fprintf(out, ".%0*" PRIu64, decimals, rest);
}

static void print_label(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "%s=\"", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\n')
            (void)fputs("\\n", out);
        else if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else
            (void)fputc(*c, out);
    }
    (void)fputc('"', out);
}

static const char *label_name(enum metric_label label)
{
    switch (label) {
    case METRIC_UNLABELLED:
    case METRIC_BY_BUILD:
    case METRIC_BY_PARTITION:
        return "";
    case METRIC_BY_TOPIC:
        return "topic";
    case METRIC_BY_CODE:
        return "code";
    case METRIC_BY_OUTCOME:
        return "outcome";
    case METRIC_BY_CHANGE:
        return "change";
    case METRIC_BY_STEP:
        return "step";
    case METRIC_BY_LANE_STATE:
        return "state";
    case METRIC_BY_LEVEL:
        return "level";
    }
    return "";
}

static void print_head(FILE *out, enum metric metric)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const struct metric_description *d = metric_description(metric);

    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", d->name, d->help, d->name, kinds[d->kind]);
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

static void print_number(FILE *out, const struct metrics *m, enum metric metric, size_t series)
{
    const struct metric_description *d = metric_description(metric);

    (void)fputs(d->name, out);
    if (d->label == METRIC_BY_BUILD) {
        (void)fputc('{', out);
        print_label(out, "version", m->version);
        (void)fputc(',', out);
        print_label(out, "rulebook", m->rulebook);
        (void)fputc('}', out);
    } else if (d->label != METRIC_UNLABELLED) {
        (void)fputc('{', out);
        print_label(out, label_name(d->label), metric_series_word(m, metric, series));
        (void)fputc('}', out);
    }
    (void)fputc(' ', out);
    print_decimal(out, metrics_value(m, metric, series), d->decimals);
    (void)fputc('\n', out);
}

/* The opening of a histogram's line, up to where the bound or the brace follows. */
static void print_histogram_name(FILE *out, const struct metrics *m, enum metric metric,
                                 size_t series, const char *suffix)
{
    const struct metric_description *d = metric_description(metric);

    (void)fprintf(out, "%s_%s", d->name, suffix);
    if (d->label == METRIC_UNLABELLED)
        return;
    (void)fputc('{', out);
    print_label(out, label_name(d->label), metric_series_word(m, metric, series));
}

static void print_histogram(FILE *out, const struct metrics *m, enum metric metric, size_t series)
{
    const struct metric_description *d = metric_description(metric);
    size_t bucket_count = metric_buckets(metric);
    const atomic_llong *cells = &m->cells[m->first_cell[metric] + series * (bucket_count + 2)];
    const char *closing = d->label == METRIC_UNLABELLED ? "" : "}";
    int64_t sum = atomic_load(&cells[bucket_count + 1]);
    int64_t count = 0;

    for (size_t i = 0; i <= bucket_count; i++) {
        count += atomic_load(&cells[i]);
        print_histogram_name(out, m, metric, series, "bucket");
        (void)fputs(d->label == METRIC_UNLABELLED ? "{le=\"" : ",le=\"", out);
        if (i < bucket_count)
            print_decimal(out, d->buckets[i], d->decimals);
        else
            (void)fputs("+Inf", out);
        (void)fprintf(out, "\"} %" PRId64 "\n", count);
    }
    print_histogram_name(out, m, metric, series, "sum");
    (void)fprintf(out, "%s ", closing);
    print_decimal(out, sum, d->decimals);
    (void)fputc('\n', out);
    print_histogram_name(out, m, metric, series, "count");
    (void)fprintf(out, "%s %" PRId64 "\n", closing, count);
}

/* ---- Partitions ------------------------------------------------------------------------------ */

struct partition_line {
    unsigned long long key;
    int64_t value;
};

static int by_key(const void *a, const void *b)
{
    unsigned long long left = ((const struct partition_line *)a)->key;
    unsigned long long right = ((const struct partition_line *)b)->key;

    return left < right ? -1 : left > right;
}

/* What is shown now, by metric, topic and partition; NULL without memory. */
static struct partition_line *shown_partitions(const struct metrics *m, size_t *ret_count)
{
    struct partition_line *lines = calloc(METRICS_PARTITION_SERIES_MAX, sizeof(*lines));
    size_t count = 0;

    for (size_t i = 0; lines != NULL && i < PARTITION_SLOTS; i++) {
        const struct partition_slot *slot = &m->partitions[i];

        if (atomic_load(&slot->shown) && count < METRICS_PARTITION_SERIES_MAX)
            lines[count++] =
                (struct partition_line){atomic_load(&slot->key), atomic_load(&slot->value)};
    }
    if (lines != NULL)
        qsort(lines, count, sizeof(*lines), by_key);
    *ret_count = count;
    return lines;
}

static void print_partitions(FILE *out, const struct metrics *m, enum metric metric,
                             const struct partition_line *lines, size_t count)
{
    const struct metric_description *d = metric_description(metric);

    for (size_t i = 0; i < count; i++) {
        if (partition_key_metric(lines[i].key) != metric)
            continue;
        (void)fprintf(out, "%s{", d->name);
        print_label(out, "topic", m->topics[partition_key_topic(lines[i].key)]);
        (void)fprintf(out, ",partition=\"%" PRId32 "\"} ", partition_key_partition(lines[i].key));
        print_decimal(out, lines[i].value, d->decimals);
        (void)fputc('\n', out);
    }
}

/* ---- Everything ------------------------------------------------------------------------------ */

/* What nobody counts for us is read when it is asked for. */
static void read_what_is_not_counted(struct metrics *m)
{
    struct process_figures p = process_figures();
    const struct {
        enum metric metric;
        int64_t value;
    } figures[] = {
        {METRIC_PROCESS_CPU, p.cpu_us},
        {METRIC_PROCESS_OPEN_FDS, p.open_fds},
        {METRIC_PROCESS_MAX_FDS, p.max_fds},
        {METRIC_PROCESS_VIRTUAL_MEMORY, p.virtual_memory_size},
        {METRIC_PROCESS_RESIDENT_MEMORY, p.resident_memory_size},
        {METRIC_PROCESS_START_TIME, p.start_time_ms},
    };

    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        atomic_store(&m->cells[m->first_cell[figures[i].metric]], figures[i].value);
    for (size_t i = 0; i < metric_series(m, METRIC_LOG_MESSAGES); i++)
        atomic_store(&m->cells[m->first_cell[METRIC_LOG_MESSAGES] + i],
                     log_count((enum log_level)i));
}

static void print_metric(FILE *out, const struct metrics *m, enum metric metric)
{
    for (size_t series = 0; series < metric_series(m, metric); series++) {
        if (metric_description(metric)->kind == METRIC_HISTOGRAM)
            print_histogram(out, m, metric, series);
        else if (metric < METRIC_PROCESS_CPU || metrics_value(m, metric, series) >= 0)
            print_number(out, m, metric, series);
    }
}

char *metrics_print(struct metrics *m, size_t *ret_size)
{
    char *text = NULL;
    size_t size = 0;
    size_t line_count = 0;
    struct partition_line *lines = shown_partitions(m, &line_count);
    FILE *out = open_memstream(&text, &size);

    if (lines == NULL || out == NULL)
        goto failed;
    read_what_is_not_counted(m);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        enum metric metric = (enum metric)i;

        print_head(out, metric);
        print_metric(out, m, metric);
        print_partitions(out, m, metric, lines, line_count);
    }
    free(lines);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    *ret_size = size;
    return text;

failed:
    free(lines);
    if (out != NULL)
        (void)fclose(out);
    free(text);
    return NULL;
}
