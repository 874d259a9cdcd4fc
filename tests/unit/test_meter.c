#include "tests/unit/unit.h"

#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "tests/unit/meter_fixture.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

#define SYN 0x02
#define ACK 0x10

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

static void the_active_timeout_splits_with_the_first_packet_at_its_end(void **state)
{
	for (unsigned i = 0; i <= 10; i++) {
		fixture_talk(&f, i * 30000, &TALK());
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_ACTIVE);
	assert_int_equal(f.records[0].packets, 10);
	assert_int_equal(f.records[1].packets, 1);
}

static void packets_without_a_time_do_not_split_a_flow(void **state)
{
	fixture_talk(&f, 0, &TALK());
	fixture_talk(&f, -TALK_START_US / 1000, &TALK()); /* a simple packet of pcapng */
	for (unsigned i = 1; i <= 20; i++) {
		fixture_talk(&f, i * 50000, &TALK(.from = 1));
	}
	fixture_finish(&f);
	assert_int_equal(only_record()->end_reason, RECORD_END_FORCED);
	assert_int_equal(only_record()->packets, 2);
	assert_int_equal(only_record()->start_us, 0);
	assert_int_equal(only_record()->end_us, TALK_START_US);
	assert_int_equal(only_record()->rev_packets, 20);
}

static void a_clock_from_zero_splits_flows_like_any_other(void **state)
{
	for (unsigned i = 0; i <= 10; i++) {
		fixture_talk(&f, i * 30000 - TALK_START_US / 1000, &TALK());
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_ACTIVE);
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

static void the_oldest_of_one_tick_is_evicted_first(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.caches[0].flows_max = 5;
	fixture_open(&f, NULL);
	for (uint16_t i = 0; i < 5; i++) {
		fixture_talk(&f, i * 10, &TALK(.port = {i, 2000}));
	}
	fixture_talk(&f, 60, &TALK(.port = {2, 2000}));
	for (uint16_t i = 0; i < 5; i++) {
		fixture_talk(&f, 100 + i * 10, &TALK(.port = {100 + i, 2000}));
	}
	meter_advance(f.meter, TALK_START_US + 200000);
	assert_int_equal(f.count, 5);
	for (uint16_t i = 0; i < 5; i++) {
		static const uint16_t expected[] = {0, 1, 3, 4, 2};

		assert_int_equal(f.records[i].src_port, expected[i]);
	}
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

	assert_true(key_parse("5tuple,vlan, mac", &fields, &error));
	assert_int_equal(
		fields, FLOW_KEY_5TUPLE | FLOW_KEY_VLAN | FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC);
	assert_true(key_parse("src,dst,sport,dport,proto", &fields, &error));
	assert_int_equal(fields, FLOW_KEY_5TUPLE);
	assert_true(key_parse("smac,dmac,if,tos", &fields, &error));
	assert_int_equal(
		fields, FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC | FLOW_KEY_INTERFACE | FLOW_KEY_TOS);
	assert_null(error);
	assert_false(key_parse("src,colour", &fields, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "'colour'"));
	g_clear_error(&error);
	assert_false(key_parse("", &fields, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	g_clear_error(&error);
}

static void a_key_is_told_by_its_names_and_members(void **state)
{
	const uint32_t keys[] = {FLOW_KEY_5TUPLE, FLOW_KEY_5TUPLE | FLOW_KEY_VLAN,
		FLOW_KEY_SRC_ADDRESS | FLOW_KEY_SRC_MAC | FLOW_KEY_TOS, FLOW_KEY_FIELDS};
	const char *const texts[] = {
		"5tuple", "5tuple,vlan", "src,smac,tos", "5tuple,vlan,mac,if,tos"};
	const char *members[KEY_MEMBERS_MAX];

	for (unsigned i = 0; i < 4; i++) {
		char *text = key_text(keys[i]);
		uint32_t fields;

		assert_string_equal(text, texts[i]);
		assert_true(key_parse(text, &fields, NULL));
		assert_int_equal(fields, keys[i]);
		g_free(text);
	}
	key_members(keys[2], members);
	assert_string_equal(members[0], "src_address");
	assert_string_equal(members[1], "src_mac");
	assert_string_equal(members[2], "tos");
	assert_string_equal(members[3], "ip_version");
	assert_null(members[4]);
	key_members(FLOW_KEY_FIELDS, members);
	for (unsigned i = 0; members[i] != NULL; i++) {
		assert_non_null(record_field_by_member(members[i]));
	}
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

static void what_is_not_counted_as_ip_is_counted_by_its_kind(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *octets;
	} frames[] = {
		{1, "0200000000"},
		{101, "50"},
		{1, "020000000002 020000000001 0800 55"},
		{228, "65000014 00000000 40110000 0a000001 0a000002"},
		{228, "44000014 00000000 40110000 0a000001 0a000002"},
		{228, "45000013 00000000 40110000 0a000001 0a000002"},
		{1, "020000000002 020000000001 88cc 00"},
		{147, "00"},
	};
	struct meter_counters c;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct octets o = {.n = 0};

		octets_hex(&o, frames[i].octets);
		fixture_frame(&f, frames[i].link_type, &o);
	}
	fixture_finish(&f);
	c = fixture_counters(&f);
	assert_int_equal(f.count, 0);
	assert_int_equal(c.packets, 8);
	assert_int_equal(c.malformed[METER_CUT_LINK], 1);
	assert_int_equal(c.malformed[METER_BAD_VERSION], 2);
	assert_int_equal(c.malformed[METER_IP_TRUNCATED], 1);
	assert_int_equal(c.malformed[METER_BAD_IHL], 1);
	assert_int_equal(c.malformed[METER_BAD_LENGTH], 1);
	assert_int_equal(c.non_ip, 1);
	assert_int_equal(c.unsupported_link, 1);
	assert_int_equal(c.ip_packets, 0);
}

static void icmp_types_pair_and_are_exported_as_type_and_code(void **state)
{
	fixture_talk(&f, 0, &TALK(.protocol = 1, .from = 1, .port = {8, 0}));
	fixture_talk(&f, 1, &TALK(.protocol = 1, .from = 0, .port = {0, 0}));
	fixture_talk(&f, 2, &TALK(.protocol = 1, .from = 0, .port = {3, 1}));
	fixture_talk(&f, 3, &TALK(.version = 6, .protocol = 58, .from = 0, .port = {135, 0}));
	fixture_talk(&f, 4, &TALK(.version = 6, .protocol = 58, .from = 1, .port = {136, 0}));
	fixture_finish(&f);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.records[0].icmp_type_code, 8 << 8);
	assert_int_equal(f.records[0].src_port, 0);
	assert_int_equal(f.records[0].src_address[0], 198);
	assert_int_equal(f.records[0].rev_packets, 1);
	assert_int_equal(f.records[1].icmp_type_code, 3 << 8 | 1);
	assert_int_equal(f.records[1].has_reverse, 0);
	assert_int_equal(f.records[2].icmp_type_code, 135 << 8);
	assert_int_equal(f.records[2].rev_packets, 1);
}

static void a_host_that_pings_itself_is_two_directions(void **state)
{
	for (unsigned reply = 2; reply > 0; reply--) { /* the answer is seen first */
		struct octets o = {.n = 0};

		octets_hex(&o, "4500001c 00000000 40010000 7f000001 7f000001");
		octets_hex(&o, reply == 2 ? "0000000000000000" : "0800000000000000");
		fixture_frame(&f, 101, &o);
	}
	fixture_finish(&f);
	assert_int_equal(only_record()->icmp_type_code, 0);
	assert_int_equal(only_record()->packets, 1);
	assert_int_equal(only_record()->rev_packets, 1);
	assert_int_equal(only_record()->direction, 0);
}

static void the_direction_is_outward_from_private_addresses_only(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *source;
		uint8_t direction;
	} cases[] = {{228, "0a000001", 0}, {228, "ac100001", 0}, {228, "ac200001", 1},
		{228, "c0a80001", 0}, {228, "a9fe0001", 0}, {228, "7f000001", 0},
		{228, "08080808", 1}, {229, "fd000000000000000000000000000001", 0},
		{229, "fe800000000000000000000000000001", 0},
		{229, "00000000000000000000000000000001", 0},
		{229, "20010db8000000000000000000000001", 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets o = {.n = 0};

		octets_hex(&o, cases[i].link_type == 228 ? "45000014 00000000 40fd0000"
							 : "60000000 0000fd40");
		octets_hex(&o, cases[i].source);
		octets_hex(&o, cases[i].link_type == 228 ? "01010101"
							 : "20010db8000000000000000000000099");
		fixture_frame(&f, cases[i].link_type, &o);
		fixture_finish(&f);
		assert_int_equal(f.count, i + 1);
		assert_int_equal(f.records[i].direction, cases[i].direction);
	}
}

#ifndef ADDRESS_SANITIZER /* which reserves more address space than the limit here leaves */
static void a_meter_that_memory_does_not_suffice_for_is_refused(void **state)
{
	struct rlimit before;
	struct rlimit small = {.rlim_cur = 1 << 30};
	struct meter_config config = f.config;
	GError *error = NULL;
	struct meter *meter;

	config.caches[0].flows_max = UINT32_MAX;
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
	meter = meter_new(&config, NULL, NULL, NULL, &error);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_null(meter);
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_LIMIT));
	g_clear_error(&error);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_default)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_packet_becomes_a_record_with_all_that_it_tells),
		TEST(both_directions_are_one_flow_whoever_begins),
		TEST(idle_flows_end_with_reason_1_and_begin_anew),
		TEST(long_flows_are_split_with_reason_2_and_keep_their_identity),
		TEST(the_active_timeout_splits_with_the_first_packet_at_its_end),
		TEST(packets_without_a_time_do_not_split_a_flow),
		TEST(a_clock_from_zero_splits_flows_like_any_other),
		TEST(a_silent_wire_lets_flows_end_too),
		TEST(full_table_evicts_oldest_idle_flow),
		TEST(the_oldest_of_one_tick_is_evicted_first),
		TEST(without_room_for_any_flow_packets_are_counted_as_ignored),
		TEST(what_is_not_counted_as_ip_is_counted_by_its_kind),
		TEST(icmp_types_pair_and_are_exported_as_type_and_code),
		TEST(a_host_that_pings_itself_is_two_directions),
		TEST(the_direction_is_outward_from_private_addresses_only),
#ifndef ADDRESS_SANITIZER
		TEST(a_meter_that_memory_does_not_suffice_for_is_refused),
#endif
		TEST(a_key_is_parsed_by_its_names),
		TEST(a_key_is_told_by_its_names_and_members),
		TEST(configurations_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
