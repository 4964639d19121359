#include "wire/recommendation_wire.h"

#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "wire/recommendation_part.h"

/* ---- Warnings, flags, conflicts -------------------------------------------------------------- */

static bool is_packet_warning(size_t i)
{
    return i == WARNING_CORRECTED || i == WARNING_RETRACTED || i == WARNING_OUT_OF_ORDER;
}

static void put_warning(struct encoder *e, size_t i)
{
    const struct warning_row *row = &warning_rows[i];
    Restage__V1__Warning w = RESTAGE__V1__WARNING__INIT;
    char *statement = part_text(row->statement);
    struct basis basis = {0};
    size_t begun = message_begin(&e->writer, FIELD_WARNINGS);

    w.code = part_text(row->code);
    w.text = part_text(row->text);
    w.statements = &statement;
    w.n_statements = statement[0] != '\0';
    message_put(&e->writer, &w.base);
    if (is_packet_warning(i))
        basis_add(&basis, e->r->event);
    else
        basis = warning_basis(e->j, (enum warning)i);
    part_inputs(e, WARNING_FIELD_INPUTS, &basis);
    (void)message_end(&e->writer, begun);
}

static void put_warnings(struct encoder *e)
{
    uint64_t bits = e->j->warnings | e->r->packet_warnings;

    for (size_t i = 0; i < WARNING_COUNT; i++)
        if (part_has(bits, i))
            put_warning(e, i);
}

static void put_flag(struct encoder *e, size_t i)
{
    const struct flag_row *row = &flag_rows[i];
    Restage__V1__SafetyFlag f = RESTAGE__V1__SAFETY_FLAG__INIT;
    struct basis basis = flag_basis(e->j, (enum flag)i);
    size_t begun = message_begin(&e->writer, FIELD_SAFETY_FLAGS);

    f.code = part_text(row->code);
    f.text = part_text(row->text);
    f.source = part_text(row->source);
    f.verified = part_answer(tri_from(row->verified));
    message_put(&e->writer, &f.base);
    part_inputs(e, SAFETY_FLAG_FIELD_INPUTS, &basis);
    (void)message_end(&e->writer, begun);
}

static void put_flags(struct encoder *e)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (part_has(e->j->flags, i))
            put_flag(e, i);
}

static void put_conflicts(struct encoder *e)
{
    const struct chart *chart = &e->j->chart;

    for (size_t i = 0; i < chart->conflict_count; i++) {
        Restage__V1__Conflict c = RESTAGE__V1__CONFLICT__INIT;
        size_t begun = message_begin(&e->writer, FIELD_CONFLICTS);

        c.name = part_text(input_name(chart->conflicts[i].input));
        message_put(&e->writer, &c.base);
        part_inputs(e, CONFLICT_FIELD_INPUTS, &chart->conflicts[i].basis);
        (void)message_end(&e->writer, begun);
    }
}

/* ---- Stage ----------------------------------------------------------------------------------- */

static void set_stage(struct encoder *e, Restage__V1__Recommendation *m)
{
    const struct chart_stage *stage = &e->j->chart.stage;
    Restage__V1__Stage *message = part_take(e, 1, sizeof(*message));
    Restage__V1__ReportedStage **list = part_take(e, stage->reported_count, sizeof(*list));
    Restage__V1__ReportedStage *reported = part_take(e, stage->reported_count, sizeof(*reported));

    if (message == NULL || list == NULL || reported == NULL)
        return;
    restage__v1__stage__init(message);
    message->t = part_text(stage->t);
    message->n = part_text(stage->n);
    message->m = part_text(stage->m);
    message->group = part_text(stage->group);
    message->edition = stage->edition;
    message->conflict = part_answer(stage->conflict);
    for (size_t i = 0; i < stage->reported_count; i++) {
        const struct stage_statement *s = stage->reported[i].statement;

        restage__v1__reported_stage__init(&reported[i]);
        reported[i].t = part_text(s->t);
        reported[i].n = part_text(s->n);
        reported[i].m = part_text(s->m);
        reported[i].group = part_text(s->group);
        reported[i].edition = s->edition;
        reported[i].event_id = part_uuid(e, &stage->reported[i].event->event_id);
        list[i] = &reported[i];
    }
    message->reported = list;
    message->n_reported = stage->reported_count;
    m->stage = message;
}

/* ---- What stands in every recommendation ----------------------------------------------------- */

static void put_withdrawn(struct encoder *e)
{
    Restage__V1__Withdrawn w = RESTAGE__V1__WITHDRAWN__INIT;
    char id[UUID_TEXT_SIZE];

    if (e->r->event != NULL) {
        uuid_format(&e->r->event->event_id, id);
        w.event_id = id;
    }
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (!part_has(e->r->withdrawn, i))
            continue;
        w.code = part_text(rules[i].code);
        message_put_part(&e->writer, FIELD_WITHDRAWN, &w.base);
    }
}

static void put_holds(struct encoder *e)
{
    for (size_t i = 0; i < e->j->hold_count; i++) {
        Restage__V1__Hold h = RESTAGE__V1__HOLD__INIT;

        h.dead_letter_id = part_text(e->j->holds[i].dead_letter_id);
        h.error_code = part_text(e->j->holds[i].error_code);
        message_put_part(&e->writer, FIELD_HOLDS, &h.base);
    }
}

static void put_policy(struct encoder *e)
{
    for (size_t i = 0; i < policy_count(); i++) {
        struct policy_value value = policy_value(e->j->policy, i);
        Restage__V1__PolicyValue m = RESTAGE__V1__POLICY_VALUE__INIT;

        m.name = part_text(value.name);
        m.value = value.value;
        m.unit = part_text(value.unit);
        message_put_part(&e->writer, FIELD_POLICY, &m.base);
    }
}

static void set_cause(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__Cause *cause = part_take(e, 1, sizeof(*cause));

    if (cause == NULL)
        return;
    restage__v1__cause__init(cause);
    if (e->r->event != NULL)
        cause->event_id = part_uuid(e, &e->r->event->event_id);
    cause->topic = part_text(e->r->cause.topic);
    cause->partition = e->r->cause.partition;
    cause->offset = e->r->cause.offset;
    m->caused_by = cause;
}

static void set_subject(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__Subject *subject = part_take(e, 1, sizeof(*subject));
    Restage__V1__Identifier *patient = part_take(e, 1, sizeof(*patient));

    if (subject == NULL || patient == NULL)
        return;
    restage__v1__identifier__init(patient);
    patient->authority = part_text(e->r->subject->authority);
    patient->value = part_text(e->r->subject->value);
    restage__v1__subject__init(subject);
    subject->patient = patient;
    subject->tumour_id = part_text(e->r->subject->tumour_id);
    m->subject = subject;
}

/* Fields 1 to 13. */
static void put_head(struct encoder *e)
{
    Restage__V1__Recommendation m = RESTAGE__V1__RECOMMENDATION__INIT;
    char *overlays[OVERLAY_COUNT];

    m.recommendation_id = part_uuid(e, &e->r->recommendation_id);
    if (e->r->sequence > 1)
        m.supersedes_id = part_uuid(e, &e->r->supersedes_id);
    set_subject(e, &m);
    m.sequence = (uint64_t)e->r->sequence;
    set_cause(e, &m);
    m.as_of = part_instant(e, e->r->as_of);
    m.kind = (Restage__V1__Kind)e->j->kind;
    m.change = (Restage__V1__Change)e->r->change;
    m.summary = part_text(e->r->summary);
    m.phase = part_text(phase_code(e->j->phase));
    if (e->j->phase != PHASE_END) {
        set_stage(e, &m);
        if (e->j->phase == PHASE_OOS)
            m.out_of_scope_reason = part_text(out_of_scope_reason(&e->j->chart));
        m.overlays = overlays;
        for (size_t i = 0; i < OVERLAY_COUNT; i++)
            if (part_has(e->j->overlays, i))
                overlays[m.n_overlays++] = part_text(overlay_codes[i]);
    }
    message_put(&e->writer, &m.base);
}

/* Fields 19 to 24. */
static void put_foot(struct encoder *e)
{
    Restage__V1__Recommendation m = RESTAGE__V1__RECOMMENDATION__INIT;
    Restage__V1__Rulebook rulebook = RESTAGE__V1__RULEBOOK__INIT;

    put_withdrawn(e);
    put_holds(e);
    rulebook.version = part_text(rulebook_version);
    rulebook.hash = part_text(e->j->policy->rulebook_hash);
    m.rulebook = &rulebook;
    m.review_due_at = part_instant(e, e->j->review_due_at);
    message_put(&e->writer, &m.base);
    put_policy(e);
    restage__v1__recommendation__init(&m);
    m.intended_use = part_text(intended_use);
    message_put(&e->writer, &m.base);
}

static enum status encode(struct encoder *e, struct bytes *ret, struct err *err)
{
    put_head(e);
    if (e->j->phase != PHASE_END) {
        part_findings(e);
        put_warnings(e);
        put_flags(e);
        part_missing(e);
        if (e->j->phase != PHASE_OOS)
            put_conflicts(e);
    }
    put_foot(e);
    if (e->writer.full)
        return err_set(err, RETRY, "recommendation: no memory left in the batch");
    *ret = (struct bytes){.at = e->writer.bytes, .size = e->writer.size};
    return OK;
}

enum status recommendation_encode(const struct recommendation *recommendation, struct arena *arena,
                                  struct bytes *ret, struct err *err)
{
    struct encoder e = {.r = recommendation,
                        .j = &recommendation->judgement,
                        .view = judgement_view(&recommendation->judgement)};

    message_writer_init(&e.writer, arena);
    return encode(&e, ret, err);
}

enum status recommendation_encode_complete(const struct recommendation *recommendation,
                                           struct arena *arena, struct bytes *ret, struct err *err)
{
    struct encoder e = {.r = recommendation,
                        .j = &recommendation->judgement,
                        .view = judgement_view(&recommendation->judgement),
                        .complete = true};

    message_writer_init(&e.writer, arena);
    return encode(&e, ret, err);
}
