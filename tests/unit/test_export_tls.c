#include "tests/unit/unit.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/tls_fixture.h"

enum {
	REPEATS = 20,
};

static void all_records_arrive(struct tls_run *run, const struct tls_peer_wish *wish)
{
	tls_run_peer(run, wish);
	tls_run_export(run, false, MUTUAL);
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 20000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	tls_run_records(run, 20000);
	tls_run_end(run);
	assert_true(collector_has(&run->peer.collector, 1, 20000));
	assert_int_equal(run->peer.collector.template_messages, 1);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(peer_counters(run->exporter).sent_records, 20001);
}

static void all_records_arrive_over_tls_1_2(void **state)
{
	all_records_arrive(
		*state, &(struct tls_peer_wish){.trusts = "ca", .version = TLS1_2_VERSION});
}

static void all_records_arrive_over_tls_1_3(void **state)
{
	all_records_arrive(
		*state, &(struct tls_peer_wish){.trusts = "ca", .version = TLS1_3_VERSION});
}

static void last_records_survive_the_tickets_every_time(void **state)
{
	for (int i = 0; i < REPEATS; i++) {
		all_records_arrive(*state, &(struct tls_peer_wish){.trusts = "ca"});
		tls_run_again(state);
	}
}

static void live_records_wait_while_the_collector_refuses_us(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca", .version = TLS1_3_VERSION});
	tls_run_export(run, false, "?ca=FOLDER/ca.pem&retry=60");
	peer_records(run->exporter, 1, 10000, peer_wall_us);
	tls_run_refusal(run);
	peer_idle();
	peer_clock_advance(59);
	peer_idle();
	assert_int_equal(run->peer.connections, 1);
	assert_int_equal(peer_counters(run->exporter).connects, 0);
	assert_int_equal(peer_counters(run->exporter).sent_messages, 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	assert_true(peer_counters(run->exporter).queued_octets > 100000);
	assert_int_equal(run->peer.stream->len, 0);
	assert_int_equal(run->peer.collector.messages, 0);
}

static void collector_without_tickets_gets_data_after_a_while(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){
				  .trusts = "ca", .version = TLS1_3_VERSION, .no_tickets = true});
	tls_run_export(run, false, MUTUAL);
	while (run->peer.sessions == 0) {
		g_main_context_iteration(NULL, TRUE);
	}
	peer_idle();
	assert_int_equal(peer_counters(run->exporter).connects, 0);
	peer_clock_advance(4);
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	tls_run_records(run, 1000);
	assert_int_equal(run->peer.ends, 1);
}

static bool has_connected(void *data)
{
	return peer_counters(((struct tls_run *)data)->exporter).connects > 0;
}

static bool has_refused(void *data)
{
	struct tls_run *run = data;

	return run->peer.refusals > 0 && peer_counters(run->exporter).sent_messages == 0;
}

/* A slow collector looks at our certificate only when we have long gone on to send. */
static void late_refusal_gives_everything_back(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){
				  .trusts = "ca", .version = TLS1_3_VERSION, .no_tickets = true});
	tls_run_export(run, false,
		"?ca=FOLDER/ca.pem&cert=FOLDER/intruder.pem&key=FOLDER/intruder.key&flush=0");
	/* It answers our hello, and is then held up. */
	while (run->peer.connections == 0) {
		g_main_context_iteration(NULL, TRUE);
	}
	g_main_context_iteration(NULL, TRUE);
	run->peer.deaf = true;
	g_source_remove(run->peer.reader);
	run->peer.reader = 0;
	peer_idle();
	peer_clock_advance(4);
	peer_until(has_connected, run);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	assert_true(peer_counters(run->exporter).sent_messages > 1);
	run->peer.deaf = false;
	tls_peer_read(&run->peer);
	peer_until(has_refused, run);
	assert_int_equal(peer_counters(run->exporter).sent_records, 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	assert_true(peer_counters(run->exporter).queued_octets > 16000);
}

static void silent_collector_is_given_up(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = NULL});
	run->peer.deaf = true;
	tls_run_export(run, false, MUTUAL);
	while (run->peer.connections == 0) {
		g_main_context_iteration(NULL, TRUE);
	}
	peer_idle();
	run->peer.deaf = false;
	peer_clock_advance(11);
	peer_idle();
	peer_clock_advance(75);
	tls_run_sessions(run, 1);
	assert_int_equal(run->peer.connections, 2);
}

/* A name of two addresses; nobody ever answers at the first one. */
static void handshake_that_comes_to_nothing_is_tried_at_the_next_address(void **state)
{
	struct tls_run *run = *state;
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int silent = -1;
	int on = 1;
	g_autofree char *uri = NULL;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = NULL});
	uri = g_strdup_printf(
		"tls:localhost:%u?ca=%s/ca.pem&name=collector.example", run->peer.port, tls_folder);
	address.sin6_port = htons(run->peer.port);
	(void)setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	(void)bind(listener, (struct sockaddr *)&address, sizeof(address));
	(void)listen(listener, 4);
	run->exporter = exporter_new(&config, NULL);
	assert_true(exporter_add(run->exporter, uri, NULL));
	while (run->peer.sessions == 0) {
		g_main_context_iteration(NULL, FALSE);
		if (silent < 0 && (silent = accept(listener, NULL, NULL)) >= 0) {
			peer_idle();
			assert_int_equal(run->peer.connections, 0);
			peer_clock_advance(11);
		}
	}
	tls_run_sessions(run, 1);
	(void)close(silent);
	(void)close(listener);
}

static void message_of_any_size_passes_through_a_narrow_buffer(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_export(run, true, MUTUAL "&message-octets=65535&sndbuf=4096");
	peer_records(run->exporter, 1, 300000, peer_wall_us);
	assert_true(exporter_close(run->exporter, 20000, NULL));
	tls_run_records(run, 300000);
	assert_true(collector_has(&run->peer.collector, 1, 300000));
	assert_true(run->peer.collector.size_max > 65000);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
}

static void what_was_not_acknowledged_is_sent_again(void **state)
{
	struct tls_run *run = *state;
	struct export_counters counters;
	GArray *ids;

	/* A collector that takes nothing behind the handshake, then dies within a message. */
	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&sndbuf=8192&message-octets=30000");
	tls_run_sessions(run, 1);
	run->peer.deaf = true;
	g_source_remove(run->peer.reader);
	run->peer.reader = 0;
	peer_records(run->exporter, 1, 200000, peer_wall_us);
	assert_true(peer_counters(run->exporter).queued_octets > 0);
	tls_peer_reset(&run->peer);
	run->peer.deaf = false;
	peer_idle();
	counters = peer_counters(run->exporter);
	peer_clock_advance(75);
	tls_run_sessions(run, 2);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	/* Only what the dead collector's kernel had taken is missing, from the start. */
	tls_run_records(run, 200000 - (guint)counters.sent_records);
	ids = run->peer.collector.ids;
	assert_true(collector_has(&run->peer.collector, g_array_index(ids, uint64_t, 0), ids->len));
	assert_int_equal(g_array_index(ids, uint64_t, ids->len - 1), 200000);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
}

static void new_session_begins_with_templates_and_loses_nothing(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&flush=0");
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 1000, peer_wall_us);
	tls_run_records(run, 1000);
	tls_peer_reset(&run->peer);
	peer_idle();
	peer_records(run->exporter, 1001, 1000, peer_wall_us);
	peer_idle();
	peer_clock_advance(75);
	tls_run_sessions(run, 2);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	tls_run_records(run, 2000);
	assert_true(collector_has(&run->peer.collector, 1, 2000));
	assert_int_equal(run->peer.collector.template_messages, 2);
	assert_int_equal(run->peer.collector.undecodable, 0);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.collector.sequence, 1001);
}

static void renewed_certificate_begins_a_new_session_when_told(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_renew("ca");
	tls_run_export(run, false, RENEWED);
	tls_run_sessions(run, 1);
	peer_records(run->exporter, 1, 20000, peer_wall_us);
	exporter_reload(run->exporter); /* nothing has changed */
	peer_idle();
	assert_int_equal(run->peer.connections, 1);
	tls_run_renew("ca");
	exporter_reload(run->exporter);
	peer_records(run->exporter, 20001, 20000, peer_wall_us);
	tls_run_sessions(run, 2);
	assert_true(exporter_close(run->exporter, 10000, NULL));
	tls_run_records(run, 40000);
	assert_true(collector_has(&run->peer.collector, 1, 40000));
	assert_int_equal(run->peer.collector.template_messages, 2);
	assert_int_equal(run->peer.collector.sequence_missing, 0);
	assert_int_equal(run->peer.ends, 2);
	assert_int_equal(peer_counters(run->exporter).not_sent_records, 0);
	assert_int_equal(peer_counters(run->exporter).sent_records, 40002);
}

static void refused_certificate_is_tried_again_once_it_is_renewed(void **state)
{
	struct tls_run *run = *state;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_renew("other-ca");
	tls_run_export(run, false, RENEWED);
	tls_run_refusal(run);
	peer_idle();
	tls_run_renew("ca");
	exporter_reload(run->exporter);
	tls_run_sessions(run, 1);
}

static void renewed_file_is_taken_at_the_next_connection_and_a_bad_one_is_not(void **state)
{
	struct tls_run *run = *state;
	g_autofree char *cert = g_build_filename(tls_folder, "renewed.pem", NULL);

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_renew("ca");
	tls_run_export(run, false, RENEWED);
	tls_run_sessions(run, 1);
	/* Rubbish: the old one stays good. */
	assert_true(g_file_set_contents(cert, "rubbish\n", -1, NULL));
	exporter_reload(run->exporter);
	peer_idle();
	assert_int_equal(run->peer.connections, 1);
	tls_peer_reset(&run->peer);
	peer_idle();
	peer_clock_advance(75);
	tls_run_sessions(run, 2);
	/* One that the collector does not like: shown, since it is the one that is there. */
	tls_run_renew("other-ca");
	tls_peer_reset(&run->peer);
	peer_idle();
	peer_clock_advance(75);
	tls_run_refusal(run);
	assert_int_equal(run->peer.sessions, 2);
}

static void collector_that_does_not_let_go_is_left_in_time(void **state)
{
	struct tls_run *run = *state;
	g_autoptr(GError) error = NULL;

	tls_run_peer(run, &(struct tls_peer_wish){.trusts = "ca"});
	tls_run_export(run, false, MUTUAL "&sndbuf=8192&queue-octets=10000000");
	tls_run_sessions(run, 1);
	run->peer.deaf = true;
	g_source_remove(run->peer.reader);
	run->peer.reader = 0;
	peer_records(run->exporter, 1, 300000, peer_wall_us);
	assert_false(exporter_close(run->exporter, 50, &error));
	assert_int_equal(peer_counters(run->exporter).sent_records +
				 peer_counters(run->exporter).not_sent_records,
		300001);
	assert_non_null(strstr(error->message, "records not delivered: out of time"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(all_records_arrive_over_tls_1_2),
		with_run(all_records_arrive_over_tls_1_3),
		with_run(last_records_survive_the_tickets_every_time),
		with_run(live_records_wait_while_the_collector_refuses_us),
		with_run(collector_without_tickets_gets_data_after_a_while),
		with_run(late_refusal_gives_everything_back),
		with_run(silent_collector_is_given_up),
		with_run(handshake_that_comes_to_nothing_is_tried_at_the_next_address),
		with_run(message_of_any_size_passes_through_a_narrow_buffer),
		with_run(what_was_not_acknowledged_is_sent_again),
		with_run(new_session_begins_with_templates_and_loses_nothing),
		with_run(renewed_certificate_begins_a_new_session_when_told),
		with_run(refused_certificate_is_tried_again_once_it_is_renewed),
		with_run(renewed_file_is_taken_at_the_next_connection_and_a_bad_one_is_not),
		with_run(collector_that_does_not_let_go_is_left_in_time),
	};

	return cmocka_run_group_tests_name(
		"export over TLS", tests, tls_group_start, tls_group_stop);
}
