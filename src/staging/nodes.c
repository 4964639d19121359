#include "staging/node_evidence.h"

/* ---- Episodes -------------------------------------------------------------------------------- */

/* Whether disease is shown again after the operation, its own specimens apart. */
static bool shown_again(const struct statements *s, int32_t day)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct statement *x = &s->items[i];

        if (x->day > day && (node_evidence_is_positive(x->saying) ||
                             (x->saying == SAYS_HISTOLOGY_POSITIVE && !x->resection_specimen)))
            return true;
    }
    return false;
}

/* A non-adjuvant START that treats the episode open on the board's day. */
static bool treated_by(const struct evidence *v, const struct judged *before,
                       const struct statement *sign, int32_t day)
{
    /* uncovered: involved nodes have a first sign */
    if (!node_evidence_is_involved(before) || sign == NULL)
        return false;
    for (size_t i = 0; i < v->start_count; i++) {
        const struct therapy_start *s = &v->starts[i];

        if (s->intent == THERAPY_INTENT_ADJUVANT || s->last_day >= day)
            continue;
        if (s->last_day >= sign->day ||
            (!v->episode_follows && s->intent == THERAPY_INTENT_PALLIATIVE))
            return true;
    }
    return false;
}

/*
 * Go over the boards (and whole-basin dissections) of the stretch in order and keep the last one
 * with effect.  After therapy has begun "negative" and "suspicious" change nothing.  One that says
 * "negative" with effect ends the episode as if the nodes had never been involved.
 */
static void apply_boards(struct evidence *v, struct stretch *t)
{
    int32_t ceiling = t->ceiling;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];
        bool negative = x->saying == SAYS_BOARD_NEGATIVE || x->saying == SAYS_BASIN_NEGATIVE;
        struct judged before;

        if (x->day <= t->floor || x->day > ceiling ||
            (!is_board_saying(x->saying) && x->saying != SAYS_BASIN_NEGATIVE))
            continue;
        t->ceiling = x->day;
        before = node_evidence_judge(t);
        if (x->saying == SAYS_BOARD_METASTATIC || x->saying == SAYS_BASIN_NEGATIVE) {
            t->board = x;
        } else if (!treated_by(v, &before, node_evidence_first_sign(t), x->day)) {
            t->board = x;
        }
        if (t->board == x && (x->saying == SAYS_BOARD_NEGATIVE || (negative && !before.proven)))
            t->cleared_day = x->day;
        if (t->board == x && negative && !before.proven) {
            if (node_evidence_is_involved(&before)) {
                v->episode_follows = true;
                v->chart->paln.episode++;
            }
        }
        t->ceiling = ceiling;
    }
}

static void suspicious_after_resection(struct evidence *v, const struct statements *s)
{
    struct chart_paln *p = &v->chart->paln;

    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].day > p->resected_on.last &&
            (s->items[i].saying == SAYS_SUSPICIOUS || s->items[i].saying == SAYS_REFERRED ||
             s->items[i].saying == SAYS_BOARD_SUSPICIOUS))
            p->suspicious_after_resection = true;
}

/* Judge (floor, ceiling] with the boards in it. */
static struct judged judge_up_to(struct evidence *v, const struct statements *s, int32_t floor,
                                 int32_t ceiling, const struct statement **ret_sign)
{
    struct stretch t = {
        .v = v, .s = s, .floor = floor, .ceiling = ceiling, .cleared_day = DAY_NONE};
    struct judged judged;

    apply_boards(v, &t);
    judged = node_evidence_judge(&t);
    *ret_sign = node_evidence_first_sign(&t);
    return judged;
}

/* The first operation after ${floor} that resects disease which was shown by then; NULL: none. */
static const struct event *resection_after(struct evidence *v, const struct statements *s,
                                           int32_t floor, struct judged *ret_judged,
                                           const struct statement **ret_sign)
{
    bool follows = v->episode_follows;
    uint32_t episode = v->chart->paln.episode;
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_PATHOLOGY], places)) != NULL) {
        if (!node_statements_resects(e) || event_last_day(e) <= floor ||
            node_statements_left_tumour(v, e))
            continue;
        *ret_judged = judge_up_to(v, s, floor, event_last_day(e), ret_sign);
        if (node_evidence_is_involved(ret_judged) && *ret_sign != NULL)
            return e;
        v->episode_follows = follows;
        v->chart->paln.episode = episode;
    }
    return NULL;
}

/* Whether nothing but what the operation took out may have shown the disease first. */
static bool shown_by_specimen(const struct statements *s, const struct statement *sign)
{
    if (!sign->resection_specimen)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (node_evidence_is_sign(s->items[i].saying) && !s->items[i].resection_specimen &&
            event_may_coincide(s->items[i].event, sign->event))
            return false;
    return true;
}

static void open_episode(struct evidence *v, const struct statements *s,
                         const struct statement *sign)
{
    struct chart_paln *p = &v->chart->paln;

    p->episode++;
    p->first_shown = event_days(sign->event);
    p->shown_by_specimen = shown_by_specimen(s, sign);
    if (v->shown_count < EPISODES_MAX)
        v->shown[v->shown_count++] = p->first_shown.first;
    v->floor_day = v->episode_follows ? sign->day : DAY_NONE;
}

/* No disease is in view until it is shown again. */
static void close_episode(struct evidence *v)
{
    v->chart->paln.first_shown = (struct days){DAY_NONE, DAY_NONE};
    v->chart->paln.shown_by_specimen = false;
    v->episode_follows = true;
}

/* All that resects the nodes on ${day}. */
static void rest_on_operations(const struct evidence *v, struct basis *basis, int32_t day)
{
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_PATHOLOGY], places)) != NULL)
        if (node_statements_resects(e) && event_day(e) == day)
            basis_add(basis, e);
}

/* Walk from episode to episode; what stands at the end is the one in view. */
static struct judged walk_episodes(struct evidence *v, const struct statements *s)
{
    struct chart_paln *p = &v->chart->paln;
    int32_t floor = DAY_NONE;

    for (;;) {
        struct judged judged;
        const struct statement *sign;
        const struct event *operation = resection_after(v, s, floor, &judged, &sign);

        if (operation == NULL) {
            judged = judge_up_to(v, s, floor, INT32_MAX, &sign);
            if (node_evidence_is_involved(&judged) && sign != NULL)
                open_episode(v, s, sign);
            return judged;
        }
        open_episode(v, s, sign);
        if (!shown_again(s, event_last_day(operation))) {
            p->resected = true;
            p->resected_on = event_days(operation);
            rest_on_operations(v, &p->resected_by, event_day(operation));
            suspicious_after_resection(v, s);
            return judged;
        }
        floor = event_last_day(operation);
        close_episode(v);
    }
}

/* ---- PALN ------------------------------------------------------------------------------------ */

static bool abdomen_was_shown(const struct evidence *v)
{
    for (size_t i = 0; i < v->of[BODY_IMAGING].count; i++)
        if (imaging_shows_abdomen(&v->of[BODY_IMAGING].items[i]->body.imaging))
            return true;
    return false;
}

static enum why why_unknown(const struct evidence *v, const struct judged *j)
{
    bool vague;

    if (j->evidence == PALN_CONFLICT)
        return WHY_CONFLICT;
    vague = j->evidence == PALN_SUSPICIOUS || j->station_unknown || abdomen_was_shown(v);
    return why_first(
        why_first(vague ? WHY_NOT_STATED : WHY_NOT_ASSESSED, evidence_why_absent(v, BODY_IMAGING)),
        node_statements_why_no_histology(v, /* contradicts= */ false));
}

static bool rests_on_specimen(const struct basis *basis)
{
    for (size_t i = 0; i < basis->count; i++)
        if (basis->events[i]->kind == BODY_PATHOLOGY)
            return true;
    return false;
}

void fold_nodes(struct evidence *v)
{
    struct chart_paln *p = &v->chart->paln;
    struct statements statements;
    struct judged judged;

    p->first_shown = p->resected_on = (struct days){DAY_NONE, DAY_NONE};
    v->floor_day = DAY_NONE;
    node_statements_draw(v, &statements);
    judged = walk_episodes(v, &statements);
    if (v->episode_follows && p->first_shown.first == DAY_NONE)
        v->floor_day = INT32_MAX; /* all therapy is of episodes that are over */
    p->evidence = judged.evidence;
    p->station_unknown = judged.station_unknown;
    p->doubtful_since = judged.since;
    p->fact.basis = judged.basis;
    p->against = judged.against;
    p->fact.truth = node_evidence_is_involved(&judged) ? TRI_YES
                    : judged.evidence == PALN_NEGATIVE ? TRI_NO
                                                       : TRI_UNKNOWN;
    if (judged.proven) {
        p->histology.truth = TRI_YES;
        p->histology.basis = judged.proof;
    }
    if (p->fact.truth == TRI_NO)
        p->absent = node_statements_why_absent(v);
    if (p->fact.truth == TRI_UNKNOWN) {
        p->fact.why = why_unknown(v, &judged);
        evidence_missing(v, INPUT_PALN_STATUS, p->fact.why);
    }
    if (judged.evidence == PALN_CONFLICT) {
        struct basis both = judged.basis;

        for (size_t i = 0; i < judged.against.count; i++)
            basis_add(&both, judged.against.events[i]);
        evidence_conflict(v, INPUT_PALN_STATUS, &both);
    }
    if (judged.evidence == PALN_SUSPICIOUS || judged.evidence == PALN_CONFLICT)
        evidence_missing(v, INPUT_PALN_HISTOLOGY,
                         node_statements_why_no_histology(
                             v, judged.evidence == PALN_CONFLICT &&
                                    (judged.proven || rests_on_specimen(&judged.against))));
}
