#include "staging/evidence.h"
#include "staging/recist.h"

#include <string.h>

#define TIME_POINTS_MAX 128 /* of one line, in order */

/* One line of therapy: from its START to the day of the next one's. */
struct line {
    const struct therapy_start *start;
    uint32_t number;
    int32_t last_day; /* the next START's day belongs to this line too; INT32_MAX: open */
};

/* What is said at one point of a line: by measurement, by radiology, by a board. */
struct assessment {
    struct time_point tp;    /* without scans: a board's word without imaging */
    enum response radiology; /* as stated, UNSPECIFIED: nothing */
    const struct event *radiology_event;
    enum response board;
    const struct event *board_event;
    enum response category; /* what it adds up to; UNSPECIFIED: nothing, or a conflict */
    bool conflict;
    bool conflict_with_progression;
};

struct course {
    size_t count;
    struct assessment items[TIME_POINTS_MAX];
    struct baseline baseline;
};

/* ---- Time points ----------------------------------------------------------------------------- */

static void add_scan(struct time_point *tp, const struct event *e)
{
    const struct imaging *m = &e->body.imaging;

    if (tp->scan_count < TIME_POINT_SCANS_MAX)
        tp->scans[tp->scan_count++] = e;
    tp->lists_lesions = tp->lists_lesions || m->lesion_count > 0;
    tp->shows_abdomen = tp->shows_abdomen || imaging_shows_abdomen(m);
    if (!imaging_is_ct(m))
        return;
    if (!tp->has_ct) {
        tp->has_ct = true;
        tp->dated = e;
        tp->day = event_day(e);
    }
    for (size_t k = 0; k < m->region_count; k++)
        tp->regions[m->regions[k]] = true;
}

/* All imaging of the line within 14 days of its first report is one time point. */
static void collect_time_points(const struct evidence *v, const struct line *line, struct course *c)
{
    int32_t first_day = DAY_NONE;

    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];

        if (e->kind != BODY_IMAGING || event_day(e) <= line->start->day ||
            event_day(e) > line->last_day)
            continue;
        if (c->count == 0 || (int64_t)event_day(e) - first_day > v->cutoffs->time_point_days) {
            if (c->count == TIME_POINTS_MAX)
                return;
            first_day = event_day(e);
            c->items[c->count++] = (struct assessment){.tp = {.dated = e, .day = first_day}};
        }
        add_scan(&c->items[c->count - 1].tp, e);
        if (e->body.imaging.stated_response != RESPONSE_UNSPECIFIED) {
            c->items[c->count - 1].radiology = e->body.imaging.stated_response;
            c->items[c->count - 1].radiology_event = e;
        }
    }
}

/* A board's response belongs to the latest time point on or before it, else stands alone. */
static void add_board(struct course *c, const struct event *e)
{
    size_t place = c->count;

    while (place > 0 && c->items[place - 1].tp.day > event_day(e))
        place--;
    if (place == 0) {
        if (c->count == TIME_POINTS_MAX)
            return;
        memmove(&c->items[1], &c->items[0], c->count * sizeof(c->items[0]));
        c->items[0] = (struct assessment){.tp = {.dated = e, .day = event_day(e)}};
        c->count++;
        place = 1;
    }
    c->items[place - 1].board = e->body.board.response;
    c->items[place - 1].board_event = e;
    if (c->items[place - 1].tp.scan_count == 0) {
        c->items[place - 1].tp.dated = e;
        c->items[place - 1].tp.day = event_day(e);
    }
}

static void collect_boards(const struct evidence *v, const struct line *line, struct course *c)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct event *e = v->counted[i];

        if (e->kind == BODY_BOARD && e->body.board.response != RESPONSE_UNSPECIFIED &&
            event_day(e) > line->start->day && event_day(e) <= line->last_day)
            add_board(c, e);
    }
}

/* ---- What a time point adds up to ------------------------------------------------------------ */

static bool is_response(enum response r)
{
    return r == RESPONSE_CR || r == RESPONSE_PR;
}

/* CR against PR is PR and no conflict; false: they contradict each other. */
static bool agree(enum response a, enum response b, enum response *ret)
{
    if (a == b)
        *ret = a;
    else if (is_response(a) && is_response(b))
        *ret = RESPONSE_PR;
    else
        return false;
    return true;
}

static void contradict(struct assessment *a, enum response x, enum response y)
{
    a->conflict = true;
    a->conflict_with_progression =
        a->conflict_with_progression || x == RESPONSE_PD || y == RESPONSE_PD;
}

/* Stable disease sooner than 42 days after the baseline is not evaluable. */
static enum response not_too_early(const struct evidence *v, const struct course *c,
                                   const struct assessment *a, enum response r)
{
    bool early = (int64_t)a->tp.day - c->baseline.day < v->cutoffs->stable_min_days;

    return r == RESPONSE_SD && early ? RESPONSE_NE : r;
}

/* Computed none, NE and Non-CR/non-PD commit to nothing: there the statement decides. */
static bool commits(enum response computed)
{
    return computed == RESPONSE_CR || computed == RESPONSE_PR || computed == RESPONSE_SD ||
           computed == RESPONSE_PD;
}

static void add_up(const struct evidence *v, const struct course *c, struct assessment *a)
{
    enum response computed = not_too_early(v, c, a, a->tp.computed);
    enum response radiology = not_too_early(v, c, a, a->radiology);
    enum response board = not_too_early(v, c, a, a->board);
    enum response stated = board != RESPONSE_UNSPECIFIED ? board : radiology;

    if (board != RESPONSE_UNSPECIFIED && radiology != RESPONSE_UNSPECIFIED &&
        !agree(radiology, board, &stated))
        contradict(a, radiology, board);
    a->category = stated;
    if (stated == RESPONSE_UNSPECIFIED)
        a->category = computed;
    else if (commits(computed) && !agree(computed, stated, &a->category))
        contradict(a, computed, stated);
    if (a->conflict)
        a->category = RESPONSE_UNSPECIFIED;
    /* PR and CR count only from CT, MRI or diagnostic PET-CT of the abdomen. */
    if (is_response(a->category) && !a->tp.shows_abdomen)
        a->category = RESPONSE_NE;
}

static void follow(const struct evidence *v, const struct line *line, struct course *c)
{
    struct recist_course recist;

    c->count = 0;
    recist_baseline(v, line->start->day, &c->baseline);
    recist_begin(&c->baseline, &recist);
    collect_time_points(v, line, c);
    for (size_t i = 0; i < c->count; i++)
        recist_time_point(v, &c->baseline, &recist, &c->items[i].tp);
    collect_boards(v, line, c);
    for (size_t i = 0; i < c->count; i++)
        add_up(v, c, &c->items[i]);
}

/* The first progression of the line up to ${last_day}: by a time point, else by a STOP for it. */
static const struct event *progression(const struct evidence *v, const struct line *line,
                                       const struct course *c, int32_t last_day,
                                       const struct assessment **ret_shown)
{
    const struct event *stop = NULL;

    *ret_shown = NULL;
    for (size_t i = 0; i < v->count && stop == NULL; i++) {
        const struct event *e = v->counted[i];
        const struct systemic_therapy *t = &e->body.systemic_therapy;

        if (e->kind == BODY_SYSTEMIC_THERAPY && t->action == THERAPY_ACTION_STOP &&
            t->stop_reason == STOP_REASON_PROGRESSION && t->intent != THERAPY_INTENT_ADJUVANT &&
            (t->line == 0 || t->line == line->number) && event_day(e) >= line->start->day &&
            event_day(e) <= line->last_day && event_day(e) <= last_day)
            stop = e;
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].category == RESPONSE_PD && c->items[i].tp.day <= last_day) {
            if (stop != NULL && event_day(stop) < c->items[i].tp.day)
                return stop;
            *ret_shown = &c->items[i];
            return c->items[i].category == RESPONSE_PD ? c->items[i].tp.dated : NULL;
        }
    return stop;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool treats(const struct evidence *v, const struct therapy_start *s)
{
    const struct chart_paln *p = &v->chart->paln;

    if (s->intent == THERAPY_INTENT_ADJUVANT)
        return false;
    if (v->episode_follows || s->intent == THERAPY_INTENT_PALLIATIVE)
        return true; /* lines of earlier episodes are kept for prior progression */
    return p->first_shown.first == DAY_NONE || s->day >= p->first_shown.first;
}

/* The next START after ${line}'s that opens a line: another number, or none while a PD holds. */
static bool next_line(const struct evidence *v, const struct line *line, struct course *c,
                      struct line *ret)
{
    for (size_t i = (size_t)(line->start - v->starts) + 1; i < v->start_count; i++) {
        const struct therapy_start *s = &v->starts[i];
        struct line until = *line;
        const struct assessment *shown;

        if (!treats(v, s) || s->line == line->number)
            continue;
        if (s->line == 0) {
            until.last_day = s->day;
            follow(v, &until, c);
            if (progression(v, &until, c, s->day, &shown) == NULL &&
                !(v->floor_day != DAY_NONE && s->day >= v->floor_day &&
                  line->start->day < v->floor_day))
                continue;
        }
        *ret = (struct line){
            .start = s, .number = s->line == 0 ? line->number + 1 : s->line, .last_day = INT32_MAX};
        return true;
    }
    return false;
}

static bool first_line(const struct evidence *v, struct line *ret)
{
    for (size_t i = 0; i < v->start_count; i++)
        if (treats(v, &v->starts[i])) {
            *ret = (struct line){.start = &v->starts[i],
                                 .number = v->starts[i].line == 0 ? 1 : v->starts[i].line,
                                 .last_day = INT32_MAX};
            return true;
        }
    return false;
}

/* Walk over the lines; earlier ones leave prior progression, the last one is the current. */
static bool walk_lines(struct evidence *v, struct course *c, struct line *ret)
{
    struct chart_therapy *t = &v->chart->therapy;
    struct line line;
    struct line next;

    if (!first_line(v, &line))
        return false;
    while (next_line(v, &line, c, &next)) {
        const struct assessment *shown;
        const struct event *progressed;

        line.last_day = next.start->day;
        follow(v, &line, c);
        progressed = progression(v, &line, c, INT32_MAX, &shown);
        if (progressed != NULL) {
            t->prior_progression.truth = TRI_YES;
            basis_add(&t->prior_progression.basis, progressed);
        }
        line = next;
    }
    follow(v, &line, c);
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

        past.response = past.response || is_response(a->category);
        past.stable =
            past.stable || a->category == RESPONSE_SD || a->category == RESPONSE_NON_CR_NON_PD;
        if (a->conflict_with_progression)
            past.open_conflict = a;
        else if (a->board != RESPONSE_UNSPECIFIED)
            past.open_conflict = NULL;
    }
    return past;
}

static enum response_state state_of(struct evidence *v, const struct assessment *a,
                                    const struct past *past)
{
    bool settles = a->board != RESPONSE_UNSPECIFIED && !a->conflict;

    if (a->conflict || (past->open_conflict != NULL && !settles))
        return RESPONSE_STATE_CONFLICT;
    switch (a->category) {
    case RESPONSE_CR:
    case RESPONSE_PR:
        if (a->tp.new_lesion_doubtful)
            return RESPONSE_STATE_RESPONSE_NEW_LESION;
        return evidence_is_fresh(v, days_of(a), v->cutoffs->response_valid_days) == TRI_YES
                   ? RESPONSE_STATE_RESPONSE
                   : RESPONSE_STATE_RESPONSE_STALE;
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
    case RESPONSE_STATE_NOT_EVALUABLE:
    case RESPONSE_STATE_RESPONSE_NEW_LESION:
    case RESPONSE_STATE_WANING:
    case RESPONSE_STATE_NE_AFTER_RESPONSE:
    case RESPONSE_STATE_NO_MEASURABLE:
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
        if (commits(c->items[i].category))
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
    const struct event *progressed = progression(v, line, c, INT32_MAX, &shown);

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

        r->state = state_of(v, latest, &past);
        r->latest = latest->category;
        r->latest_on = days_of(latest);
        r->new_lesion = latest->tp.new_lesion_doubtful;
        rest_on(&r->latest_basis, latest);
        r->complete = latest->category == RESPONSE_CR;
        if (r->state == RESPONSE_STATE_CONFLICT) {
            rest_on(&r->disagreement, latest->conflict ? latest : past.open_conflict);
            evidence_conflict(v, INPUT_RESPONSE_ASSESSMENT, &r->disagreement);
        }
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].tp.scan_count > 0)
            from = c->items[i].tp.day;
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

void fold_response(struct evidence *v)
{
    struct course course;
    struct chart_response *r = &v->chart->response;
    struct line line;

    r->latest_on = r->progressed_on = (struct days){DAY_NONE, DAY_NONE};
    r->due_day = r->overdue_day = DAY_NONE;
    r->assess.truth = TRI_NO;
    r->fact.truth = TRI_NO;
    if (!walk_lines(v, &course, &line) || v->chart->therapy.started.truth != TRI_YES ||
        (v->floor_day != DAY_NONE && line.start->day < v->floor_day)) {
        fold_ct(v, NULL, NULL);
        return;
    }
    v->chart->therapy.line = line.number;
    v->chart->therapy.line_start = line.start->event;
    r->baseline_old = course.baseline.old;
    r->baseline_event = course.baseline.latest;
    fold_latest(v, &line, &course);
    if (r->fact.truth == TRI_UNKNOWN)
        evidence_missing(v, INPUT_RESPONSE_ASSESSMENT, r->fact.why);
    else if (r->assess.truth != TRI_NO)
        evidence_missing(v, INPUT_RESPONSE_ASSESSMENT,
                         r->state == RESPONSE_STATE_NONE ? WHY_NOT_ASSESSED : WHY_STALE);
    fold_ct(v, line.start, restaging(v, &course));
}
