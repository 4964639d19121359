#include "base/text.h"

#include <check.h>
#include <string.h>

START_TEST(pieces_are_put_together)
{
    char text[64];
    struct text_builder b = text_builder_over(text, sizeof(text));

    ck_assert_str_eq(text, "");
    text_add(&b, "a");
    text_add_bytes(&b, "bcd", 2);
    text_add_number(&b, -12);
    text_add_number(&b, 0);
    text_add(&b, " ");
    text_add_number(&b, INT64_MAX);
    ck_assert_str_eq(text, "abc-120 9223372036854775807");
    ck_assert_uint_eq(b.used, strlen(text));
    ck_assert(!b.cut);
}
END_TEST

START_TEST(the_smallest_number_has_a_text)
{
    char text[32];
    struct text_builder b = text_builder_over(text, sizeof(text));

    text_add_number(&b, INT64_MIN);
    ck_assert_str_eq(text, "-9223372036854775808");
}
END_TEST

static const struct {
    int64_t thousandths;
    const char *text;
} thousandths[] = {
    {0, "0"},        {1, "0.001"},      {10, "0.01"},   {100, "0.1"},      {1000, "1"},
    {14100, "14.1"}, {12345, "12.345"}, {-500, "-0.5"}, {-1001, "-1.001"}, {30000, "30"},
};

START_TEST(thousandths_are_decimals)
{
    char text[32];
    struct text_builder b = text_builder_over(text, sizeof(text));

    text_add_thousandths(&b, thousandths[_i].thousandths);
    ck_assert_str_eq(text, thousandths[_i].text);
}
END_TEST

START_TEST(what_does_not_fit_is_cut_at_a_character)
{
    struct {
        char text[6];
        char guard;
    } s = {.guard = 'g'};
    struct text_builder b = text_builder_over(s.text, sizeof(s.text));

    text_add(&b, "abc\xc3\xa9\xc3\xa9"); /* abc and two e with acute: 7 bytes */
    ck_assert(b.cut);
    ck_assert_str_eq(s.text, "abc\xc3\xa9");
    ck_assert_int_eq(s.guard, 'g');
    b = text_builder_over(s.text, 5);
    text_add(&b, "abc\xc3\xa9");
    ck_assert(b.cut);
    ck_assert_str_eq(s.text, "abc");
    b = text_builder_over(s.text, 1);
    text_add_number(&b, 5);
    ck_assert(b.cut);
    ck_assert_str_eq(s.text, "");
}
END_TEST

/* Well-formed (RFC 3629) at every border, and what lies just beyond it. */
static const struct {
    const char *bytes;
    bool well_formed;
} utf8[] = {
    {"", true},
    {"plain", true},
    {"\x7f", true},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xe0\xa0\x80", true},
    {"\xed\x9f\xbf", true},
    {"\xee\x80\x80", true},
    {"\xef\xbf\xbf", true},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\x80", false},
    {"\xbf", false},
    {"\xc0\x80", false},
    {"\xc1\xbf", false},
    {"\xc2", false},
    {"\xc2\x7f", false},
    {"\xc2\xc0", false},
    {"\xe0\x9f\xbf", false},
    {"\xe0\xa0", false},
    {"\xed\xa0\x80", false},
    {"\xed\xbf\xbf", false},
    {"\xe1\x80\x7f", false},
    {"\xf0\x8f\xbf\xbf", false},
    {"\xf4\x90\x80\x80", false},
    {"\xf5\x80\x80\x80", false},
    {"\xf0\x90\x80", false},
    {"\xff", false},
    {"ok\xfe", false},
};

START_TEST(utf8_is_well_formed_or_not)
{
    ck_assert_int_eq(text_is_utf8(utf8[_i].bytes, strlen(utf8[_i].bytes)), utf8[_i].well_formed);
}
END_TEST

START_TEST(control_characters_are_found)
{
    ck_assert(text_has_control("a\0b", 3));
    ck_assert(text_has_control("\x1f", 1));
    ck_assert(text_has_control("a\x7f", 2));
    ck_assert(text_has_control("\n", 1));
    ck_assert(!text_has_control(" ~\xc3\xa9", 4));
    ck_assert(!text_has_control("", 0));
}
END_TEST

static const struct {
    const char *text;
    int64_t thousandths; /* -1: refused */
} decimals[] = {
    {"0", 0},
    {"1", 1000},
    {"12.0", 12000},
    {"12.345", 12345},
    {"0.001", 1},
    {"4.99", 4990},
    {"999999999", INT64_C(999999999000)},
    {"000000001", 1000},
    {"0000000001", -1},
    {"1234567890", -1},
    {"1.2345", -1},
    {"", -1},
    {".", -1},
    {"1.", -1},
    {".5", -1},
    {"-1", -1},
    {"+1", -1},
    {"1e3", -1},
    {" 1", -1},
    {"1 ", -1},
    {"1,5", -1},
    {"1.5.5", -1},
    {"0x1", -1},
};

START_TEST(decimals_are_exact_or_refused)
{
    int64_t value = -1;

    ck_assert_int_eq(text_parse_decimal(decimals[_i].text, strlen(decimals[_i].text), &value),
                     decimals[_i].thousandths >= 0);
    ck_assert_int_eq(value, decimals[_i].thousandths);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    SRunner *runner;
    int failures;

    tcase_add_test(tcase, pieces_are_put_together);
    tcase_add_test(tcase, the_smallest_number_has_a_text);
    tcase_add_loop_test(tcase, thousandths_are_decimals, 0,
                        sizeof(thousandths) / sizeof(thousandths[0]));
    tcase_add_test(tcase, what_does_not_fit_is_cut_at_a_character);
    tcase_add_loop_test(tcase, utf8_is_well_formed_or_not, 0, sizeof(utf8) / sizeof(utf8[0]));
    tcase_add_test(tcase, control_characters_are_found);
    tcase_add_loop_test(tcase, decimals_are_exact_or_refused, 0,
                        sizeof(decimals) / sizeof(decimals[0]));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
