#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

/** What every daemon can be asked. Texts are owned. */
struct daemon_options {
	bool help;
	bool version;
	bool foreground;
	char *config;
	char *run_dir;
	char *user;
	int log_level;  /* enum log_level */
	int log_target; /* enum log_target */
	int64_t parent; /* process to end with; 0: none */
};

/** Their table; for the groups of a set. */
extern const struct option_table daemon_option_table;

/** The defaults, before options_parse(). */
void daemon_options_init(struct daemon_options *options);

/** After options_parse(): what was not given and follows from the rest. */
void daemon_options_settle(struct daemon_options *options);

/** The first option that differs and needs a restart; NULL: none. */
const char *daemon_options_changed(
	const struct daemon_options *now, const struct daemon_options *then);
