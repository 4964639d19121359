#ifndef TESTS_STAGING_FIXTURE_BLANK_H
#define TESTS_STAGING_FIXTURE_BLANK_H

/* Blank: events of which nothing is said yet, as whatever decodes them would leave them. */
#include "staging/event.h"

/* Make ${e} an event of ${kind}: its texts are "" (they are never NULL), all else is unknown. */
void blank_event(struct event *e, enum body_kind kind);

/* The event id ${number}; the content's hash follows from it, so no two have equal content. */
void blank_number(struct event *e, uint32_t number);

#endif
