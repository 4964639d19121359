#include "fixture_patient.h"

#include "base/date.h"

#include <check.h>
#include <string.h>

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
}

static void end(void)
{
    patient_end(&p);
}

/* Another version of ${of}'s report, not yet admitted. */
static struct event *next(const struct event *of, uint32_t version, enum report_status status)
{
    struct event *e = patient_make(&p, of->kind, "2026-03-01");

    e->report_id = of->report_id;
    e->report_version = version;
    e->status = status;
    return e;
}

static struct event *without_body(const struct event *of, uint32_t version,
                                  enum report_status status)
{
    struct event *e = next(of, version, status);

    e->kind = BODY_NONE;
    e->effective_at.time = (struct clinical_time){.precision = PRECISION_NONE};
    return e;
}

static void sign(struct event *e, const char *date)
{
    e->issued_at.text = date;
    ck_assert(clinical_time_parse(date, strlen(date), &e->issued_at.time));
}

static enum standing worth(const struct event *e)
{
    return history_standing(&p.history, e);
}

/* ---- Admission ------------------------------------------------------------------------------- */

START_TEST(one_event_is_admitted_once)
{
    struct event *ct = patient_make(&p, BODY_IMAGING, "2026-03-01");
    struct event other = *ct;

    ck_assert_int_eq(patient_admit(&p, ct), ADMISSION_APPLIED);
    ck_assert_int_eq(patient_admit(&p, ct), ADMISSION_DUPLICATE);
    other.content_hash[0] ^= 1;
    ck_assert_int_eq(patient_admit(&p, &other), ADMISSION_ID_CONFLICT);
    ck_assert_uint_eq(p.history.count, 1);
    ck_assert_ptr_eq(history_find(&p.history, &ct->event_id), ct);
    ck_assert_int_eq(worth(ct), STANDING_COUNTS);
}
END_TEST

START_TEST(equal_content_under_a_new_id_is_a_duplicate)
{
    struct event *ct = patient_make(&p, BODY_IMAGING, "2026-03-01");
    struct event *again = next(ct, 1, REPORT_STATUS_FINAL);
    struct event *signed_later = next(ct, 1, REPORT_STATUS_FINAL);

    memcpy(again->content_hash, ct->content_hash, SHA256_SIZE);
    memcpy(signed_later->content_hash, ct->content_hash, SHA256_SIZE);
    sign(signed_later, "2026-03-02");
    patient_admit(&p, ct);
    ck_assert_int_eq(patient_admit(&p, again), ADMISSION_DUPLICATE);
    ck_assert_int_eq(worth(ct), STANDING_COUNTS);
    ck_assert_int_eq(worth(again), STANDING_OLDER);
    ck_assert_int_eq(patient_admit(&p, signed_later), ADMISSION_APPLIED);
    ck_assert_int_eq(worth(ct), STANDING_OLDER);
}
END_TEST

START_TEST(of_equal_versions_the_lowest_id_speaks_whichever_came_first)
{
    struct event *low = patient_make(&p, BODY_IMAGING, "2026-03-01");
    struct event *high = next(low, 1, REPORT_STATUS_FINAL);
    struct history_entry *taken;

    ck_assert_int_lt(uuid_compare(&low->event_id, &high->event_id), 0);
    memcpy(high->content_hash, low->content_hash, SHA256_SIZE);
    ck_assert_int_eq(patient_admit(&p, high), ADMISSION_APPLIED);
    ck_assert_int_eq(patient_admit(&p, low), ADMISSION_DUPLICATE);
    ck_assert_int_eq(worth(low), STANDING_COUNTS);
    ck_assert_int_eq(worth(high), STANDING_OLDER);
    taken = history_withdraw(&p.history, low);
    ck_assert_int_eq(worth(high), STANDING_COUNTS);
    history_restore(&p.history, taken);
    ck_assert_int_eq(worth(low), STANDING_COUNTS);
    ck_assert_int_eq(worth(high), STANDING_OLDER);
}
END_TEST

START_TEST(an_older_version_is_stored_and_changes_nothing)
{
    struct event *third = patient_tell(&p, BODY_IMAGING, "2026-03-01");
    struct event *second;

    third->report_version = 3; /* alone in its report: nothing was ordered by it yet */
    second = next(third, 2, REPORT_STATUS_CORRECTED);
    ck_assert_int_eq(patient_admit(&p, second), ADMISSION_OLDER);
    ck_assert_int_eq(worth(second), STANDING_OLDER);
    ck_assert_int_eq(worth(third), STANDING_COUNTS);
}
END_TEST

START_TEST(a_subject_has_a_limit)
{
    struct event *beyond;
    enum admission admission = ADMISSION_NONE;
    struct err err = {.text = ""};

    for (size_t i = 0; i < HISTORY_EVENTS_MAX; i++)
        patient_admit(&p, patient_make(&p, BODY_LABORATORY, "2026-03-01"));
    beyond = patient_make(&p, BODY_LABORATORY, "2026-03-01");
    ck_assert_int_eq(history_admit(&p.history, beyond, &admission, &err), REJECT);
    ck_assert_int_eq(admission, ADMISSION_NONE);
    ck_assert_uint_eq(p.history.count, HISTORY_EVENTS_MAX);
    ck_assert_ptr_null(history_find(&p.history, &beyond->event_id));
}
END_TEST

/* ---- Which version counts -------------------------------------------------------------------- */

static const struct {
    uint32_t version;
    const char *issued; /* NULL: not stated */
    enum report_status status;
} versions[] = {
    /* In their order, each above the one before. */
    {1, NULL, REPORT_STATUS_PRELIMINARY},
    {1, NULL, REPORT_STATUS_FINAL},
    {1, "2026-03-01", REPORT_STATUS_PRELIMINARY},
    {1, "2026-03-01T00:00:01Z", REPORT_STATUS_PRELIMINARY},
    {1, "2026-03-02", REPORT_STATUS_FINAL},
    {1, "2026-03-02", REPORT_STATUS_CORRECTED},
    {1, "2026-03-02", REPORT_STATUS_RETRACTED},
    {2, NULL, REPORT_STATUS_FINAL},
    {2, NULL, REPORT_STATUS_AMENDED},
};
#define VERSION_COUNT (sizeof(versions) / sizeof(versions[0]))

START_TEST(versions_are_ordered_by_number_signature_and_status)
{
    struct event *first = patient_make(&p, BODY_IMAGING, "2026-03-01");
    struct event *made[VERSION_COUNT];

    for (size_t i = 0; i < VERSION_COUNT; i++) {
        made[i] = next(first, versions[i].version, versions[i].status);
        if (versions[i].issued != NULL)
            sign(made[i], versions[i].issued);
    }
    for (size_t i = 0; i < VERSION_COUNT; i++)
        for (size_t k = 0; k < VERSION_COUNT; k++) {
            int order = event_version_compare(made[i], made[k]);

            ck_assert_msg(i < k   ? order < 0
                          : i > k ? order > 0
                                  : order == 0,
                          "versions %zu and %zu: %d", i, k, order);
        }
}
END_TEST

START_TEST(corrected_and_amended_tie_and_so_do_the_removing_ones)
{
    struct event *first = patient_make(&p, BODY_IMAGING, "2026-03-01");

    ck_assert_int_eq(event_version_compare(next(first, 1, REPORT_STATUS_CORRECTED),
                                           next(first, 1, REPORT_STATUS_AMENDED)),
                     0);
    ck_assert_int_eq(event_version_compare(next(first, 1, REPORT_STATUS_RETRACTED),
                                           next(first, 1, REPORT_STATUS_CANCELLED)),
                     0);
}
END_TEST

START_TEST(two_versions_that_tie_conflict_until_a_higher_one_comes)
{
    struct event *a = patient_tell(&p, BODY_IMAGING, "2026-03-01");
    struct event *b = next(a, 1, REPORT_STATUS_FINAL);
    struct event *c = next(a, 2, REPORT_STATUS_CORRECTED);
    const struct chart *chart;

    ck_assert_int_eq(patient_admit(&p, b), ADMISSION_APPLIED);
    ck_assert_int_eq(worth(a), STANDING_CONFLICT);
    ck_assert_int_eq(worth(b), STANDING_CONFLICT);
    chart = patient_chart(&p, "2026-03-10");
    ck_assert_uint_eq(chart->version_conflict_count, 1);
    ck_assert_int_eq(chart->why[INPUT_PALN_STATUS], WHY_CONFLICT);
    ck_assert_int_eq(patient_admit(&p, c), ADMISSION_APPLIED);
    ck_assert_int_eq(worth(a), STANDING_OLDER);
    ck_assert_int_eq(worth(b), STANDING_OLDER);
    ck_assert_int_eq(worth(c), STANDING_COUNTS);
    ck_assert_uint_eq(patient_chart(&p, "2026-03-10")->version_conflict_count, 0);
}
END_TEST

START_TEST(two_removing_versions_never_conflict)
{
    struct event *a = patient_tell(&p, BODY_IMAGING, "2026-03-01");
    struct event *cancelled = next(a, 2, REPORT_STATUS_CANCELLED);
    struct event *retracted = next(a, 2, REPORT_STATUS_RETRACTED);

    patient_admit(&p, cancelled);
    ck_assert_int_eq(worth(a), STANDING_CANCELLED);
    patient_admit(&p, retracted);
    ck_assert_int_eq(worth(a), STANDING_REMOVED);
    ck_assert_int_eq(worth(cancelled), STANDING_REMOVING);
    ck_assert_int_eq(worth(retracted), STANDING_REMOVING);
    ck_assert_uint_eq(patient_chart(&p, "2026-03-10")->version_conflict_count, 0);
}
END_TEST

START_TEST(a_retraction_without_body_removes_every_kind)
{
    struct event *ct = patient_tell(&p, BODY_IMAGING, "2026-03-01");
    struct event *genes = patient_make(&p, BODY_MOLECULAR, "2026-03-01");
    struct event *elsewhere = patient_make(&p, BODY_MOLECULAR, "2026-03-01");
    struct event *retraction = without_body(ct, 2, REPORT_STATUS_RETRACTED);

    genes->report_id = elsewhere->report_id = ct->report_id;
    elsewhere->source_system = "another";
    patient_admit(&p, genes);
    patient_admit(&p, elsewhere);
    ck_assert_int_eq(worth(ct), STANDING_COUNTS);
    ck_assert_int_eq(patient_admit(&p, retraction), ADMISSION_APPLIED);
    ck_assert_int_eq(worth(ct), STANDING_REMOVED);
    ck_assert_int_eq(worth(genes), STANDING_REMOVED);
    ck_assert_int_eq(worth(elsewhere), STANDING_COUNTS);
}
END_TEST

START_TEST(a_retraction_with_a_body_removes_its_kind_alone)
{
    struct event *ct = patient_tell(&p, BODY_IMAGING, "2026-03-01");
    struct event *genes = patient_make(&p, BODY_MOLECULAR, "2026-03-01");

    genes->report_id = ct->report_id;
    patient_admit(&p, genes);
    patient_admit(&p, next(ct, 2, REPORT_STATUS_WRONG_PATIENT));
    ck_assert_int_eq(worth(ct), STANDING_REMOVED);
    ck_assert_int_eq(worth(genes), STANDING_COUNTS);
}
END_TEST

START_TEST(a_final_without_body_makes_preliminaries_final_in_either_order)
{
    for (int later = 0; later <= 1; later++) {
        struct event *preliminary = patient_make(&p, BODY_IMAGING, "2026-03-01");
        struct event *final = without_body(preliminary, 1, REPORT_STATUS_FINAL);

        preliminary->status = REPORT_STATUS_PRELIMINARY;
        patient_admit(&p, later ? preliminary : final);
        if (later)
            ck_assert_int_eq(worth(preliminary), STANDING_PENDING);
        ck_assert_int_eq(patient_admit(&p, later ? final : preliminary), ADMISSION_APPLIED);
        ck_assert_int_eq(worth(preliminary), STANDING_COUNTS);
    }
}
END_TEST

START_TEST(what_replaces_a_final_version_is_a_correction)
{
    struct event *preliminary = patient_make(&p, BODY_IMAGING, "2026-03-01");
    struct event *final = next(preliminary, 2, REPORT_STATUS_FINAL);
    struct event *again = next(preliminary, 3, REPORT_STATUS_FINAL);
    struct event *gone = next(preliminary, 4, REPORT_STATUS_RETRACTED);

    preliminary->status = REPORT_STATUS_PRELIMINARY;
    patient_admit(&p, preliminary);
    patient_admit(&p, final);
    ck_assert(!history_replaced_final(&p.history, final));
    patient_admit(&p, again);
    ck_assert(history_replaced_final(&p.history, again));
    patient_admit(&p, gone);
    ck_assert(!history_replaced_final(&p.history, gone));
}
END_TEST

/* ---- Order does not matter ------------------------------------------------------------------- */

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525U + 1013904223U;
    return (*state >> 8) % below;
}

START_TEST(any_order_of_arrival_gives_the_same_standings)
{
    static const enum report_status statuses[] = {
        REPORT_STATUS_PRELIMINARY, REPORT_STATUS_FINAL,     REPORT_STATUS_CORRECTED,
        REPORT_STATUS_RETRACTED,   REPORT_STATUS_CANCELLED, REPORT_STATUS_AMENDED};
    struct event *made[24];
    enum standing expected[24];
    uint32_t state = (uint32_t)_i + 1;

    for (size_t i = 0; i < 24; i++) {
        made[i] =
            patient_make(&p, draw(&state, 3) == 0 ? BODY_MOLECULAR : BODY_IMAGING, "2026-03-01");
        made[i]->report_id = draw(&state, 2) == 0 ? "a" : "b";
        made[i]->report_version = 1 + draw(&state, 3);
        made[i]->status = statuses[draw(&state, 6)];
        if ((event_removes(made[i]) || made[i]->status == REPORT_STATUS_FINAL) &&
            draw(&state, 3) == 0)
            made[i]->kind = BODY_NONE;
        patient_admit(&p, made[i]);
    }
    for (size_t i = 0; i < 24; i++)
        expected[i] = worth(made[i]);
    for (int round = 0; round < 20; round++) {
        history_init(&p.history, p.arena);
        for (size_t i = 23; i > 0; i--) {
            size_t k = draw(&state, (uint32_t)i + 1);
            struct event *swapped = made[i];
            enum standing standing = expected[i];

            made[i] = made[k];
            made[k] = swapped;
            expected[i] = expected[k];
            expected[k] = standing;
        }
        for (size_t i = 0; i < 24; i++)
            patient_admit(&p, made[i]);
        for (size_t i = 0; i < 24; i++)
            ck_assert_int_eq(worth(made[i]), expected[i]);
    }
    for (size_t i = 0; i < 24; i++) {
        struct history_entry *entry = history_withdraw(&p.history, made[i]);

        ck_assert_ptr_null(history_find(&p.history, &made[i]->event_id));
        history_restore(&p.history, entry);
        for (size_t k = 0; k < 24; k++)
            ck_assert_int_eq(worth(made[k]), expected[k]);
    }
}
END_TEST

START_TEST(clinical_order_is_instant_then_precision)
{
    static const char *const dates[] = {"2026-03", "2026-03-01", "2026-03-01T00:00:00Z",
                                        "2026-03-01T02:30:00+02:00", "2026-03-01T08:00:00Z"};
    struct event *made[5];

    for (size_t i = 5; i > 0; i--)
        made[i - 1] = patient_tell(&p, BODY_LABORATORY, dates[i - 1]);
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_eq(p.history.ordered[i]->event, made[i]);
    ck_assert(!history_has_later(&p.history, made[0])); /* they all may lie in that month */
    ck_assert(!history_has_later(&p.history, made[1])); /* nor is a date earlier than its day */
    ck_assert(history_has_later(&p.history, made[2]));
    ck_assert(!history_has_later(&p.history, made[4]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("history");
    TCase *tests = tcase_create("history");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, one_event_is_admitted_once);
    tcase_add_test(tests, equal_content_under_a_new_id_is_a_duplicate);
    tcase_add_test(tests, of_equal_versions_the_lowest_id_speaks_whichever_came_first);
    tcase_add_test(tests, an_older_version_is_stored_and_changes_nothing);
    tcase_add_test(tests, a_subject_has_a_limit);
    tcase_add_test(tests, versions_are_ordered_by_number_signature_and_status);
    tcase_add_test(tests, corrected_and_amended_tie_and_so_do_the_removing_ones);
    tcase_add_test(tests, two_versions_that_tie_conflict_until_a_higher_one_comes);
    tcase_add_test(tests, two_removing_versions_never_conflict);
    tcase_add_test(tests, a_retraction_without_body_removes_every_kind);
    tcase_add_test(tests, a_retraction_with_a_body_removes_its_kind_alone);
    tcase_add_test(tests, a_final_without_body_makes_preliminaries_final_in_either_order);
    tcase_add_test(tests, what_replaces_a_final_version_is_a_correction);
    tcase_add_loop_test(tests, any_order_of_arrival_gives_the_same_standings, 0, 50);
    tcase_add_test(tests, clinical_order_is_instant_then_precision);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
