/*
 * How long an event takes from producing it to a recommendation that a read_committed reader sees,
 * and the floor of that: one PostgreSQL commit and one Kafka transaction, one after the other.
 *
 *   bench-latency --bootstrap HOST:PORT --prefix TOPICS --rate PER_SECOND --events N --patients N
 *                 [--seed N]
 *   bench-latency --bootstrap HOST:PORT --prefix TOPICS --floor CONNINFO --events N [--size BYTES]
 *
 * The first sends events at a fixed rate, whatever becomes of them, to a running worker; each
 * answer belongs to the oldest unanswered event of its patient.  The second commits one row, then
 * sends one record of the size of a recommendation with one consumed position in a transaction, and
 * waits until the reader has it.  Prints one line of JSON.
 */
#include "drawn.h"

#include "../integration/feed.h"

#include <assert.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPEN_MAX 64 /* unanswered events of one patient */
#define PATIENTS_MAX 1000000
#define TIMEOUT_MS 30000
#define WARM_UP_MS 1500 /* what is sent before is not counted: clients are still connecting */

struct options {
    const char *bootstrap;
    const char *prefix;
    const char *floor; /* conninfo; NULL: measure a worker */
    struct drawn_settings feed;
    size_t events;
    size_t rate;
    size_t size;
};

struct sent { /* times at which a patient's events were sent, a ring */
    int64_t us[OPEN_MAX];
    unsigned first, beyond;
};

struct measurement {
    struct options options;
    rd_kafka_t *consumer;
    char outputs[256]; /* topic */
    pthread_mutex_t lock;
    struct sent *sent; /* by patient */
    int64_t counted_from_us;
    int64_t *latencies_us;
    size_t answered; /* warm-up included */
    size_t counted;
};

static int64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void sleep_until(int64_t us)
{
    const struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};

    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench-latency: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void must(rd_kafka_error_t *error, const char *what)
{
    if (error != NULL)
        die(what, rd_kafka_error_string(error));
}

static rd_kafka_t *client_new(rd_kafka_type_t type, const char *const (*properties)[2])
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[200];
    rd_kafka_t *client;

    for (; (*properties)[0] != NULL; properties++)
        if (rd_kafka_conf_set(conf, (*properties)[0], (*properties)[1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            die("configuration", text);
    client = rd_kafka_new(type, conf, text, sizeof(text));
    if (client == NULL)
        die("client", text);
    return client;
}

/* The macros of rd_kafka_producev are not C17. */
static void produce(rd_kafka_t *producer, const char *topic, struct bytes key, struct bytes value)
{
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key.at, key.size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value.at, value.size}},
    };

    must(rd_kafka_produceva(producer, parts, sizeof(parts) / sizeof(parts[0])), "send");
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* A reader of everything that is written to the outputs from now on. */
static rd_kafka_t *reader_new(const char *bootstrap, const char *topic)
{
    const char *const properties[][2] = {{"bootstrap.servers", bootstrap},
                                         {"group.id", "bench-latency"},
                                         {"isolation.level", "read_committed"},
                                         {"enable.auto.commit", "false"},
                                         {"fetch.wait.max.ms", "500"},
                                         {"fetch.min.bytes", "1"},
                                         {"queued.min.messages", "1000000"},
                                         {"socket.nagle.disable", "true"},
                                         {NULL, NULL}};
    rd_kafka_t *consumer = client_new(RD_KAFKA_CONSUMER, properties);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_partition_list_t *list;

    if (rd_kafka_metadata(consumer, 0, handle, &metadata, TIMEOUT_MS) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        metadata->topic_cnt != 1 || metadata->topics[0].partition_cnt == 0)
        die("reader", "no such topic");
    list = rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
        int64_t low;
        int64_t high;

        if (rd_kafka_query_watermark_offsets(consumer, topic, i, &low, &high, TIMEOUT_MS) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            die("reader", "no end of the log");
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = high;
    }
    if (rd_kafka_assign(consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("reader", "cannot be assigned");
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    (void)rd_kafka_consumer_poll(consumer, 1000); /* let the fetches begin */
    return consumer;
}

/* "authority|p000123": the patient's number. */
static size_t patient_of(const void *key, size_t size)
{
    char text[16];
    size_t digits = size < 16 ? size : 15;
    const char *end = (const char *)key + size - digits;
    const char *p;

    memcpy(text, end, digits);
    text[digits] = '\0';
    p = strrchr(text, 'p');
    return p == NULL ? PATIENTS_MAX : strtoul(p + 1, NULL, 10);
}

static size_t events_in_all(const struct options *o)
{
    return o->events + o->rate * WARM_UP_MS / 1000;
}

static void take_answer(struct measurement *m, struct sent *s, int64_t at_us)
{
    int64_t sent_us;

    if (s->first == s->beyond)
        return;
    sent_us = s->us[s->first++ % OPEN_MAX];
    m->answered++;
    if (sent_us >= m->counted_from_us && m->counted < m->options.events)
        m->latencies_us[m->counted++] = at_us - sent_us;
}

static void *read_answers(void *opaque)
{
    struct measurement *m = opaque;
    int64_t last_us = now_us();

    while (m->answered < events_in_all(&m->options) &&
           now_us() - last_us < (int64_t)TIMEOUT_MS * 1000) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(m->consumer, 100);
        size_t patient;

        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            last_us = now_us();
            patient = patient_of(message->key, message->key_len);
            (void)pthread_mutex_lock(&m->lock);
            if (patient < m->options.feed.patients)
                take_answer(m, &m->sent[patient], last_us);
            (void)pthread_mutex_unlock(&m->lock);
        }
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

/* ---- A worker -------------------------------------------------------------------------------- */

static void send_event(struct measurement *m, rd_kafka_t *producer,
                       const struct feed_record *record)
{
    static const char *const names[FEED_TOPICS] = {"pathology", "imaging", "clinical"};
    size_t patient = patient_of(record->key.at, record->key.size);
    char topic[256];
    struct sent *s;

    assert(patient < m->options.feed.patients);
    (void)snprintf(topic, sizeof(topic), "%s.%s", m->options.prefix, names[record->topic]);
    (void)pthread_mutex_lock(&m->lock);
    s = &m->sent[patient];
    if (s->beyond - s->first >= OPEN_MAX)
        die("send", "the worker does not keep up");
    s->us[s->beyond++ % OPEN_MAX] = now_us();
    (void)pthread_mutex_unlock(&m->lock);
    produce(producer, topic, record->key, record->value);
}

static void measure_worker(struct measurement *m)
{
    const char *const properties[][2] = {{"bootstrap.servers", m->options.bootstrap},
                                         {"linger.ms", "0"},
                                         {"acks", "1"},
                                         {"partitioner", "murmur2_random"},
                                         {"socket.nagle.disable", "true"},
                                         {NULL, NULL}};
    rd_kafka_t *producer = client_new(RD_KAFKA_PRODUCER, properties);
    struct feed *feed = drawn_feed_new(&m->options.feed);
    int64_t begun_us;
    pthread_t reader;

    m->sent = calloc(m->options.feed.patients, sizeof(*m->sent));
    m->counted_from_us = INT64_MAX;
    assert(feed != NULL && m->sent != NULL);
    if (pthread_create(&reader, NULL, read_answers, m) != 0)
        die("reader", "no thread");
    begun_us = now_us();
    m->counted_from_us = begun_us + WARM_UP_MS * 1000;
    for (size_t i = 0; i < events_in_all(&m->options); i++) {
        struct feed_record record;

        feed_next(feed, &record);
        sleep_until(begun_us + (int64_t)(i * 1000000 / m->options.rate));
        send_event(m, producer, &record);
        (void)rd_kafka_poll(producer, 0);
    }
    if (rd_kafka_flush(producer, TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("send", "not delivered");
    (void)pthread_join(reader, NULL);
    feed_free(feed);
    free(m->sent);
    rd_kafka_destroy(producer);
}

/* ---- The floor ------------------------------------------------------------------------------- */

static void run_sql(PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        die("postgresql", PQerrorMessage(connection));
    PQclear(result);
}

struct floor {
    PGconn *connection;
    rd_kafka_t *producer;
    rd_kafka_consumer_group_metadata_t *group;
    rd_kafka_topic_partition_list_t *positions;
    char *value;
};

static int64_t commit_once(struct measurement *m, struct floor *f)
{
    int64_t begun_us = now_us();
    int64_t until_us = begun_us + (int64_t)TIMEOUT_MS * 1000;

    run_sql(f->connection, "INSERT INTO bench_commit VALUES (1)");
    must(rd_kafka_begin_transaction(f->producer), "begin");
    produce(f->producer, m->outputs, (struct bytes){"key", 3},
            (struct bytes){f->value, m->options.size});
    f->positions->elems[0].offset++;
    must(rd_kafka_send_offsets_to_transaction(f->producer, f->positions, f->group, TIMEOUT_MS),
         "offsets");
    must(rd_kafka_commit_transaction(f->producer, TIMEOUT_MS), "commit");
    while (now_us() < until_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(m->consumer, 100);
        bool seen = message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;

        if (message != NULL)
            rd_kafka_message_destroy(message);
        if (seen)
            return now_us() - begun_us;
    }
    die("reader", "nothing came");
    return 0;
}

static void measure_floor(struct measurement *m)
{
    const char *const properties[][2] = {{"bootstrap.servers", m->options.bootstrap},
                                         {"transactional.id", "bench-floor"},
                                         {"linger.ms", "0"},
                                         {"partitioner", "murmur2_random"},
                                         {"socket.nagle.disable", "true"},
                                         {NULL, NULL}};
    struct floor f = {.connection = PQconnectdb(m->options.floor),
                      .producer = client_new(RD_KAFKA_PRODUCER, properties),
                      .group = rd_kafka_consumer_group_metadata_new("bench-floor"),
                      .positions = rd_kafka_topic_partition_list_new(1),
                      .value = calloc(1, m->options.size + 1)};
    char topic[256];

    assert(f.value != NULL);
    if (PQstatus(f.connection) != CONNECTION_OK)
        die("postgresql", PQerrorMessage(f.connection));
    run_sql(f.connection, "SET client_min_messages = warning");
    run_sql(f.connection, "CREATE TABLE IF NOT EXISTS bench_commit (number int)");
    (void)snprintf(topic, sizeof(topic), "%s.clinical", m->options.prefix);
    rd_kafka_topic_partition_list_add(f.positions, topic, 0)->offset = 0;
    must(rd_kafka_init_transactions(f.producer, TIMEOUT_MS), "init");
    for (size_t i = 0; i < 20; i++)
        (void)commit_once(m, &f);
    for (size_t i = 0; i < m->options.events; i++)
        m->latencies_us[m->counted++] = commit_once(m, &f);
    PQfinish(f.connection);
    rd_kafka_topic_partition_list_destroy(f.positions);
    rd_kafka_consumer_group_metadata_destroy(f.group);
    rd_kafka_destroy(f.producer);
    free(f.value);
}

/* ---- The program ----------------------------------------------------------------------------- */

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {{"bootstrap", required_argument, NULL, 'b'},
                                            {"prefix", required_argument, NULL, 'p'},
                                            {"floor", required_argument, NULL, 'f'},
                                            {"rate", required_argument, NULL, 'r'},
                                            {"events", required_argument, NULL, 'n'},
                                            {"patients", required_argument, NULL, 'm'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"size", required_argument, NULL, 'z'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'b')
            o->bootstrap = optarg;
        else if (option == 'p')
            o->prefix = optarg;
        else if (option == 'f')
            o->floor = optarg;
        else if (option == 'r')
            o->rate = strtoul(optarg, NULL, 10);
        else if (option == 'n')
            o->events = strtoul(optarg, NULL, 10);
        else if (option == 'm')
            o->feed.patients = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 's')
            o->feed.seed = strtoull(optarg, NULL, 10);
        else if (option == 'z')
            o->size = strtoul(optarg, NULL, 10);
        else
            return false;
    }
    return o->bootstrap != NULL && o->prefix != NULL && o->events > 0 &&
           (o->floor != NULL ||
            (o->rate > 0 && o->feed.patients > 0 && o->feed.patients < PATIENTS_MAX));
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y ? 1 : 0;
}

/* In milliseconds; the smallest latency that ${per_thousand} of all do not exceed. */
static double quantile(const struct measurement *m, size_t per_thousand)
{
    size_t place = (m->counted * per_thousand + 999) / 1000;

    return (double)m->latencies_us[place == 0 ? 0 : place - 1] / 1000.0;
}

int main(int argc, char **argv)
{
    struct measurement m = {.options = {.feed = {.seed = 1}, .size = 16000}};

    if (!parse(argc, argv, &m.options))
        return 64;
    (void)pthread_mutex_init(&m.lock, NULL);
    (void)snprintf(m.outputs, sizeof(m.outputs), "%s.recommendations", m.options.prefix);
    m.latencies_us = calloc(m.options.events, sizeof(*m.latencies_us));
    assert(m.latencies_us != NULL);
    m.consumer = reader_new(m.options.bootstrap, m.outputs);
    if (m.options.floor != NULL)
        measure_floor(&m);
    else
        measure_worker(&m);
    if (m.options.floor == NULL && m.answered < events_in_all(&m.options))
        die("reader", "some events were never answered");
    qsort(m.latencies_us, m.counted, sizeof(*m.latencies_us), compare_numbers);
    printf("{\"events\": %zu, \"p50\": %.3f, \"p99\": %.3f, \"p999\": %.3f, \"max\": %.3f}\n",
           m.counted, quantile(&m, 500), quantile(&m, 990), quantile(&m, 999),
           (double)m.latencies_us[m.counted - 1] / 1000.0);
    rd_kafka_destroy(m.consumer);
    free(m.latencies_us);
    return EXIT_SUCCESS;
}
