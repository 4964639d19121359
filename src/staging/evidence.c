#include "staging/evidence.h"

#include <assert.h>
#include <string.h>

bool event_may_coincide(const struct event *a, const struct event *b)
{
    return event_day(a) <= event_last_day(b) && event_day(b) <= event_last_day(a);
}

void evidence_note_change(struct evidence *v, int64_t day)
{
    struct chart *c = v->chart;

    assert(day <= INT32_MAX); /* years have four digits, ages at most ten years */
    if (day <= c->as_of_day)
        return;
    if (c->next_change_day == DAY_NONE || day < c->next_change_day)
        c->next_change_day = (int32_t)day;
}

enum tri evidence_is_fresh(struct evidence *v, struct days days, int32_t limit)
{
    int64_t oldest = (int64_t)v->chart->as_of_day - days.first;
    int64_t youngest = (int64_t)v->chart->as_of_day - days.last;

    evidence_note_change(v, (int64_t)days.first + limit + 1);
    evidence_note_change(v, (int64_t)days.last + limit + 1);
    if (oldest <= limit)
        return TRI_YES;
    return youngest > limit ? TRI_NO : TRI_UNKNOWN;
}

enum why evidence_why_of(const struct history_entry *entry)
{
    switch (entry->standing) {
    case STANDING_PENDING:
        return WHY_PENDING;
    case STANDING_REMOVED:
        return WHY_WITHDRAWN;
    case STANDING_CANCELLED:
        return WHY_NOT_OBTAINABLE;
    case STANDING_REMOVING:
        return entry->event->status == REPORT_STATUS_CANCELLED ? WHY_NOT_OBTAINABLE : WHY_WITHDRAWN;
    case STANDING_CONFLICT:
        return WHY_CONFLICT;
    case STANDING_COUNTS:
    case STANDING_OLDER:
        break;
    }
    return WHY_NONE;
}

void evidence_collect(struct evidence *v, struct evidence_memory *memory)
{
    v->marked = memory->marked;
    v->counted.items = memory->counted;
    v->starts = memory->starts;
    for (size_t i = 0; i < v->history->count; i++) {
        const struct history_entry *entry = v->history->ordered[i];
        const struct event *e = entry->event;

        if (entry->standing != STANDING_COUNTS) {
            v->absent[e->kind] = why_first(v->absent[e->kind], evidence_why_of(entry));
            v->marked[v->marked_count++] = entry;
            continue;
        }
        if (e->kind <= BODY_DEATH)
            evidence_count(v, e);
        if (e->status == REPORT_STATUS_CORRECTED || e->status == REPORT_STATUS_AMENDED)
            v->marked[v->marked_count++] = entry;
    }
}

static bool is_report(enum body_kind kind)
{
    return kind == BODY_PATHOLOGY || kind == BODY_IMAGING || kind == BODY_BOARD ||
           kind == BODY_REFERRAL;
}

void evidence_sort(struct evidence *v, struct evidence_memory *memory)
{
    const struct event **next = memory->by_kind;

    for (size_t kind = 0; kind < BODY_KIND_COUNT; kind++) {
        v->of[kind].items = next;
        next += v->of[kind].count;
        v->of[kind].count = 0;
    }
    v->reports = (struct events){.items = memory->reports};
    for (size_t i = 0; i < v->counted.count; i++) {
        const struct event *e = v->counted.items[i];
        struct events *list = &v->of[e->kind];

        list->items[list->count++] = e;
        if (is_report(e->kind))
            v->reports.items[v->reports.count++] = e;
    }
}

const struct event *evidence_next(const struct events *a, const struct events *b, size_t places[2])
{
    bool a_is_left = places[0] < a->count;

    if (places[1] < b->count &&
        (!a_is_left || event_clinical_compare(b->items[places[1]], a->items[places[0]]) < 0))
        return b->items[places[1]++];
    return a_is_left ? a->items[places[0]++] : NULL;
}

bool imaging_has_region(const struct imaging *i, enum region region)
{
    for (size_t k = 0; k < i->region_count; k++)
        if (i->regions[k] == region)
            return true;
    return false;
}

bool imaging_is_ct(const struct imaging *i)
{
    return i->modality == MODALITY_CT ||
           (i->modality == MODALITY_PET_CT && i->diagnostic_ct == ANSWER_YES);
}

bool imaging_shows_abdomen(const struct imaging *i)
{
    return (imaging_is_ct(i) || i->modality == MODALITY_MRI) &&
           imaging_has_region(i, REGION_ABDOMEN);
}

bool event_has_procedure(const struct event *e, enum procedure procedure)
{
    assert(e->kind == BODY_SURGERY);
    for (size_t k = 0; k < e->body.surgery.procedure_count; k++)
        if (e->body.surgery.procedures[k] == procedure)
            return true;
    return false;
}

static bool plans_primary_resection(const struct event *e)
{
    return event_has_procedure(e, PROCEDURE_TME) ||
           event_has_procedure(e, PROCEDURE_WIDE_MESORECTAL_EXCISION) ||
           event_has_procedure(e, PROCEDURE_OTHER_PRIMARY_RESECTION);
}

bool event_resects_primary(const struct event *e)
{
    if (e->kind == BODY_PATHOLOGY)
        return e->body.pathology.specimen == SPECIMEN_PRIMARY_RESECTION;
    return plans_primary_resection(e) && e->body.surgery.state == PLAN_STATE_DONE;
}

/* B.3: regional for the rectum.  Obturator nodes are disputed, regional by default. */
bool station_is_regional(enum station station)
{
    return station >= STATION_MESORECTAL && station <= STATION_OBTURATOR;
}

bool station_is_other_distant(enum station station)
{
    return (station >= STATION_COMMON_ILIAC && station <= STATION_INGUINAL) ||
           station == STATION_OTHER_DISTANT;
}

bool organ_is_distant(enum organ organ)
{
    return organ != ORGAN_UNSPECIFIED && organ != ORGAN_RECTUM && organ != ORGAN_LYMPH_NODE;
}

bool laboratory_unit_is_usable(const char *unit)
{
    static const char *const usable[] = {"ng/mL",       "ng/ml",       "ug/L",
                                         "ug/l",        "\xc2\xb5g/L", "\xc2\xb5g/l",
                                         "\xce\xbcg/L", "\xce\xbcg/l"};

    for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
        if (strcmp(unit, usable[i]) == 0)
            return true;
    return false;
}

const struct therapy_start *evidence_start_between(const struct evidence *v, int32_t after,
                                                   int32_t before)
{
    for (size_t i = 0; i < v->start_count; i++)
        if (v->starts[i].intent != THERAPY_INTENT_ADJUVANT && v->starts[i].last_day >= after &&
            v->starts[i].last_day < before)
            return &v->starts[i];
    return NULL;
}

enum why evidence_why_absent(const struct evidence *v, enum body_kind kind)
{
    return why_first(v->absent[kind], WHY_NOT_ASSESSED);
}

void evidence_missing(struct evidence *v, enum input input, enum why why)
{
    v->chart->why[input] = why_first(v->chart->why[input], why);
}

void evidence_conflict(struct evidence *v, enum input input, const struct basis *basis)
{
    struct chart *c = v->chart;

    assert(c->conflict_count < CHART_CONFLICTS_MAX);
    c->conflicts[c->conflict_count++] = (struct chart_conflict){.input = input, .basis = *basis};
}
