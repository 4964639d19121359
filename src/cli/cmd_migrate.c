#include "base/date.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "store/migrate.h"

#include <assert.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define MEMORY_MAX ((size_t)1 << 20)

static const char help[] =
    "usage: restage migrate status|up|verify [-c FILE] [--json]\n"
    "\n"
    "Bring the schema in PostgreSQL to the version of this program.\n"
    "\n"
    "  status   list every script: applied, pending, changed, or unknown to this program\n"
    "  up       apply what is pending, each script in a transaction of its own\n"
    "  verify   exit 0 when everything is applied and unchanged\n"
    "\n"
    "  -c FILE  configuration (`postgres`; nothing there: the PG* environment)\n"
    "  --json   one JSON object per line\n"
    "\n"
    "The login must be a member of restage_owner, or be allowed to create roles.  Workers of\n"
    "another schema version do not start.\n"
    "\n"
    "example: restage migrate up && restage migrate status\n";

static void print_migration(const struct migration *m, bool json)
{
    char applied_at[INSTANT_TEXT_SIZE] = "";

    if (m->applied_at != 0)
        instant_format(m->applied_at, applied_at);
    if (json) {
        json_t *object = json_pack("{s:i, s:s, s:s, s:s, s:s}", "number", (int)m->number, "name",
                                   m->name, "state", migration_state_name(m->state), "sha256",
                                   m->sha256, "appliedAt", applied_at);

        (void)json_dumpf(object, stdout, JSON_COMPACT);
        (void)putchar('\n');
        json_decref(object);
        return;
    }
    (void)printf("%03d  %-20s %-8s %s\n", (int)m->number, m->name, migration_state_name(m->state),
                 applied_at);
}

static enum status show_status(const struct store_settings *settings, struct arena *arena,
                               bool json, struct err *err)
{
    struct migration *migrations;
    size_t count;
    enum status status = migrate_status(settings, arena, &migrations, &count, err);

    for (size_t i = 0; i < count && status == OK; i++)
        print_migration(&migrations[i], json);
    return status;
}

static enum status apply(const struct store_settings *settings, struct arena *arena, bool json,
                         struct err *err)
{
    size_t applied = 0;
    enum status status = migrate_up(settings, arena, &applied, err);

    if (status == OK && json)
        (void)printf("{\"applied\":%zu}\n", applied);
    else if (status == OK)
        (void)printf("%zu applied, the schema is up to date\n", applied);
    return status;
}

static enum status verify(const struct store_settings *settings, struct arena *arena, bool json,
                          struct err *err)
{
    enum status status = migrate_verify(settings, arena, err);

    if (status == OK)
        (void)puts(json ? "{\"verified\":true}" : "the schema is that of this program");
    return status;
}

static const struct {
    const char *name;
    enum status (*run)(const struct store_settings *settings, struct arena *arena, bool json,
                       struct err *err);
} verbs[] = {{"status", show_status}, {"up", apply}, {"verify", verify}};

static int run(size_t verb, const struct config_flags *flags, bool json)
{
    struct session *session = NULL;
    struct arena *arena;
    struct err err;
    enum status status;
    int code = session_open("migrate", flags, &session);

    if (code != EX_OK)
        return code;
    arena = arena_new(MEMORY_MAX);
    assert(arena != NULL);
    status = verbs[verb].run(session_store_settings(session), arena, json, &err);
    arena_free(arena);
    session_close(session);
    return status == OK ? EX_OK : session_fail("migrate", status, &err);
}

int cmd_migrate(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static struct config_flags flags; /* large, and used once */
    bool json = false;
    struct err err;
    int option;

    if (config_flags_take(&argc, argv, &flags, &err) != OK) {
        (void)session_fail("migrate", REJECT, &err);
        return EX_USAGE;
    }
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            json = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return EX_USAGE;
        }
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (optind + 1 == argc && strcmp(argv[optind], verbs[i].name) == 0)
            return run(i, &flags, json);
    (void)fputs(help, stderr);
    return EX_USAGE;
}
