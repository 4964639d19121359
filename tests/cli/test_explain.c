/* explain and rulebook: what people read, and what programs do. */
#include "cli/commands.h"
#include "fixture_command.h"

#include <check.h>
#include <jansson.h>
#include <string.h>
#include <sysexits.h>

#define EVENT(n, rest)                                                                             \
    "{\"eventId\":\"00000000-0000-4000-8000-00000000000" n "\",\"patient\":{\"authority\":"        \
    "\"urn:a\",\"value\":\"" FIXTURE_CANARY "\"},\"status\":\"REPORT_STATUS_FINAL\","              \
    "\"effectiveAt\":\"2026-05-12\"," rest "}\n"
#define JOURNEY                                                                                    \
    EVENT("1", "\"pathology\":{\"specimen\":1,\"topography\":\"C20\",\"histology\":1}")            \
    EVENT("2", "\"imaging\":{\"modality\":1,\"regions\":[1,2,3],\"nodes\":[{\"station\":11,"       \
               "\"statement\":1}]}")

static int explain(char *a, char *b, const char *input)
{
    return fixture_run(cmd_explain, (char *[]){"explain", a, b, NULL}, input);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

START_TEST(what_is_known_now_is_explained)
{
    ck_assert_int_eq(explain("-", NULL, JOURNEY), EX_OK);
    ck_assert_uint_eq(count_of(fixture_out, "intended") + count_of(fixture_out, "as of "), 1);
    ck_assert_ptr_nonnull(strstr(fixture_out, "\nAPPLIES, as long as"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\nCANNOT BE SAID until"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\nDOES NOT APPLY, unless"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "  A-STAGE4 (inform): "));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\n      yes  "));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\n      no   "));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\n      missing: "));
    ck_assert_ptr_nonnull(strstr(fixture_out, "\n  #1 2026-05-12: "));
    ck_assert_ptr_nonnull(strstr(fixture_out, FIXTURE_CANARY));
}
END_TEST

START_TEST(lines_stay_readable)
{
    const char *at = fixture_out;

    ck_assert_int_eq(explain("-", NULL, JOURNEY), EX_OK);
    for (at = fixture_out; *at != '\0';) {
        size_t size = strcspn(at, "\n");

        ck_assert_msg(size <= 110, "%.*s", (int)size, at);
        ck_assert_msg(size == 0 || at[size - 1] != ' ', "ends in a space: %.*s", (int)size, at);
        at += size + (at[size] == '\n' ? 1 : 0);
    }
}
END_TEST

START_TEST(all_explains_the_way_there)
{
    ck_assert_int_eq(explain("--all", "-", JOURNEY), EX_OK);
    ck_assert_uint_eq(count_of(fixture_out, "\nas of "), 2);
}
END_TEST

START_TEST(json_says_why_not)
{
    json_t *json;
    size_t index;
    json_t *finding;

    ck_assert_int_eq(explain("--json", "-", JOURNEY), EX_OK);
    json = json_loads(fixture_out, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_array_foreach(json_object_get(json, "findings"), index, finding)
        ck_assert_uint_gt(json_array_size(json_object_get(finding, "because")), 0);
    ck_assert_uint_gt(index, 30);
    json_decref(json);
}
END_TEST

START_TEST(refused_lines_are_told)
{
    ck_assert_int_eq(explain("-", NULL, JOURNEY "{}\n"), EX_DATAERR);
    ck_assert_str_eq(fixture_complaints, "restage explain: standard input:3: empty: no value\n");
}
END_TEST

START_TEST(wrong_arguments_are_told)
{
    ck_assert_int_eq(explain(NULL, NULL, ""), EX_USAGE);
    ck_assert_int_eq(explain("-", "-", ""), EX_USAGE);
    ck_assert_int_eq(explain("-", "--last", ""), EX_USAGE);
    ck_assert_int_eq(explain("--all", "--last", ""), EX_USAGE);
    ck_assert_int_eq(explain("--recommendation", "x", ""), EX_USAGE);
    ck_assert_int_eq(explain("--nonsense", NULL, ""), EX_USAGE);
    ck_assert_int_eq(explain("/nonexistent", NULL, ""), EX_NOINPUT);
    ck_assert_int_eq(explain("--help", NULL, ""), EX_OK);
    ck_assert_ptr_nonnull(strstr(fixture_out, "example: "));
}
END_TEST

static int rulebook(char *a, char *b)
{
    return fixture_run(cmd_rulebook, (char *[]){"rulebook", a, b, NULL}, "");
}

START_TEST(the_rulebook_ends_with_its_hash)
{
    const char *hash;

    ck_assert_int_eq(rulebook(NULL, NULL), EX_OK);
    hash = strstr(fixture_out, "\nHash ");
    ck_assert_ptr_nonnull(hash);
    ck_assert_uint_eq(strlen(hash), 1 + 5 + 64 + 1);
    ck_assert_ptr_nonnull(strstr(fixture_out, "R-SURG-CONSIDER (consider): "));
}
END_TEST

START_TEST(the_rulebook_is_there_for_programs)
{
    char hash[128] = "";
    json_t *json;

    ck_assert_int_eq(rulebook("--json", NULL), EX_OK);
    json = json_loads(fixture_out, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "rules")), 37);
    ck_assert_uint_gt(json_array_size(json_object_get(json, "warnings")), 30);
    ck_assert_uint_gt(json_array_size(json_object_get(json, "safetyFlags")), 20);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "phases")), 11);
    ck_assert_uint_gt(json_array_size(json_object_get(json, "policy")), 20);
    (void)strncat(hash, json_string_value(json_object_get(json, "hash")), 64);
    json_decref(json);
    ck_assert_int_eq(rulebook(NULL, NULL), EX_OK);
    ck_assert_ptr_nonnull(strstr(fixture_out, hash));
}
END_TEST

START_TEST(another_policy_is_another_rulebook)
{
    char first[100] = "";

    ck_assert_int_eq(rulebook(NULL, NULL), EX_OK);
    (void)strncat(first, strstr(fixture_out, "\nHash "), 70);
    ck_assert_int_eq(rulebook("--set", "policy.high_above=11"), EX_OK);
    ck_assert_ptr_null(strstr(fixture_out, first));
    ck_assert_int_ne(rulebook("--set", "policy.high_abov=11"), EX_OK);
    ck_assert_str_ne(fixture_complaints, "");
}
END_TEST

START_TEST(rulebook_arguments_are_told)
{
    ck_assert_int_eq(rulebook("deactivate", NULL), EX_USAGE);
    ck_assert_int_eq(rulebook("activate", "--json"), EX_USAGE);
    ck_assert_int_eq(rulebook("--nonsense", NULL), EX_USAGE);
    ck_assert_int_eq(rulebook("--help", NULL), EX_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tc = tcase_create("explain and rulebook");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, what_is_known_now_is_explained);
    tcase_add_test(tc, lines_stay_readable);
    tcase_add_test(tc, all_explains_the_way_there);
    tcase_add_test(tc, json_says_why_not);
    tcase_add_test(tc, refused_lines_are_told);
    tcase_add_test(tc, wrong_arguments_are_told);
    tcase_add_test(tc, the_rulebook_ends_with_its_hash);
    tcase_add_test(tc, the_rulebook_is_there_for_programs);
    tcase_add_test(tc, another_policy_is_another_rulebook);
    tcase_add_test(tc, rulebook_arguments_are_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
