#ifndef JOURNEYS_STORY_H
#define JOURNEYS_STORY_H

/*
 * Story: years of one invented tumour, told as events.
 *
 * The plot (story_plot.c) moves the clinical day and decides what happens; the bodies
 * (story_bodies.c, story_scans.c) say it as a hospital would; the disorder (story_disorder.c) then
 * corrects, withdraws, repeats, delays and contradicts some of it.  Everything lives in one arena.
 */
#include "dice.h"
#include "staging/event.h"

#define STORY_TELLINGS_MAX 192
#define STORY_LESIONS_MAX 6

struct arena;

/* An event and the moment at which it arrives. */
struct telling {
    struct event *event;
    int64_t at;
};

struct story_lesion {
    const char *id;
    enum organ organ;
    enum station station;
    enum lesion_role role;
    int64_t thousandths_mm;
};

/* What is true about the tumour; reports may say less, or something else. */
struct tumour {
    const char *topography;
    enum histology histology;
    int64_t distance_thousandths_cm;
    uint32_t para_aortic_nodes; /* 0: none involved */
    struct gene_result kras;
    struct gene_result nras;
    struct gene_result braf;
    enum microsatellite_status microsatellite;
    bool bevacizumab;
    bool other_chain; /* common iliac nodes are metastatic */
    bool resected;
    struct story_lesion lesions[STORY_LESIONS_MAX];
    size_t lesion_count;
};

struct story {
    struct arena *arena;
    struct dice dice;
    int32_t day; /* clinical day on which the plot stands */
    struct tumour tumour;
    struct telling tellings[STORY_TELLINGS_MAX];
    size_t count;
    uint32_t reports;         /* report numbers given out */
    uint64_t equal_numbers;   /* reports that share their number with another system's */
    uint64_t boundary_values; /* values exactly at a limit of the rules */
};

/* Tell the whole story of ${dice} into ${ret}, in order of arrival. */
void story_tell(struct arena *arena, struct dice dice, struct story *ret);

/* The parts, in the order in which story_tell uses them. */
void story_plot(struct story *story);
void story_disorder(struct story *story);

/* ---- Events (story_event.c) ------------------------------------------------------------------ */

/* Memory of zeros for ${count} items; never NULL. */
void *story_take(struct story *story, size_t count, size_t size);

/* A final report of that kind on the story's day, with a date as hospitals write it. */
struct event *story_event(struct story *story, enum body_kind kind);

/* Another version of ${event}, arriving at ${at}: a copy with an id and a content of its own. */
struct event *story_version(struct story *story, const struct event *event, int64_t at);

/* Add ${event} as it is, once more. */
void story_repeat(struct story *story, struct event *event, int64_t at);

/* Give ${event} another id; its content stays what it was. */
void story_rename(struct story *story, struct event *event);

/* Give ${event} a content that no other event has. */
void story_new_content(struct story *story, struct event *event);

/* Let it be signed on the day of ${at}. */
void story_sign(struct story *story, struct event *event, int64_t at);

/* ---- Bodies (story_bodies.c, story_scans.c) -------------------------------------------------- */

struct scan {
    enum modality modality;
    bool chest;
    bool abdomen;
    bool pelvis;
    enum node_status para_aortic; /* UNSPECIFIED: the report is silent on the station */
    bool lists_lesions;
    enum response response;
};

void story_scan(struct story *story, const struct scan *scan);
void story_biopsy(struct story *story);
void story_node_biopsy(struct story *story, enum node_result result);
void story_resection_specimen(struct story *story, bool para_aortic);
void story_molecular(struct story *story);
void story_cea(struct story *story);
void story_endoscopy(struct story *story);
void story_status(struct story *story, bool emergency);
void story_therapy(struct story *story, enum therapy_action action, uint32_t line,
                   enum therapy_intent intent);
void story_stop(struct story *story, uint32_t line, enum therapy_intent intent,
                enum stop_reason reason);
void story_surgery(struct story *story, enum procedure first, enum procedure second,
                   enum plan_state state);
void story_radiotherapy(struct story *story, enum plan_state state);
void story_board(struct story *story);
void story_referral(struct story *story);
void story_centre(struct story *story);
void story_death(struct story *story);
void story_reevaluate(struct story *story);
void story_dead_letter_resolved(struct story *story);

/* Draw a tumour; its lesions come with story_seed_lesions. */
void story_draw_tumour(struct story *story);
void story_seed_lesions(struct story *story);

/* Let every lesion become ${percent} of its size, about. */
void story_change_size(struct story *story, uint32_t percent);

/* A stage statement such as reports make, right or wrong; often nothing. */
void story_stage(struct story *story, struct stage_statement *ret);

#endif
