#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/stream.h"

/** A subscriber's end of the flow stream: for any loop that can wait for a descriptor. */
struct stream_client;

/** For a subscriber that acknowledges: what it has already. */
struct stream_resume {
	uint64_t instance; /* of the probe; 0: nothing */
	uint64_t number;   /* of the last batch */
};

/**
 * Connect to the probe at @path and introduce this @program, which wants all that there is.
 * @resume: it will acknowledge what it gets (stream_client_acknowledge()), and goes on behind what
 * it has; NULL: it will not.
 */
struct stream_client *stream_client_new(
	const char *path, const char *program, const struct stream_resume *resume, GError **error);

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

/**
 * All batches up to @number are safe: the probe may forget them. Never waits; false if it could not be told
 * now, in which case a later call makes up for it.
 */
bool stream_client_acknowledge(struct stream_client *client, uint64_t number);
