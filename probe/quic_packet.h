#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/wire.h"

/* QUIC as far as it can be read by somebody on the path: packets with long headers (RFC 9000 17.2)
 * and the frames of Initial packets (RFC 9000 19). */

#define QUIC_VERSION_1        0x00000001 /* RFC 9000 */
#define QUIC_VERSION_2        0x6b3343cf /* RFC 9369 */
#define QUIC_VERSION_DRAFT_29 0xff00001d /* to draft 32: the same on the wire */
#define QUIC_VERSION_DRAFT_32 0xff000020

#define QUIC_CONNECTION_ID_MAX 20

enum quic_kind {
	QUIC_INITIAL,
	QUIC_RETRY,
	QUIC_NEGOTIATION, /* of versions, or a version that is reserved to provoke it */
	QUIC_OTHER        /* 0-RTT, Handshake: nothing to read in them */
};

/** One packet of a datagram, borrowed. */
struct quic_packet {
	const uint8_t *octets; /* from the first octet of the header */
	size_t count;          /* of the whole packet; QUIC_INITIAL: with its authentication tag */
	size_t number_offset;  /* QUIC_INITIAL: of the protected packet number */
	const uint8_t *destination; /* connection ID */
	uint8_t destination_octets;
	bool has_token; /* QUIC_INITIAL: from a Retry, or from an earlier connection */
	uint32_t version;
	enum quic_kind kind;
};

/** Whether Initial packets of @version can be read. */
bool quic_version_known(uint32_t version);

/**
 * Take the next packet off a datagram; several may share one (RFC 9000 12.2). STATUS_NOT_FOUND: no
 * QUIC, a version that is not known, or a short header, which nothing can follow. STATUS_SHORT: it
 * says to be longer than the datagram. STATUS_MALFORMED: a connection ID of more than 20 octets.
 */
enum status quic_packet_next(struct wire *datagram, struct quic_packet *ret_packet);

/** A piece of the handshake stream, borrowed. */
struct quic_chunk {
	uint64_t offset;
	const uint8_t *octets;
	size_t count;
};

/**
 * Step to the next CRYPTO frame of a decrypted Initial packet's @payload. STATUS_NOT_FOUND: there
 * is none. STATUS_MALFORMED: a frame that is cut, or that has no place in an Initial packet.
 */
enum status quic_chunk_next(struct wire *payload, struct quic_chunk *ret_chunk);
