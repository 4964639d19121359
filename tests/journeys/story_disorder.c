#include "story.h"

#include "base/date.h"

/* What goes wrong between a hospital's reports and us: versions, removals, repeats, ties. */

static int64_t soon(struct story *s, int64_t at)
{
    return at + DAY_MS * dice_between(&s->dice, 0, 30) + dice_between(&s->dice, 1, 50000000);
}

/* ---- Another content ------------------------------------------------------------------------- */

static void vary_imaging(struct story *s, struct imaging *m)
{
    if (m->node_count > 0 && dice_luck(&s->dice, 60)) {
        struct node_finding *n = story_take(s, m->node_count, sizeof(*n));

        for (size_t k = 0; k < m->node_count; k++)
            n[k] = m->nodes[k];
        n[0].statement = (enum node_status)dice_roll(&s->dice, 4);
        m->nodes = n;
    } else if (dice_luck(&s->dice, 50)) {
        m->stated_response = (enum response)dice_roll(&s->dice, 7);
    } else if (m->region_count > 1) {
        m->region_count--;
    }
}

static void vary(struct story *s, struct event *e)
{
    if (e->kind == BODY_IMAGING)
        vary_imaging(s, &e->body.imaging);
    else if (e->kind == BODY_PATHOLOGY)
        e->body.pathology.histology = dice_luck(&s->dice, 80)
                                          ? HISTOLOGY_ADENOCARCINOMA
                                          : (enum histology)dice_roll(&s->dice, 11);
    else if (e->kind == BODY_MOLECULAR)
        e->body.molecular.kras.status = (enum gene_status)dice_roll(&s->dice, 6);
    else if (e->kind == BODY_LABORATORY)
        e->body.laboratory.value.thousandths = 100 * (int64_t)dice_between(&s->dice, 1, 200);
    else if (e->kind == BODY_CLINICAL_STATUS)
        e->body.clinical_status.ecog = (struct number){true, dice_roll(&s->dice, 5)};
    else if (e->kind == BODY_SYSTEMIC_THERAPY)
        e->body.systemic_therapy.intent = (enum therapy_intent)dice_roll(&s->dice, 4);
    else if (e->kind == BODY_SURGERY)
        e->body.surgery.state = (enum plan_state)dice_between(&s->dice, 1, 4);
    else if (e->kind == BODY_ENDOSCOPY && e->body.endoscopy.distance.cm.given)
        e->body.endoscopy.distance.cm.thousandths = 100 * (int64_t)dice_between(&s->dice, 60, 160);
    else if (e->kind == BODY_BOARD)
        e->body.board.discipline_count = 2 + dice_roll(&s->dice, 4);
}

/* ---- One disorder each ----------------------------------------------------------------------- */

static void correct(struct story *s, struct telling t)
{
    int64_t at = soon(s, t.at);
    struct event *e = story_version(s, t.event, at);

    e->report_version = t.event->report_version + 1 + dice_roll(&s->dice, 2);
    e->status = dice_luck(&s->dice, 60)   ? REPORT_STATUS_CORRECTED
                : dice_luck(&s->dice, 80) ? REPORT_STATUS_AMENDED
                                          : REPORT_STATUS_FINAL;
    vary(s, e);
    if (dice_luck(&s->dice, 80))
        story_sign(s, e, at);
}

/* With its body, or without one and then also without a date. */
static void withdraw(struct story *s, struct telling t)
{
    static const enum report_status statuses[] = {
        REPORT_STATUS_RETRACTED, REPORT_STATUS_WRONG_PATIENT, REPORT_STATUS_CANCELLED};
    int64_t at = soon(s, t.at);
    struct event *e = story_version(s, t.event, at);

    e->report_version = t.event->report_version + dice_roll(&s->dice, 2);
    e->status = statuses[dice_roll(&s->dice, 3)];
    story_sign(s, e, at);
    if (dice_luck(&s->dice, 50)) {
        e->kind = BODY_NONE;
        e->effective_at = (struct stated_time){.text = ""};
    }
    if (dice_luck(&s->dice, 20)) /* and it is signed again after all */
        correct(s, (struct telling){.event = e->kind == BODY_NONE ? t.event : e, .at = at});
}

/* The final report follows; or only a FINAL without body does. */
static void precede(struct story *s, struct telling *t)
{
    struct event *e;

    if (dice_luck(&s->dice, 70)) {
        e = story_version(s, t->event, t->at);
        e->status = REPORT_STATUS_PRELIMINARY;
        vary(s, e);
        t->at = soon(s, t->at);
        return;
    }
    t->event->status = REPORT_STATUS_PRELIMINARY;
    if (dice_luck(&s->dice, 30))
        return; /* the final report never comes */
    e = story_version(s, t->event, soon(s, t->at));
    e->kind = BODY_NONE;
    e->status = REPORT_STATUS_FINAL;
}

/* The same once more, the same under another id, or the same id for something else. */
static void repeat(struct story *s, struct telling t)
{
    uint32_t kind = dice_roll(&s->dice, 10);
    struct event *e;

    if (kind < 6) {
        story_repeat(s, t.event, soon(s, t.at));
        return;
    }
    e = story_version(s, t.event, soon(s, t.at));
    if (kind < 8) {
        for (size_t i = 0; i < SHA256_SIZE; i++)
            e->content_hash[i] = t.event->content_hash[i];
    } else {
        e->event_id = t.event->event_id;
    }
}

/* The same version of the same report, saying something else: neither counts. */
static void tie(struct story *s, struct telling t)
{
    struct event *e = story_version(s, t.event, soon(s, t.at));

    vary(s, e);
    if (dice_luck(&s->dice, 40)) /* until a later version says which */
        correct(s, (struct telling){.event = e, .at = soon(s, t.at)});
}

/* The correction arrives first. */
static void overtake(struct story *s, struct telling *t)
{
    struct event *e = story_version(s, t->event, t->at);

    e->report_version = 2;
    e->status = REPORT_STATUS_CORRECTED;
    vary(s, e);
    t->at = soon(s, t->at);
}

void story_disorder(struct story *s)
{
    size_t count = s->count;

    for (size_t i = 0; i < count; i++) {
        struct telling *t = &s->tellings[i];
        uint32_t kind = dice_roll(&s->dice, 100);

        if (t->event->kind > BODY_DEATH)
            continue; /* the worker's own events have one version */
        if (t->event->kind == BODY_DEATH && dice_luck(&s->dice, 60))
            continue;
        if (kind < 5)
            correct(s, *t);
        else if (kind < 8)
            withdraw(s, *t);
        else if (kind < 12)
            precede(s, t);
        else if (kind < 15)
            repeat(s, *t);
        else if (kind < 17)
            tie(s, *t);
        else if (kind < 19)
            overtake(s, t);
    }
}
