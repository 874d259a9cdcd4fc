#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** Who says that it holds an address: ARP (RFC 826) and neighbour discovery (RFC 4861). Pure. */
struct neighbour_arp {
	uint8_t mac[6];
	uint8_t address[16]; /* IPv4 in the first four octets; all 0 in a probe (RFC 5227 1.1) */
};

/**
 * The sender of an ARP request or reply for IPv4 over Ethernet, from the octet after the Ethernet
 * header. STATUS_NOT_FOUND: ARP of another kind.
 */
enum status neighbour_arp_read(const uint8_t *data, size_t octets, struct neighbour_arp *ret_arp);

enum neighbour_type {
	NEIGHBOUR_ROUTER_SOLICITATION = 133,
	NEIGHBOUR_ROUTER_ADVERTISEMENT = 134,
	NEIGHBOUR_SOLICITATION = 135,
	NEIGHBOUR_ADVERTISEMENT = 136
};

#define NEIGHBOUR_PREFIXES_MAX 8

struct neighbour_prefix {
	uint8_t address[16];
	uint8_t length;   /* bits, up to 128 */
	bool on_link;     /* or autonomous: hosts here make their addresses from it */
	uint32_t valid_s; /* 0: no longer */
};

struct neighbour_discovery {
	uint8_t type; /* enum neighbour_type */
	bool has_mac; /* the sender's; in an advertisement the target's */
	uint8_t mac[6];
	uint8_t target[16];  /* of neighbour solicitations and advertisements */
	uint16_t lifetime_s; /* of a router; 0: no default router */
	unsigned prefix_count;
	struct neighbour_prefix prefixes[NEIGHBOUR_PREFIXES_MAX]; /* those beyond are left out */
};

/** One ICMPv6 message, from its type. STATUS_NOT_FOUND: not of neighbour discovery. */
enum status neighbour_discovery_read(
	const uint8_t *data, size_t octets, struct neighbour_discovery *ret_discovery);
