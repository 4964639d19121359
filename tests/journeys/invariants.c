#include "invariants.h"

#include "base/date.h"

#include <string.h>

/* ---- Findings -------------------------------------------------------------------------------- */

/* Places of the findings that the exclusions name, looked up once. */
struct places {
    bool known;
    size_t consider;
    size_t hold;
    size_t avoid;
    size_t factors[3][2]; /* favourable, unfavourable */
};

static const struct places *places(void)
{
    static struct places p;

    if (p.known)
        return &p;
    p = (struct places){.known = true,
                        .consider = rule_index("R-SURG-CONSIDER"),
                        .hold = rule_index("R-SURG-HOLD"),
                        .avoid = rule_index("R-SURG-AVOID"),
                        .factors = {{rule_index("A-TIMING-FAV"), rule_index("A-TIMING-UNFAV")},
                                    {rule_index("A-COUNT-FAV"), rule_index("A-COUNT-UNFAV")},
                                    {rule_index("A-CEA-FAV"), rule_index("A-CEA-UNFAV")}}};
    return &p;
}

static bool warns(const struct judgement *j, enum warning w)
{
    return (j->warnings >> w & 1) != 0;
}

static const char *surgery_broken(const struct judgement *j)
{
    const struct places *p = places();
    bool consider = j->findings[p->consider].status == STATUS_APPLIES;
    bool hold = j->findings[p->hold].status == STATUS_APPLIES;
    bool avoid = j->findings[p->avoid].status == STATUS_APPLIES;
    int advice = (consider ? 1 : 0) + (hold ? 1 : 0) + (avoid ? 1 : 0);

    if (advice > 1)
        return "two of CONSIDER, HOLD and AVOID apply";
    if (j->kind == KIND_GUIDANCE && j->phase != PHASE_POST && advice != 1)
        return "in scope, not resected: none of CONSIDER, HOLD and AVOID applies";
    if (j->phase == PHASE_POST && advice != 0)
        return "advice on resection after the resection";
    if (consider && warns(j, WARNING_PREMATURE_SURG) && j->chart.surgery.premature.count == 0)
        return "CONSIDER applies beside W-PREMATURE-SURG for an open plan";
    for (size_t i = 0; i < 3; i++) {
        enum finding_status good = j->findings[p->factors[i][0]].status;
        enum finding_status bad = j->findings[p->factors[i][1]].status;

        if (good == STATUS_APPLIES && bad == STATUS_APPLIES)
            return "a factor is favourable and unfavourable";
        /* While the scope is unknown a side that fails is NOT, the other UNDETERMINED. */
        if (j->kind == KIND_GUIDANCE &&
            (good == STATUS_UNDETERMINED) != (bad == STATUS_UNDETERMINED))
            return "a factor is known on one side only";
    }
    return NULL;
}

/* The reasons of the guidance that no datum would settle. */
static bool has_open_reason(const struct judgement *j)
{
    return warns(j, WARNING_OTHER_METS) || warns(j, WARNING_PRIOR_PD) ||
           warns(j, WARNING_RESPONSE_WANING) || warns(j, WARNING_POOR_PS) ||
           warns(j, WARNING_SITE_GT15) || (j->overlays >> OVERLAY_EMERG & 1) != 0;
}

static const char *findings_broken(const struct judgement *j)
{
    bool silent = j->phase == PHASE_OOS || j->phase == PHASE_END;

    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct finding *f = &j->findings[i];

        if (silent && f->status != STATUS_NOT)
            return "a finding in PH-OOS or PH-END";
        if (f->status == STATUS_NOT &&
            (f->presentation != PRESENTATION_SHOWN || f->flagged_by != 0))
            return "a finding that is NOT is flagged";
        if (f->status == STATUS_NOT && f->missing != 0)
            return "a finding that is NOT misses something";
        if (f->status == STATUS_UNDETERMINED && f->missing == 0 && !has_open_reason(j))
            return rules[i].code; /* undetermined without a reason */
        if ((f->missing & ~j->missing) != 0)
            return "a finding misses what the top list does not";
        if (f->presentation != PRESENTATION_SHOWN && f->flagged_by == 0)
            return "a presentation without a flag";
        if ((f->flagged_by & ~j->flags) != 0)
            return "a finding is flagged by what is not raised";
    }
    return NULL;
}

static const char *missing_broken(const struct judgement *j)
{
    for (int input = 0; input < INPUT_COUNT; input++)
        if ((j->missing & input_bit((enum input)input)) != 0 && j->chart.why[input] == WHY_NONE)
            return input_name((enum input)input); /* missing without a reason */
    if (j->chart.primary.emergency.truth == TRI_UNKNOWN)
        return "EMERG is unknown";
    if (j->phase == PHASE_END && (j->missing != 0 || j->warnings != 0 || j->flags != 0))
        return "something but the end is said in PH-END";
    return NULL;
}

/* ---- Phases ---------------------------------------------------------------------------------- */

static enum finding_status status_in(const struct judgement *j, const char *code)
{
    return j->findings[rule_index(code)].status;
}

/* What follows from being in scope, in whatever phase. */
static const char *scope_broken(const struct judgement *j)
{
    static const char *const everywhere[] = {"A-STAGE4",       "A-PALLIATIVE",  "A-LTS",
                                             "A-NOT-REGIONAL", "R-NO-LARC-CRT", "A-PROG-POOR"};
    enum finding_status expected = j->kind == KIND_GUIDANCE       ? STATUS_APPLIES
                                   : j->kind == KIND_UNDETERMINED ? STATUS_UNDETERMINED
                                                                  : STATUS_NOT;

    for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
        if (status_in(j, everywhere[i]) != expected)
            return "what is said of the disease does not follow the scope";
    if (j->kind == KIND_GUIDANCE &&
        (strncmp(j->chart.stage.group, "IV", 2) != 0 || strstr(j->chart.stage.m, "M1") == NULL))
        return "para-aortic nodes are involved and the stage is not IV with M1";
    if (warns(j, WARNING_SOURCE_TRUNCATED) != (j->kind == KIND_GUIDANCE))
        return "W-SOURCE-TRUNCATED does not follow the scope";
    if (j->phase == PHASE_OOS && (j->warnings & ~(UINT64_C(1) << WARNING_NOT_REGIONAL |
                                                  UINT64_C(1) << WARNING_RECORD_INCOMPLETE)) != 0)
        return "PH-OOS warns of what it does not cover";
    return NULL;
}

/* What follows from the phase. */
static const char *phase_broken(const struct judgement *j)
{
    const struct places *p = places();
    bool emergency = (j->overlays >> OVERLAY_EMERG & 1) != 0;

    if ((j->findings[p->avoid].status == STATUS_APPLIES) != (j->phase == PHASE_PD))
        return "R-SURG-AVOID applies in PH-PD and nowhere else";
    if (j->findings[p->consider].status == STATUS_APPLIES && j->phase != PHASE_RESP)
        return "R-SURG-CONSIDER applies without a response";
    if (j->findings[p->consider].status == STATUS_APPLIES && emergency)
        return "R-SURG-CONSIDER applies in an emergency";
    if (j->phase == PHASE_PD && status_in(j, "R-SYS-FIRST") != STATUS_NOT)
        return "R-SYS-FIRST in PH-PD";
    if (emergency && status_in(j, "R-SYS-EARLY") == STATUS_APPLIES)
        return "an early start is recommended in an emergency";
    if (((j->flags >> FLAG_EMERG & 1) != 0) != emergency)
        return "X-EMERG without OV-EMERG, or the other way round";
    if (warns(j, WARNING_SOURCE_SILENT_POST) != (j->phase == PHASE_POST))
        return "W-SOURCE-SILENT-POST is not PH-POST";
    if ((j->phase == PHASE_STAGE || j->phase == PHASE_SYS) &&
        (status_in(j, "R-RESPONSE-ASSESS") != STATUS_NOT ||
         j->findings[p->hold].status != STATUS_APPLIES))
        return "before therapy there is nothing to assess, and surgery waits";
    if (j->phase == PHASE_SYS && status_in(j, "R-CT-CAP") != STATUS_NOT)
        return "PH-SYS with incomplete staging";
    return NULL;
}

/* ---- Time ------------------------------------------------------------------------------------ */

bool judgement_is_same_at(const struct recommendation *said, int64_t as_of)
{
    static struct judgement at; /* large */
    const struct judgement *j = &said->judgement;
    struct digest now = judgement_digest(j);
    struct digest then;

    judge(&said->subject->history, j->holds, j->hold_count, j->policy, as_of, &at);
    then = judgement_digest(&at);
    return memcmp(&now, &then, sizeof(now)) == 0;
}

static const char *review_broken(const struct recommendation *said)
{
    int64_t due = said->judgement.review_due_at;

    if (due == INSTANT_NONE)
        return NULL;
    if (due <= said->as_of)
        return "the review is due in the past";
    if (due % DAY_MS != 0)
        return "the review is not due at a midnight";
    if (said->judgement.phase == PHASE_END)
        return "a review after the end";
    if (!judgement_is_same_at(said, due - 1))
        return "the judgement changes before the review is due";
    if (judgement_is_same_at(said, due))
        return "nothing changes when the review is due";
    return NULL;
}

/* Of the three packet warnings at most one, and the one about removal after a removal only. */
static const char *packet_broken(const struct recommendation *said)
{
    enum report_status status = said->event->status;
    bool removed = status == REPORT_STATUS_RETRACTED || status == REPORT_STATUS_WRONG_PATIENT;
    bool corrected = status == REPORT_STATUS_CORRECTED || status == REPORT_STATUS_AMENDED;
    uint64_t w = said->packet_warnings;

    if (said->judgement.phase == PHASE_END)
        return w == 0 ? NULL : "a packet warning after the end";
    if ((w >> WARNING_RETRACTED & 1) != (removed ? 1u : 0u))
        return "W-RETRACTED does not follow a removal";
    if (corrected && (w >> WARNING_CORRECTED & 1) == 0)
        return "no W-CORRECTED after a correction";
    if ((w & (w - 1)) != 0)
        return "two packet warnings at once";
    return NULL;
}

/* ---- The row of recommendations -------------------------------------------------------------- */

static const char *row_broken(const struct recommendation *said, const struct trail *t,
                              const struct digest *digest, uint64_t applied)
{
    bool same = memcmp(digest, &t->digest, sizeof(*digest)) == 0;
    enum change change = t->sequence == 0 ? CHANGE_INITIAL
                         : same           ? CHANGE_UNCHANGED
                                          : CHANGE_CHANGED;

    if (said->sequence != t->sequence + 1)
        return "the sequence has a gap";
    if (said->as_of < t->as_of)
        return "as_of goes back";
    if (uuid_compare(&said->supersedes_id, &t->recommendation_id) != 0)
        return "it supersedes another than the last";
    if (said->withdrawn != (t->applied & ~applied))
        return "withdrawn is not what applied before and does not now";
    if (said->change != change)
        return "the change is not what the digests say";
    return NULL;
}

const char *invariant_broken(const struct recommendation *said, struct trail *t)
{
    const struct judgement *j = &said->judgement;
    struct digest digest = judgement_digest(j);
    const char *broken = surgery_broken(j);
    uint64_t applied = 0;

    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (j->findings[i].status == STATUS_APPLIES)
            applied |= UINT64_C(1) << i;
        if (digest_applied(&digest, i) != (j->findings[i].status == STATUS_APPLIES))
            broken = "the digest forgets what applied";
    }
    if (broken == NULL)
        broken = findings_broken(j);
    if (broken == NULL)
        broken = missing_broken(j);
    if (broken == NULL)
        broken = scope_broken(j);
    if (broken == NULL)
        broken = phase_broken(j);
    if (broken == NULL)
        broken = packet_broken(said);
    if (broken == NULL)
        broken = review_broken(said);
    if (broken == NULL)
        broken = row_broken(said, t, &digest, applied);
    *t = (struct trail){.sequence = said->sequence,
                        .as_of = said->as_of,
                        .recommendation_id = said->recommendation_id,
                        .digest = digest,
                        .applied = applied};
    return broken;
}
