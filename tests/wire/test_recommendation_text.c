/*
 * The readable text of recommendations that Restage would not write today: fields that are absent,
 * values of a later version, more of everything than fits.  They are built here, field by field.
 */
#include "fixture_message.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/recommendation_text.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define INPUTS 513 /* one more than are listed */

static struct arena *arena;
static Restage__V1__Recommendation message;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
    restage__v1__recommendation__init(&message);
    message.summary = "Summary";
}

static void tear_down(void)
{
    arena_free(arena);
}

/* The text of the message as it stands; NULL when there is none. */
static const char *text(void)
{
    size_t size = restage__v1__recommendation__get_packed_size(&message);
    uint8_t *bytes = arena_alloc(arena, size);

    ck_assert_ptr_nonnull(bytes);
    (void)restage__v1__recommendation__pack(&message, bytes);
    return recommendation_text((struct bytes){.at = bytes, .size = size}, arena);
}

static void expect_line(const char *line)
{
    const char *all = text();

    ck_assert_ptr_nonnull(all);
    ck_assert_msg(strstr(all, line) != NULL, "no \"%s\" in:\n%.400s", line, all);
}

START_TEST(a_change_of_a_later_version_has_no_word)
{
    message.change = (Restage__V1__Change)99;
    message.sequence = 7;
    expect_line("\nchange   , number 7\n");
}
END_TEST

START_TEST(a_subject_may_have_no_patient)
{
    Restage__V1__Subject subject = RESTAGE__V1__SUBJECT__INIT;

    subject.tumour_id = "primary";
    message.subject = &subject;
    ck_assert_ptr_null(strstr(text(), "patient"));
}
END_TEST

START_TEST(a_stage_may_have_no_edition_and_no_conflict)
{
    Restage__V1__Stage stage = RESTAGE__V1__STAGE__INIT;

    stage.t = "T3";
    stage.conflict = RESTAGE__V1__ANSWER__ANSWER_NO;
    message.stage = &stage;
    expect_line("\nstage    T3\n");
    stage.edition = 8;
    stage.conflict = RESTAGE__V1__ANSWER__ANSWER_YES;
    expect_line("\nstage    T3 (TNM 8) differs from what was reported\n");
}
END_TEST

START_TEST(a_stage_of_which_nothing_is_known_says_so)
{
    Restage__V1__Stage stage = RESTAGE__V1__STAGE__INIT;
    char **const parts[] = {&stage.t, &stage.n, &stage.m, &stage.group};
    static const char *const lines[] = {"\nstage    x\n", "\nstage    x\n", "\nstage    x\n",
                                        "\nstage    group x\n"};

    message.stage = &stage;
    expect_line("\nstage    not known\n");
    for (size_t i = 0; i < 4; i++) {
        char *before = *parts[i];

        *parts[i] = "x";
        expect_line(lines[i]);
        *parts[i] = before;
    }
}
END_TEST

START_TEST(a_flag_says_once_that_nobody_verified_it)
{
    Restage__V1__SafetyFlag flag = RESTAGE__V1__SAFETY_FLAG__INIT;
    Restage__V1__SafetyFlag *list[] = {&flag};

    flag.code = "X";
    flag.text = "text";
    flag.source = "Kim 2020";
    message.safety_flags = list;
    message.n_safety_flags = 1;
    expect_line("\n  X: text [Kim 2020; unverified]\n");
    flag.source = "recalled, unverified";
    expect_line("\n  X: text [recalled, unverified]\n");
    flag.source = "Kim 2020";
    flag.verified = RESTAGE__V1__ANSWER__ANSWER_YES;
    expect_line("\n  X: text [Kim 2020]\n");
}
END_TEST

START_TEST(a_refused_record_withdraws_without_an_event)
{
    Restage__V1__Withdrawn withdrawn = RESTAGE__V1__WITHDRAWN__INIT;
    Restage__V1__Withdrawn *list[] = {&withdrawn};

    withdrawn.code = "R-CT-CAP";
    message.withdrawn = list;
    message.n_withdrawn = 1;
    expect_line("\n  R-CT-CAP\n");
    withdrawn.event_id = "e";
    expect_line("\n  R-CT-CAP (event e)\n");
}
END_TEST

/* Results beyond the listed ones are said to be none of them. */
START_TEST(results_have_a_limit)
{
    static char ids[INPUTS][8];
    static Restage__V1__Input inputs[INPUTS];
    Restage__V1__Input *list[INPUTS];
    Restage__V1__Warning warning = RESTAGE__V1__WARNING__INIT;
    Restage__V1__Warning *warnings[] = {&warning};

    for (size_t i = 0; i < INPUTS; i++) {
        restage__v1__input__init(&inputs[i]);
        (void)snprintf(ids[i], sizeof(ids[i]), "e%zu", i + 1);
        inputs[i].event_id = ids[i];
        list[i] = &inputs[i];
    }
    inputs[0].effective_at = "2026";
    inputs[0].value = "vor Schmerz gekr\xc3\xbcmmt";
    warning.code = "W";
    warning.inputs = list;
    warning.n_inputs = INPUTS;
    message.warnings = warnings;
    message.n_warnings = 1;
    expect_line(" #0\n");
    expect_line("\n  #1 2026: vor Schmerz gekr\xc3\xbcmmt (event e1)\n");
    expect_line("\n  #512 no date: (event e512)\n");
    ck_assert_ptr_null(strstr(text(), "(event e513)"));
}
END_TEST

START_TEST(what_is_missing_needs_no_code_and_no_reason)
{
    Restage__V1__Missing missing = RESTAGE__V1__MISSING__INIT;
    Restage__V1__Missing *list[] = {&missing};

    missing.name = "ecog";
    message.missing = list;
    message.n_missing = 1;
    expect_line("\n  ecog (unspecified): for safety flags only\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recommendation text");
    TCase *tc = tcase_create("messages of others");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_change_of_a_later_version_has_no_word);
    tcase_add_test(tc, a_subject_may_have_no_patient);
    tcase_add_test(tc, a_stage_may_have_no_edition_and_no_conflict);
    tcase_add_test(tc, a_stage_of_which_nothing_is_known_says_so);
    tcase_add_test(tc, a_flag_says_once_that_nobody_verified_it);
    tcase_add_test(tc, a_refused_record_withdraws_without_an_event);
    tcase_add_test(tc, results_have_a_limit);
    tcase_add_test(tc, what_is_missing_needs_no_code_and_no_reason);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
