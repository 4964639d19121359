#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

/*
 * Commands: one function per subcommand of restage.
 *
 * Each takes its own arguments, with its name as argv[0], and returns an exit code of <sysexits.h>.
 * Data goes to standard output, everything else to standard error.  No argument ever is a patient's
 * identifier: arguments show in ps and in shell histories.
 */
int cmd_run(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_crash_points(int argc, char **argv); /* in the build for crash tests only */
int cmd_evaluate(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_rulebook(int argc, char **argv);
int cmd_check_config(int argc, char **argv);
int cmd_show_config(int argc, char **argv);
int cmd_publish(int argc, char **argv);
int cmd_tail(int argc, char **argv);
int cmd_migrate(int argc, char **argv);
int cmd_dead_letters(int argc, char **argv);
int cmd_positions(int argc, char **argv);
int cmd_reevaluate(int argc, char **argv);

#endif
