#include "probe/dhcp6.h"

#include <string.h>

#include "base/wire.h"

#define TYPE_ADVERTISE   2
#define TYPE_RECONFIGURE 10

enum option {
	OPTION_IA_NA = 3,
	OPTION_IA_TA = 4,
	OPTION_ADDRESS = 5,
	OPTION_VENDOR_CLASS = 16,
	OPTION_DOMAIN_NAME = 39
};

/* RFC 8415 21.6: the address, preferred and valid lifetime. */
static enum status address_read(struct wire option, struct dhcp6_message *ret_message)
{
	const uint8_t *address = wire_take(&option, 16);
	uint32_t valid_s;

	wire_skip(&option, 4);
	valid_s = wire_be32(&option);
	if (option.bad) {
		return STATUS_MALFORMED;
	}
	if (valid_s > 0 && ret_message->address_count < DHCP6_ADDRESSES_MAX) {
		memcpy(ret_message->addresses[ret_message->address_count++], address, 16);
	}
	return STATUS_OK;
}

/* The options of an identity association, behind its @fixed octets. */
static enum status association_read(
	struct wire option, size_t fixed, struct dhcp6_message *ret_message)
{
	wire_skip(&option, fixed);
	while (wire_left(&option) > 0) {
		uint16_t code = wire_be16(&option);
		struct wire inner = wire_sub(&option, wire_be16(&option));

		if (option.bad) {
			break;
		}
		if (code == OPTION_ADDRESS && address_read(inner, ret_message) != STATUS_OK) {
			return STATUS_MALFORMED;
		}
	}
	return option.bad ? STATUS_MALFORMED : STATUS_OK;
}

static struct dhcp6_value value_of(struct wire option)
{
	return (struct dhcp6_value){.octets = option.at, .n = (uint16_t)wire_left(&option)};
}

static enum status option_read(uint16_t code, struct wire option, struct dhcp6_message *ret_message)
{
	switch (code) {
	case OPTION_IA_NA:
		return association_read(option, 4 + 4 + 4, ret_message);
	case OPTION_IA_TA:
		return association_read(option, 4, ret_message);
	case OPTION_DOMAIN_NAME:
		wire_skip(&option, 1);
		ret_message->domain_name = value_of(option);
		break;
	case OPTION_VENDOR_CLASS:
		wire_skip(&option, 4);
		if (wire_left(&option) > 0) {
			option = wire_sub(&option, wire_be16(&option));
		}
		ret_message->vendor_class = value_of(option);
		break;
	default:
		break;
	}
	return option.bad ? STATUS_MALFORMED : STATUS_OK;
}

enum status dhcp6_read(const uint8_t *data, size_t octets, struct dhcp6_message *ret_message)
{
	struct wire w = wire_of(data, octets);
	enum status status = STATUS_OK;

	memset(ret_message, 0, sizeof(*ret_message));
	ret_message->type = wire_u8(&w);
	wire_skip(&w, 3); /* transaction */
	if (w.bad) {
		return STATUS_SHORT;
	}
	if (ret_message->type < DHCP6_SOLICIT || ret_message->type > DHCP6_INFORMATION_REQUEST) {
		return STATUS_NOT_FOUND;
	}
	ret_message->from_client = ret_message->type != TYPE_ADVERTISE &&
				   ret_message->type != DHCP6_REPLY &&
				   ret_message->type != TYPE_RECONFIGURE;
	while (status == STATUS_OK && wire_left(&w) > 0) {
		uint16_t code = wire_be16(&w);
		struct wire option = wire_sub(&w, wire_be16(&w));

		if (w.bad) {
			return STATUS_SHORT;
		}
		status = option_read(code, option, ret_message);
	}
	return status;
}
