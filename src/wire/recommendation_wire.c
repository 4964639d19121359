#include "wire/recommendation_wire.h"

#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "wire/recommendation_part.h"

/* ---- Warnings, flags, conflicts, overlays
 * -------------------------------------------------------- */

static bool is_packet_warning(size_t i)
{
    return i == WARNING_CORRECTED || i == WARNING_RETRACTED || i == WARNING_OUT_OF_ORDER;
}

static Restage__V1__Warning *warning_message(struct encoder *e, size_t i)
{
    Restage__V1__Warning *w = part_take(e, 1, sizeof(*w));
    struct basis basis = {0};

    if (w == NULL)
        return NULL;
    restage__v1__warning__init(w);
    w->code = part_text(warning_rows[i].code);
    w->text = part_text(warning_rows[i].text);
    if (warning_rows[i].statement[0] != '\0') {
        w->statements = part_take(e, 1, sizeof(*w->statements));
        if (w->statements == NULL)
            return NULL;
        w->statements[w->n_statements++] = part_text(warning_rows[i].statement);
    }
    if (is_packet_warning(i))
        basis_add(&basis, e->r->event);
    else
        basis = warning_basis(e->j, (enum warning)i);
    part_inputs(e, &basis, &w->n_inputs, &w->inputs);
    return w;
}

static void put_warnings(struct encoder *e, Restage__V1__Recommendation *m)
{
    uint64_t bits = e->j->warnings | e->r->packet_warnings;
    Restage__V1__Warning **list = part_take(e, part_count(bits), sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < WARNING_COUNT; i++)
        if (part_has(bits, i))
            list[m->n_warnings++] = warning_message(e, i);
    m->warnings = list;
}

static Restage__V1__SafetyFlag *flag_message(struct encoder *e, size_t i)
{
    Restage__V1__SafetyFlag *f = part_take(e, 1, sizeof(*f));
    struct basis basis = flag_basis(e->j, (enum flag)i);

    if (f == NULL)
        return NULL;
    restage__v1__safety_flag__init(f);
    f->code = part_text(flag_rows[i].code);
    f->text = part_text(flag_rows[i].text);
    f->source = part_text(flag_rows[i].source);
    f->verified = part_answer(tri_from(flag_rows[i].verified));
    part_inputs(e, &basis, &f->n_inputs, &f->inputs);
    return f;
}

static void put_flags(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__SafetyFlag **list = part_take(e, part_count(e->j->flags), sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (part_has(e->j->flags, i))
            list[m->n_safety_flags++] = flag_message(e, i);
    m->safety_flags = list;
}

static void put_conflicts(struct encoder *e, Restage__V1__Recommendation *m)
{
    const struct chart *chart = &e->j->chart;
    Restage__V1__Conflict **list = part_take(e, chart->conflict_count, sizeof(*list));
    Restage__V1__Conflict *conflicts = part_take(e, chart->conflict_count, sizeof(*conflicts));

    if (list == NULL || conflicts == NULL)
        return;
    for (size_t i = 0; i < chart->conflict_count; i++) {
        restage__v1__conflict__init(&conflicts[i]);
        conflicts[i].name = part_text(input_name(chart->conflicts[i].input));
        part_inputs(e, &chart->conflicts[i].basis, &conflicts[i].n_inputs, &conflicts[i].inputs);
        list[i] = &conflicts[i];
    }
    m->conflicts = list;
    m->n_conflicts = chart->conflict_count;
}

static void put_overlays(struct encoder *e, Restage__V1__Recommendation *m)
{
    char **list = part_take(e, OVERLAY_COUNT, sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < OVERLAY_COUNT; i++)
        if (part_has(e->j->overlays, i))
            list[m->n_overlays++] = part_text(overlay_codes[i]);
    m->overlays = list;
}

/* ---- Stage ----------------------------------------------------------------------------------- */

static void put_stage(struct encoder *e, Restage__V1__Recommendation *m)
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

static void put_withdrawn(struct encoder *e, Restage__V1__Recommendation *m)
{
    size_t count = part_count(e->r->withdrawn);
    Restage__V1__Withdrawn **list = part_take(e, count, sizeof(*list));
    Restage__V1__Withdrawn *withdrawn = part_take(e, count, sizeof(*withdrawn));

    if (list == NULL || withdrawn == NULL)
        return;
    for (size_t i = 0; i < RULE_COUNT; i++) {
        Restage__V1__Withdrawn *w = &withdrawn[m->n_withdrawn];

        if (!part_has(e->r->withdrawn, i))
            continue;
        restage__v1__withdrawn__init(w);
        w->code = part_text(rules[i].code);
        if (e->r->event != NULL)
            w->event_id = part_uuid(e, &e->r->event->event_id);
        list[m->n_withdrawn++] = w;
    }
    m->withdrawn = list;
}

static void put_holds(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__Hold **list = part_take(e, e->j->hold_count, sizeof(*list));
    Restage__V1__Hold *holds = part_take(e, e->j->hold_count, sizeof(*holds));

    if (list == NULL || holds == NULL)
        return;
    for (size_t i = 0; i < e->j->hold_count; i++) {
        restage__v1__hold__init(&holds[i]);
        holds[i].dead_letter_id = part_text(e->j->holds[i].dead_letter_id);
        holds[i].error_code = part_text(e->j->holds[i].error_code);
        list[i] = &holds[i];
    }
    m->holds = list;
    m->n_holds = e->j->hold_count;
}

static void put_policy(struct encoder *e, Restage__V1__Recommendation *m)
{
    size_t count = policy_count();
    Restage__V1__PolicyValue **list = part_take(e, count, sizeof(*list));
    Restage__V1__PolicyValue *values = part_take(e, count, sizeof(*values));

    if (list == NULL || values == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        struct policy_value value = policy_value(e->j->policy, i);

        restage__v1__policy_value__init(&values[i]);
        values[i].name = part_text(value.name);
        values[i].value = part_copy(e, value.value);
        values[i].unit = part_text(value.unit);
        list[i] = &values[i];
    }
    m->policy = list;
    m->n_policy = count;
}

static void put_cause(struct encoder *e, Restage__V1__Recommendation *m)
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

static void put_subject(struct encoder *e, Restage__V1__Recommendation *m)
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

static void put_frame(struct encoder *e, Restage__V1__Recommendation *m)
{
    m->recommendation_id = part_uuid(e, &e->r->recommendation_id);
    if (e->r->sequence > 1)
        m->supersedes_id = part_uuid(e, &e->r->supersedes_id);
    put_subject(e, m);
    m->sequence = (uint64_t)e->r->sequence;
    put_cause(e, m);
    m->as_of = part_instant(e, e->r->as_of);
    m->kind = (Restage__V1__Kind)e->j->kind;
    m->change = (Restage__V1__Change)e->r->change;
    m->summary = part_text(e->r->summary);
    m->phase = part_text(phase_code(e->j->phase));
    m->review_due_at = part_instant(e, e->j->review_due_at);
    m->intended_use = part_text(intended_use);
    put_withdrawn(e, m);
    put_holds(e, m);
    put_policy(e, m);
}

static enum status encode(struct encoder *e, struct bytes *ret, struct err *err)
{
    Restage__V1__Recommendation m = RESTAGE__V1__RECOMMENDATION__INIT;
    Restage__V1__Rulebook rulebook = RESTAGE__V1__RULEBOOK__INIT;
    uint8_t *bytes = NULL;

    rulebook.version = part_text(rulebook_version);
    rulebook.hash = part_text(e->j->policy->rulebook_hash);
    m.rulebook = &rulebook;
    put_frame(e, &m);
    if (e->j->phase != PHASE_END) {
        put_stage(e, &m);
        m.out_of_scope_reason =
            part_text(e->j->phase == PHASE_OOS ? out_of_scope_reason(&e->j->chart) : "");
        put_overlays(e, &m);
        part_findings(e, &m);
        put_warnings(e, &m);
        put_flags(e, &m);
        part_missing(e, &m);
        if (e->j->phase != PHASE_OOS)
            put_conflicts(e, &m);
    }
    if (!e->full)
        bytes = part_take(e, restage__v1__recommendation__get_packed_size(&m), 1);
    if (bytes == NULL)
        return err_set(err, RETRY, "recommendation: no memory left in the batch");
    *ret = (struct bytes){.at = bytes, .size = restage__v1__recommendation__pack(&m, bytes)};
    return OK;
}

enum status recommendation_encode(const struct recommendation *recommendation, struct arena *arena,
                                  struct bytes *ret, struct err *err)
{
    struct encoder e = {.r = recommendation,
                        .j = &recommendation->judgement,
                        .view = judgement_view(&recommendation->judgement),
                        .arena = arena};

    return encode(&e, ret, err);
}

enum status recommendation_encode_complete(const struct recommendation *recommendation,
                                           struct arena *arena, struct bytes *ret, struct err *err)
{
    struct encoder e = {.r = recommendation,
                        .j = &recommendation->judgement,
                        .view = judgement_view(&recommendation->judgement),
                        .arena = arena,
                        .complete = true};

    return encode(&e, ret, err);
}
