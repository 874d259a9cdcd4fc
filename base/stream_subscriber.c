#include "base/stream_subscriber.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stream_peer.h"

#define SERVER_EVENT_SHARE 16 /* part of the queue that is kept for events and counters */

void losses_add(struct stream_server_losses *losses, const struct stream_server_losses *more)
{
	losses->records += more->records;
	losses->packets += more->packets;
	losses->octets += more->octets;
}

struct stream_server_losses losses_of(const struct record_batch *batch)
{
	struct stream_server_losses losses = {.records = batch->count};

	for (uint32_t i = 0; i < batch->count; i++) {
		losses.packets += batch->records[i].packets + batch->records[i].rev_packets;
		losses.octets += batch->records[i].octets + batch->records[i].rev_octets;
	}
	return losses;
}

static void subscriber_lose(struct subscriber *s, const struct stream_server_losses *content)
{
	losses_add(&s->lost, content);
	losses_add(&s->server->lost, content);
}

/* What still waits in the queue of a subscriber that goes is lost like what never fitted. */
static void subscriber_lose_queue(struct subscriber *s)
{
	struct stream_message *message = g_new(struct stream_message, 1);
	const uint8_t *octets;
	size_t n;

	while ((octets = stream_queue_peek(&s->queue, &n)) != NULL) {
		if (stream_decode(octets, n, message) == STATUS_OK &&
			message->type == STREAM_FLOWS) {
			struct stream_server_losses content = losses_of(&message->flows.batch);

			subscriber_lose(s, &content);
		}
		stream_queue_drop(&s->queue);
	}
	g_free(message);
}

/* It acknowledges, so it may come back for the rest. */
static void subscriber_miss(struct subscriber *s)
{
	struct missed *missed = &s->server->missed;

	if (missed->expected) {
		stream_keep_lose(&missed->keep, &s->server->unheard);
	}
	*missed = (struct missed){.expected = true,
		.since_us = loop_monotonic_us(),
		.keep = s->keep,
		.lost = s->lost};
	s->keep = (struct stream_keep){0};
}

void subscriber_close(struct subscriber *s, const char *reason)
{
	subscriber_lose_queue(s);
	log_write(s->greeted ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, SERVER_AREA,
		"subscriber %s: %s; %" G_GUINT64_FORMAT " records lost", s->name, reason,
		s->lost.records);
	if (s->acknowledges) {
		subscriber_miss(s);
	}
	loop_remove(s->server->loop, &s->watch);
	close(s->watch.fd);
	stream_queue_done(&s->queue);
	s->watch.fd = -1;
	s->greeted = false;
	s->acknowledges = false;
}

static enum send_result send_parts(int fd, struct iovec *parts, unsigned count)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
	ssize_t sent;

	do {
		sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent >= 0) {
		return SEND_DONE;
	}
	return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? SEND_FULL : SEND_GONE;
}

/* What goes next: batches first, as whatever is told of them comes after. NULL: nothing. */
static const uint8_t *subscriber_peek(struct subscriber *s, size_t *ret_octets)
{
	const uint8_t *octets = stream_keep_peek(&s->keep, ret_octets);

	return octets != NULL ? octets : stream_queue_peek(&s->queue, ret_octets);
}

static void subscriber_sent(struct subscriber *s)
{
	if (s->keep.next != NULL) {
		stream_keep_sent(&s->keep);
	} else {
		stream_queue_drop(&s->queue);
	}
}

/* Send what waits until nothing does or the socket is full. */
static enum send_result subscriber_drain(struct subscriber *s)
{
	struct iovec part;
	const uint8_t *octets;

	while ((octets = subscriber_peek(s, &part.iov_len)) != NULL) {
		enum send_result result;

		part.iov_base = (void *)(uintptr_t)octets;
		result = send_parts(s->watch.fd, &part, 1);
		if (result != SEND_DONE) {
			return result;
		}
		subscriber_sent(s);
	}
	return SEND_DONE;
}

static void subscriber_want_room(struct subscriber *s, bool wanted)
{
	if (s->waiting != wanted) {
		s->waiting = wanted;
		loop_change(s->server->loop, &s->watch, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

static void subscriber_joined(struct subscriber *s)
{
	struct stream_server *server = s->server;

	s->stale = false;
	if (server->config.joined != NULL) {
		server->only = s;
		server->config.joined(server->config.context);
		server->only = NULL;
	}
}

/* Wait for room as far as that is allowed now. False: no more waiting. */
static bool subscriber_wait(const struct subscriber *s)
{
	const struct stream_server *server = s->server;
	struct pollfd fds[2] = {{.fd = s->watch.fd, .events = POLLOUT},
		{.fd = server->interrupt_fd, .events = POLLIN}};
	int timeout_ms = -1;

	if (server->deadline_us == 0) {
		return false;
	}
	if (server->deadline_us != INT64_MAX) {
		int64_t left_ms = (server->deadline_us - loop_monotonic_us()) / 1000;

		if (left_ms <= 0) {
			return false;
		}
		timeout_ms = (int)MIN(left_ms, INT32_MAX);
	}
	return poll(fds, 2, timeout_ms) > 0 && fds[1].revents == 0;
}

enum send_result subscriber_flush(struct subscriber *s)
{
	enum send_result result;

	do {
		result = subscriber_drain(s);
	} while (result == SEND_FULL && subscriber_wait(s));
	return result;
}

/* Send what is queued and then @parcel, waiting where that is allowed. */
static enum send_result subscriber_send(struct subscriber *s, struct parcel *parcel)
{
	enum send_result result;

	do {
		result = subscriber_drain(s);
		if (result == SEND_DONE) {
			result = send_parts(s->watch.fd, parcel->parts, parcel->count);
		}
	} while (result == SEND_FULL && subscriber_wait(s));
	return result;
}

/* A batch for one that acknowledges: kept, then sent from there. */
static void subscriber_keep(struct subscriber *s, const struct parcel *parcel)
{
	bool kept = stream_keep_put(
		&s->keep, parcel->parts, parcel->count, parcel->number, parcel->content);
	enum send_result result = subscriber_flush(s);

	if (!kept && result == SEND_DONE) {
		kept = stream_keep_put(
			&s->keep, parcel->parts, parcel->count, parcel->number, parcel->content);
		result = subscriber_flush(s);
	}
	if (!kept) {
		subscriber_lose(s, parcel->content);
	}
	if (result == SEND_GONE) {
		subscriber_close(s, "gone");
	} else {
		subscriber_want_room(s, result == SEND_FULL);
	}
}

void subscriber_give(struct subscriber *s, struct parcel *parcel)
{
	enum send_result result = SEND_FULL;
	size_t reserve = parcel->number != 0 ? s->queue.size / SERVER_EVENT_SHARE : 0;

	if (s->acknowledges && parcel->number != 0) {
		subscriber_keep(s, parcel);
		return;
	}
	if (s->queue.count == 0 || s->server->deadline_us != 0) {
		result = subscriber_send(s, parcel);
	}
	if (result == SEND_GONE) {
		if (parcel->number != 0) {
			subscriber_lose(s, parcel->content);
		}
		subscriber_close(s, "gone");
		return;
	}
	if (result == SEND_FULL) {
		subscriber_want_room(s, true);
		if (stream_queue_put(&s->queue, parcel->parts, parcel->count, reserve)) {
			return;
		}
		if (parcel->number == 0) {
			s->stale = true;
			return;
		}
		subscriber_lose(s, parcel->content);
	}
}

bool subscriber_takes(const struct subscriber *s)
{
	return s->watch.fd >= 0 && s->greeted && (s->server->only == NULL || s->server->only == s);
}

void parcel_small(struct parcel *parcel, uint8_t *buffer, const struct stream_message *message)
{
	parcel->parts[0].iov_base = buffer;
	parcel->parts[0].iov_len = stream_encode(buffer, message);
	parcel->count = 1;
	parcel->number = 0;
	parcel->content = NULL;
}

/* One that acknowledges is there, perhaps again: what it has not got yet is sent first. */
static void subscriber_resume(struct subscriber *s, const struct stream_hello *hello)
{
	struct stream_server *server = s->server;
	struct missed *missed = &server->missed;
	struct stream_server_losses lost = {0};

	s->acknowledges = true;
	if (!missed->expected) {
		s->keep = (struct stream_keep){.octets_max = server->config.keep_octets};
		return;
	}
	s->keep = missed->keep;
	s->lost = missed->lost;
	missed->expected = false;
	if (hello->instance == server->instance) {
		stream_keep_acknowledge(&s->keep, hello->number);
	}
	stream_keep_rewind(&s->keep, &lost);
	subscriber_lose(s, &lost);
}

static void subscriber_begin(struct subscriber *s, const struct stream_hello *hello)
{
	s->greeted = true;
	log_info(SERVER_AREA, "subscriber %s joined", s->name);
	if ((hello->flags & STREAM_FLAG_ACK) != 0) {
		subscriber_resume(s, hello);
	}
	subscriber_joined(s);
	if (s->watch.fd >= 0) {
		subscriber_want_room(s, s->keep.next != NULL || s->queue.count > 0);
	}
}

/* The peer's first message: its hello. */
static void subscriber_greet(struct subscriber *s)
{
	uint8_t octets[STREAM_SMALL_MAX];
	struct stream_message *message = g_new0(struct stream_message, 1);
	struct parcel parcel;
	struct stream_hello hello = {0};
	char reason[160] = "sent something else than a hello";
	ssize_t n = recv(s->watch.fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);
	bool good = false;

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		g_free(message);
		return;
	}
	if (n > 0 && (size_t)n <= sizeof(octets) &&
		stream_decode(octets, (size_t)n, message) == STATUS_OK &&
		message->type == STREAM_HELLO) {
		hello = message->hello;
		good = stream_hello_matches(&hello, reason);
		s->flowless = (hello.flags & STREAM_FLAG_NO_FLOWS) != 0;
	}
	if (good) {
		size_t used = strlen(s->name);

		(void)snprintf(s->name + used, sizeof(s->name) - used, " (%s)", hello.program);
	}
	/* Answered even when refused: the peer, too, can then say what does not match. */
	message->type = STREAM_HELLO;
	stream_hello_init(&message->hello, s->server->config.program, s->server->config.flags);
	message->hello.instance = s->server->instance;
	message->hello.number = s->server->number;
	parcel_small(&parcel, octets, message);
	g_free(message);
	if (send_parts(s->watch.fd, parcel.parts, 1) != SEND_DONE || !good) {
		subscriber_close(s, n == 0 ? "hung up before its hello" : reason);
		return;
	}
	subscriber_begin(s, &hello);
}

/* Acknowledgements are all that may come. False: it has hung up, or sent something else. */
static bool subscriber_heard(struct subscriber *s)
{
	uint8_t octets[STREAM_ACK_OCTETS];
	uint64_t number;
	ssize_t n = recv(s->watch.fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0) {
		return errno == EAGAIN || errno == EINTR;
	}
	if (!s->acknowledges || n != sizeof(octets) || !stream_decode_ack(octets, &number)) {
		return false;
	}
	stream_keep_acknowledge(&s->keep, number);
	return true;
}

void subscriber_ready(void *subscriber, uint32_t events)
{
	struct subscriber *s = subscriber;

	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		if (!s->greeted) {
			subscriber_greet(s);
			return;
		}
		if (!subscriber_heard(s)) {
			subscriber_close(s, "hung up");
			return;
		}
	}
	if ((events & EPOLLOUT) == 0) {
		return;
	}
	switch (subscriber_drain(s)) {
	case SEND_DONE:
		subscriber_want_room(s, false);
		if (s->stale) {
			subscriber_joined(s);
		}
		break;
	case SEND_GONE:
		subscriber_close(s, "gone");
		break;
	case SEND_FULL:
		break;
	}
}

bool subscriber_open(struct subscriber *s, int fd)
{
	struct stream_server *server = s->server;

	if (!stream_queue_init(&s->queue, server->config.queue_octets)) {
		return false;
	}
	stream_peer_buffer(fd, server->config.socket_octets);
	s->watch.fd = fd;
	s->greeted = false;
	s->flowless = false;
	s->stale = false;
	s->waiting = false;
	s->acknowledges = false;
	s->keep = (struct stream_keep){0};
	s->since_us = loop_monotonic_us();
	memset(&s->lost, 0, sizeof(s->lost));
	if (!loop_add(server->loop, &s->watch, EPOLLIN, NULL)) {
		stream_queue_done(&s->queue);
		s->watch.fd = -1;
		return false;
	}
	return true;
}
