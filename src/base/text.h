#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/*
 * Text: building into a fixed buffer, and checking bytes that come from outside.
 *
 * A text_builder writes into memory that its owner gives; it never overruns and always leaves a
 * NUL. What did not fit is cut at a character's border and `cut` is set.  It formats only what the
 * pure core needs, so that staging/, guidance/ and wire/ need no stdio.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_builder {
    char *text;  /* always NUL-terminated */
    size_t size; /* bytes of memory behind text, at least 1 */
    size_t used; /* bytes written, without the NUL */
    bool cut;    /* something did not fit */
};

/* An empty builder over ${size} bytes at ${memory}; size must be at least 1. */
struct text_builder text_builder_over(char *memory, size_t size);

/* Append a NUL-terminated text, ${size} bytes, a number, or thousandths as a decimal ("14.1"). */
void text_add(struct text_builder *b, const char *text);
void text_add_bytes(struct text_builder *b, const char *bytes, size_t size);
void text_add_number(struct text_builder *b, int64_t number);
void text_add_thousandths(struct text_builder *b, int64_t thousandths);

/* Whether ${size} bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
bool text_is_utf8(const char *bytes, size_t size);

/* Whether a control character (U+0000 to U+001F, U+007F) is among ${size} bytes. */
bool text_has_control(const char *bytes, size_t size);

/*
 * Parse a decimal of the contract: 1 to 9 digits, then perhaps a point and 1 to 3 digits; no sign,
 * no exponent, no spaces.  ${ret_thousandths} is exact.  False, output untouched, otherwise.
 */
bool text_parse_decimal(const char *text, size_t size, int64_t *ret_thousandths);

#endif
