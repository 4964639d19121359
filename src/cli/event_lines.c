#include "cli/event_lines.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct event_lines {
    char *bytes; /* of the whole file; line ends are replaced by NUL */
    size_t size;
    struct event_line *lines;
    size_t count;
};

/* The whole file with room for one NUL behind it. */
static enum status read_all(FILE *file, struct event_lines *lines, struct err *err)
{
    size_t capacity = 0;

    for (;;) {
        size_t got;

        if (lines->size + 1 >= capacity) {
            char *grown;

            capacity = capacity == 0 ? 65536 : capacity * 2;
            grown = realloc(lines->bytes, capacity);
            if (grown == NULL)
                return err_set(err, FATAL, "no memory for the input");
            lines->bytes = grown;
        }
        got = fread(lines->bytes + lines->size, 1, capacity - lines->size - 1, file);
        lines->size += got;
        if (got == 0)
            break;
    }
    if (ferror(file))
        return err_set(err, REJECT, "cannot be read: %s", strerror(errno));
    lines->bytes[lines->size] = '\0';
    return OK;
}

static size_t line_ends(const struct event_lines *lines)
{
    size_t count = 1;

    for (size_t i = 0; i < lines->size; i++)
        if (lines->bytes[i] == '\n')
            count++;
    return count;
}

static enum status split(struct event_lines *lines, struct err *err)
{
    char *at = lines->bytes;
    char *end = lines->bytes + lines->size;
    size_t number = 0;

    lines->lines = calloc(line_ends(lines), sizeof(*lines->lines));
    if (lines->lines == NULL)
        return err_set(err, FATAL, "no memory for the input");
    while (at < end) {
        char *line_end = memchr(at, '\n', (size_t)(end - at));
        char *next = line_end == NULL ? end : line_end + 1;
        size_t size = (size_t)((line_end == NULL ? end : line_end) - at);

        number++;
        if (size > 0 && at[size - 1] == '\r')
            size--;
        at[size] = '\0';
        /* A line with a NUL is not blank: it is refused later, with its number. */
        if (strspn(at, " \t") < size)
            lines->lines[lines->count++] =
                (struct event_line){.text = at, .size = size, .number = number};
        at = next;
    }
    return OK;
}

enum status event_lines_read(const char *path, struct event_lines **ret, struct err *err)
{
    struct event_lines *lines = calloc(1, sizeof(*lines));
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    enum status status;

    if (lines == NULL) {
        if (file != NULL && file != stdin)
            (void)fclose(file);
        return err_set(err, FATAL, "no memory for the input");
    }
    if (file == NULL) {
        free(lines);
        return err_set(err, REJECT, "cannot be opened: %s", strerror(errno));
    }
    status = read_all(file, lines, err);
    if (status == OK)
        status = split(lines, err);
    if (file != stdin)
        (void)fclose(file);
    if (status != OK) {
        event_lines_free(lines);
        return status;
    }
    *ret = lines;
    return OK;
}

void event_lines_free(struct event_lines *lines)
{
    if (lines == NULL)
        return;
    free(lines->lines);
    free(lines->bytes);
    free(lines);
}

size_t event_lines_count(const struct event_lines *lines)
{
    return lines->count;
}

struct event_line event_lines_get(const struct event_lines *lines, size_t i)
{
    assert(i < lines->count);
    return lines->lines[i];
}
