#include "check_fold.h"
#include "wire/event_wire.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_SIZE_MAX ((size_t)64 << 20) /* bytes of one subject's decoded history */

static bool decode_all(struct stored_subject *s, struct arena *arena, struct verdict *v)
{
    struct err err;

    s->decoded = arena_zalloc(arena, s->event_count + 1, sizeof(s->decoded[0]));
    history_init(&s->history, arena);
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event_row *row = &s->events[i];
        enum admission admission = ADMISSION_NONE;

        if (event_decode_stored(row->value, row->content_hash, arena, &s->decoded[i], &err) != OK ||
            history_admit(&s->history, &s->decoded[i], &admission, &err) != OK) {
            verdict_add(v, VIOLATION_FOLD, &row->source, "the stored event cannot be read again");
            return false;
        }
        if (admission == ADMISSION_ID_CONFLICT) {
            verdict_add(v, VIOLATION_FOLD, &row->source, "stored although its id says otherwise");
            return false;
        }
    }
    return true;
}

bool has_recommendation(const struct stored_subject *s, const struct place *source)
{
    for (size_t i = 0; i < s->recommendation_count; i++) {
        if (place_compare(&s->recommendations[i].source, source) == 0)
            return true;
    }
    return false;
}

/* Whether a version of that standing says something now: then it was not older when it came. */
static bool speaks(enum standing standing)
{
    return standing == STANDING_COUNTS || standing == STANDING_PENDING ||
           standing == STANDING_CONFLICT;
}

bool says_the_same(const struct event *a, const struct event *b)
{
    return a->kind == b->kind && event_version_compare(a, b) == 0 &&
           strcmp(a->source_system, b->source_system) == 0 &&
           strcmp(a->report_id, b->report_id) == 0 &&
           memcmp(a->content_hash, b->content_hash, sizeof(a->content_hash)) == 0;
}

/* Whether another event, with a recommendation, says the same. */
static bool was_said(const struct stored_subject *s, const struct event *event)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (&s->decoded[i] != event && says_the_same(&s->decoded[i], event) &&
            has_recommendation(s, &s->events[i].source))
            return true;
    return false;
}

/*
 * Every applied event has its recommendation; none have only an older version of a known report,
 * and a version that was sent again under another id.
 */
static void check_silence(const struct stored_subject *s, struct verdict *v)
{
    for (size_t i = 0; i < s->event_count; i++) {
        if (has_recommendation(s, &s->events[i].source))
            continue;
        v->silent++;
        if (speaks(history_standing(&s->history, &s->decoded[i])) && !was_said(s, &s->decoded[i]))
            verdict_add(v, VIOLATION_LOSS, &s->events[i].source, "applied without recommendation");
    }
}

/* The rows of ${subject} in a list that is sorted by subject; ${at} moves behind them. */
static size_t rows_of(const struct uuid *subject, const void *rows, size_t size, size_t count,
                      size_t offset_of_subject, size_t *at)
{
    size_t begin = *at;

    while (*at < count) {
        const char *row = (const char *)rows + *at * size;
        struct uuid owner;

        memcpy(&owner, row + offset_of_subject, sizeof(owner));
        if (uuid_compare(&owner, subject) != 0)
            break;
        (*at)++;
    }
    return *at - begin;
}

void check_fold(const struct evidence *e, struct verdict *v)
{
    struct arena *own = arena_new(SUBJECT_SIZE_MAX);
    size_t event = 0;
    size_t recommendation = 0;

    if (own == NULL)
        abort();
    for (size_t i = 0; i < e->subject_row_count; i++) {
        struct stored_subject s = {.row = &e->subject_rows[i],
                                   .events = &e->event_rows[event],
                                   .recommendations = &e->recommendation_rows[recommendation]};

        s.event_count = rows_of(&s.row->id, e->event_rows, sizeof(e->event_rows[0]),
                                e->event_row_count, offsetof(struct event_row, subject), &event);
        s.recommendation_count =
            rows_of(&s.row->id, e->recommendation_rows, sizeof(e->recommendation_rows[0]),
                    e->recommendation_row_count, offsetof(struct recommendation_row, subject),
                    &recommendation);
        arena_reset(own);
        if (!decode_all(&s, own, v))
            continue;
        check_silence(&s, v);
        check_judgement(&s, e, own, v);
        v->folded++;
    }
    if (event != e->event_row_count || recommendation != e->recommendation_row_count)
        verdict_add(v, VIOLATION_STRANGER, NULL, "rows of a subject that has no row");
    arena_free(own);
}
