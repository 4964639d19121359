#include "base/suggest.h"

#include <check.h>
#include <stddef.h>
#include <string.h>

static const char *const words[] = {"lanes", "batch.max", "batch.bytes", "session.timeout"};
#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static const struct {
    const char *word;
    const char *meant;
} cases[] = {
    {"lane", "lanes"},
    {"lnaes", "lanes"},
    {"lames", "lanes"},
    {"bach.max", "batch.max"},
    {"batchmax", "batch.max"},
    {"session_timeout", "session.timeout"},
    {"sesion.timout", "session.timeout"},
    {"la", NULL},
    {"wholly.different", NULL},
    {"", NULL},
};

START_TEST(the_nearest_word_is_meant)
{
    const char *meant = suggest(cases[_i].word, words, WORD_COUNT);

    if (cases[_i].meant == NULL)
        ck_assert_ptr_null(meant);
    else
        ck_assert_str_eq(meant, cases[_i].meant);
}
END_TEST

START_TEST(long_words_get_no_suggestion)
{
    char word[SUGGEST_WORD_SIZE_MAX + 2];
    const char *const same[] = {word};

    memset(word, 'x', sizeof(word));
    word[SUGGEST_WORD_SIZE_MAX] = '\0';
    ck_assert_ptr_eq(suggest(word, same, 1), word);
    word[SUGGEST_WORD_SIZE_MAX] = 'x';
    word[SUGGEST_WORD_SIZE_MAX + 1] = '\0';
    ck_assert_ptr_null(suggest(word, same, 1));
    ck_assert_ptr_null(suggest("lanes", same, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *tcase = tcase_create("suggest");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, the_nearest_word_is_meant, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tcase, long_words_get_no_suggestion);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
