#ifndef WIRE_RECOMMENDATION_PART_H
#define WIRE_RECOMMENDATION_PART_H

/*
 * Recommendation part: what the files that encode a recommendation share, and nobody else uses.
 *
 * Everything is taken from the arena; once it refused something, the writer's `full` says that
 * nothing that was written counts, and the functions go on without harm.
 */
#include "base/arena.h"
#include "guidance/recommendation.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/message_writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENCODER_EVENTS_MAX 64   /* events that are remembered; others are worded again */
#define ENCODER_CRITERIA_MAX 64 /* criteria likewise */

/* Numbers of the fields that hold parts. */
enum recommendation_field {
    FIELD_FINDINGS = 14,
    FIELD_WARNINGS,
    FIELD_SAFETY_FLAGS,
    FIELD_MISSING,
    FIELD_CONFLICTS,
    FIELD_WITHDRAWN,
    FIELD_HOLDS,
    FIELD_POLICY = 23,
};
#define FINDING_FIELD_BECAUSE 10
#define CRITERION_FIELD_INPUTS 3
#define WARNING_FIELD_INPUTS 4
#define SAFETY_FLAG_FIELD_INPUTS 5
#define CONFLICT_FIELD_INPUTS 2

/* What a criterion says for a rule: that it holds, that it does not, or that it does not yet. */
enum criterion_use { USE_WHEN = 0, USE_UNLESS, USE_UNTIL };

struct encoder {
    const struct recommendation *r;
    const struct judgement *j;
    struct view view;
    struct message_writer writer;
    bool complete; /* say of findings with status NOT why */
    /* Many statements rest on the same few events: each is put into words once. */
    size_t known_count;
    struct {
        const struct event *event;
        struct bytes fields;
    } known[ENCODER_EVENTS_MAX];
    /* Many rules share a criterion: each is asked, and put into words, once. */
    size_t asked_count;
    struct {
        const struct criterion *criterion;
        enum criterion_use use;
        struct bytes fields;
    } asked[ENCODER_CRITERIA_MAX];
};

/* ${count} zeroed items of ${size} bytes; NULL, and `full`, when the arena is full. */
void *part_take(struct encoder *e, size_t count, size_t size);

/* The text itself: protobuf-c writes texts but never changes them; its structs lack the const. */
char *part_text(const char *t);

/* Forms in the arena, "" when it is full; no instant is "". */
char *part_uuid(struct encoder *e, const struct uuid *uuid);
char *part_instant(struct encoder *e, int64_t instant);

Restage__V1__Answer part_answer(enum tri truth);

/* Whether the ${i}-th bit is set. */
static inline bool part_has(uint64_t bits, size_t i)
{
    return (bits >> i & 1) != 0;
}

/* The encoded ${fields} of a part, copied into the arena. */
struct bytes part_keep(struct encoder *e, struct bytes fields);

/* The events of ${basis} as parts in field ${number}. */
void part_inputs(struct encoder *e, uint32_t number, const struct basis *basis);

/* recommendation_finding.c: every code of the rulebook, and what is missing. */
void part_findings(struct encoder *e);
void part_missing(struct encoder *e);

#endif
