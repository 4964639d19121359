#ifndef GUIDANCE_WARNINGS_H
#define GUIDANCE_WARNINGS_H

/*
 * Warnings: what a board should notice beside the findings: contradictions in the records, silence
 * of the guidance text, and how this packet came about.  One table, in the order of its codes.
 */
#include "guidance/rule.h"

struct judgement;

enum warning {
    WARNING_NOT_REGIONAL = 0,
    WARNING_PREMATURE_SURG,
    WARNING_OTHER_METS,
    WARNING_PRIOR_PD,
    WARNING_POOR_PS,
    WARNING_ECOG2,
    WARNING_NOT_PROXIMAL,
    WARNING_HISTO_UNCONFIRMED,
    WARNING_BOUNDARY_12,
    WARNING_DIST_DISCORDANT,
    WARNING_SITE_GT15,
    WARNING_STAGING_STALE,
    WARNING_TIMING_EARLY,
    WARNING_TIMING_PRESUMED,
    WARNING_CEA_UNIT,
    WARNING_MINOR_BLEED,
    WARNING_RESP_STALE,
    WARNING_RESP_NE,
    WARNING_RESP_CONFLICT,
    WARNING_RESPONSE_WANING,
    WARNING_NO_MEASURABLE,
    WARNING_SD_SILENT,
    WARNING_CR_SILENT,
    WARNING_SOURCE_SILENT_2L,
    WARNING_SOURCE_SILENT_POST,
    WARNING_BASELINE_OLD,
    WARNING_LARC_CRT,
    WARNING_EGFR_NOT_WT,
    WARNING_VERSION_CONFLICT,
    WARNING_RECORD_INCOMPLETE,
    WARNING_CORRECTED, /* packet warnings: not part of the judgement */
    WARNING_RETRACTED,
    WARNING_OUT_OF_ORDER,
    WARNING_SOURCE_TRUNCATED, /* a standing note: last */
    WARNING_COUNT,
};

struct warning_row {
    const char *code;
    const char *text;
    const char *statement; /* "S28", "" when it is about data only */
};
extern const struct warning_row warning_rows[WARNING_COUNT];

/* The set of warnings (bit 1 << enum warning) of ${judgement}, packet warnings apart. */
uint64_t warnings_of(const struct judgement *judgement);

/* What a warning rests on. */
struct basis warning_basis(const struct judgement *judgement, enum warning warning);

#endif
