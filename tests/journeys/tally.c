#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const met_names[MET_COUNT] = {
    [MET_JOURNEYS] = "journeys",
    [MET_EVENTS] = "events",
    [MET_RECOMMENDATIONS] = "recommendations",
    [MET_CORRECTIONS] = "corrections",
    [MET_AMENDMENTS] = "amendments",
    [MET_RETRACTIONS] = "retractions",
    [MET_WRONG_PATIENTS] = "wrong patients",
    [MET_CANCELLATIONS] = "cancellations",
    [MET_PRELIMINARY] = "preliminary reports",
    [MET_FINAL_WITHOUT_BODY] = "finals without body",
    [MET_REMOVED_WITHOUT_BODY] = "removals without body",
    [MET_LATE] = "late arrivals",
    [MET_DUPLICATES] = "duplicates",
    [MET_OLDER] = "older versions",
    [MET_ID_CONFLICTS] = "ids used twice",
    [MET_TIES] = "ties of versions",
    [MET_EQUAL_NUMBERS] = "equal report numbers",
    [MET_YEARS] = "dates: year only",
    [MET_MONTHS] = "dates: month only",
    [MET_OFFSETS] = "dates: time and offset",
    [MET_BOUNDARIES] = "values at a limit",
    [MET_FIRST_LINES] = "first lines",
    [MET_SECOND_LINES] = "second lines",
    [MET_THIRD_LINES] = "third lines",
    [MET_SECOND_EPISODES] = "second episodes",
    [MET_REVIEWS] = "reviews that came due",
    [MET_DEATHS] = "deaths",
    [MET_INITIAL] = "change: initial",
    [MET_CHANGED] = "change: changed",
    [MET_UNCHANGED] = "change: unchanged",
    [MET_WITHDRAWN] = "findings withdrawn",
    [MET_SHUFFLED] = "journeys shuffled",
};

static const char *const body_names[BODY_KIND_COUNT] = {
    "none",
    "pathology",
    "molecular",
    "laboratory",
    "imaging",
    "endoscopy",
    "status",
    "therapy",
    "surgery",
    "radiotherapy",
    "board",
    "referral",
    "centre",
    "death",
    "review due",
    "reevaluate",
    "dead letter resolved",
};
static const char *const evidence_names[] = {"none",       "negative",         "conflict",
                                             "suspicious", "imaging positive", "confirmed"};
static const char *const response_names[] = {"no therapy",     "none",
                                             "not evaluable",  "conflict",
                                             "progression",    "response",
                                             "stale",          "with new lesion",
                                             "waning",         "NE after response",
                                             "stable",         "no measurable disease",
                                             "NE after stable"};
static const char *const absent_names[] = {"", "no para-aortic nodes", "regional only",
                                           "other non-regional"};
static const char *const why_names[] = {"none",    "conflict",       "stale",      "withdrawn",
                                        "pending", "not obtainable", "not stated", "not assessed"};
static const char *const status_names[] = {"", "applies", "not", "undetermined"};
static const char *const presentation_names[] = {"", "shown", "review", "suppressed"};

/* ---- Impossible ------------------------------------------------------------------------------ */

/* What cannot happen, and why; everything else must be met. */
static const struct {
    const char *code;
    enum finding_status status;
    const char *why;
} impossible_findings[] = {
    {"R-CT-CAP", STATUS_UNDETERMINED,
     "S32 asks for the CT while it is not known to be done: unknown applies"},
    {"R-PET", STATUS_UNDETERMINED, "its triggers are facts about the record, known or absent"},
};

/* S21 asks for the distance; a reflection that contradicts it is shown as a conflict, and what
 * settles the height stays the distance. */
static const int impossible_missing = INPUT_PERITONEAL_REFLECTION;

static bool finding_is_impossible(size_t i, int status)
{
    for (size_t k = 0; k < sizeof(impossible_findings) / sizeof(impossible_findings[0]); k++)
        if (strcmp(impossible_findings[k].code, rules[i].code) == 0 &&
            (int)impossible_findings[k].status == status)
            return true;
    return false;
}

/* ---- Counting -------------------------------------------------------------------------------- */

static void count_status(struct tally *t, const struct event *e)
{
    switch (e->status) {
    case REPORT_STATUS_UNSPECIFIED:
        break;
    case REPORT_STATUS_PRELIMINARY:
        t->met[MET_PRELIMINARY]++;
        break;
    case REPORT_STATUS_FINAL:
        t->met[MET_FINAL_WITHOUT_BODY] += e->kind == BODY_NONE ? 1 : 0;
        break;
    case REPORT_STATUS_CORRECTED:
        t->met[MET_CORRECTIONS]++;
        break;
    case REPORT_STATUS_AMENDED:
        t->met[MET_AMENDMENTS]++;
        break;
    case REPORT_STATUS_RETRACTED:
        t->met[MET_RETRACTIONS]++;
        break;
    case REPORT_STATUS_WRONG_PATIENT:
        t->met[MET_WRONG_PATIENTS]++;
        break;
    case REPORT_STATUS_CANCELLED:
        t->met[MET_CANCELLATIONS]++;
        break;
    }
    if (e->kind == BODY_NONE && event_removes(e))
        t->met[MET_REMOVED_WITHOUT_BODY]++;
}

void tally_event(struct tally *t, const struct event *e, enum admission admission)
{
    t->met[MET_EVENTS]++;
    t->bodies[e->kind]++;
    count_status(t, e);
    t->met[MET_DUPLICATES] += admission == ADMISSION_DUPLICATE ? 1 : 0;
    t->met[MET_OLDER] += admission == ADMISSION_OLDER ? 1 : 0;
    t->met[MET_ID_CONFLICTS] += admission == ADMISSION_ID_CONFLICT ? 1 : 0;
    t->met[MET_YEARS] += e->effective_at.time.precision == PRECISION_YEAR ? 1 : 0;
    t->met[MET_MONTHS] += e->effective_at.time.precision == PRECISION_MONTH ? 1 : 0;
    t->met[MET_OFFSETS] += e->effective_at.time.precision == PRECISION_TIME ? 1 : 0;
    t->met[MET_REVIEWS] += e->kind == BODY_REVIEW_DUE ? 1 : 0;
}

static void count_bits(uint64_t bits, uint64_t *counts, int count)
{
    for (int i = 0; i < count; i++)
        counts[i] += bits >> i & 1;
}

/* In the order in which the reasons are told. */
static void count_outside(struct tally *t, const struct chart *c)
{
    if (c->site.fact.truth == TRI_NO)
        t->sites_outside++;
    else if (c->histology.fact.truth == TRI_NO)
        t->histologies_outside++;
    else
        t->absent[c->paln.absent]++;
}

void tally_said(struct tally *t, const struct recommendation *said)
{
    const struct judgement *j = &said->judgement;

    t->met[MET_RECOMMENDATIONS]++;
    t->met[MET_LATE] += history_has_later(&said->subject->history, said->event) ? 1 : 0;
    t->met[MET_TIES] +=
        history_standing(&said->subject->history, said->event) == STANDING_CONFLICT ? 1 : 0;
    t->met[MET_INITIAL] += said->change == CHANGE_INITIAL ? 1 : 0;
    t->met[MET_CHANGED] += said->change == CHANGE_CHANGED ? 1 : 0;
    t->met[MET_UNCHANGED] += said->change == CHANGE_UNCHANGED ? 1 : 0;
    t->met[MET_WITHDRAWN] += said->withdrawn != 0 ? 1 : 0;
    t->phases[j->phase]++;
    t->evidence[j->chart.paln.evidence]++;
    t->responses[j->chart.response.state]++;
    for (size_t i = 0; i < RULE_COUNT; i++) {
        t->findings[i][j->findings[i].status]++;
        t->presentations[j->findings[i].presentation]++;
    }
    count_bits(j->overlays, t->overlays, OVERLAY_COUNT);
    count_bits(j->warnings | said->packet_warnings, t->warnings, WARNING_COUNT);
    count_bits(j->flags, t->flags, FLAG_COUNT);
    count_bits(j->missing, t->missing, INPUT_COUNT);
    for (int i = 0; i < INPUT_COUNT; i++)
        if ((j->missing >> i & 1) != 0)
            t->whys[j->chart.why[i]]++;
    if (j->phase == PHASE_OOS)
        count_outside(t, &j->chart);
}

void tally_journey(struct tally *t, const struct recommendation *last)
{
    const struct chart *c = &last->judgement.chart;

    t->met[MET_JOURNEYS]++;
    t->met[MET_FIRST_LINES] += c->therapy.line >= 1 ? 1 : 0;
    t->met[MET_SECOND_LINES] += c->therapy.line >= 2 ? 1 : 0;
    t->met[MET_THIRD_LINES] += c->therapy.line >= 3 ? 1 : 0;
    t->met[MET_SECOND_EPISODES] += c->paln.episode >= 2 ? 1 : 0;
    t->met[MET_DEATHS] += c->death != NULL ? 1 : 0;
}

/* ---- Printing -------------------------------------------------------------------------------- */

/* Every counter by its name, to one visitor: printing and looking for zeros walk the same list. */
typedef void visit_counter(const char *group, const char *name, uint64_t count, size_t *found);

static void visit_all(const struct tally *t, visit_counter *visit, size_t *found)
{
    for (int i = 0; i < MET_COUNT; i++)
        visit("met", met_names[i], t->met[i], found);
    for (int i = 0; i < BODY_KIND_COUNT; i++)
        visit("body", body_names[i], t->bodies[i], found);
    for (int i = PHASE_END; i < PHASE_COUNT; i++)
        visit("phase", phase_code((enum phase)i), t->phases[i], found);
    for (int i = 0; i <= PALN_CONFIRMED; i++)
        visit("para-aortic evidence", evidence_names[i], t->evidence[i], found);
    for (int i = 0; i <= RESPONSE_STATE_NE_AFTER_STABLE; i++)
        visit("response", response_names[i], t->responses[i], found);
    for (size_t i = 0; i < RULE_COUNT; i++)
        for (int status = STATUS_APPLIES; status <= STATUS_UNDETERMINED; status++)
            if (!finding_is_impossible(i, status) || t->findings[i][status] > 0)
                visit(rules[i].code, status_names[status], t->findings[i][status], found);
    for (int i = PRESENTATION_SHOWN; i <= PRESENTATION_SUPPRESSED; i++)
        visit("presentation", presentation_names[i], t->presentations[i], found);
    for (int i = 0; i < OVERLAY_COUNT; i++)
        visit("overlay", overlay_codes[i], t->overlays[i], found);
    for (int i = 0; i < WARNING_COUNT; i++)
        visit("warning", warning_rows[i].code, t->warnings[i], found);
    for (int i = 0; i < FLAG_COUNT; i++)
        visit("flag", flag_rows[i].code, t->flags[i], found);
    for (int i = 0; i < INPUT_COUNT; i++)
        if (i != impossible_missing || t->missing[i] > 0)
            visit("missing", input_name((enum input)i), t->missing[i], found);
    for (int i = WHY_CONFLICT; i < WHY_COUNT; i++)
        visit("missing because", why_names[i], t->whys[i], found);
    visit("out of scope", "site", t->sites_outside, found);
    visit("out of scope", "histology", t->histologies_outside, found);
    for (int i = PALN_ABSENT_NO_PALN; i <= PALN_ABSENT_OTHER_NONREGIONAL; i++)
        visit("out of scope", absent_names[i], t->absent[i], found);
}

static void print_one(const char *group, const char *name, uint64_t count, size_t *found)
{
    (void)found;
    printf("%-22s %-24s %12" PRIu64 "\n", group, name, count);
}

static void print_unmet(const char *group, const char *name, uint64_t count, size_t *found)
{
    if (count > 0)
        return;
    printf("never met: %s %s\n", group, name);
    ++*found;
}

void tally_print(const struct tally *t)
{
    size_t found = 0;

    visit_all(t, print_one, &found);
    for (size_t k = 0; k < sizeof(impossible_findings) / sizeof(impossible_findings[0]); k++)
        printf("%-22s %-24s impossible: %s\n", impossible_findings[k].code,
               status_names[impossible_findings[k].status], impossible_findings[k].why);
    printf("%-22s %-24s impossible: the height is settled by the distance (S21)\n", "missing",
           input_name((enum input)impossible_missing));
}

size_t tally_print_unmet(const struct tally *t)
{
    size_t found = 0;

    visit_all(t, print_unmet, &found);
    for (size_t i = 0; i < RULE_COUNT; i++)
        for (int status = STATUS_APPLIES; status <= STATUS_UNDETERMINED; status++)
            if (finding_is_impossible(i, status) && t->findings[i][status] > 0) {
                printf("impossible, yet met: %s %s\n", rules[i].code, status_names[status]);
                found++;
            }
    if (t->missing[impossible_missing] > 0) {
        printf("impossible, yet met: missing %s\n", input_name((enum input)impossible_missing));
        found++;
    }
    return found;
}
