#ifndef STORE_PG_ARRAY_H
#define STORE_PG_ARRAY_H

/*
 * Pg array: one-dimensional arrays in PostgreSQL's binary form, built in an arena: a column of a
 * batch as one parameter for unnest().
 */
#include "store/pg.h"

/* Type numbers of the elements, from the server's catalogue (they never change). */
enum pg_type {
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_TIMESTAMPTZ = 1184,
    PG_UUID = 2950,
};

struct pg_array {
    char *bytes; /* starts with the header */
    size_t used;
    size_t size;
    size_t count;
    struct arena *arena;
    enum pg_type type;
};

/* An empty array; ${content_size} is a guess of the elements' bytes in all. */
struct pg_array pg_array_new(struct arena *arena, enum pg_type type, size_t content_size);

void pg_array_bytes(struct pg_array *a, const void *bytes, size_t size); /* bytes NULL: SQL NULL */
void pg_array_text(struct pg_array *a, const char *text);
void pg_array_int4(struct pg_array *a, int32_t number);
void pg_array_int8(struct pg_array *a, int64_t number);
void pg_array_uuid(struct pg_array *a, const struct uuid *uuid);
void pg_array_instant(struct pg_array *a, int64_t ms); /* INT64_MIN: SQL NULL */

/* Finish the header and add the array to ${p}. */
void pg_add_array(struct pg_parameters *p, struct pg_array *a);

#endif
