#include "wire/page.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char memory[4096];

static struct page new_page(void)
{
    return (struct page){.b = text_builder_over(memory, sizeof(memory))};
}

/* The longest line, and whether every line is shorter than the page is wide. */
static size_t longest_line(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        size_t size = strcspn(text, "\n");

        longest = size > longest ? size : longest;
        text += size;
        text += *text == '\n';
    }
    return longest;
}

START_TEST(lines_break_at_words)
{
    struct page p = new_page();

    page_begin(&p, 2);
    for (int i = 0; i < 40; i++)
        page_say(&p, "node ");
    page_end_line(&p);
    ck_assert_uint_eq(longest_line(memory), 98); /* four columns and 19 words */
    ck_assert_ptr_nonnull(strstr(memory, "node\n    node"));
}
END_TEST

/* "cancer. [S22; refs": the bracket and the semicolon belong to the word that they touch. */
START_TEST(what_touches_a_word_goes_with_it)
{
    for (size_t columns = 80; columns <= 100; columns++) {
        struct page p = new_page();
        char line[101];

        memset(line, 'x', columns);
        line[columns] = '\0';
        page_say(&p, line);
        page_say(&p, " [");
        page_say(&p, "S22");
        page_say(&p, "; refs ");
        page_say_number(&p, 6);
        page_say(&p, "]");
        page_end_line(&p);
        ck_assert_uint_le(longest_line(memory), 100);
        ck_assert_ptr_nonnull(strstr(memory, "[S22;"));
        ck_assert_ptr_nonnull(strstr(memory, "6]\n"));
        ck_assert_uint_eq(strspn(memory, "x"), columns);
    }
}
END_TEST

START_TEST(a_word_wider_than_the_page_stays_whole)
{
    struct page p = new_page();
    char word[301];

    memset(word, 'y', 300);
    word[300] = '\0';
    page_say(&p, "before ");
    page_say(&p, word);
    page_say(&p, word);
    page_say(&p, " after");
    page_end_line(&p);
    ck_assert_uint_eq(longest_line(memory), 600);
    ck_assert_ptr_nonnull(strstr(memory, "before\ny"));
    ck_assert_ptr_nonnull(strstr(memory, "y\nafter\n"));
}
END_TEST

/* Four bytes a character: more of them than a word may have to be moved. */
START_TEST(a_word_of_too_many_bytes_stays_where_it_is)
{
    struct page p = new_page();

    page_say(&p, "a ");
    for (int i = 0; i < 98; i++)
        page_say(&p, "\U00020000");
    page_say(&p, "end");
    ck_assert_ptr_nonnull(strstr(memory, "a \U00020000"));
    ck_assert_ptr_nonnull(strstr(memory, "\U00020000end"));
}
END_TEST

START_TEST(what_is_cut_is_not_moved)
{
    struct page p = {.b = text_builder_over(memory, 8)};

    page_say(&p, "aa ");
    for (int i = 0; i < 120; i++)
        page_say(&p, "b");
    ck_assert(p.b.cut);
    ck_assert_str_eq(memory, "aa bbbb");
}
END_TEST

/* Characters count, not bytes. */
START_TEST(width_is_counted_in_characters)
{
    struct page p = new_page();

    for (int i = 0; i < 50; i++)
        page_say(&p, "\u00e9");
    page_say(&p, " ");
    for (int i = 0; i < 49; i++)
        page_say(&p, "\u00e9");
    page_end_line(&p);
    ck_assert_ptr_null(strstr(memory, "\n\xc3"));
    ck_assert_uint_eq(strlen(memory), 2 * 99 + 2);
}
END_TEST

START_TEST(a_heading_stands_behind_an_empty_line)
{
    struct page p = new_page();

    page_begin(&p, 0);
    page_label(&p, "stage    ");
    page_say(&p, "IVA");
    page_end_line(&p);
    page_heading(&p, "MISSING");
    ck_assert_str_eq(memory, "stage    IVA\n\nMISSING\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("page");
    TCase *tests = tcase_create("page");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, lines_break_at_words);
    tcase_add_test(tests, what_touches_a_word_goes_with_it);
    tcase_add_test(tests, a_word_wider_than_the_page_stays_whole);
    tcase_add_test(tests, a_word_of_too_many_bytes_stays_where_it_is);
    tcase_add_test(tests, what_is_cut_is_not_moved);
    tcase_add_test(tests, width_is_counted_in_characters);
    tcase_add_test(tests, a_heading_stands_behind_an_empty_line);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
