/*
 * Fills a migrated database with subjects and a number of stored events each, by COPY: what the
 * worker would have left there, in the order in which it would have (the first event of every
 * subject, then the second).  Recommendations get rows and index entries, but no bytes.
 *
 *   bench-fill --conninfo CONNINFO --subjects N --depth N
 *
 * The indexes are made after the rows.  Prints one line of JSON.
 */
#include "drawn.h"

#include "../integration/feed.h"
#include "guidance/judgement.h"
#include "store/pg.h"
#include "wire/event_wire.h"

#include <assert.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SIZE_MAX ((size_t)1 << 20) /* sent to the server at once */
#define ROW_SIZE_MAX ((size_t)16 << 10)
#define SEED 1000003 /* of what is stored before; measured events have others */
#define TOPIC "bench.filled"

static const char before[] =
    "TRUNCATE restage.subject, restage.clinical_event, restage.recommendation;"
    "ALTER TABLE restage.clinical_event DROP CONSTRAINT clinical_event_pkey;"
    "ALTER TABLE restage.recommendation DROP CONSTRAINT recommendation_pkey;"
    "DROP INDEX restage.recommendation_source";
static const char after[] =
    "ALTER TABLE restage.clinical_event ADD PRIMARY KEY (subject_id, event_id);"
    "ALTER TABLE restage.recommendation ADD PRIMARY KEY (subject_id, sequence);"
    "CREATE INDEX recommendation_source ON restage.recommendation (topic, partition, \"offset\");"
    "ANALYZE restage.subject, restage.clinical_event, restage.recommendation";
static const char copy_subjects[] =
    "COPY restage.subject (subject_id, authority, patient_value, tumour_id, sequence,"
    " recommendation_id, as_of, kind, phase, last_judgement) FROM STDIN (FORMAT binary)";
static const char copy_events[] =
    "COPY restage.clinical_event (subject_id, event_id, topic, partition, \"offset\", recorded_at,"
    " kind, report_id, source_system, report_version, status, effective_at, content_hash, value)"
    " FROM STDIN (FORMAT binary)";
static const char copy_recommendations[] =
    "COPY restage.recommendation (subject_id, sequence, recommendation_id, topic, partition,"
    " \"offset\", recorded_at, change, kind, phase, as_of, key, value) FROM STDIN (FORMAT binary)";

/* Rows on their way to the server in COPY's binary form. */
struct rows {
    PGconn *connection;
    char *bytes;
    size_t used;
};

static void fail(PGconn *connection, const char *what)
{
    (void)fprintf(stderr, "bench-fill: %s: %s", what, PQerrorMessage(connection));
    exit(EXIT_FAILURE);
}

static void run(PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail(connection, text);
    PQclear(result);
}

/* ---- COPY's binary form ---------------------------------------------------------------------- */

static void put_number(struct rows *r, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        r->bytes[r->used++] = (char)(number >> (8 * (size - 1 - i)));
}

static void put_bytes(struct rows *r, const void *bytes, size_t size)
{
    put_number(r, size, 4);
    memcpy(r->bytes + r->used, bytes, size);
    r->used += size;
}

static void put_text(struct rows *r, const char *text)
{
    put_bytes(r, text, strlen(text));
}

static void put_integer(struct rows *r, int64_t number, size_t size)
{
    put_number(r, size, 4);
    put_number(r, (uint64_t)number, size);
}

static void put_instant(struct rows *r, int64_t ms)
{
    put_integer(r, pg_microseconds(ms), 8);
}

static void send_rows(struct rows *r)
{
    if (PQputCopyData(r->connection, r->bytes, (int)r->used) != 1)
        fail(r->connection, "copy");
    r->used = 0;
}

static void begin_row(struct rows *r, unsigned columns)
{
    if (r->used + ROW_SIZE_MAX > ROWS_SIZE_MAX)
        send_rows(r);
    put_number(r, columns, 2);
}

static void begin_copy(struct rows *r, const char *text)
{
    static const char header[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    PGresult *result = PQexec(r->connection, text);

    if (PQresultStatus(result) != PGRES_COPY_IN)
        fail(r->connection, text);
    PQclear(result);
    memcpy(r->bytes, header, sizeof(header));
    r->used = sizeof(header);
}

static void end_copy(struct rows *r)
{
    PGresult *result;

    put_number(r, UINT16_MAX, 2);
    send_rows(r);
    if (PQputCopyEnd(r->connection, NULL) != 1)
        fail(r->connection, "copy");
    result = PQgetResult(r->connection);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail(r->connection, "copy");
    PQclear(result);
    PQclear(PQgetResult(r->connection));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void put_event(struct rows *r, const struct drawn_event *d, int64_t offset)
{
    const struct event *e = &d->event;

    begin_row(r, 14);
    put_bytes(r, d->subject.bytes, sizeof(d->subject.bytes));
    put_bytes(r, e->event_id.bytes, sizeof(e->event_id.bytes));
    put_text(r, TOPIC);
    put_integer(r, 0, 4);
    put_integer(r, offset, 8);
    put_instant(r, d->recorded_ms);
    put_text(r, body_kind_name(e->kind));
    put_text(r, e->report_id);
    put_text(r, e->source_system);
    put_integer(r, e->report_version, 8);
    put_text(r, report_status_name(e->status));
    put_text(r, e->effective_at.text);
    put_bytes(r, e->content_hash, sizeof(e->content_hash));
    put_bytes(r, d->value.at, d->value.size);
}

static void put_recommendation(struct rows *r, const struct drawn_event *d, int64_t offset,
                               int64_t sequence)
{
    begin_row(r, 13);
    put_bytes(r, d->subject.bytes, sizeof(d->subject.bytes));
    put_integer(r, sequence, 8);
    put_bytes(r, d->event.event_id.bytes, sizeof(d->event.event_id.bytes));
    put_text(r, TOPIC);
    put_integer(r, 0, 4);
    put_integer(r, offset, 8);
    put_instant(r, d->recorded_ms);
    put_text(r, "changed");
    put_text(r, "guidance");
    put_text(r, "PH-UNKNOWN");
    put_instant(r, d->recorded_ms);
    put_bytes(r, d->key.at, d->key.size);
    put_bytes(r, "", 0);
}

static void put_subject(struct rows *r, const struct drawn_event *d, int64_t sequence)
{
    static const char digest[DIGEST_SIZE];

    begin_row(r, 10);
    put_bytes(r, d->subject.bytes, sizeof(d->subject.bytes));
    put_text(r, d->event.authority);
    put_text(r, d->event.value);
    put_text(r, d->event.tumour_id);
    put_integer(r, sequence, 8);
    put_bytes(r, d->event.event_id.bytes, sizeof(d->event.event_id.bytes));
    put_instant(r, d->recorded_ms);
    put_text(r, "guidance");
    put_text(r, "PH-UNKNOWN");
    put_bytes(r, digest, sizeof(digest));
}

enum table { TABLE_SUBJECT = 0, TABLE_EVENT, TABLE_RECOMMENDATION, TABLES };

static void fill_table(PGconn *connection, enum table table, uint32_t subjects, uint32_t depth)
{
    static const char *const copies[TABLES] = {copy_subjects, copy_events, copy_recommendations};
    const struct drawn_settings settings = {.seed = SEED, .patients = subjects, .in_turn = true};
    uint64_t count = table == TABLE_SUBJECT ? subjects : (uint64_t)subjects * depth;
    struct feed *feed = drawn_feed_new(&settings);
    struct arena *arena = arena_new((size_t)1 << 20);
    struct rows r = {.connection = connection, .bytes = malloc(ROWS_SIZE_MAX)};

    assert(feed != NULL && arena != NULL && r.bytes != NULL);
    begin_copy(&r, copies[table]);
    for (uint64_t i = 0; i < count; i++) {
        struct drawn_event drawn;

        arena_reset(arena);
        drawn_next(feed, arena, &drawn);
        if (table == TABLE_SUBJECT)
            put_subject(&r, &drawn, depth);
        else if (table == TABLE_EVENT)
            put_event(&r, &drawn, (int64_t)i);
        else
            put_recommendation(&r, &drawn, (int64_t)i, (int64_t)(i / subjects) + 1);
    }
    end_copy(&r);
    free(r.bytes);
    arena_free(arena);
    feed_free(feed);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"conninfo", required_argument, NULL, 'c'},
                                            {"subjects", required_argument, NULL, 's'},
                                            {"depth", required_argument, NULL, 'd'},
                                            {NULL, 0, NULL, 0}};
    const char *conninfo = "";
    uint32_t subjects = 0;
    uint32_t depth = 0;
    PGconn *connection;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'c')
            conninfo = optarg;
        else if (option == 's')
            subjects = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'd')
            depth = (uint32_t)strtoul(optarg, NULL, 10);
        else
            return 64;
    }
    if (subjects == 0 || depth == 0)
        return 64;
    connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK)
        fail(connection, "connect");
    run(connection, before);
    for (enum table table = TABLE_SUBJECT; table < TABLES; table++)
        fill_table(connection, table, subjects, depth);
    run(connection, after);
    PQfinish(connection);
    (void)printf("{\"subjects\": %u, \"events\": %llu}\n", (unsigned)subjects,
                 (unsigned long long)subjects * depth);
    return EXIT_SUCCESS;
}
