#ifndef TESTS_CLI_FIXTURE_COMMAND_H
#define TESTS_CLI_FIXTURE_COMMAND_H

/* A command in this process, with standard input, output and error in files. */

#define FIXTURE_CANARY "CANARY-7f3a" /* a patient's identifier that no error may repeat */

extern const char *fixture_out;        /* what the last command printed */
extern const char *fixture_complaints; /* and what it said on standard error */

/*
 * Run ${command} with ${arguments} (ended by NULL, its name first, at most 7) on ${input}; its exit
 * code.  An error that repeats FIXTURE_CANARY ends the test.
 */
int fixture_run(int (*command)(int, char **), char *const *arguments, const char *input);

#endif
