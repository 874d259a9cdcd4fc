#include "tests/unit/unit.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "tests/unit/export_peer.h"

#define TURN_US  1000
#define TURNS    20000 /* then whatever is awaited does not come */
#define INSTANCE 99

struct run {
	struct peer peer;
	struct exporter *exporter;
	char *directory;
	uint64_t batch; /* number of the last one given */
};

static int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);

	log_level_set(LOG_LEVEL_ERROR);
	peer_clock_reset();
	g_random_set_seed(1);
	peer_open_tcp(&run->peer);
	run->directory = g_dir_make_tmp("weir-spool-XXXXXX", NULL);
	*state = run;
	return 0;
}

static int run_stop(void **state)
{
	struct run *run = *state;
	g_autoptr(GDir) dir = NULL;
	const char *name;

	exporter_free(run->exporter);
	peer_close(&run->peer);
	dir = g_dir_open(run->directory, 0, NULL);
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(run->directory, name, NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(run->directory);
	g_free(run->directory);
	g_free(run);
	return 0;
}

static bool run_add(struct run *run, bool lossless, const char *options, GError **error)
{
	struct export_config config = {
		.observation_domain = 1, .lossless = lossless, .clock = &peer_clock};
	g_autofree char *uri = g_strdup_printf("tcp:127.0.0.1:%u?spool=%s&flush=0&retry=1%s",
		run->peer.port, run->directory, options);

	run->exporter = exporter_new(&config, NULL);
	return exporter_add(run->exporter, uri, error);
}

static void run_export(struct run *run, const char *options)
{
	g_autoptr(GError) error = NULL;

	if (!run_add(run, false, options, &error)) {
		fail_msg("%s", error->message);
	}
}

/* Give records as batches of a metering process, which are numbered. */
static void give(struct run *run, uint64_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += RECORD_BATCH_MAX) {
		exporter_mark(run->exporter, (struct export_mark){INSTANCE, ++run->batch});
		peer_records(
			run->exporter, first + i, MIN(RECORD_BATCH_MAX, count - i), peer_wall_us);
	}
}

typedef bool (*condition)(struct run *run, uint64_t value);

static gboolean again(gpointer data)
{
	return G_SOURCE_CONTINUE;
}

/* Let time pass and everybody work until @met. */
static void until(struct run *run, condition met, uint64_t value)
{
	guint turns =
		g_timeout_add(1, again, NULL); /* the clock of the exporter is not the loop's */

	for (unsigned i = 0; i < TURNS && !met(run, value); i++) {
		peer_monotonic_us += TURN_US;
		(void)g_main_context_iteration(NULL, TRUE);
	}
	g_source_remove(turns);
	if (!met(run, value)) {
		fail_msg("%u records, %u sessions, %" PRIu64 " spooled",
			run->peer.collector.ids->len, run->peer.sessions,
			peer_counters(run->exporter).spooled_messages);
	}
}

static bool has_records(struct run *run, uint64_t count)
{
	return run->peer.collector.ids->len >= count;
}

static bool has_sessions(struct run *run, uint64_t count)
{
	return run->peer.sessions == count && peer_counters(run->exporter).connects == count;
}

static bool has_lost_session(struct run *run, uint64_t queued)
{
	return peer_counters(run->exporter).spooled_messages >= queued;
}

/* All that was given is. */
static bool is_safe(struct run *run, uint64_t unused)
{
	return exporter_safe(run->exporter, INSTANCE) == run->batch;
}

static bool is_empty(struct run *run, uint64_t messages)
{
	return peer_counters(run->exporter).spooled_messages == messages;
}

/* The process is killed: nothing is written or sent any more. */
static void kill_it(struct run *run)
{
	exporter_free(run->exporter);
	run->exporter = NULL;
	while (g_main_context_iteration(NULL, FALSE)) {
	}
	run->peer.sessions = 0;
}

/* All records from 1 to @count came, in whatever order; how many came more than once. */
static unsigned twice(struct run *run, uint64_t count)
{
	GArray *ids = run->peer.collector.ids;
	g_autofree uint8_t *seen = g_malloc0(count + 1);
	unsigned more = 0;

	for (guint i = 0; i < ids->len; i++) {
		uint64_t id = g_array_index(ids, uint64_t, i);

		assert_in_range(id, 1, count);
		more += seen[id] > 0;
		seen[id] = 1;
	}
	for (uint64_t id = 1; id <= count; id++) {
		assert_int_equal(seen[id], 1);
	}
	return more;
}

static void assert_well_formed(const struct run *run)
{
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.malformed, 0);
}

static void what_came_before_the_collector_is_delivered(void **state)
{
	struct run *run = *state;

	peer_leave(&run->peer);
	run_export(run, "");
	give(run, 1, 5000);
	until(run, is_safe, 0);
	assert_true(peer_counters(run->exporter).spooled_messages > 0);
	assert_int_equal(peer_counters(run->exporter).queued_octets, 0);
	assert_int_equal(peer_counters(run->exporter).spooled_since_us, peer_wall_us);
	peer_listen(&run->peer);
	peer_clock_advance(2);
	until(run, has_records, 5000);
	until(run, is_empty, 0);
	assert_true(collector_has(&run->peer.collector, 1, 5000));
	assert_well_formed(run);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
}

static void a_killed_process_loses_nothing_that_was_safe(void **state)
{
	struct run *run = *state;

	peer_leave(&run->peer);
	run_export(run, "");
	give(run, 1, 3000);
	until(run, is_safe, 0);
	kill_it(run);
	run_export(run, "");
	assert_int_equal(exporter_instance(run->exporter), INSTANCE);
	assert_int_equal(exporter_safe(run->exporter, INSTANCE), run->batch);
	assert_int_equal(exporter_safe(run->exporter, INSTANCE + 1), 0);
	run->batch = 0;
	give(run, 1, 3000); /* the metering process sends it again: it is known */
	give(run, 3001, 1000);
	peer_listen(&run->peer);
	peer_clock_advance(2);
	until(run, has_records, 4000);
	until(run, is_safe, 0);
	assert_int_equal(twice(run, 4000), 0);
	assert_well_formed(run);
}

static void a_process_killed_in_delivery_sends_no_more_than_a_message_twice(void **state)
{
	struct run *run = *state;

	peer_leave(&run->peer);
	run_export(run, "&message-octets=512");
	give(run, 1, 3000);
	until(run, is_safe, 0);
	peer_listen(&run->peer);
	peer_clock_advance(2);
	until(run, has_records, 1000);
	kill_it(run);
	collector_session(&run->peer.collector);
	run_export(run, "&message-octets=512");
	until(run, is_empty, 0);
	until(run, has_records, 3000);
	assert_in_range(twice(run, 3000), 0, 30);
	assert_well_formed(run);
}

static void what_is_not_acknowledged_is_not_safe(void **state)
{
	struct run *run = *state;

	run->peer.deaf = true;
	run_export(run, "&sndbuf=8192&message-octets=65535");
	until(run, has_sessions, 1);
	for (unsigned i = 0; i < 100; i++) {
		give(run, 1 + i * 4000, 4000);
	}
	assert_true(peer_counters(run->exporter).spooled_messages > 0);
	assert_true(exporter_safe(run->exporter, INSTANCE) < run->batch);
	kill_it(run);
	/* Whatever the deaf one's system had is gone with it; the rest is on the disk or unsafe. */
}

static void a_slow_collector_makes_the_disk_fill_and_gets_everything(void **state)
{
	struct run *run = *state;

	run->peer.deaf = true;
	run_export(run, "&sndbuf=8192&queue-octets=65536");
	until(run, has_sessions, 1);
	give(run, 1, 300000);
	assert_true(peer_counters(run->exporter).spooled_messages > 0);
	assert_in_range(peer_counters(run->exporter).queued_octets, 0, 65536);
	run->peer.deaf = false;
	peer_read(&run->peer);
	until(run, has_records, 300000);
	until(run, is_safe, 0);
	assert_int_equal(twice(run, 300000), 0);
	assert_well_formed(run);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
}

static void after_a_reset_the_last_messages_come_again(void **state)
{
	struct run *run = *state;
	unsigned more;

	run_export(run, "");
	until(run, has_sessions, 1);
	give(run, 1, 2000);
	until(run, has_records, 2000);
	until(run, is_safe, 0);
	peer_reset(&run->peer);
	until(run, has_lost_session, 1);
	peer_clock_advance(2);
	until(run, has_sessions, 2);
	until(run, is_empty, 0);
	more = twice(run, 2000);
	assert_in_range(more, 1, 2000);
	assert_int_equal(peer_counters(run->exporter).sent_flow_records, 2000);
	/* One that ends in order has read what it took. */
	peer_hang_up(&run->peer);
	give(run, 2001, 1000);
	peer_clock_advance(4);
	until(run, has_sessions, 3);
	until(run, has_records, 3000 + more);
	assert_int_equal(twice(run, 3000), more);
}

static void what_has_no_room_is_counted(void **state)
{
	struct run *run = *state;
	struct export_counters counters;

	peer_leave(&run->peer);
	run_export(run, "&spool-octets=262144");
	give(run, 1, 50000);
	counters = peer_counters(run->exporter);
	assert_true(counters.not_sent_records > 20000);
	assert_int_equal(counters.not_sent_octets, 100 * counters.not_sent_records);
	peer_listen(&run->peer);
	peer_clock_advance(2);
	until(run, is_empty, 0);
	until(run, has_records, 50000 - counters.not_sent_records);
	assert_true(collector_has(&run->peer.collector, counters.not_sent_records + 1,
		50000 - counters.not_sent_records));
	assert_well_formed(run);
}

static void the_backlog_keeps_its_rate_and_leaves_the_line_to_the_living(void **state)
{
	struct run *run = *state;
	GArray *ids = run->peer.collector.ids;
	int64_t begun_us;

	peer_leave(&run->peer);
	run_export(run, "&replay-rate=100000&message-octets=1000");
	give(run, 1, 20000);
	peer_listen(&run->peer);
	peer_clock_advance(2);
	until(run, has_sessions, 1);
	begun_us = peer_monotonic_us;
	give(run, 20001, 100);
	until(run, has_records, 2000);
	/* 320 kB of backlog take 3 s, what is live came at once. */
	assert_true(g_array_index(ids, uint64_t, 1000) <= 20000);
	until(run, has_records, 20100);
	assert_in_range(peer_monotonic_us - begun_us, 2500000, 4500000);
	assert_true(g_array_index(ids, uint64_t, ids->len - 1) <= 20000);
	assert_int_equal(twice(run, 20100), 0);
}

static void a_file_run_leaves_for_the_next_what_nobody_took(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	peer_leave(&run->peer);
	assert_true(run_add(run, true, "", &error));
	peer_records(run->exporter, 1, 3000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 1000, &error));
	assert_null(error);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	kill_it(run);
	peer_listen(&run->peer);
	assert_true(run_add(run, true, "", &error));
	peer_records(run->exporter, 3001, 1000, peer_wall_us);
	until(run, has_records, 4000);
	assert_true(exporter_close(run->exporter, 1000, &error));
	assert_int_equal(twice(run, 4000), 0);
}

static void two_destinations_do_not_share_a_spool(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *uri = g_strdup_printf("tcp:127.0.0.1:9?spool=%s", run->directory);

	run_export(run, "");
	assert_false(exporter_add(run->exporter, uri, &error));
	assert_non_null(strstr(error->message, uri));
	assert_non_null(strstr(error->message, "another destination or process uses it"));
}

static void a_directory_that_is_none_is_an_error(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *uri = g_strdup_printf("tcp:127.0.0.1:9?spool=%s/no/such", run->directory);

	run_export(run, "");
	assert_false(exporter_add(run->exporter, uri, &error));
	assert_non_null(strstr(error->message, "no/such"));
	assert_non_null(strstr(error->message, "No such file or directory"));
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(what_came_before_the_collector_is_delivered),
		SPOOL_TEST(a_killed_process_loses_nothing_that_was_safe),
		SPOOL_TEST(a_process_killed_in_delivery_sends_no_more_than_a_message_twice),
		SPOOL_TEST(what_is_not_acknowledged_is_not_safe),
		SPOOL_TEST(a_slow_collector_makes_the_disk_fill_and_gets_everything),
		SPOOL_TEST(after_a_reset_the_last_messages_come_again),
		SPOOL_TEST(what_has_no_room_is_counted),
		SPOOL_TEST(the_backlog_keeps_its_rate_and_leaves_the_line_to_the_living),
		SPOOL_TEST(a_file_run_leaves_for_the_next_what_nobody_took),
		SPOOL_TEST(two_destinations_do_not_share_a_spool),
		SPOOL_TEST(a_directory_that_is_none_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
