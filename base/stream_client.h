#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/stream.h"

/** A subscriber's end of the flow stream: for any loop that can wait for a descriptor. */
struct stream_client;

/** Connect to the probe at @path and introduce this @program, which wants all that there is. */
struct stream_client *stream_client_new(const char *path, const char *program, GError **error);

/** The same for who only looks: all but the flows, which nobody is taken to have heard then. */
struct stream_client *stream_client_look(const char *path, const char *program, GError **error);
void stream_client_free(struct stream_client *client); /* hangs up; NULL is fine */

/** To wait for until it is readable. */
int stream_client_fd(const struct stream_client *client);

enum stream_client_result {
	STREAM_CLIENT_MESSAGE,
	STREAM_CLIENT_AGAIN, /* nothing waits */
	STREAM_CLIENT_END,   /* the probe hung up */
	STREAM_CLIENT_FAULT  /* the probe sent what it must not, or is another build's: @error */
};

/**
 * Take one message, which stays valid until the next call. The first is the probe's HELLO, one that
 * matches. After END or FAULT only stream_client_free() is of use.
 */
enum stream_client_result stream_client_next(
	struct stream_client *client, const struct stream_message **ret_message, GError **error);
