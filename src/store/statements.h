#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

/* Every SQL statement: constant texts, prepared once per connection. */
#include "store/pg.h"

/* What can be asked of any database. */
extern const struct pg_statement store_server_statement;

/* What can be asked of any version of the schema. */
extern const struct pg_statement store_check_statements[];
extern const size_t store_check_statement_count;

/* Those of a lane. */
extern const struct pg_statement store_statements[];
extern const size_t store_statement_count;

/* The SET commands of a lane's session; ends with NULL. */
extern const char *const store_lane_session[];

/* Those of the command line. */
extern const struct pg_statement store_admin_statements[];
extern const size_t store_admin_statement_count;

#endif
