#ifndef EXPLORE_SEEN_H
#define EXPLORE_SEEN_H

/*
 * Seen: the states that a search has been in, and with which budgets.  A state need not be followed
 * again when it was followed with at least as much of both.
 */
#include <stdbool.h>
#include <stdint.h>

#define SEEN_BUDGET_MAX 3 /* of each kind */

void seen_clear(void);
void seen_free(void);

/* False when the state was seen with these budgets or larger ones. */
bool seen_add(uint64_t state, int faults, int preemptions);

int64_t seen_count(void);

#endif
