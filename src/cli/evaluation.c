#include "cli/evaluation.h"

#include "base/arena.h"
#include "cli/evaluation_state.h"
#include "wire/event_json.h"
#include "wire/event_wire.h"
#include "wire/recommendation_wire.h"

#include <string.h>

#define SCRATCH_SIZE_MAX ((size_t)64 << 20) /* bytes of one line's work */

/* One pass over the lines. */
struct evaluation {
    const struct evaluation_settings *settings;
    const struct evaluation_sink *sink;        /* NULL: only find the last applied lines */
    const struct evaluation_state *first_pass; /* NULL, or what that pass found */
    struct evaluation_state *state;
    struct arena *scratch;
    size_t refused;
};

/* The line in hand. */
struct line {
    struct event_line input;
    struct event_json json;
    struct evaluation_subject *subject; /* NULL: it names no patient */
    int64_t arrival_ms;
};

static enum status give(struct evaluation *ev, const struct recommendation *r, size_t subject,
                        struct err *err)
{
    struct bytes bytes;
    enum status status;

    if (ev->sink == NULL)
        return OK;
    status = ev->settings->complete ? recommendation_encode_complete(r, ev->scratch, &bytes, err)
                                    : recommendation_encode(r, ev->scratch, &bytes, err);
    return status == OK ? ev->sink->recommendation(ev->sink->context, subject, bytes, err) : status;
}

/* ---- Refused lines --------------------------------------------------------------------------- */

/* Say it, hold the patient if there is one, and judge the patient's subjects again. */
static enum status refuse(struct evaluation *ev, const struct line *line, enum error_code code,
                          const char *text, struct err *err)
{
    struct arrival arrival = {.timestamp_ms = line->arrival_ms, .topic = ""};
    enum status status = OK;

    ev->refused++;
    if (ev->sink != NULL)
        ev->sink->refused(ev->sink->context, line->input.number, code, text);
    if (line->subject == NULL)
        return OK;
    if (!evaluation_hold(ev->state, line->subject->patient, line->input.number, code))
        return err_set(err, FATAL, "no memory");
    for (struct evaluation_subject *s = line->subject->patient->subjects; s != NULL && status == OK;
         s = s->next) {
        struct recommendation r;

        if (s->last_applied == 0)
            continue;
        evaluation_show_holds(s);
        case_rejudge(&s->subject_case, &arrival, &ev->settings->policy, &r);
        status = give(ev, &r, s->number, err);
    }
    return status;
}

/* ---- Applied lines --------------------------------------------------------------------------- */

/* Whether ${line} is the last one applied to its subject, and --as-of wants it at another time. */
static bool is_asked_for(const struct evaluation *ev, const struct line *line)
{
    const struct evaluation_subject *found;

    if (ev->first_pass == NULL)
        return false;
    found =
        evaluation_known(ev->first_pass, line->subject->subject_case.authority,
                         line->subject->subject_case.value, line->subject->subject_case.tumour_id);
    return found != NULL && found->last_applied == line->input.number;
}

static enum status apply(struct evaluation *ev, const struct line *line, const struct event *event,
                         struct err *err)
{
    struct evaluation_subject *s = line->subject;
    struct arrival arrival = {.timestamp_ms = line->arrival_ms, .topic = ""};
    struct err why = {.text = ""};
    struct recommendation r;
    enum admission admission;

    if (event->kind == BODY_DEAD_LETTER_RESOLVED)
        evaluation_release(s->patient, event->body.dead_letter_resolved.dead_letter_id);
    if (is_asked_for(ev, line)) {
        arrival.timestamp_ms = ev->settings->at;
        s->subject_case.previous.as_of = INT64_MIN; /* that moment, even if it is earlier */
    }
    evaluation_show_holds(s);
    if (case_apply(&s->subject_case, event, &arrival, &ev->settings->policy, &admission, &r,
                   &why) != OK)
        return refuse(ev, line, ERROR_TOO_MANY_ITEMS, why.text, err);
    switch (admission) {
    case ADMISSION_APPLIED:
        s->last_applied = line->input.number;
        return give(ev, &r, s->number, err);
    case ADMISSION_ID_CONFLICT:
        return refuse(ev, line, ERROR_EVENT_ID_CONFLICT, "event_id: names another content", err);
    case ADMISSION_NONE:
    case ADMISSION_DUPLICATE:
    case ADMISSION_OLDER:
        break;
    }
    return OK;
}

/* ---- One line -------------------------------------------------------------------------------- */

/* Find whom the line is about, also when it will be refused, and when it arrives. */
static enum status place(struct evaluation *ev, struct line *line, struct err *err)
{
    struct bytes key = {.at = NULL};
    const char *authority;
    const char *value;
    int64_t last_ms = ev->state->last_arrival_ms; /* of any line, until the subject is known */

    line->subject = NULL;
    if (line->json.message.at == NULL && strchr(line->json.authority, '|') == NULL)
        key.at = event_key(line->json.authority, line->json.value, ev->scratch, &key.size);
    if (event_patient(key, line->json.message, ev->scratch, &authority, &value)) {
        line->subject = evaluation_subject(ev->state, authority, value, line->json.tumour_id);
        if (line->subject == NULL)
            return err_set(err, FATAL, "no memory");
        if (line->subject->seen)
            last_ms = line->subject->last_arrival_ms;
    }
    line->arrival_ms = line->json.timed ? line->json.sent_at : last_ms;
    if (line->subject != NULL) {
        if (line->subject->seen && line->arrival_ms < last_ms)
            line->arrival_ms = last_ms;
        line->subject->last_arrival_ms = line->arrival_ms;
        line->subject->seen = true;
    }
    ev->state->last_arrival_ms = line->arrival_ms;
    return OK;
}

static enum status take(struct evaluation *ev, struct event_line input, struct err *err)
{
    struct line line = {.input = input};
    struct arena_mark mark = arena_mark(ev->state->arena);
    struct event *event = arena_zalloc(ev->state->arena, 1, sizeof(*event));
    struct err why = {.text = ""};
    enum error_code code = ERROR_NONE;
    struct event_message message;
    enum status json_status;
    enum status status;

    if (event == NULL)
        return err_set(err, FATAL, "no memory");
    json_status = event_json_read(input.text, input.size, ev->scratch, &line.json, &code, &why);
    status = place(ev, &line, err);
    if (status != OK)
        return status;
    if (json_status != OK)
        return refuse(ev, &line, code, why.text, err);
    if (event_decode(line.json.message, line.arrival_ms, ev->state->arena, event, &message, &code,
                     &why) != OK)
        return refuse(ev, &line, code, why.text, err);
    if (line.subject != NULL)
        return apply(ev, &line, event, err);
    /* About nobody: a dead letter is resolved, of whichever patient it is. */
    evaluation_release_any(ev->state, event->body.dead_letter_resolved.dead_letter_id);
    arena_release(ev->state->arena, mark);
    return OK;
}

static enum status pass(struct evaluation *ev, const struct event_lines *lines, struct err *err)
{
    enum status status = OK;

    ev->state = evaluation_state_new();
    ev->scratch = arena_new(SCRATCH_SIZE_MAX);
    if (ev->state == NULL || ev->scratch == NULL)
        status = err_set(err, FATAL, "no memory");
    for (size_t i = 0; i < event_lines_count(lines) && status == OK; i++) {
        arena_reset(ev->scratch);
        status = take(ev, event_lines_get(lines, i), err);
    }
    arena_free(ev->scratch);
    return status;
}

enum status evaluation_run(const struct event_lines *lines,
                           const struct evaluation_settings *settings,
                           const struct evaluation_sink *sink, size_t *ret_refused, struct err *err)
{
    struct evaluation first = {.settings = settings};
    struct evaluation second = {.settings = settings, .sink = sink};
    enum status status = OK;

    if (settings->at_given) {
        status = pass(&first, lines, err);
        second.first_pass = first.state;
    }
    if (status == OK)
        status = pass(&second, lines, err);
    evaluation_state_free(first.state);
    evaluation_state_free(second.state);
    if (status == OK)
        *ret_refused = second.refused;
    return status;
}
