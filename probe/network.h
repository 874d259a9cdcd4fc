#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/flow_packet.h"
#include "probe/frame.h"

/** What the IP header of a frame tells. */
enum network_result {
	NETWORK_OK,
	NETWORK_BAD_VERSION, /* against the ethertype or the link type */
	NETWORK_BAD_IHL,
	NETWORK_BAD_LENGTH, /* total length smaller than the header */
	NETWORK_TRUNCATED   /* the fixed header was not captured whole */
};

/** The part of a packet that only fragments need. */
struct network_fragment {
	uint32_t identification;
	uint16_t offset; /* in units of eight octets; 0: first fragment, or none at all */
	bool more;
};

/**
 * Read the IP and transport headers at @frame->at, of which the link layer says that they are of
 * @ip_version. @wire: length of the frame on the wire.
 *
 * Fills @ret_packet but its time, key interface and name; the MACs and VLANs of its key from
 * @frame. Octets: IPv4 total length; IPv6 40 + payload length or the jumbo option (RFC 2675) where
 * it can be true; what the frame has where the length is 0 as with segmentation offload. IPv6
 * extension headers are walked (hop-by-hop, routing, fragment, destination options, AH, mobility,
 * HIP, shim6); ESP and no-next-header are protocols. What was not captured, or lies behind the
 * length IP gives, is 0. A non-first fragment has ports 0. Checksums are not looked at.
 */
enum network_result network_parse(const struct frame *frame, uint8_t ip_version, uint32_t wire,
	struct flow_packet *ret_packet, struct network_fragment *ret_fragment);
