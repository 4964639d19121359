#include "guidance/safety.h"

#include "guidance/judgement.h"

const struct flag_row flag_rows[FLAG_COUNT] = {
    [FLAG_MSI] = {"X-MSI",
                  "MSI-H/dMMR: first-line immunotherapy instead of chemotherapy (KEYNOTE-177: "
                  "progression-free survival 16.5 against 8.2 months).",
                  "NCI PDQ Rectal Cancer 2025; ASCO 2022",
                  true,
                  {{"R-DOUBLET", false},
                   {"R-BEV", false},
                   {"R-EGFR", false},
                   {"R-SYS-FIRST", false},
                   {"R-SYS-EARLY", false}}},
    [FLAG_MSI_UNK] = {"X-MSI-UNK",
                      "MSI/MMR is not known: test before first-line therapy.",
                      "NCI PDQ Rectal Cancer 2025; ASCO 2022",
                      true,
                      {{"R-DOUBLET", false}, {"R-BEV", false}, {"R-EGFR", false}}},
    [FLAG_RAS] = {"X-RAS",
                  "A RAS mutation beyond KRAS exon 2: anti-EGFR needs extended RAS wild type; the "
                  "text says KRAS only.",
                  "JSMO biomarker table; ESMO 2016; NCI PDQ 2025",
                  true,
                  {{"R-EGFR", true}}},
    [FLAG_RAS_UNK] = {"X-RAS-UNK",
                      "Extended RAS is not known: anti-EGFR needs extended RAS wild type.",
                      "JSMO biomarker table; ESMO 2016; NCI PDQ 2025",
                      true,
                      {{"R-EGFR", true}}},
    [FLAG_BRAF] =
        {"X-BRAF",
         "BRAF V600E: poor prognosis; encorafenib with cetuximab and fluorouracil-based "
         "chemotherapy first line; plain chemotherapy with anti-EGFR is not the standard.",
         "FDA notices December 2024 and February 2026; ASCO 2022",
         true,
         {{"R-EGFR", true}}},
    [FLAG_BRAF_UNK] = {"X-BRAF-UNK",
                       "BRAF is not known: test before anti-EGFR therapy.",
                       "FDA notices December 2024 and February 2026; ASCO 2022",
                       true,
                       {{"R-EGFR", true}}},
    [FLAG_DUAL] = {"X-DUAL",
                   "Never combine anti-EGFR and bevacizumab: adding the antibody worsened "
                   "progression-free survival. Choose at most one.",
                   "NCI PDQ Rectal Cancer 2025",
                   true,
                   {{NULL, false}}},
    [FLAG_DPD] = {"X-DPD",
                  "DPD deficiency: complete deficiency contraindicates fluorouracil and "
                  "capecitabine; partial deficiency asks for a reduced dose and only for review.",
                  "EMA 30 April 2020; NCI PDQ 2025",
                  true,
                  {{"R-DOUBLET", true}}},
    [FLAG_DPD_UNK] = {"X-DPD-UNK",
                      "DPD status is not known: testing before fluorouracil or capecitabine is "
                      "recommended in Europe, debated in the United States.",
                      "EMA 30 April 2020; NCI PDQ 2025",
                      true,
                      {{"R-DOUBLET", false}}},
    [FLAG_UGT] = {"X-UGT",
                  "UGT1A1 poor metaboliser: reduce the starting dose of irinotecan (about 70 %).",
                  "irinotecan label 5.3; pharmacogenetics working group",
                  true,
                  {{"R-DOUBLET", false}}},
    [FLAG_HER2] = {"X-HER2",
                   "HER2 positive and RAS wild type: anti-HER2 therapy in a later line.",
                   "FDA tucatinib approval 2023",
                   true,
                   {{NULL, false}}},
    [FLAG_BEV_SURG] = {"X-BEV-SURG",
                       "Bevacizumab less than 42 days before surgery (label minimum 28): blocks "
                       "scheduling, not the board's discussion.",
                       "bevacizumab label and peri-operative information 2023",
                       true,
                       {{NULL, false}}},
    [FLAG_BEV_CONTRA] = {"X-BEV-CONTRA",
                         "Perforation (actual or threatening), significant bleeding, complete "
                         "obstruction, a stent or recent surgery: bevacizumab is hazardous.",
                         "bevacizumab label; threat and obstruction are policy",
                         true,
                         {{"R-BEV", true}}},
    [FLAG_EMERG] = {"X-EMERG",
                    "Emergency of the primary: urgent surgical assessment, CT first; diversion, "
                    "stent or resection by local protocol.",
                    "WSES 2017",
                    true,
                    {{"R-SURG-HOLD", false}, {"R-SURG-AVOID", false}}},
    [FLAG_HISTO] = {"X-HISTO",
                    "Para-aortic disease is not proven by histology: consider biopsy; in surgical "
                    "series 40 to 45 % of clinically suspected nodes were positive.",
                    "Song 2016; a series of 11 dissections",
                    true,
                    {{NULL, false}}},
    [FLAG_ICI_RESP] = {"X-ICI-RESP",
                       "Checkpoint inhibitor given: progression by RECIST 1.1 may be "
                       "pseudo-progression; use iRECIST.",
                       "iRECIST",
                       true,
                       {{"R-SURG-AVOID", false}}},
    [FLAG_RT] = {"X-RT",
                 "Primary at or below 12 cm: short-course and palliative pelvic radiotherapy and "
                 "radiotherapy of para-aortic nodes exist; the text speaks of none of them.",
                 "Kim 2020; otherwise recalled, unverified",
                 false,
                 {{NULL, false}}},
    [FLAG_WATCH] =
        {"X-WATCH",
         "Complete response: observation, organ preservation and maintenance are debated "
         "elsewhere; the text is silent.",
         "recalled, unverified",
         false,
         {{NULL, false}}},
    [FLAG_SIDE] = {"X-SIDE",
                   "Anti-EGFR is preferred for left-sided RAS wild-type disease; the rectum counts "
                   "as left.",
                   "ASCO 2022; rectum as left-sided recalled, unverified",
                   false,
                   {{NULL, false}}},
    [FLAG_ASYMP] =
        {"X-ASYMP",
         "Asymptomatic primary: no survival gain from resecting it first in unresectable "
         "disease.",
         "SEOM 2015; World J Gastrointest Oncol 2015; randomised trials recalled, "
         "unverified",
         false,
         {{NULL, false}}},
    [FLAG_MDT_PLUS] = {"X-MDT+",
                       "The board's record names no pathologist; pathology is a usual core member.",
                       "ESMO 2017 slides",
                       true,
                       {{NULL, false}}},
};

static enum finding_status status_of(const struct judgement *j, enum rule_number number)
{
    return j->findings[number].status;
}

static bool in_line(const struct chart *c, enum drug drug)
{
    return (c->therapy.line_drugs & (UINT32_C(1) << drug)) != 0;
}

static bool anti_egfr_in_line(const struct chart *c)
{
    return in_line(c, DRUG_CETUXIMAB) || in_line(c, DRUG_PANITUMUMAB);
}

static bool microsatellite_is_known(const struct chart_molecular *m)
{
    return m->microsatellite == MICROSATELLITE_STATUS_STABLE ||
           m->microsatellite == MICROSATELLITE_STATUS_LOW ||
           m->microsatellite == MICROSATELLITE_STATUS_HIGH;
}

static bool board_lacks_pathology(const struct chart *c)
{
    const struct event *e = c->board.latest;

    if (e == NULL)
        return false;
    for (size_t k = 0; k < e->body.board.discipline_count; k++)
        if (e->body.board.disciplines[k] == DISCIPLINE_PATHOLOGY)
            return false;
    return true;
}

static bool histology_is_open(const struct judgement *j)
{
    const struct chart_paln *p = &j->chart.paln;

    if (j->phase == PHASE_POST)
        return p->suspicious_after_resection;
    return p->evidence == PALN_IMAGING_POSITIVE || p->evidence == PALN_SUSPICIOUS ||
           p->evidence == PALN_CONFLICT;
}

static bool bevacizumab_is_hazardous(const struct chart *c)
{
    const struct chart_primary *p = &c->primary;

    return (p->perforation.event != NULL && p->perforation.code >= PERFORATION_RISK) ||
           (p->bleeding.event != NULL && p->bleeding.code >= BLEEDING_SIGNIFICANT) ||
           (p->obstruction.event != NULL && p->obstruction.code == OBSTRUCTION_COMPLETE) ||
           c->surgery.recent.count > 0 ||
           (c->surgery.stent.count > 0 && p->in_situ.truth == TRI_YES);
}

static bool bevacizumab_before_surgery(const struct judgement *j)
{
    const struct chart *c = &j->chart;
    bool planned = c->surgery.open_plans.count > 0 || c->surgery.emergency_plans.count > 0;

    if (c->therapy.last_bevacizumab_event == NULL || (!planned && j->phase != PHASE_RESP))
        return false;
    return c->therapy.bevacizumab_recent != TRI_NO ||
           (planned && c->therapy.bevacizumab_before_plan == TRI_YES);
}

/* Anti-EGFR therapy is in question, or under way. */
static bool asks_for_egfr(const struct judgement *j)
{
    return anti_egfr_in_line(&j->chart) || status_of(j, RULE_EGFR) != STATUS_NOT;
}

static bool raised_molecular(const struct judgement *j, enum flag f)
{
    const struct chart *c = &j->chart;
    const struct chart_molecular *m = &c->molecular;
    bool no_therapy = c->therapy.started.truth == TRI_NO;

    if (f == FLAG_MSI)
        return m->microsatellite == MICROSATELLITE_STATUS_HIGH;
    if (f == FLAG_MSI_UNK)
        return !microsatellite_is_known(m) && (no_therapy || j->phase == PHASE_PD);
    if (f == FLAG_RAS)
        return m->nras.status == GENE_STATUS_MUTATED || m->kras.extended_mutation;
    if (f == FLAG_RAS_UNK)
        return m->extended_ras_wild_type.truth == TRI_UNKNOWN && asks_for_egfr(j);
    if (f == FLAG_BRAF)
        return m->braf.v600e == ANSWER_YES ||
               (m->braf.status == GENE_STATUS_MUTATED && m->braf.v600e == ANSWER_UNSPECIFIED);
    if (f == FLAG_BRAF_UNK)
        return m->braf.status != GENE_STATUS_WILD_TYPE && m->braf.status != GENE_STATUS_MUTATED &&
               m->braf.v600e != ANSWER_YES && asks_for_egfr(j);
    if (f == FLAG_HER2)
        return m->her2 == HER2_STATUS_POSITIVE && m->extended_ras_wild_type.truth == TRI_YES;
    if (f == FLAG_DPD)
        return m->dpyd == DPYD_STATUS_PARTIAL_DEFICIENCY ||
               m->dpyd == DPYD_STATUS_COMPLETE_DEFICIENCY;
    if (f == FLAG_DPD_UNK)
        return (m->dpyd == DPYD_STATUS_UNSPECIFIED || m->dpyd == DPYD_STATUS_PENDING ||
                m->dpyd == DPYD_STATUS_NOT_ASSESSED) &&
               no_therapy;
    return m->ugt1a1 == UGT1A1_STATUS_POOR &&
           (in_line(c, DRUG_IRINOTECAN) || status_of(j, RULE_DOUBLET) != STATUS_NOT);
}

static bool raised(const struct judgement *j, enum flag f)
{
    const struct chart *c = &j->chart;

    switch (f) {
    case FLAG_MSI:
    case FLAG_MSI_UNK:
    case FLAG_RAS:
    case FLAG_RAS_UNK:
    case FLAG_BRAF:
    case FLAG_BRAF_UNK:
    case FLAG_DPD:
    case FLAG_DPD_UNK:
    case FLAG_UGT:
    case FLAG_HER2:
        return raised_molecular(j, f);
    case FLAG_DUAL:
        return (status_of(j, RULE_BEV) == STATUS_APPLIES &&
                status_of(j, RULE_EGFR) == STATUS_APPLIES) ||
               (in_line(c, DRUG_BEVACIZUMAB) && anti_egfr_in_line(c));
    case FLAG_BEV_SURG:
        return bevacizumab_before_surgery(j);
    case FLAG_BEV_CONTRA:
        return bevacizumab_is_hazardous(c);
    case FLAG_EMERG:
        return c->primary.emergency.truth == TRI_YES;
    case FLAG_HISTO:
        return histology_is_open(j);
    case FLAG_ICI_RESP:
        return in_line(c, DRUG_CHECKPOINT_INHIBITOR);
    case FLAG_RT:
        return c->height.fact.truth == TRI_NO && c->primary.in_situ.truth == TRI_YES;
    case FLAG_WATCH:
        return j->phase != PHASE_POST && c->response.complete && !c->response.progressing;
    case FLAG_SIDE:
        return status_of(j, RULE_EGFR) == STATUS_APPLIES;
    case FLAG_ASYMP:
        return c->primary.symptomatic.truth == TRI_NO && c->primary.in_situ.truth == TRI_YES;
    case FLAG_MDT_PLUS:
        return board_lacks_pathology(c);
    }
    return false; /* uncovered: every flag is named above */
}

/* Flags that are raised while the scope is not known: hazards of drugs. */
#define HAZARDS                                                                                    \
    ((UINT32_C(1) << FLAG_DPD) | (UINT32_C(1) << FLAG_UGT) | (UINT32_C(1) << FLAG_DUAL) |          \
     (UINT32_C(1) << FLAG_BEV_SURG) | (UINT32_C(1) << FLAG_BEV_CONTRA))

uint32_t flags_of(const struct judgement *j)
{
    uint32_t all = 0;
    uint32_t allowed = UINT32_MAX;

    if (j->phase == PHASE_END)
        return 0;
    if (j->phase == PHASE_OOS)
        allowed = UINT32_C(1) << FLAG_EMERG;
    else if (j->phase == PHASE_SUSP)
        allowed = HAZARDS | (UINT32_C(1) << FLAG_EMERG) | (UINT32_C(1) << FLAG_HISTO);
    else if (j->phase == PHASE_SCOPE_U)
        allowed = HAZARDS | (UINT32_C(1) << FLAG_EMERG);
    for (int f = 0; f < FLAG_COUNT; f++)
        if (raised(j, (enum flag)f))
            all |= UINT32_C(1) << f;
    return all & allowed;
}

bool flag_suppresses(const struct judgement *j, enum flag flag, const struct flag_effect *effect)
{
    /* A partial DPD deficiency asks for a reduced dose, no more. */
    if (flag == FLAG_DPD)
        return j->chart.molecular.dpyd == DPYD_STATUS_COMPLETE_DEFICIENCY;
    return effect->suppresses;
}

struct basis flag_basis(const struct judgement *j, enum flag flag)
{
    const struct chart *c = &j->chart;
    struct basis b = {.count = 0};

    switch (flag) {
    case FLAG_MSI:
    case FLAG_MSI_UNK:
        basis_add(&b, c->molecular.microsatellite_event);
        break;
    case FLAG_RAS:
    case FLAG_RAS_UNK:
        return c->molecular.extended_ras_wild_type.basis;
    case FLAG_BRAF:
    case FLAG_BRAF_UNK:
        basis_add(&b, c->molecular.braf.event);
        break;
    case FLAG_DPD:
    case FLAG_DPD_UNK:
        basis_add(&b, c->molecular.dpyd_event);
        break;
    case FLAG_UGT:
        basis_add(&b, c->molecular.ugt1a1_event);
        break;
    case FLAG_HER2:
        basis_add(&b, c->molecular.her2_event);
        break;
    case FLAG_BEV_SURG:
        basis_add(&b, c->therapy.last_bevacizumab_event);
        for (size_t i = 0; i < c->surgery.open_plans.count; i++)
            basis_add(&b, c->surgery.open_plans.events[i]);
        break;
    case FLAG_BEV_CONTRA:
        b = c->primary.symptomatic.basis;
        for (size_t i = 0; i < c->surgery.recent.count; i++)
            basis_add(&b, c->surgery.recent.events[i]);
        break;
    case FLAG_EMERG:
        return c->primary.emergency.basis;
    case FLAG_HISTO:
        return c->paln.fact.basis;
    case FLAG_DUAL:
    case FLAG_ICI_RESP:
        basis_add(&b, c->therapy.line_start);
        break;
    case FLAG_RT:
        return c->height.fact.basis;
    case FLAG_WATCH:
        return c->response.latest_basis;
    case FLAG_SIDE:
        return c->molecular.kras_wild_type.basis;
    case FLAG_ASYMP:
        return c->primary.symptomatic.basis;
    case FLAG_MDT_PLUS:
        basis_add(&b, c->board.latest);
        break;
    }
    return b;
}
