#include "fixture_patient.h"

#include "fixture_blank.h"

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

struct event *patient_make(struct patient *p, enum body_kind kind, const char *date)
{
    struct event *e = patient_take(p, 1, sizeof(*e));
    char *report = patient_take(p, 1, UUID_TEXT_SIZE);

    blank_event(e, kind);
    blank_number(e, ++p->ids);
    uuid_format(&e->event_id, report);
    e->authority = "urn:test";
    e->value = "1";
    e->tumour_id = TUMOUR_ID_DEFAULT;
    e->report_id = report;
    e->report_version = 1;
    e->status = REPORT_STATUS_FINAL;
    e->effective_at = (struct stated_time){.time = date_of(date), .text = date};
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
    blank_number(e, ++p->ids);
    e->report_version = version;
    e->status = status;
    return keep(p, e);
}
