#ifndef CLI_EVALUATION_H
#define CLI_EVALUATION_H

/*
 * Evaluation: the worker without Kafka and PostgreSQL.
 *
 * Event JSON lines go in, recommendations come out, by the same decoder, fold, judgement and
 * encoder as in the worker.  A line is a record: its number stands for the offset, and a refused
 * one is a dead letter named "line-N" that holds its patient.
 */
#include "base/bytes.h"
#include "base/err.h"
#include "cli/event_lines.h"
#include "guidance/policy.h"
#include "wire/error_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evaluation;

/* Called for each recommendation, and for each line that was refused. */
struct evaluation_sink {
    void *context;
    /* ${subject} counts the subjects from 0 in the order of their first line. */
    enum status (*recommendation)(void *context, size_t subject, struct bytes recommendation,
                                  struct err *err);
    void (*refused)(void *context, size_t line, enum error_code code, const char *text);
};

struct evaluation_settings {
    struct policy policy; /* sealed */
    bool complete;        /* findings that do not apply say why, too: for explanations */
    bool at_given;
    int64_t at; /* --as-of: judge the last applied line of each subject then */
};

/*
 * Evaluate all of ${lines} in their order.  ${ret_refused} counts the lines that were refused; that
 * is no failure.  Otherwise what the sink answers, or FATAL without memory.
 */
enum status evaluation_run(const struct event_lines *lines,
                           const struct evaluation_settings *settings,
                           const struct evaluation_sink *sink, size_t *ret_refused, struct err *err)
    __attribute__((warn_unused_result));

#endif
