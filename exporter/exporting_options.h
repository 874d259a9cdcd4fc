#pragma once

#include <stdint.h>

#include "base/options.h"

#define EXPORTING_DRAIN_MS     (5 * 1000) /* default */
#define EXPORTING_DRAIN_MAX_MS (3600 * 1000)

/** What every program that exports can be asked. Texts are owned. */
struct exporting_options {
	char **destinations; /* NULL: none */
	char *profile;       /* NULL: the default */
	char *reports;       /* NULL: the default */
	int64_t domain;
	int mode;         /* enum export_mode */
	int64_t drain_ms; /* patience at the end */
};

/** Their table; for the groups of a set. */
extern const struct option_table exporting_option_table;

/** The defaults, before options_parse(). */
void exporting_options_init(struct exporting_options *options);

/** True if @destination is the standard output, so that nothing else may be written there. */
bool exporting_options_standard_output(const char *destination);
