#pragma once

#include <stdint.h>

#include "base/stream.h"
#include "probe/flow_cache.h"
#include "probe/meter.h"
#include "probe/packet_report.h"
#include "probe/selector.h"

/** The selection sequences of a meter's caches, and those caches that are immediate. */
struct meter_selection {
	struct selection *sequences[METER_CACHES_MAX]; /* by id of the cache; NULL: every packet */
	struct packet_report_kind immediate[METER_CACHES_MAX]; /* what their records are */
	uint8_t is_immediate;                                  /* a bit for each such cache */
	uint8_t all; /* a bit for each cache that there is */
};

/** NULL if all caches are of all packets, and of flows. Whatever is random follows the seed of @config, if it has one. */
struct meter_selection *meter_selection_new(const struct meter_config *config);
void meter_selection_free(struct meter_selection *selection); /* NULL is fine */

/**
 * Let every sequence see @packet, and make the records of immediate caches. Returns the bits, by id, of
 * the caches that need not see it any more.
 */
uint8_t meter_selection_skipped(struct meter_selection *selection,
	const struct selector_packet *packet, struct flow_output *output);

/** flow_cache_packets() with those of @packets, at most FLOW_BATCH, that @cache does not skip. */
void meter_selection_packets(const struct meter_selection *selection, struct flow_cache *cache,
	struct flow_packet *packets, unsigned count);

/** What there is to tell of the selection of @cache, but for the observation point. */
void meter_selection_tell(
	const struct meter *meter, unsigned cache, struct stream_selection *ret_selection);
