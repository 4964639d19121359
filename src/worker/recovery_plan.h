#ifndef WORKER_RECOVERY_PLAN_H
#define WORKER_RECOVERY_PLAN_H

/*
 * Recovery plan: what a lane does with one partition that was assigned to it.
 *
 * Pure: from the group's committed offset K, the positions P (decided) and Q (known as published),
 * and the range of the log, to one row of the recovery table.  The effects are the delivery file's.
 */
#include "kafka/source.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* The rows of the recovery table. */
enum recovery_row {
    RECOVERY_USUAL = 0,      /* Q <= K <= P, ours: also after any crash */
    RECOVERY_FIRST_START,    /* neither K nor P, the log begins at 0 */
    RECOVERY_GROUP_EXPIRED,  /* no K, P known: what is unpublished by Q may be published twice */
    RECOVERY_NEW_DATABASE,   /* no P, K is ours: suppress publishing below K */
    RECOVERY_RESTORED,       /* P < K, K names this database: the same, then re-evaluate */
    RECOVERY_SUPPRESSED,     /* still inside a suppressed stretch */
    RECOVERY_ACCEPTED,       /* `restage positions accept` said where to go on */
    RECOVERY_REFUSED_MOVED,  /* K is not ours, or K < Q: somebody moved the group's offsets */
    RECOVERY_REFUSED_GAP,    /* results were deleted by retention before they were read */
    RECOVERY_REFUSED_TOPIC,  /* another topic under the same name, or another cluster */
    RECOVERY_REFUSED_ACCEPT, /* the accepted offset is not in the log */
    RECOVERY_ROW_COUNT,
};

struct recovery_facts {
    const struct source_committed *committed; /* K */
    const struct store_position *position;    /* P, Q and what else is known */
    int64_t log_low;                          /* first offset in the log */
    int64_t log_high;                         /* the one after the last */
    const char *offset_metadata;              /* what our own committed offsets carry */
};

struct recovery_plan {
    enum recovery_row row;
    int64_t next_offset;    /* go on from here */
    int64_t republish_from; /* publish again the rows with a source in [from, to), if any */
    int64_t republish_to;
    bool maybe_twice;         /* these may be visible already: say so in a header */
    bool commit_position;     /* the group's offset must be set to next_offset */
    int64_t published_offset; /* to be written as Q */
    int64_t suppress_from;    /* as in struct store_position */
    int64_t suppress_below;
    bool restored;
    bool forget_last; /* do not look for the last record decided */
    int64_t gap_from; /* RECOVERY_REFUSED_GAP: [gap_from, gap_to) is gone */
    int64_t gap_to;
};

/* The metadata of our committed offsets starts so; the database's id follows. */
#define OFFSET_METADATA_PREFIX "restage1 "
#define OFFSET_METADATA_SIZE (sizeof(OFFSET_METADATA_PREFIX) + 36)

struct recovery_plan recovery_plan(const struct recovery_facts *facts);

bool recovery_is_refused(enum recovery_row row);

/* "restored": the row as one word for logs and metrics. */
const char *recovery_row_name(enum recovery_row row);

/* What the row means and, where an operator can act, what to do; a whole sentence. */
const char *recovery_row_meaning(enum recovery_row row);

#endif
