#ifndef GUIDANCE_JUDGEMENT_H
#define GUIDANCE_JUDGEMENT_H

/*
 * Judgement: what the guidance says about a chart.  A function of history, holds, as_of, rulebook
 * and policy, of nothing else; how it differs from the one before is the recommendation's affair.
 */
#include "guidance/rule.h"
#include "guidance/safety.h"
#include "guidance/warnings.h"
#include "staging/history.h"

#define JUDGEMENT_HOLDS_MAX 256 /* of one patient; the oldest are named */

enum kind { KIND_GUIDANCE = 1, KIND_OUT_OF_SCOPE, KIND_UNDETERMINED, KIND_ENDED };
enum finding_status { STATUS_APPLIES = 1, STATUS_NOT, STATUS_UNDETERMINED };
enum presentation { PRESENTATION_SHOWN = 1, PRESENTATION_REVIEW, PRESENTATION_SUPPRESSED };

enum overlay { OVERLAY_EMERG = 0, OVERLAY_CONFLICT, OVERLAY_UNFIT, OVERLAY_COUNT };
extern const char *const overlay_codes[OVERLAY_COUNT];

/* An open dead letter of the patient. */
struct hold {
    const char *dead_letter_id; /* as text */
    const char *error_code;
};

struct finding {
    enum finding_status status;
    enum presentation presentation;
    uint32_t flagged_by; /* bits of enum flag */
    uint32_t missing;    /* bits of enum input */
};

struct judgement {
    struct chart chart;
    const struct policy *policy;
    enum phase phase;
    enum kind kind;
    struct finding findings[RULE_COUNT]; /* in the order of the rulebook */
    uint32_t overlays;                   /* bits of enum overlay */
    uint64_t warnings;                   /* bits of enum warning, without packet warnings */
    uint32_t flags;                      /* bits of enum flag */
    uint32_t missing;                    /* inputs of the top list, bits of enum input */
    const struct hold *holds;
    size_t hold_count;
    int64_t review_due_at; /* instant; INSTANT_NONE: nothing will change by time alone */
};

/* Judge ${history} with ${holds} on ${as_of}, without looking for the review date. */
void judge(const struct history *history, const struct hold *holds, size_t hold_count,
           const struct policy *policy, int64_t as_of, struct judgement *ret);

/*
 * The same, and fill review_due_at: the first midnight UTC after as_of at which the judgement
 * changes.  The history is read once, however many days are looked at.
 */
void judge_with_review(const struct history *history, const struct hold *holds, size_t hold_count,
                       const struct policy *policy, int64_t as_of, struct judgement *ret);

/* What `change` and `withdrawn` compare, in a fixed number of bytes. */
#define DIGEST_SIZE 448
struct digest {
    uint8_t bytes[DIGEST_SIZE];
};
struct digest judgement_digest(const struct judgement *judgement);

/* Whether the finding ${i} applied in the judgement that ${digest} was made of. */
bool digest_applied(const struct digest *digest, size_t i);

/* The view in which the criteria of ${judgement} are read. */
struct view judgement_view(const struct judgement *judgement);

/* Index of the finding of that code; asserts that there is one. */
size_t rule_index(const char *code);

#endif
