#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "cli/run_child.h"

union run_value {
	bool flag;
	char *text;
	char **list;
};

/**
 * What the command line of `weir run` asks for: the options of both daemons but those that `weir
 * run` itself decides. Values stay text, since the program they go to checks them.
 */
struct run_options {
	struct option_spec specs[OPTIONS_MAX];
	union run_value values[OPTIONS_MAX];
	struct option_table table;
	struct option_set set;
};

/** Parse. Fails with WEIR_ERROR_USAGE; clear it in any case. */
bool run_options_parse(struct run_options *options, int argc, char **argv, GError **error);
void run_options_clear(struct run_options *options);

/** The value of the option @name, which exists; all zero if it was not given. */
union run_value run_options_get(const struct run_options *options, const char *name);

/** How long the programs may take to end before they are killed, in µs: longer than their drain. */
int64_t run_options_patience_us(const struct run_options *options);

/** Give @child what is meant for it: @set tells which options it has. */
void run_options_pass(
	const struct run_options *options, const struct option_set *set, struct run_child *child);
