#ifndef STAGING_EVENT_ORDER_H
#define STAGING_EVENT_ORDER_H

/* Orders of events: of the versions of a report, and of what was found when. */

#include "staging/event.h"

#include <stdbool.h>
#include <stdint.h>

/* RETRACTED, WRONG_PATIENT, CANCELLED. */
bool event_removes(const struct event *event);

/* Versions of one report: (report_version, issued_at, status).  Negative, zero, positive. */
int event_version_compare(const struct event *a, const struct event *b);

/* The total clinical order; zero only for events of the same id. */
int event_clinical_compare(const struct event *a, const struct event *b);

/* The earliest instant of effective_at, INT64_MIN when it is not stated. */
int64_t event_effective_at(const struct event *event);

/* At common precision: a time of a day is neither before nor after that day's date. */
bool event_is_known_later(const struct event *a, const struct event *b);

#endif
