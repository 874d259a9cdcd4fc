#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/**
 * Messages in the order they came, in one ring of octets: what waits for a subscriber whose socket
 * is full. Memory is touched only as far as it has ever been filled.
 */
struct stream_queue {
	uint8_t *octets; /* owned */
	size_t size;
	size_t head; /* of the oldest message */
	size_t tail; /* where the next one goes */
	size_t count;
};

/** Allocates @size octets. False when there is no memory. */
bool stream_queue_init(struct stream_queue *queue, size_t size);
void stream_queue_done(struct stream_queue *queue); /* an empty queue again; harmless twice */

/**
 * Append one message made of @count parts (at most 3). False, and nothing kept, unless it fits and
 * leaves @reserve octets free.
 */
bool stream_queue_put(
	struct stream_queue *queue, const struct iovec *parts, unsigned count, size_t reserve);

/** The oldest message, borrowed until stream_queue_drop(); NULL when empty. */
const uint8_t *stream_queue_peek(struct stream_queue *queue, size_t *ret_octets);

/** Forget the oldest message. */
void stream_queue_drop(struct stream_queue *queue);
