#ifndef INTEGRATION_VERDICT_H
#define INTEGRATION_VERDICT_H

/*
 * Verdict: what the checker found, one line per violation, and the figures of the run.
 */
#include "evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICT_LINES_MAX 40 /* printed; all are counted */

/* What is wrong, as a word that scripts look for. */
enum violation {
    VIOLATION_POSITION = 0, /* Q <= K <= P does not hold, or not everything was read */
    VIOLATION_LOSS,         /* an input or an output is missing */
    VIOLATION_TWICE,        /* an input or an output is there more than once */
    VIOLATION_BYTES,        /* what is there differs from what should be */
    VIOLATION_SEQUENCE,     /* a subject's numbers have a gap, or come out of order */
    VIOLATION_STRANGER,     /* something is there that nothing caused */
    VIOLATION_FOLD,         /* the state is not what the stored events say */
    VIOLATION_KINDS,
};

struct verdict {
    size_t violations[VIOLATION_KINDS];
    size_t lines;
    /* figures */
    size_t applied;
    size_t duplicates;
    size_t buried;
    size_t silent; /* applied without a recommendation: an older version of a known report */
    size_t republished;
    size_t folded;
};

/* What a run may show without being wrong. */
struct expectation {
    bool drained;        /* everything in the input topics was to be read */
    bool republished_ok; /* an output may be there twice when it says restage-republished */
    bool order_ok;       /* two lanes may have seen one subject: no order among its outputs */
    const char *gone;    /* topic whose records cannot be asked for any more; NULL: none */
};

/* Count a violation and print its line, "LOSS restage.imaging[1]@23: ...", to standard error. */
void verdict_add(struct verdict *verdict, enum violation kind, const struct place *place,
                 const char *text);

size_t verdict_total(const struct verdict *verdict);
const char *violation_name(enum violation kind);

/* I1, I5: the positions of every input partition. */
void check_positions(const struct evidence *e, const struct expectation *x, struct verdict *v);

/* I2: every input below P was applied, is a duplicate or was buried, exactly once. */
void check_inputs(const struct evidence *e, const struct expectation *x, struct arena *arena,
                  struct verdict *v);

/* I3: every row is visible exactly once with the same bytes, and nothing else is. */
void check_outputs(const struct evidence *e, const struct expectation *x, struct arena *arena,
                   struct verdict *v);

/* I4: sequences 1..n per subject, in order within a partition. */
void check_sequences(const struct evidence *e, const struct expectation *x, struct verdict *v);

/* State and last recommendation are what the stored events say: the pure fold, done again. */
void check_fold(const struct evidence *e, struct verdict *v);

#endif
