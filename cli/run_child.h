#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** A program that `weir run` keeps running. */
struct run_child {
	const char *program; /* weir-probe or weir-export */
	GPtrArray *argv;     /* owned, NULL-terminated */
	pid_t pid;           /* 0: not running */
	int64_t started_us;  /* monotonic */
	int64_t again_us;    /* when to start it again; 0: not */
	int64_t delay_us;    /* until then, next time */
	bool proven;         /* it has run long enough to be worth a restart */
};

/** Prepare, not running. Arguments are added to child->argv with run_child_add(). */
void run_child_init(struct run_child *child, const char *program);
void run_child_done(struct run_child *child); /* frees; the process is not touched */

/** Add arguments (the texts are copied) up to a NULL. */
void run_child_add(struct run_child *child, ...) __attribute__((sentinel));

/**
 * Start it: from the folder of this program, else from the PATH; in a process group of its own, so
 * that a terminal's interrupt reaches it through us and in the right order. No shell.
 */
bool run_child_start(struct run_child *child, GError **error);

/** Send a signal, if it runs. */
void run_child_signal(const struct run_child *child, int signal);

/** Note that it has ended; plan its restart, later and later if it never lasts. */
void run_child_ended(struct run_child *child, int64_t now_us);

/** Exit status as a shell tells it: 128 + signal for one that was killed. */
int run_child_status(int wait_status);
