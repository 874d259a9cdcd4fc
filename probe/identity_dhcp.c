#include "probe/identity_private.h"

#include <stdio.h>
#include <string.h>

#include "probe/dhcp.h"
#include "probe/dhcp6.h"
#include "probe/dns.h"
#include "probe/name_text.h"

static void address_of(const uint8_t octets[4], uint8_t ret_address[16])
{
	memset(ret_address, 0, 16);
	memcpy(ret_address, octets, 4);
}

/* The option as text; what is there but cannot be shown is counted. */
static bool value_take(
	struct identity *identity, const struct dhcp_value *value, char ret_text[256])
{
	bool taken = dhcp_value_text(value, ret_text);

	identity->counters.names_invalid += !taken && value->n > 0;
	return taken;
}

static bool name_take(struct identity *identity, const struct dhcp_message *m, char ret_text[256])
{
	bool taken;

	if (value_take(identity, &m->host_name, ret_text)) {
		return true;
	}
	taken = dhcp_domain_name_text(&m->domain_name, ret_text);
	identity->counters.names_invalid += !taken && dhcp_domain_name_is_given(&m->domain_name);
	return taken;
}

/* As "1,3,6": as many whole numbers as there is room for. */
static void parameters_put(struct device *d, const struct dhcp_value *parameters)
{
	size_t n = 0;

	for (unsigned i = 0; i < parameters->n && n + sizeof(",255") <= sizeof(d->parameter_list);
		i++) {
		n += (size_t)snprintf(d->parameter_list + n, sizeof(d->parameter_list) - n, "%s%u",
			i > 0 ? "," : "", parameters->octets[i]);
	}
}

static void client_spoke(struct identity *identity, const struct dhcp_message *m, int64_t now_us)
{
	struct device *d = device_take(&identity->devices, m->mac, now_us);
	uint8_t address[16];
	char text[256];

	if (d == NULL) {
		return;
	}
	if (m->type == DHCP_RELEASE) {
		address_of(m->has, address);
		device_address_drop(&identity->devices, d, address, 4);
		return;
	}
	if (m->type != DHCP_DISCOVER && m->type != DHCP_REQUEST && m->type != DHCP_INFORM) {
		return;
	}
	device_admit(&identity->devices, d);
	d->last_seen_us = now_us;
	if (name_take(identity, m, text)) {
		device_name_put(d, DEVICE_NAME_DHCP, text);
	}
	if (value_take(identity, &m->vendor_class, text)) {
		memcpy(d->vendor_class, text, sizeof(d->vendor_class));
	}
	if (m->parameters.n > 0) {
		parameters_put(d, &m->parameters);
	}
}

static void router_learn(struct identity *identity, const uint8_t address[16])
{
	struct device *d = device_by_address(&identity->devices, address, 4);

	identity_home_router(&identity->home, address);
	if (d != NULL) {
		device_gateway(&identity->devices, d);
	}
}

/*
 * Routers are named by their addresses. On networks without one the server that speaks is the
 * gateway, as far as there is any. A server that names another as router is a device like others.
 */
static void routers_learn(
	struct identity *identity, const struct flow_key *key, const struct dhcp_message *m)
{
	uint8_t address[16];

	if (m->routers.n < 4) {
		address_of(m->server.octets, address);
		if (m->server.n != 4 || memcmp(address, key->address[0], 16) == 0) {
			router_learn(identity, key->address[0]);
		}
		return;
	}
	for (unsigned at = 0; at + 4 <= m->routers.n; at += 4) {
		address_of(m->routers.octets + at, address);
		router_learn(identity, address);
	}
}

static void server_acknowledged(
	struct identity *identity, const struct dhcp_message *m, int64_t now_us)
{
	struct device *d = device_take(&identity->devices, m->mac, now_us);
	enum home_side side;
	uint8_t address[16];
	char text[256];

	address_of(m->gets, address);
	side = identity_home_side(&identity->home, address, 4);
	if (d == NULL || side == HOME_UNSPECIFIED || side == HOME_MANY) {
		return;
	}
	if (side != HOME_INSIDE) {
		/* Who is given an address of outside is on the far side of the home. */
		device_gateway(&identity->devices, d);
		return;
	}
	device_admit(&identity->devices, d);
	device_address_put(&identity->devices, d, address, 4, now_us);
	if (identity_home_is_router(&identity->home, address, 4)) {
		device_gateway(&identity->devices, d);
	}
	if (d->names[DEVICE_NAME_DHCP][0] == '\0' && name_take(identity, m, text)) {
		device_name_put(d, DEVICE_NAME_DHCP, text);
	}
}

void identity_dhcp(struct identity *identity, const struct inspect_input *input)
{
	const struct flow_key *key = input->key;
	struct dhcp_message message;
	enum status status = dhcp_read(input->payload, input->octets, &message);

	identity->counters.dhcp_messages++;
	if (status != STATUS_OK) {
		identity->counters.dhcp_malformed += status != STATUS_NOT_FOUND;
		return;
	}
	if (!identity_interface_is_home(identity, key->interface)) {
		return;
	}
	if (message.from_client) {
		client_spoke(identity, &message, input->now_us);
		return;
	}
	if (message.type == DHCP_OFFER || message.type == DHCP_ACK) {
		routers_learn(identity, key, &message);
	}
	if (message.type == DHCP_ACK) {
		server_acknowledged(identity, &message, input->now_us);
	}
}

static void client6_spoke(
	struct identity *identity, struct device *d, const struct dhcp6_message *m)
{
	char text[256];

	if (m->domain_name.n > 0 && m->domain_name.octets[0] != 0) {
		if (dns_labels_text(m->domain_name.octets, m->domain_name.n, text)) {
			device_name_put(d, DEVICE_NAME_DHCPV6, text);
		} else {
			identity->counters.names_invalid++;
		}
	}
	if (m->vendor_class.n > 0 && d->vendor_class[0] == '\0') {
		if (name_text_copy(m->vendor_class.octets, m->vendor_class.n, text)) {
			memcpy(d->vendor_class, text, sizeof(d->vendor_class));
		} else {
			identity->counters.names_invalid++;
		}
	}
}

void identity_dhcp6(struct identity *identity, const struct inspect_input *input)
{
	const struct flow_key *key = input->key;
	struct dhcp6_message message;
	enum status status = dhcp6_read(input->payload, input->octets, &message);
	struct device *d;

	identity->counters.dhcp_messages++;
	if (status != STATUS_OK) {
		identity->counters.dhcp_malformed += status != STATUS_NOT_FOUND;
		return;
	}
	if (!identity_interface_is_home(identity, key->interface)) {
		return;
	}
	d = device_find(&identity->devices, key->mac[message.from_client ? 0 : 1]);
	if (d == NULL || d->state == DEVICE_GATEWAY) {
		return;
	}
	if (message.from_client) {
		client6_spoke(identity, d, &message);
		return;
	}
	for (unsigned i = 0; message.type == DHCP6_REPLY && i < message.address_count; i++) {
		enum home_side side = identity_home_side(&identity->home, message.addresses[i], 6);

		if (side == HOME_INSIDE || side == HOME_PUBLIC) {
			device_address_put(
				&identity->devices, d, message.addresses[i], 6, input->now_us);
		}
	}
}
