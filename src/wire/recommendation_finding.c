#include "base/text.h"
#include "wire/recommendation_part.h"

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
static void put_input_names(struct encoder *e, uint32_t inputs, size_t *ret_count, char ***ret)
{
    char **names = part_take(e, part_count(inputs), sizeof(*names));
    size_t count = 0;

    if (names == NULL)
        return;
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (part_has(inputs, i))
            names[count++] = part_text(input_name((enum input)i));
    *ret = names;
    *ret_count = count;
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

static Restage__V1__Criterion *criterion_message(struct encoder *e, const char *prefix,
                                                 const char *phrase, enum tri truth,
                                                 const struct basis *basis)
{
    Restage__V1__Criterion *message = part_take(e, 1, sizeof(*message));

    if (message == NULL)
        return NULL;
    restage__v1__criterion__init(message);
    message->phrase = prefix[0] == '\0' ? part_text(phrase) : prefixed(e, prefix, phrase);
    message->truth = truth_of(truth);
    part_inputs(e, basis, &message->n_inputs, &message->inputs);
    return message;
}

/*
 * Every criterion so that TRUE speaks for the finding: what must not hold is told negated, and what
 * is not yet shown counts as not yet shown also where it is unknown.
 */
static void put_criteria(struct encoder *e, const struct rule *rule, Restage__V1__Finding *f)
{
    Restage__V1__Criterion **list = part_take(e, 2 * RULE_CRITERIA_MAX + 1, sizeof(*list));
    struct reading r;
    size_t count = 0;

    if (list == NULL)
        return;
    for (size_t i = 0; rule->when[i] != NULL; i++) {
        r = rule->when[i]->holds(&e->view);
        list[count++] = criterion_message(e, "", rule->when[i]->phrase, r.truth, &r.basis);
    }
    for (size_t i = 0; rule->unless[i] != NULL; i++) {
        r = rule->unless[i]->holds(&e->view);
        list[count++] =
            criterion_message(e, "not: ", rule->unless[i]->phrase, tri_not(r.truth), &r.basis);
    }
    if (rule->until != NULL) {
        r = rule->until->holds(&e->view);
        list[count++] = criterion_message(e, "not yet: ", rule->until->phrase,
                                          tri_from(r.truth != TRI_YES), &r.basis);
    }
    f->because = list;
    f->n_because = count;
}

static size_t list_size(const char *const *list)
{
    size_t count = 0;

    while (list[count] != NULL)
        count++;
    return count;
}

static void put_flags_of(struct encoder *e, uint32_t flags, Restage__V1__Finding *f)
{
    char **codes = part_take(e, part_count(flags), sizeof(*codes));

    if (codes == NULL)
        return;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (part_has(flags, i))
            codes[f->n_flagged_by++] = part_text(flag_rows[i].code);
    f->flagged_by = codes;
}

static Restage__V1__Finding *finding_message(struct encoder *e, size_t i)
{
    const struct finding *finding = &e->j->findings[i];
    const struct rule *rule = &rules[i];
    Restage__V1__Finding *f = part_take(e, 1, sizeof(*f));
    char wording[WORDING_SIZE];

    if (f == NULL)
        return NULL;
    restage__v1__finding__init(f);
    f->code = part_text(rule->code);
    f->strength = (Restage__V1__Strength)rule->strength;
    f->status = (Restage__V1__Status)finding->status;
    if (finding->status == STATUS_NOT && !e->complete)
        return f;
    finding_text(e->j, i, wording);
    f->text = part_copy(e, wording);
    f->caution = part_text(finding_caution(e->j, i));
    f->presentation = (Restage__V1__Presentation)finding->presentation;
    put_flags_of(e, finding->flagged_by, f);
    f->statements = (char **)(uintptr_t)rule->statements;
    f->n_statements = list_size(rule->statements);
    f->references = (char **)(uintptr_t)rule->references;
    f->n_references = list_size(rule->references);
    put_criteria(e, rule, f);
    put_input_names(e, finding->missing, &f->n_missing, &f->missing);
    return f;
}

void part_findings(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__Finding **list = part_take(e, RULE_COUNT, sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < RULE_COUNT; i++)
        list[i] = finding_message(e, i);
    m->findings = list;
    m->n_findings = RULE_COUNT;
}

/* ---- What is missing ------------------------------------------------------------------------- */

/* Why ${input} is missing; an ECOG that is known but too old for surgery is stale. */
static enum why why_missing(const struct chart *chart, enum input input)
{
    if (chart->why[input] == WHY_NONE && input == INPUT_ECOG && chart->fitness.ecog_stale)
        return WHY_STALE;
    return chart->why[input];
}

static Restage__V1__Missing *missing_message(struct encoder *e, enum input input)
{
    Restage__V1__Missing *message = part_take(e, 1, sizeof(*message));
    char **codes = part_take(e, RULE_COUNT, sizeof(*codes));

    if (message == NULL || codes == NULL)
        return NULL;
    restage__v1__missing__init(message);
    message->name = part_text(input_name(input));
    message->reason = reason_of(why_missing(&e->j->chart, input));
    for (size_t i = 0; i < RULE_COUNT; i++)
        if ((e->j->findings[i].missing & input_bit(input)) != 0)
            codes[message->n_codes++] = part_text(rules[i].code);
    message->codes = codes;
    return message;
}

void part_missing(struct encoder *e, Restage__V1__Recommendation *m)
{
    Restage__V1__Missing **list = part_take(e, part_count(e->j->missing), sizeof(*list));

    if (list == NULL)
        return;
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (part_has(e->j->missing, i))
            list[m->n_missing++] = missing_message(e, (enum input)i);
    m->missing = list;
}
