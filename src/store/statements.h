#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

/* Every SQL statement of a lane: constant texts, prepared once per connection. */
#include "store/pg.h"

extern const struct pg_statement store_statements[];
extern const size_t store_statement_count;

#endif
