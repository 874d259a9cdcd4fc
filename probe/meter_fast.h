#pragma once

#include <stdbool.h>
#include <string.h>

#include "base/wire.h"
#include "probe/flow_packet.h"
#include "probe/packet.h"

/*
 * The parser for what nearly all packets are: Ethernet II with at most one VLAN tag, IPv4 without
 * options or IPv6 without extension headers, whole TCP or UDP header, no fragment. It must agree
 * with frame_unwrap() and network_parse(), which take everything else; tests compare them.
 */

#define METER_ETHERNET 14
#define METER_IPV4     20
#define METER_IPV6     40
#define METER_TCP      20
#define METER_UDP      8

/* The fields of a key that are not addresses, from an Ethernet header at @frame and what follows. */
static inline void meter_fast_key(struct flow_key *key, const struct packet *packet, uint32_t ports,
	uint32_t vlan_protocol_version, uint8_t tos)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* Composed in registers and stored word by word: anything smaller or larger would delay
	 * the loads of words. */
	uint64_t word;
	uint64_t source;
	uint64_t destination;

	memcpy(&destination, packet->data, 8);
	memcpy(&source, packet->data + 6, 8);
	destination &= 0xffffffffffff;
	source &= 0xffffffffffff;
	word = (uint64_t)vlan_protocol_version << 32 | (ports & 0xffff) << 16 | ports >> 16;
	memcpy((uint8_t *)key + 32, &word, sizeof(word));
	word = source | destination << 48;
	memcpy((uint8_t *)key + 40, &word, sizeof(word));
	word = destination >> 16 | (uint64_t)packet->interface << 32 | (uint64_t)tos << 48;
	memcpy((uint8_t *)key + 48, &word, sizeof(word));
#else
	key->port[0] = (uint16_t)(ports >> 16);
	key->port[1] = (uint16_t)ports;
	key->vlan_id = (uint16_t)vlan_protocol_version;
	key->protocol = (uint8_t)(vlan_protocol_version >> 16);
	key->ip_version = (uint8_t)(vlan_protocol_version >> 24);
	memcpy(key->mac[0], packet->data + 6, 6);
	memcpy(key->mac[1], packet->data, 6);
	key->interface = packet->interface;
	key->tos = tos;
	key->zero = 0;
#endif
}

/* @left: octets from @p on, captured and within the IP length. */
static inline bool meter_fast_transport(
	struct flow_packet *ret, uint8_t protocol, const uint8_t *p, int64_t left)
{
	if (protocol == 6) {
		unsigned header;

		if (left < METER_TCP) {
			return false;
		}
		header = (p[12] >> 4) * 4U;
		ret->transport = FLOW_TRANSPORT_TCP;
		ret->tcp_sequence = load_be32(p + 4);
		ret->tcp_flags = load_be16(p + 12) & 0xfff;
		if (header < METER_TCP || header > left) {
			return false;
		}
		ret->payload = p + header;
		ret->payload_octets = (uint32_t)(left - header);
		return true;
	}
	if (protocol != 17 || left < METER_UDP) {
		return false;
	}
	ret->transport = FLOW_TRANSPORT_PORTS;
	ret->tcp_sequence = 0;
	ret->tcp_flags = 0;
	ret->payload = p + METER_UDP;
	ret->payload_octets = (uint32_t)(left - METER_UDP);
	return true;
}

static inline bool meter_fast_ipv4(
	const struct packet *packet, uint32_t at, uint16_t vlan_id, struct flow_packet *ret)
{
	const uint8_t *p = packet->data + at;
	int64_t left = (int64_t)packet->captured - at;
	uint32_t address;
	uint32_t total;

	if (left < METER_IPV4 + METER_UDP || p[0] != 0x45 || (load_be16(p + 6) & 0x3fff) != 0) {
		return false;
	}
	total = load_be16(p + 2);
	left = total < left ? total : left;
	if (!meter_fast_transport(ret, p[9], p + METER_IPV4, left - METER_IPV4)) {
		return false;
	}
	memset(ret->key.address, 0, sizeof(ret->key.address));
	memcpy(&address, p + 12, sizeof(address));
	memcpy(ret->key.address[0], &address, sizeof(address));
	memcpy(&address, p + 16, sizeof(address));
	memcpy(ret->key.address[1], &address, sizeof(address));
	meter_fast_key(&ret->key, packet, load_be32(p + METER_IPV4),
		UINT32_C(4) << 24 | (uint32_t)p[9] << 16 | vlan_id, p[1]);
	ret->octets = total;
	ret->ttl = p[8];
	return true;
}

static inline bool meter_fast_ipv6(
	const struct packet *packet, uint32_t at, uint16_t vlan_id, struct flow_packet *ret)
{
	const uint8_t *p = packet->data + at;
	int64_t left = (int64_t)packet->captured - at;
	uint32_t total;

	if (left < METER_IPV6 + METER_UDP || p[0] >> 4 != 6) {
		return false;
	}
	total = METER_IPV6 + load_be16(p + 4);
	left = total < left ? total : left;
	if (total == METER_IPV6 ||
		!meter_fast_transport(ret, p[6], p + METER_IPV6, left - METER_IPV6)) {
		return false;
	}
	memcpy(ret->key.address, p + 8, sizeof(ret->key.address));
	meter_fast_key(&ret->key, packet, load_be32(p + METER_IPV6),
		UINT32_C(6) << 24 | (uint32_t)p[6] << 16 | vlan_id,
		(uint8_t)(p[0] << 4 | p[1] >> 4));
	ret->octets = total;
	ret->ttl = p[7];
	return true;
}

/** Where the IP header of a packet is that meter_fast() took. */
static inline uint32_t meter_fast_ip(const struct packet *packet)
{
	return METER_ETHERNET + (load_be16(packet->data + 12) == 0x8100 ? 4 : 0);
}

/** Parse @packet into @ret (all but its time, name and inspect members); false if it is not of the
 * ordinary kind, and @ret is undefined. */
static inline bool meter_fast(const struct packet *packet, struct flow_packet *ret)
{
	uint32_t at = METER_ETHERNET;
	uint16_t vlan_id = 0;
	uint16_t ethertype;

	if (packet->link_type != 1 || packet->captured < METER_ETHERNET + 4) {
		return false;
	}
	ethertype = load_be16(packet->data + 12);
	if (ethertype == 0x8100) {
		vlan_id = load_be16(packet->data + 14) & 0xfff;
		ethertype = load_be16(packet->data + 16);
		at += 4;
	}
	ret->customer_vlan_id = 0;
	if (ethertype == 0x0800) {
		return meter_fast_ipv4(packet, at, vlan_id, ret);
	}
	return ethertype == 0x86dd && meter_fast_ipv6(packet, at, vlan_id, ret);
}
