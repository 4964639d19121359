#include "guidance/rulebook.h"

#include "guidance/criteria.h"
#include "guidance/judgement.h"
#include "guidance/rule_sources.h"

#include <assert.h>
#include <string.h>

const char rulebook_version[] = "1.0.0";

/* ---- Check ----------------------------------------------------------------------------------- */

static enum status check_rule(const struct rule *rows, size_t i, struct err *err)
{
    const struct rule *r = &rows[i];

    for (size_t k = 0; k < i; k++)
        if (strcmp(rows[k].code, r->code) == 0)
            return err_set(err, FATAL, "rulebook: %s stands there twice", r->code);
    if (r->statements[0] == NULL || r->say == NULL || r->say[0] == '\0')
        return err_set(err, FATAL, "rulebook: %s says nothing or cites nothing", r->code);
    if (r->when[0] == NULL && r->until == NULL)
        return err_set(err, FATAL, "rulebook: %s has no condition", r->code);
    for (size_t a = 0; r->when[a] != NULL; a++)
        for (size_t b = 0; b < a; b++)
            if (r->when[a] == r->when[b])
                return err_set(err, FATAL, "rulebook: %s asks the same twice", r->code);
    return OK;
}

enum status rulebook_check_rules(const struct rule *rows, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        enum status status = check_rule(rows, i, err);

        if (status != OK)
            return status;
    }
    return OK;
}

enum status rulebook_check(struct err *err)
{
    for (size_t f = 0; f < FLAG_COUNT; f++)
        assert(flag_rows[f].code != NULL && flag_rows[f].source != NULL);
    for (size_t w = 0; w < WARNING_COUNT; w++)
        assert(warning_rows[w].code != NULL);
    return rulebook_check_rules(rules, RULE_COUNT, err);
}

/* ---- Printing -------------------------------------------------------------------------------- */

static void print_criteria(struct text_builder *b, const char *word, const char *between,
                           const struct criterion *const *criteria)
{
    for (size_t i = 0; criteria[i] != NULL; i++) {
        text_add(b, i == 0 ? word : between);
        text_add(b, criteria[i]->phrase);
    }
}

static bool asks_for_resection(const struct rule *r)
{
    for (size_t i = 0; r->unless[i] != NULL; i++)
        if (r->unless[i] == &disease_resected)
            return true;
    return false;
}

static void print_citation(struct text_builder *b, const struct rule *r)
{
    text_add(b, " [");
    for (size_t i = 0; r->statements[i] != NULL; i++) {
        text_add(b, i == 0 ? "" : ", ");
        text_add(b, r->statements[i]);
    }
    for (size_t i = 0; r->references[i] != NULL; i++) {
        text_add(b, i > 0 ? ", " : r->references[1] == NULL ? "; ref " : "; refs ");
        text_add(b, r->references[i]);
    }
    text_add(b, "]");
}

void rulebook_sentence(size_t i, struct text_builder *b)
{
    const struct rule *r = &rules[i];

    text_add(b, r->code);
    text_add(b, " (");
    text_add(b, strength_name(r->strength));
    text_add(b, "): ");
    text_add(b, r->say);
    text_add(b, " Applies");
    print_criteria(b, " when ", "; and ", r->when);
    print_criteria(b, r->when[0] == NULL ? " unless " : "; unless ", "; or ", r->unless);
    if (r->until != NULL) {
        text_add(b, r->when[0] == NULL ? " until " : "; until ");
        text_add(b, r->until->phrase);
    }
    text_add(b, r->after_resection || asks_for_resection(r)
                    ? "."
                    : ". Not after resection of the para-aortic disease.");
    if (r->caution != NULL) {
        text_add(b, " Caution: ");
        text_add(b, r->caution);
    }
    print_citation(b, r);
}

static void print_flags(struct text_builder *b)
{
    text_add(b, "\nSafety flags: not from the guidance text; they change presentation, never a "
                "status.\n\n");
    for (size_t f = 0; f < FLAG_COUNT; f++) {
        const struct flag_row *row = &flag_rows[f];

        text_add(b, row->code);
        text_add(b, ": ");
        text_add(b, row->text);
        for (const struct flag_effect *e = row->effects; e->code != NULL; e++) {
            text_add(b, e->suppresses ? " Suppresses " : " Asks to review ");
            text_add(b, e->code);
            text_add(b, ".");
        }
        text_add(b, " [");
        text_add(b, row->source);
        text_add(b, "]\n"); /* it says itself what is unverified */
    }
}

void rulebook_print(const struct policy *policy, struct text_builder *b)
{
    text_add(b, "Rulebook ");
    text_add(b, rulebook_version);
    text_add(b, ": proximal rectal cancer with para-aortic lymph node involvement\n\n");
    for (size_t i = 0; i < RULE_COUNT; i++) {
        rulebook_sentence(i, b);
        text_add(b, "\n");
    }
    text_add(b, "\nWarnings\n\n");
    for (size_t w = 0; w < WARNING_COUNT; w++) {
        text_add(b, warning_rows[w].code);
        text_add(b, ": ");
        text_add(b, warning_rows[w].text);
        if (warning_rows[w].statement[0] != '\0') {
            text_add(b, " [");
            text_add(b, warning_rows[w].statement);
            text_add(b, "]");
        }
        text_add(b, "\n");
    }
    print_flags(b);
    text_add(b, "\nPhases, first match\n\n");
    for (int p = PHASE_NONE + 1; p < PHASE_COUNT; p++) {
        text_add(b, phase_code((enum phase)p));
        text_add(b, ": ");
        text_add(b, phase_meaning((enum phase)p));
        text_add(b, "\n");
    }
    text_add(b, "\nPolicy\n\n");
    for (size_t i = 0; i < policy_count(); i++) {
        struct policy_value v = policy_value(policy, i);

        text_add(b, v.name);
        text_add(b, " = ");
        text_add(b, v.value);
        text_add(b, " ");
        text_add(b, v.unit);
        text_add(b, ": ");
        text_add(b, v.why);
        text_add(b, "\n");
    }
}

void rulebook_seal(struct policy *policy)
{
    char text[RULEBOOK_TEXT_SIZE_MAX];
    struct text_builder b = text_builder_over(text, sizeof(text));
    uint8_t hash[SHA256_SIZE];

    rulebook_print(policy, &b);
    text_add(&b, rule_sources_sha256);
    assert(!b.cut);
    sha256(b.text, b.used, hash);
    hex_encode(hash, sizeof(hash), policy->rulebook_hash);
}
