#ifndef EXPLORE_FIXTURE_RUN_H
#define EXPLORE_FIXTURE_RUN_H

/* A run whose schedule a test decides call by call: one lane in a world of its own. */
#include "fake_source.h"
#include "orders.h"
#include "runner.h"
#include "world.h"

/* Before and after each test. */
void fixture_setup(void);
void fixture_teardown(void);

/* The lane stands before its first call; ${wanted} with its budgets left out. */
void fixture_begin(const struct scenario *wanted);

/* The lane makes its call, with this twist, and stands before the next one, or has ended. */
void fixture_go(enum twist twist);

/* On until it stands before ${call}; asserts that it comes there. */
void fixture_go_to(enum call call);

/* On until it has had nothing to do for a while, or has ended. */
void fixture_rest(void);

/* On until it has ended, which it must with ${text} in its reason. */
void fixture_fails_with(const char *text);

/* At rest with everything decided and published; then it is told to stop, and does. */
void fixture_is_whole(void);

/* Outputs that are visible, and events of Restage itself. */
int fixture_visible(void);
int fixture_visible_own(void);

/* A position as a worker before left it: P, Q; everything else at rest. */
void fixture_position(int64_t next, int64_t published);
void fixture_committed(int64_t offset);

extern const struct scenario fixture_solo; /* three records, batches of two */

#endif
