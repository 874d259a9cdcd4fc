#pragma once

#include <glib.h>
#include <stdbool.h>

/**
 * Going to the background after a start that succeeded: the caller's shell or script gets its
 * prompt back, with exit status 0, only when the program is at work.
 */
struct background {
	int pipe; /* to tell the parent; -1 when there is none */
};

enum background_role {
	BACKGROUND_CHILD, /* go on, background_ready() when at work */
	BACKGROUND_PARENT,
	BACKGROUND_FAILED
};

/**
 * Fork, before anything is opened. The parent waits for its child to be ready or to end; its
 * main() must return *ret_status then.
 */
enum background_role background_start(
	struct background *background, int *ret_status, GError **error);

/** Let go of the terminal: standard input, output and error become /dev/null. Before confinement. */
bool background_detach(const struct background *background, GError **error);

/** Write the process id to FOLDER/PROGRAM.pid, which scripts need that stop a
 * background program; the folder is made if need be. Before rights are given up. */
bool background_pid(const struct background *background, const char *folder, const char *program,
	GError **error);

/** Let the parent end with 0. */
void background_ready(struct background *background);
