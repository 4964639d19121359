#include "guidance/warnings.h"

#include "guidance/judgement.h"

const struct warning_row warning_rows[WARNING_COUNT] = {
    [WARNING_NOT_REGIONAL] = {"W-NOT-REGIONAL",
                              "A record stages para-aortic disease as regional (N, or stage III), "
                              "or calls regional nodes para-aortic.",
                              "S28"},
    [WARNING_PREMATURE_SURG] = {"W-PREMATURE-SURG",
                                "Resection is planned or was done without a documented response to "
                                "systemic therapy.",
                                "S30"},
    [WARNING_OTHER_METS] = {"W-OTHER-METS",
                            "Another distant site is known or doubtful; the text discusses primary "
                            "and para-aortic nodes only.",
                            "S25"},
    [WARNING_PRIOR_PD] = {"W-PRIOR-PD",
                          "The disease progressed on an earlier line, or appeared during therapy.",
                          "S31"},
    [WARNING_POOR_PS] = {"W-POOR-PS",
                         "Performance status or a clinician speaks against intensive "
                         "treatment.",
                         "S26"},
    [WARNING_ECOG2] = {"W-ECOG2", "ECOG 2: the text names no limit.", "S26"},
    [WARNING_NOT_PROXIMAL] = {"W-NOT-PROXIMAL",
                              "The primary lies at or below 12 cm: what the text says of high "
                              "tumours does not cover it.",
                              "S21"},
    [WARNING_HISTO_UNCONFIRMED] = {"W-HISTO-UNCONFIRMED",
                                   "Para-aortic disease rests on imaging or a board, not on "
                                   "histology.",
                                   ""},
    [WARNING_BOUNDARY_12] = {"W-BOUNDARY-12", "The distance is exactly at the cut.", "S21"},
    [WARNING_DIST_DISCORDANT] = {"W-DIST-DISCORDANT",
                                 "Measurements of the height, or height and peritoneal reflection, "
                                 "contradict each other.",
                                 "S21"},
    [WARNING_SITE_GT15] = {"W-SITE-GT15", "Called rectum, but the distal edge lies above 15 cm.",
                           ""},
    [WARNING_STAGING_STALE] = {"W-STAGING-STALE", "The staging CT is too old.", "S32"},
    [WARNING_TIMING_EARLY] = {"W-TIMING-EARLY",
                              "Metachronous within six months: occult synchronous disease is "
                              "possible.",
                              "S14"},
    [WARNING_TIMING_PRESUMED] = {"W-TIMING-PRESUMED",
                                 "Presumed metachronous: no baseline imaging of the abdomen.",
                                 "S14"},
    [WARNING_CEA_UNIT] = {"W-CEA-UNIT", "The latest CEA has no usable unit.", "S16"},
    [WARNING_MINOR_BLEED] = {"W-MINOR-BLEED",
                             "Minor bleeding is recorded; it does not count as symptomatic.",
                             "S24"},
    [WARNING_RESP_STALE] = {"W-RESP-STALE", "The documented response is too old.", "S17"},
    [WARNING_RESP_NE] = {"W-RESP-NE", "The latest response assessment is not evaluable.", "S17"},
    [WARNING_RESP_CONFLICT] = {"W-RESP-CONFLICT",
                               "Computed and stated response, or radiology and board, differ.",
                               "S17"},
    [WARNING_RESPONSE_WANING] = {"W-RESPONSE-WANING",
                                 "An earlier response is no longer seen; no progression.", "S17"},
    [WARNING_NO_MEASURABLE] =
        {"W-NO-MEASURABLE", "No measurable disease: a response can only be stated, not measured.",
         "S17"},
    [WARNING_SD_SILENT] = {"W-SD-SILENT", "Stable disease: the text is silent on it.", "S17"},
    [WARNING_CR_SILENT] = {"W-CR-SILENT",
                           "Complete response: the text does not say whether to resect or observe.",
                           "S17"},
    [WARNING_SOURCE_SILENT_2L] = {"W-SOURCE-SILENT-2L",
                                  "Progression: the text has no rule for a second line.", "S31"},
    [WARNING_SOURCE_SILENT_POST] = {"W-SOURCE-SILENT-POST",
                                    "After resection: the text has no rule for adjuvant therapy or "
                                    "surveillance.",
                                    ""},
    [WARNING_BASELINE_OLD] = {"W-BASELINE-OLD", "The baseline of this line is older than 28 days.",
                              ""},
    [WARNING_LARC_CRT] =
        {"W-LARC-CRT",
         "Long-course chemoradiation is planned or proposed; it is not appropriate "
         "here.",
         "S29"},
    [WARNING_EGFR_NOT_WT] = {"W-EGFR-NOT-WT",
                             "An anti-EGFR antibody is given while KRAS is not known to be wild "
                             "type.",
                             "S11"},
    [WARNING_VERSION_CONFLICT] =
        {"W-VERSION-CONFLICT",
         "Two versions of one report cannot be ordered and differ: neither "
         "counts.",
         ""},
    [WARNING_RECORD_INCOMPLETE] = {"W-RECORD-INCOMPLETE",
                                   "At least one record of this patient could not be accepted; see "
                                   "the holds.",
                                   ""},
    [WARNING_CORRECTED] = {"W-CORRECTED", "This follows a corrected or amended report.", ""},
    [WARNING_RETRACTED] = {"W-RETRACTED", "This follows a retraction.", ""},
    [WARNING_OUT_OF_ORDER] = {"W-OUT-OF-ORDER",
                              "This event arrived after clinically later ones and changes what was "
                              "said.",
                              ""},
    [WARNING_SOURCE_TRUNCATED] = {"W-SOURCE-TRUNCATED",
                                  "The guidance text breaks off where it lists the board's "
                                  "questions; nothing was invented in their place.",
                                  "S38"},
};

static bool is_premature(const struct judgement *j)
{
    const struct chart *c = &j->chart;

    if (c->scope.truth != TRI_YES)
        return false;
    if (c->surgery.premature.count > 0)
        return true;
    return c->surgery.open_plans.count > 0 && c->response.fact.truth != TRI_YES &&
           c->primary.emergency.truth != TRI_YES;
}

/* The state of the response that each of its warnings is about. */
static enum response_state state_behind(enum warning w)
{
    return w == WARNING_RESP_CONFLICT     ? RESPONSE_STATE_CONFLICT
           : w == WARNING_RESPONSE_WANING ? RESPONSE_STATE_WANING
           : w == WARNING_NO_MEASURABLE   ? RESPONSE_STATE_NO_MEASURABLE
                                          : RESPONSE_STATE_STABLE;
}

static bool response_is(const struct judgement *j, enum response_state state)
{
    return j->phase != PHASE_POST && j->chart.response.state == state;
}

/* A PR or CR that is too old, also beside a doubtful new lesion. */
static bool response_is_stale(const struct judgement *j)
{
    return j->chart.response.too_old && (response_is(j, RESPONSE_STATE_RESPONSE_STALE) ||
                                         response_is(j, RESPONSE_STATE_RESPONSE_NEW_LESION));
}

static bool response_not_evaluable(const struct judgement *j)
{
    return response_is(j, RESPONSE_STATE_NOT_EVALUABLE) ||
           response_is(j, RESPONSE_STATE_NE_AFTER_RESPONSE) ||
           response_is(j, RESPONSE_STATE_NE_AFTER_STABLE);
}

static bool anti_egfr_not_wild_type(const struct chart *c)
{
    uint32_t antibodies = (UINT32_C(1) << DRUG_CETUXIMAB) | (UINT32_C(1) << DRUG_PANITUMUMAB);

    return (c->therapy.line_drugs & antibodies) != 0 &&
           c->molecular.kras_wild_type.truth != TRI_YES;
}

static bool histology_is_open(const struct judgement *j)
{
    const struct chart_paln *p = &j->chart.paln;

    if (j->phase == PHASE_POST)
        return p->suspicious_after_resection;
    return p->evidence == PALN_IMAGING_POSITIVE;
}

static bool holds(const struct judgement *j, enum warning w)
{
    const struct chart *c = &j->chart;

    switch (w) {
    case WARNING_NOT_REGIONAL:
        return c->not_regional.count > 0;
    case WARNING_PREMATURE_SURG:
        return is_premature(j);
    case WARNING_OTHER_METS:
        return c->extent.definite || c->extent.equivocal;
    case WARNING_PRIOR_PD:
        return c->therapy.prior_progression.truth == TRI_YES;
    case WARNING_POOR_PS:
        return c->fitness.fact.truth == TRI_NO;
    case WARNING_ECOG2:
        return c->fitness.ecog_event != NULL && c->fitness.ecog.value == 2;
    case WARNING_NOT_PROXIMAL:
        return c->height.fact.truth == TRI_NO && c->primary.in_situ.truth == TRI_YES;
    case WARNING_HISTO_UNCONFIRMED:
        return histology_is_open(j);
    case WARNING_BOUNDARY_12:
        return c->height.at_boundary;
    case WARNING_DIST_DISCORDANT:
        return c->height.discordant;
    case WARNING_SITE_GT15:
        return c->site.above_limit;
    case WARNING_STAGING_STALE:
        return c->ct.stale;
    case WARNING_TIMING_EARLY:
        return c->timing.early;
    case WARNING_TIMING_PRESUMED:
        return c->timing.presumed;
    case WARNING_CEA_UNIT:
        return c->cea.unit_bad;
    case WARNING_MINOR_BLEED:
        return c->primary.minor_bleeding;
    case WARNING_RESP_STALE:
        return response_is_stale(j);
    case WARNING_RESP_CONFLICT:
    case WARNING_RESPONSE_WANING:
    case WARNING_NO_MEASURABLE:
    case WARNING_SD_SILENT:
        return response_is(j, state_behind(w));
    case WARNING_RESP_NE:
        return response_not_evaluable(j);
    case WARNING_CR_SILENT:
        return j->phase != PHASE_POST && c->response.complete && !c->response.progressing;
    case WARNING_SOURCE_SILENT_2L:
        return j->phase == PHASE_PD;
    case WARNING_SOURCE_SILENT_POST:
        return j->phase == PHASE_POST;
    case WARNING_BASELINE_OLD:
        return c->response.baseline_old;
    case WARNING_LARC_CRT:
        return c->scope.truth == TRI_YES && c->surgery.larc_chemoradiation.count > 0;
    case WARNING_EGFR_NOT_WT:
        return anti_egfr_not_wild_type(c);
    case WARNING_VERSION_CONFLICT:
        return c->version_conflict_count > 0;
    case WARNING_RECORD_INCOMPLETE:
        return j->hold_count > 0;
    case WARNING_SOURCE_TRUNCATED:
        return c->scope.truth == TRI_YES;
    case WARNING_CORRECTED:
    case WARNING_RETRACTED:
    case WARNING_OUT_OF_ORDER:
    case WARNING_COUNT:
        return false; /* of the packet, not of the judgement */
    }
    return false; /* uncovered: every warning is named above */
}

uint64_t warnings_of(const struct judgement *j)
{
    uint64_t all = 0;

    if (j->phase == PHASE_END)
        return 0;
    for (int w = 0; w < WARNING_COUNT; w++)
        if (holds(j, (enum warning)w))
            all |= UINT64_C(1) << w;
    if (j->phase == PHASE_OOS)
        all &= (UINT64_C(1) << WARNING_NOT_REGIONAL) | (UINT64_C(1) << WARNING_RECORD_INCOMPLETE);
    return all;
}

static struct basis one(const struct event *e)
{
    struct basis b = {.count = 0};

    basis_add(&b, e);
    return b;
}

struct basis warning_basis(const struct judgement *j, enum warning w)
{
    const struct chart *c = &j->chart;

    switch (w) {
    case WARNING_NOT_REGIONAL:
        return c->not_regional;
    case WARNING_PREMATURE_SURG:
        return c->surgery.premature.count > 0 ? c->surgery.premature : c->surgery.open_plans;
    case WARNING_OTHER_METS:
        return c->extent.other.basis;
    case WARNING_PRIOR_PD:
        return c->therapy.prior_progression.basis;
    case WARNING_POOR_PS:
    case WARNING_ECOG2:
        return c->fitness.fact.basis;
    case WARNING_NOT_PROXIMAL:
    case WARNING_BOUNDARY_12:
    case WARNING_DIST_DISCORDANT:
        return c->height.fact.basis;
    case WARNING_HISTO_UNCONFIRMED:
        return c->paln.fact.basis;
    case WARNING_SITE_GT15:
        return c->site.fact.basis;
    case WARNING_STAGING_STALE:
        return c->ct.fact.basis;
    case WARNING_TIMING_EARLY:
    case WARNING_TIMING_PRESUMED:
        return c->timing.basis;
    case WARNING_CEA_UNIT:
        return one(c->cea.latest);
    case WARNING_MINOR_BLEED:
        return one(c->primary.bleeding.event);
    case WARNING_RESP_CONFLICT:
        return c->response.disagreement;
    case WARNING_RESP_STALE:
    case WARNING_RESP_NE:
    case WARNING_RESPONSE_WANING:
    case WARNING_NO_MEASURABLE:
    case WARNING_SD_SILENT:
    case WARNING_CR_SILENT:
        return c->response.latest_basis;
    case WARNING_SOURCE_SILENT_2L:
        return c->response.progression;
    case WARNING_SOURCE_SILENT_POST:
        return c->paln.resected_by;
    case WARNING_BASELINE_OLD:
        return one(c->response.baseline_event);
    case WARNING_LARC_CRT:
        return c->surgery.larc_chemoradiation;
    case WARNING_EGFR_NOT_WT:
        return one(c->therapy.line_start);
    case WARNING_VERSION_CONFLICT: {
        struct basis b = {.count = 0};

        for (size_t i = 0; i < c->version_conflict_count; i++) {
            basis_add(&b, c->version_conflicts[i].a);
            basis_add(&b, c->version_conflicts[i].b);
        }
        return b;
    }
    case WARNING_RECORD_INCOMPLETE:
    case WARNING_CORRECTED:
    case WARNING_RETRACTED:
    case WARNING_OUT_OF_ORDER:
    case WARNING_SOURCE_TRUNCATED:
    case WARNING_COUNT:
        break;
    }
    return (struct basis){.count = 0};
}
