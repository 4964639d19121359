#include "guidance/phase.h"

#include <assert.h>
#include <stddef.h>

static bool has_ended(const struct chart *c)
{
    return c->death != NULL;
}

static bool is_out_of_scope(const struct chart *c)
{
    return c->site.fact.truth == TRI_NO || c->histology.fact.truth == TRI_NO ||
           c->paln.fact.truth == TRI_NO;
}

static bool is_suspected(const struct chart *c)
{
    return c->site.fact.truth == TRI_YES && c->histology.fact.truth == TRI_YES &&
           (c->paln.evidence == PALN_SUSPICIOUS || c->paln.evidence == PALN_CONFLICT);
}

static bool scope_is_unknown(const struct chart *c)
{
    return c->scope.truth == TRI_UNKNOWN;
}

static bool was_resected(const struct chart *c)
{
    return c->paln.resected;
}

static bool is_being_staged(const struct chart *c)
{
    return c->therapy.started.truth != TRI_YES && c->ct.fact.truth != TRI_YES;
}

static bool awaits_therapy(const struct chart *c)
{
    return c->therapy.started.truth != TRI_YES;
}

static bool awaits_response(const struct chart *c)
{
    return c->response.state == RESPONSE_STATE_NO_THERAPY ||
           c->response.state == RESPONSE_STATE_NONE ||
           c->response.state == RESPONSE_STATE_NOT_EVALUABLE ||
           c->response.state == RESPONSE_STATE_CONFLICT;
}

static bool is_progressing(const struct chart *c)
{
    return c->response.progressing;
}

static bool has_responded(const struct chart *c)
{
    return c->response.state == RESPONSE_STATE_RESPONSE ||
           c->response.state == RESPONSE_STATE_RESPONSE_STALE ||
           c->response.state == RESPONSE_STATE_RESPONSE_NEW_LESION ||
           c->response.state == RESPONSE_STATE_WANING ||
           c->response.state == RESPONSE_STATE_NE_AFTER_RESPONSE;
}

static bool is_stable(const struct chart *c)
{
    (void)c; /* what is left */
    return true;
}

static const struct {
    enum phase phase;
    const char *code;
    bool (*matches)(const struct chart *);
    const char *meaning;
} rows[] = {
    {PHASE_END, "PH-END", has_ended, "The patient has died; nothing more is said."},
    {PHASE_OOS, "PH-OOS", is_out_of_scope, "This rule set does not cover this patient."},
    {PHASE_SUSP, "PH-SUSP", is_suspected,
     "Para-aortic nodes are suspicious or disputed, not established."},
    {PHASE_SCOPE_U, "PH-SCOPE-U", scope_is_unknown,
     "Whether the guidance applies is not known yet."},
    {PHASE_POST, "PH-POST", was_resected, "The para-aortic disease was resected."},
    {PHASE_STAGE, "PH-STAGE", is_being_staged, "Staging is not complete; no therapy yet."},
    {PHASE_SYS, "PH-SYS", awaits_therapy, "Staged; systemic therapy has not started."},
    {PHASE_ONTX, "PH-ONTX", awaits_response, "On systemic therapy, no evaluable response yet."},
    {PHASE_PD, "PH-PD", is_progressing, "The disease progresses on therapy."},
    {PHASE_RESP, "PH-RESP", has_responded, "The disease has responded to therapy."},
    {PHASE_STABLE, "PH-STABLE", is_stable, "Stable disease, or none that can be measured."},
};

enum phase phase_of(const struct chart *chart)
{
    size_t i = 0;

    while (!rows[i].matches(chart)) /* the last row matches every chart */
        i++;
    return rows[i].phase;
}

const char *phase_code(enum phase phase)
{
    assert(phase > PHASE_NONE && phase < PHASE_COUNT);
    return rows[phase - 1].code;
}

const char *phase_meaning(enum phase phase)
{
    assert(phase > PHASE_NONE && phase < PHASE_COUNT);
    return rows[phase - 1].meaning;
}

const char *out_of_scope_reason(const struct chart *c)
{
    if (c->death != NULL || !is_out_of_scope(c))
        return "";
    if (c->site.fact.truth == TRI_NO)
        return "OOS-NOT-RECTAL";
    if (c->histology.fact.truth == TRI_NO)
        return "OOS-HISTOLOGY";
    switch (c->paln.absent) {
    case PALN_ABSENT_REGIONAL_ONLY:
        return "OOS-REGIONAL-ONLY";
    case PALN_ABSENT_OTHER_NONREGIONAL:
        return "OOS-OTHER-NONREGIONAL";
    case PALN_ABSENT_NONE:
    case PALN_ABSENT_NO_PALN:
        break;
    }
    return "OOS-NO-PALN";
}
