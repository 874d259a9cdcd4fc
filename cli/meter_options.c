#include "cli/meter_options.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "probe/source.h"

#define METER_ACTIVE_DEFAULT_S 300
#define METER_IDLE_DEFAULT_S   60
/* A file is read on a machine with room: the table grows only as far as the flows do. */
#define METER_FLOWS_DEFAULT 4194304
#define METER_FLOWS_MAX     (1 << 28)
#define METER_TIMEOUT_MAX_S 1e10

/* Where GOption leaves its values. */
struct meter_arguments {
	double active_s;
	double idle_s;
	gboolean uniflow;
	gboolean strict;
	gboolean summary;
	char *key;
	char *stats;
	gint64 flows_max;
	gint64 hash_seed;
};

static bool check_timeout(const char *option, double seconds, int64_t *ret_ms, GError **error)
{
	if (!isfinite(seconds) || seconds < 0.001 || seconds > METER_TIMEOUT_MAX_S) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"%s: %g is not a number of seconds from 0.001 to %.0f", option, seconds,
			METER_TIMEOUT_MAX_S);
		return false;
	}
	*ret_ms = (int64_t)llround(seconds * 1000);
	return true;
}

static bool take_cache(
	struct meter_options *options, const struct meter_arguments *a, GError **error)
{
	struct meter_cache_config *cache = &options->meter.caches[0];

	options->meter.cache_count = 1;
	options->meter.stable_payload = true;
	options->meter.observation_point = 1;
	options->meter.hash_seed = (uint64_t)a->hash_seed;
	cache->uniflow = a->uniflow;
	cache->key_fields = FLOW_KEY_5TUPLE;
	if (a->key != NULL && !meter_key_parse(a->key, &cache->key_fields, error)) {
		g_prefix_error(error, "--key: ");
		return false;
	}
	if (a->flows_max < 1 || a->flows_max > METER_FLOWS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--max-flows: %" G_GINT64_FORMAT " is not a number from 1 to %d",
			a->flows_max, METER_FLOWS_MAX);
		return false;
	}
	cache->flows_max = (uint32_t)a->flows_max;
	return check_timeout("--active", a->active_s, &cache->active_timeout_ms, error) &&
	       check_timeout("--idle", a->idle_s, &cache->idle_timeout_ms, error);
}

static bool take_rest(struct meter_options *options, const struct meter_arguments *a, int argc,
	char **argv, GError **error)
{
	options->strict = a->strict;
	options->summary = a->summary;
	if (a->stats != NULL && strcmp(a->stats, "json") != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--stats: '%s' is not a format (json is)", a->stats);
		return false;
	}
	options->stats_json = a->stats != NULL;
	if (argc > 1) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"'%s' is not an option (a file is given with -r)", argv[1]);
		return false;
	}
	if (options->input == NULL) {
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_USAGE, "-r FILE is missing: what to meter");
		return false;
	}
	if (options->domain < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--domain: %d is not an observation domain (0 and up)", options->domain);
		return false;
	}
	return take_cache(options, a, error);
}

bool meter_options_parse(struct meter_options *options, int argc, char **argv, GError **error)
{
	struct meter_arguments a = {.active_s = METER_ACTIVE_DEFAULT_S,
		.idle_s = METER_IDLE_DEFAULT_S,
		.flows_max = METER_FLOWS_DEFAULT};
	const GOptionEntry entries[] = {{"read", 'r', 0, G_OPTION_ARG_FILENAME, &options->input,
						"capture file, pcap or pcapng; -: stdin", "FILE"},
		{"output", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &options->destinations,
			"file:PATH, udp:HOST:PORT, tcp:HOST:PORT or json:PATH; may be repeated",
			"DEST"},
		{"profile", 'p', 0, G_OPTION_ARG_STRING, &options->profile,
			"basic, biflow (default) or full", "P"},
		{"home", 'H', 0, G_OPTION_ARG_STRING_ARRAY, &options->home,
			"prefix or interface of the home side; may be repeated (default: private "
			"ranges)",
			"PREFIX|IFACE"},
		{"active", 'a', 0, G_OPTION_ARG_DOUBLE, &a.active_s, "active timeout (default 300)",
			"S"},
		{"idle", 'i', 0, G_OPTION_ARG_DOUBLE, &a.idle_s, "idle timeout (default 60)", "S"},
		{"uniflow", 'u', 0, G_OPTION_ARG_NONE, &a.uniflow, "one record a direction", NULL},
		{"key", 'k', 0, G_OPTION_ARG_STRING, &a.key,
			"flow key: 5tuple, src, dst, sport, dport, proto, vlan, mac, smac, dmac, "
			"if, tos",
			"LIST"},
		{"max-flows", 'm', 0, G_OPTION_ARG_INT64, &a.flows_max, "flows kept at once", "N"},
		{"domain", 'd', 0, G_OPTION_ARG_INT, &options->domain,
			"observation domain (default 1)", "N"},
		{"stats", 0, 0, G_OPTION_ARG_STRING, &a.stats, "print counters at the end, as json",
			"FORMAT"},
		{"summary", 's', 0, G_OPTION_ARG_NONE, &a.summary,
			"print a table of devices (default on a terminal, or without -o)", NULL},
		{"strict", 0, 0, G_OPTION_ARG_NONE, &a.strict,
			"exit 1 when the file is cut or corrupt", NULL},
		{"hash-seed", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT64, &a.hash_seed, NULL,
			NULL},
		G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	bool done;

	memset(options, 0, sizeof(*options));
	options->domain = 1;
	g_option_context_set_summary(context, "Meter a capture file and export its flows.");
	g_option_context_add_main_entries(context, entries, NULL);
	done = g_option_context_parse(context, &argc, &argv, error) &&
	       take_rest(options, &a, argc, argv, error);
	g_free(a.key);
	g_free(a.stats);
	return done;
}

void meter_options_done(struct meter_options *options)
{
	g_free(options->input);
	g_strfreev(options->destinations);
	g_strfreev(options->home);
	g_free(options->profile);
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
