#include "probe/quic_packet.h"

#define HEADER_LONG  0x80
#define HEADER_FIXED 0x40

#define FRAME_PADDING          0x00
#define FRAME_PING             0x01
#define FRAME_ACK              0x02
#define FRAME_ACK_ECN          0x03
#define FRAME_CRYPTO           0x06
#define FRAME_CONNECTION_CLOSE 0x1c

bool quic_version_known(uint32_t version)
{
	return version == QUIC_VERSION_1 || version == QUIC_VERSION_2 ||
	       (version >= QUIC_VERSION_DRAFT_29 && version <= QUIC_VERSION_DRAFT_32);
}

/* RFC 9000 16: the two highest bits say how many octets the number has. */
static uint64_t wire_quic_number(struct wire *w)
{
	uint8_t first = wire_u8(w);
	uint64_t number = first & 0x3f;

	for (unsigned more = (1U << (first >> 6)) - 1; more > 0; more--) {
		number = number << 8 | wire_u8(w);
	}
	return number;
}

static const uint8_t *wire_quic_take(struct wire *w, uint64_t n)
{
	if (n > wire_left(w)) {
		w->bad = true;
		return NULL;
	}
	return wire_take(w, (size_t)n);
}

static enum quic_kind packet_kind(uint8_t first, uint32_t version)
{
	/* In version 2 the types have changed places (RFC 9369 3.2). */
	unsigned type = ((first >> 4) - (version == QUIC_VERSION_2)) & 3;

	return type == 0 ? QUIC_INITIAL : type == 3 ? QUIC_RETRY : QUIC_OTHER;
}

enum status quic_packet_next(struct wire *datagram, struct quic_packet *ret_packet)
{
	struct quic_packet packet = {.octets = datagram->at};
	uint8_t first = wire_u8(datagram);
	uint64_t rest;

	packet.version = wire_be32(datagram);
	if (datagram->bad || (first & (HEADER_LONG | HEADER_FIXED)) < HEADER_LONG) {
		return STATUS_NOT_FOUND;
	}
	if (packet.version == 0 || (packet.version & 0x0f0f0f0f) == 0x0a0a0a0a) {
		packet.kind = QUIC_NEGOTIATION;
	} else if (quic_version_known(packet.version) && (first & HEADER_FIXED)) {
		packet.kind = packet_kind(first, packet.version);
	} else {
		return STATUS_NOT_FOUND;
	}
	packet.destination_octets = wire_u8(datagram);
	packet.destination = wire_take(datagram, packet.destination_octets);
	rest = wire_u8(datagram);
	(void)wire_quic_take(datagram, rest);
	if (packet.destination_octets > QUIC_CONNECTION_ID_MAX || rest > QUIC_CONNECTION_ID_MAX) {
		return STATUS_MALFORMED;
	}
	if (packet.kind == QUIC_INITIAL) {
		rest = wire_quic_number(datagram);
		packet.has_token = rest > 0;
		(void)wire_quic_take(datagram, rest);
	}
	rest = packet.kind == QUIC_INITIAL || packet.kind == QUIC_OTHER ? wire_quic_number(datagram)
									: wire_left(datagram);
	packet.number_offset = (size_t)(datagram->at - packet.octets);
	(void)wire_quic_take(datagram, rest);
	if (datagram->bad) {
		return STATUS_SHORT;
	}
	packet.count = (size_t)(datagram->at - packet.octets);
	*ret_packet = packet;
	return STATUS_OK;
}

static void frame_skip_ack(struct wire *payload, bool with_ecn)
{
	uint64_t ranges;

	(void)wire_quic_number(payload); /* largest acknowledged */
	(void)wire_quic_number(payload); /* delay */
	ranges = wire_quic_number(payload);
	(void)wire_quic_number(payload); /* first range */
	for (uint64_t i = 0; i < ranges && !payload->bad; i++) {
		(void)wire_quic_number(payload); /* gap */
		(void)wire_quic_number(payload); /* length */
	}
	for (unsigned i = 0; with_ecn && i < 3; i++) {
		(void)wire_quic_number(payload);
	}
}

static void frame_skip_close(struct wire *payload)
{
	(void)wire_quic_number(payload); /* error code */
	(void)wire_quic_number(payload); /* frame type */
	(void)wire_quic_take(payload, wire_quic_number(payload));
}

enum status quic_chunk_next(struct wire *payload, struct quic_chunk *ret_chunk)
{
	while (wire_left(payload) > 0) {
		/* A type may be spelled in more octets than it needs; RFC 9000 12.4 forbids it. */
		uint8_t type = wire_u8(payload);

		switch (type) {
		case FRAME_PADDING:
		case FRAME_PING:
			break;
		case FRAME_ACK:
		case FRAME_ACK_ECN:
			frame_skip_ack(payload, type == FRAME_ACK_ECN);
			break;
		case FRAME_CONNECTION_CLOSE:
			frame_skip_close(payload);
			break;
		case FRAME_CRYPTO:
			ret_chunk->offset = wire_quic_number(payload);
			ret_chunk->count = (size_t)wire_quic_number(payload);
			ret_chunk->octets = wire_quic_take(payload, ret_chunk->count);
			return payload->bad ? STATUS_MALFORMED : STATUS_OK;
		default:
			return STATUS_MALFORMED;
		}
	}
	return payload->bad ? STATUS_MALFORMED : STATUS_NOT_FOUND;
}
