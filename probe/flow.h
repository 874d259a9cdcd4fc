#pragma once

#include <assert.h>
#include <stdint.h>

#include "base/key.h"

/**
 * Every field that can be part of a flow key, as seen on the wire: index 0 is the sender, 1 the
 * receiver. No padding, so that it is hashed, masked and compared as 64-bit words. A cache masks it
 * with its own key fields (base/key.h); what is masked out still holds the first packet's value.
 */
struct flow_key {
	uint8_t address[2][16]; /* IPv4 in the first four octets, the rest 0 */
	uint16_t port[2];       /* host order; ICMP: type in port[0], code in port[1] */
	uint16_t vlan_id;       /* outermost tag, 0: untagged */
	uint8_t protocol;
	uint8_t ip_version;
	uint8_t mac[2][6];
	uint16_t interface; /* index in the source's interface table */
	uint8_t tos;
	uint8_t zero;
};

static_assert(sizeof(struct flow_key) == 56, "no padding");
