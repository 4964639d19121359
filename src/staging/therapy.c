#include "staging/evidence.h"

/* ---- STARTs ---------------------------------------------------------------------------------- */

static bool is_action(const struct event *e, enum therapy_action action)
{
    return e->body.systemic_therapy.action == action;
}

static bool has_start_before(const struct evidence *v, uint32_t number)
{
    for (size_t i = 0; i < v->start_count; i++)
        if (v->starts[i].intent != THERAPY_INTENT_ADJUVANT && v->starts[i].number == number)
            return true;
    return false;
}

/* The line of a START or CYCLE that names none: that of the latest START, 1 if there is none. */
static uint32_t number_of(const struct evidence *v, uint32_t line)
{
    for (size_t i = v->start_count; i > 0 && line == 0; i--)
        if (v->starts[i - 1].intent != THERAPY_INTENT_ADJUVANT)
            line = v->starts[i - 1].number;
    return line == 0 ? 1 : line;
}

/* Whether a START or CYCLE is adjuvant: a CYCLE without intent as the latest START of its line was,
   else as the latest of all. */
static bool is_adjuvant(const struct evidence *v, const struct systemic_therapy *t)
{
    if (t->action == THERAPY_ACTION_START || t->intent != THERAPY_INTENT_UNSPECIFIED ||
        v->start_count == 0)
        return t->intent == THERAPY_INTENT_ADJUVANT;
    for (size_t i = v->start_count; i > 0; i--)
        if (v->starts[i - 1].line == t->line)
            return v->starts[i - 1].intent == THERAPY_INTENT_ADJUVANT;
    return v->starts[v->start_count - 1].intent == THERAPY_INTENT_ADJUVANT;
}

/* A non-adjuvant CYCLE without an earlier START of its line reads as START. */
void fold_starts(struct evidence *v)
{
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];

    for (size_t i = 0; i < therapy->count && v->start_count < STARTS_MAX; i++) {
        const struct event *e = therapy->items[i];
        const struct systemic_therapy *t = &e->body.systemic_therapy;
        bool adjuvant;
        uint32_t number;

        if (!is_action(e, THERAPY_ACTION_START) && !is_action(e, THERAPY_ACTION_CYCLE))
            continue;
        adjuvant = is_adjuvant(v, t);
        number = number_of(v, t->line);
        if (t->action == THERAPY_ACTION_START || (!adjuvant && !has_start_before(v, number)))
            v->starts[v->start_count++] = (struct therapy_start){.event = e,
                                                                 .day = event_day(e),
                                                                 .last_day = event_last_day(e),
                                                                 .line = t->line,
                                                                 .number = number,
                                                                 .intent = t->intent};
    }
}

/*
 * Whether ${s} is therapy for the para-aortic disease of the current episode.  ADJUVANT never is;
 * PALLIATIVE always; the others unless dated before the disease was first shown.  In an episode
 * that follows another only therapy from its own first day on counts, whatever its intent.
 */
static bool treats_episode(const struct evidence *v, const struct therapy_start *s)
{
    const struct chart_paln *p = &v->chart->paln;

    if (s->intent == THERAPY_INTENT_ADJUVANT)
        return false;
    if (v->episode_follows)
        return p->first_shown.first != DAY_NONE && s->last_day >= p->first_shown.first;
    if (s->intent == THERAPY_INTENT_PALLIATIVE)
        return true;
    return p->first_shown.first == DAY_NONE || s->last_day >= p->first_shown.first;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* The latest START until ${e} of the line that it names, or of all when it names none. */
static const struct therapy_start *start_of(const struct evidence *v, const struct event *e)
{
    uint32_t line = e->body.systemic_therapy.line;

    for (size_t i = v->start_count; i > 0; i--)
        if (event_clinical_compare(v->starts[i - 1].event, e) <= 0 &&
            (line == 0 || v->starts[i - 1].number == line))
            return &v->starts[i - 1];
    return NULL;
}

static bool in_line(const struct evidence *v, const struct therapy_start *start,
                    const struct event *e)
{
    const struct therapy_start *own;

    if (event_day(e) < start->day)
        return false;
    own = start_of(v, e);
    return own != NULL && own->number == start->number &&
           (own->intent == THERAPY_INTENT_ADJUVANT) == (start->intent == THERAPY_INTENT_ADJUVANT);
}

static uint32_t drugs_of(const struct event *e)
{
    uint32_t drugs = 0;

    for (size_t k = 0; k < e->body.systemic_therapy.drug_count; k++)
        drugs |= UINT32_C(1) << e->body.systemic_therapy.drugs[k];
    return drugs;
}

/* The drugs of the current line, which fold_lines() has found. */
void fold_line_drugs(struct evidence *v)
{
    struct chart_therapy *t = &v->chart->therapy;
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];

    for (size_t i = 0; i < therapy->count && t->line_start != NULL; i++) {
        const struct event *e = therapy->items[i];

        if (e->body.systemic_therapy.intent != THERAPY_INTENT_ADJUVANT &&
            event_day(e) >= event_day(t->line_start) &&
            (e->body.systemic_therapy.line == 0 || e->body.systemic_therapy.line == t->line))
            t->line_drugs |= drugs_of(e);
    }
}

/* ---- Disease shown during therapy (PRIORPD) -------------------------------------------------- */

/* The last day on which the therapy begun by ${start} still counts as "during". */
static int64_t during_until(const struct evidence *v, const struct therapy_start *start)
{
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];
    int64_t stopped = INT64_MIN;
    int64_t last_cycle = INT64_MIN;

    for (size_t i = 0; i < therapy->count; i++) {
        const struct event *e = therapy->items[i];

        if (!in_line(v, start, e))
            continue;
        if (is_action(e, THERAPY_ACTION_STOP) && stopped == INT64_MIN)
            stopped = event_last_day(e);
        if (is_action(e, THERAPY_ACTION_CYCLE))
            last_cycle = event_last_day(e);
    }
    if (stopped != INT64_MIN)
        return stopped + v->cutoffs->therapy_carry_over_days;
    if (last_cycle != INT64_MIN)
        return last_cycle + v->cutoffs->therapy_carry_over_days;
    return (int64_t)start->last_day + v->cutoffs->therapy_open_days;
}

/* Once shown during therapy it stays so, also in the episodes that follow. */
static void fold_shown_during_therapy(struct evidence *v)
{
    struct chart *c = v->chart;

    for (size_t i = 0; i < v->start_count; i++) {
        const struct therapy_start *s = &v->starts[i];
        int64_t until = during_until(v, s);

        for (size_t k = 0; k < v->shown_count; k++)
            if (s->last_day < v->shown[k] && v->shown[k] <= until) {
                c->therapy.prior_progression.truth = TRI_YES;
                basis_add(&c->therapy.prior_progression.basis, s->event);
                break;
            }
    }
}

/* ---- Bevacizumab ----------------------------------------------------------------------------- */

static void fold_bevacizumab(struct evidence *v)
{
    struct chart_therapy *t = &v->chart->therapy;
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];

    t->last_bevacizumab = (struct days){DAY_NONE, DAY_NONE};
    for (size_t i = 0; i < therapy->count; i++) {
        const struct event *e = therapy->items[i];

        if (!is_action(e, THERAPY_ACTION_STOP) &&
            (drugs_of(e) & (UINT32_C(1) << DRUG_BEVACIZUMAB)) != 0) {
            t->last_bevacizumab = event_days(e);
            t->last_bevacizumab_event = e;
        }
    }
    t->bevacizumab_recent = TRI_NO;
    t->bevacizumab_before_plan = TRI_NO;
}

void fold_recent_bevacizumab(struct evidence *v)
{
    struct chart_therapy *t = &v->chart->therapy;

    if (t->last_bevacizumab_event != NULL)
        t->bevacizumab_recent =
            evidence_is_fresh(v, t->last_bevacizumab, v->cutoffs->bevacizumab_surgery_days - 1);
}

void fold_therapy(struct evidence *v)
{
    struct chart_therapy *t = &v->chart->therapy;

    t->started.truth = TRI_NO;
    t->prior_progression.truth = TRI_NO;
    for (size_t i = 0; i < v->start_count; i++) {
        if (!treats_episode(v, &v->starts[i]))
            continue;
        if (t->first_start == NULL)
            t->first_start = v->starts[i].event;
        t->started.truth = TRI_YES;
        basis_add(&t->started.basis, v->starts[i].event);
    }
    fold_shown_during_therapy(v);
    fold_bevacizumab(v);
}
