#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

#define PATIENT_ARENA_SIZE ((size_t)16 << 20)

void patient_begin(struct patient *p)
{
    memset(p, 0, sizeof(*p));
    p->arena = arena_new(PATIENT_ARENA_SIZE);
    ck_assert_ptr_nonnull(p->arena);
    history_init(&p->history, p->arena);
}

void patient_end(struct patient *p)
{
    arena_free(p->arena);
}

void *patient_take(struct patient *p, size_t count, size_t size)
{
    void *memory = arena_zalloc(p->arena, count, size);

    ck_assert_ptr_nonnull(memory);
    return memory;
}

static struct clinical_time date_of(const char *date)
{
    struct clinical_time time;

    ck_assert_msg(clinical_time_parse(date, strlen(date), &time), "%s is no date", date);
    return time;
}

int32_t patient_day(const char *date)
{
    return date_of(date).first_day;
}

const struct chart *patient_chart(struct patient *p, const char *date)
{
    fold(&p->history, &cutoffs_default, date_of(date).earliest + DAY_MS / 2, &p->chart);
    return &p->chart;
}

/* ---- Single events --------------------------------------------------------------------------- */

/* A new id; the content's hash follows from it, so no two events have equal content. */
static void name(struct patient *p, struct event *e)
{
    uint32_t number = ++p->ids;

    memset(&e->event_id, 0, sizeof(e->event_id));
    for (size_t i = 0; i < 4; i++)
        e->event_id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    sha256(e->event_id.bytes, sizeof(e->event_id.bytes), e->content_hash);
}

/* Texts are never NULL. */
static void set_texts(struct event *e)
{
    static const struct stage_statement nothing = {.t = "", .n = "", .m = "", .group = ""};

    if (e->kind == BODY_PATHOLOGY) {
        e->body.pathology.topography = "";
        e->body.pathology.stage = nothing;
    } else if (e->kind == BODY_IMAGING) {
        e->body.imaging.stage = nothing;
    } else if (e->kind == BODY_REFERRAL) {
        e->body.referral.topography = "";
        e->body.referral.stage = nothing;
    } else if (e->kind == BODY_LABORATORY) {
        e->body.laboratory.unit = "";
    } else if (e->kind == BODY_SYSTEMIC_THERAPY) {
        e->body.systemic_therapy.regimen_text = "";
    } else if (e->kind == BODY_BOARD) {
        e->body.board.reason_text = "";
    } else if (e->kind == BODY_SURGERY) {
        e->body.surgery.planned_for.text = "";
    } else if (e->kind == BODY_MOLECULAR) {
        e->body.molecular.kras.variant_text = "";
        e->body.molecular.nras.variant_text = "";
        e->body.molecular.braf.variant_text = "";
    }
}

struct event *patient_make(struct patient *p, enum body_kind kind, const char *date)
{
    struct event *e = patient_take(p, 1, sizeof(*e));
    char *report = patient_take(p, 1, UUID_TEXT_SIZE);

    name(p, e);
    uuid_format(&e->event_id, report);
    e->authority = "urn:test";
    e->value = "1";
    e->tumour_id = TUMOUR_ID_DEFAULT;
    e->report_id = report;
    e->report_version = 1;
    e->status = REPORT_STATUS_FINAL;
    e->source_system = "";
    e->issued_at.text = "";
    e->effective_at = (struct stated_time){.time = date_of(date), .text = date};
    e->kind = kind;
    set_texts(e);
    return e;
}

enum admission patient_admit(struct patient *p, const struct event *event)
{
    enum admission admission = ADMISSION_NONE;
    struct err err = {.text = ""};

    ck_assert_msg(history_admit(&p->history, event, &admission, &err) == OK, "%s", err.text);
    return admission;
}

static struct event *keep(struct patient *p, struct event *e)
{
    ck_assert_uint_lt(p->count, PATIENT_EVENTS_MAX);
    p->events[p->count++] = e;
    patient_admit(p, e);
    return e;
}

struct event *patient_tell(struct patient *p, enum body_kind kind, const char *date)
{
    return keep(p, patient_make(p, kind, date));
}

struct event *patient_version(struct patient *p, const struct event *event, uint32_t version,
                              enum report_status status)
{
    struct event *e = patient_take(p, 1, sizeof(*e));

    *e = *event;
    name(p, e);
    e->report_version = version;
    e->status = status;
    return keep(p, e);
}
