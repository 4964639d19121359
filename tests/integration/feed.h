#ifndef INTEGRATION_FEED_H
#define INTEGRATION_FEED_H

/*
 * Feed: a stream of clinical events as hospitals send them, drawn from a seed.
 *
 * The same settings give the same bytes.  Reports are repeated, corrected, retracted, come late or
 * in an older version after a newer one; some records cannot be accepted at all.
 */
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct feed_settings {
    uint64_t seed;
    uint32_t patients;
    uint32_t bad_per_thousand;
    int64_t first_ms;           /* timestamp of the first record */
    int64_t step_ms;            /* between two records */
    const char *patient_prefix; /* patient values start so: a canary, if the test wants one */
    bool fresh_only;            /* every record a new final report of a first tumour */
    bool in_turn;               /* patients come one after the other instead of by chance */
};

enum feed_topic { FEED_PATHOLOGY = 0, FEED_IMAGING, FEED_CLINICAL, FEED_TOPICS };

struct feed_record {
    enum feed_topic topic;
    int64_t timestamp_ms;
    struct bytes key;   /* at NULL: none */
    struct bytes value; /* at NULL: a null value */
};

struct feed_counts {
    uint32_t fresh, duplicates, corrections, retractions, older, framed;
    uint32_t bad; /* of whatever kind */
};

struct feed;

struct feed *feed_new(const struct feed_settings *settings); /* NULL without memory */
void feed_free(struct feed *feed);

/* Draw the next record; its bytes are good until the next call. */
void feed_next(struct feed *feed, struct feed_record *ret);

const struct feed_counts *feed_counts(const struct feed *feed);

#endif
