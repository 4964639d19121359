#ifndef EXPLORE_FAKE_SOURCE_H
#define EXPLORE_FAKE_SOURCE_H

#include "kafka/source.h"

/* Whether a poll of the lane would find something. */
bool fake_source_has_something(int lane);

struct group_membership {
    const struct source *source;
    bool now; /* taken at this moment, not in the assign callback */
};

/* What the broker says to offsets that are sent under a membership. */
enum membership_check { MEMBERSHIP_CURRENT, MEMBERSHIP_STALE, MEMBERSHIP_REPLACED };
enum membership_check fake_source_check(const struct group_membership *membership);

#endif
