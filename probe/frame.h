#pragma once

#include <stdint.h>

#include "probe/packet.h"

/** What is under the link layer of a frame, or why nothing can be told. */
enum frame_result {
	FRAME_IPV4,
	FRAME_IPV6,
	FRAME_NON_IP,
	FRAME_CUT,         /* ends inside the link layer */
	FRAME_BAD_VERSION, /* raw IP that is neither version 4 nor 6 */
	FRAME_UNSUPPORTED  /* a link type that is not unwrapped */
};

/** The link layer of one frame, unwrapped. */
struct frame {
	const uint8_t *data;
	int64_t at; /* of the IP header; of what was not understood otherwise; may be past @end */
	int64_t end;
	uint16_t vlan_ids[2]; /* outer, second */
	uint16_t vlan_count;  /* all tags, those that are not kept too */
	uint16_t ethertype;   /* the last one met */
	uint8_t source_mac[6];
	uint8_t destination_mac[6];
	uint8_t depth; /* of Ethernet and LLC headers inside one another */
};

/**
 * Unwrap everything below the outermost IP header: Ethernet II, VLAN tags (any number), LLC and
 * SNAP, PPPoE sessions, PPP, MPLS with Ethernet pseudo-wires, Linux cooked 1 and 2, BSD null and
 * loop, raw IP, 802.11 data with or without radiotap, Prism, AVS or PPI, frame relay, Cisco HDLC,
 * RFC 2684 LLC and NFLOG. MACs are those of the outermost Ethernet or 802.11 header, zero where
 * there is none. Reads nothing outside the captured octets.
 */
enum frame_result frame_unwrap(const struct packet *packet, struct frame *ret_frame);
