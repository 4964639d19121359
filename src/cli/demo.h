#ifndef CLI_DEMO_H
#define CLI_DEMO_H

/* The parts of `restage demo`: the journey that comes with it, and the timeline that it prints. */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct demo_line {
    const char *json;
    bool replay; /* it is refused at first: replay it before the next line */
};
extern const struct demo_line demo_journey[];
extern const size_t demo_journey_count;

struct timeline;

/* A timeline on standard output; colours only on a terminal, and not with NO_COLOR. */
struct timeline *timeline_new(void);
void timeline_free(struct timeline *timeline);

/* What arrived: the event behind ${message}, or only that it was refused. */
void timeline_arrival(struct timeline *timeline, int64_t at, struct bytes message,
                      const char *remark, struct arena *arena);

/* What the guidance then said: phase, what newly applies, what no longer does, what is missing. */
void timeline_recommendation(struct timeline *timeline, struct bytes recommendation,
                             struct arena *arena);

/* A record that could not be accepted. */
void timeline_refused(struct timeline *timeline, const char *code, const char *message);

/* Nothing new was said. */
void timeline_silence(struct timeline *timeline, const char *why);

#endif
