#include "staging/evidence.h"

#include <string.h>

/* The tumour board (S37) and the records that call regional nodes para-aortic (S28). */

/* ---- Material changes ------------------------------------------------------------------------ */

/* FIT, SYMPT and EMERG as far as a clinical status can change them. */
struct condition {
    struct number ecog;
    enum comorbidity comorbidity;
    enum fitness fitness;
    enum obstruction obstruction;
    enum bleeding bleeding;
    enum perforation perforation;
};

static void take_symptoms(struct condition *c, const struct event *e)
{
    enum obstruction obstruction = OBSTRUCTION_UNSPECIFIED;
    enum bleeding bleeding = BLEEDING_UNSPECIFIED;
    enum perforation perforation = PERFORATION_UNSPECIFIED;

    if (e->kind == BODY_CLINICAL_STATUS) {
        obstruction = e->body.clinical_status.obstruction;
        bleeding = e->body.clinical_status.bleeding;
        perforation = e->body.clinical_status.perforation;
    } else if (e->kind == BODY_ENDOSCOPY) {
        obstruction = e->body.endoscopy.obstruction;
        bleeding = e->body.endoscopy.bleeding;
    } else if (e->kind == BODY_IMAGING) {
        obstruction = e->body.imaging.obstruction;
        perforation = e->body.imaging.perforation;
    }
    if (obstruction != OBSTRUCTION_UNSPECIFIED)
        c->obstruction = obstruction;
    if (bleeding != BLEEDING_UNSPECIFIED)
        c->bleeding = bleeding;
    if (perforation != PERFORATION_UNSPECIFIED)
        c->perforation = perforation;
}

static bool bears_on_condition(enum body_kind kind)
{
    return kind == BODY_ENDOSCOPY || kind == BODY_IMAGING || kind == BODY_SURGERY;
}

static void take(struct condition *c, const struct event *e)
{
    const struct clinical_status *s = &e->body.clinical_status;

    take_symptoms(c, e);
    if (e->kind == BODY_SURGERY && e->body.surgery.state == PLAN_STATE_DONE) {
        if (event_resects_primary(e)) {
            c->obstruction = OBSTRUCTION_UNSPECIFIED;
            c->bleeding = BLEEDING_UNSPECIFIED;
            c->perforation = PERFORATION_UNSPECIFIED;
        } else if (event_has_procedure(e, PROCEDURE_STOMA) ||
                   event_has_procedure(e, PROCEDURE_STENT)) {
            c->obstruction = OBSTRUCTION_UNSPECIFIED;
        }
    }
    if (e->kind != BODY_CLINICAL_STATUS)
        return;
    if (s->ecog.given)
        c->ecog = s->ecog;
    if (s->comorbidity != COMORBIDITY_UNSPECIFIED) {
        c->comorbidity = s->comorbidity;
        if (s->comorbidity == COMORBIDITY_RELEVANT && c->fitness == FITNESS_FIT)
            c->fitness = FITNESS_UNSPECIFIED;
    }
    if (s->fitness != FITNESS_UNSPECIFIED)
        c->fitness = s->fitness;
}

/* FIT, SYMPT and EMERG as one number, to be compared. */
static int truths(const struct condition *c)
{
    enum tri ecog = !c->ecog.given ? TRI_UNKNOWN : tri_from(c->ecog.value <= 2);
    enum tri comorbidity = c->fitness == FITNESS_UNFIT          ? TRI_NO
                           : c->fitness == FITNESS_FIT          ? TRI_YES
                           : c->comorbidity == COMORBIDITY_NONE ? TRI_YES
                                                                : TRI_UNKNOWN;
    enum tri obstructed = c->obstruction == OBSTRUCTION_UNSPECIFIED
                              ? TRI_UNKNOWN
                              : tri_from(c->obstruction >= OBSTRUCTION_PARTIAL);
    enum tri bleeds = c->bleeding == BLEEDING_UNSPECIFIED
                          ? TRI_UNKNOWN
                          : tri_from(c->bleeding >= BLEEDING_SIGNIFICANT);
    enum tri perforated = c->perforation == PERFORATION_UNSPECIFIED
                              ? TRI_UNKNOWN
                              : tri_from(c->perforation >= PERFORATION_RISK);
    bool emergency = c->obstruction == OBSTRUCTION_COMPLETE || c->bleeding == BLEEDING_MAJOR ||
                     c->perforation == PERFORATION_ACTUAL;

    return ((int)tri_and(ecog, comorbidity) + 1) * 6 +
           ((int)tri_or(obstructed, tri_or(bleeds, perforated)) + 1) * 2 + (emergency ? 1 : 0);
}

static bool gene_says_something(const struct gene_result *g)
{
    return g->status == GENE_STATUS_WILD_TYPE || g->status == GENE_STATUS_MUTATED ||
           g->status == GENE_STATUS_FAILED;
}

/* Results that are only pending or not assessed change nothing. */
static bool molecular_says_something(const struct molecular *m)
{
    return gene_says_something(&m->kras) || gene_says_something(&m->nras) ||
           gene_says_something(&m->braf) ||
           (m->microsatellite != MICROSATELLITE_STATUS_UNSPECIFIED &&
            m->microsatellite != MICROSATELLITE_STATUS_PENDING &&
            m->microsatellite != MICROSATELLITE_STATUS_NOT_ASSESSED) ||
           (m->her2 != HER2_STATUS_UNSPECIFIED && m->her2 != HER2_STATUS_PENDING &&
            m->her2 != HER2_STATUS_NOT_ASSESSED) ||
           (m->dpyd != DPYD_STATUS_UNSPECIFIED && m->dpyd != DPYD_STATUS_PENDING &&
            m->dpyd != DPYD_STATUS_NOT_ASSESSED) ||
           (m->ugt1a1 != UGT1A1_STATUS_UNSPECIFIED && m->ugt1a1 != UGT1A1_STATUS_PENDING &&
            m->ugt1a1 != UGT1A1_STATUS_NOT_ASSESSED);
}

/* Kinds whose results, or whose correction, a board has to see. */
static bool kind_is_material(enum body_kind kind)
{
    const uint32_t material = UINT32_C(1) << BODY_NONE | UINT32_C(1) << BODY_PATHOLOGY |
                              UINT32_C(1) << BODY_MOLECULAR | UINT32_C(1) << BODY_IMAGING |
                              UINT32_C(1) << BODY_ENDOSCOPY | UINT32_C(1) << BODY_CLINICAL_STATUS |
                              UINT32_C(1) << BODY_SYSTEMIC_THERAPY | UINT32_C(1) << BODY_SURGERY |
                              UINT32_C(1) << BODY_RADIOTHERAPY;

    return (material >> kind & 1) != 0;
}

static bool is_material(const struct event *e, bool condition_changed)
{
    if (e->kind == BODY_SYSTEMIC_THERAPY)
        return e->body.systemic_therapy.action == THERAPY_ACTION_STOP;
    if (e->kind == BODY_CLINICAL_STATUS)
        return condition_changed;
    if (e->kind == BODY_MOLECULAR)
        return molecular_says_something(&e->body.molecular);
    return kind_is_material(e->kind);
}

/* Whether the correction or removal of ${e} is one that a board has to see: not that of a cycle. */
static bool version_is_material(const struct event *e)
{
    return kind_is_material(e->kind) && (e->kind != BODY_SYSTEMIC_THERAPY ||
                                         e->body.systemic_therapy.action != THERAPY_ACTION_CYCLE);
}

/* Whether ${removing} took a result away that a board has to see, and no later version came. */
static bool took_material_away(const struct history *h, const struct history_entry *removing)
{
    size_t count;
    struct history_entry *const *versions = history_versions(h, removing, &count);
    bool knows_others = false;

    for (size_t i = 0; i < count; i++) {
        const struct history_entry *other = versions[i];

        if (other == removing || other->event->kind == BODY_NONE)
            continue;
        knows_others = true;
        if ((other->standing == STANDING_REMOVED || other->standing == STANDING_CANCELLED) &&
            version_is_material(other->event))
            return true;
    }
    return !knows_others && version_is_material(removing->event);
}

/* What is marked and counts corrects. */
static bool corrects_material(const struct history_entry *marked)
{
    return marked->standing == STANDING_COUNTS && version_is_material(marked->event);
}

static void note_change(struct chart_board *b, const struct event *e, struct days days)
{
    if (days.first == DAY_NONE ||
        (b->material_change != NULL && days.first < b->material_change_on.first))
        return;
    b->material_change = e;
    b->material_change_on = days;
}

static struct days issued_days(const struct event *e)
{
    if (e->issued_at.time.precision == PRECISION_NONE)
        return (struct days){DAY_NONE, DAY_NONE};
    return (struct days){e->issued_at.time.first_day, e->issued_at.time.last_day};
}

static void fold_material_change(struct evidence *v)
{
    struct chart_board *b = &v->chart->board;
    struct condition condition = {.ecog = {.given = false}};

    b->material_change_on = (struct days){DAY_NONE, DAY_NONE};
    for (size_t i = 0; i < v->counted.count; i++) {
        const struct event *e = v->counted.items[i];
        bool changed = false;

        if (e->kind == BODY_CLINICAL_STATUS) {
            int before = truths(&condition);

            take(&condition, e);
            changed = truths(&condition) != before;
        } else if (bears_on_condition(e->kind)) {
            take(&condition, e);
        }
        if (is_material(e, changed))
            note_change(b, e, event_days(e));
    }
    for (size_t i = 0; i < v->marked_count; i++) {
        const struct history_entry *entry = v->marked[i];
        bool removes = entry->standing == STANDING_REMOVING && event_removes(entry->event);

        if (corrects_material(entry) || (removes && took_material_away(v->history, entry)))
            note_change(b, entry->event, issued_days(entry->event));
    }
}

/* Without a reason it says nothing, and the board before it no longer counts. */
static void override(struct chart_board *b, const struct event *e)
{
    b->chemotherapy_overridden.count = 0;
    if (e->body.board.reason_text[0] != '\0')
        basis_add(&b->chemotherapy_overridden, e);
}

static void fold_discussed(struct evidence *v)
{
    struct chart_board *b = &v->chart->board;
    const struct events *boards = &v->of[BODY_BOARD];

    for (size_t i = 0; i < boards->count; i++) {
        const struct event *e = boards->items[i];

        b->latest = e;
        if (board_is_full(e))
            b->latest_full = e;
        if (e->body.board.chemotherapy_first_overridden == ANSWER_YES)
            override(b, e);
        else if (e->body.board.chemotherapy_first_overridden == ANSWER_NO)
            b->chemotherapy_overridden.count = 0;
    }
    b->discussed.truth = tri_from(
        b->latest_full != NULL &&
        (b->material_change == NULL || event_day(b->latest_full) >= b->material_change_on.first));
    basis_add(&b->discussed.basis, b->latest_full != NULL ? b->latest_full : b->latest);
    basis_add(&b->discussed.basis, b->material_change);
    if (b->discussed.truth == TRI_YES)
        return;
    b->discussed.why = why_first(b->latest_full != NULL ? WHY_STALE
                                 : b->latest != NULL    ? WHY_NOT_STATED
                                                        : WHY_NOT_ASSESSED,
                                 evidence_why_absent(v, BODY_BOARD));
    evidence_missing(v, INPUT_MDT_RECORD, b->discussed.why);
}

/* ---- W-NOT-REGIONAL -------------------------------------------------------------------------- */

/* Stage III, or N1-N2 with M0: the para-aortic nodes were taken for regional ones. */
static bool stages_as_regional(const struct stage_statement *s)
{
    if (strncmp(s->group, "III", 3) == 0)
        return true;
    return s->n[0] != '\0' && (strstr(s->n, "N1") != NULL || strstr(s->n, "N2") != NULL) &&
           strstr(s->m, "M0") != NULL;
}

static const struct stage_statement *stage_of(const struct event *e)
{
    return e->kind == BODY_PATHOLOGY  ? &e->body.pathology.stage
           : e->kind == BODY_IMAGING  ? &e->body.imaging.stage
           : e->kind == BODY_REFERRAL ? &e->body.referral.stage
                                      : NULL;
}

static bool lists_para_aortic(const struct event *e, enum node_status status)
{
    const struct node_finding *nodes = e->kind == BODY_IMAGING    ? e->body.imaging.nodes
                                       : e->kind == BODY_REFERRAL ? e->body.referral.nodes
                                                                  : NULL;
    size_t count = e->kind == BODY_IMAGING    ? e->body.imaging.node_count
                   : e->kind == BODY_REFERRAL ? e->body.referral.node_count
                                              : 0;

    for (size_t k = 0; k < count; k++)
        if (nodes[k].station == STATION_PARA_AORTIC && nodes[k].statement == status)
            return true;
    if (e->kind == BODY_PATHOLOGY) /* which nobody asks for negative nodes */
        for (size_t k = 0; k < e->body.pathology.station_count; k++)
            if (e->body.pathology.stations[k].station == STATION_PARA_AORTIC &&
                e->body.pathology.stations[k].result == NODE_RESULT_POSITIVE)
                return true;
    return false;
}

static bool names_regional_station(const struct imaging *m)
{
    for (size_t k = 0; k < m->node_count; k++)
        if (station_is_regional(m->nodes[k].station))
            return true;
    return false;
}

static void fold_not_regional(struct evidence *v)
{
    const struct chart_paln *p = &v->chart->paln;
    const struct events *scans = &v->of[BODY_IMAGING];
    const struct event *clear = NULL;

    for (size_t i = 0; i < scans->count; i++)
        if (lists_para_aortic(scans->items[i], NODE_STATUS_NEGATIVE) &&
            names_regional_station(&scans->items[i]->body.imaging))
            clear = scans->items[i];
    for (size_t i = 0; i < v->reports.count; i++) {
        const struct event *e = v->reports.items[i];
        const struct stage_statement *stage = stage_of(e);
        bool after = p->fact.truth == TRI_YES && p->first_shown.first != DAY_NONE &&
                     event_last_day(e) >= p->first_shown.first;

        if (stage != NULL && stages_as_regional(stage) &&
            (after || lists_para_aortic(e, NODE_STATUS_METASTATIC)))
            basis_add(&v->chart->not_regional, e);
        if (e->kind == BODY_REFERRAL && clear != NULL &&
            lists_para_aortic(e, NODE_STATUS_METASTATIC)) {
            basis_add(&v->chart->not_regional, e);
            basis_add(&v->chart->not_regional, clear);
        }
    }
}

void fold_boards(struct evidence *v)
{
    fold_material_change(v);
    fold_discussed(v);
    fold_not_regional(v);
}
