#include "tests/unit/unit.h"

#include <string.h>

#include "base/error.h"
#include "tests/unit/meter_fixture.h"

#define SYN 0x02
#define ACK 0x10
#define FIN 0x01
#define RST 0x04

static struct fixture f;

static int open_default(void **state)
{
	fixture_init(&f);
	fixture_open(&f, NULL);
	return 0;
}

static int close_default(void **state)
{
	fixture_close(&f);
	return 0;
}

/* The only record there is. */
static const struct flow_record *only_record(void)
{
	assert_int_equal(f.count, 1);
	return &f.records[0];
}

static void a_packet_becomes_a_record_with_all_that_it_tells(void **state)
{
	static const uint8_t source[16] = {192, 0, 2, 1};
	static const uint8_t destination[16] = {198, 51, 100, 2};
	static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
	const struct flow_record *r;

	fixture_talk(&f, 5, &TALK(.tos = 0xb8, .vlan = 7, .inner_vlan = 9, .interface = 3));
	fixture_finish(&f);
	r = only_record();
	assert_memory_equal(r->src_address, source, 16);
	assert_memory_equal(r->dst_address, destination, 16);
	assert_memory_equal(r->src_mac, macs[0], 6);
	assert_memory_equal(r->dst_mac, macs[1], 6);
	assert_int_equal(r->src_port, 1000);
	assert_int_equal(r->dst_port, 2000);
	assert_int_equal(r->protocol, 17);
	assert_int_equal(r->ip_version, 4);
	assert_int_equal(r->octets, 38);
	assert_int_equal(r->packets, 1);
	assert_int_equal(r->start_us, TALK_START_US + 5000);
	assert_int_equal(r->end_us, TALK_START_US + 5000);
	assert_int_equal(r->ip_length_min, 38);
	assert_int_equal(r->ip_length_max, 38);
	assert_int_equal(r->ttl_min, 64);
	assert_int_equal(r->ttl_max, 64);
	assert_int_equal(r->tos, 0xb8);
	assert_int_equal(r->vlan_id, 7);
	assert_int_equal(r->customer_vlan_id, 9);
	assert_int_equal(r->ingress_interface, 4);
	assert_int_equal(r->end_reason, RECORD_END_FORCED);
	assert_int_equal(r->biflow_direction, 1);
	assert_int_equal(r->direction, 1);
	assert_int_equal(r->has_reverse, 0);
	assert_int_equal(r->rev_start_us, 0);
	assert_int_equal(r->rev_ip_length_min, 0);
	assert_true(r->flow_id != 0);
}

static void both_directions_are_one_flow_whoever_begins(void **state)
{
	for (unsigned first = 0; first < 2; first++) {
		const struct flow_record *r = &f.records[first];

		fixture_talk(&f, first * 100, &TALK(.from = first, .tos = 4, .ttl = 10));
		fixture_talk(&f, first * 100 + 1, &TALK(.from = !first, .payload = 100, .tos = 8));
		fixture_talk(&f, first * 100 + 2, &TALK(.from = first, .payload = 20, .ttl = 9));
		fixture_finish(&f);
		assert_int_equal(f.count, first + 1);
		assert_int_equal(r->src_port, first ? 2000 : 1000);
		assert_int_equal(r->src_address[0], first ? 198 : 192);
		assert_int_equal(r->src_mac[5], first ? 2 : 1);
		assert_int_equal(r->packets, 2);
		assert_int_equal(r->octets, 38 + 48);
		assert_int_equal(r->ip_length_min, 38);
		assert_int_equal(r->ip_length_max, 48);
		assert_int_equal(r->has_reverse, 1);
		assert_int_equal(r->rev_packets, 1);
		assert_int_equal(r->rev_octets, 128);
		assert_int_equal(r->rev_start_us, TALK_START_US + (first * 100 + 1) * 1000);
		assert_int_equal(r->tos, 4);
		assert_int_equal(r->rev_tos, 8);
		assert_int_equal(r->ttl_min, 9);
		assert_int_equal(r->ttl_max, 10);
		assert_int_equal(r->rev_ttl_min, 64);
	}
}

static void idle_flows_end_with_reason_1_and_begin_anew(void **state)
{
	fixture_talk(&f, 0, &TALK());
	fixture_talk(&f, 59999, &TALK());
	fixture_talk(&f, 119999, &TALK(.from = 1));
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_IDLE);
	assert_int_equal(f.records[0].end_us, TALK_START_US + 59999000);
	assert_int_equal(f.records[1].packets, 1);
	assert_int_equal(f.records[1].src_port, 2000);
	assert_int_equal(f.records[1].end_reason, RECORD_END_FORCED);
	assert_true(f.records[0].flow_id != f.records[1].flow_id);
}

static void long_flows_are_split_with_reason_2_and_keep_their_identity(void **state)
{
	uint64_t octets = 0;

	fixture_talk(&f, 0, &TALK(.protocol = 6, .flags = SYN, .sequence = 77));
	for (unsigned i = 1; i <= 20; i++) {
		fixture_talk(&f, i * 50000,
			&TALK(.protocol = 6, .flags = ACK, .sequence = 78 + i, .from = 1));
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct flow_record *r = &f.records[i];

		assert_int_equal(r->end_reason, i < 3 ? RECORD_END_ACTIVE : RECORD_END_FORCED);
		assert_int_equal(r->flow_id, f.records[0].flow_id);
		assert_int_equal(r->src_port, 1000);
		assert_int_equal(r->tcp_isn, 77);
		assert_int_equal(r->rev_tcp_isn, 79);
		assert_int_equal(r->biflow_direction, 1);
		assert_true(r->start_us >= TALK_START_US && r->end_us >= r->start_us);
		octets += r->octets + r->rev_octets;
	}
	assert_int_equal(f.records[1].packets, 0);
	assert_int_equal(f.records[1].start_us, f.records[1].rev_start_us);
	assert_int_equal(octets, 21 * 50);
}

static void a_silent_wire_lets_flows_end_too(void **state)
{
	fixture_talk(&f, 0, &TALK());
	meter_advance(f.meter, TALK_START_US + 59 * 1000000);
	assert_int_equal(f.count, 0);
	meter_advance(f.meter, TALK_START_US + 61 * 1000000);
	assert_int_equal(only_record()->end_reason, RECORD_END_IDLE);
	assert_int_equal(fixture_counters(&f).flows_active, 0);
	assert_int_equal(meter_clock(f.meter), TALK_START_US + 61 * 1000000);
}

static void full_table_evicts_oldest_idle_flow(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.caches[0].flows_max = 10;
	fixture_open(&f, NULL);
	for (uint16_t i = 0; i < 10; i++) {
		fixture_talk(&f, i * 1000, &TALK(.port = {i, 2000}));
	}
	for (uint16_t i = 0; i < 10; i += 2) { /* the even ones are young again */
		fixture_talk(&f, 10000 + i * 1000, &TALK(.port = {i, 2000}));
	}
	for (uint16_t i = 0; i < 7; i++) {
		fixture_talk(&f, 20000 + i * 1000, &TALK(.port = {100 + i, 2000}));
	}
	meter_advance(f.meter, TALK_START_US + 27000000);
	assert_int_equal(f.count, 7);
	for (uint16_t i = 0; i < 7; i++) {
		static const uint16_t expected[] = {1, 3, 5, 7, 9, 0, 2};

		assert_int_equal(f.records[i].src_port, expected[i]);
		assert_int_equal(f.records[i].end_reason, RECORD_END_RESOURCES);
	}
	assert_int_equal(fixture_counters(&f).ended[RECORD_END_RESOURCES], 7);
	assert_int_equal(fixture_counters(&f).flows_active, 10);
}

static void without_room_for_any_flow_packets_are_counted_as_ignored(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.caches[0].flows_max = 0;
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK());
	fixture_finish(&f);
	assert_int_equal(f.count, 0);
	assert_int_equal(fixture_counters(&f).ignored_packets, 1);
	assert_int_equal(fixture_counters(&f).ignored_octets, 38);
}

static void a_key_is_parsed_by_its_names(void **state)
{
	uint32_t fields = 0;
	GError *error = NULL;

	assert_true(meter_key_parse("5tuple,vlan, mac", &fields, &error));
	assert_int_equal(
		fields, FLOW_KEY_5TUPLE | FLOW_KEY_VLAN | FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC);
	assert_true(meter_key_parse("src,dst,sport,dport,proto", &fields, &error));
	assert_int_equal(fields, FLOW_KEY_5TUPLE);
	assert_true(meter_key_parse("smac,dmac,if,tos", &fields, &error));
	assert_int_equal(
		fields, FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC | FLOW_KEY_INTERFACE | FLOW_KEY_TOS);
	assert_null(error);
	assert_false(meter_key_parse("src,colour", &fields, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "'colour'"));
	g_clear_error(&error);
	assert_false(meter_key_parse("", &fields, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	g_clear_error(&error);
}

static void configurations_that_cannot_be_are_refused(void **state)
{
	struct meter_config config = f.config;
	GError *error = NULL;

	config.cache_count = 0;
	assert_null(meter_new(&config, NULL, NULL, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	g_clear_error(&error);
	config.cache_count = METER_CACHES_MAX + 1;
	assert_null(meter_new(&config, NULL, NULL, NULL, &error));
	g_clear_error(&error);
	config.cache_count = 1;
	config.caches[0].key_fields = 1 << 20;
	assert_null(meter_new(&config, NULL, NULL, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	g_clear_error(&error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_default)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_packet_becomes_a_record_with_all_that_it_tells),
		TEST(both_directions_are_one_flow_whoever_begins),
		TEST(idle_flows_end_with_reason_1_and_begin_anew),
		TEST(long_flows_are_split_with_reason_2_and_keep_their_identity),
		TEST(a_silent_wire_lets_flows_end_too),
		TEST(full_table_evicts_oldest_idle_flow),
		TEST(without_room_for_any_flow_packets_are_counted_as_ignored),
		TEST(a_key_is_parsed_by_its_names),
		TEST(configurations_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
