/* The names that dashboards rest on, and the text that Prometheus reads. */
#include "base/log.h"
#include "http/metrics.h"

#include <check.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const topics[] = {"restage.pathology", "restage.imaging"};
static const char *const codes[] = {"undecodable", "empty", "worker_crash"};
static struct metrics *metrics;

static void setup(void)
{
    metrics = metrics_new(&(struct metrics_settings){.version = "0.1.0",
                                                     .rulebook = "abc",
                                                     .topics = topics,
                                                     .topic_count = 2,
                                                     .codes = codes,
                                                     .code_count = 3});
    ck_assert_ptr_nonnull(metrics);
}

static void teardown(void)
{
    metrics_free(metrics);
}

static void printed_has(const char *part, bool expected)
{
    size_t size;
    char *text = metrics_print(metrics, &size);

    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_msg((strstr(text, part) != NULL) == expected, "\"%s\" %s in:\n%s", part,
                  expected ? "is missing" : "should not be", text);
    free(text);
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* Dashboards and alerts rest on these: a change here breaks them. */
static const char *const golden[] = {
    "gauge restage_build_info",
    "counter restage_kafka_messages_consumed_total",
    "counter restage_kafka_consumed_bytes_total",
    "counter restage_events_processed_total",
    "counter restage_unknown_fields_total",
    "counter restage_dead_letters_total",
    "counter restage_dead_letters_closed_total",
    "counter restage_recommendations_published_total",
    "counter restage_dead_letters_published_total",
    "counter restage_recommendations_republished_total",
    "counter restage_reviews_published_total",
    "counter restage_reevaluations_published_total",
    "gauge restage_kafka_consumer_lag_messages",
    "gauge restage_oldest_unprocessed_result_timestamp_seconds",
    "histogram restage_batch_records",
    "histogram restage_step_duration_seconds",
    "gauge restage_dead_letters_open",
    "gauge restage_dead_letters_without_patient",
    "gauge restage_dead_letters_oldest_timestamp_seconds",
    "gauge restage_subjects_on_hold",
    "gauge restage_lanes",
    "gauge restage_partitions_refused",
    "counter restage_kafka_rebalances_total",
    "counter restage_recoveries_total",
    "counter restage_position_misses_total",
    "counter restage_db_reconnects_total",
    "counter restage_producers_recreated_total",
    "counter restage_kafka_client_errors_total",
    "counter restage_log_messages_total",
    "counter process_cpu_seconds_total",
    "gauge process_open_fds",
    "gauge process_max_fds",
    "gauge process_virtual_memory_bytes",
    "gauge process_resident_memory_bytes",
    "gauge process_start_time_seconds",
};

START_TEST(test_golden_names)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};

    ck_assert_uint_eq(sizeof(golden) / sizeof(golden[0]), METRIC_COUNT);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_description *d = metric_description((enum metric)i);
        char line[128];

        (void)snprintf(line, sizeof(line), "%s %s", kinds[d->kind], d->name);
        ck_assert_str_eq(line, golden[i]);
    }
}
END_TEST

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* What `promtool check metrics` would say, and the rules that it does not know. */
START_TEST(test_names_are_well_formed)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_description *d = metric_description((enum metric)i);

        ck_assert_msg(strncmp(d->name, "restage_", 8) == 0 || strncmp(d->name, "process_", 8) == 0,
                      "%s", d->name);
        ck_assert_msg(strspn(d->name, "abcdefghijklmnopqrstuvwxyz_") == strlen(d->name), "%s",
                      d->name);
        ck_assert_msg((d->kind == METRIC_COUNTER) == ends_with(d->name, "_total"), "%s", d->name);
        ck_assert_msg((d->kind == METRIC_HISTOGRAM) == (d->buckets != NULL), "%s", d->name);
        /* What counts parts of a unit is a time, and its name says so. */
        ck_assert_msg((d->decimals > 0) == (strstr(d->name, "_seconds") != NULL), "%s", d->name);
        ck_assert_ptr_null(strstr(d->name, "milli"));
        ck_assert_msg(ends_with(d->help, "."), "%s", d->help);
        ck_assert_ptr_null(strpbrk(d->help, "\n\\"));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(d->name, metric_description((enum metric)j)->name);
    }
}
END_TEST

START_TEST(test_buckets_rise)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const int64_t *buckets = metric_description((enum metric)i)->buckets;

        for (size_t j = 0; buckets != NULL && buckets[j] != 0; j++)
            ck_assert_int_gt(buckets[j], j == 0 ? 0 : buckets[j - 1]);
    }
}
END_TEST

/* ---- Series ---------------------------------------------------------------------------------- */

/* increase() does not see a counter that is born at 1. */
START_TEST(test_every_series_begins_at_zero)
{
    static const char *const lines[] = {
        "\nrestage_build_info{version=\"0.1.0\",rulebook=\"abc\"} 1\n",
        "\nrestage_kafka_messages_consumed_total{topic=\"restage.pathology\"} 0\n",
        "\nrestage_kafka_messages_consumed_total{topic=\"restage.imaging\"} 0\n",
        "\nrestage_kafka_consumed_bytes_total{topic=\"restage.imaging\"} 0\n",
        "\nrestage_events_processed_total{outcome=\"applied\"} 0\n",
        "\nrestage_events_processed_total{outcome=\"older\"} 0\n",
        "\nrestage_events_processed_total{outcome=\"duplicate\"} 0\n",
        "\nrestage_events_processed_total{outcome=\"dead_lettered\"} 0\n",
        "\nrestage_dead_letters_total{code=\"undecodable\"} 0\n",
        "\nrestage_dead_letters_total{code=\"empty\"} 0\n",
        "\nrestage_dead_letters_total{code=\"worker_crash\"} 0\n",
        "\nrestage_recommendations_published_total{change=\"initial\"} 0\n",
        "\nrestage_recommendations_published_total{change=\"changed\"} 0\n",
        "\nrestage_recommendations_published_total{change=\"unchanged\"} 0\n",
        "\nrestage_dead_letters_published_total 0\n",
        "\nrestage_step_duration_seconds_count{step=\"decode\"} 0\n",
        "\nrestage_step_duration_seconds_count{step=\"claim\"} 0\n",
        "\nrestage_step_duration_seconds_count{step=\"judge\"} 0\n",
        "\nrestage_step_duration_seconds_count{step=\"store_commit\"} 0\n",
        "\nrestage_step_duration_seconds_count{step=\"publish\"} 0\n",
        "\nrestage_batch_records_count 0\n",
        "\nrestage_lanes{state=\"running\"} 0\n",
        "\nrestage_lanes{state=\"failed\"} 0\n",
        "\nrestage_log_messages_total{level=\"error\"} 0\n",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        printed_has(lines[i], true);
    printed_has("restage_kafka_consumer_lag_messages{", false);
}
END_TEST

START_TEST(test_counting)
{
    metrics_add(metrics, METRIC_DEAD_LETTERS, 2, 3);
    metrics_add(metrics, METRIC_DEAD_LETTERS, 2, 4);
    metrics_add(metrics, METRIC_PARTITIONS_REFUSED, 0, 2);
    metrics_add(metrics, METRIC_PARTITIONS_REFUSED, 0, -1);
    metrics_set(metrics, METRIC_LANES, METRIC_LANE_RETRYING, 2);
    printed_has("\nrestage_dead_letters_total{code=\"worker_crash\"} 7\n", true);
    printed_has("\nrestage_dead_letters_total{code=\"empty\"} 0\n", true);
    printed_has("\nrestage_partitions_refused 1\n", true);
    printed_has("\nrestage_lanes{state=\"retrying\"} 2\n", true);
    ck_assert_int_eq(metrics_value(metrics, METRIC_DEAD_LETTERS, 2), 7);
}
END_TEST

START_TEST(test_histogram_of_records)
{
    metrics_observe(metrics, METRIC_BATCH_RECORDS, 0, 1);
    metrics_observe(metrics, METRIC_BATCH_RECORDS, 0, 10);
    metrics_observe(metrics, METRIC_BATCH_RECORDS, 0, 11);
    metrics_observe(metrics, METRIC_BATCH_RECORDS, 0, 1001);
    printed_has("\nrestage_batch_records_bucket{le=\"1\"} 1\n"
                "restage_batch_records_bucket{le=\"5\"} 1\n"
                "restage_batch_records_bucket{le=\"10\"} 2\n"
                "restage_batch_records_bucket{le=\"50\"} 3\n"
                "restage_batch_records_bucket{le=\"100\"} 3\n"
                "restage_batch_records_bucket{le=\"250\"} 3\n"
                "restage_batch_records_bucket{le=\"500\"} 3\n"
                "restage_batch_records_bucket{le=\"1000\"} 3\n"
                "restage_batch_records_bucket{le=\"+Inf\"} 4\n"
                "restage_batch_records_sum 1023\n"
                "restage_batch_records_count 4\n",
                true);
}
END_TEST

START_TEST(test_histogram_of_durations)
{
    metrics_observe(metrics, METRIC_STEP_DURATION, METRIC_CLAIM, 1000);
    metrics_observe(metrics, METRIC_STEP_DURATION, METRIC_CLAIM, 1001);
    metrics_observe(metrics, METRIC_STEP_DURATION, METRIC_CLAIM, 20000000);
    printed_has("\nrestage_step_duration_seconds_bucket{step=\"claim\",le=\"0.001\"} 1\n"
                "restage_step_duration_seconds_bucket{step=\"claim\",le=\"0.0025\"} 2\n",
                true);
    printed_has("\nrestage_step_duration_seconds_bucket{step=\"claim\",le=\"10\"} 2\n"
                "restage_step_duration_seconds_bucket{step=\"claim\",le=\"+Inf\"} 3\n"
                "restage_step_duration_seconds_sum{step=\"claim\"} 20.002001\n"
                "restage_step_duration_seconds_count{step=\"claim\"} 3\n",
                true);
    printed_has("\nrestage_step_duration_seconds_count{step=\"judge\"} 0\n", true);
}
END_TEST

/* ---- Partitions ------------------------------------------------------------------------------ */

START_TEST(test_partitions_come_and_go)
{
    metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 1, 10, 5);
    metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 1, 2, 0);
    metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 0, 11, 7);
    metrics_set_partition(metrics, METRIC_OLDEST_UNPROCESSED, 0, 11, 1700000000120);
    printed_has("# TYPE restage_kafka_consumer_lag_messages gauge\n"
                "restage_kafka_consumer_lag_messages{topic=\"restage.pathology\",partition=\"11\"} "
                "7\n"
                "restage_kafka_consumer_lag_messages{topic=\"restage.imaging\",partition=\"2\"} 0\n"
                "restage_kafka_consumer_lag_messages{topic=\"restage.imaging\",partition=\"10\"} "
                "5\n# HELP",
                true);
    printed_has("\nrestage_oldest_unprocessed_result_timestamp_seconds{topic=\"restage.pathology\","
                "partition=\"11\"} 1700000000.12\n",
                true);
    metrics_clear_partition(metrics, METRIC_CONSUMER_LAG, 1, 10);
    metrics_clear_partition(metrics, METRIC_CONSUMER_LAG, 1, 999); /* never set */
    printed_has("partition=\"10\"", false);
    metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 1, 10, 6);
    printed_has("restage_kafka_consumer_lag_messages{topic=\"restage.imaging\",partition=\"10\"} "
                "6\n",
                true);
}
END_TEST

static size_t count_lines_with(const char *part)
{
    size_t size;
    char *text = metrics_print(metrics, &size);
    size_t count = 0;

    ck_assert_ptr_nonnull(text);
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    free(text);
    return count;
}

START_TEST(test_partitions_are_bounded)
{
    for (int32_t i = 0; i < METRICS_PARTITION_SERIES_MAX + 100; i++)
        metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 0, i, i);
    ck_assert_uint_eq(count_lines_with("\nrestage_kafka_consumer_lag_messages{"),
                      METRICS_PARTITION_SERIES_MAX);
    metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 0, 0, 123456);
    printed_has("partition=\"0\"} 123456\n", true);
}
END_TEST

#define THREADS 4
#define TURNS 2000

static void *count_many(void *unused)
{
    (void)unused;
    for (int32_t i = 0; i < TURNS; i++) {
        metrics_add(metrics, METRIC_MESSAGES_CONSUMED, 0, 1);
        metrics_set_partition(metrics, METRIC_CONSUMER_LAG, 0, i % 100, 1);
    }
    return NULL;
}

START_TEST(test_several_threads)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_many, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(metrics_value(metrics, METRIC_MESSAGES_CONSUMED, 0), THREADS * TURNS);
    ck_assert_uint_eq(count_lines_with("\nrestage_kafka_consumer_lag_messages{"), 100);
}
END_TEST

/* ---- Text ------------------------------------------------------------------------------------ */

START_TEST(test_labels_are_escaped)
{
    static const char *const strange[] = {"a\"b\\c\nd"};
    struct metrics *kept = metrics;

    metrics = metrics_new(&(struct metrics_settings){"0.1.0", "abc", strange, 1, codes, 3});
    ck_assert_ptr_nonnull(metrics);
    printed_has("\nrestage_kafka_messages_consumed_total{topic=\"a\\\"b\\\\c\\nd\"} 0\n", true);
    metrics_free(metrics);
    metrics = kept;
}
END_TEST

/* A decimal comma of the environment must not get in. */
START_TEST(test_any_locale)
{
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    metrics_observe(metrics, METRIC_STEP_DURATION, METRIC_JUDGE, 1500);
    printed_has("_sum{step=\"judge\"} 0.0015\n", true);
    (void)setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(test_every_family_is_announced)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_description *d = metric_description((enum metric)i);
        char head[512];

        (void)snprintf(head, sizeof(head), "# HELP %s %s\n# TYPE %s ", d->name, d->help, d->name);
        ck_assert_uint_eq(count_lines_with(head), 1);
    }
}
END_TEST

START_TEST(test_the_process_shows)
{
    static const char *const names[] = {
        "\nprocess_cpu_seconds_total ",    "\nprocess_open_fds ",
        "\nprocess_virtual_memory_bytes ", "\nprocess_resident_memory_bytes ",
        "\nprocess_start_time_seconds 1",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        printed_has(names[i], true);
    printed_has("\nprocess_open_fds 0\n", false);
}
END_TEST

START_TEST(test_log_lines_are_counted)
{
    log_open(LOG_ERROR, LOG_LOGFMT);
    log_event(LOG_WARNING, "not-written", NULL, 0);
    printed_has("\nrestage_log_messages_total{level=\"warning\"} 1\n", true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tc = tcase_create("metrics");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tc, 30);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_golden_names);
    tcase_add_test(tc, test_names_are_well_formed);
    tcase_add_test(tc, test_buckets_rise);
    tcase_add_test(tc, test_every_series_begins_at_zero);
    tcase_add_test(tc, test_counting);
    tcase_add_test(tc, test_histogram_of_records);
    tcase_add_test(tc, test_histogram_of_durations);
    tcase_add_test(tc, test_partitions_come_and_go);
    tcase_add_test(tc, test_partitions_are_bounded);
    tcase_add_test(tc, test_several_threads);
    tcase_add_test(tc, test_labels_are_escaped);
    tcase_add_test(tc, test_any_locale);
    tcase_add_test(tc, test_every_family_is_announced);
    tcase_add_test(tc, test_the_process_shows);
    tcase_add_test(tc, test_log_lines_are_counted);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
