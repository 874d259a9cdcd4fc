#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "base/status.h"
#include "probe/identity.h"

/**
 * Names that flows carry themselves: TLS SNI, QUIC Initial, HTTP Host, and the framing of DNS over
 * TCP. Keeps bounded reassembly state per flow in a fixed pool; the oldest is evicted and counted.
 */
struct inspect;

struct inspect_counters {
	uint64_t tls_hellos;
	uint64_t tls_malformed;
	uint64_t quic_initials;
	uint64_t quic_malformed;
	uint64_t http_requests;
	uint64_t dns_messages; /* over TCP, whole */
	uint64_t evicted;      /* streams that lost their buffer to another */
};

/** A whole DNS message that came over TCP; borrowed. */
typedef void (*inspect_dns_sink)(
	void *context, const struct inspect_input *input, const uint8_t *message, uint32_t octets);

/** @streams: how many flows may be in reassembly at once (0: 256). Allocates everything it will use. */
struct inspect *inspect_new(
	uint32_t streams, uint64_t hash_seed, inspect_dns_sink dns, void *context, GError **error);
void inspect_free(struct inspect *inspect);

/**
 * Look at one packet of a stream-like flow. STATUS_OK: a name is found, @ret_name is terminated,
 * lower case, validated LDH; *ret_source says from where; nothing more to look for. STATUS_AGAIN: look
 * at the next packet too. STATUS_NOT_FOUND or STATUS_MALFORMED: this flow has none. Cost: O(octets)
 * until decided, for QUIC some microseconds a flow; at most 16 KiB kept for each side of a flow. No
 * allocation, but for OpenSSL's own while it derives the keys of a QUIC flow.
 */
enum status inspect_stream(struct inspect *inspect, const struct inspect_input *input,
	char ret_name[IDENTITY_TEXT_MAX + 1], enum record_name_source *ret_source);

/** A snapshot of the totals since inspect_new(). */
void inspect_counters(const struct inspect *inspect, struct inspect_counters *ret_counters);
