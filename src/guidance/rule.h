#ifndef GUIDANCE_RULE_H
#define GUIDANCE_RULE_H

/*
 * Rule: one statement of the guidance text as a row that reads as a sentence.
 *
 * A row applies when all of `when` hold, none of `unless` holds, and not yet `until` is shown.
 * Unknown is unknown, but in `until`: there unknown counts as not yet shown (work-up that is
 * required, a hold until a gate opens).  Rows are independent, unordered and run no code of their
 * own; every one cites its statement and the text's own reference number.
 */
#include "guidance/phase.h"
#include "guidance/policy.h"
#include "staging/chart.h"

#include <stdbool.h>
#include <stdint.h>

/* What a criterion looks at. */
struct view {
    const struct chart *chart;
    const struct policy *policy;
    enum phase phase;
};

/* Truth of one criterion, the inputs that would settle it, and what it rests on. */
struct reading {
    enum tri truth;
    uint32_t missing; /* input_bit; empty unless the truth is unknown, and then possibly too */
    const struct basis *basis; /* of the chart; NULL: nothing */
};

struct criterion {
    const char *phrase; /* after "when": "the para-aortic nodes are involved" */
    struct reading (*holds)(const struct view *view);
};

enum strength {
    STRENGTH_REQUIRED = 1,
    STRENGTH_RECOMMEND,
    STRENGTH_CONSIDER,
    STRENGTH_AVOID,
    STRENGTH_INFORM,
};

/* Texts that hold values: filled in by guidance/wording. */
enum wording {
    WORDING_FIXED = 0, /* `say` as it stands */
    WORDING_STAGE,     /* T, N, M and group */
    WORDING_RESTAGING, /* the days on which imaging is due and overdue */
    WORDING_EARLY,     /* days since the disease was shown */
    WORDING_CENTRE,    /* refer, when the centre has no experience */
    WORDING_CEA,       /* provisional before therapy */
    WORDING_SURVIVAL,  /* R status unknown */
};

#define RULE_CRITERIA_MAX 8
#define RULE_CITATIONS_MAX 4

struct rule {
    const char *code;
    enum strength strength;
    const struct criterion *when[RULE_CRITERIA_MAX + 1];   /* ends with NULL */
    const struct criterion *unless[RULE_CRITERIA_MAX + 1]; /* ends with NULL */
    const struct criterion *until;                         /* NULL: none */
    const char *say;
    const char *caution;             /* NULL: none */
    const char *caution_provisional; /* WORDING_CEA: instead, for a value from before therapy */
    const char *statements[RULE_CITATIONS_MAX + 1];
    const char *references[RULE_CITATIONS_MAX + 1];
    enum wording wording;
    bool after_resection;    /* evaluated in PH-POST too */
    uint32_t always_missing; /* inputs listed also when the row applies */
};

/* The rows by name, in the order of the rulebook. */
enum rule_number {
    RULE_STAGE4 = 0,
    RULE_SYS_FIRST,
    RULE_PALLIATIVE,
    RULE_LTS,
    RULE_SYS_EARLY,
    RULE_DOUBLET,
    RULE_BEV,
    RULE_EGFR,
    RULE_GOAL,
    RULE_RESPONSE_ASSESS,
    RULE_SURG_CONSIDER,
    RULE_SURG_HOLD,
    RULE_TIMING_FAV,
    RULE_TIMING_UNFAV,
    RULE_COUNT_FAV,
    RULE_COUNT_UNFAV,
    RULE_CEA_FAV,
    RULE_CEA_UNFAV,
    RULE_TME,
    RULE_LAP_PALND,
    RULE_NO_PALND_COMP,
    RULE_NO_PREOP_RT,
    RULE_COLON_LIKE,
    RULE_WIDE_MESO,
    RULE_SEQ_SYMPT,
    RULE_SEQ_EXTENT,
    RULE_SEQ_FITNESS,
    RULE_CHEMO_BEFORE_SURG,
    RULE_NOT_REGIONAL,
    RULE_NO_LARC_CRT,
    RULE_SURG_AVOID,
    RULE_CT_CAP,
    RULE_PET,
    RULE_PROG_POOR,
    RULE_RESECT_BENEFIT,
    RULE_5Y,
    RULE_MDT,
};
#define RULE_COUNT (RULE_MDT + 1)
extern const struct rule rules[];

/* Truth of ${rule} in ${view}; ${ret_missing} collects the inputs of its unknown criteria. */
enum tri rule_holds(const struct rule *rule, const struct view *view, uint32_t *ret_missing);

/* "required", "recommend", ... */
const char *strength_name(enum strength strength);

#endif
