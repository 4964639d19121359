#ifndef STORE_STORE_CONNECTION_H
#define STORE_STORE_CONNECTION_H

/* What a store is made of; shared by the files of store.h and by nobody else. */
#include "store/pg.h"
#include "store/packing.h"
#include "store/pg_array.h"
#include "store/store.h"

struct store {
    struct pg *pg; /* NULL: not connected */
    char *conninfo;
    char *application_name;
    unsigned connect_timeout_s;
    bool admin; /* for the command line: other session, more statements */
    struct uuid database_id;
    bool in_transaction;
    size_t early_outputs;     /* of the batch in hand, written before its commit */
    size_t early_statements;  /* by so many statements, whose answers are not read */
    struct packing *packing;  /* of the recommendations' bytes */
    struct arena *parameters; /* of the statements of one call */
};

#define STORE_PARAMETERS_SIZE_MAX ((size_t)512 << 20)

/* The arena for the parameters of this call; those of the last one are gone. */
struct arena *store_parameters(struct store *store);

/* The partitions' topics and numbers as two array parameters. */
void store_add_partitions(struct pg_parameters *p, const struct store_partition *first,
                          size_t stride, size_t count, struct arena *arena);

/* Run one statement in a pipeline of its own (its own transaction); rows affected if wanted. */
enum status store_run_one(struct pg *pg, const char *name, const struct pg_parameters *p,
                          int64_t *ret_rows, struct err *err) __attribute__((warn_unused_result));

/* The same with rows wanted; ${ret} is to be cleared by the caller. */
enum status store_query_one(struct pg *pg, const char *name, const struct pg_parameters *p,
                            PGresult **ret, struct err *err) __attribute__((warn_unused_result));

/* After a failure in mid-pipeline: take in the rest, keep ${status}. */
enum status store_drain(struct pg *pg, enum status status);

#endif
