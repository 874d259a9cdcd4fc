#include "probe/meter_selection.h"

#include <glib.h>
#include <string.h>

/* Every packet: SELECTION_ALL. */
static const struct selection_spec every = {.count = 1};

struct meter_selection *meter_selection_new(const struct meter_config *config)
{
	struct meter_selection *selection = g_new0(struct meter_selection, 1);
	uint64_t first = config->first_sequence != 0 ? config->first_sequence : 1;
	bool needed = false;

	for (unsigned i = 0; i < config->cache_count; i++) {
		const struct meter_cache_config *cache = &config->caches[i];
		bool immediate = cache->type == METER_CACHE_IMMEDIATE;
		/* A packet report tells which selection it comes of (RFC 5476 6.4.1). */
		const struct selection_spec *spec =
			immediate && cache->selection.count == 0 ? &every : &cache->selection;

		selection->all |= (uint8_t)(1 << i);
		if (spec->count > 0) {
			uint64_t seed = config->hash_seed != 0 ? config->hash_seed + i : 0;

			selection->sequences[i] = g_new(struct selection, 1);
			selection_init(selection->sequences[i], spec, seed);
			selection->sequences[i]->id = first + i;
			needed = true;
		}
		if (immediate) {
			selection->is_immediate |= (uint8_t)(1 << i);
			selection->immediate[i] =
				(struct packet_report_kind){.cache_id = (uint8_t)i,
					.section = (uint8_t)cache->section,
					.section_octets = (uint16_t)cache->section_octets};
		}
	}
	if (!needed) {
		meter_selection_free(selection);
		return NULL;
	}
	return selection;
}

void meter_selection_free(struct meter_selection *selection)
{
	for (unsigned i = 0; selection != NULL && i < METER_CACHES_MAX; i++) {
		g_free(selection->sequences[i]);
	}
	g_free(selection);
}

uint8_t meter_selection_skipped(struct meter_selection *selection,
	const struct selector_packet *packet, struct flow_output *output)
{
	uint8_t skipped = 0;

	for (unsigned i = 0; i < METER_CACHES_MAX; i++) {
		struct selection *sequence = selection->sequences[i];

		if (sequence != NULL && !selection_take(sequence, packet)) {
			skipped |= (uint8_t)(1 << i);
		} else if (selection->is_immediate >> i & 1) {
			packet_report_write(output, &selection->immediate[i], sequence, packet);
			skipped |= (uint8_t)(1 << i);
		}
	}
	return skipped;
}

void meter_selection_packets(const struct meter_selection *selection, struct flow_cache *cache,
	struct flow_packet *packets, unsigned count)
{
	struct flow_packet selected[FLOW_BATCH];
	uint8_t from[FLOW_BATCH];
	unsigned n = 0;

	if (selection->sequences[cache->id] == NULL) {
		flow_cache_packets(cache, packets, count);
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if ((packets[i].skipped >> cache->id & 1) == 0) {
			from[n] = (uint8_t)i;
			selected[n++] = packets[i];
		}
	}
	flow_cache_packets(cache, selected, n);
	for (unsigned i = 0; i < n; i++) { /* for the caches to come */
		packets[from[i]].name = selected[i].name;
	}
}

void meter_selection_tell(
	const struct meter *meter, unsigned cache, struct stream_selection *ret_selection)
{
	const struct selection *sequence = meter_selection(meter, cache);

	memset(ret_selection, 0, sizeof(*ret_selection));
	ret_selection->cache = (uint8_t)cache;
	if (sequence == NULL) {
		return;
	}
	ret_selection->sequence = sequence->id;
	ret_selection->count = (uint8_t)sequence->count;
	for (unsigned i = 0; i < sequence->count; i++) {
		ret_selection->selectors[i] = sequence->selectors[i].spec;
		ret_selection->counters[i] = sequence->selectors[i].counters;
	}
}
