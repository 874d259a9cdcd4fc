#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/daemon_options.h"

/**
 * What makes a daemon: how it starts, goes to the background and ends is the same for all of them.
 * @options is the program's own struct, @work what it makes of it.
 */
struct daemon_program {
	const char *name;
	const struct option_set *set;
	size_t common; /* offset of its struct daemon_options */

	/* Read command line and file; to be cleared in any case. */
	bool (*load)(void *options, int argc, char **argv, GError **error);

	/* Open what needs rights. */
	void *(*open)(const void *options, int argc, char **argv, GError **error);

	/* Give up all rights. */
	bool (*confine)(void *work, GError **error);

	/* Work until it is over; returns the exit status. */
	int (*run)(void *work);

	void (*close)(void *work); /* NULL is fine */
};

/** All of main(). @options is room for the program's struct. Returns the exit status. */
int daemon_main(const struct daemon_program *program, void *options, int argc, char **argv);
