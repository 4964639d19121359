#include "cli/commands.h"
#include "cli/settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

extern char **environ;

static const char help[] =
    "usage: restage run [-c FILE] [-X property=value] [--set key=value]\n"
    "\n"
    "The worker: reads clinical events from Kafka, keeps staging state in PostgreSQL, publishes\n"
    "recommendations.  It runs until SIGTERM or SIGINT, then finishes its batch and leaves; a\n"
    "second signal ends it at once, and nothing is lost by it.\n"
    "\n"
    "  -c FILE             configuration; else $RESTAGE_CONFIG, else "
    "/etc/restage/restage.properties\n"
    "  -X property=value   a property of librdkafka, over the file\n"
    "      --set key=value a setting, over the file and the environment\n"
    "\n"
    "The schema must be there (restage migrate up) and the topics too (restage check-config\n"
    "--online looks at them).  Every running worker needs an `instance` of its own that stays the\n"
    "same over restarts.  Exit codes: 0 after a clean stop, 78 for a bad configuration, 70 when "
    "it\n"
    "is not fit to run (the log says why), 75 when a second signal ended it.\n"
    "\n"
    "example: restage run -X bootstrap.servers=localhost:9092 --set instance=ward-1\n";

/* A core file would hold patients' data. */
static void forbid_core_files(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
}

static int run(const struct config *config)
{
    struct worker_parts parts = {.kafka = NULL};
    struct err err;
    enum status status = settings_worker(config, &parts, &err);

    if (status != OK) {
        (void)fprintf(stderr, "restage run: %s\n", err.text);
        free(parts.kafka);
        return EX_CONFIG;
    }
    log_open((enum log_level)config->log_level, (enum log_format)config->log_format);
    forbid_core_files();
    status = worker_run(&parts.settings, /* stop= */ NULL, &err);
    if (status != OK) {
        const struct log_field fields[] = {log_error(&err)};

        log_event(LOG_ERROR, "stopped", fields, 1);
    }
    free(parts.kafka);
    return status == OK ? EX_OK : EX_SOFTWARE;
}

int cmd_run(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    const struct config *config;
    struct err err;
    int code;

    if (config_flags_take(&argc, argv, &flags, &err) != OK) {
        (void)fprintf(stderr, "restage run: %s\n", err.text);
        return EX_USAGE;
    }
    optind = 1;
    if (getopt_long(argc, argv, "h", options, NULL) == 'h') {
        (void)fputs(help, stdout);
        return EX_OK;
    }
    if (optind < argc) {
        (void)fputs("restage run: it takes no further arguments\n", stderr);
        return EX_USAGE;
    }
    if (config_load(&flags, environ, &config, &err) != OK) {
        (void)fprintf(stderr, "restage run: %s\n", err.text);
        return EX_CONFIG;
    }
    code = run(config);
    config_free(config);
    return code;
}
