#include "base/date.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "base/suggest.h"
#include "store/store_admin.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MEMORY_MAX ((size_t)16 << 20)
#define BROKER_TIMEOUT_MS 5000
#define PARTITION_MAX 1000000

static const char help[] =
    "usage: restage positions show [--offline] [--json]\n"
    "       restage positions accept TOPIC PARTITION --next OFFSET --by NAME --reason TEXT\n"
    "                                [--offline] [--dry-run] [--json]\n"
    "\n"
    "How far each input partition is decided and published; and where a worker may go on that\n"
    "refuses to choose by itself (results deleted before they were read, offsets moved by hand).\n"
    "\n"
    "  show    next: decided up to here; published: known as published up to here; group: what "
    "the\n"
    "          group committed; log: first and next offset in the topic\n"
    "  accept  state the intent; a worker acts on it within seconds and records that it did\n"
    "\n"
    "  -c FILE    configuration\n"
    "  --offline  do not ask the broker\n"
    "  --dry-run  check, and record nothing\n"
    "\n"
    "An accepted gap means that results in it were never judged: say in --reason what was done\n"
    "about them.\n"
    "\n"
    "example: restage positions accept restage.imaging 3 --next 91200 --by 'A. Operator' \\\n"
    "             --reason 'retention took 90000 to 91199; sent again by the PACS'\n";

struct positions_options {
    const struct config_flags *flags;
    const char *next;
    const char *by;
    const char *reason;
    bool offline;
    bool json;
    bool dry_run;
};

/* ---- show ------------------------------------------------------------------------------------ */

/* What the broker says of one partition; -1 where it says nothing. */
struct broker_view {
    int64_t committed;
    int64_t low;
    int64_t high;
};

static struct broker_view ask_broker(struct session *session, struct source *source,
                                     const struct store_partition *partition)
{
    struct broker_view view = {-1, -1, -1};
    struct source_committed committed;
    struct err ignored;
    size_t count;
    const char *const *topics = session_topics(session, &count);

    for (size_t i = 0; i < count && source != NULL; i++) {
        struct source_partition where = {i, partition->partition};

        if (strcmp(topics[i], partition->topic) != 0)
            continue;
        if (source_committed(source, &where, 1, BROKER_TIMEOUT_MS, &committed, &ignored) == OK &&
            committed.known)
            view.committed = committed.offset;
        if (source_log_range(source, where, BROKER_TIMEOUT_MS, &view.low, &view.high, &ignored) !=
            OK)
            view.low = view.high = -1;
    }
    return view;
}

static void print_json(const struct store_position_row *row, const struct broker_view *view)
{
    const struct store_position *p = &row->position;
    json_t *o = json_object();
    char updated_at[INSTANT_TEXT_SIZE];

    instant_format(row->updated_at, updated_at);
    (void)json_object_set_new(o, "topic", json_string(row->partition.topic));
    (void)json_object_set_new(o, "partition", json_integer(row->partition.partition));
    if (p->known) {
        (void)json_object_set_new(o, "clusterId", json_string(row->cluster_id));
        (void)json_object_set_new(o, "nextOffset", json_integer(p->next_offset));
        (void)json_object_set_new(o, "publishedOffset", json_integer(p->published_offset));
        (void)json_object_set_new(o, "uncleanEnds", json_integer(p->unclean_ends));
    }
    if (p->suppress_below > 0)
        (void)json_object_set_new(o, "suppressBelow", json_integer(p->suppress_below));
    if (view->committed >= 0)
        (void)json_object_set_new(o, "groupOffset", json_integer(view->committed));
    if (view->low >= 0) {
        (void)json_object_set_new(o, "logStart", json_integer(view->low));
        (void)json_object_set_new(o, "logEnd", json_integer(view->high));
    }
    if (p->decision_pending)
        (void)json_object_set_new(o, "acceptedNext", json_integer(p->decision_next_offset));
    (void)json_object_set_new(o, "updatedAt", json_string(updated_at));
    (void)json_dumpf(o, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(o);
}

static const char *number_or_dash(int64_t number, char memory[24])
{
    (void)snprintf(memory, 24, "%" PRId64, number);
    return number < 0 ? "-" : memory;
}

static void print_row(const struct store_position_row *row, const struct broker_view *view)
{
    const struct store_position *p = &row->position;
    char numbers[6][24];

    (void)printf("%-28s %5d %10s %10s %10s %10s %10s%s", row->partition.topic,
                 (int)row->partition.partition,
                 number_or_dash(p->known ? p->next_offset : -1, numbers[0]),
                 number_or_dash(p->known ? p->published_offset : -1, numbers[1]),
                 number_or_dash(view->committed, numbers[2]), number_or_dash(view->low, numbers[3]),
                 number_or_dash(view->high, numbers[4]), "");
    if (p->decision_pending)
        (void)printf("  accepted: go on at %" PRId64, p->decision_next_offset);
    if (p->known && view->low > p->next_offset)
        (void)printf("  GAP: %" PRId64 " to %" PRId64 " deleted unread", p->next_offset,
                     view->low - 1);
    if (p->suppress_below > p->next_offset)
        (void)printf("  publishes from %" PRId64 " on", p->suppress_below);
    (void)putchar('\n');
}

static enum status show(struct session *session, const struct positions_options *o,
                        struct arena *arena, struct err *err)
{
    struct store_position_row *rows;
    struct source *source = NULL;
    struct store *store;
    struct err broker_err;
    size_t count;
    enum status status = session_store(session, &store, err);

    if (status == OK)
        status = store_position_rows(store, arena, &rows, &count, err);
    if (status != OK)
        return status;
    if (!o->offline && session_source(session, &source, &broker_err) != OK)
        (void)fprintf(stderr, "restage positions: without the broker: %s\n", broker_err.text);
    if (!o->json)
        (void)printf("%-28s %5s %10s %10s %10s %10s %10s\n", "topic", "part", "next", "published",
                     "group", "log start", "log end");
    for (size_t i = 0; i < count; i++) {
        struct broker_view view = ask_broker(session, source, &rows[i].partition);

        if (o->json)
            print_json(&rows[i], &view);
        else
            print_row(&rows[i], &view);
    }
    return OK;
}

/* ---- accept ---------------------------------------------------------------------------------- */

/* A whole number of [0, max] and nothing else. */
static bool parse_number(const char *text, int64_t max, int64_t *ret)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] < '0' || text[0] > '9' || number > max)
        return false;
    *ret = number;
    return true;
}

static enum status check_topic(const struct session *session, const char *topic, struct err *err)
{
    size_t count;
    const char *const *topics = session_topics(session, &count);
    const char *meant;

    for (size_t i = 0; i < count; i++)
        if (strcmp(topics[i], topic) == 0)
            return OK;
    meant = suggest(topic, topics, count);
    return err_set(err, REJECT, "'%s' is no input topic%s%s%s", topic,
                   meant == NULL ? "" : "; did you mean '", meant == NULL ? "" : meant,
                   meant == NULL ? "" : "'?");
}

/* Where nothing is, no worker could go on; without a broker to ask, the worker finds out. */
static enum status check_offset(struct session *session, const struct store_decision *decision,
                                struct err *err)
{
    struct source *source = NULL;
    struct err broker_err;
    struct broker_view view;

    if (session_source(session, &source, &broker_err) != OK)
        source = NULL;
    view = ask_broker(session, source, &decision->partition);
    if (view.low < 0) {
        (void)fputs("restage positions: the broker does not answer: offset not checked\n", stderr);
        return OK;
    }
    if (decision->next_offset >= view.low && decision->next_offset <= view.high)
        return OK;
    return err_set(err, REJECT,
                   "%s %d: offset %" PRId64 " is not in the log, which goes from %" PRId64
                   " to %" PRId64,
                   decision->partition.topic, (int)decision->partition.partition,
                   decision->next_offset, view.low, view.high);
}

static enum status accept_position(struct session *session, const struct positions_options *o,
                                   const struct store_decision *decision, struct err *err)
{
    struct store *store;
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    enum status status = check_topic(session, decision->partition.topic, err);

    if (status == OK && !o->offline)
        status = check_offset(session, decision, err);
    if (status == OK)
        status = session_store(session, &store, err);
    if (status == OK && !o->dry_run)
        status = store_position_accept(store, decision, &id, err);
    if (status != OK)
        return status;
    if (o->dry_run) {
        (void)printf("would accept %s %d at %" PRId64 "\n", decision->partition.topic,
                     (int)decision->partition.partition, decision->next_offset);
        return OK;
    }
    uuid_format(&id, text);
    if (o->json)
        (void)printf("{\"decisionId\":\"%s\"}\n", text);
    else
        (void)printf("accepted as %s; a worker acts on it within seconds\n", text);
    return OK;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage positions: %s\nHINT: restage positions --help\n", why);
    return EX_USAGE;
}

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0' && text_is_utf8(text, strlen(text));
}

/* Run show (${decision} NULL) or accept. */
static int run(const struct positions_options *o, const struct store_decision *decision)
{
    struct session *session = NULL;
    struct arena *arena;
    struct err err;
    enum status status;
    int code = session_open("positions", o->flags, &session);

    if (code != EX_OK)
        return code;
    arena = arena_new(MEMORY_MAX);
    assert(arena != NULL);
    status = decision == NULL ? show(session, o, arena, &err)
                              : accept_position(session, o, decision, &err);
    arena_free(arena);
    session_close(session);
    return status == OK ? EX_OK : session_fail("positions", status, &err);
}

static int run_accept(const struct positions_options *o, const char *topic, const char *partition)
{
    struct store_decision decision = {
        .partition = {.topic = topic}, .decided_by = o->by, .reason = o->reason};
    int64_t number;

    if (!parse_number(partition, PARTITION_MAX, &number))
        return usage("PARTITION is a number");
    decision.partition.partition = (int32_t)number;
    if (o->next == NULL || !parse_number(o->next, INT64_MAX, &decision.next_offset))
        return usage("accept needs --next OFFSET: where to go on");
    if (!is_text(o->by) || !is_text(o->reason))
        return usage("accept needs --by NAME and --reason TEXT");
    return run(o, &decision);
}

/* The exit code, or -1 to go on. */
static int take_options(int argc, char **argv, struct positions_options *o)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"next", required_argument, NULL, 'n'},
        {"by", required_argument, NULL, 'b'},
        {"reason", required_argument, NULL, 'r'},
        {"offline", no_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {"dry-run", no_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'n':
            o->next = optarg;
            break;
        case 'b':
            o->by = optarg;
            break;
        case 'r':
            o->reason = optarg;
            break;
        case 'o':
            o->offline = true;
            break;
        case 'j':
            o->json = true;
            break;
        case 'd':
            o->dry_run = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return EX_USAGE;
        }
    }
    return -1;
}

int cmd_positions(int argc, char **argv)
{
    static struct config_flags flags; /* large, and used once */
    struct positions_options o = {.flags = &flags};
    struct err err;
    int code;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    code = take_options(argc, argv, &o);
    if (code >= 0)
        return code;
    if (argc - optind == 1 && strcmp(argv[optind], "show") == 0)
        return run(&o, NULL);
    if (argc - optind == 3 && strcmp(argv[optind], "accept") == 0)
        return run_accept(&o, argv[optind + 1], argv[optind + 2]);
    return usage("say show, or accept TOPIC PARTITION");
}
