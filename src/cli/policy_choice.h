#ifndef CLI_POLICY_CHOICE_H
#define CLI_POLICY_CHOICE_H

/* Policy choice: by which numbers a command without the worker judges. */
#include "base/config.h"
#include "guidance/policy.h"

/*
 * The sealed policy: of the configuration that ${flags} name, else the defaults; a configuration
 * that nobody named is not looked for, so that the same input gives the same output anywhere.
 * EX_OK, or the exit code after saying on standard error what is wrong.
 */
int policy_choose(const char *command, const struct config_flags *flags, struct policy *ret)
    __attribute__((warn_unused_result));

#endif
