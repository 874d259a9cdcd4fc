#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * How a program gives up what it no longer needs once its descriptors are open. Order: user, then
 * confinement. Nothing can be taken back.
 */
struct privilege_user {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/** Look @name up. Fails with WEIR_ERROR_USAGE. Before confinement: it reads the user database. */
bool privilege_user_find(const char *name, struct privilege_user *ret_user, GError **error);

/** Give a file to @user, for what was made before the change of user. */
bool privilege_give(const char *path, const struct privilege_user *user, GError **error);

/**
 * Become @user with its groups (NULL: stay who we are), drop every capability from all sets, the
 * bounding set as far as the kernel lets us, and forbid gaining any by execve(). Fails with
 * WEIR_ERROR_SYSTEM; the process must then end.
 */
bool privilege_drop(const struct privilege_user *user, GError **error);

enum privilege_profile {
	PRIVILEGE_PROBE, /* a single-threaded loop over descriptors that are open */
	PRIVILEGE_EXPORT /* connects, resolves names, writes files, has threads of GLib */
};

struct privilege_needs {
	enum privilege_profile profile;
	bool read_files; /* reads its configuration again */
	bool log_socket; /* logs through a unix socket that may have to be connected anew */
};

/**
 * Allow only the system calls that @needs name from now on, for all threads. What no part of this
 * program ever calls and what would be of use to an intruder (execve, ptrace, mount, setuid, ...)
 * kills the process at once; any other call that is not on the list fails with ENOSYS, as on an old
 * kernel, for which C libraries have a way around: an update of one must not end the metering.
 *
 * True without doing anything, and a log line saying so, when the build has no libseccomp or has
 * sanitizers, which need more calls than anyone can list.
 */
bool privilege_confine(const struct privilege_needs *needs, GError **error);

/**
 * Get SIGTERM when the parent dies. After privilege_drop(), which would undo it. False if the
 * parent is @parent no more.
 */
bool privilege_follow(pid_t parent);
