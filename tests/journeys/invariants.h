#ifndef JOURNEYS_INVARIANTS_H
#define JOURNEYS_INVARIANTS_H

/*
 * What must hold after every event, whatever was reported: the exclusions of the guidance, reasons
 * for everything unknown, dates of review, and the row of recommendations.
 */
#include "guidance/recommendation.h"

#include <stddef.h>

#define TRAIL_EVENTS_MAX 512

/* What the checks remember of the subject's last recommendation. */
struct trail {
    int64_t sequence;
    int64_t as_of;
    struct uuid recommendation_id;
    struct digest digest;
    uint64_t applied; /* bits of findings */
};

/* NULL when everything holds, else what does not, in words. */
const char *invariant_broken(const struct recommendation *said, struct trail *trail);

/* Whether judging ${said}'s subject at ${as_of} instead says the same. */
bool judgement_is_same_at(const struct recommendation *said, int64_t as_of);

/*
 * The same events in another order, each twice, with one taken out and admitted again, must lead to
 * the digest of ${said}; without a date of review time must change nothing.  ${events} are those
 * that ${said}'s subject has stored; ${scratch} is overwritten.  NULL or words, as above.
 */
struct arena;
struct dice;
const char *invariant_order_broken(const struct recommendation *said, const struct event **events,
                                   size_t count, struct dice *dice, struct arena *scratch);

#endif
