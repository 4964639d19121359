#include "staging/node_statements.h"

/* The prognostic factors: timing (S14), count (S15) and CEA (S16).  Never gates. */

/* ---- Timing (B.5) ---------------------------------------------------------------------------- */

/*
 * Months from ${from} to ${to}, compared as calendar dates: to >= from + months.  Where the month
 * has no such day its last one counts.
 */
static bool months_have_passed(int32_t from, int32_t to, int32_t months)
{
    int32_t y0;
    int32_t m0;
    int32_t d0;
    int32_t y1;
    int32_t m1;
    int32_t d1;
    int32_t next_day;
    int32_t passed;

    day_to_civil(to + 1, &y1, &m1, &next_day);
    day_to_civil(from, &y0, &m0, &d0);
    day_to_civil(to, &y1, &m1, &d1);
    passed = (y1 - y0) * 12 + (m1 - m0) - (d1 < d0 && next_day != 1 ? 1 : 0);
    return passed >= months;
}

/* Final CT, MRI or PET-CT of the abdomen up to ${day} that says "negative" of the nodes. */
static const struct event *negative_baseline(const struct evidence *v, int32_t day)
{
    const struct events *scans = &v->of[BODY_IMAGING];

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];
        const struct imaging *m = &e->body.imaging;

        if (event_day(e) > day || !imaging_has_region(m, REGION_ABDOMEN) ||
            (m->modality != MODALITY_CT && m->modality != MODALITY_MRI &&
             m->modality != MODALITY_PET_CT))
            continue;
        for (size_t k = 0; k < m->node_count; k++)
            if (m->nodes[k].station == STATION_PARA_AORTIC &&
                m->nodes[k].statement == NODE_STATUS_NEGATIVE)
                return e;
    }
    return NULL;
}

/* Chemoradiation or short course DONE at least 183 days before: watch and wait, perhaps. */
static bool watched_and_waited(const struct evidence *v, int32_t shown)
{
    const struct events *courses = &v->of[BODY_RADIOTHERAPY];

    for (size_t i = 0; i < courses->count; i++) {
        const struct event *e = courses->items[i];
        const struct radiotherapy *r = &e->body.radiotherapy;

        if (r->state == PLAN_STATE_DONE &&
            (r->kind == RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION ||
             r->kind == RADIOTHERAPY_KIND_SHORT_COURSE) &&
            (int64_t)shown - event_day(e) >= v->cutoffs->watch_and_wait_days)
            return true;
    }
    return false;
}

static void fold_metachronous(struct evidence *v, const struct event *completion)
{
    struct chart_timing *t = &v->chart->timing;
    struct days shown = v->chart->paln.first_shown;
    const struct event *baseline = negative_baseline(v, event_last_day(completion));
    int32_t done = event_day(completion);

    if (baseline != NULL) {
        t->timing = TIMING_METACHRONOUS;
        basis_add(&t->basis, baseline);
        t->early = !months_have_passed(done, shown.first, v->cutoffs->early_metachronous_months);
    } else if (months_have_passed(event_last_day(completion), shown.first,
                                  v->cutoffs->presumed_metachronous_months)) {
        t->timing = TIMING_METACHRONOUS;
        t->presumed = true;
    } else {
        evidence_missing(v, INPUT_PALN_TIMING, WHY_NOT_STATED);
    }
}

static void fold_timing(struct evidence *v)
{
    struct chart *c = v->chart;
    struct chart_timing *t = &c->timing;
    const struct event *completion = c->primary.resection;
    struct days shown = c->paln.first_shown;

    if (c->paln.fact.truth != TRI_YES || shown.first == DAY_NONE) {
        evidence_missing(v, INPUT_PALN_TIMING, WHY_NOT_ASSESSED);
        return;
    }
    basis_add(&t->basis, completion);
    if (completion == NULL) {
        if (watched_and_waited(v, shown.first))
            evidence_missing(v, INPUT_PALN_TIMING, WHY_NOT_STATED);
        else
            t->timing = TIMING_SYNCHRONOUS;
    } else if (shown.first <= event_last_day(completion)) {
        /* Dates equal at common precision are "on or before". */
        t->timing = TIMING_SYNCHRONOUS;
    } else {
        fold_metachronous(v, completion);
    }
}

/* ---- Count ----------------------------------------------------------------------------------- */

/* Whether a report speaks of para-aortic nodes that may be diseased. */
static bool mentions_nodes(const struct imaging *m)
{
    for (size_t k = 0; k < m->node_count; k++)
        if (m->nodes[k].station == STATION_PARA_AORTIC &&
            m->nodes[k].statement != NODE_STATUS_NEGATIVE)
            return true;
    return false;
}

/* How many nodes are involved; of those called negative none is. */
static const struct node_count *stated_count(const struct event *e)
{
    const struct node_finding *nodes = e->body.imaging.nodes;

    for (size_t k = 0; k < e->body.imaging.node_count; k++)
        if (nodes[k].station == STATION_PARA_AORTIC && nodes[k].statement != NODE_STATUS_NEGATIVE &&
            (nodes[k].count.min.given || nodes[k].count.max.given))
            return &nodes[k].count;
    return NULL;
}

/* Why the number is open: vague, contradictory, not stated of the nodes, or nothing reported. */
static enum why why_no_count(const struct evidence *v)
{
    const struct chart *c = v->chart;
    const struct chart_count *n = &c->count;
    enum why absent = n->pathological
                          ? node_statements_why_no_histology(v, /* contradicts= */ false)
                          : evidence_why_absent(v, BODY_IMAGING);

    if (c->paln.fact.truth != TRI_YES)
        return absent;
    if (n->count.min.given && n->count.max.given && n->count.min.value > n->count.max.value)
        return WHY_CONFLICT;
    if (n->favourable.basis.count > 0 || (!n->pathological && n->mentioned))
        return why_first(WHY_NOT_STATED, absent);
    return absent;
}

/* The latest count before therapy; a later report replaces it only if it says more. */
static void count_by_imaging(struct evidence *v)
{
    struct chart_count *n = &v->chart->count;
    const struct events *scans = &v->of[BODY_IMAGING];
    const struct event *from = NULL;
    int32_t start = v->chart->therapy.first_start == NULL
                        ? INT32_MAX
                        : event_last_day(v->chart->therapy.first_start);

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];
        const struct node_count *c = stated_count(e);

        if (event_day(e) < v->floor_day)
            continue;
        n->mentioned = n->mentioned || mentions_nodes(&e->body.imaging);
        if (c == NULL)
            continue;
        if (event_day(e) <= start) {
            n->count = *c;
            from = e;
        } else if (from != NULL && c->min.given && n->count.max.given &&
                   c->min.value > n->count.max.value) {
            n->count = *c;
            from = e;
        }
    }
    basis_add(&n->favourable.basis, from);
}

/* After a dissection the pathologist's count alone; a specimen without one leaves it open. */
static void count_by_pathology(struct evidence *v)
{
    struct chart_count *n = &v->chart->count;
    const struct events *specimens = &v->of[BODY_PATHOLOGY];
    uint32_t positive = 0;
    bool open = false;

    n->pathological = true;
    for (size_t i = 0; i < specimens->count; i++) {
        const struct event *e = specimens->items[i];

        if (event_last_day(e) < v->chart->paln.resected_on.first ||
            (e->body.pathology.specimen != SPECIMEN_NODE_DISSECTION &&
             e->body.pathology.specimen != SPECIMEN_PRIMARY_RESECTION))
            continue;
        for (size_t k = 0; k < e->body.pathology.station_count; k++) {
            const struct station_result *r = &e->body.pathology.stations[k];

            if (r->station != STATION_PARA_AORTIC)
                continue;
            open = open || !r->tally.positive.given;
            positive += r->tally.positive.value;
            basis_add(&n->favourable.basis, e);
        }
    }
    if (n->favourable.basis.count > 0) {
        n->count.min = (struct number){.given = true, .value = positive};
        n->count.max = (struct number){.given = !open, .value = open ? 0 : positive};
    }
}

static void fold_count(struct evidence *v)
{
    struct chart_count *n = &v->chart->count;
    uint32_t cut = v->cutoffs->count_favourable_max;

    if (v->chart->paln.resected)
        count_by_pathology(v);
    else
        count_by_imaging(v);
    if (n->count.min.given && n->count.max.given && n->count.min.value > n->count.max.value)
        n->favourable.truth = TRI_UNKNOWN;
    else if (n->count.max.given && n->count.max.value <= cut)
        n->favourable.truth = TRI_YES;
    else if (n->count.min.given && n->count.min.value > cut)
        n->favourable.truth = TRI_NO;
    if (v->chart->paln.fact.truth != TRI_YES)
        n->favourable.truth = TRI_UNKNOWN;
    if (n->favourable.truth == TRI_UNKNOWN) {
        n->favourable.why = why_no_count(v);
        evidence_missing(v, INPUT_PALN_COUNT, n->favourable.why);
    }
}

/* ---- CEA ------------------------------------------------------------------------------------- */

/* Strictly below the cut, as far as the comparator lets one say. */
static enum tri below_cut(const struct laboratory *l, int64_t cut)
{
    int64_t x = l->value.thousandths;

    switch (l->comparator) {
    case COMPARATOR_UNSPECIFIED:
        return tri_from(x < cut);
    case COMPARATOR_LESS:
        return x <= cut ? TRI_YES : TRI_UNKNOWN;
    case COMPARATOR_LESS_OR_EQUAL:
        return x < cut ? TRI_YES : TRI_UNKNOWN;
    case COMPARATOR_GREATER:
    case COMPARATOR_GREATER_OR_EQUAL:
        return x >= cut ? TRI_NO : TRI_UNKNOWN;
    }
    return TRI_UNKNOWN; /* uncovered: every comparator is named above */
}

static bool is_cea(const struct event *e)
{
    return e->body.laboratory.analyte == ANALYTE_CEA && e->body.laboratory.value.given;
}

/* The START that is "with therapy": one on or before the decision. */
static const struct event *start_before_decision(const struct evidence *v)
{
    const struct chart *c = v->chart;
    const struct event *start = c->therapy.first_start;

    if (start == NULL || (c->paln.resected && event_day(start) > c->paln.resected_on.first))
        return NULL;
    return start;
}

static const struct event *latest_of_all(const struct evidence *v)
{
    const struct events *values = &v->of[BODY_LABORATORY];

    for (size_t i = values->count; i > 0; i--)
        if (is_cea(values->items[i - 1]))
            return values->items[i - 1];
    return NULL;
}

/*
 * The value in question: the latest; with therapy the latest dated strictly after its START.
 * ${ret_early}: there are values from before therapy only.
 */
static const struct event *latest_cea(const struct evidence *v, const struct event *start,
                                      bool *ret_early)
{
    const struct chart *c = v->chart;
    const struct events *values = &v->of[BODY_LABORATORY];

    for (size_t i = values->count; i > 0; i--) {
        const struct event *e = values->items[i - 1];

        if (!is_cea(e) || (c->paln.resected && event_day(e) > c->paln.resected_on.first))
            continue;
        if (start == NULL || event_day(e) > event_last_day(start))
            return e;
        *ret_early = true;
        return NULL;
    }
    return NULL;
}

static enum tri is_recent(struct evidence *v, const struct event *e)
{
    const struct chart_paln *p = &v->chart->paln;

    if (!p->resected)
        return evidence_is_fresh(v, event_days(e), v->cutoffs->cea_valid_days);
    if ((int64_t)p->resected_on.first - event_day(e) <= v->cutoffs->cea_valid_days)
        return TRI_YES;
    return TRI_NO;
}

void fold_cea(struct evidence *v)
{
    struct chart_cea *k = &v->chart->cea;
    const struct event *start = start_before_decision(v);
    enum why absent = evidence_why_absent(v, BODY_LABORATORY);
    bool early = false;
    const struct event *e = latest_cea(v, start, &early);
    const struct laboratory *l;
    bool usable;

    k->latest = latest_of_all(v);
    k->unit_bad = k->latest != NULL && !laboratory_unit_is_usable(k->latest->body.laboratory.unit);
    k->event = e;
    if (e == NULL) {
        k->favourable.why = why_first(early ? WHY_STALE : WHY_NOT_ASSESSED, absent);
        evidence_missing(v, INPUT_CEA_PREOP, k->favourable.why);
        return;
    }
    l = &e->body.laboratory;
    basis_add(&k->favourable.basis, e);
    k->provisional = start == NULL;
    usable = laboratory_unit_is_usable(l->unit);
    k->at_cut = usable && l->value.thousandths == v->cutoffs->cea_below_thousandths_ng_ml;
    if (is_recent(v, e) != TRI_YES)
        k->favourable.why = WHY_STALE;
    else if (!usable)
        k->favourable.why = WHY_NOT_STATED;
    else
        k->favourable.truth = below_cut(l, v->cutoffs->cea_below_thousandths_ng_ml);
    if (k->favourable.truth == TRI_UNKNOWN) {
        k->favourable.why = why_first(why_first(k->favourable.why, WHY_NOT_STATED), absent);
        evidence_missing(v, INPUT_CEA_PREOP, k->favourable.why);
    }
}

void fold_factors(struct evidence *v)
{
    fold_timing(v);
    fold_count(v);
}
