#include "store/packing.h"

#include "store/packing_dictionaries.h"

#include <assert.h>
#include <lz4.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 6
#define MARK 0x00

struct packing {
    const struct packing_dictionary *dictionary;
    LZ4_stream_t loaded; /* with the dictionary: copied for each record */
    LZ4_stream_t working;
    uint8_t *stored; /* the last stored form */
    size_t stored_size_max;
};

struct packing *packing_new(void)
{
    struct packing *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    p->dictionary = &packing_dictionaries[packing_dictionary_count - 1];
    (void)LZ4_initStream(&p->loaded, sizeof(p->loaded));
    (void)LZ4_loadDict(&p->loaded, (const char *)p->dictionary->bytes, (int)p->dictionary->size);
    return p;
}

void packing_free(struct packing *p)
{
    if (p != NULL)
        free(p->stored);
    free(p);
}

/* Room for ${size} bytes; what was there is gone. */
static uint8_t *make_room(struct packing *p, size_t size)
{
    if (size > p->stored_size_max) {
        free(p->stored);
        p->stored = malloc(size);
        p->stored_size_max = size;
        assert(p->stored != NULL);
    }
    return p->stored;
}

struct bytes packing_pack(struct packing *p, struct bytes value)
{
    const uint8_t *original = value.at;
    int bound;
    uint8_t *stored;
    int size;

    assert(value.size <= PACKED_ORIGINAL_SIZE_MAX);
    bound = LZ4_compressBound((int)value.size);
    stored = make_room(p, HEADER_SIZE + (size_t)bound);
    memcpy(&p->working, &p->loaded, sizeof(p->working));
    size = LZ4_compress_fast_continue(&p->working, value.at, (char *)stored + HEADER_SIZE,
                                      (int)value.size, bound, 1);
    assert(size > 0);
    if (HEADER_SIZE + (size_t)size >= value.size && (value.size == 0 || original[0] != MARK))
        return value;
    stored[0] = MARK;
    stored[1] = p->dictionary->number;
    for (size_t i = 0; i < 4; i++)
        stored[2 + i] = (uint8_t)(value.size >> (24 - 8 * i));
    return (struct bytes){.at = stored, .size = HEADER_SIZE + (size_t)size};
}

static const struct packing_dictionary *find_dictionary(uint8_t number)
{
    for (size_t i = 0; i < packing_dictionary_count; i++)
        if (packing_dictionaries[i].number == number)
            return &packing_dictionaries[i];
    return NULL;
}

bool packing_unpack(struct bytes stored, struct arena *arena, struct bytes *ret)
{
    const uint8_t *bytes = stored.at;
    const struct packing_dictionary *dictionary;
    size_t size = 0;
    char *original;

    if (stored.size == 0 || bytes[0] != MARK) {
        *ret = stored;
        return true;
    }
    if (stored.size < HEADER_SIZE || stored.size > PACKED_ORIGINAL_SIZE_MAX)
        return false;
    for (size_t i = 0; i < 4; i++)
        size = size << 8 | bytes[2 + i];
    dictionary = find_dictionary(bytes[1]);
    if (dictionary == NULL || size > PACKED_ORIGINAL_SIZE_MAX)
        return false;
    original = arena_alloc(arena, size + 1);
    if (original == NULL ||
        LZ4_decompress_safe_usingDict(
            (const char *)bytes + HEADER_SIZE, original, (int)(stored.size - HEADER_SIZE),
            (int)size, (const char *)dictionary->bytes, (int)dictionary->size) != (int)size)
        return false;
    *ret = (struct bytes){.at = original, .size = size};
    return true;
}
