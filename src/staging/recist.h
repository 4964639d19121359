#ifndef STAGING_RECIST_H
#define STAGING_RECIST_H

/*
 * RECIST 1.1, computed from measurements; internal to staging/.
 *
 * A baseline belongs to a line of therapy: per lesion the latest listing within 28 days before its
 * START.  A time point is all imaging within 14 days of its first report; of one lesion the latest
 * listing counts.  Sums are exact, in thousandths of a millimetre; limits are inclusive.
 */
#include "staging/evidence.h"

#define RECIST_LESIONS_MAX 256 /* of one baseline; later ones in clinical order are left out */
#define RECIST_TARGETS_MAX 5
#define RECIST_TARGETS_PER_ORGAN_MAX 2
#define TIME_POINT_SCANS_MAX 32
#define RECIST_NODE_NORMAL_BELOW INT64_C(10000) /* thousandths of a millimetre, short axis */

struct baseline_lesion {
    const struct lesion *lesion;
    const struct event *scan;
    bool target;
    bool node;
};

struct baseline {
    size_t count;  /* of lesions */
    size_t listed; /* of those and, behind them, of what is listed and no lesion */
    struct baseline_lesion lesions[RECIST_LESIONS_MAX];
    size_t targets[RECIST_TARGETS_MAX]; /* indexes of lesions */
    size_t target_count;
    int64_t sum;
    int32_t day;                /* of the latest scan used; the START's when there is none */
    const struct event *latest; /* that scan */
    bool old;                   /* none within 28 days: the latest one before was used */
    bool regions[4];            /* imaged at baseline, indexed by enum region */
};

struct time_point {
    const struct event *scans[TIME_POINT_SCANS_MAX];
    size_t scan_count;
    const struct event *dated; /* its first CT, else its first report */
    int32_t day;
    bool lists_lesions;
    bool regions[4]; /* by CT and diagnostic PET-CT, indexed by enum region */
    bool has_ct;
    bool shows_abdomen;       /* CT, MRI or diagnostic PET-CT of the abdomen */
    enum response computed;   /* UNSPECIFIED: nothing to compute from */
    bool new_lesion_doubtful; /* a new lesion that is not definite */
};

/* What the time points of a line need to remember. */
struct recist_course {
    int64_t nadir;
    int64_t at_nadir[RECIST_TARGETS_MAX];
    bool had_complete_response; /* overall */
};

bool lesion_is_absent(const struct lesion *l);
bool lesion_is_node(const struct lesion *l);

/* A node below 10 mm is normal; what is too small to measure is 5 mm unless given. */
bool lesion_is_normal_node(const struct lesion *l);

/*
 * The baseline of the line that began on ${start_day}; scans on that day belong to it, those before
 * ${floor_day} to an earlier episode.
 */
void recist_baseline(const struct evidence *v, int32_t start_day, int32_t floor_day,
                     struct baseline *ret);

void recist_begin(const struct baseline *b, struct recist_course *ret);

/* Compute ${tp}'s response and new lesions; time points come in their order. */
void recist_time_point(const struct evidence *v, const struct baseline *b,
                       struct recist_course *course, struct time_point *tp);

/*
 * CT3.  Before therapy (${start} NULL) by age today; between START and first restaging as it was on
 * the day of the START; afterwards at ${restaging}, the time point in question.
 */
void fold_ct(struct evidence *v, const struct therapy_start *start,
             const struct time_point *restaging);

#endif
