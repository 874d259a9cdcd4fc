#include "tests/unit/unit.h"

#include <string.h>

#include "probe/neighbour.h"
#include "tests/unit/identity_fixture.h"

#define SECOND INT64_C(1000000)

/* Heads of messages; addresses and options follow. */
#define ARP_REQUEST "\0\1\x08\0\6\4\0\1"
#define RA          "\x86\0\0\0\x40\0\x07\x08\0\0\0\0\0\0\0\0"
#define RA_MESH     "\x86\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0"
#define NS          "\x87\0\0\0\0\0\0\0"
#define NA          "\x88\0\0\0\x60\0\0\0"
#define PREFIX_64   "\3\4\x40\xc0\0\1\x51\x80\0\0\x38\x40\0\0\0\0"

static void arp(struct identity *identity, const char *mac, const char *address)
{
	struct fixture_message m = {.n = 0};
	uint8_t octets[16];

	fixture_address(address, octets);
	fixture_octets(&m, ARP_REQUEST, 8);
	fixture_octets(&m, mac, 6);
	fixture_octets(&m, octets, 4);
	fixture_octets(&m, "\0\0\0\0\0\0\xc0\xa8\1\1", 10);
	identity_arp(identity, m.octets, (uint32_t)m.n, 0, SECOND);
}

/* A message of neighbour discovery, with a target where @target is not NULL. */
static void discovery(struct identity *identity, const struct flow_key *key, const char *head,
	const char *target, const struct fixture_message *options)
{
	size_t head_octets = target == NULL && head[0] == '\x86' ? 16 : 8;
	struct fixture_message m = {.n = 0};
	struct flow_key icmp = *key;
	uint8_t octets[16];

	fixture_octets(&m, head, head_octets);
	if (target != NULL) {
		fixture_address(target, octets);
		fixture_octets(&m, octets, 16);
	}
	fixture_octets(&m, options->octets, options->n);
	icmp.protocol = 58;
	icmp.port[0] = (uint8_t)head[0];
	icmp.port[1] = 0;
	fixture_datagram(identity, &icmp, m.octets, m.n, SECOND);
}

static struct fixture_message option_mac(uint8_t type, const char *mac)
{
	struct fixture_message m = {.n = 0};

	fixture_octets(&m, &type, 1);
	fixture_octets(&m, "\1", 1);
	fixture_octets(&m, mac, 6);
	return m;
}

static struct fixture_message option_prefix(const char *prefix)
{
	struct fixture_message m = {.n = 0};
	uint8_t octets[16];

	fixture_address(prefix, octets);
	fixture_octets(&m, PREFIX_64, 16);
	fixture_octets(&m, octets, 16);
	return m;
}

static bool holds(const struct identity *identity, const char *mac, const char *address)
{
	struct identity_device device;
	uint8_t octets[16];

	fixture_address(address, octets);
	if (!fixture_device(identity, mac, &device)) {
		return false;
	}
	for (unsigned i = 0; i < device.address_count; i++) {
		if (memcmp(device.addresses[i], octets, 16) == 0) {
			return true;
		}
	}
	return false;
}

static void arp_tells_who_holds_an_address(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;
	struct identity_counters counters;

	arp(identity, MAC_CAMERA, "192.168.1.20");
	assert_true(holds(identity, MAC_CAMERA, "192.168.1.20"));
	arp(identity, MAC_PHONE, "0.0.0.0"); /* a probe */
	assert_false(fixture_device(identity, MAC_PHONE, &device));
	arp(identity, MAC_PHONE, "198.51.100.9"); /* a neighbour outside */
	assert_false(fixture_device(identity, MAC_PHONE, &device));
	arp(identity, MAC_ALL, "192.168.1.21");
	identity_counters(identity, &counters);
	assert_int_equal(counters.devices, 1);
	assert_int_equal(counters.neighbour_messages, 4);
	assert_int_equal(counters.neighbour_malformed, 0);
	identity_arp(identity, (const uint8_t *)ARP_REQUEST, 8, 0, SECOND);
	identity_arp(identity, (const uint8_t *)"\0\6\x08\0\6\4\0\1", 8, 0, SECOND);
	identity_counters(identity, &counters);
	assert_int_equal(counters.neighbour_malformed, 1);
	identity_free(identity);
}

static void arp_of_other_kinds_is_passed_over(void **state)
{
	static const char *const kinds[] = {"\0\6\x08\0\6\4\0\1", "\0\1\x86\xdd\6\4\0\1",
		"\0\1\x08\0\6\4\0\3", "\0\1\x08\0\6\4\0\0"};
	uint8_t data[28] = {0};
	struct neighbour_arp found;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memcpy(data, kinds[i], 8);
		assert_int_equal(neighbour_arp_read(data, 28, &found), STATUS_NOT_FOUND);
	}
	memcpy(data, ARP_REQUEST, 8);
	assert_int_equal(neighbour_arp_read(data, 28, &found), STATUS_OK);
	assert_int_equal(neighbour_arp_read(data, 27, &found), STATUS_SHORT);
	assert_int_equal(neighbour_arp_read(data, 7, &found), STATUS_SHORT);
	data[4] = 8;
	assert_int_equal(neighbour_arp_read(data, 28, &found), STATUS_MALFORMED);
}

static void neighbours_tell_their_addresses(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "fe80::20", MAC_ALL, "ff02::1");
	struct flow_key probe = fixture_key(MAC_PHONE, "::", MAC_ALL, "ff02::1:ff00:21");
	struct fixture_message source = option_mac(1, MAC_CAMERA);
	struct fixture_message target = option_mac(2, MAC_CAMERA);
	struct fixture_message none = {.n = 0};

	discovery(identity, &key, "\x85\0\0\0\0\0\0\0", NULL, &source);
	assert_true(holds(identity, MAC_CAMERA, "fe80::20"));
	discovery(identity, &key, NS, "fe80::1", &target); /* not the option that counts */
	discovery(identity, &key, NA, "2001:db8:1:1::20", &target);
	assert_true(holds(identity, MAC_CAMERA, "2001:db8:1:1::20"));
	discovery(identity, &probe, NS, "2001:db8:1:1::21", &none);
	assert_true(holds(identity, MAC_PHONE, "2001:db8:1:1::21"));
	/* An address that is taken stays with who holds it. */
	discovery(identity, &probe, NS, "2001:db8:1:1::20", &none);
	assert_true(holds(identity, MAC_CAMERA, "2001:db8:1:1::20"));
	assert_false(holds(identity, MAC_PHONE, "2001:db8:1:1::20"));
	identity_free(identity);
}

static void a_router_advertises_prefixes_and_is_a_gateway(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key router = fixture_key(MAC_ROUTER, "fe80::1", MAC_ALL, "ff02::1");
	struct flow_key camera =
		fixture_key(MAC_CAMERA, "2001:db8:1:1::20", MAC_PHONE, "2001:db8:1:1::21");
	struct flow_key forwarded =
		fixture_key(MAC_ROUTER, "2a00:1450::1", MAC_CAMERA, "2001:db8:1:1::20");
	struct fixture_message prefix = option_prefix("2001:db8:1:1::");
	struct identity_device device;

	discovery(identity, &router, RA, NULL, &prefix);
	assert_true(fixture_device(identity, MAC_ROUTER, &device));
	assert_true(device.gateway);
	/* Now an address in it is one of the home, and one outside is not. */
	identity_sighting(identity, &camera, SECOND);
	assert_true(holds(identity, MAC_CAMERA, "2001:db8:1:1::20"));
	identity_sighting(identity, &forwarded, SECOND);
	assert_false(holds(identity, MAC_ROUTER, "2a00:1450::1"));
	identity_free(identity);
}

static void a_border_router_of_a_mesh_is_a_device(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "fe80::20", MAC_ALL, "ff02::1");
	struct fixture_message prefix = option_prefix("fd11:22:33:44::");
	struct identity_device device;

	identity_sighting(identity, &key, SECOND);
	discovery(identity, &key, RA_MESH, NULL, &prefix);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_false(device.gateway);
	identity_free(identity);
}

static void nobody_makes_the_world_the_home(void **state)
{
	static const struct {
		const char *prefix;
		const char *change; /* where and what in the option */
	} rows[] = {{"2a00:1450::", "\2\x20"}, {"2a00:1450::", "\2\x0"}, {"2a00:1450::", "\3\0"},
		{"ff00::", ""}, {"::", ""}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity *identity = fixture_identity();
		struct flow_key router = fixture_key(MAC_PHONE, "fe80::1", MAC_ALL, "ff02::1");
		struct flow_key ours =
			fixture_key(MAC_CAMERA, "2001:db8:1:1::20", MAC_ROUTER, "2a00:1450::1");
		struct flow_key theirs =
			fixture_key(MAC_ROUTER, "2a00:1450::1", MAC_CAMERA, "2001:db8:1:1::20");
		struct fixture_message prefix = option_prefix(rows[i].prefix);
		struct identity_device device;

		if (rows[i].change[0] != '\0') {
			prefix.octets[(unsigned)rows[i].change[0]] = (uint8_t)rows[i].change[1];
		}
		discovery(identity, &router, RA, NULL, &prefix);
		identity_sighting(identity, &ours, SECOND);
		identity_sighting(identity, &theirs, SECOND);
		assert_true(holds(identity, MAC_CAMERA, "2001:db8:1:1::20"));
		assert_false(fixture_device(identity, MAC_ROUTER, &device));
		identity_free(identity);
	}
}

static void more_prefixes_than_are_kept_do_no_harm(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key router = fixture_key(MAC_ROUTER, "fe80::1", MAC_ALL, "ff02::1");

	for (unsigned i = 1; i <= 200; i++) {
		struct fixture_message prefix = option_prefix("2001:db8:1::");

		prefix.octets[16 + 6] = (uint8_t)i;
		for (unsigned copy = 0; copy < 9; copy++) {
			struct fixture_message another = option_prefix("2001:db8:1::");

			another.octets[16 + 7] = (uint8_t)copy;
			fixture_octets(&prefix, another.octets, another.n);
		}
		discovery(identity, &router, RA, NULL, &prefix);
	}
	identity_free(identity);
}

static enum status read_of(const char *data, size_t octets)
{
	struct neighbour_discovery nd;

	return neighbour_discovery_read((const uint8_t *)data, octets, &nd);
}

static void messages_are_told_apart(void **state)
{
	assert_int_equal(read_of("\x85\0\0", 3), STATUS_SHORT);
	assert_int_equal(read_of("\x80\0\0\0", 4), STATUS_NOT_FOUND);
	assert_int_equal(read_of("\x89\0\0\0", 4), STATUS_NOT_FOUND);
	assert_int_equal(read_of("\x85\0\0\0\0\0\0", 7), STATUS_SHORT);
	assert_int_equal(read_of("\x85\1\0\0\0\0\0\0", 8), STATUS_MALFORMED);
	assert_int_equal(read_of("\x85\0\0\0\0\0\0\0", 8), STATUS_OK);
	assert_int_equal(read_of("\x85\0\0\0\0\0\0\0\1\0", 10), STATUS_MALFORMED);
	assert_int_equal(read_of("\x85\0\0\0\0\0\0\0\1\1abcde", 15), STATUS_SHORT);
	assert_int_equal(read_of("\x85\0\0\0\0\0\0\0\1", 9), STATUS_SHORT);
	assert_int_equal(read_of(RA "\3\1\0\0\0\0\0\0", 24), STATUS_MALFORMED);
	assert_int_equal(read_of(NS "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 24), STATUS_MALFORMED);
	assert_int_equal(read_of(RA "\3\4\x81\xc0\0\0\0\0\0\0\0\0\0\0\0\0"
				    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
				 48),
		STATUS_MALFORMED);
}

static void damaged_discovery_is_counted(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "fe80::20", MAC_ALL, "ff02::1");
	struct fixture_message bad = {.octets = "\1", .n = 1};
	struct identity_counters counters;

	discovery(identity, &key, NS, "fe80::1", &bad);
	identity_counters(identity, &counters);
	assert_int_equal(counters.neighbour_malformed, 1);
	identity_free(identity);
}

static void parse_arp(const uint8_t *octets, size_t n)
{
	struct neighbour_arp found;

	(void)neighbour_arp_read(octets, n, &found);
}

static void parse_discovery(const uint8_t *octets, size_t n)
{
	struct neighbour_discovery nd;

	if (neighbour_discovery_read(octets, n, &nd) == STATUS_OK) {
		assert_true(nd.prefix_count <= NEIGHBOUR_PREFIXES_MAX);
	}
}

static void damaged_messages_do_no_harm(void **state)
{
	static const char request[] = ARP_REQUEST MAC_CAMERA "\xc0\xa8\1\x14" MAC_NONE "\xc0\xa8\1";
	struct fixture_message m = {.n = 0};
	struct fixture_message prefix = option_prefix("2001:db8::");

	fixture_damage(request, sizeof(request), parse_arp);
	fixture_octets(&m, RA, 16);
	fixture_octets(&m, "\1\1" MAC_ROUTER, 8);
	fixture_octets(&m, prefix.octets, prefix.n);
	fixture_damage(m.octets, m.n, parse_discovery);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_tells_who_holds_an_address),
		cmocka_unit_test(arp_of_other_kinds_is_passed_over),
		cmocka_unit_test(neighbours_tell_their_addresses),
		cmocka_unit_test(a_router_advertises_prefixes_and_is_a_gateway),
		cmocka_unit_test(a_border_router_of_a_mesh_is_a_device),
		cmocka_unit_test(nobody_makes_the_world_the_home),
		cmocka_unit_test(more_prefixes_than_are_kept_do_no_harm),
		cmocka_unit_test(messages_are_told_apart),
		cmocka_unit_test(damaged_discovery_is_counted),
		cmocka_unit_test(damaged_messages_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
