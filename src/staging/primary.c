#include "staging/evidence.h"

/* ---- INSITU ---------------------------------------------------------------------------------- */

static void fold_in_situ(struct evidence *v)
{
    struct chart_primary *p = &v->chart->primary;
    size_t places[2] = {0, 0};
    const struct event *e;

    p->in_situ.truth = TRI_YES;
    p->resected_on = (struct days){DAY_NONE, DAY_NONE};
    while ((e = evidence_next(&v->of[BODY_SURGERY], &v->of[BODY_PATHOLOGY], places)) != NULL) {
        if (!event_resects_primary(e))
            continue;
        p->in_situ.truth = TRI_NO;
        p->resection = e;
        p->resected_on = event_days(e);
        basis_add(&p->in_situ.basis, e);
        return;
    }
}

/* ---- Symptoms -------------------------------------------------------------------------------- */

enum symptom { OBSTRUCTED, BLEEDS, PERFORATED };

/* What ${e}, a clinical status, an endoscopy or a scan, says of ${symptom}; 0: nothing. */
static uint32_t symptom_code(const struct event *e, enum symptom symptom)
{
    if (e->kind == BODY_CLINICAL_STATUS) {
        const struct clinical_status *s = &e->body.clinical_status;

        return symptom == OBSTRUCTED ? (uint32_t)s->obstruction
               : symptom == BLEEDS   ? (uint32_t)s->bleeding
                                     : (uint32_t)s->perforation;
    }
    if (e->kind == BODY_ENDOSCOPY)
        return symptom == OBSTRUCTED ? (uint32_t)e->body.endoscopy.obstruction
               : symptom == BLEEDS   ? (uint32_t)e->body.endoscopy.bleeding
                                     : 0;
    return symptom == OBSTRUCTED   ? (uint32_t)e->body.imaging.obstruction
           : symptom == PERFORATED ? (uint32_t)e->body.imaging.perforation
                                   : 0;
}

/* A DONE resection of the primary ends all three; a STOMA or STENT ends obstruction. */
static bool ends_symptom(const struct event *e, enum symptom symptom)
{
    if (e->body.surgery.state != PLAN_STATE_DONE)
        return false;
    if (event_resects_primary(e))
        return true;
    return symptom == OBSTRUCTED &&
           (event_has_procedure(e, PROCEDURE_STOMA) || event_has_procedure(e, PROCEDURE_STENT));
}

/* The later of ${known} and the latest record of ${symptom} in ${list}; NULL: none. */
static const struct event *later_record(const struct event *known, const struct events *list,
                                        enum symptom symptom)
{
    for (size_t i = list->count; i > 0; i--)
        if (symptom_code(list->items[i - 1], symptom) != 0)
            return known == NULL || event_clinical_compare(known, list->items[i - 1]) < 0
                       ? list->items[i - 1]
                       : known;
    return known;
}

/* The latest record of ${symptom} that no operation on or after its day has ended. */
static struct chart_symptom latest_symptom(const struct evidence *v, enum symptom symptom)
{
    const struct events *operations = &v->of[BODY_SURGERY];
    const struct event *latest = later_record(NULL, &v->of[BODY_CLINICAL_STATUS], symptom);

    latest = later_record(latest, &v->of[BODY_ENDOSCOPY], symptom);
    latest = later_record(latest, &v->of[BODY_IMAGING], symptom);
    if (latest == NULL)
        return (struct chart_symptom){.code = 0};
    for (size_t i = 0; i < operations->count; i++)
        if (ends_symptom(operations->items[i], symptom) &&
            event_day(operations->items[i]) >= event_day(latest))
            return (struct chart_symptom){.code = 0};
    return (struct chart_symptom){.code = symptom_code(latest, symptom), .event = latest};
}

static enum tri at_least(const struct chart_symptom *s, uint32_t code)
{
    return s->event == NULL ? TRI_UNKNOWN : tri_from(s->code >= code);
}

static void fold_symptoms(struct evidence *v)
{
    struct chart_primary *p = &v->chart->primary;
    enum tri obstructed;
    enum tri bleeds;
    enum tri perforated;

    p->obstruction = latest_symptom(v, OBSTRUCTED);
    p->bleeding = latest_symptom(v, BLEEDS);
    p->perforation = latest_symptom(v, PERFORATED);
    obstructed = at_least(&p->obstruction, OBSTRUCTION_PARTIAL);
    bleeds = at_least(&p->bleeding, BLEEDING_SIGNIFICANT);
    perforated = at_least(&p->perforation, PERFORATION_RISK);
    p->minor_bleeding = p->bleeding.event != NULL && p->bleeding.code == BLEEDING_MINOR;
    p->symptomatic.truth = tri_or(obstructed, tri_or(bleeds, perforated));
    basis_add(&p->symptomatic.basis, p->obstruction.event);
    basis_add(&p->symptomatic.basis, p->bleeding.event);
    basis_add(&p->symptomatic.basis, p->perforation.event);
    if (p->symptomatic.truth == TRI_UNKNOWN) {
        enum why why = evidence_why_absent(v, BODY_CLINICAL_STATUS);

        p->symptomatic.why = why;
        if (p->in_situ.truth == TRI_YES)
            evidence_missing(v, INPUT_PRIMARY_SYMPTOMS, why);
    }
    /* EMERG is never unknown: only what is recorded interrupts everything else. */
    p->emergency.truth = TRI_NO;
    if (p->obstruction.code == OBSTRUCTION_COMPLETE)
        basis_add(&p->emergency.basis, p->obstruction.event);
    if (p->perforation.code == PERFORATION_ACTUAL)
        basis_add(&p->emergency.basis, p->perforation.event);
    if (p->bleeding.code == BLEEDING_MAJOR)
        basis_add(&p->emergency.basis, p->bleeding.event);
    if (p->emergency.basis.count > 0)
        p->emergency.truth = TRI_YES;
}

/* ---- Height (S21-S23) ------------------------------------------------------------------------ */

/* Rigid proctoscopy before MRI before flexible endoscopy before an unspecified method. */
static const enum distance_method precedence[] = {DISTANCE_METHOD_RIGID, DISTANCE_METHOD_MRI,
                                                  DISTANCE_METHOD_FLEXIBLE,
                                                  DISTANCE_METHOD_UNSPECIFIED};

/* Of one method the latest counts. */
static void see_distance(struct chart_height *h, const struct distance *d, const struct event *e)
{
    struct stated_distance *known = &h->by_method[d->method];

    if (d->cm.given && (known->event == NULL || event_clinical_compare(known->event, e) < 0))
        *known = (struct stated_distance){.cm = d->cm, .method = d->method, .event = e};
}

static void read_distances(const struct evidence *v, struct chart_height *h)
{
    const struct events *scans = &v->of[BODY_IMAGING];
    const struct events *endoscopies = &v->of[BODY_ENDOSCOPY];

    for (size_t i = 0; i < endoscopies->count; i++)
        see_distance(h, &endoscopies->items[i]->body.endoscopy.distance, endoscopies->items[i]);
    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        see_distance(h, &e->body.imaging.distance, e);
        if (e->body.imaging.reflection == REFLECTION_UNSPECIFIED)
            continue;
        /* "At" and "below" count from MRI only; "above" from MRI, else from any report. */
        if (e->body.imaging.modality == MODALITY_MRI ||
            (e->body.imaging.reflection == REFLECTION_ABOVE &&
             (h->reflection_event == NULL ||
              h->reflection_event->body.imaging.modality != MODALITY_MRI))) {
            h->reflection = e->body.imaging.reflection;
            h->reflection_event = e;
        }
    }
    for (size_t i = 0; i < 4 && h->used.event == NULL; i++)
        h->used = h->by_method[precedence[i]];
}

static bool methods_disagree(const struct evidence *v, const struct chart_height *h)
{
    bool above = false;
    bool below = false;

    for (size_t i = 0; i < 4; i++) {
        if (h->by_method[i].event == NULL)
            continue;
        if (h->by_method[i].cm.thousandths > v->cutoffs->high_above_thousandths_cm)
            above = true;
        else
            below = true;
    }
    return above && below;
}

static void height_unknown(struct evidence *v, struct chart_height *h, enum input input,
                           enum why why)
{
    h->fact.truth = TRI_UNKNOWN;
    h->fact.why = why;
    h->missing |= input_bit(input);
    evidence_missing(v, input, why);
}

static void fold_height(struct evidence *v)
{
    struct chart_height *h = &v->chart->height;
    bool high;

    read_distances(v, h);
    basis_add(&h->fact.basis, h->used.event);
    if (h->used.event == NULL) {
        height_unknown(v, h, INPUT_DISTANCE_CM, evidence_why_absent(v, BODY_ENDOSCOPY));
        return;
    }
    for (size_t i = 0; i < 4; i++)
        basis_add(&h->fact.basis, h->by_method[i].event);
    h->at_boundary = h->used.cm.thousandths == v->cutoffs->high_above_thousandths_cm;
    high = h->used.cm.thousandths > v->cutoffs->high_above_thousandths_cm;
    h->fact.truth = tri_from(high);
    if (methods_disagree(v, h)) {
        h->discordant = true;
        height_unknown(v, h, INPUT_DISTANCE_CM, WHY_CONFLICT);
        evidence_conflict(v, INPUT_DISTANCE_CM, &h->fact.basis);
        return;
    }
    if (h->reflection_event == NULL)
        return;
    if (high && h->reflection != REFLECTION_ABOVE) {
        basis_add(&h->fact.basis, h->reflection_event);
        h->discordant = true;
        height_unknown(v, h, INPUT_DISTANCE_CM, WHY_CONFLICT);
        evidence_conflict(v, INPUT_PERITONEAL_REFLECTION, &h->fact.basis);
    } else if (!high && h->reflection == REFLECTION_ABOVE) {
        basis_add(&h->fact.basis, h->reflection_event);
        h->discordant = true;
    }
}

void fold_primary(struct evidence *v)
{
    fold_in_situ(v);
    fold_symptoms(v);
    fold_height(v);
}
