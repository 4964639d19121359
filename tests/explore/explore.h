#ifndef EXPLORE_EXPLORE_H
#define EXPLORE_EXPLORE_H

/*
 * Explore: the delivery code itself, run through every schedule of a small world.
 *
 * What is explored is the worker's own code (src/worker/lane.c, delivery*.c, recovery*.c and what
 * they call), compiled as it is and linked with fakes of store.h, source.h and sink.h instead of
 * the libraries that talk to PostgreSQL and Kafka.  Judging is the real one too.
 *
 *   world.[ch]     what exists: one database, one broker, nothing else.  Plain numbers, so that a
 *                  state can be hashed; bytes are kept by their hash in library.[ch]
 *   group.c        the consumer group: members, generations, who owns which partition
 *   fake_*.c       the calls that the worker makes, each acting on the world at once
 *   runner.[ch]    each lane runs on a stack of its own and hands over before every call that the
 *                  other lane, or a broken network, could notice
 *   options.[ch]   what may happen next: a lane goes on, or a fault, or something that takes its
 *                  time (a COMMIT still on its way, a transaction that times out) happens
 *   invariants.c   what must be true after every step, and at the end
 *   search.[ch]    who decides: every possibility in turn, a random one, or a schedule given
 *   explore.c      the command line
 *
 * A run starts lanes on an empty database and a log of two or three records, and ends when all
 * lanes have nothing more to do, were told to stop, and did.  The *default* run goes on with the
 * lane that is running until it waits.  Everything else costs: a switch to the other lane while
 * the first could go on, or a slow thing happening early, is a *preemption*; a crash and the like
 * is a *fault*.  The search tries all runs within both budgets.  It need not repeat what follows
 * from a state that it has been in: the state of a lane is what it was answered since its start
 * (it knows nothing else), so the world and the answers so far, hashed, say whether we have.
 *
 * A failure prints its schedule, such as "37:crash.a 52:switch.b": what was chosen at which
 * step other than the default.  --replay runs it again and tells every call.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANES 2
#define PARTITIONS 2
#define RECORDS_MAX 3

/* A small world to be explored. */
struct scenario {
    const char *name;
    const char *about;
    int lanes;
    int partitions;
    int records[PARTITIONS];
    int batch;       /* records at most */
    bool failover;   /* the database may fail over and lose its last commit */
    bool same_name;  /* both lanes have the same instance: two workers by mistake */
    bool reviews;    /* they are looked for, and due when ordered */
    int batch_bytes; /* 0: no limit that matters */
    int faults;      /* budgets of the full search */
    int preemptions;
    int quick_faults; /* and of the quick one */
    int quick_preemptions;
};

#endif
