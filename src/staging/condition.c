#include "staging/evidence.h"

/* Fitness (S26) and extent (S25): the patient's condition beside the para-aortic disease. */

/* ---- FIT ------------------------------------------------------------------------------------- */

static enum tri ecog_truth(const struct chart_fitness *f)
{
    if (f->ecog_event == NULL)
        return TRI_UNKNOWN;
    return tri_from(f->ecog.value <= 2);
}

/* RELEVANT needs a clinician's word, which a newer RELEVANT overtakes. */
static enum tri comorbidity_truth(const struct chart_fitness *f)
{
    if (f->fitness == FITNESS_FIT)
        return TRI_YES;
    if (f->comorbidity_event == NULL || f->comorbidity == COMORBIDITY_RELEVANT)
        return TRI_UNKNOWN;
    return TRI_YES;
}

static void read_fitness(const struct evidence *v, struct chart_fitness *f)
{
    const struct events *statuses = &v->of[BODY_CLINICAL_STATUS];

    for (size_t i = 0; i < statuses->count; i++) {
        const struct event *e = statuses->items[i];
        const struct clinical_status *s = &e->body.clinical_status;

        if (s->ecog.given) {
            f->ecog = s->ecog;
            f->ecog_event = e;
        }
        if (s->comorbidity != COMORBIDITY_UNSPECIFIED) {
            f->comorbidity = s->comorbidity;
            f->comorbidity_event = e;
            if (s->comorbidity == COMORBIDITY_RELEVANT && f->fitness == FITNESS_FIT) {
                f->fitness = FITNESS_UNSPECIFIED;
                f->fitness_event = NULL;
            }
        }
        if (s->fitness != FITNESS_UNSPECIFIED) {
            f->fitness = s->fitness;
            f->fitness_event = e;
        }
    }
}

void fold_fitness(struct evidence *v)
{
    struct chart_fitness *f = &v->chart->fitness;
    enum why absent = evidence_why_absent(v, BODY_CLINICAL_STATUS);
    enum tri ecog;
    enum tri comorbidity;
    enum tri surgical_ecog;

    read_fitness(v, f);
    ecog = surgical_ecog = ecog_truth(f);
    comorbidity = f->fitness == FITNESS_UNFIT ? TRI_NO : comorbidity_truth(f);
    if (f->ecog_event != NULL && evidence_is_fresh(v, event_days(f->ecog_event),
                                                   v->cutoffs->fitness_valid_days) != TRI_YES) {
        surgical_ecog = TRI_UNKNOWN;
        f->ecog_stale = true;
    }
    f->fact.truth = tri_and(ecog, comorbidity);
    f->for_surgery.truth = tri_and(surgical_ecog, comorbidity);
    basis_add(&f->fact.basis, f->ecog_event);
    basis_add(&f->fact.basis, f->comorbidity_event);
    basis_add(&f->fact.basis, f->fitness_event);
    f->for_surgery.basis = f->fact.basis;
    if (f->fact.truth == TRI_UNKNOWN) {
        f->fact.why = absent;
        if (ecog == TRI_UNKNOWN)
            f->missing |= input_bit(INPUT_ECOG);
        if (comorbidity == TRI_UNKNOWN)
            f->missing |= input_bit(INPUT_COMORBIDITY);
    }
    if (f->for_surgery.truth == TRI_UNKNOWN) {
        f->for_surgery.why = f->ecog_stale ? WHY_STALE : absent;
        f->for_surgery_missing = f->missing;
        if (surgical_ecog == TRI_UNKNOWN)
            f->for_surgery_missing |= input_bit(INPUT_ECOG);
        if (comorbidity == TRI_UNKNOWN)
            f->for_surgery_missing |= input_bit(INPUT_COMORBIDITY);
    }
    if (f->ecog_event == NULL)
        evidence_missing(v, INPUT_ECOG, absent);
    else if (f->ecog_stale)
        evidence_missing(v, INPUT_ECOG, WHY_STALE);
    if (comorbidity == TRI_UNKNOWN)
        evidence_missing(v, INPUT_COMORBIDITY,
                         f->comorbidity_event != NULL ? why_first(WHY_NOT_STATED, absent) : absent);
}

/* ---- EXTENT ---------------------------------------------------------------------------------- */

/*
 * The latest certainty of an organ or chain counts, but DEFINITE is not lowered by a later scan; a
 * later ABSENT lowers it to EQUIVOCAL, and no further, unless therapy began between (a haemangioma
 * after all).
 */
static void see_site(const struct evidence *v, struct chart_site_state *s, enum certainty certainty,
                     bool proven, const struct event *e)
{
    if (certainty == CERTAINTY_UNSPECIFIED)
        certainty = CERTAINTY_EQUIVOCAL;
    if (s->certainty == CERTAINTY_DEFINITE && certainty != CERTAINTY_DEFINITE) {
        if (certainty != CERTAINTY_ABSENT || s->proven ||
            evidence_start_between(v, event_day(s->event), event_day(e)) != NULL)
            return;
        s->lowered = true;
    }
    if (s->lowered && certainty == CERTAINTY_ABSENT)
        certainty = CERTAINTY_EQUIVOCAL;
    s->proven = s->proven || proven;
    if (s->certainty == certainty)
        return; /* the event that first said so */
    s->certainty = certainty;
    s->event = e;
}

/* A lesion outside rectum and nodes counts as another site as well. */
static enum certainty lesion_certainty(const struct lesion *l)
{
    if (l->state == LESION_STATE_ABSENT)
        return CERTAINTY_ABSENT;
    return l->certainty;
}

/* What one report says of a place with several lesions: the most certain of them. */
static void note_certainty(enum certainty *noted, enum certainty certainty)
{
    if (certainty == CERTAINTY_UNSPECIFIED)
        certainty = CERTAINTY_EQUIVOCAL;
    if (*noted == CERTAINTY_UNSPECIFIED || certainty < *noted)
        *noted = certainty;
}

static enum certainty node_certainty(enum node_status statement)
{
    return statement == NODE_STATUS_METASTATIC   ? CERTAINTY_DEFINITE
           : statement == NODE_STATUS_SUSPICIOUS ? CERTAINTY_EQUIVOCAL
                                                 : CERTAINTY_ABSENT;
}

/* What one report says of places beside the rectum and its own nodes. */
struct places {
    enum certainty organs[ORGAN_COUNT];
    enum certainty chains[STATION_COUNT];
    bool any;
};

static void note_organ(struct places *p, enum organ organ, enum certainty certainty)
{
    if (organ == ORGAN_RECTUM || organ == ORGAN_UNSPECIFIED)
        return;
    note_certainty(&p->organs[organ], certainty);
    p->any = true;
}

static void note_chain(struct places *p, enum station station, enum certainty certainty)
{
    if (!station_is_other_distant(station))
        return;
    note_certainty(&p->chains[station], certainty);
    p->any = true;
}

static void see_imaging(struct evidence *v, const struct event *e)
{
    const struct imaging *m = &e->body.imaging;
    struct chart_extent *x = &v->chart->extent;
    struct places p = {.any = false};

    for (size_t k = 0; k < m->other_site_count; k++)
        note_organ(&p, m->other_sites[k].organ, m->other_sites[k].certainty);
    for (size_t k = 0; k < m->lesion_count; k++)
        if (m->lesions[k].organ != ORGAN_LYMPH_NODE)
            note_organ(&p, m->lesions[k].organ, lesion_certainty(&m->lesions[k]));
        else
            note_chain(&p, m->lesions[k].station, lesion_certainty(&m->lesions[k]));
    for (size_t k = 0; k < m->node_count; k++)
        if (m->nodes[k].statement != NODE_STATUS_UNSPECIFIED)
            note_chain(&p, m->nodes[k].station, node_certainty(m->nodes[k].statement));
    for (size_t k = 0; k < ORGAN_COUNT && p.any; k++)
        if (p.organs[k] != CERTAINTY_UNSPECIFIED)
            see_site(v, &x->organs[k], p.organs[k], false, e);
    for (size_t k = 0; k < STATION_COUNT && p.any; k++)
        if (p.chains[k] != CERTAINTY_UNSPECIFIED)
            see_site(v, &x->chains[k], p.chains[k], false, e);
}

static void see_pathology(struct evidence *v, const struct event *e)
{
    const struct pathology *p = &e->body.pathology;
    struct chart_extent *x = &v->chart->extent;

    if (p->other_site.organ != ORGAN_UNSPECIFIED && p->other_site.organ != ORGAN_RECTUM)
        see_site(v, &x->organs[p->other_site.organ], p->other_site.certainty,
                 p->other_site.certainty == CERTAINTY_DEFINITE, e);
    for (size_t k = 0; k < p->station_count; k++)
        if (station_is_other_distant(p->stations[k].station) &&
            p->stations[k].result == NODE_RESULT_POSITIVE)
            see_site(v, &x->chains[p->stations[k].station], CERTAINTY_DEFINITE, true, e);
}

static void add_site(struct chart_extent *x, const struct chart_site_state *s)
{
    if (s->certainty == CERTAINTY_DEFINITE)
        x->definite = true;
    else if (s->certainty == CERTAINTY_EQUIVOCAL)
        x->equivocal = true;
    else
        return;
    basis_add(&x->other.basis, s->event);
}

void fold_sites(struct evidence *v)
{
    struct chart_extent *x = &v->chart->extent;

    for (size_t i = 0; i < v->reports.count; i++) {
        const struct event *e = v->reports.items[i];

        if (e->kind == BODY_IMAGING)
            see_imaging(v, e);
        else if (e->kind == BODY_PATHOLOGY)
            see_pathology(v, e);
        else if (e->kind == BODY_BOARD && e->body.board.unresectable != ANSWER_UNSPECIFIED) {
            x->unresectable = e->body.board.unresectable == ANSWER_YES;
            x->unresectable_event = e;
        }
    }
    for (size_t k = 0; k < ORGAN_COUNT; k++)
        add_site(x, &x->organs[k]);
    for (size_t k = 0; k < STATION_COUNT; k++)
        add_site(x, &x->chains[k]);
    if (x->unresectable)
        basis_add(&x->other.basis, x->unresectable_event);
}

void fold_extent(struct evidence *v)
{
    struct chart_extent *x = &v->chart->extent;
    bool staged = v->chart->ct.fact.truth == TRI_YES;

    x->ok.basis = x->other.basis;
    x->ok.truth = x->unresectable                          ? TRI_NO
                  : x->definite || x->equivocal || !staged ? TRI_UNKNOWN
                                                           : TRI_YES;
    x->other.truth = x->definite || x->unresectable ? TRI_YES
                     : x->equivocal || !staged      ? TRI_UNKNOWN
                                                    : TRI_NO;
    if (x->equivocal && x->other.truth != TRI_YES) {
        x->missing |= input_bit(INPUT_EXTENT);
        evidence_missing(v, INPUT_EXTENT, WHY_NOT_STATED);
    }
    if (!staged)
        x->missing |= v->chart->ct.missing;
    if (x->ok.truth == TRI_UNKNOWN)
        x->ok.why = x->definite || x->equivocal ? WHY_NOT_STATED : v->chart->ct.fact.why;
    if (x->other.truth == TRI_UNKNOWN)
        x->other.why = x->equivocal ? WHY_NOT_STATED : v->chart->ct.fact.why;
}
