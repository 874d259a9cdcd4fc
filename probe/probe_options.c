#include "probe/probe_options.h"

#include <string.h>

#include "base/error.h"

#define FLOWS_DEFAULT   65536
#define RING_OCTETS_MAX (1 << 30)
#define SNAP_OCTETS_MAX 262144

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
	{.name = "idle",
		.key = "idle-timeout-s",
		.kind = OPTION_SECONDS,
		.offset = AT(metering.cache.idle_ms),
		.min = 1,
		.max = CACHE_TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "idle timeout (default 60)"},
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
};

static const struct option_table probe_table = {probe_specs, G_N_ELEMENTS(probe_specs)};

const struct option_set probe_option_set = {
	.groups = {{&probe_table, 0}, {&metering_option_table, AT(metering)},
		{&cache_option_table, AT(metering.cache)}, {&daemon_option_table, AT(daemon)}},
	.config = AT(daemon.config),
	.synopsis = "weir-probe (-i IFACE... | -r FILE) [OPTION...]"};

void probe_options_clear(struct probe_options *options)
{
	options_clear(&probe_option_set, options);
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
	daemon_options_init(&ret->daemon);
	metering_options_init(&ret->metering, FLOWS_DEFAULT);
	if (!options_parse(&probe_option_set, ret, argc, argv, error)) {
		return false;
	}
	if (ret->daemon.help || ret->daemon.version) {
		return true;
	}
	daemon_options_settle(&ret->daemon);
	ret->wait_subscriber = ret->wait_subscriber || ret->read != NULL;
	if (!metering_options_caches(&ret->metering, &ret->meter, error)) {
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
		{"applications", now->metering.applications == then->metering.applications},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(settled); i++) {
		if (!settled[i].same) {
			*ret_name = settled[i].name;
			return false;
		}
	}
	*ret_name = daemon_options_changed(&now->daemon, &then->daemon);
	return *ret_name == NULL;
}
