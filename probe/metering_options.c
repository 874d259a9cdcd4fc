#include "probe/metering_options.h"

#include <string.h>

#include "base/error.h"
#include "probe/selection_text.h"

#define ACTIVE_DEFAULT_MS (300 * 1000)
#define IDLE_DEFAULT_MS   (60 * 1000)
#define FLOWS_MAX         (1 << 28) /* a table takes memory only for the flows there are */

#define AT(member) offsetof(struct metering_options, member)

static const struct option_spec metering_option_specs[] = {
	{.name = "home",
		.key = "home",
		.letter = 'H',
		.kind = OPTION_LIST,
		.offset = AT(home),
		.argument = "PREFIX|IFACE",
		.text = "what belongs to the home; may be repeated (default: private ranges)"},
	{.name = "active",
		.key = "active-timeout-s",
		.letter = 'a',
		.kind = OPTION_SECONDS,
		.offset = AT(active_ms),
		.min = 1,
		.max = METERING_TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "a record at least this often while a flow lasts (default 300)"},
	{.name = "uniflow",
		.key = "uniflow",
		.letter = 'u',
		.kind = OPTION_FLAG,
		.offset = AT(uniflow),
		.text = "a flow for each direction"},
	{.name = "key",
		.key = "flow-key",
		.letter = 'k',
		.kind = OPTION_TEXT,
		.offset = AT(key),
		.argument = "LIST",
		.text = "flow key: 5tuple, src, dst, sport, dport, proto, vlan, mac, smac, dmac, "
			"if, tos"},
	{.name = "select",
		.key = "select",
		.kind = OPTION_TEXT,
		.offset = AT(select),
		.argument = "CHAIN",
		.text = "meter only the packets that CHAIN selects, such as count:1/99 or "
			"match:proto=17+prob:0.1"},
	{.name = "max-flows",
		.key = "flows-max",
		.letter = 'm',
		.kind = OPTION_NUMBER,
		.offset = AT(flows_max),
		.min = 1,
		.max = FLOWS_MAX,
		.argument = "N",
		.text = "flows kept at once; above, the longest silent ends"},
	{.name = "applications",
		.key = "applications",
		.kind = OPTION_FLAG,
		.offset = AT(applications),
		.text = "recognise applications by the first packets of flows (costly)"},
};

const struct option_table metering_option_table = {
	metering_option_specs, G_N_ELEMENTS(metering_option_specs)};

void metering_options_init(struct metering_options *options, int64_t flows_max)
{
	memset(options, 0, sizeof(*options));
	options->active_ms = ACTIVE_DEFAULT_MS;
	options->idle_ms = IDLE_DEFAULT_MS;
	options->flows_max = flows_max;
}

bool metering_options_caches(
	const struct metering_options *options, struct meter_config *ret, GError **error)
{
	struct meter_cache_config *cache = &ret->caches[0];

	ret->cache_count = 1;
	*cache = (struct meter_cache_config){.key_fields = FLOW_KEY_5TUPLE,
		.active_timeout_ms = options->active_ms,
		.idle_timeout_ms = options->idle_ms,
		.flows_max = (uint32_t)options->flows_max,
		.uniflow = options->uniflow};
	if (options->key != NULL && !meter_key_parse(options->key, &cache->key_fields, error)) {
		g_prefix_error(error, "--key: ");
		return false;
	}
	if (options->select != NULL &&
		!selection_text_parse(options->select, &cache->selection, error)) {
		g_prefix_error(error, "--select: ");
		return false;
	}
	if (options->applications && (cache->key_fields & FLOW_KEY_5TUPLE) != FLOW_KEY_5TUPLE) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--applications: they are those of single connections, and the flow key "
			"'%s' lacks the 5-tuple",
			options->key);
		return false;
	}
	return true;
}
