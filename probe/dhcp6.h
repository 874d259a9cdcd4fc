#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** DHCP for IPv6 (RFC 8415) between clients and servers; relays' messages are not opened. Pure. */
enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_REPLY = 7,
	DHCP6_INFORMATION_REQUEST = 11
};

#define DHCP6_ADDRESSES_MAX 8

/** Octets of a message; borrowed. */
struct dhcp6_value {
	const uint8_t *octets; /* NULL: absent */
	uint16_t n;
};

struct dhcp6_message {
	uint8_t type;
	bool from_client;
	struct dhcp6_value domain_name;  /* labels, RFC 4704, without its flags */
	struct dhcp6_value vendor_class; /* the first, without the enterprise's number */
	unsigned address_count;
	uint8_t addresses[DHCP6_ADDRESSES_MAX][16]; /* valid ones; those beyond are left out */
};

/** Read a message from its first octet. STATUS_NOT_FOUND: a relay's, or of an unknown type. */
enum status dhcp6_read(const uint8_t *data, size_t octets, struct dhcp6_message *ret_message);
