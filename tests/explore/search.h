#ifndef EXPLORE_SEARCH_H
#define EXPLORE_SEARCH_H

/* Search: who decides what happens next. */
#include "explore.h"

#include <stddef.h>
#include <stdint.h>

#define FAILURE_TEXT_SIZE 2048

struct search_result {
    int64_t runs;
    int64_t steps;
    int64_t states; /* different ones that were seen; full search only */
    bool failed;
    char what[512];                   /* which invariant */
    char schedule[FAILURE_TEXT_SIZE]; /* that breaks it */
};

/* Every run within the budgets. */
void search_all(int faults, int preemptions, struct search_result *ret);

/* Random runs for ${seconds}. */
void search_random(uint64_t seed, int seconds, struct search_result *ret);

/* One run; a mistake in ${schedule} ends the program. */
void search_replay(const char *schedule, struct search_result *ret);

/* Leave out of a failure's schedule whatever it fails without. */
void search_shrink(struct search_result *result);

void search_free(void);

#endif
