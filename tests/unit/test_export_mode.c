#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/mode_fixture.h"

/* Which collector gets what, and what of it when one goes away. */

static void balanced_flow_has_one_collector(void **state)
{
	struct run *run = *state;
	GArray *former;

	for (unsigned i = 0; i < PEERS; i++) {
		run_peer(run, "tcp", "?flush=0");
	}
	run_begin(run, EXPORT_LOAD_BALANCING);
	run_records(run, 1, 9000, false);
	run_until_records(run, 9000);
	run_each_once(run, 1, 9000);
	for (unsigned i = 0; i < PEERS; i++) {
		assert_in_range(run->peers[i].collector.ids->len, 2500, 3500);
		assert_int_equal(run_counters(run, i).stood_in_records, 0);
	}
	former = g_array_copy(run->peers[1].collector.ids);
	run_forget(run);
	run_records(run, 1, 9000, true);
	run_until_records(run, 9000);
	assert_int_equal(run->peers[1].collector.ids->len, former->len);
	assert_memory_equal(
		run->peers[1].collector.ids->data, former->data, former->len * sizeof(uint64_t));
	g_array_unref(former);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void share_of_a_collector_that_goes_is_taken_by_others_and_given_back(void **state)
{
	struct run *run = *state;
	guint share;

	for (unsigned i = 0; i < PEERS; i++) {
		run_peer(run, "tcp", "?flush=0&retry=60");
	}
	run_begin(run, EXPORT_LOAD_BALANCING);
	run_records(run, 1, 9000, false);
	run_until_records(run, 9000);
	share = run->peers[0].collector.ids->len;
	run_forget(run);

	peer_leave(&run->peers[0]);
	peer_idle();
	run_records(run, 1, 9000, false);
	run_until_records(run, 9000);
	run_each_once(run, 1, 9000);
	assert_int_equal(
		run_counters(run, 1).stood_in_records + run_counters(run, 2).stood_in_records,
		share);
	run_forget(run);

	peer_listen(&run->peers[0]);
	peer_clock_advance(76);
	run_until_connects(run, 0, 2);
	run_records(run, 1, 9000, false);
	run_until_records(run, 9000);
	assert_int_equal(run->peers[0].collector.ids->len, 0);
	run_forget(run);

	peer_clock_advance(5);
	run_records(run, 1, 9000, false);
	run_until_records(run, 9000);
	run_each_once(run, 1, 9000);
	assert_int_equal(run->peers[0].collector.ids->len, share);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void first_that_is_there_gets_everything(void **state)
{
	struct run *run = *state;

	run_peer(run, "tcp", "?flush=0&retry=60");
	run_peer(run, "tcp", "?flush=0&retry=60");
	run_begin(run, EXPORT_FALLBACK);
	run_records(run, 1, 1000, false);
	run_until_records(run, 1000);
	assert_true(collector_has(&run->peers[0].collector, 1, 1000));

	peer_leave(&run->peers[0]);
	peer_idle();
	run_records(run, 1001, 1000, false);
	run_until_records(run, 2000);
	assert_true(collector_has(&run->peers[1].collector, 1001, 1000));
	assert_int_equal(run_counters(run, 1).stood_in_records, 1000);

	/* Back, but for a moment nobody trusts that. */
	peer_listen(&run->peers[0]);
	peer_clock_advance(76);
	run_until_connects(run, 0, 2);
	peer_clock_advance(4);
	run_records(run, 2001, 1000, false);
	run_until_records(run, 3000);
	assert_true(collector_has(&run->peers[1].collector, 1001, 2000));
	peer_clock_advance(1);
	run_records(run, 3001, 1000, false);
	run_until_records(run, 4000);
	run_each_once(run, 1, 4000);
	assert_int_equal(run->peers[1].collector.ids->len, 2000);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void collector_that_was_never_there_loses_nothing(void **state)
{
	struct run *run = *state;

	peer_leave(run_peer(run, "tcp", "?flush=0"));
	run_peer(run, "tcp", "?flush=0");
	assert_true(run_set(run, EXPORT_FALLBACK, false, NULL));
	run_records(run, 1, 1000, false); /* for the first: it has not failed yet */
	run_until_records(run, 1000);
	run_records(run, 1001, 1000, false);
	run_until_records(run, 2000);
	assert_true(collector_has(&run->peers[1].collector, 1, 2000));
	assert_int_equal(run_counters(run, 1).records, 2000);
	assert_int_equal(run_counters(run, 0).not_sent_records, 0);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void what_waits_for_a_collector_that_goes_moves(void **state)
{
	struct run *run = *state;
	struct peer *deaf = run_peer(run, "tcp", "?sndbuf=8192");
	struct export_counters c;
	GArray *ids;

	deaf->deaf = true;
	run_peer(run, "tcp", "?flush=0");
	run_begin(run, EXPORT_FALLBACK);
	run_records(run, 1, 200000, false);
	assert_true(run_counters(run, 0).queued_octets > 1000000);
	peer_reset(deaf);
	peer_leave(deaf);
	run_until_records(run, 1);
	c = run_counters(run, 0);
	run_until_records(run, (guint)c.moved_records);
	ids = run->peers[1].collector.ids;
	/* What the dead collector's system had acknowledged is lost, from the start. */
	assert_int_equal(c.sent_flow_records + c.moved_records, 200000);
	assert_true(
		collector_has(&run->peers[1].collector, 200001 - c.moved_records, c.moved_records));
	assert_int_equal(ids->len, c.moved_records);
	assert_int_equal(run_counters(run, 1).stood_in_records, c.moved_records);
	assert_int_equal(c.not_sent_records, 0);
	assert_int_equal(run->peers[1].collector.sequence_missing, 0);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void what_another_profile_carries_stays(void **state)
{
	struct run *run = *state;

	run_peer(run, "tcp", "?flush=0&retry=60&profile=basic");
	run_peer(run, "tcp", "?flush=0");
	run_begin(run, EXPORT_FALLBACK);
	peer_leave(&run->peers[0]);
	peer_leave(&run->peers[1]);
	peer_idle();
	run_records(run, 1, 1000, false);
	peer_listen(&run->peers[1]);
	peer_clock_advance(76);
	run_until_connects(run, 1, 2);
	run_records(run, 1001, 1000, false);
	run_until_records(run, 1000);
	assert_true(collector_has(&run->peers[1].collector, 1001, 1000));
	assert_int_equal(run_counters(run, 0).moved_records, 0);
	peer_listen(&run->peers[0]);
	peer_clock_advance(200);
	run_until_records(run, 2000);
	assert_true(collector_has(&run->peers[0].collector, 1, 1000));
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void datagrams_that_nobody_takes_go_to_another_until_somebody_does(void **state)
{
	struct run *run = *state;
	uint16_t port = run_peer(run, "udp", "?flush=0")->port;

	run_peer(run, "udp", "?flush=0");
	run_begin(run, EXPORT_FALLBACK);
	run_records(run, 1, 64, false);
	run_until_records(run, 64);
	peer_close(&run->peers[0]);
	run->peers[0] = (struct peer){.fd = -1, .listener = -1};
	collector_init(&run->peers[0].collector);
	run->peers[0].stream = g_byte_array_new();

	run_records(run, 65, 1, false); /* meets nobody */
	g_main_context_iteration(NULL, FALSE);
	run_records(run, 66, 1, false); /* learns of it */
	g_main_context_iteration(NULL, FALSE);
	run_records(run, 67, 1000, false);
	run_until_records(run, 1000);
	assert_true(collector_has(&run->peers[1].collector, 67, 1000));

	/* An attempt in vain, then one that is not. */
	peer_clock_advance(5);
	peer_idle();
	peer_clock_advance(1);
	peer_idle();
	assert_int_equal(run_counters(run, 0).not_sent_records, 2);
	run_records(run, 1067, 1000, false);
	run_until_records(run, 2000);
	assert_true(collector_has(&run->peers[1].collector, 67, 2000));
	peer_close(&run->peers[0]);
	peer_open_udp_at(&run->peers[0], port);
	peer_clock_advance(5);
	peer_idle();
	assert_int_equal(run->peers[0].collector.template_messages, 1);
	peer_clock_advance(1);
	peer_idle();
	peer_clock_advance(5);
	run_records(run, 2067, 1000, false);
	run_until_records(run, 3000);
	assert_true(collector_has(&run->peers[0].collector, 2067, 1000));
	assert_int_equal(run->peers[0].collector.undecodable, 0);
	assert_int_equal(run->peers[1].collector.sequence_missing, 0);
	assert_int_equal(run_counters(run, 0).not_sent_records, 2);
}

static gboolean first_breaks(gpointer data)
{
	struct run *run = data;

	peer_reset(&run->peers[0]);
	peer_leave(&run->peers[0]);
	return G_SOURCE_REMOVE;
}

static void what_a_collector_leaves_at_the_end_goes_to_one_that_still_takes(void **state)
{
	struct run *run = *state;
	struct export_counters c;

	run_peer(run, "tcp", "?sndbuf=8192")->deaf = true;
	run_peer(run, "tcp", "?sndbuf=8192")->deaf = true;
	run_begin(run, EXPORT_LOAD_BALANCING);
	run_records(run, 1, 200000, false);
	(void)g_idle_add_full(G_PRIORITY_HIGH, first_breaks, run, NULL);
	run->peers[1].deaf = false;
	peer_read(&run->peers[1]);
	(void)exporter_close(run->exporter, 20000, NULL);
	c = run_counters(run, 0);
	assert_true(c.moved_records > 0);
	assert_int_equal(c.sent_flow_records + c.moved_records, c.records);
	run_until_records(run, (guint)(200000 - c.sent_flow_records));
	assert_int_equal(run_counters(run, 1).not_sent_records, 0);
}

static void mode_may_change_while_sessions_stay(void **state)
{
	struct run *run = *state;
	struct export_set set = {
		.destinations = run->uris, .observation_domain = 1, .mode = EXPORT_FALLBACK};

	run_peer(run, "tcp", "?flush=0");
	run_peer(run, "tcp", "?flush=0");
	run_begin(run, EXPORT_PARALLEL);
	run_records(run, 1, 1000, false);
	run_until_records(run, 2000);
	assert_true(exporter_set(run->exporter, &set, NULL));
	run_records(run, 1001, 1000, false);
	run_until_records(run, 3000);
	assert_true(collector_has(&run->peers[0].collector, 1, 2000));
	assert_true(collector_has(&run->peers[1].collector, 1, 1000));
	set.mode = EXPORT_LOAD_BALANCING;
	assert_true(exporter_set(run->exporter, &set, NULL));
	run_records(run, 2001, 1000, false);
	run_until_records(run, 4000);
	assert_in_range(run->peers[1].collector.ids->len, 1001, 1999);
	set.mode = EXPORT_PARALLEL;
	assert_true(exporter_set(run->exporter, &set, NULL));
	run_records(run, 3001, 1000, false);
	run_until_records(run, 6000);
	assert_int_equal(run->peers[0].sessions, 1);
	assert_int_equal(run->peers[1].sessions, 1);
	assert_int_equal(run->peers[0].collector.sequence_missing, 0);
	assert_int_equal(run->peers[1].collector.sequence_missing, 0);
	assert_true(exporter_close(run->exporter, 20000, NULL));
}

static void file_begins_with_whoever_answers(void **state)
{
	struct run *run = *state;
	g_autoptr(GError) error = NULL;

	peer_leave(run_peer(run, "tcp", ""));
	run_peer(run, "tcp", "");
	assert_true(run_set(run, EXPORT_LOAD_BALANCING, true, NULL));
	run_records(run, 1, 100000, false);
	assert_true(exporter_close(run->exporter, 20000, NULL));
	run_until_records(run, 100000);
	run_each_once(run, 1, 100000);
	exporter_free(run->exporter);
	peer_leave(&run->peers[1]);
	assert_false(run_set(run, EXPORT_FALLBACK, true, &error));
	assert_non_null(strstr(error->message, "Connection refused"));
}

#define with_run(name) cmocka_unit_test_setup_teardown(name, run_start, run_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(balanced_flow_has_one_collector),
		with_run(share_of_a_collector_that_goes_is_taken_by_others_and_given_back),
		with_run(first_that_is_there_gets_everything),
		with_run(collector_that_was_never_there_loses_nothing),
		with_run(what_waits_for_a_collector_that_goes_moves),
		with_run(what_another_profile_carries_stays),
		with_run(datagrams_that_nobody_takes_go_to_another_until_somebody_does),
		with_run(what_a_collector_leaves_at_the_end_goes_to_one_that_still_takes),
		with_run(mode_may_change_while_sessions_stay),
		with_run(file_begins_with_whoever_answers),
	};

	return cmocka_run_group_tests_name("export modes", tests, NULL, NULL);
}
