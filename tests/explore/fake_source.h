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

/* ---- wrong turns, for mutants ---------------------------------------------------------------- */

/* The committed offsets without waiting for a pending commit. */
enum status source_committed_unstable(struct source *source,
                                      const struct source_partition *partitions, size_t count,
                                      int32_t timeout_ms, struct source_committed *ret,
                                      struct err *err);

/*
 * The group metadata of this moment.  That of a member that the group has lost is empty (generation
 * -1), and the broker takes offsets under it unchecked.
 */
const struct group_membership *source_membership_now(const struct source *source);

#endif
