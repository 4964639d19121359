#include "base/date.h"
#include "cli/commands.h"
#include "cli/evaluation.h"
#include "cli/event_lines.h"
#include "cli/policy_choice.h"
#include "cli/printer.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

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
    "  -c FILE       judge by the policy of this configuration\n"
    "  --set policy.NAME=VALUE  judge by this number\n"
    "  --pretty      readable text instead of JSON\n"
    "  --last        only the last recommendation of each subject\n"
    "  --as-of TIME  judge the last applied line of each subject at TIME (RFC 3339), not its "
    "arrival\n"
    "\n"
    "example: echo "
    "'{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b10\",\"patient\":{\"authority\":"
    "\"urn:example\",\n"
    "\"value\":\"1\"},\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":\"2026-05-12\","
    "\"pathology\":{\"specimen\":\n"
    "\"SPECIMEN_PRIMARY_BIOPSY\",\"histology\":\"HISTOLOGY_ADENOCARCINOMA\",\"topography\":\"C20\"}"
    "}' "
    "|\\\n"
    "tr -d '\\n' | restage evaluate --pretty\n";

struct options {
    const char *path;
    bool pretty;
    bool last;
    struct evaluation_settings settings;
    struct config_flags flags;
};

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
    struct err err;
    int c;

    if (config_flags_take(&argc, argv, &options->flags, &err) != OK)
        return usage(err.text);
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
    return policy_choose("evaluate", &options->flags, &options->settings.policy);
}

int cmd_evaluate(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct event_lines *lines = NULL;
    struct printer *printer = NULL;
    struct err err = {.text = ""};
    size_t refused = 0;
    enum status status;
    int code = read_options(argc, argv, &options);

    if (code != EX_OK)
        return code == -1 ? EX_OK : code;
    status = event_lines_read(options.path, &lines, &err);
    if (status == OK)
        status =
            printer_new("evaluate", options.path, options.pretty, options.last, &printer, &err);
    if (status == OK) {
        const struct evaluation_sink sink = printer_sink(printer);

        status = evaluation_run(lines, &options.settings, &sink, &refused, &err);
    }
    if (status == OK)
        status = printer_finish(printer, &err);
    printer_free(printer);
    event_lines_free(lines);
    if (status == OK)
        return refused > 0 ? EX_DATAERR : EX_OK;
    (void)fprintf(stderr, "restage evaluate: %s: %s\n", options.path, err.text);
    return status == REJECT ? EX_NOINPUT : EX_SOFTWARE;
}
