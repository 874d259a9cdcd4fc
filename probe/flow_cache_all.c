#include <string.h>

#include "probe/flow_cache_private.h"
#include "probe/flow_identity.h"

#define FOREVER_US   (INT64_MAX / 4)
#define WHEEL_MAX_US (INT64_C(3600) * 1000 * 1000)

void flow_cache_export(
	struct flow_cache *cache, const struct flow *flow, enum record_end_reason reason)
{
	struct flow_output_cause cause = {.reason = reason,
		.cache_id = cache->id,
		.sequence = cache->sequence,
		.biflow = cache->biflow,
		.shown = &cache->shown};
	uint32_t entry = (uint32_t)(flow - cache->table.flows);

	cause.application =
		flow_applications_name(&cache->applications, entry, reason != RECORD_END_ACTIVE);
	flow_output_write(cache->output, flow, entry, &cause);
}

static int64_t timeout_us(int64_t timeout_ms)
{
	return timeout_ms > 0 && timeout_ms < FOREVER_US / 1000 ? timeout_ms * 1000 : FOREVER_US;
}

bool flow_cache_init(struct flow_cache *cache, const struct meter_cache_config *config,
	const struct hash_key *hash, struct flow_output *output)
{
	uint32_t fields = config->key_fields != 0 ? config->key_fields : FLOW_KEY_5TUPLE;
	struct flow_key_words mask;

	memset(cache, 0, sizeof(*cache));
	flow_key_mask(fields, &mask);
	flow_output_shown(fields, &cache->shown);
	cache->output = output;
	cache->biflow = !config->uniflow && flow_key_is_symmetric(fields);
	cache->plain = fields == FLOW_KEY_5TUPLE;
	cache->streams = (fields & FLOW_KEY_5TUPLE) == FLOW_KEY_5TUPLE;
	cache->natural = config->type == METER_CACHE_NATURAL;
	if (config->type == METER_CACHE_PERMANENT) {
		cache->interval_us = timeout_us(config->interval_ms);
		cache->active_us = FOREVER_US;
		cache->idle_us = FOREVER_US;
	} else {
		cache->active_us = timeout_us(config->active_timeout_ms);
		cache->idle_us = timeout_us(config->idle_timeout_ms);
	}
	cache->linger_us = MIN(FLOW_LINGER_US, cache->idle_us);
	cache->wheel_us = MIN(cache->idle_us, WHEEL_MAX_US);
	cache->next_us = INT64_MIN;
	if (!flow_table_init(&cache->table, config->flows_max, &mask, hash)) {
		return false;
	}
	flow_wheel_init(&cache->wheel, cache->table.flows, cache->wheel_us);
	return true;
}

void flow_cache_done(struct flow_cache *cache)
{
	flow_applications_done(&cache->applications);
	flow_table_done(&cache->table);
}

/* Export what was counted, and nothing of flows that were silent since the last record. */
static void export_all(struct flow_cache *cache, enum record_end_reason reason, int64_t now_us)
{
	for (uint32_t entry = 0; (entry = flow_table_next(&cache->table, entry)) != 0;) {
		struct flow *flow = &cache->table.flows[entry];

		if (flow->side[0].packets + flow->side[1].packets > 0) {
			if (reason == RECORD_END_ACTIVE) {
				int64_t first_us =
					MIN(flow->side[0].first_us, flow->side[1].first_us);

				flow_identity_split(cache, flow, first_us, now_us);
			}
			flow_cache_export(cache, flow, reason);
			flow_split(flow);
		}
	}
}

void flow_cache_interval(struct flow_cache *cache, int64_t now_us)
{
	if (cache->export_us == 0) {
		cache->export_us = now_us + cache->interval_us;
	} else if (now_us >= cache->export_us) {
		export_all(cache, RECORD_END_ACTIVE, now_us);
		cache->export_us +=
			((now_us - cache->export_us) / cache->interval_us + 1) * cache->interval_us;
	}
	if (cache->export_us < cache->next_us) {
		cache->next_us = cache->export_us;
	}
}

void flow_cache_finish(struct flow_cache *cache, enum record_end_reason reason)
{
	export_all(cache, reason, 0);
	flow_table_clear(&cache->table);
	flow_wheel_clear(&cache->wheel);
}
