/*
 * evaluate: lines in, recommendations out, as the contract says, line by line.
 */
#include "cli/commands.h"
#include "fixture_command.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int evaluate(const char *input)
{
    return fixture_run(cmd_evaluate, (char *[]){"evaluate", NULL}, input);
}

static int evaluate_with(char *option, char *value, const char *input)
{
    return fixture_run(cmd_evaluate, (char *[]){"evaluate", option, value, NULL}, input);
}

/* The ${i}-th line of the output as JSON, or NULL; freed by the caller. */
static json_t *line(size_t i)
{
    const char *at = fixture_out;

    for (; i > 0 && at != NULL; i--) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    return at == NULL || *at == '\0' ? NULL : json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
}

static size_t line_count(void)
{
    size_t count = 0;

    for (const char *at = fixture_out; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

/* The text of a field of the ${i}-th line is ${expected}; "" for a field left out. */
static void expect(size_t i, const char *field, const char *expected)
{
    json_t *json = line(i);
    const json_t *value = json_object_get(json, field);

    ck_assert_msg(json != NULL, "there is no line %zu", i);
    ck_assert_str_eq(value == NULL ? "" : json_string_value(value), expected);
    json_decref(json);
}

static const char *tumour(size_t i)
{
    static char id[64];
    json_t *json = line(i);

    ck_assert_ptr_nonnull(json);
    (void)snprintf(
        id, sizeof(id), "%s",
        json_string_value(json_object_get(json_object_get(json, "subject"), "tumourId")));
    json_decref(json);
    return id;
}

/* "line-3:bad_time line-5:empty": the holds of the ${i}-th line. */
static const char *holds(size_t i)
{
    static char text[256];
    json_t *json = line(i);
    size_t index;
    json_t *hold;

    text[0] = '\0';
    json_array_foreach(json_object_get(json, "holds"), index, hold)
    {
        (void)strcat(text, index > 0 ? " " : "");
        (void)strcat(text, json_string_value(json_object_get(hold, "deadLetterId")));
        (void)strcat(text, ":");
        (void)strcat(text, json_string_value(json_object_get(hold, "errorCode")));
    }
    json_decref(json);
    return text;
}

#define ID(n) "\"eventId\":\"00000000-0000-4000-8000-00000000000" n "\","
#define PATIENT(value) "\"patient\":{\"authority\":\"urn:a\",\"value\":\"" value "\"},"
#define FINAL "\"status\":\"REPORT_STATUS_FINAL\","
#define EVENT(n, when, rest)                                                                       \
    "{" ID(n) PATIENT(FIXTURE_CANARY) FINAL "\"effectiveAt\":\"" when "\"," rest "}\n"
#define BIOPSY "\"pathology\":{\"specimen\":1,\"topography\":\"C20\",\"histology\":1}"
#define ECOG "\"clinicalStatus\":{\"ecog\":1}"

START_TEST(one_line_for_each_applied_one)
{
    ck_assert_int_eq(
        evaluate(EVENT("1", "2026-05-12", BIOPSY) "\n  \n" EVENT("2", "2026-05-13", ECOG)), EX_OK);
    ck_assert_str_eq(fixture_complaints, "");
    ck_assert_uint_eq(line_count(), 2);
    expect(0, "sequence", "1");
    expect(1, "sequence", "2");
    expect(0, "change", "CHANGE_INITIAL");
}
END_TEST

START_TEST(duplicates_and_older_versions_are_silent)
{
    ck_assert_int_eq(
        evaluate(EVENT("1", "2026-05-12", BIOPSY) EVENT("1", "2026-05-12", BIOPSY)
                     EVENT("2", "2026-05-12", "\"reportId\":\"r\",\"reportVersion\":2," ECOG)
                         EVENT("3", "2026-05-12", "\"reportId\":\"r\"," ECOG)),
        EX_OK);
    ck_assert_uint_eq(line_count(), 2);
}
END_TEST

START_TEST(a_line_arrives_when_it_says)
{
    ck_assert_int_eq(
        evaluate(
            EVENT("1", "2026-05-12", BIOPSY)
                EVENT("2", "2026-05-12", "\"issuedAt\":\"2026-05-14T10:00:00+02:00\"," ECOG)
                    EVENT("3", "2026-05-13", "\"endoscopy\":{}") "{" ID("4") PATIENT(
                        FIXTURE_CANARY) "\"reportId\":\"x\",\"status\":\"REPORT_STATUS_RETRACTED\"}"
                                        "\n" EVENT("5", "2026-06", "\"centre\":{}")),
        EX_OK);
    expect(0, "asOf", "2026-05-12T12:00:00.000Z");
    expect(1, "asOf", "2026-05-14T08:00:00.000Z");
    expect(2, "asOf", "2026-05-14T08:00:00.000Z"); /* never earlier than the line before */
    expect(3, "asOf", "2026-05-14T08:00:00.000Z"); /* says nothing: the last arrival */
    expect(4, "asOf", "2026-06-01T12:00:00.000Z");
}
END_TEST

START_TEST(subjects_have_their_own_time)
{
    ck_assert_int_eq(evaluate(EVENT("1", "2026-05-12", BIOPSY)
                                  EVENT("2", "2026-05-11", "\"tumourId\":\"second\"," BIOPSY)
                                      EVENT("3", "2026-05-10", BIOPSY)),
                     EX_OK);
    expect(0, "asOf", "2026-05-12T12:00:00.000Z");
    expect(1, "asOf", "2026-05-11T12:00:00.000Z");
    expect(2, "asOf", "2026-05-12T12:00:00.000Z");
}
END_TEST

START_TEST(a_refused_line_holds_every_subject_of_the_patient)
{
    ck_assert_int_eq(evaluate(EVENT("1", "2026-05-12", BIOPSY) EVENT(
                         "2", "2026-05-12", "\"tumourId\":\"second\"," BIOPSY) "{" ID("3")
                                  PATIENT("other") FINAL
                              "\"effectiveAt\":\"2026-05-12\"," BIOPSY
                              "}\n" EVENT("4", "2026-05-14", "\"laboratory\":{\"value\":\"x\"}")
                                  EVENT("5", "2026-05-15", ECOG)),
                     EX_DATAERR);
    ck_assert_uint_eq(line_count(), 6);
    ck_assert_str_eq(holds(3), "line-4:bad_decimal");
    ck_assert_str_eq(tumour(3), "primary");
    expect(3, "asOf", "2026-05-14T12:00:00.000Z");
    ck_assert_str_eq(holds(4), "line-4:bad_decimal");
    ck_assert_str_eq(tumour(4), "second");
    ck_assert_str_eq(holds(5), "line-4:bad_decimal");
    ck_assert_str_eq(fixture_complaints,
                     "restage evaluate: standard input:4: bad_decimal: laboratory.value: not a "
                     "decimal (at most 9 digits before and 3 after the point)\n");
}
END_TEST

START_TEST(a_hold_waits_for_subjects_seen_later)
{
    ck_assert_int_eq(evaluate(EVENT("1", "2026-05-12", "\"laboratory\":{\"value\":5}")
                                  EVENT("2", "2026-05-13", BIOPSY)),
                     EX_DATAERR);
    ck_assert_uint_eq(line_count(), 1);
    ck_assert_str_eq(holds(0), "line-1:undecodable");
}
END_TEST

START_TEST(lines_that_name_nobody_hold_nobody)
{
    ck_assert_int_eq(evaluate("{not json}\n{\"eventId\":\"x\"}\n" EVENT("1", "2026-05-12", BIOPSY)),
                     EX_DATAERR);
    ck_assert_uint_eq(line_count(), 1);
    ck_assert_str_eq(holds(0), "");
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "standard input:1: undecodable: "));
    ck_assert_ptr_nonnull(
        strstr(fixture_complaints, "standard input:2: missing_identity: patient: "));
}
END_TEST

START_TEST(another_content_under_the_same_id_is_refused)
{
    ck_assert_int_eq(evaluate(EVENT("1", "2026-05-12", BIOPSY) EVENT("1", "2026-05-13", ECOG)),
                     EX_DATAERR);
    ck_assert_uint_eq(line_count(), 2);
    ck_assert_str_eq(holds(1), "line-2:event_id_conflict");
    /* Event ids are unique per subject, not beyond. */
    ck_assert_int_eq(evaluate(EVENT("1", "2026-05-12", BIOPSY)
                                  EVENT("1", "2026-05-12", "\"tumourId\":\"second\"," ECOG)),
                     EX_OK);
    ck_assert_uint_eq(line_count(), 2);
}
END_TEST

START_TEST(a_hold_is_resolved_with_or_without_patient)
{
    const char *bad = EVENT("1", "2026-05-12", BIOPSY) EVENT("2", "2026-05-13", "\"board\":7");
    char input[2048];

    (void)strcpy(input, bad);
    (void)strcat(input,
                 EVENT("3", "2026-05-14", "\"deadLetterResolved\":{\"deadLetterId\":\"line-2\"}"));
    ck_assert_int_eq(evaluate(input), EX_DATAERR);
    ck_assert_uint_eq(line_count(), 3);
    ck_assert_str_eq(holds(1), "line-2:undecodable");
    ck_assert_str_eq(holds(2), "");
    (void)strcpy(input, bad);
    (void)strcat(input,
                 "{" ID("3") FINAL "\"effectiveAt\":\"2026-05-14\","
                                   "\"deadLetterResolved\":{\"deadLetterId\":\"line-2\"}}\n");
    (void)strcat(input, EVENT("4", "2026-05-15", ECOG));
    ck_assert_int_eq(evaluate(input), EX_DATAERR);
    ck_assert_uint_eq(line_count(), 3);
    ck_assert_str_eq(holds(2), "");
}
END_TEST

START_TEST(last_prints_one_for_each_subject_in_the_order_of_lines)
{
    ck_assert_int_eq(evaluate_with("--last", NULL,
                                   EVENT("1", "2026-05-12", BIOPSY)
                                       EVENT("2", "2026-05-12", "\"tumourId\":\"second\"," BIOPSY)
                                           EVENT("3", "2026-05-14", ECOG)),
                     EX_OK);
    ck_assert_uint_eq(line_count(), 2);
    ck_assert_str_eq(tumour(0), "second");
    ck_assert_str_eq(tumour(1), "primary");
    expect(1, "sequence", "2");
}
END_TEST

START_TEST(as_of_judges_the_last_applied_line_elsewhen)
{
    const char *input = EVENT("1", "2026-05-12", BIOPSY) EVENT("2", "2026-05-14", ECOG)
        EVENT("2", "2026-05-14", ECOG) EVENT("3", "2026-05-13", "\"tumourId\":\"b\"," BIOPSY);

    ck_assert_int_eq(evaluate_with("--as-of", "2027-01-01T00:00:00Z", input), EX_OK);
    ck_assert_uint_eq(line_count(), 3);
    expect(0, "asOf", "2026-05-12T12:00:00.000Z");
    expect(1, "asOf", "2027-01-01T00:00:00.000Z");
    expect(2, "asOf", "2027-01-01T00:00:00.000Z");
    /* Also earlier than its arrival. */
    ck_assert_int_eq(evaluate_with("--as-of", "2026-05-01T00:00:00Z", input), EX_OK);
    expect(1, "asOf", "2026-05-01T00:00:00.000Z");
}
END_TEST

START_TEST(the_same_lines_give_the_same_bytes)
{
    const char *input = EVENT("1", "2026-05-12", BIOPSY) EVENT("2", "2026-05-14", ECOG);
    char *first;

    ck_assert_int_eq(evaluate(input), EX_OK);
    first = strdup(fixture_out);
    ck_assert_int_eq(evaluate(input), EX_OK);
    ck_assert_str_eq(first, fixture_out);
    free(first);
}
END_TEST

START_TEST(many_patients_are_kept_apart)
{
    char *input = malloc(1u << 21);
    size_t used = 0;

    for (int i = 0; i < 3000; i++)
        used += (size_t)sprintf(input + used,
                                "{\"eventId\":\"00000000-0000-4000-8000-%012d\",\"patient\":{"
                                "\"authority\":\"urn:a\",\"value\":\"%d\"}," FINAL
                                "\"effectiveAt\":\"2026-05-12\",\"death\":{}}\n",
                                i, i / 2);
    ck_assert_int_eq(evaluate(input), EX_OK);
    ck_assert_uint_eq(line_count(), 3000);
    expect(2998, "sequence", "1");
    expect(2999, "sequence", "2");
    free(input);
}
END_TEST

START_TEST(pretty_is_for_people)
{
    ck_assert_int_eq(evaluate_with("--pretty", NULL, EVENT("1", "2026-05-12", BIOPSY)), EX_OK);
    ck_assert_ptr_nonnull(strstr(fixture_out, "\nCANNOT BE SAID"));
    ck_assert_ptr_nonnull(strstr(fixture_out, "R-SYS-FIRST (recommend): "));
}
END_TEST

START_TEST(wrong_arguments_are_told)
{
    ck_assert_int_eq(evaluate_with("--as-of", "yesterday", ""), EX_USAGE);
    ck_assert_int_eq(evaluate_with("--nonsense", NULL, ""), EX_USAGE);
    ck_assert_int_eq(evaluate_with("a", "b", ""), EX_USAGE);
    ck_assert_int_eq(evaluate_with("/nonexistent/file", NULL, ""), EX_NOINPUT);
    ck_assert_int_eq(evaluate_with("--help", NULL, ""), EX_OK);
    ck_assert_ptr_nonnull(strstr(fixture_out, "example: "));
    ck_assert_int_eq(evaluate(""), EX_OK);
    ck_assert_str_eq(fixture_out, "");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, one_line_for_each_applied_one);
    tcase_add_test(tc, duplicates_and_older_versions_are_silent);
    tcase_add_test(tc, a_line_arrives_when_it_says);
    tcase_add_test(tc, subjects_have_their_own_time);
    tcase_add_test(tc, a_refused_line_holds_every_subject_of_the_patient);
    tcase_add_test(tc, a_hold_waits_for_subjects_seen_later);
    tcase_add_test(tc, lines_that_name_nobody_hold_nobody);
    tcase_add_test(tc, another_content_under_the_same_id_is_refused);
    tcase_add_test(tc, a_hold_is_resolved_with_or_without_patient);
    tcase_add_test(tc, last_prints_one_for_each_subject_in_the_order_of_lines);
    tcase_add_test(tc, as_of_judges_the_last_applied_line_elsewhen);
    tcase_add_test(tc, the_same_lines_give_the_same_bytes);
    tcase_add_test(tc, many_patients_are_kept_apart);
    tcase_add_test(tc, pretty_is_for_people);
    tcase_add_test(tc, wrong_arguments_are_told);
}

int main(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *tc = tcase_create("lines");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
