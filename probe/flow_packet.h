#pragma once

#include <stdint.h>

#include "probe/flow.h"

/** What kind of header follows IP, as far as counting cares. */
enum flow_transport {
	FLOW_TRANSPORT_OTHER, /* no ports: the key has 0 */
	FLOW_TRANSPORT_PORTS, /* UDP, SCTP, DCCP, UDP-Lite */
	FLOW_TRANSPORT_TCP,
	FLOW_TRANSPORT_ICMP /* ICMP over IPv4, ICMPv6 over IPv6: type and code in place of ports */
};

#define FLOW_TCP_FIN 0x001
#define FLOW_TCP_SYN 0x002
#define FLOW_TCP_RST 0x004
#define FLOW_TCP_ACK 0x010

/** One parsed packet: everything that the flow table needs of it. */
struct flow_packet {
	struct flow_key key; /* as on the wire, nothing masked */
	int64_t time_us;
	const uint8_t *payload;  /* behind the transport header (ICMPv6: its type octet); or NULL */
	uint32_t payload_octets; /* captured ones, within the IP length */
	uint32_t octets;         /* IP layer */
	uint32_t tcp_sequence;
	uint32_t name; /* what the first cache called its flow; 0: nothing */
	uint16_t tcp_flags;
	uint16_t customer_vlan_id; /* second tag, 0: none */
	uint8_t ttl;
	uint8_t transport; /* enum flow_transport */
	uint8_t inspect;   /* enum inspect_kind: the payload is worth a look */
	uint8_t skipped; /* a bit for each cache that did not select it; set only if one selects */
};

/** The kind of @protocol; it decides what the port members of a key mean. */
static inline enum flow_transport flow_transport_of(uint8_t ip_version, uint8_t protocol)
{
	switch (protocol) {
	case 6:
		return FLOW_TRANSPORT_TCP;
	case 17:
	case 33:
	case 132:
	case 136:
		return FLOW_TRANSPORT_PORTS;
	case 1:
		return ip_version == 4 ? FLOW_TRANSPORT_ICMP : FLOW_TRANSPORT_OTHER;
	case 58:
		return ip_version == 6 ? FLOW_TRANSPORT_ICMP : FLOW_TRANSPORT_OTHER;
	default:
		return FLOW_TRANSPORT_OTHER;
	}
}
