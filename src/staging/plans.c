#include "staging/course.h"

#include <string.h>

/* What is planned and was done: operations, chemoradiation, PET-CT, and the centre. */

/* ---- Plans ----------------------------------------------------------------------------------- */

static bool is_planned(enum plan_state state)
{
    return state == PLAN_STATE_REQUESTED || state == PLAN_STATE_PLANNED;
}

static bool is_resection(const struct event *e)
{
    return event_has_procedure(e, PROCEDURE_PALND) || event_has_procedure(e, PROCEDURE_TME) ||
           event_has_procedure(e, PROCEDURE_WIDE_MESORECTAL_EXCISION) ||
           event_has_procedure(e, PROCEDURE_OTHER_PRIMARY_RESECTION);
}

static bool proposes(const struct event *e, enum proposal proposal)
{
    if (e->kind != BODY_REFERRAL)
        return false;
    for (size_t k = 0; k < e->body.referral.proposal_count; k++)
        if (e->body.referral.proposes[k] == proposal)
            return true;
    return false;
}

bool board_is_full(const struct event *board)
{
    uint32_t present = 0;
    const uint32_t wanted = (UINT32_C(1) << DISCIPLINE_MEDICAL_ONCOLOGY) |
                            (UINT32_C(1) << DISCIPLINE_SURGICAL_ONCOLOGY) |
                            (UINT32_C(1) << DISCIPLINE_RADIATION_ONCOLOGY) |
                            (UINT32_C(1) << DISCIPLINE_RADIOLOGY);

    for (size_t k = 0; k < board->body.board.discipline_count; k++)
        present |= UINT32_C(1) << board->body.board.disciplines[k];
    return (present & wanted) == wanted;
}

/* A later DONE or CANCELLED closes a plan; a board with the four closes what a referral proposes.
 */
static bool is_closed(const struct event *plan, const struct event *closing,
                      const struct event *board)
{
    if (plan->kind == BODY_REFERRAL && board != NULL && event_clinical_compare(plan, board) < 0)
        return true;
    return closing != NULL && event_clinical_compare(plan, closing) < 0;
}

static const struct event *latest_full_board(const struct evidence *v)
{
    const struct events *boards = &v->of[BODY_BOARD];

    for (size_t i = boards->count; i > 0; i--)
        if (board_is_full(boards->items[i - 1]))
            return boards->items[i - 1];
    return NULL;
}

/* The latest operation that closes the plans before it: a resection; a CANCELLED that names none.
 */
static const struct event *latest_closing_operation(const struct evidence *v)
{
    const struct events *operations = &v->of[BODY_SURGERY];

    for (size_t i = operations->count; i > 0; i--) {
        const struct event *e = operations->items[i - 1];

        bool cancelled = e->body.surgery.state == PLAN_STATE_CANCELLED;

        if ((cancelled || e->body.surgery.state == PLAN_STATE_DONE) &&
            (is_resection(e) || (cancelled && e->body.surgery.procedure_count == 0)))
            return e;
    }
    return NULL;
}

static void fold_open_plans(struct evidence *v)
{
    struct chart *c = v->chart;
    const struct event *closing = latest_closing_operation(v);
    const struct event *board = latest_full_board(v);
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_REFERRAL], places)) != NULL) {
        const struct surgery *s = &e->body.surgery;
        bool planned = e->kind == BODY_SURGERY && is_planned(s->state) && is_resection(e);

        if ((!planned && !proposes(e, PROPOSAL_RESECTION)) || is_closed(e, closing, board))
            continue;
        if (planned && s->urgency == URGENCY_EMERGENCY)
            basis_add(&c->surgery.emergency_plans, e);
        else
            basis_add(&c->surgery.open_plans, e);
        if (planned && s->planned_for.time.precision != PRECISION_NONE &&
            c->therapy.last_bevacizumab_event != NULL &&
            (int64_t)s->planned_for.time.first_day - c->therapy.last_bevacizumab.first <
                v->cutoffs->bevacizumab_surgery_days)
            c->therapy.bevacizumab_before_plan = TRI_YES;
    }
}

static const struct event *latest_closing_chemoradiation(const struct evidence *v)
{
    const struct events *courses = &v->of[BODY_RADIOTHERAPY];

    for (size_t i = courses->count; i > 0; i--) {
        const struct radiotherapy *r = &courses->items[i - 1]->body.radiotherapy;

        if (r->kind == RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION &&
            (r->state == PLAN_STATE_DONE || r->state == PLAN_STATE_CANCELLED))
            return courses->items[i - 1];
    }
    return NULL;
}

static void fold_chemoradiation(struct evidence *v)
{
    const struct event *closing = latest_closing_chemoradiation(v);
    const struct event *board = latest_full_board(v);
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_RADIOTHERAPY], &v->of[BODY_REFERRAL], places)) != NULL) {
        bool planned = e->kind == BODY_RADIOTHERAPY &&
                       e->body.radiotherapy.kind == RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION &&
                       is_planned(e->body.radiotherapy.state);

        if ((planned || proposes(e, PROPOSAL_LONG_COURSE_CHEMORADIATION)) &&
            !is_closed(e, closing, board))
            basis_add(&v->chart->surgery.larc_chemoradiation, e);
    }
}

/* ---- Operations ------------------------------------------------------------------------------ */

#define OPERATIONS_MAX 32 /* of one episode, judged as they stood: each takes a fold of its own */

static bool names_para_aortic(const struct pathology *p)
{
    for (size_t k = 0; k < p->station_count; k++)
        if (p->stations[k].station == STATION_PARA_AORTIC)
            return true;
    return false;
}

/* A specimen stands for its operation. */
static bool is_done_operation(const struct event *e)
{
    return event_resects_primary(e) ||
           (e->kind == BODY_PATHOLOGY && e->body.pathology.specimen == SPECIMEN_NODE_DISSECTION &&
            names_para_aortic(&e->body.pathology)) ||
           (e->kind == BODY_SURGERY && e->body.surgery.state == PLAN_STATE_DONE && is_resection(e));
}

static bool belongs_to_operation(const struct event *e)
{
    return e->kind == BODY_SURGERY || (e->kind == BODY_PATHOLOGY &&
                                       (e->body.pathology.specimen == SPECIMEN_PRIMARY_RESECTION ||
                                        e->body.pathology.specimen == SPECIMEN_NODE_DISSECTION));
}

/* What was known just before ${operation}: response and emergency as they stood then. */
static void fold_before(const struct evidence *v, const struct event *operation,
                        struct chart *ret_chart)
{
    struct evidence_memory memory;
    struct evidence then = {.history = v->history,
                            .cutoffs = v->cutoffs,
                            .chart = ret_chart,
                            .marked = v->marked,
                            .marked_count = v->marked_count,
                            .counted = {.items = memory.counted},
                            .starts = memory.starts};
    struct course course;
    struct line line;
    int32_t day = event_day(operation);

    *ret_chart = (struct chart){.as_of = v->chart->as_of, .as_of_day = day};
    ret_chart->next_change_day = DAY_NONE;
    for (size_t i = 0; i < v->counted.count; i++) {
        const struct event *e = v->counted.items[i];

        if (event_day(e) < day || (event_day(e) == day && !belongs_to_operation(e)))
            evidence_count(&then, e);
    }
    evidence_sort(&then, &memory);
    memcpy(then.absent, v->absent, sizeof(then.absent));
    fold_starts(&then);
    fold_primary(&then);
    fold_nodes(&then);
    fold_therapy(&then);
    if (fold_lines(&then, &line, &course))
        fold_response(&then, &line, &course);
}

/* S30: operated without a documented response, and not for an emergency. */
static bool was_premature(const struct evidence *v, const struct event *operation)
{
    struct chart then;

    if (operation->kind == BODY_SURGERY && operation->body.surgery.urgency == URGENCY_EMERGENCY)
        return false;
    fold_before(v, operation, &then);
    if (event_day(operation) <= v->chart->paln.first_shown.last && v->chart->paln.shown_by_specimen)
        return false; /* the operation's own specimen showed the disease */
    return then.response.fact.truth != TRI_YES && then.primary.emergency.truth != TRI_YES;
}

/* A specimen whose operation is itself on record says nothing more about it. */
static bool stands_alone(const struct evidence *v, const struct event *operation)
{
    const struct events *operations = &v->of[BODY_SURGERY];

    for (size_t i = 0; i < operations->count && operation->kind == BODY_PATHOLOGY; i++) {
        const struct event *e = operations->items[i];

        if (e->body.surgery.state == PLAN_STATE_DONE && is_resection(e) &&
            event_may_coincide(e, operation))
            return false;
    }
    return true;
}

static void fold_operations(struct evidence *v)
{
    struct chart *c = v->chart;
    int32_t shown = c->paln.first_shown.first;
    size_t judged = 0;
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_PATHOLOGY], places)) != NULL) {
        if (is_done_operation(e) && shown != DAY_NONE && event_last_day(e) >= shown &&
            stands_alone(v, e) && judged++ < OPERATIONS_MAX && was_premature(v, e))
            basis_add(&c->surgery.premature, e);
        if (e->kind != BODY_SURGERY || e->body.surgery.state != PLAN_STATE_DONE)
            continue;
        if (event_has_procedure(e, PROCEDURE_STENT))
            basis_add(&c->surgery.stent, e);
    }
}

void fold_recent_operations(struct evidence *v)
{
    const struct events *operations = &v->of[BODY_SURGERY];

    for (size_t i = 0; i < operations->count; i++) {
        const struct event *e = operations->items[i];

        if (e->body.surgery.state == PLAN_STATE_DONE &&
            (e->body.surgery.procedure_count != 1 || !event_has_procedure(e, PROCEDURE_STENT)) &&
            evidence_is_fresh(v, event_days(e), v->cutoffs->surgery_bevacizumab_days - 1) != TRI_NO)
            basis_add(&v->chart->surgery.recent, e);
    }
}

/* Why no specimen of a resection counts. */
static enum why why_no_specimen(const struct evidence *v)
{
    enum why why = WHY_NOT_ASSESSED;

    for (size_t i = 0; i < v->marked_count; i++) {
        const struct event *e = v->marked[i]->event;

        if (e->kind == BODY_PATHOLOGY && belongs_to_operation(e))
            why = why_first(why, evidence_why_of(v->marked[i]));
    }
    return why;
}

static void fold_residual(struct evidence *v)
{
    struct chart *c = v->chart;
    const struct events *specimens = &v->of[BODY_PATHOLOGY];
    enum why why = why_no_specimen(v);

    for (size_t i = 0; i < specimens->count && c->paln.resected; i++) {
        const struct event *e = specimens->items[i];

        if (event_last_day(e) < c->paln.resected_on.first)
            continue;
        switch (e->body.pathology.residual_tumour) {
        case RESIDUAL_TUMOUR_R0:
        case RESIDUAL_TUMOUR_R1:
        case RESIDUAL_TUMOUR_R2:
            c->surgery.residual = e->body.pathology.residual_tumour;
            c->surgery.residual_event = e;
            break;
        case RESIDUAL_TUMOUR_RX: /* a report that states nothing */
            why = why_first(why, WHY_NOT_STATED);
            break;
        case RESIDUAL_TUMOUR_UNSPECIFIED:
            break;
        }
    }
    if (c->paln.resected && c->surgery.residual_event == NULL)
        evidence_missing(v, INPUT_R_STATUS, why);
}

/* ---- PET-CT ---------------------------------------------------------------------------------- */

static bool pet_since(const struct evidence *v, int32_t day)
{
    const struct events *scans = &v->of[BODY_IMAGING];

    for (size_t i = 0; i < scans->count; i++)
        if (scans->items[i]->body.imaging.modality == MODALITY_PET_CT &&
            event_day(scans->items[i]) >= day)
            return true;
    return false;
}

static bool asks_for_pet(const struct evidence *v, const struct chart_site_state *s)
{
    return s->certainty == CERTAINTY_EQUIVOCAL && !pet_since(v, event_day(s->event));
}

static bool any_site_asks_for_pet(const struct evidence *v)
{
    const struct chart_extent *x = &v->chart->extent;

    for (size_t k = 0; k < ORGAN_COUNT; k++)
        if (asks_for_pet(v, &x->organs[k]))
            return true;
    for (size_t k = 0; k < STATION_COUNT; k++)
        if (asks_for_pet(v, &x->chains[k]))
            return true;
    return false;
}

void fold_pet(struct evidence *v)
{
    struct chart *c = v->chart;
    struct chart_pet *p = &c->pet;

    for (size_t i = 0; i < v->of[BODY_IMAGING].count; i++)
        if (v->of[BODY_IMAGING].items[i]->body.imaging.modality == MODALITY_PET_CT)
            p->latest = v->of[BODY_IMAGING].items[i];
    p->for_paln = (c->paln.evidence == PALN_SUSPICIOUS || c->paln.evidence == PALN_CONFLICT) &&
                  !pet_since(v, c->paln.doubtful_since);
    p->for_other_site = any_site_asks_for_pet(v);
    p->for_new_lesion =
        c->response.new_lesion_on != DAY_NONE && !pet_since(v, c->response.new_lesion_on);
    p->for_response =
        c->response.response_since != DAY_NONE && !pet_since(v, c->response.response_since);
}

/* ---- The centre ------------------------------------------------------------------------------ */

static void fold_centre(struct evidence *v)
{
    struct fact *f = &v->chart->centre_experienced;
    bool silent = false;

    for (size_t i = 0; i < v->of[BODY_CENTRE].count; i++) {
        const struct event *e = v->of[BODY_CENTRE].items[i];

        if (e->body.centre.laparoscopic_palnd_experience == ANSWER_UNSPECIFIED) {
            silent = true;
            continue;
        }
        f->truth = tri_from(e->body.centre.laparoscopic_palnd_experience == ANSWER_YES);
        f->basis = (struct basis){.count = 1, .events = {e}};
    }
    if (f->truth == TRI_UNKNOWN) {
        f->why = why_first(silent ? WHY_NOT_STATED : WHY_NOT_ASSESSED,
                           evidence_why_absent(v, BODY_CENTRE));
        evidence_missing(v, INPUT_CENTRE_EXPERIENCE, f->why);
    }
}

void fold_plans(struct evidence *v)
{
    fold_open_plans(v);
    fold_chemoradiation(v);
    fold_operations(v);
    fold_residual(v);
    fold_centre(v);
}
