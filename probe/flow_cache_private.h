#pragma once

#include "probe/flow_cache.h"

/* What the files of the flow cache share. */

/** Make a record of @flow, which has packets, and keep it as it is. */
void flow_cache_export(
	struct flow_cache *cache, const struct flow *flow, enum record_end_reason reason);

/** Permanent caches: export what was counted since the last time, if its time has come. */
void flow_cache_interval(struct flow_cache *cache, int64_t now_us);

static inline void flow_side_empty(struct flow_side *side)
{
	side->octets = 0;
	side->packets = 0;
	side->first_us = INT64_MAX / 2;
	side->last_us = INT64_MIN / 2;
	side->length_min = UINT32_MAX;
	side->length_max = 0;
	side->tcp_flags = 0;
	side->ttl_min = UINT8_MAX;
	side->ttl_max = 0;
}

/** Begin the next record of a flow: RFC 5103 5.3, the direction stays. */
static inline void flow_split(struct flow *flow)
{
	flow_side_empty(&flow->side[0]);
	flow_side_empty(&flow->side[1]);
	if (flow->state & FLOW_SYN_SEEN) { /* handshakes of that length are not measured */
		flow->rtt_us = 0;
		flow->state &= (uint8_t) ~(FLOW_SYN_SEEN | FLOW_SYN_ACK_SEEN);
	}
}
