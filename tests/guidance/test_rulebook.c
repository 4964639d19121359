#include "guidance/judgement.h"
#include "guidance/rulebook.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The index of finding codes with their strengths, as the clinicians agreed on it. */
static const struct {
    const char *code;
    enum strength strength;
} expected[RULE_COUNT] = {
    {"A-STAGE4", STRENGTH_INFORM},
    {"R-SYS-FIRST", STRENGTH_RECOMMEND},
    {"A-PALLIATIVE", STRENGTH_INFORM},
    {"A-LTS", STRENGTH_INFORM},
    {"R-SYS-EARLY", STRENGTH_RECOMMEND},
    {"R-DOUBLET", STRENGTH_RECOMMEND},
    {"R-BEV", STRENGTH_CONSIDER},
    {"R-EGFR", STRENGTH_CONSIDER},
    {"A-GOAL", STRENGTH_INFORM},
    {"R-RESPONSE-ASSESS", STRENGTH_REQUIRED},
    {"R-SURG-CONSIDER", STRENGTH_CONSIDER},
    {"R-SURG-HOLD", STRENGTH_AVOID},
    {"A-TIMING-FAV", STRENGTH_INFORM},
    {"A-TIMING-UNFAV", STRENGTH_INFORM},
    {"A-COUNT-FAV", STRENGTH_INFORM},
    {"A-COUNT-UNFAV", STRENGTH_INFORM},
    {"A-CEA-FAV", STRENGTH_INFORM},
    {"A-CEA-UNFAV", STRENGTH_INFORM},
    {"R-TME", STRENGTH_INFORM},
    {"R-LAP-PALND", STRENGTH_CONSIDER},
    {"A-NO-PALND-COMP", STRENGTH_INFORM},
    {"R-NO-PREOP-RT", STRENGTH_AVOID},
    {"R-COLON-LIKE", STRENGTH_INFORM},
    {"R-WIDE-MESO", STRENGTH_CONSIDER},
    {"R-SEQ-SYMPT", STRENGTH_REQUIRED},
    {"R-SEQ-EXTENT", STRENGTH_INFORM},
    {"R-SEQ-FITNESS", STRENGTH_INFORM},
    {"R-CHEMO-BEFORE-SURG", STRENGTH_RECOMMEND},
    {"A-NOT-REGIONAL", STRENGTH_INFORM},
    {"R-NO-LARC-CRT", STRENGTH_AVOID},
    {"R-SURG-AVOID", STRENGTH_AVOID},
    {"R-CT-CAP", STRENGTH_REQUIRED},
    {"R-PET", STRENGTH_CONSIDER},
    {"A-PROG-POOR", STRENGTH_INFORM},
    {"A-RESECT-BENEFIT", STRENGTH_INFORM},
    {"A-5Y", STRENGTH_INFORM},
    {"R-MDT", STRENGTH_REQUIRED},
};

static void print(const struct policy *policy, char text[RULEBOOK_TEXT_SIZE_MAX])
{
    struct text_builder b = text_builder_over(text, RULEBOOK_TEXT_SIZE_MAX);

    rulebook_print(policy, &b);
    ck_assert(!b.cut);
}

START_TEST(codes_stand_in_the_agreed_order)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        ck_assert_str_eq(rules[i].code, expected[i].code);
        ck_assert_int_eq(rules[i].strength, expected[i].strength);
    }
}
END_TEST

START_TEST(tables_do_not_contradict_themselves)
{
    struct err err;

    ck_assert_int_eq(rulebook_check(&err), OK);
}
END_TEST

/* What a clinician reviews.  After a wanted change: RESTAGE_WRITE_GOLDEN=1 test_rulebook. */
START_TEST(printed_rulebook_is_the_reviewed_one)
{
    static char printed[RULEBOOK_TEXT_SIZE_MAX];
    static char golden[RULEBOOK_TEXT_SIZE_MAX];
    const char *path = RESTAGE_SOURCE_DIR "/tests/golden/rulebook.txt";
    struct policy policy = policy_default();
    FILE *file;
    size_t size;

    print(&policy, printed);
    if (getenv("RESTAGE_WRITE_GOLDEN") != NULL) {
        file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert(fputs(printed, file) != EOF && fclose(file) == 0);
    }
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size = fread(golden, 1, sizeof(golden) - 1, file);
    golden[size] = '\0';
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_str_eq(printed, golden);
}
END_TEST

START_TEST(every_statement_of_the_text_is_cited)
{
    for (int statement = 1; statement <= 38; statement++) {
        char code[8];
        bool cited = statement == 38; /* the text breaks off: a warning says so */

        (void)snprintf(code, sizeof(code), "S%d", statement);
        for (size_t i = 0; i < RULE_COUNT; i++)
            for (size_t k = 0; rules[i].statements[k] != NULL; k++)
                cited = cited || strcmp(rules[i].statements[k], code) == 0;
        ck_assert_msg(cited, "no row cites %s", code);
    }
    ck_assert_str_eq(warning_rows[WARNING_SOURCE_TRUNCATED].statement, "S38");
}
END_TEST

START_TEST(hash_covers_rules_and_policy)
{
    struct policy a = policy_default();
    struct policy b = policy_default();
    struct policy c = policy_default();
    struct err err;

    ck_assert_int_eq(policy_set(&b, "response_valid_days", "85", &err), OK);
    rulebook_seal(&a);
    rulebook_seal(&b);
    rulebook_seal(&c);
    ck_assert_uint_eq(strlen(a.rulebook_hash), 64);
    ck_assert_str_eq(a.rulebook_hash, c.rulebook_hash);
    ck_assert_str_ne(a.rulebook_hash, b.rulebook_hash);
}
END_TEST

/* Technique is never advice to operate, evidence never stands without its caution. */
START_TEST(wording_is_safe)
{
    static const char *const techniques[] = {"R-TME", "R-LAP-PALND", "R-COLON-LIKE", "R-WIDE-MESO"};
    static const struct {
        const char *code;
        const char *caution;
    } cautions[] = {{"A-TIMING-FAV", "mixed"},
                    {"A-TIMING-UNFAV", "mixed"},
                    {"A-NO-PALND-COMP", "15 to 31"},
                    {"A-RESECT-BENEFIT", "selection bias"},
                    {"A-5Y", "41 to 54"},
                    {"R-SURG-HOLD", "life-saving"},
                    {"R-SURG-AVOID", "life-saving"},
                    {"R-NO-LARC-CRT", "palliative radiotherapy"}};

    for (size_t i = 0; i < sizeof(techniques) / sizeof(techniques[0]); i++)
        ck_assert_ptr_nonnull(
            strstr(rules[rule_index(techniques[i])].say, "If resection is pursued"));
    for (size_t i = 0; i < sizeof(cautions) / sizeof(cautions[0]); i++)
        ck_assert_ptr_nonnull(
            strstr(rules[rule_index(cautions[i].code)].caution, cautions[i].caution));
    for (size_t i = 0; i < FLAG_COUNT; i++)
        ck_assert_msg((strstr(flag_rows[i].source, "unverified") != NULL) == !flag_rows[i].verified,
                      "%s", flag_rows[i].code);
}
END_TEST

/* Whoever asks for a row by its name must find that row. */
START_TEST(rows_stand_under_their_names)
{
    static const struct {
        enum rule_number number;
        const char *code;
    } rows[] = {{RULE_STAGE4, "A-STAGE4"},
                {RULE_DOUBLET, "R-DOUBLET"},
                {RULE_BEV, "R-BEV"},
                {RULE_EGFR, "R-EGFR"},
                {RULE_SURG_CONSIDER, "R-SURG-CONSIDER"},
                {RULE_SURG_HOLD, "R-SURG-HOLD"},
                {RULE_SURG_AVOID, "R-SURG-AVOID"},
                {RULE_MDT, "R-MDT"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(rules[rows[i].number].code, rows[i].code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rulebook");
    TCase *tcase = tcase_create("printed");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, codes_stand_in_the_agreed_order);
    tcase_add_test(tcase, tables_do_not_contradict_themselves);
    tcase_add_test(tcase, printed_rulebook_is_the_reviewed_one);
    tcase_add_test(tcase, every_statement_of_the_text_is_cited);
    tcase_add_test(tcase, hash_covers_rules_and_policy);
    tcase_add_test(tcase, wording_is_safe);
    tcase_add_test(tcase, rows_stand_under_their_names);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
