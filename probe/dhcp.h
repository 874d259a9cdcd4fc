#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** DHCP for IPv4 (RFC 2131, RFC 2132): what tells devices apart. Pure: octets in, values out. */
enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_ACK = 5,
	DHCP_RELEASE = 7,
	DHCP_INFORM = 8
};

#define DHCP_VALUE_MAX 255

/** The value of an option, its pieces joined (RFC 3396). */
struct dhcp_value {
	uint8_t n;
	bool present;
	bool too_long; /* beyond DHCP_VALUE_MAX: what is there is its beginning */
	uint8_t octets[DHCP_VALUE_MAX];
};

struct dhcp_message {
	bool from_client;
	uint8_t type;    /* enum dhcp_type or another of RFC 2132 9.6; 0: none */
	uint8_t mac[6];  /* of the client; all 0 when it is not on an Ethernet */
	uint8_t has[4];  /* the address that the client uses already */
	uint8_t gets[4]; /* the one that the server gives it */
	struct dhcp_value host_name;
	struct dhcp_value domain_name; /* option 81, RFC 4702, from its flags */
	struct dhcp_value vendor_class;
	struct dhcp_value parameters; /* the list of those asked for */
	struct dhcp_value routers;
	struct dhcp_value server;
};

/**
 * Read a message from its first octet, options in the file and server name fields included
 * (option 52). STATUS_NOT_FOUND: BOOTP without DHCP's options.
 */
enum status dhcp_read(const uint8_t *data, size_t octets, struct dhcp_message *ret_message);

/**
 * A text option: one zero octet at its end, which many clients send, does not count. False, with
 * "", when it is absent, empty or no text to show (name_text.h).
 */
bool dhcp_value_text(const struct dhcp_value *value, char ret_text[256]);

/** The name in option 81, in either of its encodings. False, with "", as above. */
bool dhcp_domain_name_text(const struct dhcp_value *value, char ret_text[256]);

/** True when the option has a name at all, valid or not. */
bool dhcp_domain_name_is_given(const struct dhcp_value *value);
