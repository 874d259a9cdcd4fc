#include "tests/unit/unit.h"

#include <string.h>

#include "probe/identity.h"
#include "probe/oui.h"
#include "tests/unit/identity_fixture.h"

#define SECOND INT64_C(1000000)

/* A camera and a telephone behind a router, all of them seen. */
static struct identity *home_with_devices(void)
{
	struct identity *identity = fixture_identity();
	struct flow_key camera = fixture_key(MAC_CAMERA, "192.168.1.20", MAC_ROUTER, "192.168.1.1");
	struct flow_key phone = fixture_key(MAC_PHONE, "192.168.1.21", MAC_ROUTER, "192.168.1.1");
	struct flow_key router = fixture_key(MAC_ROUTER, "198.51.100.1", MAC_PHONE, "192.168.1.21");

	identity_sighting(identity, &camera, SECOND);
	identity_sighting(identity, &phone, SECOND);
	identity_sighting(identity, &router, SECOND);
	return identity;
}

static struct flow_key from_camera(const char *to)
{
	return fixture_key(MAC_CAMERA, "192.168.1.20", MAC_ROUTER, to);
}

static struct flow_key from_phone(const char *to)
{
	return fixture_key(MAC_PHONE, "192.168.1.21", MAC_ROUTER, to);
}

static struct flow_key to_camera(const char *from)
{
	return fixture_key(MAC_ROUTER, from, MAC_CAMERA, "192.168.1.20");
}

static struct flow_key to_phone(const char *from)
{
	return fixture_key(MAC_ROUTER, from, MAC_PHONE, "192.168.1.21");
}

static void a_flow_has_its_device_and_the_name_that_was_asked_for(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key udp = fixture_udp(&answer, 53, 5000);
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_message m;
	struct fixture_record r;

	fixture_dns_begin(&m, 0x8180, "api.cam.example.co.uk", 2);
	fixture_dns_alias(&m, "api.cam.example.co.uk", "edge.cdn.example");
	fixture_dns_address(&m, "edge.cdn.example", "198.51.100.7");
	fixture_datagram(identity, &udp, m.octets, m.n, 10 * SECOND);
	fixture_annotate(
		identity, &flow, identity_name(identity, &flow, 15 * SECOND), 15 * SECOND, &r);
	assert_string_equal(r.far_name, "api.cam.example.co.uk");
	assert_string_equal(r.node_name, "example.co.uk");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_DNS);
	assert_int_equal(r.record.far_name_age_s, 5);
	assert_int_equal(r.record.direction, 0);
	assert_int_equal(r.record.device_id, 1);
	assert_int_equal(r.record.peer_device_id, 0);
	assert_memory_equal(r.record.device_mac, MAC_CAMERA, 6);
	assert_int_equal(r.record.device_mac_random, 0);
	assert_string_equal(r.device_vendor, oui_vendor((const uint8_t *)MAC_CAMERA));
	assert_string_equal(r.device_name, oui_vendor((const uint8_t *)MAC_CAMERA));
	assert_int_equal(r.record.device_name_source, RECORD_NAME_VENDOR);
	identity_free(identity);
}

static void the_other_direction_has_the_same_device_and_name(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_phone("192.168.1.1");
	struct flow_key flow = to_phone("198.51.100.7");
	struct fixture_record r;

	fixture_dns_answer(identity, &answer, "www.example.com", "198.51.100.7", SECOND);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "www.example.com");
	assert_int_equal(r.record.direction, 1);
	assert_int_equal(r.record.device_id, 2);
	assert_int_equal(r.record.device_mac_random, 1);
	assert_string_equal(r.device_name, "");
	assert_int_equal(r.record.device_name_source, RECORD_NAME_NONE);
	identity_free(identity);
}

static void two_devices_have_two_names_for_one_address(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key camera_answer = to_camera("192.168.1.1");
	struct flow_key phone_answer = to_phone("192.168.1.1");
	struct flow_key camera = from_camera("198.51.100.7");
	struct flow_key phone = from_phone("198.51.100.7");
	struct fixture_record r;

	fixture_dns_answer(identity, &camera_answer, "cam.example.com", "198.51.100.7", SECOND);
	fixture_dns_answer(identity, &phone_answer, "www.example.org", "198.51.100.7", SECOND);
	fixture_annotate(identity, &camera, identity_name(identity, &camera, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "cam.example.com");
	fixture_annotate(identity, &phone, identity_name(identity, &phone, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "www.example.org");
	identity_free(identity);
}

static void a_device_that_did_not_ask_has_no_name(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key phone = from_phone("198.51.100.7");
	struct fixture_record r;

	fixture_dns_answer(identity, &answer, "cam.example.com", "198.51.100.7", SECOND);
	assert_int_equal(identity_name(identity, &phone, SECOND), 0);
	fixture_annotate(identity, &phone, 0, SECOND, &r);
	assert_string_equal(r.far_name, "");
	assert_string_equal(r.node_name, "");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_NONE);
	identity_free(identity);
}

static void the_latest_answer_before_the_flow_names_it(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_record r;
	uint32_t name;

	fixture_dns_answer(identity, &answer, "a.example.com", "198.51.100.7", 1 * SECOND);
	fixture_dns_answer(identity, &answer, "b.example.com", "198.51.100.7", 2 * SECOND);
	name = identity_name(identity, &flow, 3 * SECOND);
	fixture_dns_answer(identity, &answer, "c.example.com", "198.51.100.7", 4 * SECOND);
	fixture_annotate(identity, &flow, name, 3 * SECOND, &r);
	assert_string_equal(r.far_name, "b.example.com");
	assert_int_equal(r.record.far_name_age_s, 1);
	identity_free(identity);
}

static void the_age_of_a_name_is_that_when_the_flow_began_in_all_its_records(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_record r;
	uint32_t name;

	fixture_dns_answer(identity, &answer, "a.example.com", "198.51.100.7", 10 * SECOND);
	name = identity_name(identity, &flow, 14 * SECOND);
	for (unsigned i = 0; i < 4; i++) {
		int64_t start = 14 * SECOND + i * 1800 * SECOND;

		name = identity_name_settle(identity, name, start, start + 1800 * SECOND);
		fixture_annotate(identity, &flow, name, start, &r);
		assert_string_equal(r.far_name, "a.example.com");
		assert_int_equal(r.record.far_name_source, RECORD_NAME_DNS);
		assert_int_equal(r.record.far_name_age_s, 4);
	}
	fixture_annotate(
		identity, &flow, identity_name(identity, &flow, 20 * SECOND), 20 * SECOND, &r);
	assert_int_equal(r.record.far_name_age_s, 10); /* of another flow */
	identity_free(identity);
}

static void a_device_has_its_names_under_all_its_addresses(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key six = fixture_key(MAC_CAMERA, "fd00::20", MAC_ROUTER, "2001:db8:ffff::7");
	struct fixture_record r;

	fixture_dns_answer(identity, &answer, "cam.example.com", "2001:db8:ffff::7", SECOND);
	identity_sighting(identity, &six, SECOND);
	fixture_annotate(identity, &six, identity_name(identity, &six, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "cam.example.com");
	assert_int_equal(r.record.device_id, 1);
	identity_free(identity);
}

static void only_port_53_answers(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key query = fixture_udp(&answer, 5000, 53);
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_message m;

	fixture_dns_begin(&m, 0x8180, "a.example", 1);
	fixture_dns_address(&m, "a.example", "198.51.100.7");
	fixture_datagram(identity, &query, m.octets, m.n, SECOND);
	assert_int_equal(identity_name(identity, &flow, SECOND), 0);
	identity_free(identity);
}

static void bad_answers_are_counted(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key udp = fixture_udp(&answer, 53, 5000);
	struct flow_key flow = from_camera("198.51.100.7");
	struct identity_counters counters;
	struct fixture_message m;

	fixture_datagram(identity, &udp, "\0\1\x81\x80", 4, SECOND);
	fixture_dns_answer(identity, &answer, "<b>.example", "198.51.100.7", SECOND);
	fixture_dns_begin(&m, 0x8183, "a.example", 0);
	fixture_datagram(identity, &udp, m.octets, m.n, SECOND);
	identity_counters(identity, &counters);
	assert_int_equal(counters.dns_messages, 3);
	assert_int_equal(counters.dns_malformed, 1);
	assert_int_equal(counters.names_invalid, 1);
	assert_int_equal(counters.names, 0);
	assert_int_equal(identity_name(identity, &flow, SECOND), 0);
	identity_free(identity);
}

static void without_macs_addresses_of_the_home_have_names(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key answer = fixture_key(MAC_NONE, "9.9.9.9", MAC_NONE, "192.168.1.20");
	struct flow_key flow = fixture_key(MAC_NONE, "192.168.1.20", MAC_NONE, "198.51.100.7");
	struct flow_key other = fixture_key(MAC_NONE, "192.168.1.21", MAC_NONE, "198.51.100.7");
	struct fixture_record r;

	identity_sighting(identity, &answer, SECOND);
	identity_sighting(identity, &flow, SECOND);
	fixture_dns_answer(identity, &answer, "www.example.com", "198.51.100.7", SECOND);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "www.example.com");
	assert_int_equal(r.record.device_id, 0);
	assert_int_equal(r.record.direction, 0);
	assert_int_equal(identity_name(identity, &other, SECOND), 0);
	flow = fixture_reverse(&flow);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "www.example.com");
	assert_int_equal(r.record.direction, 1);
	identity_free(identity);
}

static void public_addresses_without_macs_have_names_either_way(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key answer = fixture_key(MAC_NONE, "9.9.9.9", MAC_NONE, "203.0.113.5");
	struct flow_key flow = fixture_key(MAC_NONE, "203.0.113.5", MAC_NONE, "198.51.100.7");
	struct flow_key back = fixture_reverse(&flow);

	fixture_dns_answer(identity, &answer, "www.example.com", "198.51.100.7", SECOND);
	assert_int_not_equal(identity_name(identity, &flow, SECOND), 0);
	assert_int_equal(
		identity_name(identity, &back, SECOND), identity_name(identity, &flow, SECOND));
	identity_free(identity);
}

static void what_was_learned_before_the_device_was_known_is_found(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_record r;

	fixture_dns_answer(identity, &answer, "cam.example.com", "198.51.100.7", SECOND);
	identity_sighting(identity, &flow, SECOND);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "cam.example.com");
	assert_int_equal(r.record.device_id, 1);
	identity_free(identity);
}

static void a_local_flow_has_two_devices(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = fixture_key(MAC_PHONE, "192.168.1.21", MAC_CAMERA, "192.168.1.20");
	struct fixture_record r;

	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_int_equal(r.record.device_id, 2);
	assert_int_equal(r.record.peer_device_id, 1);
	assert_int_equal(r.record.direction, 0);
	assert_string_equal(r.far_name, "");
	identity_free(identity);
}

static void a_flow_to_the_router_has_one_device(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = from_phone("192.168.1.1");
	struct flow_key back = fixture_reverse(&flow);
	struct fixture_record r;

	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_int_equal(r.record.device_id, 2);
	assert_int_equal(r.record.peer_device_id, 0);
	assert_int_equal(r.record.direction, 0);
	fixture_annotate(identity, &back, 0, SECOND, &r);
	assert_int_equal(r.record.device_id, 2);
	assert_int_equal(r.record.direction, 1);
	identity_free(identity);
}

static void behind_a_routers_mac_the_address_tells_the_device(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = fixture_key(MAC_ROUTER, "192.168.1.20", MAC_ROUTER, "198.51.100.7");
	struct fixture_record r;

	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_int_equal(r.record.device_id, 1);
	assert_memory_equal(r.record.device_mac, MAC_CAMERA, 6);
	identity_free(identity);
}

static void a_device_that_passes_packets_on_is_not_the_far_end(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = fixture_key(MAC_PHONE, "192.168.1.21", MAC_CAMERA, "198.51.100.7");
	struct fixture_record r;

	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_int_equal(r.record.device_id, 2);
	assert_int_equal(r.record.peer_device_id, 0);
	identity_free(identity);
}

static void flows_of_strangers_have_no_device(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = fixture_key(MAC_ROUTER, "198.51.100.7", MAC_NONE, "203.0.113.5");
	struct fixture_record r;

	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_int_equal(r.record.device_id, 0);
	assert_string_equal(r.device_name, "");
	identity_free(identity);
}

static uint32_t hello(struct identity *identity, const struct flow_key *key, bool from_initiator)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: www.example.net\r\n\r\n";
	struct inspect_input input = {.key = key,
		.payload = (const uint8_t *)request,
		.octets = sizeof(request) - 1,
		.flow = 1,
		.flow_generation = 1,
		.from_initiator = from_initiator,
		.now_us = 9 * SECOND};
	bool done = false;
	uint32_t name = identity_inspect(identity, &input, 0, &done);

	assert_true(done);
	return name;
}

static void a_name_in_the_flow_replaces_the_answers_and_has_no_age(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_record r;

	flow.port[1] = 80;
	fixture_annotate(identity, &flow, hello(identity, &flow, true), 99 * SECOND, &r);
	assert_string_equal(r.far_name, "www.example.net");
	assert_string_equal(r.node_name, "example.net");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_HTTP);
	assert_int_equal(r.record.far_name_age_s, 0);
	identity_free(identity);
}

static void a_name_in_a_flow_from_outside_is_not_the_far_ends(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key flow = to_camera("198.51.100.7");

	flow.port[1] = 80;
	assert_int_equal(hello(identity, &flow, true), 0);
	identity_free(identity);
}

static void answers_over_tcp_count_too(void **state)
{
	struct identity *identity = home_with_devices();
	struct flow_key key = to_camera("192.168.1.1");
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_message m;
	struct fixture_message framed = {.n = 0};
	struct inspect_input input = {
		.key = &key, .flow = 1, .flow_generation = 1, .tcp_flags = 0x18, .now_us = SECOND};
	struct fixture_record r;
	bool done = true;

	key.port[0] = 53;
	key.port[1] = 5000;
	fixture_dns_begin(&m, 0x8180, "www.example.com", 1);
	fixture_dns_address(&m, "www.example.com", "198.51.100.7");
	fixture_be16(&framed, (unsigned)m.n);
	fixture_octets(&framed, m.octets, m.n);
	input.payload = framed.octets;
	input.octets = (uint32_t)framed.n;
	assert_int_equal(identity_inspect(identity, &input, 7, &done), 7);
	assert_false(done);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "www.example.com");
	identity_free(identity);
}

static void a_name_that_has_gone_leaves_the_record_without(void **state)
{
	struct identity_config config = {.hash_seed = 1, .names_max = 1};
	struct identity *identity = identity_new(&config, NULL);
	struct flow_key answer = to_camera("192.168.1.1");
	struct flow_key flow = from_camera("198.51.100.7");
	struct fixture_record r;
	uint32_t name;

	fixture_dns_answer(identity, &answer, "a.example.com", "198.51.100.7", SECOND);
	name = identity_name(identity, &flow, SECOND);
	fixture_dns_answer(identity, &answer, "b.example.com", "198.51.100.8", SECOND);
	fixture_annotate(identity, &flow, name, SECOND, &r);
	assert_int_not_equal(name, 0);
	assert_string_equal(r.far_name, "");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_NONE);
	identity_free(identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_has_its_device_and_the_name_that_was_asked_for),
		cmocka_unit_test(the_other_direction_has_the_same_device_and_name),
		cmocka_unit_test(two_devices_have_two_names_for_one_address),
		cmocka_unit_test(a_device_that_did_not_ask_has_no_name),
		cmocka_unit_test(the_latest_answer_before_the_flow_names_it),
		cmocka_unit_test(the_age_of_a_name_is_that_when_the_flow_began_in_all_its_records),
		cmocka_unit_test(a_device_has_its_names_under_all_its_addresses),
		cmocka_unit_test(only_port_53_answers),
		cmocka_unit_test(bad_answers_are_counted),
		cmocka_unit_test(without_macs_addresses_of_the_home_have_names),
		cmocka_unit_test(public_addresses_without_macs_have_names_either_way),
		cmocka_unit_test(what_was_learned_before_the_device_was_known_is_found),
		cmocka_unit_test(a_local_flow_has_two_devices),
		cmocka_unit_test(a_flow_to_the_router_has_one_device),
		cmocka_unit_test(behind_a_routers_mac_the_address_tells_the_device),
		cmocka_unit_test(a_device_that_passes_packets_on_is_not_the_far_end),
		cmocka_unit_test(flows_of_strangers_have_no_device),
		cmocka_unit_test(a_name_in_the_flow_replaces_the_answers_and_has_no_age),
		cmocka_unit_test(a_name_in_a_flow_from_outside_is_not_the_far_ends),
		cmocka_unit_test(answers_over_tcp_count_too),
		cmocka_unit_test(a_name_that_has_gone_leaves_the_record_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
