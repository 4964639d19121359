#ifndef STAGING_NODE_STATEMENTS_H
#define STAGING_NODE_STATEMENTS_H

/*
 * Para-aortic nodes: what was said of them, when, by whom, and what that adds up to.
 *
 * Statements are drawn from the events that count and put in the order of days; a board's word
 * comes last on its day, because it replaces what was there.
 */
#include "staging/evidence.h"

#define STATEMENTS_MAX 512 /* statements beyond are left out; no history comes near */

enum saying {
    SAYS_HISTOLOGY_POSITIVE,
    SAYS_METASTATIC,      /* final imaging */
    SAYS_SUSPICIOUS,      /* imaging, by word or by measurement */
    SAYS_NEGATIVE,        /* CT, MRI or diagnostic PET-CT that includes the abdomen */
    SAYS_BIOPSY_NEGATIVE, /* one specimen without tumour: may be a sampling error */
    SAYS_BASIN_NEGATIVE,  /* a dissection that examined the whole basin */
    SAYS_REFERRED,        /* metastatic or suspicious in a referral: never more than suspicious */
    SAYS_UNPLACED,        /* metastatic nodes, retroperitoneal or without station */
    SAYS_BOARD_METASTATIC,
    SAYS_BOARD_SUSPICIOUS,
    SAYS_BOARD_NEGATIVE,
};

struct statement {
    enum saying saying;
    int32_t day;
    const struct event *event;
    bool resection_specimen; /* histology from tissue that the operation took out */
};

struct statements {
    size_t count;
    struct statement items[STATEMENTS_MAX];
};

/* A board's word: it replaces what was said on or before its day. */
bool is_board_saying(enum saying saying);

/* Draw the statements of all that counts. */
void node_statements_draw(const struct evidence *v, struct statements *s);

/* Whether a specimen of the operation left tumour behind (R2). */
bool node_statements_left_tumour(const struct evidence *v, const struct event *operation);

/*
 * Whether ${e}, an operation or pathology, resects para-aortic nodes: a PALND, or a dissection with
 * a result of theirs.
 */
bool node_statements_resects(const struct event *e);

/* Why no histology settles the nodes; ${contradicts}: a specimen is part of a conflict. */
enum why node_statements_why_no_histology(const struct evidence *v, bool contradicts);

/* Why a patient whose para-aortic nodes are not involved is out of scope. */
enum paln_absent node_statements_why_absent(const struct evidence *v);

#endif
