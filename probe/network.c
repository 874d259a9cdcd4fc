#include "probe/network.h"

#include <string.h>

#include "base/wire.h"

#define IPV4_HEADER     20
#define IPV6_HEADER     40
#define IPV4_MORE       0x2000
#define IPV4_OFFSET     0x1fff
#define TCP_HEADER      20
#define TCP_FLAGS_END   14
#define UDP_HEADER      8
#define OPTION_JUMBO    0xc2
#define JUMBO_MIN       65536
#define HEADER_HOP      0
#define HEADER_ROUTING  43
#define HEADER_FRAGMENT 44
#define HEADER_AH       51
#define HEADER_OPTIONS  60
#define HEADER_MOBILITY 135
#define HEADER_HIP      139
#define HEADER_SHIM6    140

/* A walk through the headers behind IP. Offsets are those of the frame. */
struct network {
	const uint8_t *data;
	int64_t end;   /* of what was captured */
	int64_t start; /* of the IP header */
	int64_t at;    /* of the transport header */
	int64_t wire;  /* octets the frame has from the IP header on, on the wire */
	int64_t total; /* IP-layer octets */
	int64_t jumbo; /* what the jumbo payload option says; -1: none seen */
	uint8_t protocol;
	bool cut; /* the chain of headers ends in the dark */
};

static bool is_extension(uint8_t header)
{
	switch (header) {
	case HEADER_HOP:
	case HEADER_ROUTING:
	case HEADER_FRAGMENT:
	case HEADER_AH:
	case HEADER_OPTIONS:
	case HEADER_MOBILITY:
	case HEADER_HIP:
	case HEADER_SHIM6:
		return true;
	default:
		return false;
	}
}

static int64_t jumbo_option(const uint8_t *data, int64_t at, int64_t end)
{
	while (at + 2 <= end) {
		if (data[at] == 0) { /* Pad1 */
			at++;
		} else if (data[at] == OPTION_JUMBO && data[at + 1] == 4 && at + 6 <= end) {
			return load_be32(data + at + 2);
		} else {
			at += 2 + data[at + 1];
		}
	}
	return -1;
}

/* Step over the fragment header; false if the walk ends with it. */
static bool fragment_header(struct network *n, struct network_fragment *fragment)
{
	const uint8_t *p;

	if (n->end - n->at < 8) {
		n->cut = true;
		return false;
	}
	p = n->data + n->at;
	n->protocol = p[0];
	n->at += 8;
	fragment->offset = load_be16(p + 2) >> 3;
	fragment->more = p[3] & 1;
	fragment->identification = load_be32(p + 4);
	return fragment->offset == 0;
}

/* Step over another extension header; false if the walk ends in it. */
static bool extension_header(struct network *n, bool may_be_jumbo)
{
	const uint8_t *p;
	int64_t octets;

	if (n->end - n->at < 2) {
		n->cut = true;
		return false;
	}
	p = n->data + n->at;
	octets = n->protocol == HEADER_AH ? (p[1] + 2) * 4 : (p[1] + 1) * 8;
	if (n->protocol == HEADER_HOP && may_be_jumbo && n->jumbo < 0) {
		int64_t end = n->at + octets < n->end ? n->at + octets : n->end;

		n->jumbo = jumbo_option(n->data, n->at + 2, end);
	}
	n->protocol = p[0];
	if (n->end - n->at < octets) {
		n->cut = true;
		n->at = n->end;
		return false;
	}
	n->at += octets;
	return true;
}

static enum network_result parse_ipv4(
	struct network *n, struct flow_packet *packet, struct network_fragment *fragment)
{
	const uint8_t *p = n->data + n->start;
	unsigned header;
	uint16_t offset;

	if (n->end - n->start < IPV4_HEADER) {
		return NETWORK_TRUNCATED;
	}
	if (p[0] >> 4 != 4) {
		return NETWORK_BAD_VERSION;
	}
	header = (p[0] & 15) * 4U;
	if (header < IPV4_HEADER) {
		return NETWORK_BAD_IHL;
	}
	n->total = load_be16(p + 2);
	if (n->total == 0) {
		n->total = n->wire;
	}
	if (n->total < header) {
		return NETWORK_BAD_LENGTH;
	}
	offset = load_be16(p + 6);
	fragment->offset = offset & IPV4_OFFSET;
	fragment->more = offset & IPV4_MORE;
	fragment->identification = load_be16(p + 4);
	n->at = n->start + header;
	n->protocol = p[9];
	memcpy(packet->key.address[0], p + 12, 4);
	memcpy(packet->key.address[1], p + 16, 4);
	packet->key.tos = p[1];
	packet->ttl = p[8];
	return NETWORK_OK;
}

static enum network_result parse_ipv6(
	struct network *n, struct flow_packet *packet, struct network_fragment *fragment)
{
	const uint8_t *p = n->data + n->start;
	uint16_t payload;
	bool walking = true;

	if (n->end - n->start < IPV6_HEADER) {
		return NETWORK_TRUNCATED;
	}
	if (p[0] >> 4 != 6) {
		return NETWORK_BAD_VERSION;
	}
	payload = load_be16(p + 4);
	n->protocol = p[6];
	n->at = n->start + IPV6_HEADER;
	while (walking && is_extension(n->protocol)) {
		walking = n->protocol == HEADER_FRAGMENT ? fragment_header(n, fragment)
							 : extension_header(n, payload == 0);
	}
	n->total = IPV6_HEADER + payload;
	if (payload == 0 && n->jumbo >= JUMBO_MIN && n->jumbo <= n->wire - IPV6_HEADER) {
		n->total = IPV6_HEADER + n->jumbo;
	} else if (payload == 0) {
		enum flow_transport transport = flow_transport_of(6, n->protocol);

		if (transport == FLOW_TRANSPORT_TCP || transport == FLOW_TRANSPORT_PORTS) {
			n->total = n->wire;
		}
	}
	memcpy(packet->key.address[0], p + 8, 16);
	memcpy(packet->key.address[1], p + 24, 16);
	packet->key.tos = (uint8_t)(p[0] << 4 | p[1] >> 4);
	packet->ttl = p[7];
	return NETWORK_OK;
}

/* @left: octets of the transport header and what follows, captured and within the IP length. */
static void parse_tcp(const uint8_t *p, int64_t left, struct flow_packet *packet)
{
	unsigned header;

	if (left >= 8) {
		packet->tcp_sequence = load_be32(p + 4);
	}
	if (left < TCP_FLAGS_END) {
		return;
	}
	packet->tcp_flags = load_be16(p + 12) & 0xfff;
	header = (p[12] >> 4) * 4U;
	if (header >= TCP_HEADER && left >= header) {
		packet->payload = p + header;
		packet->payload_octets = (uint32_t)(left - header);
	}
}

static void parse_transport(struct network *n, struct flow_packet *packet)
{
	int64_t end = n->start + n->total < n->end ? n->start + n->total : n->end;
	int64_t left = end - n->at;
	const uint8_t *p;

	if (left < 2) {
		return;
	}
	p = n->data + n->at;
	if (packet->transport == FLOW_TRANSPORT_ICMP) {
		packet->key.port[0] = p[0];
		packet->key.port[1] = p[1];
		packet->payload = p;
		packet->payload_octets = (uint32_t)left;
	}
	if (left < 4 || (packet->transport != FLOW_TRANSPORT_TCP &&
				packet->transport != FLOW_TRANSPORT_PORTS)) {
		return;
	}
	packet->key.port[0] = load_be16(p);
	packet->key.port[1] = load_be16(p + 2);
	if (packet->transport == FLOW_TRANSPORT_TCP) {
		parse_tcp(p, left, packet);
	} else if (n->protocol == 17 && left >= UDP_HEADER) {
		packet->payload = p + UDP_HEADER;
		packet->payload_octets = (uint32_t)(left - UDP_HEADER);
	}
}

enum network_result network_parse(const struct frame *frame, uint8_t ip_version, uint32_t wire,
	struct flow_packet *ret_packet, struct network_fragment *ret_fragment)
{
	struct network n = {.data = frame->data,
		.end = frame->end,
		.start = frame->at,
		.wire = (int64_t)wire - frame->at,
		.jumbo = -1};
	struct flow_key *key = &ret_packet->key;
	enum network_result result;

	memset(ret_packet, 0, sizeof(*ret_packet));
	memset(ret_fragment, 0, sizeof(*ret_fragment));
	result = ip_version == 4 ? parse_ipv4(&n, ret_packet, ret_fragment)
				 : parse_ipv6(&n, ret_packet, ret_fragment);
	if (result != NETWORK_OK) {
		return result;
	}
	key->ip_version = ip_version;
	key->protocol = n.protocol;
	key->vlan_id = frame->vlan_ids[0];
	memcpy(key->mac[0], frame->source_mac, 6);
	memcpy(key->mac[1], frame->destination_mac, 6);
	ret_packet->customer_vlan_id = frame->vlan_ids[1];
	ret_packet->octets = n.total > 0 ? (uint32_t)n.total : 0;
	ret_packet->transport = flow_transport_of(ip_version, n.protocol);
	if (ret_fragment->offset == 0 && !(n.cut && is_extension(n.protocol))) {
		parse_transport(&n, ret_packet);
	}
	return NETWORK_OK;
}
