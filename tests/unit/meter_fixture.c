#include "tests/unit/meter_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "tests/unit/unit.h"

struct identity fake_identity;

void octets_put(struct octets *o, const void *from, uint32_t n)
{
	assert_true(o->n + n <= sizeof(o->at));
	if (n > 0) {
		memcpy(o->at + o->n, from, n);
	}
	o->n += n;
}

void octets_8(struct octets *o, uint8_t value)
{
	octets_put(o, &value, 1);
}

void octets_16(struct octets *o, uint16_t value)
{
	uint8_t octets[2];

	store_be16(octets, value);
	octets_put(o, octets, sizeof(octets));
}

void octets_32(struct octets *o, uint32_t value)
{
	uint8_t octets[4];

	store_be32(octets, value);
	octets_put(o, octets, sizeof(octets));
}

void octets_fill(struct octets *o, uint8_t value, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		octets_8(o, value);
	}
}

void octets_hex(struct octets *o, const char *hex)
{
	while (*hex != '\0') {
		char digits[3] = {hex[0], (char)(hex[0] == ' ' ? '\0' : hex[1]), '\0'};

		if (hex[0] == ' ') {
			hex++;
			continue;
		}
		octets_8(o, (uint8_t)strtoul(digits, NULL, 16));
		hex += 2;
	}
}

void octets_ethernet(struct octets *o, unsigned from, uint16_t ethertype)
{
	octets_hex(o, "0200000000");
	octets_8(o, from ? 1 : 2);
	octets_hex(o, "0200000000");
	octets_8(o, from ? 2 : 1);
	octets_16(o, ethertype);
}

static uint32_t transport_octets(const struct talk *talk)
{
	if (talk->fragment & 0x1fff) {
		return 0;
	}
	switch (talk->protocol) {
	case 6:
		return 20;
	case 1:
	case 17:
	case 58:
		return 8;
	case 132:
		return 12;
	default:
		return 0;
	}
}

static void put_transport(struct octets *o, const struct talk *talk)
{
	if (transport_octets(talk) == 0) {
		return;
	}
	if (talk->protocol == 1 || talk->protocol == 58) {
		octets_8(o, (uint8_t)talk->port[0]);
		octets_8(o, (uint8_t)talk->port[1]);
		octets_fill(o, 0, 6);
		return;
	}
	octets_16(o, talk->port[talk->from]);
	octets_16(o, talk->port[!talk->from]);
	if (talk->protocol == 6) {
		octets_32(o, talk->sequence);
		octets_32(o, 0);
		octets_16(o, 5 << 12 | (talk->flags & 0xfff));
		octets_fill(o, 0, 6);
	} else {
		octets_fill(o, 0, transport_octets(talk) - 4);
	}
}

static void put_ipv4(struct octets *o, const struct talk *talk)
{
	octets_8(o, 0x45);
	octets_8(o, talk->tos);
	octets_16(o, (uint16_t)(20 + transport_octets(talk) + talk->payload));
	octets_16(o, talk->identification);
	octets_16(o, talk->fragment);
	octets_8(o, talk->ttl);
	octets_8(o, talk->protocol);
	octets_16(o, 0);
	for (unsigned i = 0; i < 2; i++) {
		unsigned end = i ^ talk->from;

		octets_hex(o, end == 0 ? "c00002" : "c63364");
		octets_8(o, talk->address[end]);
	}
}

static void put_ipv6(struct octets *o, const struct talk *talk)
{
	octets_32(o, UINT32_C(6) << 28 | (uint32_t)talk->tos << 20);
	octets_16(o, (uint16_t)(transport_octets(talk) + talk->payload));
	octets_8(o, talk->protocol);
	octets_8(o, talk->ttl);
	for (unsigned i = 0; i < 2; i++) {
		unsigned end = i ^ talk->from;

		octets_hex(o, end == 0 ? "20010db8 00000000 00000000 000000"
				       : "20010db8 ffff0000 00000000 000000");
		octets_8(o, talk->address[end]);
	}
}

static struct talk with_defaults(const struct talk *talk)
{
	struct talk t = *talk;
	bool icmp = t.protocol == 1 || t.protocol == 58;

	t.version = t.version ? t.version : 4;
	t.protocol = t.protocol ? t.protocol : 17;
	t.ttl = t.ttl ? t.ttl : 64;
	if (t.payload == TALK_NO_PAYLOAD) {
		t.payload = 0;
	} else if (t.payload == 0) {
		t.payload = 10;
	}
	if (!icmp && t.port[0] == 0 && t.port[1] == 0) {
		t.port[0] = 1000;
		t.port[1] = 2000;
	}
	if (t.address[0] == 0 && t.address[1] == 0) {
		t.address[0] = 1;
		t.address[1] = 2;
	}
	return t;
}

void octets_talk(struct octets *o, const struct talk *talk)
{
	struct talk t = with_defaults(talk);

	if (t.version == 4) {
		put_ipv4(o, &t);
	} else {
		put_ipv6(o, &t);
	}
	put_transport(o, &t);
	octets_fill(o, 'x', t.payload);
}

static void collect(void *context, const struct record_batch *batch)
{
	struct fixture *f = context;

	for (uint32_t i = 0; i < batch->count; i++) {
		assert_true(f->count < sizeof(f->records) / sizeof(f->records[0]));
		f->records[f->count++] = batch->records[i];
	}
}

void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	memset(&fake_identity, 0, sizeof(fake_identity));
	f->config.cache_count = 1;
	f->config.caches[0].idle_timeout_ms = 60000;
	f->config.caches[0].active_timeout_ms = 300000;
	f->config.caches[0].flows_max = 1000;
	f->config.hash_seed = 42;
}

void fixture_open(struct fixture *f, struct identity *identity)
{
	GError *error = NULL;

	f->meter = meter_new(&f->config, identity, collect, f, &error);
	assert_null(error);
	assert_non_null(f->meter);
}

void fixture_close(struct fixture *f)
{
	meter_free(f->meter);
	f->meter = NULL;
}

void fixture_send(struct fixture *f, struct packet *packet)
{
	uint8_t *copy = malloc(packet->captured > 0 ? packet->captured : 1);

	assert_non_null(copy);
	memcpy(copy, packet->data, packet->captured);
	packet->data = copy;
	meter_packets(f->meter, packet, 1);
	packet->data = NULL;
	free(copy);
}

void fixture_frame(struct fixture *f, uint16_t link_type, const struct octets *o)
{
	struct packet packet = {.data = o->at,
		.captured = o->n,
		.wire = o->n,
		.time_ns = TALK_START_US * 1000,
		.link_type = link_type};

	fixture_send(f, &packet);
}

void fixture_talk(struct fixture *f, int64_t at_ms, const struct talk *talk)
{
	struct octets o = {.n = 0};
	uint16_t ethertype = talk->version == 6 ? 0x86dd : 0x0800;
	struct packet packet = {.time_ns = (TALK_START_US + at_ms * 1000) * 1000,
		.link_type = 1,
		.interface = talk->interface};

	octets_ethernet(&o, talk->from, talk->vlan ? 0x8100 : ethertype);
	if (talk->vlan) {
		octets_16(&o, talk->vlan);
		octets_16(&o, talk->inner_vlan ? 0x8100 : ethertype);
	}
	if (talk->inner_vlan) {
		octets_16(&o, talk->inner_vlan);
		octets_16(&o, ethertype);
	}
	octets_talk(&o, talk);
	packet.data = o.at;
	packet.captured = o.n;
	packet.wire = o.n;
	fixture_send(f, &packet);
}

void fixture_finish(struct fixture *f)
{
	meter_finish(f->meter, RECORD_END_FORCED);
}

struct meter_counters fixture_counters(const struct fixture *f)
{
	struct meter_counters counters;

	meter_counters(f->meter, &counters);
	return counters;
}

static struct identity_call *call(struct identity *identity, char kind, const struct flow_key *key)
{
	struct identity_call *c;

	assert_true(identity->count < sizeof(identity->calls) / sizeof(identity->calls[0]));
	c = &identity->calls[identity->count++];
	c->kind = kind;
	if (key != NULL) {
		c->key = *key;
	}
	return c;
}

void identity_sighting(struct identity *identity, const struct flow_key *key, int64_t now_us)
{
	(void)call(identity, 's', key);
}

void identity_arp(struct identity *identity, const uint8_t *data, uint32_t octets,
	uint16_t interface, int64_t now_us)
{
	call(identity, 'r', NULL)->octets = octets;
}

uint32_t identity_name(struct identity *identity, const struct flow_key *key, int64_t now_us)
{
	(void)call(identity, 'n', key);
	return identity->name;
}

uint32_t identity_name_settle(
	struct identity *identity, uint32_t name, int64_t start_us, int64_t now_us)
{
	struct flow_key none = {0};
	struct identity_call *c = call(identity, 't', &none);

	c->name = name;
	c->start_us = start_us;
	return name % 100 + 100;
}

bool identity_name_is_same(const struct identity *identity, uint32_t name, uint32_t other)
{
	return name % 100 == other % 100;
}

uint32_t identity_inspect(
	struct identity *identity, const struct inspect_input *input, uint32_t name, bool *ret_done)
{
	struct identity_call *c = call(identity, 'i', input->key);

	c->name = name;
	c->octets = input->octets;
	c->flow = input->flow;
	c->generation = input->flow_generation;
	c->from_initiator = input->from_initiator;
	for (uint32_t i = 0; i < input->octets; i++) {
		assert_int_equal(input->payload[i], 'x');
	}
	*ret_done = identity->done;
	return identity->inspect != 0 ? identity->inspect : name;
}

void identity_annotate(struct identity *identity, const struct flow_key *key, uint32_t name,
	struct flow_record *record, struct record_writer *writer)
{
	call(identity, 'a', key)->name = name;
	record->device_id = name;
}
