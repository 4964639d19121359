#ifndef BASE_UUID_H
#define BASE_UUID_H

/*
 * UUIDs (RFC 4122): parsed from and printed as text, and made from names (version 5).
 *
 * A name of several parts is written length-prefixed (4 bytes, big-endian, before each part), so
 * that ("ab", "c") and ("a", "bc") are two names.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_SIZE 37 /* 36 characters and the NUL */
#define UUID_PARTS_MAX 8
#define UUID_NAME_SIZE_MAX 4096 /* bytes of all parts and prefixes of one name */

struct uuid {
    uint8_t bytes[16];
};

struct uuid_part {
    const void *bytes;
    size_t size;
};

/* Parse the 36-character form, either case; false, ${ret} untouched, for anything else. */
bool uuid_parse(const char *text, size_t size, struct uuid *ret);

/* Print in lower case with a NUL. */
void uuid_format(const struct uuid *uuid, char ret_text[UUID_TEXT_SIZE]);

/* Version 5 of ${namespace} and the length-prefixed ${parts}; at most UUID_PARTS_MAX parts. */
struct uuid uuid_from_parts(const struct uuid *namespace, const struct uuid_part *parts,
                            size_t count);

/* A random UUID (version 4): for names that must be new, never for what a log should repeat. */
struct uuid uuid_random(void);

/* A part from a NUL-terminated text, and one from a number as 8 bytes big-endian in ${buffer}. */
struct uuid_part uuid_part_text(const char *text);
struct uuid_part uuid_part_number(uint64_t number, uint8_t buffer[8]);

/* memcmp order; the order of PostgreSQL's uuid type too. */
int uuid_compare(const struct uuid *a, const struct uuid *b);

/* The namespaces of the contract: constants for ever, since ids are made from them. */
extern const struct uuid uuid_namespace_subject;        /* authority, value, tumour id */
extern const struct uuid uuid_namespace_recommendation; /* subject UUID, sequence, rulebook hash */
extern const struct uuid uuid_namespace_dead_letter;    /* cluster id, topic, partition, offset */
extern const struct uuid uuid_namespace_review_due;     /* subject UUID, due_at */

#endif
