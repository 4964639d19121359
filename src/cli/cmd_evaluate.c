#include "base/arena.h"
#include "base/date.h"
#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/event_lines.h"
#include "guidance/rulebook.h"
#include "wire/recommendation_text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define PRINT_SIZE_MAX ((size_t)64 << 20) /* bytes of one recommendation's text */

static const char help[] =
    "usage: restage evaluate [--pretty] [--last] [--as-of TIME] [FILE|-]\n"
    "\n"
    "Judge clinical events without Kafka and PostgreSQL, as the worker would.  FILE (standard "
    "input\n"
    "without one) holds ClinicalEvent JSON, one per line, of any number of subjects, in the order "
    "of\n"
    "their arrival.  A line arrives at its issuedAt, else its effectiveAt.\n"
    "\n"
    "One Recommendation JSON is printed per applied line, none for a duplicate or an older "
    "version.\n"
    "A refused line prints its error, holds its patient (deadLetterId line-N) and makes the exit\n"
    "status 65.\n"
    "\n"
    "  --pretty      readable text instead of JSON\n"
    "  --last        only the last recommendation of each subject\n"
    "  --as-of TIME  judge the last applied line of each subject at TIME (RFC 3339), not its "
    "arrival\n"
    "\n"
    "example: echo '{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b10\",\"patient\":{\"authority\":"
    "\"urn:example\",\n"
    "\"value\":\"1\"},\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":\"2026-05-12\","
    "\"pathology\":{\"specimen\":\n"
    "\"SPECIMEN_PRIMARY_BIOPSY\",\"histology\":\"HISTOLOGY_ADENOCARCINOMA\",\"topography\":\"C20\"}}' "
    "|\\\n"
    "tr -d '\\n' | restage evaluate --pretty\n";

struct options {
    const char *path;
    bool pretty;
    bool last;
    struct evaluation_settings settings;
};

/* The last text of each subject, with --last. */
struct last {
    char *text;
    size_t order;
};

struct printer {
    const struct options *options;
    struct arena *arena;
    struct last *last;
    size_t last_count;
    size_t order;
    bool printed;
};

static enum status print_text(struct printer *p, const char *text, struct err *err)
{
    if (p->options->pretty && p->printed)
        (void)fputs("\n----------------------------------------\n\n", stdout);
    p->printed = true;
    if (fputs(text, stdout) == EOF || (!p->options->pretty && fputc('\n', stdout) == EOF))
        return err_set(err, FATAL, "standard output cannot be written");
    return OK;
}

static enum status keep_text(struct printer *p, size_t subject, const char *text, struct err *err)
{
    char *copy = strdup(text);

    if (copy != NULL && subject >= p->last_count) {
        size_t count = subject * 2 + 16;
        struct last *last = realloc(p->last, count * sizeof(*last));

        if (last == NULL) {
            free(copy);
            return err_set(err, FATAL, "no memory for the output");
        }
        memset(last + p->last_count, 0, (count - p->last_count) * sizeof(*last));
        p->last = last;
        p->last_count = count;
    }
    if (copy == NULL)
        return err_set(err, FATAL, "no memory for the output");
    free(p->last[subject].text);
    p->last[subject] = (struct last){.text = copy, .order = p->order++};
    return OK;
}

static enum status take(void *context, size_t subject, struct bytes recommendation, struct err *err)
{
    struct printer *p = context;
    const char *text;

    arena_reset(p->arena);
    text = p->options->pretty ? recommendation_text(recommendation, p->arena)
                              : recommendation_json(recommendation, p->arena, NULL);
    if (text == NULL)
        return err_set(err, FATAL, "no memory for the output");
    return p->options->last ? keep_text(p, subject, text, err) : print_text(p, text, err);
}

static void complain(void *context, size_t line, enum error_code code, const char *text)
{
    const struct printer *p = context;

    (void)fprintf(stderr, "restage evaluate: %s:%zu: %s: %s\n",
                  strcmp(p->options->path, "-") == 0 ? "standard input" : p->options->path, line,
                  error_code_name(code), text);
}

static int compare_order(const void *a, const void *b)
{
    const struct last *x = a;
    const struct last *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

static enum status print_last(struct printer *p, struct err *err)
{
    enum status status = OK;

    if (p->last_count == 0)
        return OK;
    qsort(p->last, p->last_count, sizeof(*p->last), compare_order);
    for (size_t i = 0; i < p->last_count && status == OK; i++)
        if (p->last[i].text != NULL)
            status = print_text(p, p->last[i].text, err);
    return status;
}

static void free_last(struct printer *p)
{
    for (size_t i = 0; i < p->last_count; i++)
        free(p->last[i].text);
    free(p->last);
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage evaluate: %s\nHINT: restage evaluate --help\n", why);
    return EX_USAGE;
}

/* EX_OK to go on; otherwise the exit code, or -1 when the help was all that was wanted. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"pretty", no_argument, NULL, 'p'},
                                          {"last", no_argument, NULL, 'l'},
                                          {"as-of", required_argument, NULL, 'a'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (c) {
        case 'p':
            options->pretty = true;
            options->settings.complete = true;
            break;
        case 'l':
            options->last = true;
            break;
        case 'a':
            if (!instant_parse(optarg, strlen(optarg), &options->settings.at))
                return usage("--as-of wants an instant like 2026-05-12T08:15:00Z");
            options->settings.at_given = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return -1;
        default:
            return usage("see the help");
        }
    }
    if (argc - optind > 1)
        return usage("one FILE at most");
    options->path = optind < argc ? argv[optind] : "-";
    return EX_OK;
}

static int finish(enum status status, size_t refused, const struct options *options,
                  const struct err *err)
{
    if (status == OK && fflush(stdout) == 0)
        return refused > 0 ? EX_DATAERR : EX_OK;
    if (status == OK) {
        (void)fputs("restage evaluate: standard output cannot be written\n", stderr);
        return EX_IOERR;
    }
    (void)fprintf(stderr, "restage evaluate: %s: %s\n", options->path, err->text);
    return status == REJECT ? EX_NOINPUT : EX_SOFTWARE;
}

int cmd_evaluate(int argc, char **argv)
{
    struct options options = {.settings = {.policy = policy_default()}};
    struct printer printer = {.options = &options};
    const struct evaluation_sink sink = {
        .context = &printer, .recommendation = take, .refused = complain};
    struct event_lines *lines = NULL;
    struct err err = {.text = ""};
    size_t refused = 0;
    enum status status;
    int code = read_options(argc, argv, &options);

    if (code != EX_OK)
        return code == -1 ? EX_OK : code;
    rulebook_seal(&options.settings.policy);
    status = event_lines_read(options.path, &lines, &err);
    printer.arena = arena_new(PRINT_SIZE_MAX);
    if (status == OK && printer.arena == NULL)
        status = err_set(&err, FATAL, "no memory");
    if (status == OK)
        status = evaluation_run(lines, &options.settings, &sink, &refused, &err);
    if (status == OK)
        status = print_last(&printer, &err);
    free_last(&printer);
    arena_free(printer.arena);
    event_lines_free(lines);
    return finish(status, refused, &options, &err);
}
