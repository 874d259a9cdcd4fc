#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exporter/encoder.h"
#include "exporter/export.h"

/** What must be known of a message once its octets are on their way. */
struct message_info {
	uint32_t size;
	uint32_t data_records;
	uint32_t flow_records;
	uint64_t flow_packets;
	uint64_t flow_octets;
	int64_t newest_us; /* no flow in it ended later, µs since the epoch */
	bool templates;
	bool spooled;              /* it lies in the spool */
	struct export_mark mark;   /* all batches up to this are in this message or before it */
	struct export_mark before; /* the same without this message */
};

/** A message that waits, with its own copy of the octets. */
struct message {
	struct message *next;
	struct message_info info;
	uint8_t octets[];
};

/** First in, first out; not bounded by itself: its owner looks at octets. All zero is empty. */
struct queue {
	struct message *head;
	struct message *tail;
	uint64_t octets; /* sum of the messages' sizes */
	uint32_t count;
};

/** A copy, owned by the caller: g_free(). */
struct message *message_new(const struct message_info *info, const uint8_t *octets);

/** Copy a message to the end. */
void queue_push(struct queue *queue, const struct message_info *info, const uint8_t *octets);

/** Take the first message out; the caller frees it with g_free(). NULL when empty. */
struct message *queue_pop(struct queue *queue);

/** Append a message that the caller owns. */
void queue_push_tail(struct queue *queue, struct message *message);

/** Move all of @front before all of @queue; @front is empty afterwards. */
void queue_prepend(struct queue *queue, struct queue *front);

/**
 * Take out the oldest message without templates, except the first @keep messages; NULL if there is
 * none. The caller frees it.
 */
struct message *queue_take_data(struct queue *queue, uint32_t keep);

/** Take out the oldest message with templates; NULL if there is none. The caller frees it. */
struct message *queue_take_templates(struct queue *queue);

/** Free all messages. */
void queue_clear(struct queue *queue);
