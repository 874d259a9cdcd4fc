#include "probe/neighbour.h"

#include <string.h>

#include "base/wire.h"

#define ARP_ETHERNET   1
#define ARP_IPV4       0x0800
#define ARP_REQUEST    1
#define ARP_REPLY      2
#define OPTION_SOURCE  1 /* link-layer address, RFC 4861 4.6.1 */
#define OPTION_TARGET  2
#define OPTION_PREFIX  3 /* RFC 4861 4.6.2 */
#define PREFIX_ON_LINK 0x80
#define PREFIX_AUTO    0x40

enum status neighbour_arp_read(const uint8_t *data, size_t octets, struct neighbour_arp *ret_arp)
{
	struct wire w = wire_of(data, octets);
	bool ethernet = wire_be16(&w) == ARP_ETHERNET;
	bool ipv4 = wire_be16(&w) == ARP_IPV4;
	uint8_t mac_octets = wire_u8(&w);
	uint8_t address_octets = wire_u8(&w);
	uint16_t operation = wire_be16(&w);
	const uint8_t *mac;
	const uint8_t *address;

	if (w.bad) {
		return STATUS_SHORT;
	}
	if (!ethernet || !ipv4 || (operation != ARP_REQUEST && operation != ARP_REPLY)) {
		return STATUS_NOT_FOUND;
	}
	if (mac_octets != 6 || address_octets != 4) {
		return STATUS_MALFORMED;
	}
	mac = wire_take(&w, 6);
	address = wire_take(&w, 4);
	wire_skip(&w, 6 + 4); /* the target's */
	if (w.bad) {
		return STATUS_SHORT;
	}
	memcpy(ret_arp->mac, mac, sizeof(ret_arp->mac));
	memset(ret_arp->address, 0, sizeof(ret_arp->address));
	memcpy(ret_arp->address, address, 4);
	return STATUS_OK;
}

static enum status prefix_read(struct wire option, struct neighbour_discovery *ret_discovery)
{
	uint8_t length = wire_u8(&option);
	uint8_t flags = wire_u8(&option);
	uint32_t valid_s = wire_be32(&option);
	const uint8_t *address;
	struct neighbour_prefix *prefix;

	wire_skip(&option, 4 + 4); /* preferred lifetime, reserved */
	address = wire_take(&option, 16);
	if (option.bad || length > 128) {
		return STATUS_MALFORMED;
	}
	if (ret_discovery->prefix_count == NEIGHBOUR_PREFIXES_MAX) {
		return STATUS_OK;
	}
	prefix = &ret_discovery->prefixes[ret_discovery->prefix_count++];
	memcpy(prefix->address, address, sizeof(prefix->address));
	prefix->length = length;
	prefix->on_link = (flags & (PREFIX_ON_LINK | PREFIX_AUTO)) != 0;
	prefix->valid_s = valid_s;
	return STATUS_OK;
}

static enum status options_read(struct wire *w, struct neighbour_discovery *ret_discovery)
{
	uint8_t wanted =
		ret_discovery->type == NEIGHBOUR_ADVERTISEMENT ? OPTION_TARGET : OPTION_SOURCE;

	while (wire_left(w) > 0) {
		uint8_t type = wire_u8(w);
		uint8_t units = wire_u8(w); /* of eight octets, these two included */
		struct wire option;
		enum status status = STATUS_OK;

		if (!w->bad && units == 0) {
			return STATUS_MALFORMED; /* RFC 4861 4.6 */
		}
		option = wire_sub(w, units * 8u - 2);
		if (w->bad) {
			return STATUS_SHORT;
		}
		if (type == wanted && units == 1) {
			memcpy(ret_discovery->mac, option.at, sizeof(ret_discovery->mac));
			ret_discovery->has_mac = true;
		} else if (type == OPTION_PREFIX &&
			   ret_discovery->type == NEIGHBOUR_ROUTER_ADVERTISEMENT) {
			status = prefix_read(option, ret_discovery);
		}
		if (status != STATUS_OK) {
			return status;
		}
	}
	return STATUS_OK;
}

static void fixed_read(struct wire *w, struct neighbour_discovery *ret_discovery)
{
	const uint8_t *target;

	switch (ret_discovery->type) {
	case NEIGHBOUR_ROUTER_ADVERTISEMENT:
		wire_skip(w, 1 + 1); /* hop limit, flags */
		ret_discovery->lifetime_s = wire_be16(w);
		wire_skip(w, 4 + 4); /* reachable time, retransmission timer */
		break;
	case NEIGHBOUR_SOLICITATION:
	case NEIGHBOUR_ADVERTISEMENT:
		wire_skip(w, 4); /* flags, reserved */
		target = wire_take(w, 16);
		if (target != NULL) {
			memcpy(ret_discovery->target, target, 16);
		}
		break;
	default:
		wire_skip(w, 4);
		break;
	}
}

enum status neighbour_discovery_read(
	const uint8_t *data, size_t octets, struct neighbour_discovery *ret_discovery)
{
	struct wire w = wire_of(data, octets);
	uint8_t code;

	memset(ret_discovery, 0, sizeof(*ret_discovery));
	ret_discovery->type = wire_u8(&w);
	code = wire_u8(&w);
	wire_skip(&w, 2); /* checksum */
	if (w.bad) {
		return STATUS_SHORT;
	}
	if (ret_discovery->type < NEIGHBOUR_ROUTER_SOLICITATION ||
		ret_discovery->type > NEIGHBOUR_ADVERTISEMENT) {
		return STATUS_NOT_FOUND;
	}
	fixed_read(&w, ret_discovery);
	if (w.bad) {
		return STATUS_SHORT;
	}
	if (code != 0 || ret_discovery->target[0] == 0xff) {
		return STATUS_MALFORMED; /* RFC 4861 6.1, 7.1 */
	}
	return options_read(&w, ret_discovery);
}
