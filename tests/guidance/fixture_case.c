#include "fixture_case.h"

#include "fixture_blank.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

#define FIXTURE_ARENA_SIZE (16u << 20)

void fixture_begin(struct fixture_case *f)
{
    memset(f, 0, sizeof(*f));
    f->arena = arena_new(FIXTURE_ARENA_SIZE);
    ck_assert_ptr_nonnull(f->arena);
    f->policy = policy_default();
    f->subject = (struct subject_case){.subject = subject_uuid("urn:test", "1", TUMOUR_ID_DEFAULT),
                                       .authority = "urn:test",
                                       .value = "1",
                                       .tumour_id = TUMOUR_ID_DEFAULT};
    history_init(&f->subject.history, f->arena);
}

void fixture_end(struct fixture_case *f)
{
    arena_free(f->arena);
}

static void *take(struct fixture_case *f, size_t size)
{
    void *memory = arena_zalloc(f->arena, 1, size);

    ck_assert_ptr_nonnull(memory);
    return memory;
}

struct event *fixture_event(struct fixture_case *f, enum body_kind kind, const char *date)
{
    struct event *e = take(f, sizeof(*e));
    char *report = take(f, UUID_TEXT_SIZE);

    blank_event(e, kind);
    blank_number(e, ++f->events);
    uuid_format(&e->event_id, report);
    e->authority = f->subject.authority;
    e->value = f->subject.value;
    e->tumour_id = f->subject.tumour_id;
    e->report_id = report;
    e->report_version = 1;
    e->status = REPORT_STATUS_FINAL;
    e->effective_at.text = date;
    ck_assert(clinical_time_parse(date, strlen(date), &e->effective_at.time));
    return e;
}

struct event *fixture_version(struct fixture_case *f, const struct event *event, uint32_t version,
                              enum report_status status)
{
    struct event *e = take(f, sizeof(*e));

    *e = *event;
    blank_number(e, ++f->events);
    e->report_version = version;
    e->status = status;
    return e;
}

static enum admission apply_at(struct fixture_case *f, const struct event *event, int64_t at)
{
    struct arrival arrival = {.timestamp_ms = at, .topic = "restage.clinical", .offset = 1};
    struct err err = {.text = ""};
    enum admission admission = ADMISSION_NONE;

    f->now = at;
    ck_assert_int_eq(
        case_apply(&f->subject, event, &arrival, &f->policy, &admission, &f->said, &err), OK);
    return admission;
}

enum admission fixture_apply(struct fixture_case *f, const struct event *event)
{
    int64_t noon = event->effective_at.time.earliest + DAY_MS / 2;

    return apply_at(f, event, noon > f->now ? noon : f->now);
}

void fixture_wait(struct fixture_case *f, const char *date)
{
    ck_assert_int_eq(fixture_apply(f, fixture_event(f, BODY_REEVALUATE, date)), ADMISSION_APPLIED);
}

static void apply_new(struct fixture_case *f, const struct event *e)
{
    ck_assert_int_eq(fixture_apply(f, e), ADMISSION_APPLIED);
}

/* ---- Usual events ---------------------------------------------------------------------------- */

void fixture_biopsy(struct fixture_case *f, const char *date)
{
    struct event *e = fixture_event(f, BODY_PATHOLOGY, date);

    e->body.pathology.specimen = SPECIMEN_PRIMARY_BIOPSY;
    e->body.pathology.topography = "C20.9";
    e->body.pathology.histology = HISTOLOGY_ADENOCARCINOMA;
    apply_new(f, e);
}

static struct event *ct(struct fixture_case *f, const char *date)
{
    static const enum region regions[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};
    struct event *e = fixture_event(f, BODY_IMAGING, date);

    e->body.imaging.modality = MODALITY_CT;
    e->body.imaging.contrast = ANSWER_YES;
    e->body.imaging.regions = regions;
    e->body.imaging.region_count = 3;
    return e;
}

struct event *fixture_ct(struct fixture_case *f, const char *date, enum node_status para_aortic)
{
    struct event *e = ct(f, date);
    struct node_finding *node = take(f, sizeof(*node));

    node->station = STATION_PARA_AORTIC;
    node->station_text = "";
    node->statement = para_aortic;
    e->body.imaging.nodes = node;
    e->body.imaging.node_count = 1;
    apply_new(f, e);
    return e;
}

struct event *fixture_ct_response(struct fixture_case *f, const char *date, enum response response)
{
    struct event *e = ct(f, date);

    e->body.imaging.stated_response = response;
    apply_new(f, e);
    return e;
}

struct event *fixture_start(struct fixture_case *f, const char *date, uint32_t line)
{
    static const enum drug drugs[] = {DRUG_FLUOROURACIL, DRUG_LEUCOVORIN, DRUG_OXALIPLATIN};
    struct event *e = fixture_event(f, BODY_SYSTEMIC_THERAPY, date);

    e->body.systemic_therapy.action = THERAPY_ACTION_START;
    e->body.systemic_therapy.intent = THERAPY_INTENT_PALLIATIVE;
    e->body.systemic_therapy.line = line;
    e->body.systemic_therapy.drugs = drugs;
    e->body.systemic_therapy.drug_count = 3;
    apply_new(f, e);
    return e;
}

struct event *fixture_status_event(struct fixture_case *f, const char *date, uint32_t ecog)
{
    struct event *e = fixture_event(f, BODY_CLINICAL_STATUS, date);

    e->body.clinical_status.ecog = (struct number){.given = true, .value = ecog};
    e->body.clinical_status.comorbidity = COMORBIDITY_NONE;
    e->body.clinical_status.obstruction = OBSTRUCTION_NONE;
    e->body.clinical_status.bleeding = BLEEDING_NONE;
    e->body.clinical_status.perforation = PERFORATION_NONE;
    apply_new(f, e);
    return e;
}

struct event *fixture_board(struct fixture_case *f, const char *date)
{
    static const enum discipline four[] = {DISCIPLINE_MEDICAL_ONCOLOGY,
                                           DISCIPLINE_SURGICAL_ONCOLOGY,
                                           DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY};
    struct event *e = fixture_event(f, BODY_BOARD, date);

    e->body.board.disciplines = four;
    e->body.board.discipline_count = 4;
    apply_new(f, e);
    return e;
}

struct event *fixture_surgery(struct fixture_case *f, const char *date, enum procedure procedure,
                              enum plan_state state)
{
    struct event *e = fixture_event(f, BODY_SURGERY, date);
    enum procedure *procedures = take(f, sizeof(*procedures));

    *procedures = procedure;
    e->body.surgery.procedures = procedures;
    e->body.surgery.procedure_count = 1;
    e->body.surgery.state = state;
    e->body.surgery.urgency = URGENCY_ELECTIVE;
    apply_new(f, e);
    return e;
}

struct event *fixture_kras(struct fixture_case *f, const char *date, enum gene_status status)
{
    struct event *e = fixture_event(f, BODY_MOLECULAR, date);

    e->body.molecular.kras.status = status;
    e->body.molecular.kras.tested = TESTED_RANGE_EXON_2;
    apply_new(f, e);
    return e;
}

struct event *fixture_cea(struct fixture_case *f, const char *date, int64_t thousandths)
{
    struct event *e = fixture_event(f, BODY_LABORATORY, date);

    e->body.laboratory.analyte = ANALYTE_CEA;
    e->body.laboratory.unit = "ng/mL";
    e->body.laboratory.value = (struct amount){.given = true, .thousandths = thousandths};
    apply_new(f, e);
    return e;
}

struct event *fixture_distance(struct fixture_case *f, const char *date, int64_t thousandths_cm)
{
    struct event *e = fixture_event(f, BODY_ENDOSCOPY, date);

    e->body.endoscopy.distance.cm = (struct amount){.given = true, .thousandths = thousandths_cm};
    e->body.endoscopy.distance.method = DISTANCE_METHOD_RIGID;
    apply_new(f, e);
    return e;
}

void fixture_in_scope(struct fixture_case *f)
{
    fixture_biopsy(f, "2026-01-05");
    fixture_status_event(f, "2026-01-10", 1);
    fixture_ct(f, "2026-01-20", NODE_STATUS_METASTATIC);
}

void fixture_responding(struct fixture_case *f)
{
    fixture_in_scope(f);
    fixture_start(f, "2026-02-01", 1);
    fixture_status_event(f, "2026-04-01", 1);
    fixture_ct_response(f, "2026-04-10", RESPONSE_PR);
}

/* ---- What was said --------------------------------------------------------------------------- */

enum finding_status fixture_status(const struct fixture_case *f, const char *code)
{
    return f->said.judgement.findings[rule_index(code)].status;
}

enum presentation fixture_presentation(const struct fixture_case *f, const char *code)
{
    return f->said.judgement.findings[rule_index(code)].presentation;
}

bool fixture_lacks(const struct fixture_case *f, const char *code, enum input input)
{
    return (f->said.judgement.findings[rule_index(code)].missing & input_bit(input)) != 0;
}

bool fixture_warns(const struct fixture_case *f, enum warning warning)
{
    uint64_t all = f->said.judgement.warnings | f->said.packet_warnings;

    return (all >> warning & 1) != 0;
}

bool fixture_flags(const struct fixture_case *f, enum flag flag)
{
    return (f->said.judgement.flags >> flag & 1) != 0;
}

bool fixture_withdrew(const struct fixture_case *f, const char *code)
{
    return (f->said.withdrawn >> rule_index(code) & 1) != 0;
}

bool fixture_says(const struct fixture_case *f, const char *code, const char *words)
{
    char text[WORDING_SIZE];

    finding_text(&f->said.judgement, rule_index(code), text);
    return strstr(text, words) != NULL;
}
