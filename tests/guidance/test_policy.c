#include "guidance/policy.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct policy_value value_of(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy_count(); i++)
        if (strcmp(policy_value(policy, i).name, name) == 0)
            return policy_value(policy, i);
    ck_abort_msg("no number %s", name);
}

START_TEST(defaults_are_those_of_the_specification)
{
    static const struct {
        const char *name;
        const char *value;
        const char *unit;
    } defaults[] = {
        {"high_above", "12", "cm"},
        {"rectum_up_to", "15", "cm"},
        {"count_favourable_max", "2", "nodes"},
        {"cea_below", "5", "ng/mL"},
        {"cea_normal_limit", "5", "ng/mL"},
        {"staging_ct_valid_days", "42", "d"},
        {"response_valid_days", "84", "d"},
        {"restaging_due_days", "56", "d"},
        {"restaging_overdue_days", "84", "d"},
        {"cea_valid_days", "42", "d"},
        {"fitness_valid_days", "84", "d"},
        {"suspicious_axis", "10", "mm"},
        {"presumed_metachronous_months", "12", "mo"},
        {"early_metachronous_months", "6", "mo"},
        {"stable_min_days", "42", "d"},
        {"bevacizumab_surgery_days", "42", "d"},
    };
    struct policy policy = policy_default();

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        struct policy_value v = value_of(&policy, defaults[i].name);

        ck_assert_str_eq(v.value, defaults[i].value);
        ck_assert_str_eq(v.unit, defaults[i].unit);
        ck_assert_uint_gt(strlen(v.why), 10);
    }
}
END_TEST

START_TEST(numbers_can_be_set_exactly)
{
    struct policy policy = policy_default();
    struct err err;

    ck_assert_int_eq(policy_set(&policy, "high_above", "12.5", &err), OK);
    ck_assert_str_eq(value_of(&policy, "high_above").value, "12.5");
    ck_assert_int_eq(policy.cutoffs.high_above_thousandths_cm, 12500);
    ck_assert_int_eq(policy_set(&policy, "response_valid_days", "90", &err), OK);
    ck_assert_int_eq(policy.cutoffs.response_valid_days, 90);
    ck_assert_int_eq(policy_set(&policy, "count_favourable_max", "3", &err), OK);
    ck_assert_uint_eq(policy.cutoffs.count_favourable_max, 3);
}
END_TEST

START_TEST(every_number_reads_back_what_it_prints)
{
    struct policy policy = policy_default();
    struct err err;

    for (size_t i = 0; i < policy_count(); i++) {
        struct policy_value v = policy_value(&policy, i);

        ck_assert_int_eq(policy_set(&policy, v.name, v.value, &err), OK);
        ck_assert_str_eq(policy_value(&policy, i).value, v.value);
    }
}
END_TEST

START_TEST(bad_numbers_are_refused)
{
    static const struct {
        const char *name;
        const char *value;
        const char *says;
    } bad[] = {
        {"no_such_number", "1", "no such number"}, {"high_above", "twelve", "not a number in cm"},
        {"high_above", "-1", "not a number"},      {"response_valid_days", "84.5", "not a number"},
        {"high_above", "31", "upper limit"},       {"response_valid_days", "99999", "upper limit"},
        {"cea_below", "", "not a number"},
    };
    struct policy policy = policy_default();
    struct policy before = policy;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err;

        ck_assert_int_eq(policy_set(&policy, bad[i].name, bad[i].value, &err), REJECT);
        ck_assert_ptr_nonnull(strstr(err.text, bad[i].says));
    }
    for (size_t i = 0; i < policy_count(); i++)
        ck_assert_str_eq(policy_value(&policy, i).value, policy_value(&before, i).value);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy");
    TCase *tcase = tcase_create("numbers");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, defaults_are_those_of_the_specification);
    tcase_add_test(tcase, numbers_can_be_set_exactly);
    tcase_add_test(tcase, every_number_reads_back_what_it_prints);
    tcase_add_test(tcase, bad_numbers_are_refused);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
