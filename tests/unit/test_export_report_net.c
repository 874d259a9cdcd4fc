#include "tests/unit/unit.h"

#include "tests/unit/export_sums.h"

#define SECOND INT64_C(1000000)
#define START  (PEER_WALL_S * SECOND)

static int clock_set(void **state)
{
	peer_clock_reset();
	return 0;
}

static void open_peer(struct peer *peer, struct sums *s, bool tcp)
{
	sums_init(s);
	if (tcp) {
		peer_open_tcp(peer);
	} else {
		peer_open_udp(peer);
	}
	peer->collector.reader = sums_message;
	peer->collector.context = s;
}

static void tables_are_sent_again_with_the_templates_over_udp(void **state)
{
	struct peer peer;
	struct sums s;
	struct exporter *exporter = told_exporter(false);
	g_autofree char *uri = NULL;

	open_peer(&peer, &s, false);
	told_device(exporter, 1, "desk");
	uri = g_strdup_printf(
		"udp:127.0.0.1:%u?refresh=30&reports=exporting:10,keys,devices:1000", peer.port);
	told_add(exporter, uri);
	peer_idle();
	assert_int_equal(s.devices, 1);
	assert_int_equal(s.keys, 4);
	assert_int_equal(s.exporting, 0);
	peer_clock_advance(10);
	peer_idle();
	assert_int_equal(s.exporting, 1);
	assert_int_equal(s.devices, 1);
	peer_clock_advance(20);
	peer_idle();
	assert_int_equal(s.exporting, 2);
	assert_int_equal(s.devices, 2);
	assert_int_equal(s.keys, 8);
	(void)exporter_close(exporter, 100, NULL);
	peer_idle();
	assert_int_equal(s.exporting, 3);
	exporter_free(exporter);
	peer_close(&peer);
	sums_clear(&s);
}

static void a_change_is_sent_at_once_and_the_next_a_second_later(void **state)
{
	struct peer peer;
	struct sums s;
	struct exporter *exporter = told_exporter(false);
	g_autofree char *uri = NULL;

	open_peer(&peer, &s, false);
	uri = g_strdup_printf("udp:127.0.0.1:%u?names=keep&reports=devices", peer.port);
	told_add(exporter, uri);
	told_device(exporter, 1, "one");
	peer_idle();
	assert_int_equal(s.devices, 1);
	told_device(exporter, 2, "two");
	peer_idle();
	assert_int_equal(s.devices, 1);
	peer_clock_advance(1);
	peer_idle();
	assert_int_equal(s.devices, 2);
	assert_string_equal(s.device, "two");
	peer_clock_advance(1);
	told_device(exporter, 2, "two"); /* no change */
	peer_idle();
	assert_int_equal(s.devices, 2);
	exporter_free(exporter);
	peer_close(&peer);
	sums_clear(&s);
}

static bool has_session(void *data)
{
	return ((struct peer *)data)->sessions == 1;
}

static bool has_second(void *data)
{
	return ((struct peer *)data)->sessions == 2;
}

static bool has_device(void *data)
{
	return ((struct sums *)((struct peer *)data)->collector.context)->devices > 0;
}

static void tables_are_sent_again_in_a_new_session(void **state)
{
	struct peer peer;
	struct sums s;
	struct exporter *exporter = told_exporter(false);
	g_autofree char *uri = NULL;

	open_peer(&peer, &s, true);
	told_device(exporter, 1, "desk");
	uri = g_strdup_printf(
		"tcp:127.0.0.1:%u?retry=1&names=keep&reports=devices,exporting:5", peer.port);
	told_add(exporter, uri);
	peer_until(has_session, &peer);
	peer_until(has_device, &peer);
	peer_hang_up(&peer);
	sums_clear(&s);
	sums_init(&s);
	told_flows(exporter, 1, START);
	peer_clock_advance(10);
	peer_idle();
	told_flows(exporter, 1, START);
	peer_clock_advance(400);
	peer_until(has_second, &peer);
	peer_until(has_device, &peer);
	assert_string_equal(s.device, "desk");
	exporter_free(exporter);
	peer_close(&peer);
	sums_clear(&s);
}

static bool has_ended(void *data)
{
	return ((struct peer *)data)->ends == 1;
}

static gboolean wake_up(gpointer data)
{
	struct peer *peer = data;

	peer->deaf = false;
	peer_read(peer);
	return G_SOURCE_REMOVE;
}

static void what_is_received_and_what_is_reported_lost_is_what_was_metered(void **state)
{
	enum {
		METERED = 60000,
		LOST_ON_THE_STREAM = 70,
		UNHEARD = 8
	};
	struct stream_counters counters = {.time_us = START,
		.lost_records = LOST_ON_THE_STREAM,
		.lost_packets = LOST_ON_THE_STREAM * 3,
		.lost_octets = LOST_ON_THE_STREAM * 500,
		.unheard_records = UNHEARD,
		.unheard_packets = UNHEARD * 3,
		.unheard_octets = UNHEARD * 500};
	struct peer peer;
	struct sums s;
	struct exporter *exporter = told_exporter(false);
	struct export_counters exported;
	g_autofree char *uri = NULL;

	open_peer(&peer, &s, true);
	peer.deaf = true;
	uri = g_strdup_printf(
		"tcp:127.0.0.1:%u?queue-octets=65536&sndbuf=4096&reports=all", peer.port);
	told_add(exporter, uri);
	peer_until(has_session, &peer);
	exporter_metering(exporter, &counters);
	for (uint32_t done = LOST_ON_THE_STREAM + UNHEARD; done < METERED; done += 100) {
		told_flows(exporter, MIN(100, METERED - done), START);
		peer_clock_advance(1);
		g_main_context_iteration(NULL, FALSE);
	}
	exporter_counters(exporter, 0, &exported);
	assert_true(exported.not_sent_records > 0);
	g_idle_add(wake_up, &peer);
	assert_true(exporter_close(exporter, 20000, NULL));
	exporter_counters(exporter, 0, &exported);
	peer_until(has_ended, &peer);
	assert_true(s.flows > 0);
	assert_int_equal(
		s.not_sent_flows, exported.not_sent_records + LOST_ON_THE_STREAM + UNHEARD);
	assert_int_equal(s.flows + s.not_sent_flows, METERED);
	assert_int_equal(s.packets + s.not_sent_packets, METERED * 3);
	assert_int_equal(s.octets + s.not_sent_octets, METERED * 500);
	assert_int_equal(s.exported_flows, s.flows);
	exporter_free(exporter);
	peer_close(&peer);
	sums_clear(&s);
}

#define TEST(name) cmocka_unit_test_setup(name, clock_set)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tables_are_sent_again_with_the_templates_over_udp),
		TEST(a_change_is_sent_at_once_and_the_next_a_second_later),
		TEST(tables_are_sent_again_in_a_new_session),
		TEST(what_is_received_and_what_is_reported_lost_is_what_was_metered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
