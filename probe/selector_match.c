#include "probe/selector_match.h"

#include <string.h>

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned octets = bits / 8;
	unsigned rest = bits % 8;

	return memcmp(a, b, octets) == 0 &&
	       (rest == 0 || (a[octets] ^ b[octets]) >> (8 - rest) == 0);
}

/* Both are 0 where there are none to read. */
static bool has_ports(const struct flow_packet *packet)
{
	return (packet->transport == FLOW_TRANSPORT_TCP ||
		       packet->transport == FLOW_TRANSPORT_PORTS) &&
	       (packet->key.port[0] != 0 || packet->key.port[1] != 0);
}

static bool number(const struct flow_packet *packet, enum selection_field field, uint32_t *ret)
{
	const struct flow_key *key = &packet->key;

	switch (field) {
	case SELECTION_SRC_PORT:
		*ret = key->port[0];
		return has_ports(packet);
	case SELECTION_DST_PORT:
		*ret = key->port[1];
		return has_ports(packet);
	case SELECTION_PROTOCOL:
		*ret = key->protocol;
		return true;
	case SELECTION_IP_VERSION:
		*ret = key->ip_version;
		return true;
	case SELECTION_VLAN:
		*ret = key->vlan_id;
		return true;
	case SELECTION_TOS:
		*ret = key->tos;
		return true;
	case SELECTION_TTL:
		*ret = packet->ttl;
		return true;
	case SELECTION_LENGTH:
		*ret = packet->octets;
		return true;
	default:
		return false;
	}
}

static bool matches(const struct selection_match *match, const struct flow_packet *packet)
{
	const struct flow_key *key = &packet->key;
	uint32_t value;

	switch ((enum selection_field)match->field) {
	case SELECTION_SRC_ADDRESS:
	case SELECTION_DST_ADDRESS:
		return match->ip_version == key->ip_version &&
		       same_prefix(key->address[match->field == SELECTION_DST_ADDRESS],
			       match->octets, match->prefix_bits);
	case SELECTION_SRC_MAC:
	case SELECTION_DST_MAC:
		return memcmp(key->mac[match->field == SELECTION_DST_MAC], match->octets,
			       sizeof(key->mac[0])) == 0;
	default:
		return number(packet, match->field, &value) && value >= match->low &&
		       value <= match->high;
	}
}

bool selector_match(const struct selection_spec_selector *spec, const struct flow_packet *packet)
{
	for (unsigned i = 0; i < spec->match_count; i++) {
		if (!matches(&spec->matches[i], packet)) {
			return false;
		}
	}
	return true;
}
