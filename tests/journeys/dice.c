#include "dice.h"

/* splitmix64: small, fast, and good enough to plan a journey. */
uint64_t dice_number(struct dice *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct dice dice_for(uint64_t seed, uint64_t number)
{
    struct dice d = {.state = seed};

    d.state = dice_number(&d) ^ number * UINT64_C(0xd1342543de82ef95);
    return d;
}

uint32_t dice_roll(struct dice *d, uint32_t sides)
{
    return (uint32_t)(dice_number(d) >> 32) % sides;
}

bool dice_luck(struct dice *d, uint32_t percent)
{
    return dice_roll(d, 100) < percent;
}

int32_t dice_between(struct dice *d, int32_t low, int32_t high)
{
    return low + (int32_t)dice_roll(d, (uint32_t)(high - low) + 1);
}
