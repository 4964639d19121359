#include "fixture_case.h"
#include "fixture_random.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a warning or a safety flag rests on: events of the kinds that can show it and no others,
 * over drawn journeys.
 */

#define JOURNEYS 400
#define EVENTS 30

/* One letter per kind of body, so that a row below can list several. */
static char letter_of(enum body_kind kind)
{
    static const char letters[BODY_KIND_COUNT + 1] = "-pmliectsrbfnd???";

    return letters[kind];
}

static const char *const warning_grounds[WARNING_COUNT] = {
    [WARNING_NOT_REGIONAL] = "pif",
    [WARNING_PREMATURE_SURG] = "psf",
    [WARNING_OTHER_METS] = "pib",
    [WARNING_PRIOR_PD] = "tib",
    [WARNING_POOR_PS] = "c",
    [WARNING_ECOG2] = "c",
    [WARNING_NOT_PROXIMAL] = "ie",
    [WARNING_HISTO_UNCONFIRMED] = "pib",
    [WARNING_BOUNDARY_12] = "ie",
    [WARNING_DIST_DISCORDANT] = "ie",
    [WARNING_SITE_GT15] = "pfieb",
    [WARNING_STAGING_STALE] = "i",
    [WARNING_TIMING_EARLY] = "ipsb",
    [WARNING_TIMING_PRESUMED] = "ipsb",
    [WARNING_CEA_UNIT] = "l",
    [WARNING_MINOR_BLEED] = "ce",
    [WARNING_RESP_STALE] = "ib",
    [WARNING_RESP_NE] = "ib",
    [WARNING_RESP_CONFLICT] = "ib",
    [WARNING_RESPONSE_WANING] = "ib",
    [WARNING_NO_MEASURABLE] = "ib",
    [WARNING_SD_SILENT] = "ib",
    [WARNING_CR_SILENT] = "ib",
    [WARNING_SOURCE_SILENT_2L] = "ibt",
    [WARNING_SOURCE_SILENT_POST] = "ps",
    [WARNING_BASELINE_OLD] = "i",
    [WARNING_LARC_CRT] = "rf",
    [WARNING_EGFR_NOT_WT] = "t",
    [WARNING_VERSION_CONFLICT] = "pmliectsrbfnd",
    [WARNING_RECORD_INCOMPLETE] = "",
    [WARNING_CORRECTED] = "",
    [WARNING_RETRACTED] = "",
    [WARNING_OUT_OF_ORDER] = "",
    [WARNING_SOURCE_TRUNCATED] = "",
};

static const char *const flag_grounds[FLAG_COUNT] = {
    [FLAG_MSI] = "m",           [FLAG_MSI_UNK] = "m", [FLAG_RAS] = "m",
    [FLAG_RAS_UNK] = "m",       [FLAG_BRAF] = "m",    [FLAG_BRAF_UNK] = "m",
    [FLAG_DUAL] = "t",          [FLAG_DPD] = "m",     [FLAG_DPD_UNK] = "m",
    [FLAG_UGT] = "m",           [FLAG_HER2] = "m",    [FLAG_BEV_SURG] = "tsf",
    [FLAG_BEV_CONTRA] = "cies", [FLAG_EMERG] = "cie", [FLAG_HISTO] = "pib",
    [FLAG_ICI_RESP] = "t",      [FLAG_RT] = "ie",     [FLAG_WATCH] = "ib",
    [FLAG_SIDE] = "m",          [FLAG_ASYMP] = "cie", [FLAG_MDT_PLUS] = "b",
};

static void check_grounds(const char *code, const struct basis *basis, const char *letters)
{
    for (size_t i = 0; i < basis->count; i++) {
        char letter = letter_of(basis->events[i]->kind);

        ck_assert_msg(strchr(letters, letter) != NULL, "%s rests on an event of kind '%c'", code,
                      letter);
    }
}

static void check_judgement(const struct judgement *j)
{
    for (int w = 0; w < WARNING_COUNT; w++)
        if ((j->warnings >> w & 1) != 0) {
            struct basis basis = warning_basis(j, (enum warning)w);

            check_grounds(warning_rows[w].code, &basis, warning_grounds[w]);
        }
    for (int i = 0; i < FLAG_COUNT; i++)
        if ((j->flags >> i & 1) != 0) {
            struct basis basis = flag_basis(j, (enum flag)i);

            check_grounds(flag_rows[i].code, &basis, flag_grounds[i]);
        }
}

START_TEST(events_can_show_what_rests_on_them)
{
    for (uint64_t seed = 1; seed <= JOURNEYS; seed++) {
        struct fixture_dice dice = {seed};
        struct event *events[EVENTS];
        struct fixture_case f;

        fixture_begin(&f);
        for (size_t i = 0; i < EVENTS; i++) {
            events[i] = fixture_draw(&f, &dice, events, i);
            if (fixture_apply(&f, events[i]) == ADMISSION_APPLIED)
                check_judgement(&f.said.judgement);
        }
        fixture_end(&f);
    }
}
END_TEST

START_TEST(warnings_of_the_packet_rest_on_no_event)
{
    static const enum warning packet[] = {WARNING_RECORD_INCOMPLETE, WARNING_CORRECTED,
                                          WARNING_RETRACTED, WARNING_OUT_OF_ORDER,
                                          WARNING_SOURCE_TRUNCATED};
    struct fixture_case f;

    fixture_begin(&f);
    fixture_responding(&f);
    for (size_t i = 0; i < sizeof(packet) / sizeof(packet[0]); i++)
        ck_assert_uint_eq(warning_basis(&f.said.judgement, packet[i]).count, 0);
    fixture_end(&f);
}
END_TEST

START_TEST(premature_surgery_rests_on_what_was_done_before_what_is_planned)
{
    struct fixture_case f;
    struct basis basis;

    fixture_begin(&f);
    fixture_in_scope(&f);
    fixture_surgery(&f, "2026-01-25", PROCEDURE_TME, PLAN_STATE_PLANNED);
    basis = warning_basis(&f.said.judgement, WARNING_PREMATURE_SURG);
    ck_assert_uint_eq(basis.count, 1);
    ck_assert_int_eq(basis.events[0]->body.surgery.state, PLAN_STATE_PLANNED);
    fixture_surgery(&f, "2026-01-27", PROCEDURE_TME, PLAN_STATE_DONE);
    basis = warning_basis(&f.said.judgement, WARNING_PREMATURE_SURG);
    ck_assert_uint_eq(basis.count, 1);
    ck_assert_int_eq(basis.events[0]->body.surgery.state, PLAN_STATE_DONE);
    fixture_end(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grounds");
    TCase *tcase = tcase_create("kinds");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, events_can_show_what_rests_on_them);
    tcase_add_test(tcase, warnings_of_the_packet_rest_on_no_event);
    tcase_add_test(tcase, premature_surgery_rests_on_what_was_done_before_what_is_planned);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
