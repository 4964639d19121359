#ifndef STAGING_HISTORY_H
#define STAGING_HISTORY_H

/*
 * History: the versions that were sent about one tumour, and which of them count.
 *
 * A report is (source_system, report_id, kind of body) of one subject.  Its versions are ordered by
 * (report_version, issued_at, status); the highest one counts, unless it removes the report, is
 * preliminary, or ties with another of different content.  A removing version without a body speaks
 * for every kind of body under its report id; a FINAL without a body makes every preliminary report
 * under its id final.  All of this depends on the set of events alone, never on their order of
 * arrival, and is kept up to date with every event, at the cost of that event's report.
 *
 * A history belongs to one subject and to one arena; it borrows the events, which must outlive it.
 */
#include "base/err.h"
#include "staging/event.h"
#include "staging/event_order.h"
#include "staging/fact.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_EVENTS_MAX 4096 /* events per subject */

struct arena;

/* What became of an event. */
enum admission {
    ADMISSION_NONE = 0,
    ADMISSION_APPLIED,     /* stored; what is known may have changed */
    ADMISSION_DUPLICATE,   /* known by its id; or, and then stored, by content and version key */
    ADMISSION_OLDER,       /* stored, but every report that it speaks of has a newer version */
    ADMISSION_ID_CONFLICT, /* its id names another content: not stored, to be refused */
};

/* What a stored version is worth. */
enum standing {
    STANDING_OLDER = 0, /* a newer version of the report exists, or the same under a lower id */
    STANDING_COUNTS,    /* the version that counts */
    STANDING_PENDING,   /* newest, and preliminary */
    STANDING_REMOVED,   /* its report was retracted or belongs to another patient */
    STANDING_CANCELLED, /* its report's result will not come */
    STANDING_CONFLICT,  /* newest, and another one with the same version key says otherwise */
    STANDING_REMOVING,  /* itself removes or cancels, or is a FINAL without body */
};

/* One stored event; entries stand in clinical order. */
struct history_entry {
    const struct event *event;
    uint64_t report_hash;
    enum standing standing;
    bool replaced_final; /* counts, and an older version of it had counted as final */
    bool repeats;        /* the same version stands under a lower event id */
};

struct history {
    struct arena *arena;
    /* By earliest instant of effective_at, coarser precision, version key, event id. */
    struct history_entry **ordered;
    /* By report, then version key, then event id. */
    struct history_entry **by_report;
    size_t count;
    size_t capacity;
    /* Open addressing over event ids. */
    struct history_entry **by_id;
    size_t by_id_size; /* a power of two, at least twice the capacity */
};

/* An empty history that takes its memory from ${arena}; it must stay at its address. */
void history_init(struct history *history, struct arena *arena);

/*
 * Admit ${event}, and say in ${ret_admission} what became of it.  REJECT when the subject has
 * HISTORY_EVENTS_MAX events, or when the arena is full; the history is unchanged then.
 * Admitting stored events in any order gives the same history as their live arrival.
 */
enum status history_admit(struct history *history, const struct event *event,
                          enum admission *ret_admission, struct err *err);

/*
 * Take ${event}, which was admitted, out again, as if it had never arrived; history_restore puts
 * what this returns back, and cannot fail.  This is how one judges with and without an event.
 */
struct history_entry *history_withdraw(struct history *history, const struct event *event);
void history_restore(struct history *history, struct history_entry *entry);

/* All versions of the report of ${entry}, every kind of body, by kind and version. */
struct history_entry *const *history_versions(const struct history *history,
                                              const struct history_entry *entry, size_t *ret_count);

/* The stored event of that id, or NULL. */
const struct event *history_find(const struct history *history, const struct uuid *event_id);

/* What ${event}, which was admitted, is worth now. */
enum standing history_standing(const struct history *history, const struct event *event);

/*
 * Whether ${event}, which was admitted and is neither an administrative one nor one that removes,
 * is clinically earlier than some counted clinical event: at common precision, so that a date is
 * not earlier than a time of that day.
 */
bool history_has_later(const struct history *history, const struct event *event);

/*
 * Whether ${event}, which was admitted, replaced a version that had counted as final: CORRECTED and
 * AMENDED always say so, of the others those that stand above a final version.  Removing versions
 * do not replace.  This is the packet warning about corrections.
 */
bool history_replaced_final(const struct history *history, const struct event *event);

#endif
