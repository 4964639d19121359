#include "story.h"

/* What imaging reports say: regions, nodes, lesions, other sites, distance, stage. */

void story_stage(struct story *s, struct stage_statement *ret)
{
    static const char *const t[] = {"", "cT3", "pT3", "ypT2", "pT4a", "TX", "cT4b"};
    static const char *const n[] = {"", "cN1", "pN0", "pN2b", "NX", "cN2a"};
    static const char *const m[] = {"", "cM0", "cM1a", "pM1a", "cM1c"};
    static const char *const g[] = {"", "IIIB", "IVA", "IV", "IIA"};

    if (dice_luck(&s->dice, 75))
        return;
    *ret = (struct stage_statement){.t = t[dice_roll(&s->dice, 7)],
                                    .n = n[dice_roll(&s->dice, 6)],
                                    .m = m[dice_roll(&s->dice, 5)],
                                    .group = g[dice_roll(&s->dice, 5)],
                                    .edition = dice_roll(&s->dice, 2) * 8};
}

/* ---- Lesions --------------------------------------------------------------------------------- */

void story_seed_lesions(struct story *s)
{
    static const char *const names[] = {"L1", "L2", "L3", "L4", "L5", "L6"};
    struct tumour *t = &s->tumour;
    size_t count = 1 + dice_roll(&s->dice, 4);
    bool small = dice_luck(&s->dice, 15); /* no measurable disease */
    bool explicit_roles = dice_luck(&s->dice, 20);

    t->lesion_count = count;
    for (size_t k = 0; k < count; k++) {
        struct story_lesion *l = &t->lesions[k];
        bool node = k == 0 || dice_luck(&s->dice, 60);

        l->id = names[k];
        l->organ = node                      ? ORGAN_LYMPH_NODE
                   : dice_luck(&s->dice, 60) ? ORGAN_RECTUM
                   : dice_luck(&s->dice, 70) ? ORGAN_LIVER
                                             : ORGAN_LUNG;
        l->station = node ? STATION_PARA_AORTIC : STATION_UNSPECIFIED;
        l->role = !explicit_roles ? LESION_ROLE_UNSPECIFIED
                  : k == 0        ? LESION_ROLE_TARGET
                                  : (enum lesion_role)dice_roll(&s->dice, 3);
        l->thousandths_mm = 1000 * (int64_t)(small ? dice_between(&s->dice, 10, 14)
                                                   : dice_between(&s->dice, 15, 45));
        if (small && !node)
            l->thousandths_mm = 8000;
    }
}

void story_change_size(struct story *s, uint32_t percent)
{
    for (size_t k = 0; k < s->tumour.lesion_count; k++) {
        struct story_lesion *l = &s->tumour.lesions[k];
        int64_t factor = (int64_t)percent + dice_between(&s->dice, -5, 5);

        l->thousandths_mm = l->thousandths_mm * factor / 100 / 100 * 100;
        if (l->thousandths_mm > 200000)
            l->thousandths_mm = 200000;
    }
}

static void say_lesion(struct story *s, const struct story_lesion *from, struct lesion *to)
{
    *to = (struct lesion){.lesion_id = from->id,
                          .organ = from->organ,
                          .station = from->station,
                          .role = from->role,
                          .diameter_mm = {true, from->thousandths_mm},
                          .state = LESION_STATE_MEASURED};
    if (from->thousandths_mm < 3000) {
        to->state = dice_luck(&s->dice, 70) ? LESION_STATE_ABSENT : LESION_STATE_TOO_SMALL;
        to->diameter_mm = (struct amount){.given = false};
    } else if (dice_luck(&s->dice, 6)) {
        to->state = (enum lesion_state)dice_roll(&s->dice, 7);
        to->diameter_mm.given = dice_luck(&s->dice, 50);
        if (!to->diameter_mm.given)
            to->diameter_mm.thousandths = 0;
    }
    if (dice_luck(&s->dice, 10))
        to->certainty = (enum certainty)dice_roll(&s->dice, 4);
    if (dice_luck(&s->dice, 3))
        to->is_new = (enum answer)dice_roll(&s->dice, 3);
}

static void say_new_lesion(struct story *s, struct lesion *to)
{
    static const enum organ organs[] = {ORGAN_LIVER, ORGAN_LUNG, ORGAN_PERITONEUM, ORGAN_BONE,
                                        ORGAN_LYMPH_NODE};

    *to = (struct lesion){.lesion_id = dice_luck(&s->dice, 50) ? "N1" : "N2",
                          .organ = organs[dice_roll(&s->dice, 5)],
                          .diameter_mm = {true, 1000 * (int64_t)dice_between(&s->dice, 8, 20)},
                          .state = LESION_STATE_MEASURED,
                          .is_new = dice_luck(&s->dice, 70) ? ANSWER_YES : ANSWER_UNSPECIFIED,
                          .certainty = dice_luck(&s->dice, 45)
                                           ? CERTAINTY_EQUIVOCAL
                                           : (enum certainty)dice_roll(&s->dice, 4)};
    if (to->organ == ORGAN_LYMPH_NODE)
        to->station = STATION_PARA_AORTIC;
}

static void list_lesions(struct story *s, struct imaging *m)
{
    struct lesion *list = story_take(s, STORY_LESIONS_MAX + 1, sizeof(*list));
    size_t count = 0;

    for (size_t k = 0; k < s->tumour.lesion_count; k++)
        if (!dice_luck(&s->dice, 3))
            say_lesion(s, &s->tumour.lesions[k], &list[count++]);
    if (dice_luck(&s->dice, 8))
        say_new_lesion(s, &list[count++]);
    m->lesions = list;
    m->lesion_count = count;
}

/* ---- Nodes, sites, regions ------------------------------------------------------------------- */

static void say_count(struct story *s, struct node_finding *n)
{
    uint32_t nodes = s->tumour.para_aortic_nodes;

    if (nodes == 2)
        s->boundary_values++;
    if (dice_luck(&s->dice, 75))
        n->count = (struct node_count){.min = {true, nodes}, .max = {true, nodes}};
    else if (dice_luck(&s->dice, 50))
        n->count = (struct node_count){.min = {true, nodes}, .max = {false, 0}};
}

static void list_nodes(struct story *s, struct imaging *m, enum node_status para_aortic)
{
    struct node_finding *list = story_take(s, 3, sizeof(*list));
    size_t count = 0;

    if (para_aortic != NODE_STATUS_UNSPECIFIED) {
        struct node_finding *n = &list[count++];

        n->station = STATION_PARA_AORTIC;
        n->statement = para_aortic;
        if (para_aortic == NODE_STATUS_SUSPICIOUS && dice_luck(&s->dice, 25)) {
            n->statement = NODE_STATUS_UNSPECIFIED;
            n->short_axis_mm = (struct amount){true, 10000};
            s->boundary_values++;
        }
        if (para_aortic == NODE_STATUS_METASTATIC)
            say_count(s, n);
        n->heterogeneous = dice_luck(&s->dice, 10) ? ANSWER_YES : ANSWER_UNSPECIFIED;
    }
    if (dice_luck(&s->dice, 30))
        list[count++] = (struct node_finding){
            .station = dice_luck(&s->dice, 88) ? STATION_MESORECTAL
                                               : (enum station)dice_roll(&s->dice, STATION_COUNT),
            .statement = dice_luck(&s->dice, 60) ? NODE_STATUS_METASTATIC
                                                 : (enum node_status)dice_roll(&s->dice, 4)};
    if (count == 2 && list[1].station == STATION_PARA_AORTIC)
        count = 1; /* one entry per station */
    if (s->tumour.other_chain && (count < 2 || list[1].station != STATION_COMMON_ILIAC))
        list[count++] = (struct node_finding){.station = STATION_COMMON_ILIAC,
                                              .statement = NODE_STATUS_METASTATIC};
    for (size_t k = 0; k < count; k++)
        list[k].station_text = "";
    m->nodes = list;
    m->node_count = count;
}

static void list_regions(struct story *s, struct imaging *m, const struct scan *scan)
{
    enum region *list = story_take(s, 3, sizeof(*list));
    size_t count = 0;

    if (scan->chest)
        list[count++] = REGION_CHEST;
    if (scan->abdomen)
        list[count++] = REGION_ABDOMEN;
    if (scan->pelvis)
        list[count++] = REGION_PELVIS;
    m->regions = list;
    m->region_count = count;
}

static void say_primary(struct story *s, struct imaging *m, const struct scan *scan)
{
    if (scan->modality == MODALITY_MRI && scan->pelvis && dice_luck(&s->dice, 80)) {
        m->distance.cm = (struct amount){true, s->tumour.distance_thousandths_cm};
        m->distance.method = DISTANCE_METHOD_MRI;
        if (dice_luck(&s->dice, 15))
            m->distance.cm.thousandths = 1000 * (int64_t)dice_between(&s->dice, 7, 17);
        m->reflection = dice_luck(&s->dice, 40) ? (enum reflection)dice_roll(&s->dice, 4)
                                                : REFLECTION_UNSPECIFIED;
        m->mesorectal_fascia_threatened = (enum answer)dice_roll(&s->dice, 3);
    }
    if (dice_luck(&s->dice, 3))
        m->perforation = (enum perforation)dice_roll(&s->dice, 4);
    if (dice_luck(&s->dice, 3))
        m->obstruction = (enum obstruction)dice_roll(&s->dice, 4);
}

void story_scan(struct story *s, const struct scan *scan)
{
    struct event *e = story_event(s, BODY_IMAGING);
    struct imaging *m = &e->body.imaging;

    m->modality = scan->modality;
    m->contrast = dice_luck(&s->dice, 80) ? ANSWER_YES : ANSWER_UNSPECIFIED;
    m->diagnostic_ct = scan->modality == MODALITY_PET_CT ? (enum answer)dice_roll(&s->dice, 3)
                                                         : ANSWER_UNSPECIFIED;
    list_regions(s, m, scan);
    list_nodes(s, m, scan->abdomen ? scan->para_aortic : NODE_STATUS_UNSPECIFIED);
    if (scan->lists_lesions)
        list_lesions(s, m);
    if (dice_luck(&s->dice, 4)) {
        struct other_site *site = story_take(s, 1, sizeof(*site));

        site->organ = (enum organ)dice_between(&s->dice, ORGAN_LIVER, ORGAN_OTHER);
        site->certainty = (enum certainty)dice_roll(&s->dice, 4);
        m->other_sites = site;
        m->other_site_count = 1;
    }
    m->stated_response = scan->response;
    say_primary(s, m, scan);
    story_stage(s, &m->stage);
}
