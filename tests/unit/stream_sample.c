#include "tests/unit/stream_sample.h"
#include "base/section.h"

#include <stdio.h>
#include <string.h>

static struct record_batch sample;
static struct flow_record sample_records[RECORD_BATCH_MAX];
static uint8_t sample_text[RECORD_BATCH_TEXT];

static void keep(void *context, const struct record_batch *batch)
{
	memcpy(sample_records, batch->records, batch->count * sizeof(struct flow_record));
	memcpy(sample_text, batch->text, batch->text_octets);
	sample = *batch;
	sample.records = sample_records;
	sample.text = sample_text;
}

const struct record_batch *stream_sample_batch(unsigned count, unsigned seed)
{
	static struct record_writer writer;
	char name[64];

	record_writer_init(&writer, keep, NULL);
	for (unsigned i = 0; i < count; i++) {
		struct flow_record *record = record_writer_next(&writer);

		record->start_us = 1700000000000000 + seed;
		record->packets = seed + i + 1;
		record->rev_packets = i;
		record->octets = 1000 * (i + 1);
		record->rev_octets = 10 * i;
		record->ip_version = i % 2 == 0 ? 4 : 6;
		record->protocol = 17;
		record->end_reason = RECORD_END_IDLE;
		record->device_mac_random = i % 2;
		(void)snprintf(name, sizeof(name), "gerät-%u.example", seed + i);
		record->far_name = record_writer_text(&writer, name, strlen(name));
		record->device_name = record_writer_text(&writer, "", 0);
	}
	record_writer_flush(&writer);
	return &sample;
}

static void fill_device(struct stream_device *device)
{
	device->id = 7;
	memcpy(device->mac, "\x02\x00\x5e\x10\x20\x30", 6);
	device->random_mac = true;
	device->name_source = RECORD_NAME_MDNS;
	(void)snprintf(device->name, sizeof(device->name), "Küche");
	(void)snprintf(device->vendor, sizeof(device->vendor), "Example Ltd");
	memset(device->vendor_class, 'v', RECORD_TEXT_MAX);
	device->address_count = STREAM_DEVICE_ADDRS;
	for (unsigned i = 0; i < STREAM_DEVICE_ADDRS; i++) {
		device->address_versions[i] = i % 2 == 0 ? 4 : 6;
		device->addresses[i][0] = (uint8_t)(10 + i);
	}
	device->first_seen_us = 1700000000000000;
	device->last_seen_us = 1700000001000000;
}

static void fill_selection(struct stream_selection *selection)
{
	selection->sequence = 5;
	selection->observation_point = 1;
	selection->cache = 1;
	selection->count = SELECTION_SELECTORS_MAX;
	for (unsigned i = 0; i < selection->count; i++) {
		struct selection_spec_selector *s = &selection->selectors[i];

		s->algorithm = (uint8_t)(1 + i);
		s->digest = i % 2;
		s->has_initialiser = i == 5;
		s->interval = i + 1;
		s->space = 99;
		s->size = 5;
		s->population = 100;
		s->probability = 0.125 * i;
		s->initialiser = UINT32_MAX;
		s->payload_offset = 4;
		s->payload_size = 8;
		s->range_count = SELECTION_RANGES_MAX;
		s->ranges[3] = (struct selection_range){1, UINT64_MAX};
		s->match_count = SELECTION_MATCHES_MAX;
		s->matches[7] = (struct selection_match){.field = SELECTION_SRC_ADDRESS,
			.ip_version = 6,
			.prefix_bits = 128,
			.low = 1,
			.high = 2,
			.octets = {0x20, 0x01}};
		selection->counters[i] = (struct selection_counters){1000 - i, 999 - i, 10, 9};
	}
}

void stream_sample_message(enum stream_type type, struct stream_message *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->type = type;
	switch (type) {
	case STREAM_HELLO:
		stream_hello_init(&ret->hello, "weir-test", STREAM_FLAG_FILE);
		ret->hello.instance = 77;
		ret->hello.number = 12;
		break;
	case STREAM_DEVICE:
		fill_device(&ret->device);
		break;
	case STREAM_INTERFACE:
		ret->interface.index = 3;
		ret->interface.link_type = 1;
		ret->interface.home = true;
		(void)snprintf(ret->interface.name, sizeof(ret->interface.name), "eth0");
		break;
	case STREAM_CACHE:
		ret->cache = (struct stream_cache){.id = 1,
			.count = 2,
			.uniflow = true,
			.section = RECORD_SECTION_FRAME,
			.type = STREAM_CACHE_TYPE_MAX,
			.key_fields = 3,
			.active_timeout_ms = 300000,
			.idle_timeout_ms = 60000,
			.flows_max = 65536,
			.name = "pairs"};
		break;
	case STREAM_COUNTERS:
		ret->counters.time_us = 1700000000000000;
		ret->counters.unheard_octets = UINT64_MAX;
		break;
	case STREAM_BYE:
		ret->bye = STREAM_BYE_SHUTDOWN;
		break;
	case STREAM_SELECTION:
		fill_selection(&ret->selection);
		break;
	case STREAM_ACK:
		ret->ack = UINT64_C(0x0102030405060708);
		break;
	case STREAM_FLOWS:
		break;
	}
}

size_t stream_sample_flows(uint8_t *ret, const struct record_batch *batch, int64_t clock_us)
{
	size_t records = batch->count * sizeof(struct flow_record);

	stream_encode_flows(ret, batch, clock_us, 1);
	memcpy(ret + STREAM_FLOWS_OCTETS, batch->records, records);
	memcpy(ret + STREAM_FLOWS_OCTETS + records, batch->text, batch->text_octets);
	return STREAM_FLOWS_OCTETS + records + batch->text_octets;
}
