#include "cli/run_child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/loop.h"

#define DELAY_FIRST_US (1 * G_USEC_PER_SEC)
#define DELAY_MAX_US   (30 * G_USEC_PER_SEC)
#define PROVEN_US      (2 * G_USEC_PER_SEC)
#define STEADY_US      (60 * G_USEC_PER_SEC)

extern char **environ;

void run_child_init(struct run_child *child, const char *program)
{
	memset(child, 0, sizeof(*child));
	child->program = program;
	child->delay_us = DELAY_FIRST_US;
	child->argv = g_ptr_array_new_with_free_func(g_free);
	run_child_add(child, program, NULL);
}

void run_child_done(struct run_child *child)
{
	g_ptr_array_unref(child->argv);
}

void run_child_add(struct run_child *child, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, child);
	while ((text = va_arg(arguments, const char *)) != NULL) {
		g_ptr_array_add(child->argv, g_strdup(text));
	}
	va_end(arguments);
}

/* Beside this program; NULL if it is not there. */
static char *find_beside(const char *program)
{
	char *own = g_file_read_link("/proc/self/exe", NULL);
	char *folder = own != NULL ? g_path_get_dirname(own) : NULL;
	char *path = folder != NULL ? g_build_filename(folder, program, NULL) : NULL;

	g_free(own);
	g_free(folder);
	if (path != NULL && access(path, X_OK) != 0) {
		g_clear_pointer(&path, g_free);
	}
	return path;
}

static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none;

	sigemptyset(&none);
	(void)posix_spawnattr_init(attributes);
	(void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setpgroup(attributes, 0);
	(void)posix_spawnattr_setsigmask(attributes, &none);
}

bool run_child_start(struct run_child *child, GError **error)
{
	char *path = find_beside(child->program);
	posix_spawnattr_t attributes;
	char **argv;
	int reason;

	g_ptr_array_add(child->argv, NULL);
	argv = (char **)child->argv->pdata;
	set_attributes(&attributes);
	if (path != NULL) {
		reason = posix_spawn(&child->pid, path, NULL, &attributes, argv, environ);
	} else {
		reason =
			posix_spawnp(&child->pid, child->program, NULL, &attributes, argv, environ);
	}
	g_ptr_array_remove_index(child->argv, child->argv->len - 1);
	(void)posix_spawnattr_destroy(&attributes);
	g_free(path);
	child->again_us = 0;
	child->started_us = loop_monotonic_us();
	if (reason != 0) {
		child->pid = 0;
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", child->program,
			g_strerror(reason));
		return false;
	}
	return true;
}

void run_child_signal(const struct run_child *child, int signal)
{
	if (child->pid > 0) {
		(void)kill(child->pid, signal);
	}
}

void run_child_ended(struct run_child *child, int64_t now_us)
{
	int64_t lived_us = now_us - child->started_us;

	child->pid = 0;
	child->proven = child->proven || lived_us >= PROVEN_US;
	if (lived_us >= STEADY_US) {
		child->delay_us = DELAY_FIRST_US;
	}
	child->again_us = now_us + child->delay_us;
	child->delay_us = MIN(child->delay_us * 2, DELAY_MAX_US);
}

int run_child_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}
