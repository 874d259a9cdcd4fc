#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/tls_fixture.h"

static void each_message_is_one_datagram_and_all_arrive(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&flush=0");
	tls_run_sessions(run, 1);
	for (guint i = 0; i < 50; i++) {
		peer_records(run->exporter, 1 + 1000 * i, 1000, peer_wall_us);
		peer_idle();
	}
	tls_run_records(run, 50000);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	assert_true(collector_has(&run->peer.collector, 1, 50000));
	assert_in_range(run->peer.collector.size_max, 1300, 1400);
	assert_int_equal(run->peer.collector.malformed, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	tls_run_end(run);
}

static void records_of_a_file_all_arrive(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, true, MUTUAL "&rate=100000000");
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	tls_run_records(run, 1000);
	assert_true(collector_has(&run->peer.collector, 1, 1000));
}

static void largest_message_leaves_room_for_what_dtls_adds(void **state)
{
	struct tls_run *run = *state;

	/* The loopback interface carries 65536 octets, a record 16384. */
	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&message-octets=65535&flush=0");
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 4000, peer_wall_us);
	tls_run_records(run, 4000);
	assert_in_range(run->peer.collector.size_max, 16300, 16384);
}

static const struct {
	const char *name;
	const char *trusts;
	const char *options;
	const char *reason;
} refusals[] = {
	{"stranger", NULL, "?ca=FOLDER/ca.pem&name=collector.example",
		"certificate is not trusted: unable to get local issuer certificate (subject "},
	{"collector", NULL, "?ca=FOLDER/ca.pem&name=other.example",
		"certificate is not for other.example but for DNS:collector.example"},
	{"collector", "ca", "?ca=FOLDER/ca.pem",
		"alert handshake failure; it asked for a certificate, and there is none (cert=)"},
	{"collector", "ca", "?ca=FOLDER/ca.pem&cert=FOLDER/intruder.pem&key=FOLDER/intruder.key",
		"alert unknown ca; it was shown our certificate (subject CN=Intruder CN"},
	{"collector", "ca", "?ca=FOLDER/none", "none: No such file or directory"},
};

static void whoever_is_not_right_gets_nothing(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct tls_run *run = *state;
		g_autoptr(GError) error = NULL;

		tls_run_peer(run, &(struct tls_peer_wish){.datagram = true,
					  .name = refusals[i].name,
					  .trusts = refusals[i].trusts});
		assert_false(tls_run_add(run, true, refusals[i].options, &error));
		if (strstr(error->message, refusals[i].reason) == NULL) {
			fail_msg("'%s' lacks '%s'", error->message, refusals[i].reason);
		}
		assert_int_equal(run->peer.collector.messages, 0);
		tls_run_again(state);
	}
}

static void collector_that_is_not_there_is_known_at_once(void **state)
{
	struct tls_run *run = *state;
	g_autoptr(GError) error = NULL;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_peer_leave(&run->peer);
	assert_false(tls_run_add(run, true, MUTUAL, &error));
	assert_non_null(strstr(error->message, "Connection refused"));
}

static void silent_collector_is_given_up(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	g_source_remove(run->peer.reader);
	run->peer.reader = 0;
	tls_run_export(run, false, MUTUAL);
	peer_idle();
	peer_clock_advance(11);
	peer_idle();
	while (tls_peer_drop(&run->peer)) {
	}
	peer_clock_advance(58);
	peer_idle();
	assert_false(tls_peer_drop(&run->peer));
	peer_clock_advance(17);
	tls_peer_read(&run->peer);
	tls_run_sessions(run, 1);
}

static bool drops_first(void *data)
{
	return tls_peer_drop(&((struct tls_run *)data)->peer);
}

static void lost_flight_of_the_handshake_is_sent_again(void **state)
{
	struct tls_run *run = *state;
	g_autoptr(GError) error = NULL;

	run->real_time = true; /* the library has its own, anyway */
	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	g_source_remove(run->peer.reader);
	run->peer.reader = 0;
	assert_true(tls_run_add(run, false, MUTUAL, &error));
	peer_until(drops_first, run);
	tls_peer_read(&run->peer);
	tls_run_sessions(run, 1);
}

static void restarted_collector_gets_a_new_session_in_time(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&flush=0&renew=120");
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	tls_run_records(run, 1000);
	/* It knows nothing of us any more, and says nothing. */
	tls_peer_forget(&run->peer);
	peer_records(run->exporter, 1001, 1000, peer_wall_us);
	peer_idle();
	assert_int_equal(run->peer.collector.ids->len, 1000);
	peer_clock_advance(119);
	peer_idle();
	assert_int_equal(run->peer.sessions, 1);
	peer_clock_advance(1);
	g_main_context_iteration(NULL, FALSE);
	peer_records(run->exporter, 2001, 1000, peer_wall_us);
	tls_run_sessions(run, 2);
	peer_records(run->exporter, 3001, 1000, peer_wall_us);
	tls_run_records(run, 3000);
	assert_int_equal(g_array_index(run->peer.collector.ids, uint64_t, 1000), 2001);
	assert_int_equal(g_array_index(run->peer.collector.ids, uint64_t, 2999), 4000);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence, 2001);
}

static void refusal_ends_the_session_and_the_refused_message_is_counted(void **state)
{
	struct tls_run *run = *state;
	struct export_counters counters;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&flush=0");
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 50, peer_wall_us);
	tls_run_records(run, 50);
	tls_peer_leave(&run->peer);
	peer_records(run->exporter, 51, 50, peer_wall_us);
	peer_idle();
	counters = peer_counters(run->exporter);
	assert_int_equal(counters.not_sent_records, 50);
	assert_int_equal(counters.sent_flow_records, 50);
	peer_records(run->exporter, 101, 50, peer_wall_us);
	tls_peer_listen(&run->peer);
	peer_clock_advance(59);
	peer_idle();
	assert_int_equal(run->peer.sessions, 1);
	peer_clock_advance(16);
	tls_run_sessions(run, 2);
	tls_run_records(run, 100);
	assert_int_equal(g_array_index(run->peer.collector.ids, uint64_t, 99), 150);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
}

static void templates_are_refreshed(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&flush=0&refresh=60&renew=0");
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 10, peer_wall_us);
	tls_run_records(run, 10);
	assert_int_equal(run->peer.collector.template_messages, 1);
	peer_clock_advance(61);
	peer_records(run->exporter, 11, 10, peer_wall_us);
	tls_run_records(run, 20);
	assert_int_equal(run->peer.collector.template_messages, 2);
}

static void renewed_certificate_begins_a_new_session_when_told(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.datagram = true, .trusts = "ca"});
	tls_run_renew("ca");
	tls_run_export(run, false, RENEWED);
	tls_run_sessions(run, 1);
	exporter_reload(run->exporter);
	peer_idle();
	assert_int_equal(run->peer.sessions, 1);
	tls_run_renew("ca");
	exporter_reload(run->exporter);
	peer_records(run->exporter, 1, 100, peer_wall_us);
	tls_run_sessions(run, 2);
	tls_run_records(run, 100);
	assert_int_equal(run->peer.ends, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(each_message_is_one_datagram_and_all_arrive),
		with_run(records_of_a_file_all_arrive),
		with_run(largest_message_leaves_room_for_what_dtls_adds),
		with_run(whoever_is_not_right_gets_nothing),
		with_run(collector_that_is_not_there_is_known_at_once),
		with_run(silent_collector_is_given_up),
		with_run(lost_flight_of_the_handshake_is_sent_again),
		with_run(restarted_collector_gets_a_new_session_in_time),
		with_run(refusal_ends_the_session_and_the_refused_message_is_counted),
		with_run(templates_are_refreshed),
		with_run(renewed_certificate_begins_a_new_session_when_told),
	};

	return cmocka_run_group_tests_name(
		"export over DTLS", tests, tls_group_start, tls_group_stop);
}
