#include "staging/course.h"

#include <string.h>

/* ---- Time points ----------------------------------------------------------------------------- */

static void add_scan(struct time_point *tp, const struct event *e)
{
    const struct imaging *m = &e->body.imaging;

    if (tp->scan_count < TIME_POINT_SCANS_MAX)
        tp->scans[tp->scan_count++] = e;
    tp->lists_lesions = tp->lists_lesions || m->lesion_count > 0;
    tp->shows_abdomen = tp->shows_abdomen || imaging_shows_abdomen(m);
    if (m->modality == MODALITY_CT && tp->dated->body.imaging.modality != MODALITY_CT) {
        tp->dated = e;
        tp->day = event_day(e);
    }
    if (!imaging_is_ct(m))
        return;
    tp->has_ct = true;
    for (size_t k = 0; k < m->region_count; k++)
        tp->regions[m->regions[k]] = true;
}

/* All imaging of the line within 14 days of its first report is one time point. */
static void collect_time_points(const struct evidence *v, const struct line *line, struct course *c)
{
    const struct events *scans = &v->of[BODY_IMAGING];
    int32_t first_day = DAY_NONE;

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        if (event_day(e) <= line->start->day || event_day(e) > line->last_day)
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

/* Make room for a board's word without imaging at ${place}; false: there is none. */
static bool insert_board(struct course *c, size_t place, const struct event *e)
{
    if (c->count == TIME_POINTS_MAX)
        return false;
    memmove(&c->items[place + 1], &c->items[place], (c->count - place) * sizeof(c->items[0]));
    c->items[place] = (struct assessment){.tp = {.dated = e, .day = event_day(e)}};
    c->count++;
    return true;
}

/*
 * A board's response belongs to the latest time point on or before it, else it stands alone; of
 * several boards at one time point, or alone on one day, the last counts.
 */
static void add_board(struct course *c, const struct event *e)
{
    size_t place = c->count;

    while (place > 0 && c->items[place - 1].tp.day > event_day(e))
        place--;
    if (place == 0 ||
        (c->items[place - 1].tp.scan_count == 0 && c->items[place - 1].tp.day != event_day(e))) {
        if (!insert_board(c, place, e))
            return;
        place++;
    }
    c->items[place - 1].board = e->body.board.response;
    c->items[place - 1].board_event = e;
    if (c->items[place - 1].tp.scan_count == 0)
        c->items[place - 1].tp.dated = e;
}

static void collect_boards(const struct evidence *v, const struct line *line, struct course *c)
{
    const struct events *boards = &v->of[BODY_BOARD];

    for (size_t i = 0; i < boards->count; i++) {
        const struct event *e = boards->items[i];

        if (e->body.board.response != RESPONSE_UNSPECIFIED && event_day(e) > line->start->day &&
            event_day(e) <= line->last_day)
            add_board(c, e);
    }
}

/* ---- What a time point adds up to ------------------------------------------------------------ */

bool course_is_response(enum response r)
{
    return r == RESPONSE_CR || r == RESPONSE_PR;
}

/* CR against PR is PR and no conflict; false: they contradict each other. */
static bool agree(enum response a, enum response b, enum response *ret)
{
    if (a == b)
        *ret = a;
    else if (course_is_response(a) && course_is_response(b))
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
bool course_commits(enum response computed)
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
    else if (course_commits(computed) && !agree(computed, stated, &a->category))
        contradict(a, computed, stated);
    if (a->conflict)
        a->category = RESPONSE_UNSPECIFIED;
    /* PR and CR count only from CT, MRI or diagnostic PET-CT of the abdomen. */
    if (course_is_response(a->category) && !a->tp.shows_abdomen)
        a->category = RESPONSE_NE;
}

void course_follow(const struct evidence *v, const struct line *line, struct course *c)
{
    struct recist_course recist;

    c->count = 0;
    recist_baseline(v, line->start->day, line->floor_day, &c->baseline);
    recist_begin(&c->baseline, &recist);
    collect_time_points(v, line, c);
    collect_boards(v, line, c);
    for (size_t i = 0; i < c->count; i++) {
        struct assessment *a = &c->items[i];

        recist_time_point(v, &c->baseline, &recist, &a->tp);
        add_up(v, c, a);
        /* Also a stated CR, unless the lesions listed beside it had never vanished. */
        if (a->category == RESPONSE_CR && a->tp.computed != RESPONSE_NON_CR_NON_PD)
            recist.had_complete_response = true;
    }
}

bool course_stops_for_progression(const struct event *e)
{
    const struct systemic_therapy *t = &e->body.systemic_therapy;

    return t->action == THERAPY_ACTION_STOP && t->stop_reason == STOP_REASON_PROGRESSION &&
           t->intent != THERAPY_INTENT_ADJUVANT;
}

/*
 * A STOP that names no line is of the one that is current at its time: on the day on which the next
 * line starts the one before, unless it is known to come after that START.
 */
static bool stops_line(const struct event *e, const struct line *line)
{
    if (event_day(e) < line->start->day || event_day(e) > line->last_day)
        return false;
    if (e->body.systemic_therapy.line != 0)
        return e->body.systemic_therapy.line == line->number;
    if (line->next_start != NULL && event_day(e) == event_day(line->next_start) &&
        event_is_known_later(e, line->next_start))
        return false;
    return !line->follows || event_day(e) > line->start->day ||
           event_is_known_later(e, line->start->event);
}

/* The first progression of the line: by a time point, else by a STOP for it. */
const struct event *course_progression(const struct evidence *v, const struct line *line,
                                       const struct course *c, const struct assessment **ret_shown)
{
    const struct events *therapy = &v->of[BODY_SYSTEMIC_THERAPY];
    const struct event *stop = NULL;

    *ret_shown = NULL;
    for (size_t i = 0; i < therapy->count && stop == NULL; i++)
        if (course_stops_for_progression(therapy->items[i]) && stops_line(therapy->items[i], line))
            stop = therapy->items[i];
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].category == RESPONSE_PD) {
            if (stop != NULL && event_day(stop) < c->items[i].tp.day)
                return stop;
            *ret_shown = &c->items[i];
            return c->items[i].tp.dated;
        }
    return stop;
}
