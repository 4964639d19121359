#include "seen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_FIRST ((size_t)1 << 16)

struct entry {
    uint64_t state;   /* 0: free */
    uint64_t budgets; /* a bit for each pair of budgets that is covered */
};

static struct entry *entries;
static size_t size;
static size_t count;

void seen_clear(void)
{
    seen_free();
    size = SIZE_FIRST;
    entries = calloc(size, sizeof(*entries));
    assert(entries != NULL);
}

void seen_free(void)
{
    free(entries);
    entries = NULL;
    size = 0;
    count = 0;
}

static struct entry *place_of(uint64_t state)
{
    size_t at = (size_t)(state >> 16) & (size - 1);

    while (entries[at].state != 0 && entries[at].state != state)
        at = (at + 1) & (size - 1);
    return &entries[at];
}

static void grow(void)
{
    struct entry *old = entries;
    size_t old_size = size;

    size *= 2;
    entries = calloc(size, sizeof(*entries));
    assert(entries != NULL);
    for (size_t i = 0; i < old_size; i++)
        if (old[i].state != 0)
            *place_of(old[i].state) = old[i];
    free(old);
}

static uint64_t bit_of(int faults, int preemptions)
{
    return UINT64_C(1) << (faults * (SEEN_BUDGET_MAX + 1) + preemptions);
}

bool seen_add(uint64_t state, int faults, int preemptions)
{
    struct entry *e;

    assert(faults <= SEEN_BUDGET_MAX && preemptions <= SEEN_BUDGET_MAX);
    if (state == 0)
        state = 1;
    e = place_of(state);
    if (e->budgets & bit_of(faults, preemptions))
        return false;
    if (e->state == 0) {
        e->state = state;
        count++;
    }
    for (int f = 0; f <= faults; f++)
        for (int p = 0; p <= preemptions; p++)
            e->budgets |= bit_of(f, p);
    if (count > size / 2)
        grow();
    return true;
}

int64_t seen_count(void)
{
    return (int64_t)count;
}
