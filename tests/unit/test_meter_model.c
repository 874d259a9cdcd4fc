/*
 * The meter against a model of it that is as simple as can be: a list of flows that each packet is
 * looked up in from end to end.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/meter_fixture.h"

#define IDLE_MS   3000
#define ACTIVE_MS 20000
#define FLOWS_MAX 2000

/* What of a packet may be part of a key; a mask sets the rest to 0. */
struct model_key {
	uint8_t version;
	uint8_t protocol;
	uint8_t address[2];
	uint16_t port[2];
	uint16_t vlan;
	uint16_t interface;
	uint8_t mac[2];
	uint8_t tos;
	uint8_t zero;
};

/* What the model says of a record, and what is compared of a real one. */
struct model_record {
	struct model_key first; /* of the first packet, unmasked, in its direction */
	uint64_t octets[2];
	uint64_t packets[2];
	int64_t start_us[2];
	int64_t end_us[2];
	uint64_t reason;
};

struct model_flow {
	struct model_key key;
	struct model_record now;
};

struct model {
	uint32_t fields;
	bool biflow;
	struct model_flow flows[FLOWS_MAX];
	unsigned flow_count;
	struct model_record records[4096];
	unsigned record_count;
};

static struct fixture f;
static struct model m;
static uint32_t random_state;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static struct model_key key_of(const struct talk *t)
{
	struct model_key key;

	memset(&key, 0, sizeof(key));
	key.version = t->version;
	key.protocol = t->protocol;
	for (unsigned i = 0; i < 2; i++) {
		unsigned end = i ^ t->from;

		key.address[i] = (uint8_t)(t->address[end] + (end ? 100 : 0));
		key.mac[i] = (uint8_t)(end + 1);
		key.port[i] = t->port[end];
	}
	key.vlan = t->vlan;
	key.interface = t->interface;
	key.tos = t->tos;
	return key;
}

static struct model_key masked(struct model_key key)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!(m.fields & (i ? FLOW_KEY_DST_ADDRESS : FLOW_KEY_SRC_ADDRESS))) {
			key.address[i] = 0;
		}
		if (!(m.fields & (i ? FLOW_KEY_DST_PORT : FLOW_KEY_SRC_PORT))) {
			key.port[i] = 0;
		}
		if (!(m.fields & (i ? FLOW_KEY_DST_MAC : FLOW_KEY_SRC_MAC))) {
			key.mac[i] = 0;
		}
	}
	key.protocol = m.fields & FLOW_KEY_PROTOCOL ? key.protocol : 0;
	key.vlan = m.fields & FLOW_KEY_VLAN ? key.vlan : 0;
	key.interface = m.fields & FLOW_KEY_INTERFACE ? key.interface : 0;
	key.tos = m.fields & FLOW_KEY_TOS ? key.tos : 0;
	return key;
}

static struct model_key reversed(struct model_key key)
{
	struct model_key r = key;

	for (unsigned i = 0; i < 2; i++) {
		r.address[i] = key.address[!i];
		r.port[i] = key.port[!i];
		r.mac[i] = key.mac[!i];
	}
	return r;
}

static void model_export(struct model_flow *flow, enum record_end_reason reason)
{
	struct model_record *r = &m.records[m.record_count++];

	assert_true(m.record_count <= sizeof(m.records) / sizeof(m.records[0]));
	*r = flow->now;
	r->reason = reason;
	if (r->packets[0] == 0) {
		r->start_us[0] = r->start_us[1];
		r->end_us[0] = r->end_us[1];
	}
	for (unsigned end = 0; end < 2; end++) {
		flow->now.octets[end] = 0;
		flow->now.packets[end] = 0;
		flow->now.start_us[end] = 0;
		flow->now.end_us[end] = 0;
	}
}

static struct model_flow *model_find(const struct model_key *key, unsigned *ret_end)
{
	struct model_key there = masked(*key);
	struct model_key back = masked(reversed(*key));

	for (unsigned i = 0; i < m.flow_count; i++) {
		*ret_end = 0;
		if (memcmp(&m.flows[i].key, &there, sizeof(there)) == 0) {
			return &m.flows[i];
		}
		*ret_end = 1;
		if (m.biflow && memcmp(&m.flows[i].key, &back, sizeof(back)) == 0) {
			return &m.flows[i];
		}
	}
	*ret_end = 0;
	return NULL;
}

static int64_t model_last(const struct model_record *r)
{
	return r->end_us[0] > r->end_us[1] ? r->end_us[0] : r->end_us[1];
}

static int64_t model_first(const struct model_record *r)
{
	if (r->packets[0] == 0 || (r->packets[1] > 0 && r->start_us[1] < r->start_us[0])) {
		return r->start_us[1];
	}
	return r->start_us[0];
}

static void model_packet(const struct talk *t, int64_t at_ms, uint32_t octets)
{
	struct model_key key = key_of(t);
	int64_t now = TALK_START_US + at_ms * 1000;
	unsigned end;
	struct model_flow *flow = model_find(&key, &end);

	if (flow != NULL && now - model_last(&flow->now) >= IDLE_MS * 1000) {
		model_export(flow, RECORD_END_IDLE);
		*flow = m.flows[--m.flow_count];
		flow = NULL;
		end = 0;
	}
	if (flow != NULL && now - model_first(&flow->now) >= ACTIVE_MS * 1000) {
		model_export(flow, RECORD_END_ACTIVE);
	}
	if (flow == NULL) {
		flow = &m.flows[m.flow_count++];
		memset(flow, 0, sizeof(*flow));
		flow->key = masked(key);
		flow->now.first = key;
	}
	flow->now.octets[end] += octets;
	if (flow->now.packets[end]++ == 0) {
		flow->now.start_us[end] = now;
	}
	flow->now.end_us[end] = now;
}

static void model_finish(void)
{
	for (unsigned i = 0; i < m.flow_count; i++) {
		model_export(&m.flows[i], RECORD_END_IDLE);
	}
	m.flow_count = 0;
}

static struct model_record told(const struct flow_record *r)
{
	struct model_record t;

	memset(&t, 0, sizeof(t));
	t.first.version = r->ip_version;
	t.first.protocol = r->protocol;
	t.first.port[0] = r->src_port;
	t.first.port[1] = r->dst_port;
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *a = i ? r->dst_address : r->src_address;
		bool far = r->ip_version == 4 ? a[0] == 198 : a[4] == 0xff;

		t.first.address[i] = (uint8_t)(a[r->ip_version == 4 ? 3 : 15] + (far ? 100 : 0));
	}
	t.first.mac[0] = r->src_mac[5];
	t.first.mac[1] = r->dst_mac[5];
	t.first.vlan = r->vlan_id;
	t.first.interface = (uint16_t)(r->ingress_interface - 1);
	t.octets[0] = r->octets;
	t.octets[1] = r->rev_octets;
	t.packets[0] = r->packets;
	t.packets[1] = r->rev_packets;
	t.start_us[0] = r->start_us;
	t.start_us[1] = r->rev_start_us;
	t.end_us[0] = r->end_us;
	t.end_us[1] = r->rev_end_us;
	t.reason = r->end_reason;
	return t;
}

static int compare_records(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct model_record));
}

/* What is no part of the key belongs to the first packet alone and is not told. */
static void hide(struct model_record *r)
{
	const uint32_t address[2] = {FLOW_KEY_SRC_ADDRESS, FLOW_KEY_DST_ADDRESS};
	const uint32_t port[2] = {FLOW_KEY_SRC_PORT, FLOW_KEY_DST_PORT};
	const uint32_t mac[2] = {FLOW_KEY_SRC_MAC, FLOW_KEY_DST_MAC};

	for (unsigned end = 0; end < 2; end++) {
		r->first.address[end] = m.fields & address[end] ? r->first.address[end] : 0;
		r->first.port[end] = m.fields & port[end] ? r->first.port[end] : 0;
		r->first.mac[end] = m.fields & (address[end] | mac[end]) ? r->first.mac[end] : 0;
	}
	r->first.protocol = m.fields & FLOW_KEY_PROTOCOL ? r->first.protocol : 0;
}

static void compare(void)
{
	static struct model_record real[sizeof(f.records) / sizeof(f.records[0])];

	assert_int_equal(f.count, m.record_count);
	for (unsigned i = 0; i < f.count; i++) {
		real[i] = told(&f.records[i]);
		m.records[i].first.tos = 0; /* told per direction, compared elsewhere */
		hide(&m.records[i]);
	}
	qsort(real, f.count, sizeof(real[0]), compare_records);
	qsort(m.records, m.record_count, sizeof(m.records[0]), compare_records);
	for (unsigned i = 0; i < f.count; i++) {
		assert_memory_equal(&real[i], &m.records[i], sizeof(real[0]));
	}
}

static void run_model(uint32_t fields, bool uniflow, unsigned packets)
{
	const uint32_t pairs[][2] = {{FLOW_KEY_SRC_ADDRESS, FLOW_KEY_DST_ADDRESS},
		{FLOW_KEY_SRC_PORT, FLOW_KEY_DST_PORT}, {FLOW_KEY_SRC_MAC, FLOW_KEY_DST_MAC}};
	int64_t at_ms = 0;

	memset(&m, 0, sizeof(m));
	m.fields = fields;
	m.biflow = !uniflow;
	for (unsigned i = 0; i < 3; i++) {
		m.biflow = m.biflow && !(fields & pairs[i][0]) == !(fields & pairs[i][1]);
	}
	fixture_init(&f);
	f.config.caches[0].key_fields = fields;
	f.config.caches[0].uniflow = uniflow;
	f.config.caches[0].idle_timeout_ms = IDLE_MS;
	f.config.caches[0].active_timeout_ms = ACTIVE_MS;
	fixture_open(&f, NULL);
	for (unsigned i = 0; i < packets; i++) {
		struct talk t = {.from = below(2),
			.version = below(2) ? 4 : 6,
			.protocol = below(2) ? 17 : 132,
			.port = {(uint16_t)(1 + below(3)), (uint16_t)(1 + below(3))},
			.address = {(uint8_t)(1 + below(3)), (uint8_t)(1 + below(2))},
			.vlan = (uint16_t)below(2),
			.interface = (uint16_t)below(2),
			.tos = (uint8_t)below(2),
			.payload = 1 + below(100)};
		uint32_t octets = (t.version == 4 ? 20 : 40) + (t.protocol == 17 ? 8 : 12);

		at_ms += below(20) == 0 ? below(2 * IDLE_MS) : below(60);
		model_packet(&t, at_ms, octets + t.payload);
		fixture_talk(&f, at_ms, &t);
	}
	meter_advance(f.meter, TALK_START_US + (at_ms + 2 * IDLE_MS) * 1000);
	model_finish();
	assert_int_equal(fixture_counters(&f).flows_active, 0);
	assert_int_equal(fixture_counters(&f).records, f.count);
	fixture_close(&f);
	compare();
}

static void records_are_those_of_the_model(void **state)
{
	random_state = 11;
	for (unsigned i = 0; i < 5; i++) {
		run_model(FLOW_KEY_5TUPLE, false, 4000);
		run_model(FLOW_KEY_5TUPLE, true, 4000);
		run_model(FLOW_KEY_5TUPLE | FLOW_KEY_VLAN | FLOW_KEY_INTERFACE, false, 3000);
	}
}

static void records_are_those_of_the_model_under_every_key(void **state)
{
	random_state = 12;
	for (uint32_t fields = 1; fields < FLOW_KEY_TOS << 1; fields++) {
		run_model(fields, below(4) == 0, 400);
	}
}

/* Last packets by source port, of the flows that are in the table. */
static int64_t last_us[512];

static void check_evicted(const struct flow_record *r, int64_t tick_us)
{
	if (r->end_reason == RECORD_END_RESOURCES) {
		for (unsigned port = 0; port < 512; port++) {
			assert_true(last_us[port] == 0 || port == r->src_port ||
				    last_us[port] >= r->end_us - tick_us);
		}
	}
	last_us[r->src_port] = 0;
}

static void a_full_table_loses_its_oldest_flow_and_no_packet(void **state)
{
	uint64_t sent = 0;
	uint64_t counted = 0;
	unsigned evicted = 0;

	random_state = 13;
	memset(last_us, 0, sizeof(last_us));
	fixture_init(&f);
	f.config.caches[0].flows_max = 100;
	fixture_open(&f, NULL);
	for (unsigned i = 0; i < 30000; i++) {
		int64_t at_ms = (int64_t)i * 20;
		uint16_t port = (uint16_t)(below(4) ? 1 + below(60) : 1 + below(511));

		fixture_talk(&f, at_ms, &TALK(.port = {port, 2000}));
		meter_advance(f.meter, TALK_START_US + at_ms * 1000);
		sent++;
		for (unsigned k = 0; k < f.count; k++) {
			counted += f.records[k].packets;
			evicted += f.records[k].end_reason == RECORD_END_RESOURCES;
			check_evicted(&f.records[k], 250000);
		}
		f.count = 0;
		last_us[port] = TALK_START_US + at_ms * 1000;
		assert_true(fixture_counters(&f).flows_active <= 100);
	}
	fixture_finish(&f);
	for (unsigned k = 0; k < f.count; k++) {
		counted += f.records[k].packets;
	}
	assert_int_equal(counted, sent);
	assert_true(evicted > 1000);
	assert_int_equal(fixture_counters(&f).ended[RECORD_END_RESOURCES], evicted);
	assert_int_equal(fixture_counters(&f).ignored_packets, 0);
	fixture_close(&f);
}

static void batches_of_any_size_give_the_same_records(void **state)
{
	static struct flow_record first[4096];
	unsigned first_count = 0;

	for (unsigned size = 1; size <= PACKET_BURST; size += 31) {
		static struct octets frames[PACKET_BURST];
		struct packet packets[PACKET_BURST];
		unsigned n = 0;

		random_state = 14;
		fixture_init(&f);
		f.config.stable_payload = size > 1;
		fixture_open(&f, NULL);
		for (unsigned i = 0; i < 3200; i++) {
			struct talk t = {.port = {(uint16_t)(1 + below(50)), 9}, .from = below(2)};

			frames[n].n = 0;
			octets_ethernet(&frames[n], t.from, 0x0800);
			octets_talk(&frames[n], &t);
			packets[n] = (struct packet){.data = frames[n].at,
				.captured = frames[n].n,
				.wire = frames[n].n,
				.time_ns = (TALK_START_US + (int64_t)i * 300000) * 1000,
				.link_type = 1};
			if (++n == size) {
				meter_packets(f.meter, packets, n);
				n = 0;
			}
		}
		fixture_finish(&f);
		assert_true(f.count > 50);
		if (size == 1) {
			memcpy(first, f.records, sizeof(first));
			first_count = f.count;
		} else {
			assert_int_equal(f.count, first_count);
			assert_memory_equal(first, f.records, f.count * sizeof(first[0]));
		}
		fixture_close(&f);
	}
}

static void an_index_that_grows_amid_a_batch_loses_nothing(void **state)
{
	enum {
		FLOWS = 200000
	};
	struct meter_counters c;

	fixture_init(&f);
	f.config.caches[0].flows_max = FLOWS;
	f.config.caches[0].idle_timeout_ms = 0; /* for ever */
	f.config.caches[0].active_timeout_ms = 0;
	fixture_open(&f, NULL);
	for (unsigned round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < FLOWS; i++) {
			fixture_talk(&f, (int64_t)round * 86400000,
				&TALK(.port = {(uint16_t)i, 2000},
					.address = {1, (uint8_t)(i >> 16)}));
		}
	}
	meter_advance(f.meter, TALK_START_US + INT64_C(10) * 86400 * 1000000);
	c = fixture_counters(&f);
	assert_int_equal(c.flows, FLOWS);
	assert_int_equal(c.flows_active, FLOWS);
	assert_int_equal(c.packets, 2 * FLOWS);
	assert_int_equal(c.records, 0);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_those_of_the_model),
		cmocka_unit_test(records_are_those_of_the_model_under_every_key),
		cmocka_unit_test(a_full_table_loses_its_oldest_flow_and_no_packet),
		cmocka_unit_test(batches_of_any_size_give_the_same_records),
		cmocka_unit_test(an_index_that_grows_amid_a_batch_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
