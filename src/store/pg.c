#include "store/pg.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_2000_MS INT64_C(946684800000)     /* PostgreSQL counts time from 2000-01-01 */
#define INSTANT_MIN_MS INT64_C(-62135596800000) /* year 1 */
#define INSTANT_MAX_MS INT64_C(253402300799999) /* the end of year 9999 */
#define PIPELINE_MAX 64                         /* statements between two syncs */
#define POLL_MS_MAX 60000 /* beyond every time limit of the session: the connection is dead */

struct pg {
    PGconn *connection;
    const char *reading[PIPELINE_MAX]; /* names of what was sent and not yet read, for errors */
    size_t sent;
    size_t read;
    size_t syncs; /* whose answer is not read */
    bool lost;    /* the answers can no longer be told apart: only a new connection helps */
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

static enum status no_answer(const char *name, struct err *err)
{
    return err_set(err, RETRY, "postgresql: %s: connection lost", name);
}

static enum status connection_lost(struct pg *pg, const char *name, struct err *err)
{
    pg->lost = true;
    return no_answer(name, err);
}

static enum status refused(const PGresult *result, const char *name, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

    if (sqlstate == NULL)
        return no_answer(name, err);
    return err_set(err, status_of(sqlstate), "postgresql: %s: SQLSTATE %s%s%s", name, sqlstate,
                   constraint == NULL ? "" : ", constraint ", constraint == NULL ? "" : constraint);
}

/* ---- Sending and receiving ------------------------------------------------------------------- */

/* Wait until the socket can be read (or written, if ${writing}); false: in vain. */
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
    return (p.revents & (POLLIN | POLLERR | POLLHUP)) == 0 || PQconsumeInput(connection) == 1;
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

    if (pg == NULL)
        return;
    assert(pg->sent < PIPELINE_MAX);
    pg->reading[pg->sent++] = name;
    if (PQsendQueryPrepared(pg->connection, name, p == NULL ? 0 : p->count,
                            p == NULL ? NULL : p->values, p == NULL ? NULL : p->sizes, binary,
                            1) != 1)
        pg->lost = true;
}

void pg_sync(struct pg *pg)
{
    if (pg == NULL)
        return;
    pg->syncs++;
    if (PQpipelineSync(pg->connection) != 1 || !flush(pg->connection))
        pg->lost = true;
}

bool pg_is_idle(const struct pg *pg)
{
    return pg == NULL || pg->lost || pg->sent == 0;
}

void pg_start(struct pg *pg)
{
    if (pg == NULL)
        return;
    pg->syncs++;
    if (PQpipelineSync(pg->connection) != 1 || PQflush(pg->connection) < 0)
        pg->lost = true;
}

/* The next statement's first result; what says that a sync was reached lies between. */
static bool next_answer(struct pg *pg, PGresult **ret)
{
    while (next_result(pg->connection, ret)) {
        if (*ret == NULL || PQresultStatus(*ret) != PGRES_PIPELINE_SYNC)
            return true;
        PQclear(*ret);
        *ret = NULL;
        pg->syncs--;
    }
    return false;
}

enum status pg_read(struct pg *pg, PGresult **ret, struct err *err)
{
    PGresult *result = NULL;
    PGresult *end = NULL;
    const char *name;
    enum status status;

    if (pg == NULL)
        return no_answer("not connected", err);
    assert(pg->read < pg->sent);
    name = pg->reading[pg->read++];
    if (pg->lost || !next_answer(pg, &result) || result == NULL) {
        PQclear(result);
        return connection_lost(pg, name, err);
    }
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (next_result(pg->connection, &end) && end == NULL) {
            *ret = result;
            return OK;
        }
        PQclear(end);
        status = connection_lost(pg, name, err);
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

    if (pg == NULL)
        return no_answer("not connected", err);
    pg->sent = pg->read = 0;
    for (;;) {
        PGresult *result = NULL;
        ExecStatusType kind;

        if (pg->lost || !next_result(pg->connection, &result))
            return connection_lost(pg, "pipeline", err);
        if (result == NULL) {
            /* One NULL ends a statement; more in a row mean that nothing was queued. */
            if (++empty > 2)
                return connection_lost(pg, "pipeline", err);
            continue;
        }
        empty = 0;
        kind = PQresultStatus(result);
        PQclear(result);
        if (kind == PGRES_PIPELINE_SYNC && --pg->syncs == 0)
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

static void ignore_notice(void *data, const PGresult *result)
{
    (void)data;
    (void)result; /* notices may quote data */
}

/* What a connection is made with; libpq lets later keywords win over those in the conninfo. */
struct login {
    const char *keywords[6];
    const char *values[6];
    char timeout[12];
};

static void login_make(const char *conninfo, const char *application_name,
                       unsigned connect_timeout_s, struct login *ret)
{
    struct text_builder b;

    *ret = (struct login){
        .keywords = {"dbname", "application_name", "connect_timeout", "tcp_user_timeout",
                     "client_encoding"},
        .values = {conninfo, application_name, ret->timeout, "10000", "UTF8"},
    };
    b = text_builder_over(ret->timeout, sizeof(ret->timeout));
    text_add_number(&b, connect_timeout_s);
}

/* libpq's own words could quote a password from the conninfo; these say what to look at. */
static enum status not_connected(const struct login *login, size_t first, struct err *err)
{
    switch (PQpingParams(login->keywords + first, login->values + first, 1)) {
    case PQPING_NO_ATTEMPT:
        return err_set(err, FATAL, "postgresql: the conninfo is not valid. HINT: see `postgres`");
    case PQPING_REJECT:
        return err_set(err, RETRY, "postgresql: the server is starting, stopping or recovering");
    case PQPING_NO_RESPONSE:
        return err_set(err, RETRY, "postgresql: nothing answers at that host and port");
    case PQPING_OK:
        break;
    }
    return err_set(err, RETRY,
                   "postgresql: the server did not let us in. HINT: check database, user and "
                   "password; the server's log says which");
}

enum status pg_connect(const char *conninfo, const char *application_name,
                       unsigned connect_timeout_s, const char *const *session, struct pg **ret,
                       struct err *err)
{
    size_t first = conninfo[0] == '\0' ? 1 : 0; /* the PG* environment alone */
    struct pg *pg = calloc(1, sizeof(*pg));
    struct login login;
    enum status status = OK;

    if (pg == NULL)
        return err_set(err, FATAL, "postgresql: no memory");
    login_make(conninfo, application_name, connect_timeout_s, &login);
    pg->connection =
        PQconnectdbParams(login.keywords + first, login.values + first, /* expand_dbname= */ 1);
    if (PQstatus(pg->connection) != CONNECTION_OK)
        status = not_connected(&login, first, err);
    (void)PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    for (; status == OK && *session != NULL; session++)
        status = run_plain(pg->connection, "session settings", *session, err);
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

enum status pg_prepare(struct pg *pg, const struct pg_statement *statements, size_t count,
                       struct err *err)
{
    enum status status = OK;

    for (size_t done = 0; done < count && status == OK;) {
        size_t lot = 0;

        for (; lot < PIPELINE_MAX && done < count; lot++, done++) {
            pg->reading[pg->sent++] = statements[done].name;
            if (PQsendPrepare(pg->connection, statements[done].name, statements[done].text, 0,
                              /* types= */ NULL) != 1)
                pg->lost = true;
        }
        pg_sync(pg);
        for (; lot > 0 && status == OK; lot--)
            status = pg_read_done(pg, NULL, err);
        if (status == OK) {
            status = pg_end(pg, err);
        } else {
            struct err ignored;
            enum status unused = pg_end(pg, &ignored);

            (void)unused; /* the first failure is the one that counts */
        }
    }
    return status;
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
    return pg != NULL && !pg->lost && PQstatus(pg->connection) == CONNECTION_OK;
}

enum status pg_run(struct pg *pg, const char *name, const char *text, struct err *err)
{
    enum status status;

    if (PQexitPipelineMode(pg->connection) != 1 || PQsetnonblocking(pg->connection, 0) != 0)
        return connection_lost(pg, name, err);
    status = run_plain(pg->connection, name, text, err);
    if (PQsetnonblocking(pg->connection, 1) != 0 || PQenterPipelineMode(pg->connection) != 1)
        return connection_lost(pg, name, err);
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
    pg_add_int8(p, pg_microseconds(ms));
}

int64_t pg_microseconds(int64_t ms)
{
    if (ms < INSTANT_MIN_MS)
        ms = INSTANT_MIN_MS;
    if (ms > INSTANT_MAX_MS)
        ms = INSTANT_MAX_MS;
    return (ms - EPOCH_2000_MS) * 1000;
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
