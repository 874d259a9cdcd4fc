#include "probe/probe_options.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "probe/meter.h"

#define ACTIVE_DEFAULT_MS (300 * 1000)
#define IDLE_DEFAULT_MS   (60 * 1000)
#define TIMEOUT_MAX_MS    (INT64_C(7) * 24 * 3600 * 1000)
#define FLOWS_DEFAULT     65536
#define FLOWS_MAX         (1 << 26)
#define RING_OCTETS_MAX   (1 << 30)
#define SNAP_OCTETS_MAX   262144
#define UNSET             (-1)

#define AT(member) offsetof(struct probe_options, member)

static const struct option_spec probe_specs[] = {
	{.name = "interface",
		.key = "interfaces",
		.letter = 'i',
		.kind = OPTION_LIST,
		.offset = AT(interfaces),
		.argument = "IFACE",
		.text = "capture here; may be repeated"},
	{.name = "read",
		.key = "read",
		.letter = 'r',
		.kind = OPTION_TEXT,
		.offset = AT(read),
		.argument = "FILE",
		.text = "read a capture file instead (-: standard input)"},
	{.name = "home",
		.key = "home",
		.letter = 'H',
		.kind = OPTION_LIST,
		.offset = AT(home),
		.argument = "PREFIX|IFACE",
		.text = "what belongs to the home (default: private ranges)"},
	{.name = "filter",
		.key = "filter",
		.letter = 'f',
		.kind = OPTION_TEXT,
		.offset = AT(filter),
		.argument = "BPF",
		.text = "capture only what this pcap-filter(7) lets through"},
	{.name = "promiscuous",
		.key = "promiscuous",
		.kind = OPTION_FLAG,
		.offset = AT(promiscuous),
		.text = "capture frames for other stations, too"},
	{.name = "snaplen",
		.key = "snap-octets",
		.kind = OPTION_NUMBER,
		.offset = AT(snap_octets),
		.min = 0,
		.max = SNAP_OCTETS_MAX,
		.argument = "N",
		.text = "octets kept of each frame"},
	{.name = "ring-octets",
		.key = "ring-octets",
		.kind = OPTION_NUMBER,
		.offset = AT(ring_octets),
		.min = 0,
		.max = RING_OCTETS_MAX,
		.argument = "N",
		.text = "size of the kernel's ring"},
	{.name = "active",
		.key = "active-timeout-s",
		.letter = 'a',
		.kind = OPTION_SECONDS,
		.offset = AT(active_ms),
		.min = 1,
		.max = TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "active timeout (default 300)"},
	{.name = "idle",
		.key = "idle-timeout-s",
		.kind = OPTION_SECONDS,
		.offset = AT(idle_ms),
		.min = 1,
		.max = TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "idle timeout (default 60)"},
	{.name = "uniflow",
		.key = "uniflow",
		.letter = 'u',
		.kind = OPTION_FLAG,
		.offset = AT(uniflow),
		.text = "one record a direction"},
	{.name = "key",
		.key = "flow-key",
		.letter = 'k',
		.kind = OPTION_TEXT,
		.offset = AT(key),
		.argument = "LIST",
		.text = "flow key (default 5tuple)"},
	{.name = "max-flows",
		.key = "flows-max",
		.letter = 'm',
		.kind = OPTION_NUMBER,
		.offset = AT(flows_max),
		.min = 1,
		.max = FLOWS_MAX,
		.argument = "N",
		.text = "flows kept at once (default 65536)"},
	{.name = "no-names",
		.key = "no-names",
		.kind = OPTION_FLAG,
		.offset = AT(nameless),
		.text = "learn neither devices nor names"},
	{.name = "wait-subscriber",
		.key = "wait-subscriber",
		.kind = OPTION_FLAG,
		.offset = AT(wait_subscriber),
		.text = "begin when somebody listens (default with -r)"},
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
		.text = "become this user when all is open"},
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

static const struct option_set probe_set = {.specs = probe_specs,
	.count = G_N_ELEMENTS(probe_specs),
	.config = AT(config),
	.synopsis = "weir-probe (-i IFACE... | -r FILE) [OPTION...]"};

static_assert(G_N_ELEMENTS(probe_specs) <= OPTIONS_MAX, "they fit");

void probe_options_help(FILE *out)
{
	options_help(&probe_set, out);
}

void probe_options_clear(struct probe_options *options)
{
	options_clear(&probe_set, options);
}

static bool check_input(const struct probe_options *options, GError **error)
{
	unsigned count = options->interfaces != NULL ? g_strv_length(options->interfaces) : 0;

	if (count > PROBE_INTERFACES_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--interface: %u of them; at most %d", count, PROBE_INTERFACES_MAX);
		return false;
	}
	if ((count > 0) == (options->read != NULL)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"either interfaces (-i) or one file (-r) must be given");
		return false;
	}
	return true;
}

bool probe_options_load(struct probe_options *ret, int argc, char **argv, GError **error)
{
	memset(ret, 0, sizeof(*ret));
	ret->run_dir = g_strdup("/run/weir");
	ret->active_ms = ACTIVE_DEFAULT_MS;
	ret->idle_ms = IDLE_DEFAULT_MS;
	ret->flows_max = FLOWS_DEFAULT;
	ret->key_fields = FLOW_KEY_5TUPLE;
	ret->log_level = LOG_LEVEL_NOTICE;
	ret->log_target = UNSET;
	if (!options_parse(&probe_set, ret, argc, argv, error)) {
		return false;
	}
	if (ret->help || ret->version) {
		return true;
	}
	if (ret->log_target == UNSET) {
		ret->log_target = ret->foreground ? LOG_TARGET_STDERR : LOG_TARGET_SYSLOG;
	}
	ret->wait_subscriber = ret->wait_subscriber || ret->read != NULL;
	if (ret->key != NULL && !meter_key_parse(ret->key, &ret->key_fields, error)) {
		g_prefix_error(error, "--key: ");
		return false;
	}
	return check_input(ret, error);
}

static bool same_list(char **a, char **b)
{
	char *none[] = {NULL};

	return g_strv_equal((const char *const *)(a != NULL ? a : none),
		(const char *const *)(b != NULL ? b : none));
}

bool probe_options_live(
	const struct probe_options *now, const struct probe_options *then, const char **ret_name)
{
	const struct {
		const char *name;
		bool same;
	} settled[] = {
		{"interface", same_list(now->interfaces, then->interfaces)},
		{"read", g_strcmp0(now->read, then->read) == 0},
		{"filter", g_strcmp0(now->filter, then->filter) == 0},
		{"promiscuous", now->promiscuous == then->promiscuous},
		{"snaplen", now->snap_octets == then->snap_octets},
		{"ring-octets", now->ring_octets == then->ring_octets},
		{"no-names", now->nameless == then->nameless},
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
