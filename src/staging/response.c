#include "staging/course.h"

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool treats(const struct evidence *v, const struct therapy_start *s)
{
    const struct chart_paln *p = &v->chart->paln;

    if (s->intent == THERAPY_INTENT_ADJUVANT)
        return false;
    if (s->intent == THERAPY_INTENT_PALLIATIVE)
        return true;
    if (v->episode_follows) /* lines of earlier episodes are kept for prior progression */
        return v->shown_count < p->episode || s->last_day >= v->shown[0];
    return p->first_shown.first == DAY_NONE || s->last_day >= p->first_shown.first;
}

/* The first day of the episode that a START belongs to; DAY_NONE in the first one. */
static int32_t floor_of(const struct evidence *v, const struct therapy_start *s)
{
    int32_t floor = DAY_NONE;

    for (size_t i = 1; i < v->shown_count; i++)
        if (v->shown[i] <= s->last_day)
            floor = v->shown[i];
    return v->floor_day != DAY_NONE && v->floor_day <= s->last_day ? v->floor_day : floor;
}

static struct line line_of(const struct evidence *v, const struct therapy_start *s, uint32_t number)
{
    return (struct line){
        .start = s, .number = number, .floor_day = floor_of(v, s), .last_day = INT32_MAX};
}

/* The next START after ${line}'s that opens a line: another number, or none while a PD holds. */
static bool next_line(const struct evidence *v, const struct line *line, struct course *c,
                      struct line *ret)
{
    for (size_t i = (size_t)(line->start - v->starts) + 1; i < v->start_count; i++) {
        const struct therapy_start *s = &v->starts[i];
        struct line until = *line;
        const struct assessment *shown;
        /* The first START of an episode opens a line, whatever its number. */
        bool enters = v->floor_day != DAY_NONE && s->last_day >= v->floor_day &&
                      line->start->last_day < v->floor_day;

        if (!treats(v, s) || (s->line == line->number && !enters))
            continue;
        if (s->line == 0 && !enters) {
            until.last_day = s->day;
            until.next_start = s->event;
            course_follow(v, &until, c);
            if (course_progression(v, &until, c, &shown) == NULL)
                continue;
        }
        *ret = line_of(v, s, s->line != 0 ? s->line : enters ? 1 : line->number + 1);
        ret->follows = true;
        return true;
    }
    return false;
}

static bool first_line(const struct evidence *v, struct line *ret)
{
    for (size_t i = 0; i < v->start_count; i++)
        if (treats(v, &v->starts[i])) {
            *ret = line_of(v, &v->starts[i], v->starts[i].line == 0 ? 1 : v->starts[i].line);
            return true;
        }
    return false;
}

/* Progression on ${line}, which is over, stays on record. */
static void keep_progression(struct evidence *v, const struct line *line, struct course *c)
{
    struct chart_therapy *t = &v->chart->therapy;
    const struct assessment *shown;
    const struct event *progressed;

    course_follow(v, line, c);
    progressed = course_progression(v, line, c, &shown);
    if (progressed == NULL)
        return;
    t->prior_progression.truth = TRI_YES;
    basis_add(&t->prior_progression.basis, progressed);
}

/* The lines that were walked over, the last one of them the current or latest. */
struct lines {
    size_t count;
    struct line items[STARTS_MAX];
};

/* A STOP for progression that names a line which is over by then is progression of that line. */
static void keep_late_stops(struct evidence *v, const struct lines *lines)
{
    struct chart_therapy *t = &v->chart->therapy;
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];

    for (size_t i = 0; i < therapy->count; i++) {
        const struct event *e = therapy->items[i];
        size_t k = lines->count;

        if (!course_stops_for_progression(e))
            continue;
        while (k > 0 && (lines->items[k - 1].number != e->body.systemic_therapy.line ||
                         lines->items[k - 1].start->day > event_day(e)))
            k--;
        if (k == 0 || k == lines->count)
            continue;
        t->prior_progression.truth = TRI_YES;
        basis_add(&t->prior_progression.basis, e);
    }
}

/*
 * Walk over the lines; earlier ones, and the last one of an earlier episode, leave prior
 * progression, else the last one is the current.
 */
static bool walk_lines(struct evidence *v, struct course *c, struct line *ret)
{
    struct lines lines;
    struct line line;
    struct line next;

    if (!first_line(v, &line))
        return false;
    lines.count = 0;
    while (next_line(v, &line, c, &next)) {
        /* Scans from the first day of the next episode on are that one's. */
        line.last_day =
            next.floor_day > line.start->last_day ? next.floor_day - 1 : next.start->day;
        line.next_start = next.start->event;
        keep_progression(v, &line, c);
        lines.items[lines.count++] = line;
        line = next;
    }
    if (v->floor_day != DAY_NONE && line.start->last_day < v->floor_day) {
        line.last_day = v->floor_day - 1;
        keep_progression(v, &line, c);
    }
    lines.items[lines.count++] = line;
    keep_late_stops(v, &lines);
    course_follow(v, &line, c);
    *ret = line;
    return true;
}

/* ---- RESP ------------------------------------------------------------------------------------ */

static void rest_on(struct basis *basis, const struct assessment *a)
{
    basis_add(basis, a->tp.dated);
    for (size_t i = 0; i < a->tp.scan_count; i++)
        basis_add(basis, a->tp.scans[i]);
    basis_add(basis, a->radiology_event);
    basis_add(basis, a->board_event);
}

static struct days days_of(const struct assessment *a)
{
    return event_days(a->tp.dated);
}

/* Whether a time point says anything about response; others speak of the staging CT only. */
static bool speaks(const struct assessment *a)
{
    return a->conflict || a->category != RESPONSE_UNSPECIFIED;
}

/* Any category that an age belongs to: not one that is not evaluable. */
static bool is_evaluable(const struct assessment *a)
{
    return course_commits(a->category) || a->category == RESPONSE_NON_CR_NON_PD;
}

/* What came before the latest word: any response, any stable disease, an open conflict. */
struct past {
    bool response;
    bool stable;
    const struct assessment *open_conflict; /* with progression on one side, not settled since */
};

static struct past look_back(const struct course *c, size_t latest)
{
    struct past past = {.response = false};

    for (size_t i = 0; i < latest; i++) {
        const struct assessment *a = &c->items[i];

        past.response = past.response || course_is_response(a->category);
        past.stable =
            past.stable || a->category == RESPONSE_SD || a->category == RESPONSE_NON_CR_NON_PD;
        if (a->conflict_with_progression)
            past.open_conflict = a;
        else if (a->board != RESPONSE_UNSPECIFIED)
            past.open_conflict = NULL;
    }
    return past;
}

static enum response_state state_of(const struct assessment *a, bool stale, const struct past *past)
{
    bool settles = a->board != RESPONSE_UNSPECIFIED && !a->conflict;

    if (a->conflict || (past->open_conflict != NULL && !settles))
        return RESPONSE_STATE_CONFLICT;
    switch (a->category) {
    case RESPONSE_CR:
    case RESPONSE_PR:
        if (a->tp.new_lesion_doubtful)
            return RESPONSE_STATE_RESPONSE_NEW_LESION;
        return stale ? RESPONSE_STATE_RESPONSE_STALE : RESPONSE_STATE_RESPONSE;
    case RESPONSE_SD:
        return past->response ? RESPONSE_STATE_WANING : RESPONSE_STATE_STABLE;
    case RESPONSE_NON_CR_NON_PD:
        return past->response ? RESPONSE_STATE_WANING : RESPONSE_STATE_NO_MEASURABLE;
    case RESPONSE_PD:
        return RESPONSE_STATE_PROGRESSION;
    case RESPONSE_NE:
    case RESPONSE_UNSPECIFIED:
        break;
    }
    return past->response ? RESPONSE_STATE_NE_AFTER_RESPONSE
           : past->stable ? RESPONSE_STATE_NE_AFTER_STABLE
                          : RESPONSE_STATE_NOT_EVALUABLE;
}

static void set_truth(struct chart_response *r)
{
    switch (r->state) {
    case RESPONSE_STATE_NO_THERAPY:
    case RESPONSE_STATE_NONE:
    case RESPONSE_STATE_STABLE:
    case RESPONSE_STATE_PROGRESSION:
        r->fact.truth = TRI_NO;
        return;
    case RESPONSE_STATE_RESPONSE:
        r->fact.truth = TRI_YES;
        return;
    case RESPONSE_STATE_CONFLICT:
        r->fact.why = WHY_CONFLICT;
        break;
    case RESPONSE_STATE_RESPONSE_STALE:
        r->fact.why = WHY_STALE;
        break;
    case RESPONSE_STATE_RESPONSE_NEW_LESION:
    case RESPONSE_STATE_WANING:
    case RESPONSE_STATE_NO_MEASURABLE:
        r->fact.why = r->stale ? WHY_STALE : WHY_NOT_STATED;
        break;
    case RESPONSE_STATE_NOT_EVALUABLE:
    case RESPONSE_STATE_NE_AFTER_RESPONSE:
    case RESPONSE_STATE_NE_AFTER_STABLE:
        r->fact.why = WHY_NOT_STATED;
        break;
    }
    r->fact.truth = TRI_UNKNOWN;
}

/*
 * R-RESPONSE-ASSESS is judged on imaging alone: nothing evaluable, a conflict, no measurable
 * disease, or a latest evaluable time point that is too old.
 */
static void fold_assess(struct evidence *v, const struct course *c, const struct assessment *latest)
{
    struct chart_response *r = &v->chart->response;
    const struct assessment *evaluable = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (course_commits(c->items[i].category))
            evaluable = &c->items[i];
    if (latest == NULL || latest != evaluable || r->state == RESPONSE_STATE_CONFLICT) {
        r->assess.truth = TRI_YES;
    } else {
        r->assess.truth =
            tri_not(evidence_is_fresh(v, days_of(evaluable), v->cutoffs->response_valid_days));
        r->assess.basis = r->latest_basis;
    }
}

static const struct assessment *latest_speaking(const struct course *c, size_t *ret_place)
{
    for (size_t i = c->count; i > 0; i--)
        if (speaks(&c->items[i - 1])) {
            *ret_place = i - 1;
            return &c->items[i - 1];
        }
    return NULL;
}

static void fold_progression(struct evidence *v, const struct line *line, const struct course *c)
{
    struct chart_response *r = &v->chart->response;
    const struct assessment *shown;
    const struct event *progressed = course_progression(v, line, c, &shown);

    if (progressed == NULL)
        return;
    r->state = RESPONSE_STATE_PROGRESSION;
    r->progressing = true;
    r->progressed_on = event_days(progressed);
    basis_add(&r->progression, progressed);
    if (shown != NULL)
        rest_on(&r->progression, shown);
}

static void fold_latest(struct evidence *v, const struct line *line, const struct course *c)
{
    struct chart_response *r = &v->chart->response;
    size_t place = 0;
    const struct assessment *latest = latest_speaking(c, &place);
    int32_t from = line->start->day;

    r->state = RESPONSE_STATE_NONE;
    if (latest != NULL) {
        struct past past = look_back(c, place);

        if (is_evaluable(latest)) {
            enum tri fresh = evidence_is_fresh(v, days_of(latest), v->cutoffs->response_valid_days);

            r->stale = fresh != TRI_YES;
            r->too_old = fresh == TRI_NO;
        }
        r->state = state_of(latest, r->stale, &past);
        r->latest = latest->category;
        r->latest_on = days_of(latest);
        rest_on(&r->latest_basis, latest);
        r->complete = latest->category == RESPONSE_CR;
        if (r->state == RESPONSE_STATE_CONFLICT) {
            rest_on(&r->disagreement, latest->conflict ? latest : past.open_conflict);
            evidence_conflict(v, INPUT_RESPONSE_ASSESSMENT, &r->disagreement);
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i].tp.scan_count > 0)
            from = c->items[i].tp.day;
        if (course_is_response(c->items[i].category) && r->response_since == DAY_NONE)
            r->response_since = c->items[i].tp.day;
        if (c->items[i].tp.new_lesion_doubtful && speaks(&c->items[i]))
            r->new_lesion_on = c->items[i].tp.day;
    }
    r->due_day = from + v->cutoffs->restaging_due_days;
    r->overdue_day = from + v->cutoffs->restaging_overdue_days;
    fold_progression(v, line, c);
    set_truth(r);
    r->fact.basis = r->progressing ? r->progression : r->latest_basis;
    fold_assess(v, c, latest);
}

static bool rests_on_response(enum response_state s)
{
    return s == RESPONSE_STATE_RESPONSE || s == RESPONSE_STATE_RESPONSE_STALE ||
           s == RESPONSE_STATE_RESPONSE_NEW_LESION;
}

/* The time point that the staging CT is judged at; NULL: none yet. */
static const struct time_point *restaging(const struct evidence *v, const struct course *c)
{
    const struct time_point *latest = NULL;
    size_t place = 0;

    if (rests_on_response(v->chart->response.state))
        return &latest_speaking(c, &place)->tp;
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].tp.has_ct)
            latest = &c->items[i].tp;
    return latest;
}

/* Why no response is on record: none yet (pending, removed, not done), not evaluable, too old. */
static enum why why_assess(const struct evidence *v, const struct line *line,
                           const struct chart_response *r)
{
    enum why why = r->fact.truth == TRI_UNKNOWN        ? r->fact.why
                   : r->disagreement.count > 0         ? WHY_CONFLICT
                   : r->stale                          ? WHY_STALE
                   : r->latest != RESPONSE_UNSPECIFIED ? WHY_NOT_STATED
                                                       : WHY_NOT_ASSESSED;

    for (size_t i = 0; i < v->marked_count; i++) {
        const struct history_entry *entry = v->marked[i];

        if (entry->event->kind == BODY_IMAGING && event_day(entry->event) > line->start->day)
            why = why_first(why, evidence_why_of(entry));
    }
    return why;
}

bool fold_lines(struct evidence *v, struct line *line, struct course *course)
{
    struct chart_response *r = &v->chart->response;

    r->latest_on = r->progressed_on = (struct days){DAY_NONE, DAY_NONE};
    r->due_day = r->overdue_day = r->response_since = r->new_lesion_on = DAY_NONE;
    r->assess.truth = TRI_NO;
    r->fact.truth = TRI_NO;
    if (!walk_lines(v, course, line) || v->chart->therapy.started.truth != TRI_YES ||
        /* uncovered: treatment that counts began in the episode in view, and its line with it */
        (v->floor_day != DAY_NONE && line->start->last_day < v->floor_day))
        return false;
    v->chart->therapy.line = line->number;
    v->chart->therapy.line_start = line->start->event;
    r->baseline_old = course->baseline.old;
    r->baseline_event = course->baseline.latest;
    return true;
}

void fold_response(struct evidence *v, const struct line *line, const struct course *course)
{
    struct chart_response *r = &v->chart->response;

    fold_latest(v, line, course);
    if (r->fact.truth == TRI_UNKNOWN || r->assess.truth != TRI_NO)
        evidence_missing(v, INPUT_RESPONSE_ASSESSMENT, why_assess(v, line, r));
    fold_ct(v, line->start, restaging(v, course));
}
