#include "base/daemon.h"

#include <stdio.h>

#include "base/background.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/notify.h"

#define EXIT_USAGE  2
#define EXIT_FAILED 1

/* A start: what is to run, and what it was asked. */
struct start {
	const struct daemon_program *program;
	const struct daemon_options *common;
	void *options;
	int argc;
	char **argv;
	struct background background;
};

static int fail(GError *error)
{
	int status =
		g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE) ? EXIT_USAGE : EXIT_FAILED;

	log_error("start", "%s", error->message);
	g_error_free(error);
	return status;
}

/* Open, give up all rights, tell whoever waits for it, work. */
static int run(struct start *start)
{
	const struct daemon_program *program = start->program;
	const struct daemon_options *common = start->common;
	GError *error = NULL;
	void *work = NULL;
	int notify = notify_open();
	int status;

	if (background_pid(&start->background, common->run_dir, program->name, &error)) {
		work = program->open(start->options, start->argc, start->argv, &error);
	}
	if (work == NULL || !background_detach(&start->background, &error)) {
		program->close(work);
		return fail(error);
	}
	log_open(program->name, (enum log_target)common->log_target,
		(enum log_level)common->log_level);
	log_notice("start", "version %s", PACKAGE_VERSION);
	if (!program->confine(work, &error)) {
		program->close(work);
		return fail(error);
	}
	log_info("start", "at work");
	background_ready(&start->background);
	notify_send(notify, "READY=1");
	memory_trim();
	status = program->run(work);
	notify_send(notify, "STOPPING=1");
	program->close(work);
	return status;
}

static int begin(struct start *start)
{
	GError *error = NULL;
	int status = 0;

	if (start->common->foreground) {
		return run(start);
	}
	switch (background_start(&start->background, &status, &error)) {
	case BACKGROUND_CHILD:
		return run(start);
	case BACKGROUND_PARENT:
		return status;
	case BACKGROUND_FAILED:
		break;
	}
	return fail(error);
}

int daemon_main(const struct daemon_program *program, void *options, int argc, char **argv)
{
	struct start start = {.program = program,
		.common = (const struct daemon_options *)(const void *)((char *)options +
									program->common),
		.options = options,
		.argc = argc,
		.argv = argv,
		.background = {.pipe = -1}};
	GError *error = NULL;
	int status = 0;

	log_open(program->name, LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	if (!program->load(options, argc, argv, &error)) {
		status = fail(error);
	} else if (start.common->help) {
		options_help(program->set, stdout);
	} else if (start.common->version) {
		printf("%s %s\n", program->name, PACKAGE_VERSION);
	} else {
		status = begin(&start);
	}
	options_clear(program->set, options);
	return status;
}
