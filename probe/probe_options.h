#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/daemon_options.h"
#include "base/options.h"
#include "probe/metering_options.h"

#define PROBE_INTERFACES_MAX 8

/** What weir-probe was asked to do. Texts and lists are owned. */
struct probe_options {
	struct daemon_options daemon;
	struct metering_options metering;
	char **interfaces;
	char *read; /* a file instead of interfaces */
	char *filter;
	bool promiscuous;
	int64_t snap_octets; /* 0: the source's default */
	int64_t ring_octets;
	bool nameless; /* no devices, no names */
	bool wait_subscriber;
	struct meter_config meter; /* its caches, made of @metering */
};

/** What they are. */
extern const struct option_set probe_option_set;

/**
 * Read command line and file into @ret, which is to be cleared with probe_options_clear() in any
 * case. With help or version asked for nothing else is checked. Fails with WEIR_ERROR_USAGE.
 */
bool probe_options_load(struct probe_options *ret, int argc, char **argv, GError **error);
void probe_options_clear(struct probe_options *options); /* harmless twice */

/**
 * True if the two differ in nothing that is settled when the probe starts. Else @ret_name is the
 * first option that does.
 */
bool probe_options_live(
	const struct probe_options *now, const struct probe_options *then, const char **ret_name);
