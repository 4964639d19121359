#include "wire/error_code.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {
    [ERROR_NONE] = "none",
    [ERROR_UNDECODABLE] = "undecodable",
    [ERROR_EMPTY] = "empty",
    [ERROR_UNKNOWN_FRAMING] = "unknown_framing",
    [ERROR_UNKNOWN_ENUM] = "unknown_enum",
    [ERROR_UNKNOWN_BODY] = "unknown_body",
    [ERROR_MISSING_IDENTITY] = "missing_identity",
    [ERROR_BAD_IDENTITY] = "bad_identity",
    [ERROR_BAD_EVENT_ID] = "bad_event_id",
    [ERROR_MISSING_FIELD] = "missing_field",
    [ERROR_BAD_DECIMAL] = "bad_decimal",
    [ERROR_BAD_TIME] = "bad_time",
    [ERROR_IMPOSSIBLE_VALUE] = "impossible_value",
    [ERROR_FUTURE_DATE] = "future_date",
    [ERROR_TOO_MANY_ITEMS] = "too_many_items",
    [ERROR_TEXT_TOO_LONG] = "text_too_long",
    [ERROR_EVENT_TOO_LARGE] = "event_too_large",
    [ERROR_EMBEDDED_NUL] = "embedded_nul",
    [ERROR_BAD_UTF8] = "bad_utf8",
    [ERROR_EVENT_ID_CONFLICT] = "event_id_conflict",
    [ERROR_WORKER_CRASH] = "worker_crash",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == ERROR_CODE_COUNT, "every code has a name");

const char *error_code_name(enum error_code code)
{
    assert(code < ERROR_CODE_COUNT);
    return names[code];
}

enum error_code error_code_from_name(const char *name)
{
    for (size_t i = 1; i < ERROR_CODE_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return (enum error_code)i;
    return ERROR_NONE;
}
