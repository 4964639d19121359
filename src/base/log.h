#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * Log: one line per call on standard error, of named and typed fields.
 *
 * Only worker/ and cli/ log.  There is no way to log arbitrary text: a field is a number, a word
 * (an enumerator's name, a topic, an instance: never content), a UUID, or the text of a struct err,
 * which by its own rule carries no patient data.  Lines are logfmt, or JSON objects.
 */
#include "base/err.h"
#include "base/uuid.h"

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

#define LOG_FIELDS_MAX 16
#define LOG_LINE_SIZE_MAX 2048 /* fields beyond it are left out */

enum log_field_kind { LOG_FIELD_NUMBER, LOG_FIELD_WORD, LOG_FIELD_UUID, LOG_FIELD_ERROR };

struct log_field {
    const char *name;
    enum log_field_kind kind;
    int64_t number;
    const char *word;
    struct uuid uuid;
};

/* Lines below ${level} are dropped from now on.  Before the first call: info, logfmt. */
void log_open(enum log_level level, enum log_format format);

/* Write one line; safe from several threads. */
void log_event(enum log_level level, const char *event, const struct log_field *fields,
               size_t count);

struct log_field log_number(const char *name, int64_t number);
struct log_field log_word(const char *name, const char *word);
struct log_field log_uuid(const char *name, const struct uuid *uuid);
struct log_field log_error(const struct err *err); /* named "error" */

/* How many lines of ${level} were written, for metrics. */
int64_t log_count(enum log_level level);

#endif
