#include "probe/meter_config.h"

#include "base/error.h"
#include "base/section.h"
#include "probe/flow.h"
#include "probe/selection_check.h"

static bool wrong(GError **error, const char *what)
{
	g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE, what);
	return false;
}

static bool check_cache(const struct meter_cache_config *cache, GError **error)
{
	if (cache->key_fields & ~(uint32_t)FLOW_KEY_FIELDS) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "flow key 0x%x has unknown fields",
			cache->key_fields);
		return false;
	}
	if (cache->type == METER_CACHE_PERMANENT && cache->interval_ms <= 0) {
		return wrong(error, "the interval of a permanent cache must not be 0");
	}
	if (cache->section != RECORD_SECTION_NONE && cache->type != METER_CACHE_IMMEDIATE) {
		return wrong(error, "sections of packets are for immediate caches only");
	}
	if (cache->section > RECORD_SECTION_FRAME ||
		(cache->section != RECORD_SECTION_NONE &&
			(cache->section_octets == 0 || cache->section_octets > RECORD_TEXT_MAX))) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"sections of %u octets: there must be 1 to %d", cache->section_octets,
			RECORD_TEXT_MAX);
		return false;
	}
	return selection_check(&cache->selection, error);
}

bool meter_config_check(const struct meter_config *config, GError **error)
{
	if (config->cache_count == 0 || config->cache_count > METER_CACHES_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"meter: %u caches; there must be 1 to %d", config->cache_count,
			METER_CACHES_MAX);
		return false;
	}
	for (unsigned i = 0; i < config->cache_count; i++) {
		if (!check_cache(&config->caches[i], error)) {
			g_prefix_error(error, "meter: cache %u: ", i);
			return false;
		}
	}
	return true;
}

unsigned meter_config_inspecting(const struct meter_config *config)
{
	unsigned best = 0;
	unsigned best_marks = 0;

	for (unsigned i = 0; i < config->cache_count; i++) {
		uint32_t fields = config->caches[i].key_fields;
		bool tells = config->caches[i].type != METER_CACHE_IMMEDIATE &&
			     (fields == 0 || (fields & FLOW_KEY_5TUPLE) == FLOW_KEY_5TUPLE);
		unsigned marks = tells ? 1 + (config->caches[i].selection.count == 0) : 0;

		if (marks > best_marks) {
			best = i;
			best_marks = marks;
		}
	}
	return best;
}
