#pragma once

#include "base/loop.h"
#include "base/stream_client.h"
#include "base/stream_server.h"

/** One process plays both ends: the loop is stepped until it has nothing to do. */
struct fixture {
	char *folder;
	char *path;
	struct loop *loop;
	struct stream_server *server;
	unsigned joined;
};

/** cmocka's set-up and tear-down around a test: a folder and a loop. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/** Start the server for two subscribers, with small buffers if wanted (0: the usual). */
void fixture_serve(struct fixture *f, size_t socket_octets, size_t queue_octets);

/** The same with little room for what is not acknowledged. */
void fixture_serve_keeping(struct fixture *f, size_t keep_octets);

/** Let the server do what there is to do. */
void fixture_settle(struct fixture *f);

/** The next message, which must be there. */
const struct stream_message *fixture_next(struct stream_client *client);

/** No message may be there. */
void fixture_nothing(struct stream_client *client);

/** A subscriber that has had its hello and what there was to tell. */
struct stream_client *fixture_join(struct fixture *f);
