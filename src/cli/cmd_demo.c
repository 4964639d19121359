#include "base/config.h"
#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/event_lines.h"
#include "cli/settings.h"
#include "kafka/mock_broker.h"
#include "kafka/publisher.h"
#include "kafka/reader.h"
#include "staging/event.h"
#include "store/migrate.h"
#include "store/store_admin.h"
#include "wire/event_json.h"
#include "wire/event_wire.h"
#include "worker/clock.h"

#include <assert.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define FIRST_ANSWER_MS 15000 /* joining the group takes its time */
#define ANSWER_MS 1500        /* without one by then, nothing new is said */
#define MORE_ANSWERS_MS 60    /* after one, for further ones */
#define DAY_AFTER_MS (4 * DAY_MS)

extern char **environ;

static const char help[] =
    "usage: restage demo [FILE]\n"
    "\n"
    "See Restage work: a patient's journey streams through a broker, PostgreSQL and the guidance.\n"
    "The broker is librdkafka's mock cluster in this process; PostgreSQL is the one that the\n"
    "configuration names (RESTAGE_POSTGRES or PG*): an empty database, in which the schema is "
    "made.\n"
    "ops/demo starts a throw-away one and runs this.\n"
    "\n"
    "  FILE   your own events, one ClinicalEvent as JSON per line, instead of the journey\n"
    "\n"
    "example: ops/demo\n";

struct demo {
    const struct config *config;
    struct worker_parts parts;
    struct kafka_property broker_property;
    struct mock_broker *broker;
    struct publisher *publisher;
    struct reader *recommendations;
    struct reader *dead_letters;
    struct timeline *timeline;
    struct arena *arena;
    volatile bool stop;
    pthread_t worker;
    bool worker_started;
    enum status worker_status;
    struct err worker_err;
    int64_t wait_ms; /* for the first answer */
    size_t events;
    size_t answers;
    size_t refused;
};

/* ---- Setting up ------------------------------------------------------------------------------ */

static enum status make_schema(struct demo *d, struct err *err)
{
    const struct store_settings settings = {.conninfo = d->config->postgres,
                                            .application_name = "restage demo",
                                            .connect_timeout_s = 5};
    size_t applied;

    return migrate_up(&settings, d->arena, &applied, err);
}

static enum status make_broker(struct demo *d, struct err *err)
{
    const struct worker_settings *s = &d->parts.settings;
    enum status status = mock_broker_start(&d->broker, err);

    for (size_t i = 0; i < s->topic_count && status == OK; i++)
        status = mock_broker_topic(d->broker, s->topics[i], 1, err);
    if (status == OK)
        status = mock_broker_topic(d->broker, s->recommendations_topic, 1, err);
    if (status == OK)
        status = mock_broker_topic(d->broker, s->dead_letters_topic, 1, err);
    if (status != OK)
        return status;
    d->broker_property =
        (struct kafka_property){"bootstrap.servers", mock_broker_address(d->broker)};
    d->parts.settings.kafka_properties = &d->broker_property;
    d->parts.settings.kafka_property_count = 1;
    d->parts.settings.static_membership = false;
    d->parts.settings.session_timeout_ms = 6000; /* the mock cluster's own limit */
    d->parts.settings.lanes = 1;
    d->parts.settings.http_listen = "";
    /* The journey lies in the past: reviews would all be due today and tell another story. */
    d->parts.settings.review_interval_ms = INT32_MAX;
    return OK;
}

static enum status make_reader(const struct demo *d, const char *topic, struct reader **ret,
                               struct err *err)
{
    const struct reader_settings settings = {.properties = &d->broker_property,
                                             .property_count = 1,
                                             .client_id = "restage-demo",
                                             .topic = topic,
                                             .from_beginning = true,
                                             .timeout_ms = 5000};

    return reader_new(&settings, ret, err);
}

static void *run_worker(void *opaque)
{
    struct demo *d = opaque;

    d->worker_status = worker_run(&d->parts.settings, &d->stop, &d->worker_err);
    return NULL;
}

static enum status set_up(struct demo *d, struct err *err)
{
    const struct publisher_settings publisher = {.properties = &d->broker_property,
                                                 .property_count = 1,
                                                 .client_id = "restage-demo",
                                                 .delivery_timeout_ms = 5000};
    enum status status = settings_worker(d->config, &d->parts, err);

    if (status == OK)
        status = make_schema(d, err);
    if (status == OK)
        status = make_broker(d, err);
    if (status == OK)
        status = publisher_new(&publisher, &d->publisher, err);
    if (status == OK)
        status = make_reader(d, d->parts.settings.recommendations_topic, &d->recommendations, err);
    if (status == OK)
        status = make_reader(d, d->parts.settings.dead_letters_topic, &d->dead_letters, err);
    if (status != OK)
        return status;
    d->worker_started = pthread_create(&d->worker, NULL, run_worker, d) == 0;
    return d->worker_started ? OK : err_set(err, FATAL, "no thread for the worker");
}

static enum status tear_down(struct demo *d, struct err *err)
{
    enum status status = OK;

    d->stop = true;
    if (d->worker_started) {
        (void)pthread_join(d->worker, NULL);
        status = d->worker_status;
        if (status != OK)
            *err = d->worker_err;
    }
    reader_free(d->recommendations);
    reader_free(d->dead_letters);
    publisher_free(d->publisher);
    mock_broker_stop(d->broker);
    timeline_free(d->timeline);
    arena_free(d->arena);
    free(d->parts.kafka);
    return status;
}

/* ---- Sending and listening ------------------------------------------------------------------- */

static const char *topic_of(const struct demo *d, enum body_kind kind)
{
    if (kind == BODY_PATHOLOGY || kind == BODY_MOLECULAR)
        return d->parts.topics[0];
    return kind == BODY_IMAGING || kind == BODY_ENDOSCOPY ? d->parts.topics[1] : d->parts.topics[2];
}

static const char *header_text(struct demo *d, const char *name)
{
    struct bytes value;
    char *copy;

    if (!reader_header(d->dead_letters, name, &value))
        return "";
    copy = arena_copy(d->arena, value.at, value.size);
    return copy == NULL ? "" : copy;
}

/* Print one answer if there is one within ${wait_ms}. */
static enum status listen_once(struct demo *d, int32_t wait_ms, bool *ret_heard, struct err *err)
{
    enum reader_event_kind kind;
    struct reader_record record;
    enum status status = reader_poll(d->dead_letters, 0, d->arena, &kind, &record, err);

    *ret_heard = false;
    if (status == OK && kind == READER_RECORD) {
        timeline_refused(d->timeline, header_text(d, "restage.error.code"),
                         header_text(d, "restage.error.message"));
        d->refused++;
        *ret_heard = true;
        return OK;
    }
    if (status == OK)
        status = reader_poll(d->recommendations, wait_ms, d->arena, &kind, &record, err);
    if (status == OK && kind == READER_RECORD) {
        timeline_recommendation(d->timeline, record.value, d->arena);
        d->answers++;
        *ret_heard = true;
    }
    return status;
}

static enum status listen(struct demo *d, const char *silence, struct err *err)
{
    int64_t until_ms = clock_monotonic_us() / 1000 + d->wait_ms;
    bool any = false;

    for (;;) {
        int64_t left_ms = until_ms - clock_monotonic_us() / 1000;
        bool heard;
        enum status status;

        if (left_ms <= 0)
            break;
        status = listen_once(d, left_ms < 20 ? (int32_t)left_ms : 20, &heard, err);
        if (status != OK)
            return status;
        if (heard) {
            any = true;
            until_ms = clock_monotonic_us() / 1000 + MORE_ANSWERS_MS;
        }
    }
    d->wait_ms = ANSWER_MS;
    if (!any)
        timeline_silence(d->timeline, silence);
    (void)fflush(stdout);
    return OK;
}

static enum status send_line(struct demo *d, const char *json, int64_t *ret_at, struct err *err)
{
    struct event_json line;
    struct sink_record record;
    enum error_code code;
    enum status status = event_json_read(json, strlen(json), d->arena, &line, &code, err);

    if (status != OK)
        return status;
    *ret_at = line.timed ? line.sent_at : *ret_at;
    record = (struct sink_record){
        .topic = topic_of(d, line.kind), .value = line.message, .timestamp_ms = *ret_at};
    record.key.at = event_key(line.authority, line.value, d->arena, &record.key.size);
    assert(record.key.at != NULL);
    timeline_arrival(d->timeline, *ret_at, line.message, "", d->arena);
    status = publisher_send(d->publisher, &record, err);
    if (status == OK)
        status = publisher_flush(d->publisher, err);
    d->events++;
    return status == OK ? listen(d, "known already: nothing new is said", err) : status;
}

/* ---- Replaying ------------------------------------------------------------------------------- */

static enum status replay(struct demo *d, const struct store_dead_letter_row *row, int64_t at,
                          struct err *err)
{
    const struct store_dead_letter *letter = &row->letter;
    char id[UUID_TEXT_SIZE];
    char hash[SHA256_HEX_SIZE];
    const struct sink_header headers[] = {
        {"restage.replay.dead_letter_id", {id, UUID_TEXT_SIZE - 1}},
        {"restage.replay.sha256", {hash, SHA256_HEX_SIZE - 1}},
        {"restage.replay.count", {"1", 1}}};
    const struct sink_record record = {.topic = letter->source.topic,
                                       .key = letter->key,
                                       .value = letter->value,
                                       .headers = headers,
                                       .header_count = 3,
                                       .timestamp_ms = at};
    enum status status;

    uuid_format(&letter->dead_letter_id, id);
    hex_encode(row->value_sha256, sizeof(row->value_sha256), hash);
    timeline_arrival(d->timeline, at, letter->value, "replayed from the dead letters", d->arena);
    status = publisher_send(d->publisher, &record, err);
    if (status == OK)
        status = publisher_flush(d->publisher, err);
    return status == OK ? listen(d, "nothing new is said", err) : status;
}

/* Send every open dead letter again, some days later. */
static enum status replay_all(struct demo *d, int64_t at, struct err *err)
{
    const struct store_settings settings = {.conninfo = d->config->postgres,
                                            .application_name = "restage demo",
                                            .connect_timeout_s = 5};
    const struct store_dead_letter_filter open = {.state = "open", .code = "", .limit = 16};
    struct store_dead_letter_row *rows;
    size_t count = 0;
    struct store *store = NULL;
    enum status status = store_admin_open(&settings, &store, err);

    if (status == OK)
        status = store_dead_letters(store, &open, d->arena, &rows, &count, err);
    for (size_t i = 0; i < count && status == OK; i++) {
        struct store_dead_letter_row *row;

        status = store_dead_letter(store, &rows[i].letter.dead_letter_id, d->arena, &row, err);
        if (status == OK && row != NULL)
            status = replay(d, row, at, err);
    }
    store_close(store);
    return status;
}

/* ---- The journey ----------------------------------------------------------------------------- */

static enum status stream_journey(struct demo *d, struct err *err)
{
    enum status status = OK;
    int64_t at = 0;

    for (size_t i = 0; i < demo_journey_count && status == OK; i++) {
        arena_reset(d->arena);
        status = send_line(d, demo_journey[i].json, &at, err);
        if (status == OK && demo_journey[i].replay)
            status = replay_all(d, at + DAY_AFTER_MS, err);
    }
    return status;
}

static enum status stream_file(struct demo *d, const char *file, struct err *err)
{
    struct event_lines *lines = NULL;
    enum status status = event_lines_read(file, &lines, err);
    int64_t at = 0;

    for (size_t i = 0; status == OK && i < event_lines_count(lines); i++) {
        struct event_line line = event_lines_get(lines, i);

        arena_reset(d->arena);
        status = send_line(d, line.text, &at, err);
        if (status == REJECT) {
            (void)fprintf(stderr, "restage demo: %s:%zu: %s\n", file, line.number, err->text);
            status = OK;
        }
    }
    event_lines_free(lines);
    return status;
}

static void print_end(const struct demo *d)
{
    (void)printf("\n%zu events sent, %zu recommendations heard, %zu not accepted at first.\n"
                 "\n"
                 "The rows are in PostgreSQL, schema restage: subject_status, recommendation_log,\n"
                 "dead_letter_status (ops/demo --psql opens them).  What to try next:\n"
                 "  restage evaluate --pretty FILE   the same rules on your own event JSON lines\n"
                 "  restage explain FILE             every finding with its reasons and citation\n"
                 "  restage rulebook                 all the rules as sentences\n",
                 d->events, d->answers, d->refused);
}

static int run(const struct config *config, const char *file)
{
    struct demo *d = calloc(1, sizeof(*d));
    struct err err;
    struct err end_err;
    enum status status;

    if (d == NULL)
        return EX_OSERR;
    log_open(LOG_ERROR, LOG_LOGFMT);
    d->config = config;
    d->arena = arena_new(MEMORY_MAX);
    d->timeline = timeline_new();
    d->wait_ms = FIRST_ANSWER_MS;
    status = d->arena == NULL || d->timeline == NULL ? err_set(&err, FATAL, "no memory")
                                                     : set_up(d, &err);
    if (status == OK)
        status = file == NULL ? stream_journey(d, &err) : stream_file(d, file, &err);
    if (status == OK)
        print_end(d);
    if (tear_down(d, &end_err) != OK && status == OK) {
        err = end_err;
        status = FATAL;
    }
    if (status != OK)
        (void)fprintf(stderr, "restage demo: %s\n", err.text);
    free(d);
    return status == OK ? EX_OK : status == REJECT ? EX_DATAERR : EX_SOFTWARE;
}

int cmd_demo(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    const struct config *config;
    struct err err;
    int code;

    if (config_flags_take(&argc, argv, &flags, &err) != OK) {
        (void)fprintf(stderr, "restage demo: %s\n", err.text);
        return EX_USAGE;
    }
    optind = 1;
    if (getopt_long(argc, argv, "h", options, NULL) == 'h') {
        (void)fputs(help, stdout);
        return EX_OK;
    }
    if (config_load(&flags, environ, &config, &err) != OK) {
        (void)fprintf(stderr, "restage demo: %s\n", err.text);
        return EX_CONFIG;
    }
    code = run(config, optind < argc ? argv[optind] : NULL);
    config_free(config);
    return code;
}
