#ifndef BASE_CONFIG_FILE_H
#define BASE_CONFIG_FILE_H

/* Config file: lines of "key = value", and files that hold one secret. */
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct config_line {
    const char *key;
    const char *value;
    int number; /* from 1 */
};

/*
 * Read at most ${size_max} bytes of ${path} into ${arena}, NUL-terminated.  REJECT, naming the
 * file, when it cannot be read, is longer, or holds a NUL.
 */
enum status config_file_read(const char *path, size_t size_max, struct arena *arena, char **ret,
                             struct err *err) __attribute__((warn_unused_result));

/*
 * Take the next setting from ${*rest} and move it on; ${ret->key} is NULL at the end of the text.
 * ${*number} counts lines, 0 before the first.  The text is cut into pieces in place.  REJECT for
 * what is neither blank, a comment nor "key = value"; the text of ${err} is without file and line.
 */
enum status config_file_next(char **rest, int *number, struct config_line *ret, struct err *err)
    __attribute__((warn_unused_result));

/* Whether ${size} bytes can be a key: letters, digits, dots, underscores, hyphens; not too long. */
bool config_file_is_key(const char *text, size_t size);

#endif
