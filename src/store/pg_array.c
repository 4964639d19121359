#include "store/pg_array.h"

#include <assert.h>
#include <string.h>

#define HEADER_SIZE 20 /* dimensions, flags, type, length, lower bound */

static void put_int4(char *place, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        place[i] = (char)(number >> (24 - 8 * i));
}

struct pg_array pg_array_new(struct arena *arena, enum pg_type type, size_t content_size)
{
    struct pg_array a = {
        .arena = arena, .type = type, .used = HEADER_SIZE, .size = HEADER_SIZE + content_size};

    a.bytes = arena_alloc(arena, a.size);
    assert(a.bytes != NULL);
    return a;
}

static char *grow(struct pg_array *a, size_t size)
{
    char *place;

    if (size > a->size - a->used) {
        size_t wanted = 2 * (a->size + size);
        char *bigger = arena_alloc(a->arena, wanted);

        assert(bigger != NULL);
        memcpy(bigger, a->bytes, a->used);
        a->bytes = bigger;
        a->size = wanted;
    }
    place = a->bytes + a->used;
    a->used += size;
    return place;
}

void pg_array_bytes(struct pg_array *a, const void *bytes, size_t size)
{
    char *place = grow(a, 4 + (bytes == NULL ? 0 : size));

    put_int4(place, bytes == NULL ? UINT32_MAX : (uint32_t)size);
    if (bytes != NULL)
        memcpy(place + 4, bytes, size);
    a->count++;
}

void pg_array_text(struct pg_array *a, const char *text)
{
    pg_array_bytes(a, text, text == NULL ? 0 : strlen(text));
}

void pg_array_int4(struct pg_array *a, int32_t number)
{
    char bytes[4];

    put_int4(bytes, (uint32_t)number);
    pg_array_bytes(a, bytes, sizeof(bytes));
}

void pg_array_int8(struct pg_array *a, int64_t number)
{
    char bytes[8];

    put_int4(bytes, (uint32_t)((uint64_t)number >> 32));
    put_int4(bytes + 4, (uint32_t)number);
    pg_array_bytes(a, bytes, sizeof(bytes));
}

void pg_array_uuid(struct pg_array *a, const struct uuid *uuid)
{
    pg_array_bytes(a, uuid->bytes, sizeof(uuid->bytes));
}

void pg_array_instant(struct pg_array *a, int64_t ms)
{
    if (ms == INT64_MIN)
        pg_array_bytes(a, NULL, 0);
    else
        pg_array_int8(a, pg_microseconds(ms));
}

void pg_add_array(struct pg_parameters *p, struct pg_array *a)
{
    put_int4(a->bytes, a->count == 0 ? 0 : 1);
    put_int4(a->bytes + 4, 1); /* may hold NULLs */
    put_int4(a->bytes + 8, (uint32_t)a->type);
    if (a->count == 0) {
        a->used = 12;
    } else {
        put_int4(a->bytes + 12, (uint32_t)a->count);
        put_int4(a->bytes + 16, 1);
    }
    pg_add_bytes(p, a->bytes, a->used);
}
