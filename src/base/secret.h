#ifndef BASE_SECRET_H
#define BASE_SECRET_H

/* Secret: which settings must never be shown, and conninfos without their passwords. */
#include "base/text.h"

#include <stdbool.h>

#define SECRET_SHOWN "(redacted)"

/* Whether librdkafka's property ${name} holds a secret; unknown names that sound like one do. */
bool secret_is_property(const char *name);

/*
 * Add ${conninfo} with SECRET_SHOWN in place of its passwords: "key = value" pairs and URIs, as
 * libpq reads them.  What cannot be read as either is not shown at all.
 */
void secret_add_conninfo(struct text_builder *b, const char *conninfo);

#endif
