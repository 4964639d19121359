#ifndef TESTS_STAGING_FIXTURE_PATIENT_H
#define TESTS_STAGING_FIXTURE_PATIENT_H

/*
 * A patient for the tests of staging/: a history that is told act by act, and its chart.
 *
 * Every act is admitted as it is made; its body may be filled in afterwards, since a history reads
 * versions and dates alone.
 */
#include "base/arena.h"
#include "staging/chart.h"
#include "staging/cutoffs.h"
#include "staging/fold.h"
#include "staging/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATIENT_EVENTS_MAX 256

struct patient {
    struct arena *arena;
    struct history history;
    struct chart chart;
    struct event *events[PATIENT_EVENTS_MAX]; /* in the order in which they were told */
    size_t count;
    uint32_t ids;
};

void patient_begin(struct patient *p);
void patient_end(struct patient *p);

/* The chart as seen at noon (UTC) of ${date}. */
const struct chart *patient_chart(struct patient *p, const char *date);

int32_t patient_day(const char *date);

/* ---- Single events ---- */

/* A FINAL event of a report of its own, not admitted: with an id of its own and dated ${date}. */
struct event *patient_make(struct patient *p, enum body_kind kind, const char *date);

/* The same, admitted. */
struct event *patient_tell(struct patient *p, enum body_kind kind, const char *date);

/* Another version of ${event}'s report with the same body, admitted. */
struct event *patient_version(struct patient *p, const struct event *event, uint32_t version,
                              enum report_status status);

enum admission patient_admit(struct patient *p, const struct event *event);

/* Zeroed memory that lives as long as the patient. */
void *patient_take(struct patient *p, size_t count, size_t size);

/* ---- Acts ---- */

enum act {
    NOTHING = 0,   /* ends a list of acts */
    BIOPSY,        /* of the primary: adenocarcinoma of C20.9 */
    CT_METASTATIC, /* chest, abdomen and pelvis; what it says of the para-aortic nodes */
    CT_SUSPICIOUS,
    CT_NEGATIVE,
    CT_SILENT,
    CT_12_MM, /* measures a para-aortic node, says nothing */
    CT_8_MM,
    CT_8_MM_NECROTIC,
    CT_UNPLACED, /* metastatic retroperitoneal nodes without station */
    CT_COMMON_ILIAC,
    CT_MESORECTAL,
    MRI_NEGATIVE, /* of the abdomen */
    PET_NEGATIVE, /* without a diagnostic CT */
    PET_SILENT,
    ULTRASOUND_NEGATIVE,
    NODE_POSITIVE, /* histology of a para-aortic node */
    NODE_NEGATIVE,
    DISSECTION_POSITIVE,
    DISSECTION_NEGATIVE, /* five nodes examined */
    DISSECTION_OF_TWO,   /* both negative: fewer than a basin holds */
    R2_SPECIMEN,
    REFERRAL_METASTATIC,
    REFERRAL_NEGATIVE,
    BOARD_METASTATIC,
    BOARD_SUSPICIOUS,
    BOARD_NEGATIVE,
    BOARD_PR,
    BOARD_PD,
    START,   /* palliative, line not numbered */
    START_2, /* palliative, line 2 */
    START_ADJUVANT,
    START_NEOADJUVANT,
    CYCLE,
    STOP,
    STOP_PROGRESSION,
    PALND,
    TME,
    CT_PR, /* states a response */
    CT_CR,
    CT_SD,
    CT_PD,
    CT_NE,
    CT_NON_CR_NON_PD,
    CEA_4, /* ng/mL */
    CEA_9,
    CHEMORADIATION,
    ECOG_1, /* no comorbidity, no symptom */
};
#define ACT_COUNT (ECOG_1 + 1)

struct told {
    const char *date;
    enum act act;
};

struct event *patient_act(struct patient *p, enum act act, const char *date);

/* Acts up to the first NOTHING. */
void patient_acts(struct patient *p, const struct told *acts);

#endif
