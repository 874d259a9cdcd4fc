#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes QUIC packets for tests: the other half of what is under test, written on its own and with
 * other functions of the library, so that a mistake does not cancel itself out.
 */

#define SEAL_OCTETS_MAX 4096

struct seal {
	uint32_t version;        /* 0: version 1 */
	const char *destination; /* connection IDs, as text */
	const char *source;
	const char *key_destination; /* whose keys, if not those of @destination */
	size_t token_octets;
	uint32_t number;
	unsigned number_octets; /* 0: 4 */
	unsigned type;          /* of version 1: 0 Initial, 1 0-RTT, 2 Handshake */
	bool from_server;
	const uint8_t *frames;
	size_t frame_octets;
};

/* Write the protected packet to @ret (SEAL_OCTETS_MAX); gives its length. */
size_t seal_packet(const struct seal *seal, uint8_t *ret);

/* Write a CRYPTO frame (RFC 9000 19.6) to @ret; gives its length. */
size_t seal_crypto_frame(uint8_t *ret, size_t offset, const uint8_t *octets, size_t n);
