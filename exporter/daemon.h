#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/export_options.h"

/** The exporter as a process: subscribes to the flow stream and feeds every destination. */
struct export_daemon;

/**
 * Give up all rights, then open every destination. @options: borrowed, must stay. @argc, @argv: to
 * read the configuration again.
 */
struct export_daemon *export_daemon_new(
	const struct export_options *options, int argc, char **argv, GError **error);
void export_daemon_free(struct export_daemon *daemon); /* NULL is fine */

/** Restrict the system calls from now on. */
bool export_daemon_confine(const struct export_daemon *daemon, GError **error);

/**
 * Export until a signal, or with --once the end of the stream, says so; then send what there is.
 * Returns the exit status.
 */
int export_daemon_run(struct export_daemon *daemon);
