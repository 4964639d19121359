#include "case_file.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 1024
#define PHRASES_MAX 512
#define GAPS_MAX 64
#define TEXTS_MAX 16
#define PARTS_MAX 9 /* $1 to $9 */
#define WORD_SIZE 128
#define JSON_SIZE 4096

struct phrase {
    const char *pattern; /* words, "<>" for any one word */
    char *json;          /* with $1 for the first of them */
};

struct cases {
    char *texts[TEXTS_MAX]; /* of the files; lines are cut in place */
    char *names[TEXTS_MAX];
    size_t text_count;
    struct phrase phrases[PHRASES_MAX];
    size_t phrase_count;
    const char *gaps[GAPS_MAX];
    size_t gap_count;
    struct clinical_case *cases[CASES_MAX];
    size_t count;
};

/* ---- Files ----------------------------------------------------------------------------------- */

_Noreturn static void fail(const char *file, size_t number, const char *what, const char *text)
{
    (void)fprintf(stderr, "%s:%zu: %s: %s\n", file, number, what, text);
    exit(EXIT_FAILURE);
}

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static char *slurp(struct cases *cases, const char *folder, const char *name)
{
    char path[1024];
    FILE *f;
    long size;
    char *text;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
        fail(path, 0, "cannot be read", name);
    rewind(f);
    text = must(calloc((size_t)size + 1, 1));
    if (fread(text, 1, (size_t)size, f) != (size_t)size)
        fail(path, 0, "cannot be read", name);
    (void)fclose(f);
    assert(cases->text_count < TEXTS_MAX);
    cases->names[cases->text_count] = must(strdup(name));
    cases->texts[cases->text_count++] = text;
    return text;
}

/* Cut the next line off; without space at its ends, ${ret_indented} when it began with any. */
static char *next_line(char **at, bool *ret_indented)
{
    char *line = *at;
    char *end;

    if (*line == '\0')
        return NULL;
    end = line + strcspn(line, "\n");
    *at = *end == '\n' ? end + 1 : end;
    *end = '\0';
    *ret_indented = *line == ' ';
    line += strspn(line, " ");
    end = line + strlen(line);
    while (end > line && end[-1] == ' ')
        *--end = '\0';
    return line;
}

bool case_word(const char **at, char *word, size_t size)
{
    const char *from = *at + strspn(*at, " ");
    size_t length = strcspn(from, " ");

    if (length == 0)
        return false;
    assert(length < size);
    memcpy(word, from, length);
    word[length] = '\0';
    *at = from + length;
    return true;
}

/* ---- Phrases --------------------------------------------------------------------------------- */

static void read_phrases(struct cases *cases, const char *folder)
{
    char *at = slurp(cases, folder, "phrases.txt");
    char *line;
    bool indented;

    while ((line = next_line(&at, &indented)) != NULL) {
        struct phrase *last = &cases->phrases[cases->phrase_count];

        if (*line == '\0' || *line == '#')
            continue;
        if (indented) {
            char **json = &last[-1].json;
            size_t had = *json == NULL ? 0 : strlen(*json);

            *json = must(realloc(*json, had + strlen(line) + 1));
            (void)snprintf(*json + had, strlen(line) + 1, "%s", line);
            continue;
        }
        assert(cases->phrase_count < PHRASES_MAX);
        last->pattern = line;
        cases->phrase_count++;
    }
}

/*
 * How many words of ${text} stand in the place of "<>" if it is this phrase, and which; -1 when it
 * is another.
 */
static int fit(const struct phrase *phrase, const char *text, char parts[][WORD_SIZE])
{
    const char *pattern = phrase->pattern;
    char expected[WORD_SIZE];
    char word[WORD_SIZE];
    int count = 0;

    while (case_word(&pattern, expected, sizeof(expected))) {
        if (!case_word(&text, word, sizeof(word)))
            return -1;
        if (strcmp(expected, "<>") == 0)
            memcpy(parts[count++], word, WORD_SIZE);
        else if (strcmp(expected, word) != 0)
            return -1;
    }
    return case_word(&text, word, sizeof(word)) ? -1 : count;
}

static json_t *fill_in(const struct phrase *phrase, char parts[][WORD_SIZE])
{
    char json[JSON_SIZE];
    size_t size = 0;
    json_error_t error;
    json_t *object;

    for (const char *at = phrase->json; *at != '\0'; at++) {
        const char *part = at;
        size_t length = 1;

        if (at[0] == '$' && at[1] >= '1' && at[1] <= '9') {
            part = parts[at[1] - '1'];
            length = strlen(part);
            at++;
        }
        assert(size + length < sizeof(json));
        memcpy(json + size, part, length);
        size += length;
    }
    object = json_loadb(json, size, 0, &error);
    if (object == NULL)
        fail("phrases.txt", 0, error.text, phrase->pattern);
    return object;
}

/* Objects are merged member by member, lists are joined, anything else is replaced. */
static void merge(json_t *into, json_t *from)
{
    const char *key;
    json_t *value;

    json_object_foreach(from, key, value)
    {
        json_t *present = json_object_get(into, key);

        if (json_is_object(present) && json_is_object(value))
            merge(present, value);
        else if (json_is_array(present) && json_is_array(value))
            (void)json_array_extend(present, value);
        else
            (void)json_object_set(into, key, value);
    }
}

/* The phrase with the fewest words left open is the one that is meant. */
static void add_phrase(const struct cases *cases, const struct clinical_case *c, size_t number,
                       const char *text, json_t *event)
{
    const struct phrase *best = NULL;
    int fewest = PARTS_MAX + 1;
    char parts[PARTS_MAX][WORD_SIZE];
    json_t *object;

    for (size_t i = 0; i < cases->phrase_count; i++) {
        int open = fit(&cases->phrases[i], text, parts);

        if (open >= 0 && open < fewest) {
            best = &cases->phrases[i];
            fewest = open;
        }
    }
    if (best == NULL)
        fail(c->file, number, "no phrase says this", text);
    (void)fit(best, text, parts);
    object = fill_in(best, parts);
    merge(event, object);
    json_decref(object);
}

json_t *cases_event(const struct cases *cases, const struct clinical_case *c,
                    const struct case_line *line)
{
    const char *at = line->text;
    json_t *event = json_object();
    char word[WORD_SIZE];
    char text[1024];

    (void)case_word(&at, word, sizeof(word));
    (void)json_object_set_new(event, "effectiveAt", json_string(word));
    while (*at != '\0') {
        size_t length = strcspn(at, ";");

        assert(length < sizeof(text));
        memcpy(text, at, length);
        text[length] = '\0';
        add_phrase(cases, c, line->number, text, event);
        at += length + (at[length] == ';');
    }
    return event;
}

/* ---- Cases ----------------------------------------------------------------------------------- */

static const struct clinical_case *find(const struct cases *cases, const char *name)
{
    for (size_t i = 0; i < cases->count; i++)
        if (strcmp(cases->cases[i]->name, name) == 0)
            return cases->cases[i];
    return NULL;
}

static void add_line(struct case_line *lines, size_t *count, const char *text, size_t number)
{
    assert(*count < CASE_LINES_MAX);
    lines[(*count)++] = (struct case_line){.text = text, .number = number};
}

static const char *after(const char *line, const char *prefix)
{
    return strncmp(line, prefix, strlen(prefix)) == 0 ? line + strlen(prefix) : NULL;
}

static struct clinical_case *begin_case(struct cases *cases, const char *name, const char *file,
                                        size_t number)
{
    struct clinical_case *c = must(calloc(1, sizeof(*c)));

    if (find(cases, name) != NULL)
        fail(file, number, "two cases have this name", name);
    assert(cases->count < CASES_MAX);
    cases->cases[cases->count++] = c;
    c->name = name;
    c->file = file;
    c->number = number;
    return c;
}

static void read_cases(struct cases *cases, const char *folder, const char *name)
{
    char *at = slurp(cases, folder, name);
    const char *file = cases->names[cases->text_count - 1];
    struct clinical_case *c = NULL;
    size_t number = 0;
    char *line;
    bool indented;

    while ((line = next_line(&at, &indented)) != NULL) {
        const char *rest;

        number++;
        if (*line == '\0' || *line == '#')
            continue;
        if ((rest = after(line, "case ")) != NULL) {
            c = begin_case(cases, rest, file, number);
        } else if (c == NULL) {
            fail(file, number, "stands before the first case", line);
        } else if ((rest = after(line, "after ")) != NULL) {
            c->base = find(cases, rest);
            if (c->base == NULL)
                fail(file, number, "no earlier case has this name", rest);
        } else if ((rest = after(line, "as of ")) != NULL) {
            c->as_of = rest;
        } else if (*line >= '0' && *line <= '9') {
            add_line(c->events, &c->event_count, line, number);
        } else {
            add_line(c->expectations, &c->expectation_count, line, number);
        }
    }
}

static void read_gaps(struct cases *cases, const char *folder)
{
    char *at = slurp(cases, folder, "gaps.txt");
    char *line;
    bool indented;

    while ((line = next_line(&at, &indented)) != NULL) {
        if (*line == '\0' || *line == '#')
            continue;
        assert(cases->gap_count < GAPS_MAX);
        cases->gaps[cases->gap_count++] = line;
    }
}

const char *cases_gap(const struct cases *cases, const char *code, const char *status)
{
    char prefix[64];

    (void)snprintf(prefix, sizeof(prefix), "%s %s: ", code, status);
    for (size_t i = 0; i < cases->gap_count; i++)
        if (after(cases->gaps[i], prefix) != NULL)
            return after(cases->gaps[i], prefix);
    return NULL;
}

static int is_case_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".cases") == 0;
}

struct cases *cases_read(const char *folder)
{
    struct cases *cases = must(calloc(1, sizeof(*cases)));
    struct dirent **entries;
    int count = scandir(folder, &entries, is_case_file, alphasort);

    if (count <= 0)
        fail(folder, 0, "holds no case", "*.cases");
    read_phrases(cases, folder);
    read_gaps(cases, folder);
    for (int i = 0; i < count; i++) {
        read_cases(cases, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return cases;
}

void cases_free(struct cases *cases)
{
    for (size_t i = 0; i < cases->phrase_count; i++)
        free(cases->phrases[i].json);
    for (size_t i = 0; i < cases->count; i++)
        free(cases->cases[i]);
    for (size_t i = 0; i < cases->text_count; i++) {
        free(cases->texts[i]);
        free(cases->names[i]);
    }
    free(cases);
}

size_t cases_count(const struct cases *cases)
{
    return cases->count;
}

const struct clinical_case *cases_get(const struct cases *cases, size_t i)
{
    assert(i < cases->count);
    return cases->cases[i];
}
