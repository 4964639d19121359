#include "wire/recommendation_text.h"

#include "restage/v1/recommendation.pb-c.h"
#include "wire/json.h"
#include "wire/message_memory.h"
#include "wire/page.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TEXT_PER_BYTE 16    /* readable text is longer than its message, but never so long */
#define TEXT_SIZE_MIN 65536 /* bytes */

static Restage__V1__Recommendation *unpack(struct bytes bytes, struct arena *arena)
{
    struct message_memory memory = {.arena = arena, .left = SIZE_MAX};
    ProtobufCAllocator allocator = message_memory_allocator(&memory);

    return restage__v1__recommendation__unpack(&allocator, bytes.size, bytes.at);
}

char *recommendation_json(struct bytes recommendation, struct arena *arena, size_t *ret_size)
{
    Restage__V1__Recommendation *m = unpack(recommendation, arena);

    return m == NULL ? NULL : json_write(&m->base, arena, ret_size);
}

/* ---- Words ----------------------------------------------------------------------------------- */

/* The name of an enum's value as a word: "not assessed". */
static void say_enum(struct page *p, const ProtobufCEnumDescriptor *e, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(e, number);
    size_t prefix = strlen(e->values[0].name) - strlen("UNSPECIFIED");
    char memory[64];
    struct text_builder b = text_builder_over(memory, sizeof(memory));

    if (value == NULL)
        return;
    for (const char *c = value->name + prefix; *c != '\0'; c++) {
        char lower = *c == '_' ? ' ' : (char)(*c | 0x20); /* the bit of small letters in ASCII */

        text_add_bytes(&b, &lower, 1);
    }
    page_say(p, memory);
}

/* "a, b, c" */
static void say_list(struct page *p, char *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            page_say(p, ", ");
        page_say(p, items[i]);
    }
}

/* ---- Results: numbered where they are first named, listed at the end --------------------------
 */

#define RESULTS_MAX 512 /* more are named by their number alone */

struct results {
    size_t count;
    const Restage__V1__Input *list[RESULTS_MAX];
};

static size_t number_of(struct results *results, const Restage__V1__Input *input)
{
    for (size_t i = 0; i < results->count; i++)
        if (strcmp(results->list[i]->event_id, input->event_id) == 0)
            return i + 1;
    if (results->count == RESULTS_MAX)
        return 0;
    results->list[results->count++] = input;
    return results->count;
}

/* " #1 #4" */
static void put_inputs(struct page *p, struct results *results, Restage__V1__Input *const *inputs,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        page_say(p, " #");
        page_say_number(p, (int64_t)number_of(results, inputs[i]));
    }
}

static void put_results(struct page *p, const struct results *results)
{
    if (results->count > 0)
        page_heading(p, "RESULTS that this rests on");
    for (size_t i = 0; i < results->count; i++) {
        const Restage__V1__Input *input = results->list[i];

        page_begin(p, 2);
        p->indent = 6;
        page_say(p, "#");
        page_say_number(p, (int64_t)i + 1);
        page_say(p, " ");
        page_say(p, input->effective_at[0] == '\0' ? "no date" : input->effective_at);
        page_say(p, ": ");
        page_say(p, input->value);
        page_say(p, " (event ");
        page_say(p, input->event_id);
        page_say(p, ")");
        page_end_line(p);
    }
}

static const char *truth_word(Restage__V1__Truth truth)
{
    if (truth == RESTAGE__V1__TRUTH__TRUTH_TRUE)
        return "yes  ";
    return truth == RESTAGE__V1__TRUTH__TRUTH_FALSE ? "no   " : "?    ";
}

/* Of a finding that does not apply only what stands against it. */
static void put_criteria(struct page *p, struct results *results, const Restage__V1__Finding *f)
{
    for (size_t i = 0; i < f->n_because; i++) {
        const Restage__V1__Criterion *c = f->because[i];

        if (f->status == RESTAGE__V1__STATUS__STATUS_NOT &&
            c->truth == RESTAGE__V1__TRUTH__TRUTH_TRUE)
            continue;
        page_begin(p, 6);
        p->indent = 11;
        page_label(p, truth_word(c->truth));
        page_say(p, c->phrase);
        put_inputs(p, results, c->inputs, c->n_inputs);
        page_end_line(p);
    }
}

/* ---- Findings -------------------------------------------------------------------------------- */

static void put_citation(struct page *p, const Restage__V1__Finding *f)
{
    if (f->n_statements == 0)
        return;
    page_say(p, " [");
    say_list(p, f->statements, f->n_statements);
    if (f->n_references > 0) {
        page_say(p, f->n_references > 1 ? "; refs " : "; ref ");
        say_list(p, f->references, f->n_references);
    }
    page_say(p, "]");
}

static const Restage__V1__Missing *find_missing(const Restage__V1__Recommendation *m,
                                                const char *name)
{
    for (size_t i = 0; i < m->n_missing; i++)
        if (strcmp(m->missing[i]->name, name) == 0)
            return m->missing[i];
    return NULL;
}

/* "missing: kras (pending), ecog (stale)" */
static void put_missing_of(struct page *p, const Restage__V1__Recommendation *m,
                           const Restage__V1__Finding *f)
{
    if (f->n_missing == 0)
        return;
    page_begin(p, 6);
    page_say(p, "missing: ");
    for (size_t i = 0; i < f->n_missing; i++) {
        const Restage__V1__Missing *missing = find_missing(m, f->missing[i]);

        page_say(p, i > 0 ? ", " : "");
        page_say(p, f->missing[i]);
        if (missing == NULL)
            continue;
        page_say(p, " (");
        say_enum(p, &restage__v1__missing_reason__descriptor, (int)missing->reason);
        page_say(p, ")");
    }
    page_end_line(p);
}

static void put_finding(struct page *p, struct results *results,
                        const Restage__V1__Recommendation *m, const Restage__V1__Finding *f)
{
    page_begin(p, 2);
    p->indent = 6;
    page_say(p, f->code);
    page_say(p, " (");
    say_enum(p, &restage__v1__strength__descriptor, (int)f->strength);
    page_say(p, ")");
    if (f->text[0] != '\0') {
        page_say(p, ": ");
        page_say(p, f->text);
        put_citation(p, f);
    }
    page_end_line(p);
    if (f->n_flagged_by > 0) {
        page_begin(p, 6);
        say_enum(p, &restage__v1__presentation__descriptor, (int)f->presentation);
        page_say(p, " because of ");
        say_list(p, f->flagged_by, f->n_flagged_by);
        page_end_line(p);
    }
    if (f->caution[0] != '\0') {
        page_begin(p, 6);
        page_say(p, "caution: ");
        page_say(p, f->caution);
        page_end_line(p);
    }
    put_criteria(p, results, f);
    put_missing_of(p, m, f);
}

static void put_findings(struct page *p, struct results *results,
                         const Restage__V1__Recommendation *m, Restage__V1__Status status,
                         const char *title)
{
    bool first = true;

    for (size_t i = 0; i < m->n_findings; i++) {
        if (m->findings[i]->status != status)
            continue;
        if (first)
            page_heading(p, title);
        first = false;
        put_finding(p, results, m, m->findings[i]);
    }
}

/* ---- Warnings, flags, missing, holds --------------------------------------------------------- */

static void put_coded(struct page *p, const char *code, const char *text)
{
    page_begin(p, 2);
    p->indent = 6;
    page_say(p, code);
    page_say(p, ": ");
    page_say(p, text);
}

static void put_warnings(struct page *p, struct results *results,
                         const Restage__V1__Recommendation *m)
{
    if (m->n_warnings > 0)
        page_heading(p, "WARNINGS");
    for (size_t i = 0; i < m->n_warnings; i++) {
        const Restage__V1__Warning *w = m->warnings[i];

        put_coded(p, w->code, w->text);
        if (w->n_statements > 0) {
            page_say(p, " [");
            say_list(p, w->statements, w->n_statements);
            page_say(p, "]");
        }
        put_inputs(p, results, w->inputs, w->n_inputs);
        page_end_line(p);
    }
}

static void put_flags(struct page *p, struct results *results, const Restage__V1__Recommendation *m)
{
    if (m->n_safety_flags > 0)
        page_heading(p, "SAFETY FLAGS (not from the guidance text)");
    for (size_t i = 0; i < m->n_safety_flags; i++) {
        const Restage__V1__SafetyFlag *f = m->safety_flags[i];

        put_coded(p, f->code, f->text);
        page_say(p, " [");
        page_say(p, f->source);
        if (f->verified != RESTAGE__V1__ANSWER__ANSWER_YES &&
            strstr(f->source, "unverified") == NULL)
            page_say(p, "; unverified"); /* unless the source says itself what is */
        page_say(p, "]");
        put_inputs(p, results, f->inputs, f->n_inputs);
        page_end_line(p);
    }
}

static void put_missing(struct page *p, const Restage__V1__Recommendation *m)
{
    if (m->n_missing > 0)
        page_heading(p, "MISSING");
    for (size_t i = 0; i < m->n_missing; i++) {
        page_begin(p, 2);
        page_say(p, m->missing[i]->name);
        page_say(p, " (");
        say_enum(p, &restage__v1__missing_reason__descriptor, (int)m->missing[i]->reason);
        page_say(p, ")");
        page_say(p, m->missing[i]->n_codes > 0 ? ": " : ": for safety flags only");
        say_list(p, m->missing[i]->codes, m->missing[i]->n_codes);
        page_end_line(p);
    }
}

static void put_conflicts(struct page *p, struct results *results,
                          const Restage__V1__Recommendation *m)
{
    if (m->n_conflicts > 0)
        page_heading(p, "CONFLICTS");
    for (size_t i = 0; i < m->n_conflicts; i++) {
        page_begin(p, 2);
        page_say(p, m->conflicts[i]->name);
        page_say(p, ":");
        put_inputs(p, results, m->conflicts[i]->inputs, m->conflicts[i]->n_inputs);
        page_end_line(p);
    }
}

static void put_withdrawn_and_holds(struct page *p, const Restage__V1__Recommendation *m)
{
    if (m->n_withdrawn > 0)
        page_heading(p, "WITHDRAWN: applied in the recommendation before and does not now");
    for (size_t i = 0; i < m->n_withdrawn; i++) {
        page_begin(p, 2);
        page_say(p, m->withdrawn[i]->code);
        if (m->withdrawn[i]->event_id[0] != '\0') {
            page_say(p, " (event ");
            page_say(p, m->withdrawn[i]->event_id);
            page_say(p, ")");
        }
        page_end_line(p);
    }
    if (m->n_holds > 0)
        page_heading(p, "ON HOLD: the record is incomplete");
    for (size_t i = 0; i < m->n_holds; i++) {
        page_begin(p, 2);
        page_say(p, m->holds[i]->dead_letter_id);
        page_say(p, " (");
        page_say(p, m->holds[i]->error_code);
        page_say(p, ")");
        page_end_line(p);
    }
}

/* ---- Head and foot --------------------------------------------------------------------------- */

static void put_tnm(struct page *p, const char *const texts[4], uint32_t edition)
{
    for (size_t i = 0; i < 4; i++) {
        if (texts[i][0] == '\0')
            continue;
        page_say(p, i == 3 ? "group " : "");
        page_say(p, texts[i]);
        page_say(p, " ");
    }
    if (edition != 0) {
        page_say(p, "(TNM ");
        page_say_number(p, edition);
        page_say(p, ")");
    }
}

static void put_stage(struct page *p, const Restage__V1__Stage *s)
{
    page_begin(p, 0);
    page_label(p, "stage    ");
    if (s->t[0] == '\0' && s->n[0] == '\0' && s->m[0] == '\0' && s->group[0] == '\0')
        page_say(p, "not known");
    else
        put_tnm(p, (const char *const[]){s->t, s->n, s->m, s->group}, s->edition);
    if (s->conflict == RESTAGE__V1__ANSWER__ANSWER_YES)
        page_say(p, " differs from what was reported");
    page_end_line(p);
    for (size_t i = 0; i < s->n_reported; i++) {
        const Restage__V1__ReportedStage *r = s->reported[i];

        page_begin(p, 9);
        page_say(p, "reported ");
        put_tnm(p, (const char *const[]){r->t, r->n, r->m, r->group}, r->edition);
        page_say(p, " (event ");
        page_say(p, r->event_id);
        page_say(p, ")");
        page_end_line(p);
    }
}

static void put_line(struct page *p, const char *name, const char *text)
{
    if (text[0] == '\0')
        return;
    page_begin(p, 0);
    p->indent = 9;
    page_label(p, name);
    page_say(p, text);
    page_end_line(p);
}

static void put_head(struct page *p, const Restage__V1__Recommendation *m)
{
    page_begin(p, 0);
    page_say(p, m->summary);
    page_end_line(p);
    if (m->subject != NULL && m->subject->patient != NULL) {
        page_begin(p, 0);
        page_label(p, "patient  ");
        page_say(p, m->subject->patient->authority);
        page_say(p, " ");
        page_say(p, m->subject->patient->value);
        page_say(p, ", tumour ");
        page_say(p, m->subject->tumour_id);
        page_end_line(p);
    }
    put_line(p, "as of    ", m->as_of);
    if (m->caused_by != NULL)
        put_line(p, "event    ", m->caused_by->event_id);
    page_begin(p, 0);
    page_label(p, "change   ");
    say_enum(p, &restage__v1__change__descriptor, (int)m->change);
    page_say(p, ", number ");
    page_say_number(p, (int64_t)m->sequence);
    page_end_line(p);
    if (m->stage != NULL)
        put_stage(p, m->stage);
    put_line(p, "reason   ", m->out_of_scope_reason);
    for (size_t i = 0; i < m->n_overlays; i++)
        put_line(p, "overlay  ", m->overlays[i]);
    put_line(p, "review   ", m->review_due_at);
}

static void put_foot(struct page *p, const Restage__V1__Recommendation *m)
{
    page_heading(p, "POLICY");
    page_begin(p, 2);
    p->indent = 2;
    for (size_t i = 0; i < m->n_policy; i++) {
        page_say(p, i > 0 ? ", " : "");
        page_say(p, m->policy[i]->name);
        page_say(p, " ");
        page_say(p, m->policy[i]->value);
        page_say(p, " ");
        page_say(p, m->policy[i]->unit);
    }
    page_end_line(p);
    page_end_line(p);
    page_begin(p, 0);
    p->indent = 0;
    if (m->rulebook != NULL) {
        page_say(p, "Rulebook ");
        page_say(p, m->rulebook->version);
        page_say(p, ", ");
        page_say(p, m->rulebook->hash);
        page_say(p, ". ");
    }
    page_say(p, m->intended_use);
    page_end_line(p);
}

char *recommendation_text(struct bytes recommendation, struct arena *arena)
{
    Restage__V1__Recommendation *m = unpack(recommendation, arena);
    size_t size = recommendation.size * TEXT_PER_BYTE + TEXT_SIZE_MIN;
    char *memory = m == NULL ? NULL : arena_alloc(arena, size);
    struct page page = {.column = 0};
    struct results results = {.count = 0};

    if (memory == NULL)
        return NULL;
    page.b = text_builder_over(memory, size);
    put_head(&page, m);
    put_withdrawn_and_holds(&page, m);
    put_findings(&page, &results, m, RESTAGE__V1__STATUS__STATUS_APPLIES,
                 "APPLIES, as long as all of its conditions hold");
    put_findings(&page, &results, m, RESTAGE__V1__STATUS__STATUS_UNDETERMINED,
                 "CANNOT BE SAID until what is missing is known");
    put_warnings(&page, &results, m);
    put_flags(&page, &results, m);
    put_missing(&page, m);
    put_conflicts(&page, &results, m);
    put_findings(&page, &results, m, RESTAGE__V1__STATUS__STATUS_NOT,
                 "DOES NOT APPLY, unless what stands against it changes");
    put_results(&page, &results);
    put_foot(&page, m);
    return page.b.cut ? NULL : memory; /* uncovered: no byte of a message makes 16 of text */
}
