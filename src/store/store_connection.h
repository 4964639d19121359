#ifndef STORE_STORE_CONNECTION_H
#define STORE_STORE_CONNECTION_H

/* What a store is made of; shared by the files of store.h and by nobody else. */
#include "store/pg.h"
#include "store/pg_array.h"
#include "store/store.h"

struct store {
    struct pg *pg;
    struct store_settings settings;
    struct uuid database_id;
    bool in_transaction;
};

/* The partitions' topics and numbers as two array parameters. */
void store_add_partitions(struct pg_parameters *p, const struct store_partition *first,
                          size_t stride, size_t count, struct arena *arena);

/* Run one statement in a pipeline of its own (its own transaction); rows affected if wanted. */
enum status store_run_one(struct store *store, const char *name, const struct pg_parameters *p,
                          int64_t *ret_rows, struct err *err);

/* The same with rows wanted; ${ret} is to be cleared by the caller. */
enum status store_query_one(struct store *store, const char *name, const struct pg_parameters *p,
                            PGresult **ret, struct err *err);

/* After a failure in mid-pipeline: take in the rest, keep ${status}. */
enum status store_drain(struct store *store, enum status status);

#endif
