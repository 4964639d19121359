#ifndef STAGING_FACT_H
#define STAGING_FACT_H

/*
 * Facts: three-valued truth, why something is unknown, and the events that it rests on.
 *
 * Zero-initialised is unknown.  The order of enum tri is its truth table: AND is the minimum, OR
 * the maximum, NOT the minus sign (Kleene).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;

enum tri {
    TRI_NO = -1,
    TRI_UNKNOWN = 0,
    TRI_YES = 1,
};

static inline enum tri tri_and(enum tri a, enum tri b)
{
    return a < b ? a : b;
}

static inline enum tri tri_or(enum tri a, enum tri b)
{
    return a > b ? a : b;
}

static inline enum tri tri_not(enum tri a)
{
    return (enum tri)(-(int)a);
}

static inline enum tri tri_from(bool yes)
{
    return yes ? TRI_YES : TRI_NO;
}

/* Why an input is unknown, in order of precedence: of two reasons the lower number is told. */
enum why {
    WHY_NONE = 0,       /* it is known, or nobody asked */
    WHY_CONFLICT,       /* sources disagree, or two versions of one report cannot be ordered */
    WHY_STALE,          /* too old for the question */
    WHY_WITHDRAWN,      /* the report was removed */
    WHY_PENDING,        /* ordered or preliminary */
    WHY_NOT_OBTAINABLE, /* failed or cancelled */
    WHY_NOT_STATED,     /* there is a report, but it does not say */
    WHY_NOT_ASSESSED,   /* nothing was reported */
};
#define WHY_COUNT 8

/* Of two reasons the one to tell; WHY_NONE gives way to any other. */
static inline enum why why_first(enum why a, enum why b)
{
    if (a == WHY_NONE)
        return b;
    if (b == WHY_NONE)
        return a;
    return a < b ? a : b;
}

/* The inputs that the guidance can miss, in the order of the specification's keys. */
enum input {
    INPUT_PRIMARY_SITE = 0,
    INPUT_HISTOLOGY,
    INPUT_PALN_STATUS,
    INPUT_PALN_HISTOLOGY,
    INPUT_PALN_COUNT,
    INPUT_PALN_TIMING,
    INPUT_DISTANCE_CM,
    INPUT_PERITONEAL_REFLECTION,
    INPUT_CT_CHEST,
    INPUT_CT_ABDOMEN,
    INPUT_CT_PELVIS,
    INPUT_CEA_PREOP,
    INPUT_KRAS,
    INPUT_NRAS,
    INPUT_BRAF,
    INPUT_MSI_MMR,
    INPUT_DPYD,
    INPUT_ECOG,
    INPUT_COMORBIDITY,
    INPUT_PRIMARY_SYMPTOMS,
    INPUT_RESPONSE_ASSESSMENT,
    INPUT_CENTRE_EXPERIENCE,
    INPUT_MDT_RECORD,
    INPUT_EXTENT,
    INPUT_R_STATUS,
};
#define INPUT_COUNT 25

/* The key of the contract, "paln_status". */
const char *input_name(enum input input);

/* A set of inputs: bit (1 << enum input). */
static inline uint32_t input_bit(enum input input)
{
    return UINT32_C(1) << input;
}

/*
 * Events that a fact rests on, the deciding one first, none twice.  When more are added than fit,
 * the later ones are left out: the first ones carry the fact.
 */
#define BASIS_EVENTS_MAX 6
struct basis {
    size_t count;
    const struct event *events[BASIS_EVENTS_MAX];
};

/* Add ${event} behind the others unless it is there, is NULL, or does not fit. */
void basis_add(struct basis *basis, const struct event *event);

/* A truth, why it is unknown (WHY_NONE unless it is), and what it rests on. */
struct fact {
    enum tri truth;
    enum why why;
    struct basis basis;
};

/* Calendar days that a date can mean; {DAY_NONE, DAY_NONE} is "no date". */
struct days {
    int32_t first;
    int32_t last;
};

#endif
