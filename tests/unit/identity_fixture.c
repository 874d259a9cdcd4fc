#include "tests/unit/identity_fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

#define PROTOCOL_UDP 17

struct identity *fixture_identity(void)
{
	struct identity_config config = {.hash_seed = 1};
	GError *error = NULL;
	struct identity *identity = identity_new(&config, &error);

	assert_null(error);
	assert_non_null(identity);
	return identity;
}

void fixture_address(const char *text, uint8_t ret_address[16])
{
	memset(ret_address, 0, 16);
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, ret_address), 1);
}

struct flow_key fixture_key(
	const char *src_mac, const char *src, const char *dst_mac, const char *dst)
{
	struct flow_key key = {.protocol = 6, .ip_version = strchr(src, ':') ? 6 : 4};

	fixture_address(src, key.address[0]);
	fixture_address(dst, key.address[1]);
	memcpy(key.mac[0], src_mac, 6);
	memcpy(key.mac[1], dst_mac, 6);
	key.port[0] = 40000;
	key.port[1] = 443;
	return key;
}

struct flow_key fixture_udp(const struct flow_key *key, uint16_t src_port, uint16_t dst_port)
{
	struct flow_key udp = *key;

	udp.protocol = PROTOCOL_UDP;
	udp.port[0] = src_port;
	udp.port[1] = dst_port;
	return udp;
}

struct flow_key fixture_reverse(const struct flow_key *key)
{
	struct flow_key back = *key;

	for (unsigned i = 0; i < 2; i++) {
		memcpy(back.address[i], key->address[1 - i], 16);
		memcpy(back.mac[i], key->mac[1 - i], 6);
		back.port[i] = key->port[1 - i];
	}
	return back;
}

void fixture_datagram(struct identity *identity, const struct flow_key *key, const void *payload,
	size_t octets, int64_t now_us)
{
	struct inspect_input input = {.key = key,
		.payload = payload,
		.octets = (uint32_t)octets,
		.from_initiator = true,
		.now_us = now_us};
	bool done = true;

	assert_int_equal(
		inspect_kind_of(key->ip_version, key->protocol, key->port[0], key->port[1]),
		INSPECT_DATAGRAM);
	assert_int_equal(identity_inspect(identity, &input, 7, &done), 7);
	assert_false(done);
}

void fixture_octets(struct fixture_message *m, const void *octets, size_t n)
{
	assert_true(n <= sizeof(m->octets) - m->n);
	memcpy(m->octets + m->n, octets, n);
	m->n += n;
}

void fixture_be16(struct fixture_message *m, unsigned v)
{
	uint8_t octets[2];

	store_be16(octets, (uint16_t)v);
	fixture_octets(m, octets, sizeof(octets));
}

void fixture_be32(struct fixture_message *m, uint32_t v)
{
	uint8_t octets[4];

	store_be32(octets, v);
	fixture_octets(m, octets, sizeof(octets));
}

void fixture_dns_name(struct fixture_message *m, const char *dotted)
{
	while (*dotted != '\0') {
		size_t n = strcspn(dotted, ".");
		uint8_t length = (uint8_t)n;

		fixture_octets(m, &length, 1);
		fixture_octets(m, dotted, n);
		dotted += n + (dotted[n] == '.');
	}
	fixture_octets(m, "", 1);
}

void fixture_dns_begin(
	struct fixture_message *m, unsigned flags, const char *name, unsigned answers)
{
	m->n = 0;
	fixture_be16(m, 0x1234);
	fixture_be16(m, flags);
	fixture_be16(m, name != NULL);
	fixture_be16(m, answers);
	fixture_be32(m, 0);
	if (name != NULL) {
		fixture_dns_name(m, name);
		fixture_be16(m, 1);
		fixture_be16(m, 1);
	}
}

static void dns_record(struct fixture_message *m, const char *name, unsigned type)
{
	fixture_dns_name(m, name);
	fixture_be16(m, type);
	fixture_be16(m, 1);
	fixture_be32(m, 60);
}

void fixture_dns_address(struct fixture_message *m, const char *name, const char *address)
{
	bool six = strchr(address, ':') != NULL;
	uint8_t octets[16];

	fixture_address(address, octets);
	dns_record(m, name, six ? 28 : 1);
	fixture_be16(m, six ? 16 : 4);
	fixture_octets(m, octets, six ? 16 : 4);
}

void fixture_dns_alias(struct fixture_message *m, const char *name, const char *target)
{
	struct fixture_message data = {.n = 0};

	fixture_dns_name(&data, target);
	dns_record(m, name, 5);
	fixture_be16(m, (unsigned)data.n);
	fixture_octets(m, data.octets, data.n);
}

void fixture_dns_answer(struct identity *identity, const struct flow_key *key, const char *name,
	const char *address, int64_t now_us)
{
	struct flow_key udp = fixture_udp(key, 53, 5000);
	struct fixture_message m;

	fixture_dns_begin(&m, 0x8180, name, 1);
	fixture_dns_address(&m, name, address);
	fixture_datagram(identity, &udp, m.octets, m.n, now_us);
}

void fixture_dhcp_option(struct fixture_message *m, uint8_t option, const void *octets, uint8_t n)
{
	fixture_octets(m, &option, 1);
	if (octets != NULL) {
		fixture_octets(m, &n, 1);
		fixture_octets(m, octets, n);
	}
}

void fixture_dhcp_begin(
	struct fixture_message *m, const char *mac, uint8_t type, const char *has, const char *gets)
{
	static const uint8_t zeros[192];
	const char *const addresses[4] = {has, gets, "0.0.0.0", "0.0.0.0"};
	uint8_t op = type == 2 || type == 5 || type == 6 ? 2 : 1; /* who sends what */
	uint8_t address[16];

	m->n = 0;
	fixture_octets(m, &op, 1);
	fixture_octets(m, "\1\6\0abcd\0\0\0\0", 11);
	for (unsigned i = 0; i < 4; i++) {
		fixture_address(addresses[i], address);
		fixture_octets(m, address, 4);
	}
	fixture_octets(m, mac, 6);
	fixture_octets(m, zeros, 10);
	fixture_octets(m, zeros, 192);
	fixture_be32(m, 0x63825363);
	fixture_dhcp_option(m, 53, &type, 1);
}

static void text_keep(
	char ret[256], const struct record_batch *batch, const struct record_text *text)
{
	assert_true(text->octets < 256);
	memcpy(ret, batch->text + text->offset, text->octets);
	ret[text->octets] = '\0';
}

static void record_keep(void *context, const struct record_batch *batch)
{
	struct fixture_record *kept = context;

	assert_int_equal(batch->count, 1);
	kept->record = batch->records[0];
	text_keep(kept->device_name, batch, &kept->record.device_name);
	text_keep(kept->device_vendor, batch, &kept->record.device_vendor);
	text_keep(kept->device_class, batch, &kept->record.device_class);
	text_keep(kept->far_name, batch, &kept->record.far_name);
	text_keep(kept->node_name, batch, &kept->record.node_name);
}

void fixture_annotate(struct identity *identity, const struct flow_key *key, uint32_t name,
	int64_t start_us, struct fixture_record *ret_record)
{
	struct record_writer *writer = malloc(sizeof(*writer));
	struct flow_record *record;

	assert_non_null(writer);
	record_writer_init(writer, record_keep, ret_record);
	record = record_writer_next(writer);
	record->start_us = start_us;
	record->end_us = start_us;
	identity_annotate(identity, key, name, record, writer);
	record_writer_flush(writer);
	free(writer);
}

struct search {
	const char *mac;
	struct identity_device *device;
	bool found;
};

static void device_match(void *context, const struct identity_device *device)
{
	struct search *search = context;

	if (memcmp(device->mac, search->mac, 6) == 0) {
		assert_false(search->found);
		*search->device = *device;
		search->found = true;
	}
}

bool fixture_device(
	const struct identity *identity, const char *mac, struct identity_device *ret_device)
{
	struct search search = {.mac = mac, .device = ret_device};

	identity_devices(identity, device_match, &search);
	return search.found;
}

static void damage_one(const uint8_t *octets, size_t n, size_t at, uint8_t change,
	void (*parse)(const uint8_t *, size_t))
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	assert_non_null(copy);
	memcpy(copy, octets, n);
	if (at < n) {
		copy[at] ^= change;
	}
	parse(copy, n);
	free(copy);
}

void fixture_damage(const void *octets, size_t n, void (*parse)(const uint8_t *, size_t))
{
	static const uint8_t changes[] = {0x01, 0x40, 0x80, 0xc0, 0xff};

	for (size_t at = 0; at < n; at++) {
		damage_one(octets, at, at, 0, parse);
		for (size_t i = 0; i < sizeof(changes); i++) {
			damage_one(octets, n, at, changes[i], parse);
		}
	}
}

void fixture_seen(struct identity *identity, const char *mac, const char *address)
{
	struct flow_key key = fixture_key(mac, address, MAC_ROUTER, "192.168.1.1");

	identity_sighting(identity, &key, INT64_C(1000000));
}

void fixture_assert_name(const struct identity *identity, const char *mac, const char *name,
	enum record_name_source source)
{
	struct identity_device device;

	assert_true(fixture_device(identity, mac, &device));
	assert_string_equal(device.name, name);
	assert_int_equal(device.name_source, source);
}

void fixture_dhcp_send(struct identity *identity, const struct fixture_message *m)
{
	bool asked = m->octets[0] == 1;
	struct flow_key key = fixture_key(asked ? MAC_PHONE : MAC_ROUTER,
		asked ? "0.0.0.0" : "192.168.1.1", MAC_ALL, "255.255.255.255");
	struct flow_key udp = fixture_udp(&key, asked ? 68 : 67, asked ? 67 : 68);

	fixture_datagram(identity, &udp, m->octets, m->n, INT64_C(1000000));
}

void fixture_dhcp_request(struct identity *identity, const char *mac, const char *host_name)
{
	struct fixture_message m;

	fixture_dhcp_begin(&m, mac, 3, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 12, host_name, (uint8_t)strlen(host_name));
	fixture_dhcp_send(identity, &m);
}

void fixture_mdns_send(struct identity *identity, const char *mac, const char *address,
	const struct fixture_message *m)
{
	struct flow_key key = fixture_key(mac, address, MAC_MDNS, "224.0.0.251");
	struct flow_key udp = fixture_udp(&key, 5353, 5353);

	fixture_datagram(identity, &udp, m->octets, m->n, INT64_C(1000000));
}

void fixture_mdns_host(struct identity *identity, const char *mac, const char *from,
	const char *name, const char *address)
{
	struct fixture_message m;

	fixture_dns_begin(&m, 0x8400, NULL, 1);
	fixture_dns_address(&m, name, address);
	fixture_mdns_send(identity, mac, from, &m);
}

void fixture_ssdp_send(struct identity *identity, const char *mac, const char *server)
{
	struct flow_key key = fixture_key(mac, "192.168.1.20", MAC_ALL, "239.255.255.250");
	struct flow_key udp = fixture_udp(&key, 40000, 1900);
	char message[256];

	(void)snprintf(message, sizeof(message), "NOTIFY * HTTP/1.1\r\nSERVER: %s\r\n\r\n", server);
	fixture_datagram(identity, &udp, message, strlen(message), INT64_C(1000000));
}
