#include "fixture_blank.h"
#include "story.h"

#include "base/arena.h"
#include "base/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATE_TEXT_SIZE 32

void *story_take(struct story *s, size_t count, size_t size)
{
    void *memory = arena_zalloc(s->arena, count, size);

    if (memory == NULL)
        abort(); /* the arena is far larger than any story */
    return memory;
}

/* ---- Dates ----------------------------------------------------------------------------------- */

static void put_time(struct stated_time *t, const char *text)
{
    t->text = text;
    if (!clinical_time_parse(text, strlen(text), &t->time))
        abort();
}

/* Mostly a day, often with a time and an offset, seldom a month or a year only. */
static void draw_date(struct story *s, struct stated_time *t)
{
    static const char *const times[] = {
        "T08:15:00+02:00", "T07:00Z",        "T23:30:00-05:00", "T00:00:00Z",
        "T00:30:00+05:45", "T23:59:59.999Z", "T12:00:00+14:00", "T16:45:30.5+01:00",
    };
    char *text = story_take(s, 1, DATE_TEXT_SIZE);
    uint32_t kind = dice_roll(&s->dice, 100);

    day_format(s->day, text);
    if (kind < 2)
        text[7] = '\0';
    else if (kind < 3 && dice_luck(&s->dice, 40))
        text[4] = '\0';
    else if (kind > 65)
        memcpy(text + 10, times[kind % 8], strlen(times[kind % 8]) + 1);
    put_time(t, text);
}

void story_sign(struct story *s, struct event *e, int64_t at)
{
    char *text = story_take(s, 1, DATE_TEXT_SIZE);

    instant_format(at, text);
    put_time(&e->issued_at, text);
}

/* ---- Names ----------------------------------------------------------------------------------- */

void story_rename(struct story *s, struct event *e)
{
    uint64_t halves[2] = {dice_number(&s->dice), dice_number(&s->dice)};

    memcpy(e->event_id.bytes, halves, sizeof(e->event_id.bytes));
}

void story_new_content(struct story *s, struct event *e)
{
    uint64_t parts[4] = {dice_number(&s->dice), dice_number(&s->dice), dice_number(&s->dice),
                         dice_number(&s->dice)};

    memcpy(e->content_hash, parts, sizeof(e->content_hash));
}

static const char *system_of(enum body_kind kind)
{
    if (kind == BODY_IMAGING)
        return "pacs";
    if (kind == BODY_PATHOLOGY || kind == BODY_MOLECULAR)
        return "pathology";
    return kind == BODY_LABORATORY ? "laboratory" : "hospital";
}

/* A number of its own; sometimes that of the report before, from the same or another system. */
static void name_report(struct story *s, struct event *e)
{
    char *number = story_take(s, 1, 16);

    e->source_system = system_of(e->kind);
    if (s->count > 0 && dice_luck(&s->dice, 2)) {
        const struct event *before = s->tellings[dice_roll(&s->dice, (uint32_t)s->count)].event;

        e->report_id = before->report_id;
        if (strcmp(before->source_system, e->source_system) == 0)
            e->source_system = "another-hospital";
        s->equal_numbers++;
        return;
    }
    (void)snprintf(number, 16, "R-%" PRIu32, ++s->reports);
    e->report_id = number;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* Mostly within two days, sometimes within weeks, seldom months late; never before it is dated. */
static int64_t draw_arrival(struct story *s)
{
    int64_t at = s->day * DAY_MS + DAY_MS / 2 + dice_between(&s->dice, 0, 40000000);
    uint32_t kind = dice_roll(&s->dice, 100);

    if (kind < 6)
        return at + DAY_MS * dice_between(&s->dice, 15, 240);
    if (kind < 25)
        return at + DAY_MS * dice_between(&s->dice, 3, 12);
    return at + DAY_MS * dice_between(&s->dice, 0, 2);
}

void story_repeat(struct story *s, struct event *e, int64_t at)
{
    if (s->count < STORY_TELLINGS_MAX)
        s->tellings[s->count++] = (struct telling){.event = e, .at = at};
}

struct event *story_event(struct story *s, enum body_kind kind)
{
    struct event *e = story_take(s, 1, sizeof(*e));

    blank_event(e, kind);
    e->authority = "urn:journeys";
    e->value = "1";
    e->tumour_id = TUMOUR_ID_DEFAULT;
    e->report_version = 1;
    e->status = REPORT_STATUS_FINAL;
    story_rename(s, e);
    story_new_content(s, e);
    name_report(s, e);
    draw_date(s, &e->effective_at);
    if (dice_luck(&s->dice, 60))
        story_sign(s, e, s->day * DAY_MS + DAY_MS / 3);
    story_repeat(s, e, draw_arrival(s));
    return e;
}

struct event *story_version(struct story *s, const struct event *event, int64_t at)
{
    struct event *e = story_take(s, 1, sizeof(*e));

    *e = *event;
    story_rename(s, e);
    story_new_content(s, e);
    story_repeat(s, e, at);
    return e;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int compare_arrival(const void *a, const void *b)
{
    const struct telling *x = a;
    const struct telling *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return uuid_compare(&x->event->event_id, &y->event->event_id);
}

void story_tell(struct arena *arena, struct dice dice, struct story *ret)
{
    *ret = (struct story){.arena = arena, .dice = dice};
    ret->day = day_from_civil(2019, 1, 1) + dice_between(&ret->dice, 0, 1400);
    story_plot(ret);
    story_disorder(ret);
    qsort(ret->tellings, ret->count, sizeof(ret->tellings[0]), compare_arrival);
}
