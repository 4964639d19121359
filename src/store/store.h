#ifndef STORE_STORE_H
#define STORE_STORE_H

/*
 * Store: what the delivery protocol needs from PostgreSQL, and no more.
 *
 * One store is one connection of one lane; it is not shared between threads.  It moves bytes and
 * keys; it decides nothing clinical.  The order in which its operations are called is the business
 * of worker/delivery.c alone.
 *
 * Answers: RETRY when the connection, a lock, a timeout or a resource failed (SQLSTATE classes 08,
 * 40, 53, 57, and 25006, 25P03, 55P03): the same may work later, after store_reconnect when
 * store_is_connected says no.  FATAL for everything else.  Never REJECT: a database error is never
 * an event's fault.  Error texts carry the operation, SQLSTATE and constraint name only, never the
 * server's message, which may quote data.
 *
 * Everything that is read lives in the arena that the caller gave.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Who the connection is for: shows in pg_stat_activity. */
struct store_settings {
    const char *conninfo;         /* libpq conninfo or URI; "" for the PG* environment */
    const char *application_name; /* "restage <instance>.<lane>" */
    unsigned connect_timeout_s;
};

/*
 * Open a connection with the session settings of the protocol (synchronous_commit on, time limits,
 * no sequential scans), prepare the statements, and check server encoding, schema version and the
 * rights that a worker needs.  ${ret} is untouched on failure.
 */
enum status store_open(const struct store_settings *settings, struct store **ret, struct err *err)
    __attribute__((warn_unused_result));
void store_close(struct store *store); /* NULL is fine */

/* Close what is left of the connection and open it again; settings and statements are remade. */
enum status store_reconnect(struct store *store, struct err *err)
    __attribute__((warn_unused_result));
bool store_is_connected(const struct store *store);

/* The id of this database, made by its first migration: a restored copy keeps it. */
struct uuid store_database_id(const struct store *store);

/* ---- lanes ---------------------------------------------------------------------------------- */

/* Write ${run_id} to the row of (instance, lane): from now on this run is the lane. */
enum status store_lane_begin(struct store *store, const char *instance, int32_t lane,
                             const struct uuid *run_id, struct err *err)
    __attribute__((warn_unused_result));

/* The run_id that stands in the row now: another one's means that we were replaced. */
enum status store_lane_run_id(struct store *store, const char *instance, int32_t lane,
                              struct uuid *ret_run_id, struct err *err)
    __attribute__((warn_unused_result));

/* ---- positions ------------------------------------------------------------------------------ */

struct store_partition {
    const char *topic;
    int32_t partition;
};

struct store_subject_key {
    struct uuid subject;
    const char *authority;
    const char *patient_value;
    const char *tumour_id;
};

#define STORE_NO_OFFSET INT64_C(-1)

/* What lane_position knows of one partition of the cluster that the lane works on. */
struct store_position {
    bool known;          /* false: no row, nothing below holds */
    bool other_cluster;  /* the only row for this topic and partition names another cluster id */
    int64_t next_offset; /* P: decided up to here */
    int64_t published_offset; /* Q: known as published up to here */
    int64_t last_offset;      /* the last record decided, STORE_NO_OFFSET: none yet */
    uint8_t last_hash[SHA256_SIZE];
    /*
     * Publishing of sources in [suppress_from, suppress_below) is suppressed: they were published
     * before this database knew them (it is new, or restored from a backup).  Both 0: nothing is.
     */
    int64_t suppress_from;
    int64_t suppress_below;
    bool restored; /* suppressed since the database was restored: touched subjects are re-evaluated
                    */
    int64_t start_offset;  /* where the last run began, STORE_NO_OFFSET after a clean end */
    int32_t unclean_ends;  /* unclean ends in a row at start_offset */
    int64_t trying_offset; /* the record tried when the last run ended, STORE_NO_OFFSET: none */
    /* What `restage positions accept` recorded last and no lane has used yet. */
    bool decision_pending;
    int64_t decision_next_offset; /* go on from here */
    struct uuid decision_id;
};

/* Read the positions of ${count} partitions into ${ret}[count], in the order given. */
enum status store_positions(struct store *store, const char *cluster_id,
                            const struct store_partition *partitions, size_t count,
                            struct store_position *ret, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Write the start of a run at one partition: insert or update next_offset, published_offset,
 * suppress_below, start_offset, unclean_ends; trying_offset is cleared.  Compare-and-swap:
 * ${expected_next} is the next_offset read before (STORE_NO_OFFSET: no row); ${ret_done} is false
 * when somebody else was quicker.  A pending decision named in ${decision_id} (else NULL) is marked
 * used in the same transaction.
 */
struct store_start {
    struct store_partition partition;
    int64_t expected_next;
    int64_t next_offset;
    int64_t published_offset;
    int64_t suppress_from;
    int64_t suppress_below;
    bool restored;
    int32_t unclean_ends;
    bool forget_last; /* last_offset and its hash no longer hold: an accepted gap or reset */
    const struct uuid *decision_id;
};
enum status store_start(struct store *store, const char *cluster_id,
                        const struct store_start *starts, size_t count, bool *ret_done,
                        struct err *err) __attribute__((warn_unused_result));

/* Mark the record that is tried next (its own transaction), before it is touched. */
enum status store_trying(struct store *store, const char *cluster_id,
                         const struct store_partition *partition, int64_t offset, struct err *err)
    __attribute__((warn_unused_result));

/*
 * The subjects that have a recommendation with a source in [from, to) of one partition, in UUID
 * order: those that a suppressed stretch touched.
 */
struct store_range;
enum status store_touched(struct store *store, const char *cluster_id,
                          const struct store_range *range, struct arena *arena,
                          const struct store_subject_key **ret, size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/* The suppressed stretch of one partition is behind us: clear it. */
enum status store_suppression_end(struct store *store, const char *cluster_id,
                                  const struct store_partition *partition, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Bring positions up to date in a transaction of their own, when a lane falls idle or stops:
 * published_offset to ${published}, and next_offset to ${next} where it still is ${expected_next}.
 * With ${clean} the run ends here: start_offset and trying_offset are cleared.
 */
struct store_progress {
    struct store_partition partition;
    int64_t expected_next;
    int64_t next_offset;
    int64_t published_offset;
};
enum status store_progress(struct store *store, const char *cluster_id,
                           const struct store_progress *progress, size_t count, bool clean,
                           struct err *err) __attribute__((warn_unused_result));

/* ---- rows that are written and published ---------------------------------------------------- */

/* Where a row comes from. */
struct store_source {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* of the Kafka record */
};

struct store_recommendation {
    struct uuid subject;
    int64_t sequence;
    struct uuid recommendation_id;
    struct store_source source;
    const char *change; /* "initial", "changed", "unchanged" */
    const char *kind;   /* "guidance", "out_of_scope", "undetermined", "ended" */
    const char *phase;  /* "PH-RESP" */
    int64_t as_of;      /* milliseconds since the epoch */
    struct bytes key;
    struct bytes value;      /* the encoded Recommendation */
    const char *traceparent; /* "" when the causing record had none */
    const char *tracestate;
};

struct store_dead_letter {
    struct uuid dead_letter_id;
    struct store_source source;
    const char *code;    /* a name of the contract's list */
    const char *message; /* the error: field, limit, value class; no patient data */
    const char *stage;   /* "decode", "validate", "apply" */
    struct bytes key;    /* as it came; NULL when there was none */
    struct bytes value;  /* as it came; NULL for a null value */
    const char *traceparent;
    const char *tracestate;
    bool has_patient;
    const char *authority; /* "" without a patient */
    const char *patient_value;
    bool has_parent; /* a failed replay: the first row's id */
    struct uuid parent_id;
    int32_t replay_count; /* 0 for a first burial */
    int64_t first_at;     /* timestamp of the first burial's record */
    const char *worker_version;
};

/* One row that was written, in the order of writing: exactly one of the two is not NULL. */
struct store_output {
    const struct store_recommendation *recommendation;
    const struct store_dead_letter *dead_letter;
};

/* The rows with a source in [from, to) of each of ${count} ranges, in the order of writing. */
struct store_range {
    struct store_partition partition;
    int64_t from;
    int64_t to;
};
enum status store_outputs(struct store *store, const char *cluster_id,
                          const struct store_range *ranges, size_t count, struct arena *arena,
                          struct store_output **ret_outputs, size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/* ---- one batch ------------------------------------------------------------------------------ */

struct store_patient {
    const char *authority;
    const char *value;
};

struct store_event {
    struct uuid subject;
    struct uuid event_id;
    struct store_source source;
    const char *kind; /* of the body: "imaging"; for people who search */
    const char *report_id;
    const char *source_system;
    int64_t report_version;
    const char *status;                /* "final" */
    const char *effective_at;          /* as written */
    uint8_t content_hash[SHA256_SIZE]; /* what makes two events equal in content */
    struct bytes value;                /* the decoded message's own bytes, without frame */
};

struct store_advance {
    struct store_partition partition;
    int64_t expected_next;    /* compare */
    int64_t next_offset;      /* and swap */
    int64_t published_offset; /* last known */
    int64_t last_offset;      /* the last record of the batch and its hash */
    uint8_t last_hash[SHA256_SIZE];
};

/* Everything is in key order where a comment says so: two lanes then never wait in a circle. */
struct store_batch {
    const char *cluster_id;
    const char *rulebook_hash;            /* 64 hexadecimal digits: must be the active one */
    const struct store_advance *advances; /* in (topic, partition) order */
    size_t advance_count;
    const struct store_subject_key *subjects; /* of the events; in UUID order, each once */
    size_t subject_count;
    const struct store_patient *patients; /* whose every known subject is locked too; each once */
    size_t patient_count;
    const struct store_event *events; /* each (subject, event id) once; in order of arrival */
    size_t event_count;
    const struct uuid
        *dead_letter_ids; /* of the refused records, to learn which are known already */
    size_t dead_letter_id_count;
};

struct store_subject {
    struct store_subject_key key;
    int64_t sequence;              /* of its last recommendation, 0: none */
    struct uuid recommendation_id; /* of its last recommendation; all zero without one */
    int64_t as_of;                 /* of its last recommendation, milliseconds; 0 without one */
    struct bytes last_judgement;   /* digest, opaque here; empty without one */
};

struct store_history_event {
    struct uuid subject;
    struct uuid event_id;
    bool inserted; /* by this batch */
    uint8_t content_hash[SHA256_SIZE];
    struct bytes value;
};

struct store_hold { /* an open first dead letter of a patient */
    struct uuid dead_letter_id;
    const char *code;
    uint8_t value_sha256[SHA256_SIZE]; /* of the buried bytes */
    const char *authority;
    const char *patient_value;
};

enum store_claim {
    STORE_CLAIM_NONE = 0,
    STORE_CLAIMED,
    STORE_MISSED,            /* a position was not the expected one: nothing is written */
    STORE_RULEBOOK_INACTIVE, /* another rulebook is active: nothing is written */
};

/* What the first round trip answers; subjects in UUID order, histories in no order. */
struct store_claimed {
    enum store_claim claim;
    const struct store_subject *subjects; /* of the events and of the patients, locked */
    size_t subject_count;
    const struct store_history_event
        *history; /* every stored event of the events' and patients' subjects */
    size_t history_count;
    const struct store_hold *holds; /* of all patients of these subjects and of ${patients} */
    size_t hold_count;
    const struct uuid *known_dead_letters; /* of the batch's ids: rows that are there already */
    size_t known_dead_letter_count;
};

/*
 * First round trip: BEGIN, advance the positions by compare-and-swap, check the rulebook, insert
 * the new subjects, lock, insert the events, read the histories and the holds.  With a claim other
 * than STORE_CLAIMED the transaction is rolled back already.
 */
enum status store_claim(struct store *store, const struct store_batch *batch, struct arena *arena,
                        struct store_claimed *ret, struct err *err)
    __attribute__((warn_unused_result));

struct store_subject_update {
    struct uuid subject;
    int64_t sequence;
    struct uuid recommendation_id;
    int64_t as_of;
    int64_t review_due_at; /* INT64_MIN: nothing will change by time alone */
    const char *kind;
    const char *phase;
    const char *stage_group; /* "IVA", "" when not determined */
    const char *stage_t;
    const char *stage_n;
    const char *stage_m;
    const struct uuid *holds; /* dead letters that the last recommendation names */
    size_t hold_count;
    struct bytes last_judgement;
};

/*
 * A dead letter that a replay or a decision ends; repeated without harm.  Only a first row in state
 * open is closed, with its failed replays, and for a replay only when the buried bytes have
 * ${value_sha256}.
 */
struct store_closing {
    struct uuid dead_letter_id;
    const uint8_t *value_sha256; /* SHA256_SIZE bytes of the replayed value; NULL for "resolved" */
    const char *state;           /* "replayed" or "resolved" */
    const char *note;            /* who and why, from the resolving event; "" for a replay */
};

struct store_result {
    const struct store_subject_update *subjects; /* each once */
    size_t subject_count;
    const struct store_output *outputs; /* in the order of publishing */
    size_t output_count;
    const struct store_closing *closings;
    size_t closing_count;
};

/*
 * Between the round trips: write those recommendations of ${outputs}, the first that store_commit
 * will name, that were not written yet.  Does not wait: the server works while the rest is judged.
 * Failures show in store_commit; store_rollback takes everything back.
 */
void store_write_early(struct store *store, const struct store_output *outputs, size_t count);

/*
 * Second round trip: write everything else and COMMIT.  RETRY means: not known whether it happened
 * (ask the positions), or did not happen; the transaction is over either way.
 */
enum status store_commit(struct store *store, const struct store_result *result, struct err *err)
    __attribute__((warn_unused_result));

/* Give the batch up after store_claim; nothing is written.  Also fine without a transaction. */
void store_rollback(struct store *store);

/* ---- reviews -------------------------------------------------------------------------------- */

struct store_review {
    struct uuid subject;
    const char *authority;
    const char *patient_value;
    const char *tumour_id;
    int64_t due_at; /* milliseconds */
};

/*
 * Claim at most ${limit} subjects whose review is due at ${now}, or whose holds differ from those
 * of their last recommendation (then due_at is their last as_of), skipping rows that somebody else
 * has locked; the claim lapses after 5 minutes.  Commits before it returns: publish afterwards.
 */
enum status store_reviews_claim(struct store *store, int64_t now, size_t limit, struct arena *arena,
                                struct store_review **ret, size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/* ---- figures for metrics and health --------------------------------------------------------- */

struct store_figures {
    int64_t dead_letters_open;            /* first rows in state open */
    int64_t dead_letters_without_patient; /* of these */
    int64_t dead_letter_oldest_ms;        /* record timestamp of the oldest open one, 0: none */
    int64_t subjects_on_hold;
};
enum status store_figures(struct store *store, struct store_figures *ret, struct err *err)
    __attribute__((warn_unused_result));

#endif
