#ifndef STAGING_FOLD_H
#define STAGING_FOLD_H

/*
 * Fold: from the events that count to what is known.
 *
 * Pure and total: the same history, cut-offs and date give the same chart, whatever the order of
 * arrival.  Nothing is allocated and nothing can fail.  The cost is linear in the events.
 */
#include "staging/course.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What a history says whatever the day; of no interest but to fold_ages().  It points into itself:
 * it must stay at its address, and the history must stay as it is.
 */
struct record {
    struct evidence evidence;
    struct evidence_memory memory;
    bool treated; /* there is a current line of therapy */
    struct line line;
    struct course course;
    struct chart chart; /* what is known, but for all that ages */
};

/* Read ${history}, which is to be looked at on one day or on several. */
void fold_record(const struct history *history, const struct cutoffs *cutoffs,
                 struct record *ret_record);

/* Build in ${ret_chart} what fold() builds, from a history that was read. */
void fold_ages(struct record *record, int64_t as_of, struct chart *ret_chart);

/*
 * Build in ${ret_chart} everything that ${history} tells about one tumour as seen at the instant
 * ${as_of} (milliseconds since 1970, UTC).  Ages are days from the calendar date as written to the
 * UTC date of ${as_of}; an event dated later has age 0.  The chart points to events of the history
 * and into them; it is otherwise a value.
 */
void fold(const struct history *history, const struct cutoffs *cutoffs, int64_t as_of,
          struct chart *ret_chart);

#endif
