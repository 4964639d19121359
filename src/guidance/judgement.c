#include "guidance/judgement.h"

#include "base/digest.h"
#include "staging/fold.h"

#include <assert.h>
#include <string.h>

#define REVIEW_STEPS_MAX 64 /* ages that are looked at for one review date */
#define DIGEST_LAYOUT 1     /* first byte of a digest; another one is compared with nothing */

const char *const overlay_codes[OVERLAY_COUNT] = {"OV-EMERG", "OV-CONFLICT", "OV-UNFIT"};

size_t rule_index(const char *code)
{
    size_t i = 0;

    while (strcmp(rules[i].code, code) != 0) {
        i++;
        assert(i < RULE_COUNT);
    }
    return i;
}

struct view judgement_view(const struct judgement *j)
{
    return (struct view){.chart = &j->chart, .policy = j->policy, .phase = j->phase};
}

/* ---- Findings -------------------------------------------------------------------------------- */

static struct finding find(const struct rule *rule, const struct view *v)
{
    struct finding f = {.status = STATUS_NOT, .presentation = PRESENTATION_SHOWN};
    uint32_t missing;

    if (v->phase == PHASE_END || v->phase == PHASE_OOS ||
        (v->phase == PHASE_POST && !rule->after_resection))
        return f;
    switch (rule_holds(rule, v, &missing)) {
    case TRI_YES:
        f.status = STATUS_APPLIES;
        f.missing = rule->always_missing;
        break;
    case TRI_NO:
        f.status = STATUS_NOT;
        break;
    case TRI_UNKNOWN:
        f.status = STATUS_UNDETERMINED;
        f.missing = missing | rule->always_missing;
        break;
    }
    return f;
}

/* Inputs that a row always lists are listed only while they are missing. */
static void find_all(struct judgement *j)
{
    struct view v = judgement_view(j);
    uint32_t known = 0;

    for (int input = 0; input < INPUT_COUNT; input++)
        if (j->chart.why[input] == WHY_NONE)
            known |= input_bit((enum input)input);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        struct finding *f = &j->findings[i];

        *f = find(&rules[i], &v);
        f->missing &= ~(rules[i].always_missing & known);
        j->missing |= f->missing;
    }
}

/* SUPPRESSED beats REVIEW; what does not apply anyway stays as it is. */
static void present(struct judgement *j)
{
    for (int flag = 0; flag < FLAG_COUNT; flag++) {
        if ((j->flags & (UINT32_C(1) << flag)) == 0)
            continue;
        for (const struct flag_effect *e = flag_rows[flag].effects; e->code != NULL; e++) {
            struct finding *f = &j->findings[rule_index(e->code)];

            if (f->status == STATUS_NOT)
                continue;
            f->flagged_by |= UINT32_C(1) << flag;
            if (flag_suppresses(j, (enum flag)flag, e))
                f->presentation = PRESENTATION_SUPPRESSED;
            else if (f->presentation == PRESENTATION_SHOWN)
                f->presentation = PRESENTATION_REVIEW;
        }
    }
}

/* ---- The rest -------------------------------------------------------------------------------- */

static enum kind kind_of(enum phase phase)
{
    switch (phase) {
    case PHASE_END:
        return KIND_ENDED;
    case PHASE_OOS:
        return KIND_OUT_OF_SCOPE;
    case PHASE_SUSP:
    case PHASE_SCOPE_U:
        return KIND_UNDETERMINED;
    case PHASE_NONE:
    case PHASE_POST:
    case PHASE_STAGE:
    case PHASE_SYS:
    case PHASE_ONTX:
    case PHASE_PD:
    case PHASE_RESP:
    case PHASE_STABLE:
        return KIND_GUIDANCE;
    }
    return KIND_GUIDANCE; /* uncovered: every phase is named above */
}

static uint32_t overlays_of(const struct judgement *j)
{
    const struct chart *c = &j->chart;
    uint32_t all = 0;

    if (j->phase == PHASE_END)
        return 0;
    if (c->primary.emergency.truth == TRI_YES)
        all |= UINT32_C(1) << OVERLAY_EMERG;
    if (j->phase == PHASE_OOS)
        return all;
    if (c->paln.evidence == PALN_CONFLICT ||
        (c->response.state == RESPONSE_STATE_CONFLICT && j->phase != PHASE_POST))
        all |= UINT32_C(1) << OVERLAY_CONFLICT;
    if (c->fitness.fact.truth == TRI_NO)
        all |= UINT32_C(1) << OVERLAY_UNFIT;
    return all;
}

/* Biomarkers that only a raised flag needs stand in the top list without a finding. */
static uint32_t missing_for_flags(const struct judgement *j)
{
    static const struct {
        enum flag flag;
        enum input input;
    } needs[] = {
        {FLAG_MSI_UNK, INPUT_MSI_MMR},
        {FLAG_RAS_UNK, INPUT_NRAS},
        {FLAG_BRAF_UNK, INPUT_BRAF},
        {FLAG_DPD_UNK, INPUT_DPYD},
    };
    uint32_t missing = 0;

    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        if ((j->flags & (UINT32_C(1) << needs[i].flag)) != 0 &&
            j->chart.why[needs[i].input] != WHY_NONE)
            missing |= input_bit(needs[i].input);
    return missing;
}

static void set_occasion(struct judgement *j, const struct hold *holds, size_t hold_count,
                         const struct policy *policy)
{
    j->policy = policy;
    j->holds = holds;
    j->hold_count = hold_count;
}

/* Judge what is on ${record} as seen at ${as_of}; policy and holds of ${j} are set. */
static void judge_record(struct record *record, int64_t as_of, struct judgement *j)
{
    fold_ages(record, as_of, &j->chart);
    j->phase = phase_of(&j->chart);
    j->kind = kind_of(j->phase);
    j->missing = 0;
    j->review_due_at = INSTANT_NONE;
    find_all(j);
    j->overlays = overlays_of(j);
    j->warnings = warnings_of(j);
    j->flags = flags_of(j);
    present(j);
    if (j->phase == PHASE_END || j->phase == PHASE_OOS)
        j->missing = 0;
    else
        j->missing |= missing_for_flags(j);
    if (j->phase == PHASE_POST && j->chart.surgery.residual_event == NULL)
        j->missing |= input_bit(INPUT_R_STATUS);
}

/* Fill review_due_at: the first midnight UTC after as_of at which the judgement changes. */
static void find_review_date(struct record *record, struct judgement *j)
{
    struct digest now;
    struct judgement later;
    int32_t day = j->chart.next_change_day;

    if (j->phase == PHASE_END || day == DAY_NONE)
        return;
    now = judgement_digest(j);
    set_occasion(&later, j->holds, j->hold_count, j->policy);
    /* uncovered: the bound needs more than 64 ages in one history that change nothing */
    for (int i = 0; i < REVIEW_STEPS_MAX && day != DAY_NONE; i++) {
        struct digest then;

        judge_record(record, day * DAY_MS, &later);
        then = judgement_digest(&later);
        if (memcmp(&now, &then, sizeof(now)) != 0) {
            j->review_due_at = day * DAY_MS;
            return;
        }
        day = later.chart.next_change_day;
    }
}

void judge(const struct history *history, const struct hold *holds, size_t hold_count,
           const struct policy *policy, int64_t as_of, struct judgement *ret)
{
    struct record record;

    set_occasion(ret, holds, hold_count, policy);
    fold_record(history, &policy->cutoffs, &record);
    judge_record(&record, as_of, ret);
}

void judge_with_review(const struct history *history, const struct hold *holds, size_t hold_count,
                       const struct policy *policy, int64_t as_of, struct judgement *ret)
{
    struct record record;

    set_occasion(ret, holds, hold_count, policy);
    fold_record(history, &policy->cutoffs, &record);
    judge_record(&record, as_of, ret);
    find_review_date(&record, ret);
}

/* ---- Digest ---------------------------------------------------------------------------------- */

struct digest_writer {
    uint8_t *at;
    size_t left;
};

static void put(struct digest_writer *w, uint64_t value, size_t size)
{
    assert(size <= w->left);
    for (size_t i = 0; i < size; i++)
        w->at[i] = (uint8_t)(value >> (8 * i));
    w->at += size;
    w->left -= size;
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (hash ^ 0xff) * UINT64_C(1099511628211);
}

/* Everything of the stage as one number: texts, what was reported by whom, conflict. */
static uint64_t stage_hash(const struct chart_stage *s)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    hash = add_text(add_text(add_text(add_text(hash, s->t), s->n), s->m), s->group);
    hash = (hash ^ (uint64_t)(s->conflict + 2)) * UINT64_C(1099511628211);
    hash = (hash ^ s->edition) * UINT64_C(1099511628211);
    for (size_t i = 0; i < s->reported_count; i++) {
        const struct stage_statement *r = s->reported[i].statement;

        hash = add_text(add_text(add_text(add_text(hash, r->t), r->n), r->m), r->group);
        for (size_t k = 0; k < 16; k++)
            hash = (hash ^ s->reported[i].event->event_id.bytes[k]) * UINT64_C(1099511628211);
    }
    return hash;
}

#define DIGEST_FINDINGS 32 /* where the findings begin: 1 + 4 bytes each */

struct digest judgement_digest(const struct judgement *j)
{
    struct digest d = {{0}};
    struct digest_writer w = {d.bytes, sizeof(d.bytes)};

    put(&w, DIGEST_LAYOUT, 1);
    put(&w, (uint64_t)j->kind, 1);
    put(&w, (uint64_t)j->phase, 1);
    put(&w, 0, 1);
    put(&w, j->overlays, 4);
    put(&w, j->phase == PHASE_END ? 0 : stage_hash(&j->chart.stage), 8);
    put(&w, j->warnings, 8);
    put(&w, j->flags, 4);
    put(&w, j->missing, 4);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        put(&w, (uint64_t)j->findings[i].status | (uint64_t)j->findings[i].presentation << 4, 1);
        put(&w, j->findings[i].missing, 4);
    }
    for (int input = 0; input < INPUT_COUNT; input++)
        put(&w,
            (j->missing & input_bit((enum input)input)) != 0 ? (uint64_t)j->chart.why[input] : 0,
            1);
    put(&w, add_text(0, j->phase == PHASE_OOS ? out_of_scope_reason(&j->chart) : ""), 8);
    return d;
}

bool digest_applied(const struct digest *d, size_t i)
{
    return d->bytes[0] == DIGEST_LAYOUT &&
           (d->bytes[DIGEST_FINDINGS + 5 * i] & 15) == STATUS_APPLIES;
}
