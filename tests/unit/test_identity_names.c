#include "tests/unit/unit.h"

#include <string.h>

#include "probe/dhcp.h"
#include "probe/identity.h"
#include "probe/oui.h"
#include "tests/unit/identity_fixture.h"

#define SECOND INT64_C(1000000)

static void dhcp_ack(struct identity *identity, const char *mac, const char *address,
	const char *router, const char *server)
{
	struct fixture_message m;
	uint8_t octets[16];

	fixture_dhcp_begin(&m, mac, DHCP_ACK, "0.0.0.0", address);
	if (router != NULL) {
		fixture_address(router, octets);
		fixture_dhcp_option(&m, 3, octets, 4);
	}
	if (server != NULL) {
		fixture_address(server, octets);
		fixture_dhcp_option(&m, 54, octets, 4);
	}
	fixture_dhcp_send(identity, &m);
}

static void a_dhcp_client_is_a_device_with_name_class_and_list(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;
	struct fixture_message m;
	struct flow_key flow;
	struct fixture_record r;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_DISCOVER, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 12, "kitchen-cam\0", 12);
	fixture_dhcp_option(&m, 55, "\1\3\6\x0f\xff", 5);
	fixture_dhcp_option(&m, 60, "udhcp 1.33", 10);
	fixture_dhcp_send(identity, &m);
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", NULL, NULL);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_string_equal(device.name, "kitchen-cam");
	assert_int_equal(device.name_source, RECORD_NAME_DHCP);
	assert_string_equal(device.vendor_class, "udhcp 1.33");
	assert_string_equal(device.parameter_list, "1,3,6,15,255");
	assert_int_equal(device.address_count, 1);
	assert_int_equal(device.first_seen_us, SECOND);

	/* The address alone leads to the device. */
	flow = fixture_key(MAC_NONE, "192.168.1.20", MAC_NONE, "198.51.100.1");
	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_string_equal(r.device_name, "kitchen-cam");
	assert_string_equal(r.device_class, "udhcp 1.33");
	assert_memory_equal(r.record.device_mac, MAC_CAMERA, 6);
	identity_free(identity);
}

static void a_long_list_is_cut_between_numbers(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;
	struct fixture_message m;
	uint8_t list[255];

	memset(list, 200, sizeof(list));
	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 55, list, sizeof(list));
	fixture_dhcp_send(identity, &m);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_int_equal(strlen(device.parameter_list), 32 * 4 - 1);
	assert_string_equal(device.parameter_list + 124, "200");
	identity_free(identity);
}

static void names_that_cannot_be_shown_are_refused_and_counted(void **state)
{
	static const char *const names[] = {"\xff\xfe\xfd", "line\nbreak\r\n", "\x1b[31mred",
		"\xe2\x80\xaewrong", "\xed\xa0\x80", " "};
	struct identity *identity = fixture_identity();
	struct identity_counters counters;

	fixture_dhcp_request(identity, MAC_CAMERA, "kitchen-cam");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fixture_dhcp_request(identity, MAC_CAMERA, names[i]);
	}
	fixture_dhcp_request(identity, MAC_CAMERA, "");
	fixture_assert_name(identity, MAC_CAMERA, "kitchen-cam", RECORD_NAME_DHCP);
	identity_counters(identity, &counters);
	assert_int_equal(counters.names_invalid, sizeof(names) / sizeof(names[0]));
	assert_int_equal(counters.dhcp_messages, 8);
	assert_int_equal(counters.dhcp_malformed, 0);
	identity_free(identity);
}

static void the_domain_name_serves_where_there_is_no_host_name(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_counters counters;
	struct fixture_message m;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 81, "\4\0\0\3cam\4home\0", 13);
	fixture_dhcp_send(identity, &m);
	fixture_assert_name(identity, MAC_CAMERA, "cam.home", RECORD_NAME_DHCP);
	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 81, "\4\0\0\3c.m", 7);
	fixture_dhcp_send(identity, &m);
	fixture_assert_name(identity, MAC_CAMERA, "cam.home", RECORD_NAME_DHCP);
	identity_counters(identity, &counters);
	assert_int_equal(counters.names_invalid, 1);
	identity_free(identity);
}

static void a_server_may_name_who_has_no_name(void **state)
{
	struct identity *identity = fixture_identity();
	struct fixture_message m;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_ACK, "0.0.0.0", "192.168.1.20");
	fixture_dhcp_option(&m, 12, "given", 5);
	fixture_dhcp_send(identity, &m);
	fixture_assert_name(identity, MAC_CAMERA, "given", RECORD_NAME_DHCP);
	fixture_dhcp_request(identity, MAC_CAMERA, "own");
	fixture_dhcp_send(identity, &m);
	fixture_assert_name(identity, MAC_CAMERA, "own", RECORD_NAME_DHCP);
	identity_free(identity);
}

static void a_released_address_is_nobodys(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;
	struct fixture_message m;

	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", NULL, NULL);
	fixture_dhcp_begin(&m, MAC_PHONE, DHCP_RELEASE, "192.168.1.20", "0.0.0.0");
	fixture_dhcp_send(identity, &m); /* not by who holds it */
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_int_equal(device.address_count, 1);
	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_RELEASE, "192.168.1.20", "0.0.0.0");
	fixture_dhcp_send(identity, &m);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_int_equal(device.address_count, 0);
	identity_free(identity);
}

static void who_dhcp_names_as_router_is_a_gateway(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;

	/* Known before it is named, and after. */
	fixture_seen(identity, MAC_ROUTER, "192.168.1.1");
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && !device.gateway);
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", "192.168.1.1", "192.168.1.1");
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && device.gateway);
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", "192.168.1.9", NULL);
	fixture_seen(identity, MAC_PHONE, "192.168.1.9");
	assert_true(fixture_device(identity, MAC_PHONE, &device) && device.gateway);
	identity_free(identity);
}

static void a_server_that_names_another_router_is_a_device(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_device device;

	fixture_seen(identity, MAC_ROUTER, "192.168.1.1");
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", "192.168.1.254", "192.168.1.1");
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && !device.gateway);
	/* On a network without a router the server stands for one. */
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", NULL, "192.168.1.7");
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && !device.gateway);
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", NULL, "192.168.1.1");
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && device.gateway);
	identity_free(identity);

	/* So does one that does not even name itself. */
	identity = fixture_identity();
	fixture_seen(identity, MAC_ROUTER, "192.168.1.1");
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", NULL, NULL);
	assert_true(fixture_device(identity, MAC_ROUTER, &device) && device.gateway);
	identity_free(identity);
}

static void who_gets_an_address_of_outside_is_not_a_device(void **state)
{
	static const char *const outside[] = {"198.51.100.9", "100.64.0.9"};

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		struct identity *identity = fixture_identity();
		struct identity_device device;

		fixture_dhcp_request(identity, MAC_ROUTER, "router");
		dhcp_ack(identity, MAC_ROUTER, outside[i], NULL, NULL);
		assert_true(fixture_device(identity, MAC_ROUTER, &device) && device.gateway);
		assert_int_equal(device.address_count, 0);
		identity_free(identity);
	}
}

static void better_sources_go_before_worse_ones(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "fe80::20", MAC_ALL, "ff02::1:2");
	struct flow_key udp = fixture_udp(&key, 546, 547);
	static const char solicit[] = "\1abc\0\x27\0\6\1\4six6";
	GError *error = NULL;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_assert_name(
		identity, MAC_CAMERA, oui_vendor((const uint8_t *)MAC_CAMERA), RECORD_NAME_VENDOR);
	fixture_ssdp_send(identity, MAC_CAMERA, "Linux UPnP/1.0 Cam/1");
	fixture_assert_name(identity, MAC_CAMERA, "Cam/1", RECORD_NAME_SSDP);
	fixture_datagram(identity, &udp, solicit, sizeof(solicit) - 1, SECOND);
	fixture_assert_name(identity, MAC_CAMERA, "six6", RECORD_NAME_DHCPV6);
	fixture_dhcp_request(identity, MAC_CAMERA, "four");
	fixture_assert_name(identity, MAC_CAMERA, "four", RECORD_NAME_DHCP);
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "cam.local", "192.168.1.20");
	fixture_assert_name(identity, MAC_CAMERA, "cam", RECORD_NAME_MDNS);
	assert_true(identity_label(
		identity, (const uint8_t *)MAC_CAMERA, "Camera over the door", SECOND, &error));
	fixture_assert_name(identity, MAC_CAMERA, "Camera over the door", RECORD_NAME_USER);
	fixture_dhcp_request(identity, MAC_CAMERA, "four2");
	fixture_ssdp_send(identity, MAC_CAMERA, "Linux UPnP/1.0 Cam/2");
	fixture_assert_name(identity, MAC_CAMERA, "Camera over the door", RECORD_NAME_USER);
	assert_true(identity_label(identity, (const uint8_t *)MAC_CAMERA, "", SECOND, &error));
	fixture_assert_name(identity, MAC_CAMERA, "cam", RECORD_NAME_MDNS);
	identity_free(identity);
}

static void a_label_waits_for_its_device_and_outlives_its_absence(void **state)
{
	struct identity_config config = {.hash_seed = 1, .devices_max = 2};
	struct identity *identity = identity_new(&config, NULL);
	struct identity_device device;
	struct flow_key key = fixture_key(MAC_PHONE, "192.168.1.21", MAC_ROUTER, "192.168.1.1");
	GError *error = NULL;

	assert_true(identity_label(identity, (const uint8_t *)MAC_CAMERA, "Cam", 0, NULL));
	assert_false(fixture_device(identity, MAC_CAMERA, &device));
	assert_true(identity_label(identity, (const uint8_t *)MAC_ROUTER, "Gate", 0, NULL));
	identity_sighting(identity, &key, 1000000 * SECOND); /* no room */
	assert_false(fixture_device(identity, MAC_PHONE, &device));
	assert_false(identity_label(identity, (const uint8_t *)MAC_PHONE, "x", 0, &error));
	assert_non_null(error);
	g_clear_error(&error);
	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_assert_name(identity, MAC_CAMERA, "Cam", RECORD_NAME_USER);
	assert_true(identity_label(identity, (const uint8_t *)MAC_ROUTER, "", 0, NULL));
	identity_sighting(identity, &key, 1000000 * SECOND);
	assert_true(fixture_device(identity, MAC_PHONE, &device));
	identity_free(identity);
}

static void labels_that_are_none_are_refused(void **state)
{
	struct identity *identity = fixture_identity();
	GError *error = NULL;

	assert_false(identity_label(identity, (const uint8_t *)MAC_CAMERA, "a\nb", 0, &error));
	g_clear_error(&error);
	assert_false(identity_label(identity, (const uint8_t *)MAC_ALL, "a", 0, &error));
	g_clear_error(&error);
	assert_false(identity_label(identity, (const uint8_t *)MAC_NONE, "a", 0, &error));
	assert_non_null(error);
	g_clear_error(&error);
	identity_free(identity);
}

static void a_client_of_ipv6_gets_its_addresses_and_class(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key asks = fixture_key(MAC_CAMERA, "fe80::20", MAC_ALL, "ff02::1:2");
	struct flow_key gets = fixture_key(MAC_ROUTER, "fe80::1", MAC_CAMERA, "fe80::20");
	static const char request[] = "\3abc\0\x10\0\x0c\0\0\x7e\xd9\0\6tv-2.1";
	static const char bad[] = "\3abc\0\x10\0\x0c\0\0\x7e\xd9\0\6tv\n2.1\0\x27\0\4\1\2\xff\xff";
	static const char reply[] =
		"\7abc\0\3\0\x28\0\0\0\1\0\0\0\2\0\0\0\3"
		"\0\5\0\x18\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\7\0\0\0\7";
	struct identity_counters counters;
	struct identity_device device;
	struct flow_key udp = fixture_udp(&asks, 546, 547);

	fixture_datagram(identity, &udp, request, sizeof(request) - 1, SECOND); /* unknown yet */
	fixture_seen(identity, MAC_CAMERA, "fe80::20");
	fixture_datagram(identity, &udp, bad, sizeof(bad) - 1, SECOND);
	fixture_datagram(identity, &udp, request, sizeof(request) - 1, SECOND);
	fixture_datagram(identity, &udp, request, 3, SECOND);
	udp = fixture_udp(&gets, 547, 546);
	fixture_datagram(identity, &udp, reply, sizeof(reply) - 1, SECOND);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_string_equal(device.vendor_class, "tv-2.1");
	assert_int_equal(device.address_count, 2);
	identity_counters(identity, &counters);
	assert_int_equal(counters.names_invalid, 2);
	assert_int_equal(counters.dhcp_malformed, 1);
	identity_free(identity);
}

static void bad_messages_are_counted(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "192.168.1.20", MAC_ALL, "255.255.255.255");
	struct flow_key dhcp = fixture_udp(&key, 68, 67);
	struct identity_counters counters;

	fixture_datagram(identity, &dhcp, "", 0, SECOND);
	fixture_ssdp_send(identity, MAC_CAMERA, "nobody knows me");
	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_ssdp_send(identity, MAC_CAMERA, "\x1b[31m");
	identity_counters(identity, &counters);
	assert_int_equal(counters.dhcp_malformed, 1);
	assert_int_equal(counters.ssdp_messages, 2);
	assert_int_equal(counters.names_invalid, 1);
	identity_free(identity);
}

static void other_interfaces_teach_nothing(void **state)
{
	struct identity_config config = {
		.hash_seed = 1, .home_interfaces = {7}, .home_interface_count = 1};
	struct identity *identity = identity_new(&config, NULL);
	struct identity_device device;

	fixture_dhcp_request(identity, MAC_CAMERA, "cam");
	dhcp_ack(identity, MAC_CAMERA, "192.168.1.20", "192.168.1.1", NULL);
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "cam.local", "192.168.1.20");
	fixture_ssdp_send(identity, MAC_CAMERA, "cam");
	assert_false(fixture_device(identity, MAC_CAMERA, &device));
	identity_free(identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dhcp_client_is_a_device_with_name_class_and_list),
		cmocka_unit_test(a_long_list_is_cut_between_numbers),
		cmocka_unit_test(names_that_cannot_be_shown_are_refused_and_counted),
		cmocka_unit_test(the_domain_name_serves_where_there_is_no_host_name),
		cmocka_unit_test(a_server_may_name_who_has_no_name),
		cmocka_unit_test(a_released_address_is_nobodys),
		cmocka_unit_test(who_dhcp_names_as_router_is_a_gateway),
		cmocka_unit_test(a_server_that_names_another_router_is_a_device),
		cmocka_unit_test(who_gets_an_address_of_outside_is_not_a_device),
		cmocka_unit_test(better_sources_go_before_worse_ones),
		cmocka_unit_test(a_label_waits_for_its_device_and_outlives_its_absence),
		cmocka_unit_test(labels_that_are_none_are_refused),
		cmocka_unit_test(a_client_of_ipv6_gets_its_addresses_and_class),
		cmocka_unit_test(bad_messages_are_counted),
		cmocka_unit_test(other_interfaces_teach_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
