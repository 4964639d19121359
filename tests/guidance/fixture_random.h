#ifndef TESTS_GUIDANCE_FIXTURE_RANDOM_H
#define TESTS_GUIDANCE_FIXTURE_RANDOM_H

/* Drawn events: plausible enough to reach every phase, careless enough to contradict themselves. */
#include "fixture_case.h"

struct fixture_dice {
    uint64_t state;
};

/* A number from 0 to ${sides} - 1. */
uint32_t fixture_roll(struct fixture_dice *dice, uint32_t sides);

/* A drawn event about ${f}'s subject, not applied; sometimes a version of one of ${earlier}. */
struct event *fixture_draw(struct fixture_case *f, struct fixture_dice *dice,
                           struct event *const *earlier, size_t earlier_count);

#endif
