/*
 * The whole way of a packet: frames of any link type into a meter with a small table. The input is
 * a setting octet and then frames: link type (an index), time since the last frame (2 octets, units
 * of 16 ms, signed), octets cut by the snap length, length (2 octets), data.
 */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/application.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SETTING_UNIFLOW 0x01
#define SETTING_STABLE  0x02
#define SETTING_NAMES   0x04
#define SETTING_KEY     0x08
#define SETTING_CACHES  0x10
#define SETTING_LOOK    0x20 /* for applications; where the key is not set */
#define STATES          2
#define TIME_UNIT_NS    INT64_C(16000000)
#define TIME_START_NS   (INT64_C(1700000000) * 1000000000)

static const uint16_t link_types[] = {1, 0, 9, 12, 50, 51, 100, 101, 104, 105, 107, 108, 113, 119,
	127, 163, 192, 204, 219, 228, 229, 239, 276, 7};

/* What the records add up to, for each cache. */
struct sums {
	uint64_t packets[METER_CACHES_MAX];
	uint64_t octets[METER_CACHES_MAX];
};

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void add_up(void *context, const struct record_batch *batch)
{
	struct sums *sums = context;

	for (uint32_t i = 0; i < batch->count; i++) {
		const struct flow_record *r = &batch->records[i];

		sums->packets[r->cache_id] += r->packets + r->rev_packets;
		sums->octets[r->cache_id] += r->octets + r->rev_octets;
		check(r->packets + r->rev_packets > 0);
		check(r->start_us <= r->end_us && r->rev_start_us <= r->rev_end_us);
		check(r->has_reverse == (r->rev_packets > 0));
		check(r->ip_version == 4 || r->ip_version == 6);
		check(r->end_reason >= RECORD_END_IDLE && r->end_reason <= RECORD_END_RESOURCES);
	}
}

/* Hashes read headers and payload; what they select is as good as any. */
static void select_some(struct selection_spec *spec)
{
	spec->count = 2;
	spec->selectors[0] = (struct selection_spec_selector){.algorithm = SELECTION_BOB,
		.payload_size = SELECTION_HASH_SIZE_MAX,
		.range_count = 1,
		.ranges = {{0, UINT32_MAX / 2}}};
	spec->selectors[1] = (struct selection_spec_selector){.algorithm = SELECTION_IPSX,
		.payload_size = 8,
		.range_count = 1,
		.ranges = {{100, UINT16_MAX}}};
}

/* True if @cache has counted what it should have. */
static bool is_complete(
	const struct meter *meter, unsigned cache, const struct sums *sums, uint64_t packets)
{
	const struct selection *selection = meter_selection(meter, cache);

	if (selection != NULL) {
		check(selection->selectors[0].counters.packets_observed == packets);
		packets = selection->selectors[selection->count - 1].counters.packets_selected;
	}
	return sums->packets[cache] == packets;
}

/* What recognises applications, once for all inputs: its tables take long to build. */
static struct applications *engine(void)
{
	static struct applications *applications;

	if (applications == NULL && applications_available()) {
		applications = applications_new(STATES, NULL);
		check(applications != NULL);
	}
	return applications;
}

static void configure(struct meter_config *config, uint8_t setting)
{
	config->cache_count = setting & SETTING_CACHES ? 2 : 1;
	config->stable_payload = setting & SETTING_STABLE;
	config->hash_seed = 1;
	for (unsigned i = 0; i < config->cache_count; i++) {
		config->caches[i].flows_max = 6;
		config->caches[i].idle_timeout_ms = 2000;
		config->caches[i].active_timeout_ms = 5000;
		config->caches[i].uniflow = setting & SETTING_UNIFLOW;
	}
	if (config->cache_count > 1) {
		select_some(&config->caches[1].selection);
	}
	if (setting & SETTING_KEY) {
		config->caches[0].key_fields = setting >> 5 | FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC;
	} else if (setting & SETTING_LOOK) {
		config->applications = engine();
	}
}

/* Send the next frame, in memory of exactly its size; false at the end. */
static bool send_frame(struct meter *meter, struct wire *w, int64_t *time_ns)
{
	uint16_t link_type = link_types[wire_u8(w) % G_N_ELEMENTS(link_types)];
	int16_t since = (int16_t)wire_be16(w);
	uint8_t cut = wire_u8(w);
	uint16_t octets = wire_be16(w);
	struct packet packet = {.link_type = link_type, .interface = cut};
	const uint8_t *data;
	uint8_t *copy;

	if (octets > wire_left(w)) {
		octets = (uint16_t)wire_left(w);
	}
	data = wire_take(w, octets);
	if (data == NULL) {
		return false;
	}
	copy = malloc(octets > 0 ? octets : 1);
	check(copy != NULL);
	memcpy(copy, data, octets);
	*time_ns += since * TIME_UNIT_NS;
	packet.data = copy;
	packet.captured = octets;
	packet.wire = octets + cut;
	packet.time_ns = *time_ns;
	meter_packets(meter, &packet, 1);
	free(copy);
	return wire_left(w) > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = wire_of(data, size);
	uint8_t setting = wire_u8(&w);
	struct meter_config config = {0};
	struct identity_config names = {.devices_max = 8, .names_max = 16, .hash_seed = 1};
	struct identity *identity = setting & SETTING_NAMES ? identity_new(&names, NULL) : NULL;
	struct sums sums = {0};
	struct meter *meter;
	struct meter_counters c;
	int64_t time_ns = TIME_START_NS;

	configure(&config, setting);
	meter = meter_new(&config, identity, add_up, &sums, NULL);
	check(meter != NULL);
	while (send_frame(meter, &w, &time_ns)) {
	}
	meter_advance(meter, time_ns / 1000 + 1000000);
	meter_finish(meter, RECORD_END_FORCED);
	meter_counters(meter, &c);
	for (unsigned i = 0; i < config.cache_count; i++) {
		check(is_complete(meter, i, &sums, c.ip_packets));
		check(meter_selection(meter, i) != NULL || sums.octets[i] == c.ip_octets);
	}
	check(c.flows_active == 0 && c.ignored_packets == 0);
	check(c.ip_packets == c.ipv4_packets + c.ipv6_packets);
	meter_free(meter);
	identity_free(identity);
	return 0;
}
