#ifndef WORKER_BATCH_SIZE_H
#define WORKER_BATCH_SIZE_H

/*
 * Batch size: how many records the next batch may have.
 *
 * A batch needs memory for the whole histories of its subjects, which nobody knows before they are
 * read.  So a lane begins small, goes on with at most twice of what fitted, and with no more than
 * fits by the measure of the last batch.
 */
#include <stddef.h>

#define BATCH_MEMORY_AIM ((size_t)64 << 20)  /* bytes that a batch is to need at most */
#define BATCH_MEMORY_MAX ((size_t)512 << 20) /* and those that it gets */

struct batch_size {
    size_t records; /* of the next batch, at least 1 */
    size_t records_max;
};

struct batch_size batch_size_begin(size_t records_max);

/* A batch of ${count} records needed ${used} bytes. */
void batch_size_fitted(struct batch_size *size, size_t count, size_t used);

/* A batch of ${count} records did not fit into BATCH_MEMORY_MAX. */
void batch_size_burst(struct batch_size *size, size_t count);

#endif
