#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "probe/quic_packet.h"

/**
 * Opens Initial packets of QUIC clients. Their keys come from a connection ID that is sent in the
 * clear, so anybody on the path can derive them (RFC 9001 5.2): they protect against accidents, not
 * against observers. The library's contexts are made once, and these functions allocate nothing
 * themselves. OpenSSL 3.0 does: one small block for each hash, freed by the next, so ten for the
 * keys of a flow; none for opening packets (a test counts them).
 */
struct quic_crypto;

/** What protects the packets of a client: AES-128-GCM and AES-128 for the headers. */
struct quic_keys {
	uint8_t key[16];
	uint8_t iv[12];
	uint8_t header_key[16];
};

/** Fails with WEIR_ERROR_SYSTEM if the library lacks AES-128-GCM, AES-128-ECB or SHA-256. */
struct quic_crypto *quic_crypto_new(GError **error);
void quic_crypto_free(struct quic_crypto *crypto); /* NULL is fine */

/**
 * The keys of a client whose first Initial packet, or first one after a Retry, is @packet, by its
 * version and destination connection ID (RFC 9001 5.2, RFC 9369 3.3). STATUS_NOT_FOUND: the version
 * is not known. Cost: 10 hashes, a few microseconds.
 */
enum status quic_crypto_client_keys(
	struct quic_crypto *crypto, const struct quic_packet *packet, struct quic_keys *ret_keys);

/**
 * Remove the header protection (RFC 9001 5.4) and decrypt (RFC 9001 5.3) an Initial packet.
 * @ret_payload: room for @packet->count octets; *ret_octets of them are the frames.
 * STATUS_MALFORMED: too short, or not authentic under @keys; then nothing of it may be used.
 */
enum status quic_crypto_open(struct quic_crypto *crypto, const struct quic_keys *keys,
	const struct quic_packet *packet, uint8_t *ret_payload, size_t *ret_octets);
