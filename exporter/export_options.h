#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

#define EXPORT_DESTINATIONS_MAX 16

/** What weir-export was asked to do. Texts and lists are owned. */
struct export_options {
	bool help;
	bool version;
	char *config;
	char *run_dir;
	bool foreground;
	char **destinations;
	char *profile; /* NULL: the default */
	int64_t domain;
	int64_t drain_ms; /* how long the end may take */
	bool once;        /* for one capture file: lose nothing, end with the probe */
	char *user;
	int log_level;  /* enum log_level */
	int log_target; /* enum log_target */
	int64_t parent; /* process to end with; 0: none */
};

/**
 * Read command line and file into @ret, which is to be cleared with export_options_clear() in any
 * case. With @ret->help or @ret->version nothing else is checked. Fails with WEIR_ERROR_USAGE.
 */
bool export_options_load(struct export_options *ret, int argc, char **argv, GError **error);
void export_options_clear(struct export_options *options); /* harmless twice */

/** Print what --help asks for. */
void export_options_help(FILE *out);

/** As probe_options_live(): what differs and needs a restart. */
bool export_options_live(
	const struct export_options *now, const struct export_options *then, const char **ret_name);
