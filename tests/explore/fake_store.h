#ifndef EXPLORE_FAKE_STORE_H
#define EXPLORE_FAKE_STORE_H

/* What the two files of the fake store share. */
#include "runner.h"
#include "store/store.h"
#include "world.h"

struct store {
    struct runner *runner;
    struct uuid run_id;
};

/* Stand before ${call}; false with the answer in ${ret} when it fails before it did anything. */
bool fake_store_begins(struct store *store, enum call call, enum status *ret, struct err *err);

/* The connection is gone, and with it the answer. */
enum status fake_store_lost(struct store *store, enum call call, struct err *err);

/* The place of a partition in the world. */
int fake_store_place(const struct store_partition *partition);

#endif
