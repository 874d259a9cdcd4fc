#include "probe/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/name_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A few devices, addresses and names in small tables, so that all is evicted and found again. The
 * input is a run of steps: what, who, whom, how many octets of payload, the payload.
 */
#define STEPS_MAX 256

struct state {
	struct identity *identity;
	int64_t now_us;
	uint32_t names[8];
	struct record_writer writer;
};

static void require(bool truth)
{
	if (!truth) {
		abort();
	}
}

static void text_check(const struct record_batch *batch, const struct record_text *text)
{
	require(text->octets <= RECORD_TEXT_MAX &&
		text->offset + text->octets <= batch->text_octets);
	require(text->octets == 0 || name_text_is_valid(batch->text + text->offset, text->octets));
}

static void batch_check(void *context, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct flow_record *r = &batch->records[i];

		text_check(batch, &r->device_name);
		text_check(batch, &r->device_vendor);
		text_check(batch, &r->device_class);
		text_check(batch, &r->far_name);
		text_check(batch, &r->node_name);
		require((r->far_name.octets > 0) == (r->far_name_source != RECORD_NAME_NONE));
	}
}

static void device_check(void *context, const struct identity_device *device)
{
	unsigned *count = context;

	*count += !device->gateway;
	require(device->id != 0 && device->address_count <= 16);
	require(strlen(device->name) <= IDENTITY_TEXT_MAX);
}

static void end_fill(struct flow_key *key, unsigned end, uint8_t who)
{
	static const uint8_t prefixes[8][8] = {{192, 168, 1}, {10}, {198, 51, 100}, {100, 64},
		{0xfe, 0x80}, {0x20, 0x01, 0x0d, 0xb8}, {0x2a}, {0xff, 0x02}};

	memcpy(key->address[end], prefixes[who & 7], 8);
	if (key->ip_version == 4) {
		memset(key->address[end] + 4, 0, 12);
		key->address[end][3] = who >> 5;
	} else {
		key->address[end][7] = who >> 6;
		key->address[end][15] = who >> 5;
	}
	memcpy(key->mac[end], "\0\x17\x88\0\0", 5);
	key->mac[end][0] = (who & 0x18) == 0x18 ? 2 : 0;
	key->mac[end][5] = who >> 4;
}

static void step(struct state *s, uint8_t what, uint8_t who, uint8_t whom, struct wire payload)
{
	static const uint16_t ports[8] = {53, 5353, 5355, 67, 68, 546, 547, 1900};
	struct flow_key key = {
		.ip_version = (who & 7) < 4 && (whom & 7) < 4 ? 4 : 6, .protocol = 17};
	struct inspect_input input = {.key = &key,
		.payload = payload.at,
		.octets = (uint32_t)wire_left(&payload),
		.now_us = s->now_us};
	uint32_t *name = &s->names[whom & 7];
	bool done;

	end_fill(&key, 0, who);
	end_fill(&key, 1, whom);
	switch (what >> 5) {
	case 0:
		identity_sighting(s->identity, &key, s->now_us);
		break;
	case 1:
		*name = identity_name(s->identity, &key, s->now_us);
		break;
	case 2:
		identity_arp(s->identity, payload.at, input.octets, 0, s->now_us);
		break;
	case 3:
		identity_annotate(
			s->identity, &key, *name, record_writer_next(&s->writer), &s->writer);
		break;
	case 4:
		key.protocol = 6;
		input.flow = whom;
		*name = identity_inspect(s->identity, &input, *name, &done);
		break;
	case 5:
		key.protocol = 58;
		key.ip_version = 6;
		key.port[0] = 133 + (what & 3);
		(void)identity_inspect(s->identity, &input, 0, &done);
		break;
	default:
		key.port[0] = ports[what & 7];
		key.port[1] = ports[what >> 3 & 7];
		(void)identity_inspect(s->identity, &input, 0, &done);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct identity_config config = {.hash_seed = 1, .devices_max = 6, .names_max = 7};
	struct wire w = wire_of(data, size);
	static struct state s;
	struct identity_counters counters;
	unsigned devices = 0;

	s.identity = identity_new(&config, NULL);
	s.now_us = 0;
	memset(s.names, 0, sizeof(s.names));
	record_writer_init(&s.writer, batch_check, NULL);
	require(s.identity != NULL);
	for (unsigned i = 0; i < STEPS_MAX && wire_left(&w) > 0; i++) {
		uint8_t what = wire_u8(&w);
		uint8_t who = wire_u8(&w);
		uint8_t whom = wire_u8(&w);
		uint8_t octets = wire_u8(&w);

		s.now_us += (what & 0x1f) == 0x1f ? INT64_C(100000000000) : 1000000;
		step(&s, what, who, whom, wire_sub(&w, octets));
	}
	record_writer_flush(&s.writer);
	identity_devices(s.identity, device_check, &devices);
	identity_counters(s.identity, &counters);
	require(counters.devices == devices && devices <= 6 && counters.names <= 7);
	identity_free(s.identity);
	return 0;
}
