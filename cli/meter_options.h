#pragma once

#include <glib.h>
#include <stdbool.h>

#include "probe/identity.h"
#include "probe/meter.h"

/** What the command line of `weir meter` asks for. */
struct meter_options {
	char *input;         /* owned */
	char **destinations; /* owned, NULL-terminated; may be empty */
	char **home;         /* owned, NULL-terminated: prefixes and interface names */
	char *profile;       /* owned; NULL: the default */
	int domain;
	bool strict;
	bool summary;
	bool stats_json;
	struct meter_config meter;
};

/**
 * Parse. Fails with WEIR_ERROR_USAGE or a GOption error. --help prints and exits by GOption.
 */
bool meter_options_parse(struct meter_options *options, int argc, char **argv, GError **error);
void meter_options_done(struct meter_options *options);

/** Turn --home values into @ret: prefixes, else names among @source's interfaces. */
struct source;
bool meter_options_home(const struct meter_options *options, const struct source *source,
	struct identity_config *ret, GError **error);
