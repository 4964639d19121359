#include "guidance/recommendation.h"

#include <check.h>
#include <stdlib.h>

/* What is said of an event that a finding rests on. */

#define NO_STAGE                                                                                   \
    {                                                                                              \
        "", "", "", "", 0                                                                          \
    }

struct telling {
    struct event event;
    const char *text;
};

static const struct node_finding para_aortic[] = {
    {.station = STATION_MESORECTAL, .station_text = "", .statement = NODE_STATUS_METASTATIC},
    {.station = STATION_PARA_AORTIC,
     .station_text = "",
     .statement = NODE_STATUS_SUSPICIOUS,
     .short_axis_mm = {true, 8500}}};
static const struct station_result stations[] = {
    {.station = STATION_MESORECTAL, .station_text = "", .result = NODE_RESULT_POSITIVE},
    {.station = STATION_PARA_AORTIC, .station_text = "", .result = NODE_RESULT_POSITIVE}};
static const struct station_result negative_station[] = {
    {.station = STATION_PARA_AORTIC, .station_text = "", .result = NODE_RESULT_NEGATIVE}};
static const enum procedure stoma_and_palnd[] = {PROCEDURE_STOMA, PROCEDURE_PALND};
static const enum procedure stoma[] = {PROCEDURE_STOMA};

static const struct telling imaging_and_pathology[] = {
    {{.kind = BODY_IMAGING,
      .body.imaging = {.modality = MODALITY_MRI,
                       .nodes = para_aortic,
                       .node_count = 2,
                       .distance = {{true, 13000}, DISTANCE_METHOD_MRI},
                       .lesion_count = 3,
                       .stated_response = RESPONSE_PR,
                       .stage = {"cT3", "cN1", "cM1a", "IVA", 8}}},
     "MRI, para-aortic nodes suspicious, short axis 8.5 mm, distance 13 cm, response PR, lesions "
     "listed: 3, stage IVA, T cT3, N cN1, M cM1a"},
    {{.kind = BODY_PATHOLOGY,
      .body.pathology = {.specimen = SPECIMEN_PRIMARY_BIOPSY,
                         .topography = "C20.9",
                         .histology = HISTOLOGY_ADENOCARCINOMA,
                         .stage = NO_STAGE}},
     "biopsy of the primary, topography C20.9, histology adenocarcinoma"},
    {{.kind = BODY_PATHOLOGY,
      .body.pathology = {.specimen = SPECIMEN_NODE_DISSECTION,
                         .topography = "",
                         .stations = stations,
                         .station_count = 2,
                         .stage = NO_STAGE}},
     "node dissection, para-aortic nodes positive"},
    {{.kind = BODY_PATHOLOGY,
      .body.pathology = {.specimen = SPECIMEN_NODE_BIOPSY,
                         .topography = "",
                         .stations = negative_station,
                         .station_count = 1,
                         .stage = NO_STAGE}},
     "node biopsy, para-aortic nodes negative"},
    {{.kind = BODY_MOLECULAR,
      .body.molecular = {.nras = {.status = GENE_STATUS_WILD_TYPE, .variant_text = ""},
                         .braf = {.status = GENE_STATUS_PENDING, .variant_text = ""},
                         .microsatellite = MICROSATELLITE_STATUS_STABLE}},
     "molecular, NRAS wild type, BRAF pending, microsatellites stable"},
    {{.kind = BODY_LABORATORY, .body.laboratory = {.comparator = COMPARATOR_LESS, .unit = "ng/mL"}},
     "CEA < ng/mL"},
    {{.kind = BODY_ENDOSCOPY, .body.endoscopy = {.primary_visible = ANSWER_YES}}, "endoscopy"},
};

static const struct telling conditions[] = {
    {{.kind = BODY_CLINICAL_STATUS}, "clinical status"},
    {{.kind = BODY_CLINICAL_STATUS,
      .body.clinical_status = {.ecog = {true, 0},
                               .comorbidity = COMORBIDITY_NONE,
                               .fitness = FITNESS_FIT,
                               .obstruction = OBSTRUCTION_NONE,
                               .bleeding = BLEEDING_NONE,
                               .perforation = PERFORATION_NONE}},
     "clinical status, ECOG 0, comorbidity none, declared fit, obstruction none, bleeding none, "
     "perforation none"},
    {{.kind = BODY_CLINICAL_STATUS,
      .body.clinical_status = {.comorbidity = COMORBIDITY_RELEVANT,
                               .fitness = FITNESS_UNFIT,
                               .obstruction = OBSTRUCTION_PARTIAL,
                               .bleeding = BLEEDING_MINOR,
                               .perforation = PERFORATION_RISK}},
     "clinical status, comorbidity relevant, declared unfit, obstruction partial, bleeding minor, "
     "perforation threatening"},
    {{.kind = BODY_CLINICAL_STATUS,
      .body.clinical_status = {.obstruction = OBSTRUCTION_COMPLETE,
                               .bleeding = BLEEDING_SIGNIFICANT,
                               .perforation = PERFORATION_ACTUAL}},
     "clinical status, obstruction complete, bleeding significant, perforation actual"},
    {{.kind = BODY_CLINICAL_STATUS, .body.clinical_status = {.bleeding = BLEEDING_MAJOR}},
     "clinical status, bleeding major"},
};

static const struct telling treatment[] = {
    {{.kind = BODY_SYSTEMIC_THERAPY, .body.systemic_therapy = {.action = THERAPY_ACTION_START}},
     "systemic therapy started"},
    {{.kind = BODY_SYSTEMIC_THERAPY,
      .body.systemic_therapy = {.action = THERAPY_ACTION_CYCLE, .line = 2}},
     "systemic therapy, cycle, line 2"},
    {{.kind = BODY_SYSTEMIC_THERAPY,
      .body.systemic_therapy = {.action = THERAPY_ACTION_STOP,
                                .line = 1,
                                .stop_reason = STOP_REASON_PROGRESSION}},
     "systemic therapy stopped, line 1, for progression"},
    {{.kind = BODY_SURGERY,
      .body.surgery = {.procedures = stoma_and_palnd,
                       .procedure_count = 2,
                       .state = PLAN_STATE_DONE}},
     "surgery with para-aortic dissection, done"},
    {{.kind = BODY_SURGERY,
      .body.surgery = {.procedures = stoma, .procedure_count = 1, .state = PLAN_STATE_PLANNED}},
     "surgery, planned"},
    {{.kind = BODY_RADIOTHERAPY,
      .body.radiotherapy = {.kind = RADIOTHERAPY_KIND_SHORT_COURSE, .state = PLAN_STATE_REQUESTED}},
     "radiotherapy, requested"},
};

static const struct telling the_rest[] = {
    {{.kind = BODY_BOARD}, "tumour board"},
    {{.kind = BODY_BOARD,
      .body.board = {.para_aortic_nodes = NODE_STATUS_NEGATIVE, .response = RESPONSE_CR}},
     "tumour board, para-aortic nodes negative, response CR"},
    {{.kind = BODY_REFERRAL, .body.referral = {.stage = {"", "", "", "IIIB", 0}}},
     "referral, stage IIIB"},
    {{.kind = BODY_CENTRE}, "centre"},
    {{.kind = BODY_DEATH}, "death"},
    {{.kind = BODY_NONE}, "administrative"},
    {{.kind = BODY_REVIEW_DUE}, "administrative"},
    {{.kind = BODY_REEVALUATE}, "administrative"},
    {{.kind = BODY_DEAD_LETTER_RESOLVED}, "administrative"},
};

static void check_tellings(const struct telling *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[WORDING_SIZE];

        input_text(&rows[i].event, text);
        ck_assert_str_eq(text, rows[i].text);
    }
}

START_TEST(events_are_told_in_short)
{
    check_tellings(imaging_and_pathology,
                   sizeof(imaging_and_pathology) / sizeof(imaging_and_pathology[0]));
    check_tellings(conditions, sizeof(conditions) / sizeof(conditions[0]));
    check_tellings(treatment, sizeof(treatment) / sizeof(treatment[0]));
    check_tellings(the_rest, sizeof(the_rest) / sizeof(the_rest[0]));
}
END_TEST

START_TEST(modalities_have_words)
{
    static const char *const words[] = {[MODALITY_UNSPECIFIED] = "imaging",
                                        [MODALITY_CT] = "CT",
                                        [MODALITY_MRI] = "MRI",
                                        [MODALITY_PET_CT] = "PET-CT",
                                        [MODALITY_RADIOGRAPH] = "radiograph",
                                        [MODALITY_ULTRASOUND] = "ultrasound"};

    for (int m = MODALITY_UNSPECIFIED; m <= MODALITY_ULTRASOUND; m++) {
        struct telling row = {{.kind = BODY_IMAGING,
                               .body.imaging = {.modality = (enum modality)m, .stage = NO_STAGE}},
                              words[m]};

        check_tellings(&row, 1);
    }
}
END_TEST

START_TEST(responses_have_words)
{
    static const char *const words[] = {[RESPONSE_UNSPECIFIED] = "CT",
                                        [RESPONSE_CR] = "CT, response CR",
                                        [RESPONSE_PR] = "CT, response PR",
                                        [RESPONSE_SD] = "CT, response SD",
                                        [RESPONSE_PD] = "CT, response PD",
                                        [RESPONSE_NE] = "CT, response NE",
                                        [RESPONSE_NON_CR_NON_PD] = "CT, response non-CR/non-PD"};

    for (int r = RESPONSE_UNSPECIFIED; r <= RESPONSE_NON_CR_NON_PD; r++) {
        struct telling row = {{.kind = BODY_IMAGING,
                               .body.imaging = {.modality = MODALITY_CT,
                                                .stated_response = (enum response)r,
                                                .stage = NO_STAGE}},
                              words[r]};

        check_tellings(&row, 1);
    }
}
END_TEST

START_TEST(statements_on_nodes_have_words)
{
    static const char *const words[] = {
        [NODE_STATUS_UNSPECIFIED] = "CT, para-aortic nodes mentioned",
        [NODE_STATUS_METASTATIC] = "CT, para-aortic nodes metastatic",
        [NODE_STATUS_SUSPICIOUS] = "CT, para-aortic nodes suspicious",
        [NODE_STATUS_NEGATIVE] = "CT, para-aortic nodes negative"};

    for (int s = NODE_STATUS_UNSPECIFIED; s <= NODE_STATUS_NEGATIVE; s++) {
        struct node_finding node = {
            .station = STATION_PARA_AORTIC, .station_text = "", .statement = (enum node_status)s};
        struct telling row = {{.kind = BODY_IMAGING,
                               .body.imaging = {.modality = MODALITY_CT,
                                                .nodes = &node,
                                                .node_count = 1,
                                                .stage = NO_STAGE}},
                              words[s]};

        check_tellings(&row, 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("input_text");
    TCase *tcase = tcase_create("words");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, events_are_told_in_short);
    tcase_add_test(tcase, modalities_have_words);
    tcase_add_test(tcase, responses_have_words);
    tcase_add_test(tcase, statements_on_nodes_have_words);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
