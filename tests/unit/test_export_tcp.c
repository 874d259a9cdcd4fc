#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/unit/export_peer.h"

struct run {
	struct peer peer;
	struct exporter *exporter;
	unsigned sessions; /* awaited */
	guint records;     /* awaited */
};

static int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);

	peer_clock_reset();
	g_random_set_seed(1);
	peer_open_tcp(&run->peer);
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

static bool run_add(struct run *run, bool lossless, const char *options, GError **error)
{
	struct export_config config = {
		.observation_domain = 1, .lossless = lossless, .clock = &peer_clock};
	g_autofree char *uri = g_strdup_printf("tcp:127.0.0.1:%u%s", run->peer.port, options);

	run->exporter = exporter_new(&config, NULL);
	return exporter_add(run->exporter, uri, error);
}

static void run_export(struct run *run, bool lossless, const char *options)
{
	g_autoptr(GError) error = NULL;

	if (!run_add(run, lossless, options, &error)) {
		fail_msg("%s", error->message);
	}
}

static bool has_sessions(void *data)
{
	struct run *run = data;

	return run->peer.sessions == run->sessions &&
	       peer_counters(run->exporter).connects == run->sessions;
}

static bool has_records(void *data)
{
	struct run *run = data;

	return run->peer.collector.ids->len >= run->records;
}

static void run_sessions(struct run *run, unsigned sessions)
{
	run->sessions = sessions;
	peer_until(has_sessions, run);
}

static void run_records(struct run *run, guint records)
{
	run->records = records;
	peer_until(has_records, run);
}

static void all_records_arrive_and_the_connection_ends_in_order(void **state)
{
	struct run *run = *state;

	run_export(run, false, "");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 50000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 50000);
	assert_true(collector_has(&run->peer.collector, 1, 50000));
	assert_int_equal(run->peer.collector.template_messages, 1);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.ends, 1);
	assert_int_equal(peer_counters(run->exporter).sent_records, 50001);
	assert_int_equal(peer_counters(run->exporter).queued_octets, 0);
}

static void what_the_collector_says_is_read_and_dropped(void **state)
{
	struct run *run = *state;
	char noise[10000] = "";

	run_export(run, false, "");
	run_sessions(run, 1);
	assert_true(send(run->peer.fd, noise, sizeof(noise), 0) == sizeof(noise));
	peer_records(run->exporter, 1, 20000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 20000);
	assert_int_equal(run->peer.ends, 1);
}

static void collector_that_comes_late_gets_everything(void **state)
{
	struct run *run = *state;

	peer_leave(&run->peer);
	run_export(run, false, "?retry=60");
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	peer_idle();
	peer_listen(&run->peer);
	peer_clock_advance(59);
	peer_idle();
	assert_int_equal(run->peer.sessions, 0);
	peer_clock_advance(16);
	run_sessions(run, 1);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 1000);
	assert_true(collector_has(&run->peer.collector, 1, 1000));
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
}

static void retry_waits_its_time_and_longer_after_each_failure(void **state)
{
	struct run *run = *state;

	peer_leave(&run->peer);
	run_export(run, false, "?retry=60");
	peer_idle();
	/* Second attempt, after 60 to 75 s. It fails as well. */
	peer_clock_advance(75);
	peer_idle();
	peer_listen(&run->peer);
	peer_clock_advance(119);
	peer_idle();
	assert_int_equal(run->peer.sessions, 0);
	peer_clock_advance(31);
	run_sessions(run, 1);
	assert_true(exporter_close(run->exporter, 10000, NULL));
}

static void file_without_a_collector_fails_at_once(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	peer_leave(&run->peer);
	assert_false(run_add(run, true, "", &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_non_null(strstr(error->message, "cannot connect to 127.0.0.1 port "));
	assert_non_null(strstr(error->message, "Connection refused"));
}

static void every_address_of_a_name_is_tried(void **state)
{
	struct run *run = *state;
	struct export_config config = {.lossless = true, .clock = &peer_clock};
	g_autofree char *uri =
		g_strdup_printf("tcp:localhost:%u?dscp=8&sndbuf=8192", run->peer.port);

	/* The collector listens on 127.0.0.1 only; the name means ::1 as well, mostly. */
	run->exporter = exporter_new(&config, NULL);
	assert_true(exporter_add(run->exporter, uri, NULL));
	peer_records(run->exporter, 1, 5000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 5000);
	assert_true(collector_has(&run->peer.collector, 1, 5000));
}

static void connection_goes_through_the_interface_that_is_asked_for(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	run_export(run, true, "?interface=lo&keepalive=7&user-timeout=9");
	run_sessions(run, 1);
	exporter_free(run->exporter);
	assert_false(run_add(run, true, "?interface=nowhere", &error));
	assert_non_null(strstr(error->message, "cannot send through interface nowhere: "));
}

static void file_to_a_name_that_is_none_fails_at_once(void **state)
{
	struct export_config config = {.lossless = true};
	struct exporter *exporter = exporter_new(&config, NULL);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "tcp:name.invalid", &error));
	assert_non_null(strstr(error->message, "destination 'tcp:name.invalid': "));
	exporter_free(exporter);
}

/* Time that passes by being looked at. */
static int64_t hasty_monotonic(void *context)
{
	peer_monotonic_us += 20000000;
	return peer_monotonic_us;
}

static void silent_host_is_given_up(void **state)
{
	struct run *run = *state;
	struct export_clock hasty = peer_clock;
	struct export_config config = {.lossless = true, .clock = &hasty};
	g_autofree char *uri = g_strdup_printf("tcp:127.0.0.1:%u", run->peer.port);
	g_autoptr(GError) error = NULL;
	int others[2];

	/* A listener whose queue is full answers nobody. */
	hasty.monotonic_us = hasty_monotonic;
	g_source_remove(run->peer.accepter);
	run->peer.accepter = 0;
	assert_int_equal(listen(run->peer.listener, 0), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		others[i] = peer_connect(run->peer.port);
	}
	run->exporter = exporter_new(&config, NULL);
	assert_false(exporter_add(run->exporter, uri, &error));
	assert_non_null(strstr(error->message, "Connection timed out"));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		(void)close(others[i]);
	}
	(void)close(run->peer.listener);
}

static void new_session_begins_with_templates_and_sequence_0(void **state)
{
	struct run *run = *state;

	run_export(run, false, "?flush=0");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	run_records(run, 1000);
	peer_hang_up(&run->peer);
	peer_idle();
	peer_records(run->exporter, 1001, 1000, peer_wall_us);
	peer_idle();
	assert_true(peer_counters(run->exporter).queued_octets > 16000);
	assert_int_equal(run->peer.sessions, 1);
	peer_clock_advance(75);
	run_sessions(run, 2);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 2000);
	assert_true(collector_has(&run->peer.collector, 1, 2000));
	assert_int_equal(run->peer.collector.template_messages, 2);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.sequence, 1001);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	assert_int_equal(peer_counters(run->exporter).sent_records, 2002);
}

static void what_was_not_acknowledged_is_sent_again(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	GArray *ids = run->peer.collector.ids;

	/* A collector that takes nothing, then dies. */
	run->peer.deaf = true;
	run_export(run, false, "?sndbuf=8192");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 200000, peer_wall_us);
	assert_true(peer_counters(run->exporter).queued_octets > 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	peer_reset(&run->peer);
	run->peer.deaf = false;
	peer_idle();
	counters = peer_counters(run->exporter);
	peer_clock_advance(75);
	run_sessions(run, 2);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	/* Only what the dead collector's kernel had taken is missing, from the start. */
	run_records(run, 200000 - (guint)counters.sent_records);
	assert_true(collector_has(&run->peer.collector, g_array_index(ids, uint64_t, 0), ids->len));
	assert_int_equal(g_array_index(ids, uint64_t, ids->len - 1), 200000);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
}

static void live_queue_that_is_full_drops_the_oldest_and_says_so(void **state)
{
	struct run *run = *state;
	uint64_t lost;

	run->peer.deaf = true;
	run_export(run, false, "?sndbuf=8192&queue-octets=65536");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 300000, peer_wall_us);
	lost = peer_counters(run->exporter).not_sent_records;
	assert_in_range(lost, 1, 299999);
	assert_int_equal(peer_counters(run->exporter).not_sent_octets, 100 * lost);
	run->peer.deaf = false;
	peer_read(&run->peer);
	run_records(run, 300000 - (guint)lost - 8192 / 16);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 300000 - (guint)lost);
	assert_int_equal(run->peer.collector.sequence_missing, lost);
	assert_int_equal(run->peer.collector.malformed, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.ends, 1);
}

static void file_waits_for_a_slow_collector_and_loses_nothing(void **state)
{
	struct run *run = *state;

	run_export(run, true, "?sndbuf=8192");
	peer_records(run->exporter, 1, 300000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 300000);
	assert_true(collector_has(&run->peer.collector, 1, 300000));
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
}

static void file_goes_on_when_a_collector_returns(void **state)
{
	struct run *run = *state;

	run_export(run, true, "?retry=1");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 1024, peer_wall_us);
	run_records(run, 511);
	peer_hang_up(&run->peer);
	peer_idle();
	peer_clock_advance(2);
	peer_records(run->exporter, 1025, 100000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	run_records(run, 101024);
	assert_true(collector_has(&run->peer.collector, 1, 101024));
	assert_int_equal(run->peer.sessions, 2);
	assert_int_equal(run->peer.collector.undecodable, 0);
}

static void file_gives_up_when_the_collector_does_not_return(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	run_export(run, true, "?retry=1");
	run_sessions(run, 1);
	peer_leave(&run->peer);
	peer_idle();
	peer_clock_advance(2);
	peer_records(run->exporter, 1, 100000, peer_wall_us);
	assert_false(exporter_close(run->exporter, 10000, &error));
	assert_non_null(strstr(error->message, "100000 records not delivered"));
	assert_non_null(strstr(error->message, "Connection refused"));
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 100000);
	assert_int_equal(peer_counters(run->exporter).not_sent_packets, 200000);
}

static void close_gives_up_in_time_and_counts_the_rest(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autoptr(GError) error = NULL;

	run->peer.deaf = true;
	run_export(run, false, "?sndbuf=8192&queue-octets=10000000");
	run_sessions(run, 1);
	peer_records(run->exporter, 1, 300000, peer_wall_us);
	assert_false(exporter_close(run->exporter, 50, &error));
	counters = peer_counters(run->exporter);
	assert_true(counters.not_sent_records > 0);
	assert_int_equal(counters.queued_octets, 0);
	assert_int_equal(counters.sent_records + counters.not_sent_records, 300001);
	assert_non_null(strstr(error->message, "records not delivered: out of time"));
}

static void records_after_the_close_are_counted_as_not_sent(void **state)
{
	struct run *run = *state;

	run_export(run, false, "");
	run_sessions(run, 1);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	peer_records(run->exporter, 1, 1024, peer_wall_us);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 1020);
	assert_int_equal(peer_counters(run->exporter).sent_records, 1);
}

#define with_peer(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_peer(all_records_arrive_and_the_connection_ends_in_order),
		with_peer(what_the_collector_says_is_read_and_dropped),
		with_peer(collector_that_comes_late_gets_everything),
		with_peer(retry_waits_its_time_and_longer_after_each_failure),
		with_peer(file_without_a_collector_fails_at_once),
		with_peer(every_address_of_a_name_is_tried),
		with_peer(connection_goes_through_the_interface_that_is_asked_for),
		cmocka_unit_test(file_to_a_name_that_is_none_fails_at_once),
		with_peer(silent_host_is_given_up),
		with_peer(new_session_begins_with_templates_and_sequence_0),
		with_peer(what_was_not_acknowledged_is_sent_again),
		with_peer(live_queue_that_is_full_drops_the_oldest_and_says_so),
		with_peer(file_waits_for_a_slow_collector_and_loses_nothing),
		with_peer(file_goes_on_when_a_collector_returns),
		with_peer(file_gives_up_when_the_collector_does_not_return),
		with_peer(close_gives_up_in_time_and_counts_the_rest),
		with_peer(records_after_the_close_are_counted_as_not_sent),
	};

	return cmocka_run_group_tests_name("export over TCP", tests, NULL, NULL);
}
