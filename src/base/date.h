#ifndef BASE_DATE_H
#define BASE_DATE_H

/*
 * Dates and instants as text and numbers; there is no now() here.
 *
 * A *day* is a calendar day, counted from 1970-01-01 (proleptic Gregorian calendar).  An *instant*
 * is a number of milliseconds since 1970-01-01T00:00:00Z.  A *clinical time* is what a report says:
 * a year, a month, a day, or a day with time and offset (FHIR dateTime); it keeps its precision and
 * covers a range of days and of instants.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAY_MS INT64_C(86400000)
#define INSTANT_TEXT_SIZE 25 /* "2026-05-12T06:15:00.000Z" and the NUL */
#define DAY_TEXT_SIZE 11     /* "2026-05-12" and the NUL */
#define DAY_NONE INT32_MIN   /* no day */
#define INSTANT_NONE INT64_MIN

enum precision {
    PRECISION_NONE = 0, /* no time stated */
    PRECISION_YEAR,
    PRECISION_MONTH,
    PRECISION_DAY,
    PRECISION_TIME,
};

struct clinical_time {
    enum precision precision;
    int32_t first_day; /* first calendar day that it can mean, in the text's own offset */
    int32_t last_day;  /* last such day; equal to first_day from PRECISION_DAY on */
    int64_t earliest;  /* first instant, in UTC; without an offset the text's day is a UTC day */
    int64_t latest;    /* last instant (inclusive); equal to earliest at PRECISION_TIME */
};

/* Year, month (1-12), day of month (1-31) to a day; the arguments must form a date. */
int32_t day_from_civil(int32_t year, int32_t month, int32_t day);

/* The reverse; each output may not be NULL. */
void day_to_civil(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day);

/* The UTC day that ${instant} lies on. */
int32_t instant_day(int64_t instant);

/* "2026-05-12" with a NUL; years 0 to 9999. */
void day_format(int32_t day, char ret_text[DAY_TEXT_SIZE]);

/* "2026-05-12T06:15:00.000Z" with a NUL; years 0 to 9999. */
void instant_format(int64_t instant, char ret_text[INSTANT_TEXT_SIZE]);

/*
 * Parse a clinical time: "2026", "2026-05", "2026-05-12" or "2026-05-12T08:15[:00[.123]]" followed
 * by "Z" or "+02:00".  With a time an offset is required, seconds may be left out, fractions beyond
 * the millisecond are cut.  False, ${ret} untouched, for anything else, for dates that do not exist
 * (2026-02-30) and for 24:00 or a second of 60.
 */
bool clinical_time_parse(const char *text, size_t size, struct clinical_time *ret);

/* Parse an RFC 3339 instant (a clinical time of PRECISION_TIME); false for anything else. */
bool instant_parse(const char *text, size_t size, int64_t *ret_instant);

#endif
