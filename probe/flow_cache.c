#include "probe/flow_cache.h"

#include <string.h>

#include "probe/flow_cache_private.h"
#include "probe/flow_identity.h"
#include "probe/flow_tcp.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* On the way of every packet: a call costs as much as the work. */
#define INLINE static inline __attribute__((always_inline))

#define EVICT_SCAN_MAX 8 /* flows of one tick among which the oldest is looked for */
#define CLOCK_SET_US   (INT64_C(365) * 24 * 3600 * 1000 * 1000) /* later times are dates */
#define FLOW_WATCHED   (FLOW_SYN_SEEN | FLOW_FIN_0 | FLOW_FIN_1 | FLOW_CLOSED)

/* Where a packet belongs: its key, masked and in order, and what follows from it. */
struct place {
	struct flow_key_words masked;
	uint32_t tag;
	unsigned end; /* of the key in order, which sent the packet */
};

static int64_t time_min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t time_max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t flow_last(const struct flow *flow)
{
	return time_max(flow->side[0].last_us, flow->side[1].last_us);
}

static int64_t flow_first(const struct flow *flow)
{
	return time_min(flow->side[0].first_us, flow->side[1].first_us);
}

/* When the flow ends if no further packet comes. */
static int64_t flow_deadline(const struct flow_cache *cache, const struct flow *flow)
{
	if (cache->interval_us != 0) {
		return INT64_MAX;
	}
	return flow_last(flow) + (flow->state & FLOW_CLOSED ? cache->linger_us : cache->idle_us);
}

/* The tick at which it should be looked at. */
static int64_t flow_tick(const struct flow_cache *cache, const struct flow *flow)
{
	int64_t wait = flow->state & FLOW_CLOSED ? cache->linger_us : cache->wheel_us;

	return flow_wheel_tick_of(&cache->wheel, flow_last(flow) + wait);
}

static void expire(struct flow_cache *cache, uint32_t entry, enum record_end_reason reason)
{
	flow_wheel_take(&cache->wheel, entry);
	flow_cache_export(cache, &cache->table.flows[entry], reason);
	flow_table_remove(&cache->table, entry);
}

static enum record_end_reason natural_reason(const struct flow *flow)
{
	return flow->state & FLOW_CLOSED ? RECORD_END_DETECTED : RECORD_END_IDLE;
}

/* A key that looks the same from both ends under the cache's mask. */
static bool is_own_reverse(const struct flow_cache *cache, const struct flow_key *key)
{
	struct flow_key reversed = *key;
	struct flow_key_words a = flow_key_masked(key, &cache->table.mask);
	struct flow_key_words b;

	flow_key_reverse(&reversed);
	b = flow_key_masked(&reversed, &cache->table.mask);
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static uint8_t first_state(
	const struct flow_cache *cache, const struct flow_packet *packet, const struct place *place)
{
	if (packet->transport != FLOW_TRANSPORT_TCP) {
		return (place->end ? FLOW_FORWARD_1 : 0) | FLOW_INITIATOR_KNOWN;
	}
	return flow_tcp_begin(
		packet, place->end, cache->biflow && !is_own_reverse(cache, &packet->key));
}

/* Begin a flow in an entry whose wheel links are in use already, or not yet. */
static void begin(struct flow_cache *cache, struct flow *flow, const struct flow_packet *packet,
	const struct place *place)
{
	flow->key = packet->key;
	if (place->end == 1) {
		flow_key_reverse(&flow->key);
	}
	for (unsigned end = 0; end < 2; end++) {
		flow_side_empty(&flow->side[end]);
		flow->side[end].tcp_isn = 0;
	}
	flow->rtt_us = 0;
	flow->name = 0;
	flow->generation = cache->output->generation++;
	flow->customer_vlan_id = packet->customer_vlan_id;
	flow->other_tos = 0;
	flow->state = first_state(cache, packet, place);
	cache->output->flows++;
}

/* Follow a TCP connection; one that closes is looked at sooner. */
static void connection(
	struct flow_cache *cache, struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	bool closed = flow_tcp_step(flow, packet, end);

	if (!cache->natural) {
		flow->state &= (uint8_t)~FLOW_CLOSED;
	} else if (closed) {
		uint32_t entry = (uint32_t)(flow - cache->table.flows);

		flow_wheel_take(&cache->wheel, entry);
		flow_wheel_put(&cache->wheel, entry,
			flow_wheel_tick_of(&cache->wheel, packet->time_us + cache->linger_us));
	}
}

/* True if something rare about this packet of a known flow makes turn() look at it. The sender's
 * own last packet shows most flows not to be idle. */
INLINE bool is_eventful(const struct flow_cache *cache, const struct flow *flow,
	const struct flow_packet *packet, unsigned end)
{
	int64_t now = packet->time_us;

	return (flow->side[end].last_us + cache->idle_us <= now) |
	       (flow_first(flow) + cache->active_us <= now) | ((flow->state & FLOW_WATCHED) != 0) |
	       ((packet->tcp_flags & (FLOW_TCP_SYN | FLOW_TCP_FIN | FLOW_TCP_RST)) != 0);
}

/* True if the record is as long as records may be. One that began with a packet without a time (0,
 * where the others have dates) has no length. */
static bool is_long(const struct flow_cache *cache, const struct flow *flow, int64_t now_us)
{
	int64_t first = flow_first(flow);

	return now_us - first >= cache->active_us && !(first == 0 && now_us > CLOCK_SET_US);
}

/* What is rare about a packet of a known flow: its record or the flow itself ended before it, or it
 * is one of those that begin and end connections. True if a new flow begins. */
static __attribute__((noinline)) bool turn(struct flow_cache *cache, struct flow *flow,
	const struct flow_packet *packet, const struct place *place)
{
	bool fresh = false;

	if (packet->time_us >= flow_deadline(cache, flow) ||
		flow_tcp_is_another(flow, packet, place->end)) {
		flow_cache_export(cache, flow, natural_reason(flow));
		begin(cache, flow, packet, place);
		fresh = true;
	} else if (is_long(cache, flow, packet->time_us)) {
		flow_identity_split(cache, flow, flow_first(flow), packet->time_us);
		flow_cache_export(cache, flow, RECORD_END_ACTIVE);
		flow_split(flow);
	}
	if (packet->transport == FLOW_TRANSPORT_TCP) {
		connection(cache, flow, packet, place->end);
	}
	return fresh;
}

/* Among the first flows of a tick, the one that was silent longest; 0 if there is none. Those that
 * had packets since they were put there move on, which each packet can cause once at most. */
static uint32_t oldest_of(struct flow_cache *cache, int64_t tick)
{
	struct flow_wheel *wheel = &cache->wheel;
	uint32_t entry = flow_wheel_first(wheel, tick);
	uint32_t oldest = 0;
	unsigned candidates = 0;

	while (entry != 0 && candidates < EVICT_SCAN_MAX) {
		const struct flow *flow = &cache->table.flows[entry];
		uint32_t next = flow_wheel_next(wheel, entry);
		int64_t due = flow_tick(cache, flow);

		if (due > tick) {
			flow_wheel_take(wheel, entry);
			flow_wheel_put(wheel, entry, due);
		} else {
			candidates++;
			if (oldest == 0 ||
				flow_last(flow) < flow_last(&cache->table.flows[oldest])) {
				oldest = entry;
			}
		}
		entry = next;
	}
	return oldest;
}

/* Make room: end the flow that was silent longest, as exactly as a tick is. */
static void evict(struct flow_cache *cache)
{
	struct flow_wheel *wheel = &cache->wheel;
	int64_t tick = time_max(wheel->earliest, wheel->tick + 1);

	for (; tick < wheel->tick + FLOW_WHEEL_SLOTS; tick++) {
		uint32_t oldest = oldest_of(cache, tick);

		wheel->earliest = tick;
		if (oldest != 0) {
			expire(cache, oldest, RECORD_END_RESOURCES);
			return;
		}
	}
}

static __attribute__((noinline)) uint32_t create(
	struct flow_cache *cache, const struct flow_packet *packet, const struct place *place)
{
	uint32_t entry = flow_table_add(&cache->table, place->tag);
	struct flow *flow;

	if (entry == 0 && cache->table.count > 0 && cache->interval_us == 0) {
		evict(cache);
		entry = flow_table_add(&cache->table, place->tag);
	}
	if (entry == 0) {
		cache->output->ignored_packets++;
		cache->output->ignored_octets += packet->octets;
		return 0;
	}
	flow = &cache->table.flows[entry];
	begin(cache, flow, packet, place);
	flow_wheel_put(&cache->wheel, entry,
		flow_wheel_tick_of(&cache->wheel, packet->time_us + cache->wheel_us));
	if (packet->transport == FLOW_TRANSPORT_TCP) {
		connection(cache, flow, packet, place->end);
	}
	return entry;
}

/* The first packet from this end, in this record. */
static void count_first(struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	if (end == (flow->state & FLOW_FORWARD_1 ? 1U : 0U)) {
		flow->key.tos = packet->key.tos;
	} else {
		flow->other_tos = packet->key.tos;
	}
	if (flow->side[end].tcp_isn == 0) {
		flow->side[end].tcp_isn = packet->tcp_sequence;
	}
}

INLINE void count(struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	struct flow_side *side = &flow->side[end];

	if (unlikely(side->packets == 0)) {
		count_first(flow, packet, end);
	}
	side->octets += packet->octets;
	side->packets++;
	side->first_us = time_min(side->first_us, packet->time_us);
	side->last_us = time_max(side->last_us, packet->time_us);
	side->length_min = packet->octets < side->length_min ? packet->octets : side->length_min;
	side->length_max = packet->octets > side->length_max ? packet->octets : side->length_max;
	side->tcp_flags |= packet->tcp_flags;
	side->ttl_min = packet->ttl < side->ttl_min ? packet->ttl : side->ttl_min;
	side->ttl_max = packet->ttl > side->ttl_max ? packet->ttl : side->ttl_max;
}

INLINE void update(struct flow_cache *cache, struct flow_packet *packet, const struct place *place,
	const struct flow_key_words *mask)
{
	uint32_t entry;
	bool created = false;
	bool first;
	struct flow *flow;

	if (unlikely(packet->time_us >= cache->next_us)) {
		flow_cache_advance(cache, packet->time_us);
	}
	entry = flow_table_find(&cache->table, &place->masked, mask, place->tag);
	if (unlikely(entry == 0)) {
		entry = create(cache, packet, place);
		if (entry == 0) {
			return;
		}
		flow = &cache->table.flows[entry];
		created = true;
	} else {
		flow = &cache->table.flows[entry];
		if (unlikely(is_eventful(cache, flow, packet, place->end))) {
			created = turn(cache, flow, packet, place);
		}
	}
	first = flow->side[place->end].packets == 0;
	count(flow, packet, place->end);
	if (cache->output->identity != NULL) {
		if (first || !cache->inspects ||
			(packet->inspect && !(flow->state & FLOW_INSPECTED))) {
			struct flow_event event = {.entry = entry,
				.end = place->end,
				.created = created,
				.first = first};

			flow_identity(cache, flow, packet, &event);
		}
		packet->name = flow->name;
	}
	flow_applications_packet(&cache->applications, entry, packet);
}

INLINE void locate(const struct flow_cache *cache, const struct flow_packet *packet,
	struct place *place, const struct flow_key_words *mask)
{
	struct flow_key_words masked = flow_key_masked(&packet->key, mask);

	place->end = 0;
	if (cache->biflow) {
		bool tied = true;

		if (likely(packet->transport != FLOW_TRANSPORT_ICMP)) {
			place->end = flow_key_order_fast(&masked, &tied);
		}
		if (unlikely(tied)) {
			struct flow_key key = packet->key;

			place->end = flow_key_order(&key, mask);
			masked = flow_key_masked(&key, mask);
		}
	}
	place->masked = masked;
	place->tag = flow_table_tag(&cache->table, &masked);
	flow_table_prefetch(&cache->table, place->tag);
}

/* Inlined for the mask that is known when compiling and for all others. */
INLINE void work(struct flow_cache *cache, struct flow_packet *packets, unsigned count,
	const struct flow_key_words *mask)
{
	struct place places[FLOW_BATCH];

	for (unsigned i = 0; i < count; i++) {
		locate(cache, &packets[i], &places[i], mask);
	}
	for (unsigned i = 0; i < count; i++) {
		uint32_t entry = flow_table_guess(&cache->table, places[i].tag);
		const char *flow = (const char *)&cache->table.flows[entry];

		if (entry != 0) {
			__builtin_prefetch(flow, 1);
			__builtin_prefetch(flow + 64, 1);
			__builtin_prefetch(flow + 128, 1);
		}
	}
	for (unsigned i = 0; i < count; i++) {
		update(cache, &packets[i], &places[i], mask);
	}
}

void flow_cache_packets(struct flow_cache *cache, struct flow_packet *packets, unsigned count)
{
	if (cache->plain) {
		work(cache, packets, count, &flow_key_mask_5tuple);
	} else {
		work(cache, packets, count, &cache->table.mask);
	}
}

/* Look at all flows of one tick. */
static void visit(struct flow_cache *cache, int64_t tick, int64_t now_us)
{
	uint32_t entry = flow_wheel_first(&cache->wheel, tick);

	while (entry != 0) {
		const struct flow *flow = &cache->table.flows[entry];
		uint32_t next = flow_wheel_next(&cache->wheel, entry);

		if (flow_deadline(cache, flow) <= now_us) {
			expire(cache, entry, natural_reason(flow));
		} else {
			int64_t due = cache->idle_us > cache->wheel_us ? tick + FLOW_WHEEL_SLOTS - 1
								       : flow_tick(cache, flow);

			flow_wheel_take(&cache->wheel, entry);
			flow_wheel_put(&cache->wheel, entry, due);
		}
		entry = next;
	}
}

void flow_cache_advance(struct flow_cache *cache, int64_t now_us)
{
	struct flow_wheel *wheel = &cache->wheel;
	int64_t now = now_us / wheel->tick_us;
	int64_t tick;

	if (cache->next_us > now_us) {
		return;
	}
	cache->next_us = (now + 1) * wheel->tick_us;
	if (cache->interval_us != 0) {
		flow_cache_interval(cache, now_us);
	}
	if (cache->table.count == 0) {
		wheel->tick = now;
		return;
	}
	tick = now - wheel->tick > FLOW_WHEEL_SLOTS ? now - FLOW_WHEEL_SLOTS : wheel->tick;
	while (tick < now) {
		tick++;
		wheel->tick = tick;
		visit(cache, tick, now_us);
	}
}
