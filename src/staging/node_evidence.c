#include "staging/node_evidence.h"

bool node_evidence_is_positive(enum saying saying)
{
    return saying == SAYS_METASTATIC || saying == SAYS_BOARD_METASTATIC;
}

static bool in_days(const struct stretch *t, const struct statement *i)
{
    return i->day > t->floor && i->day <= t->ceiling;
}

/* The first day of the stretch on which the nodes are shown again; INT32_MAX: not. */
static int32_t shown_again_on(const struct stretch *t)
{
    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];

        if (in_days(t, x) && (node_evidence_is_positive(x->saying) ||
                              (x->saying == SAYS_HISTOLOGY_POSITIVE && !x->resection_specimen)))
            return x->day;
    }
    return INT32_MAX;
}

/* What an operation took out says nothing of the time after it, though it be dated later. */
static bool in_stretch(const struct stretch *t, const struct statement *i)
{
    return in_days(t, i) &&
           (t->floor == DAY_NONE || !i->resection_specimen || i->day >= shown_again_on(t));
}

/* Whether the word of a board, or of a whole basin, leaves ${i} standing. */
static bool stands(const struct stretch *t, const struct statement *i)
{
    if (!in_stretch(t, i))
        return false;
    if (i == t->board || i->saying == SAYS_HISTOLOGY_POSITIVE)
        return true; /* a board replaces imaging, not histology */
    if (i->saying == SAYS_BOARD_NEGATIVE || i->saying == SAYS_BOARD_SUSPICIOUS ||
        i->saying == SAYS_BASIN_NEGATIVE)
        return false; /* without effect so far, else it would be the board */
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
    size_t places[2] = {0, 0};
    const struct event *e;

    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_PATHOLOGY], places)) != NULL)
        if (event_resects_primary(e) && event_day(e) >= day && event_day(e) < first)
            first = event_day(e);
    return first;
}

static bool is_negative(enum saying saying)
{
    return saying == SAYS_NEGATIVE || saying == SAYS_BIOPSY_NEGATIVE ||
           saying == SAYS_BASIN_NEGATIVE || saying == SAYS_BOARD_NEGATIVE;
}

/*
 * The negative statements of the stretch: none after therapy began, which explains them, and after
 * a resection none before disease is shown again.
 */
static size_t collect_denials(const struct stretch *t, struct denial ret[STATEMENTS_MAX])
{
    int32_t from = t->floor == DAY_NONE ? DAY_NONE : shown_again_on(t);
    size_t count = 0;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *n = &t->s->items[i];

        if (is_negative(n->saying) && stands(t, n) && n->day >= from &&
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
        if (stands(t, &t->s->items[i]) && node_evidence_is_positive(t->s->items[i].saying) &&
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

        if (!stands(t, p) || !node_evidence_is_positive(p->saying))
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
    const struct events *scans = &v->of[BODY_IMAGING];

    for (size_t i = 0; i < scans->count; i++)
        if (imaging_is_ct(&scans->items[i]->body.imaging) &&
            imaging_has_region(&scans->items[i]->body.imaging, REGION_ABDOMEN) &&
            event_day(scans->items[i]) <= ceiling)
            return true;
    return false;
}

/* The statements of a stretch without a positive one that decide it; NULL: none. */
struct doubts {
    const struct statement *suspicious; /* the latest */
    const struct statement *doubted;    /* the first suspicious one since the last negative */
    const struct statement *referred;
    const struct statement *negative; /* imaging, board or whole basin */
    const struct statement *biopsy;   /* negative */
    const struct statement *unplaced;
};

static void note_statement(const struct stretch *t, struct doubts *d, const struct statement *x)
{
    bool treated = evidence_start_between(t->v, DAY_NONE + 1, x->day) != NULL;
    /* "Negative" by therapy lowers nothing. */
    bool explained = treated && (d->suspicious != NULL || d->unplaced != NULL);

    if (x->saying == SAYS_REFERRED)
        d->referred = x;
    switch (x->saying) { /* uncovered: a stretch with a positive statement is not doubtful */
    case SAYS_REFERRED:
    case SAYS_SUSPICIOUS:
    case SAYS_BOARD_SUSPICIOUS:
        if (d->suspicious == NULL || (d->negative != NULL && d->negative->day > d->suspicious->day))
            d->doubted = x;
        d->suspicious = x;
        break;
    case SAYS_UNPLACED:
        d->unplaced = x;
        break;
    case SAYS_BIOPSY_NEGATIVE:
        if (!explained)
            d->biopsy = x;
        break;
    case SAYS_NEGATIVE:
        if (!explained)
            d->negative = x;
        break;
    case SAYS_BASIN_NEGATIVE:
    case SAYS_BOARD_NEGATIVE:
        d->negative = x;
        break;
    case SAYS_HISTOLOGY_POSITIVE: /* uncovered: likewise */
    case SAYS_METASTATIC:
    case SAYS_BOARD_METASTATIC:
        break; /* uncovered: likewise */
    }
}

/* Whether a referral calls the para-aortic nodes metastatic. */
static bool refers_metastatic(const struct statement *referred)
{
    const struct referral *r = &referred->event->body.referral;

    for (size_t k = 0; k < r->node_count; k++)
        if (r->nodes[k].station == STATION_PARA_AORTIC &&
            r->nodes[k].statement == NODE_STATUS_METASTATIC)
            return true;
    return false;
}

/* Among suspicious and negative statements the latest counts, on one day the suspicious. */
static void judge_doubtful(const struct stretch *t, struct judged *ret)
{
    struct doubts d = {.suspicious = NULL};
    int32_t negative_from = DAY_NONE; /* nodes without a station before it are answered */

    for (size_t i = 0; i < t->s->count; i++)
        if (stands(t, &t->s->items[i]))
            note_statement(t, &d, &t->s->items[i]);
    if (d.referred != NULL && d.negative != NULL && d.negative->saying == SAYS_NEGATIVE &&
        refers_metastatic(d.referred)) {
        ret->evidence = PALN_CONFLICT;
        basis_add(&ret->basis, d.referred->event);
        basis_add(&ret->against, d.negative->event);
        note_doubt(ret, d.referred->day > d.negative->day ? d.referred->day : d.negative->day);
        return;
    }
    if (d.suspicious != NULL &&
        (d.negative == NULL || d.negative->day <= event_last_day(d.suspicious->event))) {
        if (d.biopsy == NULL || d.biopsy->day <= event_last_day(d.suspicious->event) ||
            !ct_of_abdomen(t->v, t->ceiling)) {
            ret->evidence = PALN_SUSPICIOUS;
            basis_add(&ret->basis, d.suspicious->event);
            note_doubt(ret, d.doubted->day);
            return;
        }
        ret->evidence = PALN_NEGATIVE;
        basis_add(&ret->basis, d.biopsy->event);
        negative_from = d.suspicious->day;
    } else if (d.negative != NULL) {
        ret->evidence = PALN_NEGATIVE;
        basis_add(&ret->basis, d.negative->event);
        negative_from = d.negative->day;
    }
    if (d.unplaced != NULL && d.unplaced->day >= negative_from) {
        ret->evidence = PALN_NONE;
        ret->station_unknown = true;
        basis_add(&ret->basis, d.unplaced->event);
    }
}

/* Whether ${x} is METASTATIC more than 42 days after every negative statement before it. */
static bool outlasts(const struct stretch *t, const struct statement *x,
                     const struct denial *denials, size_t denial_count)
{
    for (size_t k = 0; k < denial_count; k++)
        if (denials[k].statement->day <= x->day &&
            (int64_t)x->day - denials[k].statement->day <= t->v->cutoffs->conflict_days)
            return false;
    return node_evidence_is_positive(x->saying) && stands(t, x);
}

/* Whether a board's "negative" still contradicts the histology until ${proven_on}. */
static bool board_contradicts(const struct stretch *t, int32_t proven_on)
{
    struct denial denials[STATEMENTS_MAX];
    size_t denial_count;

    if (t->board == NULL || t->board->saying != SAYS_BOARD_NEGATIVE || proven_on > t->board->day)
        return false;
    denial_count = collect_denials(t, denials);
    for (size_t i = 0; i < t->s->count; i++)
        if ((int64_t)t->s->items[i].day - t->board->day > t->v->cutoffs->conflict_days &&
            outlasts(t, &t->s->items[i], denials, denial_count))
            return false;
    return true;
}

struct judged node_evidence_judge(const struct stretch *t)
{
    struct judged judged = {.evidence = PALN_NONE, .since = DAY_NONE};
    int32_t proven_on = DAY_NONE;
    bool positive = false;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];

        if (!stands(t, x))
            continue;
        positive = positive || node_evidence_is_positive(x->saying);
        if (x->saying == SAYS_HISTOLOGY_POSITIVE) {
            judged.proven = true;
            proven_on = x->day;
            basis_add(&judged.proof, x->event);
        }
    }
    if (judged.proven && board_contradicts(t, proven_on)) {
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

bool node_evidence_is_involved(const struct judged *j)
{
    return j->evidence == PALN_CONFIRMED || j->evidence == PALN_IMAGING_POSITIVE;
}

bool node_evidence_is_sign(enum saying saying)
{
    return saying == SAYS_HISTOLOGY_POSITIVE || saying == SAYS_METASTATIC ||
           saying == SAYS_SUSPICIOUS || saying == SAYS_REFERRED ||
           saying == SAYS_BOARD_METASTATIC || saying == SAYS_BOARD_SUSPICIOUS;
}

static bool is_sign(const struct stretch *t, const struct statement *x)
{
    return in_stretch(t, x) && x->day > t->cleared_day && node_evidence_is_sign(x->saying);
}

const struct statement *node_evidence_first_sign(const struct stretch *t)
{
    const struct statement *first = NULL;

    for (size_t i = 0; i < t->s->count; i++) {
        const struct statement *x = &t->s->items[i];

        if (!is_sign(t, x))
            continue;
        if (first == NULL)
            first = x;
        else if (x->day != first->day)
            break;
        else if (first->resection_specimen && !x->resection_specimen)
            first = x;
    }
    return first;
}
