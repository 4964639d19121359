/*
 * restage: the table of its commands, and which one was asked for.
 *
 * Commands with subcommands of their own (dead-letters, positions) find them themselves.
 */
#include "base/suggest.h"
#include "base/version.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct command {
    const char *name;
    const char *line; /* what it does, for the help */
    int (*run)(int argc, char **argv);
};

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
    {"run", "the worker: Kafka in, PostgreSQL, recommendations out", cmd_run},
    {"evaluate", "judge event JSON lines, without Kafka and PostgreSQL", cmd_evaluate},
    {"explain", "show every finding with its conditions, results and citation", cmd_explain},
    {"rulebook", "print every rule as a sentence; activate a release's rules", cmd_rulebook},
    {"check-config", "find mistakes before a worker runs with them", cmd_check_config},
    {"show-config", "print every setting and where it came from", cmd_show_config},
    {"publish", "send event JSON lines to the topics", cmd_publish},
    {"tail", "print recommendations as they are published", cmd_tail},
    {"migrate", "bring the schema in PostgreSQL to this version", cmd_migrate},
    {"dead-letters", "refused records: look, send again, resolve", cmd_dead_letters},
    {"positions", "how far each partition is; accept where to go on", cmd_positions},
    {"reevaluate", "have subjects judged again", cmd_reevaluate},
    {"demo", "see a journey stream through a broker, PostgreSQL and the guidance", cmd_demo},
#ifdef RESTAGE_CRASH_POINTS
    {"crash-points", "name every place where this build can be told to die", cmd_crash_points},
#endif
    {"help", "this text", cmd_help},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_help(FILE *file)
{
    (void)fputs("restage: restaging guidance for rectal cancer with para-aortic lymph nodes\n\n"
                "usage: restage COMMAND [ARGUMENT...]\n\n",
                file);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(file, "  %-13s %s\n", commands[i].name, commands[i].line);
    (void)fputs("\nrestage COMMAND --help tells about one of them; restage --version.\n"
                "example: restage evaluate --pretty journey.jsonl\n",
                file);
}

static int refuse_command(const char *name)
{
    const char *names[COMMAND_COUNT];
    const char *meant;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    meant = suggest(name, names, COMMAND_COUNT);
    if (meant != NULL)
        (void)fprintf(stderr, "restage: no command '%s'; did you mean '%s'?\n", name, meant);
    else
        (void)fprintf(stderr, "restage: no command '%s'\nHINT: restage --help lists them.\n", name);
    return EX_USAGE;
}

/* `restage help evaluate` is `restage evaluate --help`. */
static int cmd_help(int argc, char **argv)
{
    char flag[] = "--help";
    char *arguments[] = {argv[0], flag, NULL};
    const struct command *command;

    if (argc < 2) {
        print_help(stdout);
        return EX_OK;
    }
    command = find_command(argv[1]);
    if (command == NULL)
        return refuse_command(argv[1]);
    if (command->run == cmd_help)
        return cmd_help(1, argv);
    arguments[0] = argv[1];
    return command->run(2, arguments);
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        print_help(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help(1, argv + 1);
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("restage %s\n", restage_version());
        return EX_OK;
    }
    command = find_command(argv[1]);
    return command == NULL ? refuse_command(argv[1]) : command->run(argc - 1, argv + 1);
}
