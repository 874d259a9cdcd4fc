/*
 * Recognising applications: packets of a few flows into a pool that is smaller. The input is a
 * sequence of packets: flags (bit 0 the sender, all others the flow: bit 3 TCP, bit 4 IPv6, bits 5-7
 * the port), length (2 octets), payload. What looks into them is a library, whose own faults show
 * here as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/application.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FLOWS   128
#define STATES  3
#define TIME_US (INT64_C(1700000000) * 1000000)

static const uint16_t ports[] = {80, 443, 53, 5353, 123, 445, 8000, 3478};

struct flows {
	application_slot slots[FLOWS];
	uint32_t sequence[FLOWS][2];
	uint32_t packets;
};

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

static bool look(struct applications *applications, struct flows *flows, struct wire *w)
{
	uint8_t flags = wire_u8(w);
	uint32_t octets = wire_be16(w);
	unsigned end = flags & 1;
	unsigned flow = flags >> 1;
	struct flow_packet packet = {.time_us = TIME_US + flows->packets++ * 1000};
	const uint8_t *payload;
	uint8_t *copy;

	octets = octets < wire_left(w) ? octets : (uint32_t)wire_left(w);
	payload = wire_take(w, octets);
	if (payload == NULL) {
		return false;
	}
	copy = malloc(octets > 0 ? octets : 1);
	check(copy != NULL);
	memcpy(copy, payload, octets);
	packet.key.protocol = flags & 0x08 ? 6 : 17;
	packet.key.ip_version = flags & 0x10 ? 6 : 4;
	packet.key.address[end][0] = 10;
	packet.key.address[!end][0] = 93;
	packet.key.port[end] = (uint16_t)(40000 + flow);
	packet.key.port[!end] = ports[flags >> 5];
	packet.tcp_sequence = flows->sequence[flow][end];
	packet.tcp_flags = FLOW_TCP_ACK;
	packet.payload = copy;
	packet.payload_octets = octets;
	flows->sequence[flow][end] += octets;
	applications_packet(applications, &flows->slots[flow], &packet);
	free(copy);
	return wire_left(w) > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct applications *applications; /* tables of the library take long to build */
	struct wire w = wire_of(data, size);
	struct flows flows = {0};

	if (!applications_available()) {
		return 0;
	}
	if (applications == NULL) {
		applications = applications_new(STATES, NULL);
		check(applications != NULL);
	}
	while (look(applications, &flows, &w)) {
	}
	for (unsigned i = 0; i < FLOWS; i++) {
		application_slot slot = applications_end(applications, &flows.slots[i]);
		size_t octets = strlen(applications_name(applications, slot));

		check(octets <= APPLICATION_NAME_MAX && flows.slots[i] == 0);
	}
	return 0;
}
