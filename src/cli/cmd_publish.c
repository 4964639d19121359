#include "base/date.h"
#include "cli/commands.h"
#include "cli/event_lines.h"
#include "cli/session.h"
#include "wire/event_json.h"
#include "wire/event_wire.h"
#include "worker/clock.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define LINE_MEMORY_MAX ((size_t)32 << 20) /* bytes that one line may take in memory */

static const char help[] =
    "usage: restage publish [--dry-run] [FILE|-]\n"
    "\n"
    "Send clinical events to the topics that the worker reads.  FILE (standard input without one)\n"
    "holds ClinicalEvent JSON, one per line.  Pathology and molecular results go to\n"
    "topic.pathology, imaging and endoscopy to topic.imaging, everything else to topic.clinical,\n"
    "each keyed by its patient.\n"
    "\n"
    "Every line is checked first, as the worker will check it; when one is refused, its number\n"
    "and field are printed, nothing at all is sent, and the exit status is 65.\n"
    "\n"
    "  --dry-run           check only\n"
    "  -c FILE             configuration\n"
    "  -X property=value   a property of librdkafka\n"
    "\n"
    "example: echo "
    "'{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b10\",\"patient\":{\"authority\":\n"
    "\"urn:example\",\"value\":\"1\"},\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":"
    "\"2026-05-12\",\n"
    "\"pathology\":{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\",\"topography\":\"C20\"}}' | tr -d "
    "'\\n' |\\\n"
    "restage publish -X bootstrap.servers=localhost:9092\n";

struct publication_work {
    const char *path;
    struct event_lines *lines;
    struct session *session;
    struct arena *arena;
    size_t refused;
};

static const char *topic_of(const struct config *config, enum body_kind kind)
{
    switch (kind) {
    case BODY_PATHOLOGY:
    case BODY_MOLECULAR:
        return config->topic_pathology;
    case BODY_IMAGING:
    case BODY_ENDOSCOPY:
        return config->topic_imaging;
    case BODY_NONE:
    case BODY_LABORATORY:
    case BODY_CLINICAL_STATUS:
    case BODY_SYSTEMIC_THERAPY:
    case BODY_SURGERY:
    case BODY_RADIOTHERAPY:
    case BODY_BOARD:
    case BODY_REFERRAL:
    case BODY_CENTRE:
    case BODY_DEATH:
    case BODY_REVIEW_DUE:
    case BODY_REEVALUATE:
    case BODY_DEAD_LETTER_RESOLVED:
        break;
    }
    return config->topic_clinical;
}

/* Read one line as the message that would travel; what the worker would refuse is REJECT. */
static enum status read_line(struct publication_work *w, const struct event_line *line,
                             struct event_json *ret, struct err *err)
{
    enum error_code code = ERROR_NONE;
    struct event_message message;
    struct event event;
    enum status status;

    arena_reset(w->arena);
    status = event_json_read(line->text, line->size, w->arena, ret, &code, err);
    if (status == OK)
        status = event_decode(ret->message, clock_now_ms(), w->arena, &event, &message, &code, err);
    if (status == REJECT)
        (void)err_add(err, "%s:%zu: %s", w->path, line->number, error_code_name(code));
    return status;
}

static enum status check_lines(struct publication_work *w, struct err *err)
{
    enum status status = OK;

    for (size_t i = 0; i < event_lines_count(w->lines) && status == OK; i++) {
        const struct event_line line = event_lines_get(w->lines, i);
        struct event_json json;

        status = read_line(w, &line, &json, err);
        if (status == REJECT) {
            (void)fprintf(stderr, "restage publish: %s\n", err->text);
            w->refused++;
            status = OK;
        }
    }
    return status;
}

static enum status send_lines(struct publication_work *w, struct err *err)
{
    const struct config *config = session_config(w->session);
    enum status status = OK;

    for (size_t i = 0; i < event_lines_count(w->lines) && status == OK; i++) {
        const struct event_line line = event_lines_get(w->lines, i);
        struct event_json json;
        struct sink_record record = {.topic = NULL};

        status = read_line(w, &line, &json, err);
        if (status != OK)
            return status;
        record.topic = topic_of(config, json.kind);
        record.value = json.message;
        /* A dead letter without a patient is resolved by an event without a patient. */
        if (json.authority[0] != '\0')
            record.key.at = event_key(json.authority, json.value, w->arena, &record.key.size);
        status = session_send(w->session, &record, err);
        if (status != OK)
            (void)err_add(err, "%s:%zu", w->path, line.number);
    }
    return status == OK ? session_flush(w->session, err) : status;
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage publish: %s\nHINT: restage publish --help\n", why);
    return EX_USAGE;
}

static int publish(struct publication_work *w, const struct config_flags *flags, bool dry_run)
{
    struct err err;
    enum status status = check_lines(w, &err);
    size_t count = event_lines_count(w->lines);
    int code;

    if (status != OK)
        return session_fail("publish", status, &err);
    if (w->refused > 0) {
        (void)fprintf(stderr, "restage publish: %zu of %zu lines refused, nothing sent\n",
                      w->refused, count);
        return EX_DATAERR;
    }
    if (dry_run) {
        (void)printf("%zu event%s would be sent\n", count, count == 1 ? "" : "s");
        return EX_OK;
    }
    code = session_open("publish", flags, &w->session);
    if (code != EX_OK)
        return code;
    status = send_lines(w, &err);
    session_close(w->session);
    if (status != OK)
        return session_fail("publish", status, &err);
    (void)printf("%zu event%s sent\n", count, count == 1 ? "" : "s");
    return EX_OK;
}

int cmd_publish(int argc, char **argv)
{
    static const struct option options[] = {
        {"dry-run", no_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    struct publication_work work = {.path = "-"};
    struct err err;
    bool dry_run = false;
    int option;
    int code;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return EX_OK;
        }
        if (option != 'd')
            return usage("see the help");
        dry_run = true;
    }
    if (argc - optind > 1)
        return usage("one FILE at most");
    if (optind < argc)
        work.path = argv[optind];
    if (event_lines_read(work.path, &work.lines, &err) != OK) {
        (void)fprintf(stderr, "restage publish: %s: %s\n", work.path, err.text);
        return EX_NOINPUT;
    }
    work.arena = arena_new(LINE_MEMORY_MAX);
    assert(work.arena != NULL);
    code = publish(&work, &flags, dry_run);
    arena_free(work.arena);
    event_lines_free(work.lines);
    return code;
}
