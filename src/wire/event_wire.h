#ifndef WIRE_EVENT_WIRE_H
#define WIRE_EVENT_WIRE_H

/*
 * Event wire: from the bytes of a record to one validated clinical event.
 *
 * Whatever staging/ relies on is checked here and nowhere else.  A refusal names one of the
 * contract's codes and the exact field, its limit and the class of its value; never the patient and
 * never a value.  Everything that the event points to lives in the arena.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "staging/event.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stdint.h>

struct event_message {
    struct bytes bytes;      /* of the message, without frame: what is stored */
    uint32_t unknown_fields; /* kept in the bytes, not understood */
};

/*
 * Decode and validate ${value}, the value of a record of timestamp ${record_ms} (milliseconds;
 * dates more than 24 hours later are refused).  REJECT with ${ret_code}, else OK; what is refused
 * leaves nothing in the arena.
 */
enum status event_decode(struct bytes value, int64_t record_ms, struct arena *arena,
                         struct event *ret, struct event_message *ret_message,
                         enum error_code *ret_code, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Decode a message that event_decode has accepted before and that was stored since: nothing is
 * checked twice, and ${content_hash} is what event_decode found then.  FATAL when it does not
 * decode: the store did not keep what it was given.
 */
enum status event_decode_stored(struct bytes message, const uint8_t content_hash[SHA256_SIZE],
                                struct arena *arena, struct event *ret, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Whom a refused record is about: the patient of the message if it decodes so far, else of the key
 * "authority|value".  False when neither names a well-formed patient.
 */
bool event_patient(struct bytes key, struct bytes value, struct arena *arena,
                   const char **ret_authority, const char **ret_value);

/* The key of a patient's records, "authority|value", in ${arena}; NULL when it is full. */
char *event_key(const char *authority, const char *value, struct arena *arena, size_t *ret_size);

/* "imaging": the kind of body as the contract names its field; "none" without a body. */
const char *body_kind_name(enum body_kind kind);

/* "final": the status in lower case, without prefix. */
const char *report_status_name(enum report_status status);

#endif
