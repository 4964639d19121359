#ifndef STAGING_CHART_H
#define STAGING_CHART_H

/*
 * Chart: what is known about one tumour on one day.
 *
 * A value with fixed maxima.  It points to events of the history for provenance (struct basis, in
 * the order of weight) and to their texts; it owns nothing.  A chart of zeros knows nothing: every
 * truth is TRI_UNKNOWN, every state "none".  Members named *_missing are sets of inputs (input_bit)
 * that would settle the fact above them; the reason for each input is in chart.why.
 */
#include "staging/event.h"
#include "staging/fact.h"

/* ---- Scope: site, histology, para-aortic nodes --------------------------------------------- */

/* SITE: YES rectum, NO another organ, UNKNOWN rectosigmoid, nothing stated, or above the limit. */
struct chart_site {
    struct fact fact;
    const char *topography; /* as reported, "" when nothing was */
    bool above_limit;       /* W-SITE-GT15: only the distance makes it unknown */
};

/* ADENO: YES adenocarcinoma, NO another tumour, UNKNOWN no typed specimen or OTHER. */
struct chart_histology {
    struct fact fact;
    enum histology histology; /* of the deciding report */
};

enum paln_evidence {
    PALN_NONE = 0, /* abdomen not imaged, or reports silent */
    PALN_NEGATIVE,
    PALN_CONFLICT,
    PALN_SUSPICIOUS,
    PALN_IMAGING_POSITIVE, /* final radiology or board; no histology */
    PALN_CONFIRMED,        /* cytology or histology */
};

/* Why the patient is out of scope with PALN NO. */
enum paln_absent {
    PALN_ABSENT_NONE = 0,          /* PALN is not NO */
    PALN_ABSENT_NO_PALN,           /* OOS-NO-PALN */
    PALN_ABSENT_REGIONAL_ONLY,     /* OOS-REGIONAL-ONLY */
    PALN_ABSENT_OTHER_NONREGIONAL, /* OOS-OTHER-NONREGIONAL */
};

struct chart_paln {
    struct fact fact; /* PALN; YES stays YES when nodes shrink */
    enum paln_evidence evidence;
    enum paln_absent absent;
    struct basis against;   /* the other side of a conflict */
    int32_t doubtful_since; /* first day of what is suspicious or in conflict now; DAY_NONE */
    bool station_unknown;   /* retroperitoneal or unnamed nodes metastatic: the only reason for U */
    struct days first_shown; /* of the current episode; no date unless PALN is YES */
    bool shown_by_specimen;  /* first shown by what an operation took out, and by nothing else */
    uint32_t episode;        /* 1 for the first; 0 while PALN was never YES */
    bool resected;           /* RESECTED: the para-aortic disease of this episode was resected */
    struct days resected_on;
    struct basis resected_by;
    bool suspicious_after_resection; /* X-HISTO and W-HISTO-UNCONFIRMED in PH-POST */
    struct fact histology;           /* YES proven by histology or cytology, else UNKNOWN */
};

/* ---- Stage ----------------------------------------------------------------------------------- */

#define CHART_STATEMENTS_MAX 64 /* the latest are kept */
struct reported_stage {
    const struct event *event;
    const struct stage_statement *statement;
};

struct chart_stage {
    const char *t;     /* as reported with prefix: "pT3", "TX"; "" when nothing was stated */
    const char *n;     /* as reported, or from the resection's node counts */
    const char *m;     /* "cM1a"; "" not determined */
    const char *group; /* "IVA"; "" not determined */
    uint32_t edition;  /* of the statements used; 8 for what was computed */
    enum tri
        conflict; /* YES reported group or M differ, NO they agree, UNKNOWN nothing comparable */
    struct basis t_basis;
    struct basis n_basis;
    struct basis m_basis;
    struct basis conflict_basis;
    size_t reported_count;
    struct reported_stage reported[CHART_STATEMENTS_MAX]; /* in clinical order */
};

/* ---- The primary: height, in situ, symptoms ------------------------------------------------ */

struct stated_distance {
    struct amount cm;
    enum distance_method method;
    const struct event *event; /* NULL: no such distance */
};

/* HIGH: distal edge strictly above the high cut (S21-S23). */
struct chart_height {
    struct fact fact;
    uint32_t missing;
    struct stated_distance used;         /* by precedence rigid, MRI, flexible, unspecified */
    struct stated_distance by_method[4]; /* indexed by enum distance_method */
    enum reflection reflection;
    const struct event *reflection_event;
    bool discordant;  /* W-DIST-DISCORDANT */
    bool at_boundary; /* W-BOUNDARY-12 */
};

/* One symptom: the clinically latest record that still holds. */
struct chart_symptom {
    uint32_t code;             /* enum obstruction, bleeding or perforation; 0 unknown */
    const struct event *event; /* NULL: unknown */
};

struct chart_primary {
    struct fact in_situ;           /* INSITU: YES or NO */
    const struct event *resection; /* first resection of the primary, or NULL */
    struct days resected_on;
    struct chart_symptom obstruction;
    struct chart_symptom bleeding;
    struct chart_symptom perforation;
    struct fact symptomatic; /* SYMPT, over the three as recorded; guidance ANDs INSITU */
    bool minor_bleeding;     /* W-MINOR-BLEED */
    struct fact emergency;   /* EMERG: YES or NO, never UNKNOWN */
};

/* ---- Fitness ------------------------------------------------------------------------------- */

struct chart_fitness {
    struct fact fact;        /* FIT */
    uint32_t missing;        /* ecog, comorbidity */
    struct fact for_surgery; /* FIT with an ECOG that is too old read as unknown */
    uint32_t for_surgery_missing;
    bool ecog_stale; /* the only difference between the two; its reason is WHY_STALE */
    struct number ecog;
    const struct event *ecog_event;
    enum comorbidity comorbidity;
    const struct event *comorbidity_event;
    enum fitness fitness; /* the clinician's statement that still holds */
    const struct event *fitness_event;
};

/* ---- Extent -------------------------------------------------------------------------------- */

struct chart_site_state {
    enum certainty certainty;  /* UNSPECIFIED: never mentioned */
    bool proven;               /* by histology */
    bool lowered;              /* was definite once, before a scan saw nothing there */
    const struct event *event; /* the first that said so */
};

struct chart_extent {
    struct fact ok;    /* EXTENT_OK */
    struct fact other; /* S25: YES definite site or unresectable, UNKNOWN equivocal or incomplete */
    uint32_t missing;  /* extent, and the CT parts that are not done */
    bool definite;
    bool equivocal;
    bool unresectable; /* latest board that says so */
    const struct event *unresectable_event;
    struct chart_site_state organs[ORGAN_COUNT];
    struct chart_site_state chains[STATION_COUNT]; /* non-regional ones but the para-aortic */
};

/* ---- Staging CT ---------------------------------------------------------------------------- */

enum ct_region {
    CT_CHEST = 0,
    CT_ABDOMEN = 1,
    CT_PELVIS = 2,
};
#define CT_REGION_COUNT 3

struct chart_ct {
    struct fact fact; /* CT3 */
    uint32_t missing; /* ct_chest, ct_abdomen, ct_pelvis that are not YES */
    struct fact regions[CT_REGION_COUNT];
    bool stale; /* W-STAGING-STALE: a region was imaged, but too long ago */
};

/* ---- Systemic therapy ---------------------------------------------------------------------- */

struct chart_therapy {
    struct fact started;             /* TX: YES or NO */
    const struct event *first_start; /* of this episode */
    uint32_t line;                   /* number of the current line; 0 without one */
    const struct event *line_start;
    uint32_t line_drugs;           /* bit (1 << enum drug), of the current line */
    struct fact prior_progression; /* PRIORPD: YES or NO */
    struct days last_bevacizumab;  /* of any therapy */
    const struct event *last_bevacizumab_event;
    enum tri bevacizumab_recent;      /* less than 42 days before the evaluation */
    enum tri bevacizumab_before_plan; /* less than 42 days before an open resection plan's day */
};

/* ---- Response ------------------------------------------------------------------------------ */

/* The rows of the table of RESP, in the order of the phases that they lead to. */
enum response_state {
    RESPONSE_STATE_NO_THERAPY = 0,
    RESPONSE_STATE_NONE,                /* no time point yet: RESP NO, PH-ONTX */
    RESPONSE_STATE_NOT_EVALUABLE,       /* U, W-RESP-NE, PH-ONTX */
    RESPONSE_STATE_CONFLICT,            /* U, W-RESP-CONFLICT, OV-CONFLICT, PH-ONTX */
    RESPONSE_STATE_PROGRESSION,         /* NO, PDNOW, PH-PD */
    RESPONSE_STATE_RESPONSE,            /* PR or CR, fresh: YES, PH-RESP */
    RESPONSE_STATE_RESPONSE_STALE,      /* U, W-RESP-STALE, PH-RESP */
    RESPONSE_STATE_RESPONSE_NEW_LESION, /* PR or CR beside an equivocal new lesion: U, PH-RESP */
    RESPONSE_STATE_WANING,            /* earlier PR or CR, now SD: U, W-RESPONSE-WANING, PH-RESP */
    RESPONSE_STATE_NE_AFTER_RESPONSE, /* U, W-RESP-NE, PH-RESP */
    RESPONSE_STATE_STABLE,            /* NO, W-SD-SILENT, PH-STABLE */
    RESPONSE_STATE_NO_MEASURABLE,     /* Non-CR/non-PD: U, W-NO-MEASURABLE, PH-STABLE */
    RESPONSE_STATE_NE_AFTER_STABLE,   /* U, W-RESP-NE, PH-STABLE */
};

struct chart_response {
    enum response_state state;
    struct fact fact; /* RESP */
    bool progressing; /* PDNOW */
    struct days progressed_on;
    struct basis progression; /* the time point or STOP that shows it */
    enum response latest;     /* category of the latest time point; UNSPECIFIED without one */
    struct days latest_on;
    struct basis latest_basis;
    bool complete;             /* the latest response is CR: X-WATCH, W-CR-SILENT */
    bool stale;                /* the latest evaluable response may be too old */
    bool too_old;              /* it is known to be: W-RESP-STALE */
    int32_t new_lesion_on;     /* last day of a new lesion that is not definite; DAY_NONE */
    int32_t response_since;    /* day of the line's first PR or CR; DAY_NONE without one */
    struct basis disagreement; /* the two sides of a conflict */
    struct fact assess;        /* R-RESPONSE-ASSESS */
    int32_t due_day;     /* 56 days after START or last time point; DAY_NONE without therapy */
    int32_t overdue_day; /* 84 days */
    bool baseline_old;   /* W-BASELINE-OLD */
    const struct event *baseline_event;
};

/* ---- Factors ------------------------------------------------------------------------------- */

enum timing {
    TIMING_UNKNOWN = 0,
    TIMING_SYNCHRONOUS,
    TIMING_METACHRONOUS,
};

struct chart_timing {
    enum timing timing; /* S14; unknown unless PALN is YES */
    struct basis basis;
    bool early;    /* W-TIMING-EARLY */
    bool presumed; /* W-TIMING-PRESUMED */
};

struct chart_count {
    struct fact favourable; /* S15: at most the count cut; unknown unless PALN is YES */
    struct node_count count;
    bool pathological; /* counted by the pathologist */
    bool mentioned;    /* imaging speaks of diseased nodes, and be it without a number */
};

struct chart_cea {
    struct fact favourable;     /* S16: strictly below the cut */
    const struct event *event;  /* the value in question, also when unusable; NULL: none */
    const struct event *latest; /* whenever it was taken; the one of W-CEA-UNIT */
    bool provisional;           /* before therapy */
    bool unit_bad;              /* W-CEA-UNIT: the latest value has no usable unit */
    bool at_cut;                /* exactly at the cut */
};

/* ---- Molecular results --------------------------------------------------------------------- */

struct chart_gene {
    enum gene_status status; /* MUTATED dominates, else WILD_TYPE, else the latest other one */
    enum tested_range tested;
    enum answer v600e;      /* BRAF: YES dominates */
    bool extended_mutation; /* MUTATED in a report with tested EXTENDED or OTHER */
    const struct event *event;
};

struct chart_molecular {
    struct chart_gene kras;
    struct chart_gene nras;
    struct chart_gene braf;
    struct fact kras_wild_type;         /* S11 */
    struct fact extended_ras_wild_type; /* KRAS and NRAS wild type, both tested EXTENDED */
    enum microsatellite_status microsatellite;
    const struct event *microsatellite_event;
    enum her2_status her2;
    const struct event *her2_event;
    enum dpyd_status dpyd;
    const struct event *dpyd_event;
    enum ugt1a1_status ugt1a1;
    const struct event *ugt1a1_event;
};

/* ---- Plans, boards, centre ----------------------------------------------------------------- */

struct chart_surgery {
    struct basis premature;  /* done without response and not for an emergency (S30) */
    struct basis open_plans; /* elective resections requested, planned or proposed, still open */
    struct basis emergency_plans;  /* the same with urgency EMERGENCY */
    struct basis recent;           /* DONE less than 28 days ago, a stent alone apart */
    struct basis stent;            /* STENT DONE */
    enum residual_tumour residual; /* known R status of the para-aortic resection, else 0 */
    const struct event *residual_event;
    struct basis larc_chemoradiation; /* W-LARC-CRT: requested, planned or proposed, still open */
};

struct chart_board {
    struct fact discussed;               /* R-MDT fulfilled: YES or NO; why for the missing input */
    const struct event *latest;          /* latest board of any composition, or NULL */
    const struct event *latest_full;     /* latest one with the four disciplines */
    const struct event *material_change; /* the latest one, or NULL */
    struct days material_change_on;
    struct basis chemotherapy_overridden; /* S27: the board that did, with a reason; or empty */
};

/* The "selected cases" of PET-CT (S33): each holds while no PET-CT was made since it began. */
struct chart_pet {
    bool for_paln;       /* PALN suspicious or in conflict */
    bool for_other_site; /* another site equivocal */
    bool for_new_lesion; /* a new lesion that is not definite */
    bool for_response;   /* to be read in PH-RESP only */
    const struct event *latest;
};

/* ---- The chart ----------------------------------------------------------------------------- */

#define CHART_CONFLICTS_MAX 16
struct chart_conflict {
    enum input input;
    struct basis basis;
};

#define CHART_VERSION_CONFLICTS_MAX 16
struct version_conflict {
    const struct event *a;
    const struct event *b;
};

struct chart {
    int64_t as_of;
    int32_t as_of_day;         /* UTC */
    const struct event *death; /* NULL: none */

    struct chart_site site;
    struct chart_histology histology;
    struct chart_paln paln;
    struct fact scope; /* SITE and ADENO and PALN; why is told by the inputs */

    struct chart_stage stage;
    struct chart_height height;
    struct chart_primary primary;
    struct chart_fitness fitness;
    struct chart_extent extent;
    struct chart_ct ct;
    struct chart_therapy therapy;
    struct chart_response response;
    struct chart_timing timing;
    struct chart_count count;
    struct chart_cea cea;
    struct chart_molecular molecular;
    struct chart_surgery surgery;
    struct chart_board board;
    struct chart_pet pet;
    struct fact centre_experienced;

    struct basis not_regional; /* W-NOT-REGIONAL (S28): the records that contradict */

    /* Why each input is unknown; WHY_NONE for what is known. */
    enum why why[INPUT_COUNT];

    size_t conflict_count;
    struct chart_conflict conflicts[CHART_CONFLICTS_MAX];
    size_t version_conflict_count; /* W-VERSION-CONFLICT */
    struct version_conflict version_conflicts[CHART_VERSION_CONFLICTS_MAX];

    /*
     * The first day (UTC, after as_of_day) on which an age that was compared here crosses its
     * limit: before it, time alone changes nothing in this chart.  DAY_NONE: nothing will.
     */
    int32_t next_change_day;
};

#endif
