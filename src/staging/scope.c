#include "staging/evidence.h"

#include <string.h>

/* ---- SITE ------------------------------------------------------------------------------------ */

enum topography { TOPOGRAPHY_UNCLEAR, TOPOGRAPHY_RECTUM, TOPOGRAPHY_OTHER };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ICD-O-3: "C20" and "C20.9" are rectum, C19 rectosigmoid (unclear), every other site is another.
 */
static enum topography read_topography(const char *t)
{
    size_t size = strlen(t);

    if ((size != 3 && size != 5) || (t[0] != 'C' && t[0] != 'c') || !is_digit(t[1]) ||
        !is_digit(t[2]) || (size == 5 && (t[3] != '.' || !is_digit(t[4]))))
        return TOPOGRAPHY_UNCLEAR;
    if (t[1] == '2' && t[2] == '0')
        return size == 3 || t[4] == '9' ? TOPOGRAPHY_RECTUM : TOPOGRAPHY_UNCLEAR;
    if (t[1] == '1' && t[2] == '9')
        return TOPOGRAPHY_UNCLEAR;
    return TOPOGRAPHY_OTHER;
}

static const char *event_topography(const struct event *e)
{
    return e->kind == BODY_PATHOLOGY ? e->body.pathology.topography : e->body.referral.topography;
}

/* The latest statement of the kind, NULL: none. */
static const struct event *latest_topography(const struct evidence *v, enum body_kind kind)
{
    const struct events *reports = &v->of[kind];

    for (size_t i = reports->count; i > 0; i--)
        if (event_topography(reports->items[i - 1])[0] != '\0')
            return reports->items[i - 1];
    return NULL;
}

static const struct event *latest_take_off(const struct evidence *v)
{
    const struct events *boards = &v->of[BODY_BOARD];

    for (size_t i = boards->count; i > 0; i--)
        if (boards->items[i - 1]->body.board.rectum_by_sigmoid_take_off != ANSWER_UNSPECIFIED)
            return boards->items[i - 1];
    return NULL;
}

static void site_unknown(struct evidence *v, enum why why)
{
    v->chart->site.fact.truth = TRI_UNKNOWN;
    v->chart->site.fact.why = why;
    evidence_missing(v, INPUT_PRIMARY_SITE, why);
}

static void fold_site(struct evidence *v)
{
    struct chart_site *s = &v->chart->site;
    const struct event *stated = latest_topography(v, BODY_PATHOLOGY);
    const struct event *board = latest_take_off(v);
    const struct stated_distance *d = &v->chart->height.used;
    enum why absent =
        why_first(evidence_why_absent(v, BODY_PATHOLOGY), evidence_why_absent(v, BODY_REFERRAL));

    if (stated == NULL)
        stated = latest_topography(v, BODY_REFERRAL);
    s->topography = stated == NULL ? "" : event_topography(stated);
    if (board != NULL) {
        basis_add(&s->fact.basis, board);
        basis_add(&s->fact.basis, stated);
        if (board->body.board.rectum_by_sigmoid_take_off == ANSWER_YES)
            s->fact.truth = TRI_YES;
        else
            site_unknown(v, WHY_CONFLICT);
        return;
    }
    if (stated == NULL) {
        site_unknown(v, absent);
        return;
    }
    basis_add(&s->fact.basis, stated);
    switch (read_topography(s->topography)) {
    case TOPOGRAPHY_UNCLEAR:
        site_unknown(v, why_first(WHY_NOT_STATED, absent));
        break;
    case TOPOGRAPHY_OTHER:
        s->fact.truth = TRI_NO;
        break;
    case TOPOGRAPHY_RECTUM:
        s->fact.truth = TRI_YES;
        if (d->event != NULL && d->cm.thousandths > v->cutoffs->rectum_up_to_thousandths_cm) {
            s->above_limit = true;
            basis_add(&s->fact.basis, d->event);
            site_unknown(v, why_first(WHY_NOT_STATED, absent));
        }
        break;
    }
}

/* ---- ADENO ----------------------------------------------------------------------------------- */

enum typing { TYPED_NOT, TYPED_ADENOCARCINOMA, TYPED_ANOTHER };

/* OTHER and MALIGNANT_NOT_TYPED do not type a tumour and never override a result that does. */
static enum typing typing_of(enum histology h)
{
    switch (h) {
    case HISTOLOGY_ADENOCARCINOMA:
    case HISTOLOGY_MUCINOUS_ADENOCARCINOMA:
    case HISTOLOGY_SIGNET_RING_CARCINOMA:
        return TYPED_ADENOCARCINOMA;
    case HISTOLOGY_SQUAMOUS_CELL_CARCINOMA:
    case HISTOLOGY_NEUROENDOCRINE:
    case HISTOLOGY_GIST:
    case HISTOLOGY_LYMPHOMA:
    case HISTOLOGY_MELANOMA:
        return TYPED_ANOTHER;
    case HISTOLOGY_UNSPECIFIED:
    case HISTOLOGY_OTHER:
    case HISTOLOGY_MALIGNANT_NOT_TYPED:
        return TYPED_NOT;
    }
    return TYPED_NOT; /* uncovered: every histology is named above */
}

static bool is_of_primary(const struct event *e)
{
    return e->body.pathology.specimen == SPECIMEN_PRIMARY_BIOPSY ||
           e->body.pathology.specimen == SPECIMEN_PRIMARY_RESECTION;
}

static const struct event *latest_typed(const struct evidence *v, bool of_primary)
{
    const struct events *specimens = &v->of[BODY_PATHOLOGY];

    for (size_t i = specimens->count; i > 0; i--) {
        const struct event *e = specimens->items[i - 1];

        if ((!of_primary || is_of_primary(e)) &&
            typing_of(e->body.pathology.histology) != TYPED_NOT)
            return e;
    }
    return NULL;
}

/* Also a histology that types nothing. */
static bool names_histology(const struct evidence *v)
{
    for (size_t i = 0; i < v->of[BODY_PATHOLOGY].count; i++)
        if (v->of[BODY_PATHOLOGY].items[i]->body.pathology.histology != HISTOLOGY_UNSPECIFIED)
            return true;
    return false;
}

/* Only specimens of the primary can tell that it is another tumour. */
static void fold_histology(struct evidence *v)
{
    struct chart_histology *h = &v->chart->histology;
    const struct event *e = latest_typed(v, /* of_primary= */ true);
    bool of_primary = e != NULL;

    if (e == NULL)
        e = latest_typed(v, /* of_primary= */ false);
    if (e != NULL) {
        h->histology = e->body.pathology.histology;
        basis_add(&h->fact.basis, e);
        if (typing_of(h->histology) == TYPED_ADENOCARCINOMA)
            h->fact.truth = TRI_YES;
        else if (of_primary)
            h->fact.truth = TRI_NO;
    }
    if (h->fact.truth == TRI_UNKNOWN) {
        h->fact.why = why_first(e != NULL || names_histology(v) ? WHY_NOT_STATED : WHY_NOT_ASSESSED,
                                evidence_why_absent(v, BODY_PATHOLOGY));
        evidence_missing(v, INPUT_HISTOLOGY, h->fact.why);
    }
}

/* ---- SCOPE ----------------------------------------------------------------------------------- */

void fold_scope(struct evidence *v)
{
    struct chart *c = v->chart;

    fold_site(v);
    fold_histology(v);
    c->scope.truth =
        tri_and(c->site.fact.truth, tri_and(c->histology.fact.truth, c->paln.fact.truth));
    basis_add(&c->scope.basis, c->site.fact.basis.count > 0 ? c->site.fact.basis.events[0] : NULL);
    basis_add(&c->scope.basis,
              c->histology.fact.basis.count > 0 ? c->histology.fact.basis.events[0] : NULL);
    for (size_t i = 0; i < c->paln.fact.basis.count; i++)
        basis_add(&c->scope.basis, c->paln.fact.basis.events[i]);
}
