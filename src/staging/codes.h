#ifndef STAGING_CODES_H
#define STAGING_CODES_H

/*
 * The codes of a clinical event: closed enumerations.
 *
 * Numbers are those of the protobuf files and never change.  Zero is "not stated" everywhere, never
 * "no".
 */

/* ---- Values ------------------------------------------------------------------------------- */

enum answer {
    ANSWER_UNSPECIFIED = 0,
    ANSWER_YES = 1,
    ANSWER_NO = 2,
};

enum report_status {
    REPORT_STATUS_UNSPECIFIED = 0,
    REPORT_STATUS_PRELIMINARY = 1,
    REPORT_STATUS_FINAL = 2,
    REPORT_STATUS_CORRECTED = 3,
    REPORT_STATUS_AMENDED = 4,
    REPORT_STATUS_RETRACTED = 5,     /* removes the report */
    REPORT_STATUS_WRONG_PATIENT = 6, /* removes the report */
    REPORT_STATUS_CANCELLED = 7,     /* the result will not come */
};

enum certainty {
    CERTAINTY_UNSPECIFIED = 0,
    CERTAINTY_DEFINITE = 1,
    CERTAINTY_EQUIVOCAL = 2,
    CERTAINTY_ABSENT = 3, /* on a lesion or a site: not present */
};

enum organ {
    ORGAN_UNSPECIFIED = 0,
    ORGAN_RECTUM = 1,
    ORGAN_LYMPH_NODE = 2,
    ORGAN_LIVER = 3,
    ORGAN_LUNG = 4,
    ORGAN_PERITONEUM = 5,
    ORGAN_BONE = 6,
    ORGAN_BRAIN = 7,
    ORGAN_OVARY = 8,
    ORGAN_ADRENAL = 9,
    ORGAN_OTHER = 10,
};
#define ORGAN_COUNT 11 /* with UNSPECIFIED */

enum station {
    STATION_UNSPECIFIED = 0,
    STATION_MESORECTAL = 1,
    STATION_SUPERIOR_RECTAL = 2,
    STATION_MIDDLE_RECTAL = 3,
    STATION_INFERIOR_RECTAL = 4,
    STATION_INFERIOR_MESENTERIC = 5,
    STATION_SIGMOID = 6,
    STATION_PRESACRAL = 7,
    STATION_LATERAL_SACRAL = 8,
    STATION_INTERNAL_ILIAC = 9,
    STATION_OBTURATOR = 10,
    STATION_PARA_AORTIC = 11,
    STATION_COMMON_ILIAC = 12,
    STATION_EXTERNAL_ILIAC = 13,
    STATION_ILIAC_NOS = 14,
    STATION_SUPERIOR_MESENTERIC = 15,
    STATION_LEFT_COLIC = 16,
    STATION_INGUINAL = 17,
    STATION_RETROPERITONEAL_NOS = 18,
    STATION_OTHER_DISTANT = 19,
};
#define STATION_COUNT 20 /* with UNSPECIFIED */

/* ---- Pathology ---------------------------------------------------------------------------- */

enum specimen {
    SPECIMEN_UNSPECIFIED = 0,
    SPECIMEN_PRIMARY_BIOPSY = 1,
    SPECIMEN_NODE_BIOPSY = 2, /* cytology too */
    SPECIMEN_PRIMARY_RESECTION = 3,
    SPECIMEN_NODE_DISSECTION = 4,
    SPECIMEN_OTHER_SITE_BIOPSY = 5,
};

enum histology {
    HISTOLOGY_UNSPECIFIED = 0,
    HISTOLOGY_ADENOCARCINOMA = 1,
    HISTOLOGY_MUCINOUS_ADENOCARCINOMA = 2,
    HISTOLOGY_SIGNET_RING_CARCINOMA = 3,
    HISTOLOGY_SQUAMOUS_CELL_CARCINOMA = 4,
    HISTOLOGY_NEUROENDOCRINE = 5,
    HISTOLOGY_GIST = 6,
    HISTOLOGY_LYMPHOMA = 7,
    HISTOLOGY_MELANOMA = 8,
    HISTOLOGY_OTHER = 9,
    HISTOLOGY_MALIGNANT_NOT_TYPED = 10,
};

enum node_result {
    NODE_RESULT_UNSPECIFIED = 0,
    NODE_RESULT_POSITIVE = 1,
    NODE_RESULT_NEGATIVE = 2,
};

enum residual_tumour {
    RESIDUAL_TUMOUR_UNSPECIFIED = 0,
    RESIDUAL_TUMOUR_R0 = 1,
    RESIDUAL_TUMOUR_R1 = 2,
    RESIDUAL_TUMOUR_R2 = 3,
    RESIDUAL_TUMOUR_RX = 4,
};

/* ---- Molecular ---------------------------------------------------------------------------- */

enum gene_status {
    GENE_STATUS_UNSPECIFIED = 0,
    GENE_STATUS_WILD_TYPE = 1,
    GENE_STATUS_MUTATED = 2,
    GENE_STATUS_PENDING = 3,
    GENE_STATUS_FAILED = 4,
    GENE_STATUS_NOT_ASSESSED = 5,
};

enum tested_range {
    TESTED_RANGE_UNSPECIFIED = 0,
    TESTED_RANGE_EXON_2 = 1,
    TESTED_RANGE_EXTENDED = 2,
    TESTED_RANGE_OTHER = 3,
};

enum microsatellite_status {
    MICROSATELLITE_STATUS_UNSPECIFIED = 0,
    MICROSATELLITE_STATUS_STABLE = 1, /* proficient mismatch repair */
    MICROSATELLITE_STATUS_LOW = 2,
    MICROSATELLITE_STATUS_HIGH = 3, /* deficient mismatch repair */
    MICROSATELLITE_STATUS_INDETERMINATE = 4,
    MICROSATELLITE_STATUS_PENDING = 5,
    MICROSATELLITE_STATUS_FAILED = 6,
    MICROSATELLITE_STATUS_NOT_ASSESSED = 7,
};

enum her2_status {
    HER2_STATUS_UNSPECIFIED = 0,
    HER2_STATUS_POSITIVE = 1,
    HER2_STATUS_NEGATIVE = 2,
    HER2_STATUS_EQUIVOCAL = 3,
    HER2_STATUS_PENDING = 4,
    HER2_STATUS_NOT_ASSESSED = 5,
};

enum dpyd_status {
    DPYD_STATUS_UNSPECIFIED = 0,
    DPYD_STATUS_NORMAL = 1,
    DPYD_STATUS_PARTIAL_DEFICIENCY = 2,
    DPYD_STATUS_COMPLETE_DEFICIENCY = 3,
    DPYD_STATUS_PENDING = 4,
    DPYD_STATUS_NOT_ASSESSED = 5,
};

enum ugt1a1_status {
    UGT1A1_STATUS_UNSPECIFIED = 0,
    UGT1A1_STATUS_NORMAL = 1,
    UGT1A1_STATUS_REDUCED = 2,
    UGT1A1_STATUS_POOR = 3,
    UGT1A1_STATUS_PENDING = 4,
    UGT1A1_STATUS_NOT_ASSESSED = 5,
};

/* ---- Laboratory --------------------------------------------------------------------------- */

enum analyte {
    ANALYTE_UNSPECIFIED = 0,
    ANALYTE_CEA = 1,
};

enum comparator {
    COMPARATOR_UNSPECIFIED = 0, /* reads as equal */
    COMPARATOR_LESS = 1,
    COMPARATOR_LESS_OR_EQUAL = 2,
    COMPARATOR_GREATER = 3,
    COMPARATOR_GREATER_OR_EQUAL = 4,
};

/* ---- Imaging ------------------------------------------------------------------------------ */

enum modality {
    MODALITY_UNSPECIFIED = 0,
    MODALITY_CT = 1,
    MODALITY_MRI = 2,
    MODALITY_PET_CT = 3,
    MODALITY_RADIOGRAPH = 4,
    MODALITY_ULTRASOUND = 5,
};

enum region {
    REGION_UNSPECIFIED = 0,
    REGION_CHEST = 1,
    REGION_ABDOMEN = 2,
    REGION_PELVIS = 3,
};

enum distance_method {
    DISTANCE_METHOD_UNSPECIFIED = 0,
    DISTANCE_METHOD_RIGID = 1,
    DISTANCE_METHOD_MRI = 2,
    DISTANCE_METHOD_FLEXIBLE = 3,
};

enum reflection {
    REFLECTION_UNSPECIFIED = 0,
    REFLECTION_ABOVE = 1,
    REFLECTION_AT = 2,
    REFLECTION_BELOW = 3,
};

enum response {
    RESPONSE_UNSPECIFIED = 0,
    RESPONSE_CR = 1,
    RESPONSE_PR = 2,
    RESPONSE_SD = 3,
    RESPONSE_PD = 4,
    RESPONSE_NE = 5,
    RESPONSE_NON_CR_NON_PD = 6,
};

enum node_status {
    NODE_STATUS_UNSPECIFIED = 0, /* only mentioned or measured */
    NODE_STATUS_METASTATIC = 1,
    NODE_STATUS_SUSPICIOUS = 2, /* "enlarged", "indeterminate" and "possible" too */
    NODE_STATUS_NEGATIVE = 3,
};

enum lesion_role {
    LESION_ROLE_UNSPECIFIED = 0,
    LESION_ROLE_TARGET = 1,
    LESION_ROLE_NON_TARGET = 2,
};

enum lesion_state {
    LESION_STATE_UNSPECIFIED = 0,
    LESION_STATE_MEASURED = 1,
    LESION_STATE_ABSENT = 2,
    LESION_STATE_TOO_SMALL = 3,
    LESION_STATE_NOT_EVALUABLE = 4,
    LESION_STATE_PRESENT = 5,
    LESION_STATE_UNEQUIVOCAL_PROGRESSION = 6,
};

enum obstruction {
    OBSTRUCTION_UNSPECIFIED = 0,
    OBSTRUCTION_NONE = 1,
    OBSTRUCTION_PARTIAL = 2,
    OBSTRUCTION_COMPLETE = 3,
};

enum bleeding {
    BLEEDING_UNSPECIFIED = 0,
    BLEEDING_NONE = 1,
    BLEEDING_MINOR = 2,
    BLEEDING_SIGNIFICANT = 3,
    BLEEDING_MAJOR = 4, /* unstable too */
};

enum perforation {
    PERFORATION_UNSPECIFIED = 0,
    PERFORATION_NONE = 1,
    PERFORATION_RISK = 2,
    PERFORATION_ACTUAL = 3,
};

/* ---- Endoscopy, clinical status ----------------------------------------------------------- */

enum comorbidity {
    COMORBIDITY_UNSPECIFIED = 0,
    COMORBIDITY_NONE = 1,
    COMORBIDITY_RELEVANT = 2,
};

enum fitness {
    FITNESS_UNSPECIFIED = 0,
    FITNESS_FIT = 1,
    FITNESS_UNFIT = 2,
};

/* ---- Treatment ---------------------------------------------------------------------------- */

enum therapy_action {
    THERAPY_ACTION_UNSPECIFIED = 0,
    THERAPY_ACTION_START = 1,
    THERAPY_ACTION_CYCLE = 2,
    THERAPY_ACTION_STOP = 3,
};

enum drug {
    DRUG_UNSPECIFIED = 0,
    DRUG_FLUOROURACIL = 1,
    DRUG_LEUCOVORIN = 2,
    DRUG_CAPECITABINE = 3,
    DRUG_OXALIPLATIN = 4,
    DRUG_IRINOTECAN = 5,
    DRUG_BEVACIZUMAB = 6,
    DRUG_CETUXIMAB = 7,
    DRUG_PANITUMUMAB = 8,
    DRUG_CHECKPOINT_INHIBITOR = 9,
    DRUG_ENCORAFENIB = 10,
    DRUG_OTHER = 11,
};
#define DRUG_COUNT 12 /* with UNSPECIFIED */

enum therapy_intent {
    THERAPY_INTENT_UNSPECIFIED = 0,
    THERAPY_INTENT_PALLIATIVE = 1,
    THERAPY_INTENT_NEOADJUVANT = 2,
    THERAPY_INTENT_ADJUVANT = 3, /* never is therapy for the para-aortic disease */
};

enum stop_reason {
    STOP_REASON_UNSPECIFIED = 0,
    STOP_REASON_COMPLETED = 1,
    STOP_REASON_PROGRESSION = 2,
    STOP_REASON_TOXICITY = 3,
    STOP_REASON_SURGERY = 4,
    STOP_REASON_PATIENT_WISH = 5,
};

enum procedure {
    PROCEDURE_UNSPECIFIED = 0,
    PROCEDURE_TME = 1,
    PROCEDURE_WIDE_MESORECTAL_EXCISION = 2,
    PROCEDURE_OTHER_PRIMARY_RESECTION = 3,
    PROCEDURE_PALND = 4,
    PROCEDURE_STOMA = 5,
    PROCEDURE_STENT = 6,
    PROCEDURE_OTHER = 7,
};

enum plan_state {
    PLAN_STATE_UNSPECIFIED = 0,
    PLAN_STATE_REQUESTED = 1,
    PLAN_STATE_PLANNED = 2,
    PLAN_STATE_DONE = 3,
    PLAN_STATE_CANCELLED = 4,
};

enum urgency {
    URGENCY_UNSPECIFIED = 0,
    URGENCY_ELECTIVE = 1,
    URGENCY_EMERGENCY = 2,
};

enum radiotherapy_kind {
    RADIOTHERAPY_KIND_UNSPECIFIED = 0,
    RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION = 1,
    RADIOTHERAPY_KIND_SHORT_COURSE = 2,
    RADIOTHERAPY_KIND_PALLIATIVE = 3,
    RADIOTHERAPY_KIND_STEREOTACTIC = 4,
};

/* ---- Board, referral, centre -------------------------------------------------------------- */

enum discipline {
    DISCIPLINE_UNSPECIFIED = 0,
    DISCIPLINE_MEDICAL_ONCOLOGY = 1,
    DISCIPLINE_SURGICAL_ONCOLOGY = 2,
    DISCIPLINE_RADIATION_ONCOLOGY = 3,
    DISCIPLINE_RADIOLOGY = 4,
    DISCIPLINE_PATHOLOGY = 5,
    DISCIPLINE_OTHER = 6,
};

enum proposal {
    PROPOSAL_UNSPECIFIED = 0,
    PROPOSAL_LONG_COURSE_CHEMORADIATION = 1,
    PROPOSAL_SHORT_COURSE_RADIOTHERAPY = 2,
    PROPOSAL_RESECTION = 3,
    PROPOSAL_SYSTEMIC_THERAPY = 4,
};

/* ---- Administration ----------------------------------------------------------------------- */

/* ---- The event ---------------------------------------------------------------------------- */

/* Kinds of body in the order of the contract; BODY_NONE is a status without a body. */
enum body_kind {
    BODY_NONE = 0,
    BODY_PATHOLOGY = 1,
    BODY_MOLECULAR = 2,
    BODY_LABORATORY = 3,
    BODY_IMAGING = 4,
    BODY_ENDOSCOPY = 5,
    BODY_CLINICAL_STATUS = 6,
    BODY_SYSTEMIC_THERAPY = 7,
    BODY_SURGERY = 8,
    BODY_RADIOTHERAPY = 9,
    BODY_BOARD = 10,
    BODY_REFERRAL = 11,
    BODY_CENTRE = 12,
    BODY_DEATH = 13, /* empty */
    BODY_REVIEW_DUE = 14,
    BODY_REEVALUATE = 15,
    BODY_DEAD_LETTER_RESOLVED = 16,
};
#define BODY_KIND_COUNT 17 /* with BODY_NONE */

#endif
