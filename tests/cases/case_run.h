#ifndef CASE_RUN_H
#define CASE_RUN_H

/*
 * Case run: a case's events as lines, in the order that is asked for, judged as `evaluate` would.
 */
#include "case_file.h"

/* How the events arrive. */
enum arrival_order {
    ARRIVAL_AS_WRITTEN = 0,
    ARRIVAL_SHUFFLED,  /* by a seed; then the record is judged once more */
    ARRIVAL_DOUBLED,   /* every line twice; then the same */
    ARRIVAL_CORRECTED, /* every report with another content first, then as written; then the same */
};

/*
 * The last recommendation about the case's subject as JSON; the caller frees it.  As written, the
 * last event is judged at the case's time, and the packet is that event's.
 */
json_t *case_run(const struct cases *cases, const struct clinical_case *c, enum arrival_order order,
                 unsigned seed);

/* The event id of the ${i}-th event of a case, those of its base counted. */
#define CASE_ID_SIZE 37
void case_event_id(size_t i, unsigned version, char ret_id[CASE_ID_SIZE]);

/* How many events the case has, those of its base counted. */
size_t case_event_count(const struct clinical_case *c);

#endif
