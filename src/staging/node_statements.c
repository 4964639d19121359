#include "staging/node_statements.h"

#include <string.h>

/* ---- Drawing the statements ------------------------------------------------------------------ */

bool is_board_saying(enum saying saying)
{
    return saying >= SAYS_BOARD_METASTATIC;
}

static void add(struct statements *s, enum saying saying, const struct event *e, bool resected)
{
    struct statement statement = {
        .saying = saying, .day = event_day(e), .event = e, .resection_specimen = resected};
    size_t place = s->count;

    if (s->count == STATEMENTS_MAX)
        return;
    while (place > 0 && (s->items[place - 1].day > statement.day ||
                         (s->items[place - 1].day == statement.day &&
                          is_board_saying(s->items[place - 1].saying) && !is_board_saying(saying))))
        place--;
    memmove(&s->items[place + 1], &s->items[place], (s->count - place) * sizeof(s->items[0]));
    s->items[place] = statement;
    s->count++;
}

/* B.6: size, shape or uptake make a node suspicious; they never make it more. */
static bool meets_criteria(const struct evidence *v, const struct node_finding *n)
{
    bool shape = n->heterogeneous == ANSWER_YES || n->irregular_border == ANSWER_YES ||
                 n->necrosis == ANSWER_YES;

    if (n->fdg_uptake == ANSWER_YES)
        return true;
    if (!n->short_axis_mm.given)
        return false;
    return n->short_axis_mm.thousandths >= v->cutoffs->suspicious_axis_thousandths_mm ||
           (shape &&
            n->short_axis_mm.thousandths >= v->cutoffs->suspicious_small_axis_thousandths_mm);
}

static void draw_imaging(const struct evidence *v, struct statements *s, const struct event *e)
{
    const struct imaging *m = &e->body.imaging;

    for (size_t k = 0; k < m->node_count; k++) {
        const struct node_finding *n = &m->nodes[k];

        if (n->station == STATION_RETROPERITONEAL_NOS || n->station == STATION_UNSPECIFIED) {
            if (n->statement == NODE_STATUS_METASTATIC)
                add(s, SAYS_UNPLACED, e, false);
        } else if (n->station != STATION_PARA_AORTIC) {
            continue;
        } else if (n->statement == NODE_STATUS_METASTATIC) {
            add(s, SAYS_METASTATIC, e, false);
        } else if (n->statement == NODE_STATUS_SUSPICIOUS || meets_criteria(v, n)) {
            add(s, SAYS_SUSPICIOUS, e, false);
        } else if (n->statement == NODE_STATUS_NEGATIVE && imaging_shows_abdomen(m)) {
            add(s, SAYS_NEGATIVE, e, false);
        }
    }
}

/* The largest number of para-aortic nodes that imaging has counted up to ${day}. */
static uint32_t imaging_count(const struct evidence *v, int32_t day)
{
    const struct events *scans = &v->of[BODY_IMAGING];
    uint32_t count = 0;

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        if (event_day(e) > day)
            continue;
        for (size_t k = 0; k < e->body.imaging.node_count; k++) {
            const struct node_finding *n = &e->body.imaging.nodes[k];

            if (n->station == STATION_PARA_AORTIC && n->count.min.given &&
                n->count.min.value > count)
                count = n->count.min.value;
        }
    }
    return count;
}

static bool examined_whole_basin(const struct evidence *v, const struct event *e,
                                 const struct station_result *r)
{
    return e->body.pathology.specimen == SPECIMEN_NODE_DISSECTION && r->tally.examined.given &&
           r->tally.examined.value >= 3 &&
           r->tally.examined.value >= imaging_count(v, event_day(e)) &&
           evidence_start_between(v, DAY_NONE + 1, event_day(e)) == NULL;
}

static void draw_pathology(const struct evidence *v, struct statements *s, const struct event *e)
{
    const struct pathology *p = &e->body.pathology;
    bool resected =
        p->specimen == SPECIMEN_NODE_DISSECTION || p->specimen == SPECIMEN_PRIMARY_RESECTION;
    bool positive = false;
    const struct station_result *negative = NULL;

    for (size_t k = 0; k < p->station_count; k++) {
        if (p->stations[k].station != STATION_PARA_AORTIC)
            continue;
        positive = positive || p->stations[k].result == NODE_RESULT_POSITIVE;
        if (p->stations[k].result == NODE_RESULT_NEGATIVE)
            negative = &p->stations[k];
    }
    if (positive)
        add(s, SAYS_HISTOLOGY_POSITIVE, e, resected);
    else if (negative != NULL)
        add(s, examined_whole_basin(v, e, negative) ? SAYS_BASIN_NEGATIVE : SAYS_BIOPSY_NEGATIVE, e,
            resected);
}

static void draw_referral(const struct evidence *v, struct statements *s, const struct event *e)
{
    const struct referral *r = &e->body.referral;

    for (size_t k = 0; k < r->node_count; k++)
        if (r->nodes[k].station == STATION_PARA_AORTIC &&
            (r->nodes[k].statement == NODE_STATUS_METASTATIC ||
             r->nodes[k].statement == NODE_STATUS_SUSPICIOUS || meets_criteria(v, &r->nodes[k])))
            add(s, SAYS_REFERRED, e, false);
        else if ((r->nodes[k].station == STATION_RETROPERITONEAL_NOS ||
                  r->nodes[k].station == STATION_UNSPECIFIED) &&
                 r->nodes[k].statement == NODE_STATUS_METASTATIC)
            add(s, SAYS_UNPLACED, e, false);
}

static void draw_board(struct statements *s, const struct event *e)
{
    switch (e->body.board.para_aortic_nodes) {
    case NODE_STATUS_UNSPECIFIED:
        break;
    case NODE_STATUS_METASTATIC:
        add(s, SAYS_BOARD_METASTATIC, e, false);
        break;
    case NODE_STATUS_SUSPICIOUS:
        add(s, SAYS_BOARD_SUSPICIOUS, e, false);
        break;
    case NODE_STATUS_NEGATIVE:
        add(s, SAYS_BOARD_NEGATIVE, e, false);
        break;
    }
}

void node_statements_draw(const struct evidence *v, struct statements *s)
{
    s->count = 0;
    for (size_t i = 0; i < v->reports.count; i++) {
        const struct event *e = v->reports.items[i];

        if (e->kind == BODY_IMAGING)
            draw_imaging(v, s, e);
        else if (e->kind == BODY_PATHOLOGY)
            draw_pathology(v, s, e);
        else if (e->kind == BODY_REFERRAL)
            draw_referral(v, s, e);
        else
            draw_board(s, e);
    }
}

/* ---- Specimens ----------------------------------------------------------------------------- */

bool node_statements_left_tumour(const struct evidence *v, const struct event *operation)
{
    const struct events *specimens = &v->of[BODY_PATHOLOGY];

    for (size_t i = 0; i < specimens->count; i++)
        if (event_may_coincide(specimens->items[i], operation) &&
            specimens->items[i]->body.pathology.residual_tumour == RESIDUAL_TUMOUR_R2)
            return true;
    return false;
}

bool node_statements_resects(const struct event *e)
{
    if (e->kind == BODY_SURGERY)
        return e->body.surgery.state == PLAN_STATE_DONE && event_has_procedure(e, PROCEDURE_PALND);
    if (e->body.pathology.specimen != SPECIMEN_NODE_DISSECTION)
        return false;
    for (size_t k = 0; k < e->body.pathology.station_count; k++)
        if (e->body.pathology.stations[k].station == STATION_PARA_AORTIC &&
            e->body.pathology.stations[k].result != NODE_RESULT_UNSPECIFIED)
            return true;
    return false;
}

static bool looks_at_nodes(const struct event *e)
{
    const struct pathology *p = &e->body.pathology;

    if (e->kind != BODY_PATHOLOGY)
        return false;
    if (p->specimen == SPECIMEN_NODE_BIOPSY || p->specimen == SPECIMEN_NODE_DISSECTION)
        return true;
    for (size_t k = 0; k < p->station_count; k++)
        if (p->stations[k].station == STATION_PARA_AORTIC)
            return true;
    return false;
}

enum why node_statements_why_no_histology(const struct evidence *v, bool contradicts)
{
    enum why why = contradicts ? WHY_CONFLICT : WHY_NOT_ASSESSED;

    for (size_t i = 0; i < v->marked_count; i++) {
        const struct history_entry *entry = v->marked[i];

        if (looks_at_nodes(entry->event))
            why = why_first(why, evidence_why_of(entry));
    }
    return why;
}

/* ---- Out of scope ---------------------------------------------------------------------------- */

static bool reports_regional_disease(const struct event *e)
{
    const struct stage_statement *stage = NULL;

    if (e->kind == BODY_IMAGING) {
        stage = &e->body.imaging.stage;
        for (size_t k = 0; k < e->body.imaging.node_count; k++)
            if (station_is_regional(e->body.imaging.nodes[k].station) &&
                e->body.imaging.nodes[k].statement == NODE_STATUS_METASTATIC)
                return true;
    } else if (e->kind == BODY_PATHOLOGY) {
        stage = &e->body.pathology.stage;
        if (e->body.pathology.regional_nodes.positive.given &&
            e->body.pathology.regional_nodes.positive.value > 0)
            return true;
        for (size_t k = 0; k < e->body.pathology.station_count; k++)
            if (station_is_regional(e->body.pathology.stations[k].station) &&
                e->body.pathology.stations[k].result == NODE_RESULT_POSITIVE)
                return true;
    } else if (e->kind == BODY_REFERRAL) {
        stage = &e->body.referral.stage;
        for (size_t k = 0; k < e->body.referral.node_count; k++)
            if (station_is_regional(e->body.referral.nodes[k].station) &&
                e->body.referral.nodes[k].statement == NODE_STATUS_METASTATIC)
                return true;
    }
    return stage != NULL && (strstr(stage->n, "N1") != NULL || strstr(stage->n, "N2") != NULL ||
                             strstr(stage->n, "N3") != NULL);
}

static bool reports_other_station(const struct event *e)
{
    if (e->kind == BODY_IMAGING)
        for (size_t k = 0; k < e->body.imaging.node_count; k++)
            if (station_is_other_distant(e->body.imaging.nodes[k].station) &&
                e->body.imaging.nodes[k].statement == NODE_STATUS_METASTATIC)
                return true;
    if (e->kind == BODY_PATHOLOGY)
        for (size_t k = 0; k < e->body.pathology.station_count; k++)
            if (station_is_other_distant(e->body.pathology.stations[k].station) &&
                e->body.pathology.stations[k].result == NODE_RESULT_POSITIVE)
                return true;
    return false;
}

static bool reports_definite_organ(const struct event *e)
{
    const struct imaging *m = &e->body.imaging;
    const struct other_site *proven = &e->body.pathology.other_site;

    if (e->kind == BODY_PATHOLOGY)
        return organ_is_distant(proven->organ) && proven->certainty == CERTAINTY_DEFINITE;
    if (e->kind != BODY_IMAGING)
        return false;
    for (size_t k = 0; k < m->other_site_count; k++)
        if (organ_is_distant(m->other_sites[k].organ) &&
            m->other_sites[k].certainty == CERTAINTY_DEFINITE)
            return true;
    for (size_t k = 0; k < m->lesion_count; k++)
        if (organ_is_distant(m->lesions[k].organ) &&
            m->lesions[k].certainty == CERTAINTY_DEFINITE &&
            m->lesions[k].state != LESION_STATE_ABSENT)
            return true;
    return false;
}

enum paln_absent node_statements_why_absent(const struct evidence *v)
{
    bool regional = false;
    bool organ = false;

    for (size_t i = 0; i < v->reports.count; i++) {
        if (reports_other_station(v->reports.items[i]))
            return PALN_ABSENT_OTHER_NONREGIONAL;
        regional = regional || reports_regional_disease(v->reports.items[i]);
        organ = organ || reports_definite_organ(v->reports.items[i]);
    }
    return regional && !organ ? PALN_ABSENT_REGIONAL_ONLY : PALN_ABSENT_NO_PALN;
}
