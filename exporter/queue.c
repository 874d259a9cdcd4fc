#include "exporter/queue.h"

#include <glib.h>
#include <string.h>

struct message *message_new(const struct message_info *info, const uint8_t *octets)
{
	struct message *message = g_malloc(sizeof(*message) + info->size);

	message->next = NULL;
	message->info = *info;
	memcpy(message->octets, octets, info->size);
	return message;
}

void queue_push(struct queue *queue, const struct message_info *info, const uint8_t *octets)
{
	queue_push_tail(queue, message_new(info, octets));
}

void queue_push_tail(struct queue *queue, struct message *message)
{
	message->next = NULL;
	if (queue->tail == NULL) {
		queue->head = message;
	} else {
		queue->tail->next = message;
	}
	queue->tail = message;
	queue->octets += message->info.size;
	queue->count++;
}

/* Unlink the message after @previous; NULL: the head. */
static struct message *queue_unlink(struct queue *queue, struct message *previous)
{
	struct message *message = previous == NULL ? queue->head : previous->next;

	if (message == NULL) {
		return NULL;
	}
	if (previous == NULL) {
		queue->head = message->next;
	} else {
		previous->next = message->next;
	}
	if (queue->tail == message) {
		queue->tail = previous;
	}
	queue->octets -= message->info.size;
	queue->count--;
	message->next = NULL;
	return message;
}

struct message *queue_pop(struct queue *queue)
{
	return queue_unlink(queue, NULL);
}

void queue_prepend(struct queue *queue, struct queue *front)
{
	if (front->head == NULL) {
		return;
	}
	front->tail->next = queue->head;
	queue->head = front->head;
	if (queue->tail == NULL) {
		queue->tail = front->tail;
	}
	queue->octets += front->octets;
	queue->count += front->count;
	*front = (struct queue){0};
}

static struct message *queue_take(struct queue *queue, bool templates, uint32_t keep)
{
	struct message *previous = NULL;
	uint32_t position = 0;

	for (struct message *m = queue->head; m != NULL; m = m->next) {
		if (position >= keep && m->info.templates == templates) {
			return queue_unlink(queue, previous);
		}
		previous = m;
		position++;
	}
	return NULL;
}

struct message *queue_take_data(struct queue *queue, uint32_t keep)
{
	return queue_take(queue, false, keep);
}

struct message *queue_take_templates(struct queue *queue)
{
	return queue_take(queue, true, 0);
}

void queue_clear(struct queue *queue)
{
	struct message *message;

	while ((message = queue_pop(queue)) != NULL) {
		g_free(message);
	}
}
