#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Arena: memory that is given out piece by piece and taken back all at once.
 *
 * One batch, one arena: whatever a batch needs lives here until arena_reset.  The arena is capped,
 * so a hostile input runs into the cap, not into the machine's memory.  Blocks are kept over a
 * reset: a warm arena does not call malloc.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A new, empty arena that gives out at most ${size_max} bytes between resets; NULL without memory.
 */
struct arena *arena_new(size_t size_max);

/* Free ${arena} and everything it gave out; NULL is fine. */
void arena_free(struct arena *arena);

/* ${size} bytes, aligned for any type, not initialised; NULL beyond the cap or without memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for ${count} items of ${size} bytes, set to zero; NULL also when the product overflows.
 */
void *arena_zalloc(struct arena *arena, size_t count, size_t size);

/* A copy of ${size} bytes with a NUL after them; NULL beyond the cap. */
char *arena_copy(struct arena *arena, const void *bytes, size_t size);

/* Take everything back; pointers given out before are dead. */
void arena_reset(struct arena *arena);

/* Bytes given out since the last reset. */
size_t arena_used(const struct arena *arena);

/* Bytes that it holds, given out or kept for later. */
size_t arena_held(const struct arena *arena);

/* Whether a piece was refused since the last reset. */
bool arena_is_exhausted(const struct arena *arena);

/* A place to return to: everything given out after arena_mark is taken back by arena_release. */
struct arena_mark {
    void *block;
    size_t block_used;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

#endif
