#include "staging/recist.h"

#include <string.h>

#define MM INT64_C(1000) /* thousandths */
#define NODE_NORMAL_BELOW (10 * MM)
#define NODE_MEASURABLE (15 * MM)
#define MEASURABLE (10 * MM)
#define MEASURABLE_ON_RADIOGRAPH (20 * MM)
#define TOO_SMALL_MM (5 * MM)
#define GROWTH_MM (5 * MM)

/* ---- Baseline -------------------------------------------------------------------------------- */

static bool is_absent(const struct lesion *l)
{
    return l->state == LESION_STATE_ABSENT || l->certainty == CERTAINTY_ABSENT ||
           (l->diameter_mm.given && l->diameter_mm.thousandths == 0);
}

static bool is_node(const struct lesion *l)
{
    return l->organ == ORGAN_LYMPH_NODE;
}

static bool is_measurable(const struct baseline_lesion *b)
{
    int64_t size = b->lesion->diameter_mm.thousandths;
    int64_t least = b->node ? NODE_MEASURABLE
                    : b->scan->body.imaging.modality == MODALITY_RADIOGRAPH
                        ? MEASURABLE_ON_RADIOGRAPH
                        : MEASURABLE;

    return b->lesion->diameter_mm.given && size >= least;
}

/* A node below 10 mm is normal; what is too small to measure is 5 mm unless given. */
static bool is_normal_node(const struct lesion *l)
{
    return is_node(l) && (l->diameter_mm.given ? l->diameter_mm.thousandths < NODE_NORMAL_BELOW
                                               : l->state == LESION_STATE_TOO_SMALL);
}

static struct baseline_lesion *find_lesion(struct baseline *b, const char *id)
{
    for (size_t i = 0; i < b->count; i++)
        if (strcmp(b->lesions[i].lesion->lesion_id, id) == 0)
            return &b->lesions[i];
    return NULL;
}

/* Take over one scan's listing; scans come in clinical order, so a later one replaces. */
static void list_scan(struct baseline *b, const struct event *scan)
{
    const struct imaging *m = &scan->body.imaging;

    for (size_t k = 0; k < m->region_count; k++)
        b->regions[m->regions[k]] = true;
    for (size_t k = 0; k < m->lesion_count; k++) {
        struct baseline_lesion *known = find_lesion(b, m->lesions[k].lesion_id);

        if (known == NULL && b->count < RECIST_LESIONS_MAX)
            known = &b->lesions[b->count++];
        if (known != NULL)
            *known = (struct baseline_lesion){
                .lesion = &m->lesions[k], .scan = scan, .node = is_node(&m->lesions[k])};
    }
    if (m->lesion_count > 0) {
        b->latest = scan;
        b->day = event_day(scan);
    }
}

/* A normal node is no lesion, unless somebody gave it a role. */
static bool is_no_lesion(const struct lesion *l)
{
    return is_absent(l) || (is_normal_node(l) && l->role == LESION_ROLE_UNSPECIFIED);
}

/* What is listed and no lesion goes to the end: it is no part of the sum, and never new. */
static void drop_no_lesions(struct baseline *b)
{
    size_t kept = 0;

    b->listed = b->count;
    for (size_t i = 0; i < b->listed; i++) {
        struct baseline_lesion l = b->lesions[i];

        if (is_no_lesion(l.lesion))
            continue;
        b->lesions[i] = b->lesions[kept];
        b->lesions[kept++] = l;
    }
    b->count = kept;
}

static bool any_explicit_target(const struct baseline *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->lesions[i].lesion->role == LESION_ROLE_TARGET)
            return true;
    return false;
}

/* Whether lesion ${i} may be a target: explicitly, else by choice of the engine. */
static bool may_be_target(const struct baseline *b, size_t i, bool explicit_only)
{
    const struct lesion *l = b->lesions[i].lesion;

    if (b->lesions[i].target || !is_measurable(&b->lesions[i]))
        return false;
    if (explicit_only)
        return l->role == LESION_ROLE_TARGET;
    return l->role == LESION_ROLE_UNSPECIFIED && l->certainty != CERTAINTY_EQUIVOCAL &&
           l->organ != ORGAN_RECTUM && l->organ != ORGAN_BONE;
}

static size_t targets_in_organ(const struct baseline *b, enum organ organ)
{
    size_t count = 0;

    for (size_t i = 0; i < b->target_count; i++)
        if (b->lesions[b->targets[i]].lesion->organ == organ)
            count++;
    return count;
}

/* Larger first; of equal size the lower lesion id. */
static bool goes_before(const struct lesion *a, const struct lesion *b)
{
    if (a->diameter_mm.thousandths != b->diameter_mm.thousandths)
        return a->diameter_mm.thousandths > b->diameter_mm.thousandths;
    return strcmp(a->lesion_id, b->lesion_id) < 0;
}

static void choose_targets(struct baseline *b)
{
    bool explicit_only = any_explicit_target(b);

    while (b->target_count < RECIST_TARGETS_MAX) {
        size_t best = b->count;

        for (size_t i = 0; i < b->count; i++)
            if (may_be_target(b, i, explicit_only) &&
                targets_in_organ(b, b->lesions[i].lesion->organ) < RECIST_TARGETS_PER_ORGAN_MAX &&
                (best == b->count || goes_before(b->lesions[i].lesion, b->lesions[best].lesion)))
                best = i;
        if (best == b->count)
            return;
        b->lesions[best].target = true;
        b->targets[b->target_count++] = best;
        b->sum += b->lesions[best].lesion->diameter_mm.thousandths;
    }
}

void recist_baseline(const struct evidence *v, int32_t start_day, struct baseline *ret)
{
    const struct event *old = NULL;

    memset(ret, 0, sizeof(*ret));
    ret->day = start_day;
    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];

        if (e->kind != BODY_IMAGING || event_day(e) > start_day || event_day(e) < v->floor_day)
            continue;
        if ((int64_t)start_day - event_day(e) <= v->cutoffs->baseline_days)
            list_scan(ret, e);
        else if (e->body.imaging.lesion_count > 0)
            old = e;
    }
    if (ret->latest == NULL && old != NULL) {
        memset(ret->regions, 0, sizeof(ret->regions));
        list_scan(ret, old);
        ret->old = true;
    }
    drop_no_lesions(ret);
    choose_targets(ret);
}

void recist_begin(const struct baseline *b, struct recist_course *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->nadir = b->sum;
    for (size_t i = 0; i < b->target_count; i++)
        ret->at_nadir[i] = b->lesions[b->targets[i]].lesion->diameter_mm.thousandths;
}

/* ---- One time point -------------------------------------------------------------------------- */

/* The latest listing of a lesion at the time point, NULL: not listed. */
static const struct lesion *listing(const struct time_point *tp, const char *id)
{
    for (size_t i = tp->scan_count; i > 0; i--) {
        const struct imaging *m = &tp->scans[i - 1]->body.imaging;

        for (size_t k = m->lesion_count; k > 0; k--)
            if (strcmp(m->lesions[k - 1].lesion_id, id) == 0)
                return &m->lesions[k - 1];
    }
    return NULL;
}

/* The size of a target now; false: unmeasured. */
static bool measure(const struct lesion *l, int64_t *ret_size)
{
    *ret_size = 0;
    if (l == NULL || l->state == LESION_STATE_NOT_EVALUABLE)
        return false;
    if (is_absent(l))
        return true;
    if (l->diameter_mm.given)
        *ret_size = l->diameter_mm.thousandths;
    else if (l->state == LESION_STATE_TOO_SMALL)
        *ret_size = TOO_SMALL_MM;
    else
        return false;
    return true;
}

struct target_state {
    int64_t sizes[RECIST_TARGETS_MAX];
    int64_t sum;
    int64_t normal_growth; /* of nodes below 10 mm now and at the nadir */
    bool complete;         /* every target measured */
    bool gone;             /* non-nodal targets gone, nodes below 10 mm */
};

static struct target_state measure_targets(const struct baseline *b,
                                           const struct recist_course *course,
                                           const struct time_point *tp)
{
    struct target_state s = {.complete = true, .gone = true};

    for (size_t i = 0; i < b->target_count; i++) {
        const struct baseline_lesion *target = &b->lesions[b->targets[i]];
        int64_t size;

        if (!measure(listing(tp, target->lesion->lesion_id), &size)) {
            s.complete = false;
            continue;
        }
        s.sizes[i] = size;
        s.sum += size;
        if (target->node ? size >= NODE_NORMAL_BELOW : size > 0)
            s.gone = false;
        if (target->node && size < NODE_NORMAL_BELOW && course->at_nadir[i] < NODE_NORMAL_BELOW &&
            size > course->at_nadir[i])
            s.normal_growth += size - course->at_nadir[i];
    }
    return s;
}

static bool has_grown(const struct recist_course *course, const struct target_state *s)
{
    int64_t sum = s->sum - s->normal_growth;

    return sum - course->nadir >= GROWTH_MM && 10 * sum >= 12 * course->nadir;
}

/* CR, then PD, then PR, else SD; with an unmeasured target only PD can be told. */
static enum response target_response(const struct baseline *b, const struct recist_course *course,
                                     const struct target_state *s)
{
    if (!s->complete)
        return has_grown(course, s) ? RESPONSE_PD : RESPONSE_NE;
    if (s->gone)
        return RESPONSE_CR;
    if (has_grown(course, s))
        return RESPONSE_PD;
    return 10 * s->sum <= 7 * b->sum ? RESPONSE_PR : RESPONSE_SD;
}

struct non_target_state {
    size_t count;
    bool progressed;
    bool unevaluated;
    bool present;
};

static struct non_target_state look_at_non_targets(const struct baseline *b,
                                                   const struct time_point *tp)
{
    struct non_target_state s = {.count = 0};

    for (size_t i = 0; i < b->count; i++) {
        const struct lesion *l;

        if (b->lesions[i].target)
            continue;
        s.count++;
        l = listing(tp, b->lesions[i].lesion->lesion_id);
        if (l != NULL && l->state == LESION_STATE_UNEQUIVOCAL_PROGRESSION)
            s.progressed = true;
        else if (l == NULL || l->state == LESION_STATE_NOT_EVALUABLE ||
                 (l->state == LESION_STATE_UNSPECIFIED && !l->diameter_mm.given && !is_absent(l)))
            s.unevaluated = true;
        else if (!is_absent(l) && !(b->lesions[i].node && is_normal_node(l)))
            s.present = true;
    }
    return s;
}

/* Whether the value is at most ${limit}, as far as its comparator lets one say. */
static enum tri at_most(const struct laboratory *l, int64_t limit)
{
    int64_t x = l->value.thousandths;

    switch (l->comparator) {
    case COMPARATOR_UNSPECIFIED:
        return tri_from(x <= limit);
    case COMPARATOR_LESS:
    case COMPARATOR_LESS_OR_EQUAL:
        return x <= limit ? TRI_YES : TRI_UNKNOWN;
    case COMPARATOR_GREATER:
        return x >= limit ? TRI_NO : TRI_UNKNOWN;
    case COMPARATOR_GREATER_OR_EQUAL:
        return x > limit ? TRI_NO : TRI_UNKNOWN;
    }
    return TRI_UNKNOWN; /* uncovered: every comparator is named above */
}

/* The CEA nearest to the time point within 42 days, the later one on a tie. */
static enum tri cea_is_normal(const struct evidence *v, const struct time_point *tp)
{
    const struct laboratory *nearest = NULL;
    int64_t nearest_days = 0;

    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];
        int64_t days = (int64_t)event_day(e) - tp->day;

        if (e->kind != BODY_LABORATORY || e->body.laboratory.analyte != ANALYTE_CEA ||
            !e->body.laboratory.value.given)
            continue;
        days = days < 0 ? -days : days;
        if (days <= v->cutoffs->cea_response_days && (nearest == NULL || days <= nearest_days)) {
            nearest = &e->body.laboratory;
            nearest_days = days;
        }
    }
    if (nearest == NULL ||
        (!nearest->upper_limit.given && !laboratory_unit_is_usable(nearest->unit)))
        return TRI_UNKNOWN;
    return at_most(nearest, nearest->upper_limit.given ? nearest->upper_limit.thousandths
                                                       : v->cutoffs->cea_normal_thousandths_ng_ml);
}

static enum response non_target_response(const struct evidence *v, const struct time_point *tp,
                                         const struct non_target_state *s)
{
    enum tri normal;

    if (s->progressed)
        return RESPONSE_PD;
    if (s->unevaluated)
        return RESPONSE_NE;
    if (s->present)
        return RESPONSE_NON_CR_NON_PD;
    normal = cea_is_normal(v, tp);
    return normal == TRI_YES  ? RESPONSE_CR
           : normal == TRI_NO ? RESPONSE_NON_CR_NON_PD
                              : RESPONSE_NE;
}

/* B.8: target and non-target response to the overall one; new lesions come before. */
static enum response overall(enum response target, size_t target_count, enum response non_target,
                             size_t non_target_count)
{
    if (non_target_count > 0 && non_target == RESPONSE_PD)
        return RESPONSE_PD;
    if (target_count == 0)
        return non_target; /* UNSPECIFIED when there are none either */
    if (target == RESPONSE_CR && non_target_count > 0 && non_target != RESPONSE_CR)
        return RESPONSE_PR;
    return target;
}

/* ---- New lesions ----------------------------------------------------------------------------- */

static enum region region_of(const struct lesion *l)
{
    switch (l->organ) {
    case ORGAN_LUNG:
        return REGION_CHEST;
    case ORGAN_LIVER:
    case ORGAN_ADRENAL:
        return REGION_ABDOMEN;
    case ORGAN_RECTUM:
    case ORGAN_OVARY:
        return REGION_PELVIS;
    case ORGAN_LYMPH_NODE:
        return l->station == STATION_PARA_AORTIC || l->station == STATION_SUPERIOR_MESENTERIC ||
                       l->station == STATION_INFERIOR_MESENTERIC ||
                       l->station == STATION_LEFT_COLIC || l->station == STATION_RETROPERITONEAL_NOS
                   ? REGION_ABDOMEN
                   : REGION_PELVIS;
    case ORGAN_UNSPECIFIED:
    case ORGAN_PERITONEUM:
    case ORGAN_BONE:
    case ORGAN_BRAIN:
    case ORGAN_OTHER:
        return REGION_UNSPECIFIED;
    }
    return REGION_UNSPECIFIED; /* uncovered: every organ is named above */
}

static bool is_new_lesion(const struct baseline *b, const struct lesion *l)
{
    enum region region = region_of(l);

    for (size_t i = 0; i < b->listed; i++)
        if (strcmp(b->lesions[i].lesion->lesion_id, l->lesion_id) == 0)
            return false;
    if (is_absent(l) || is_normal_node(l))
        return false;
    if (l->is_new != ANSWER_UNSPECIFIED)
        return l->is_new == ANSWER_YES;
    return region != REGION_UNSPECIFIED && !b->regions[region];
}

/* The same lesion called definite by a later scan, also across a START. */
static bool confirmed_later(const struct evidence *v, const struct time_point *tp, const char *id)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];

        if (e->kind != BODY_IMAGING || event_day(e) <= tp->day)
            continue;
        for (size_t k = 0; k < e->body.imaging.lesion_count; k++) {
            const struct lesion *l = &e->body.imaging.lesions[k];

            if (strcmp(l->lesion_id, id) == 0 && l->certainty == CERTAINTY_DEFINITE &&
                !is_absent(l))
                return true;
        }
    }
    return false;
}

static bool shows_new_lesion(const struct evidence *v, const struct baseline *b,
                             struct time_point *tp)
{
    bool definite = false;

    for (size_t i = 0; i < tp->scan_count; i++) {
        const struct imaging *m = &tp->scans[i]->body.imaging;

        for (size_t k = 0; k < m->lesion_count; k++) {
            const struct lesion *l = &m->lesions[k];

            if (listing(tp, l->lesion_id) != l || !is_new_lesion(b, l))
                continue;
            if (l->certainty == CERTAINTY_DEFINITE ||
                l->state == LESION_STATE_UNEQUIVOCAL_PROGRESSION ||
                confirmed_later(v, tp, l->lesion_id))
                definite = true;
            else
                tp->new_lesion_doubtful = true;
        }
    }
    return definite;
}

void recist_time_point(const struct evidence *v, const struct baseline *b,
                       struct recist_course *course, struct time_point *tp)
{
    struct target_state targets = measure_targets(b, course, tp);
    struct non_target_state others = look_at_non_targets(b, tp);
    bool present_again = others.present || (b->target_count > 0 && !targets.gone);

    tp->computed = RESPONSE_UNSPECIFIED;
    if (!tp->lists_lesions)
        return;
    if (shows_new_lesion(v, b, tp))
        tp->computed = RESPONSE_PD;
    else if (b->count == 0)
        return;
    else if (course->had_complete_response && present_again)
        tp->computed = RESPONSE_PD;
    else
        tp->computed =
            overall(target_response(b, course, &targets), b->target_count,
                    others.count > 0 ? non_target_response(v, tp, &others) : RESPONSE_UNSPECIFIED,
                    others.count);
    if (tp->computed == RESPONSE_CR)
        course->had_complete_response = true;
    if (targets.complete && b->target_count > 0 && targets.sum < course->nadir) {
        course->nadir = targets.sum;
        memcpy(course->at_nadir, targets.sizes, sizeof(course->at_nadir));
    }
}
