#include "fixture_patient.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What single lesions and CEA values do to a response (B.8). */

static struct patient p;

static void begin(void)
{
    patient_begin(&p);
    patient_act(&p, START, "2026-02-01");
}

static void end(void)
{
    patient_end(&p);
}

static struct event *scan(const char *date, const struct lesion *lesions, size_t count)
{
    struct event *e = patient_act(&p, CT_SILENT, date);
    struct lesion *copied = patient_take(&p, count, sizeof(*copied));

    memcpy(copied, lesions, count * sizeof(*copied));
    e->body.imaging.lesions = copied;
    e->body.imaging.lesion_count = count;
    return e;
}

static struct lesion sized(const char *id, enum organ organ, int64_t mm)
{
    return (struct lesion){.lesion_id = id,
                           .organ = organ,
                           .station = organ == ORGAN_LYMPH_NODE ? STATION_PARA_AORTIC
                                                                : STATION_UNSPECIFIED,
                           .diameter_mm = {true, mm * 1000},
                           .certainty = CERTAINTY_DEFINITE};
}

static void check_response(enum response expected)
{
    ck_assert_int_eq(patient_chart(&p, "2026-04-02")->response.latest, expected);
}

/* ---- Targets --------------------------------------------------------------------------------- */

START_TEST(too_small_to_measure_counts_as_5_mm)
{
    struct lesion before = sized("a", ORGAN_LIVER, 16);
    struct lesion after = {.lesion_id = "a", .organ = ORGAN_LIVER, .state = LESION_STATE_TOO_SMALL};

    scan("2026-01-20", &before, 1);
    scan("2026-04-01", &after, 1);
    check_response(RESPONSE_PR);
}
END_TEST

/* The primary and bone are no targets unless somebody says so: halved is not measured. */
START_TEST(rectum_and_bone_are_not_chosen)
{
    static const enum organ organs[] = {ORGAN_RECTUM, ORGAN_BONE};
    struct lesion before = sized("a", organs[_i], 40);
    struct lesion after = sized("a", organs[_i], 20);

    scan("2026-01-20", &before, 1);
    scan("2026-04-01", &after, 1);
    check_response(RESPONSE_NON_CR_NON_PD);
}
END_TEST

/* Five targets: with the sixth, which does not shrink, 30 % would not be reached. */
START_TEST(five_targets_are_chosen)
{
    static const enum organ organs[] = {ORGAN_LIVER, ORGAN_LIVER,   ORGAN_LUNG,
                                        ORGAN_LUNG,  ORGAN_ADRENAL, ORGAN_ADRENAL};
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
    struct lesion before[6];
    struct lesion after[6];

    for (size_t i = 0; i < 6; i++) {
        before[i] = sized(ids[i], organs[i], i == 5 ? 15 : 20);
        after[i] = sized(ids[i], organs[i], i == 5 ? 15 : 14);
    }
    scan("2026-01-20", before, 6);
    scan("2026-04-01", after, 6);
    check_response(RESPONSE_PR);
}
END_TEST

/* A small node is normal, unless somebody gave it a role or no size. */
static const struct {
    enum lesion_role role;
    bool sized;
    enum response gone; /* once it is listed as absent */
} small_nodes[] = {
    {LESION_ROLE_UNSPECIFIED, true, RESPONSE_UNSPECIFIED},
    {LESION_ROLE_NON_TARGET, true, RESPONSE_CR},
    {LESION_ROLE_UNSPECIFIED, false, RESPONSE_CR},
};

START_TEST(small_node)
{
    struct lesion node = sized("n", ORGAN_LYMPH_NODE, 8);

    node.role = small_nodes[_i].role;
    node.diameter_mm.given = small_nodes[_i].sized;
    scan("2026-01-20", &node, 1);
    node.state = LESION_STATE_ABSENT;
    scan("2026-04-01", &node, 1);
    patient_act(&p, CEA_4, "2026-04-01");
    check_response(small_nodes[_i].gone);
}
END_TEST

/* ---- CEA beside lesions that are gone -------------------------------------------------------- */

static const struct {
    const char *name;
    enum comparator comparator;
    int64_t thousandths;
    const char *unit;
    int64_t upper_limit; /* 0: none */
    const char *date;
    enum response expected;
} values[] = {
    {"5.0", COMPARATOR_UNSPECIFIED, 5000, "ng/mL", 0, "2026-04-01", RESPONSE_CR},
    {"5.1", COMPARATOR_UNSPECIFIED, 5100, "ng/mL", 0, "2026-04-01", RESPONSE_NON_CR_NON_PD},
    {"< 5", COMPARATOR_LESS, 5000, "ng/mL", 0, "2026-04-01", RESPONSE_CR},
    {"< 9", COMPARATOR_LESS, 9000, "ng/mL", 0, "2026-04-01", RESPONSE_NE},
    {"<= 5", COMPARATOR_LESS_OR_EQUAL, 5000, "ng/mL", 0, "2026-04-01", RESPONSE_CR},
    {"> 5", COMPARATOR_GREATER, 5000, "ng/mL", 0, "2026-04-01", RESPONSE_NON_CR_NON_PD},
    {"> 4", COMPARATOR_GREATER, 4000, "ng/mL", 0, "2026-04-01", RESPONSE_NE},
    {">= 5", COMPARATOR_GREATER_OR_EQUAL, 5000, "ng/mL", 0, "2026-04-01", RESPONSE_NE},
    {">= 6", COMPARATOR_GREATER_OR_EQUAL, 6000, "ng/mL", 0, "2026-04-01", RESPONSE_NON_CR_NON_PD},
    {"no usable unit", COMPARATOR_UNSPECIFIED, 4000, "U/mL", 0, "2026-04-01", RESPONSE_NE},
    {"its own limit", COMPARATOR_UNSPECIFIED, 4000, "U/mL", 4500, "2026-04-01", RESPONSE_CR},
    {"above its own limit", COMPARATOR_UNSPECIFIED, 4000, "ng/mL", 3000, "2026-04-01",
     RESPONSE_NON_CR_NON_PD},
    {"42 days before", COMPARATOR_UNSPECIFIED, 4000, "ng/mL", 0, "2026-02-18", RESPONSE_CR},
    {"43 days before", COMPARATOR_UNSPECIFIED, 4000, "ng/mL", 0, "2026-02-17", RESPONSE_NE},
};

static void lesion_that_goes(void)
{
    struct lesion l = sized("a", ORGAN_LIVER, 20);

    l.role = LESION_ROLE_NON_TARGET;
    scan("2026-01-20", &l, 1);
    l.state = LESION_STATE_ABSENT;
    scan("2026-04-01", &l, 1);
}

START_TEST(cea_completes_the_response)
{
    struct event *e;

    lesion_that_goes();
    e = patient_act(&p, CEA_4, values[_i].date);
    e->body.laboratory.comparator = values[_i].comparator;
    e->body.laboratory.value.thousandths = values[_i].thousandths;
    e->body.laboratory.unit = values[_i].unit;
    e->body.laboratory.upper_limit =
        (struct amount){values[_i].upper_limit != 0, values[_i].upper_limit};
    ck_assert_msg(patient_chart(&p, "2026-04-02")->response.latest == values[_i].expected, "%s",
                  values[_i].name);
}
END_TEST

START_TEST(nearest_cea_counts_the_later_on_a_tie)
{
    lesion_that_goes();
    patient_act(&p, CEA_9, "2026-03-01");
    patient_act(&p, CEA_4, "2026-03-30");
    check_response(RESPONSE_CR);
    patient_act(&p, CEA_9, "2026-04-03"); /* both two days off */
    ck_assert_int_eq(patient_chart(&p, "2026-04-04")->response.latest, RESPONSE_NON_CR_NON_PD);
    patient_act(&p, CEA_4, "2026-04-05"); /* farther */
    ck_assert_int_eq(patient_chart(&p, "2026-04-06")->response.latest, RESPONSE_NON_CR_NON_PD);
}
END_TEST

START_TEST(laboratory_without_cea_completes_nothing)
{
    lesion_that_goes();
    patient_act(&p, CEA_4, "2026-04-01")->body.laboratory.value.given = false;
    patient_act(&p, CEA_4, "2026-04-01")->body.laboratory.analyte = ANALYTE_UNSPECIFIED;
    check_response(RESPONSE_NE);
}
END_TEST

/* ---- New lesions ----------------------------------------------------------------------------- */

/* A lesion that the report does not call new is new only where nobody had looked. */
static const struct {
    enum organ organ;
    enum station station;
    enum region region; /* where it lies; 0: anywhere */
} places[] = {
    {ORGAN_LUNG, 0, REGION_CHEST},
    {ORGAN_LIVER, 0, REGION_ABDOMEN},
    {ORGAN_ADRENAL, 0, REGION_ABDOMEN},
    {ORGAN_OVARY, 0, REGION_PELVIS},
    {ORGAN_RECTUM, 0, REGION_PELVIS},
    {ORGAN_LYMPH_NODE, STATION_PARA_AORTIC, REGION_ABDOMEN},
    {ORGAN_LYMPH_NODE, STATION_SUPERIOR_MESENTERIC, REGION_ABDOMEN},
    {ORGAN_LYMPH_NODE, STATION_INFERIOR_MESENTERIC, REGION_ABDOMEN},
    {ORGAN_LYMPH_NODE, STATION_LEFT_COLIC, REGION_ABDOMEN},
    {ORGAN_LYMPH_NODE, STATION_RETROPERITONEAL_NOS, REGION_ABDOMEN},
    {ORGAN_LYMPH_NODE, STATION_OBTURATOR, REGION_PELVIS},
    {ORGAN_BONE, 0, REGION_UNSPECIFIED},
    {ORGAN_BRAIN, 0, REGION_UNSPECIFIED},
    {ORGAN_PERITONEUM, 0, REGION_UNSPECIFIED},
    {ORGAN_OTHER, 0, REGION_UNSPECIFIED},
};

START_TEST(new_where_nobody_had_looked)
{
    static const enum region regions[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};
    struct lesion l = sized("new", places[_i].organ, 30);

    l.station = places[_i].station;
    for (size_t r = 0; r < 3; r++) {
        struct event *baseline;
        bool is_new = places[_i].region != REGION_UNSPECIFIED && places[_i].region != regions[r];

        patient_end(&p);
        begin();
        baseline = patient_act(&p, CT_SILENT, "2026-01-20");
        baseline->body.imaging.regions = &regions[r];
        baseline->body.imaging.region_count = 1;
        scan("2026-04-01", &l, 1);
        check_response(is_new ? RESPONSE_PD : RESPONSE_UNSPECIFIED);
    }
}
END_TEST

/* A doubtful new lesion that a later scan calls gone was none. */
START_TEST(doubtful_lesion_that_goes_is_not_confirmed)
{
    struct lesion l = sized("new", ORGAN_LIVER, 12);
    const struct chart *c;

    l.is_new = ANSWER_YES;
    l.certainty = CERTAINTY_EQUIVOCAL;
    patient_act(&p, CT_SILENT, "2026-01-20");
    scan("2026-04-01", &l, 1);
    l.certainty = CERTAINTY_DEFINITE;
    l.state = LESION_STATE_ABSENT;
    scan("2026-06-01", &l, 1);
    c = patient_chart(&p, "2026-06-02");
    ck_assert(!c->response.progressing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listing");
    TCase *tcase = tcase_create("lesions");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, too_small_to_measure_counts_as_5_mm);
    tcase_add_loop_test(tcase, rectum_and_bone_are_not_chosen, 0, 2);
    tcase_add_test(tcase, five_targets_are_chosen);
    tcase_add_loop_test(tcase, small_node, 0, 3);
    tcase_add_loop_test(tcase, cea_completes_the_response, 0,
                        (int)(sizeof(values) / sizeof(values[0])));
    tcase_add_test(tcase, nearest_cea_counts_the_later_on_a_tie);
    tcase_add_test(tcase, laboratory_without_cea_completes_nothing);
    tcase_add_loop_test(tcase, new_where_nobody_had_looked, 0,
                        (int)(sizeof(places) / sizeof(places[0])));
    tcase_add_test(tcase, doubtful_lesion_that_goes_is_not_confirmed);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
