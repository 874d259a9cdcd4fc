#include "base/stream_keep.h"

#include <glib.h>
#include <string.h>

struct stream_kept {
	struct stream_kept *next;
	uint64_t number;
	struct stream_server_losses content;
	size_t octets;
	uint8_t message[];
};

static void add(struct stream_server_losses *sum, const struct stream_server_losses *more)
{
	sum->records += more->records;
	sum->packets += more->packets;
	sum->octets += more->octets;
}

static size_t kept_size(const struct stream_kept *kept)
{
	return sizeof(*kept) + kept->octets;
}

/* Forget the head. */
static void drop(struct stream_keep *keep)
{
	struct stream_kept *head = keep->head;

	keep->head = head->next;
	if (keep->next == head) {
		keep->next = head->next;
	}
	if (keep->tail == head) {
		keep->tail = NULL;
	}
	keep->octets -= kept_size(head);
	g_free(head);
}

bool stream_keep_put(struct stream_keep *keep, const struct iovec *parts, unsigned count,
	uint64_t number, const struct stream_server_losses *content)
{
	struct stream_kept *kept;
	size_t octets = 0;
	uint8_t *at;

	for (unsigned i = 0; i < count; i++) {
		octets += parts[i].iov_len;
	}
	while (keep->octets + sizeof(*kept) + octets > keep->octets_max) {
		if (keep->head == keep->next) {
			return false;
		}
		add(&keep->evicted, &keep->head->content);
		keep->evicted_number = keep->head->number;
		drop(keep);
	}
	kept = g_try_malloc(sizeof(*kept) + octets);
	if (kept == NULL) {
		return false;
	}
	*kept = (struct stream_kept){.number = number, .content = *content, .octets = octets};
	at = kept->message;
	for (unsigned i = 0; i < count; i++) {
		if (parts[i].iov_len > 0) {
			memcpy(at, parts[i].iov_base, parts[i].iov_len);
		}
		at += parts[i].iov_len;
	}
	if (keep->tail == NULL) {
		keep->head = kept;
	} else {
		keep->tail->next = kept;
	}
	keep->tail = kept;
	if (keep->next == NULL) {
		keep->next = kept;
	}
	keep->octets += kept_size(kept);
	return true;
}

const uint8_t *stream_keep_peek(const struct stream_keep *keep, size_t *ret_octets)
{
	*ret_octets = keep->next == NULL ? 0 : keep->next->octets;
	return keep->next == NULL ? NULL : keep->next->message;
}

void stream_keep_sent(struct stream_keep *keep)
{
	if (keep->next != NULL) {
		keep->next = keep->next->next;
	}
}

void stream_keep_acknowledge(struct stream_keep *keep, uint64_t number)
{
	while (keep->head != keep->next && keep->head->number <= number) {
		drop(keep);
	}
	if (keep->evicted_number <= number) {
		keep->evicted = (struct stream_server_losses){0};
		keep->evicted_number = 0;
	}
}

void stream_keep_rewind(struct stream_keep *keep, struct stream_server_losses *lost)
{
	add(lost, &keep->evicted);
	keep->evicted = (struct stream_server_losses){0};
	keep->evicted_number = 0;
	keep->next = keep->head;
}

void stream_keep_lose(struct stream_keep *keep, struct stream_server_losses *lost)
{
	stream_keep_rewind(keep, lost);
	while (keep->head != NULL) {
		add(lost, &keep->head->content);
		drop(keep);
	}
}
