#ifndef EXPLORE_LIBRARY_H
#define EXPLORE_LIBRARY_H

/*
 * Library: what the database keeps, by its hash.  Nothing is ever taken out: runs repeat each
 * other's contents, so it stays small, and the world can be numbers alone.
 */
#include "store/store.h"

int64_t library_hash(const void *bytes, size_t size, int64_t seed);
int64_t library_uuid(const struct uuid *uuid); /* hash of its text */

int64_t library_add_subject(const struct store_subject *subject);
const struct store_subject *library_subject(int64_t key);

int64_t library_add_event(const struct store_event *event);
const struct store_history_event *library_event(int64_t key);

int64_t library_add_output(const struct store_output *output);
const struct store_output *library_output(int64_t key);

int64_t library_add_digest(const uint8_t digest[SHA256_SIZE]);
const uint8_t *library_digest(int64_t key);

void library_free(void);

#endif
