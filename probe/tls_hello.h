#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** Longest ClientHello that is read on; longer ones are MALFORMED. */
#define TLS_HELLO_OCTETS_MAX 65535

/**
 * Whether a stream that begins with these @n octets may be a TLS client's: a record of type
 * handshake, major version 3, whose first message is a ClientHello (RFC 8446 5.1, 4). True for
 * every prefix of one, even the empty.
 */
bool tls_hello_begins(const uint8_t *octets, size_t n);

/** The same for a server's answer: a handshake record whose first message is a ServerHello. False
 * for prefixes that stop before the message type. */
bool tls_hello_is_server(const uint8_t *octets, size_t n);

/**
 * The host name in the server_name extension (RFC 6066 3) of the ClientHello (RFC 8446 4.1.2; the
 * same layout since TLS 1.0) at the beginning of a TLS record stream of which @n octets have
 * arrived; the message may be cut into records anywhere. With Encrypted ClientHello this is the
 * name of the outer hello, which is all there is to see.
 *
 * STATUS_OK: @ret_name holds it, see name_hostname_normalise(); octets after the extension are not
 * looked at. STATUS_AGAIN: undecided until more arrives. STATUS_NOT_FOUND: a whole hello without a
 * host name, or one that is refused (an address, not a host name). STATUS_MALFORMED: no ClientHello.
 * Cost: the hello's records and extensions, each stepped over.
 */
enum status tls_hello_name(const uint8_t *octets, size_t n, char ret_name[256]);

/** The same for a handshake message without records, as in QUIC's CRYPTO frames (RFC 9001 4). */
enum status tls_hello_name_bare(const uint8_t *octets, size_t n, char ret_name[256]);
