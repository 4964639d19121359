#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status err_set(struct err *err, enum status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    err->status = status;
    return status;
}

enum status err_add(struct err *err, const char *format, ...)
{
    char context[sizeof(err->text)];
    char whole[2 * sizeof(err->text) + 2];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    (void)snprintf(whole, sizeof(whole), "%s: %s", context, err->text);
    whole[sizeof(err->text) - 1] = '\0';
    memcpy(err->text, whole, sizeof(err->text));
    return err->status;
}

const char *status_name(enum status status)
{
    switch (status) {
    case OK:
        return "ok";
    case RETRY:
        return "retry";
    case REJECT:
        return "reject";
    case FATAL:
        return "fatal";
    }
    return "fatal";
}
