#include "fixture_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct fixture_case f;

static void set_up(void)
{
    fixture_begin(&f);
}

static void tear_down(void)
{
    fixture_end(&f);
}

static int64_t noon_of(const char *date)
{
    struct clinical_time t;

    ck_assert(clinical_time_parse(date, strlen(date), &t));
    return t.earliest + DAY_MS / 2;
}

/* ---- The delta ------------------------------------------------------------------------------- */

START_TEST(first_is_initial_and_then_numbered_without_gaps)
{
    struct uuid first;

    fixture_biopsy(&f, "2026-01-05");
    ck_assert_int_eq(f.said.change, CHANGE_INITIAL);
    ck_assert_int_eq(f.said.sequence, 1);
    ck_assert_uint_eq(f.said.withdrawn, 0);
    first = f.said.recommendation_id;
    fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    ck_assert_int_eq(f.said.sequence, 2);
    ck_assert_int_eq(f.said.change, CHANGE_CHANGED);
    ck_assert_int_eq(uuid_compare(&f.said.supersedes_id, &first), 0);
    ck_assert_int_ne(uuid_compare(&f.said.recommendation_id, &first), 0);
    ck_assert_int_eq(f.said.recommendation_id.bytes[6] >> 4, 5);
    fixture_wait(&f, "2026-01-21");
    ck_assert_int_eq(f.said.change, CHANGE_UNCHANGED);
    ck_assert_int_eq(f.said.sequence, 3);
}
END_TEST

START_TEST(duplicates_and_older_versions_say_nothing)
{
    struct event *ct;
    struct event *corrected;
    int64_t sequence;

    fixture_biopsy(&f, "2026-01-05");
    ct = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    corrected = fixture_version(&f, ct, 3, REPORT_STATUS_CORRECTED);
    ck_assert_int_eq(fixture_apply(&f, corrected), ADMISSION_APPLIED);
    sequence = f.subject.previous.sequence;
    ck_assert_int_eq(fixture_apply(&f, ct), ADMISSION_DUPLICATE);
    ck_assert_int_eq(fixture_apply(&f, fixture_version(&f, ct, 2, REPORT_STATUS_CORRECTED)),
                     ADMISSION_OLDER);
    ck_assert_int_eq(f.subject.previous.sequence, sequence);
}
END_TEST

START_TEST(other_content_under_a_known_id_is_a_conflict)
{
    struct event *ct = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    struct event *other = fixture_version(&f, ct, 1, REPORT_STATUS_FINAL);

    other->event_id = ct->event_id;
    ck_assert_int_eq(fixture_apply(&f, other), ADMISSION_ID_CONFLICT);
}
END_TEST

START_TEST(progression_withdraws_what_was_considered)
{
    fixture_responding(&f);
    ck_assert_int_eq(fixture_status(&f, "R-SURG-CONSIDER"), STATUS_APPLIES);
    fixture_ct_response(&f, "2026-06-01", RESPONSE_PD);
    ck_assert(fixture_withdrew(&f, "R-SURG-CONSIDER"));
    ck_assert(fixture_withdrew(&f, "R-SYS-FIRST"));
    ck_assert(!fixture_withdrew(&f, "A-STAGE4"));
    ck_assert_int_eq(fixture_status(&f, "R-SURG-AVOID"), STATUS_APPLIES);
    fixture_wait(&f, "2026-06-02");
    ck_assert_uint_eq(f.said.withdrawn, 0);
}
END_TEST

START_TEST(time_withdraws_too)
{
    fixture_responding(&f); /* response of 2026-04-10, ECOG of 2026-04-01 */
    ck_assert_int_eq(f.said.judgement.review_due_at, noon_of("2026-06-25") - DAY_MS / 2);
    fixture_wait(&f, "2026-07-03"); /* 84 days after the response; the ECOG is too old */
    ck_assert(fixture_withdrew(&f, "R-SURG-CONSIDER"));
    ck_assert(fixture_lacks(&f, "R-SURG-CONSIDER", INPUT_ECOG));
    ck_assert(!fixture_lacks(&f, "R-SURG-CONSIDER", INPUT_RESPONSE_ASSESSMENT));
    fixture_wait(&f, "2026-07-04");
    ck_assert(fixture_lacks(&f, "R-SURG-CONSIDER", INPUT_RESPONSE_ASSESSMENT));
    ck_assert(fixture_warns(&f, WARNING_RESP_STALE));
}
END_TEST

START_TEST(death_withdraws_everything_and_says_nothing_else)
{
    fixture_in_scope(&f);
    fixture_apply(&f, fixture_event(&f, BODY_DEATH, "2026-02-01"));
    ck_assert_int_eq(f.said.judgement.kind, KIND_ENDED);
    ck_assert(fixture_withdrew(&f, "A-STAGE4"));
    ck_assert(fixture_withdrew(&f, "R-SURG-HOLD"));
    ck_assert_uint_eq(f.said.judgement.warnings | f.said.packet_warnings, 0);
    ck_assert_uint_eq(f.said.judgement.flags, 0);
    ck_assert_uint_eq(f.said.judgement.missing, 0);
    ck_assert_int_eq(f.said.judgement.review_due_at, INSTANT_NONE);
}
END_TEST

/* ---- Time ------------------------------------------------------------------------------------ */

START_TEST(as_of_never_runs_backwards)
{
    struct arrival early = {.timestamp_ms = noon_of("2025-12-01"), .topic = ""};
    int64_t last;

    fixture_in_scope(&f);
    last = f.said.as_of;
    case_rejudge(&f.subject, &early, &f.policy, &f.said);
    ck_assert_int_eq(f.said.as_of, last);
    ck_assert_ptr_null(f.said.event);
}
END_TEST

START_TEST(due_review_is_judged_at_its_due_date)
{
    struct event *due;
    struct arrival arrival = {.topic = ""};
    enum admission admission;
    struct err err;

    fixture_in_scope(&f); /* staging CT of 2026-01-20: stale from 2026-03-04 on */
    ck_assert_int_eq(f.said.judgement.review_due_at, noon_of("2026-03-04") - DAY_MS / 2);
    due = fixture_event(&f, BODY_REVIEW_DUE, "2026-03-04");
    due->body.review_due.due_at = f.said.judgement.review_due_at;
    arrival.timestamp_ms = f.said.as_of; /* a producer whose clock is behind */
    ck_assert_int_eq(case_apply(&f.subject, due, &arrival, &f.policy, &admission, &f.said, &err),
                     OK);
    ck_assert_int_eq(f.said.as_of, due->body.review_due.due_at);
    ck_assert_int_eq(fixture_status(&f, "R-CT-CAP"), STATUS_APPLIES);
    ck_assert_int_eq(f.said.change, CHANGE_CHANGED);
}
END_TEST

/* The day before the review date the judgement is still the same, on that day it is another. */
START_TEST(review_date_is_the_first_day_of_change)
{
    struct judgement at;
    struct digest now;
    struct digest then;

    fixture_responding(&f);
    now = judgement_digest(&f.said.judgement);
    judge(&f.subject.history, NULL, 0, &f.policy, f.said.judgement.review_due_at - 1, &at);
    then = judgement_digest(&at);
    ck_assert_mem_eq(&now, &then, sizeof(now));
    judge(&f.subject.history, NULL, 0, &f.policy, f.said.judgement.review_due_at, &at);
    then = judgement_digest(&at);
    ck_assert_mem_ne(&now, &then, sizeof(now));
}
END_TEST

/* ---- Packet warnings ------------------------------------------------------------------------- */

START_TEST(corrections_and_retractions_are_told_once)
{
    struct event *ct;

    fixture_biopsy(&f, "2026-01-05");
    ct = fixture_ct(&f, "2026-01-20", NODE_STATUS_METASTATIC);
    fixture_apply(&f, fixture_version(&f, ct, 2, REPORT_STATUS_CORRECTED));
    ck_assert(fixture_warns(&f, WARNING_CORRECTED));
    ck_assert(!fixture_warns(&f, WARNING_OUT_OF_ORDER));
    fixture_apply(&f, fixture_version(&f, ct, 3, REPORT_STATUS_RETRACTED));
    ck_assert(fixture_warns(&f, WARNING_RETRACTED));
    ck_assert(fixture_withdrew(&f, "A-STAGE4"));
    ck_assert_int_eq(f.said.judgement.chart.why[INPUT_PALN_STATUS], WHY_WITHDRAWN);
    fixture_wait(&f, "2026-01-22");
    ck_assert(!fixture_warns(&f, WARNING_RETRACTED));
}
END_TEST

START_TEST(preliminary_made_final_is_no_correction)
{
    struct event *ct = fixture_event(&f, BODY_IMAGING, "2026-01-20");

    ct->body.imaging.modality = MODALITY_CT;
    ct->status = REPORT_STATUS_PRELIMINARY;
    fixture_apply(&f, ct);
    fixture_apply(&f, fixture_version(&f, ct, 2, REPORT_STATUS_FINAL));
    ck_assert(!fixture_warns(&f, WARNING_CORRECTED));
}
END_TEST

START_TEST(late_report_is_out_of_order_only_when_it_matters)
{
    fixture_in_scope(&f);
    fixture_start(&f, "2026-03-01", 1);
    fixture_cea(&f, "2026-02-01", 3000); /* late, and before therapy: changes no status */
    ck_assert(!fixture_warns(&f, WARNING_OUT_OF_ORDER));
    fixture_distance(&f, "2026-01-15", 13000);
    ck_assert(fixture_warns(&f, WARNING_OUT_OF_ORDER));
    ck_assert_int_eq(fixture_status(&f, "R-NO-PREOP-RT"), STATUS_APPLIES);
    ck_assert_ptr_nonnull(history_find(&f.subject.history, &f.said.event->event_id));
}
END_TEST

/* ---- Holds, names ---------------------------------------------------------------------------- */

START_TEST(holds_warn_at_once)
{
    const struct hold hold = {.dead_letter_id = "line-3", .error_code = "bad_decimal"};
    struct arrival refused = {.timestamp_ms = noon_of("2026-01-21"), .topic = "restage.imaging"};

    fixture_in_scope(&f);
    f.subject.holds = &hold;
    f.subject.hold_count = 1;
    case_rejudge(&f.subject, &refused, &f.policy, &f.said);
    ck_assert(fixture_warns(&f, WARNING_RECORD_INCOMPLETE));
    ck_assert_int_eq(f.said.change, CHANGE_CHANGED);
    ck_assert_str_eq(f.said.cause.topic, "restage.imaging");
}
END_TEST

START_TEST(subject_ids_are_made_from_whole_names)
{
    struct uuid a = subject_uuid("ab", "c", "primary");
    struct uuid b = subject_uuid("a", "bc", "primary");
    struct uuid again = subject_uuid("ab", "c", "primary");

    ck_assert_int_ne(uuid_compare(&a, &b), 0);
    ck_assert_int_eq(uuid_compare(&a, &again), 0);
}
END_TEST

START_TEST(digest_of_another_layout_is_a_change)
{
    fixture_in_scope(&f);
    memset(&f.subject.previous.digest, 0xff, sizeof(f.subject.previous.digest));
    fixture_wait(&f, "2026-01-21");
    ck_assert_int_eq(f.said.change, CHANGE_CHANGED);
    ck_assert_uint_eq(f.said.withdrawn, 0);
}
END_TEST

START_TEST(summary_leads_with_an_emergency)
{
    struct event *e = fixture_event(&f, BODY_CLINICAL_STATUS, "2026-01-25");

    fixture_in_scope(&f);
    ck_assert_ptr_nonnull(strstr(f.said.summary, "No elective resection"));
    e->body.clinical_status.bleeding = BLEEDING_MAJOR;
    fixture_apply(&f, e);
    ck_assert_ptr_nonnull(strstr(f.said.summary, "Emergency"));
}
END_TEST

START_TEST(judging_at_another_moment_changes_nothing_stored)
{
    int64_t sequence;

    fixture_responding(&f);
    sequence = f.subject.previous.sequence;
    case_judge_at(&f.subject, noon_of("2026-07-10"), &f.policy, &f.said);
    ck_assert_int_eq(fixture_status(&f, "R-SURG-CONSIDER"), STATUS_UNDETERMINED);
    ck_assert_int_eq(f.said.as_of, noon_of("2026-07-10"));
    ck_assert_int_eq(f.subject.previous.sequence, sequence);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recommendation");
    TCase *tcase = tcase_create("delta");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, first_is_initial_and_then_numbered_without_gaps);
    tcase_add_test(tcase, duplicates_and_older_versions_say_nothing);
    tcase_add_test(tcase, other_content_under_a_known_id_is_a_conflict);
    tcase_add_test(tcase, progression_withdraws_what_was_considered);
    tcase_add_test(tcase, time_withdraws_too);
    tcase_add_test(tcase, death_withdraws_everything_and_says_nothing_else);
    tcase_add_test(tcase, as_of_never_runs_backwards);
    tcase_add_test(tcase, due_review_is_judged_at_its_due_date);
    tcase_add_test(tcase, review_date_is_the_first_day_of_change);
    tcase_add_test(tcase, corrections_and_retractions_are_told_once);
    tcase_add_test(tcase, preliminary_made_final_is_no_correction);
    tcase_add_test(tcase, late_report_is_out_of_order_only_when_it_matters);
    tcase_add_test(tcase, holds_warn_at_once);
    tcase_add_test(tcase, subject_ids_are_made_from_whole_names);
    tcase_add_test(tcase, digest_of_another_layout_is_a_change);
    tcase_add_test(tcase, summary_leads_with_an_emergency);
    tcase_add_test(tcase, judging_at_another_moment_changes_nothing_stored);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
