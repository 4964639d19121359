#include "cli/commands.h"
#include "cli/session.h"
#include "kafka/reader.h"
#include "wire/recommendation_text.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define RECORD_MEMORY_MAX ((size_t)32 << 20) /* bytes for one recommendation */
#define POLL_MS 250

static const char help[] =
    "usage: restage tail [--from-beginning] [--until-end] [--json]\n"
    "\n"
    "Print recommendations as they are published: committed ones only, in the order of each\n"
    "partition, one line each: when, patient, tumour, number, change, stage, summary.  It joins\n"
    "no group and commits nothing.  Ends with an interrupt.\n"
    "\n"
    "  --from-beginning    those that are there already, too\n"
    "  --until-end         end when everything that is there has been printed\n"
    "  --json              one Recommendation JSON a line (restage explain - tells all of it)\n"
    "  -c FILE             configuration\n"
    "  -X property=value   a property of librdkafka\n"
    "\n"
    "example: restage tail --from-beginning --until-end -X bootstrap.servers=localhost:9092\n";

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

struct tailing {
    struct reader *reader;
    struct arena *arena;
    bool json;
    bool until_end;
    int64_t unreadable;
};

/* ---- One line -------------------------------------------------------------------------------- */

static const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* "CHANGE_CHANGED" as "changed". */
static void put_change(const char *name)
{
    const char *short_name = strncmp(name, "CHANGE_", 7) == 0 ? name + 7 : name;

    for (; *short_name != '\0'; short_name++)
        (void)putchar(*short_name >= 'A' && *short_name <= 'Z' ? *short_name - 'A' + 'a'
                                                               : *short_name);
}

static void put_stage(const json_t *stage)
{
    static const char *const parts[] = {"t", "n", "m", "group"};
    bool any = false;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *text = text_at(stage, parts[i]);

        if (text[0] == '\0')
            continue;
        (void)printf("%s%s%s", any ? " " : "  ", i == 3 ? "stage " : "", text);
        any = true;
    }
}

/* False when the JSON is not that of a recommendation. */
static bool put_line(const char *text, size_t size)
{
    json_t *line = json_loadb(text, size, 0, NULL);
    const json_t *subject = json_object_get(line, "subject");
    const json_t *patient = json_object_get(subject, "patient");

    if (line == NULL)
        return false;
    (void)printf("%s  %s|%s %s  #%s ", text_at(line, "asOf"), text_at(patient, "authority"),
                 text_at(patient, "value"), text_at(subject, "tumourId"),
                 text_at(line, "sequence"));
    put_change(text_at(line, "change"));
    put_stage(json_object_get(line, "stage"));
    (void)printf("  %s\n", text_at(line, "summary"));
    json_decref(line);
    return true;
}

static void print_record(struct tailing *t, const struct reader_record *record)
{
    size_t size = 0;
    const char *text =
        record->value.at == NULL ? NULL : recommendation_json(record->value, t->arena, &size);

    if (text != NULL && t->json)
        (void)printf("%s\n", text);
    else if (text == NULL || !put_line(text, size)) {
        (void)fprintf(stderr,
                      "restage tail: partition %" PRId32 ", offset %" PRId64
                      ": not a recommendation of this version\n",
                      record->partition, record->offset);
        t->unreadable++;
    }
}

/* ---- The loop -------------------------------------------------------------------------------- */

static enum status tail(struct tailing *t, struct err *err)
{
    bool in_trouble = false;
    enum status status = OK;

    while (status == OK && !interrupted) {
        enum reader_event_kind kind;
        struct reader_record record;

        arena_reset(t->arena);
        status = reader_poll(t->reader, POLL_MS, t->arena, &kind, &record, err);
        if (status != OK)
            return status;
        switch (kind) {
        case READER_RECORD:
            in_trouble = false;
            print_record(t, &record);
            break;
        case READER_END:
            if (t->until_end)
                return fflush(stdout) == 0 ? OK : err_set(err, FATAL, "cannot write");
            break;
        case READER_TROUBLE:
            if (!in_trouble)
                (void)fprintf(stderr, "restage tail: %s; it goes on trying\n", err->text);
            in_trouble = true;
            break;
        case READER_NOTHING:
            break;
        }
        /* Whoever reads us sees a line as soon as it is there; when nobody does, we end. */
        if (fflush(stdout) != 0)
            return err_set(err, FATAL, "cannot write");
    }
    return status;
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage tail: %s\nHINT: restage tail --help\n", why);
    return EX_USAGE;
}

static int run(struct tailing *t, const struct config_flags *flags, bool from_beginning)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct session *session;
    struct err err;
    enum status status;
    int code = session_open("tail", flags, &session);

    if (code != EX_OK)
        return code;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    t->arena = arena_new(RECORD_MEMORY_MAX);
    assert(t->arena != NULL);
    status = session_reader(session, from_beginning, &t->reader, &err);
    if (status == OK)
        status = tail(t, &err);
    arena_free(t->arena);
    session_close(session);
    if (status != OK)
        return session_fail("tail", status, &err);
    return t->unreadable == 0 ? EX_OK : EX_DATAERR;
}

int cmd_tail(int argc, char **argv)
{
    static const struct option options[] = {{"from-beginning", no_argument, NULL, 'b'},
                                            {"until-end", no_argument, NULL, 'e'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    struct tailing t = {.json = false};
    struct err err;
    bool from_beginning = false;
    int option;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'b':
            from_beginning = true;
            break;
        case 'e':
            t.until_end = true;
            break;
        case 'j':
            t.json = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return usage("see the help");
        }
    }
    if (optind < argc)
        return usage("it takes no further arguments");
    return run(&t, &flags, from_beginning);
}
