#ifndef CLI_EVENT_LINES_H
#define CLI_EVENT_LINES_H

/* Event lines: a file or standard input, read into memory and handed out line by line. */
#include "base/err.h"

#include <stddef.h>

struct event_lines;

struct event_line {
    const char *text; /* NUL-terminated, without the line's end; lives as long as the lines */
    size_t size;
    size_t number; /* 1 for the first line of the file, blank ones counted */
};

/* Read all of ${path}, "-" for standard input.  REJECT when it cannot be read. */
enum status event_lines_read(const char *path, struct event_lines **ret, struct err *err)
    __attribute__((warn_unused_result));
void event_lines_free(struct event_lines *lines); /* NULL is fine */

/* How many lines there are that are not blank, and the ${i}-th of them. */
size_t event_lines_count(const struct event_lines *lines);
struct event_line event_lines_get(const struct event_lines *lines, size_t i);

#endif
