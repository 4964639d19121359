#include "base/date.h"

#include <string.h>

int32_t day_from_civil(int32_t year, int32_t month, int32_t day)
{
    /* Years begin in March, so that the leap day is the last of its year. */
    int32_t y = month <= 2 ? year - 1 : year;
    int32_t era = (y >= 0 ? y : y - 399) / 400;
    int32_t year_of_era = y - era * 400;
    int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

void day_to_civil(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day)
{
    int32_t z = day + 719468;
    int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    int32_t day_of_era = z - era * 146097;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month_from_march = (5 * day_of_year + 2) / 153;

    *ret_day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *ret_month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

int32_t instant_day(int64_t instant)
{
    int64_t day = instant / DAY_MS;

    return (int32_t)(instant % DAY_MS < 0 ? day - 1 : day);
}

static void put_digits(char *text, int32_t number, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        text[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
}

void day_format(int32_t day, char ret_text[DAY_TEXT_SIZE])
{
    int32_t year;
    int32_t month;
    int32_t day_of_month;

    day_to_civil(day, &year, &month, &day_of_month);
    put_digits(ret_text, year, 4);
    ret_text[4] = '-';
    put_digits(ret_text + 5, month, 2);
    ret_text[7] = '-';
    put_digits(ret_text + 8, day_of_month, 2);
    ret_text[10] = '\0';
}

void instant_format(int64_t instant, char ret_text[INSTANT_TEXT_SIZE])
{
    int32_t day = instant_day(instant);
    int32_t rest = (int32_t)(instant - day * DAY_MS);

    day_format(day, ret_text);
    ret_text[10] = 'T';
    put_digits(ret_text + 11, rest / 3600000, 2);
    ret_text[13] = ':';
    put_digits(ret_text + 14, rest / 60000 % 60, 2);
    ret_text[16] = ':';
    put_digits(ret_text + 17, rest / 1000 % 60, 2);
    ret_text[19] = '.';
    put_digits(ret_text + 20, rest % 1000, 3);
    ret_text[23] = 'Z';
    ret_text[24] = '\0';
}

/* A reader over the text: every take_ either consumes what it names or fails for good. */
struct reader {
    const char *at;
    size_t left;
    bool failed;
};

static int32_t take_number(struct reader *r, size_t digits)
{
    int32_t number = 0;

    if (r->left < digits)
        r->failed = true;
    for (size_t i = 0; i < digits && !r->failed; i++) {
        if (r->at[i] < '0' || r->at[i] > '9')
            r->failed = true;
        else
            number = number * 10 + (r->at[i] - '0');
    }
    if (r->failed)
        return 0;
    r->at += digits;
    r->left -= digits;
    return number;
}

static bool take_if(struct reader *r, char c)
{
    if (r->failed || r->left == 0 || *r->at != c)
        return false;
    r->at++;
    r->left--;
    return true;
}

static void take(struct reader *r, char c)
{
    if (!take_if(r, c))
        r->failed = true;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int32_t take_fraction_ms(struct reader *r)
{
    int32_t ms = take_number(r, 1) * 100;

    for (int32_t weight = 10; !r->failed && r->left > 0 && *r->at >= '0' && *r->at <= '9';
         weight /= 10)
        ms += take_number(r, 1) * weight; /* beyond the millisecond the weight is 0 */
    return ms;
}

static int32_t take_offset_ms(struct reader *r)
{
    bool west;
    int32_t hour;
    int32_t minute;

    if (take_if(r, 'Z'))
        return 0;
    west = take_if(r, '-');
    if (!west)
        take(r, '+');
    hour = take_number(r, 2);
    take(r, ':');
    minute = take_number(r, 2);
    if (hour > 14 || minute > 59)
        r->failed = true;
    return (west ? -1 : 1) * (hour * 60 + minute) * 60000;
}

/* What follows the "T" of a full time: milliseconds of the day less the offset. */
static int64_t take_time_ms(struct reader *r)
{
    int32_t hour = take_number(r, 2);
    int32_t minute;
    int32_t second = 0;
    int32_t ms = 0;

    take(r, ':');
    minute = take_number(r, 2);
    if (take_if(r, ':')) {
        second = take_number(r, 2);
        if (take_if(r, '.'))
            ms = take_fraction_ms(r);
    }
    if (hour > 23 || minute > 59 || second > 59)
        r->failed = true;
    return (int64_t)((hour * 60 + minute) * 60 + second) * 1000 + ms - take_offset_ms(r);
}

bool clinical_time_parse(const char *text, size_t size, struct clinical_time *ret)
{
    struct reader r = {.at = text, .left = size};
    struct clinical_time t = {.precision = PRECISION_YEAR};
    int32_t year = take_number(&r, 4);
    int32_t month = 1;
    int32_t day_count = is_leap(year) ? 366 : 365;
    int32_t day;

    if (take_if(&r, '-')) {
        t.precision = PRECISION_MONTH;
        month = take_number(&r, 2);
    }
    if (r.failed || month < 1 || month > 12)
        return false;
    if (t.precision == PRECISION_MONTH)
        day_count = days_in_month(year, month);
    t.first_day = day_from_civil(year, month, 1);
    t.last_day = t.first_day + day_count - 1;
    if (t.precision == PRECISION_MONTH && take_if(&r, '-')) {
        t.precision = PRECISION_DAY;
        day = take_number(&r, 2);
        if (r.failed || day < 1 || day > day_count)
            return false;
        t.first_day = t.last_day = t.first_day + day - 1;
    }
    t.earliest = t.first_day * DAY_MS;
    t.latest = (t.last_day + 1) * DAY_MS - 1;
    if (t.precision == PRECISION_DAY && take_if(&r, 'T')) {
        t.precision = PRECISION_TIME;
        t.earliest += take_time_ms(&r);
        t.latest = t.earliest;
    }
    if (r.failed || r.left > 0)
        return false;
    *ret = t;
    return true;
}

bool instant_parse(const char *text, size_t size, int64_t *ret_instant)
{
    struct clinical_time t;

    if (!clinical_time_parse(text, size, &t) || t.precision != PRECISION_TIME)
        return false;
    *ret_instant = t.earliest;
    return true;
}
