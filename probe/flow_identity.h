#pragma once

#include <stdbool.h>

#include "probe/flow_cache.h"

/** What just happened to a flow of @cache when @packet was counted. */
struct flow_event {
	uint32_t entry;
	unsigned end; /* which end sent the packet */
	bool created;
	bool first; /* from this end, since the last record */
};

/**
 * Tell the identity part of @packet and let it name the flow. Only the cache that inspects asks;
 * the flows of the others take the name that the packet has from there.
 */
void flow_identity(struct flow_cache *cache, struct flow *flow, const struct flow_packet *packet,
	const struct flow_event *event);

/** @flow, which began at @start_us, is about to have a record and will have further ones. */
void flow_identity_split(
	struct flow_cache *cache, struct flow *flow, int64_t start_us, int64_t now_us);
