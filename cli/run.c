#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"
#include "base/stream_peer.h"
#include "cli/commands.h"
#include "cli/run_child.h"
#include "cli/run_options.h"
#include "exporter/export_options.h"
#include "probe/probe_options.h"

#define RUN_AREA    "run"
#define EXIT_FAILED 1

struct run {
	struct run_options options;
	char *folder;
	struct run_child probe;
	struct run_child exporter;
	int signals;
	bool stopping;
	int64_t kill_us; /* when patience ends; 0: not stopping */
	int status;
};

static void prepare(
	struct run *run, struct run_child *child, const char *program, const struct option_set *set)
{
	char parent[16];

	(void)g_snprintf(parent, sizeof(parent), "%ld", (long)getpid());
	run_child_init(child, program);
	run_child_add(child, "--foreground", "--log", "stderr", "--run-dir", run->folder,
		"--parent", parent, NULL);
	run_options_pass(&run->options, set, child);
}

/* A folder that nobody else can look into. */
static char *make_folder(const char *user, GError **error)
{
	const char *places[] = {g_getenv("XDG_RUNTIME_DIR"), "/run", g_get_tmp_dir()};
	struct privilege_user owner;
	char *folder = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(places) && folder == NULL; i++) {
		char *template =
			places[i] != NULL ? g_build_filename(places[i], "weir-XXXXXX", NULL) : NULL;

		folder = template != NULL ? g_mkdtemp_full(template, 0700) : NULL;
		if (folder == NULL) {
			g_free(template);
		}
	}
	if (folder == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "no folder for the socket: %s",
			g_strerror(errno));
		return NULL;
	}
	if (user != NULL && (!privilege_user_find(user, &owner, error) ||
				    !privilege_give(folder, &owner, error))) {
		(void)g_rmdir(folder);
		g_clear_pointer(&folder, g_free);
	}
	return folder;
}

static void remove_folder(struct run *run)
{
	char *path;

	if (run->folder == NULL) {
		return;
	}
	path = g_build_filename(run->folder, STREAM_SOCKET_NAME, NULL);
	(void)g_unlink(path);
	(void)g_rmdir(run->folder);
	g_free(path);
	g_free(run->folder);
}

static bool is_live(const struct run *run)
{
	return run_options_get(&run->options, "read").text == NULL;
}

/* First the probe, whose last flows the exporter must still get. */
static void stop(struct run *run)
{
	if (run->stopping) {
		return;
	}
	run->stopping = true;
	run->kill_us = loop_monotonic_us() + run_options_patience_us(&run->options);
	run->probe.again_us = 0;
	run->exporter.again_us = 0;
	if (run->probe.pid > 0) {
		run_child_signal(&run->probe, SIGTERM);
	} else {
		run_child_signal(&run->exporter, SIGTERM);
	}
}

static void start(struct run *run, struct run_child *child)
{
	GError *error = NULL;

	if (!run_child_start(child, &error)) {
		log_error(RUN_AREA, "%s", error->message);
		g_error_free(error);
		run->status = EXIT_FAILED;
		stop(run);
	}
}

static void fail(struct run *run, int status)
{
	if (run->status == 0) {
		run->status = status != 0 ? status : EXIT_FAILED;
	}
	stop(run);
}

static void child_ended(struct run *run, struct run_child *child, int status)
{
	run_child_ended(child, loop_monotonic_us());
	if (run->stopping || !is_live(run)) {
		child->again_us = 0;
		if (status != 0) {
			fail(run, status);
		}
		if (run->stopping && child == &run->probe) {
			run_child_signal(&run->exporter, SIGTERM);
		}
		return;
	}
	if (status == EXIT_USAGE || !child->proven) {
		fail(run, status);
		return;
	}
	log_warning(RUN_AREA, "%s has ended with status %d; it starts again in %.0f s",
		child->program, status,
		(double)(child->again_us - loop_monotonic_us()) / G_USEC_PER_SEC);
}

static void reap(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->probe.pid) {
			child_ended(run, &run->probe, run_child_status(status));
		} else if (pid == run->exporter.pid) {
			child_ended(run, &run->exporter, run_child_status(status));
		}
	}
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(run);
			break;
		case SIGHUP:
			run_child_signal(&run->probe, SIGHUP);
			run_child_signal(&run->exporter, SIGHUP);
			break;
		default:
			if (run->stopping) {
				run->kill_us = loop_monotonic_us(); /* somebody asks again */
			}
			stop(run);
			break;
		}
	}
}

/* Restarts and kills that are due; returns when the next one is, in ms, -1: none. */
static int work_off(struct run *run)
{
	struct run_child *children[] = {&run->probe, &run->exporter};
	int64_t now_us = loop_monotonic_us();
	int64_t next_us = run->stopping ? run->kill_us : INT64_MAX;

	if (run->stopping && now_us >= run->kill_us) {
		run_child_signal(&run->probe, SIGKILL);
		run_child_signal(&run->exporter, SIGKILL);
		next_us = INT64_MAX;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
		if (children[i]->again_us != 0 && now_us >= children[i]->again_us) {
			start(run, children[i]);
		}
		if (children[i]->again_us != 0) {
			next_us = MIN(next_us, children[i]->again_us);
		}
	}
	return next_us == INT64_MAX ? -1 : (int)MAX((next_us - now_us) / 1000 + 1, 1);
}

static bool is_busy(const struct run *run)
{
	return run->probe.pid > 0 || run->exporter.pid > 0 || run->probe.again_us != 0 ||
	       run->exporter.again_us != 0;
}

static void run_both(struct run *run)
{
	struct pollfd fd = {.fd = run->signals, .events = POLLIN};

	start(run, &run->probe);
	if (!run->stopping) {
		start(run, &run->exporter);
	}
	while (is_busy(run)) {
		if (poll(&fd, 1, work_off(run)) > 0) {
			take_signals(run);
		}
	}
}

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int execute(struct run *run, GError **error)
{
	run->folder = make_folder(run_options_get(&run->options, "user").text, error);
	if (run->folder == NULL) {
		return EXIT_FAILED;
	}
	run->signals = open_signals();
	prepare(run, &run->probe, "weir-probe", &probe_option_set);
	prepare(run, &run->exporter, "weir-export", &export_option_set);
	if (run_options_get(&run->options, "output").list == NULL) {
		run_child_add(&run->exporter, "--output", "json:-", NULL);
	}
	if (!is_live(run)) {
		run_child_add(&run->exporter, "--once", NULL);
	}
	run_both(run);
	run_child_done(&run->probe);
	run_child_done(&run->exporter);
	close(run->signals);
	return run->status;
}

int run_command(int argc, char **argv)
{
	struct run run = {0};
	GError *error = NULL;
	int status;

	log_open("weir", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	if (!run_options_parse(&run.options, argc, argv, &error)) {
		status = EXIT_USAGE;
	} else if (run_options_get(&run.options, "help").flag) {
		options_help(&run.options.set, stdout);
		status = 0;
	} else {
		status = execute(&run, &error);
	}
	if (error != NULL) {
		log_error(RUN_AREA, "%s", error->message);
		g_error_free(error);
	}
	remove_folder(&run);
	run_options_clear(&run.options);
	return status;
}
