/*
 * Writes a stream of drawn clinical events to the three input topics, keyed as hospitals key them,
 * and prints what it wrote as one line of JSON.
 */
#include "feed.h"

#include <getopt.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FLUSH_TIMEOUT_MS 30000
#define DAY_MS INT64_C(86400000)

static const char usage[] =
    "usage: restage-feed --bootstrap HOST:PORT --prefix TOPICS [--events N] [--patients N]\n"
    "           [--bad PER_THOUSAND] [--seed N] [--skip N] [--days-ago N] [--patient-prefix TEXT]\n"
    "           [--one-topic 1] [--fresh 1] [--step-ms MS]\n"
    "--skip draws N events without sending them: a later piece of the same stream.\n";

struct options {
    struct feed_settings feed;
    const char *bootstrap;
    const char *prefix;
    uint32_t events;
    uint32_t skip;
    int64_t days_ago;
    bool one_topic; /* everything goes to the clinical topic */
};

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {
        {"bootstrap", required_argument, NULL, 'b'},
        {"prefix", required_argument, NULL, 'p'},
        {"events", required_argument, NULL, 'n'},
        {"patients", required_argument, NULL, 'm'},
        {"bad", required_argument, NULL, 'x'},
        {"seed", required_argument, NULL, 's'},
        {"skip", required_argument, NULL, 'k'},
        {"days-ago", required_argument, NULL, 'd'},
        {"patient-prefix", required_argument, NULL, 'c'},
        {"one-topic", required_argument, NULL, 'o'},
        {"fresh", required_argument, NULL, 'f'},
        {"step-ms", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'b')
            o->bootstrap = optarg;
        else if (option == 'p')
            o->prefix = optarg;
        else if (option == 'n')
            o->events = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'm')
            o->feed.patients = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'x')
            o->feed.bad_per_thousand = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 's')
            o->feed.seed = strtoull(optarg, NULL, 10);
        else if (option == 'k')
            o->skip = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'd')
            o->days_ago = strtoll(optarg, NULL, 10);
        else if (option == 'c')
            o->feed.patient_prefix = optarg;
        else if (option == 'o')
            o->one_topic = optarg[0] == '1';
        else if (option == 'f')
            o->feed.fresh_only = optarg[0] == '1';
        else if (option == 't')
            o->feed.step_ms = strtoll(optarg, NULL, 10);
        else
            return false;
    }
    return o->bootstrap != NULL && o->prefix != NULL && o->feed.patients > 0 && optind == argc;
}

static rd_kafka_t *producer_new(const char *bootstrap)
{
    const char *const properties[][2] = {
        {"bootstrap.servers", bootstrap},
        {"enable.idempotence", "true"},
        {"linger.ms", "5"},
        {"partitioner", "murmur2_random"},
        {"log_level", "3"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *producer;
    char text[200];

    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            abort();
    }
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    if (producer == NULL)
        (void)fprintf(stderr, "restage-feed: %s\n", text);
    return producer;
}

static bool send_record(rd_kafka_t *producer, const char *prefix, const struct feed_record *record)
{
    static const char *const names[FEED_TOPICS] = {"pathology", "imaging", "clinical"};
    char topic[250];
    /* The macros of rd_kafka_producev are not C17. */
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {(void *)(uintptr_t)record->key.at, record->key.size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {(void *)(uintptr_t)record->value.at, record->value.size}},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms},
    };
    rd_kafka_resp_err_t answer;

    (void)snprintf(topic, sizeof(topic), "%s.%s", prefix, names[record->topic]);
    do {
        rd_kafka_error_t *error =
            rd_kafka_produceva(producer, parts, sizeof(parts) / sizeof(parts[0]));

        answer = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
        (void)rd_kafka_poll(producer, answer == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 50 : 0);
    } while (answer == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (answer != RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)fprintf(stderr, "restage-feed: %s: %s\n", topic, rd_kafka_err2name(answer));
    return answer == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool send_all(const struct options *o, rd_kafka_t *producer, struct feed *feed)
{
    struct feed_record record;

    for (uint32_t i = 0; i < o->skip; i++)
        feed_next(feed, &record);
    for (uint32_t i = 0; i < o->events; i++) {
        feed_next(feed, &record);
        if (o->one_topic)
            record.topic = FEED_CLINICAL;
        if (!send_record(producer, o->prefix, &record))
            return false;
    }
    return rd_kafka_flush(producer, FLUSH_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

int main(int argc, char **argv)
{
    struct options o = {.feed = {.seed = 1,
                                 .patients = 200,
                                 .bad_per_thousand = 5,
                                 .step_ms = 1000,
                                 .patient_prefix = "p"},
                        .events = 2000};
    rd_kafka_t *producer;
    struct feed *feed;
    bool sent;

    if (!parse(argc, argv, &o)) {
        (void)fputs(usage, stderr);
        return 64;
    }
    o.feed.first_ms = ((int64_t)time(NULL) * 1000 / DAY_MS - o.days_ago) * DAY_MS;
    producer = producer_new(o.bootstrap);
    feed = feed_new(&o.feed);
    if (producer == NULL || feed == NULL)
        return 1;
    sent = send_all(&o, producer, feed);
    if (sent) {
        const struct feed_counts *c = feed_counts(feed);

        printf("{\"seed\":%llu,\"events\":%u,\"fresh\":%u,\"duplicates\":%u,\"corrections\":%u,"
               "\"retractions\":%u,\"older\":%u,\"framed\":%u,\"bad\":%u}\n",
               (unsigned long long)o.feed.seed, (unsigned)o.events, (unsigned)c->fresh,
               (unsigned)c->duplicates, (unsigned)c->corrections, (unsigned)c->retractions,
               (unsigned)c->older, (unsigned)c->framed, (unsigned)c->bad);
    }
    feed_free(feed);
    rd_kafka_destroy(producer);
    return sent ? 0 : 1;
}
