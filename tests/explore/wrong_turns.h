#ifndef EXPLORE_WRONG_TURNS_H
#define EXPLORE_WRONG_TURNS_H

/*
 * Wrong turns: what the fakes also offer, for the mutants of the delivery code alone
 * (mutants/NAME.patch).  The adapters to PostgreSQL and Kafka offer none of this.
 */
#include "kafka/source.h"
#include "store/store.h"

/* The histories are read before the subjects are locked. */
enum status store_claim_unlocked(struct store *store, const struct store_batch *batch,
                                 struct arena *arena, struct store_claimed *ret, struct err *err);

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
