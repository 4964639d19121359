#ifndef STAGING_NODE_EVIDENCE_H
#define STAGING_NODE_EVIDENCE_H

/*
 * What the statements about the para-aortic nodes in a stretch of days add up to: confirmed,
 * positive by imaging, suspicious, in conflict, negative, or nothing; internal to staging/.
 */
#include "staging/node_statements.h"

/* What a stretch of days adds up to. */
struct judged {
    enum paln_evidence evidence;
    bool station_unknown;
    struct basis basis;
    struct basis against;
    bool proven;
    struct basis proof;
    int32_t since; /* first day of a doubt; DAY_NONE without one */
};

/*
 * Days after ${floor} up to and with ${ceiling}; of a board's word that replaced what was before.
 */
struct stretch {
    const struct evidence *v;
    const struct statements *s;
    int32_t floor;
    int32_t ceiling;
    const struct statement *board; /* the latest one with effect, NULL: none */
    int32_t cleared_day; /* of the last board that said negative: no sign up to it counts */
};

/* METASTATIC by imaging or by a board. */
bool node_evidence_is_positive(enum saying saying);

/* Speaks for disease, and be it as suspicious. */
bool node_evidence_is_sign(enum saying saying);

/* Confirmed, or positive by imaging. */
bool node_evidence_is_involved(const struct judged *judged);

/* What the statements of the stretch add up to, strongest first. */
struct judged node_evidence_judge(const struct stretch *stretch);

/*
 * First shown: the earliest statement of the stretch that speaks for disease, also one that a board
 * has replaced since, but none on or before a board's "negative".  On one day what an operation
 * took out comes last.  NULL: none.
 */
const struct statement *node_evidence_first_sign(const struct stretch *stretch);

#endif
