#include "base/stream_server.h"

#include <unistd.h>

#include "tests/unit/stream_fixture.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

static void a_subscriber_gets_everything_in_order(void **state)
{
	struct fixture *f = *state;
	static struct stream_message message;
	struct stream_counters counters = {.packets = 5};
	const struct stream_message *got;
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	client = stream_client_new(f->path, "weir-test-client", NULL, NULL);
	assert_int_equal(stream_server_subscribers(f->server), 0);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 1);
	got = fixture_next(client);
	assert_int_equal(got->type, STREAM_HELLO);
	assert_int_equal(got->hello.flags, STREAM_FLAG_FILE);
	assert_string_equal(got->hello.program, "weir-test");
	assert_int_equal(fixture_next(client)->type, STREAM_INTERFACE);
	stream_server_flows(f->server, stream_sample_batch(3, 7), 99);
	stream_server_counters(f->server, &counters);
	stream_sample_message(STREAM_BYE, &message);
	stream_server_event(f->server, &message);
	got = fixture_next(client);
	assert_int_equal(got->type, STREAM_FLOWS);
	assert_int_equal(got->flows.clock_us, 99);
	assert_int_equal(got->flows.batch.count, 3);
	got = fixture_next(client);
	assert_int_equal(got->type, STREAM_COUNTERS);
	assert_int_equal(got->counters.packets, 5);
	assert_int_equal(got->counters.lost_records, 0);
	assert_int_equal(fixture_next(client)->type, STREAM_BYE);
	fixture_nothing(client);
	stream_client_free(client);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 0);
}

static void what_there_is_is_told_to_the_one_who_joins(void **state)
{
	struct fixture *f = *state;
	struct stream_client *first;
	struct stream_client *second;

	fixture_serve(f, 0, 0);
	first = fixture_join(f);
	second = fixture_join(f);
	assert_int_equal(f->joined, 2);
	fixture_nothing(first);
	fixture_nothing(second);
	stream_client_free(first);
	stream_client_free(second);
}

/* Sends batches until @f's server has dropped some; counts the packets sent. */
static uint64_t overflow(struct fixture *f, unsigned batches)
{
	uint64_t packets = 0;

	for (unsigned i = 0; i < batches; i++) {
		const struct record_batch *batch = stream_sample_batch(RECORD_BATCH_MAX, i);

		for (unsigned k = 0; k < batch->count; k++) {
			packets += batch->records[k].packets + batch->records[k].rev_packets;
		}
		stream_server_flows(f->server, batch, i);
	}
	return packets;
}

struct received {
	uint64_t records;
	uint64_t packets;
	uint64_t octets;
	uint64_t lost_records;
	uint64_t lost_packets;
	uint64_t lost_octets;
};

static void receive_all(struct fixture *f, struct stream_client *client, struct received *ret)
{
	const struct stream_message *message;

	do {
		while (stream_client_next(client, &message, NULL) == STREAM_CLIENT_MESSAGE) {
			if (message->type == STREAM_COUNTERS) {
				ret->lost_records = message->counters.lost_records;
				ret->lost_packets = message->counters.lost_packets;
				ret->lost_octets = message->counters.lost_octets;
			}
			for (unsigned i = 0;
				message->type == STREAM_FLOWS && i < message->flows.batch.count;
				i++) {
				const struct flow_record *record = &message->flows.storage[i];

				ret->records++;
				ret->packets += record->packets + record->rev_packets;
				ret->octets += record->octets + record->rev_octets;
			}
		}
	} while (loop_step(f->loop, 0));
}

static void a_slow_subscriber_loses_only_what_is_counted(void **state)
{
	struct fixture *f = *state;
	struct stream_counters counters = {0};
	struct stream_server_losses losses;
	struct received slow = {0};
	struct stream_client *client;
	uint64_t packets;

	fixture_serve(f, 4096, 100000);
	client = fixture_join(f);
	packets = overflow(f, 20);
	stream_server_lost(f->server, &losses);
	assert_in_range(losses.records, 1, 20 * RECORD_BATCH_MAX - 1);
	stream_server_counters(f->server, &counters);
	receive_all(f, client, &slow);
	assert_int_equal(slow.records + slow.lost_records, 20 * RECORD_BATCH_MAX);
	assert_int_equal(slow.packets + slow.lost_packets, packets);
	assert_int_equal(slow.lost_records, losses.records);
	assert_int_equal(slow.lost_octets, losses.octets);
	assert_int_equal(f->joined, 1);
	/* Having caught up, it gets what comes. */
	stream_server_flows(f->server, stream_sample_batch(1, 1), 0);
	assert_int_equal(fixture_next(client)->type, STREAM_FLOWS);
	stream_client_free(client);
}

static void a_fast_subscriber_loses_nothing_beside_a_slow_one(void **state)
{
	struct fixture *f = *state;
	struct received fast = {0};
	struct stream_counters counters = {0};
	struct stream_client *slow;
	struct stream_client *client;

	fixture_serve(f, 4096, 100000);
	slow = fixture_join(f);
	client = fixture_join(f);
	for (unsigned i = 0; i < 20; i++) {
		stream_server_flows(f->server, stream_sample_batch(RECORD_BATCH_MAX, i), 0);
		receive_all(f, client, &fast);
	}
	stream_server_counters(f->server, &counters);
	receive_all(f, client, &fast);
	assert_int_equal(fast.records, 20 * RECORD_BATCH_MAX);
	assert_int_equal(fast.lost_records, 0);
	stream_client_free(slow);
	stream_client_free(client);
}

static void an_event_that_did_not_fit_is_told_anew(void **state)
{
	struct fixture *f = *state;
	static struct stream_message message;
	struct received all = {0};
	struct stream_client *client;

	fixture_serve(f, 4096, 20000);
	client = fixture_join(f);
	stream_sample_message(STREAM_DEVICE, &message);
	for (unsigned i = 0; i < 100; i++) {
		stream_server_event(f->server, &message);
	}
	assert_int_equal(f->joined, 1);
	receive_all(f, client, &all);
	assert_int_equal(f->joined, 2);
	stream_client_free(client);
}

static void what_waits_for_one_who_leaves_is_counted(void **state)
{
	struct fixture *f = *state;
	struct stream_server_losses losses;
	struct stream_client *client;
	struct received got = {0};

	fixture_serve(f, 4096, 1000000);
	client = fixture_join(f);
	(void)overflow(f, 10);
	stream_server_lost(f->server, &losses);
	assert_int_equal(losses.records, 0);
	for (const struct stream_message *message;
		stream_client_next(client, &message, NULL) == STREAM_CLIENT_MESSAGE;) {
		got.records += message->flows.batch.count;
	}
	stream_client_free(client);
	fixture_settle(f);
	stream_server_lost(f->server, &losses);
	assert_int_equal(got.records + losses.records, 10 * RECORD_BATCH_MAX);
}

static void flows_that_nobody_hears_are_counted(void **state)
{
	struct fixture *f = *state;
	struct stream_counters counters = {0};
	const struct stream_message *message;
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	stream_server_flows(f->server, stream_sample_batch(2, 0), 0);
	client = fixture_join(f);
	stream_server_counters(f->server, &counters);
	message = fixture_next(client);
	assert_int_equal(message->counters.unheard_records, 2);
	assert_int_equal(message->counters.unheard_packets, 1 + 2 + 1);
	assert_int_equal(message->counters.unheard_octets, 1000 + 2000 + 10);
	stream_client_free(client);
}

static void who_looks_gets_no_flows_and_hides_no_loss(void **state)
{
	struct fixture *f = *state;
	struct stream_counters counters = {0};
	const struct stream_message *message;
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	client = stream_client_look(f->path, "weir-test-client", NULL);
	assert_non_null(client);
	fixture_settle(f);
	assert_int_equal(f->joined, 1);
	assert_int_equal(stream_server_subscribers(f->server), 0);
	stream_server_flows(f->server, stream_sample_batch(2, 0), 0);
	stream_server_counters(f->server, &counters);
	assert_int_equal(fixture_next(client)->type, STREAM_HELLO);
	assert_int_equal(fixture_next(client)->type, STREAM_INTERFACE);
	message = fixture_next(client);
	assert_int_equal(message->type, STREAM_COUNTERS);
	assert_int_equal(message->counters.unheard_records, 2);
	fixture_nothing(client);
	stream_client_free(client);
}

static void what_others_missed_is_told_to_all(void **state)
{
	struct fixture *f = *state;
	struct stream_counters counters = {0};
	struct stream_server_losses losses;
	const struct stream_message *message;
	struct stream_client *slow;
	struct stream_client *looker;

	fixture_serve(f, 4096, 100000);
	slow = fixture_join(f);
	(void)overflow(f, 20);
	stream_server_lost(f->server, &losses);
	assert_true(losses.records > 0);
	looker = stream_client_look(f->path, "weir-test-client", NULL);
	fixture_settle(f);
	stream_server_counters(f->server, &counters);
	assert_int_equal(fixture_next(looker)->type, STREAM_HELLO);
	assert_int_equal(fixture_next(looker)->type, STREAM_INTERFACE);
	message = fixture_next(looker);
	assert_int_equal(message->counters.lost_records, 0);
	assert_int_equal(message->counters.missed_records, losses.records);
	assert_int_equal(message->counters.missed_packets, losses.packets);
	assert_int_equal(message->counters.missed_octets, losses.octets);
	stream_client_free(looker);
	stream_client_free(slow);
}

static void an_interrupt_ends_the_wait_for_room(void **state)
{
	struct fixture *f = *state;
	struct stream_server_losses losses;
	struct stream_client *client;
	int interrupt[2];

	assert_int_equal(pipe(interrupt), 0);
	assert_int_equal(write(interrupt[1], "x", 1), 1);
	fixture_serve(f, 4096, 100000);
	client = fixture_join(f);
	stream_server_block(f->server, INT64_MAX, interrupt[0]);
	(void)overflow(f, 20);
	stream_server_lost(f->server, &losses);
	assert_true(losses.records > 0);
	assert_false(stream_server_drain(f->server));
	/* A deadline that has passed ends it, too. */
	stream_server_block(f->server, 1, -1);
	assert_false(stream_server_drain(f->server));
	stream_client_free(client);
	assert_true(stream_server_drain(f->server));
	close(interrupt[0]);
	close(interrupt[1]);
}

/* A reader in a process of its own: the server may wait for it and nothing gets lost. */
static void a_server_that_may_wait_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct stream_server_losses losses;
	int status[2];
	char verdict = '?';
	pid_t child;

	assert_int_equal(pipe(status), 0);
	fixture_serve(f, 4096, 100000);
	child = fork();
	if (child == 0) {
		struct stream_client *client = stream_client_new(f->path, "child", NULL, NULL);
		const struct stream_message *message;
		unsigned records = 0;

		while (client != NULL && records < 50 * RECORD_BATCH_MAX) {
			if (stream_client_next(client, &message, NULL) == STREAM_CLIENT_MESSAGE &&
				message->type == STREAM_FLOWS) {
				records += message->flows.batch.count;
			}
		}
		_exit(write(status[1], records == 50 * RECORD_BATCH_MAX ? "+" : "-", 1) == 1 ? 0
											     : 1);
	}
	while (stream_server_subscribers(f->server) == 0) {
		(void)loop_step(f->loop, -1);
	}
	stream_server_block(f->server, INT64_MAX, -1);
	(void)overflow(f, 50);
	assert_true(stream_server_drain(f->server));
	stream_server_lost(f->server, &losses);
	assert_int_equal(losses.records, 0);
	assert_int_equal(read(status[0], &verdict, 1), 1);
	assert_int_equal(verdict, '+');
	close(status[0]);
	close(status[1]);
}

static void a_subscriber_survives_a_restart_of_the_server(void **state)
{
	struct fixture *f = *state;
	const struct stream_message *message;
	struct stream_client *client;
	GError *error = NULL;

	fixture_serve(f, 0, 0);
	client = fixture_join(f);
	stream_server_flows(f->server, stream_sample_batch(1, 0), 0);
	stream_server_free(f->server);
	f->server = NULL;
	assert_int_equal(fixture_next(client)->type, STREAM_FLOWS);
	assert_int_equal(stream_client_next(client, &message, &error), STREAM_CLIENT_END);
	assert_null(error);
	stream_client_free(client);
	assert_null(stream_client_new(f->path, "weir-test-client", NULL, &error));
	assert_non_null(strstr(error->message, f->path));
	g_clear_error(&error);
	fixture_serve(f, 0, 0); /* replaces the dead socket */
	client = fixture_join(f);
	stream_client_free(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_subscriber_gets_everything_in_order),
		TEST(what_there_is_is_told_to_the_one_who_joins),
		TEST(a_slow_subscriber_loses_only_what_is_counted),
		TEST(a_fast_subscriber_loses_nothing_beside_a_slow_one),
		TEST(an_event_that_did_not_fit_is_told_anew),
		TEST(what_waits_for_one_who_leaves_is_counted),
		TEST(flows_that_nobody_hears_are_counted),
		TEST(who_looks_gets_no_flows_and_hides_no_loss),
		TEST(what_others_missed_is_told_to_all),
		TEST(an_interrupt_ends_the_wait_for_room),
		TEST(a_server_that_may_wait_loses_nothing),
		TEST(a_subscriber_survives_a_restart_of_the_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
