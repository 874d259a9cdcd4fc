#include "tests/unit/unit.h"

#include <string.h>

#include "probe/fragment.h"
#include "tests/unit/meter_fixture.h"

#define MORE   0x2000
#define SECOND 0x2008 /* more to come after it */
#define LAST   0x0010

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

/* Send part @fragment of datagram @id. */
static void part(int64_t at_ms, uint16_t fragment, uint16_t id)
{
	fixture_talk(&f, at_ms, &TALK(.fragment = fragment, .identification = id));
}

/* The record of these ports; NULL if there is none. */
static const struct flow_record *record_of(uint16_t src_port)
{
	for (unsigned i = 0; i < f.count; i++) {
		if (f.records[i].src_port == src_port) {
			return &f.records[i];
		}
	}
	return NULL;
}

static void fragments_follow_their_first_in_every_order(void **state)
{
	static const unsigned orders[6][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const uint16_t parts[3] = {MORE, SECOND, LAST};

	for (uint16_t i = 0; i < 6; i++) {
		f.count = 0;
		for (unsigned k = 0; k < 3; k++) {
			part(i * 100 + k, parts[orders[i][k]], i);
		}
		fixture_finish(&f);
		assert_int_equal(f.count, 1);
		assert_int_equal(f.records[0].src_port, 1000);
		assert_int_equal(f.records[0].packets, 3);
		assert_int_equal(f.records[0].octets, 38 + 30 + 30);
		assert_int_equal(f.records[0].start_us, TALK_START_US + i * 100 * 1000);
	}
	assert_int_equal(fixture_counters(&f).fragments, 18);
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 0);
}

static void datagrams_are_told_apart_by_id_ends_and_protocol(void **state)
{
	part(0, MORE, 1);
	part(1, LAST, 2); /* another id: waits */
	fixture_talk(&f, 2, &TALK(.from = 1, .fragment = LAST, .identification = 1));
	fixture_talk(&f, 3, &TALK(.protocol = 6, .fragment = LAST, .identification = 1));
	fixture_talk(&f, 4, &TALK(.address = {1, 3}, .fragment = LAST, .identification = 1));
	fixture_finish(&f);
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 4);
	assert_int_equal(record_of(1000)->packets, 1);
}

static void ipv6_fragments_follow_whatever_their_header_says_comes_next(void **state)
{
	struct octets o = {.n = 0};

	octets_ethernet(&o, 0, 0x86dd);
	octets_hex(&o, "60000000 00102c40 20010db8000000000000000000000001"
		       "20010db8000000000000000000000002 3c00 0001 00000007 1100 010400000000");
	o.n -= 8; /* first: destination options of the next line follow */
	octets_hex(&o, "1100 010400000000 0005 0006 0010 0000");
	o.at[14 + 5] = 24;
	fixture_frame(&f, 1, &o);
	o.n = 0;
	octets_ethernet(&o, 0, 0x86dd);
	octets_hex(&o, "60000000 00102c40 20010db8000000000000000000000001"
		       "20010db8000000000000000000000002 3c00 0010 00000007 0000000000000000");
	fixture_frame(&f, 1, &o);
	fixture_finish(&f);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].protocol, 17);
	assert_int_equal(f.records[0].src_port, 5);
	assert_int_equal(f.records[0].packets, 2);
	assert_int_equal(f.records[0].octets, 64 + 56);
}

static void thirty_seconds_are_near_and_more_are_not(void **state)
{
	part(0, MORE, 1);
	part(30000, LAST, 1);
	part(30001, SECOND, 1);
	fixture_finish(&f);
	assert_int_equal(record_of(1000)->packets, 2);
	assert_int_equal(record_of(0)->packets, 1);
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 1);
}

static void a_first_that_comes_too_late_finds_nobody_waiting(void **state)
{
	part(0, LAST, 1);
	part(29000, LAST, 2);
	meter_advance(f.meter, TALK_START_US + 30000 * 1000);
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 0);
	meter_advance(f.meter, TALK_START_US + 30001 * 1000);
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 1);
	part(30002, MORE, 1);
	part(30003, MORE, 2);
	fixture_finish(&f);
	assert_int_equal(record_of(1000)->packets, 3);
	assert_int_equal(record_of(0)->packets, 1);
}

static void packets_let_waiting_fragments_go_as_time_passes(void **state)
{
	part(0, LAST, 1);
	fixture_talk(&f, 40000, &TALK(.port = {5, 6}));
	assert_int_equal(fixture_counters(&f).fragments_orphaned, 1);
	fixture_finish(&f);
	assert_int_equal(record_of(0)->start_us, TALK_START_US);
}

static void a_repeated_id_belongs_to_the_latest_first(void **state)
{
	part(0, MORE, 1);
	fixture_talk(&f, 1, &TALK(.port = {7, 8}, .fragment = MORE, .identification = 1));
	part(2, LAST, 1);
	fixture_finish(&f);
	assert_int_equal(record_of(7)->packets, 2);
	assert_int_equal(record_of(1000)->packets, 1);
}

static void a_flood_of_late_fragments_costs_places_not_packets(void **state)
{
	struct meter_counters c;

	for (unsigned i = 0; i < FRAGMENT_WAITING + 10; i++) {
		part(0, LAST, (uint16_t)i);
	}
	c = fixture_counters(&f);
	assert_int_equal(c.fragments_evicted, 10);
	assert_int_equal(c.fragments_orphaned, 10);
	part(1, MORE, 0);  /* its fragment lost its place */
	part(1, MORE, 10); /* this one's did not */
	fixture_finish(&f);
	assert_int_equal(record_of(1000)->packets, 3);
	assert_int_equal(record_of(0)->packets, FRAGMENT_WAITING + 10 - 1);
}

static void a_flood_of_firsts_forgets_the_oldest(void **state)
{
	for (unsigned i = 0; i < FRAGMENT_FIRSTS + 1; i++) {
		part(0, MORE, (uint16_t)i);
	}
	part(1, LAST, 0);
	part(1, LAST, 1);
	fixture_finish(&f);
	assert_int_equal(record_of(1000)->packets, FRAGMENT_FIRSTS + 2);
	assert_int_equal(record_of(0)->packets, 1);
}

static void old_firsts_make_room_before_the_table_is_full(void **state)
{
	for (unsigned i = 0; i < 3000; i++) {
		part(i * 100, MORE, (uint16_t)i); /* 300 s in all */
	}
	part(300000, LAST, 2999);
	part(300000, LAST, 2700);
	part(300000, LAST, 2699);
	fixture_finish(&f);
	assert_int_equal(record_of(0)->packets, 1);
}

static void fragments_never_count_less_than_they_are(void **state)
{
	/* A captured fragment with data that looks like ports, TCP flags and ICMP types. */
	for (unsigned protocol = 0; protocol < 3; protocol++) {
		static const uint8_t protocols[] = {6, 17, 1};

		fixture_talk(&f, protocol,
			&TALK(.protocol = protocols[protocol], .fragment = LAST, .payload = 40));
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.records[i].src_port, 0);
		assert_int_equal(f.records[i].tcp_flags, 0);
		assert_int_equal(f.records[i].icmp_type_code, 0);
		assert_int_equal(f.records[i].octets, 60);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_default)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fragments_follow_their_first_in_every_order),
		TEST(datagrams_are_told_apart_by_id_ends_and_protocol),
		TEST(ipv6_fragments_follow_whatever_their_header_says_comes_next),
		TEST(thirty_seconds_are_near_and_more_are_not),
		TEST(a_first_that_comes_too_late_finds_nobody_waiting),
		TEST(packets_let_waiting_fragments_go_as_time_passes),
		TEST(a_repeated_id_belongs_to_the_latest_first),
		TEST(a_flood_of_late_fragments_costs_places_not_packets),
		TEST(a_flood_of_firsts_forgets_the_oldest),
		TEST(old_firsts_make_room_before_the_table_is_full),
		TEST(fragments_never_count_less_than_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
