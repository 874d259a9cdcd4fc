#include "probe/metering_options.h"

#include <string.h>

#include "base/error.h"

#define AT(member) offsetof(struct metering_options, member)

static const struct option_spec metering_option_specs[] = {
	{.name = "home",
		.key = "home",
		.letter = 'H',
		.kind = OPTION_LIST,
		.offset = AT(home),
		.argument = "PREFIX|IFACE",
		.text = "what belongs to the home; may be repeated (default: private ranges)"},
	{.name = "cache",
		.key = "caches",
		.kind = OPTION_OBJECTS,
		.offset = AT(caches),
		.argument = "CACHE",
		.text = "meter under this key, too: NAME?key=LIST&active=S&idle=S&max-flows=N&"
			"uniflow; may be repeated"},
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
	cache_options_init(&options->cache, flows_max);
}

static bool is_known(const struct meter_config *config, const char *name)
{
	bool known = false;

	for (unsigned i = 0; i < config->cache_count; i++) {
		known = known || strcmp(config->caches[i].name, name) == 0;
	}
	return known;
}

static bool add_cache(const struct metering_options *options, const char *text,
	struct meter_config *ret, GError **error)
{
	struct meter_cache_config *cache = &ret->caches[ret->cache_count];

	if (ret->cache_count == METER_CACHES_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--cache: '%s': there are %d already", text, METER_CACHES_MAX);
		return false;
	}
	if (!cache_options_parse(text, &options->cache, cache, error)) {
		return false;
	}
	if (is_known(ret, cache->name)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--cache: '%s': there is a cache '%s' already", text, cache->name);
		return false;
	}
	ret->cache_count++;
	return true;
}

static bool has_connections(const struct meter_config *config)
{
	bool has = false;

	for (unsigned i = 0; i < config->cache_count; i++) {
		uint32_t fields = config->caches[i].key_fields;

		has = has || (fields & FLOW_KEY_5TUPLE) == FLOW_KEY_5TUPLE;
	}
	return has;
}

bool metering_options_caches(
	const struct metering_options *options, struct meter_config *ret, GError **error)
{
	ret->cache_count = 0;
	for (char **text = options->caches; text != NULL && *text != NULL; text++) {
		if (!add_cache(options, *text, ret, error)) {
			return false;
		}
	}
	if (ret->cache_count == 0) {
		ret->cache_count = 1;
		if (!cache_options_config(&options->cache, &ret->caches[0], error)) {
			g_prefix_error(error, "--");
			return false;
		}
	}
	if (options->applications && !has_connections(ret)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--applications: they are those of single connections, and the flow key "
			"'%s' lacks the 5-tuple",
			options->caches != NULL ? options->caches[0] : options->cache.key);
		return false;
	}
	return true;
}
