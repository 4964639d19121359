#include "guidance/criteria.h"

/*
 * The guidance text, statement by statement: DATA.  One row per thing that is said, in the order of
 * the text.  Wording marked "if resection is pursued" describes technique and is never advice to
 * operate; S14 to S16 are factors attached to the surgery question, never gates.
 */
const struct rule rules[] = {
    {
        .code = "A-STAGE4",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope},
        .say = "Involved para-aortic nodes are not regional for the rectum: this is distant "
               "metastasis, stage IV at any T and N.",
        .statements = {"S1", "S4", "S5"},
        .references = {"1"},
        .wording = WORDING_STAGE,
        .after_resection = true,
    },
    {
        .code = "R-SYS-FIRST",
        .strength = STRENGTH_RECOMMEND,
        .when = {&in_scope, &no_emergency},
        .unless = {&disease_resected, &progressing},
        .say = "Systemic chemotherapy is the primary treatment.",
        .statements = {"S2"},
        .references = {"1"},
    },
    {
        .code = "A-PALLIATIVE",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope},
        .say = "Treatment changes from curative locoregional therapy to systemic management with "
               "palliative intent.",
        .caution = "Wording for clinicians; the board may change the intent.",
        .statements = {"S6"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-LTS",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope},
        .say = "Long-term survival is possible in select cases.",
        .statements = {"S7"},
        .after_resection = true,
    },
    {
        .code = "R-SYS-EARLY",
        .strength = STRENGTH_RECOMMEND,
        .when = {&in_scope, &no_emergency},
        .unless = {&therapy_started},
        .say = "Start first-line palliative chemotherapy early.",
        .caution = "Missing biomarkers, PET-CT, distance or node count do not delay it.",
        .statements = {"S8"},
        .references = {"2"},
        .wording = WORDING_EARLY,
    },
    {
        .code = "R-DOUBLET",
        .strength = STRENGTH_RECOMMEND,
        .when = {&in_scope, &no_emergency, &fit_for_doublet},
        .unless = {&therapy_started},
        .say = "5-FU/leucovorin with oxaliplatin (FOLFOX) or with irinotecan (FOLFIRI); the text "
               "ranks neither.",
        .statements = {"S9"},
        .references = {"2"},
    },
    {
        .code = "R-BEV",
        .strength = STRENGTH_CONSIDER,
        .when = {&in_scope, &no_emergency, &fit_for_doublet},
        .unless = {&therapy_started},
        .say = "Bevacizumab may be added to the doublet; without it is equally valid.",
        .statements = {"S10"},
        .references = {"2"},
    },
    {
        .code = "R-EGFR",
        .strength = STRENGTH_CONSIDER,
        .when = {&in_scope, &no_emergency, &fit_for_doublet, &kras_wild_type},
        .unless = {&therapy_started},
        .say = "An anti-EGFR antibody (cetuximab or panitumumab) may be added, only if KRAS is "
               "wild type.",
        .caution = "Until KRAS is known: do not add. Current practice asks for extended RAS and "
                   "BRAF as well; see the safety flags.",
        .statements = {"S11"},
        .references = {"2"},
    },
    {
        .code = "A-GOAL",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &before_resection_question},
        .say = "The goal of systemic therapy is to test tumour biology, to downstage, and to find "
               "patients who may benefit from surgery later.",
        .statements = {"S12"},
        .references = {"3", "4"},
    },
    {
        .code = "R-RESPONSE-ASSESS",
        .strength = STRENGTH_REQUIRED,
        .when = {&in_scope, &response_to_be_assessed},
        .say = "Assess the response to systemic therapy by imaging.",
        .statements = {"S12", "S17", "S30"},
        .references = {"3", "4"},
        .wording = WORDING_RESTAGING,
        .always_missing = UINT32_C(1) << INPUT_RESPONSE_ASSESSMENT,
    },
    {
        .code = "R-SURG-CONSIDER",
        .strength = STRENGTH_CONSIDER,
        .when = {&in_scope, &therapy_started, &response_documented, &staging_ct_complete,
                 &extent_resectable, &fit_for_surgery, &no_prior_progression, &no_emergency},
        .unless = {&progressing, &disease_resected},
        .say = "Resection of the primary and the para-aortic nodes may be considered in this "
               "highly selected situation; a tumour board decides.",
        .caution = "The factors of timing, node count and CEA weigh in; none of them is a gate.",
        .statements = {"S3", "S13", "S17"},
        .references = {"1", "3"},
    },
    {
        .code = "R-SURG-HOLD",
        .strength = STRENGTH_AVOID,
        .when = {&in_scope},
        .unless = {&disease_resected, &progressing},
        .until = &surgery_may_be_considered,
        .say = "No elective resection of primary and para-aortic nodes for now.",
        .caution = "This never argues against life-saving surgery.",
        .statements = {"S13", "S17"},
        .references = {"3", "1"},
    },
    {
        .code = "A-TIMING-FAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &metachronous},
        .say = "Favourable: metachronous para-aortic disease has better outcomes than synchronous.",
        .caution = "Evidence is mixed: in one series of 31 resected patients metachronous disease "
                   "relapsed sooner. A factor, not a gate.",
        .statements = {"S14"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-TIMING-UNFAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &synchronous},
        .say =
            "Unfavourable: synchronous para-aortic disease has worse outcomes than metachronous.",
        .caution = "Evidence is mixed (133 patients: hazard ratio of death 2.02 for synchronous; a "
                   "series of 31 points the other way for relapse). A factor, not a gate.",
        .statements = {"S14"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-COUNT-FAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &few_nodes},
        .say = "Favourable: two or fewer para-aortic nodes are associated with better prognosis.",
        .caution = "Other series cut at 4 or 7 nodes. A factor, not a gate.",
        .statements = {"S15"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-COUNT-UNFAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &many_nodes},
        .say = "Unfavourable: three or more para-aortic nodes (133 patients: hazard ratio of death "
               "2.13).",
        .caution = "Other series cut at 4 or 7 nodes. A factor, not a gate.",
        .statements = {"S15"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-CEA-FAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &cea_low},
        .say = "Favourable: preoperative CEA below 5 ng/mL predicts better outcomes.",
        .caution = "In the one series that reports both, significant for disease-free survival "
                   "only. A factor, not a gate.",
        .caution_provisional =
            "Before therapy, provisional. In the one series that reports both, significant for "
            "disease-free survival only. A factor, not a gate.",
        .statements = {"S16"},
        .references = {"1"},
        .wording = WORDING_CEA,
        .after_resection = true,
    },
    {
        .code = "A-CEA-UNFAV",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &cea_high},
        .say = "Unfavourable: preoperative CEA of 5 ng/mL or more.",
        .caution = "Exactly 5.0 counts as unfavourable (the text says below 5; some literature "
                   "uses 5 or less). A factor, not a gate.",
        .caution_provisional =
            "Before therapy, provisional. Exactly 5.0 counts as unfavourable (the text says below "
            "5; some literature uses 5 or less). A factor, not a gate.",
        .statements = {"S16"},
        .references = {"1"},
        .wording = WORDING_CEA,
        .after_resection = true,
    },
    {
        .code = "R-TME",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &primary_in_situ},
        .say = "If resection is pursued: total mesorectal excision remains the standard technique "
               "for the primary.",
        .caution = "Describes technique only; it is no advice to operate.",
        .statements = {"S18"},
        .references = {"2", "5"},
    },
    {
        .code = "R-LAP-PALND",
        .strength = STRENGTH_CONSIDER,
        .when = {&in_scope, &in_response_phase, &centre_experienced},
        .until = &surgery_excluded,
        .say = "If resection is pursued: para-aortic dissection can be done laparoscopically in an "
               "experienced centre.",
        .caution =
            "Describes technique only. Series: 40 and 11 patients, complications 15 to 27 %.",
        .statements = {"S19"},
        .references = {"3"},
        .wording = WORDING_CENTRE,
    },
    {
        .code = "A-NO-PALND-COMP",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &response_or_after},
        .say = "No complication specific to para-aortic dissection was identified in available "
               "studies.",
        .caution =
            "This does not mean no complications: overall morbidity in series was 15 to 31 %.",
        .statements = {"S20"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "R-NO-PREOP-RT",
        .strength = STRENGTH_AVOID,
        .when = {&in_scope, &primary_in_situ, &tumour_is_high},
        .say = "No preoperative radiotherapy of the primary: tumours more than 12 cm from the anal "
               "verge do not benefit.",
        .statements = {"S21"},
        .references = {"2", "6"},
    },
    {
        .code = "R-COLON-LIKE",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &primary_in_situ, &tumour_is_high},
        .say = "If resection is pursued: treat the primary surgically like colon cancer.",
        .caution = "Describes technique only; it is no advice to operate.",
        .statements = {"S22"},
        .references = {"2", "6"},
    },
    {
        .code = "R-WIDE-MESO",
        .strength = STRENGTH_CONSIDER,
        .when = {&in_scope, &primary_in_situ, &tumour_is_high},
        .say = "If resection is pursued: wide excision of the mesorectum without complete TME is "
               "acceptable.",
        .caution = "Describes technique only; it is no advice to operate.",
        .statements = {"S23"},
        .references = {"6", "7"},
    },
    {
        .code = "R-SEQ-SYMPT",
        .strength = STRENGTH_REQUIRED,
        .when = {&in_scope, &primary_in_situ, &symptomatic},
        .say = "A symptomatic primary (obstruction, bleeding, risk of perforation): decide the "
               "order of treatment again.",
        .statements = {"S24"},
        .references = {"2"},
    },
    {
        .code = "R-SEQ-EXTENT",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &other_sites},
        .say = "Extent and resectability of metastatic disease bear on the order of treatment.",
        .statements = {"S25"},
        .references = {"2"},
    },
    {
        .code = "R-SEQ-FITNESS",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &fitness_limits},
        .say = "Performance status and comorbidity bear on the order of treatment.",
        .statements = {"S26"},
        .references = {"2"},
    },
    {
        .code = "R-CHEMO-BEFORE-SURG",
        .strength = STRENGTH_RECOMMEND,
        .when = {&in_scope, &primary_in_situ, &chemotherapy_first_phase},
        .unless = {&symptomatic, &chemotherapy_first_overridden},
        .say = "With an asymptomatic primary systemic chemotherapy should generally precede any "
               "surgery.",
        .caution = "Generally: a board may decide otherwise and record why.",
        .statements = {"S27"},
        .references = {"3", "4"},
    },
    {
        .code = "A-NOT-REGIONAL",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope},
        .say = "Para-aortic nodes are not regional for the rectum: not to be confused with "
               "mesorectal, presacral or internal iliac nodes.",
        .statements = {"S28"},
        .references = {"2"},
        .after_resection = true,
    },
    {
        .code = "R-NO-LARC-CRT",
        .strength = STRENGTH_AVOID,
        .when = {&in_scope},
        .say = "Standard preoperative chemoradiotherapy for locally advanced rectal cancer is not "
               "appropriate in stage IV disease with para-aortic nodes.",
        .caution = "At any height. The text is silent on palliative radiotherapy.",
        .statements = {"S29"},
        .references = {"2"},
        .after_resection = true,
    },
    {
        .code = "R-SURG-AVOID",
        .strength = STRENGTH_AVOID,
        .when = {&in_scope, &progressing},
        .say = "No surgery for now: patients who progress on chemotherapy are poor candidates.",
        .caution = "This never argues against life-saving surgery.",
        .statements = {"S31"},
        .references = {"1"},
    },
    {
        .code = "R-CT-CAP",
        .strength = STRENGTH_REQUIRED,
        .until = &staging_ct_complete,
        .say = "Complete staging with CT of chest, abdomen and pelvis is mandatory.",
        .statements = {"S32"},
        .references = {"2"},
        .always_missing = UINT32_C(1) << INPUT_CT_CHEST | UINT32_C(1) << INPUT_CT_ABDOMEN |
                          UINT32_C(1) << INPUT_CT_PELVIS,
    },
    {
        .code = "R-PET",
        .strength = STRENGTH_CONSIDER,
        .when = {&pet_asked_for},
        .say = "PET-CT may help to characterise the extent of disease.",
        .caution = "Not routine: only in selected cases.",
        .statements = {"S33"},
        .references = {"2"},
    },
    {
        .code = "A-PROG-POOR",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope},
        .say = "Para-aortic involvement is associated with poor prognosis; most series see it as a "
               "marker of systemic disease.",
        .statements = {"S34"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-RESECT-BENEFIT",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &response_or_after},
        .say = "Resection of para-aortic nodes after response has shown better survival than no "
               "resection in retrospective series.",
        .caution = "Retrospective, highly selected patients: selection bias is strong; "
                   "disease-free survival was not shown to be better.",
        .statements = {"S35"},
        .references = {"1"},
        .after_resection = true,
    },
    {
        .code = "A-5Y",
        .strength = STRENGTH_INFORM,
        .when = {&in_scope, &response_or_after},
        .say = "Five-year survival remains low but can be reached by carefully selected patients "
               "who respond and are completely resected.",
        .caution = "Series of resected, selected patients: 41 to 54 % overall survival at 5 years; "
                   "most patients relapse.",
        .statements = {"S36"},
        .references = {"1"},
        .wording = WORDING_SURVIVAL,
        .after_resection = true,
    },
    {
        .code = "R-MDT",
        .strength = STRENGTH_REQUIRED,
        .when = {&board_needed},
        .until = &board_has_discussed,
        .say = "Discuss in a tumour board with medical, surgical and radiation oncology and "
               "radiology.",
        .statements = {"S37"},
        .after_resection = true,
        .always_missing = UINT32_C(1) << INPUT_MDT_RECORD,
    },
};

_Static_assert(sizeof(rules) / sizeof(rules[0]) == RULE_COUNT, "one row per code");
