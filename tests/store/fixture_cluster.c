#include "fixture_cluster.h"

#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[256];

static void give_up(const char *what)
{
    (void)fprintf(stderr, "cluster: %s\n", what);
    exit(99);
}

static void make_template(void)
{
    struct store_settings settings = {.application_name = "test", .connect_timeout_s = 5};
    struct arena *arena = arena_new((size_t)1 << 20);
    char conninfo[400];
    struct err err;
    size_t applied;

    (void)snprintf(conninfo, sizeof(conninfo), "host=%s user=restage dbname=postgres", directory);
    (void)cluster_run(conninfo, "CREATE DATABASE template");
    (void)snprintf(conninfo, sizeof(conninfo), "host=%s user=restage dbname=template", directory);
    settings.conninfo = conninfo;
    if (migrate_up(&settings, arena, &applied, &err) != OK)
        give_up(err.text);
    arena_free(arena);
}

void cluster_start(void)
{
    char command[512];
    FILE *output;

    (void)snprintf(command, sizeof(command), "%s/ops/postgres start --owner %ld fsync=off",
                   RESTAGE_SOURCE_DIR, (long)getpid());
    output = popen(command, "r");
    if (output == NULL || fgets(directory, sizeof(directory), output) == NULL)
        give_up("ops/postgres does not start");
    directory[strcspn(directory, "\n")] = '\0';
    while (fgetc(output) != EOF)
        ;
    if (pclose(output) != 0)
        give_up("ops/postgres failed");
    make_template();
}

void cluster_stop(void)
{
    char command[512];

    (void)snprintf(command, sizeof(command), "%s/ops/postgres stop %s", RESTAGE_SOURCE_DIR,
                   directory);
    if (system(command) != 0)
        give_up("ops/postgres does not stop");
}

static const char *create_database(const char *template)
{
    static char conninfo[400];
    static int number;
    char command[128];

    (void)snprintf(conninfo, sizeof(conninfo), "host=%s user=restage dbname=postgres", directory);
    /* Each test is a process of its own: its number keeps the names apart. */
    (void)snprintf(command, sizeof(command), "CREATE DATABASE test_%ld_%d TEMPLATE %s",
                   (long)getpid(), ++number, template);
    (void)cluster_run(conninfo, command);
    (void)snprintf(conninfo, sizeof(conninfo), "host=%s user=restage dbname=test_%ld_%d", directory,
                   (long)getpid(), number);
    return conninfo;
}

const char *cluster_empty_database(void)
{
    return create_database("template0");
}

const char *cluster_database(void)
{
    return create_database("template");
}

const char *cluster_run(const char *conninfo, const char *commands)
{
    static char value[256];
    PGconn *connection = PQconnectdb(conninfo);
    PGresult *result = PQexec(connection, commands);
    ExecStatusType kind = PQresultStatus(result);

    if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK) {
        (void)fprintf(stderr, "%s\n", PQerrorMessage(connection));
        give_up(commands);
    }
    value[0] = '\0';
    if (PQntuples(result) > 0)
        (void)snprintf(value, sizeof(value), "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(connection);
    return value;
}
