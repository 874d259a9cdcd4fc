#include "probe/flow_cache.h"

#include <string.h>

#include "tests/unit/meter_fixture.h"
#include "tests/unit/unit.h"

static struct fixture f;

static int prepare(void **state)
{
	fixture_init(&f);
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(&f);
	return 0;
}

/* A connection that is closed after 3 s, and one of the same ends that begins 2 s later. */
static void connect_twice(void)
{
	const struct talk talks[] = {
		{.protocol = 6, .flags = 0x02, .sequence = 100, .payload = TALK_NO_PAYLOAD},
		{.protocol = 6, .flags = 0x12, .from = 1, .sequence = 7},
		{.protocol = 6, .flags = 0x11, .sequence = 101},
		{.protocol = 6, .flags = 0x11, .from = 1, .sequence = 8},
		{.protocol = 6, .flags = 0x10, .sequence = 102},
		{.protocol = 6, .flags = 0x02, .sequence = 9000, .payload = TALK_NO_PAYLOAD},
	};
	const int64_t at_ms[] = {0, 1000, 2000, 3000, 3001, 5000};

	for (unsigned i = 0; i < 6; i++) {
		fixture_talk(&f, at_ms[i], &talks[i]);
	}
	fixture_finish(&f);
}

static void a_natural_cache_ends_connections_where_they_end(void **state)
{
	fixture_open(&f, NULL);
	connect_twice();
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_DETECTED);
}

static void a_timeout_cache_knows_no_end_of_a_connection(void **state)
{
	f.config.caches[0].type = METER_CACHE_TIMEOUT;
	fixture_open(&f, NULL);
	connect_twice();
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].packets, 4);
	assert_int_equal(f.records[0].rev_packets, 2);
	assert_int_equal(f.records[0].end_reason, RECORD_END_FORCED);
}

static void a_timeout_cache_ends_closed_connections_by_their_silence(void **state)
{
	f.config.caches[0].type = METER_CACHE_TIMEOUT;
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK(.protocol = 6, .flags = 0x04));
	meter_advance(f.meter, TALK_START_US + 59 * INT64_C(1000000));
	assert_int_equal(f.count, 0);
	meter_advance(f.meter, TALK_START_US + 62 * INT64_C(1000000));
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].end_reason, RECORD_END_IDLE);
}

static void permanent(int64_t interval_ms)
{
	f.config.caches[0].type = METER_CACHE_PERMANENT;
	f.config.caches[0].interval_ms = interval_ms;
	fixture_open(&f, NULL);
}

static void a_permanent_cache_exports_what_was_counted_at_intervals(void **state)
{
	permanent(10000);
	for (unsigned i = 0; i < 30; i++) {
		fixture_talk(&f, i * 1000, &TALK(.from = i % 2));
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.records[i].packets, 5);
		assert_int_equal(f.records[i].rev_packets, 5);
		assert_int_equal(f.records[i].flow_id, f.records[0].flow_id);
		assert_int_equal(f.records[i].start_us, TALK_START_US + i * INT64_C(10000000));
		assert_int_equal(
			f.records[i].end_reason, i < 2 ? RECORD_END_ACTIVE : RECORD_END_FORCED);
	}
}

static void a_permanent_cache_is_silent_about_silent_flows_and_keeps_them(void **state)
{
	permanent(1000);
	fixture_talk(&f, 0, &TALK(.protocol = 6, .flags = 0x11));
	fixture_talk(&f, 1, &TALK(.protocol = 6, .flags = 0x04, .from = 1));
	for (int64_t s = 1; s < 10000; s += 7) {
		meter_advance(f.meter, TALK_START_US + s * 1000000);
	}
	assert_int_equal(f.count, 1);
	assert_int_equal(fixture_counters(&f).flows_active, 1);
	fixture_talk(&f, 10000000, &TALK(.protocol = 6, .flags = 0x02, .sequence = 5));
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[1].packets, 1);
	assert_int_equal(f.records[1].flow_id, f.records[0].flow_id);
	assert_int_equal(f.records[1].start_us, TALK_START_US + INT64_C(10000000000));
	assert_int_equal(fixture_counters(&f).flows, 1);
}

static void a_full_permanent_cache_ignores_further_flows(void **state)
{
	f.config.caches[0].flows_max = 2;
	permanent(1000);
	for (unsigned i = 0; i < 5; i++) {
		fixture_talk(&f, i, &TALK(.port = {(uint16_t)(1 + i), 53}));
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].src_port + f.records[1].src_port, 3);
	assert_int_equal(fixture_counters(&f).ignored_packets, 3);
	assert_int_equal(fixture_counters(&f).ended[RECORD_END_RESOURCES], 0);
}

static void an_interval_of_0_is_refused(void **state)
{
	GError *error = NULL;

	f.config.caches[0].type = METER_CACHE_PERMANENT;
	assert_null(meter_new(&f.config, NULL, NULL, NULL, &error));
	assert_non_null(strstr(error->message, "interval"));
	g_error_free(error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_natural_cache_ends_connections_where_they_end),
		TEST(a_timeout_cache_knows_no_end_of_a_connection),
		TEST(a_timeout_cache_ends_closed_connections_by_their_silence),
		TEST(a_permanent_cache_exports_what_was_counted_at_intervals),
		TEST(a_permanent_cache_is_silent_about_silent_flows_and_keeps_them),
		TEST(a_full_permanent_cache_ignores_further_flows),
		TEST(an_interval_of_0_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
