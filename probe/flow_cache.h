#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/flow_application.h"
#include "probe/flow_output.h"
#include "probe/flow_packet.h"
#include "probe/flow_table.h"
#include "probe/flow_wheel.h"
#include "probe/meter.h"

/** After RST, or FIN both ways and its acknowledgement, a flow stays so long for stragglers. */
#define FLOW_LINGER_US (INT64_C(1) * 1000 * 1000)

/** Packets that are worked off together. */
#define FLOW_BATCH 32

/** One cache of a metering process: flows under one key, their timeouts and their ends. */
struct flow_cache {
	struct flow_table table;
	struct flow_key_words shown; /* what records show of a flow's first key */
	struct flow_output *output;
	int64_t idle_us;
	int64_t active_us;
	int64_t linger_us;
	int64_t wheel_us;    /* how long after its last packet a flow is looked at */
	int64_t next_us;     /* when the wheel turns next, or the interval ends */
	int64_t interval_us; /* permanent: between exports; 0: another kind */
	int64_t export_us;   /* permanent: the next; 0: none yet */
	uint32_t sequence;   /* its selection sequence; 0: none */
	uint8_t id;
	bool biflow;
	bool natural;  /* connections end by FIN and RST */
	bool plain;    /* the key is the 5-tuple */
	bool inspects; /* this cache's flows are the ones whose payload is looked into */
	bool streams;  /* and are single connections */
	struct flow_applications applications; /* of this cache's flows, if anybody asked */
	struct flow_wheel wheel;
};

/** @hash, @output: borrowed. False if there is no memory. */
bool flow_cache_init(struct flow_cache *cache, const struct meter_cache_config *config,
	const struct hash_key *hash, struct flow_output *output);
void flow_cache_done(struct flow_cache *cache);

/** Count @packets, at most FLOW_BATCH; sets their name. */
void flow_cache_packets(struct flow_cache *cache, struct flow_packet *packets, unsigned count);

/** Let time pass to @now_us. Cost: O(1) a tick and amortised O(1) a flow. */
void flow_cache_advance(struct flow_cache *cache, int64_t now_us);

/** Export all flows with @reason. */
void flow_cache_finish(struct flow_cache *cache, enum record_end_reason reason);
