#include "feed.h"

#include "base/digest.h"
#include "base/uuid.h"
#include "restage/v1/clinical_event.pb-c.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DRAFTS_MAX 4096 /* reports that are remembered, to be repeated and corrected */
#define RECORD_SIZE_MAX 8192
#define DAY_MS INT64_C(86400000)

enum draft_kind {
    DRAFT_PATHOLOGY = 0,
    DRAFT_IMAGING,
    DRAFT_LABORATORY,
    DRAFT_CLINICAL_STATUS,
    DRAFT_THERAPY,
    DRAFT_BOARD,
    DRAFT_KINDS,
};

/* All that one version of one report is made from. */
struct draft {
    enum draft_kind kind;
    uint32_t patient;
    bool second_tumour;
    uint32_t report;
    uint32_t version;
    Restage__V1__ReportStatus status;
    int64_t effective_ms;
    int64_t issued_ms;
    uint64_t event; /* number from which the event id is made */
    uint64_t content;
};

struct feed {
    struct feed_settings settings;
    struct feed_counts counts;
    uint64_t random; /* state of xorshift64* */
    uint64_t events;
    uint32_t reports;
    int64_t now_ms;
    struct draft drafts[DRAFTS_MAX];
    size_t draft_count;
    char key[300];
    uint8_t value[RECORD_SIZE_MAX];
};

static uint64_t draw(struct feed *feed)
{
    feed->random ^= feed->random >> 12;
    feed->random ^= feed->random << 25;
    feed->random ^= feed->random >> 27;
    return feed->random * UINT64_C(2685821657736338717);
}

static uint32_t draw_below(struct feed *feed, uint32_t limit)
{
    return (uint32_t)((draw(feed) >> 32) % limit);
}

struct feed *feed_new(const struct feed_settings *settings)
{
    struct feed *feed = calloc(1, sizeof(*feed));

    if (feed == NULL)
        return NULL;
    feed->settings = *settings;
    feed->random = settings->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    feed->now_ms = settings->first_ms;
    if (settings->fresh_only) /* else the reports of two streams could be versions of one */
        feed->reports = (uint32_t)(settings->seed * UINT64_C(2654435761) >> 8);
    return feed;
}

void feed_free(struct feed *feed)
{
    free(feed);
}

const struct feed_counts *feed_counts(const struct feed *feed)
{
    return &feed->counts;
}

/* ---- Bodies ------------------------------------------------------------------------------- */

/* Room for every message that one event consists of. */
struct parts {
    Restage__V1__ClinicalEvent event;
    Restage__V1__Identifier patient;
    Restage__V1__Pathology pathology;
    Restage__V1__Imaging imaging;
    Restage__V1__NodeFinding node;
    Restage__V1__NodeFinding *nodes[1];
    Restage__V1__Region regions[3];
    Restage__V1__Laboratory laboratory;
    Restage__V1__ClinicalStatus clinical_status;
    Restage__V1__SystemicTherapy therapy;
    Restage__V1__Drug drugs[2];
    Restage__V1__Board board;
    char id[UUID_TEXT_SIZE];
    char patient_value[140];
    char report_id[40];
    char effective_at[24];
    char issued_at[32];
    char number[16];
};

static void fill_imaging(const struct draft *d, struct parts *p)
{
    restage__v1__imaging__init(&p->imaging);
    restage__v1__node_finding__init(&p->node);
    p->imaging.modality = RESTAGE__V1__MODALITY__MODALITY_CT;
    p->regions[0] = RESTAGE__V1__REGION__REGION_CHEST;
    p->regions[1] = RESTAGE__V1__REGION__REGION_ABDOMEN;
    p->regions[2] = RESTAGE__V1__REGION__REGION_PELVIS;
    p->imaging.regions = p->regions;
    p->imaging.n_regions = 1 + d->content % 3;
    p->imaging.contrast = RESTAGE__V1__ANSWER__ANSWER_YES;
    p->node.station = RESTAGE__V1__STATION__STATION_PARA_AORTIC;
    p->node.statement = (Restage__V1__NodeStatement)(1 + d->content / 3 % 3);
    (void)snprintf(p->number, sizeof(p->number), "%d.%d", (int)(5 + d->content / 9 % 12),
                   (int)(d->content / 108 % 10));
    p->node.short_axis_mm = p->number;
    p->nodes[0] = &p->node;
    p->imaging.nodes = p->nodes;
    p->imaging.n_nodes = 1;
    p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_IMAGING;
    p->event.imaging = &p->imaging;
}

static void fill_pathology(const struct draft *d, struct parts *p)
{
    static char topography[] = "C20.9";

    restage__v1__pathology__init(&p->pathology);
    p->pathology.specimen = RESTAGE__V1__SPECIMEN__SPECIMEN_PRIMARY_BIOPSY;
    p->pathology.topography = topography;
    p->pathology.histology = d->content % 8 == 0
                                 ? RESTAGE__V1__HISTOLOGY__HISTOLOGY_MUCINOUS_ADENOCARCINOMA
                                 : RESTAGE__V1__HISTOLOGY__HISTOLOGY_ADENOCARCINOMA;
    p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_PATHOLOGY;
    p->event.pathology = &p->pathology;
}

static void fill_laboratory(const struct draft *d, struct parts *p)
{
    static char unit[] = "ng/mL";

    restage__v1__laboratory__init(&p->laboratory);
    p->laboratory.analyte = RESTAGE__V1__ANALYTE__ANALYTE_CEA;
    (void)snprintf(p->number, sizeof(p->number), "%d.%d", (int)(d->content % 60),
                   (int)(d->content / 60 % 10));
    p->laboratory.value = p->number;
    p->laboratory.unit = unit;
    p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_LABORATORY;
    p->event.laboratory = &p->laboratory;
}

static void fill_therapy(const struct draft *d, struct parts *p)
{
    restage__v1__systemic_therapy__init(&p->therapy);
    p->therapy.action = (Restage__V1__TherapyAction)(1 + d->content % 2);
    p->therapy.line = 1 + (uint32_t)(d->content / 2 % 2);
    p->drugs[0] = RESTAGE__V1__DRUG__DRUG_FLUOROURACIL;
    p->drugs[1] = RESTAGE__V1__DRUG__DRUG_OXALIPLATIN;
    p->therapy.drugs = p->drugs;
    p->therapy.n_drugs = 2;
    p->therapy.intent = RESTAGE__V1__THERAPY_INTENT__THERAPY_INTENT_PALLIATIVE;
    p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_SYSTEMIC_THERAPY;
    p->event.systemic_therapy = &p->therapy;
}

static void fill_body(const struct draft *d, struct parts *p)
{
    switch (d->kind) {
    case DRAFT_PATHOLOGY:
        fill_pathology(d, p);
        return;
    case DRAFT_IMAGING:
        fill_imaging(d, p);
        return;
    case DRAFT_LABORATORY:
        fill_laboratory(d, p);
        return;
    case DRAFT_CLINICAL_STATUS:
        restage__v1__clinical_status__init(&p->clinical_status);
        p->clinical_status.ecog_presence_case = RESTAGE__V1__CLINICAL_STATUS__ECOG_PRESENCE_ECOG;
        p->clinical_status.ecog = (uint32_t)(d->content % 5);
        p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_CLINICAL_STATUS;
        p->event.clinical_status = &p->clinical_status;
        return;
    case DRAFT_THERAPY:
        fill_therapy(d, p);
        return;
    case DRAFT_BOARD:
        restage__v1__board__init(&p->board);
        p->board.unresectable = (Restage__V1__Answer)(1 + d->content % 2);
        p->event.body_case = RESTAGE__V1__CLINICAL_EVENT__BODY_BOARD;
        p->event.board = &p->board;
        return;
    case DRAFT_KINDS:
        break;
    }
    abort();
}

/* ---- Encoding ------------------------------------------------------------------------------ */

static void day_text(int64_t ms, const char *format, char *text, size_t size)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm calendar;

    if (gmtime_r(&seconds, &calendar) == NULL || strftime(text, size, format, &calendar) == 0)
        abort();
}

static void event_id_text(const struct feed *feed, uint64_t number, char ret[UUID_TEXT_SIZE])
{
    uint64_t name[2] = {feed->settings.seed, number};
    uint8_t hash[SHA256_SIZE];
    struct uuid uuid;

    sha256(name, sizeof(name), hash);
    memcpy(uuid.bytes, hash, sizeof(uuid.bytes));
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x40);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    uuid_format(&uuid, ret);
}

/* Fill ${p} with everything that ${d} says. */
static void fill(struct feed *feed, const struct draft *d, struct parts *p)
{
    static char authority[] = "urn:oid:1.2.276.0.76.4.1";
    static char source[] = "his";
    static char second_tumour[] = "second";

    memset(p, 0, sizeof(*p));
    restage__v1__clinical_event__init(&p->event);
    restage__v1__identifier__init(&p->patient);
    event_id_text(feed, d->event, p->id);
    (void)snprintf(p->patient_value, sizeof(p->patient_value), "%s%06u",
                   feed->settings.patient_prefix, (unsigned)d->patient);
    (void)snprintf(p->report_id, sizeof(p->report_id), "r%u", (unsigned)d->report);
    day_text(d->effective_ms, "%Y-%m-%d", p->effective_at, sizeof(p->effective_at));
    day_text(d->issued_ms, "%Y-%m-%dT%H:%M:%SZ", p->issued_at, sizeof(p->issued_at));
    p->patient.authority = authority;
    p->patient.value = p->patient_value;
    p->event.event_id = p->id;
    p->event.patient = &p->patient;
    if (d->second_tumour)
        p->event.tumour_id = second_tumour;
    p->event.report_id = p->report_id;
    p->event.report_version = d->version;
    p->event.status = d->status;
    p->event.effective_at = p->effective_at;
    p->event.issued_at = p->issued_at;
    p->event.source_system = source;
    if (d->status != RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_RETRACTED)
        fill_body(d, p);
}

static void pack(struct feed *feed, const struct parts *p, size_t frame_size,
                 struct feed_record *ret)
{
    size_t size = restage__v1__clinical_event__get_packed_size(&p->event);

    assert(size + frame_size <= sizeof(feed->value));
    (void)restage__v1__clinical_event__pack(&p->event, feed->value + frame_size);
    ret->value = (struct bytes){.at = feed->value, .size = size + frame_size};
    (void)snprintf(feed->key, sizeof(feed->key), "%s|%s", p->patient.authority, p->patient.value);
    ret->key = (struct bytes){.at = feed->key, .size = strlen(feed->key)};
}

static void emit(struct feed *feed, const struct draft *d, struct feed_record *ret)
{
    static const uint8_t frame[] = {0, 0, 0, 0, 7, 0}; /* schema 7, the first message */
    size_t frame_size = 0;
    struct parts parts;

    fill(feed, d, &parts);
    if (draw_below(feed, 20) == 0) {
        frame_size = sizeof(frame);
        memcpy(feed->value, frame, frame_size);
        feed->counts.framed++;
    }
    pack(feed, &parts, frame_size, ret);
    ret->topic = d->kind == DRAFT_PATHOLOGY ? FEED_PATHOLOGY
                 : d->kind == DRAFT_IMAGING ? FEED_IMAGING
                                            : FEED_CLINICAL;
}

/* ---- Drawing ------------------------------------------------------------------------------- */

static struct draft *draw_draft(struct feed *feed)
{
    return &feed->drafts[draw_below(feed, (uint32_t)feed->draft_count)];
}

static struct draft draw_fresh(struct feed *feed)
{
    struct draft d = {
        .kind = (enum draft_kind)draw_below(feed, DRAFT_KINDS),
        .patient = draw_below(feed, feed->settings.patients),
        .second_tumour = draw_below(feed, 40) == 0 && !feed->settings.fresh_only,
        .report = ++feed->reports,
        .version = 2,
        .status = RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_FINAL,
        .effective_ms = feed->now_ms - DAY_MS * draw_below(feed, 120),
        .issued_ms = feed->now_ms,
        .event = ++feed->events,
        .content = draw(feed) >> 16,
    };

    if (feed->settings.in_turn)
        d.patient = (uint32_t)((d.event - 1) % feed->settings.patients);
    if (draw_below(feed, 10) == 0 && !feed->settings.fresh_only)
        d.status = RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_PRELIMINARY;
    feed->drafts[feed->draft_count < DRAFTS_MAX ? feed->draft_count++
                                                : draw_below(feed, DRAFTS_MAX)] = d;
    feed->counts.fresh++;
    return d;
}

/* A record that nobody can accept, in one of the ways that occur. */
static void emit_bad(struct feed *feed, struct feed_record *ret)
{
    struct draft d = *draw_draft(feed);
    struct parts parts;
    uint32_t way = draw_below(feed, 6);
    uint64_t used = d.event;

    feed->counts.bad++;
    d.event = ++feed->events;
    fill(feed, &d, &parts);
    if (way == 0) { /* an id that was used before, for something else */
        event_id_text(feed, used, parts.id);
        parts.event.report_version = 77;
    } else if (way == 1) {
        parts.event.status = (Restage__V1__ReportStatus)99;
    } else if (way == 2) {
        parts.event.effective_at[0] = 'x';
    }
    pack(feed, &parts, 0, ret);
    ret->topic = (enum feed_topic)draw_below(feed, FEED_TOPICS);
    if (way == 3) /* cut in the middle */
        ret->value.size = ret->value.size / 2 + 1;
    else if (way == 4)
        ret->value = (struct bytes){.at = NULL, .size = 0};
    else if (way == 5) { /* nobody knows whose it is */
        feed->value[0] = 0xff;
        feed->key[0] = '\0';
        ret->key = (struct bytes){.at = NULL, .size = 0};
    }
}

void feed_next(struct feed *feed, struct feed_record *ret)
{
    uint32_t what = draw_below(feed, 100);
    struct draft d;

    memset(ret, 0, sizeof(*ret));
    feed->now_ms += feed->settings.step_ms;
    ret->timestamp_ms = feed->now_ms;
    if (feed->draft_count > 0 && draw_below(feed, 1000) < feed->settings.bad_per_thousand) {
        emit_bad(feed, ret);
        return;
    }
    if (feed->draft_count == 0 || what < 60 || feed->settings.fresh_only) {
        d = draw_fresh(feed);
    } else if (what < 75) {
        /* The same again: under its id, perhaps signed anew, or all the same under another id. */
        d = *draw_draft(feed);
        if (what < 65)
            d.event = ++feed->events;
        else if (what < 70)
            d.issued_ms = feed->now_ms;
        feed->counts.duplicates++;
    } else if (what < 90) {
        struct draft *corrected = draw_draft(feed);

        corrected->version++;
        corrected->status = RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_CORRECTED;
        corrected->issued_ms = feed->now_ms;
        corrected->event = ++feed->events;
        corrected->content = draw(feed) >> 16;
        d = *corrected;
        feed->counts.corrections++;
    } else if (what < 95) {
        d = *draw_draft(feed);
        d.version++;
        d.status = RESTAGE__V1__REPORT_STATUS__REPORT_STATUS_RETRACTED;
        d.issued_ms = feed->now_ms;
        d.event = ++feed->events;
        feed->counts.retractions++;
    } else {
        d = *draw_draft(feed);
        d.version = 1;
        d.issued_ms = feed->now_ms;
        d.event = ++feed->events;
        feed->counts.older++;
    }
    emit(feed, &d, ret);
}
