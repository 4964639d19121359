#include "staging/recist.h"

static const enum input region_inputs[CT_REGION_COUNT] = {INPUT_CT_CHEST, INPUT_CT_ABDOMEN,
                                                          INPUT_CT_PELVIS};
static const enum region ct_regions[CT_REGION_COUNT] = {REGION_CHEST, REGION_ABDOMEN,
                                                        REGION_PELVIS};

/* A CT, or a PET-CT reported as diagnostic CT of all three regions. */
static bool stages_region(const struct event *e, enum region region)
{
    const struct imaging *m = &e->body.imaging;

    if (e->kind != BODY_IMAGING || !imaging_is_ct(m) || !imaging_has_region(m, region))
        return false;
    return m->modality == MODALITY_CT ||
           (imaging_has_region(m, REGION_CHEST) && imaging_has_region(m, REGION_ABDOMEN) &&
            imaging_has_region(m, REGION_PELVIS));
}

/* Fresh on ${day}; with ${today} it is the evaluation's own and time will change it. */
static enum tri fresh_on(struct evidence *v, const struct event *e, int32_t day, bool today)
{
    if (today)
        return evidence_is_fresh(v, event_days(e), v->cutoffs->staging_ct_valid_days);
    if ((int64_t)day - event_day(e) <= v->cutoffs->staging_ct_valid_days)
        return TRI_YES;
    return (int64_t)day - event_last_day(e) > v->cutoffs->staging_ct_valid_days ? TRI_NO
                                                                                : TRI_UNKNOWN;
}

/* Why no CT of the region that counts is there; ${ret_pending}: one is on its way. */
static enum why why_no_ct(const struct evidence *v, enum region region, int32_t day,
                          bool *ret_pending)
{
    enum why why = WHY_NOT_ASSESSED;

    *ret_pending = false;
    for (size_t i = 0; i < v->marked_count; i++) {
        const struct history_entry *entry = v->marked[i];

        if (!stages_region(entry->event, region) || event_day(entry->event) > day)
            continue;
        why = why_first(why, evidence_why_of(entry));
        *ret_pending = *ret_pending || entry->standing == STANDING_PENDING;
    }
    return why;
}

/* A missing report means "not done" here: the one exception to "absence is unknown". */
static void fold_region(struct evidence *v, size_t k, int32_t day, bool today)
{
    struct chart_ct *ct = &v->chart->ct;
    struct fact *f = &ct->regions[k];
    const struct events *scans = &v->of[BODY_IMAGING];
    bool pending;
    enum why why = why_no_ct(v, ct_regions[k], day, &pending);
    bool stale = false;
    enum tri best = TRI_NO;

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];
        enum tri fresh;

        /* uncovered: a CT that counts, after the START, is the restaging that is judged instead */
        if (!stages_region(e, ct_regions[k]) || event_day(e) > day)
            continue;
        fresh = fresh_on(v, e, day, today);
        /* In clinical order none is less fresh than one before it. */
        if (fresh != TRI_NO)
            f->basis = (struct basis){.count = 1, .events = {e}};
        best = tri_or(best, fresh);
        stale = stale || fresh == TRI_NO;
    }
    f->truth = best == TRI_NO && pending ? TRI_UNKNOWN : best;
    if (stale || best == TRI_UNKNOWN)
        why = why_first(why, WHY_STALE);
    f->why = f->truth == TRI_YES ? WHY_NONE : why;
    if (f->truth == TRI_NO && stale)
        ct->stale = true;
}

static void finish_ct(struct evidence *v)
{
    struct chart_ct *ct = &v->chart->ct;

    ct->fact.truth = TRI_YES;
    for (size_t k = 0; k < CT_REGION_COUNT; k++) {
        ct->fact.truth = tri_and(ct->fact.truth, ct->regions[k].truth);
        for (size_t i = 0; i < ct->regions[k].basis.count; i++)
            basis_add(&ct->fact.basis, ct->regions[k].basis.events[i]);
        if (ct->regions[k].truth == TRI_YES)
            continue;
        ct->missing |= input_bit(region_inputs[k]);
        ct->fact.why = why_first(ct->fact.why, ct->regions[k].why);
        evidence_missing(v, region_inputs[k], ct->regions[k].why);
    }
}

/* At a restaging: all three regions, or not; its age is the response's affair. */
static void judge_ct_at(struct evidence *v, const struct time_point *tp)
{
    for (size_t k = 0; k < CT_REGION_COUNT; k++) {
        struct fact *f = &v->chart->ct.regions[k];

        f->truth = tri_from(tp->regions[ct_regions[k]]);
        f->why = f->truth == TRI_YES ? WHY_NONE : WHY_NOT_ASSESSED;
        basis_add(&f->basis, tp->dated);
    }
}

void fold_ct(struct evidence *v, const struct therapy_start *start,
             const struct time_point *restaging)
{
    for (size_t k = 0; k < CT_REGION_COUNT && restaging == NULL; k++) {
        if (start == NULL)
            fold_region(v, k, INT32_MAX, /* today= */ true);
        else
            fold_region(v, k, start->day, /* today= */ false);
    }
    if (restaging != NULL)
        judge_ct_at(v, restaging);
    finish_ct(v);
}
