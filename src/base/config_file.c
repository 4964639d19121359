#include "base/config_file.h"

#include "base/config.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum status config_file_read(const char *path, size_t size_max, struct arena *arena, char **ret,
                             struct err *err)
{
    FILE *file = fopen(path, "re");
    enum status status = OK;
    char *text;
    size_t size;

    if (file == NULL)
        return err_set(err, REJECT, "%s: %s", path, strerror(errno));
    text = arena_alloc(arena, size_max + 2);
    if (text == NULL) {
        (void)fclose(file);
        return err_set(err, FATAL, "%s: no memory", path);
    }
    size = fread(text, 1, size_max + 1, file);
    if (ferror(file))
        status = err_set(err, REJECT, "%s: cannot be read", path);
    else if (size > size_max)
        status = err_set(err, REJECT, "%s: longer than %zu bytes", path, size_max);
    else if (memchr(text, '\0', size) != NULL)
        status = err_set(err, REJECT, "%s: holds a NUL byte", path);
    (void)fclose(file);
    if (status != OK)
        return status;
    text[size] = '\0';
    *ret = text;
    return OK;
}

bool config_file_is_key(const char *text, size_t size)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return size > 0 && size < CONFIG_KEY_SIZE_MAX && strspn(text, allowed) >= size;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static char *skip_blanks(char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

/* Drop blanks at the end of ${size} bytes; what is left. */
static size_t trimmed(const char *text, size_t size)
{
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    return size;
}

static enum status split(char *line, struct config_line *ret, struct err *err)
{
    char *sign = strchr(line, '=');
    size_t key_size = sign == NULL ? 0 : trimmed(line, (size_t)(sign - line));
    char *value;

    if (sign == NULL)
        return err_set(err, REJECT, "not of the form key = value");
    if (!config_file_is_key(line, key_size))
        return err_set(err, REJECT,
                       "before the = there is no key: letters, digits, dots, underscores and "
                       "hyphens");
    value = skip_blanks(sign + 1);
    value[trimmed(value, strlen(value))] = '\0';
    line[key_size] = '\0';
    if (strlen(value) > CONFIG_VALUE_SIZE_MAX)
        return err_set(err, REJECT, "%s: longer than %d bytes", line, CONFIG_VALUE_SIZE_MAX);
    if (!text_is_utf8(value, strlen(value)))
        return err_set(err, REJECT, "%s: not UTF-8", line);
    ret->key = line;
    ret->value = value;
    return OK;
}

enum status config_file_next(char **rest, int *number, struct config_line *ret, struct err *err)
{
    while (**rest != '\0') {
        char *line = skip_blanks(*rest);
        size_t size = strcspn(line, "\n");

        *rest = line + size + (line[size] == '\0' ? 0 : 1);
        line[size] = '\0';
        *number += 1;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        ret->number = *number;
        return split(line, ret, err);
    }
    *ret = (struct config_line){.number = *number};
    return OK;
}
