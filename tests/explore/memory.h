#ifndef EXPLORE_MEMORY_H
#define EXPLORE_MEMORY_H

/*
 * Memory: what a lane remembers while it waits in a poll with no record in hand.
 *
 * Then all of it is in its struct delivery, so that two lanes that came there on different ways,
 * but remember the same, will do the same from there on; the search follows only one of them.
 */
#include <stdint.h>

struct delivery;

/* The hash of it, when the lane's clock shows ${now_ms}. */
uint64_t memory_hash(const struct delivery *delivery, int64_t now_ms);

#endif
