#ifndef STAGING_EVENT_H
#define STAGING_EVENT_H

/*
 * One clinical event: validated, complete, immutable.
 *
 * Whoever builds an event (the decoder, or a test) has checked what the contract demands: required
 * fields, limits, known enum numbers, well-formed texts, times and decimals.  The folder staging/
 * therefore never fails on one.  Texts and lists point into memory that outlives the event's use,
 * usually one arena.  Texts end in a NUL and are "" when absent, never NULL; a list of no items has
 * count 0 and may have a NULL pointer.  Numbers of enums are those of the protobuf files; zero is
 * "not stated" everywhere, never "no".
 *
 * Facts of arrival (topic, offset, time of receipt) are not here: nothing that depends on how or
 * when an event arrived may change what is known about a patient.
 */
#include "base/date.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "staging/codes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_SIZE_MAX 65536          /* bytes of one encoded event */
#define EVENT_ITEMS_MAX 64            /* items per list, unless stated */
#define EVENT_LESIONS_MAX 256         /* lesions per scan */
#define EVENT_TEXT_SIZE_MAX 1024      /* bytes per text, unless stated */
#define EVENT_IDENTIFIER_SIZE_MAX 128 /* bytes of authority and of value; at least 1 */
#define EVENT_TUMOUR_ID_SIZE_MAX 64   /* bytes */
#define EVENT_REPORT_ID_SIZE_MAX 128  /* bytes */
#define EVENT_SOURCE_SIZE_MAX 64      /* bytes of source_system */
#define EVENT_ECOG_MAX 4
#define EVENT_DISTANCE_THOUSANDTHS_MAX INT64_C(30000)   /* 30 cm */
#define EVENT_DIAMETER_THOUSANDTHS_MAX INT64_C(1000000) /* 1,000 mm */
#define TUMOUR_ID_DEFAULT "primary"

/* ---- Values ------------------------------------------------------------------------------- */

/* A decimal in exact thousandths of its unit: 14.1 is 14100. */
struct amount {
    bool given;
    int64_t thousandths; /* 0 when not given */
};

/* A number that may be absent; zero (ECOG 0, no positive node) is a statement. */
struct number {
    bool given;
    uint32_t value; /* 0 when not given */
};

/* A vague count: "multiple" is {2, open}, exactly two is {2, 2}; nothing given says nothing. */
struct node_count {
    struct number min;
    struct number max; /* not given: open */
};

/* A clinical time with the text that it was parsed from; PRECISION_NONE and "" when absent. */
struct stated_time {
    struct clinical_time time;
    const char *text;
};

/* A statement about TNM as reported: "pT3", "ypN0", "cM1a", "IIIB"; "" where not stated. */
struct stage_statement {
    const char *t;
    const char *n;
    const char *m;
    const char *group;
    uint32_t edition; /* 0: not stated */
};

struct other_site {
    enum organ organ;
    enum certainty certainty;
};

/* ---- Pathology ---------------------------------------------------------------------------- */

struct node_tally {
    struct number examined;
    struct number positive;
};

struct station_result {
    enum station station;
    const char *station_text;
    enum node_result result;
    struct node_tally tally;
};

struct pathology {
    enum specimen specimen;
    const char *topography; /* ICD-O-3 text of the primary */
    enum histology histology;
    struct stage_statement stage;
    struct node_tally regional_nodes;
    enum answer tumour_deposits;
    const struct station_result *stations;
    size_t station_count;
    enum residual_tumour residual_tumour;
    struct other_site other_site; /* histology of a distant organ; organ 0: none stated */
};

/* ---- Molecular ---------------------------------------------------------------------------- */

/* A gene left out of a report has status UNSPECIFIED and leaves what an earlier report said. */
struct gene_result {
    enum gene_status status;
    const char *variant_text;
    enum answer braf_v600e; /* BRAF only */
    enum tested_range tested;
};

struct molecular {
    struct gene_result kras;
    struct gene_result nras;
    struct gene_result braf;
    enum microsatellite_status microsatellite;
    enum her2_status her2;
    enum dpyd_status dpyd;
    enum ugt1a1_status ugt1a1;
};

/* ---- Laboratory --------------------------------------------------------------------------- */

struct laboratory {
    enum analyte analyte;
    struct amount value;
    enum comparator comparator;
    const char *unit;          /* UCUM, as sent */
    struct amount upper_limit; /* the laboratory's own, in the same unit */
};

/* ---- Imaging ------------------------------------------------------------------------------ */

/* Distal edge of the tumour to the anal verge. */
struct distance {
    struct amount cm;
    enum distance_method method;
};

/* One entry per station; a station without entry: the report is silent on it. */
struct node_finding {
    enum station station;
    const char *station_text;
    enum node_status statement;
    struct node_count count;
    struct amount short_axis_mm; /* the largest */
    enum answer heterogeneous;
    enum answer irregular_border;
    enum answer necrosis;
    enum answer fdg_uptake;
};

struct lesion {
    const char *lesion_id; /* the same over all scans */
    enum organ organ;
    enum station station; /* for nodes */
    enum lesion_role role;
    struct amount diameter_mm; /* node: short axis; other: longest */
    enum lesion_state state;
    enum answer is_new;
    enum certainty certainty;
};

struct imaging {
    enum modality modality;
    const enum region *regions;
    size_t region_count;
    enum answer contrast;
    enum answer diagnostic_ct; /* PET-CT: whether its CT part was a diagnostic contrast CT */
    const struct node_finding *nodes;
    size_t node_count;
    const struct lesion *lesions; /* at most EVENT_LESIONS_MAX */
    size_t lesion_count;
    const struct other_site *other_sites;
    size_t other_site_count;
    struct stage_statement stage;
    struct distance distance;
    enum reflection reflection;
    enum response stated_response;
    enum perforation perforation;
    enum obstruction obstruction;
    enum answer mesorectal_fascia_threatened;
};

/* ---- Endoscopy, clinical status ----------------------------------------------------------- */

struct endoscopy {
    struct distance distance;
    enum obstruction obstruction;
    enum answer primary_visible;
    enum bleeding bleeding;
};

/* A field left out leaves what was known. */
struct clinical_status {
    struct number ecog; /* 0 to EVENT_ECOG_MAX */
    enum comorbidity comorbidity;
    enum fitness fitness; /* a clinician's statement */
    enum obstruction obstruction;
    enum bleeding bleeding;
    enum perforation perforation;
};

/* ---- Treatment ---------------------------------------------------------------------------- */

struct systemic_therapy {
    enum therapy_action action;
    const char *regimen_text;
    const enum drug *drugs;
    size_t drug_count;
    uint32_t line; /* 0: not stated */
    enum therapy_intent intent;
    enum stop_reason stop_reason;
};

struct surgery {
    const enum procedure *procedures;
    size_t procedure_count;
    enum plan_state state;
    enum urgency urgency;
    struct stated_time planned_for; /* may lie in the future */
};

struct radiotherapy {
    enum radiotherapy_kind kind;
    enum plan_state state;
};

/* ---- Board, referral, centre -------------------------------------------------------------- */

struct board {
    const enum discipline *disciplines;
    size_t discipline_count;
    enum node_status para_aortic_nodes;
    enum answer unresectable;
    enum response response;
    enum answer rectum_by_sigmoid_take_off;
    enum answer chemotherapy_first_overridden;
    const char *reason_text;
};

struct referral {
    const struct node_finding *nodes;
    size_t node_count;
    struct stage_statement stage;
    const char *topography;
    const enum proposal *proposes;
    size_t proposal_count;
};

struct centre {
    const char *name;
    enum answer laparoscopic_palnd_experience;
};

/* ---- Administration ----------------------------------------------------------------------- */

struct review_due {
    int64_t due_at; /* instant */
};

struct reevaluate {
    const char *reason_text;
};

struct dead_letter_resolved {
    const char *dead_letter_id; /* as sent: a UUID in service, "line-N" in evaluate */
    const char *resolved_by_text;
    const char *reason_text;
};

/* ---- The event ---------------------------------------------------------------------------- */

struct event {
    struct uuid event_id;
    const char *authority;   /* patient.authority */
    const char *value;       /* patient.value */
    const char *tumour_id;   /* TUMOUR_ID_DEFAULT when it was left out */
    const char *report_id;   /* the event id in lower case when it was left out */
    uint32_t report_version; /* at least 1: zero was read as 1 */
    enum report_status status;
    struct stated_time effective_at; /* absent only with the three removing statuses */
    struct stated_time issued_at;
    const char *source_system;
    /*
     * What the event says, apart from its name and its signature: SHA-256 of the decoded message
     * encoded again without event_id and issued_at.  Two events of equal hash have equal content.
     */
    uint8_t content_hash[SHA256_SIZE];
    enum body_kind kind;
    union {
        struct pathology pathology;
        struct molecular molecular;
        struct laboratory laboratory;
        struct imaging imaging;
        struct endoscopy endoscopy;
        struct clinical_status clinical_status;
        struct systemic_therapy systemic_therapy;
        struct surgery surgery;
        struct radiotherapy radiotherapy;
        struct board board;
        struct referral referral;
        struct centre centre;
        struct review_due review_due;
        struct reevaluate reevaluate;
        struct dead_letter_resolved dead_letter_resolved;
    } body; /* the member that kind names */
};

#endif
