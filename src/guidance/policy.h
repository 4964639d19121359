#ifndef GUIDANCE_POLICY_H
#define GUIDANCE_POLICY_H

/*
 * Policy: the numbers that the guidance text leaves to whoever applies it.  Every one has a name, a
 * unit and a reason, can be configured, and is printed with each recommendation.
 */
#include "base/err.h"
#include "staging/cutoffs.h"

#include <stddef.h>

struct policy {
    struct cutoffs cutoffs;
    char rulebook_hash[65]; /* of the rulebook with these numbers; set by rulebook_seal */
};

/* What is printed of one number. */
struct policy_value {
    const char *name; /* "high_above" */
    char value[16];   /* decimal */
    const char *unit; /* "cm" */
    const char *why;  /* a sentence */
};

/* The defaults. */
struct policy policy_default(void);

/* How many numbers there are, and the ${i}-th of them. */
size_t policy_count(void);
struct policy_value policy_value(const struct policy *policy, size_t i);

/* Set the number ${name} from a decimal text; REJECT for unknown names and values out of range. */
enum status policy_set(struct policy *policy, const char *name, const char *value, struct err *err)
    __attribute__((warn_unused_result));

#endif
