#ifndef WIRE_RECOMMENDATION_PART_H
#define WIRE_RECOMMENDATION_PART_H

/*
 * Recommendation part: what the files that encode a recommendation share, and nobody else uses.
 *
 * Everything is taken from the arena; once it refused something, `full` says that nothing that was
 * written counts, and the functions go on without harm.
 */
#include "base/arena.h"
#include "guidance/recommendation.h"
#include "restage/v1/recommendation.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENCODER_EVENTS_MAX 64 /* events that are remembered; others are worded again */

struct encoder {
    const struct recommendation *r;
    const struct judgement *j;
    struct view view;
    struct arena *arena;
    bool full;
    bool complete; /* say of findings with status NOT why */
    /* Many statements rest on the same few events: each is put into words once. */
    size_t known_count;
    struct {
        const struct event *event;
        Restage__V1__Input *input;
    } known[ENCODER_EVENTS_MAX];
};

/* ${count} zeroed items of ${size} bytes; NULL, and `full`, when the arena is full. */
void *part_take(struct encoder *e, size_t count, size_t size);

/* The text itself: protobuf-c writes texts but never changes them; its structs lack the const. */
char *part_text(const char *t);

/* Copies and forms in the arena, "" when it is full; no instant is "". */
char *part_copy(struct encoder *e, const char *t);
char *part_uuid(struct encoder *e, const struct uuid *uuid);
char *part_instant(struct encoder *e, int64_t instant);

Restage__V1__Answer part_answer(enum tri truth);

/* How many bits are set, and whether the ${i}-th is. */
size_t part_count(uint64_t bits);
bool part_has(uint64_t bits, size_t i);

/* The events of ${basis} as a list. */
void part_inputs(struct encoder *e, const struct basis *basis, size_t *ret_count,
                 Restage__V1__Input ***ret);

/* recommendation_finding.c: every code of the rulebook, and what is missing. */
void part_findings(struct encoder *e, Restage__V1__Recommendation *m);
void part_missing(struct encoder *e, Restage__V1__Recommendation *m);

#endif
