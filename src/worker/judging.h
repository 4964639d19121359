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

struct judging; /* one batch's, in the arena that it was begun with */

/*
 * Take over what the store holds of the batch in ${intake}.  ${arena} is the batch's, which holds
 * what comes out; ${encoding} is emptied for each recommendation.
 */
enum status judging_begin(struct intake *intake, const struct store_claimed *claimed,
                          const struct delivery_settings *settings, struct arena *arena,
                          struct arena *encoding, struct judging **ret, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Judge at most ${items} more.  ${ret_over}: none is left, or a record had to be refused after all
 * whose patient's subjects were not all asked for, which judging_end tells.
 */
enum status judging_go_on(struct judging *judging, size_t items, bool *ret_over, struct err *err)
    __attribute__((warn_unused_result));

/* What was decided so far, in the order of publishing; more will only be added behind it. */
const struct store_output *judging_outputs(const struct judging *judging, size_t *ret_count);

/*
 * What is to be written, and add the counts to ${report}; both untouched when false: the intake now
 * names a patient who must be claimed as well, claim again.
 */
bool judging_end(const struct judging *judging, struct report *report,
                 struct store_result *ret_result);

#endif
