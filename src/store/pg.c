#include "store/pg.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_2000_MS INT64_C(946684800000) /* PostgreSQL counts time from 2000-01-01 */
#define POLL_MS_MAX 60000 /* beyond every time limit of the session: the connection is dead */

struct pg {
    PGconn *connection;
    const char *reading[64]; /* names of the statements sent and not yet read, for errors */
    size_t sent;
    size_t read;
};

/* ---- Errors ---------------------------------------------------------------------------------- */

static bool state_is(const char *sqlstate, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++)
        if (strncmp(sqlstate, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

static enum status status_of(const char *sqlstate)
{
    static const char *const retry[] = {"08", "40", "53", "57", "25006", "25P03", "55P03", NULL};

    return state_is(sqlstate, retry) ? RETRY : FATAL;
}

static enum status connection_lost(const char *name, struct err *err)
{
    return err_set(err, RETRY, "postgresql: %s: connection lost", name);
}

static enum status refused(const PGresult *result, const char *name, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

    if (sqlstate == NULL)
        return connection_lost(name, err);
    return err_set(err, status_of(sqlstate), "postgresql: %s: SQLSTATE %s%s%s", name, sqlstate,
                   constraint == NULL ? "" : ", constraint ", constraint == NULL ? "" : constraint);
}

/* ---- Sending and receiving ------------------------------------------------------------------- */

/* Wait until the socket can be read (or, if ${writing}, written); false when the wait was in vain.
 */
static bool wait_for_socket(PGconn *connection, bool writing)
{
    struct pollfd p = {.fd = PQsocket(connection),
                       .events = (short)(POLLIN | (writing ? POLLOUT : 0))};
    int ready;

    do
        ready = poll(&p, 1, POLL_MS_MAX);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return false;
    return (p.revents & POLLIN) == 0 || PQconsumeInput(connection) == 1;
}

static bool flush(PGconn *connection)
{
    int left;

    while ((left = PQflush(connection)) == 1)
        if (!wait_for_socket(connection, /* writing= */ true))
            return false;
    return left == 0;
}

/* The next result without blocking inside libpq; ${ret} NULL means the end of a statement. */
static bool next_result(PGconn *connection, PGresult **ret)
{
    if (!flush(connection))
        return false;
    while (PQisBusy(connection) == 1)
        if (!wait_for_socket(connection, /* writing= */ false))
            return false;
    *ret = PQgetResult(connection);
    return PQstatus(connection) == CONNECTION_OK || *ret != NULL;
}

void pg_send(struct pg *pg, const char *name, const struct pg_parameters *p)
{
    static const int binary[PG_PARAMETERS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

    assert(pg->sent < sizeof(pg->reading) / sizeof(pg->reading[0]));
    pg->reading[pg->sent++] = name;
    (void)PQsendQueryPrepared(pg->connection, name, p == NULL ? 0 : p->count,
                              p == NULL ? NULL : p->values, p == NULL ? NULL : p->sizes, binary, 1);
}

void pg_sync(struct pg *pg)
{
    (void)PQpipelineSync(pg->connection);
    (void)flush(pg->connection);
}

enum status pg_read(struct pg *pg, PGresult **ret, struct err *err)
{
    const char *name = pg->read < pg->sent ? pg->reading[pg->read] : "pipeline";
    PGresult *result = NULL;
    PGresult *end = NULL;
    enum status status;

    pg->read++;
    if (!next_result(pg->connection, &result) || result == NULL) {
        PQclear(result);
        return connection_lost(name, err);
    }
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (next_result(pg->connection, &end) && end == NULL) {
            *ret = result;
            return OK;
        }
        PQclear(end);
        status = connection_lost(name, err);
        break;
    case PGRES_FATAL_ERROR:
        status = refused(result, name, err);
        break;
    case PGRES_PIPELINE_ABORTED:
    case PGRES_PIPELINE_SYNC:
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_OUT:
    case PGRES_COPY_IN:
    case PGRES_COPY_BOTH:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_SINGLE_TUPLE:
    default: /* libpq's enum grows with its versions */
        status = err_set(err, FATAL, "postgresql: %s: unexpected answer", name);
        break;
    }
    PQclear(result);
    return status;
}

enum status pg_read_done(struct pg *pg, int64_t *ret_rows, struct err *err)
{
    PGresult *result;
    enum status status = pg_read(pg, &result, err);

    if (status != OK)
        return status;
    if (ret_rows != NULL)
        *ret_rows = atoll(PQcmdTuples(result));
    PQclear(result);
    return OK;
}

enum status pg_end(struct pg *pg, struct err *err)
{
    int empty = 0;

    pg->sent = pg->read = 0;
    for (;;) {
        PGresult *result = NULL;
        ExecStatusType kind;

        if (!next_result(pg->connection, &result))
            return connection_lost("pipeline", err);
        if (result == NULL) {
            /* One NULL ends a statement; more in a row mean that nothing was queued. */
            if (++empty > 2)
                return connection_lost("pipeline", err);
            continue;
        }
        empty = 0;
        kind = PQresultStatus(result);
        PQclear(result);
        if (kind == PGRES_PIPELINE_SYNC)
            return OK;
    }
}

/* ---- Connecting ------------------------------------------------------------------------------ */

static enum status run_plain(PGconn *connection, const char *name, const char *text,
                             struct err *err)
{
    PGresult *result = PQexec(connection, text);
    enum status status = OK;

    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        status = refused(result, name, err);
    PQclear(result);
    return status;
}

static enum status prepare_all(PGconn *connection, const struct pg_statement *statements,
                               size_t count, struct err *err)
{
    enum status status = OK;

    for (size_t i = 0; i < count && status == OK; i++) {
        PGresult *result =
            PQprepare(connection, statements[i].name, statements[i].text, 0, /* types= */ NULL);

        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            status = refused(result, statements[i].name, err);
        PQclear(result);
    }
    return status;
}

static void ignore_notice(void *data, const PGresult *result)
{
    (void)data;
    (void)result; /* notices may quote data */
}

static PGconn *open_connection(const char *conninfo, const char *application_name,
                               unsigned connect_timeout_s)
{
    char timeout[12];
    const char *keywords[] = {"dbname",           "application_name", "connect_timeout",
                              "tcp_user_timeout", "client_encoding",  NULL};
    const char *values[] = {conninfo, application_name, timeout, "10000", "UTF8", NULL};
    size_t first = conninfo[0] == '\0' ? 1 : 0;
    char *at = timeout + sizeof(timeout);

    *--at = '\0';
    do
        *--at = (char)('0' + connect_timeout_s % 10);
    while ((connect_timeout_s /= 10) > 0);
    values[2] = at;
    return PQconnectdbParams(keywords + first, values + first, /* expand_dbname= */ 1);
}

enum status pg_connect(const char *conninfo, const char *application_name,
                       unsigned connect_timeout_s, const char *const *session,
                       const struct pg_statement *statements, size_t count, struct pg **ret,
                       struct err *err)
{
    struct pg *pg = calloc(1, sizeof(*pg));
    enum status status = OK;

    if (pg == NULL)
        return err_set(err, FATAL, "postgresql: no memory");
    pg->connection = open_connection(conninfo, application_name, connect_timeout_s);
    if (PQstatus(pg->connection) != CONNECTION_OK)
        status = err_set(err, RETRY, "postgresql: cannot connect to the server, or not let in");
    (void)PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    for (; status == OK && *session != NULL; session++)
        status = run_plain(pg->connection, "session settings", *session, err);
    if (status == OK)
        status = prepare_all(pg->connection, statements, count, err);
    if (status == OK &&
        (PQsetnonblocking(pg->connection, 1) != 0 || PQenterPipelineMode(pg->connection) != 1))
        status = err_set(err, FATAL, "postgresql: no pipeline mode");
    if (status != OK) {
        pg_close(pg);
        return status;
    }
    *ret = pg;
    return OK;
}

void pg_close(struct pg *pg)
{
    if (pg == NULL)
        return;
    PQfinish(pg->connection);
    free(pg);
}

bool pg_is_connected(const struct pg *pg)
{
    return pg != NULL && PQstatus(pg->connection) == CONNECTION_OK;
}

enum status pg_run(struct pg *pg, const char *name, const char *text, struct err *err)
{
    enum status status;

    if (PQexitPipelineMode(pg->connection) != 1 || PQsetnonblocking(pg->connection, 0) != 0)
        return connection_lost(name, err);
    status = run_plain(pg->connection, name, text, err);
    if (PQsetnonblocking(pg->connection, 1) != 0 || PQenterPipelineMode(pg->connection) != 1)
        return connection_lost(name, err);
    return status;
}

/* ---- Parameters ------------------------------------------------------------------------------ */

static char *number_place(struct pg_parameters *p, int size)
{
    char *place = p->numbers[p->count];

    pg_add_bytes(p, place, (size_t)size);
    return place;
}

void pg_add_bytes(struct pg_parameters *p, const void *bytes, size_t size)
{
    assert(p->count < PG_PARAMETERS_MAX && size <= INT32_MAX);
    p->values[p->count] = bytes;
    p->sizes[p->count++] = (int)size;
}

void pg_add_text(struct pg_parameters *p, const char *text)
{
    pg_add_bytes(p, text, strlen(text));
}

void pg_add_int4(struct pg_parameters *p, int32_t number)
{
    uint32_t network = htonl((uint32_t)number);

    memcpy(number_place(p, 4), &network, 4);
}

void pg_add_int8(struct pg_parameters *p, int64_t number)
{
    char *place = number_place(p, 8);

    for (int i = 0; i < 8; i++)
        place[i] = (char)((uint64_t)number >> (56 - 8 * i));
}

void pg_add_uuid(struct pg_parameters *p, const struct uuid *uuid)
{
    pg_add_bytes(p, uuid->bytes, sizeof(uuid->bytes));
}

void pg_add_instant(struct pg_parameters *p, int64_t ms)
{
    pg_add_int8(p, (ms - EPOCH_2000_MS) * 1000);
}

/* ---- Values ---------------------------------------------------------------------------------- */

bool pg_is_null(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) == 1;
}

int32_t pg_int4(const PGresult *result, int row, int column)
{
    uint32_t network;

    assert(PQgetlength(result, row, column) == 4);
    memcpy(&network, PQgetvalue(result, row, column), 4);
    return (int32_t)ntohl(network);
}

int64_t pg_int8(const PGresult *result, int row, int column)
{
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(result, row, column);
    uint64_t number = 0;

    assert(PQgetlength(result, row, column) == 8);
    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

bool pg_bool(const PGresult *result, int row, int column)
{
    return *PQgetvalue(result, row, column) != 0;
}

int64_t pg_instant(const PGresult *result, int row, int column)
{
    return pg_int8(result, row, column) / 1000 + EPOCH_2000_MS;
}

struct uuid pg_uuid(const PGresult *result, int row, int column)
{
    struct uuid uuid;

    assert(PQgetlength(result, row, column) == sizeof(uuid.bytes));
    memcpy(uuid.bytes, PQgetvalue(result, row, column), sizeof(uuid.bytes));
    return uuid;
}

const char *pg_text(const PGresult *result, int row, int column, struct arena *arena)
{
    return pg_bytes(result, row, column, arena).at;
}

struct bytes pg_bytes(const PGresult *result, int row, int column, struct arena *arena)
{
    size_t size = (size_t)PQgetlength(result, row, column);
    char *copy = arena_copy(arena, PQgetvalue(result, row, column), size);

    assert(copy != NULL);
    return (struct bytes){.at = copy, .size = size};
}
