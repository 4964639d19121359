#include "guidance/recommendation.h"

#include "base/text.h"

#include <string.h>

const char intended_use[] =
    "Supports the discussion of a tumour board; it does not decide. Rules come from a guidance "
    "text, "
    "not from a society's guideline; safety flags come from elsewhere. What is unknown is said.";

struct uuid subject_uuid(const char *authority, const char *value, const char *tumour_id)
{
    const struct uuid_part parts[] = {uuid_part_text(authority), uuid_part_text(value),
                                      uuid_part_text(tumour_id)};

    return uuid_from_parts(&uuid_namespace_subject, parts, 3);
}

/* ---- The delta ------------------------------------------------------------------------------- */

static void make_ids(struct recommendation *r, const char *rulebook)
{
    uint8_t number[8];
    const struct uuid_part parts[] = {
        {r->subject->subject.bytes, sizeof(r->subject->subject.bytes)},
        uuid_part_number((uint64_t)r->sequence, number),
        uuid_part_text(rulebook)};

    r->recommendation_id = uuid_from_parts(&uuid_namespace_recommendation, parts, 3);
    r->supersedes_id = r->subject->previous.recommendation_id;
}

static void compare(struct recommendation *r, const struct digest *digest)
{
    const struct previous *p = &r->subject->previous;

    r->withdrawn = 0;
    if (p->sequence == 0) {
        r->change = CHANGE_INITIAL;
        return;
    }
    r->change =
        memcmp(digest, &p->digest, sizeof(*digest)) == 0 ? CHANGE_UNCHANGED : CHANGE_CHANGED;
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (digest_applied(&p->digest, i) && r->judgement.findings[i].status != STATUS_APPLIES)
            r->withdrawn |= UINT64_C(1) << i;
}

static void summarise(struct recommendation *r)
{
    const struct judgement *j = &r->judgement;
    struct text_builder b = text_builder_over(r->summary, sizeof(r->summary));
    const char *reason = out_of_scope_reason(&j->chart);

    text_add(&b, phase_code(j->phase));
    text_add(&b, ": ");
    text_add(&b, phase_meaning(j->phase));
    if (reason[0] != '\0') {
        text_add(&b, " ");
        text_add(&b, reason);
    }
    if ((j->overlays & (UINT32_C(1) << OVERLAY_EMERG)) != 0)
        text_add(&b, " Emergency of the primary: assess at once.");
    else if (j->findings[RULE_SURG_CONSIDER].status == STATUS_APPLIES)
        text_add(&b, " Resection may be considered.");
    else if (j->findings[RULE_SURG_AVOID].status == STATUS_APPLIES)
        text_add(&b, " Avoid surgery.");
    else if (j->findings[RULE_SURG_HOLD].status == STATUS_APPLIES)
        text_add(&b, " No elective resection for now.");
}

/* Ids, summary and delta of a judgement that is there; moves the subject's previous on. */
static void complete(struct subject_case *subject, struct recommendation *r, int64_t as_of)
{
    struct digest digest = judgement_digest(&r->judgement);

    r->subject = subject;
    r->as_of = as_of;
    r->sequence = subject->previous.sequence + 1;
    make_ids(r, r->judgement.policy->rulebook_hash);
    compare(r, &digest);
    summarise(r);
    subject->previous = (struct previous){.sequence = r->sequence,
                                          .recommendation_id = r->recommendation_id,
                                          .as_of = as_of,
                                          .digest = digest};
}

/* ---- Packet warnings ------------------------------------------------------------------------- */

static bool statuses_differ(const struct judgement *a, const struct judgement *b)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (a->findings[i].status != b->findings[i].status)
            return true;
    return false;
}

/* Late: something counted is clinically later, and without this event other findings would hold. */
static bool is_out_of_order(struct subject_case *s, const struct event *event,
                            const struct judgement *with)
{
    struct judgement without;
    struct history_entry *entry;

    if (!history_has_later(&s->history, event))
        return false;
    entry = history_withdraw(&s->history, event);
    judge(&s->history, with->holds, with->hold_count, with->policy, with->chart.as_of, &without);
    history_restore(&s->history, entry);
    return statuses_differ(with, &without);
}

static uint64_t packet_warnings(struct subject_case *s, const struct event *event,
                                const struct judgement *j)
{
    if (event->status == REPORT_STATUS_RETRACTED || event->status == REPORT_STATUS_WRONG_PATIENT)
        return UINT64_C(1) << WARNING_RETRACTED;
    if (history_replaced_final(&s->history, event))
        return UINT64_C(1) << WARNING_CORRECTED;
    return is_out_of_order(s, event, j) ? UINT64_C(1) << WARNING_OUT_OF_ORDER : 0;
}

/* ---- Applying -------------------------------------------------------------------------------- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Never earlier than the subject's last evaluation. */
static int64_t evaluated_at(const struct subject_case *s, const struct arrival *arrival)
{
    return s->previous.sequence == 0 ? arrival->timestamp_ms
                                     : later(arrival->timestamp_ms, s->previous.as_of);
}

enum status case_apply(struct subject_case *s, const struct event *event,
                       const struct arrival *arrival, const struct policy *policy,
                       enum admission *ret_admission, struct recommendation *ret, struct err *err)
{
    int64_t as_of = evaluated_at(s, arrival);
    enum status status = history_admit(&s->history, event, ret_admission, err);

    if (status != OK || *ret_admission != ADMISSION_APPLIED)
        return status;
    if (event->kind == BODY_REVIEW_DUE)
        as_of = later(as_of, event->body.review_due.due_at);
    judge_with_review(&s->history, s->holds, s->hold_count, policy, as_of, &ret->judgement);
    ret->event = event;
    ret->cause = *arrival;
    ret->packet_warnings =
        ret->judgement.phase == PHASE_END ? 0 : packet_warnings(s, event, &ret->judgement);
    complete(s, ret, as_of);
    return OK;
}

void case_rejudge(struct subject_case *s, const struct arrival *arrival,
                  const struct policy *policy, struct recommendation *ret)
{
    int64_t as_of = evaluated_at(s, arrival);

    judge_with_review(&s->history, s->holds, s->hold_count, policy, as_of, &ret->judgement);
    ret->event = NULL;
    ret->cause = *arrival;
    ret->packet_warnings = 0;
    complete(s, ret, as_of);
}

void case_judge_at(const struct subject_case *s, int64_t as_of, const struct policy *policy,
                   struct recommendation *ret)
{
    judge_with_review(&s->history, s->holds, s->hold_count, policy, as_of, &ret->judgement);
    ret->as_of = as_of;
    summarise(ret);
}
