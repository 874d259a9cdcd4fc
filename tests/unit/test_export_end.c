#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/export_peer.h"

/* How sessions and runs end when somebody is slow, breaks off, or asks for the end. */

struct run {
	struct peer peer;
	struct exporter *exporter;
	unsigned turns;
	guint idle; /* the source of what happens meanwhile; 0: none */
};

static int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);

	peer_clock_reset();
	*state = run;
	return 0;
}

static int run_stop(void **state)
{
	struct run *run = *state;

	g_clear_handle_id(&run->idle, g_source_remove);
	exporter_free(run->exporter);
	peer_close(&run->peer);
	g_free(run);
	return 0;
}

static void run_export(struct run *run, bool lossless, const char *scheme, const char *options)
{
	struct export_config config = {
		.observation_domain = 1, .lossless = lossless, .clock = &peer_clock};
	g_autofree char *uri =
		g_strdup_printf("%s:127.0.0.1:%u%s", scheme, run->peer.port, options);
	g_autoptr(GError) error = NULL;

	run->exporter = exporter_new(&config, NULL);
	if (!exporter_add(run->exporter, uri, &error)) {
		fail_msg("%s", error->message);
	}
}

static bool has_session(void *data)
{
	struct run *run = data;

	return run->peer.sessions == 1 && peer_counters(run->exporter).connects == 1;
}

/* A collector that accepts and reads nothing, with so small a buffer. */
static void run_deaf(struct run *run, bool lossless, int receive_octets, const char *options)
{
	peer_open_tcp(&run->peer);
	run->peer.deaf = true;
	assert_int_equal(setsockopt(run->peer.listener, SOL_SOCKET, SO_RCVBUF, &receive_octets,
				 sizeof(receive_octets)),
		0);
	run_export(run, lossless, "tcp", options);
	peer_until(has_session, run);
}

/* All has left and our side is shut, since that goes without waiting. */
static gboolean reset_when_shut(gpointer data)
{
	struct run *run = data;

	if (peer_counters(run->exporter).queued_octets > 0 || run->turns++ == 0) {
		return G_SOURCE_CONTINUE;
	}
	peer_reset(&run->peer);
	run->idle = 0;
	return G_SOURCE_REMOVE;
}

static void reset_after_the_last_acknowledgement_is_a_failure(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autoptr(GError) error = NULL;

	run_deaf(run, false, 65536, "");
	peer_records(run->exporter, 1, 100, peer_wall_us);
	run->idle = g_idle_add(reset_when_shut, run);
	assert_false(exporter_close(run->exporter, 20000, &error));
	assert_non_null(strstr(error->message, "the connection was lost: Connection reset"));
	counters = peer_counters(run->exporter);
	assert_int_equal(counters.sent_records, 101);
	assert_int_equal(counters.not_sent_records, 0);
}

static void reset_while_data_is_on_its_way_counts_that_as_not_sent(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autoptr(GError) error = NULL;

	run_deaf(run, false, 4096, "?sndbuf=4000000");
	peer_records(run->exporter, 1, 50000, peer_wall_us);
	run->idle = g_idle_add(reset_when_shut, run);
	assert_false(exporter_close(run->exporter, 20000, &error));
	counters = peer_counters(run->exporter);
	assert_in_range(counters.not_sent_records, 30000, 50000);
	assert_int_equal(counters.sent_records + counters.not_sent_records, 50001);
	assert_int_equal(counters.not_sent_octets, 100 * counters.not_sent_records);
	assert_non_null(strstr(error->message, "Connection reset"));
}

static gboolean hurry(gpointer data)
{
	struct run *run = data;

	/* The first turns may be those of a batch that need not wait. */
	if (++run->turns < 3 || peer_counters(run->exporter).queued_octets == 0) {
		return G_SOURCE_CONTINUE;
	}
	run->idle = 0;
	exporter_hurry(run->exporter);
	return G_SOURCE_REMOVE;
}

static void who_asks_for_the_end_is_heard_while_a_collector_is_slow(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autoptr(GError) error = NULL;

	run_deaf(run, true, 4096, "?sndbuf=8192&queue-octets=100000");
	run->idle = g_idle_add(hurry, run);
	peer_records(run->exporter, 1, 50000, peer_wall_us);
	assert_int_equal(run->idle, 0);
	assert_in_range(peer_counters(run->exporter).queued_octets, 90000, 100000);
	assert_false(exporter_close(run->exporter, 1, &error));
	counters = peer_counters(run->exporter);
	assert_int_equal(counters.queued_octets, 0);
	assert_int_equal(counters.sent_records + counters.not_sent_records, 50001);
	assert_true(counters.not_sent_records > 40000);
	assert_non_null(strstr(error->message, "records not delivered: out of time"));
}

static void patience_is_over_when_nothing_goes_on(void **state)
{
	struct run *run = *state;
	struct export_counters counters;

	run_deaf(run, true, 4096, "?sndbuf=8192");
	peer_records(run->exporter, 1, 10000, peer_wall_us);
	assert_false(exporter_close(run->exporter, 10, NULL));
	counters = peer_counters(run->exporter);
	assert_true(counters.not_sent_records > 0);
	assert_int_equal(counters.sent_records + counters.not_sent_records, 10001);
}

static gboolean second_passes(gpointer data)
{
	peer_clock_advance(1);
	return G_SOURCE_CONTINUE;
}

static bool has_all_sent(void *data)
{
	struct run *run = data;

	return run->peer.collector.messages == peer_counters(run->exporter).sent_messages;
}

static void rate_may_take_as_long_as_it_needs_at_the_end(void **state)
{
	struct run *run = *state;

	peer_open_udp(&run->peer);
	run_export(run, true, "udp", "?rate=1000");
	peer_records(run->exporter, 1, 10000, peer_wall_us); /* 160 s */
	assert_true(peer_counters(run->exporter).queued_octets > 140000);
	run->idle = g_timeout_add(1, second_passes, NULL);
	assert_true(exporter_close(run->exporter, 1, NULL));
	peer_until(has_all_sent, run);
	assert_true(collector_has(&run->peer.collector, 1, 10000));
}

static gboolean hurry_late(gpointer data)
{
	struct run *run = data;

	if (++run->turns < 20) {
		return G_SOURCE_CONTINUE;
	}
	run->idle = 0;
	exporter_hurry(run->exporter);
	return G_SOURCE_REMOVE;
}

static void who_asks_for_the_end_is_heard_while_a_rate_is_kept(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	peer_open_udp(&run->peer);
	run_export(run, true, "udp", "?rate=1000");
	peer_records(run->exporter, 1, 10000, peer_wall_us);
	run->idle = g_timeout_add(1, hurry_late, run);
	assert_false(exporter_close(run->exporter, 1, &error));
	assert_int_equal(run->idle, 0);
	assert_int_equal(peer_counters(run->exporter).sent_records +
				 peer_counters(run->exporter).not_sent_records,
		10001);
	assert_non_null(strstr(error->message, "records not delivered: out of time"));
}

static gboolean hurry_at_once(gpointer data)
{
	struct run *run = data;

	run->idle = 0;
	exporter_hurry(run->exporter);
	return G_SOURCE_REMOVE;
}

static void who_asks_for_the_end_is_heard_while_a_collector_does_not_answer(void **state)
{
	struct run *run = *state;
	struct export_config config = {.lossless = true, .clock = &peer_clock};
	g_autofree char *uri = NULL;
	g_autoptr(GError) error = NULL;

	/* A listener whose queue is full leaves connections without an answer. */
	peer_open_tcp(&run->peer);
	g_source_remove(run->peer.accepter);
	run->peer.accepter = 0;
	assert_int_equal(listen(run->peer.listener, 0), 0);
	int first = peer_connect(run->peer.port);
	int second = peer_connect(run->peer.port);

	uri = g_strdup_printf("tcp:127.0.0.1:%u", run->peer.port);
	run->exporter = exporter_new(&config, NULL);
	run->idle = g_idle_add(hurry_at_once, run);
	assert_false(exporter_add(run->exporter, uri, &error));
	assert_non_null(strstr(error->message, "interrupted before it answered"));
	(void)close(first);
	(void)close(second);
	(void)close(run->peer.listener);
}

#define with_run(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(reset_after_the_last_acknowledgement_is_a_failure),
		with_run(reset_while_data_is_on_its_way_counts_that_as_not_sent),
		with_run(who_asks_for_the_end_is_heard_while_a_collector_is_slow),
		with_run(patience_is_over_when_nothing_goes_on),
		with_run(rate_may_take_as_long_as_it_needs_at_the_end),
		with_run(who_asks_for_the_end_is_heard_while_a_rate_is_kept),
		with_run(who_asks_for_the_end_is_heard_while_a_collector_does_not_answer),
	};

	return cmocka_run_group_tests_name("ends of export", tests, NULL, NULL);
}
