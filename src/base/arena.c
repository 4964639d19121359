#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct block {
    struct block *next;
    size_t size; /* bytes in data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *first;
    struct block *current; /* NULL only while there is no block at all */
    size_t used;           /* bytes given out since the last reset */
    size_t size_max;
    bool exhausted;
};

struct arena *arena_new(size_t size_max)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena != NULL)
        arena->size_max = size_max;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct block *block = arena->first; block != NULL;) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
    free(arena);
}

/*
 * The next block that holds ${size} bytes: the smallest such of those kept from before the reset
 * and not used yet, else a new one.  Taking only the very next would add a block whenever sizes
 * come in another order than before, and a lane's arenas live as long as it does.
 */
static struct block *next_block(struct arena *arena, size_t size)
{
    struct block **place = arena->current == NULL ? &arena->first : &arena->current->next;
    struct block **best = NULL;
    struct block *block;

    for (struct block **link = place; *link != NULL; link = &(*link)->next) {
        if ((*link)->size >= size && (best == NULL || (*link)->size < (*best)->size))
            best = link;
        if (best != NULL && (*best)->size == BLOCK_SIZE)
            break; /* there are none smaller */
    }
    if (best != NULL) {
        block = *best;
        *best = block->next;
    } else {
        size_t wanted = size > BLOCK_SIZE ? size : BLOCK_SIZE;

        block = malloc(sizeof(*block) + wanted);
        if (block == NULL)
            return NULL;
        block->size = wanted;
    }
    block->used = 0;
    block->next = *place;
    *place = block;
    arena->current = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct block *block = arena->current;
    size_t aligned;
    void *piece;

    if (size > SIZE_MAX - alignof(max_align_t))
        return NULL;
    aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (aligned == 0)
        aligned = alignof(max_align_t);
    if (aligned > arena->size_max - arena->used) {
        arena->exhausted = true;
        return NULL;
    }
    if (block == NULL || aligned > block->size - block->used) {
        block = next_block(arena, aligned);
        if (block == NULL) {
            arena->exhausted = true;
            return NULL;
        }
    }
    piece = block->data + block->used;
    block->used += aligned;
    arena->used += aligned;
    return piece;
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    void *piece;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    piece = arena_alloc(arena, count * size);
    if (piece != NULL)
        memset(piece, 0, count * size);
    return piece;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    char *copy;

    if (size == SIZE_MAX)
        return NULL;
    copy = arena_alloc(arena, size + 1);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

void arena_reset(struct arena *arena)
{
    arena->current = NULL;
    arena->used = 0;
    arena->exhausted = false;
    if (arena->first != NULL) {
        arena->current = arena->first;
        arena->first->used = 0;
    }
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

size_t arena_held(const struct arena *arena)
{
    size_t held = 0;

    for (const struct block *block = arena->first; block != NULL; block = block->next)
        held += block->size;
    return held;
}

bool arena_is_exhausted(const struct arena *arena)
{
    return arena->exhausted;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    struct arena_mark mark = {.block = arena->current, .used = arena->used};

    if (arena->current != NULL)
        mark.block_used = arena->current->used;
    return mark;
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    assert(mark.used <= arena->used);
    if (mark.block == NULL) {
        arena_reset(arena);
        return;
    }
    arena->current = mark.block;
    arena->current->used = mark.block_used;
    arena->used = mark.used;
}
