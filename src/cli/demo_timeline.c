#include "cli/demo.h"

#include "base/date.h"
#include "guidance/recommendation.h"
#include "wire/event_wire.h"
#include "wire/recommendation_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUBJECTS_MAX 256 /* beyond them every recommendation is printed as if it were the first */

/* What a subject's last recommendation said, to tell what is new. */
struct seen_subject {
    char *name;      /* authority, value and tumour: for comparison only, never printed */
    json_t *applied; /* codes that applied, as keys */
    json_t *warned;
    int number;
};

struct timeline {
    bool colour;
    struct seen_subject subjects[SUBJECTS_MAX];
    int count;
};

enum ink { INK_PLAIN, INK_BOLD, INK_GREEN, INK_RED, INK_YELLOW, INK_DIM };

static const char *const inks[] = {"", "\033[1m", "\033[32m", "\033[31m", "\033[33m", "\033[2m"};

static void ink(const struct timeline *t, enum ink ink)
{
    if (t->colour)
        (void)fputs(inks[ink], stdout);
}

static void ink_end(const struct timeline *t)
{
    if (t->colour)
        (void)fputs("\033[0m", stdout);
}

static void put(const struct timeline *t, enum ink with, const char *text)
{
    ink(t, with);
    (void)fputs(text, stdout);
    ink_end(t);
}

struct timeline *timeline_new(void)
{
    struct timeline *t = calloc(1, sizeof(*t));

    if (t != NULL)
        t->colour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    return t;
}

void timeline_free(struct timeline *t)
{
    if (t == NULL)
        return;
    for (int i = 0; i < t->count; i++) {
        free(t->subjects[i].name);
        json_decref(t->subjects[i].applied);
        json_decref(t->subjects[i].warned);
    }
    free(t);
}

/* ---- Arrivals -------------------------------------------------------------------------------- */

void timeline_arrival(struct timeline *t, int64_t at, struct bytes message, const char *remark,
                      struct arena *arena)
{
    char day[INSTANT_TEXT_SIZE];
    char text[WORDING_SIZE] = "a record";
    struct event event;
    struct event_message unused;
    enum error_code code;
    struct err err;

    instant_format(at, day);
    day[10] = '\0';
    if (event_decode(message, INT64_MAX / 2, arena, &event, &unused, &code, &err) == OK) {
        input_text(&event, text);
        if (event.status == REPORT_STATUS_CORRECTED || event.status == REPORT_STATUS_AMENDED)
            remark = "corrected report";
        else if (event_removes(&event))
            remark = "withdrawn";
    }
    (void)putchar('\n');
    put(t, INK_BOLD, day);
    (void)printf("  %s", text);
    if (remark[0] != '\0') {
        (void)fputs("  ", stdout);
        put(t, INK_YELLOW, remark);
    }
    (void)putchar('\n');
}

void timeline_refused(struct timeline *t, const char *code, const char *message)
{
    (void)fputs("            ", stdout);
    put(t, INK_RED, "not accepted");
    (void)printf(": %s, %s\n", code, message);
}

void timeline_silence(struct timeline *t, const char *why)
{
    (void)fputs("            ", stdout);
    put(t, INK_DIM, why);
    (void)putchar('\n');
}

/* ---- Recommendations ------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static struct seen_subject *find_subject(struct timeline *t, const json_t *recommendation)
{
    const json_t *subject = json_object_get(recommendation, "subject");
    char *name = json_dumps(subject, JSON_COMPACT | JSON_SORT_KEYS);

    for (int i = 0; i < t->count; i++)
        if (name != NULL && strcmp(t->subjects[i].name, name) == 0) {
            free(name);
            return &t->subjects[i];
        }
    if (name == NULL || t->count == SUBJECTS_MAX) {
        free(name);
        return NULL;
    }
    t->subjects[t->count] = (struct seen_subject){
        .name = name, .applied = json_object(), .warned = json_object(), .number = t->count + 1};
    return &t->subjects[t->count++];
}

static void print_head(const struct timeline *t, const struct seen_subject *s, const json_t *r)
{
    const json_t *stage = json_object_get(r, "stage");
    const char *group = text_of(stage, "group");

    (void)fputs("            ", stdout);
    put(t, INK_BOLD, text_of(r, "phase"));
    (void)printf("  %s", text_of(r, "summary") + strlen(text_of(r, "phase")) + 2);
    if (group[0] != '\0')
        (void)printf("  [stage %s]", group);
    if (t->count > 1 && s != NULL)
        (void)printf("  (tumour %d)", s->number);
    (void)putchar('\n');
}

/* Codes that apply now and did not before, with what they say; facts for information are left out.
 */
static void print_new(const struct timeline *t, const struct seen_subject *s, const json_t *r,
                      json_t *applied)
{
    size_t i;
    const json_t *f;

    json_array_foreach(json_object_get(r, "findings"), i, f)
    {
        const char *code = text_of(f, "code");
        bool suppressed = strcmp(text_of(f, "presentation"), "PRESENTATION_SUPPRESSED") == 0;

        if (strcmp(text_of(f, "status"), "STATUS_APPLIES") != 0)
            continue;
        (void)json_object_set_new(applied, code, json_true());
        if (strcmp(text_of(f, "strength"), "STRENGTH_INFORM") == 0 ||
            (s != NULL && json_object_get(s->applied, code) != NULL))
            continue;
        (void)fputs("            ", stdout);
        put(t, strcmp(text_of(f, "strength"), "STRENGTH_AVOID") == 0 ? INK_RED : INK_GREEN, "+ ");
        (void)printf("%-20s %.*s%s\n", code, 100, text_of(f, "text"),
                     suppressed ? "  (suppressed by a safety flag)" : "");
    }
}

static void print_withdrawn(const struct timeline *t, const json_t *r)
{
    const json_t *withdrawn = json_object_get(r, "withdrawn");
    size_t i;
    const json_t *w;

    json_array_foreach(withdrawn, i, w)
    {
        if (i == 0) {
            (void)fputs("            ", stdout);
            put(t, INK_YELLOW, "- no longer:");
        }
        (void)printf(" %s", text_of(w, "code"));
    }
    if (json_array_size(withdrawn) > 0)
        (void)putchar('\n');
}

static void print_names(const struct timeline *t, const json_t *list, const char *name,
                        const char *head, enum ink with, json_t *seen)
{
    size_t i;
    const json_t *entry;
    bool any = false;

    json_array_foreach(list, i, entry)
    {
        const char *text = text_of(entry, name);

        if (seen != NULL && json_object_get(seen, text) != NULL)
            continue;
        if (!any) {
            (void)fputs("            ", stdout);
            put(t, with, head);
        }
        any = true;
        (void)printf(" %s", text);
    }
    if (any)
        (void)putchar('\n');
}

void timeline_recommendation(struct timeline *t, struct bytes recommendation, struct arena *arena)
{
    size_t size;
    const char *text = recommendation_json(recommendation, arena, &size);
    json_t *r = text == NULL ? NULL : json_loadb(text, size, 0, NULL);
    json_t *applied = json_object();
    struct seen_subject *s;
    size_t i;
    const json_t *w;

    if (r == NULL) {
        json_decref(applied);
        return;
    }
    s = find_subject(t, r);
    print_head(t, s, r);
    print_new(t, s, r, applied);
    print_withdrawn(t, r);
    print_names(t, json_object_get(r, "warnings"), "code", "! new warning:", INK_YELLOW,
                s == NULL ? NULL : s->warned);
    print_names(t, json_object_get(r, "missing"), "name", "? missing:", INK_DIM, NULL);
    if (s != NULL) {
        json_decref(s->applied);
        s->applied = json_incref(applied);
        (void)json_object_clear(s->warned);
        json_array_foreach(json_object_get(r, "warnings"), i, w)(void)
            json_object_set_new(s->warned, text_of(w, "code"), json_true());
    }
    json_decref(applied);
    json_decref(r);
}
