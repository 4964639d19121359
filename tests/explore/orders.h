#ifndef EXPLORE_ORDERS_H
#define EXPLORE_ORDERS_H

/*
 * Orders: what a test has the fakes answer to one call, beyond what can come of the world.  Each is
 * obeyed once and then forgotten; the exploration gives none.
 */
#include "kafka/sink.h"
#include "kafka/source.h"

struct orders {
    enum status cluster_id;
    enum status log_range;
    enum status fetch;  /* of source_fetch */
    int fetches_before; /* that many calls are answered as ever */
    enum status recreate_source;
    enum status recreate_sink;
    enum status subscribe;
    enum status poll;
    struct source_event event; /* of the next poll, unless it is SOURCE_NOTHING */
    enum sink_answer init;
    enum sink_answer begin;
    enum sink_answer commit;
    enum sink_answer abort;
    bool rulebook_inactive;
    bool history_spoiled;
    int reviews_due; /* as many subjects */
};

extern struct orders orders;

/* The order in ${order}, which is forgotten with it; OK or SINK_DONE without any. */
enum status order_status(enum status *order, struct err *err);
enum sink_answer order_answer(enum sink_answer *order, struct err *err);

#endif
