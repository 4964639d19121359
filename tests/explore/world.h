#ifndef EXPLORE_WORLD_H
#define EXPLORE_WORLD_H

/*
 * World: the one database and the one broker of a run.
 *
 * Only int64_t members, and no pointers: a state is compared by hashing its memory.  Numbers that
 * grow without end have no place here either (epochs, generations, process ids): what matters is
 * whether they are still the current ones, and that is what is kept.
 */
#include "explore.h"

#define ROWS_MAX 8
#define EVENTS_MAX 6
#define SUBJECTS_MAX 2
#define NOBODY (-1)
#define ON_ITS_WAY LANES /* holder of a lock: a COMMIT that nobody waits for any more */

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

struct world_position {
    int64_t known;
    int64_t next;      /* P */
    int64_t published; /* Q */
    int64_t last_offset;
    int64_t last_hash; /* key in the library */
    int64_t suppress_from;
    int64_t suppress_below;
    int64_t restored;
    int64_t start;
    int64_t unclean_ends;
    int64_t trying;
    int64_t decision; /* an operator's, waiting */
    int64_t decision_next;
    int64_t lock; /* lane, ON_ITS_WAY or NOBODY */
};

struct world_subject {
    int64_t identity; /* hash of its UUID, 0: a free place */
    int64_t committed;
    int64_t state; /* key in the library */
    int64_t sequence;
    int64_t lock;
};

struct world_event {
    int64_t subject; /* place */
    int64_t event;   /* key in the library */
    int64_t id;
};

/* A recommendation or a dead letter as written. */
struct world_row {
    int64_t output;  /* key in the library */
    int64_t id;      /* hash of the id that readers see */
    int64_t content; /* hash of the value that readers see */
    int64_t partition;
    int64_t offset;
    int64_t subject; /* place, NOBODY for a dead letter */
    int64_t sequence;
};

/* What a transaction has written and not committed. */
struct world_change {
    int64_t open;
    struct world_position positions[PARTITIONS]; /* as they will be */
    int64_t touches[PARTITIONS];
    struct world_event events[EVENTS_MAX];
    int64_t event_count;
    int64_t history_read[SUBJECTS_MAX]; /* events that judging was given */
    struct world_row rows[ROWS_MAX];
    int64_t row_count;
    struct world_subject subjects[SUBJECTS_MAX]; /* as they will be */
    int64_t updates[SUBJECTS_MAX];
};

/* What is committed. */
struct world_tables {
    struct world_position positions[PARTITIONS];
    struct world_subject subjects[SUBJECTS_MAX];
    struct world_event events[EVENTS_MAX];
    int64_t event_count;
    struct world_row rows[ROWS_MAX]; /* in the order of writing */
    int64_t row_count;
    int64_t decided[PARTITIONS][RECORDS_MAX]; /* how often */
};

struct world_database {
    struct world_tables now;
    struct world_tables before; /* the last batch was committed */
    int64_t commits;            /* whether there is a "before" */
    int64_t failed_over;
    int64_t restored;        /* a lane found that, and reads again what was published already */
    int64_t lane_row[LANES]; /* by name: the lane whose run_id stands there */
    int64_t connected[LANES];
    struct world_change changes[LANES + 1]; /* of each lane's transaction, and of ON_ITS_WAY */
};

/* ---- Kafka ----------------------------------------------------------------------------------- */

enum world_metadata { METADATA_NONE = 0, METADATA_OURS, METADATA_FOREIGN };

struct world_committed {
    int64_t known;
    int64_t offset; /* K */
    int64_t metadata;
};

/* The transaction coordinator's state of one transactional.id. */
struct world_transaction {
    int64_t holder; /* the lane whose handle has the current epoch */
    int64_t ongoing;
    int64_t has_offsets;
    struct world_committed offsets[PARTITIONS];
    int64_t commit_on_its_way; /* an EndTxn nobody waits for, of this epoch */
};

#define VISIBLE NOBODY
struct world_record { /* of the output topics, in the order of the log; aborted ones are left out */
    int64_t id;
    int64_t content;
    int64_t republished; /* it says so */
    int64_t own;         /* an event of Restage itself, to be read as input */
    int64_t transaction; /* whose it is part of, VISIBLE once committed */
};

/* One member of the group, by name. */
struct world_member {
    int64_t in;
    int64_t joined; /* has joined again since the rebalance began */
    int64_t holder; /* the lane whose member id it is; NOBODY: of a process that is no more */
    int64_t mask;   /* partitions */
};

/* What a consumer knows, by lane. */
struct world_source {
    int64_t subscribed;
    int64_t replaced;
    int64_t news; /* an assignment that it was not told of yet */
    int64_t assigned;
    int64_t mask;
    int64_t current; /* the membership of its assignment is one of the current generation */
    int64_t fetching[PARTITIONS];
    int64_t position[PARTITIONS];
    int64_t end_told[PARTITIONS];
};

struct world_broker {
    struct world_committed committed[PARTITIONS];
    struct world_transaction transactions[LANES]; /* by name */
    struct world_record records[2 * ROWS_MAX];
    int64_t record_count;
    struct world_member members[LANES]; /* by name */
    int64_t preparing;                  /* a rebalance */
    int64_t turn;                       /* the generation, as far as it decides who owns what */
    struct world_source sources[LANES];
    int64_t in_transaction[LANES]; /* of the producer's own belief, by lane */
    int64_t offsets_touched;       /* somebody deleted or moved the group's offsets */
};

struct world {
    struct world_database db;
    struct world_broker kafka;
};

extern struct world world;
extern const struct scenario *scenario;

void world_reset(void);
uint64_t world_hash(void);

/* The place of a lane's name: instance and lane number. */
int world_name(int lane);

/* The log of a partition ends here; its last offset is a control record. */
int64_t world_log_end(int partition);

/* ---- PostgreSQL (world.c) ---- */
void world_commit(int holder); /* the change of a lane, or the one ON_ITS_WAY */
void world_rollback(int holder);
void world_disconnect(int lane);     /* its transaction is rolled back */
void world_commit_goes_on(int lane); /* the lane's COMMIT was sent, its connection is gone */
void world_fail_over(void);          /* to a server that had not got the last commit */

/* ---- transactions (world.c) ---- */
void world_transaction_commit(int name);
void world_transaction_abort(int name);
bool world_offsets_pending(int partition);

/* ---- the group (group.c) ---- */
void group_join(int lane);
void group_rejoin(int lane); /* it learned in a poll that the group rebalances, or lost it */
void group_expire(int name); /* the session of the member ran out */
void group_rebalance(void);
bool group_is_lost(int lane);    /* the lane's member is not in the group any more */
bool group_is_calling(int lane); /* a rebalance waits for the lane to join again */
bool group_is_empty(void);

/* ---- invariants (invariants.c): NULL, or what is wrong ---- */
const char *invariant_broken(void);
const char *invariant_broken_at_rest(void);

/* A fake saw what must never be: kept for the next look at the invariants. */
void invariant_complain(const char *what);

#endif
