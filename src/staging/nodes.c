#include "staging/node_statements.h"

/* What a stretch of days adds up to. */
struct judged {
    enum paln_evidence evidence;
    bool station_unknown;
    struct basis basis;
    struct basis against;
    bool proven;
    struct basis proof;
    int32_t since; /* first day of a doubt; DAY_NONE without one */
};

/* ---- Judging a stretch ----------------------------------------------------------------------- */

/* Days after ${floor} up to and with ${ceiling}; of a board's word that replaced what was before.
 */
struct stretch {
    const struct evidence *v;
    const struct statements *s;
    int32_t floor;
    int32_t ceiling;
    const struct statement *board; /* the latest one with effect, NULL: none */
    int32_t cleared_day; /* of the last board that said negative: no sign up to it counts */
};

static bool is_positive(enum saying saying)
{
    return saying == SAYS_METASTATIC || saying == SAYS_BOARD_METASTATIC;
}

static bool in_stretch(const struct stretch *t, const struct statement *i)
{
    return i->day > t->floor && i->day <= t->ceiling;
}

/* Whether the word of a board, or of a whole basin, leaves ${i} standing. */
static bool stands(const struct stretch *t, const struct statement *i)
{
    if (!in_stretch(t, i))
        return false;
    if (i == t->board || i->saying == SAYS_HISTOLOGY_POSITIVE)
        return true; /* a board replaces imaging, not histology */
    if (i->saying == SAYS_BOARD_NEGATIVE || i->saying == SAYS_BOARD_SUSPICIOUS)
        return false; /* without effect, else it would be the board */
    return t->board == NULL || i > t->board;
}

/* A negative statement that may contradict, and when the primary was resected after it. */
struct denial {
    const struct statement *statement;
    int32_t resected_on; /* the first resection on or after its day; INT32_MAX: none */
};

static int32_t resected_from(const struct evidence *v, int32_t day)
{
    int32_t first = INT32_MAX;

    for (size_t i = 0; i < v->count; i++)
        if (event_resects_primary(v->counted[i]) && event_day(v->counted[i]) >= day &&
            event_day(v->counted[i]) < first)
            first = event_day(v->counted[i]);
    return first;
}

/* The negative statements of the stretch; none after therapy began, which explains them. */
static size_t collect_denials(const struct stretch *t, struct denial ret[STATEMENTS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *n = &t->s->items[i];

        if ((n->saying == SAYS_NEGATIVE || n->saying == SAYS_BIOPSY_NEGATIVE) && stands(t, n) &&
            evidence_start_between(t->v, DAY_NONE + 1, n->day) == NULL)
            ret[count++] =
                (struct denial){.statement = n, .resected_on = resected_from(t->v, n->day)};
    }
    return count;
}

/* At most 42 days apart; a later biopsy at any distance; a resection between tells of new disease.
 */
static bool contradicts(const struct stretch *t, const struct statement *p, const struct denial *d)
{
    int64_t apart = (int64_t)d->statement->day - p->day;

    if (apart >= 0)
        return d->statement->saying == SAYS_BIOPSY_NEGATIVE ||
               apart <= t->v->cutoffs->conflict_days;
    return -apart <= t->v->cutoffs->conflict_days && d->resected_on > p->day;
}

/* A METASTATIC more than 42 days after the last negative statement ends the conflict. */
static bool conflict_is_over(const struct stretch *t, int32_t last_negative)
{
    for (size_t i = 0; i < t->s->count; i++)
        if (stands(t, &t->s->items[i]) && is_positive(t->s->items[i].saying) &&
            (int64_t)t->s->items[i].day - last_negative > t->v->cutoffs->conflict_days)
            return true;
    return false;
}

static void note_doubt(struct judged *j, int32_t day)
{
    if (j->since == DAY_NONE || day < j->since)
        j->since = day;
}

/* METASTATIC by imaging or board: positive, unless a negative statement contradicts it. */
static void judge_positive(const struct stretch *t, struct judged *ret)
{
    int32_t last_negative = DAY_NONE;
    struct denial denials[STATEMENTS_MAX];
    size_t denial_count = collect_denials(t, denials);

    ret->evidence = PALN_IMAGING_POSITIVE;
    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *p = &t->s->items[i];

        if (!stands(t, p) || !is_positive(p->saying))
            continue;
        basis_add(&ret->basis, p->event);
        for (size_t k = 0; k < denial_count; k++) {
            const struct statement *n = denials[k].statement;

            if (!contradicts(t, p, &denials[k]))
                continue;
            basis_add(&ret->against, n->event);
            note_doubt(ret, n->day > p->day ? n->day : p->day);
            if (n->day > last_negative)
                last_negative = n->day;
        }
    }
    if (ret->against.count > 0 && !conflict_is_over(t, last_negative))
        ret->evidence = PALN_CONFLICT;
    else
        ret->against.count = 0;
}

static bool ct_of_abdomen(const struct evidence *v, int32_t ceiling)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->counted[i]->kind == BODY_IMAGING && imaging_is_ct(&v->counted[i]->body.imaging) &&
            imaging_has_region(&v->counted[i]->body.imaging, REGION_ABDOMEN) &&
            event_day(v->counted[i]) <= ceiling)
            return true;
    return false;
}

/* Among suspicious and negative statements the latest counts, on one day the suspicious. */
static void judge_doubtful(const struct stretch *t, struct judged *ret)
{
    const struct statement *suspicious = NULL;
    const struct statement *doubted = NULL; /* the first suspicious one since the last negative */
    const struct statement *referred = NULL;
    const struct statement *negative = NULL; /* imaging, board or whole basin */
    const struct statement *biopsy = NULL;
    const struct statement *unplaced = NULL;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];
        bool treated;

        if (!stands(t, x))
            continue;
        treated = evidence_start_between(t->v, DAY_NONE + 1, x->day) != NULL;
        if ((x->saying == SAYS_SUSPICIOUS || x->saying == SAYS_BOARD_SUSPICIOUS ||
             x->saying == SAYS_REFERRED) &&
            (suspicious == NULL || (negative != NULL && negative->day > suspicious->day)))
            doubted = x;
        if (x->saying == SAYS_SUSPICIOUS || x->saying == SAYS_BOARD_SUSPICIOUS)
            suspicious = x;
        else if (x->saying == SAYS_REFERRED)
            suspicious = referred = x;
        else if (x->saying == SAYS_UNPLACED)
            unplaced = x;
        else if (x->saying == SAYS_BIOPSY_NEGATIVE && !(treated && suspicious != NULL))
            biopsy = x;
        else if ((x->saying == SAYS_NEGATIVE && !(treated && suspicious != NULL)) ||
                 x->saying == SAYS_BOARD_NEGATIVE || x->saying == SAYS_BASIN_NEGATIVE)
            negative = x;
    }
    if (referred != NULL && negative != NULL && negative->saying == SAYS_NEGATIVE) {
        bool metastatic = false;

        for (size_t k = 0; k < referred->event->body.referral.node_count; k++)
            metastatic =
                metastatic ||
                (referred->event->body.referral.nodes[k].station == STATION_PARA_AORTIC &&
                 referred->event->body.referral.nodes[k].statement == NODE_STATUS_METASTATIC);
        if (metastatic) {
            ret->evidence = PALN_CONFLICT;
            basis_add(&ret->basis, referred->event);
            basis_add(&ret->against, negative->event);
            note_doubt(ret, referred->day > negative->day ? referred->day : negative->day);
            return;
        }
    }
    if (suspicious != NULL && (negative == NULL || negative->day <= suspicious->day)) {
        if (biopsy != NULL && biopsy->day >= suspicious->day && ct_of_abdomen(t->v, t->ceiling)) {
            ret->evidence = PALN_NEGATIVE;
            basis_add(&ret->basis, biopsy->event);
        } else {
            ret->evidence = PALN_SUSPICIOUS;
            basis_add(&ret->basis, suspicious->event);
            note_doubt(ret, doubted->day);
            return;
        }
    } else if (negative != NULL) {
        ret->evidence = PALN_NEGATIVE;
        basis_add(&ret->basis, negative->event);
    }
    if (unplaced != NULL && (negative == NULL || unplaced->day >= negative->day)) {
        ret->evidence = PALN_NONE;
        ret->station_unknown = true;
        basis_add(&ret->basis, unplaced->event);
    }
}

/* What the statements of the stretch add up to, strongest first. */
static struct judged judge_stretch(const struct stretch *t)
{
    struct judged judged = {.evidence = PALN_NONE, .since = DAY_NONE};
    bool positive = false;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];

        if (!stands(t, x))
            continue;
        positive = positive || is_positive(x->saying);
        if (x->saying == SAYS_HISTOLOGY_POSITIVE) {
            judged.proven = true;
            basis_add(&judged.proof, x->event);
        }
    }
    if (judged.proven && t->board != NULL && t->board->saying == SAYS_BOARD_NEGATIVE &&
        event_day(judged.proof.events[judged.proof.count - 1]) <= t->board->day) {
        judged.evidence = PALN_CONFLICT;
        judged.basis = judged.proof;
        note_doubt(&judged, t->board->day);
        basis_add(&judged.against, t->board->event);
    } else if (judged.proven) {
        judged.evidence = PALN_CONFIRMED;
        judged.basis = judged.proof;
    } else if (positive) {
        judge_positive(t, &judged);
    } else {
        judge_doubtful(t, &judged);
    }
    return judged;
}

static bool is_involved(const struct judged *j)
{
    return j->evidence == PALN_CONFIRMED || j->evidence == PALN_IMAGING_POSITIVE;
}

/*
 * First shown: the earliest statement of the stretch that speaks for disease, also one that a board
 * has replaced since, but none on or before a board's "negative".
 */
static const struct statement *first_sign(const struct stretch *t)
{
    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];

        if (in_stretch(t, x) && x->day > t->cleared_day &&
            (x->saying == SAYS_HISTOLOGY_POSITIVE || x->saying == SAYS_METASTATIC ||
             x->saying == SAYS_SUSPICIOUS || x->saying == SAYS_REFERRED ||
             x->saying == SAYS_BOARD_METASTATIC || x->saying == SAYS_BOARD_SUSPICIOUS))
            return x;
    }
    return NULL;
}

/* ---- Episodes -------------------------------------------------------------------------------- */

/* Whether disease is shown again after the operation, its own specimens apart. */
static bool shown_again(const struct statements *s, int32_t day)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct statement *x = &s->items[i];

        if (x->day > day && (is_positive(x->saying) ||
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
    if (!is_involved(before) || sign == NULL)
        return false;
    for (size_t i = 0; i < v->start_count; i++) {
        const struct therapy_start *s = &v->starts[i];

        if (s->intent == THERAPY_INTENT_ADJUVANT || s->day >= day)
            continue;
        if (v->episode_follows ? s->day >= sign->day
                               : s->intent == THERAPY_INTENT_PALLIATIVE || s->day >= sign->day)
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
        before = judge_stretch(t);
        if (x->saying == SAYS_BOARD_METASTATIC || x->saying == SAYS_BASIN_NEGATIVE) {
            t->board = x;
        } else if (!treated_by(v, &before, first_sign(t), x->day) &&
                   !(x->saying == SAYS_BOARD_SUSPICIOUS && before.proven)) {
            t->board = x;
        }
        if (t->board == x && negative && !before.proven) {
            t->cleared_day = x->day;
            if (is_involved(&before)) {
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
        if (s->items[i].day > p->resected_on.first && s->items[i].saying == SAYS_SUSPICIOUS)
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
    judged = judge_stretch(&t);
    *ret_sign = first_sign(&t);
    return judged;
}

/* The first operation after ${floor} that resects disease which was shown by then; NULL: none. */
static const struct event *resection_after(struct evidence *v, const struct statements *s,
                                           int32_t floor, struct judged *ret_judged,
                                           const struct statement **ret_sign)
{
    bool follows = v->episode_follows;
    uint32_t episode = v->chart->paln.episode;

    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];

        if (!node_statements_resects(e) || event_day(e) <= floor ||
            node_statements_left_tumour(v, event_day(e)))
            continue;
        *ret_judged = judge_up_to(v, s, floor, event_day(e), ret_sign);
        /* uncovered: involved nodes have a first sign */
        if (is_involved(ret_judged) && *ret_sign != NULL)
            return e;
        v->episode_follows = follows;
        v->chart->paln.episode = episode;
    }
    return NULL;
}

static void open_episode(struct evidence *v, const struct statement *sign)
{
    struct chart_paln *p = &v->chart->paln;

    p->episode++;
    p->first_shown = event_days(sign->event);
    if (v->shown_count < EPISODES_MAX)
        v->shown[v->shown_count++] = p->first_shown.first;
    v->floor_day = v->episode_follows ? sign->day : DAY_NONE;
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
            /* uncovered: involved nodes have a first sign */
            if (is_involved(&judged) && sign != NULL)
                open_episode(v, sign);
            return judged;
        }
        open_episode(v, sign);
        if (!shown_again(s, event_day(operation))) {
            p->resected = true;
            p->resected_on = event_days(operation);
            for (size_t i = 0; i < v->count; i++)
                if (node_statements_resects(v->counted[i]) &&
                    event_day(v->counted[i]) == event_day(operation))
                    basis_add(&p->resected_by, v->counted[i]);
            suspicious_after_resection(v, s);
            return judged;
        }
        floor = event_day(operation);
        v->episode_follows = true;
    }
}

/* ---- PALN ------------------------------------------------------------------------------------ */

static enum why why_unknown(const struct evidence *v, const struct judged *j)
{
    if (j->evidence == PALN_CONFLICT)
        return WHY_CONFLICT;
    if (j->evidence == PALN_SUSPICIOUS || j->station_unknown)
        return WHY_NOT_STATED;
    return why_first(evidence_why_absent(v, UINT32_C(1) << BODY_IMAGING),
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
    p->evidence = judged.evidence;
    p->station_unknown = judged.station_unknown;
    p->doubtful_since = judged.since;
    p->fact.basis = judged.basis;
    p->against = judged.against;
    p->fact.truth = is_involved(&judged)               ? TRI_YES
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
