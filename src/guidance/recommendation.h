#ifndef GUIDANCE_RECOMMENDATION_H
#define GUIDANCE_RECOMMENDATION_H

/*
 * Recommendation: a judgement, and what is new against the subject's previous one.
 *
 * A subject_case is one subject while events are applied to it: its history and what its last
 * recommendation said.  The worker and the command line use the same calls.
 */
#include "base/uuid.h"
#include "guidance/judgement.h"

#define SUMMARY_SIZE 141 /* bytes, with the NUL: at most 140 characters */

/* What the last recommendation of a subject said; all zero before the first. */
struct previous {
    int64_t sequence;
    struct uuid recommendation_id;
    int64_t as_of;
    struct digest digest; /* of another layout: read as different in everything */
};

struct subject_case {
    struct uuid subject;
    const char *authority;
    const char *value;
    const char *tumour_id;
    struct history history;
    struct previous previous;
    const struct hold *holds; /* of the patient, as they stand; set by the caller */
    size_t hold_count;
};

/* The record that brings an event, or that was refused. */
struct arrival {
    int64_t timestamp_ms; /* of the record */
    const char *topic;
    int32_t partition;
    int64_t offset;
};

enum change { CHANGE_INITIAL = 1, CHANGE_CHANGED, CHANGE_UNCHANGED };

struct recommendation {
    const struct subject_case *subject;
    struct uuid recommendation_id;
    struct uuid supersedes_id; /* of sequence - 1; all zero for the first */
    int64_t sequence;
    const struct event *event; /* the cause; NULL for a refused record */
    struct arrival cause;
    int64_t as_of;
    enum change change;
    char summary[SUMMARY_SIZE];
    uint64_t packet_warnings; /* bits of enum warning: CORRECTED, RETRACTED, OUT_OF_ORDER */
    uint64_t withdrawn;       /* bits of findings that applied before and do not now */
    struct judgement judgement;
};

/* UUID of version 5 of a subject. */
struct uuid subject_uuid(const char *authority, const char *value, const char *tumour_id);

/*
 * Apply ${event} to ${subject} and, when ${ret_admission} is ADMISSION_APPLIED, fill ${ret} and
 * move the subject's previous on.  as_of is the arrival's timestamp, never earlier than the last
 * one, and for a due review at least its due_at.  REJECT as history_admit.
 */
enum status case_apply(struct subject_case *subject, const struct event *event,
                       const struct arrival *arrival, const struct policy *policy,
                       enum admission *ret_admission, struct recommendation *ret, struct err *err)
    __attribute__((warn_unused_result));

/* Judge ${subject} again because its patient's holds changed: a record was refused. */
void case_rejudge(struct subject_case *subject, const struct arrival *arrival,
                  const struct policy *policy, struct recommendation *ret);

/* Judge an admitted history at another moment, as the same event's recommendation (evaluate
 * --as-of). */
void case_judge_at(const struct subject_case *subject, int64_t as_of, const struct policy *policy,
                   struct recommendation *ret);

/* ---- What the encoder and the explanation print ---------------------------------------------- */

#define WORDING_SIZE 512
/* The text of finding ${i}, with its values, into ${text}. */
void finding_text(const struct judgement *judgement, size_t i, char text[WORDING_SIZE]);

/* The caution of finding ${i}, "" without. */
const char *finding_caution(const struct judgement *judgement, size_t i);

/* What an event says, shortly: "CT: para-aortic nodes metastatic, response PR". */
void input_text(const struct event *event, char text[WORDING_SIZE]);

extern const char intended_use[]; /* stands in every recommendation */

#endif
