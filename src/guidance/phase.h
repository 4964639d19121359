#ifndef GUIDANCE_PHASE_H
#define GUIDANCE_PHASE_H

/* Phase: where the patient stands in the guidance; the only table in which the first match counts.
 */
#include "staging/chart.h"

enum phase {
    PHASE_NONE = 0,
    PHASE_END,
    PHASE_OOS,
    PHASE_SUSP,
    PHASE_SCOPE_U,
    PHASE_POST,
    PHASE_STAGE,
    PHASE_SYS,
    PHASE_ONTX,
    PHASE_PD,
    PHASE_RESP,
    PHASE_STABLE,
};
#define PHASE_COUNT 12 /* with NONE */

enum phase phase_of(const struct chart *chart);

/* "PH-RESP". */
const char *phase_code(enum phase phase);

/* One sentence about the phase, for people. */
const char *phase_meaning(enum phase phase);

/* "OOS-NOT-RECTAL" and the like; "" unless the phase is PH-OOS. */
const char *out_of_scope_reason(const struct chart *chart);

#endif
