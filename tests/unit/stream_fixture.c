#include "tests/unit/stream_fixture.h"

#include <glib/gstdio.h>

#include "base/stream_peer.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

static void count_joined(void *context)
{
	struct fixture *f = context;
	static struct stream_message message;

	f->joined++;
	stream_sample_message(STREAM_INTERFACE, &message);
	stream_server_event(f->server, &message);
}

int fixture_set_up(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("weir-test-XXXXXX", NULL);
	f->path = g_build_filename(f->folder, STREAM_SOCKET_NAME, NULL);
	f->loop = loop_new(NULL);
	*state = f;
	return f->loop != NULL && f->folder != NULL ? 0 : -1;
}

int fixture_tear_down(void **state)
{
	struct fixture *f = *state;

	stream_server_free(f->server);
	loop_free(f->loop);
	(void)g_unlink(f->path);
	(void)g_rmdir(f->folder);
	g_free(f->path);
	g_free(f->folder);
	g_free(f);
	return 0;
}

static void serve(struct fixture *f, struct stream_server_config *config)
{
	GError *error = NULL;

	config->path = f->path;
	config->program = "weir-test";
	config->flags = STREAM_FLAG_FILE;
	config->subscribers = 2;
	config->joined = count_joined;
	config->context = f;
	f->server = stream_server_new(f->loop, config, &error);
	assert_null(error);
	assert_non_null(f->server);
}

void fixture_serve(struct fixture *f, size_t socket_octets, size_t queue_octets)
{
	struct stream_server_config config = {
		.socket_octets = socket_octets, .queue_octets = queue_octets};

	serve(f, &config);
}

void fixture_serve_keeping(struct fixture *f, size_t keep_octets)
{
	struct stream_server_config config = {.keep_octets = keep_octets};

	serve(f, &config);
}

void fixture_settle(struct fixture *f)
{
	while (loop_step(f->loop, 0)) {
	}
}

const struct stream_message *fixture_next(struct stream_client *client)
{
	const struct stream_message *message = NULL;
	GError *error = NULL;

	assert_int_equal(stream_client_next(client, &message, &error), STREAM_CLIENT_MESSAGE);
	assert_null(error);
	return message;
}

void fixture_nothing(struct stream_client *client)
{
	const struct stream_message *message;

	assert_int_equal(stream_client_next(client, &message, NULL), STREAM_CLIENT_AGAIN);
}

struct stream_client *fixture_join(struct fixture *f)
{
	GError *error = NULL;
	struct stream_client *client = stream_client_new(f->path, "weir-test-client", NULL, &error);

	assert_null(error);
	assert_non_null(client);
	fixture_settle(f);
	assert_int_equal(fixture_next(client)->type, STREAM_HELLO);
	assert_int_equal(fixture_next(client)->type, STREAM_INTERFACE);
	return client;
}
