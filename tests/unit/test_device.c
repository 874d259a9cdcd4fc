#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "probe/device.h"
#include "probe/oui.h"
#include "tests/unit/identity_fixture.h"

#define SECOND INT64_C(1000000)

static void see(struct identity *identity, const char *src_mac, const char *src, const char *dst)
{
	struct flow_key key = fixture_key(src_mac, src, MAC_ROUTER, dst);

	identity_sighting(identity, &key, SECOND);
}

static bool is_device(const struct identity *identity, const char *mac)
{
	struct identity_device device;

	return fixture_device(identity, mac, &device) && !device.gateway;
}

static bool is_gateway(const struct identity *identity, const char *mac)
{
	struct identity_device device;

	return fixture_device(identity, mac, &device) && device.gateway;
}

static bool has_address(const struct identity *identity, const char *mac, const char *text)
{
	struct identity_device device;
	uint8_t address[16];

	fixture_address(text, address);
	if (!fixture_device(identity, mac, &device)) {
		return false;
	}
	for (unsigned i = 0; i < device.address_count; i++) {
		if (memcmp(device.addresses[i], address, 16) == 0) {
			assert_int_equal(device.address_versions[i], strchr(text, ':') ? 6 : 4);
			return true;
		}
	}
	return false;
}

static void who_sends_from_an_address_of_the_home_is_a_device(void **state)
{
	static const char *const homes[] = {"192.168.1.20", "10.1.2.3", "172.31.0.1", "169.254.9.9",
		"fe80::1", "fd12::1", "0.0.0.0", "::"};
	static const char *const others[] = {"100.64.0.1", "198.51.100.1", "127.0.0.1", "224.0.0.1",
		"255.255.255.255", "172.32.0.1", "11.0.0.1", "0.0.0.7", "ff02::1", "::1",
		"64:ff9b::1"};

	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
		struct identity *identity = fixture_identity();
		bool unspecified = strspn(homes[i], "0.:") == strlen(homes[i]);

		see(identity, MAC_CAMERA, homes[i], homes[i]);
		assert_true(is_device(identity, MAC_CAMERA));
		assert_int_equal(has_address(identity, MAC_CAMERA, homes[i]), !unspecified);
		identity_free(identity);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct identity *identity = fixture_identity();

		see(identity, MAC_CAMERA, others[i], others[i]);
		assert_false(is_device(identity, MAC_CAMERA));
		identity_free(identity);
	}
}

static void groups_and_nobody_are_not_devices(void **state)
{
	static const char *const macs[] = {MAC_NONE, MAC_ALL, MAC_MDNS};
	struct identity *identity = fixture_identity();
	struct identity_counters counters;

	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		see(identity, macs[i], "192.168.1.20", "192.168.1.1");
	}
	identity_counters(identity, &counters);
	assert_int_equal(counters.devices, 0);
	identity_free(identity);
}

static void randomised_macs_are_marked_and_have_no_vendor(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;

	see(identity, MAC_PHONE, "192.168.1.20", "192.168.1.1");
	see(identity, MAC_CAMERA, "192.168.1.21", "192.168.1.1");
	assert_true(fixture_device(identity, MAC_PHONE, &device));
	assert_true(device.random_mac);
	assert_string_equal(device.vendor, "");
	assert_int_equal(device.name_source, RECORD_NAME_NONE);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_false(device.random_mac);
	assert_string_not_equal(device.vendor, "");
	assert_string_equal(device.vendor, oui_vendor((const uint8_t *)MAC_CAMERA));
	assert_string_equal(device.name, oui_vendor((const uint8_t *)MAC_CAMERA));
	assert_int_equal(device.name_source, RECORD_NAME_VENDOR);
	identity_free(identity);
}

static void who_forwards_from_public_ipv4_is_a_gateway(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_counters counters;

	see(identity, MAC_ROUTER, "192.168.1.1", "192.168.1.20");
	assert_true(is_device(identity, MAC_ROUTER));
	see(identity, MAC_ROUTER, "198.51.100.1", "192.168.1.20");
	assert_true(is_gateway(identity, MAC_ROUTER));
	assert_true(has_address(identity, MAC_ROUTER, "192.168.1.1"));
	see(identity, MAC_ROUTER, "192.168.1.1", "192.168.1.20");
	assert_true(is_gateway(identity, MAC_ROUTER));
	identity_counters(identity, &counters);
	assert_int_equal(counters.devices, 0);
	identity_free(identity);
}

static void who_still_sends_from_where_it_was_stays_a_device(void **state)
{
	struct identity *identity = fixture_identity();

	see(identity, MAC_PHONE, "192.168.1.20", "192.168.1.1");
	see(identity, MAC_PHONE, "203.0.113.5", "198.51.100.1");
	assert_true(is_device(identity, MAC_PHONE));
	assert_false(has_address(identity, MAC_PHONE, "203.0.113.5"));
	identity_free(identity);
}

static void public_ipv6_addresses_teach_a_prefix(void **state)
{
	struct identity *identity = fixture_identity();

	see(identity, MAC_CAMERA, "2001:db8:1:1::5", "2a00:1450::1");
	assert_true(is_device(identity, MAC_CAMERA));
	assert_true(has_address(identity, MAC_CAMERA, "2001:db8:1:1::5"));
	see(identity, MAC_PHONE, "2001:db8:1:1::6", "2001:db8:1:1::5");
	assert_true(is_device(identity, MAC_PHONE));
	/* The answer comes in through the router: not a device's address. */
	see(identity, MAC_ROUTER, "2a00:1450::1", "2001:db8:1:1::5");
	assert_false(is_device(identity, MAC_ROUTER));
	identity_free(identity);
}

static void who_sends_from_three_foreign_prefixes_is_a_gateway(void **state)
{
	struct identity *identity = fixture_identity();

	/* Before anything of the home was seen, the first looks like a device. */
	see(identity, MAC_ROUTER, "2a00:1450:1::1", "2001:db8:1:1::5");
	assert_true(is_device(identity, MAC_ROUTER));
	see(identity, MAC_ROUTER, "2a00:1450:2::1", "2001:db8:1:1::5");
	see(identity, MAC_ROUTER, "2a00:1450:2::1", "2001:db8:1:1::5");
	assert_true(is_device(identity, MAC_ROUTER));
	see(identity, MAC_ROUTER, "2a00:1450:3::1", "2001:db8:1:1::5");
	assert_true(is_gateway(identity, MAC_ROUTER));
	/* What it taught is unlearned. */
	assert_false(has_address(identity, MAC_ROUTER, "2a00:1450:1::1"));
	see(identity, MAC_CAMERA, "2001:db8:1:1::5", "2a00:1450:1::1");
	assert_true(is_device(identity, MAC_CAMERA));
	see(identity, MAC_PHONE, "2a00:1450:2::9", "2001:db8:1:1::5");
	assert_false(is_device(identity, MAC_PHONE));
	identity_free(identity);
}

static void new_prefixes_over_days_do_not_make_a_gateway(void **state)
{
	struct identity *identity = fixture_identity();

	for (int day = 0; day < 40; day++) {
		char text[64];
		struct flow_key key;

		(void)snprintf(text, sizeof(text), "2001:db8:1:%x::5", day + 1);
		key = fixture_key(MAC_CAMERA, text, MAC_ROUTER, "2a00:1450::1");
		identity_sighting(identity, &key, day * 86400 * SECOND);
		assert_true(is_device(identity, MAC_CAMERA));
		assert_true(has_address(identity, MAC_CAMERA, text));
	}
	identity_free(identity);
}

static void only_home_interfaces_have_devices(void **state)
{
	struct identity_config config = {
		.hash_seed = 1, .home_interfaces = {2, 5}, .home_interface_count = 2};
	struct identity *identity = identity_new(&config, NULL);
	struct flow_key key = fixture_key(MAC_CAMERA, "192.168.1.9", MAC_ROUTER, "192.168.1.1");

	key.interface = 1;
	identity_sighting(identity, &key, SECOND);
	assert_false(is_device(identity, MAC_CAMERA));
	key.interface = 5;
	identity_sighting(identity, &key, SECOND);
	assert_true(is_device(identity, MAC_CAMERA));
	identity_free(identity);
}

static void an_address_belongs_to_who_used_it_last(void **state)
{
	struct identity *identity = fixture_identity();

	see(identity, MAC_CAMERA, "192.168.1.9", "192.168.1.1");
	see(identity, MAC_PHONE, "192.168.1.9", "192.168.1.1");
	assert_false(has_address(identity, MAC_CAMERA, "192.168.1.9"));
	assert_true(has_address(identity, MAC_PHONE, "192.168.1.9"));
	identity_free(identity);
}

static void a_gateway_takes_no_devices_address(void **state)
{
	struct identity *identity = fixture_identity();

	see(identity, MAC_CAMERA, "192.168.1.9", "192.168.1.1");
	see(identity, MAC_ROUTER, "198.51.100.1", "192.168.1.9");
	see(identity, MAC_ROUTER, "192.168.1.9", "192.168.2.7"); /* between two networks */
	assert_true(has_address(identity, MAC_CAMERA, "192.168.1.9"));
	see(identity, MAC_ROUTER, "192.168.1.1", "192.168.1.9");
	assert_true(has_address(identity, MAC_ROUTER, "192.168.1.1"));
	identity_free(identity);
}

static void a_device_keeps_its_latest_addresses(void **state)
{
	struct identity *identity = fixture_identity();
	char text[32];

	for (int i = 0; i < 3 * DEVICE_ADDRESSES_MAX; i++) {
		struct flow_key key;

		(void)snprintf(text, sizeof(text), "192.168.1.%d", i + 1);
		key = fixture_key(MAC_CAMERA, text, MAC_ROUTER, "192.168.1.254");
		identity_sighting(identity, &key, i * SECOND);
	}
	for (int i = 0; i < 3 * DEVICE_ADDRESSES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "192.168.1.%d", i + 1);
		assert_int_equal(
			has_address(identity, MAC_CAMERA, text), i >= 2 * DEVICE_ADDRESSES_MAX);
	}
	identity_free(identity);
}

static void a_full_table_refuses_until_someone_was_away_for_a_day(void **state)
{
	struct identity_config config = {.hash_seed = 1, .devices_max = 2};
	struct identity *identity = identity_new(&config, NULL);
	struct identity_device device;
	struct identity_counters counters;
	struct flow_key key;

	see(identity, MAC_CAMERA, "192.168.1.9", "192.168.1.1");
	see(identity, MAC_PHONE, "192.168.1.8", "192.168.1.1");
	see(identity, MAC_ROUTER, "192.168.1.1", "192.168.1.9");
	assert_false(fixture_device(identity, MAC_ROUTER, &device));
	key = fixture_key(MAC_PHONE, "192.168.1.8", MAC_ROUTER, "192.168.1.1");
	identity_sighting(identity, &key, 80000 * SECOND);
	key = fixture_key(MAC_ROUTER, "192.168.1.1", MAC_PHONE, "192.168.1.8");
	identity_sighting(identity, &key, 90000 * SECOND);
	assert_true(fixture_device(identity, MAC_ROUTER, &device));
	assert_int_equal(device.id, 3); /* numbers are not used again */
	assert_int_equal(device.address_count, 1);
	assert_false(is_device(identity, MAC_CAMERA));
	assert_true(is_device(identity, MAC_PHONE));
	identity_counters(identity, &counters);
	assert_int_equal(counters.devices, 2);
	assert_int_equal(counters.devices_refused, 1);
	assert_int_equal(counters.devices_evicted, 1);
	identity_free(identity);
}

static void many_devices_are_found_again(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_counters counters;
	char mac[6] = "\x02\x11\x22";

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 1000; i++) {
			char text[32];

			mac[4] = (char)(i >> 8);
			mac[5] = (char)i;
			(void)snprintf(text, sizeof(text), "10.0.%u.%u", i >> 8, i & 255);
			see(identity, mac, text, "10.9.9.9");
		}
	}
	identity_counters(identity, &counters);
	assert_int_equal(counters.devices, 1000);
	assert_int_equal(counters.devices_refused, 0);
	mac[4] = 2;
	mac[5] = 7;
	assert_true(has_address(identity, mac, "10.0.2.7"));
	identity_free(identity);
}

static void gateways_are_visited_last(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;

	see(identity, MAC_ROUTER, "198.51.100.1", "192.168.1.20");
	see(identity, MAC_CAMERA, "192.168.1.20", "198.51.100.1");
	assert_true(fixture_device(identity, MAC_ROUTER, &device));
	assert_int_equal(device.id, 1);
	assert_true(device.gateway);
	assert_true(is_device(identity, MAC_CAMERA));
	identity_free(identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sends_from_an_address_of_the_home_is_a_device),
		cmocka_unit_test(groups_and_nobody_are_not_devices),
		cmocka_unit_test(randomised_macs_are_marked_and_have_no_vendor),
		cmocka_unit_test(who_forwards_from_public_ipv4_is_a_gateway),
		cmocka_unit_test(who_still_sends_from_where_it_was_stays_a_device),
		cmocka_unit_test(public_ipv6_addresses_teach_a_prefix),
		cmocka_unit_test(who_sends_from_three_foreign_prefixes_is_a_gateway),
		cmocka_unit_test(new_prefixes_over_days_do_not_make_a_gateway),
		cmocka_unit_test(only_home_interfaces_have_devices),
		cmocka_unit_test(an_address_belongs_to_who_used_it_last),
		cmocka_unit_test(a_gateway_takes_no_devices_address),
		cmocka_unit_test(a_device_keeps_its_latest_addresses),
		cmocka_unit_test(a_full_table_refuses_until_someone_was_away_for_a_day),
		cmocka_unit_test(many_devices_are_found_again),
		cmocka_unit_test(gateways_are_visited_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
