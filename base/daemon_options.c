#include "base/daemon_options.h"

#include <string.h>

#include "base/log.h"

#define UNSET (-1)

#define AT(member) offsetof(struct daemon_options, member)

static const struct option_spec daemon_option_specs[] = {
	{.name = "run-dir",
		.key = "run-dir",
		.kind = OPTION_TEXT,
		.offset = AT(run_dir),
		.argument = "DIR",
		.text = "where flow.sock is (default /run/weir)"},
	{.name = "config",
		.letter = 'c',
		.kind = OPTION_TEXT,
		.offset = AT(config),
		.argument = "FILE",
		.text = "read settings from this JSON file first"},
	{.name = "user",
		.key = "user",
		.kind = OPTION_TEXT,
		.offset = AT(user),
		.argument = "NAME",
		.text = "become this user for good"},
	{.name = "foreground",
		.letter = 'F',
		.kind = OPTION_FLAG,
		.offset = AT(foreground),
		.text = "do not go to the background"},
	{.name = "log-level",
		.key = "log-level",
		.kind = OPTION_WORD,
		.offset = AT(log_level),
		.words = log_level_words,
		.argument = "L",
		.text = "error, warning, notice (default), info or debug"},
	{.name = "log",
		.key = "log",
		.kind = OPTION_WORD,
		.offset = AT(log_target),
		.words = log_target_words,
		.argument = "TARGET",
		.text = "stderr (default in the foreground), syslog or journal"},
	{.name = "parent",
		.kind = OPTION_NUMBER,
		.offset = AT(parent),
		.min = 1,
		.max = INT32_MAX,
		.argument = "PID",
		.text = "end when this process, which started us, does"},
	{.name = "version",
		.letter = 'V',
		.kind = OPTION_FLAG,
		.offset = AT(version),
		.text = "print the version"},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_FLAG,
		.offset = AT(help),
		.text = "print this"},
};

const struct option_table daemon_option_table = {
	daemon_option_specs, G_N_ELEMENTS(daemon_option_specs)};

void daemon_options_init(struct daemon_options *options)
{
	memset(options, 0, sizeof(*options));
	options->run_dir = g_strdup("/run/weir");
	options->log_level = LOG_LEVEL_NOTICE;
	options->log_target = UNSET;
}

void daemon_options_settle(struct daemon_options *options)
{
	if (options->log_target == UNSET) {
		options->log_target = options->foreground ? LOG_TARGET_STDERR : LOG_TARGET_SYSLOG;
	}
}

const char *daemon_options_changed(
	const struct daemon_options *now, const struct daemon_options *then)
{
	if (g_strcmp0(now->run_dir, then->run_dir) != 0) {
		return "run-dir";
	}
	if (g_strcmp0(now->user, then->user) != 0) {
		return "user";
	}
	return now->log_target != then->log_target ? "log" : NULL;
}
