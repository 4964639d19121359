/*
 * What else the lanes would touch outside: each has a clock of its own that only its own waiting
 * moves, sleeps no time, shows no figures, and logs only when a tale is told.
 */
#include "base/log.h"
#include "runner.h"
#include "worker/clock.h"
#include "worker/gauges.h"

int64_t clock_now_ms(void)
{
    return INT64_C(1780272000000);
}

int64_t clock_monotonic_us(void)
{
    return runner_now()->clock_us + INT64_C(1000000000);
}

void clock_sleep_ms(int32_t ms)
{
    struct runner *r = runner_now();

    r->clock_us += (int64_t)ms * 1000;
    (void)runner_step_poll(r, NULL); /* somebody else may go on meanwhile */
}

void gauges_take(struct gauges *gauges, int32_t number, const struct report *delta,
                 const struct delivery *delivery)
{
    (void)gauges;
    (void)number;
    (void)delta;
    runner_now()->delivery = delivery;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields,
               size_t count)
{
    (void)level;
    for (size_t i = 0; i < count && runner_tell; i++)
        if (fields[i].kind == LOG_FIELD_WORD || fields[i].kind == LOG_FIELD_ERROR)
            runner_say(runner_now(), "log %s: %s=%s", event, fields[i].name, fields[i].word);
}

struct log_field log_number(const char *name, int64_t number)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_NUMBER, .number = number};
}

struct log_field log_word(const char *name, const char *word)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_WORD, .word = word};
}

struct log_field log_uuid(const char *name, const struct uuid *uuid)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_UUID, .uuid = *uuid};
}

struct log_field log_error(const struct err *err)
{
    return (struct log_field){.name = "error", .kind = LOG_FIELD_ERROR, .word = err->text};
}
