#include <malloc.h>
#include <stdio.h>

#include "base/background.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/notify.h"
#include "exporter/daemon.h"

#define PROGRAM     "weir-export"
#define EXIT_USAGE  2
#define EXIT_FAILED 1

static int fail(GError *error)
{
	int status =
		g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE) ? EXIT_USAGE : EXIT_FAILED;

	log_error("start", "%s", error->message);
	g_error_free(error);
	return status;
}

static int run(
	const struct export_options *options, int argc, char **argv, struct background *background)
{
	GError *error = NULL;
	struct export_daemon *daemon = NULL;
	int notify = notify_open();
	int status;

	if (background_pid(background, options->run_dir, PROGRAM, &error)) {
		daemon = export_daemon_new(options, argc, argv, &error);
	}
	if (daemon == NULL || !background_detach(background, &error)) {
		export_daemon_free(daemon);
		return fail(error);
	}
	log_open(PROGRAM, (enum log_target)options->log_target, (enum log_level)options->log_level);
	log_notice("start", "version %s", PACKAGE_VERSION);
	if (!export_daemon_confine(daemon, &error)) {
		export_daemon_free(daemon);
		return fail(error);
	}
	background_ready(background);
	notify_send(notify, "READY=1");
	memory_trim();
	status = export_daemon_run(daemon);
	notify_send(notify, "STOPPING=1");
	export_daemon_free(daemon);
	return status;
}

static int start(const struct export_options *options, int argc, char **argv)
{
	struct background background = {.pipe = -1};
	GError *error = NULL;
	int status = 0;

	if (options->foreground) {
		return run(options, argc, argv, &background);
	}
	switch (background_start(&background, &status, &error)) {
	case BACKGROUND_CHILD:
		return run(options, argc, argv, &background);
	case BACKGROUND_PARENT:
		return status;
	case BACKGROUND_FAILED:
		break;
	}
	return fail(error);
}

int main(int argc, char **argv)
{
	struct export_options options;
	GError *error = NULL;
	int status = 0;

#ifdef M_ARENA_MAX
	(void)mallopt(M_ARENA_MAX, 1); /* threads only look names up: one arena is enough */
#endif
	log_open(PROGRAM, LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	if (!export_options_load(&options, argc, argv, &error)) {
		status = fail(error);
	} else if (options.help) {
		export_options_help(stdout);
	} else if (options.version) {
		printf("%s %s\n", PROGRAM, PACKAGE_VERSION);
	} else {
		status = start(&options, argc, argv);
	}
	export_options_clear(&options);
	return status;
}
