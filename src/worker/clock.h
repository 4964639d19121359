#ifndef WORKER_CLOCK_H
#define WORKER_CLOCK_H

/*
 * The clocks.  Only worker/ and cli/ read them: what is judged depends on the record's timestamp,
 * never on the time of day here.
 */
#include <stdint.h>

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now_ms(void);

/* Microseconds since some fixed moment; never goes back. */
int64_t clock_monotonic_us(void);

void clock_sleep_ms(int32_t ms);

#endif
