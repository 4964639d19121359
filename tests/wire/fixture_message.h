#ifndef TESTS_WIRE_FIXTURE_MESSAGE_H
#define TESTS_WIRE_FIXTURE_MESSAGE_H

/* Messages for the tests of wire/: golden files, and events written as JSON. */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "staging/event.h"
#include "wire/error_code.h"

#include <stdint.h>

#define FIXTURE_ARENA_SIZE (16u << 20)
#define FIXTURE_CANARY "CANARY-7f3a" /* the patient of every event here */

/* The kinds of body, each with a golden message, in the order of their numbers. */
extern const char *const fixture_kinds[];
#define FIXTURE_KIND_COUNT 16

/* 2026-06-01T00:00:00Z: the timestamp of every record here. */
int64_t fixture_record_ms(void);

/* tests/golden/messages/${name}.${ending} as text; the program ends when it is not there. */
struct bytes fixture_text(const char *name, const char *ending, struct arena *arena);

/* The bytes that tests/golden/messages/${name}.hex spells. */
struct bytes fixture_golden(const char *name, struct arena *arena);

/* The event ${json} as bytes; whatever the JSON reader refuses ends the program. */
struct bytes fixture_encode(const char *json, struct arena *arena);

/*
 * A whole event from ${body} ("\"death\":{}"): named, about FIXTURE_CANARY, final, of 2026-05-12.
 * ${envelope} (NULL: none) is put before the rest and replaces what it names itself.
 */
const char *fixture_event(const char *envelope, const char *body, struct arena *arena);

/* event_decode at fixture_record_ms; ERROR_NONE when it was accepted. */
enum error_code fixture_decode(struct bytes value, struct arena *arena, struct event *ret,
                               struct err *err);

#endif
