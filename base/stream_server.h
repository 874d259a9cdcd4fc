#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/stream.h"

/**
 * The probe's end of the flow stream: takes subscribers and sends each of them every message.
 * Ordinarily it never waits: what does not fit a subscriber's socket and its bounded queue is
 * dropped and counted for that subscriber alone. Nothing is allocated per message, but for a
 * subscriber that acknowledges batches: those are kept until it does. When it hangs up they are kept
 * for a minute more, with what comes meanwhile, for it to come back.
 */
struct stream_server;

struct stream_server_config {
	const char *path;     /* of the socket */
	const char *program;  /* how it introduces itself */
	uint16_t flags;       /* enum stream_flag */
	unsigned subscribers; /* at most this many at once; 0: 8 */
	size_t socket_octets; /* asked of the kernel for each; 0: 4 MiB; at least a message */
	size_t queue_octets;  /* kept for each beside; 0: 1 MiB, allocated when it joins */
	size_t keep_octets;   /* kept for one that acknowledges; 0: 8 MiB, taken as needed */
	/* A subscriber is there, or has caught up after events did not fit: tell it what there is
	 * (only it will get what is sent during the call). */
	void (*joined)(void *context);
	void *context;
};

struct stream_server_losses {
	uint64_t records;
	uint64_t packets; /* both directions of each record */
	uint64_t octets;
};

/**
 * Listen at config->path; a dead socket there is replaced, a live one is an error. Peers must have
 * this process's user or group, or be root. Errors name the path.
 */
struct stream_server *stream_server_new(
	struct loop *loop, const struct stream_server_config *config, GError **error);
void stream_server_free(struct stream_server *server); /* leaves the socket's file; NULL is fine */

/** Subscribers that have introduced themselves and take flows. */
unsigned stream_server_subscribers(const struct stream_server *server);

/**
 * True while some are connected but have not said who they are, or one is missed that acknowledged:
 * stream_server_tick() must come.
 */
bool stream_server_waits(const struct stream_server *server);

/** Let time pass: hang up on those who stay silent for 5 s, give up whoever is missed for 60 s. */
void stream_server_tick(struct stream_server *server, int64_t monotonic_us);

/**
 * From now on wait until a slow subscriber has room, at most until @deadline_us of the monotonic
 * clock (0: not at all, INT64_MAX: for ever), or until @interrupt_fd is readable (-1: none).
 */
void stream_server_block(struct stream_server *server, int64_t deadline_us, int interrupt_fd);

/** Send a batch to all. Cost: one system call a subscriber, no copy unless its socket is full. */
void stream_server_flows(
	struct stream_server *server, const struct record_batch *batch, int64_t clock_us);

/**
 * Send a DEVICE, INTERFACE, SELECTION or BYE to all. One that does not fit makes its subscriber be told
 * everything anew (joined) once it has caught up.
 */
void stream_server_event(struct stream_server *server, const struct stream_message *message);

/** Send counters to all, lost_, unheard_ and missed_ members filled in for each. */
void stream_server_counters(struct stream_server *server, const struct stream_counters *counters);

/** What was dropped for any subscriber, those included that have left. */
void stream_server_lost(
	const struct stream_server *server, struct stream_server_losses *ret_losses);

/** Wait until every queue is empty, as stream_server_block() allows. False if one is not. */
bool stream_server_drain(struct stream_server *server);
