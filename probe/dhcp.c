#include "probe/dhcp.h"

#include <string.h>

#include "base/wire.h"
#include "probe/dns.h"
#include "probe/name_text.h"

#define OP_REQUEST  1
#define OP_REPLY    2
#define ETHERNET    1
#define COOKIE      0x63825363 /* RFC 2131 3 */
#define NAME_OCTETS 64
#define FILE_OCTETS 128

#define FQDN_FIXED     3 /* flags and two result codes */
#define FQDN_CANONICAL 0x04

enum option {
	OPTION_PAD = 0,
	OPTION_ROUTER = 3,
	OPTION_HOST_NAME = 12,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_VENDOR_CLASS = 60,
	OPTION_DOMAIN_NAME = 81,
	OPTION_END = 255
};

static struct dhcp_value *message_value(struct dhcp_message *m, uint8_t option)
{
	switch (option) {
	case OPTION_HOST_NAME:
		return &m->host_name;
	case OPTION_DOMAIN_NAME:
		return &m->domain_name;
	case OPTION_VENDOR_CLASS:
		return &m->vendor_class;
	case OPTION_PARAMETERS:
		return &m->parameters;
	case OPTION_ROUTER:
		return &m->routers;
	case OPTION_SERVER:
		return &m->server;
	default:
		return NULL;
	}
}

static void value_join(struct dhcp_value *value, const uint8_t *octets, uint8_t n)
{
	uint8_t room = (uint8_t)(DHCP_VALUE_MAX - value->n);

	value->present = true;
	value->too_long = value->too_long || n > room;
	n = n > room ? room : n;
	memcpy(value->octets + value->n, octets, n);
	value->n = (uint8_t)(value->n + n);
}

static enum status options_read(
	struct wire w, struct dhcp_message *ret_message, uint8_t *ret_overload)
{
	while (wire_left(&w) > 0) {
		uint8_t option = wire_u8(&w);
		uint8_t n;
		const uint8_t *octets;
		struct dhcp_value *value = message_value(ret_message, option);

		if (option == OPTION_END) {
			break;
		}
		if (option == OPTION_PAD) {
			continue;
		}
		n = wire_u8(&w);
		octets = wire_take(&w, n);
		if (w.bad) {
			return STATUS_SHORT;
		}
		if (value != NULL) {
			value_join(value, octets, n);
		} else if (option == OPTION_TYPE && n == 1) {
			ret_message->type = octets[0];
		} else if (option == OPTION_OVERLOAD && n == 1 && ret_overload != NULL) {
			*ret_overload = octets[0];
		}
	}
	return STATUS_OK;
}

enum status dhcp_read(const uint8_t *data, size_t octets, struct dhcp_message *ret_message)
{
	struct wire w = wire_of(data, octets);
	uint8_t op = wire_u8(&w);
	uint8_t hardware = wire_u8(&w);
	uint8_t hardware_octets = wire_u8(&w);
	uint8_t overload = 0;
	const uint8_t *addresses;
	const uint8_t *mac;
	struct wire server;
	struct wire file;
	enum status status;

	wire_skip(&w, 1 + 4 + 2 + 2);  /* hops, transaction, seconds, flags */
	addresses = wire_take(&w, 16); /* four of them */
	mac = wire_take(&w, 16);
	server = wire_sub(&w, NAME_OCTETS);
	file = wire_sub(&w, FILE_OCTETS);
	if (w.bad) {
		return STATUS_SHORT;
	}
	if (wire_left(&w) < 4 || wire_be32(&w) != COOKIE) {
		return STATUS_NOT_FOUND;
	}
	if (op != OP_REQUEST && op != OP_REPLY) {
		return STATUS_MALFORMED;
	}
	memset(ret_message, 0, sizeof(*ret_message));
	ret_message->from_client = op == OP_REQUEST;
	memcpy(ret_message->has, addresses, 4);
	memcpy(ret_message->gets, addresses + 4, 4);
	if (hardware == ETHERNET && hardware_octets == 6) {
		memcpy(ret_message->mac, mac, 6);
	}
	status = options_read(w, ret_message, &overload);
	if (status == STATUS_OK && (overload & 1) != 0) {
		status = options_read(file, ret_message, NULL);
	}
	if (status == STATUS_OK && (overload & 2) != 0) {
		status = options_read(server, ret_message, NULL);
	}
	return status;
}

bool dhcp_value_text(const struct dhcp_value *value, char ret_text[256])
{
	size_t n = value->n;

	if (n > 0 && value->octets[n - 1] == 0) {
		n--;
	}
	ret_text[0] = '\0';
	return !value->too_long && name_text_copy(value->octets, n, ret_text);
}

bool dhcp_domain_name_is_given(const struct dhcp_value *value)
{
	/* A client may ask for a name without offering one: nothing, or the root alone. */
	return value->n > FQDN_FIXED && (value->n > FQDN_FIXED + 1 || value->octets[FQDN_FIXED]);
}

bool dhcp_domain_name_text(const struct dhcp_value *value, char ret_text[256])
{
	const uint8_t *name = value->octets + FQDN_FIXED;
	size_t n;

	ret_text[0] = '\0';
	if (value->too_long || !dhcp_domain_name_is_given(value)) {
		return false;
	}
	n = value->n - (size_t)FQDN_FIXED;
	if ((value->octets[0] & FQDN_CANONICAL) != 0) {
		return dns_labels_text(name, n, ret_text);
	}
	n -= name[n - 1] == 0;
	return name_text_copy(name, n, ret_text);
}
