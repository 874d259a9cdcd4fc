#include "base/stream_keep.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/unit/stream_fixture.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

#define MINUTE_US (INT64_C(61) * G_USEC_PER_SEC)

/* One that acknowledges; its hello has been read. */
static struct stream_client *join(struct fixture *f, struct stream_resume *resume)
{
	GError *error = NULL;
	struct stream_client *client =
		stream_client_new(f->path, "weir-test-client", resume, &error);
	const struct stream_message *hello;

	assert_null(error);
	fixture_settle(f);
	hello = fixture_next(client);
	assert_int_equal(hello->type, STREAM_HELLO);
	assert_true(hello->hello.instance != 0);
	resume->instance = hello->hello.instance;
	return client;
}

static void leave(struct fixture *f, struct stream_client *client)
{
	stream_client_free(client);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 0);
}

static void send_batches(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		stream_server_flows(f->server, stream_sample_batch(10, i), i);
	}
}

/* Take all messages; the number of the first and of the last batch, 0 if there is none. */
static void take(struct stream_client *client, uint64_t *ret_first, uint64_t *ret_last)
{
	const struct stream_message *message;

	*ret_first = 0;
	*ret_last = 0;
	while (stream_client_next(client, &message, NULL) == STREAM_CLIENT_MESSAGE) {
		if (message->type != STREAM_FLOWS) {
			continue;
		}
		assert_int_equal(message->flows.batch.count, 10);
		assert_true(*ret_last == 0 || message->flows.number == *ret_last + 1);
		*ret_last = message->flows.number;
		if (*ret_first == 0) {
			*ret_first = *ret_last;
		}
	}
}

static void expect(struct stream_client *client, uint64_t first, uint64_t last)
{
	uint64_t got_first;
	uint64_t got_last;

	take(client, &got_first, &got_last);
	assert_int_equal(got_first, first);
	assert_int_equal(got_last, last);
}

static struct stream_counters counters(struct fixture *f, struct stream_client *client)
{
	const struct stream_counters none = {0};
	const struct stream_message *message;

	stream_server_counters(f->server, &none);
	while (stream_client_next(client, &message, NULL) == STREAM_CLIENT_MESSAGE) {
		if (message->type == STREAM_COUNTERS) {
			return message->counters;
		}
	}
	fail_msg("no counters came");
	return none;
}

static void assert_lost(
	struct fixture *f, struct stream_client *client, uint64_t lost, uint64_t unheard)
{
	struct stream_counters c = counters(f, client);

	assert_int_equal(c.lost_records, lost);
	assert_int_equal(c.unheard_records, unheard);
}

static void who_comes_back_gets_what_it_has_not_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	client = join(f, &resume);
	send_batches(f, 3);
	expect(client, 1, 3);
	assert_true(stream_client_acknowledge(client, 1));
	leave(f, client);
	assert_true(stream_server_waits(f->server));
	send_batches(f, 2);
	client = join(f, &resume); /* which knows of none */
	expect(client, 2, 5);
	send_batches(f, 1);
	expect(client, 6, 6);
	assert_lost(f, client, 0, 0);
	stream_client_free(client);
}

static void what_it_has_is_not_sent_again(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	client = join(f, &resume);
	send_batches(f, 4);
	expect(client, 1, 4);
	leave(f, client);
	resume.number = 3;
	client = join(f, &resume);
	expect(client, 4, 4);
	leave(f, client);
	resume.instance++; /* of another probe: says nothing of this one */
	client = join(f, &resume);
	expect(client, 4, 4);
	assert_lost(f, client, 0, 0);
	stream_client_free(client);
}

static void batches_that_no_socket_took_wait_for_it(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;
	uint64_t first;
	uint64_t last = 0;
	uint64_t sum = 0;

	fixture_serve(f, 1, 65536);
	client = join(f, &resume);
	send_batches(f, 500);
	while (last < 500) {
		take(client, &first, &last);
		assert_int_equal(first, sum + 1);
		sum = last;
		fixture_settle(f);
	}
	assert_lost(f, client, 0, 0);
	stream_client_free(client);
}

static void what_gave_way_unacknowledged_is_lost_if_it_does_not_have_it(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;
	uint64_t first;
	uint64_t last;

	fixture_serve_keeping(f, 65536);
	client = join(f, &resume);
	for (unsigned i = 0; i < 100; i++) { /* 2.7 kB each */
		send_batches(f, 1);
		expect(client, i + 1, i + 1);
	}
	assert_lost(f, client, 0, 0);
	leave(f, client);
	client = join(f, &resume);
	take(client, &first, &last);
	assert_int_equal(last, 100);
	assert_in_range(first, 75, 85);
	assert_lost(f, client, (first - 1) * 10, 0);
	leave(f, client);
	/* It had them, after all. */
	resume.number = 100;
	client = join(f, &resume);
	expect(client, 0, 0);
	stream_client_free(client);
}

static void what_does_not_fit_while_it_is_away_is_counted(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;
	uint64_t first;
	uint64_t last;

	fixture_serve_keeping(f, 65536);
	client = join(f, &resume);
	leave(f, client);
	send_batches(f, 100);
	client = join(f, &resume);
	take(client, &first, &last);
	assert_int_equal(first, 1);
	assert_in_range(last, 15, 25);
	assert_lost(f, client, (100 - last) * 10, 0);
	stream_client_free(client);
}

static void who_does_not_come_back_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *client;

	fixture_serve(f, 0, 0);
	client = join(f, &resume);
	send_batches(f, 2);
	leave(f, client);
	send_batches(f, 3);
	stream_server_tick(f->server, loop_monotonic_us() + MINUTE_US);
	assert_false(stream_server_waits(f->server));
	send_batches(f, 1);
	client = join(f, &resume);
	expect(client, 0, 0);
	assert_lost(f, client, 0, 60);
	send_batches(f, 1);
	expect(client, 7, 7);
	stream_client_free(client);
}

static void the_second_who_leaves_replaces_the_first(void **state)
{
	struct fixture *f = *state;
	struct stream_resume resume = {0};
	struct stream_client *first;
	struct stream_client *second;

	fixture_serve(f, 0, 0);
	first = join(f, &resume);
	second = join(f, &resume);
	send_batches(f, 2);
	stream_client_free(first);
	fixture_settle(f);
	expect(second, 1, 2);
	assert_true(stream_client_acknowledge(second, 2));
	leave(f, second);
	second = join(f, &resume);
	expect(second, 0, 0);
	assert_lost(f, second, 0, 20);
	stream_client_free(second);
}

static void who_says_something_else_is_hung_up_on(void **state)
{
	static const uint8_t bad[][STREAM_ACK_OCTETS] = {
		{STREAM_BYE, 0, 0, 0, 0, 0, 0, 8},
		{STREAM_ACK, 1, 0, 0, 0, 0, 0, 8},
		{STREAM_ACK, 0, 0, 1, 0, 0, 0, 8},
		{STREAM_ACK, 0, 0, 0, 0, 0, 0, 9},
	};
	struct fixture *f = *state;
	struct stream_resume resume = {0};

	fixture_serve(f, 0, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct stream_client *client = join(f, &resume);

		assert_int_equal(
			send(stream_client_fd(client), bad[i], sizeof(bad[i]), 0), sizeof(bad[i]));
		fixture_settle(f);
		assert_int_equal(stream_server_subscribers(f->server), 0);
		stream_client_free(client);
	}
}

#define KEEP_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEEP_TEST(who_comes_back_gets_what_it_has_not_acknowledged),
		KEEP_TEST(what_it_has_is_not_sent_again),
		KEEP_TEST(batches_that_no_socket_took_wait_for_it),
		KEEP_TEST(what_gave_way_unacknowledged_is_lost_if_it_does_not_have_it),
		KEEP_TEST(what_does_not_fit_while_it_is_away_is_counted),
		KEEP_TEST(who_does_not_come_back_is_given_up),
		KEEP_TEST(the_second_who_leaves_replaces_the_first),
		KEEP_TEST(who_says_something_else_is_hung_up_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
