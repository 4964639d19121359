#ifndef STAGING_COURSE_H
#define STAGING_COURSE_H

/*
 * Course: one line of therapy and what was found at each of its time points, by measurement, by
 * radiology and by boards; internal to staging/.
 */
#include "staging/recist.h"

#define TIME_POINTS_MAX 128 /* of one line, in order */

/* One line of therapy: from its START to the day of the next one's. */
struct line {
    const struct therapy_start *start;
    uint32_t number;
    bool follows;      /* another line came before it */
    int32_t floor_day; /* of its episode: scans before are another's; DAY_NONE in the first */
    int32_t last_day;  /* the next START's day belongs to this line too; INT32_MAX: open */
    const struct event *next_start; /* of the next line; NULL: none so far */
};

/* What is said at one point of a line: by measurement, by radiology, by a board. */
struct assessment {
    struct time_point tp;    /* without scans: a board's word without imaging */
    enum response radiology; /* as stated, UNSPECIFIED: nothing */
    const struct event *radiology_event;
    enum response board;
    const struct event *board_event;
    enum response category; /* what it adds up to; UNSPECIFIED: nothing, or a conflict */
    bool conflict;
    bool conflict_with_progression;
};

struct course {
    size_t count;
    struct assessment items[TIME_POINTS_MAX];
    struct baseline baseline;
};

bool course_is_response(enum response r); /* CR or PR */

/* Computed none, NE and Non-CR/non-PD commit to nothing: there the statement decides. */
bool course_commits(enum response computed);

/* Follow ${line} from its baseline through its time points. */
void course_follow(const struct evidence *v, const struct line *line, struct course *c);

/* Whether ${e}, which is one of systemic therapy, is a STOP that is not of adjuvant therapy. */
bool course_stops_for_progression(const struct event *e);

/*
 * The first progression of the line: by a time point (given in ${ret_shown}), else by a STOP for
 * progression; NULL without any.
 */
const struct event *course_progression(const struct evidence *v, const struct line *line,
                                       const struct course *c, const struct assessment **ret_shown);

/*
 * Walk over the lines of therapy: those that are over leave prior progression, the last one is the
 * current, given with its course.  False: no therapy counts; the two are not valid then.
 */
bool fold_lines(struct evidence *v, struct line *ret_line, struct course *ret_course);

/* What the course of the current line adds up to on the day of the chart: RESP, PDNOW, CT3. */
void fold_response(struct evidence *v, const struct line *line, const struct course *course);

#endif
