#include <stdlib.h>

#include "probe/quic_crypto.h"
#include "probe/quic_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void frames(const uint8_t *data, size_t size)
{
	struct wire payload = wire_of(data, size);
	struct quic_chunk chunk;

	while (quic_chunk_next(&payload, &chunk) == STATUS_OK) {
		if (chunk.count > 0 && (chunk.octets < data || chunk.octets >= data + size ||
					       chunk.count > size)) {
			abort();
		}
	}
}

/* A datagram; and, since nothing that is found by chance is authentic, also a payload. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct quic_crypto *crypto;
	static uint8_t payload[65536];
	struct wire datagram = wire_of(data, size);
	struct quic_packet packet;
	struct quic_keys keys;
	size_t octets;

	if (crypto == NULL) {
		crypto = quic_crypto_new(NULL);
	}
	frames(data, size);
	while (quic_packet_next(&datagram, &packet) == STATUS_OK) {
		if (packet.count > (size_t)(data + size - packet.octets) ||
			packet.number_offset > packet.count || packet.destination_octets > 20) {
			abort();
		}
		if (packet.kind == QUIC_INITIAL && packet.count <= sizeof(payload) &&
			quic_crypto_client_keys(crypto, &packet, &keys) == STATUS_OK &&
			quic_crypto_open(crypto, &keys, &packet, payload, &octets) == STATUS_OK) {
			frames(payload, octets);
		}
	}
	return 0;
}
