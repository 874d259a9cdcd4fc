#include "tests/unit/application_flow.h"

#include <string.h>

#include "tests/unit/hello.h"
#include "tests/unit/seal_crypto.h"
#include "tests/unit/unit.h"

struct application_flow seen;

static void see(void *context, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct record_text *name = &batch->records[i].application;

		assert_true(seen.count < SEEN_MAX && name->octets <= APPLICATION_NAME_MAX);
		memcpy(seen.names[seen.count], batch->text + name->offset, name->octets);
		seen.names[seen.count][name->octets] = '\0';
		seen.caches[seen.count++] = batch->records[i].cache_id;
	}
}

void open_meter(void)
{
	seen.meter = meter_new(&seen.config, NULL, see, NULL, NULL);
	assert_non_null(seen.meter);
}

int set_up(void **state)
{
	memset(&seen, 0, sizeof(seen));
	seen.applications = applications_new(8, NULL);
	seen.config = (struct meter_config){.cache_count = 1, .hash_seed = 42};
	seen.config.applications = seen.applications;
	for (unsigned i = 0; i < 2; i++) {
		seen.config.caches[i].idle_timeout_ms = 60000;
		seen.config.caches[i].active_timeout_ms = 300000;
		seen.config.caches[i].flows_max = 100;
	}
	return seen.applications == NULL;
}

int tear_down(void **state)
{
	meter_free(seen.meter);
	seen.meter = NULL;
	applications_free(seen.applications);
	return 0;
}

void send_cut(struct talk talk, const void *payload, size_t octets, uint32_t cut)
{
	struct octets o = {.n = 0};
	uint8_t *copy;
	struct packet packet = {.link_type = 1};

	talk.payload = octets > 0 ? (uint32_t)octets : TALK_NO_PAYLOAD;
	octets_ethernet(&o, talk.from, talk.version == 6 ? 0x86dd : 0x0800);
	octets_talk(&o, &talk);
	if (octets > 0) {
		memcpy(o.at + o.n - octets, payload, octets);
	}
	assert_true(cut <= o.n);
	copy = g_memdup2(o.at, o.n - cut);
	packet.data = copy;
	packet.captured = o.n - cut;
	packet.wire = o.n;
	packet.time_ns = (TALK_START_US + ++seen.now_ms * 1000) * 1000;
	meter_packets(seen.meter, &packet, 1);
	g_free(copy);
}

void send_payload(struct talk talk, const void *payload, size_t octets)
{
	send_cut(talk, payload, octets, 0);
}

const char *name_of_all(void)
{
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 1);
	seen.count = 0;
	return seen.names[0];
}

void send_text(struct talk talk, const char *text)
{
	send_payload(talk, text, strlen(text));
}

struct talk tcp(unsigned from, uint16_t port, uint32_t sequence)
{
	struct talk talk = {.from = from, .protocol = 6, .flags = 0x18, .sequence = sequence};

	talk.port[0] = 40000;
	talk.port[1] = port;
	return talk;
}

struct talk udp(uint16_t port)
{
	struct talk talk = {.protocol = 17};

	talk.port[0] = 40000;
	talk.port[1] = port;
	return talk;
}

size_t seal_hello(const char *name, uint8_t *ret)
{
	struct hello_options options = {.name = name};
	static uint8_t hello[HELLO_OCTETS_MAX];
	size_t octets = hello_message(&options, hello);
	uint8_t frames[1300] = {0};
	struct seal seal = {.destination = "client-1", .frames = frames};

	(void)seal_crypto_frame(frames, 0, hello, octets);
	seal.frame_octets = 1200; /* padded, as RFC 9000 14.1 wants it */
	return seal_packet(&seal, ret);
}
