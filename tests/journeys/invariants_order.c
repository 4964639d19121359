#include "invariants.h"

#include "base/arena.h"
#include "base/date.h"
#include "dice.h"

#include <string.h>

/* The same set of events in any order is the same patient. */

#define LATER_DAYS 20000 /* beyond every limit of the policy, decades after the last event */

/* ---- What a version is worth, read off the whole set ----------------------------------------- */

static bool same_report(const struct event *a, const struct event *b)
{
    return strcmp(a->source_system, b->source_system) == 0 &&
           strcmp(a->report_id, b->report_id) == 0;
}

/* Whether ${other} is a version of what ${e} says: of its kind, or a removal without body. */
static bool rivals(const struct event *other, const struct event *e)
{
    return same_report(other, e) &&
           (other->kind == e->kind || (other->kind == BODY_NONE && event_removes(other)));
}

static const struct event *newest_rival(const struct event *e, const struct event **events,
                                        size_t count)
{
    const struct event *best = e;

    for (size_t i = 0; i < count; i++)
        if (rivals(events[i], e) && event_version_compare(events[i], best) > 0)
            best = events[i];
    return best;
}

static enum standing standing_of_removed(const struct event *e, const struct event *best,
                                         const struct event **events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rivals(events[i], e) && event_version_compare(events[i], best) == 0 &&
            events[i]->status != REPORT_STATUS_CANCELLED)
            return STANDING_REMOVED;
    return STANDING_CANCELLED;
}

static enum standing standing_of_newest(const struct event *e, const struct event **events,
                                        size_t count)
{
    bool final = e->status != REPORT_STATUS_PRELIMINARY;

    for (size_t i = 0; i < count; i++) {
        const struct event *other = events[i];

        if (other->kind == e->kind && same_report(other, e) &&
            event_version_compare(other, e) == 0 &&
            memcmp(other->content_hash, e->content_hash, SHA256_SIZE) != 0)
            return STANDING_CONFLICT;
        final = final || (same_report(other, e) && other->kind == BODY_NONE &&
                          other->status == REPORT_STATUS_FINAL);
    }
    return final ? STANDING_COUNTS : STANDING_PENDING;
}

/* Whether the same version with the same content stands under a lower id. */
static bool is_repeat(const struct event *e, const struct event **events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (events[i]->kind == e->kind && same_report(events[i], e) &&
            event_version_compare(events[i], e) == 0 &&
            memcmp(events[i]->content_hash, e->content_hash, SHA256_SIZE) == 0 &&
            uuid_compare(&events[i]->event_id, &e->event_id) < 0)
            return true;
    return false;
}

static enum standing expected_standing(const struct event *e, const struct event **events,
                                       size_t count)
{
    const struct event *best = newest_rival(e, events, count);

    if (e->kind != BODY_NONE && event_removes(e) && event_version_compare(e, best) < 0)
        return STANDING_OLDER;
    if (e->kind == BODY_NONE || event_removes(e))
        return STANDING_REMOVING;
    if (event_removes(best))
        return standing_of_removed(e, best, events, count);
    if (event_version_compare(e, best) < 0 || is_repeat(e, events, count))
        return STANDING_OLDER;
    return standing_of_newest(e, events, count);
}

static bool standings_are_expected(const struct history *h, const struct event **events,
                                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (history_standing(h, events[i]) != expected_standing(events[i], events, count))
            return false;
    return h->count == count;
}

/* ---- Order ----------------------------------------------------------------------------------- */

static void shuffle(const struct event **events, size_t count, struct dice *dice)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = dice_roll(dice, (uint32_t)i);
        const struct event *e = events[i - 1];

        events[i - 1] = events[k];
        events[k] = e;
    }
}

/* Whether ${h}, from which ${gone} was taken out, is what the other events make. */
static bool fits_without(const struct history *h, const struct event **events, size_t count,
                         const struct event *gone)
{
    const struct event *left[TRAIL_EVENTS_MAX];
    size_t left_count = 0;

    for (size_t i = 0; i < count; i++)
        if (events[i] != gone)
            left[left_count++] = events[i];
    return standings_are_expected(h, left, left_count);
}

static const char *admit_all(struct history *h, const struct event **events, size_t count,
                             struct dice *dice)
{
    struct err err = {.text = ""};
    enum admission admission;

    for (size_t i = 0; i < count; i++) {
        const struct event *again = events[dice_roll(dice, (uint32_t)i + 1)];

        if (history_admit(h, events[i], &admission, &err) != OK)
            return "an event is refused in another order";
        if (history_find(h, &events[i]->event_id) != events[i])
            return "a stored event is not stored in another order";
        if (history_admit(h, again, &admission, &err) != OK || admission != ADMISSION_DUPLICATE)
            return "a repeated event is no duplicate";
    }
    for (size_t i = 0; i < 3 && count > 0; i++) {
        const struct event *e = events[dice_roll(dice, (uint32_t)count)];

        (void)history_withdraw(h, e);
        if (history_find(h, &e->event_id) != NULL)
            return "an event that was taken out is still there";
        if (!fits_without(h, events, count, e))
            return "an event that was taken out still counts";
        if (history_admit(h, e, &admission, &err) != OK)
            return "an event that was taken out is refused";
    }
    return NULL;
}

static bool same_standings(const struct history *a, const struct history *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->ordered[i]->event != b->ordered[i]->event ||
            a->ordered[i]->standing != b->ordered[i]->standing ||
            a->ordered[i]->replaced_final != b->ordered[i]->replaced_final ||
            a->by_report[i]->event != b->by_report[i]->event)
            return false;
    return true;
}

/* Whether two judgements say the same, whichever id of a version sent twice they cite. */
static bool say_the_same(const struct judgement *a, const struct judgement *b)
{
    return a->kind == b->kind && a->phase == b->phase && a->overlays == b->overlays &&
           a->warnings == b->warnings && a->flags == b->flags && a->missing == b->missing &&
           memcmp(a->findings, b->findings, sizeof(a->findings)) == 0;
}

/* Judge the events again, as ${shuffled} and as ${said}'s subject holds them now. */
static const char *judgement_broken(const struct recommendation *said,
                                    const struct history *shuffled)
{
    static struct judgement again; /* large */
    /* What was said may cite the other id of a version that was sent again since. */
    static struct recommendation live;
    const struct judgement *j = &said->judgement;
    struct digest now;
    struct digest then;

    memset(&again, 0xa5, sizeof(again)); /* nothing may be left of an earlier judgement */
    judge(shuffled, j->holds, j->hold_count, j->policy, said->as_of, &again);
    live = *said;
    memset(&live.judgement, 0x5a, sizeof(live.judgement));
    judge(&said->subject->history, j->holds, j->hold_count, j->policy, said->as_of,
          &live.judgement);
    now = judgement_digest(&live.judgement);
    then = judgement_digest(&again);
    if (memcmp(&now, &then, sizeof(now)) != 0)
        return "the judgement depends on the order of arrival";
    if (memcmp(&again.chart, &live.judgement.chart, sizeof(again.chart)) != 0)
        return "the chart depends on the order of arrival";
    if (!say_the_same(j, &live.judgement))
        return "a version that was sent again changed the judgement";
    if (j->review_due_at == INSTANT_NONE &&
        !judgement_is_same_at(&live, said->as_of + LATER_DAYS * DAY_MS))
        return "the judgement changes by time alone and no review is due";
    return NULL;
}

const char *invariant_order_broken(const struct recommendation *said, const struct event **events,
                                   size_t count, struct dice *dice, struct arena *scratch)
{
    struct history history;
    const char *broken;

    arena_reset(scratch);
    history_init(&history, scratch);
    shuffle(events, count, dice);
    broken = admit_all(&history, events, count, dice);
    if (broken != NULL)
        return broken;
    if (!standings_are_expected(&said->subject->history, events, count))
        return "another version counts than the one that should";
    if (!same_standings(&history, &said->subject->history))
        return "the versions that count depend on the order of arrival";
    return judgement_broken(said, &history);
}
