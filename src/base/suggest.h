#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/* Suggest: "did you mean ...?" for a mistyped name. */
#include <stddef.h>

#define SUGGEST_WORD_SIZE_MAX 64 /* longer words get no suggestion */

/*
 * The one of ${count} ${words} that is nearest to ${word}, by insertions, deletions, replacements
 * and swaps of neighbours; NULL when none is near enough to be meant (at most a third of its
 * characters, at least one).
 */
const char *suggest(const char *word, const char *const *words, size_t count);

#endif
