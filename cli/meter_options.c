#include "cli/meter_options.h"

#include <string.h>

#include "base/error.h"
#include "base/options.h"

/* A file is read on a machine with room; the table takes memory only for the flows there are. */
#define FLOWS_DEFAULT 4194304

#define AT(member) offsetof(struct meter_options, member)

static const char *const stats_words[] = {"json", NULL};

static const struct option_spec meter_specs[] = {
	{.name = "read",
		.letter = 'r',
		.kind = OPTION_TEXT,
		.offset = AT(input),
		.argument = "FILE",
		.text = "capture file, pcap or pcapng; - is standard input"},
	{.name = "idle",
		.letter = 'i',
		.kind = OPTION_SECONDS,
		.offset = AT(metering.cache.idle_ms),
		.min = 1,
		.max = CACHE_TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "a flow ends when it is silent this long (default 60)"},
	{.name = "summary",
		.letter = 's',
		.kind = OPTION_FLAG,
		.offset = AT(summary),
		.text = "print a table of devices (default on a terminal and without -o)"},
	{.name = "stats",
		.kind = OPTION_WORD,
		.offset = AT(stats),
		.words = stats_words,
		.argument = "FORMAT",
		.text = "print counters at the end: json"},
	{.name = "strict",
		.kind = OPTION_FLAG,
		.offset = AT(strict),
		.text = "exit with 1 when the file is cut or corrupt"},
	{.name = "hash-seed",
		.kind = OPTION_NUMBER,
		.offset = AT(hash_seed),
		.min = 0,
		.max = INT64_C(1) << 53,
		.argument = "N",
		.text = "make runs repeatable; 0 (default) is random and safe"},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_FLAG,
		.offset = AT(help),
		.text = "print this"},
};

static const struct option_table meter_table = {meter_specs, G_N_ELEMENTS(meter_specs)};

static const struct option_set meter_set = {
	.groups = {{&meter_table, 0}, {&exporting_option_table, AT(exporting)},
		{&metering_option_table, AT(metering)}, {&cache_option_table, AT(metering.cache)}},
	.config = OPTIONS_NO_FILE,
	.synopsis = "weir meter -r FILE [-o DEST]... [OPTION...]"};

void meter_options_help(FILE *out)
{
	options_help(&meter_set, out);
}

void meter_options_clear(struct meter_options *options)
{
	options_clear(&meter_set, options);
}

bool meter_options_parse(struct meter_options *options, int argc, char **argv, GError **error)
{
	*options = (struct meter_options){.stats = -1};
	metering_options_init(&options->metering, FLOWS_DEFAULT);
	exporting_options_init(&options->exporting);
	if (!options_parse(&meter_set, options, argc, argv, error)) {
		return false;
	}
	if (options->input == NULL && !options->help) {
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_USAGE, "-r FILE is missing: what to meter");
		return false;
	}
	return true;
}

bool meter_options_meter(
	const struct meter_options *options, struct meter_config *ret, GError **error)
{
	*ret = (struct meter_config){.stable_payload = true,
		.observation_point = 1,
		.hash_seed = (uint64_t)options->hash_seed};
	return metering_options_caches(&options->metering, ret, error);
}

static bool home_interface(
	const char *value, const struct source *source, struct identity_config *ret)
{
	for (unsigned i = 0; i < source->interface_count; i++) {
		if (strcmp(source->interfaces[i].name, value) == 0 &&
			ret->home_interface_count < G_N_ELEMENTS(ret->home_interfaces)) {
			ret->home_interfaces[ret->home_interface_count++] = i;
			return true;
		}
	}
	return false;
}

bool meter_options_home(const struct meter_options *options, const struct source *source,
	struct identity_config *ret, GError **error)
{
	for (char **value = options->metering.home; value != NULL && *value != NULL; value++) {
		if (home_interface(*value, source, ret)) {
			continue;
		}
		if (ret->home_count == IDENTITY_PREFIXES_MAX) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
				"--home: '%s': at most %d prefixes", *value, IDENTITY_PREFIXES_MAX);
			return false;
		}
		if (!identity_prefix_parse(*value, &ret->home[ret->home_count], error)) {
			g_prefix_error(error,
				"--home: no interface of %s has this name, and as a prefix: ",
				options->input);
			return false;
		}
		ret->home_count++;
	}
	return true;
}
