#include "fixture_random.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

#define DRAWN_DAYS 900 /* days over which a journey spreads */

/* splitmix64: small, and the same on every machine. */
uint32_t fixture_roll(struct fixture_dice *dice, uint32_t sides)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (uint32_t)(z >> 32) % sides;
}

static bool luck(struct fixture_dice *d, uint32_t percent)
{
    return fixture_roll(d, 100) < percent;
}

static void *take(struct fixture_case *f, size_t count, size_t size)
{
    void *memory = arena_zalloc(f->arena, count, size);

    ck_assert_ptr_nonnull(memory);
    return memory;
}

/* A day, a month or, seldom, a year; a third of them with an hour. */
static const char *draw_date(struct fixture_case *f, struct fixture_dice *d)
{
    int32_t day = day_from_civil(2024, 1, 1) + (int32_t)fixture_roll(d, DRAWN_DAYS);
    char *text = take(f, 32, 1);
    uint32_t kind = fixture_roll(d, 20);

    day_format(day, text);
    if (kind == 0)
        text[7] = '\0';
    else if (kind == 1 && luck(d, 30))
        text[4] = '\0';
    else if (kind > 13)
        memcpy(text + 10, "T08:15:00+02:00", 16);
    return text;
}

static const char *pick(struct fixture_dice *d, const char *const *texts, uint32_t count)
{
    return texts[fixture_roll(d, count)];
}

static void draw_stage(struct fixture_dice *d, struct stage_statement *s)
{
    static const char *const t[] = {"", "cT3", "pT3", "ypT2", "pT4a", "TX"};
    static const char *const n[] = {"", "cN1", "pN0", "pN2b", "NX"};
    static const char *const m[] = {"", "cM0", "cM1a", "pM1a"};
    static const char *const g[] = {"", "IIIB", "IVA", "IV"};

    if (luck(d, 60))
        return;
    *s = (struct stage_statement){.t = pick(d, t, 6),
                                  .n = pick(d, n, 5),
                                  .m = pick(d, m, 4),
                                  .group = pick(d, g, 4),
                                  .edition = fixture_roll(d, 2) * 8};
}

static void draw_pathology(struct fixture_case *f, struct fixture_dice *d, struct pathology *p)
{
    static const char *const sites[] = {"C20.9", "C20.9", "C20", "C20.9", "C19.9", "", "C18.7"};

    p->specimen = luck(d, 55) ? SPECIMEN_PRIMARY_BIOPSY : (enum specimen)fixture_roll(d, 6);
    p->topography = pick(d, sites, luck(d, 90) ? 4 : 7);
    p->histology = luck(d, 85) ? HISTOLOGY_ADENOCARCINOMA : (enum histology)fixture_roll(d, 11);
    draw_stage(d, &p->stage);
    if (p->specimen != SPECIMEN_PRIMARY_BIOPSY && luck(d, 70)) {
        struct station_result *s = take(f, 1, sizeof(*s));

        s->station = luck(d, 80) ? STATION_PARA_AORTIC : (enum station)fixture_roll(d, 20);
        s->station_text = "";
        s->result = (enum node_result)fixture_roll(d, 3);
        if (luck(d, 60))
            s->tally = (struct node_tally){.examined = {true, fixture_roll(d, 8)},
                                           .positive = {true, fixture_roll(d, 5)}};
        p->stations = s;
        p->station_count = 1;
    }
    if (luck(d, 20))
        p->residual_tumour = (enum residual_tumour)fixture_roll(d, 5);
    if (luck(d, 4))
        p->other_site = (struct other_site){.organ = (enum organ)fixture_roll(d, 11),
                                            .certainty = (enum certainty)fixture_roll(d, 4)};
}

static void draw_lesions(struct fixture_case *f, struct fixture_dice *d, struct imaging *m)
{
    static const char *const names[] = {"a", "b", "c"};
    struct lesion *l = take(f, 3, sizeof(*l));

    for (size_t k = 0; k < 3; k++) {
        l[k].lesion_id = names[k];
        l[k].organ = k == 2 && luck(d, 30) ? ORGAN_LIVER : ORGAN_LYMPH_NODE;
        l[k].station = STATION_PARA_AORTIC;
        l[k].diameter_mm = (struct amount){.given = luck(d, 90),
                                           .thousandths = 1000 * (int64_t)fixture_roll(d, 40)};
        if (luck(d, 20))
            l[k].state = (enum lesion_state)fixture_roll(d, 7);
        if (luck(d, 10))
            l[k].is_new = (enum answer)fixture_roll(d, 3);
        if (luck(d, 30))
            l[k].certainty = (enum certainty)fixture_roll(d, 4);
    }
    m->lesions = l;
    m->lesion_count = 1 + fixture_roll(d, 3);
}

static void draw_imaging(struct fixture_case *f, struct fixture_dice *d, struct imaging *m)
{
    static const enum region regions[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};

    m->modality = luck(d, 70) ? MODALITY_CT : (enum modality)fixture_roll(d, 6);
    m->regions = luck(d, 85) ? regions : regions + 1;
    m->region_count = m->regions == regions ? 3 : 1 + fixture_roll(d, 2);
    m->diagnostic_ct = (enum answer)fixture_roll(d, 3);
    if (luck(d, 60)) {
        struct node_finding *n = take(f, 1, sizeof(*n));

        n->station = luck(d, 90) ? STATION_PARA_AORTIC : (enum station)fixture_roll(d, 20);
        n->station_text = "";
        n->statement = luck(d, 50) ? NODE_STATUS_METASTATIC : (enum node_status)fixture_roll(d, 4);
        n->count.min = (struct number){luck(d, 40), fixture_roll(d, 5)};
        n->count.max = (struct number){luck(d, 30), 1 + fixture_roll(d, 5)};
        n->short_axis_mm = (struct amount){luck(d, 30), 1000 * (int64_t)fixture_roll(d, 20)};
        m->nodes = n;
        m->node_count = 1;
    }
    if (luck(d, 40))
        draw_lesions(f, d, m);
    if (luck(d, 40))
        m->stated_response = (enum response)fixture_roll(d, 7);
    if (luck(d, 6)) {
        struct other_site *s = take(f, 1, sizeof(*s));

        s->organ = (enum organ)fixture_roll(d, 11);
        s->certainty = (enum certainty)fixture_roll(d, 4);
        m->other_sites = s;
        m->other_site_count = 1;
    }
    if (luck(d, 20)) {
        m->distance.cm = (struct amount){true, 1000 * (int64_t)(8 + fixture_roll(d, 9))};
        m->distance.method = (enum distance_method)fixture_roll(d, 4);
        m->reflection = (enum reflection)fixture_roll(d, 4);
    }
    if (luck(d, 3))
        m->perforation = (enum perforation)fixture_roll(d, 4);
    draw_stage(d, &m->stage);
}

static void draw_gene(struct fixture_dice *d, struct gene_result *g)
{
    g->status = luck(d, 50) ? GENE_STATUS_WILD_TYPE : (enum gene_status)fixture_roll(d, 6);
    g->tested = luck(d, 70) ? TESTED_RANGE_EXTENDED : (enum tested_range)fixture_roll(d, 4);
}

static void draw_molecular(struct fixture_dice *d, struct molecular *m)
{
    draw_gene(d, &m->kras);
    draw_gene(d, &m->nras);
    m->braf.status = (enum gene_status)fixture_roll(d, 6);
    m->braf.braf_v600e = (enum answer)fixture_roll(d, 3);
    m->microsatellite = (enum microsatellite_status)fixture_roll(d, 8);
    m->her2 = (enum her2_status)fixture_roll(d, 6);
    m->dpyd = (enum dpyd_status)fixture_roll(d, 6);
    m->ugt1a1 = (enum ugt1a1_status)fixture_roll(d, 6);
}

static void draw_therapy(struct fixture_case *f, struct fixture_dice *d, struct systemic_therapy *t)
{
    enum drug *drugs = take(f, 2, sizeof(*drugs));

    t->action = luck(d, 60) ? THERAPY_ACTION_START : (enum therapy_action)(1 + fixture_roll(d, 3));
    t->line = fixture_roll(d, 3);
    t->intent = luck(d, 80) ? THERAPY_INTENT_PALLIATIVE : (enum therapy_intent)fixture_roll(d, 4);
    if (t->action == THERAPY_ACTION_STOP)
        t->stop_reason = (enum stop_reason)fixture_roll(d, 6);
    drugs[0] = (enum drug)(1 + fixture_roll(d, DRUG_COUNT - 1));
    drugs[1] = (enum drug)(1 + fixture_roll(d, DRUG_COUNT - 1));
    t->drugs = drugs;
    t->drug_count = 2;
}

static void draw_status(struct fixture_dice *d, struct clinical_status *s)
{
    s->ecog = (struct number){luck(d, 80), luck(d, 80) ? fixture_roll(d, 2) : fixture_roll(d, 5)};
    s->comorbidity = luck(d, 60) ? COMORBIDITY_NONE : (enum comorbidity)fixture_roll(d, 3);
    s->fitness = luck(d, 80) ? FITNESS_UNSPECIFIED : (enum fitness)fixture_roll(d, 3);
    s->obstruction = luck(d, 80) ? OBSTRUCTION_NONE : (enum obstruction)fixture_roll(d, 4);
    s->bleeding = luck(d, 80) ? BLEEDING_NONE : (enum bleeding)fixture_roll(d, 5);
    s->perforation = luck(d, 80) ? PERFORATION_NONE : (enum perforation)fixture_roll(d, 4);
}

static void draw_surgery(struct fixture_case *f, struct fixture_dice *d, struct surgery *s)
{
    enum procedure *procedures = take(f, 1, sizeof(*procedures));

    *procedures = (enum procedure)(1 + fixture_roll(d, 7));
    s->procedures = procedures;
    s->procedure_count = 1;
    s->state = (enum plan_state)(1 + fixture_roll(d, 4));
    s->urgency = (enum urgency)fixture_roll(d, 3);
}

static void draw_board(struct fixture_dice *d, struct board *b)
{
    static const enum discipline all[] = {DISCIPLINE_MEDICAL_ONCOLOGY, DISCIPLINE_SURGICAL_ONCOLOGY,
                                          DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY,
                                          DISCIPLINE_PATHOLOGY};

    b->disciplines = all;
    b->discipline_count = 3 + fixture_roll(d, 3);
    if (luck(d, 15))
        b->para_aortic_nodes = (enum node_status)fixture_roll(d, 4);
    if (luck(d, 15))
        b->response = (enum response)fixture_roll(d, 7);
    if (luck(d, 5))
        b->unresectable = (enum answer)fixture_roll(d, 3);
    if (luck(d, 5))
        b->rectum_by_sigmoid_take_off = (enum answer)fixture_roll(d, 3);
    if (luck(d, 5)) {
        b->chemotherapy_first_overridden = (enum answer)fixture_roll(d, 3);
        b->reason_text = luck(d, 50) ? "because" : "";
    }
}

static void draw_body(struct fixture_case *f, struct fixture_dice *d, struct event *e)
{
    if (e->kind == BODY_PATHOLOGY) {
        draw_pathology(f, d, &e->body.pathology);
    } else if (e->kind == BODY_IMAGING) {
        draw_imaging(f, d, &e->body.imaging);
    } else if (e->kind == BODY_MOLECULAR) {
        draw_molecular(d, &e->body.molecular);
    } else if (e->kind == BODY_SYSTEMIC_THERAPY) {
        draw_therapy(f, d, &e->body.systemic_therapy);
    } else if (e->kind == BODY_CLINICAL_STATUS) {
        draw_status(d, &e->body.clinical_status);
    } else if (e->kind == BODY_SURGERY) {
        draw_surgery(f, d, &e->body.surgery);
    } else if (e->kind == BODY_BOARD) {
        draw_board(d, &e->body.board);
    } else if (e->kind == BODY_LABORATORY) {
        e->body.laboratory.analyte = ANALYTE_CEA;
        e->body.laboratory.value = (struct amount){true, 100 * (int64_t)fixture_roll(d, 120)};
        e->body.laboratory.comparator = (enum comparator)fixture_roll(d, 5);
        e->body.laboratory.unit = luck(d, 85) ? "ng/mL" : "U/mL";
    } else if (e->kind == BODY_CENTRE) {
        e->body.centre.name = "";
        e->body.centre.laparoscopic_palnd_experience = (enum answer)fixture_roll(d, 3);
    } else if (e->kind == BODY_RADIOTHERAPY) {
        e->body.radiotherapy.kind = (enum radiotherapy_kind)(1 + fixture_roll(d, 4));
        e->body.radiotherapy.state = (enum plan_state)(1 + fixture_roll(d, 4));
    } else if (e->kind == BODY_ENDOSCOPY) {
        e->body.endoscopy.distance.cm =
            (struct amount){true, 1000 * (int64_t)(8 + fixture_roll(d, 9))};
        e->body.endoscopy.distance.method = (enum distance_method)fixture_roll(d, 4);
    } else if (e->kind == BODY_REFERRAL && luck(d, 40)) {
        enum proposal *p = take(f, 1, sizeof(*p));

        *p = (enum proposal)(1 + fixture_roll(d, 4));
        e->body.referral.proposes = p;
        e->body.referral.proposal_count = 1;
    }
}

static enum body_kind draw_kind(struct fixture_dice *d)
{
    static const enum body_kind kinds[] = {
        BODY_PATHOLOGY,       BODY_PATHOLOGY,        BODY_IMAGING,          BODY_IMAGING,
        BODY_IMAGING,         BODY_IMAGING,          BODY_IMAGING,          BODY_IMAGING,
        BODY_MOLECULAR,       BODY_SYSTEMIC_THERAPY, BODY_SYSTEMIC_THERAPY, BODY_SYSTEMIC_THERAPY,
        BODY_CLINICAL_STATUS, BODY_CLINICAL_STATUS,  BODY_SURGERY,          BODY_BOARD,
        BODY_LABORATORY,      BODY_CENTRE,           BODY_RADIOTHERAPY,     BODY_ENDOSCOPY,
        BODY_REFERRAL,
    };

    if (luck(d, 1) && luck(d, 20))
        return BODY_DEATH;
    return kinds[fixture_roll(d, sizeof(kinds) / sizeof(kinds[0]))];
}

struct event *fixture_draw(struct fixture_case *f, struct fixture_dice *d,
                           struct event *const *earlier, size_t earlier_count)
{
    static const enum report_status statuses[] = {
        REPORT_STATUS_CORRECTED, REPORT_STATUS_CORRECTED,     REPORT_STATUS_AMENDED,
        REPORT_STATUS_RETRACTED, REPORT_STATUS_WRONG_PATIENT, REPORT_STATUS_CANCELLED};
    struct event *e;

    if (earlier_count > 0 && luck(d, 2)) {
        /* The same version again, saying something else: neither counts. */
        e = fixture_version(f, earlier[fixture_roll(d, (uint32_t)earlier_count)], 1,
                            REPORT_STATUS_FINAL);
        draw_body(f, d, e);
        return e;
    }
    if (earlier_count > 0 && luck(d, 12)) {
        e = fixture_version(f, earlier[fixture_roll(d, (uint32_t)earlier_count)],
                            1 + fixture_roll(d, 3), statuses[fixture_roll(d, 6)]);
        if (e->status == REPORT_STATUS_CORRECTED || e->status == REPORT_STATUS_AMENDED)
            draw_body(f, d, e);
        e->issued_at.text = draw_date(f, d);
        ck_assert(
            clinical_time_parse(e->issued_at.text, strlen(e->issued_at.text), &e->issued_at.time));
        return e;
    }
    e = fixture_event(f, draw_kind(d), draw_date(f, d));
    draw_body(f, d, e);
    if (luck(d, 6))
        e->status = REPORT_STATUS_PRELIMINARY;
    return e;
}
