#include "case_expect.h"

#include "case_run.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 128

__attribute__((format(printf, 2, 3))) static void complain(struct complaints *ret,
                                                           const char *format, ...)
{
    va_list arguments;
    int size;

    if (ret->size + 1 >= sizeof(ret->text))
        return;
    va_start(arguments, format);
    size = vsnprintf(ret->text + ret->size, sizeof(ret->text) - ret->size, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    ret->size += (size_t)size;
    if (ret->size > sizeof(ret->text) - 1)
        ret->size = sizeof(ret->text) - 1;
}

/* ---- Looking into a recommendation ----------------------------------------------------------- */

/* The text of a field, without the enum's prefix; "" for a field left out. */
static const char *text_of(const json_t *object, const char *field, const char *prefix)
{
    const char *text = json_string_value(json_object_get(object, field));

    if (text == NULL)
        return "";
    return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : text;
}

/* The member of ${list} whose ${field} is ${text}; NULL: none. */
static const json_t *member(const json_t *r, const char *list, const char *field, const char *text)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(r, list), i, item)
    {
        const json_t *value = field == NULL ? item : json_object_get(item, field);

        if (json_is_string(value) && strcmp(json_string_value(value), text) == 0)
            return item;
    }
    return NULL;
}

/* ---- One expectation each -------------------------------------------------------------------- */

/* What stands behind the verb of an expectation, and where to complain. */
struct claim {
    const struct clinical_case *c;
    const struct case_line *line;
    const char *verb;
    const char *rest;
    const json_t *r;
    struct complaints *ret;
};

static void differs(const struct claim *claim, const char *expected, const char *came)
{
    complain(claim->ret, "  line %zu: expected %s %s, came %s\n", claim->line->number, claim->verb,
             expected, *came == '\0' ? "nothing" : came);
}

static void expect_statuses(const struct claim *claim, const char *status)
{
    const char *at = claim->rest;
    char code[WORD_SIZE];

    while (case_word(&at, code, sizeof(code))) {
        const json_t *finding = member(claim->r, "findings", "code", code);
        const char *came = finding == NULL ? "no such finding" : text_of(finding, "status", "");

        if (strcmp(came, status) != 0)
            differs(claim, code, came);
    }
}

/* All words stand in ${list}, or none does. */
static void expect_members(const struct claim *claim, const char *list, const char *field,
                           bool present)
{
    const char *at = claim->rest;
    char word[WORD_SIZE];

    while (case_word(&at, word, sizeof(word)))
        if ((member(claim->r, list, field, word) != NULL) != present)
            differs(claim, word, present ? "none" : word);
}

/* missing kras PENDING: in the list of the whole, with its reason. */
static void expect_missing(const struct claim *claim)
{
    const char *at = claim->rest;
    char name[WORD_SIZE];
    char reason[WORD_SIZE];

    while (case_word(&at, name, sizeof(name)) && case_word(&at, reason, sizeof(reason))) {
        const json_t *missing = member(claim->r, "missing", "name", name);
        const char *came = missing == NULL ? "" : text_of(missing, "reason", "MISSING_REASON_");

        if (strcmp(came, reason) != 0)
            complain(claim->ret, "  line %zu: expected missing %s %s, came %s\n",
                     claim->line->number, name, reason, *came == '\0' ? "nothing" : came);
    }
}

/* lacks R-EGFR kras: what that finding lists, exactly. */
static void expect_lacks(const struct claim *claim)
{
    const char *at = claim->rest;
    char code[WORD_SIZE];
    char name[WORD_SIZE];
    const json_t *missing;
    size_t count = 0;

    (void)case_word(&at, code, sizeof(code));
    missing = member(claim->r, "findings", "code", code);
    for (; case_word(&at, name, sizeof(name)); count++)
        if (member(missing, "missing", NULL, name) == NULL)
            differs(claim, name, "no such name in the finding");
    if (json_array_size(json_object_get(missing, "missing")) != count) {
        char *text = json_dumps(json_object_get(missing, "missing"), JSON_ENCODE_ANY);

        differs(claim, claim->rest, text == NULL ? "nothing" : text);
        free(text);
    }
}

/* review R-DOUBLET X-MSI, suppressed R-EGFR X-RAS: how a finding is shown, and because of what. */
static void expect_presentation(const struct claim *claim, const char *presentation)
{
    const char *at = claim->rest;
    char code[WORD_SIZE];
    char flag[WORD_SIZE];
    const json_t *finding;
    const char *came;

    (void)case_word(&at, code, sizeof(code));
    finding = member(claim->r, "findings", "code", code);
    came = text_of(finding, "presentation", "PRESENTATION_");
    if (strcmp(came, presentation) != 0)
        differs(claim, code, came);
    while (case_word(&at, flag, sizeof(flag)))
        if (member(finding, "flaggedBy", NULL, flag) == NULL)
            differs(claim, flag, "not flagged by it");
}

/* withdraws R-SURG-CONSIDER: it applied before the last event, which ended it. */
static void expect_withdrawal(const struct claim *claim)
{
    char id[CASE_ID_SIZE];
    const char *at = claim->rest;
    char code[WORD_SIZE];

    case_event_id(case_event_count(claim->c) - 1, 0, id);
    while (case_word(&at, code, sizeof(code))) {
        const json_t *withdrawn = member(claim->r, "withdrawn", "code", code);

        if (withdrawn == NULL)
            differs(claim, code, "");
        else if (strcmp(text_of(withdrawn, "eventId", ""), id) != 0)
            differs(claim, code, "another event behind it");
    }
}

/* stage IVA cM1a; "-" for an empty one. */
static void expect_stage(const struct claim *claim, const char *const fields[], size_t count)
{
    const json_t *stage = json_object_get(claim->r, "stage");
    const char *at = claim->rest;
    char word[WORD_SIZE];

    for (size_t i = 0; i < count && case_word(&at, word, sizeof(word)); i++) {
        const char *came = text_of(stage, fields[i], "ANSWER_");

        if (strcmp(came, strcmp(word, "-") == 0 ? "" : word) != 0)
            differs(claim, word, came);
    }
}

static void expect_text(const struct claim *claim, const char *field, const char *prefix)
{
    const char *came = text_of(claim->r, field, prefix);

    if (strcmp(came, claim->rest) != 0)
        differs(claim, claim->rest, came);
}

static void expect_at(const struct claim *claim)
{
    static const char *const group_m[] = {"group", "m"};
    static const char *const t_n[] = {"t", "n"};
    static const char *const conflict[] = {"conflict"};

    if (strcmp(claim->verb, "applies") == 0)
        expect_statuses(claim, "STATUS_APPLIES");
    else if (strcmp(claim->verb, "not") == 0)
        expect_statuses(claim, "STATUS_NOT");
    else if (strcmp(claim->verb, "undetermined") == 0)
        expect_statuses(claim, "STATUS_UNDETERMINED");
    else if (strcmp(claim->verb, "phase") == 0)
        expect_text(claim, "phase", "");
    else if (strcmp(claim->verb, "kind") == 0)
        expect_text(claim, "kind", "KIND_");
    else if (strcmp(claim->verb, "reason") == 0)
        expect_text(claim, "outOfScopeReason", "");
    else if (strcmp(claim->verb, "missing") == 0)
        expect_missing(claim);
    else if (strcmp(claim->verb, "known") == 0)
        expect_members(claim, "missing", "name", false);
    else if (strcmp(claim->verb, "lacks") == 0)
        expect_lacks(claim);
    else if (strcmp(claim->verb, "warns") == 0)
        expect_members(claim, "warnings", "code", true);
    else if (strcmp(claim->verb, "silent") == 0)
        expect_members(claim, "warnings", "code", false);
    else if (strcmp(claim->verb, "flags") == 0)
        expect_members(claim, "safetyFlags", "code", true);
    else if (strcmp(claim->verb, "unflagged") == 0)
        expect_members(claim, "safetyFlags", "code", false);
    else if (strcmp(claim->verb, "overlay") == 0)
        expect_members(claim, "overlays", NULL, true);
    else if (strcmp(claim->verb, "clear") == 0)
        expect_members(claim, "overlays", NULL, false);
    else if (strcmp(claim->verb, "review") == 0)
        expect_presentation(claim, "REVIEW");
    else if (strcmp(claim->verb, "suppressed") == 0)
        expect_presentation(claim, "SUPPRESSED");
    else if (strcmp(claim->verb, "shown") == 0)
        expect_presentation(claim, "SHOWN");
    else if (strcmp(claim->verb, "withdraws") == 0)
        expect_withdrawal(claim);
    else if (strcmp(claim->verb, "stage") == 0)
        expect_stage(claim, group_m, 2);
    else if (strcmp(claim->verb, "tumour") == 0)
        expect_stage(claim, t_n, 2);
    else if (strcmp(claim->verb, "staging-conflict") == 0)
        expect_stage(claim, conflict, 1);
    else
        differs(claim, claim->rest, "no such kind of expectation");
}

void case_expect(const struct clinical_case *c, const json_t *r, struct complaints *ret)
{
    if (r == NULL)
        complain(ret, "  no recommendation came\n");
    if (c->expectation_count == 0)
        complain(ret, "  the case expects nothing\n");
    if (json_array_size(json_object_get(r, "holds")) > 0 &&
        !case_speaks_of(c, "warns", "W-RECORD-INCOMPLETE"))
        complain(ret, "  an event was refused: %s\n",
                 text_of(json_array_get(json_object_get(r, "holds"), 0), "errorCode", ""));
    for (size_t i = 0; i < c->expectation_count && r != NULL; i++) {
        const char *rest = c->expectations[i].text;
        char verb[WORD_SIZE];
        struct claim claim = {
            .c = c, .line = &c->expectations[i], .verb = verb, .r = r, .ret = ret};

        (void)case_word(&rest, verb, sizeof(verb));
        claim.rest = rest + strspn(rest, " ");
        expect_at(&claim);
    }
}

bool case_speaks_of(const struct clinical_case *c, const char *verb, const char *word)
{
    for (size_t i = 0; i < c->expectation_count; i++) {
        const char *at = c->expectations[i].text;
        char part[WORD_SIZE];

        if (!case_word(&at, part, sizeof(part)) || strcmp(part, verb) != 0)
            continue;
        while (case_word(&at, part, sizeof(part)))
            if (strcmp(part, word) == 0)
                return true;
    }
    return false;
}

/* ---- The same judgement ---------------------------------------------------------------------- */

static bool is_of_the_packet(const json_t *warning)
{
    const char *code = text_of(warning, "code", "");

    return strcmp(code, "W-CORRECTED") == 0 || strcmp(code, "W-RETRACTED") == 0 ||
           strcmp(code, "W-OUT-OF-ORDER") == 0;
}

/* One line per thing said: what stays the same however the events arrived. */
static json_t *judgement_of(const json_t *r)
{
    static const char *const whole[] = {"kind",     "phase",       "outOfScopeReason",
                                        "overlays", "reviewDueAt", NULL};
    static const char *const stage[] = {"t", "n", "m", "group", "edition", "conflict", NULL};
    json_t *lines = json_array();
    size_t i;
    json_t *item;

    for (size_t f = 0; whole[f] != NULL; f++)
        (void)json_array_append_new(
            lines, json_pack("{s:s,s:O?}", "field", whole[f], "is", json_object_get(r, whole[f])));
    for (size_t f = 0; stage[f] != NULL; f++)
        (void)json_array_append_new(
            lines, json_pack("{s:s,s:O?}", "stage", stage[f], "is",
                             json_object_get(json_object_get(r, "stage"), stage[f])));
    json_array_foreach(json_object_get(r, "findings"), i, item)
    {
        (void)json_array_append_new(
            lines, json_pack("{s:O?,s:O?,s:O?,s:O?}", "code", json_object_get(item, "code"),
                             "status", json_object_get(item, "status"), "presentation",
                             json_object_get(item, "presentation"), "missing",
                             json_object_get(item, "missing")));
    }
    json_array_foreach(json_object_get(r, "warnings"), i, item)
    {
        if (!is_of_the_packet(item))
            (void)json_array_append(lines, json_object_get(item, "code"));
    }
    json_array_foreach(json_object_get(r, "safetyFlags"), i, item)
    {
        (void)json_array_append(lines, json_object_get(item, "code"));
    }
    json_array_foreach(json_object_get(r, "missing"), i, item)
    {
        (void)json_array_append(lines, item);
    }
    return lines;
}

/* Lines of ${a} that ${b} lacks. */
static void expect_within(const json_t *a, const json_t *b, const char *order, const char *how,
                          struct complaints *ret)
{
    size_t i;
    json_t *line;

    json_array_foreach(a, i, line)
    {
        bool found = false;

        for (size_t j = 0; j < json_array_size(b) && !found; j++)
            found = json_equal(line, json_array_get(b, j)) != 0;
        if (!found) {
            char *text = json_dumps(line, JSON_ENCODE_ANY | JSON_COMPACT);

            complain(ret, "  %s: %s %s\n", order, how, text == NULL ? "" : text);
            free(text);
        }
    }
}

void case_expect_same(const json_t *first, const json_t *r, const char *order,
                      struct complaints *ret)
{
    json_t *expected = judgement_of(first);
    json_t *came = judgement_of(r);

    expect_within(expected, came, order, "no longer says", ret);
    expect_within(came, expected, order, "says instead", ret);
    json_decref(expected);
    json_decref(came);
}
