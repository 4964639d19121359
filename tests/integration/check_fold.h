#ifndef INTEGRATION_CHECK_FOLD_H
#define INTEGRATION_CHECK_FOLD_H

/*
 * One subject as the checker sees it: its rows, and its history as the pure code selects it again.
 */
#include "evidence.h"
#include "staging/event.h"
#include "staging/history.h"
#include "verdict.h"

struct stored_subject {
    const struct subject_row *row;
    const struct event_row *events;
    size_t event_count;
    const struct recommendation_row *recommendations; /* in order of their sequence */
    size_t recommendation_count;
    struct event *decoded; /* of each event */
    struct history history;
};

/* Whether the event that came from ${source} has one. */
bool has_recommendation(const struct stored_subject *s, const struct place *source);

/* Whether both are the same version of the same report with the same content, ids apart. */
bool says_the_same(const struct event *a, const struct event *b);

/*
 * The subject's last recommendation must say what its history and holds say, judged again on its
 * own as_of, and its holds must be the open dead letters of its patient.
 */
void check_judgement(const struct stored_subject *s, const struct evidence *e, struct arena *arena,
                     struct verdict *v);

#endif
