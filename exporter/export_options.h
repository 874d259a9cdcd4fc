#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/daemon_options.h"
#include "base/options.h"
#include "exporter/exporting_options.h"

#define EXPORT_DESTINATIONS_MAX 16

/** What weir-export was asked to do. Texts and lists are owned. */
struct export_options {
	struct daemon_options daemon;
	struct exporting_options exporting;
	bool once; /* for one capture file: lose nothing, end with the probe */
};

/** What they are. */
extern const struct option_set export_option_set;

/**
 * Read command line and file into @ret, which is to be cleared with export_options_clear() in any
 * case. With help or version asked for nothing else is checked. Fails with WEIR_ERROR_USAGE.
 */
bool export_options_load(struct export_options *ret, int argc, char **argv, GError **error);
void export_options_clear(struct export_options *options); /* harmless twice */

/** As probe_options_live(): what differs and needs a restart. */
bool export_options_live(
	const struct export_options *now, const struct export_options *then, const char **ret_name);
