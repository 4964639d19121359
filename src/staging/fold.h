#ifndef STAGING_FOLD_H
#define STAGING_FOLD_H

/*
 * Fold: from the events that count to what is known.
 *
 * Pure and total: the same history, cut-offs and date give the same chart, whatever the order of
 * arrival.  Nothing is allocated and nothing can fail.  The cost is linear in the events.
 */
#include <stdint.h>

struct chart;
struct cutoffs;
struct history;

/*
 * Build in ${ret_chart} everything that ${history} tells about one tumour as seen at the instant
 * ${as_of} (milliseconds since 1970, UTC).  Ages are days from the calendar date as written to the
 * UTC date of ${as_of}; an event dated later has age 0.  The chart points to events of the history
 * and into them; it is otherwise a value.
 */
void fold(const struct history *history, const struct cutoffs *cutoffs, int64_t as_of,
          struct chart *ret_chart);

#endif
