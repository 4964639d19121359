#ifndef JOURNEYS_DICE_H
#define JOURNEYS_DICE_H

/* Dice: pseudo-random numbers that are the same on every machine for the same seed. */
#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* Dice for journey ${number} of a run with ${seed}: any journey can be thrown again alone. */
struct dice dice_for(uint64_t seed, uint64_t number);

uint64_t dice_number(struct dice *dice);

/* 0 to ${sides} - 1. */
uint32_t dice_roll(struct dice *dice, uint32_t sides);

/* True in ${percent} of hundred throws. */
bool dice_luck(struct dice *dice, uint32_t percent);

/* ${low} to ${high}, both possible. */
int32_t dice_between(struct dice *dice, int32_t low, int32_t high);

#endif
