#include "base/text.h"
#include "wire/recommendation_part.h"

#include <assert.h>
#include <string.h>

static Restage__V1__Truth truth_of(enum tri truth)
{
    switch (truth) {
    case TRI_YES:
        return RESTAGE__V1__TRUTH__TRUTH_TRUE;
    case TRI_NO:
        return RESTAGE__V1__TRUTH__TRUTH_FALSE;
    case TRI_UNKNOWN:
        break;
    }
    return RESTAGE__V1__TRUTH__TRUTH_UNKNOWN;
}

static Restage__V1__MissingReason reason_of(enum why why)
{
    switch (why) {
    case WHY_CONFLICT:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_CONFLICT;
    case WHY_STALE:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_STALE;
    case WHY_WITHDRAWN:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_WITHDRAWN;
    case WHY_PENDING:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_PENDING;
    case WHY_NOT_OBTAINABLE:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_NOT_OBTAINABLE;
    case WHY_NOT_STATED:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_NOT_STATED;
    case WHY_NOT_ASSESSED:
        return RESTAGE__V1__MISSING_REASON__MISSING_REASON_NOT_ASSESSED;
    case WHY_NONE:
        break;
    }
    return RESTAGE__V1__MISSING_REASON__MISSING_REASON_UNSPECIFIED;
}

/* The names of a set of inputs. */
static size_t input_names(uint32_t inputs, char *names[INPUT_COUNT])
{
    size_t count = 0;

    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (part_has(inputs, i))
            names[count++] = part_text(input_name((enum input)i));
    return count;
}

/* ---- Findings -------------------------------------------------------------------------------- */

/* "not: ..." or "not yet: ..." */
static char *prefixed(struct encoder *e, const char *prefix, const char *phrase)
{
    size_t size = strlen(prefix) + strlen(phrase) + 1;
    char *place = part_take(e, size, 1);
    struct text_builder b;

    if (place == NULL)
        return part_text("");
    b = text_builder_over(place, size);
    text_add(&b, prefix);
    text_add(&b, phrase);
    return place;
}

/*
 * A criterion so that TRUE speaks for the finding: what must not hold is told negated, and what is
 * not yet shown counts as not yet shown also where it is unknown.
 */
static void set_criterion(struct encoder *e, const char *phrase, enum criterion_use use,
                          enum tri truth, Restage__V1__Criterion *m)
{
    switch (use) {
    case USE_WHEN:
        m->phrase = part_text(phrase);
        m->truth = truth_of(truth);
        break;
    case USE_UNLESS:
        m->phrase = prefixed(e, "not: ", phrase);
        m->truth = truth_of(tri_not(truth));
        break;
    case USE_UNTIL:
        m->phrase = prefixed(e, "not yet: ", phrase);
        m->truth = truth_of(tri_from(truth != TRI_YES));
        break;
    }
}

static struct bytes ask(struct encoder *e, const struct criterion *criterion,
                        enum criterion_use use)
{
    Restage__V1__Criterion m = RESTAGE__V1__CRITERION__INIT;
    struct reading r = criterion->holds(&e->view);
    size_t begun = message_begin(&e->writer, FINDING_FIELD_BECAUSE);

    set_criterion(e, criterion->phrase, use, r.truth, &m);
    message_put(&e->writer, &m.base);
    if (r.basis != NULL)
        part_inputs(e, CRITERION_FIELD_INPUTS, r.basis);
    return message_end(&e->writer, begun);
}

static void put_criterion(struct encoder *e, const struct criterion *criterion,
                          enum criterion_use use)
{
    struct bytes fields;

    for (size_t i = 0; i < e->asked_count; i++)
        if (e->asked[i].criterion == criterion && e->asked[i].use == use) {
            message_put_encoded(&e->writer, FINDING_FIELD_BECAUSE, e->asked[i].fields);
            return;
        }
    fields = ask(e, criterion, use);
    assert(e->asked_count < ENCODER_CRITERIA_MAX); /* the rulebook has fewer */
    e->asked[e->asked_count].criterion = criterion;
    e->asked[e->asked_count].use = use;
    e->asked[e->asked_count++].fields = part_keep(e, fields);
}

static void put_criteria(struct encoder *e, const struct rule *rule)
{
    for (size_t i = 0; rule->when[i] != NULL; i++)
        put_criterion(e, rule->when[i], USE_WHEN);
    for (size_t i = 0; rule->unless[i] != NULL; i++)
        put_criterion(e, rule->unless[i], USE_UNLESS);
    if (rule->until != NULL)
        put_criterion(e, rule->until, USE_UNTIL);
}

static size_t list_size(const char *const *list)
{
    size_t count = 0;

    while (list[count] != NULL)
        count++;
    return count;
}

static size_t flag_codes(uint32_t flags, char *codes[FLAG_COUNT])
{
    size_t count = 0;

    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (part_has(flags, i))
            codes[count++] = part_text(flag_rows[i].code);
    return count;
}

/* What a finding says before its conditions, and the conditions themselves. */
static void put_said(struct encoder *e, size_t i, Restage__V1__Finding *f)
{
    const struct finding *finding = &e->j->findings[i];
    const struct rule *rule = &rules[i];
    char wording[WORDING_SIZE];
    char *codes[FLAG_COUNT];

    finding_text(e->j, i, wording);
    f->presentation = (Restage__V1__Presentation)finding->presentation;
    f->flagged_by = codes;
    f->n_flagged_by = flag_codes(finding->flagged_by, codes);
    f->text = wording;
    f->caution = part_text(finding_caution(e->j, i));
    f->statements = (char **)(uintptr_t)rule->statements;
    f->n_statements = list_size(rule->statements);
    f->references = (char **)(uintptr_t)rule->references;
    f->n_references = list_size(rule->references);
    message_put(&e->writer, &f->base);
    put_criteria(e, rule);
}

/* A list of missing inputs comes after the conditions. */
static void put_missing_of(struct encoder *e, uint32_t inputs)
{
    Restage__V1__Finding f = RESTAGE__V1__FINDING__INIT;
    char *names[INPUT_COUNT];

    f.missing = names;
    f.n_missing = input_names(inputs, names);
    message_put(&e->writer, &f.base);
}

static void put_finding(struct encoder *e, size_t i)
{
    const struct finding *finding = &e->j->findings[i];
    Restage__V1__Finding f = RESTAGE__V1__FINDING__INIT;
    size_t begun = message_begin(&e->writer, FIELD_FINDINGS);

    f.code = part_text(rules[i].code);
    f.strength = (Restage__V1__Strength)rules[i].strength;
    f.status = (Restage__V1__Status)finding->status;
    if (finding->status == STATUS_NOT && !e->complete) {
        message_put(&e->writer, &f.base);
    } else {
        put_said(e, i, &f);
        if (finding->missing != 0)
            put_missing_of(e, finding->missing);
    }
    (void)message_end(&e->writer, begun);
}

void part_findings(struct encoder *e)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        put_finding(e, i);
}

/* ---- What is missing ------------------------------------------------------------------------- */

/* Why ${input} is missing; an ECOG that is known but too old for surgery is stale. */
static enum why why_missing(const struct chart *chart, enum input input)
{
    if (chart->why[input] == WHY_NONE && input == INPUT_ECOG && chart->fitness.ecog_stale)
        return WHY_STALE;
    return chart->why[input];
}

static void put_missing(struct encoder *e, enum input input)
{
    Restage__V1__Missing m = RESTAGE__V1__MISSING__INIT;
    char *codes[RULE_COUNT];

    m.name = part_text(input_name(input));
    m.reason = reason_of(why_missing(&e->j->chart, input));
    m.codes = codes;
    for (size_t i = 0; i < RULE_COUNT; i++)
        if ((e->j->findings[i].missing & input_bit(input)) != 0)
            codes[m.n_codes++] = part_text(rules[i].code);
    message_put_part(&e->writer, FIELD_MISSING, &m.base);
}

void part_missing(struct encoder *e)
{
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (part_has(e->j->missing, i))
            put_missing(e, (enum input)i);
}
