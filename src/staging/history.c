#include "staging/history.h"

#include "base/arena.h"

#include <assert.h>
#include <string.h>

#define CAPACITY_FIRST 32

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (hash ^ 0xff) * UINT64_C(1099511628211);
}

static uint64_t report_hash(const struct event *e)
{
    return hash_text(hash_text(UINT64_C(14695981039346656037), e->source_system), e->report_id);
}

/* Order by (source system, report id); the hash comes first because it is cheap. */
static int compare_reports(const struct history_entry *a, const struct history_entry *b)
{
    int order = a->report_hash < b->report_hash ? -1 : a->report_hash > b->report_hash ? 1 : 0;

    if (order == 0)
        order = strcmp(a->event->source_system, b->event->source_system);
    return order != 0 ? order : strcmp(a->event->report_id, b->event->report_id);
}

static int compare_by_report(const struct history_entry *a, const struct history_entry *b)
{
    int order = compare_reports(a, b);

    if (order == 0)
        order = (int)a->event->kind - (int)b->event->kind;
    if (order == 0)
        order = event_version_compare(a->event, b->event);
    return order != 0 ? order : uuid_compare(&a->event->event_id, &b->event->event_id);
}

static int compare_ordered(const struct history_entry *a, const struct history_entry *b)
{
    return event_clinical_compare(a->event, b->event);
}

/* ---- The three indexes ----------------------------------------------------------------------- */

typedef int compare_entries(const struct history_entry *, const struct history_entry *);

/* First place in ${list} whose entry is not less than ${entry}. */
static size_t lower_bound(struct history_entry *const *list, size_t count,
                          const struct history_entry *entry, compare_entries *compare)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(list[middle], entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert_at(struct history_entry **list, size_t count, size_t place,
                      struct history_entry *entry)
{
    memmove(list + place + 1, list + place, (count - place) * sizeof(*list));
    list[place] = entry;
}

static void remove_at(struct history_entry **list, size_t count, size_t place)
{
    memmove(list + place, list + place + 1, (count - place - 1) * sizeof(*list));
}

static size_t id_slot(const struct history *h, const struct uuid *id)
{
    uint64_t hash;

    memcpy(&hash, id->bytes + 8, sizeof(hash));
    return (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (h->by_id_size - 1);
}

static struct history_entry *find_id(const struct history *h, const struct uuid *id)
{
    if (h->by_id_size == 0)
        return NULL;
    for (size_t i = id_slot(h, id); h->by_id[i] != NULL; i = (i + 1) & (h->by_id_size - 1))
        if (uuid_compare(&h->by_id[i]->event->event_id, id) == 0)
            return h->by_id[i];
    return NULL;
}

static void put_id(struct history *h, struct history_entry *entry)
{
    size_t i = id_slot(h, &entry->event->event_id);

    while (h->by_id[i] != NULL)
        i = (i + 1) & (h->by_id_size - 1);
    h->by_id[i] = entry;
}

/* Take ${entry} out; what stands behind it without a gap may have stood elsewhere but for it. */
static void remove_id(struct history *h, const struct history_entry *entry)
{
    size_t i = id_slot(h, &entry->event->event_id);

    while (h->by_id[i] != entry)
        i = (i + 1) & (h->by_id_size - 1);
    h->by_id[i] = NULL;
    for (i = (i + 1) & (h->by_id_size - 1); h->by_id[i] != NULL;
         i = (i + 1) & (h->by_id_size - 1)) {
        struct history_entry *moved = h->by_id[i];

        h->by_id[i] = NULL;
        put_id(h, moved);
    }
}

static void rebuild_ids(struct history *h)
{
    memset(h->by_id, 0, h->by_id_size * sizeof(*h->by_id));
    for (size_t i = 0; i < h->count; i++)
        put_id(h, h->ordered[i]);
}

static bool grow(struct history *h)
{
    size_t capacity = h->capacity == 0 ? CAPACITY_FIRST : 2 * h->capacity;
    struct history_entry **ordered = arena_zalloc(h->arena, capacity, sizeof(*ordered));
    struct history_entry **by_report = arena_zalloc(h->arena, capacity, sizeof(*by_report));
    struct history_entry **by_id = arena_zalloc(h->arena, 2 * capacity, sizeof(*by_id));

    if (ordered == NULL || by_report == NULL || by_id == NULL)
        return false;
    if (h->count > 0) {
        memcpy(ordered, h->ordered, h->count * sizeof(*ordered));
        memcpy(by_report, h->by_report, h->count * sizeof(*by_report));
    }
    h->ordered = ordered;
    h->by_report = by_report;
    h->by_id = by_id;
    h->by_id_size = 2 * capacity;
    h->capacity = capacity;
    rebuild_ids(h);
    return true;
}

/* ---- What each version is worth -------------------------------------------------------------- */

/* A run of by_report: the versions of one (source system, report id), all kinds of body. */
struct run {
    size_t first;
    size_t beyond;
};

/* The run around ${place}, where ${entry} stands or would stand. */
static struct run run_around(const struct history *h, size_t place,
                             const struct history_entry *entry)
{
    struct run run = {.first = place, .beyond = place};

    while (run.first > 0 && compare_reports(h->by_report[run.first - 1], entry) == 0)
        run.first--;
    while (run.beyond < h->count && compare_reports(h->by_report[run.beyond], entry) == 0)
        run.beyond++;
    return run;
}

/* FINAL without a body makes every preliminary report under its id final, in whatever order. */
static bool run_is_finalised(const struct history *h, struct run run)
{
    for (size_t i = run.first; i < run.beyond; i++)
        if (h->by_report[i]->event->kind == BODY_NONE &&
            h->by_report[i]->event->status == REPORT_STATUS_FINAL)
            return true;
    return false;
}

/* Whether ${e} competes for being the newest version of the kind ${kind}. */
static bool competes(const struct event *e, enum body_kind kind)
{
    return e->kind == kind || (e->kind == BODY_NONE && event_removes(e));
}

static const struct event *newest(const struct history *h, struct run run, enum body_kind kind)
{
    const struct event *best = NULL;

    for (size_t i = run.first; i < run.beyond; i++) {
        const struct event *e = h->by_report[i]->event;

        if (competes(e, kind) && (best == NULL || event_version_compare(e, best) > 0))
            best = e;
    }
    return best;
}

/* Of removing versions that tie, RETRACTED and WRONG_PATIENT count before CANCELLED. */
static enum standing removed_standing(const struct history *h, struct run run, enum body_kind kind,
                                      const struct event *best)
{
    for (size_t i = run.first; i < run.beyond; i++) {
        const struct event *e = h->by_report[i]->event;

        if (competes(e, kind) && event_version_compare(e, best) == 0 &&
            e->status != REPORT_STATUS_CANCELLED)
            return STANDING_REMOVED;
    }
    return STANDING_CANCELLED;
}

static bool newest_in_conflict(const struct history *h, struct run run, enum body_kind kind,
                               const struct event *best)
{
    for (size_t i = run.first; i < run.beyond; i++) {
        const struct event *e = h->by_report[i]->event;

        if (e->kind == kind && event_version_compare(e, best) == 0 &&
            memcmp(e->content_hash, best->content_hash, SHA256_SIZE) != 0)
            return true;
    }
    return false;
}

/* Whether a final version counted until ${e} came: not one that was removed, that tied with
   another, or that a preliminary one had replaced. */
static bool stands_above_final(const struct history *h, struct run run, const struct event *e,
                               bool finalised)
{
    const struct event *best = NULL;

    for (size_t i = run.first; i < run.beyond; i++) {
        const struct event *other = h->by_report[i]->event;

        if (competes(other, e->kind) && event_version_compare(other, e) < 0 &&
            (best == NULL || event_version_compare(other, best) > 0))
            best = other;
    }
    return best != NULL && !event_removes(best) &&
           (best->status != REPORT_STATUS_PRELIMINARY || finalised) &&
           !newest_in_conflict(h, run, e->kind, best);
}

/* Set the standing of every version of the kind ${kind} in ${run}. */
static void settle_kind(struct history *h, struct run run, enum body_kind kind, bool finalised)
{
    const struct event *best = newest(h, run, kind);
    enum standing removed =
        event_removes(best) ? removed_standing(h, run, kind, best) : STANDING_OLDER;
    bool conflict = !event_removes(best) && newest_in_conflict(h, run, kind, best);

    for (size_t i = run.first; i < run.beyond; i++) {
        struct history_entry *entry = h->by_report[i];
        const struct event *e = entry->event;

        if (e->kind != kind)
            continue;
        entry->replaced_final = false;
        if (event_removes(e) && event_version_compare(e, best) < 0)
            entry->standing = STANDING_OLDER;
        else if (removed != STANDING_OLDER)
            entry->standing = event_removes(e) ? STANDING_REMOVING : removed;
        else if (entry->repeats || event_version_compare(e, best) < 0)
            entry->standing = STANDING_OLDER;
        else if (conflict)
            entry->standing = STANDING_CONFLICT;
        else if (e->status == REPORT_STATUS_PRELIMINARY && !finalised)
            entry->standing = STANDING_PENDING;
        else
            entry->standing = STANDING_COUNTS;
        if (entry->standing == STANDING_COUNTS)
            entry->replaced_final = stands_above_final(h, run, e, finalised);
    }
}

static void settle(struct history *h, struct run run)
{
    bool finalised = run_is_finalised(h, run);

    for (size_t i = run.first; i < run.beyond; i++) {
        struct history_entry *entry = h->by_report[i];

        if (entry->event->kind == BODY_NONE)
            entry->standing = STANDING_REMOVING;
        else if (i == run.first || h->by_report[i - 1]->event->kind != entry->event->kind)
            settle_kind(h, run, entry->event->kind, finalised);
    }
}

/* Whether every report that ${entry} speaks of has a newer version. */
static bool is_older(const struct history *h, struct run run, const struct history_entry *entry)
{
    const struct event *e = entry->event;
    bool speaks = false;

    for (size_t i = run.first; i < run.beyond; i++) {
        enum body_kind kind = h->by_report[i]->event->kind;
        const struct event *best;

        if (kind == BODY_NONE || (e->kind != BODY_NONE && e->kind != kind))
            continue;
        speaks = true;
        best = newest(h, run, kind);
        if (event_version_compare(e, best) >= 0)
            return false;
        if (e->kind == BODY_NONE && !event_removes(e) && best->status == REPORT_STATUS_PRELIMINARY)
            return false; /* it makes that one final */
    }
    return speaks;
}

/* ---- Admission ------------------------------------------------------------------------------- */

void history_init(struct history *h, struct arena *arena)
{
    memset(h, 0, sizeof(*h));
    h->arena = arena;
}

/*
 * Of the versions that say the same as ${entry} under the same version key, the one with the lowest
 * id speaks, whichever came first; return how many there are.
 */
static size_t mark_repeated(struct history *h, struct run run, const struct history_entry *entry)
{
    size_t count = 0;

    for (size_t i = run.first; i < run.beyond; i++) {
        const struct event *e = h->by_report[i]->event;

        if (e->kind == entry->event->kind && event_version_compare(e, entry->event) == 0 &&
            memcmp(e->content_hash, entry->event->content_hash, SHA256_SIZE) == 0)
            h->by_report[i]->repeats = count++ > 0;
    }
    return count;
}

/* Put ${entry} into the three indexes; return the run in which it stands now. */
static struct run put(struct history *h, struct history_entry *entry)
{
    size_t place = lower_bound(h->by_report, h->count, entry, compare_by_report);

    insert_at(h->by_report, h->count, place, entry);
    /* Most events come in clinical order. */
    if (h->count > 0 && compare_ordered(h->ordered[h->count - 1], entry) < 0)
        h->ordered[h->count] = entry;
    else
        insert_at(h->ordered, h->count, lower_bound(h->ordered, h->count, entry, compare_ordered),
                  entry);
    h->count++;
    put_id(h, entry);
    return run_around(h, place, entry);
}

enum status history_admit(struct history *h, const struct event *event,
                          enum admission *ret_admission, struct err *err)
{
    struct history_entry wanted = {.event = event, .report_hash = report_hash(event)};
    const struct history_entry *same = find_id(h, &event->event_id);
    struct history_entry *entry;
    struct run run;
    bool repeated;

    if (same != NULL) {
        bool equal = memcmp(same->event->content_hash, event->content_hash, SHA256_SIZE) == 0;

        *ret_admission = equal ? ADMISSION_DUPLICATE : ADMISSION_ID_CONFLICT;
        return OK;
    }
    if (h->count == HISTORY_EVENTS_MAX)
        return err_set(err, REJECT, "history: more than %d events of one subject",
                       HISTORY_EVENTS_MAX);
    if (h->count == h->capacity && !grow(h))
        return err_set(err, REJECT, "history: no memory left");
    entry = arena_alloc(h->arena, sizeof(*entry));
    if (entry == NULL)
        return err_set(err, REJECT, "history: no memory left");
    *entry = wanted;
    run = put(h, entry);
    repeated = mark_repeated(h, run, entry) > 1;
    settle(h, run);
    *ret_admission = repeated                  ? ADMISSION_DUPLICATE
                     : is_older(h, run, entry) ? ADMISSION_OLDER
                                               : ADMISSION_APPLIED;
    return OK;
}

struct history_entry *history_withdraw(struct history *h, const struct event *event)
{
    struct history_entry *entry = find_id(h, &event->event_id);
    struct run run;
    size_t place;

    assert(entry != NULL);
    place = lower_bound(h->by_report, h->count, entry, compare_by_report);
    remove_at(h->by_report, h->count, place);
    remove_at(h->ordered, h->count, lower_bound(h->ordered, h->count, entry, compare_ordered));
    h->count--;
    remove_id(h, entry);
    run = run_around(h, place, entry);
    (void)mark_repeated(h, run, entry);
    settle(h, run);
    return entry;
}

void history_restore(struct history *h, struct history_entry *entry)
{
    struct run run;

    assert(h->count < h->capacity);
    run = put(h, entry);
    (void)mark_repeated(h, run, entry);
    settle(h, run);
}

struct history_entry *const *history_versions(const struct history *h,
                                              const struct history_entry *entry, size_t *ret_count)
{
    size_t place = lower_bound(h->by_report, h->count, entry, compare_by_report);
    struct run run = run_around(h, place, entry);

    *ret_count = run.beyond - run.first;
    return h->by_report + run.first;
}

const struct event *history_find(const struct history *h, const struct uuid *event_id)
{
    const struct history_entry *entry = find_id(h, event_id);

    return entry == NULL ? NULL : entry->event;
}

enum standing history_standing(const struct history *h, const struct event *event)
{
    const struct history_entry *entry = find_id(h, &event->event_id);

    assert(entry != NULL);
    return entry->standing;
}

static bool is_administrative(const struct event *e)
{
    return e->kind == BODY_NONE || e->kind == BODY_REVIEW_DUE || e->kind == BODY_REEVALUATE ||
           e->kind == BODY_DEAD_LETTER_RESOLVED;
}

bool history_has_later(const struct history *h, const struct event *event)
{
    if (is_administrative(event) || event_removes(event))
        return false;
    for (size_t i = h->count; i > 0; i--) {
        const struct history_entry *entry = h->ordered[i - 1];

        /* By the dates as written an event may be later whose instant is earlier by an offset. */
        if (event_effective_at(entry->event) <= event_effective_at(event) - 2 * DAY_MS)
            return false;
        if (entry->standing == STANDING_COUNTS && !is_administrative(entry->event) &&
            event_is_known_later(entry->event, event))
            return true;
    }
    return false;
}

bool history_replaced_final(const struct history *h, const struct event *event)
{
    const struct history_entry *entry = find_id(h, &event->event_id);

    assert(entry != NULL);
    if (event_removes(event))
        return false;
    return event->status == REPORT_STATUS_CORRECTED || event->status == REPORT_STATUS_AMENDED ||
           entry->replaced_final;
}
