#include "probe/meter.h"

#include <string.h>

#include "base/error.h"
#include "probe/flow_cache.h"
#include "probe/fragment.h"
#include "probe/identity.h"
#include "probe/meter_config.h"
#include "probe/meter_fast.h"
#include "probe/meter_selection.h"
#include "probe/network.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ETHERTYPE_ARP 0x0806
#define DRAIN_US      (100 * 1000)

struct meter {
	struct flow_packet pending[FLOW_BATCH];
	unsigned pending_count;
	unsigned cache_count;
	bool stable_payload;
	bool looking;     /* a pending packet points to payload */
	bool considering; /* somebody wants to see payload: identity, or applications */
	bool recognising; /* the latter */
	int64_t clock_us;
	int64_t drained_us;
	struct identity *identity;
	struct meter_selection *selection; /* NULL: every cache meters every packet */
	struct fragments *fragments;
	struct flow_cache *caches; /* the one that inspects first */
	struct meter_counters counters;
	struct hash_key hash;
	struct flow_output output;
};

/* Work off the batch. */
static void drain(struct meter *meter)
{
	unsigned count = meter->pending_count;

	meter->pending_count = 0;
	meter->looking = false;
	meter->drained_us = meter->clock_us;
	for (unsigned i = 0; i < meter->cache_count; i++) {
		if (unlikely(meter->selection != NULL)) {
			meter_selection_packets(
				meter->selection, &meter->caches[i], meter->pending, count);
			flow_cache_advance(&meter->caches[i], meter->clock_us);
		} else {
			flow_cache_packets(&meter->caches[i], meter->pending, count);
		}
	}
}

/* What is summed up in registers while the packets of one call are read. */
struct tally {
	uint64_t wire_octets;
	uint64_t ip_octets;
	uint64_t ip_packets;
	uint64_t versions; /* 4 or 6 for each of these */
	int64_t clock_us;
};

static inline void commit(struct meter *meter)
{
	meter->pending_count++;
	if (unlikely(meter->pending_count == FLOW_BATCH)) {
		drain(meter);
	}
}

static void push(void *context, const struct flow_packet *packet)
{
	struct meter *meter = context;

	meter->pending[meter->pending_count] = *packet;
	commit(meter);
}

/* Mark what the identity part wants to see; a plain acknowledgement tells it nothing. Applications
 * may be told by any payload. */
static inline void consider(struct meter *meter, struct flow_packet *packet)
{
	const struct flow_key *key = &packet->key;

	if (packet->payload == NULL ||
		(packet->payload_octets == 0 &&
			!(packet->tcp_flags & (FLOW_TCP_SYN | FLOW_TCP_FIN | FLOW_TCP_RST)))) {
		return;
	}
	packet->inspect = (uint8_t)inspect_kind_of(
		key->ip_version, key->protocol, key->port[0], key->port[1]);
	meter->looking |= (packet->inspect != INSPECT_NONE || meter->recognising) &&
			  packet->payload_octets > 0;
}

static void count_ip(struct meter *meter, const struct flow_packet *packet)
{
	struct meter_counters *c = &meter->counters;

	c->ip_packets++;
	c->ip_octets += packet->octets;
	c->ipv4_packets += packet->key.ip_version == 4;
	c->ipv6_packets += packet->key.ip_version == 6;
}

static void refuse(struct meter *meter, enum network_result result)
{
	static const enum meter_malformed kinds[] = {
		[NETWORK_BAD_VERSION] = METER_BAD_VERSION,
		[NETWORK_BAD_IHL] = METER_BAD_IHL,
		[NETWORK_BAD_LENGTH] = METER_BAD_LENGTH,
		[NETWORK_TRUNCATED] = METER_IP_TRUNCATED,
	};

	meter->counters.malformed[kinds[result]]++;
}

static void take_ip(struct meter *meter, const struct packet *packet, const struct frame *frame,
	uint8_t version)
{
	struct flow_packet parsed;
	struct network_fragment fragment;
	enum network_result result =
		network_parse(frame, version, packet->wire, &parsed, &fragment);

	if (result != NETWORK_OK) {
		refuse(meter, result);
		return;
	}
	parsed.time_us = packet->time_ns / 1000;
	parsed.key.interface = packet->interface;
	count_ip(meter, &parsed);
	if (fragment.offset != 0 || fragment.more) {
		meter->counters.fragments++;
	}
	if (meter->selection != NULL) {
		struct selector_packet seen = {.flow = &parsed,
			.ip = frame->data + frame->at,
			.ip_octets = (uint32_t)(frame->end - frame->at),
			.frame = packet};

		parsed.skipped = meter_selection_skipped(meter->selection, &seen, &meter->output);
	}
	if (fragment.offset != 0) {
		if (fragments_later(meter->fragments, fragment.identification, &parsed)) {
			push(meter, &parsed);
		}
		return;
	}
	if (fragment.more) {
		fragments_first(meter->fragments, fragment.identification, &parsed);
	}
	if (meter->considering) {
		consider(meter, &parsed);
	}
	push(meter, &parsed);
	if (meter->looking && !meter->stable_payload) {
		drain(meter);
	}
}

/* Everything that meter_fast() does not know. */
static __attribute__((noinline)) void take_slowly(struct meter *meter, const struct packet *packet)
{
	struct frame frame;

	switch (frame_unwrap(packet, &frame)) {
	case FRAME_IPV4:
		take_ip(meter, packet, &frame, 4);
		break;
	case FRAME_IPV6:
		take_ip(meter, packet, &frame, 6);
		break;
	case FRAME_CUT:
		meter->counters.malformed[METER_CUT_LINK]++;
		break;
	case FRAME_BAD_VERSION:
		meter->counters.malformed[METER_BAD_VERSION]++;
		break;
	case FRAME_UNSUPPORTED:
		meter->counters.unsupported_link++;
		break;
	case FRAME_NON_IP:
		meter->counters.non_ip++;
		if (meter->identity != NULL && frame.ethertype == ETHERTYPE_ARP &&
			frame.at <= frame.end) {
			identity_arp(meter->identity, frame.data + frame.at,
				(uint32_t)(frame.end - frame.at), packet->interface,
				packet->time_ns / 1000);
		}
		break;
	}
}

/* For packets that meter_fast() took: true if any cache wants it. */
static __attribute__((noinline)) bool is_selected(
	struct meter *meter, const struct packet *packet, struct flow_packet *pending)
{
	uint32_t at = meter_fast_ip(packet);
	struct selector_packet seen = {.flow = pending,
		.ip = packet->data + at,
		.ip_octets = packet->captured - at,
		.frame = packet};

	pending->skipped = meter_selection_skipped(meter->selection, &seen, &meter->output);
	return pending->skipped != meter->selection->all;
}

static inline void take(struct meter *meter, const struct packet *packet, struct tally *tally)
{
	struct flow_packet *pending = &meter->pending[meter->pending_count];
	int64_t time_us = packet->time_ns / 1000;

	tally->wire_octets += packet->wire;
	tally->clock_us = time_us > tally->clock_us ? time_us : tally->clock_us;
	if (unlikely(!meter_fast(packet, pending))) {
		meter->clock_us = tally->clock_us;
		take_slowly(meter, packet);
		return;
	}
	pending->time_us = time_us;
	pending->name = 0;
	pending->inspect = 0;
	tally->ip_octets += pending->octets;
	tally->ip_packets++;
	tally->versions += pending->key.ip_version;
	if (unlikely(meter->selection != NULL) && !is_selected(meter, packet, pending)) {
		return;
	}
	if (meter->considering) {
		consider(meter, pending);
	}
	meter->pending_count++;
	if (unlikely(meter->pending_count == FLOW_BATCH ||
		     (meter->looking && !meter->stable_payload))) {
		meter->clock_us = tally->clock_us;
		drain(meter);
	}
}

/* True if few packets are selected, so that flows wait for their end for want of a full batch. */
static bool is_late(const struct meter *meter)
{
	return meter->clock_us - meter->drained_us >= DRAIN_US;
}

void meter_packets(void *meter_, const struct packet *packets, unsigned count)
{
	struct meter *meter = meter_;
	struct meter_counters *c = &meter->counters;
	struct tally tally = {.clock_us = meter->clock_us};

	for (unsigned i = 0; i < count; i++) {
		take(meter, &packets[i], &tally);
	}
	meter->clock_us = tally.clock_us;
	c->packets += count;
	c->wire_octets += tally.wire_octets;
	c->ip_packets += tally.ip_packets;
	c->ip_octets += tally.ip_octets;
	c->ipv4_packets += (6 * tally.ip_packets - tally.versions) / 2;
	c->ipv6_packets += (tally.versions - 4 * tally.ip_packets) / 2;
	if (meter->looking || (meter->selection != NULL && is_late(meter))) {
		drain(meter);
	}
	fragments_advance(meter->fragments, meter->clock_us);
}

static void flush(struct meter *meter)
{
	for (unsigned i = 0; i < meter->output.writer_count; i++) {
		record_writer_flush(&meter->output.writers[i]);
	}
}

void meter_advance(struct meter *meter, int64_t now_us)
{
	meter->clock_us = now_us > meter->clock_us ? now_us : meter->clock_us;
	fragments_advance(meter->fragments, meter->clock_us);
	drain(meter);
	for (unsigned i = 0; i < meter->cache_count; i++) {
		flow_cache_advance(&meter->caches[i], meter->clock_us);
	}
	flush(meter);
}

int64_t meter_clock(const struct meter *meter)
{
	return meter->clock_us;
}

void meter_finish(struct meter *meter, enum record_end_reason reason)
{
	fragments_finish(meter->fragments);
	drain(meter);
	for (unsigned i = 0; i < meter->cache_count; i++) {
		flow_cache_finish(&meter->caches[i], reason);
	}
	flush(meter);
}

void meter_interface_set(struct meter *meter, uint16_t index, uint32_t exported)
{
	if (index < FLOW_OUTPUT_INTERFACES) {
		meter->output.interfaces[index] = exported;
	}
}

void meter_counters(const struct meter *meter, struct meter_counters *ret_counters)
{
	struct fragment_counters fragments;
	const struct flow_output *output = &meter->output;

	fragments_counters(meter->fragments, &fragments);
	*ret_counters = meter->counters;
	ret_counters->fragments_orphaned = fragments.orphaned;
	ret_counters->fragments_evicted = fragments.evicted;
	ret_counters->flows = output->flows;
	for (unsigned i = 0; i < meter->cache_count; i++) {
		ret_counters->flows_active += meter->caches[i].table.count;
	}
	ret_counters->records = output->records;
	memcpy(ret_counters->ended, output->ended, sizeof(ret_counters->ended));
	ret_counters->ignored_packets = output->ignored_packets;
	ret_counters->ignored_octets = output->ignored_octets;
}

const struct selection *meter_selection(const struct meter *meter, unsigned cache)
{
	return meter->selection != NULL && cache < METER_CACHES_MAX
		       ? meter->selection->sequences[cache]
		       : NULL;
}

static bool open_caches(struct meter *meter, const struct meter_config *config, GError **error)
{
	unsigned first = meter_config_inspecting(config);

	meter->caches = g_new0(struct flow_cache, config->cache_count);
	for (unsigned i = 0; i < config->cache_count; i++) {
		unsigned id = (i + first) % config->cache_count;
		struct flow_cache *cache = &meter->caches[meter->cache_count];

		if (config->caches[id].type == METER_CACHE_IMMEDIATE) {
			continue;
		}
		if (!flow_cache_init(cache, &config->caches[id], &meter->hash, &meter->output)) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
				"meter: no memory for %u flows in cache %u",
				config->caches[id].flows_max, id);
			return false;
		}
		cache->id = (uint8_t)id;
		cache->inspects = meter->cache_count == 0;
		if (meter_selection(meter, id) != NULL) {
			cache->sequence = (uint32_t)meter_selection(meter, id)->id;
		}
		meter->cache_count++;
	}
	return true;
}

/* Only what one connection carries has an application. */
static bool open_applications(
	struct meter *meter, const struct meter_config *config, GError **error)
{
	struct flow_cache *cache = &meter->caches[0];

	if (config->applications == NULL) {
		return true;
	}
	if (!cache->streams) {
		g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"meter: applications are recognised in single connections only, and the "
			"flow "
			"key lacks the 5-tuple");
		return false;
	}
	if (!flow_applications_init(
		    &cache->applications, config->applications, cache->table.flows_max)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"meter: no memory for the applications of %u flows",
			cache->table.flows_max);
		return false;
	}
	meter->recognising = true;
	return true;
}

static void open_output(struct meter *meter, const struct meter_config *config)
{
	static const char label[] = "flow id";
	struct flow_output *output = &meter->output;

	output->writers = g_new(struct record_writer, config->cache_count);
	output->writer_count = config->cache_count;
	output->identity = meter->identity;
	output->observation_point = config->observation_point;
	output->generation = 1;
	output->flow_id_base = hash_octets(&meter->hash, label, sizeof(label));
	for (uint32_t i = 0; i < FLOW_OUTPUT_INTERFACES; i++) {
		output->interfaces[i] = i + 1;
	}
}

struct meter *meter_new(const struct meter_config *config, struct identity *identity,
	record_sink sink, void *context, GError **error)
{
	struct meter *meter;

	if (!meter_config_check(config, error)) {
		return NULL;
	}
	meter = g_new0(struct meter, 1);
	if (config->hash_seed != 0) {
		hash_key_seeded(&meter->hash, config->hash_seed);
	} else {
		hash_key_random(&meter->hash);
	}
	meter->identity = identity;
	meter->stable_payload = config->stable_payload;
	meter->selection = meter_selection_new(config);
	open_output(meter, config);
	for (unsigned i = 0; i < config->cache_count; i++) {
		record_writer_init(&meter->output.writers[i], sink, context);
	}
	meter->considering = identity != NULL || config->applications != NULL;
	if (!open_caches(meter, config, error) || !open_applications(meter, config, error)) {
		meter_free(meter);
		return NULL;
	}
	meter->fragments = fragments_new(&meter->hash, push, meter);
	if (meter->fragments == NULL) {
		g_set_error_literal(
			error, WEIR_ERROR, WEIR_ERROR_LIMIT, "meter: no memory for fragments");
		meter_free(meter);
		return NULL;
	}
	return meter;
}

void meter_free(struct meter *meter)
{
	if (meter == NULL) {
		return;
	}
	for (unsigned i = 0; i < meter->cache_count; i++) {
		flow_cache_done(&meter->caches[i]);
	}
	g_free(meter->caches);
	g_free(meter->output.writers);
	fragments_free(meter->fragments);
	meter_selection_free(meter->selection);
	g_free(meter);
}
