#ifndef GUIDANCE_CRITERIA_H
#define GUIDANCE_CRITERIA_H

/* Criteria: one named predicate per clinical phrase.  OR lives in here, never in a row. */
#include "guidance/rule.h"

extern const struct criterion in_scope;
extern const struct criterion no_emergency;
extern const struct criterion therapy_started;
extern const struct criterion disease_resected;
extern const struct criterion progressing;
extern const struct criterion fit_for_doublet;
extern const struct criterion fit_for_surgery;
extern const struct criterion kras_wild_type;
extern const struct criterion
    before_resection_question; /* phases in which biology is still tested */
extern const struct criterion response_to_be_assessed;
extern const struct criterion response_documented;
extern const struct criterion staging_ct_complete;
extern const struct criterion extent_resectable;
extern const struct criterion no_prior_progression;
extern const struct criterion surgery_may_be_considered; /* all of the surgery question */
extern const struct criterion surgery_excluded;
extern const struct criterion metachronous;
extern const struct criterion synchronous;
extern const struct criterion few_nodes;
extern const struct criterion many_nodes;
extern const struct criterion cea_low;
extern const struct criterion cea_high;
extern const struct criterion primary_in_situ;
extern const struct criterion tumour_is_high;
extern const struct criterion symptomatic;
extern const struct criterion other_sites;
extern const struct criterion fitness_limits;
extern const struct criterion chemotherapy_first_phase;
extern const struct criterion chemotherapy_first_overridden;
extern const struct criterion in_response_phase;
extern const struct criterion response_or_after;
extern const struct criterion centre_experienced;
extern const struct criterion pet_asked_for;
extern const struct criterion board_needed;
extern const struct criterion board_has_discussed;

#endif
