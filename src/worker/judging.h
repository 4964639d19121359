#ifndef WORKER_JUDGING_H
#define WORKER_JUDGING_H

/*
 * Judging: from a batch and what the store holds of it to what is to be written.  Pure: fold and
 * judge in memory, event by event, in the order of arrival; duplicates and conflicts inside the
 * batch are decided here too.
 */
#include "base/err.h"
#include "store/store.h"
#include "worker/intake.h"
#include "worker/report.h"

#include <stdbool.h>

struct delivery_settings;

/*
 * Judge the batch into ${ret_result}, which lives in ${arena}.  ${ret_complete} is false when a
 * record had to be refused after all whose patient's subjects were not all asked for: the intake
 * now names the patient; claim again.
 */
enum status judge_batch(struct intake *intake, const struct store_claimed *claimed,
                        const struct delivery_settings *settings, struct arena *arena,
                        struct report *report, struct store_result *ret_result, bool *ret_complete,
                        struct err *err) __attribute__((warn_unused_result));

#endif
