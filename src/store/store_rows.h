#ifndef STORE_STORE_ROWS_H
#define STORE_STORE_ROWS_H

/* Rows of results as the structs of store.h; shared by the files of the store, by nobody else. */
#include "store/pg.h"
#include "store/store.h"

/*
 * From columns written, subject_id ... tracestate, as "outputs_recommendations" asks for them.
 * FATAL when the stored bytes cannot be unpacked.
 */
enum status store_read_recommendation(const PGresult *result, int row, struct arena *arena,
                                      const struct store_recommendation **ret, struct err *err)
    __attribute__((warn_unused_result));

/* From columns written, dead_letter_id ... worker_version, as "outputs_dead_letters" does. */
struct store_dead_letter store_read_dead_letter(const PGresult *result, int row,
                                                struct arena *arena);

/* From columns next_offset ... decision_id, as "positions" does. */
struct store_position store_read_position(const PGresult *result, int row);

/* The subjects of a result whose first columns are id, authority, patient value and tumour id. */
struct store_subject_key *store_read_keys(const PGresult *result, struct arena *arena);

#endif
