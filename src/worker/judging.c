#include "worker/judging.h"

#include "base/uuid_index.h"
#include "guidance/recommendation.h"
#include "wire/event_wire.h"
#include "wire/recommendation_wire.h"
#include "worker/delivery.h"

#include <assert.h>
#include <string.h>

/* A hold of the batch's patients, as it stands while the batch is judged. */
struct open_hold {
    const struct store_hold *stored; /* NULL: opened by this batch */
    struct uuid dead_letter_id;
    char id_text[UUID_TEXT_SIZE];
    const char *code;
    const char *authority;
    const char *patient_value;
    bool open;
};

struct judged_subject {
    struct subject_case subject;
    bool touched;
    struct store_subject_update update;
};

struct judging {
    struct intake *intake;
    const struct store_claimed *claimed;
    const struct delivery_settings *settings;
    struct arena *arena;
    struct judged_subject *subjects; /* parallel to claimed->subjects */
    const struct uuid_index *places; /* of both */
    struct open_hold *holds;
    size_t hold_count;
    struct store_output *outputs;
    size_t output_count;
    size_t output_capacity;
    struct store_closing *closings;
    size_t closing_count;
    struct recommendation *scratch;
    struct arena *encoding; /* what one recommendation is encoded from, before the next */
    size_t next;            /* item */
    bool complete;
    int64_t duplicates;
    int64_t older;
    int64_t applied;
};

/* ---- Setting up ------------------------------------------------------------------------------ */

static struct judged_subject *find_subject(const struct judging *b, const struct uuid *subject)
{
    size_t place = uuid_index_find(b->places, subject);

    return place == UUID_INDEX_NONE ? NULL : &b->subjects[place];
}

static void set_previous(struct previous *p, const struct store_subject *s)
{
    *p = (struct previous){
        .sequence = s->sequence, .recommendation_id = s->recommendation_id, .as_of = s->as_of};
    if (s->last_judgement.size == DIGEST_SIZE)
        memcpy(p->digest.bytes, s->last_judgement.at, DIGEST_SIZE);
}

static enum status load_histories(struct judging *b, struct err *err)
{
    enum status status = OK;

    for (size_t i = 0; i < b->claimed->history_count && status == OK; i++) {
        const struct store_history_event *h = &b->claimed->history[i];
        struct judged_subject *s = find_subject(b, &h->subject);
        struct event *event;
        enum admission unused;

        if (h->inserted || s == NULL)
            continue;
        event = arena_alloc(b->arena, sizeof(*event));
        if (event == NULL)
            return err_set(err, FATAL, "stored events: no memory left in the batch");
        status = event_decode_stored(h->value, h->content_hash, b->arena, event, err);
        if (status == OK)
            status = history_admit(&s->subject.history, event, &unused, err);
    }
    return status;
}

static void load_holds(struct judging *b)
{
    for (size_t i = 0; i < b->claimed->hold_count; i++) {
        const struct store_hold *h = &b->claimed->holds[i];
        struct open_hold *o = &b->holds[b->hold_count++];

        *o = (struct open_hold){.stored = h,
                                .dead_letter_id = h->dead_letter_id,
                                .code = h->code,
                                .authority = h->authority,
                                .patient_value = h->patient_value,
                                .open = true};
        uuid_format(&h->dead_letter_id, o->id_text);
    }
}

static enum status set_up(struct judging *b, struct err *err)
{
    size_t n = b->claimed->subject_count;
    size_t items = b->intake->count;

    b->subjects = arena_zalloc(b->arena, n, sizeof(*b->subjects));
    b->places = uuid_index_new(b->arena, &b->claimed->subjects[0].key.subject,
                               sizeof(b->claimed->subjects[0]), n);
    b->holds = arena_zalloc(b->arena, b->claimed->hold_count + items, sizeof(*b->holds));
    b->output_capacity = items + 16;
    b->outputs = arena_zalloc(b->arena, b->output_capacity, sizeof(*b->outputs));
    b->closings = arena_zalloc(b->arena, 2 * items, sizeof(*b->closings));
    b->scratch = arena_alloc(b->arena, sizeof(*b->scratch));
    assert(b->subjects != NULL && b->places != NULL && b->holds != NULL && b->outputs != NULL &&
           b->closings != NULL && b->scratch != NULL);
    for (size_t i = 0; i < n; i++) {
        const struct store_subject *s = &b->claimed->subjects[i];
        struct subject_case *c = &b->subjects[i].subject;

        c->subject = s->key.subject;
        c->authority = s->key.authority;
        c->value = s->key.patient_value;
        c->tumour_id = s->key.tumour_id;
        history_init(&c->history, b->arena);
        set_previous(&c->previous, s);
    }
    load_holds(b);
    return load_histories(b, err);
}

/* ---- Holds ----------------------------------------------------------------------------------- */

static bool is_patient(const struct open_hold *h, const char *authority, const char *value)
{
    return strcmp(h->authority, authority) == 0 && strcmp(h->patient_value, value) == 0;
}

/* The open holds of the subject's patient, in the order of their burial. */
static void set_holds(struct judging *b, struct subject_case *c)
{
    struct hold *holds = NULL;

    c->hold_count = 0;
    for (size_t i = 0; i < b->hold_count; i++) {
        if (!b->holds[i].open || !is_patient(&b->holds[i], c->authority, c->value))
            continue;
        if (holds == NULL)
            holds = arena_zalloc(b->arena, b->hold_count - i, sizeof(*holds));
        assert(holds != NULL);
        holds[c->hold_count++] =
            (struct hold){.dead_letter_id = b->holds[i].id_text, .error_code = b->holds[i].code};
    }
    c->holds = holds;
}

/* A replay that proves its bytes, or a person's word, ends a hold and closes its dead letter. */
static void close_dead_letter(struct judging *b, const struct uuid *id, const uint8_t *value_sha256,
                              const char *state, const char *note)
{
    for (size_t i = 0; i < b->hold_count; i++) {
        struct open_hold *h = &b->holds[i];

        if (uuid_compare(&h->dead_letter_id, id) == 0 &&
            (value_sha256 == NULL || h->stored == NULL ||
             memcmp(h->stored->value_sha256, value_sha256, SHA256_SIZE) == 0))
            h->open = false;
    }
    b->closings[b->closing_count++] = (struct store_closing){
        .dead_letter_id = *id, .value_sha256 = value_sha256, .state = state, .note = note};
}

static const char *resolution_note(struct judging *b, const struct dead_letter_resolved *r)
{
    size_t by = strlen(r->resolved_by_text);
    size_t reason = strlen(r->reason_text);
    char *note = arena_alloc(b->arena, by + reason + 3);

    assert(note != NULL);
    memcpy(note, r->resolved_by_text, by);
    memcpy(note + by, ": ", 2);
    memcpy(note + by + 2, r->reason_text, reason + 1);
    return note;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static struct store_output *next_output(struct judging *b)
{
    if (b->output_count == b->output_capacity) {
        struct store_output *grown = arena_zalloc(b->arena, 2 * b->output_capacity, sizeof(*grown));

        assert(grown != NULL);
        memcpy(grown, b->outputs, b->output_count * sizeof(*grown));
        b->outputs = grown;
        b->output_capacity *= 2;
    }
    return &b->outputs[b->output_count++];
}

static const char *change_word(enum change c)
{
    return c == CHANGE_INITIAL ? "initial" : c == CHANGE_CHANGED ? "changed" : "unchanged";
}

static const char *kind_word(enum kind k)
{
    switch (k) {
    case KIND_GUIDANCE:
        return "guidance";
    case KIND_OUT_OF_SCOPE:
        return "out_of_scope";
    case KIND_UNDETERMINED:
        return "undetermined";
    case KIND_ENDED:
        return "ended";
    }
    return "";
}

static void set_update(struct judging *b, struct judged_subject *s, const struct recommendation *r)
{
    const struct judgement *j = &r->judgement;
    struct uuid *holds = arena_zalloc(b->arena, j->hold_count, sizeof(*holds));
    struct digest *digest = arena_alloc(b->arena, sizeof(*digest));

    assert(holds != NULL && digest != NULL);
    for (size_t i = 0; i < j->hold_count; i++) {
        bool parsed = uuid_parse(j->holds[i].dead_letter_id, UUID_TEXT_SIZE - 1, &holds[i]);

        assert(parsed);
    }
    *digest = s->subject.previous.digest;
    s->touched = true;
    s->update =
        (struct store_subject_update){.subject = s->subject.subject,
                                      .sequence = r->sequence,
                                      .recommendation_id = r->recommendation_id,
                                      .as_of = r->as_of,
                                      .review_due_at = j->review_due_at,
                                      .kind = kind_word(j->kind),
                                      .phase = phase_code(j->phase),
                                      .stage_group = j->chart.stage.group,
                                      .stage_t = j->chart.stage.t,
                                      .stage_n = j->chart.stage.n,
                                      .stage_m = j->chart.stage.m,
                                      .holds = holds,
                                      .hold_count = j->hold_count,
                                      .last_judgement = {.at = digest->bytes, .size = DIGEST_SIZE}};
}

static enum status write_recommendation(struct judging *b, struct judged_subject *s,
                                        const struct intake_item *item, struct err *err)
{
    const struct recommendation *r = b->scratch;
    struct store_recommendation *row = arena_zalloc(b->arena, 1, sizeof(*row));
    enum status status;

    assert(row != NULL);
    *row = (struct store_recommendation){
        .subject = s->subject.subject,
        .sequence = r->sequence,
        .recommendation_id = r->recommendation_id,
        .source = item->source,
        .change = change_word(r->change),
        .kind = kind_word(r->judgement.kind),
        .phase = phase_code(r->judgement.phase),
        .as_of = r->as_of,
        .traceparent = item->record.traceparent == NULL ? "" : item->record.traceparent,
        .tracestate = item->record.tracestate == NULL ? "" : item->record.tracestate};
    row->key.at = event_key(s->subject.authority, s->subject.value, b->arena, &row->key.size);
    assert(row->key.at != NULL);
    arena_reset(b->encoding);
    status = recommendation_encode(r, b->encoding, &row->value, err);
    if (status != OK)
        return status;
    row->value.at = arena_copy(b->arena, row->value.at, row->value.size);
    if (row->value.at == NULL)
        return err_set(err, RETRY, "recommendation: no memory left in the batch");
    next_output(b)->recommendation = row;
    set_update(b, s, r);
    return OK;
}

static struct arrival arrival_of(const struct intake_item *item)
{
    return (struct arrival){.timestamp_ms = item->source.timestamp_ms,
                            .topic = item->source.topic,
                            .partition = item->source.partition,
                            .offset = item->source.offset};
}

/* ---- Refused records ------------------------------------------------------------------------- */

static void write_dead_letter(struct judging *b, const struct intake_item *item)
{
    struct store_dead_letter *row = arena_zalloc(b->arena, 1, sizeof(*row));

    assert(row != NULL);
    *row = (struct store_dead_letter){
        .dead_letter_id = item->dead_letter_id,
        .source = item->source,
        .code = error_code_name(item->code),
        .message = item->message,
        .stage = item->stage,
        .key = item->record.key,
        .value = item->record.value,
        .traceparent = item->record.traceparent == NULL ? "" : item->record.traceparent,
        .tracestate = item->record.tracestate == NULL ? "" : item->record.tracestate,
        .has_patient = item->has_patient,
        .authority = item->has_patient ? item->authority : "",
        .patient_value = item->has_patient ? item->patient_value : "",
        .has_parent = item->replay.is_replay,
        .parent_id = item->replay.dead_letter_id,
        .replay_count = item->replay.is_replay ? item->replay.count : 0,
        .first_at = item->replay.is_replay && item->replay.first_at != 0
                        ? item->replay.first_at
                        : item->source.timestamp_ms,
        .worker_version = b->settings->worker_version};
    next_output(b)->dead_letter = row;
}

static bool is_known_dead_letter(const struct judging *b, const struct uuid *id)
{
    for (size_t i = 0; i < b->claimed->known_dead_letter_count; i++)
        if (uuid_compare(&b->claimed->known_dead_letters[i], id) == 0)
            return true;
    return false;
}

/* Bury a record; its patient is on hold from now on, and every known subject says so at once. */
static enum status refuse(struct judging *b, struct intake_item *item, struct err *err)
{
    struct arrival arrival = arrival_of(item);
    struct open_hold *h;
    enum status status = OK;

    write_dead_letter(b, item);
    if (!item->has_patient || item->replay.is_replay)
        return OK;
    h = &b->holds[b->hold_count++];
    *h = (struct open_hold){.dead_letter_id = item->dead_letter_id,
                            .code = error_code_name(item->code),
                            .authority = item->authority,
                            .patient_value = item->patient_value,
                            .open = true};
    uuid_format(&item->dead_letter_id, h->id_text);
    for (size_t i = 0; i < b->claimed->subject_count && status == OK; i++) {
        struct judged_subject *s = &b->subjects[i];

        if (s->subject.previous.sequence == 0 ||
            !is_patient(h, s->subject.authority, s->subject.value))
            continue;
        set_holds(b, &s->subject);
        case_rejudge(&s->subject, &arrival, b->settings->policy, b->scratch);
        status = write_recommendation(b, s, item, err);
    }
    return status;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void end_holds(struct judging *b, const struct intake_item *item)
{
    const struct dead_letter_resolved *r = &item->event.body.dead_letter_resolved;
    struct uuid id;

    if (item->replay.is_replay)
        close_dead_letter(b, &item->replay.dead_letter_id, item->replay.value_sha256, "replayed",
                          "");
    if (item->event.kind == BODY_DEAD_LETTER_RESOLVED &&
        uuid_parse(r->dead_letter_id, strlen(r->dead_letter_id), &id))
        close_dead_letter(b, &id, NULL, "resolved", resolution_note(b, r));
}

/* Found while applying that it cannot be accepted; maybe its patient must be locked first. */
static enum status refuse_after_all(struct judging *b, struct intake_item *item,
                                    enum error_code code, const char *message, struct err *err)
{
    intake_refuse(item, code, "apply", message);
    b->complete = !intake_want_patient(b->intake, item->authority, item->patient_value);
    return b->complete ? refuse(b, item, err) : OK;
}

static enum status apply(struct judging *b, struct intake_item *item, struct err *err)
{
    struct judged_subject *s = find_subject(b, &item->subject);
    struct arrival arrival = arrival_of(item);
    enum admission admission = ADMISSION_NONE;
    enum status status;

    assert(s != NULL);
    set_holds(b, &s->subject);
    status = case_apply(&s->subject, &item->event, &arrival, b->settings->policy, &admission,
                        b->scratch, err);
    if (status == REJECT)
        return refuse_after_all(b, item, ERROR_TOO_MANY_ITEMS,
                                "more events of one subject than are kept", err);
    switch (admission) {
    case ADMISSION_APPLIED:
        b->applied++;
        return write_recommendation(b, s, item, err);
    case ADMISSION_DUPLICATE:
        b->duplicates++;
        return OK;
    case ADMISSION_OLDER:
        b->older++;
        return OK;
    case ADMISSION_ID_CONFLICT:
        return refuse_after_all(b, item, ERROR_EVENT_ID_CONFLICT,
                                "event_id: the same one with other content is known", err);
    case ADMISSION_NONE:
        break; /* it failed */
    }
    return status;
}

static enum status judge_item(struct judging *b, struct intake_item *item, struct err *err)
{
    if (item->code != ERROR_NONE)
        return is_known_dead_letter(b, &item->dead_letter_id) ? OK : refuse(b, item, err);
    end_holds(b, item);
    if (item->has_patient)
        return apply(b, item, err);
    b->applied++;
    return OK;
}

enum status judging_begin(struct intake *intake, const struct store_claimed *claimed,
                          const struct delivery_settings *settings, struct arena *arena,
                          struct arena *encoding, struct judging **ret, struct err *err)
{
    struct judging *b = arena_alloc(arena, sizeof(*b));
    enum status status;

    assert(b != NULL);
    *b = (struct judging){.intake = intake,
                          .claimed = claimed,
                          .settings = settings,
                          .arena = arena,
                          .encoding = encoding,
                          .complete = true};
    status = set_up(b, err);
    if (status == OK)
        *ret = b;
    return status;
}

enum status judging_go_on(struct judging *b, size_t items, bool *ret_over, struct err *err)
{
    enum status status = OK;

    for (; items > 0 && b->next < b->intake->count && b->complete && status == OK; items--)
        status = judge_item(b, &b->intake->items[b->next++], err);
    if (status == OK)
        *ret_over = b->next == b->intake->count || !b->complete;
    return status;
}

const struct store_output *judging_outputs(const struct judging *b, size_t *ret_count)
{
    *ret_count = b->output_count;
    return b->outputs;
}

bool judging_end(const struct judging *b, struct report *report, struct store_result *ret_result)
{
    struct store_subject_update *updates;
    size_t count = 0;

    if (!b->complete)
        return false;
    updates = arena_zalloc(b->arena, b->claimed->subject_count, sizeof(*updates));
    assert(updates != NULL);
    for (size_t i = 0; i < b->claimed->subject_count; i++)
        if (b->subjects[i].touched)
            updates[count++] = b->subjects[i].update;
    *ret_result = (struct store_result){.subjects = updates,
                                        .subject_count = count,
                                        .outputs = b->outputs,
                                        .output_count = b->output_count,
                                        .closings = b->closings,
                                        .closing_count = b->closing_count};
    report->applied += b->applied;
    report->duplicates += b->duplicates;
    report->older += b->older;
    return true;
}
