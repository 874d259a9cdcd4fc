#include "tests/unit/unit.h"

#include <string.h>

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

static void tcp(int64_t at_ms, unsigned from, uint16_t flags, uint32_t sequence)
{
	fixture_talk(&f, at_ms,
		&TALK(.protocol = 6, .from = from, .flags = flags, .sequence = sequence,
			.payload = TALK_NO_PAYLOAD));
}

static void advance(int64_t at_ms)
{
	meter_advance(f.meter, TALK_START_US + at_ms * 1000);
}

static void fin_both_ways_and_acknowledged_ends_with_reason_3_after_a_linger(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 1, SYN | ACK, 200);
	tcp(20, 0, ACK, 101);
	tcp(30, 0, FIN | ACK, 101);
	tcp(40, 1, FIN | ACK, 201);
	tcp(50, 0, ACK, 102);
	tcp(100, 0, ACK, 102); /* a straggler */
	advance(1000);
	assert_int_equal(f.count, 0);
	advance(1500);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
	assert_int_equal(f.records[0].packets, 5);
	assert_int_equal(f.records[0].rev_packets, 2);
	assert_int_equal(f.records[0].tcp_flags, SYN | ACK | FIN);
	assert_int_equal(f.records[0].rev_tcp_flags, SYN | ACK | FIN);
	assert_int_equal(f.records[0].tcp_isn, 100);
	assert_int_equal(f.records[0].rev_tcp_isn, 200);
	assert_int_equal(fixture_counters(&f).ended[RECORD_END_DETECTED], 1);
}

static void a_half_closed_connection_goes_on(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 0, FIN | ACK, 101);
	tcp(20, 1, ACK, 201);
	tcp(30000, 1, ACK, 201);
	tcp(40000, 1, FIN | ACK, 201); /* both now, but nobody said that it arrived */
	advance(50000);
	assert_int_equal(f.count, 0);
	tcp(50001, 0, ACK, 102);
	advance(52000);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
}

static void a_reset_ends_the_flow(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 1, RST | ACK, 0);
	advance(1500);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
	tcp(2000, 0, RST, 5); /* a flow of its own */
	advance(3500);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[1].end_reason, RECORD_END_DETECTED);
	assert_int_equal(f.records[1].biflow_direction, 0);
}

static void a_closed_flow_ends_before_a_packet_that_comes_after_the_linger(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 1, RST, 0);
	tcp(1009, 0, ACK, 100);
	tcp(2009, 0, ACK, 100);
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[1].end_reason, RECORD_END_FORCED);
	assert_int_equal(f.records[1].packets, 1);
}

static void another_syn_begins_another_flow_at_once(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 1, RST, 0);
	tcp(20, 0, SYN, 100); /* the same again */
	tcp(30, 0, SYN, 999);
	tcp(40, 1, SYN | ACK, 1);
	tcp(50, 0, RST, 1000);
	tcp(60, 1, SYN, 5); /* from the other end */
	fixture_finish(&f);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
	assert_int_equal(f.records[1].packets, 2);
	assert_int_equal(f.records[1].tcp_isn, 999);
	assert_int_equal(f.records[1].end_reason, RECORD_END_DETECTED);
	assert_int_equal(f.records[2].src_port, 2000);
	assert_int_equal(f.records[2].tcp_isn, 5);
	assert_true(f.records[0].flow_id != f.records[1].flow_id);
	assert_true(f.records[1].flow_id != f.records[2].flow_id);
}

static void a_closed_flow_that_is_used_again_stays_as_long_as_any_other(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(10, 1, RST, 0);
	tcp(20, 0, SYN, 999);
	advance(50000);
	assert_int_equal(f.count, 1);
	tcp(55000, 0, ACK, 1000);
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[1].packets, 2);
}

static void a_flow_that_is_first_seen_with_syn_ack_began_at_the_other_end(void **state)
{
	tcp(0, 1, SYN | ACK, 200);
	tcp(10, 0, ACK, 101);
	fixture_finish(&f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].src_port, 1000);
	assert_int_equal(f.records[0].biflow_direction, 1);
	assert_int_equal(f.records[0].packets, 1);
	assert_int_equal(f.records[0].rev_packets, 1);
	assert_int_equal(f.records[0].rev_tcp_isn, 200);
	assert_int_equal(f.records[0].tcp_isn, 101);
}

static void a_lonely_syn_ack_has_a_forward_direction_without_packets_but_with_times(void **state)
{
	fixture_talk(&f, 7, &TALK(.protocol = 6, .from = 1, .flags = SYN | ACK, .tos = 9));
	fixture_finish(&f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].src_port, 1000);
	assert_int_equal(f.records[0].packets, 0);
	assert_int_equal(f.records[0].ip_length_min, 0);
	assert_int_equal(f.records[0].ttl_min, 0);
	assert_int_equal(f.records[0].start_us, TALK_START_US + 7000);
	assert_int_equal(f.records[0].end_us, TALK_START_US + 7000);
	assert_int_equal(f.records[0].rev_packets, 1);
	assert_int_equal(f.records[0].rev_tos, 9);
}

static void a_connection_that_was_there_before_us_has_no_known_initiator(void **state)
{
	tcp(0, 1, ACK, 200);
	fixture_finish(&f);
	assert_int_equal(f.records[0].src_port, 2000);
	assert_int_equal(f.records[0].biflow_direction, 0);
}

static void the_handshake_is_timed_from_the_last_syn_to_the_first_ack(void **state)
{
	tcp(0, 0, SYN, 100);
	tcp(1000, 0, SYN, 100);
	tcp(1030, 1, SYN | ACK, 200);
	tcp(1042, 0, ACK, 101);
	tcp(5000, 0, ACK, 101);
	fixture_finish(&f);
	assert_int_equal(f.records[0].tcp_rtt_us, 42000);
}

static void handshakes_that_are_not_seen_whole_have_no_time(void **state)
{
	tcp(0, 0, SYN, 100); /* no answer */
	tcp(500, 0, SYN, 100);
	fixture_finish(&f);
	tcp(60000, 0, SYN, 100); /* no acknowledgement */
	tcp(60001, 1, SYN | ACK, 200);
	fixture_finish(&f);
	tcp(120000, 0, SYN, 100); /* refused */
	tcp(120001, 1, RST | ACK, 0);
	fixture_finish(&f);
	tcp(180000, 1, SYN | ACK, 200); /* no SYN */
	tcp(180001, 0, ACK, 100);
	fixture_finish(&f);
	tcp(240000, 0, SYN, 100); /* cut by the active timeout */
	for (unsigned i = 1; i <= 10; i++) {
		tcp(240000 + i * 40000, 0, SYN, 100);
	}
	tcp(640001, 1, SYN | ACK, 200);
	tcp(640002, 0, ACK, 101);
	fixture_finish(&f);
	assert_int_equal(f.count, 6);
	for (unsigned i = 0; i < f.count; i++) {
		assert_int_equal(f.records[i].tcp_rtt_us, 0);
	}
}

static void an_end_that_talks_to_itself_is_one_direction(void **state)
{
	fixture_talk(&f, 0,
		&TALK(.version = 4, .protocol = 6, .flags = SYN | ACK, .port = {9, 9},
			.address = {1, 2}));
	fixture_finish(&f);
	f.count = 0;
	for (unsigned i = 0; i < 2; i++) {
		struct octets o = {.n = 0};

		octets_ethernet(&o, i, 0x0800);
		octets_hex(&o, "45000028 00000000 40060000 7f000001 7f000001"
			       "00090009 00000000 00000000 50120000 00000000");
		fixture_frame(&f, 1, &o);
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[0].has_reverse, 0);
}

static void uniflow_caches_keep_directions_apart(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.caches[0].uniflow = true;
	fixture_open(&f, NULL);
	tcp(0, 0, SYN, 100);
	tcp(10, 1, SYN | ACK, 200);
	tcp(20, 0, ACK, 101);
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].src_port, 1000);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[0].has_reverse, 0);
	assert_int_equal(f.records[1].src_port, 2000);
	assert_int_equal(f.records[1].packets, 1);
	assert_int_equal(f.records[1].tcp_isn, 200);
	assert_int_equal(f.records[1].biflow_direction, 0);
}

static void clocks_that_run_backwards_move_nothing_back(void **state)
{
	tcp(10000, 0, ACK, 1);
	tcp(4000, 0, ACK, 1);
	tcp(6000, 1, ACK, 1);
	fixture_finish(&f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].start_us, TALK_START_US + 4000000);
	assert_int_equal(f.records[0].end_us, TALK_START_US + 10000000);
	assert_int_equal(meter_clock(f.meter), TALK_START_US + 10000000);
}

static void clocks_that_jump_end_what_was_there(void **state)
{
	const int64_t century_ms = INT64_C(100) * 365 * 86400 * 1000;

	fixture_talk(&f, 0, &TALK(.port = {1, 2}));
	fixture_talk(&f, 1, &TALK(.port = {3, 4}));
	fixture_talk(&f, century_ms, &TALK(.port = {1, 2}));
	fixture_talk(&f, 2, &TALK(.port = {1, 2}));
	fixture_talk(&f, 3, &TALK(.port = {5, 6}));
	advance(3);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_IDLE);
	assert_int_equal(f.records[1].end_reason, RECORD_END_IDLE);
	fixture_finish(&f);
	assert_int_equal(f.count, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_default)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fin_both_ways_and_acknowledged_ends_with_reason_3_after_a_linger),
		TEST(a_half_closed_connection_goes_on),
		TEST(a_reset_ends_the_flow),
		TEST(a_closed_flow_ends_before_a_packet_that_comes_after_the_linger),
		TEST(another_syn_begins_another_flow_at_once),
		TEST(a_closed_flow_that_is_used_again_stays_as_long_as_any_other),
		TEST(a_flow_that_is_first_seen_with_syn_ack_began_at_the_other_end),
		TEST(a_lonely_syn_ack_has_a_forward_direction_without_packets_but_with_times),
		TEST(a_connection_that_was_there_before_us_has_no_known_initiator),
		TEST(the_handshake_is_timed_from_the_last_syn_to_the_first_ack),
		TEST(handshakes_that_are_not_seen_whole_have_no_time),
		TEST(an_end_that_talks_to_itself_is_one_direction),
		TEST(uniflow_caches_keep_directions_apart),
		TEST(clocks_that_run_backwards_move_nothing_back),
		TEST(clocks_that_jump_end_what_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
