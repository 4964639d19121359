#include "story.h"

#include "base/date.h"

#include <string.h>

/* What every other report says: pathology, laboratory, therapy, surgery, boards and the rest. */

/* ---- The tumour ------------------------------------------------------------------------------ */

static void draw_gene(struct story *s, struct gene_result *g)
{
    *g = (struct gene_result){
        .status = dice_luck(&s->dice, 60)   ? GENE_STATUS_WILD_TYPE
                  : dice_luck(&s->dice, 75) ? GENE_STATUS_MUTATED
                                            : (enum gene_status)dice_roll(&s->dice, 6),
        .variant_text = "",
        .tested = dice_luck(&s->dice, 75) ? TESTED_RANGE_EXTENDED
                                          : (enum tested_range)dice_roll(&s->dice, 4)};
}

static int64_t draw_distance(struct story *s)
{
    static const int64_t limits[] = {12000, 12001, 15000, 15001, 11999};

    if (dice_luck(&s->dice, 25)) {
        s->boundary_values++;
        return limits[dice_roll(&s->dice, 5)];
    }
    return 100 * (int64_t)dice_between(&s->dice, 60, 158);
}

void story_draw_tumour(struct story *s)
{
    struct tumour *t = &s->tumour;

    t->topography = dice_luck(&s->dice, 94) ? "C20.9" : "C20";
    t->histology = dice_luck(&s->dice, 90)
                       ? HISTOLOGY_ADENOCARCINOMA
                       : (enum histology)dice_between(&s->dice, HISTOLOGY_MUCINOUS_ADENOCARCINOMA,
                                                      HISTOLOGY_SIGNET_RING_CARCINOMA);
    t->distance_thousandths_cm = draw_distance(s);
    t->para_aortic_nodes =
        dice_luck(&s->dice, 60) ? 1 + dice_roll(&s->dice, 2) : 3 + dice_roll(&s->dice, 5);
    draw_gene(s, &t->kras);
    draw_gene(s, &t->nras);
    draw_gene(s, &t->braf);
    if (t->braf.status == GENE_STATUS_MUTATED)
        t->braf.braf_v600e = (enum answer)dice_roll(&s->dice, 3);
    t->microsatellite = dice_luck(&s->dice, 75)
                            ? MICROSATELLITE_STATUS_STABLE
                            : (enum microsatellite_status)dice_roll(&s->dice, 8);
    t->bevacizumab = dice_luck(&s->dice, 40);
}

/* ---- Pathology ------------------------------------------------------------------------------- */

void story_biopsy(struct story *s)
{
    struct pathology *p = &story_event(s, BODY_PATHOLOGY)->body.pathology;

    p->specimen = SPECIMEN_PRIMARY_BIOPSY;
    p->topography = s->tumour.topography;
    p->histology = s->tumour.histology;
    story_stage(s, &p->stage);
}

static void put_station(struct story *s, struct pathology *p, enum node_result result,
                        struct node_tally tally)
{
    struct station_result *r = story_take(s, 1, sizeof(*r));

    *r = (struct station_result){
        .station = STATION_PARA_AORTIC, .station_text = "", .result = result, .tally = tally};
    p->stations = r;
    p->station_count = 1;
}

void story_node_biopsy(struct story *s, enum node_result result)
{
    struct pathology *p = &story_event(s, BODY_PATHOLOGY)->body.pathology;

    p->specimen = SPECIMEN_NODE_BIOPSY;
    p->histology = result == NODE_RESULT_POSITIVE && dice_luck(&s->dice, 60)
                       ? s->tumour.histology
                       : HISTOLOGY_UNSPECIFIED;
    put_station(s, p, result, (struct node_tally){.examined = {false, 0}});
}

void story_resection_specimen(struct story *s, bool para_aortic)
{
    struct pathology *p = &story_event(s, BODY_PATHOLOGY)->body.pathology;
    uint32_t positive = dice_roll(&s->dice, 4);

    p->specimen = para_aortic ? SPECIMEN_NODE_DISSECTION : SPECIMEN_PRIMARY_RESECTION;
    p->topography = para_aortic ? "" : s->tumour.topography;
    p->histology = s->tumour.histology;
    p->residual_tumour =
        dice_luck(&s->dice, 75) ? RESIDUAL_TUMOUR_R0 : (enum residual_tumour)dice_roll(&s->dice, 5);
    if (para_aortic)
        put_station(
            s, p, positive > 0 ? NODE_RESULT_POSITIVE : NODE_RESULT_NEGATIVE,
            dice_luck(&s->dice, 80)
                ? (struct node_tally){.examined = {true, positive + 1 + dice_roll(&s->dice, 9)},
                                      .positive = {true, positive}}
                : (struct node_tally){.examined = {false, 0}});
    else
        p->regional_nodes = (struct node_tally){.examined = {true, 12 + dice_roll(&s->dice, 20)},
                                                .positive = {true, dice_roll(&s->dice, 5)}};
    story_stage(s, &p->stage);
}

void story_molecular(struct story *s)
{
    struct molecular *m = &story_event(s, BODY_MOLECULAR)->body.molecular;
    const struct tumour *t = &s->tumour;

    m->kras = t->kras;
    if (dice_luck(&s->dice, 12))
        m->kras.status = GENE_STATUS_PENDING;
    if (dice_luck(&s->dice, 80))
        m->nras = t->nras;
    if (dice_luck(&s->dice, 75))
        m->braf = t->braf;
    m->microsatellite = dice_luck(&s->dice, 80) ? t->microsatellite : MICROSATELLITE_STATUS_PENDING;
    m->her2 = (enum her2_status)dice_roll(&s->dice, 6);
    m->dpyd =
        dice_luck(&s->dice, 60) ? DPYD_STATUS_NORMAL : (enum dpyd_status)dice_roll(&s->dice, 6);
    m->ugt1a1 =
        dice_luck(&s->dice, 60) ? UGT1A1_STATUS_NORMAL : (enum ugt1a1_status)dice_roll(&s->dice, 6);
    m->nras.variant_text = "";
    m->braf.variant_text = "";
}

/* ---- Laboratory, endoscopy, status ----------------------------------------------------------- */

void story_cea(struct story *s)
{
    static const char *const units[] = {"ng/mL", "ng/mL", "ng/mL", "ug/L", "ng/mL", "U/mL", ""};
    struct laboratory *l = &story_event(s, BODY_LABORATORY)->body.laboratory;

    l->analyte = ANALYTE_CEA;
    l->value = (struct amount){true, 100 * (int64_t)dice_between(&s->dice, 1, 120)};
    if (dice_luck(&s->dice, 10)) {
        l->value.thousandths = 5000;
        s->boundary_values++;
    }
    if (dice_luck(&s->dice, 15))
        l->comparator = (enum comparator)dice_roll(&s->dice, 5);
    l->unit = units[dice_roll(&s->dice, 7)];
    if (dice_luck(&s->dice, 40))
        l->upper_limit = (struct amount){true, 3000 + 500 * (int64_t)dice_roll(&s->dice, 5)};
}

void story_endoscopy(struct story *s)
{
    struct endoscopy *n = &story_event(s, BODY_ENDOSCOPY)->body.endoscopy;

    n->distance.cm = (struct amount){dice_luck(&s->dice, 85), s->tumour.distance_thousandths_cm};
    if (dice_luck(&s->dice, 12))
        n->distance.cm.thousandths = draw_distance(s);
    if (!n->distance.cm.given)
        n->distance.cm.thousandths = 0;
    n->distance.method = dice_luck(&s->dice, 60) ? DISTANCE_METHOD_RIGID
                                                 : (enum distance_method)dice_roll(&s->dice, 4);
    n->primary_visible = s->tumour.resected ? ANSWER_NO : ANSWER_YES;
    if (dice_luck(&s->dice, 30))
        n->obstruction = (enum obstruction)dice_roll(&s->dice, 3);
    if (dice_luck(&s->dice, 30))
        n->bleeding = (enum bleeding)dice_roll(&s->dice, 4);
}

void story_status(struct story *s, bool emergency)
{
    struct clinical_status *c = &story_event(s, BODY_CLINICAL_STATUS)->body.clinical_status;

    c->ecog = (struct number){dice_luck(&s->dice, 90), dice_roll(&s->dice, 2)};
    if (dice_luck(&s->dice, 12))
        c->ecog = (struct number){true, dice_roll(&s->dice, EVENT_ECOG_MAX + 1)};
    if (!c->ecog.given)
        c->ecog.value = 0;
    c->comorbidity =
        dice_luck(&s->dice, 80) ? COMORBIDITY_NONE : (enum comorbidity)dice_roll(&s->dice, 3);
    if (dice_luck(&s->dice, 12))
        c->fitness = (enum fitness)dice_roll(&s->dice, 3);
    if (dice_luck(&s->dice, 88)) {
        c->obstruction = OBSTRUCTION_NONE;
        c->bleeding = dice_luck(&s->dice, 85) ? BLEEDING_NONE : BLEEDING_MINOR;
        c->perforation = PERFORATION_NONE;
    }
    if (dice_luck(&s->dice, 12))
        c->obstruction = OBSTRUCTION_PARTIAL;
    if (dice_luck(&s->dice, 5))
        c->bleeding = BLEEDING_SIGNIFICANT;
    if (emergency && dice_luck(&s->dice, 50))
        c->obstruction = OBSTRUCTION_COMPLETE;
    else if (emergency && dice_luck(&s->dice, 50))
        c->bleeding = BLEEDING_MAJOR;
    else if (emergency)
        c->perforation = PERFORATION_ACTUAL;
}

/* ---- Therapy --------------------------------------------------------------------------------- */

static void give_drugs(struct story *s, struct systemic_therapy *t, uint32_t line)
{
    enum drug *drugs = story_take(s, 4, sizeof(*drugs));
    size_t count = 0;

    drugs[count++] = dice_luck(&s->dice, 80) ? DRUG_FLUOROURACIL : DRUG_CAPECITABINE;
    drugs[count++] = line % 2 == 0 ? DRUG_IRINOTECAN : DRUG_OXALIPLATIN;
    if (dice_luck(&s->dice, 20))
        drugs[count - 1] = DRUG_IRINOTECAN;
    if (s->tumour.bevacizumab)
        drugs[count++] = DRUG_BEVACIZUMAB;
    if (dice_luck(&s->dice, s->tumour.bevacizumab ? 5 : 15))
        drugs[count++] = dice_luck(&s->dice, 60)   ? DRUG_CETUXIMAB
                         : dice_luck(&s->dice, 60) ? DRUG_PANITUMUMAB
                                                   : DRUG_CHECKPOINT_INHIBITOR;
    t->regimen_text = "as planned";
    t->drugs = drugs;
    t->drug_count = count;
}

void story_therapy(struct story *s, enum therapy_action action, uint32_t line,
                   enum therapy_intent intent)
{
    struct systemic_therapy *t = &story_event(s, BODY_SYSTEMIC_THERAPY)->body.systemic_therapy;

    t->action = action;
    t->line = dice_luck(&s->dice, 90) ? line : 0;
    t->intent = intent;
    give_drugs(s, t, line);
}

void story_stop(struct story *s, uint32_t line, enum therapy_intent intent, enum stop_reason reason)
{
    struct systemic_therapy *t = &story_event(s, BODY_SYSTEMIC_THERAPY)->body.systemic_therapy;

    t->action = THERAPY_ACTION_STOP;
    t->line = line;
    t->intent = intent;
    t->stop_reason = reason;
}

void story_surgery(struct story *s, enum procedure first, enum procedure second,
                   enum plan_state state)
{
    struct event *e = story_event(s, BODY_SURGERY);
    struct surgery *o = &e->body.surgery;
    enum procedure *procedures = story_take(s, 2, sizeof(*procedures));

    procedures[0] = first;
    procedures[1] = second;
    o->procedures = procedures;
    o->procedure_count = second == PROCEDURE_UNSPECIFIED ? 1 : 2;
    o->state = state;
    o->urgency = dice_luck(&s->dice, 85) ? URGENCY_ELECTIVE : (enum urgency)dice_roll(&s->dice, 3);
    if (state == PLAN_STATE_PLANNED && dice_luck(&s->dice, 60)) {
        char *text = story_take(s, 1, DAY_TEXT_SIZE);

        day_format(s->day + dice_between(&s->dice, 5, 60), text);
        o->planned_for.text = text;
        (void)clinical_time_parse(text, strlen(text), &o->planned_for.time);
    }
}

void story_radiotherapy(struct story *s, enum plan_state state)
{
    struct radiotherapy *r = &story_event(s, BODY_RADIOTHERAPY)->body.radiotherapy;

    r->kind = dice_luck(&s->dice, 60) ? RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION
                                      : (enum radiotherapy_kind)dice_between(&s->dice, 2, 4);
    r->state = state;
}

/* ---- Boards and the rest --------------------------------------------------------------------- */

void story_board(struct story *s)
{
    static const enum discipline all[] = {DISCIPLINE_MEDICAL_ONCOLOGY, DISCIPLINE_SURGICAL_ONCOLOGY,
                                          DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY,
                                          DISCIPLINE_PATHOLOGY};
    struct board *b = &story_event(s, BODY_BOARD)->body.board;

    b->disciplines = all;
    b->discipline_count = 3 + (dice_luck(&s->dice, 85) ? 1 + dice_roll(&s->dice, 2) : 0);
    if (dice_luck(&s->dice, 6))
        b->para_aortic_nodes = (enum node_status)dice_roll(&s->dice, 4);
    if (dice_luck(&s->dice, 6))
        b->response = (enum response)dice_roll(&s->dice, 7);
    if (dice_luck(&s->dice, 4))
        b->unresectable = (enum answer)dice_roll(&s->dice, 3);
    if (dice_luck(&s->dice, 3))
        b->rectum_by_sigmoid_take_off = (enum answer)dice_roll(&s->dice, 3);
    if (dice_luck(&s->dice, 8)) {
        b->chemotherapy_first_overridden = (enum answer)dice_roll(&s->dice, 3);
        b->reason_text = dice_luck(&s->dice, 80) ? "symptoms of the primary" : "";
    }
}

void story_referral(struct story *s)
{
    struct referral *r = &story_event(s, BODY_REFERRAL)->body.referral;
    enum proposal *proposals = story_take(s, 1, sizeof(*proposals));

    r->topography = dice_luck(&s->dice, 70) ? s->tumour.topography : "";
    if (dice_luck(&s->dice, 20)) {
        struct node_finding *n = story_take(s, 1, sizeof(*n));

        n->station = STATION_PARA_AORTIC;
        n->station_text = "";
        n->statement = (enum node_status)dice_between(&s->dice, 1, 3);
        r->nodes = n;
        r->node_count = 1;
    }
    if (dice_luck(&s->dice, 40)) {
        *proposals = (enum proposal)dice_between(&s->dice, PROPOSAL_LONG_COURSE_CHEMORADIATION,
                                                 PROPOSAL_SYSTEMIC_THERAPY);
        r->proposes = proposals;
        r->proposal_count = 1;
    }
    story_stage(s, &r->stage);
}

void story_centre(struct story *s)
{
    struct centre *c = &story_event(s, BODY_CENTRE)->body.centre;

    c->name = "centre";
    c->laparoscopic_palnd_experience =
        dice_luck(&s->dice, 70) ? ANSWER_YES : (enum answer)dice_roll(&s->dice, 3);
}

void story_death(struct story *s)
{
    (void)story_event(s, BODY_DEATH);
}

void story_reevaluate(struct story *s)
{
    story_event(s, BODY_REEVALUATE)->body.reevaluate.reason_text = "asked for";
}

void story_dead_letter_resolved(struct story *s)
{
    struct event *e = story_event(s, BODY_DEAD_LETTER_RESOLVED);

    e->body.dead_letter_resolved = (struct dead_letter_resolved){
        .dead_letter_id = "line-1", .resolved_by_text = "data desk", .reason_text = "sent again"};
}
