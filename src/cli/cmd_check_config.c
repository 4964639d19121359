#include "cli/commands.h"
#include "cli/settings.h"
#include "kafka/kafka_properties.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "store/conninfo.h"
#include "store/store_admin.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define CLIENT_ID "restage-check"
#define TIMEOUT_MS 10000
#define CLOSE_TIMEOUT_MS 2000
#define CONNECT_TIMEOUT_S 5
#define INPUT_TOPICS 3

extern char **environ;

static const char help[] =
    "usage: restage check-config [--online] [FILE]\n"
    "\n"
    "Check a configuration before a worker runs with it: the file, the environment and the flags,\n"
    "every property of librdkafka, the policy's numbers, the PostgreSQL connection string.\n"
    "Nothing is connected to without --online.\n"
    "\n"
    "  --online            also ask the brokers (topics, their partitions and clean-up) and\n"
    "                      PostgreSQL (login, rights, schema version, active rulebook)\n"
    "  -c FILE             the same as FILE\n"
    "  -X property=value   a property of librdkafka\n"
    "      --set key=value any other setting\n"
    "\n"
    "Exit codes: 0 when a worker may run with it (there may be warnings), 78 when not, 75 when\n"
    "the brokers or PostgreSQL did not answer.\n"
    "\n"
    "example: restage check-config --online /etc/restage/restage.properties\n";

struct check {
    struct worker_parts parts;
    const struct config *config;
    int bad;
    int away;
};

static void say_ok(const char *what)
{
    (void)printf("ok       %s\n", what);
}

static void say_warning(const char *what, const char *why)
{
    (void)printf("warning  %s: %s\n", what, why);
}

static void say_bad(struct check *c, const char *text)
{
    (void)printf("error    %s\n", text);
    c->bad++;
}

/* An answer of an adapter: RETRY is somebody else's fault, everything else is the setting's. */
static void say_status(struct check *c, enum status status, const struct err *err)
{
    if (status != RETRY) {
        say_bad(c, err->text);
        return;
    }
    (void)printf("away     %s\n", err->text);
    c->away++;
}

/* ---- Without connecting ---------------------------------------------------------------------- */

static void check_properties(struct check *c)
{
    char origin[CONFIG_ORIGIN_SIZE];
    bool servers = false;
    int bad = c->bad;

    for (size_t i = 0; i < c->config->kafka_count; i++) {
        const struct config_pair *p = &c->config->kafka[i];
        const struct kafka_property property = {p->name, p->value};
        struct err err;

        servers = servers || strcmp(p->name, "bootstrap.servers") == 0 ||
                  strcmp(p->name, "metadata.broker.list") == 0;
        if (kafka_property_check(&property, &err) == OK)
            continue;
        config_origin_format(&p->origin, origin);
        (void)err_add(&err, "%s", origin);
        say_bad(c, err.text);
    }
    if (!servers)
        say_bad(c, "kafka.bootstrap.servers: not set. HINT: host:port of one or more brokers");
    if (c->bad == bad)
        say_ok("properties of librdkafka");
}

/* A consumer that never joins the group. */
static enum status new_source(const struct worker_settings *s, struct source **ret, struct err *err)
{
    const struct source_settings settings = {.properties = s->kafka_properties,
                                             .property_count = s->kafka_property_count,
                                             .topics = s->topics,
                                             .topic_count = s->topic_count,
                                             .group_id = s->group,
                                             .client_id = CLIENT_ID,
                                             .group_instance_id = "",
                                             .session_timeout_ms = s->session_timeout_ms};

    return source_new(&settings, ret, err);
}

/* Some properties exclude each other: only a whole handle finds that. */
static void check_handles(struct check *c)
{
    const struct worker_settings *s = &c->parts.settings;
    const struct sink_settings sink_settings = {.properties = s->kafka_properties,
                                                .property_count = s->kafka_property_count,
                                                .transactional_id = CLIENT_ID,
                                                .client_id = CLIENT_ID,
                                                .transaction_timeout_ms =
                                                    s->transaction_timeout_ms};
    struct source *source = NULL;
    struct sink *sink = NULL;
    struct err err;
    enum status status = new_source(s, &source, &err);

    if (status == OK)
        status = sink_new(&sink_settings, &sink, &err);
    if (status == OK)
        say_ok("consumer and producer can be made of them");
    else
        say_bad(c, err.text);
    sink_free(sink);
    source_close(source, CLOSE_TIMEOUT_MS);
}

static void check_conninfo(struct check *c)
{
    struct err err;

    if (store_conninfo_check(c->config->postgres, &err) == OK) {
        say_ok(c->config->postgres[0] == '\0' ? "postgres: from the PG* variables" : "postgres");
        return;
    }
    (void)err_add(&err, "postgres");
    say_bad(c, err.text);
}

/* ---- Online ---------------------------------------------------------------------------------- */

/* -1 when nothing is known about it. */
static int32_t check_topic(struct check *c, struct source *source, const char *topic, bool input)
{
    struct source_topic_report report;
    struct err err;
    char what[300];
    enum status status = source_topic_report(source, topic, TIMEOUT_MS, &report, &err);

    if (status != OK) {
        say_status(c, status, &err);
        return -1;
    }
    (void)snprintf(what, sizeof(what), "topic %s", topic);
    if (!report.exists) {
        (void)err_set(&err, REJECT, "%s: there is no such topic", what);
        say_bad(c, err.text);
        return -1;
    }
    if (report.compacted) {
        (void)err_set(&err, REJECT,
                      "%s: cleanup.policy is compact, which would delete results that still count. "
                      "HINT: cleanup.policy=delete",
                      what);
        say_bad(c, err.text);
    }
    if (input && !report.log_append_time)
        say_warning(what, "message.timestamp.type is CreateTime, so judgements follow the "
                          "producers' clocks; LogAppendTime is advised");
    (void)snprintf(what, sizeof(what), "topic %s, %d partitions", topic,
                   (int)report.partition_count);
    say_ok(what);
    return report.partition_count;
}

static void check_topics(struct check *c, struct source *source)
{
    const struct worker_settings *s = &c->parts.settings;
    int32_t counts[INPUT_TOPICS];
    bool equal = true;

    for (size_t i = 0; i < INPUT_TOPICS; i++) {
        counts[i] = check_topic(c, source, s->topics[i], /* input= */ true);
        equal = equal && (counts[i] < 0 || counts[0] < 0 || counts[i] == counts[0]);
    }
    if (!equal)
        say_warning("input topics", "they differ in their number of partitions, so a patient's "
                                    "recommendations may appear out of order");
    (void)check_topic(c, source, s->recommendations_topic, /* input= */ false);
    (void)check_topic(c, source, s->dead_letters_topic, /* input= */ false);
}

static void check_brokers(struct check *c)
{
    const struct worker_settings *s = &c->parts.settings;
    struct source *source = NULL;
    const char *cluster_id;
    struct err err;
    enum status status = new_source(s, &source, &err);

    if (status == OK)
        status = source_cluster_id(source, TIMEOUT_MS, &cluster_id, &err);
    if (status == OK) {
        say_ok("brokers answer");
        check_topics(c, source);
    } else {
        say_status(c, status, &err);
    }
    source_close(source, CLOSE_TIMEOUT_MS);
}

static void check_database(struct check *c)
{
    const struct store_settings settings = {.conninfo = c->config->postgres,
                                            .application_name = "restage check-config",
                                            .connect_timeout_s = CONNECT_TIMEOUT_S};
    char active[STORE_RULEBOOK_HASH_SIZE];
    struct store *store = NULL;
    struct err err;
    enum status status = store_open(&settings, &store, &err);

    if (status == OK) {
        say_ok("PostgreSQL: login, rights, encoding and schema");
        status = store_rulebook_active(store, active, &err);
    }
    if (status != OK)
        say_status(c, status, &err);
    else if (active[0] != '\0' && strcmp(active, c->parts.policy.rulebook_hash) != 0)
        say_bad(c, "rulebook: another one is active in the database. HINT: restage rulebook "
                   "activate, then restage reevaluate --all");
    else
        say_ok("rulebook");
    store_close(store);
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static int run(const struct config_flags *flags, bool online)
{
    struct check c = {.bad = 0};
    struct err err;
    enum status status = config_load(flags, environ, &c.config, &err);

    if (status == OK)
        status = settings_worker(c.config, &c.parts, &err);
    if (status != OK) {
        say_bad(&c, err.text);
    } else {
        say_ok("settings");
        check_properties(&c);
        if (c.bad == 0)
            check_handles(&c);
        check_conninfo(&c);
    }
    if (online && c.bad == 0) {
        check_brokers(&c);
        check_database(&c);
    }
    free(c.parts.kafka);
    config_free(c.config);
    if (c.bad > 0)
        return EX_CONFIG;
    return c.away > 0 ? EX_TEMPFAIL : EX_OK;
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage check-config: %s\nHINT: restage check-config --help\n", why);
    return EX_USAGE;
}

int cmd_check_config(int argc, char **argv)
{
    static const struct option options[] = {
        {"online", no_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    struct err err;
    bool online = false;
    int option;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return EX_OK;
        }
        if (option != 'o')
            return usage("see the help");
        online = true;
    }
    if (argc - optind > 1 || (optind < argc && flags.file != NULL))
        return usage("one FILE at most");
    if (optind < argc)
        flags.file = argv[optind];
    return run(&flags, online);
}
