#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/stream_peer.h"
#include "tests/unit/stream_fixture.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

static void a_second_server_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct stream_server_config config = {.path = f->path, .program = "weir-test"};
	GError *error = NULL;

	fixture_serve(f, 0, 0);
	assert_null(stream_server_new(f->loop, &config, &error));
	assert_non_null(strstr(error->message, "another probe"));
	g_clear_error(&error);
}

static void paths_that_cannot_be_are_refused(void **state)
{
	struct fixture *f = *state;
	struct stream_server_config config = {.program = "weir-test"};
	char longest[200];
	GError *error = NULL;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	config.path = longest;
	assert_null(stream_server_new(f->loop, &config, &error));
	g_clear_error(&error);
	config.path = f->path;
	assert_true(g_file_set_contents(f->path, "x", 1, NULL));
	assert_null(stream_server_new(f->loop, &config, &error));
	assert_non_null(strstr(error->message, "not a socket"));
	g_clear_error(&error);
	config.path = "/nonexistent/weir/flow.sock";
	assert_null(stream_server_new(f->loop, &config, &error));
	assert_non_null(strstr(error->message, "No such file"));
	g_clear_error(&error);
}

static void too_many_subscribers_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct stream_message *message;
	struct stream_client *clients[3];

	fixture_serve(f, 0, 0);
	clients[0] = fixture_join(f);
	clients[1] = fixture_join(f);
	clients[2] = stream_client_new(f->path, "third", NULL, NULL);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 2);
	assert_int_equal(stream_client_next(clients[2], &message, NULL), STREAM_CLIENT_END);
	for (unsigned i = 0; i < 3; i++) {
		stream_client_free(clients[i]);
	}
}

static void one_of_another_build_is_refused(void **state)
{
	struct fixture *f = *state;
	static struct stream_message message;
	uint8_t octets[STREAM_SMALL_MAX];
	size_t n;
	int fd;

	fixture_serve(f, 0, 0);
	stream_sample_message(STREAM_HELLO, &message);
	message.hello.layout ^= 1;
	n = stream_encode(octets, &message);
	fd = stream_peer_connect(f->path, SOCK_SEQPACKET, NULL);
	assert_int_equal(send(fd, octets, n, 0), n);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 0);
	/* It is told what this build is, then nothing more. */
	assert_true(recv(fd, octets, sizeof(octets), 0) > 0);
	assert_int_equal(recv(fd, octets, sizeof(octets), 0), 0);
	close(fd);
}

static void one_that_talks_nonsense_is_refused(void **state)
{
	struct fixture *f = *state;
	int fd;

	fixture_serve(f, 0, 0);
	fd = stream_peer_connect(f->path, SOCK_SEQPACKET, NULL);
	assert_int_equal(send(fd, "nonsense", 8, 0), 8);
	fixture_settle(f);
	assert_int_equal(stream_server_subscribers(f->server), 0);
	assert_false(stream_server_waits(f->server));
	close(fd);
}

static void one_that_stays_silent_is_dropped_in_time(void **state)
{
	struct fixture *f = *state;
	char octet;
	int fd;

	fixture_serve(f, 0, 0);
	fd = stream_peer_connect(f->path, SOCK_SEQPACKET, NULL);
	fixture_settle(f);
	assert_true(stream_server_waits(f->server));
	stream_server_tick(f->server, loop_monotonic_us());
	assert_true(stream_server_waits(f->server));
	stream_server_tick(f->server, loop_monotonic_us() + 6000000);
	assert_false(stream_server_waits(f->server));
	assert_int_equal(recv(fd, &octet, 1, 0), 0);
	close(fd);
}

/* The client's side: a probe that says the wrong thing. */
static void expect_fault(struct fixture *f, const uint8_t *octets, size_t n, const char *reason)
{
	int listener = stream_peer_listen(f->path, SOCK_SEQPACKET, NULL);
	struct stream_client *client = stream_client_new(f->path, "weir-test-client", NULL, NULL);
	const struct stream_message *message;
	GError *error = NULL;
	int fd = accept(listener, NULL, NULL);

	assert_int_equal(send(fd, octets, n, 0), n);
	assert_int_equal(stream_client_next(client, &message, &error), STREAM_CLIENT_FAULT);
	assert_null(message);
	assert_non_null(strstr(error->message, reason));
	g_clear_error(&error);
	stream_client_free(client);
	close(fd);
	close(listener);
	(void)g_unlink(f->path);
}

static void a_client_refuses_what_is_not_valid(void **state)
{
	struct fixture *f = *state;
	static struct stream_message message;
	static uint8_t octets[STREAM_MESSAGE_MAX + 1];

	expect_fault(f, (const uint8_t *)"junk", 4, "not valid");
	expect_fault(f, octets, sizeof(octets), "not valid");
	stream_sample_message(STREAM_BYE, &message);
	expect_fault(f, octets, stream_encode(octets, &message), "something else");
	stream_sample_message(STREAM_HELLO, &message);
	message.hello.record_octets++;
	expect_fault(f, octets, stream_encode(octets, &message), "another build");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_server_is_refused),
		TEST(paths_that_cannot_be_are_refused),
		TEST(too_many_subscribers_are_refused),
		TEST(one_of_another_build_is_refused),
		TEST(one_that_talks_nonsense_is_refused),
		TEST(one_that_stays_silent_is_dropped_in_time),
		TEST(a_client_refuses_what_is_not_valid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
