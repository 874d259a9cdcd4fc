#include "probe/identity.h"

#include <string.h>

#include "base/error.h"
#include "probe/identity_private.h"

#define DEVICES_DEFAULT 1024
#define DEVICES_LIMIT   65536
#define NAMES_DEFAULT   32768
#define NAMES_LIMIT     (1 << 20)

#define PROTOCOL_ICMPV6 58

static void dns_message(
	void *context, const struct inspect_input *input, const uint8_t *message, uint32_t octets)
{
	identity_dns(context, input->key, message, octets, input->now_us);
}

static bool config_check(const struct identity_config *config, GError **error)
{
	if (config->devices_max > DEVICES_LIMIT) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "devices: %u is more than %u",
			config->devices_max, DEVICES_LIMIT);
		return false;
	}
	if (config->names_max > NAMES_LIMIT) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "names: %u is more than %u",
			config->names_max, NAMES_LIMIT);
		return false;
	}
	if (config->home_count > IDENTITY_PREFIXES_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"home prefixes: %u are more than %u", config->home_count,
			IDENTITY_PREFIXES_MAX);
		return false;
	}
	if (config->home_interface_count > G_N_ELEMENTS(config->home_interfaces)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"home interfaces: %u are more than %zu", config->home_interface_count,
			G_N_ELEMENTS(config->home_interfaces));
		return false;
	}
	return true;
}

struct identity *identity_new(const struct identity_config *config, GError **error)
{
	uint32_t devices_max = config->devices_max ? config->devices_max : DEVICES_DEFAULT;
	uint32_t names_max = config->names_max ? config->names_max : NAMES_DEFAULT;
	struct identity *identity;

	if (!config_check(config, error)) {
		return NULL;
	}
	identity = g_new0(struct identity, 1);
	if (config->hash_seed == 0) {
		hash_key_random(&identity->key);
	} else {
		hash_key_seeded(&identity->key, config->hash_seed);
	}
	identity_home_init(&identity->home, config);
	identity->home_interface_count = config->home_interface_count;
	memcpy(identity->home_interfaces, config->home_interfaces,
		sizeof(identity->home_interfaces));
	identity->names = name_table_new(names_max, &identity->key);
	if (!device_table_init(&identity->devices, devices_max, &identity->key, &identity->home) ||
		identity->names == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"tables for %u devices and %u names: not enough memory", devices_max,
			names_max);
		identity_free(identity);
		return NULL;
	}
	identity->inspect = inspect_new(0, config->hash_seed, dns_message, identity, error);
	if (identity->inspect == NULL) {
		identity_free(identity);
		return NULL;
	}
	return identity;
}

void identity_free(struct identity *identity)
{
	if (identity == NULL) {
		return;
	}
	inspect_free(identity->inspect);
	name_table_free(identity->names);
	device_table_done(&identity->devices);
	g_free(identity);
}

bool identity_interface_is_home(const struct identity *identity, uint32_t interface)
{
	for (unsigned i = 0; i < identity->home_interface_count; i++) {
		if (identity->home_interfaces[i] == interface) {
			return true;
		}
	}
	return identity->home_interface_count == 0;
}

void identity_sighting(struct identity *identity, const struct flow_key *key, int64_t now_us)
{
	struct device_sighting sighting = {.mac = key->mac[0],
		.address = key->address[0],
		.to = key->address[1],
		.ip_version = key->ip_version};

	if (identity_interface_is_home(identity, key->interface)) {
		device_see(&identity->devices, &sighting, now_us);
	}
}

/* A datagram that stands alone, by its ports. */
static void inspect_datagram(struct identity *identity, const struct inspect_input *input)
{
	const struct flow_key *key = input->key;

	if (key->protocol == PROTOCOL_ICMPV6) {
		identity_discovery(identity, input);
		return;
	}
	switch (key->port[0]) { /* who speaks there; those who ask answer nothing */
	case IDENTITY_PORT_DNS:
		identity_dns(identity, key, input->payload, input->octets, input->now_us);
		return;
	case IDENTITY_PORT_MDNS:
		identity_local(identity, input, DEVICE_NAME_MDNS);
		return;
	case IDENTITY_PORT_LLMNR:
		identity_local(identity, input, DEVICE_NAME_LLMNR);
		return;
	case IDENTITY_PORT_DHCP_CLIENT:
	case IDENTITY_PORT_DHCP_SERVER:
		identity_dhcp(identity, input);
		return;
	case IDENTITY_PORT_DHCPV6_CLIENT:
	case IDENTITY_PORT_DHCPV6_SERVER:
		identity_dhcp6(identity, input);
		return;
	default:
		break;
	}
	/* Announcements come from any port, answers from the well-known one. */
	if (key->port[0] == IDENTITY_PORT_SSDP || key->port[1] == IDENTITY_PORT_SSDP) {
		identity_ssdp(identity, input);
	}
}

/* The name in the flow is what its initiator calls the other end: the far end's if it began here. */
static bool name_is_far(const struct identity *identity, const struct inspect_input *input)
{
	struct identity_sides sides;

	identity_sides(identity, input->key, &sides);
	return sides.host < 0 || (sides.host == 0) == input->from_initiator ||
	       (sides.devices[0] != NULL && sides.devices[1] != NULL);
}

static uint32_t inspect_flow(
	struct identity *identity, const struct inspect_input *input, uint32_t name, bool *ret_done)
{
	char text[IDENTITY_TEXT_MAX + 1];
	enum record_name_source source;
	enum status status = inspect_stream(identity->inspect, input, text, &source);

	*ret_done = status != STATUS_AGAIN;
	if (status == STATUS_OK && name_is_far(identity, input)) {
		uint32_t own = name_table_own(identity->names, text, source, input->now_us);

		return own == 0 ? name : own;
	}
	return name;
}

uint32_t identity_inspect(
	struct identity *identity, const struct inspect_input *input, uint32_t name, bool *ret_done)
{
	const struct flow_key *key = input->key;

	*ret_done = true;
	switch (inspect_kind_of(key->ip_version, key->protocol, key->port[0], key->port[1])) {
	case INSPECT_DATAGRAM:
		*ret_done = false;
		inspect_datagram(identity, input);
		return name;
	case INSPECT_STREAM:
		return inspect_flow(identity, input, name, ret_done);
	case INSPECT_NONE:
		break;
	}
	return name;
}

void identity_counters(const struct identity *identity, struct identity_counters *ret_counters)
{
	struct inspect_counters inspect;

	inspect_counters(identity->inspect, &inspect);
	*ret_counters = identity->counters;
	ret_counters->devices = identity->devices.homes;
	ret_counters->devices_refused = identity->devices.refused;
	ret_counters->devices_evicted = identity->devices.evicted;
	ret_counters->names = name_table_count(identity->names);
	ret_counters->names_evicted = name_table_evicted(identity->names);
	ret_counters->tls_hellos = inspect.tls_hellos;
	ret_counters->tls_malformed = inspect.tls_malformed;
	ret_counters->quic_initials = inspect.quic_initials;
	ret_counters->quic_malformed = inspect.quic_malformed;
	ret_counters->http_requests = inspect.http_requests;
	ret_counters->reassembly_evicted = inspect.evicted;
}
