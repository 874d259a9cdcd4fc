#pragma once

#include <glib.h>
#include <stdbool.h>

#include "probe/probe_options.h"

/** The probe as a process: sources, a meter, the flow stream, all in one loop. */
struct probe;

/**
 * Open everything that needs rights: sources and the socket. @options: borrowed, must stay.
 * @argc, @argv: to read the configuration again. Errors name the object.
 */
struct probe *probe_new(const struct probe_options *options, int argc, char **argv, GError **error);
void probe_free(struct probe *probe); /* NULL is fine */

/** Give up all rights. Nothing can be opened after that. */
bool probe_confine(struct probe *probe, GError **error);

/** Meter until the file ends or a signal says so; returns the exit status. */
int probe_run(struct probe *probe);
