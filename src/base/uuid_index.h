#ifndef BASE_UUID_INDEX_H
#define BASE_UUID_INDEX_H

/*
 * UUID index: where in a list an element with a given UUID stands.
 *
 * For lists that are asked for every stored event of a batch: a search by halves costs ten
 * comparisons far apart, this one or two.
 */
#include "base/arena.h"
#include "base/uuid.h"

#include <stddef.h>
#include <stdint.h>

#define UUID_INDEX_NONE SIZE_MAX

struct uuid_index;

/*
 * An index in ${arena} of ${count} elements of ${size} bytes; ${first} is the UUID of the first of
 * them.  The list must outlive it, unchanged.  NULL when the arena is full.
 */
struct uuid_index *uuid_index_new(struct arena *arena, const struct uuid *first, size_t size,
                                  size_t count);

/* The place of the first element with ${uuid}; UUID_INDEX_NONE when there is none. */
size_t uuid_index_find(const struct uuid_index *index, const struct uuid *uuid);

#endif
