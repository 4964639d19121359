#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/event_lines.h"
#include "cli/explain_stored.h"
#include "cli/policy_choice.h"
#include "cli/printer.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char help[] =
    "usage: restage explain [--all] [--json] FILE|-\n"
    "       restage explain [-c FILE] [--json] --recommendation ID\n"
    "       restage explain [-c FILE] [--json] --last\n"
    "\n"
    "Show every finding with its conditions and their truth, the results that they rest on, the\n"
    "citation, and what is missing or stands against it.\n"
    "\n"
    "  FILE, -             event JSON lines, judged as by restage evaluate: what is now known "
    "about\n"
    "                      each subject\n"
    "      --all           every recommendation on the way there\n"
    "      --recommendation ID  one that was published, from PostgreSQL\n"
    "      --last          the last one of each subject on standard input, one JSON object a "
    "line:\n"
    "                      {\"authority\":\"urn:oid:1.2.3\",\"value\":\"4711\",\"tumourId\":"
    "\"primary\"}\n"
    "                      (patients are never named as arguments)\n"
    "  -c FILE             configuration: how to reach PostgreSQL, the policy's numbers\n"
    "      --json          for programs\n"
    "\n"
    "What was published says of findings that do not apply only that; event lines say why, too.\n"
    "\n"
    "example: restage explain journey.jsonl | less\n";

struct options {
    const char *path; /* of event lines; NULL: something stored is asked for */
    bool all;
    bool json;
    struct explain_stored stored;
};

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage explain: %s\nHINT: restage explain --help\n", why);
    return EX_USAGE;
}

/* Exactly one of the three ways. */
static int check_options(int argc, char **argv, struct options *options)
{
    int ways = (optind < argc) + (options->stored.recommendation_id != NULL) +
               options->stored.subjects_from_input;

    if (ways != 1 || argc - optind > 1)
        return usage("wants one FILE (- for standard input), --recommendation ID, or --last");
    if (optind < argc)
        options->path = argv[optind];
    if (options->all && options->path == NULL)
        return usage("--all goes with event lines");
    return EX_OK;
}

/* EX_OK to go on; otherwise the exit code, or -1 when the help was all that was wanted. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"all", no_argument, NULL, 'a'},  {"json", no_argument, NULL, 'j'},
        {"last", no_argument, NULL, 'l'}, {"recommendation", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct err err;
    int c;

    if (config_flags_take(&argc, argv, &options->stored.flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (c) {
        case 'a':
            options->all = true;
            break;
        case 'j':
            options->json = true;
            break;
        case 'l':
            options->stored.subjects_from_input = true;
            break;
        case 'r':
            options->stored.recommendation_id = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return -1;
        default:
            return usage("see the help");
        }
    }
    return check_options(argc, argv, options);
}

static int explain_lines(const struct options *options, struct printer *printer)
{
    struct evaluation_settings settings = {.complete = true};
    const struct evaluation_sink sink = printer_sink(printer);
    struct event_lines *lines = NULL;
    struct err err = {.text = ""};
    size_t refused = 0;
    enum status status;
    int code = policy_choose("explain", &options->stored.flags, &settings.policy);

    if (code != EX_OK)
        return code;
    status = event_lines_read(options->path, &lines, &err);
    if (status == OK)
        status = evaluation_run(lines, &settings, &sink, &refused, &err);
    if (status == OK)
        status = printer_finish(printer, &err);
    event_lines_free(lines);
    if (status == OK)
        return refused > 0 ? EX_DATAERR : EX_OK;
    (void)fprintf(stderr, "restage explain: %s: %s\n", options->path, err.text);
    return status == REJECT ? EX_NOINPUT : EX_SOFTWARE;
}

int cmd_explain(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct printer *printer = NULL;
    struct err err = {.text = ""};
    int code = read_options(argc, argv, &options);

    if (code != EX_OK)
        return code == -1 ? EX_OK : code;
    if (printer_new("explain", options.path == NULL ? "-" : options.path, !options.json,
                    options.path != NULL && !options.all, &printer, &err) != OK) {
        (void)fprintf(stderr, "restage explain: %s\n", err.text);
        return EX_SOFTWARE;
    }
    code = options.path != NULL ? explain_lines(&options, printer)
                                : explain_stored(&options.stored, printer);
    printer_free(printer);
    return code;
}
