#include "story.h"

/*
 * What happens: the way in, staging, therapy with restaging, surgery, what comes after.
 *
 * Percentages are not epidemiology: rare courses are made common enough that a run meets each.
 */

static void pass(struct story *s, int32_t low, int32_t high)
{
    s->day += dice_between(&s->dice, low, high);
}

static void maybe(struct story *s, uint32_t percent, void (*act)(struct story *))
{
    if (dice_luck(&s->dice, percent))
        act(s);
}

static void ct(struct story *s, enum node_status para_aortic, bool lesions, enum response response)
{
    struct scan scan = {.modality = MODALITY_CT,
                        .chest = true,
                        .abdomen = true,
                        .pelvis = true,
                        .para_aortic = para_aortic,
                        .lists_lesions = lesions,
                        .response = response};

    if (dice_luck(&s->dice, 10)) {
        scan.chest = dice_luck(&s->dice, 50);
        scan.pelvis = dice_luck(&s->dice, 50);
    }
    if (dice_luck(&s->dice, 7))
        scan.modality = MODALITY_PET_CT;
    story_scan(s, &scan);
}

static void pelvic_mri(struct story *s)
{
    story_scan(s, &(struct scan){.modality = MODALITY_MRI, .pelvis = true});
}

static void pet(struct story *s)
{
    story_scan(s, &(struct scan){.modality = MODALITY_PET_CT,
                                 .chest = true,
                                 .abdomen = true,
                                 .pelvis = true,
                                 .para_aortic = (enum node_status)dice_roll(&s->dice, 4)});
}

/* ---- The way in ------------------------------------------------------------------------------ */

static void status(struct story *s)
{
    story_status(s, dice_luck(&s->dice, 6));
}

static void arrive(struct story *s)
{
    maybe(s, 45, story_referral);
    pass(s, 0, 10);
    maybe(s, 75, story_endoscopy);
    maybe(s, 90, story_biopsy);
    pass(s, 1, 12);
    maybe(s, 88, status);
    maybe(s, 50, pelvic_mri);
    maybe(s, 45, story_cea);
}

static void stage(struct story *s, enum node_status para_aortic)
{
    pass(s, 1, 10);
    ct(s, para_aortic, para_aortic == NODE_STATUS_METASTATIC && dice_luck(&s->dice, 75),
       RESPONSE_UNSPECIFIED);
    maybe(s, 8, pet);
    maybe(s, 70, story_molecular);
    pass(s, 1, 14);
    maybe(s, 60, story_board);
    maybe(s, 35, story_centre);
}

/* ---- Therapy --------------------------------------------------------------------------------- */

static enum response draw_response(struct story *s, uint32_t percent)
{
    if (dice_luck(&s->dice, 35))
        return RESPONSE_UNSPECIFIED; /* measured only */
    if (dice_luck(&s->dice, 18))
        return (enum response)dice_roll(&s->dice, 7);
    return percent < 15    ? RESPONSE_CR
           : percent < 72  ? RESPONSE_PR
           : percent > 118 ? RESPONSE_PD
                           : RESPONSE_SD;
}

static void restage(struct story *s)
{
    static const uint32_t percents[] = {55, 60, 75, 100, 100, 140, 10, 65};
    uint32_t percent = percents[dice_roll(&s->dice, 8)];

    story_change_size(s, percent);
    ct(s, dice_luck(&s->dice, 40) ? NODE_STATUS_METASTATIC : NODE_STATUS_UNSPECIFIED,
       dice_luck(&s->dice, 70), draw_response(s, percent));
    maybe(s, 10, pet);
    maybe(s, 40, story_cea);
    maybe(s, 55, status);
    pass(s, 1, 10);
    maybe(s, 45, story_board);
}

static enum stop_reason draw_stop(struct story *s)
{
    return dice_luck(&s->dice, 35) ? STOP_REASON_PROGRESSION
                                   : (enum stop_reason)dice_roll(&s->dice, 6);
}

static void treat(struct story *s, uint32_t line)
{
    enum therapy_intent intent = dice_luck(&s->dice, 75)
                                     ? THERAPY_INTENT_PALLIATIVE
                                     : (enum therapy_intent)dice_between(&s->dice, 0, 2);
    uint32_t scans = 1 + dice_roll(&s->dice, 3);

    pass(s, 3, dice_luck(&s->dice, 15) ? 60 : 20);
    if (!dice_luck(&s->dice, 4))
        story_therapy(s, THERAPY_ACTION_START, line, intent);
    for (uint32_t i = 0; i < scans; i++) {
        pass(s, 10, 30);
        if (dice_luck(&s->dice, 45))
            story_therapy(s, THERAPY_ACTION_CYCLE, line, intent);
        pass(s, 14, dice_luck(&s->dice, 15) ? 110 : 40);
        restage(s);
    }
    if (dice_luck(&s->dice, 45))
        story_stop(s, line, intent, draw_stop(s));
    maybe(s, 6, story_reevaluate);
}

static void treat_lines(struct story *s)
{
    uint32_t lines = 1 + dice_roll(&s->dice, dice_luck(&s->dice, 40) ? 3 : 2);

    for (uint32_t line = 1; line <= lines; line++)
        treat(s, line);
}

/* ---- Surgery --------------------------------------------------------------------------------- */

static void plan_surgery(struct story *s)
{
    static const enum plan_state states[] = {PLAN_STATE_REQUESTED, PLAN_STATE_PLANNED,
                                             PLAN_STATE_CANCELLED};

    pass(s, 2, 15);
    story_surgery(s, PROCEDURE_TME, PROCEDURE_PALND, states[dice_roll(&s->dice, 3)]);
}

static void resect_primary(struct story *s)
{
    pass(s, 5, 40);
    story_surgery(
        s, (enum procedure)dice_between(&s->dice, PROCEDURE_TME, PROCEDURE_OTHER_PRIMARY_RESECTION),
        PROCEDURE_UNSPECIFIED, PLAN_STATE_DONE);
    s->tumour.resected = true;
    if (dice_luck(&s->dice, 85))
        story_resection_specimen(s, false);
}

static void dissect(struct story *s)
{
    pass(s, 5, 40);
    story_surgery(s, PROCEDURE_PALND, s->tumour.resected ? PROCEDURE_UNSPECIFIED : PROCEDURE_TME,
                  PLAN_STATE_DONE);
    if (!s->tumour.resected && dice_luck(&s->dice, 70))
        story_resection_specimen(s, false);
    s->tumour.resected = true;
    if (dice_luck(&s->dice, 75))
        story_resection_specimen(s, true);
    pass(s, 5, 20);
    maybe(s, 50, story_board);
}

/* Watched after the dissection; sometimes the disease comes back and is treated again. */
static void follow_up(struct story *s)
{
    pass(s, 60, 200);
    if (dice_luck(&s->dice, 40)) {
        ct(s, dice_luck(&s->dice, 60) ? NODE_STATUS_METASTATIC : NODE_STATUS_SUSPICIOUS, true,
           RESPONSE_UNSPECIFIED);
        if (dice_luck(&s->dice, 50))
            treat(s, 1 + dice_roll(&s->dice, 3));
    } else {
        ct(s, NODE_STATUS_NEGATIVE, false, RESPONSE_UNSPECIFIED);
        maybe(s, 50, story_cea);
    }
}

static void relieve(struct story *s)
{
    story_status(s, true);
    pass(s, 0, 3);
    if (dice_luck(&s->dice, 60))
        story_surgery(s, dice_luck(&s->dice, 50) ? PROCEDURE_STENT : PROCEDURE_STOMA,
                      PROCEDURE_UNSPECIFIED, PLAN_STATE_DONE);
    pass(s, 3, 20);
    maybe(s, 60, status);
}

/* ---- Courses --------------------------------------------------------------------------------- */

static void end(struct story *s)
{
    pass(s, 10, 120);
    maybe(s, 12, story_death);
}

static void treat_and_resect(struct story *s)
{
    maybe(s, 8, relieve);
    if (dice_luck(&s->dice, 12))
        story_radiotherapy(s, (enum plan_state)dice_between(&s->dice, 1, 4));
    maybe(s, 10, plan_surgery);
    if (dice_luck(&s->dice, 88))
        treat_lines(s);
    maybe(s, 25, plan_surgery);
    if (dice_luck(&s->dice, 22)) {
        dissect(s);
        do
            follow_up(s);
        while (dice_luck(&s->dice, 35));
    }
    maybe(s, 6, treat_lines);
    end(s);
}

static void synchronous(struct story *s)
{
    story_seed_lesions(s);
    arrive(s);
    stage(s, NODE_STATUS_METASTATIC);
    if (dice_luck(&s->dice, 15))
        story_node_biopsy(s, dice_luck(&s->dice, 85) ? NODE_RESULT_POSITIVE : NODE_RESULT_NEGATIVE);
    maybe(s, 4, resect_primary);
    treat_and_resect(s);
}

static void adjuvant(struct story *s)
{
    pass(s, 20, 50);
    story_therapy(s, THERAPY_ACTION_START, 1, THERAPY_INTENT_ADJUVANT);
    pass(s, 14, 60);
    story_therapy(s, THERAPY_ACTION_CYCLE, 1, THERAPY_INTENT_ADJUVANT);
    if (dice_luck(&s->dice, 50))
        story_stop(s, 1, THERAPY_INTENT_ADJUVANT, STOP_REASON_COMPLETED);
}

static void metachronous(struct story *s)
{
    arrive(s);
    if (dice_luck(&s->dice, 60))
        ct(s, dice_luck(&s->dice, 75) ? NODE_STATUS_NEGATIVE : NODE_STATUS_UNSPECIFIED, false,
           RESPONSE_UNSPECIFIED);
    if (dice_luck(&s->dice, 12))
        story_radiotherapy(s, PLAN_STATE_DONE); /* and then watch and wait */
    else
        resect_primary(s);
    maybe(s, 35, adjuvant);
    pass(s, 60, dice_luck(&s->dice, 50) ? 170 : 900);
    story_seed_lesions(s);
    stage(s, dice_luck(&s->dice, 90) ? NODE_STATUS_METASTATIC : NODE_STATUS_SUSPICIOUS);
    treat_and_resect(s);
}

static void doubtful(struct story *s)
{
    arrive(s);
    story_seed_lesions(s);
    stage(s, dice_luck(&s->dice, 60) ? NODE_STATUS_SUSPICIOUS : NODE_STATUS_METASTATIC);
    pass(s, 3, 30);
    if (dice_luck(&s->dice, 50))
        story_node_biopsy(s, dice_luck(&s->dice, 45) ? NODE_RESULT_POSITIVE : NODE_RESULT_NEGATIVE);
    else if (dice_luck(&s->dice, 50))
        ct(s, NODE_STATUS_NEGATIVE, false, RESPONSE_UNSPECIFIED);
    if (dice_luck(&s->dice, 50))
        treat(s, 1);
    end(s);
}

static void outside(struct story *s)
{
    static const char *const sites[] = {"C18.7", "C19.9", "C21.0", "rectum", "C18.0", "C20.9"};

    if (dice_luck(&s->dice, 40))
        s->tumour.topography = sites[dice_roll(&s->dice, 6)];
    else if (dice_luck(&s->dice, 40))
        s->tumour.histology = (enum histology)dice_between(
            &s->dice, HISTOLOGY_SQUAMOUS_CELL_CARCINOMA, HISTOLOGY_MALIGNANT_NOT_TYPED);
    s->tumour.other_chain = dice_luck(&s->dice, 25);
    arrive(s);
    stage(s, dice_luck(&s->dice, 75) ? NODE_STATUS_NEGATIVE
                                     : (enum node_status)dice_roll(&s->dice, 4));
    maybe(s, 25, relieve);
    if (dice_luck(&s->dice, 30))
        treat(s, 1);
    end(s);
}

/* One or two reports and no more: what a start of service sees of most patients. */
static void fragment(struct story *s)
{
    maybe(s, 50, story_biopsy);
    maybe(s, 50, status);
    maybe(s, 40, story_board);
    if (dice_luck(&s->dice, 60))
        ct(s, (enum node_status)dice_roll(&s->dice, 4), dice_luck(&s->dice, 50),
           (enum response)dice_roll(&s->dice, 7));
    story_cea(s);
}

void story_plot(struct story *s)
{
    uint32_t course = dice_roll(&s->dice, 100);

    story_draw_tumour(s);
    if (course < 52)
        synchronous(s);
    else if (course < 73)
        metachronous(s);
    else if (course < 85)
        doubtful(s);
    else if (course < 95)
        outside(s);
    else
        fragment(s);
    maybe(s, 5, story_dead_letter_resolved);
}
