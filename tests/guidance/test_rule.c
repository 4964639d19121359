#include "guidance/criteria.h"

#include <check.h>
#include <stdlib.h>

/* What a reading says is decided by the chart's as_of here: two digits of base three. */
static enum tri digit(const struct view *v, int place)
{
    int64_t code = v->chart->as_of;

    for (; place > 0; place--)
        code /= 3;
    return (enum tri)((int)(code % 3) - 1);
}

static struct reading read_a(const struct view *v)
{
    return (struct reading){.truth = digit(v, 0), .missing = input_bit(INPUT_ECOG)};
}

static struct reading read_b(const struct view *v)
{
    return (struct reading){.truth = digit(v, 1), .missing = input_bit(INPUT_KRAS)};
}

static struct reading read_c(const struct view *v)
{
    return (struct reading){.truth = digit(v, 2), .missing = input_bit(INPUT_NRAS)};
}

static const struct criterion a = {"a", read_a};
static const struct criterion b = {"b", read_b};
static const struct criterion c = {"c", read_c};

static enum tri holds(const struct rule *rule, int code, uint32_t *ret_missing)
{
    struct chart chart = {.as_of = code};
    struct view view = {.chart = &chart};

    return rule_holds(rule, &view, ret_missing);
}

static const enum tri all[] = {TRI_NO, TRI_UNKNOWN, TRI_YES};

START_TEST(kleene_laws_hold)
{
    for (int i = 0; i < 27; i++) {
        enum tri x = all[i % 3];
        enum tri y = all[i / 3 % 3];
        enum tri z = all[i / 9];

        ck_assert_int_eq(tri_and(x, y), tri_and(y, x));
        ck_assert_int_eq(tri_or(x, y), tri_or(y, x));
        ck_assert_int_eq(tri_and(x, tri_and(y, z)), tri_and(tri_and(x, y), z));
        ck_assert_int_eq(tri_or(x, tri_or(y, z)), tri_or(tri_or(x, y), z));
        ck_assert_int_eq(tri_not(tri_and(x, y)), tri_or(tri_not(x), tri_not(y)));
        ck_assert_int_eq(tri_and(x, tri_or(y, z)), tri_or(tri_and(x, y), tri_and(x, z)));
        ck_assert_int_eq(tri_not(tri_not(x)), x);
    }
    ck_assert_int_eq(tri_and(TRI_NO, TRI_UNKNOWN), TRI_NO);
    ck_assert_int_eq(tri_or(TRI_YES, TRI_UNKNOWN), TRI_YES);
    ck_assert_int_eq(tri_not(TRI_UNKNOWN), TRI_UNKNOWN);
}
END_TEST

START_TEST(when_and_unless_are_kleene)
{
    const struct rule rule = {.when = {&a, &b}, .unless = {&c}};

    for (int code = 0; code < 27; code++) {
        uint32_t missing;
        enum tri expected =
            tri_and(tri_and(all[code % 3], all[code / 3 % 3]), tri_not(all[code / 9]));

        ck_assert_int_eq(holds(&rule, code, &missing), expected);
        /* What is missing is told exactly when the answer is open. */
        ck_assert_int_eq(missing != 0, expected == TRI_UNKNOWN);
    }
}
END_TEST

START_TEST(missing_names_only_what_is_unknown)
{
    const struct rule rule = {.when = {&a, &b}, .unless = {&c}};
    uint32_t missing;

    ck_assert_int_eq(holds(&rule, 1 + 3 * 2 + 9 * 0, &missing), TRI_UNKNOWN);
    ck_assert_uint_eq(missing, input_bit(INPUT_ECOG));
    ck_assert_int_eq(holds(&rule, 1 + 3 * 1 + 9 * 1, &missing), TRI_UNKNOWN);
    ck_assert_uint_eq(missing,
                      input_bit(INPUT_ECOG) | input_bit(INPUT_KRAS) | input_bit(INPUT_NRAS));
}
END_TEST

START_TEST(until_counts_unknown_as_not_yet_shown)
{
    const struct rule rule = {.when = {&a}, .until = &b};
    uint32_t missing;

    for (int truth = 0; truth < 3; truth++) {
        ck_assert_int_eq(holds(&rule, truth + 3 * 0, &missing), all[truth]);
        ck_assert_int_eq(holds(&rule, truth + 3 * 1, &missing), all[truth]);
        ck_assert_int_eq(holds(&rule, truth + 3 * 2, &missing), TRI_NO);
        ck_assert_uint_eq(missing, 0);
    }
}
END_TEST

START_TEST(more_knowledge_never_flips)
{
    const struct rule rule = {.when = {&a, &b}, .unless = {&c}};
    uint32_t missing;
    static const int places[] = {1, 3, 9};

    for (int code = 0; code < 27; code++)
        for (int p = 0; p < 3; p++) {
            int place = places[p];
            enum tri before;

            if (code / place % 3 != 1)
                continue;
            before = holds(&rule, code, &missing);
            for (int learnt = -1; learnt <= 1; learnt += 2) {
                enum tri after = holds(&rule, code + learnt * place, &missing);

                ck_assert(before == TRI_UNKNOWN || after == before);
            }
        }
}
END_TEST

START_TEST(strengths_have_names)
{
    ck_assert_str_eq(strength_name(STRENGTH_REQUIRED), "required");
    ck_assert_str_eq(strength_name(STRENGTH_RECOMMEND), "recommend");
    ck_assert_str_eq(strength_name(STRENGTH_CONSIDER), "consider");
    ck_assert_str_eq(strength_name(STRENGTH_AVOID), "avoid");
    ck_assert_str_eq(strength_name(STRENGTH_INFORM), "inform");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rule");
    TCase *tcase = tcase_create("three values");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, kleene_laws_hold);
    tcase_add_test(tcase, when_and_unless_are_kleene);
    tcase_add_test(tcase, missing_names_only_what_is_unknown);
    tcase_add_test(tcase, until_counts_unknown_as_not_yet_shown);
    tcase_add_test(tcase, more_knowledge_never_flips);
    tcase_add_test(tcase, strengths_have_names);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
