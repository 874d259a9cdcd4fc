#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "exporter/exporting_options.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/metering_options.h"
#include "probe/source.h"

/** What the command line of `weir meter` asks for. All texts are owned. */
struct meter_options {
	struct metering_options metering;
	struct exporting_options exporting;
	char *input;
	int64_t hash_seed; /* 0: random */
	int stats;         /* enum meter_stats, -1: none */
	bool strict;
	bool summary;
	bool help;
};

enum meter_stats {
	METER_STATS_JSON
};

/** Parse. Fails with WEIR_ERROR_USAGE naming option, value and reason; clear it in any case. */
bool meter_options_parse(struct meter_options *options, int argc, char **argv, GError **error);
void meter_options_clear(struct meter_options *options);

/** Print what there is. */
void meter_options_help(FILE *out);

/** What the metering process is to do. */
bool meter_options_meter(
	const struct meter_options *options, struct meter_config *ret, GError **error);

/** Turn --home values into @ret: names among @source's interfaces, else prefixes. */
bool meter_options_home(const struct meter_options *options, const struct source *source,
	struct identity_config *ret, GError **error);
