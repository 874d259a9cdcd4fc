#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/stream_server.h"

/** A batch that was sent, or waits to be, and is not acknowledged. */
struct stream_kept;

/**
 * What a subscriber that acknowledges may still need: batches in the order of their numbers,
 * first those that were sent, then those that were not. Bounded by octets. All zero is empty, once
 * octets_max is set.
 */
struct stream_keep {
	struct stream_kept *head;
	struct stream_kept *next; /* the first that was not sent */
	struct stream_kept *tail;
	size_t octets;
	size_t octets_max;
	struct stream_server_losses evicted; /* sent, and gave way before it was acknowledged */
	uint64_t evicted_number;             /* of the last of them; 0: none */
};

/**
 * Add a batch made of @count parts (at most 3). What was sent gives way if there is no room
 * else. False: what waits to be sent fills it, or there is no memory.
 */
bool stream_keep_put(struct stream_keep *keep, const struct iovec *parts, unsigned count,
	uint64_t number, const struct stream_server_losses *content);

/** The message to send next, borrowed; NULL: there is none. */
const uint8_t *stream_keep_peek(const struct stream_keep *keep, size_t *ret_octets);

/** It was sent. */
void stream_keep_sent(struct stream_keep *keep);

/** All up to @number, of those sent, are safe. */
void stream_keep_acknowledge(struct stream_keep *keep, uint64_t number);

/** The subscriber has come back: everything is to be sent again; what gave way is lost. */
void stream_keep_rewind(struct stream_keep *keep, struct stream_server_losses *lost);

/** Empty it; all that was in it, or gave way, is added to @lost. */
void stream_keep_lose(struct stream_keep *keep, struct stream_server_losses *lost);
