#ifndef WIRE_ERROR_CODE_H
#define WIRE_ERROR_CODE_H

/*
 * Why a record was refused: the closed list of the contract.  The names stand in dead letters, rows
 * and metrics and never change.
 */
#include <stddef.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_UNDECODABLE,      /* not protobuf, or cut off; in JSON: not JSON, or of another shape */
    ERROR_EMPTY,            /* a null or empty value */
    ERROR_UNKNOWN_FRAMING,  /* starts with 0x00 but is not the frame of a schema registry */
    ERROR_UNKNOWN_ENUM,     /* an enum value that this version does not know */
    ERROR_UNKNOWN_BODY,     /* a kind of body that this version does not know */
    ERROR_MISSING_IDENTITY, /* no patient */
    ERROR_BAD_IDENTITY,     /* too long, a control character, or "|" in the authority */
    ERROR_BAD_EVENT_ID,     /* absent, or not a UUID */
    ERROR_MISSING_FIELD,
    ERROR_BAD_DECIMAL,
    ERROR_BAD_TIME,
    ERROR_IMPOSSIBLE_VALUE,
    ERROR_FUTURE_DATE, /* more than 24 hours after the record's own timestamp */
    ERROR_TOO_MANY_ITEMS,
    ERROR_TEXT_TOO_LONG,
    ERROR_EVENT_TOO_LARGE,
    ERROR_EMBEDDED_NUL,
    ERROR_BAD_UTF8,
    ERROR_EVENT_ID_CONFLICT, /* the same event id with other content */
    ERROR_WORKER_CRASH,      /* the worker died on it again and again */
    ERROR_CODE_COUNT,
};

/* "undecodable"; "none" for ERROR_NONE. */
const char *error_code_name(enum error_code code);

/* The code of that name, ERROR_NONE for any other text. */
enum error_code error_code_from_name(const char *name);

#endif
