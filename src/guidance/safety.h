#ifndef GUIDANCE_SAFETY_H
#define GUIDANCE_SAFETY_H

/*
 * Safety flags: what current practice adds from outside the guidance text.  They never change a
 * status; some ask for a second look at a finding (REVIEW) or speak against it (SUPPRESSED).  What
 * is only recalled and was not checked against its source carries verified = no.
 */
#include "guidance/rule.h"

struct judgement;

enum flag {
    FLAG_MSI = 0,
    FLAG_MSI_UNK,
    FLAG_RAS,
    FLAG_RAS_UNK,
    FLAG_BRAF,
    FLAG_BRAF_UNK,
    FLAG_DUAL,
    FLAG_DPD,
    FLAG_DPD_UNK,
    FLAG_UGT,
    FLAG_HER2,
    FLAG_BEV_SURG,
    FLAG_BEV_CONTRA,
    FLAG_EMERG,
    FLAG_HISTO,
    FLAG_ICI_RESP,
    FLAG_RT,
    FLAG_WATCH,
    FLAG_SIDE, /* standing notes: last */
    FLAG_ASYMP,
    FLAG_MDT_PLUS,
};
#define FLAG_COUNT (FLAG_MDT_PLUS + 1)

struct flag_effect {
    const char *code; /* of the finding */
    bool suppresses;  /* else it asks for review */
};

#define FLAG_EFFECTS_MAX 5
struct flag_row {
    const char *code;
    const char *text;
    const char *source;
    bool verified;
    struct flag_effect effects[FLAG_EFFECTS_MAX + 1]; /* ends with code NULL */
};
extern const struct flag_row flag_rows[FLAG_COUNT];

/* The set of flags (bit 1 << enum flag) raised in ${judgement}, whose findings are judged. */
uint32_t flags_of(const struct judgement *judgement);

/* The effects of ${flag} here: those of its row, or fewer (a partial deficiency only asks). */
bool flag_suppresses(const struct judgement *judgement, enum flag flag,
                     const struct flag_effect *effect);

/* What a flag rests on. */
struct basis flag_basis(const struct judgement *judgement, enum flag flag);

#endif
