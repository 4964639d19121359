#ifndef CASE_EXPECT_H
#define CASE_EXPECT_H

/*
 * Case expectations: what a case says against what came, in words.
 */
#include "case_file.h"

/* Words about everything that differs, joined by line ends. */
struct complaints {
    char text[16384];
    size_t size;
};

/* What ${c} expects and ${r}, the recommendation as written, does not say. */
void case_expect(const struct clinical_case *c, const json_t *r, struct complaints *ret);

/* Where the judgement ${r} differs from ${first}; packet warnings and withdrawals are none of it.
 */
void case_expect_same(const json_t *first, const json_t *r, const char *order,
                      struct complaints *ret);

/* What the expectations of all cases speak of. */
bool case_speaks_of(const struct clinical_case *c, const char *verb, const char *word);

#endif
