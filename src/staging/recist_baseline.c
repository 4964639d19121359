#include "staging/recist.h"

#include <string.h>

#define MM INT64_C(1000) /* thousandths */
#define NODE_MEASURABLE (15 * MM)
#define MEASURABLE (10 * MM)
#define MEASURABLE_ON_RADIOGRAPH (20 * MM)

bool lesion_is_absent(const struct lesion *l)
{
    return l->state == LESION_STATE_ABSENT || l->certainty == CERTAINTY_ABSENT ||
           (l->diameter_mm.given && l->diameter_mm.thousandths == 0);
}

bool lesion_is_node(const struct lesion *l)
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

bool lesion_is_normal_node(const struct lesion *l)
{
    return lesion_is_node(l) &&
           (l->diameter_mm.given ? l->diameter_mm.thousandths < RECIST_NODE_NORMAL_BELOW
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
                .lesion = &m->lesions[k], .scan = scan, .node = lesion_is_node(&m->lesions[k])};
    }
    if (m->lesion_count > 0) {
        b->latest = scan;
        b->day = event_day(scan);
    }
}

/* A normal node is no lesion, unless somebody gave it a role. */
static bool is_no_lesion(const struct lesion *l)
{
    return lesion_is_absent(l) || (lesion_is_normal_node(l) && l->role == LESION_ROLE_UNSPECIFIED);
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

void recist_baseline(const struct evidence *v, int32_t start_day, int32_t floor_day,
                     struct baseline *ret)
{
    const struct events *scans = &v->of[BODY_IMAGING];
    const struct event *old = NULL;

    /* The lesions are as many as are counted: most of the room for them is never looked at. */
    ret->count = ret->target_count = 0;
    ret->sum = 0;
    ret->day = start_day;
    ret->latest = NULL;
    ret->old = false;
    memset(ret->regions, 0, sizeof(ret->regions));
    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        if (event_day(e) > start_day || event_day(e) < floor_day)
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
