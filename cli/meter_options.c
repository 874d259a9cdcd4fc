#include "cli/meter_options.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"

#define ACTIVE_DEFAULT_MS (300 * 1000)
#define IDLE_DEFAULT_MS   (60 * 1000)
#define TIMEOUT_MAX_MS    INT64_C(10000000000000) /* three centuries: longer than any capture */
/* A file is read on a machine with room; the table takes memory only for the flows there are. */
#define FLOWS_DEFAULT 4194304
#define FLOWS_MAX     (1 << 28)

#define AT(member) offsetof(struct meter_options, member)

static const char *const stats_words[] = {"json", NULL};

static const struct option_spec meter_specs[] = {
	{.name = "read",
		.letter = 'r',
		.kind = OPTION_TEXT,
		.offset = AT(input),
		.argument = "FILE",
		.text = "capture file, pcap or pcapng; - is standard input"},
	{.name = "output",
		.letter = 'o',
		.kind = OPTION_LIST,
		.offset = AT(destinations),
		.argument = "DEST",
		.text = "where to: file:PATH, udp:HOST:PORT, tcp:HOST:PORT, json:PATH; may be "
			"repeated"},
	{.name = "profile",
		.letter = 'p',
		.kind = OPTION_TEXT,
		.offset = AT(profile),
		.argument = "P",
		.text = "basic, biflow (default) or full"},
	{.name = "home",
		.letter = 'H',
		.kind = OPTION_LIST,
		.offset = AT(home),
		.argument = "PREFIX|IFACE",
		.text = "home side; may be repeated (default: private ranges)"},
	{.name = "active",
		.letter = 'a',
		.kind = OPTION_SECONDS,
		.offset = AT(active_ms),
		.min = 1,
		.max = TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "a record at least this often while a flow lasts (default 300)"},
	{.name = "idle",
		.letter = 'i',
		.kind = OPTION_SECONDS,
		.offset = AT(idle_ms),
		.min = 1,
		.max = TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "a flow ends when it is silent this long (default 60)"},
	{.name = "uniflow",
		.letter = 'u',
		.kind = OPTION_FLAG,
		.offset = AT(uniflow),
		.text = "a flow for each direction"},
	{.name = "key",
		.letter = 'k',
		.kind = OPTION_TEXT,
		.offset = AT(key),
		.argument = "LIST",
		.text = "flow key: 5tuple, src, dst, sport, dport, proto, vlan, mac, smac, dmac, "
			"if, tos"},
	{.name = "max-flows",
		.letter = 'm',
		.kind = OPTION_NUMBER,
		.offset = AT(flows_max),
		.min = 1,
		.max = FLOWS_MAX,
		.argument = "N",
		.text = "flows kept at once; above, the longest silent ends (default 4194304)"},
	{.name = "domain",
		.letter = 'd',
		.kind = OPTION_NUMBER,
		.offset = AT(domain),
		.min = 0,
		.max = UINT32_MAX,
		.argument = "N",
		.text = "observation domain (default 1)"},
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

static const struct option_set meter_set = {.specs = meter_specs,
	.count = G_N_ELEMENTS(meter_specs),
	.config = OPTIONS_NO_FILE,
	.synopsis = "weir meter -r FILE [-o DEST]... [OPTION...]"};

static_assert(G_N_ELEMENTS(meter_specs) <= OPTIONS_MAX, "they fit");

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
	*options = (struct meter_options){.active_ms = ACTIVE_DEFAULT_MS,
		.idle_ms = IDLE_DEFAULT_MS,
		.flows_max = FLOWS_DEFAULT,
		.domain = 1,
		.stats = -1};
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
	struct meter_cache_config *cache = &ret->caches[0];

	*ret = (struct meter_config){.cache_count = 1,
		.stable_payload = true,
		.observation_point = 1,
		.hash_seed = (uint64_t)options->hash_seed};
	*cache = (struct meter_cache_config){.key_fields = FLOW_KEY_5TUPLE,
		.active_timeout_ms = options->active_ms,
		.idle_timeout_ms = options->idle_ms,
		.flows_max = (uint32_t)options->flows_max,
		.uniflow = options->uniflow};
	if (options->key != NULL && !meter_key_parse(options->key, &cache->key_fields, error)) {
		g_prefix_error(error, "--key: ");
		return false;
	}
	return true;
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
	for (char **value = options->home; value != NULL && *value != NULL; value++) {
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
