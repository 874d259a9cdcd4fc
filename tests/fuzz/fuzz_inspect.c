#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/inspect.h"
#include "tests/unit/seal_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A sequence of packets, each: an octet of flags (bit 0 from the initiator, bits 1-2 flow, bit 3
 * UDP, bit 4 port 53, bits 5-7 SYN, RST, ACK), two octets of sequence number (signed, so that it
 * wraps), two of payload length, the payload. Few places, so that streams are evicted. With bits 3
 * and 4 the payload is the frames of a QUIC Initial packet, to be sealed first.
 */
enum {
	FROM_INITIATOR = 0x01,
	UDP = 0x08,
	DNS = 0x10
};

static void sink(
	void *context, const struct inspect_input *input, const uint8_t *message, uint32_t octets)
{
	volatile uint8_t *last = context;

	*last = message[octets - 1];
}

static size_t seal_frames(const uint8_t *frames, size_t n, uint32_t number, uint8_t *ret)
{
	/* After some numbers, the client begins anew as if there had been a Retry. */
	bool again = number & 0x100;
	struct seal seal = {.destination = again ? "retry" : "client-1",
		.token_octets = again ? 8 : 0,
		.number = number & 0xff,
		.frames = frames,
		.frame_octets = n < 1500 ? n : 1500};

	return seal_packet(&seal, ret);
}

static bool packet(struct inspect *inspect, struct wire *w)
{
	uint8_t flags = wire_u8(w);
	uint32_t sequence = (uint32_t)(int16_t)wire_be16(w);
	uint32_t octets = wire_be16(w);
	bool client = flags & FROM_INITIATOR;
	struct flow_key key = {.protocol = flags & UDP ? 17 : 6, .ip_version = 4};
	struct inspect_input input = {.key = &key,
		.tcp_sequence = sequence,
		.flow = flags >> 1 & 3,
		.from_initiator = client};
	static uint8_t sealed[SEAL_OCTETS_MAX];
	const uint8_t *payload;
	uint8_t *copy;
	char name[256];
	enum record_name_source source;
	enum status status;

	octets = octets < wire_left(w) ? octets : (uint32_t)wire_left(w);
	payload = wire_take(w, octets);
	if (payload == NULL) {
		return false;
	}
	if ((flags & UDP) && (flags & DNS)) {
		octets = (uint32_t)seal_frames(payload, octets, sequence, sealed);
		payload = sealed;
	}
	copy = malloc(octets > 0 ? octets : 1);
	if (copy == NULL) {
		return false;
	}
	memcpy(copy, payload, octets);
	key.port[client] = flags & DNS ? 53 : 443;
	key.port[!client] = 40000;
	input.tcp_flags = (uint16_t)((flags & 0x20 ? 0x02 : 0) | (flags & 0x40 ? 0x04 : 0) |
				     (flags & 0x80 ? 0x10 : 0));
	input.payload = copy;
	input.octets = octets;
	status = inspect_stream(inspect, &input, name, &source);
	free(copy);
	if ((status == STATUS_OK) != (name[0] != '\0') ||
		(status == STATUS_OK) != (source != RECORD_NAME_NONE)) {
		abort();
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = wire_of(data, size);
	uint8_t last = 0;
	struct inspect *inspect = inspect_new(3, 1, sink, &last, NULL);

	if (inspect == NULL) {
		abort();
	}
	while (packet(inspect, &w)) {
	}
	inspect_free(inspect);
	return 0;
}
