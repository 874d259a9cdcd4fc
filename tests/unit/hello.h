#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes ClientHellos for tests (RFC 8446 4.1.2). */

#define HELLO_OCTETS_MAX 40000

struct hello_options {
	const char *name;           /* NULL: no server_name extension */
	const uint8_t *name_octets; /* instead of @name: any octets */
	size_t name_octet_count;
	size_t key_share_octets; /* post-quantum shares are large; placed before the name */
	bool grease;             /* RFC 8701 */
	bool encrypted_hello;    /* the ech extension: what @name is, is the outer name */
	bool other_name_first;   /* an entry of another type before the host name */
	bool without_extensions; /* TLS 1.0: the message ends after the compression methods */
};

/* Write the handshake message to @ret (HELLO_OCTETS_MAX); gives its length. */
size_t hello_message(const struct hello_options *options, uint8_t *ret);

/* Cut @n octets of handshake into records of @record_octets each; gives the length of all. @ret
 * has room for 6 * @n. */
size_t hello_records(const uint8_t *message, size_t n, size_t record_octets, uint8_t *ret);

/* A hello in a single record, for "www.example.com" unless @name says otherwise. */
size_t hello_simple(const char *name, uint8_t *ret);
