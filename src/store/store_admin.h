#ifndef STORE_STORE_ADMIN_H
#define STORE_STORE_ADMIN_H

/*
 * Store admin: what the command line asks of PostgreSQL beside what lanes do.
 *
 * It never changes a subject, an event or a recommendation: there is one way into the state, the
 * topics.  Answers are those of store.h.  Everything that is read lives in the caller's arena.
 */
#include "store/store.h"

/* Like store_open, for a person's command: whole tables may be read, no lane's time limits. */
enum status store_admin_open(const struct store_settings *settings, struct store **ret,
                             struct err *err) __attribute__((warn_unused_result));

/* ---- rulebooks ------------------------------------------------------------------------------ */

#define STORE_RULEBOOK_HASH_SIZE 65 /* 64 hexadecimal digits and the NUL */

/* Make ${hash} the active rulebook; repeated without harm.  Workers with another one then stop. */
enum status store_rulebook_activate(struct store *store, const char *hash, const char *version,
                                    const char *printed, struct err *err)
    __attribute__((warn_unused_result));

/* The same, but only when none is active yet: for the first worker of a new database. */
enum status store_rulebook_first(struct store *store, const char *hash, const char *version,
                                 const char *printed, bool *ret_activated, struct err *err)
    __attribute__((warn_unused_result));

/* The active rulebook's hash, "" when there is none. */
enum status store_rulebook_active(struct store *store, char ret_hash[STORE_RULEBOOK_HASH_SIZE],
                                  struct err *err) __attribute__((warn_unused_result));

/* ---- dead letters ---------------------------------------------------------------------------- */

struct store_dead_letter_filter {
    const char *state; /* "open", "replayed", "resolved"; "" for any */
    const char *code;  /* of the contract's list; "" for any */
    int64_t after;     /* `written` of the last one seen, 0 to begin */
    size_t limit;
};

/* A dead letter as it stands in its table. */
struct store_dead_letter_row {
    struct store_dead_letter letter; /* in a list without key and value */
    int64_t written;                 /* its place in the list */
    size_t value_size;               /* bytes */
    uint8_t value_sha256[SHA256_SIZE];
    const char *state; /* "open", "replayed" or "resolved" */
    const char *note;  /* who closed it and why, "" when open */
    int64_t closed_at; /* milliseconds, 0 when open */
    int32_t replays;   /* how often a replay of it was buried again */
};

/* At most ${filter->limit} dead letters, oldest first. */
enum status store_dead_letters(struct store *store, const struct store_dead_letter_filter *filter,
                               struct arena *arena, struct store_dead_letter_row **ret,
                               size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/* One of them with key and value; ${ret} is NULL when there is none with that id. */
enum status store_dead_letter(struct store *store, const struct uuid *id, struct arena *arena,
                              struct store_dead_letter_row **ret, struct err *err)
    __attribute__((warn_unused_result));

/* ---- positions ------------------------------------------------------------------------------ */

struct store_position_row {
    const char *cluster_id;
    struct store_partition partition;
    struct store_position position;
    int64_t updated_at; /* milliseconds */
};

/* Every position, in the order of topic and partition. */
enum status store_position_rows(struct store *store, struct arena *arena,
                                struct store_position_row **ret, size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Record that reading goes on at ${next_offset}; a lane acts on it when it next looks.  The same
 * intent repeated while it waits is one decision: ${ret_id} is then the one that waits already.
 */
struct store_decision {
    struct store_partition partition;
    int64_t next_offset;
    const char *decided_by; /* not empty */
    const char *reason;     /* not empty */
};
enum status store_position_accept(struct store *store, const struct store_decision *decision,
                                  struct uuid *ret_id, struct err *err)
    __attribute__((warn_unused_result));

/* ---- subjects and recommendations ------------------------------------------------------------ */

/* At most ${limit} subjects after ${after} (NULL: from the first) in UUID order. */
enum status store_subjects(struct store *store, const struct uuid *after, size_t limit,
                           struct arena *arena, const struct store_subject_key **ret,
                           size_t *ret_count, struct err *err) __attribute__((warn_unused_result));

/*
 * The recommendation with that id, with key and value; ${ret} is NULL when there is none.  Ids have
 * no index, since it would cost a page per event: this reads the table, without the values.
 */
enum status store_recommendation(struct store *store, const struct uuid *id, struct arena *arena,
                                 const struct store_recommendation **ret, struct err *err)
    __attribute__((warn_unused_result));

/* The last one of a subject, likewise. */
enum status store_last_recommendation(struct store *store, const struct uuid *subject,
                                      struct arena *arena, const struct store_recommendation **ret,
                                      struct err *err) __attribute__((warn_unused_result));

#endif
