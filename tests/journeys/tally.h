#ifndef JOURNEYS_TALLY_H
#define JOURNEYS_TALLY_H

/*
 * Tally: how often each thing was met.  A kind of event, phase, finding and status, warning or flag
 * that no journey met was not tested, so a zero is a failure unless it is listed as impossible.
 */
#include "guidance/recommendation.h"

enum met {
    MET_JOURNEYS = 0,
    MET_EVENTS,
    MET_RECOMMENDATIONS,
    MET_CORRECTIONS,
    MET_AMENDMENTS,
    MET_RETRACTIONS,
    MET_WRONG_PATIENTS,
    MET_CANCELLATIONS,
    MET_PRELIMINARY,
    MET_FINAL_WITHOUT_BODY,
    MET_REMOVED_WITHOUT_BODY,
    MET_LATE,
    MET_DUPLICATES,
    MET_OLDER,
    MET_ID_CONFLICTS,
    MET_TIES,
    MET_EQUAL_NUMBERS,
    MET_YEARS,
    MET_MONTHS,
    MET_OFFSETS,
    MET_BOUNDARIES,
    MET_FIRST_LINES,
    MET_SECOND_LINES,
    MET_THIRD_LINES,
    MET_SECOND_EPISODES,
    MET_REVIEWS,
    MET_DEATHS,
    MET_INITIAL,
    MET_CHANGED,
    MET_UNCHANGED,
    MET_WITHDRAWN,
    MET_SHUFFLED,
    MET_COUNT,
};

struct tally {
    uint64_t met[MET_COUNT];
    uint64_t bodies[BODY_KIND_COUNT];
    uint64_t phases[PHASE_COUNT];
    uint64_t evidence[PALN_CONFIRMED + 1];
    uint64_t responses[RESPONSE_STATE_NE_AFTER_STABLE + 1];
    uint64_t findings[RULE_COUNT][STATUS_UNDETERMINED + 1];
    uint64_t presentations[PRESENTATION_SUPPRESSED + 1];
    uint64_t overlays[OVERLAY_COUNT];
    uint64_t warnings[WARNING_COUNT];
    uint64_t flags[FLAG_COUNT];
    uint64_t missing[INPUT_COUNT];
    uint64_t whys[WHY_COUNT]; /* of what is missing */
    uint64_t sites_outside;   /* the reasons of PH-OOS */
    uint64_t histologies_outside;
    uint64_t absent[PALN_ABSENT_OTHER_NONREGIONAL + 1];
};

/* Count an arrival and what became of it; ${said} is of it when it was applied. */
void tally_event(struct tally *tally, const struct event *event, enum admission admission);
void tally_said(struct tally *tally, const struct recommendation *said);

/* What the whole journey showed: lines and episodes as the last chart has them. */
void tally_journey(struct tally *tally, const struct recommendation *last);

void tally_print(const struct tally *tally);

/* Print every possible thing that was never met; their number. */
size_t tally_print_unmet(const struct tally *tally);

#endif
