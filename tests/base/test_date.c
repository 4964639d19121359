#include "base/date.h"

#include <check.h>
#include <string.h>

static const struct {
    int32_t year;
    int32_t month;
    int32_t day;
    int32_t count;
} days[] = {
    {1970, 1, 1, 0},       {1969, 12, 31, -1},      {2000, 2, 29, 11016}, {2000, 3, 1, 11017},
    {1900, 2, 28, -25509}, {1900, 3, 1, -25508},    {2026, 5, 12, 20585}, {2038, 1, 19, 24855},
    {0, 1, 1, -719528},    {9999, 12, 31, 2932896},
};

START_TEST(days_are_counted_both_ways)
{
    int32_t year;
    int32_t month;
    int32_t day;

    ck_assert_int_eq(day_from_civil(days[_i].year, days[_i].month, days[_i].day), days[_i].count);
    day_to_civil(days[_i].count, &year, &month, &day);
    ck_assert_int_eq(year, days[_i].year);
    ck_assert_int_eq(month, days[_i].month);
    ck_assert_int_eq(day, days[_i].day);
}
END_TEST

/* Every day of 800 years follows the one before. */
START_TEST(no_day_is_skipped)
{
    int32_t end = day_from_civil(2400, 1, 1);
    int32_t year = 1599;
    int32_t month = 12;
    int32_t day = 31;

    ck_assert_int_eq(end - day_from_civil(1600, 1, 1), 292194);
    for (int32_t count = day_from_civil(1600, 1, 1); count <= end; count++) {
        int32_t next_year;
        int32_t next_month;
        int32_t next_day;
        bool follows;

        day_to_civil(count, &next_year, &next_month, &next_day);
        if (next_day != 1)
            follows = next_day == day + 1 && next_month == month && next_year == year;
        else if (next_month != 1)
            follows = day >= 28 && next_month == month + 1 && next_year == year;
        else
            follows = day == 31 && month == 12 && next_year == year + 1;
        /* An assertion that holds costs a message to Check; there are too many days for that. */
        if (!follows || day_from_civil(next_year, next_month, next_day) != count)
            ck_abort_msg("day %d is %d-%d-%d", (int)count, (int)next_year, (int)next_month,
                         (int)next_day);
        year = next_year;
        month = next_month;
        day = next_day;
    }
}
END_TEST

START_TEST(instants_lie_on_days_before_1970_too)
{
    ck_assert_int_eq(instant_day(0), 0);
    ck_assert_int_eq(instant_day(-1), -1);
    ck_assert_int_eq(instant_day(DAY_MS - 1), 0);
    ck_assert_int_eq(instant_day(-DAY_MS), -1);
    ck_assert_int_eq(instant_day(-DAY_MS - 1), -2);
}
END_TEST

START_TEST(texts_are_printed)
{
    char instant[INSTANT_TEXT_SIZE];
    char day[DAY_TEXT_SIZE];

    instant_format(INT64_C(1778566500123), instant);
    ck_assert_str_eq(instant, "2026-05-12T06:15:00.123Z");
    instant_format(-1, instant);
    ck_assert_str_eq(instant, "1969-12-31T23:59:59.999Z");
    day_format(-719528, day);
    ck_assert_str_eq(day, "0000-01-01");
    day_format(2932896, day);
    ck_assert_str_eq(day, "9999-12-31");
}
END_TEST

/* What a text covers: its first and last day, and its first and last instant in UTC. */
static const struct {
    const char *text;
    enum precision precision;
    const char *first_day;
    const char *last_day;
    const char *earliest;
    const char *latest;
} times[] = {
    {"2026", PRECISION_YEAR, "2026-01-01", "2026-12-31", "2026-01-01T00:00:00.000Z",
     "2026-12-31T23:59:59.999Z"},
    {"2024-02", PRECISION_MONTH, "2024-02-01", "2024-02-29", "2024-02-01T00:00:00.000Z",
     "2024-02-29T23:59:59.999Z"},
    {"1900-02", PRECISION_MONTH, "1900-02-01", "1900-02-28", "1900-02-01T00:00:00.000Z",
     "1900-02-28T23:59:59.999Z"},
    {"2026-12", PRECISION_MONTH, "2026-12-01", "2026-12-31", "2026-12-01T00:00:00.000Z",
     "2026-12-31T23:59:59.999Z"},
    {"2024-02-29", PRECISION_DAY, "2024-02-29", "2024-02-29", "2024-02-29T00:00:00.000Z",
     "2024-02-29T23:59:59.999Z"},
    {"2026-05-12T08:15Z", PRECISION_TIME, "2026-05-12", "2026-05-12", "2026-05-12T08:15:00.000Z",
     "2026-05-12T08:15:00.000Z"},
    {"2026-05-12T08:15:30.5+02:00", PRECISION_TIME, "2026-05-12", "2026-05-12",
     "2026-05-12T06:15:30.500Z", "2026-05-12T06:15:30.500Z"},
    /* The day is the text's own: in summer time half past midnight is still the day before in UTC.
     */
    {"2026-03-30T00:30:00+02:00", PRECISION_TIME, "2026-03-30", "2026-03-30",
     "2026-03-29T22:30:00.000Z", "2026-03-29T22:30:00.000Z"},
    {"2026-12-31T23:30:00-05:00", PRECISION_TIME, "2026-12-31", "2026-12-31",
     "2027-01-01T04:30:00.000Z", "2027-01-01T04:30:00.000Z"},
    {"2026-05-12T08:15:30.123999Z", PRECISION_TIME, "2026-05-12", "2026-05-12",
     "2026-05-12T08:15:30.123Z", "2026-05-12T08:15:30.123Z"},
    {"2026-10-25T02:30:00+01:00", PRECISION_TIME, "2026-10-25", "2026-10-25",
     "2026-10-25T01:30:00.000Z", "2026-10-25T01:30:00.000Z"},
};

START_TEST(clinical_times_keep_their_precision)
{
    struct clinical_time time;
    char text[INSTANT_TEXT_SIZE];

    ck_assert(clinical_time_parse(times[_i].text, strlen(times[_i].text), &time));
    ck_assert_int_eq(time.precision, times[_i].precision);
    day_format(time.first_day, text);
    ck_assert_str_eq(text, times[_i].first_day);
    day_format(time.last_day, text);
    ck_assert_str_eq(text, times[_i].last_day);
    instant_format(time.earliest, text);
    ck_assert_str_eq(text, times[_i].earliest);
    instant_format(time.latest, text);
    ck_assert_str_eq(text, times[_i].latest);
}
END_TEST

static const char *const bad[] = {
    "",
    "26",
    "20266",
    "2026-",
    "2026-5",
    "2026-00",
    "2026-13",
    "2026-05-00",
    "2026-05-32",
    "2026-02-30",
    "2025-02-29",
    "1900-02-29",
    "2026-04-31",
    "2026-05-12T",
    "2026-05-12T08:15",
    "2026-05-12T08:15:30",
    "2026-05-12T24:00Z",
    "2026-05-12T23:60Z",
    "2026-05-12T23:59:60Z",
    "2026-05-12T08:15:30.Z",
    "2026-05-12T08:15:30z",
    "2026-05-12 08:15:30Z",
    "2026-05-12T08:15:30+0200",
    "2026-05-12T08:15:30+02",
    "2026-05-12T08:15:30+24:00",
    "2026-05-12T08:15:30+02:60",
    "2026-05-12T08:15:30Z ",
    " 2026-05-12",
    "2026/05/12",
    "-026-05-12",
    "2026-05-12Z",
};

START_TEST(everything_else_is_refused_and_nothing_written)
{
    struct clinical_time time;
    struct clinical_time before;

    memset(&time, 0x5a, sizeof(time));
    before = time;
    ck_assert_msg(!clinical_time_parse(bad[_i], strlen(bad[_i]), &time), "%s", bad[_i]);
    ck_assert_mem_eq(&time, &before, sizeof(time));
}
END_TEST

START_TEST(an_instant_needs_a_time)
{
    int64_t instant = 7;

    ck_assert(instant_parse("2026-05-12T08:15:30.123Z", 24, &instant));
    ck_assert_int_eq(instant, INT64_C(1778573730123));
    ck_assert(!instant_parse("2026-05-12", 10, &instant));
    ck_assert_int_eq(instant, INT64_C(1778573730123));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("date");
    TCase *tcase = tcase_create("date");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, days_are_counted_both_ways, 0, sizeof(days) / sizeof(days[0]));
    tcase_add_test(tcase, no_day_is_skipped);
    tcase_add_test(tcase, instants_lie_on_days_before_1970_too);
    tcase_add_test(tcase, texts_are_printed);
    tcase_add_loop_test(tcase, clinical_times_keep_their_precision, 0,
                        sizeof(times) / sizeof(times[0]));
    tcase_add_loop_test(tcase, everything_else_is_refused_and_nothing_written, 0,
                        sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, an_instant_needs_a_time);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
