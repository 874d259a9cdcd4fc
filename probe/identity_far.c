#include "probe/identity_private.h"

#include <string.h>

/*
 * The device at one end. The MAC decides where it is a device's; it says nothing about a receiver
 * outside, which the device may only pass the packet on to. Behind a router's MAC, or where there
 * are no MACs, the address decides.
 */
static struct device *end_device(
	const struct identity *identity, const struct flow_key *key, unsigned end)
{
	const struct device_table *t = &identity->devices;
	struct device *d = device_find(t, key->mac[end]);

	if (d != NULL && d->state == DEVICE_HOME &&
		(end == 0 || identity_home_side(&identity->home, key->address[end],
				     key->ip_version) == HOME_INSIDE)) {
		return d;
	}
	d = device_by_address(t, key->address[end], key->ip_version);
	return d != NULL && d->state == DEVICE_HOME ? d : NULL;
}

void identity_sides(const struct identity *identity, const struct flow_key *key,
	struct identity_sides *ret_sides)
{
	ret_sides->devices[0] = end_device(identity, key, 0);
	ret_sides->devices[1] = end_device(identity, key, 1);
	for (int end = 0; end < 2; end++) {
		if (ret_sides->devices[end] != NULL) {
			ret_sides->host = end;
			return;
		}
	}
	for (int end = 0; end < 2; end++) {
		if (identity_home_side(&identity->home, key->address[end], key->ip_version) ==
			HOME_INSIDE) {
			ret_sides->host = end;
			return;
		}
	}
	ret_sides->host = -1;
}

static struct name_key key_of_device(
	const struct device *d, const uint8_t far[16], uint8_t far_version)
{
	struct name_key key = {.far_version = far_version, .host_kind = NAME_HOST_DEVICE};

	memcpy(key.host, &d->id, sizeof(d->id));
	memcpy(key.far, far, sizeof(key.far));
	return key;
}

/* A host that is no device is known by its address; which family it is of need not be told. */
static struct name_key key_of_address(
	const uint8_t host[16], const uint8_t far[16], uint8_t far_version)
{
	struct name_key key = {.far_version = far_version, .host_kind = NAME_HOST_ADDRESS};

	memcpy(key.host, host, sizeof(key.host));
	memcpy(key.far, far, sizeof(key.far));
	return key;
}

static uint32_t end_name(struct identity *identity, const struct flow_key *key,
	const struct device *host_device, int host, int64_t now_us)
{
	const uint8_t *far = key->address[1 - host];
	struct name_key name;
	uint32_t handle = 0;

	if (host_device != NULL) {
		name = key_of_device(host_device, far, key->ip_version);
		handle = name_table_find(identity->names, &name, now_us);
	}
	if (handle == 0) {
		name = key_of_address(key->address[host], far, key->ip_version);
		handle = name_table_find(identity->names, &name, now_us);
	}
	return handle;
}

uint32_t identity_name(struct identity *identity, const struct flow_key *key, int64_t now_us)
{
	struct identity_sides sides;
	uint32_t handle;

	identity_sides(identity, key, &sides);
	if (sides.host >= 0) {
		return end_name(identity, key, sides.devices[sides.host], sides.host, now_us);
	}
	handle = end_name(identity, key, NULL, 0, now_us);
	return handle != 0 ? handle : end_name(identity, key, NULL, 1, now_us);
}

uint32_t identity_name_settle(
	struct identity *identity, uint32_t name, int64_t start_us, int64_t now_us)
{
	return name_table_settle(identity->names, name, start_us, now_us);
}

bool identity_name_is_same(const struct identity *identity, uint32_t name, uint32_t other)
{
	return name_table_is_same(identity->names, name, other);
}

static struct name_key key_of_receiver(
	const struct flow_key *key, const struct device *d, const struct dns_address *far)
{
	return d != NULL ? key_of_device(d, far->address, far->ip_version)
			 : key_of_address(key->address[1], far->address, far->ip_version);
}

void identity_dns(struct identity *identity, const struct flow_key *key, const uint8_t *message,
	uint32_t octets, int64_t now_us)
{
	struct device *d = end_device(identity, key, 1);
	struct dns_answer answer;
	char text[256];
	enum status status = dns_answer_read(message, octets, &answer);

	identity->counters.dns_messages++;
	if (status != STATUS_OK) {
		identity->counters.dns_malformed += status != STATUS_NOT_FOUND;
		return;
	}
	identity->counters.dns_addresses_dropped += answer.dropped;
	if (!dns_name_text(&answer.question, text)) {
		identity->counters.names_invalid++;
		return;
	}
	for (unsigned i = 0; i < answer.count; i++) {
		const struct dns_address *a = &answer.addresses[i];
		struct name_key name =
			d != NULL ? key_of_device(d, a->address, a->ip_version)
				  : key_of_address(key->address[1], a->address, a->ip_version);

		name_table_learn(identity->names, &name, text, RECORD_NAME_DNS, now_us);
	}
}

void identity_far_learn(struct identity *identity, const struct inspect_input *input,
	const struct dns_record *record, enum device_name which)
{
	const struct flow_key *key = input->key;
	struct dns_address far;
	struct name_key name;
	char text[256];

	if (identity_home_side(&identity->home, key->address[1], key->ip_version) == HOME_MANY ||
		!dns_record_address(record, &far) || !dns_name_text(&record->owner, text)) {
		return;
	}
	name = key_of_receiver(key, end_device(identity, key, 1), &far);
	if (far.ttl_s > 0) {
		name_table_learn(identity->names, &name, text,
			which == DEVICE_NAME_MDNS ? RECORD_NAME_MDNS : RECORD_NAME_LLMNR,
			input->now_us);
	} else {
		name_table_forget(identity->names, &name, text);
	}
}
