#include "base/stream_queue.h"

#include <stdlib.h>
#include <string.h>

/* Each message is preceded by its length and begins at a multiple of this, so that there is always
 * room for the mark of the end. */
#define QUEUE_UNIT 8
#define QUEUE_WRAP UINT32_MAX

bool stream_queue_init(struct stream_queue *queue, size_t size)
{
	memset(queue, 0, sizeof(*queue));
	queue->size = size / QUEUE_UNIT * QUEUE_UNIT;
	queue->octets = malloc(queue->size);
	return queue->octets != NULL;
}

void stream_queue_done(struct stream_queue *queue)
{
	free(queue->octets);
	memset(queue, 0, sizeof(*queue));
}

/* Find room for @need octets in one piece and make it the tail. */
static bool find_room(struct stream_queue *queue, size_t need, size_t reserve)
{
	size_t end;

	if (queue->count == 0) {
		queue->head = 0;
		queue->tail = 0;
	}
	if (queue->tail < queue->head || (queue->tail == queue->head && queue->count > 0)) {
		return queue->head - queue->tail >= need + reserve;
	}
	end = queue->size - queue->tail;
	if (end >= need && end - need + queue->head >= reserve) {
		return true;
	}
	if (queue->head < need + reserve) {
		return false;
	}
	if (end > 0) {
		uint32_t mark = QUEUE_WRAP;

		memcpy(queue->octets + queue->tail, &mark, sizeof(mark));
	}
	queue->tail = 0;
	return true;
}

bool stream_queue_put(
	struct stream_queue *queue, const struct iovec *parts, unsigned count, size_t reserve)
{
	size_t octets = 0;
	size_t need;
	uint8_t *at;
	uint32_t length;

	for (unsigned i = 0; i < count; i++) {
		octets += parts[i].iov_len;
	}
	need = (sizeof(length) + octets + QUEUE_UNIT - 1) / QUEUE_UNIT * QUEUE_UNIT;
	if (!find_room(queue, need, reserve)) {
		return false;
	}
	at = queue->octets + queue->tail;
	length = (uint32_t)octets;
	memcpy(at, &length, sizeof(length));
	at += sizeof(length);
	for (unsigned i = 0; i < count; i++) {
		if (parts[i].iov_len > 0) {
			memcpy(at, parts[i].iov_base, parts[i].iov_len);
		}
		at += parts[i].iov_len;
	}
	queue->tail += need;
	queue->count++;
	return true;
}

static uint32_t head_length(const struct stream_queue *queue)
{
	uint32_t length;

	memcpy(&length, queue->octets + queue->head, sizeof(length));
	return length;
}

const uint8_t *stream_queue_peek(struct stream_queue *queue, size_t *ret_octets)
{
	*ret_octets = 0;
	if (queue->count == 0) {
		return NULL;
	}
	if (queue->head == queue->size || head_length(queue) == QUEUE_WRAP) {
		queue->head = 0;
	}
	*ret_octets = head_length(queue);
	return queue->octets + queue->head + sizeof(uint32_t);
}

void stream_queue_drop(struct stream_queue *queue)
{
	size_t octets;

	if (stream_queue_peek(queue, &octets) == NULL) {
		return;
	}
	queue->head += (sizeof(uint32_t) + octets + QUEUE_UNIT - 1) / QUEUE_UNIT * QUEUE_UNIT;
	queue->count--;
}
