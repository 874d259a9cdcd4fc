#include "probe/identity_private.h"

#include "probe/neighbour.h"

/* On-link prefixes are /64 as a rule; what claims much more of the world is not believed. */
#define PREFIX_SHORTEST 48

void identity_arp(struct identity *identity, const uint8_t *data, uint32_t octets,
	uint16_t interface, int64_t now_us)
{
	struct neighbour_arp arp;
	struct device_sighting sighting = {.mac = arp.mac, .address = arp.address, .ip_version = 4};
	enum status status = neighbour_arp_read(data, octets, &arp);

	identity->counters.neighbour_messages++;
	if (status != STATUS_OK) {
		identity->counters.neighbour_malformed += status != STATUS_NOT_FOUND;
		return;
	}
	if (identity_interface_is_home(identity, interface) &&
		identity_home_side(&identity->home, arp.address, 4) != HOME_UNSPECIFIED) {
		device_see(&identity->devices, &sighting, now_us);
	}
}

static void router_advertised(struct identity *identity, const struct flow_key *key,
	const struct neighbour_discovery *nd, int64_t now_us)
{
	struct device *d = NULL;

	/* A border router of a mesh advertises prefixes without being the way out. */
	if (nd->lifetime_s > 0) {
		d = device_take(&identity->devices, key->mac[0], now_us);
	}
	if (d != NULL) {
		device_gateway(&identity->devices, d);
	}
	for (unsigned i = 0; i < nd->prefix_count; i++) {
		const struct neighbour_prefix *p = &nd->prefixes[i];
		enum home_side side = identity_home_side(&identity->home, p->address, 6);

		if (p->on_link && p->valid_s > 0 && p->length >= PREFIX_SHORTEST &&
			side != HOME_MANY && side != HOME_UNSPECIFIED) {
			identity_home_learn(
				&identity->home, p->address, p->length, HOME_BY_NETWORK, now_us);
		}
	}
}

/*
 * Who is about to take an address asks whether anybody has it (RFC 4862 5.4.2), without saying who
 * asks: the frame does. An address that another holds stays with it.
 */
static void address_probed(struct identity *identity, const struct flow_key *key,
	const struct neighbour_discovery *nd, int64_t now_us)
{
	struct device_sighting sighting = {
		.mac = key->mac[0], .address = nd->target, .ip_version = 6};

	if (device_by_address(&identity->devices, nd->target, 6) == NULL) {
		device_see(&identity->devices, &sighting, now_us);
	}
}

void identity_discovery(struct identity *identity, const struct inspect_input *input)
{
	const struct flow_key *key = input->key;
	struct neighbour_discovery nd;
	struct device_sighting sighting = {
		.mac = nd.mac, .address = key->address[0], .ip_version = 6};
	enum status status = neighbour_discovery_read(input->payload, input->octets, &nd);
	bool nameless = identity_home_side(&identity->home, key->address[0], 6) == HOME_UNSPECIFIED;

	identity->counters.neighbour_messages++;
	if (status != STATUS_OK) {
		identity->counters.neighbour_malformed += status != STATUS_NOT_FOUND;
		return;
	}
	if (!identity_interface_is_home(identity, key->interface)) {
		return;
	}
	if (nd.type == NEIGHBOUR_ROUTER_ADVERTISEMENT) {
		router_advertised(identity, key, &nd, input->now_us);
	} else if (nd.type == NEIGHBOUR_SOLICITATION && nameless) {
		address_probed(identity, key, &nd, input->now_us);
	}
	if (nd.type == NEIGHBOUR_ADVERTISEMENT) {
		sighting.address = nd.target;
	}
	if (nd.has_mac && !nameless) {
		device_see(&identity->devices, &sighting, input->now_us);
	}
}
