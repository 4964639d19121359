#include "guidance/policy.h"

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum number_kind { DAYS, MONTHS, NODES, THOUSANDTHS };

/* Where each number lives and what it is; in the order in which they are printed. */
static const struct {
    const char *name;
    const char *unit;
    enum number_kind kind;
    size_t place;
    int64_t max; /* in the stored unit */
    const char *why;
} numbers[] = {
    {"high_above", "cm", THOUSANDTHS, offsetof(struct cutoffs, high_above_thousandths_cm), 30000,
     "S21 says more than 12 cm, strictly."},
    {"rectum_up_to", "cm", THOUSANDTHS, offsetof(struct cutoffs, rectum_up_to_thousandths_cm),
     30000, "Up to 15 cm by rigid rectoscopy a tumour is rectal (ESMO)."},
    {"count_favourable_max", "nodes", NODES, offsetof(struct cutoffs, count_favourable_max), 1000,
     "S15 says two or fewer."},
    {"cea_below", "ng/mL", THOUSANDTHS, offsetof(struct cutoffs, cea_below_thousandths_ng_ml),
     1000000, "S16 says below 5 ng/mL, strictly."},
    {"cea_normal_limit", "ng/mL", THOUSANDTHS,
     offsetof(struct cutoffs, cea_normal_thousandths_ng_ml), 1000000,
     "Marker limit for a complete non-target response when the laboratory gives none."},
    {"cea_valid_days", "d", DAYS, offsetof(struct cutoffs, cea_valid_days), 3650,
     "How old a preoperative CEA may be."},
    {"cea_response_days", "d", DAYS, offsetof(struct cutoffs, cea_response_days), 3650,
     "How far from a time point its CEA may lie."},
    {"staging_ct_valid_days", "d", DAYS, offsetof(struct cutoffs, staging_ct_valid_days), 3650,
     "How old a staging CT may be before therapy; RECIST asks for 28 days."},
    {"response_valid_days", "d", DAYS, offsetof(struct cutoffs, response_valid_days), 3650,
     "How old a documented response may be: the upper end of 8 to 12 weeks."},
    {"restaging_due_days", "d", DAYS, offsetof(struct cutoffs, restaging_due_days), 3650,
     "When imaging is due after START or the last time point."},
    {"restaging_overdue_days", "d", DAYS, offsetof(struct cutoffs, restaging_overdue_days), 3650,
     "When it is overdue."},
    {"fitness_valid_days", "d", DAYS, offsetof(struct cutoffs, fitness_valid_days), 3650,
     "How old an ECOG may be for the surgery question."},
    {"suspicious_axis", "mm", THOUSANDTHS, offsetof(struct cutoffs, suspicious_axis_thousandths_mm),
     1000000, "Short axis from which a node is suspicious."},
    {"suspicious_small_axis", "mm", THOUSANDTHS,
     offsetof(struct cutoffs, suspicious_small_axis_thousandths_mm), 1000000,
     "The same with heterogeneous density, irregular border or necrosis."},
    {"presumed_metachronous_months", "mo", MONTHS,
     offsetof(struct cutoffs, presumed_metachronous_months), 1200,
     "Without baseline imaging nodes are presumed metachronous from here on."},
    {"early_metachronous_months", "mo", MONTHS, offsetof(struct cutoffs, early_metachronous_months),
     1200, "Earlier metachronous disease may have been occult."},
    {"stable_min_days", "d", DAYS, offsetof(struct cutoffs, stable_min_days), 3650,
     "Stable disease counts no sooner after the baseline (RECIST: 6 to 8 weeks)."},
    {"bevacizumab_surgery_days", "d", DAYS, offsetof(struct cutoffs, bevacizumab_surgery_days),
     3650, "Between bevacizumab and elective surgery; the label's minimum is 28."},
    {"surgery_bevacizumab_days", "d", DAYS, offsetof(struct cutoffs, surgery_bevacizumab_days),
     3650, "Between surgery and bevacizumab."},
    {"conflict_days", "d", DAYS, offsetof(struct cutoffs, conflict_days), 3650,
     "How far apart contradicting node statements still contradict."},
    {"time_point_days", "d", DAYS, offsetof(struct cutoffs, time_point_days), 3650,
     "Imaging that belongs to one time point."},
    {"baseline_days", "d", DAYS, offsetof(struct cutoffs, baseline_days), 3650,
     "How old a baseline may be (RECIST: 28 days)."},
    {"therapy_carry_over_days", "d", DAYS, offsetof(struct cutoffs, therapy_carry_over_days), 3650,
     "Disease shown so soon after the last cycle appeared during therapy."},
    {"therapy_open_days", "d", DAYS, offsetof(struct cutoffs, therapy_open_days), 3650,
     "The same after a START without cycle or stop."},
    {"watch_and_wait_days", "d", DAYS, offsetof(struct cutoffs, watch_and_wait_days), 3650,
     "Radiotherapy so long before leaves the timing open when nothing was resected."},
};

struct policy policy_default(void)
{
    return (struct policy){.cutoffs = cutoffs_default};
}

size_t policy_count(void)
{
    return sizeof(numbers) / sizeof(numbers[0]);
}

static bool is_wide(enum number_kind kind)
{
    return kind == THOUSANDTHS;
}

struct policy_value policy_value(const struct policy *policy, size_t i)
{
    struct policy_value v = {
        .name = numbers[i].name, .unit = numbers[i].unit, .why = numbers[i].why};
    struct text_builder b = text_builder_over(v.value, sizeof(v.value));
    const char *place = (const char *)&policy->cutoffs + numbers[i].place;
    int64_t wide;
    int32_t narrow;

    if (is_wide(numbers[i].kind)) {
        memcpy(&wide, place, sizeof(wide));
        text_add_thousandths(&b, wide);
    } else {
        memcpy(&narrow, place, sizeof(narrow));
        text_add_number(&b, narrow);
    }
    return v;
}

enum status policy_set(struct policy *policy, const char *name, const char *value, struct err *err)
{
    for (size_t i = 0; i < policy_count(); i++) {
        char *place = (char *)&policy->cutoffs + numbers[i].place;
        int64_t number;
        int32_t narrow;

        if (strcmp(numbers[i].name, name) != 0)
            continue;
        if (!text_parse_decimal(value, strlen(value), &number) ||
            (!is_wide(numbers[i].kind) && number % 1000 != 0))
            return err_set(err, REJECT, "policy.%s: not a number in %s", name, numbers[i].unit);
        number = is_wide(numbers[i].kind) ? number : number / 1000;
        if (number > numbers[i].max)
            return err_set(err, REJECT, "policy.%s: above its upper limit", name);
        narrow = (int32_t)number;
        if (is_wide(numbers[i].kind))
            memcpy(place, &number, sizeof(number));
        else
            memcpy(place, &narrow, sizeof(narrow));
        return OK;
    }
    return err_set(err, REJECT, "policy.%s: no such number", name);
}
