#ifndef STORE_SCHEMAS_H
#define STORE_SCHEMAS_H

/*
 * The numbered SQL scripts of schemas/, embedded at build time in the order of their numbers, so
 * that `restage migrate` needs nothing beside the binary.
 */
#include <stddef.h>

struct schema_script {
    int number;       /* from the file name: 001 is 1; also the schema version it leads to */
    const char *name; /* the file name without ".sql" */
    const char *text; /* UTF-8, NUL-terminated */
};

extern const struct schema_script schema_scripts[];
extern const size_t schema_script_count;

#endif
