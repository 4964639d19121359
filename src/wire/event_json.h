#ifndef WIRE_EVENT_JSON_H
#define WIRE_EVENT_JSON_H

/*
 * Event JSON: one line of event JSON as the message that would travel, and what a command needs to
 * know about the line itself.
 *
 * The line is not validated here: its message goes through event_decode like every other.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "staging/codes.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_JSON_SIZE_MAX (1u << 20) /* bytes of one line; an event has at most 64 KiB */

struct event_json {
    struct bytes message;  /* encoded; `at` is NULL when the line was refused */
    const char *authority; /* of the patient as written, "" when not readable */
    const char *value;
    const char *tumour_id; /* as written, the default when left out */
    enum body_kind kind;   /* BODY_NONE when there is none, or when the line was refused */
    bool timed;            /* it says when */
    int64_t sent_at; /* issued_at, else effective_at; a day means its noon in UTC, a month or a
                        year that of its first day; 0 unless timed */
};

/*
 * Read ${size} bytes of JSON.  On REJECT ${ret} still says who and when, as far as the line is JSON
 * and says so, since a refused line holds its patient; ${ret_code} and ${err} are those of
 * json_read.
 */
enum status event_json_read(const char *json, size_t size, struct arena *arena,
                            struct event_json *ret, enum error_code *ret_code, struct err *err)
    __attribute__((warn_unused_result));

#endif
