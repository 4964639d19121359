#include "cli/policy_choice.h"

#include "cli/session.h"
#include "guidance/rulebook.h"

#include <sysexits.h>

int policy_choose(const char *command, const struct config_flags *flags, struct policy *ret)
{
    struct session *session = NULL;

    *ret = policy_default();
    if (flags->file != NULL || flags->given_count > 0) {
        int code = session_open(command, flags, &session);

        if (code != EX_OK)
            return code;
        *ret = *session_policy(session);
        session_close(session);
    }
    rulebook_seal(ret);
    return EX_OK;
}
