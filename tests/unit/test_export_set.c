#include "tests/unit/unit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "tests/unit/export_peer.h"

/* Destinations that come and go while others go on. */

struct run {
	struct exporter *exporter;
	struct peer slow; /* over TCP, reads nothing until told */
	struct peer quick;
	char *slow_uri;
	char *quick_uri;
	guint records; /* awaited */
};

static int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};

	peer_clock_reset();
	peer_open_tcp(&run->slow);
	peer_open_tcp(&run->quick);
	run->slow.deaf = true;
	run->slow_uri = g_strdup_printf("tcp:127.0.0.1:%u?sndbuf=8192", run->slow.port);
	run->quick_uri = g_strdup_printf("tcp:127.0.0.1:%u?flush=0", run->quick.port);
	run->exporter = exporter_new(&config, NULL);
	*state = run;
	return 0;
}

static int run_stop(void **state)
{
	struct run *run = *state;

	exporter_free(run->exporter);
	peer_close(&run->slow);
	peer_close(&run->quick);
	g_free(run->slow_uri);
	g_free(run->quick_uri);
	g_free(run);
	return 0;
}

static bool set(
	struct run *run, const char *profile, const char *first, const char *second, GError **error)
{
	char *uris[] = {(char *)first, (char *)second, NULL};
	const struct export_set wish = {.destinations = uris,
		.profile = profile,
		.observation_domain = 1,
		.drain_ms = 5000};

	return exporter_set(run->exporter, &wish, error);
}

static bool all_connected(void *data)
{
	struct run *run = data;
	struct export_counters counters;

	for (unsigned i = 0; i < exporter_destinations(run->exporter); i++) {
		exporter_counters(run->exporter, i, &counters);
		if (counters.connects == 0) {
			return false;
		}
	}
	return run->quick.sessions > 0;
}

static bool quick_has_records(void *data)
{
	struct run *run = data;

	return run->quick.collector.ids->len >= run->records;
}

static bool slow_has_records(void *data)
{
	struct run *run = data;

	return run->slow.collector.ids->len >= run->records;
}

static bool slow_has_ended(void *data)
{
	return ((struct run *)data)->slow.ends == 1;
}

/* Both, and more for the slow one than it takes. */
static void begin(struct run *run)
{
	assert_true(set(run, NULL, run->slow_uri, run->quick_uri, NULL));
	peer_until(all_connected, run);
	peer_records(run->exporter, 1, 200000, peer_wall_us);
	run->records = 200000;
	peer_until(quick_has_records, run);
}

static void destination_that_leaves_sends_what_it_has_meanwhile(void **state)
{
	struct run *run = *state;

	begin(run);
	assert_true(exporter_remove(run->exporter, run->slow_uri, 5000));
	assert_int_equal(exporter_destinations(run->exporter), 1);
	peer_records(run->exporter, 200001, 1000, peer_wall_us);
	run->records = 201000;
	peer_until(quick_has_records, run);
	peer_clock_advance(4);
	peer_idle();
	run->slow.deaf = false;
	peer_read(&run->slow);
	run->records = 200000;
	peer_until(slow_has_records, run);
	peer_until(slow_has_ended, run);
	assert_true(collector_has(&run->slow.collector, 1, 200000));
	assert_int_equal(run->slow.collector.sequence_missing, 0);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	assert_true(collector_has(&run->quick.collector, 1, 201000));
}

static void destination_that_leaves_has_no_more_time_than_its_drain(void **state)
{
	struct run *run = *state;

	begin(run);
	assert_true(exporter_remove(run->exporter, run->slow_uri, 5000));
	assert_false(exporter_remove(run->exporter, run->slow_uri, 5000));
	peer_clock_advance(5);
	peer_idle();
	run->slow.deaf = false;
	peer_read(&run->slow);
	peer_idle();
	peer_until(slow_has_ended, run);
	assert_in_range(run->slow.collector.ids->len, 1, 199999);
	assert_true(exporter_close(run->exporter, 10000, NULL));
}

static gboolean slow_reads(gpointer data)
{
	struct run *run = data;

	run->slow.deaf = false;
	peer_read(&run->slow);
	return G_SOURCE_REMOVE;
}

static void end_waits_for_who_leaves(void **state)
{
	struct run *run = *state;

	begin(run);
	assert_true(exporter_remove(run->exporter, run->slow_uri, 5000));
	(void)g_idle_add(slow_reads, run);
	assert_true(exporter_close(run->exporter, 20000, NULL));
	run->records = 200000;
	peer_until(slow_has_records, run);
}

static void what_stays_keeps_its_session(void **state)
{
	struct run *run = *state;
	struct export_counters counters;
	g_autofree char *path = g_strdup_printf("/tmp/weir-set-%u.ipfix", g_random_int());
	g_autofree char *file = g_strdup_printf("file:%s", path);

	begin(run);
	assert_true(set(run, NULL, run->quick_uri, file, NULL));
	assert_int_equal(exporter_destinations(run->exporter), 2);
	assert_string_equal(exporter_destination_name(run->exporter, 0), run->quick_uri);
	peer_records(run->exporter, 200001, 1000, peer_wall_us);
	run->records = 201000;
	peer_until(quick_has_records, run);
	assert_int_equal(run->quick.sessions, 1);
	(void)exporter_close(run->exporter, 10, NULL); /* for the file; the slow one is given up */
	exporter_counters(run->exporter, 1, &counters);
	assert_int_equal(counters.records, 1000);
	assert_int_equal(counters.sent_flow_records, 1000);
	(void)g_unlink(path);
}

static void profile_that_changes_renews_what_has_none_of_its_own(void **state)
{
	struct run *run = *state;
	g_autofree char *own = g_strdup_printf("udp:127.0.0.1:%u?profile=basic", run->slow.port);

	run->records = 1;
	assert_true(set(run, NULL, run->quick_uri, own, NULL));
	peer_until(all_connected, run);
	assert_true(set(run, "biflow", run->quick_uri, own, NULL));
	peer_idle();
	assert_int_equal(run->quick.sessions, 1);
	assert_true(set(run, "full", run->quick_uri, own, NULL));
	run->quick.sessions = 0;
	peer_until(all_connected, run);
	assert_int_equal(peer_counters(run->exporter).connects, 1);
	assert_true(exporter_wants_names(run->exporter));
}

static void set_with_a_fault_changes_nothing(void **state)
{
	struct run *run = *state;
	GError *error = NULL;

	assert_true(set(run, NULL, run->quick_uri, NULL, NULL));
	peer_until(all_connected, run);
	assert_false(set(run, "full", run->slow_uri, "file:/nonexistent/x", &error));
	assert_non_null(strstr(error->message, "/nonexistent/x"));
	g_clear_error(&error);
	assert_false(set(run, NULL, run->slow_uri, run->slow_uri, &error));
	assert_non_null(strstr(error->message, "is given twice"));
	g_clear_error(&error);
	assert_false(set(run, "huge", run->quick_uri, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	g_clear_error(&error);
	assert_int_equal(exporter_destinations(run->exporter), 1);
	assert_string_equal(exporter_destination_name(run->exporter, 0), run->quick_uri);
	assert_false(exporter_wants_names(run->exporter));
	peer_records(run->exporter, 1, 100, peer_wall_us);
	run->records = 100;
	peer_until(quick_has_records, run);
	assert_int_equal(run->quick.sessions, 1);
}

#define with_run(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(destination_that_leaves_sends_what_it_has_meanwhile),
		with_run(destination_that_leaves_has_no_more_time_than_its_drain),
		with_run(end_waits_for_who_leaves),
		with_run(what_stays_keeps_its_session),
		with_run(profile_that_changes_renews_what_has_none_of_its_own),
		with_run(set_with_a_fault_changes_nothing),
	};

	return cmocka_run_group_tests_name("sets of destinations", tests, NULL, NULL);
}
