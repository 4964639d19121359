#ifndef WIRE_RECOMMENDATION_WIRE_H
#define WIRE_RECOMMENDATION_WIRE_H

/*
 * Recommendation wire: from a recommendation to its message.  The same recommendation gives the
 * same bytes.  A finding that does not apply carries code, strength and status only; after death
 * only what was withdrawn and the holds are told.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

struct recommendation;

/* Encode into ${arena}.  RETRY when it is full: that is nobody's fault but the batch's. */
enum status recommendation_encode(const struct recommendation *recommendation, struct arena *arena,
                                  struct bytes *ret, struct err *err)
    __attribute__((warn_unused_result));

/* The same, but findings that do not apply say why as well: for explanations, never for topics. */
enum status recommendation_encode_complete(const struct recommendation *recommendation,
                                           struct arena *arena, struct bytes *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
