#ifndef STORE_PG_H
#define STORE_PG_H

/*
 * Pg: a thin client of PostgreSQL for prepared statements in pipelines; not a general one.
 *
 * A connection is in pipeline mode for good.  Statements are queued with pg_send, closed with
 * pg_sync, and answered one by one by pg_read in the same order, then by pg_end.  Sending never
 * waits for the server to read while the server waits for us: what arrives meanwhile is taken in.
 *
 * A NULL connection takes everything and answers RETRY, so that a lost one needs no case of its
 * own.
 *
 * An answer is RETRY or FATAL by its SQLSTATE (see store.h).  After a failed statement the rest of
 * the pipeline is skipped by the server; pg_end takes all that in.  Texts carry the statement's
 * name, SQLSTATE and constraint only.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/uuid.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PG_PARAMETERS_MAX 24

struct pg;

/* A statement that is prepared on every connection; name and text are constants. */
struct pg_statement {
    const char *name;
    const char *text;
};

/*
 * Connect with ${conninfo} ("" for the environment) and apply ${session}, a list of SET commands
 * that ends with NULL.  RETRY when nobody answers or we are not let in, FATAL when the conninfo
 * makes no sense.
 */
enum status pg_connect(const char *conninfo, const char *application_name,
                       unsigned connect_timeout_s, const char *const *session, struct pg **ret,
                       struct err *err) __attribute__((warn_unused_result));

/* Prepare ${count} statements; FATAL when one does not fit the schema. */
enum status pg_prepare(struct pg *pg, const struct pg_statement *statements, size_t count,
                       struct err *err) __attribute__((warn_unused_result));
void pg_close(struct pg *pg); /* NULL is fine */
bool pg_is_connected(const struct pg *pg);

/* Parameters of one statement, in binary; values must live until pg_send returns. */
struct pg_parameters {
    const char *values[PG_PARAMETERS_MAX];
    int sizes[PG_PARAMETERS_MAX];
    int count;
    char numbers[PG_PARAMETERS_MAX][8]; /* where numbers are kept */
};
void pg_add_bytes(struct pg_parameters *p, const void *bytes, size_t size);
void pg_add_text(struct pg_parameters *p, const char *text);
void pg_add_int4(struct pg_parameters *p, int32_t number);
void pg_add_int8(struct pg_parameters *p, int64_t number);
void pg_add_uuid(struct pg_parameters *p, const struct uuid *uuid);
void pg_add_instant(struct pg_parameters *p, int64_t ms);

/*
 * Milliseconds since 1970 as PostgreSQL's microseconds since 2000.  A producer may write any number
 * as a record's timestamp: beyond the years 1 to 9999 the nearest instant within is taken.
 */
int64_t pg_microseconds(int64_t ms);

/* Queue the prepared statement ${name}; ${p} may be NULL.  Failures show in pg_read. */
void pg_send(struct pg *pg, const char *name, const struct pg_parameters *p);
void pg_sync(struct pg *pg);

/* Whether everything that was queued is answered; a lost connection has nothing more to answer. */
bool pg_is_idle(const struct pg *pg);

/*
 * Let the server do what is queued, as far as it takes it without our waiting, and then count as
 * idle: a session that is frozen now is ended like any other that idles in a transaction.  What
 * failed so far makes the rest of the transaction fail.
 */
void pg_start(struct pg *pg);

/*
 * The next statement's rows; the caller clears them with PQclear.  Not to be called after a
 * failure: go to pg_end.
 */
enum status pg_read(struct pg *pg, PGresult **ret, struct err *err)
    __attribute__((warn_unused_result));

/* The same for a statement whose rows nobody wants; the number of rows affected in ${ret_rows}. */
enum status pg_read_done(struct pg *pg, int64_t *ret_rows, struct err *err)
    __attribute__((warn_unused_result));

/* Read up to the end of the pipeline, dropping what was not read. */
enum status pg_end(struct pg *pg, struct err *err) __attribute__((warn_unused_result));

/* Run a text of one or more commands without rows, outside the pipeline (migrations). */
enum status pg_run(struct pg *pg, const char *name, const char *text, struct err *err)
    __attribute__((warn_unused_result));

/* ---- Values of a result ---------------------------------------------------------------------- */

bool pg_is_null(const PGresult *result, int row, int column);
int32_t pg_int4(const PGresult *result, int row, int column);
int64_t pg_int8(const PGresult *result, int row, int column);
bool pg_bool(const PGresult *result, int row, int column);
int64_t pg_instant(const PGresult *result, int row, int column); /* milliseconds */
struct uuid pg_uuid(const PGresult *result, int row, int column);
/* A copy in ${arena}; asserts that it fits. */
const char *pg_text(const PGresult *result, int row, int column, struct arena *arena);
struct bytes pg_bytes(const PGresult *result, int row, int column, struct arena *arena);

#endif
