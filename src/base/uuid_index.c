#include "base/uuid_index.h"

#include <assert.h>
#include <string.h>

#define EMPTY UINT32_MAX

struct uuid_index {
    const uint8_t *first;
    size_t size;
    unsigned shift;    /* of a hash, to a slot */
    size_t slot_count; /* a power of two, more than twice the elements */
    uint32_t slots[];  /* a place, or EMPTY */
};

static const struct uuid *uuid_at(const struct uuid_index *index, size_t place)
{
    return (const struct uuid *)(const void *)(index->first + place * index->size);
}

/* The slot that holds ${uuid}, or the empty one where it would be. */
static size_t slot_of(const struct uuid_index *index, const struct uuid *uuid)
{
    uint64_t halves[2];
    size_t slot;

    memcpy(halves, uuid->bytes, sizeof(halves));
    /* Names of version 5 are random enough; those of others may differ in a few bits only. */
    slot = (size_t)(((halves[0] ^ halves[1]) * UINT64_C(0x9e3779b97f4a7c15)) >> index->shift);
    while (index->slots[slot] != EMPTY &&
           memcmp(uuid_at(index, index->slots[slot]), uuid, sizeof(*uuid)) != 0)
        slot = (slot + 1) & (index->slot_count - 1);
    return slot;
}

struct uuid_index *uuid_index_new(struct arena *arena, const struct uuid *first, size_t size,
                                  size_t count)
{
    struct uuid_index *index;
    size_t slot_count = 2;
    unsigned shift = 63;

    assert(count < UINT32_MAX / 4);
    for (; slot_count <= 2 * count; slot_count *= 2)
        shift--;
    index = arena_alloc(arena, sizeof(*index) + slot_count * sizeof(index->slots[0]));
    if (index == NULL)
        return NULL;
    index->first = (const uint8_t *)first;
    index->size = size;
    index->shift = shift;
    index->slot_count = slot_count;
    memset(index->slots, 0xff, slot_count * sizeof(index->slots[0]));
    for (size_t place = 0; place < count; place++) {
        size_t slot = slot_of(index, uuid_at(index, place));

        if (index->slots[slot] == EMPTY)
            index->slots[slot] = (uint32_t)place;
    }
    return index;
}

size_t uuid_index_find(const struct uuid_index *index, const struct uuid *uuid)
{
    uint32_t place = index->slots[slot_of(index, uuid)];

    return place == EMPTY ? UUID_INDEX_NONE : place;
}
