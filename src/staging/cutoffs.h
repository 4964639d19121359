#ifndef STAGING_CUTOFFS_H
#define STAGING_CUTOFFS_H

/*
 * Cut-offs: the numbers of the policy that folding needs.
 *
 * Every one is a choice of the product where the guidance text is silent or ambiguous, so every one
 * is configurable and printed with each recommendation.  Days are calendar days, lengths and
 * concentrations thousandths of their unit.
 */
#include <stdint.h>

struct cutoffs {
    int64_t high_above_thousandths_cm;   /* S21: strictly above is high */
    int64_t rectum_up_to_thousandths_cm; /* above it the site is unknown */
    uint32_t count_favourable_max;       /* S15: nodes, inclusive */
    int64_t cea_below_thousandths_ng_ml; /* S16: strictly below is favourable */
    int64_t
        cea_normal_thousandths_ng_ml; /* tumour marker normal without a laboratory's own limit */
    int32_t cea_valid_days;           /* "pre-operative" CEA */
    int32_t cea_response_days;        /* CEA to time point, for complete non-target response */
    int32_t staging_ct_valid_days;    /* CT of a region before therapy */
    int32_t response_valid_days;      /* age of a documented response */
    int32_t restaging_due_days;       /* after START or last time point */
    int32_t restaging_overdue_days;
    int32_t fitness_valid_days;                   /* ECOG, for the surgery question only */
    int64_t suspicious_axis_thousandths_mm;       /* short axis, inclusive */
    int64_t suspicious_small_axis_thousandths_mm; /* with a further criterion, inclusive */
    int32_t presumed_metachronous_months;         /* without baseline imaging, inclusive */
    int32_t early_metachronous_months;            /* strictly below: warning */
    int32_t stable_min_days;          /* SD earlier after the baseline is not evaluable */
    int32_t bevacizumab_surgery_days; /* last dose to elective surgery */
    int32_t surgery_bevacizumab_days; /* surgery to next bevacizumab */
    int32_t conflict_days;            /* contradicting node statements at most so far apart */
    int32_t time_point_days;          /* imaging of one time point */
    int32_t baseline_days;            /* scan before START that is a baseline */
    int32_t therapy_carry_over_days;  /* after STOP or last CYCLE: "during" therapy */
    int32_t therapy_open_days;        /* after START without CYCLE or STOP: "during" therapy */
    int32_t watch_and_wait_days;      /* radiotherapy DONE to first shown: timing unknown */
};

/* The defaults of the policy. */
extern const struct cutoffs cutoffs_default;

#endif
