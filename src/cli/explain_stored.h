#ifndef CLI_EXPLAIN_STORED_H
#define CLI_EXPLAIN_STORED_H

/* Explain stored: recommendations that were published, from PostgreSQL; a part of explain. */
#include "base/config.h"

#include <stdbool.h>

struct printer;

struct explain_stored {
    struct config_flags flags;
    const char *recommendation_id; /* as text; NULL: not asked for by id */
    bool subjects_from_input;      /* the last one of each subject on standard input */
};

/* Find what is asked for and print it; the exit code. */
int explain_stored(const struct explain_stored *asked, struct printer *printer);

#endif
