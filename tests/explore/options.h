#ifndef EXPLORE_OPTIONS_H
#define EXPLORE_OPTIONS_H

/* Options: what may happen next in a run, and letting it happen. */
#include "runner.h"

#define OPTIONS_MAX 32
#define OPTION_TEXT_SIZE 32

enum option_kind {
    OPTION_GO = 0,   /* a lane makes the call it stands before */
    OPTION_TIME_OUT, /* the wait of a lane is over: nothing came */
    OPTION_SLOW,     /* nothing came, although something is there */
    /* slow things */
    OPTION_COMMIT_ACTS, /* PostgreSQL gets to a COMMIT that nobody waits for */
    OPTION_END_ARRIVES, /* the broker gets to an end of transaction that nobody waits for */
    OPTION_TXN_TIMES_OUT,
    OPTION_RELEASE, /* a frozen lane thaws, a dead one is started again */
    OPTION_ACCEPT,  /* an operator accepts where a refused partition goes on */
    /* faults */
    OPTION_CRASH,     /* SIGKILL, and at once a new process */
    OPTION_DIE,       /* SIGKILL, and a new process after the session has expired */
    OPTION_FREEZE,    /* it stands still until its session has expired */
    OPTION_EXPIRE,    /* its session expires, but it goes on: heartbeats were lost */
    OPTION_REBALANCE, /* somebody came and left */
    OPTION_LOST_BEFORE,
    OPTION_LOST_AFTER,
    OPTION_ON_ITS_WAY,
    OPTION_FORGET_OFFSETS, /* the group's offsets expire or are deleted */
    OPTION_MOVE_OFFSETS,   /* or are set by another tool */
    OPTION_FAIL_OVER,      /* of the database, and its last commit is lost */
    OPTION_KINDS,
};

struct option {
    enum option_kind kind;
    int who; /* lane, or the name of a transaction or member */
    int faults;
    int preemptions;
};

/* The part of a run's state that is not in the world. */
struct run_state {
    int current; /* the lane that goes on by default */
    int faults_left;
    int preemptions_left;
    bool stopping; /* lanes were told to stop */
    bool at_rest;  /* nothing more will happen by itself */
    bool over;
    uint64_t world; /* hash of the world as it is now */
};

/* What may happen now within the budgets; the first is the default.  0: the run is over. */
size_t options_list(struct run_state *run, struct option *ret);

void option_apply(struct run_state *run, const struct option *option);

/* "crash.a" */
void option_text(const struct option *option, char ret[OPTION_TEXT_SIZE]);

#endif
