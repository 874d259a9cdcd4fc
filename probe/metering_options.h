#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "probe/meter.h"

/** What every program that meters can be asked. Texts are owned. */
struct metering_options {
	char **home;  /* prefixes and interface names; NULL: the default */
	char *key;    /* NULL: the 5-tuple */
	char *select; /* selection of packets; NULL: all */
	int64_t active_ms;
	int64_t idle_ms;
	int64_t flows_max;
	bool uniflow;
	bool applications; /* are to be recognised */
};

#define METERING_TIMEOUT_MAX_MS INT64_C(10000000000000) /* three centuries, for captures */

/**
 * Their table; for the groups of a set. Without the idle timeout, whose letter is another in each
 * program.
 */
extern const struct option_table metering_option_table;

/** The defaults, before options_parse(). */
void metering_options_init(struct metering_options *options, int64_t flows_max);

/** What the caches are to be. Fails with WEIR_ERROR_USAGE. */
bool metering_options_caches(
	const struct metering_options *options, struct meter_config *ret, GError **error);
