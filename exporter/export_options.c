#include "exporter/export_options.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"

#define DRAIN_DEFAULT_MS (5 * 1000)
#define DRAIN_MAX_MS     (3600 * 1000)
#define UNSET            (-1)

#define AT(member) offsetof(struct export_options, member)

static const struct option_spec export_specs[] = {
	{.name = "output",
		.key = "destinations",
		.letter = 'o',
		.kind = OPTION_LIST,
		.offset = AT(destinations),
		.argument = "DEST",
		.text = "where to: file:PATH, udp:HOST:PORT, tcp:HOST:PORT, json:PATH; may be "
			"repeated"},
	{.name = "profile",
		.key = "profile",
		.letter = 'p',
		.kind = OPTION_TEXT,
		.offset = AT(profile),
		.argument = "P",
		.text = "basic, biflow (default) or full"},
	{.name = "domain",
		.key = "observation-domain",
		.letter = 'd',
		.kind = OPTION_NUMBER,
		.offset = AT(domain),
		.min = 0,
		.max = UINT32_MAX,
		.argument = "N",
		.text = "observation domain (default 1)"},
	{.name = "drain",
		.key = "drain-s",
		.kind = OPTION_SECONDS,
		.offset = AT(drain_ms),
		.min = 1,
		.max = DRAIN_MAX_MS,
		.argument = "S",
		.text = "at the end wait so long for what is not sent (default 5)"},
	{.name = "once",
		.kind = OPTION_FLAG,
		.offset = AT(once),
		.text = "lose nothing, and end when the probe ends"},
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
		.text = "become this user first"},
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

static const struct option_set export_set = {.specs = export_specs,
	.count = G_N_ELEMENTS(export_specs),
	.config = AT(config),
	.synopsis = "weir-export -o DEST... [OPTION...]"};

static_assert(G_N_ELEMENTS(export_specs) <= OPTIONS_MAX, "they fit");

void export_options_help(FILE *out)
{
	options_help(&export_set, out);
}

void export_options_clear(struct export_options *options)
{
	options_clear(&export_set, options);
}

static bool is_standard_output(const char *destination)
{
	const char *colon = strchr(destination, ':');

	return colon != NULL && colon[1] == '-' && (colon[2] == '\0' || colon[2] == '?');
}

static bool check_destinations(const struct export_options *options, GError **error)
{
	char **all = options->destinations;
	unsigned count = all != NULL ? g_strv_length(all) : 0;

	if (count == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"no destination is given (-o), so there is nothing to do");
		return false;
	}
	if (count > EXPORT_DESTINATIONS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "--output: %u of them; at most %d",
			count, EXPORT_DESTINATIONS_MAX);
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!options->foreground && is_standard_output(all[i])) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--output: '%s' needs --foreground: there is no standard output in "
				"the background",
				all[i]);
			return false;
		}
		if (g_strv_contains((const char *const *)(all + i + 1), all[i])) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--output: '%s' is given twice", all[i]);
			return false;
		}
	}
	return true;
}

bool export_options_load(struct export_options *ret, int argc, char **argv, GError **error)
{
	memset(ret, 0, sizeof(*ret));
	ret->run_dir = g_strdup("/run/weir");
	ret->domain = 1;
	ret->drain_ms = DRAIN_DEFAULT_MS;
	ret->log_level = LOG_LEVEL_NOTICE;
	ret->log_target = UNSET;
	if (!options_parse(&export_set, ret, argc, argv, error)) {
		return false;
	}
	if (ret->help || ret->version) {
		return true;
	}
	if (ret->log_target == UNSET) {
		ret->log_target = ret->foreground ? LOG_TARGET_STDERR : LOG_TARGET_SYSLOG;
	}
	return check_destinations(ret, error);
}

bool export_options_live(
	const struct export_options *now, const struct export_options *then, const char **ret_name)
{
	const struct {
		const char *name;
		bool same;
	} settled[] = {
		{"run-dir", g_strcmp0(now->run_dir, then->run_dir) == 0},
		{"user", g_strcmp0(now->user, then->user) == 0},
		{"log", now->log_target == then->log_target},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(settled); i++) {
		if (!settled[i].same) {
			*ret_name = settled[i].name;
			return false;
		}
	}
	*ret_name = NULL;
	return true;
}
