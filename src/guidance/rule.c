#include "guidance/rule.h"

#include <assert.h>

enum tri rule_holds(const struct rule *rule, const struct view *view, uint32_t *ret_missing)
{
    enum tri truth = TRI_YES;
    uint32_t missing = 0;

    /* Where one condition fails nothing else matters, nor what is missing. */
    for (size_t i = 0; rule->when[i] != NULL && truth != TRI_NO; i++) {
        struct reading r = rule->when[i]->holds(view);

        truth = tri_and(truth, r.truth);
        if (r.truth == TRI_UNKNOWN)
            missing |= r.missing;
    }
    for (size_t i = 0; rule->unless[i] != NULL && truth != TRI_NO; i++) {
        struct reading r = rule->unless[i]->holds(view);

        truth = tri_and(truth, tri_not(r.truth));
        if (r.truth == TRI_UNKNOWN)
            missing |= r.missing;
    }
    if (rule->until != NULL && truth != TRI_NO && rule->until->holds(view).truth == TRI_YES)
        truth = TRI_NO;
    *ret_missing = truth == TRI_UNKNOWN ? missing : 0;
    return truth;
}

const char *strength_name(enum strength strength)
{
    switch (strength) {
    case STRENGTH_REQUIRED:
        return "required";
    case STRENGTH_RECOMMEND:
        return "recommend";
    case STRENGTH_CONSIDER:
        return "consider";
    case STRENGTH_AVOID:
        return "avoid";
    case STRENGTH_INFORM:
        return "inform";
    }
    assert(false);
    return "";
}
