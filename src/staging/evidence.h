#ifndef STAGING_EVIDENCE_H
#define STAGING_EVIDENCE_H

/*
 * Evidence: what the parts of the fold work on and share; internal to staging/.
 *
 * The events that count stand in clinical order.  A "day" of an event is the first calendar day
 * that its effective_at can mean; where the width of a partial date matters, both ends are used.
 */
#include "staging/chart.h"
#include "staging/cutoffs.h"
#include "staging/history.h"

#define STARTS_MAX 64   /* the earliest of a history; more lines of therapy do not occur */
#define EPISODES_MAX 32 /* later ones are no longer looked at for therapy before them */

/* A START of systemic therapy, or the first CYCLE of a line that has none. */
struct therapy_start {
    const struct event *event;
    int32_t day;
    int32_t last_day; /* that its date can mean: what lies in a partial date is not after it */
    uint32_t line;    /* 0 when not stated */
    uint32_t number;  /* of the line, the current one (1 if none) when not stated */
    enum therapy_intent intent;
};

/* Some of the events that count, in clinical order. */
struct events {
    const struct event **items;
    size_t count;
};

/* Where the lists of the evidence are kept; each holds all of the history at most. */
struct evidence_memory {
    const struct history_entry *marked[HISTORY_EVENTS_MAX];
    const struct event *counted[HISTORY_EVENTS_MAX];
    const struct event *by_kind[HISTORY_EVENTS_MAX];
    const struct event *reports[HISTORY_EVENTS_MAX];
    struct therapy_start starts[STARTS_MAX];
};

struct evidence {
    const struct history *history;
    const struct cutoffs *cutoffs;
    struct chart *chart;
    const struct history_entry **marked; /* what does not count, removes, or corrects */
    size_t marked_count;
    struct events counted;
    struct events of[BODY_KIND_COUNT]; /* of one kind of body */
    struct events reports;             /* of pathology, imaging, boards and referrals */
    struct therapy_start *starts; /* in clinical order, adjuvant ones too; STARTS_MAX at most */
    size_t start_count;
    int32_t
        floor_day; /* of the current episode: earlier therapy, scans and boards are another's;
                      DAY_NONE in the first, INT32_MAX while none follows the ones that are over */
    int32_t shown[EPISODES_MAX]; /* the days on which the disease of each episode was first shown */
    size_t shown_count;
    bool episode_follows;             /* an episode was ended before this one */
    enum why absent[BODY_KIND_COUNT]; /* per kind of body: why nothing that counts answers */
};

/* ---- Dates ---- */

/* First and last calendar day; DAY_NONE without a date. */
static inline int32_t event_day(const struct event *e)
{
    return e->effective_at.time.precision == PRECISION_NONE ? DAY_NONE
                                                            : e->effective_at.time.first_day;
}

static inline int32_t event_last_day(const struct event *e)
{
    return e->effective_at.time.precision == PRECISION_NONE ? DAY_NONE
                                                            : e->effective_at.time.last_day;
}

static inline struct days event_days(const struct event *e)
{
    return (struct days){event_day(e), event_last_day(e)};
}

/* Whether the dates are equal at common precision. */
bool event_may_coincide(const struct event *a, const struct event *b);

/*
 * Whether ${days} are at most ${limit} days before the evaluation; UNKNOWN when a partial date
 * leaves it open.  The day on which the answer changes is noted in the chart.
 */
enum tri evidence_is_fresh(struct evidence *v, struct days days, int32_t limit);

/* Time alone changes something on ${day}, if it lies ahead. */
void evidence_note_change(struct evidence *v, int64_t day);

/* ---- Selecting ---- */

/* Look over the history once: what counts, what is marked, and why answers are absent. */
void evidence_collect(struct evidence *v, struct evidence_memory *memory);

/* Add ${e} to those that count; they come in clinical order. */
static inline void evidence_count(struct evidence *v, const struct event *e)
{
    v->counted.items[v->counted.count++] = e;
    v->of[e->kind].count++;
}

/* Sort the events that count by their kind, which every part of the fold asks for. */
void evidence_sort(struct evidence *v, struct evidence_memory *memory);

/*
 * The next event of two lists read together in clinical order, NULL at the end of both; ${places}
 * begin with zero and are moved on.
 */
const struct event *evidence_next(const struct events *a, const struct events *b, size_t places[2]);

bool imaging_has_region(const struct imaging *i, enum region region);

/* CT, or PET-CT whose CT part was a diagnostic contrast CT. */
bool imaging_is_ct(const struct imaging *i);

/* CT, MRI or diagnostic PET-CT that includes the abdomen. */
bool imaging_shows_abdomen(const struct imaging *i);

bool event_has_procedure(const struct event *e, enum procedure procedure);

/* Whether ${e}, an operation or pathology, is a DONE resection of the primary or its specimen. */
bool event_resects_primary(const struct event *e);

/* Whether ${board} has the four disciplines of S37. */
bool board_is_full(const struct event *board);

bool station_is_regional(enum station station);
bool station_is_other_distant(enum station station); /* non-regional and not para-aortic */
bool organ_is_distant(enum organ organ);             /* neither rectum nor lymph nodes */
bool laboratory_unit_is_usable(const char *unit);    /* ng/mL or ug/L, which are equal */

/* A non-adjuvant START with first < its day <= last (or < last when ${strict}). */
const struct therapy_start *evidence_start_between(const struct evidence *v, int32_t after,
                                                   int32_t before);

/* What the standing of one version tells about an answer that is not there; NONE: nothing. */
enum why evidence_why_of(const struct history_entry *entry);

/*
 * Why an answer of reports of ${kind} is not there, by those that do not count: in conflict,
 * withdrawn, pending, not obtainable; NOT_ASSESSED without any, also when one that counts leaves
 * the answer out.
 */
enum why evidence_why_absent(const struct evidence *v, enum body_kind kind);

/* Tell ${why} for ${input}, unless a reason that goes before is told already. */
void evidence_missing(struct evidence *v, enum input input, enum why why);

/* Note a conflict about ${input} that rests on ${basis}. */
void evidence_conflict(struct evidence *v, enum input input, const struct basis *basis);

/* ---- The parts of fold_record(), in its order: what is so whatever the day ---- */

void fold_starts(struct evidence *v);
void fold_primary(struct evidence *v); /* INSITU, symptoms, height */
void fold_nodes(struct evidence *v);   /* PALN and its episodes */
void fold_scope(struct evidence *v);   /* SITE, ADENO, SCOPE */
void fold_therapy(struct evidence *v); /* TX, PRIORPD, the last bevacizumab */
void fold_line_drugs(struct evidence *v);
void fold_sites(struct evidence *v);   /* the other sites of EXTENT */
void fold_factors(struct evidence *v); /* timing, count */
void fold_molecular(struct evidence *v);
void fold_plans(struct evidence *v);  /* surgery, radiotherapy, centre */
void fold_boards(struct evidence *v); /* the board, W-NOT-REGIONAL */
void fold_stage(struct evidence *v);

/* ---- The parts of fold_ages(): what ages, on the day of the chart ---- */

void fold_fitness(struct evidence *v);
void fold_extent(struct evidence *v); /* with CT3, which the response has found */
void fold_cea(struct evidence *v);
void fold_recent_bevacizumab(struct evidence *v);
void fold_recent_operations(struct evidence *v);
void fold_pet(struct evidence *v);

#endif
