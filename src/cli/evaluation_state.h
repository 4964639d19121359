#ifndef CLI_EVALUATION_STATE_H
#define CLI_EVALUATION_STATE_H

/*
 * Evaluation state: the patients and subjects that lines were about, with their holds; what
 * PostgreSQL keeps for the worker.  A part of evaluation.
 */
#include "base/arena.h"
#include "guidance/recommendation.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evaluation_patient;

struct evaluation_subject {
    struct evaluation_subject *next; /* of the same patient, in the order of their first line */
    struct evaluation_patient *patient;
    struct subject_case subject_case;
    size_t number;           /* from 0, over all patients */
    size_t last_applied;     /* number of the line; 0: none yet, so nobody knows this subject */
    bool seen;               /* a line was about it, whatever became of that line */
    int64_t last_arrival_ms; /* of its last line */
};

struct evaluation_patient {
    struct evaluation_patient *next; /* of the same bucket */
    const char *authority;
    const char *value;
    struct evaluation_subject *subjects;
    struct hold *holds; /* open ones, oldest first */
    size_t hold_count;
    size_t hold_capacity;
};

struct evaluation_state {
    struct arena *arena; /* everything that lives as long as the state: events too */
    struct evaluation_patient **buckets;
    size_t bucket_count; /* a power of two */
    size_t patient_count;
    size_t subject_count;
    int64_t last_arrival_ms; /* of any line */
};

struct evaluation_state *evaluation_state_new(void); /* NULL without memory */
void evaluation_state_free(struct evaluation_state *state);

/* The subject, made when it is new; the texts are copied.  NULL without memory. */
struct evaluation_subject *evaluation_subject(struct evaluation_state *state, const char *authority,
                                              const char *value, const char *tumour_id);

/* The subject if a line was about it, else NULL. */
const struct evaluation_subject *evaluation_known(const struct evaluation_state *state,
                                                  const char *authority, const char *value,
                                                  const char *tumour_id);

/* Hold ${patient} for the refused line ${line}; false without memory. */
bool evaluation_hold(struct evaluation_state *state, struct evaluation_patient *patient,
                     size_t line, enum error_code code);

/* End the hold of that dead letter; nothing when there is none. */
void evaluation_release(struct evaluation_patient *patient, const char *dead_letter_id);
void evaluation_release_any(struct evaluation_state *state, const char *dead_letter_id);

/* Let the subject's next judgement see its patient's holds as they stand. */
void evaluation_show_holds(struct evaluation_subject *subject);

#endif
