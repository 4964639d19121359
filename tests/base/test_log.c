#include "base/log.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static FILE *captured;
static int terminal;

static void setup(void)
{
    captured = tmpfile();
    ck_assert_ptr_nonnull(captured);
    ck_assert_int_eq(fflush(stderr), 0);
    terminal = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(fileno(captured), STDERR_FILENO), 0);
}

static void teardown(void)
{
    ck_assert_int_ge(dup2(terminal, STDERR_FILENO), 0);
    ck_assert_int_eq(close(terminal), 0);
    ck_assert_int_eq(fclose(captured), 0);
}

/* What was written, without the time at its beginning, whose form is checked. */
static const char *written(char *text, size_t size, size_t time_end)
{
    size_t got;

    rewind(captured);
    got = fread(text, 1, size - 1, captured);
    text[got] = '\0';
    if (got == 0)
        return text;
    ck_assert_uint_gt(got, time_end);
    return text + time_end;
}

#define LOGFMT_TIME (sizeof("time=2026-05-12T06:15:00.000Z ") - 1)
#define JSON_TIME (sizeof("{\"time\":\"2026-05-12T06:15:00.000Z\",") - 1)

START_TEST(a_line_of_logfmt)
{
    char text[LOG_LINE_SIZE_MAX * 2];
    struct uuid uuid = {{0x6b}};
    struct err err;
    struct log_field fields[4];

    (void)err_set(&err, RETRY, "broker \"b\": a\\b");
    fields[0] = log_number("partition", -3);
    fields[1] = log_word("topic", "restage.imaging");
    fields[2] = log_uuid("run", &uuid);
    fields[3] = log_error(&err);
    log_open(LOG_INFO, LOG_LOGFMT);
    log_event(LOG_WARNING, "retry", fields, 4);
    ck_assert_str_eq(
        written(text, sizeof(text), LOGFMT_TIME),
        "level=warning event=retry partition=-3 topic=restage.imaging "
        "run=6b000000-0000-0000-0000-000000000000 error=\"broker \\\"b\\\": a\\\\b\"\n");
}
END_TEST

START_TEST(a_line_of_json)
{
    char text[LOG_LINE_SIZE_MAX * 2];
    const struct log_field fields[] = {log_number("n", 5), log_word("word", "tab\there"),
                                       log_word("none", NULL)};

    log_open(LOG_INFO, LOG_JSON);
    log_event(LOG_ERROR, "stopped", fields, 3);
    ck_assert_str_eq(written(text, sizeof(text), JSON_TIME),
                     "\"level\":\"error\",\"event\":\"stopped\",\"n\":5,\"word\":\"tab here\","
                     "\"none\":\"\"}\n");
}
END_TEST

START_TEST(lower_levels_are_counted_and_dropped)
{
    char text[LOG_LINE_SIZE_MAX];
    int64_t before = log_count(LOG_INFO);

    log_open(LOG_WARNING, LOG_LOGFMT);
    log_event(LOG_INFO, "quiet", NULL, 0);
    ck_assert_str_eq(written(text, sizeof(text), 0), "");
    ck_assert_int_eq(log_count(LOG_INFO), before + 1);
}
END_TEST

/* A line is one line, and whole, however long its fields are. */
START_TEST(long_lines_are_cut)
{
    static char word[2 * LOG_LINE_SIZE_MAX];
    static const char *const ends[] = {"event=long cut=true\n",
                                       "\"event\":\"long\",\"cut\":true}\n"};
    char text[2 * LOG_LINE_SIZE_MAX];
    const struct log_field fields[] = {log_word("long", word), log_word("next", "x")};

    for (int format = LOG_LOGFMT; format <= LOG_JSON; format++) {
        size_t size;

        memset(word, 'x', sizeof(word) - 1);
        log_open(LOG_INFO, (enum log_format)format);
        ck_assert_int_eq(ftruncate(fileno(captured), 0), 0);
        ck_assert_int_eq(lseek(STDERR_FILENO, 0, SEEK_SET), 0);
        log_event(LOG_INFO, "long", fields, 2);
        (void)written(text, sizeof(text), 1);
        size = strlen(text);
        ck_assert_uint_le(size, LOG_LINE_SIZE_MAX);
        ck_assert_int_eq(text[size - 1], '\n');
        ck_assert_ptr_eq(strchr(text, '\n'), text + size - 1);
        ck_assert_str_eq(text + size - strlen(ends[format]), ends[format]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tcase = tcase_create("log");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_line_of_logfmt);
    tcase_add_test(tcase, a_line_of_json);
    tcase_add_test(tcase, lower_levels_are_counted_and_dropped);
    tcase_add_test(tcase, long_lines_are_cut);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
