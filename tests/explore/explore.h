#ifndef EXPLORE_EXPLORE_H
#define EXPLORE_EXPLORE_H

/*
 * Explore: the delivery code itself, run through every schedule of a small world.
 *
 * What is explored is the worker's own code (src/worker/lane.c, delivery*.c, recovery*.c and what
 * they call), compiled as it is and linked with fakes of store.h, source.h and sink.h instead of
 * the libraries that talk to PostgreSQL and Kafka.  Judging is the real one too.
 *
 *   world.[ch]     what exists: one database and one broker.  Numbers alone, so that a state can be
 *                  hashed; bytes are kept by their hash in library.[ch], the input in records.[ch]
 *   group.c        the consumer group: members, generations, who owns which partition
 *   fake_*.[ch]    the calls that the worker makes, each acting on the world at once
 *   runner.[ch]    each lane runs on a stack of its own and hands over before every call that the
 *                  other lane, or a broken network, could notice
 *   options.[ch]   what may happen next: a lane goes on; or a fault; or something that takes its
 *                  time (a COMMIT still on its way, a transaction that times out) happens
 *   invariants.c   what must be true after every step, and at rest
 *   search.[ch]    who decides: every possibility in turn, chance, or a schedule that is given
 *   seen.[ch]      the states that were followed already; memory.[ch] what makes two of them equal
 *   explore.c      the command line, and the scenarios
 *   mutants/       the delivery code with one rule broken each: the search must notice every one
 *   test_*.c       rare answers one at a time, on the same fakes (orders.[ch], fixture_run.[ch])
 *
 * A run starts lanes on an empty database and a log of two or three records.  It ends when all have
 * nothing more to do, were told to stop, and did.  By default the lane that is running goes on
 * until it waits.  Everything else costs: a switch to the other lane while the first could go on,
 * or a slow thing that happens early, is a preemption; a crash, a freeze, a rebalance, an answer
 * that is lost before or after the call acted, an end of transaction nobody knows, group offsets
 * deleted or moved, and a failover of the database are faults.  The search tries all runs within
 * both budgets.
 *
 * It need not repeat what follows from a state in which it was before.  A lane knows nothing but
 * what it was answered since its start, so the hash of the world and of these answers says where a
 * run is; what a lane that waits in a poll remembers is read from its struct delivery instead.
 *
 * A failure prints its schedule, such as "21:on-its-way.a 28:die.a": what was chosen at which step
 * other than the default, for lane a or b.  --replay runs it once more and tells every call.
 *
 * Not here, but in tests of their own: retention that overtook the position, a topic or a database
 * under an old name, and whether PostgreSQL and Kafka keep the promises that the fakes make.
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
    bool dynamic;    /* membership: who comes back is a new member */
    bool same_name;  /* both lanes have the same instance: two workers by mistake */
    bool reviews;    /* they are looked for, and due when ordered */
    int batch_bytes; /* 0: no limit that matters */
    int faults;      /* budgets of the full search */
    int preemptions;
    int quick_faults; /* and of the quick one */
    int quick_preemptions;
};

#endif
