#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

/* ---- Imaging --------------------------------------------------------------------------------- */

static struct event *scan(struct patient *p, enum modality modality, const char *date)
{
    static const enum region regions[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};
    struct event *e = patient_tell(p, BODY_IMAGING, date);

    e->body.imaging.modality = modality;
    e->body.imaging.regions = regions;
    e->body.imaging.region_count = 3;
    return e;
}

static struct node_finding *node(struct patient *p, struct event *e, enum station station,
                                 enum node_status statement)
{
    struct node_finding *n = patient_take(p, 1, sizeof(*n));

    n->station = station;
    n->station_text = "";
    n->statement = statement;
    if (e->kind == BODY_REFERRAL) {
        e->body.referral.nodes = n;
        e->body.referral.node_count = 1;
    } else {
        e->body.imaging.nodes = n;
        e->body.imaging.node_count = 1;
    }
    return n;
}

static struct event *says(struct patient *p, enum modality modality, const char *date,
                          enum station station, enum node_status statement)
{
    struct event *e = scan(p, modality, date);

    node(p, e, station, statement);
    return e;
}

static struct event *measures(struct patient *p, const char *date, int64_t mm, enum answer necrosis)
{
    struct event *e = scan(p, MODALITY_CT, date);
    struct node_finding *n = node(p, e, STATION_PARA_AORTIC, NODE_STATUS_UNSPECIFIED);

    n->short_axis_mm = (struct amount){.given = true, .thousandths = mm * 1000};
    n->necrosis = necrosis;
    return e;
}

static struct event *responds(struct patient *p, const char *date, enum response response)
{
    struct event *e = scan(p, MODALITY_CT, date);

    e->body.imaging.stated_response = response;
    return e;
}

/* ---- Specimens ------------------------------------------------------------------------------- */

static struct event *biopsy(struct patient *p, const char *date)
{
    struct event *e = patient_tell(p, BODY_PATHOLOGY, date);

    e->body.pathology.specimen = SPECIMEN_PRIMARY_BIOPSY;
    e->body.pathology.topography = "C20.9";
    e->body.pathology.histology = HISTOLOGY_ADENOCARCINOMA;
    return e;
}

static struct event *node_specimen(struct patient *p, const char *date, enum specimen specimen,
                                   enum node_result result, uint32_t examined)
{
    struct event *e = patient_tell(p, BODY_PATHOLOGY, date);
    struct station_result *r = patient_take(p, 1, sizeof(*r));

    e->body.pathology.specimen = specimen;
    r->station = STATION_PARA_AORTIC;
    r->station_text = "";
    r->result = result;
    r->tally.examined = (struct number){.given = true, .value = examined};
    r->tally.positive =
        (struct number){.given = true, .value = result == NODE_RESULT_POSITIVE ? 2 : 0};
    e->body.pathology.stations = r;
    e->body.pathology.station_count = 1;
    return e;
}

/* ---- Decisions and treatment ----------------------------------------------------------------- */

static struct event *board(struct patient *p, const char *date, enum node_status nodes,
                           enum response response)
{
    static const enum discipline four[] = {DISCIPLINE_MEDICAL_ONCOLOGY,
                                           DISCIPLINE_SURGICAL_ONCOLOGY,
                                           DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY};
    struct event *e = patient_tell(p, BODY_BOARD, date);

    e->body.board.disciplines = four;
    e->body.board.discipline_count = 4;
    e->body.board.para_aortic_nodes = nodes;
    e->body.board.response = response;
    return e;
}

static struct event *therapy(struct patient *p, const char *date, enum therapy_action action,
                             enum therapy_intent intent)
{
    struct event *e = patient_tell(p, BODY_SYSTEMIC_THERAPY, date);

    e->body.systemic_therapy.action = action;
    e->body.systemic_therapy.intent = intent;
    return e;
}

static struct event *operation(struct patient *p, const char *date, enum procedure procedure)
{
    struct event *e = patient_tell(p, BODY_SURGERY, date);
    enum procedure *procedures = patient_take(p, 1, sizeof(*procedures));

    *procedures = procedure;
    e->body.surgery.procedures = procedures;
    e->body.surgery.procedure_count = 1;
    e->body.surgery.state = PLAN_STATE_DONE;
    e->body.surgery.urgency = URGENCY_ELECTIVE;
    return e;
}

static struct event *referral(struct patient *p, const char *date, enum node_status statement)
{
    struct event *e = patient_tell(p, BODY_REFERRAL, date);

    node(p, e, STATION_PARA_AORTIC, statement);
    return e;
}

static struct event *cea(struct patient *p, const char *date, int64_t ng_ml)
{
    struct event *e = patient_tell(p, BODY_LABORATORY, date);

    e->body.laboratory.analyte = ANALYTE_CEA;
    e->body.laboratory.value = (struct amount){.given = true, .thousandths = ng_ml * 1000};
    e->body.laboratory.unit = "ng/mL";
    return e;
}

static struct event *radiotherapy(struct patient *p, const char *date)
{
    struct event *e = patient_tell(p, BODY_RADIOTHERAPY, date);

    e->body.radiotherapy.kind = RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION;
    e->body.radiotherapy.state = PLAN_STATE_DONE;
    return e;
}

static struct event *condition(struct patient *p, const char *date)
{
    struct event *e = patient_tell(p, BODY_CLINICAL_STATUS, date);

    e->body.clinical_status.ecog = (struct number){.given = true, .value = 1};
    e->body.clinical_status.comorbidity = COMORBIDITY_NONE;
    e->body.clinical_status.obstruction = OBSTRUCTION_NONE;
    e->body.clinical_status.bleeding = BLEEDING_NONE;
    e->body.clinical_status.perforation = PERFORATION_NONE;
    return e;
}

/* ---- Acts ------------------------------------------------------------------------------------ */

static struct event *imaging_act(struct patient *p, enum act act, const char *date)
{
    const enum modality ct = MODALITY_CT;
    const enum station para_aortic = STATION_PARA_AORTIC;

    if (act == CT_METASTATIC)
        return says(p, ct, date, para_aortic, NODE_STATUS_METASTATIC);
    if (act == CT_SUSPICIOUS)
        return says(p, ct, date, para_aortic, NODE_STATUS_SUSPICIOUS);
    if (act == CT_NEGATIVE)
        return says(p, ct, date, para_aortic, NODE_STATUS_NEGATIVE);
    if (act == CT_UNPLACED)
        return says(p, ct, date, STATION_RETROPERITONEAL_NOS, NODE_STATUS_METASTATIC);
    if (act == CT_COMMON_ILIAC)
        return says(p, ct, date, STATION_COMMON_ILIAC, NODE_STATUS_METASTATIC);
    if (act == CT_MESORECTAL)
        return says(p, ct, date, STATION_MESORECTAL, NODE_STATUS_METASTATIC);
    if (act == MRI_NEGATIVE)
        return says(p, MODALITY_MRI, date, para_aortic, NODE_STATUS_NEGATIVE);
    if (act == PET_NEGATIVE)
        return says(p, MODALITY_PET_CT, date, para_aortic, NODE_STATUS_NEGATIVE);
    if (act == ULTRASOUND_NEGATIVE)
        return says(p, MODALITY_ULTRASOUND, date, para_aortic, NODE_STATUS_NEGATIVE);
    if (act == CT_12_MM)
        return measures(p, date, 12, ANSWER_UNSPECIFIED);
    if (act == CT_8_MM)
        return measures(p, date, 8, ANSWER_UNSPECIFIED);
    if (act == CT_8_MM_NECROTIC)
        return measures(p, date, 8, ANSWER_YES);
    if (act == CT_SILENT || act == PET_SILENT)
        return scan(p, act == CT_SILENT ? ct : MODALITY_PET_CT, date);
    return NULL;
}

static struct event *response_act(struct patient *p, enum act act, const char *date)
{
    if (act == CT_PR)
        return responds(p, date, RESPONSE_PR);
    if (act == CT_CR)
        return responds(p, date, RESPONSE_CR);
    if (act == CT_SD)
        return responds(p, date, RESPONSE_SD);
    if (act == CT_PD)
        return responds(p, date, RESPONSE_PD);
    if (act == CT_NE)
        return responds(p, date, RESPONSE_NE);
    if (act == CT_NON_CR_NON_PD)
        return responds(p, date, RESPONSE_NON_CR_NON_PD);
    if (act == BOARD_PR || act == BOARD_PD)
        return board(p, date, NODE_STATUS_UNSPECIFIED, act == BOARD_PR ? RESPONSE_PR : RESPONSE_PD);
    return NULL;
}

static struct event *specimen_act(struct patient *p, enum act act, const char *date)
{
    if (act == BIOPSY)
        return biopsy(p, date);
    if (act == NODE_POSITIVE)
        return node_specimen(p, date, SPECIMEN_NODE_BIOPSY, NODE_RESULT_POSITIVE, 1);
    if (act == NODE_NEGATIVE)
        return node_specimen(p, date, SPECIMEN_NODE_BIOPSY, NODE_RESULT_NEGATIVE, 1);
    if (act == DISSECTION_POSITIVE)
        return node_specimen(p, date, SPECIMEN_NODE_DISSECTION, NODE_RESULT_POSITIVE, 9);
    if (act == DISSECTION_NEGATIVE)
        return node_specimen(p, date, SPECIMEN_NODE_DISSECTION, NODE_RESULT_NEGATIVE, 5);
    if (act == DISSECTION_OF_TWO)
        return node_specimen(p, date, SPECIMEN_NODE_DISSECTION, NODE_RESULT_NEGATIVE, 2);
    if (act == R2_SPECIMEN) {
        struct event *e = node_specimen(p, date, SPECIMEN_NODE_DISSECTION, NODE_RESULT_POSITIVE, 9);

        e->body.pathology.residual_tumour = RESIDUAL_TUMOUR_R2;
        return e;
    }
    return NULL;
}

static struct event *board_act(struct patient *p, enum act act, const char *date)
{
    if (act == BOARD_METASTATIC)
        return board(p, date, NODE_STATUS_METASTATIC, RESPONSE_UNSPECIFIED);
    if (act == BOARD_SUSPICIOUS)
        return board(p, date, NODE_STATUS_SUSPICIOUS, RESPONSE_UNSPECIFIED);
    if (act == BOARD_NEGATIVE)
        return board(p, date, NODE_STATUS_NEGATIVE, RESPONSE_UNSPECIFIED);
    if (act == REFERRAL_METASTATIC || act == REFERRAL_NEGATIVE)
        return referral(p, date,
                        act == REFERRAL_METASTATIC ? NODE_STATUS_METASTATIC : NODE_STATUS_NEGATIVE);
    return NULL;
}

static struct event *therapy_act(struct patient *p, enum act act, const char *date)
{
    const enum therapy_intent palliative = THERAPY_INTENT_PALLIATIVE;
    struct event *e;

    if (act == START)
        return therapy(p, date, THERAPY_ACTION_START, palliative);
    if (act == START_2) {
        e = therapy(p, date, THERAPY_ACTION_START, palliative);
        e->body.systemic_therapy.line = 2;
        return e;
    }
    if (act == START_ADJUVANT)
        return therapy(p, date, THERAPY_ACTION_START, THERAPY_INTENT_ADJUVANT);
    if (act == START_NEOADJUVANT)
        return therapy(p, date, THERAPY_ACTION_START, THERAPY_INTENT_NEOADJUVANT);
    if (act == CYCLE)
        return therapy(p, date, THERAPY_ACTION_CYCLE, palliative);
    if (act == STOP)
        return therapy(p, date, THERAPY_ACTION_STOP, palliative);
    if (act == STOP_PROGRESSION) {
        e = therapy(p, date, THERAPY_ACTION_STOP, palliative);
        e->body.systemic_therapy.stop_reason = STOP_REASON_PROGRESSION;
        return e;
    }
    if (act == PALND || act == TME)
        return operation(p, date, act == PALND ? PROCEDURE_PALND : PROCEDURE_TME);
    if (act == CEA_4 || act == CEA_9)
        return cea(p, date, act == CEA_4 ? 4 : 9);
    if (act == CHEMORADIATION)
        return radiotherapy(p, date);
    return act == ECOG_1 ? condition(p, date) : NULL;
}

struct event *patient_act(struct patient *p, enum act act, const char *date)
{
    struct event *e = imaging_act(p, act, date);

    if (e == NULL)
        e = response_act(p, act, date);
    if (e == NULL)
        e = specimen_act(p, act, date);
    if (e == NULL)
        e = board_act(p, act, date);
    if (e == NULL)
        e = therapy_act(p, act, date);
    ck_assert_msg(e != NULL, "act %d is not told", (int)act);
    return e;
}

void patient_acts(struct patient *p, const struct told *acts)
{
    for (; acts->act != NOTHING; acts++)
        patient_act(p, acts->act, acts->date);
}
