#ifndef TESTS_STORE_FIXTURE_BATCH_H
#define TESTS_STORE_FIXTURE_BATCH_H

/*
 * Batches for tests: one partition of topic "results" at a time, subjects and events by number.
 *
 * Subject (patient, tumour) has a UUID that starts with these two bytes, so that numbers are in
 * UUID order.  Failures of the store end the test.
 */
#include "store/store.h"

#define TEST_CLUSTER "cluster-1"
#define TEST_TOPIC "results"
#define TEST_RULEBOOK "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TEST_EVENTS_MAX 64

/* Open a store on ${conninfo} with the rulebook active and partitions 0 to 3 started at offset 0.
 */
struct store *open_started(const char *conninfo);
struct store *open_store(const char *conninfo, const char *application_name);

struct uuid uuid_of(uint8_t first, uint8_t second, uint8_t last);
struct store_subject_key key_of(uint8_t patient, uint8_t tumour);
struct store_position position_of(struct store *store, int32_t partition);

/* A batch that is filled by the calls below; what it points to lives in it. */
struct test_batch {
    struct store_advance advance;
    struct store_subject_key subjects[TEST_EVENTS_MAX];
    struct store_patient patients[4];
    struct store_event events[TEST_EVENTS_MAX];
    struct uuid dead_letter_ids[4];
    struct store_batch batch;
};
void batch_begin(struct test_batch *b, int32_t partition, int64_t from, int64_t to);
/* An event of subject (patient, tumour) with id ${event} at offset from + number of events. */
void batch_event(struct test_batch *b, uint8_t patient, uint8_t tumour, uint8_t event);
void batch_patient(struct test_batch *b, uint8_t patient);

struct store_recommendation recommendation_of(uint8_t patient, uint8_t tumour, int64_t sequence,
                                              int32_t partition, int64_t offset);
struct store_dead_letter dead_letter_of(uint8_t number, uint8_t patient, int32_t partition,
                                        int64_t offset);
struct store_subject_update update_of(uint8_t patient, uint8_t tumour, int64_t sequence);

/* Claim, check that it is claimed, and commit one recommendation per subject of the claim. */
void batch_apply(struct store *store, struct test_batch *b);

#endif
