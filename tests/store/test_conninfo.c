#include "store/conninfo.h"

#include <check.h>
#include <string.h>

static const struct {
    const char *conninfo;
    enum status status;
} cases[] = {
    {"", OK},
    {"host=db user=u dbname=d", OK},
    {"postgresql://u:p@db:5432/d?connect_timeout=3", OK},
    {"password='with blanks'", OK},
    {"hunter2", REJECT},
    {"hots=db", REJECT},
    {"password='hunter2", REJECT},
    {"postgresql://u:p@db/d?nonsense=1", REJECT},
};

START_TEST(libpq_is_asked)
{
    struct err err = {.text = ""};

    ck_assert_int_eq(store_conninfo_check(cases[_i].conninfo, &err), cases[_i].status);
    ck_assert_ptr_null(strstr(err.text, "hunter2"));
    ck_assert((err.text[0] == '\0') == (cases[_i].status == OK));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conninfo");
    TCase *tcase = tcase_create("conninfo");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, libpq_is_asked, 0, sizeof(cases) / sizeof(cases[0]));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
