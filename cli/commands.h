#pragma once

/**
 * The sub-commands of weir. Each takes its own arguments (argv[0] is the command's name) and gives the
 * exit status: 0 done, 1 failed at work, 2 wrong usage or an input that cannot be read.
 */
int meter_command(int argc, char **argv);
int dump_command(int argc, char **argv);
int export_command(int argc, char **argv);
int status_command(int argc, char **argv);
int run_command(int argc, char **argv);

#define EXIT_USAGE 2
