#include "cli/printer.h"

#include "base/arena.h"
#include "wire/recommendation_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINT_SIZE_MAX ((size_t)64 << 20) /* bytes of one recommendation's text */

/* The last text of each subject, with --last. */
struct last {
    char *text;
    size_t order;
};

struct printer {
    const char *command;
    const char *path;
    bool pretty;
    bool keep_last;
    struct arena *arena;
    struct last *last;
    size_t last_count;
    size_t order;
    bool printed;
};

static enum status print_text(struct printer *p, const char *text, struct err *err)
{
    if (p->pretty && p->printed)
        (void)fputs("\n----------------------------------------\n\n", stdout);
    p->printed = true;
    if (fputs(text, stdout) == EOF || (!p->pretty && fputc('\n', stdout) == EOF))
        return err_set(err, FATAL, "standard output cannot be written");
    return OK;
}

static enum status keep_text(struct printer *p, size_t subject, const char *text, struct err *err)
{
    char *copy = strdup(text);

    if (copy != NULL && subject >= p->last_count) {
        size_t count = subject * 2 + 16;
        struct last *last = realloc(p->last, count * sizeof(*last));

        if (last == NULL) {
            free(copy);
            return err_set(err, FATAL, "no memory for the output");
        }
        memset(last + p->last_count, 0, (count - p->last_count) * sizeof(*last));
        p->last = last;
        p->last_count = count;
    }
    if (copy == NULL)
        return err_set(err, FATAL, "no memory for the output");
    free(p->last[subject].text);
    p->last[subject] = (struct last){.text = copy, .order = p->order++};
    return OK;
}

static enum status take(void *context, size_t subject, struct bytes recommendation, struct err *err)
{
    struct printer *p = context;
    const char *text;

    arena_reset(p->arena);
    text = p->pretty ? recommendation_text(recommendation, p->arena)
                     : recommendation_json(recommendation, p->arena, NULL);
    if (text == NULL)
        return err_set(err, FATAL, "no memory for the output");
    return p->keep_last ? keep_text(p, subject, text, err) : print_text(p, text, err);
}

static int compare_order(const void *a, const void *b)
{
    const struct last *x = a;
    const struct last *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

enum status printer_finish(struct printer *p, struct err *err)
{
    enum status status = OK;

    if (p->last_count > 0)
        qsort(p->last, p->last_count, sizeof(*p->last), compare_order);
    for (size_t i = 0; i < p->last_count && status == OK; i++)
        if (p->last[i].text != NULL)
            status = print_text(p, p->last[i].text, err);
    if (status == OK && fflush(stdout) != 0)
        status = err_set(err, FATAL, "standard output cannot be written");
    return status;
}

void printer_free(struct printer *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->last_count; i++)
        free(p->last[i].text);
    free(p->last);
    arena_free(p->arena);
    free(p);
}

static void complain(void *context, size_t line, enum error_code code, const char *text)
{
    const struct printer *p = context;

    (void)fprintf(stderr, "restage %s: %s:%zu: %s: %s\n", p->command,
                  strcmp(p->path, "-") == 0 ? "standard input" : p->path, line,
                  error_code_name(code), text);
}

struct evaluation_sink printer_sink(struct printer *p)
{
    return (struct evaluation_sink){.context = p, .recommendation = take, .refused = complain};
}

enum status printer_print(struct printer *p, struct bytes recommendation, struct err *err)
{
    return take(p, 0, recommendation, err);
}

enum status printer_new(const char *command, const char *path, bool pretty, bool keep_last,
                        struct printer **ret, struct err *err)
{
    struct printer *p = calloc(1, sizeof(*p));

    if (p != NULL)
        p->arena = arena_new(PRINT_SIZE_MAX);
    if (p == NULL || p->arena == NULL) {
        free(p);
        return err_set(err, FATAL, "no memory for the output");
    }
    p->command = command;
    p->path = path;
    p->pretty = pretty;
    p->keep_last = keep_last;
    *ret = p;
    return OK;
}
