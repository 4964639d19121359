#include "evidence.h"

#include "store/packing.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* One cell of a result, by the names that a reader of the queries below expects. */
static struct bytes cell_bytes(struct arena *arena, const PGresult *result, int row, int column)
{
    size_t size = 0;
    unsigned char *plain;
    struct bytes bytes;

    if (PQgetisnull(result, row, column))
        return (struct bytes){.at = NULL};
    plain = PQunescapeBytea((const unsigned char *)PQgetvalue(result, row, column), &size);
    if (plain == NULL)
        abort();
    bytes = (struct bytes){.at = arena_copy(arena, plain, size), .size = size};
    PQfreemem(plain);
    return bytes;
}

/* What was packed; nothing at all when it is damaged, which then differs from what was published.
 */
static struct bytes cell_packed(struct arena *arena, const PGresult *result, int row, int column)
{
    struct bytes original = {.at = NULL};

    (void)packing_unpack(cell_bytes(arena, result, row, column), arena, &original);
    return original;
}

static const char *cell_text(struct arena *arena, const PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column))
        return NULL;
    return arena_copy(arena, PQgetvalue(result, row, column),
                      (size_t)PQgetlength(result, row, column));
}

static int64_t cell_number(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static bool cell_truth(const PGresult *result, int row, int column)
{
    return PQgetvalue(result, row, column)[0] == 't';
}

static struct uuid cell_uuid(const PGresult *result, int row, int column)
{
    struct uuid uuid = {{0}};

    (void)uuid_parse(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column),
                     &uuid);
    return uuid;
}

/* Columns ${column} and the two after it: topic, partition, offset. */
static struct place cell_place(struct arena *arena, const PGresult *result, int row, int column)
{
    return (struct place){.topic = cell_text(arena, result, row, column),
                          .partition = (int32_t)cell_number(result, row, column + 1),
                          .offset = cell_number(result, row, column + 2)};
}

static PGresult *query(PGconn *connection, const char *sql, struct err *err)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return result;
    (void)err_set(err, FATAL, "postgres: %s", PQerrorMessage(connection));
    PQclear(result);
    return NULL;
}

static bool read_events(PGconn *connection, struct arena *arena, struct evidence *e,
                        struct err *err)
{
    PGresult *result = query(connection,
                             "SELECT topic, partition, \"offset\", subject_id, event_id, value,"
                             " content_hash"
                             " FROM restage.clinical_event ORDER BY subject_id, event_id",
                             err);
    struct bytes hash;

    if (result == NULL)
        return false;
    e->event_row_count = (size_t)PQntuples(result);
    e->event_rows = arena_zalloc(arena, e->event_row_count + 1, sizeof(e->event_rows[0]));
    for (int i = 0; i < PQntuples(result); i++) {
        e->event_rows[i] = (struct event_row){.source = cell_place(arena, result, i, 0),
                                              .subject = cell_uuid(result, i, 3),
                                              .event_id = cell_uuid(result, i, 4),
                                              .value = cell_bytes(arena, result, i, 5)};
        hash = cell_bytes(arena, result, i, 6);
        if (hash.size == SHA256_SIZE)
            memcpy(e->event_rows[i].content_hash, hash.at, SHA256_SIZE);
    }
    PQclear(result);
    return true;
}

static bool read_recommendations(PGconn *connection, struct arena *arena, struct evidence *e,
                                 struct err *err)
{
    PGresult *result = query(connection,
                             "SELECT topic, partition, \"offset\", subject_id, recommendation_id,"
                             " sequence, change, key, value"
                             " FROM restage.recommendation ORDER BY subject_id, sequence",
                             err);

    if (result == NULL)
        return false;
    e->recommendation_row_count = (size_t)PQntuples(result);
    e->recommendation_rows =
        arena_zalloc(arena, e->recommendation_row_count + 1, sizeof(e->recommendation_rows[0]));
    for (int i = 0; i < PQntuples(result); i++)
        e->recommendation_rows[i] =
            (struct recommendation_row){.source = cell_place(arena, result, i, 0),
                                        .subject = cell_uuid(result, i, 3),
                                        .id = cell_uuid(result, i, 4),
                                        .sequence = cell_number(result, i, 5),
                                        .change = cell_text(arena, result, i, 6),
                                        .key = cell_bytes(arena, result, i, 7),
                                        .value = cell_packed(arena, result, i, 8)};
    PQclear(result);
    return true;
}

static bool read_dead_letters(PGconn *connection, struct arena *arena, struct evidence *e,
                              struct err *err)
{
    PGresult *result = query(connection,
                             "SELECT topic, partition, \"offset\", dead_letter_id, code, key,"
                             " value, authority, patient_value, parent_id IS NOT NULL,"
                             " state = 'open' FROM restage.dead_letter"
                             " ORDER BY topic COLLATE \"C\", partition, \"offset\"",
                             err);

    if (result == NULL)
        return false;
    e->dead_letter_row_count = (size_t)PQntuples(result);
    e->dead_letter_rows =
        arena_zalloc(arena, e->dead_letter_row_count + 1, sizeof(e->dead_letter_rows[0]));
    for (int i = 0; i < PQntuples(result); i++)
        e->dead_letter_rows[i] =
            (struct dead_letter_row){.source = cell_place(arena, result, i, 0),
                                     .id = cell_uuid(result, i, 3),
                                     .code = cell_text(arena, result, i, 4),
                                     .key = cell_bytes(arena, result, i, 5),
                                     .value = cell_bytes(arena, result, i, 6),
                                     .authority = cell_text(arena, result, i, 7),
                                     .patient_value = cell_text(arena, result, i, 8),
                                     .has_parent = cell_truth(result, i, 9),
                                     .open = cell_truth(result, i, 10)};
    PQclear(result);
    return true;
}

/* "{uuid,uuid}" as PostgreSQL prints an array. */
static void read_holds(const char *text, struct arena *arena, struct subject_row *row)
{
    size_t size = strlen(text);

    row->hold_count = size < 36 ? 0 : (size - 1) / 37;
    row->holds = arena_zalloc(arena, row->hold_count + 1, sizeof(row->holds[0]));
    for (size_t i = 0; i < row->hold_count; i++)
        (void)uuid_parse(text + 1 + i * 37, 36, &row->holds[i]);
}

static bool read_subjects(PGconn *connection, struct arena *arena, struct evidence *e,
                          struct err *err)
{
    PGresult *result =
        query(connection,
              "SELECT subject_id, authority, patient_value, tumour_id, sequence, recommendation_id,"
              " coalesce(round(extract(epoch FROM as_of) * 1000), 0)::bigint, holds"
              " FROM restage.subject ORDER BY subject_id",
              err);

    if (result == NULL)
        return false;
    e->subject_row_count = (size_t)PQntuples(result);
    e->subject_rows = arena_zalloc(arena, e->subject_row_count + 1, sizeof(e->subject_rows[0]));
    for (int i = 0; i < PQntuples(result); i++) {
        e->subject_rows[i] = (struct subject_row){.id = cell_uuid(result, i, 0),
                                                  .authority = cell_text(arena, result, i, 1),
                                                  .patient_value = cell_text(arena, result, i, 2),
                                                  .tumour_id = cell_text(arena, result, i, 3),
                                                  .sequence = cell_number(result, i, 4),
                                                  .recommendation_id = cell_uuid(result, i, 5),
                                                  .as_of_ms = cell_number(result, i, 6)};
        read_holds(PQgetvalue(result, i, 7), arena, &e->subject_rows[i]);
    }
    PQclear(result);
    return true;
}

static bool read_positions(PGconn *connection, struct evidence *e, struct err *err)
{
    PGresult *result = query(connection,
                             "SELECT topic, partition, next_offset, published_offset,"
                             " (SELECT database_id FROM restage.database)"
                             " FROM restage.lane_position",
                             err);

    if (result == NULL)
        return false;
    for (int i = 0; i < PQntuples(result); i++) {
        struct uuid database_id = cell_uuid(result, i, 4);

        uuid_format(&database_id, e->database_id);
        for (size_t p = 0; p < e->partition_count; p++) {
            struct partition_state *state = &e->partitions[p];

            if (strcmp(PQgetvalue(result, i, 0), state->topic) != 0 ||
                cell_number(result, i, 1) != state->partition)
                continue;
            state->position_known = true;
            state->next_offset = cell_number(result, i, 2);
            state->published_offset = cell_number(result, i, 3);
        }
    }
    PQclear(result);
    return true;
}

enum status evidence_from_postgres(const struct evidence_settings *settings, struct arena *arena,
                                   struct evidence *evidence, struct err *err)
{
    PGconn *connection = PQconnectdb(settings->conninfo);
    enum status status = FATAL;
    PGresult *begun;

    if (PQstatus(connection) != CONNECTION_OK) {
        (void)err_set(err, FATAL, "postgres: %s", PQerrorMessage(connection));
        goto close_connection;
    }
    begun = query(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);
    if (begun == NULL)
        goto close_connection;
    PQclear(begun);
    if (read_positions(connection, evidence, err) &&
        read_events(connection, arena, evidence, err) &&
        read_recommendations(connection, arena, evidence, err) &&
        read_dead_letters(connection, arena, evidence, err) &&
        read_subjects(connection, arena, evidence, err))
        status = OK;

close_connection:
    PQfinish(connection);
    return status;
}
