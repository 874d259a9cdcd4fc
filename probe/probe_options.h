#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

#define PROBE_INTERFACES_MAX 8

/** What weir-probe was asked to do. Texts and lists are owned. */
struct probe_options {
	bool help;
	bool version;
	char *config;
	char *run_dir;
	bool foreground;
	char **interfaces;
	char *read; /* a file instead of interfaces */
	char **home;
	char *filter;
	bool promiscuous;
	int64_t snap_octets; /* 0: the source's default */
	int64_t ring_octets;
	int64_t active_ms;
	int64_t idle_ms;
	bool uniflow;
	char *key;
	uint32_t key_fields; /* made of @key */
	int64_t flows_max;
	bool nameless; /* no devices, no names */
	bool wait_subscriber;
	char *user;
	int log_level;  /* enum log_level */
	int log_target; /* enum log_target */
	int64_t parent; /* process to end with; 0: none */
};

/**
 * Read command line and file into @ret, which is to be cleared with probe_options_clear() in any
 * case. With @ret->help or @ret->version nothing else is checked. Fails with WEIR_ERROR_USAGE.
 */
bool probe_options_load(struct probe_options *ret, int argc, char **argv, GError **error);
void probe_options_clear(struct probe_options *options); /* harmless twice */

/** Print what --help asks for. */
void probe_options_help(FILE *out);

/**
 * True if the two differ in nothing that is settled when the probe starts. Else @ret_name is the
 * first option that does.
 */
bool probe_options_live(
	const struct probe_options *now, const struct probe_options *then, const char **ret_name);
