#include "probe/meter.h"

#include <string.h>

#include "probe/selection_text.h"
#include "probe/selector.h"
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

static void selected(unsigned cache, const char *chain)
{
	GError *error = NULL;

	assert_true(selection_text_parse(chain, &f.config.caches[cache].selection, &error));
}

static uint64_t packets_of(unsigned cache)
{
	uint64_t packets = 0;

	for (unsigned i = 0; i < f.count; i++) {
		packets += f.records[i].cache_id == cache
				   ? f.records[i].packets + f.records[i].rev_packets
				   : 0;
	}
	return packets;
}

static void without_a_selection_nothing_selects(void **state)
{
	fixture_open(&f, NULL);
	assert_null(meter_selection(f.meter, 0));
	assert_null(meter_selection(f.meter, METER_CACHES_MAX));
}

static void each_cache_meters_what_its_own_sequence_selects(void **state)
{
	f.config.cache_count = 3;
	f.config.caches[1] = f.config.caches[0];
	f.config.caches[2] = f.config.caches[0];
	selected(1, "count:1/9");
	selected(2, "match:proto=6+nofn:1/2");
	fixture_open(&f, NULL);
	for (unsigned i = 0; i < 1000; i++) {
		fixture_talk(&f, i, &TALK(.protocol = i % 5 ? 17 : 6, .from = i % 2));
	}
	fixture_finish(&f);
	assert_int_equal(packets_of(0), 1000);
	assert_int_equal(packets_of(1), 100);
	assert_int_equal(packets_of(2), 100);
	assert_null(meter_selection(f.meter, 0));
	assert_int_equal(meter_selection(f.meter, 1)->selectors[0].counters.packets_observed, 1000);
	assert_int_equal(meter_selection(f.meter, 2)->selectors[1].counters.packets_observed, 200);
	assert_int_equal(meter_selection(f.meter, 2)->selectors[1].counters.packets_selected, 100);
	assert_int_equal(fixture_counters(&f).ip_packets, 1000);
	assert_int_equal(fixture_counters(&f).ignored_packets, 0);
}

/* The packets that @version and link layer bring: Ethernet, with tags, or none at all. */
static void observe(unsigned link, uint8_t version, uint8_t ttl)
{
	for (unsigned i = 0; i < 400; i++) {
		struct talk talk = {.version = version,
			.ttl = ttl,
			.tos = link,
			.identification = (uint16_t)i,
			.port = {(uint16_t)(1000 + i), 53},
			.payload = 2,
			.vlan = link == 1 || link == 2 ? 7 : 0,
			.inner_vlan = link == 2 ? 8 : 0};
		struct octets o = {.n = 0};

		if (link < 3) {
			fixture_talk(&f, i, &talk);
		} else {
			octets_talk(&o, &talk);
			octets_fill(&o, 0xff, 6); /* no part of the packet */
			fixture_frame(&f, 101, &o);
		}
	}
}

static void a_hash_selects_the_same_packets_behind_every_link_layer(void **state)
{
	uint16_t ports[400];
	unsigned count = 0;

	for (unsigned k = 0; k < 8; k++) {
		uint8_t version = k < 4 ? 4 : 6;

		fixture_init(&f);
		selected(0, "hash:bob:share=0.25:init=5:size=32");
		f.config.hash_seed = k + 1;
		fixture_open(&f, NULL);
		observe(k % 4, version, (uint8_t)(64 - k));
		fixture_finish(&f);
		if (k % 4 == 0) {
			count = f.count;
			assert_in_range(count, 60, 140); /* 100, five deviations 43 */
		}
		assert_int_equal(f.count, count);
		for (unsigned i = 0; i < count; i++) {
			unsigned found = 0;

			if (k % 4 == 0) {
				ports[i] = f.records[i].src_port;
			}
			for (unsigned n = 0; n < count; n++) {
				found += f.records[n].src_port == ports[i];
			}
			assert_int_equal(found, 1);
		}
		fixture_close(&f);
	}
}

static void flows_end_in_time_though_few_packets_are_selected(void **state)
{
	selected(0, "match:dport=2000");
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK(.from = 0));
	for (unsigned i = 1; i < 200; i++) { /* nothing of this is selected */
		fixture_talk(&f, i * 1000, &TALK(.port = {1, 2}));
	}
	meter_advance(f.meter, TALK_START_US + 200 * INT64_C(1000000));
	assert_int_equal(f.count, 1);
	assert_int_equal(f.records[0].end_reason, RECORD_END_IDLE);
	assert_int_equal(fixture_counters(&f).flows_active, 0);
}

static void fragments_are_selected_for_themselves(void **state)
{
	selected(0, "match:dport=2000");
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK(.identification = 1, .fragment = 0x2000, .payload = 72));
	fixture_talk(&f, 1, &TALK(.identification = 1, .fragment = 10, .payload = 40));
	fixture_finish(&f);
	assert_int_equal(packets_of(0), 1); /* the other shows no port */
	assert_int_equal(meter_selection(f.meter, 0)->selectors[0].counters.packets_observed, 2);
}

static void a_fragment_that_waits_keeps_being_selected(void **state)
{
	f.config.cache_count = 2;
	f.config.caches[1] = f.config.caches[0];
	selected(0, "match:length=60");
	selected(1, "match:length=100");
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK(.identification = 1, .fragment = 10, .payload = 40));
	fixture_talk(&f, 1, &TALK(.identification = 1, .fragment = 0x2000, .payload = 72));
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(packets_of(0), 1);
	assert_int_equal(packets_of(1), 1);
	assert_int_equal(f.records[0].dst_port, 2000);
	assert_int_equal(f.records[1].dst_port, 2000);
}

static void names_are_learned_where_all_packets_are_metered(void **state)
{
	unsigned inspected = 0;

	f.config.cache_count = 2;
	f.config.caches[1] = f.config.caches[0];
	selected(0, "prob:0");
	fake_identity.name = 9;
	fixture_open(&f, &fake_identity);
	fixture_talk(&f, 0, &TALK(.port = {1000, 53}));
	fixture_talk(&f, 1, &TALK(.port = {1000, 53}, .from = 1));
	fixture_finish(&f);
	for (unsigned i = 0; i < fake_identity.count; i++) {
		inspected += fake_identity.calls[i].kind == 'i';
	}
	assert_int_equal(inspected, 2);
	assert_int_equal(packets_of(0), 0);
	assert_int_equal(packets_of(1), 2);
}

static void the_name_of_a_flow_reaches_the_caches_after_it(void **state)
{
	f.config.cache_count = 2;
	f.config.caches[1] = f.config.caches[0];
	selected(0, "all");
	selected(1, "all");
	fake_identity.name = 9;
	fixture_open(&f, &fake_identity);
	fixture_talk(&f, 0, &TALK(.from = 0));
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.records[0].device_id, 9); /* the fake notes the name there */
	assert_int_equal(f.records[1].device_id, 9);
}

static void a_wrong_selection_is_refused(void **state)
{
	GError *error = NULL;

	selected(0, "count:1/1");
	f.config.caches[0].selection.selectors[0].interval = 0;
	assert_null(meter_new(&f.config, NULL, NULL, NULL, &error));
	assert_non_null(strstr(error->message, "cache 0: selector 1: the interval"));
	g_error_free(error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_selection_nothing_selects),
		TEST(each_cache_meters_what_its_own_sequence_selects),
		TEST(a_hash_selects_the_same_packets_behind_every_link_layer),
		TEST(flows_end_in_time_though_few_packets_are_selected),
		TEST(fragments_are_selected_for_themselves),
		TEST(a_fragment_that_waits_keeps_being_selected),
		TEST(names_are_learned_where_all_packets_are_metered),
		TEST(the_name_of_a_flow_reaches_the_caches_after_it),
		TEST(a_wrong_selection_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
