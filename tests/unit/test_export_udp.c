#include "tests/unit/unit.h"

#include <string.h>

#include "base/error.h"
#include "tests/unit/export_peer.h"

struct run {
	struct peer peer;
	struct exporter *exporter;
};

static int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);

	peer_clock_reset();
	peer_open_udp(&run->peer);
	*state = run;
	return 0;
}

static int run_stop(void **state)
{
	struct run *run = *state;

	exporter_free(run->exporter);
	peer_close(&run->peer);
	g_free(run);
	return 0;
}

static void run_export(struct run *run, bool lossless, const char *host, const char *options)
{
	struct export_config config = {
		.observation_domain = 1, .lossless = lossless, .clock = &peer_clock};
	g_autofree char *uri = g_strdup_printf("udp:%s:%u%s", host, run->peer.port, options);
	g_autoptr(GError) error = NULL;

	run->exporter = exporter_new(&config, NULL);
	if (!exporter_add(run->exporter, uri, &error)) {
		fail_msg("%s", error->message);
	}
}

static bool has_all_sent(void *data)
{
	struct run *run = data;

	return run->peer.collector.messages == peer_counters(run->exporter).sent_messages;
}

static void run_settle(struct run *run)
{
	g_main_context_iteration(NULL, FALSE);
	peer_until(has_all_sent, run);
}

static void templates_come_before_data_and_sequence_counts_data(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "");
	run_settle(run);
	assert_true(run->peer.collector.templates);
	assert_int_equal(run->peer.collector.ids->len, 0);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_until(has_all_sent, run);
	assert_true(collector_has(&run->peer.collector, 1, 1000));
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.sequence, 1001);
	assert_int_equal(run->peer.collector.template_messages, 1);
	assert_in_range(run->peer.collector.size_max, 1384, 1400);
	assert_int_equal(run->peer.collector.time_s, PEER_WALL_S);
}

static void templates_are_refreshed_by_time(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "?refresh=30");
	run_settle(run);
	peer_clock_advance(29);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 1);
	peer_clock_advance(1);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 2);
	peer_clock_advance(30);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 3);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
}

static void templates_are_refreshed_every_600_seconds_or_60_in_profile_basic(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "?profile=biflow");
	run_settle(run);
	peer_clock_advance(599);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 1);
	peer_clock_advance(1);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 2);
	exporter_free(run->exporter);
	collector_clear(&run->peer.collector);
	collector_init(&run->peer.collector);
	run_export(run, false, "127.0.0.1", "?profile=basic");
	run_settle(run);
	peer_clock_advance(60);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 2);
}

static void templates_are_refreshed_by_messages(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "?refresh-messages=10&refresh=0&message-octets=512");
	/* 512 octets hold 30 records; batches of 64 make two messages each. */
	for (uint64_t id = 0; id < 30 * 40; id += 30) {
		peer_records(run->exporter, id, 30, peer_wall_us);
		run_settle(run);
	}
	peer_clock_advance(86400);
	run_settle(run);
	assert_int_equal(run->peer.collector.template_messages, 1 + 3);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
}

static void message_fits_the_path(void **state)
{
	struct run *run = *state;

	/* The loopback path carries nearly what an IP packet can hold. */
	run_export(run, false, "127.0.0.1", "?message-octets=65535&sndbuf=1000000");
	for (int i = 0; i < 100; i++) {
		peer_records(run->exporter, 1, 64, peer_wall_us);
	}
	run_settle(run);
	assert_in_range(run->peer.collector.size_max, 65000, 65507);
	assert_int_equal(peer_counters(run->exporter).send_errors, 0);
}

static void refusals_are_counted_and_show_in_the_sequence(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autoptr(GError) error = NULL;

	run_export(run, true, "127.0.0.1", "");
	run_settle(run);
	peer_hang_up(&run->peer);
	peer_records(run->exporter, 1, 86 * 10, peer_wall_us);
	assert_false(exporter_close(run->exporter, 5000, &error));
	counters = peer_counters(run->exporter);
	assert_int_equal(counters.not_sent_records, 860);
	assert_int_equal(counters.not_sent_packets, 1720);
	assert_int_equal(counters.not_sent_octets, 86000);
	assert_in_range(counters.send_errors, 10, 12);
	assert_int_equal(counters.sent_records, 1);
	assert_non_null(strstr(error->message, "860 records not delivered"));
	assert_non_null(strstr(error->message, "Connection refused"));
}

static void collector_that_returns_gets_templates_at_once(void **state)
{
	struct run *run = *state;
	struct peer again;

	run_export(run, false, "127.0.0.1", "?flush=0");
	run_settle(run);
	peer_hang_up(&run->peer);
	peer_records(run->exporter, 1, 10, peer_wall_us);
	g_main_context_iteration(NULL, FALSE); /* leaves, is refused */
	peer_open_udp_at(&again, run->peer.port);
	peer_clock_advance(1);
	peer_records(run->exporter, 11, 10, peer_wall_us); /* learns of it */
	g_main_context_iteration(NULL, FALSE);
	peer_records(run->exporter, 21, 10, peer_wall_us);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_idle();
	assert_int_equal(again.collector.template_messages, 1);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 10);
	assert_true(again.collector.ids->len >= 10);
	peer_close(&again);
}

static void collector_that_starts_during_a_burst_misses_two_messages(void **state)
{
	struct run *run = *state;
	struct peer again;

	run_export(run, true, "127.0.0.1", "?rate=0&message-octets=512");
	run_settle(run);
	peer_hang_up(&run->peer);
	peer_records(run->exporter, 1, 300, peer_wall_us);
	peer_open_udp_at(&again, run->peer.port);
	for (uint64_t id = 301; id <= 6000; id += 100) {
		peer_records(run->exporter, id, 100, peer_wall_us);
		peer_idle();
	}
	assert_false(exporter_close(run->exporter, 5000, NULL));
	peer_idle();
	assert_int_equal(again.collector.template_messages, 1);
	assert_int_equal(again.collector.undecodable, 2);
	peer_close(&again);
}

static void slow_input_is_sent_in_time_although_nobody_runs_the_main_loop(void **state)
{
	struct run *run = *state;

	run_export(run, true, "127.0.0.1", "");
	peer_records(run->exporter, 1, 3, peer_wall_us);
	assert_int_equal(peer_counters(run->exporter).sent_flow_records, 0);
	peer_clock_advance(2);
	peer_records(run->exporter, 4, 1, peer_wall_us);
	assert_int_equal(peer_counters(run->exporter).sent_flow_records, 4);
}

static void pace_holds_messages_back_until_time_passes(void **state)
{
	struct run *run = *state;
	struct export_counters counters;

	run_export(run, false, "127.0.0.1", "?rate=10000&message-octets=512");
	run_settle(run);
	peer_records(run->exporter, 1, 3000, peer_wall_us);
	run_settle(run);
	counters = peer_counters(run->exporter);
	assert_in_range(counters.sent_octets, 4096, 4096 + 512);
	assert_in_range(counters.queued_octets, 45000, 48000);
	peer_clock_advance(1);
	run_settle(run);
	assert_in_range(peer_counters(run->exporter).sent_octets, 2 * 4096, 2 * 4096 + 1024);
	for (int i = 0; i < 20; i++) {
		peer_clock_advance(1);
		run_settle(run);
	}
	assert_int_equal(peer_counters(run->exporter).queued_octets, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.ids->len, 3000);
}

static void live_queue_that_is_full_drops_the_oldest_and_says_so(void **state)
{
	struct run *run = *state;
	struct export_counters counters;

	run_export(run, false, "127.0.0.1", "?rate=10000&queue-octets=65536&message-octets=512");
	run_settle(run);
	peer_records(run->exporter, 1, 20000, peer_wall_us);
	run_settle(run);
	counters = peer_counters(run->exporter);
	assert_in_range(counters.queued_octets, 65000, 65536);
	assert_in_range(counters.not_sent_records, 15000, 16000);
	assert_int_equal(counters.not_sent_packets, 2 * counters.not_sent_records);
	assert_int_equal(counters.not_sent_octets, 100 * counters.not_sent_records);
	for (int i = 0; i < 30; i++) {
		peer_clock_advance(1);
		run_settle(run);
	}
	assert_int_equal(peer_counters(run->exporter).queued_octets, 0);
	assert_int_equal(run->peer.collector.sequence_missing, counters.not_sent_records);
	assert_int_equal(run->peer.collector.ids->len, 20000 - counters.not_sent_records);
	/* The newest is there. */
	assert_int_equal(
		g_array_index(run->peer.collector.ids, uint64_t, run->peer.collector.ids->len - 1),
		20000);
}

static void name_is_looked_up_while_records_wait(void **state)
{
	struct run *run = *state;

	run_export(run, false, "localhost", "?source=127.0.0.1&dscp=8");
	peer_records(run->exporter, 1, 500, peer_wall_us);
	assert_int_equal(peer_counters(run->exporter).sent_messages, 0);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_until(has_all_sent, run);
	assert_true(collector_has(&run->peer.collector, 1, 500));
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
}

static void file_to_a_name_that_is_none_fails_at_once(void **state)
{
	struct export_config config = {.lossless = true};
	struct exporter *exporter = exporter_new(&config, NULL);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "udp:name.invalid", &error));
	assert_non_null(strstr(error->message, "udp:name.invalid"));
	exporter_free(exporter);
}

static void source_of_another_ip_version_is_refused(void **state)
{
	struct export_config config = {.lossless = true};
	struct exporter *exporter = exporter_new(&config, NULL);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "udp:127.0.0.1?source=::1", &error));
	assert_non_null(strstr(error->message, "source address ::1"));
	g_clear_error(&error);
	assert_false(exporter_add(exporter, "udp:127.0.0.1?source=192.0.2.77", &error));
	assert_non_null(strstr(error->message, "cannot send from source address 192.0.2.77"));
	exporter_free(exporter);
}

static void live_destination_without_an_address_tries_again(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "?source=192.0.2.77&retry=60");
	peer_records(run->exporter, 1, 10, peer_wall_us);
	peer_clock_advance(59);
	run_settle(run);
	assert_int_equal(peer_counters(run->exporter).connects, 0);
	assert_false(exporter_close(run->exporter, 0, NULL));
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 10);
}

static void exporter_can_go_while_a_look_up_is_under_way(void **state)
{
	struct run *run = *state;

	run_export(run, false, "localhost", "");
	exporter_free(run->exporter);
	run->exporter = NULL;
	peer_idle();
	assert_int_equal(run->peer.collector.messages, 0);
}

static void export_time_of_a_file_over_udp_is_not_before_its_flows(void **state)
{
	struct run *run = *state;

	run_export(run, true, "127.0.0.1", "?rate=0");
	peer_records(run->exporter, 1, 86, peer_wall_us - 5000000);
	assert_true(peer_wall_us % 1000000 == 0);
	peer_records(run->exporter, 87, 86, peer_wall_us + 5000001);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_until(has_all_sent, run);
	assert_int_equal(run->peer.collector.time_s, PEER_WALL_S + 6);
	assert_false(run->peer.collector.time_back);
}

static void templates_are_of_the_time_of_their_data(void **state)
{
	struct run *run = *state;
	const int64_t year_us = INT64_C(31536000) * 1000000;

	run_export(run, true, "127.0.0.1", "?rate=0&refresh=600");
	peer_records(run->exporter, 1, 100, peer_wall_us + 600 * (int64_t)1000000);
	peer_records(run->exporter, 101, 100, peer_wall_us + 601 * (int64_t)1000000);
	peer_records(run->exporter, 201, 100, peer_wall_us + year_us);
	peer_records(run->exporter, 301, 100, peer_wall_us + 2 * year_us);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_until(has_all_sent, run);
	assert_true(collector_has(&run->peer.collector, 1, 400));
	assert_int_equal(run->peer.collector.template_messages, 4);
	assert_int_equal(run->peer.collector.stale_s, 600);
	assert_int_equal(run->peer.collector.time_s, PEER_WALL_S + 2 * year_us / 1000000);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_false(run->peer.collector.time_back);
}

static void live_clock_that_was_set_ahead_is_followed_behind_new_templates(void **state)
{
	struct run *run = *state;

	run_export(run, false, "127.0.0.1", "?flush=0");
	peer_records(run->exporter, 1, 10, peer_wall_us);
	run_settle(run);
	peer_wall_us += INT64_C(86400) * 1000000;
	peer_records(run->exporter, 11, 10, peer_wall_us);
	run_settle(run);
	assert_true(exporter_close(run->exporter, 5000, NULL));
	peer_until(has_all_sent, run);
	assert_true(collector_has(&run->peer.collector, 1, 20));
	assert_int_equal(run->peer.collector.template_messages, 2);
	assert_int_equal(run->peer.collector.stale_s, 0);
}

#define with_peer(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_peer(templates_come_before_data_and_sequence_counts_data),
		with_peer(templates_are_refreshed_by_time),
		with_peer(templates_are_refreshed_every_600_seconds_or_60_in_profile_basic),
		with_peer(templates_are_refreshed_by_messages),
		with_peer(message_fits_the_path),
		with_peer(refusals_are_counted_and_show_in_the_sequence),
		with_peer(collector_that_returns_gets_templates_at_once),
		with_peer(collector_that_starts_during_a_burst_misses_two_messages),
		with_peer(slow_input_is_sent_in_time_although_nobody_runs_the_main_loop),
		with_peer(pace_holds_messages_back_until_time_passes),
		with_peer(live_queue_that_is_full_drops_the_oldest_and_says_so),
		with_peer(name_is_looked_up_while_records_wait),
		cmocka_unit_test(file_to_a_name_that_is_none_fails_at_once),
		cmocka_unit_test(source_of_another_ip_version_is_refused),
		with_peer(live_destination_without_an_address_tries_again),
		with_peer(exporter_can_go_while_a_look_up_is_under_way),
		with_peer(export_time_of_a_file_over_udp_is_not_before_its_flows),
		with_peer(templates_are_of_the_time_of_their_data),
		with_peer(live_clock_that_was_set_ahead_is_followed_behind_new_templates),
	};

	return cmocka_run_group_tests_name("export over UDP", tests, NULL, NULL);
}
