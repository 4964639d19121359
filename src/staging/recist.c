#include "staging/recist.h"

#include <string.h>

#define MM INT64_C(1000) /* thousandths */
#define TOO_SMALL_MM (5 * MM)
#define GROWTH_MM (5 * MM)

void recist_begin(const struct baseline *b, struct recist_course *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->nadir = b->sum;
    for (size_t i = 0; i < b->target_count; i++)
        ret->at_nadir[i] = b->lesions[b->targets[i]].lesion->diameter_mm.thousandths;
}

/* ---- One time point -------------------------------------------------------------------------- */

/* What a time point says of the lesions that the baseline lists. */
struct listings {
    const struct lesion *of[RECIST_LESIONS_MAX]; /* the latest of each; NULL: not listed */
    bool others; /* lesions that the baseline does not list, or lists as absent, are called new */
};

/* Where the baseline lists the lesion; b->listed: nowhere.  Scans list in one order, mostly: the
   search begins at ${place}, where the next one is expected. */
static size_t place_of(const struct baseline *b, const char *id, size_t place)
{
    for (size_t i = 0; i < b->listed; i++, place++) {
        if (place >= b->listed)
            place = 0;
        if (strcmp(b->lesions[place].lesion->lesion_id, id) == 0)
            return place;
    }
    return b->listed;
}

static void list_lesions(const struct baseline *b, const struct time_point *tp,
                         struct listings *ret)
{
    size_t next = 0;

    memset(ret->of, 0, b->listed * sizeof(ret->of[0]));
    ret->others = false;
    for (size_t i = 0; i < tp->scan_count; i++) {
        const struct imaging *m = &tp->scans[i]->body.imaging;

        for (size_t k = 0; k < m->lesion_count; k++) {
            size_t place = place_of(b, m->lesions[k].lesion_id, next);

            if (place == b->listed ||
                (lesion_is_absent(b->lesions[place].lesion) && m->lesions[k].is_new == ANSWER_YES))
                ret->others = true;
            if (place == b->listed)
                continue;
            ret->of[place] = &m->lesions[k];
            next = place + 1;
        }
    }
}

/* Whether ${l}, which a scan of the time point lists, is the latest listing of its lesion. */
static bool is_latest(const struct time_point *tp, const struct lesion *l)
{
    for (size_t i = tp->scan_count; i > 0; i--) { /* uncovered: ends at itself, if not before */
        const struct imaging *m = &tp->scans[i - 1]->body.imaging;

        for (size_t k = m->lesion_count; k > 0; k--)
            if (strcmp(m->lesions[k - 1].lesion_id, l->lesion_id) == 0)
                return &m->lesions[k - 1] == l;
    }
    return false; /* uncovered: the lesion itself is listed */
}

/* The size of a target now; false: unmeasured. */
static bool measure(const struct lesion *l, int64_t *ret_size)
{
    *ret_size = 0;
    if (l == NULL || l->state == LESION_STATE_NOT_EVALUABLE)
        return false;
    if (lesion_is_absent(l))
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
                                           const struct listings *now)
{
    struct target_state s = {.complete = true, .gone = true};

    for (size_t i = 0; i < b->target_count; i++) {
        const struct baseline_lesion *target = &b->lesions[b->targets[i]];
        int64_t size;

        if (!measure(now->of[b->targets[i]], &size)) {
            s.complete = false;
            continue;
        }
        s.sizes[i] = size;
        s.sum += size;
        if (target->node ? size >= RECIST_NODE_NORMAL_BELOW : size > 0)
            s.gone = false;
        if (target->node && size < RECIST_NODE_NORMAL_BELOW &&
            course->at_nadir[i] < RECIST_NODE_NORMAL_BELOW && size > course->at_nadir[i])
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

/* Whether what the baseline lists as normal or absent is called unequivocal progression. */
static bool others_progress(const struct baseline *b, const struct listings *now)
{
    for (size_t i = b->count; i < b->listed; i++)
        if (now->of[i] != NULL && now->of[i]->state == LESION_STATE_UNEQUIVOCAL_PROGRESSION)
            return true;
    return false;
}

static struct non_target_state look_at_non_targets(const struct baseline *b,
                                                   const struct listings *now)
{
    struct non_target_state s = {.count = 0};

    for (size_t i = 0; i < b->count; i++) {
        const struct lesion *l = now->of[i];

        if (b->lesions[i].target)
            continue;
        s.count++;
        if (l != NULL && l->state == LESION_STATE_UNEQUIVOCAL_PROGRESSION)
            s.progressed = true;
        else if (l == NULL || l->state == LESION_STATE_NOT_EVALUABLE ||
                 (l->state == LESION_STATE_UNSPECIFIED && !l->diameter_mm.given &&
                  !lesion_is_absent(l)))
            s.unevaluated = true;
        else if (!lesion_is_absent(l) && !(b->lesions[i].node && lesion_is_normal_node(l)))
            s.present = true;
    }
    s.progressed = s.progressed || others_progress(b, now);
    return s;
}

static bool is_listed(const struct baseline *b, const char *id)
{
    for (size_t i = 0; i < b->listed; i++)
        if (strcmp(b->lesions[i].lesion->lesion_id, id) == 0)
            return true;
    return false;
}

/* Whether a lesion is there: one that is no node at all, a node from 10 mm on. */
static bool is_present(const struct lesion *l)
{
    if (lesion_is_absent(l) || l->state == LESION_STATE_NOT_EVALUABLE)
        return false;
    if (lesion_is_node(l))
        return l->diameter_mm.given && l->diameter_mm.thousandths >= RECIST_NODE_NORMAL_BELOW;
    return l->diameter_mm.given || l->state != LESION_STATE_UNSPECIFIED;
}

/*
 * After a complete response: whether disease is seen, where the baseline lists a lesion, be it as
 * absent or a normal node, or without doubt anywhere else.
 */
static bool is_seen_again(const struct baseline *b, const struct time_point *tp)
{
    for (size_t i = 0; i < tp->scan_count; i++) {
        const struct imaging *m = &tp->scans[i]->body.imaging;

        for (size_t k = 0; k < m->lesion_count; k++) {
            const struct lesion *l = &m->lesions[k];

            if (is_latest(tp, l) && is_present(l) &&
                (l->certainty == CERTAINTY_DEFINITE || is_listed(b, l->lesion_id)))
                return true;
        }
    }
    return false;
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
    const struct events *values = &v->of[BODY_LABORATORY];
    const struct laboratory *nearest = NULL;
    int64_t nearest_days = 0;

    for (size_t i = 0; i < values->count; i++) {
        const struct event *e = values->items[i];
        int64_t days = (int64_t)event_day(e) - tp->day;

        if (e->body.laboratory.analyte != ANALYTE_CEA || !e->body.laboratory.value.given)
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

    if (s->unevaluated)
        return RESPONSE_NE;
    if (s->present)
        return RESPONSE_NON_CR_NON_PD;
    normal = cea_is_normal(v, tp);
    return normal == TRI_YES  ? RESPONSE_CR
           : normal == TRI_NO ? RESPONSE_NON_CR_NON_PD
                              : RESPONSE_NE;
}

/* B.8: target and non-target response to the overall one; new and worse lesions come before. */
static enum response overall(enum response target, size_t target_count, enum response non_target,
                             size_t non_target_count)
{
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
        if (strcmp(b->lesions[i].lesion->lesion_id, l->lesion_id) == 0 &&
            (!lesion_is_absent(b->lesions[i].lesion) || l->is_new != ANSWER_YES))
            return false; /* the baseline lists it, and not as absent against the word "new" */
    if (lesion_is_absent(l) || lesion_is_normal_node(l))
        return false;
    if (l->is_new != ANSWER_UNSPECIFIED)
        return l->is_new == ANSWER_YES;
    return region != REGION_UNSPECIFIED && !b->regions[region];
}

/* The same lesion called definite by a later scan, also across a START. */
static bool confirmed_later(const struct evidence *v, const struct time_point *tp, const char *id)
{
    const struct events *scans = &v->of[BODY_IMAGING];

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        if (event_day(e) <= tp->day)
            continue;
        for (size_t k = 0; k < e->body.imaging.lesion_count; k++) {
            const struct lesion *l = &e->body.imaging.lesions[k];

            if (strcmp(l->lesion_id, id) == 0 && l->certainty == CERTAINTY_DEFINITE &&
                !lesion_is_absent(l))
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

            if (!is_latest(tp, l) || !is_new_lesion(b, l))
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
    struct listings now;
    struct target_state targets;
    struct non_target_state others;

    tp->computed = RESPONSE_UNSPECIFIED;
    if (!tp->lists_lesions)
        return;
    list_lesions(b, tp, &now);
    targets = measure_targets(b, course, &now);
    others = look_at_non_targets(b, &now);
    if ((now.others && shows_new_lesion(v, b, tp)) || others.progressed ||
        (course->had_complete_response && is_seen_again(b, tp)))
        tp->computed = RESPONSE_PD;
    else if (b->count == 0)
        return;
    else
        tp->computed =
            overall(target_response(b, course, &targets), b->target_count,
                    others.count > 0 ? non_target_response(v, tp, &others) : RESPONSE_UNSPECIFIED,
                    others.count);
    if (targets.complete && b->target_count > 0 && targets.sum < course->nadir) {
        course->nadir = targets.sum;
        memcpy(course->at_nadir, targets.sizes, sizeof(course->at_nadir));
    }
}
