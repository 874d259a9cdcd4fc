#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/loop.h"
#include "base/stream_keep.h"
#include "base/stream_queue.h"
#include "base/stream_server.h"

#define SERVER_AREA "stream" /* in the log */

/** Inside of the server: one subscriber, and how a message gets to it. */
struct subscriber {
	struct stream_server *server;
	struct loop_watch watch; /* fd -1: free */
	bool greeted;
	bool flowless; /* wants no flows */
	bool stale;    /* an event was dropped */
	bool waiting;  /* for room in the socket */
	bool acknowledges;
	int64_t since_us;
	char name[64];
	struct stream_queue queue; /* of one that acknowledges: events only */
	struct stream_keep keep;   /* its batches */
	struct stream_server_losses lost;
};

/* A subscriber that acknowledged and has gone; it is expected back. */
struct missed {
	bool expected;
	int64_t since_us;
	struct stream_keep keep;
	struct stream_server_losses lost; /* for want of room meanwhile */
};

struct stream_server {
	struct loop *loop;
	struct stream_server_config config;
	struct loop_watch listener;
	struct subscriber *subscribers; /* owned, config.subscribers of them */
	struct subscriber *only;        /* while it is told what there is */
	int64_t deadline_us;
	int interrupt_fd;
	struct stream_server_losses lost;
	struct stream_server_losses unheard;
	struct missed missed;
	uint64_t instance;
	uint64_t number; /* of the last batch */
};

/* One message on its way: its parts and what is lost with it. */
struct parcel {
	struct iovec parts[3];
	unsigned count;
	uint64_t number;                            /* of the batch; 0: an event */
	const struct stream_server_losses *content; /* of the batch */
};

enum send_result {
	SEND_DONE,
	SEND_FULL,
	SEND_GONE
};

/** Make @parcel carry a message that is not FLOWS, encoded in @buffer of STREAM_SMALL_MAX octets. */
void parcel_small(struct parcel *parcel, uint8_t *buffer, const struct stream_message *message);

/** Count @more as well. */
void losses_add(struct stream_server_losses *losses, const struct stream_server_losses *more);

/** What a batch holds. */
struct stream_server_losses losses_of(const struct record_batch *batch);

/** Begin with a connected descriptor, which is the subscriber's from then on. False: no memory. */
bool subscriber_open(struct subscriber *s, int fd);

/** End, counting what was still queued as lost, and say why in the log. */
void subscriber_close(struct subscriber *s, const char *reason);

/** True if it gets what is sent now. */
bool subscriber_takes(const struct subscriber *s);

/** Send, queue, or drop and count. */
void subscriber_give(struct subscriber *s, struct parcel *parcel);

/** Send from the queue until it is empty, or there is no more room and no more waiting. */
enum send_result subscriber_flush(struct subscriber *s);

/** A loop_callback. */
void subscriber_ready(void *subscriber, uint32_t events);
