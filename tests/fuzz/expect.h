#ifndef TESTS_FUZZ_EXPECT_H
#define TESTS_FUZZ_EXPECT_H

/* Expect: what a fuzz target asks of every input beyond not crashing. */
#include "base/err.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* End the program, as a crash that the fuzzer keeps, unless ${holds}; ${what} reads "x does y". */
void expect(bool holds, const char *what);

/*
 * Expect a refusal of a clinical event to be one that may be logged: a code of the contract, a path
 * of its fields where the code speaks of a field, and a reason of the closed list in expect.c,
 * which holds no place for anything that was sent.
 */
void expect_refusal(enum status status, enum error_code code, const char *text);

/*
 * Whether ${text} reads as ${pattern}, in which '#' stands for a number and '@' for the characters
 * of a key or a field.
 */
bool text_reads_as(const char *text, const char *pattern);

/* What libFuzzer, or replay.c, calls for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
