#include "guidance/recommendation.h"

#include "base/text.h"

/* Texts that hold values.  Everything else is said by the rows as it stands. */

static void add_day(struct text_builder *b, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    day_format(day, text);
    text_add(b, text);
}

static void add_or(struct text_builder *b, const char *text, const char *otherwise)
{
    text_add(b, text[0] == '\0' ? otherwise : text);
}

static void say_stage(const struct judgement *j, struct text_builder *b)
{
    const struct chart_stage *s = &j->chart.stage;

    if (j->chart.scope.truth != TRI_YES)
        return; /* no stage is printed while it is not known to be one */
    text_add(b, " T: ");
    add_or(b, s->t, "not stated");
    text_add(b, ", N: ");
    add_or(b, s->n, "not stated");
    text_add(b, ", M: ");
    add_or(b, s->m, "not determined");
    text_add(b, ", group: ");
    add_or(b, s->group, "not determined");
    text_add(b, j->chart.paln.histology.truth == TRI_YES
                    ? "; proven by histology."
                    : "; by imaging or board, not by histology.");
}

static void say_restaging(const struct judgement *j, struct text_builder *b)
{
    const struct chart_response *r = &j->chart.response;

    if (r->due_day == DAY_NONE)
        return;
    text_add(b, " Due on ");
    add_day(b, r->due_day);
    text_add(b, ", overdue from ");
    add_day(b, r->overdue_day);
    text_add(b, ".");
}

static void say_early(const struct judgement *j, struct text_builder *b)
{
    const struct days shown = j->chart.paln.first_shown;

    if (shown.first == DAY_NONE)
        return;
    text_add(b, " Para-aortic disease was first shown on ");
    add_day(b, shown.first);
    text_add(b, ".");
}

void finding_text(const struct judgement *j, size_t i, char text[WORDING_SIZE])
{
    struct text_builder b = text_builder_over(text, WORDING_SIZE);

    text_add(&b, rules[i].say);
    switch (rules[i].wording) {
    case WORDING_FIXED:
        break;
    case WORDING_STAGE:
        say_stage(j, &b);
        break;
    case WORDING_RESTAGING:
        say_restaging(j, &b);
        break;
    case WORDING_EARLY:
        say_early(j, &b);
        break;
    case WORDING_CENTRE:
        if (j->chart.centre_experienced.truth == TRI_NO)
            text_add(&b, " This centre has no such experience: refer.");
        break;
    case WORDING_CEA: /* its caution says whether it is provisional */
        break;
    case WORDING_SURVIVAL:
        if (j->phase == PHASE_POST && j->chart.surgery.residual_event == NULL)
            text_add(&b, " Whether the resection was complete (R status) is not known.");
        break;
    }
}

const char *finding_caution(const struct judgement *j, size_t i)
{
    if (rules[i].wording == WORDING_CEA && j->chart.cea.provisional)
        return rules[i].caution_provisional;
    return rules[i].caution == NULL ? "" : rules[i].caution;
}

/* ---- What an event says ---------------------------------------------------------------------- */

static const char *node_word(enum node_status s)
{
    switch (s) {
    case NODE_STATUS_METASTATIC:
        return "metastatic";
    case NODE_STATUS_SUSPICIOUS:
        return "suspicious";
    case NODE_STATUS_NEGATIVE:
        return "negative";
    case NODE_STATUS_UNSPECIFIED:
        break;
    }
    return "mentioned";
}

static const char *response_word(enum response r)
{
    static const char *const words[] = {[RESPONSE_UNSPECIFIED] = "none",
                                        [RESPONSE_CR] = "CR",
                                        [RESPONSE_PR] = "PR",
                                        [RESPONSE_SD] = "SD",
                                        [RESPONSE_PD] = "PD",
                                        [RESPONSE_NE] = "NE",
                                        [RESPONSE_NON_CR_NON_PD] = "non-CR/non-PD"};

    return words[r];
}

static const char *modality_word(enum modality m)
{
    switch (m) {
    case MODALITY_CT:
        return "CT";
    case MODALITY_MRI:
        return "MRI";
    case MODALITY_PET_CT:
        return "PET-CT";
    case MODALITY_RADIOGRAPH:
        return "radiograph";
    case MODALITY_ULTRASOUND:
        return "ultrasound";
    case MODALITY_UNSPECIFIED:
        break;
    }
    return "imaging";
}

static void add_part(struct text_builder *b, const char *name, const char *value)
{
    text_add(b, ", ");
    text_add(b, name);
    text_add(b, " ");
    text_add(b, value);
}

static void add_amount(struct text_builder *b, const char *name, const struct amount *a,
                       const char *unit)
{
    if (!a->given)
        return;
    text_add(b, ", ");
    text_add(b, name);
    text_add(b, " ");
    text_add_thousandths(b, a->thousandths);
    text_add(b, unit);
}

static void add_stage(struct text_builder *b, const struct stage_statement *s)
{
    if (s->group[0] != '\0')
        add_part(b, "stage", s->group);
    if (s->t[0] != '\0')
        add_part(b, "T", s->t);
    if (s->n[0] != '\0')
        add_part(b, "N", s->n);
    if (s->m[0] != '\0')
        add_part(b, "M", s->m);
}

static void say_imaging(const struct imaging *m, struct text_builder *b)
{
    text_add(b, modality_word(m->modality));
    for (size_t k = 0; k < m->node_count; k++)
        if (m->nodes[k].station == STATION_PARA_AORTIC) {
            add_part(b, "para-aortic nodes", node_word(m->nodes[k].statement));
            add_amount(b, "short axis", &m->nodes[k].short_axis_mm, " mm");
        }
    add_amount(b, "distance", &m->distance.cm, " cm");
    if (m->stated_response != RESPONSE_UNSPECIFIED)
        add_part(b, "response", response_word(m->stated_response));
    if (m->lesion_count > 0) {
        text_add(b, ", lesions listed: ");
        text_add_number(b, (int64_t)m->lesion_count);
    }
    add_stage(b, &m->stage);
}

static const char *histology_word(enum histology h)
{
    static const char *const words[] = {
        [HISTOLOGY_UNSPECIFIED] = "not stated",
        [HISTOLOGY_ADENOCARCINOMA] = "adenocarcinoma",
        [HISTOLOGY_MUCINOUS_ADENOCARCINOMA] = "mucinous adenocarcinoma",
        [HISTOLOGY_SIGNET_RING_CARCINOMA] = "signet-ring carcinoma",
        [HISTOLOGY_SQUAMOUS_CELL_CARCINOMA] = "squamous cell carcinoma",
        [HISTOLOGY_NEUROENDOCRINE] = "neuroendocrine",
        [HISTOLOGY_GIST] = "GIST",
        [HISTOLOGY_LYMPHOMA] = "lymphoma",
        [HISTOLOGY_MELANOMA] = "melanoma",
        [HISTOLOGY_OTHER] = "other",
        [HISTOLOGY_MALIGNANT_NOT_TYPED] = "malignant, not typed"};

    return words[h];
}

static void say_pathology(const struct pathology *p, struct text_builder *b)
{
    static const char *const specimens[] = {
        [SPECIMEN_UNSPECIFIED] = "specimen",
        [SPECIMEN_PRIMARY_BIOPSY] = "biopsy of the primary",
        [SPECIMEN_NODE_BIOPSY] = "node biopsy",
        [SPECIMEN_PRIMARY_RESECTION] = "resection of the primary",
        [SPECIMEN_NODE_DISSECTION] = "node dissection",
        [SPECIMEN_OTHER_SITE_BIOPSY] = "biopsy of another site"};

    text_add(b, specimens[p->specimen]);
    if (p->topography[0] != '\0')
        add_part(b, "topography", p->topography);
    if (p->histology != HISTOLOGY_UNSPECIFIED)
        add_part(b, "histology", histology_word(p->histology));
    for (size_t k = 0; k < p->station_count; k++)
        if (p->stations[k].station == STATION_PARA_AORTIC)
            add_part(b, "para-aortic nodes",
                     p->stations[k].result == NODE_RESULT_POSITIVE ? "positive" : "negative");
    add_stage(b, &p->stage);
}

static void say_molecular(const struct molecular *m, struct text_builder *b)
{
    static const char *const gene[] = {
        [GENE_STATUS_UNSPECIFIED] = "",    [GENE_STATUS_WILD_TYPE] = "wild type",
        [GENE_STATUS_MUTATED] = "mutated", [GENE_STATUS_PENDING] = "pending",
        [GENE_STATUS_FAILED] = "failed",   [GENE_STATUS_NOT_ASSESSED] = "not assessed"};
    static const char *const microsatellite[] = {
        [MICROSATELLITE_STATUS_UNSPECIFIED] = "",
        [MICROSATELLITE_STATUS_STABLE] = "stable",
        [MICROSATELLITE_STATUS_LOW] = "low",
        [MICROSATELLITE_STATUS_HIGH] = "high",
        [MICROSATELLITE_STATUS_INDETERMINATE] = "indeterminate",
        [MICROSATELLITE_STATUS_PENDING] = "pending",
        [MICROSATELLITE_STATUS_FAILED] = "failed",
        [MICROSATELLITE_STATUS_NOT_ASSESSED] = "not assessed"};

    text_add(b, "molecular");
    if (m->kras.status != GENE_STATUS_UNSPECIFIED)
        add_part(b, "KRAS", gene[m->kras.status]);
    if (m->nras.status != GENE_STATUS_UNSPECIFIED)
        add_part(b, "NRAS", gene[m->nras.status]);
    if (m->braf.status != GENE_STATUS_UNSPECIFIED)
        add_part(b, "BRAF", gene[m->braf.status]);
    if (m->microsatellite != MICROSATELLITE_STATUS_UNSPECIFIED)
        add_part(b, "microsatellites", microsatellite[m->microsatellite]);
}

static void say_laboratory(const struct laboratory *l, struct text_builder *b)
{
    static const char *const comparators[] = {[COMPARATOR_UNSPECIFIED] = "",
                                              [COMPARATOR_LESS] = "<",
                                              [COMPARATOR_LESS_OR_EQUAL] = "<=",
                                              [COMPARATOR_GREATER] = ">",
                                              [COMPARATOR_GREATER_OR_EQUAL] = ">="};

    text_add(b, "CEA ");
    text_add(b, comparators[l->comparator]);
    if (l->value.given)
        text_add_thousandths(b, l->value.thousandths);
    text_add(b, " ");
    text_add(b, l->unit);
}

static void say_status(const struct clinical_status *s, struct text_builder *b)
{
    text_add(b, "clinical status");
    if (s->ecog.given) {
        text_add(b, ", ECOG ");
        text_add_number(b, s->ecog.value);
    }
    if (s->comorbidity != COMORBIDITY_UNSPECIFIED)
        add_part(b, "comorbidity", s->comorbidity == COMORBIDITY_NONE ? "none" : "relevant");
    if (s->fitness != FITNESS_UNSPECIFIED)
        add_part(b, "declared", s->fitness == FITNESS_FIT ? "fit" : "unfit");
    if (s->obstruction != OBSTRUCTION_UNSPECIFIED)
        add_part(b, "obstruction",
                 s->obstruction == OBSTRUCTION_NONE      ? "none"
                 : s->obstruction == OBSTRUCTION_PARTIAL ? "partial"
                                                         : "complete");
    if (s->bleeding != BLEEDING_UNSPECIFIED)
        add_part(b, "bleeding",
                 s->bleeding == BLEEDING_NONE          ? "none"
                 : s->bleeding == BLEEDING_MINOR       ? "minor"
                 : s->bleeding == BLEEDING_SIGNIFICANT ? "significant"
                                                       : "major");
    if (s->perforation != PERFORATION_UNSPECIFIED)
        add_part(b, "perforation",
                 s->perforation == PERFORATION_NONE   ? "none"
                 : s->perforation == PERFORATION_RISK ? "threatening"
                                                      : "actual");
}

static void say_therapy(const struct systemic_therapy *t, struct text_builder *b)
{
    text_add(b, t->action == THERAPY_ACTION_START   ? "systemic therapy started"
                : t->action == THERAPY_ACTION_CYCLE ? "systemic therapy, cycle"
                                                    : "systemic therapy stopped");
    if (t->line != 0) {
        text_add(b, ", line ");
        text_add_number(b, t->line);
    }
    if (t->stop_reason == STOP_REASON_PROGRESSION)
        text_add(b, ", for progression");
}

static const char *plan_word(enum plan_state s)
{
    static const char *const words[] = {[PLAN_STATE_UNSPECIFIED] = "mentioned",
                                        [PLAN_STATE_REQUESTED] = "requested",
                                        [PLAN_STATE_PLANNED] = "planned",
                                        [PLAN_STATE_DONE] = "done",
                                        [PLAN_STATE_CANCELLED] = "cancelled"};

    return words[s];
}

static bool has_palnd(const struct surgery *s)
{
    for (size_t k = 0; k < s->procedure_count; k++)
        if (s->procedures[k] == PROCEDURE_PALND)
            return true;
    return false;
}

void input_text(const struct event *e, char text[WORDING_SIZE])
{
    struct text_builder b = text_builder_over(text, WORDING_SIZE);

    switch (e->kind) {
    case BODY_PATHOLOGY:
        say_pathology(&e->body.pathology, &b);
        break;
    case BODY_MOLECULAR:
        say_molecular(&e->body.molecular, &b);
        break;
    case BODY_LABORATORY:
        say_laboratory(&e->body.laboratory, &b);
        break;
    case BODY_IMAGING:
        say_imaging(&e->body.imaging, &b);
        break;
    case BODY_ENDOSCOPY:
        text_add(&b, "endoscopy");
        add_amount(&b, "distance", &e->body.endoscopy.distance.cm, " cm");
        break;
    case BODY_CLINICAL_STATUS:
        say_status(&e->body.clinical_status, &b);
        break;
    case BODY_SYSTEMIC_THERAPY:
        say_therapy(&e->body.systemic_therapy, &b);
        break;
    case BODY_SURGERY:
        text_add(&b,
                 has_palnd(&e->body.surgery) ? "surgery with para-aortic dissection" : "surgery");
        text_add(&b, ", ");
        text_add(&b, plan_word(e->body.surgery.state));
        break;
    case BODY_RADIOTHERAPY:
        text_add(&b, "radiotherapy");
        text_add(&b, ", ");
        text_add(&b, plan_word(e->body.radiotherapy.state));
        break;
    case BODY_BOARD:
        text_add(&b, "tumour board");
        if (e->body.board.para_aortic_nodes != NODE_STATUS_UNSPECIFIED)
            add_part(&b, "para-aortic nodes", node_word(e->body.board.para_aortic_nodes));
        if (e->body.board.response != RESPONSE_UNSPECIFIED)
            add_part(&b, "response", response_word(e->body.board.response));
        break;
    case BODY_REFERRAL:
        text_add(&b, "referral");
        add_stage(&b, &e->body.referral.stage);
        break;
    case BODY_CENTRE:
        text_add(&b, "centre");
        break;
    case BODY_DEATH:
        text_add(&b, "death");
        break;
    case BODY_NONE:
    case BODY_REVIEW_DUE:
    case BODY_REEVALUATE:
    case BODY_DEAD_LETTER_RESOLVED:
        text_add(&b, "administrative");
        break;
    }
}
