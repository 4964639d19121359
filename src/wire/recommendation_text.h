#ifndef WIRE_RECOMMENDATION_TEXT_H
#define WIRE_RECOMMENDATION_TEXT_H

/*
 * Recommendation text: an encoded recommendation for people and for programs that read JSON.
 *
 * The readable text says what applies, what cannot be said and what is missing, what does not
 * apply, each with its conditions, the results that they rest on, and the citation.  It works from
 * the message alone, so that it explains what was published.
 */
#include "base/arena.h"
#include "base/bytes.h"

#include <stddef.h>

/* One line of JSON in ${arena}; NULL when the bytes are no recommendation, or without memory. */
char *recommendation_json(struct bytes recommendation, struct arena *arena, size_t *ret_size);

/* The readable text in ${arena}, with line ends; NULL as above. */
char *recommendation_text(struct bytes recommendation, struct arena *arena);

#endif
