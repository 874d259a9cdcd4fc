#include "base/stream_server.h"

#include <stdio.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stream_peer.h"
#include "base/stream_subscriber.h"

#define SERVER_SUBSCRIBERS    8
#define SERVER_SOCKET_OCTETS  (4 << 20)
#define SERVER_QUEUE_OCTETS   (1 << 20)
#define SERVER_KEEP_OCTETS    (8 << 20)
#define SERVER_HELLO_LIMIT_US (INT64_C(5) * G_USEC_PER_SEC)
#define SERVER_MISS_LIMIT_US  (INT64_C(60) * G_USEC_PER_SEC)

static struct subscriber *find_free(struct stream_server *server)
{
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		if (server->subscribers[i].watch.fd < 0) {
			return &server->subscribers[i];
		}
	}
	return NULL;
}

static void listener_ready(void *context, uint32_t events)
{
	struct stream_server *server = context;
	struct subscriber *s = find_free(server);
	char who[32];
	int fd = accept4(server->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		return;
	}
	if (!stream_peer_allowed(fd, who, sizeof(who))) {
		log_warning(SERVER_AREA, "refused a subscriber (%s): another user's", who);
		close(fd);
		return;
	}
	if (s == NULL) {
		log_warning(SERVER_AREA, "refused a subscriber (%s): there are %u already", who,
			server->config.subscribers);
		close(fd);
		return;
	}
	(void)snprintf(s->name, sizeof(s->name), "%s", who);
	if (!subscriber_open(s, fd)) {
		log_warning(SERVER_AREA, "refused a subscriber (%s): no memory", who);
		close(fd);
	}
}

/* What is not given means what the header says. */
static void set_defaults(struct stream_server_config *config)
{
	if (config->subscribers == 0) {
		config->subscribers = SERVER_SUBSCRIBERS;
	}
	if (config->socket_octets == 0) {
		config->socket_octets = SERVER_SOCKET_OCTETS;
	}
	config->socket_octets = MAX(config->socket_octets, STREAM_MESSAGE_MAX);
	if (config->queue_octets == 0) {
		config->queue_octets = SERVER_QUEUE_OCTETS;
	}
	if (config->keep_octets == 0) {
		config->keep_octets = SERVER_KEEP_OCTETS;
	}
}

/* Never 0, and not that of the probe before. */
static uint64_t new_instance(void)
{
	uint64_t instance = 0;

	if (getrandom(&instance, sizeof(instance), 0) != sizeof(instance)) {
		instance = (uint64_t)loop_clock_us();
	}
	return instance | 1;
}

struct stream_server *stream_server_new(
	struct loop *loop, const struct stream_server_config *config, GError **error)
{
	struct stream_server *server = g_new0(struct stream_server, 1);

	server->loop = loop;
	server->config = *config;
	server->interrupt_fd = -1;
	set_defaults(&server->config);
	server->instance = new_instance();
	server->subscribers = g_new0(struct subscriber, server->config.subscribers);
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		struct subscriber *s = &server->subscribers[i];

		s->server = server;
		s->watch = (struct loop_watch){.fd = -1, .call = subscriber_ready, .context = s};
	}
	server->listener.call = listener_ready;
	server->listener.context = server;
	server->listener.fd = stream_peer_listen(config->path, SOCK_SEQPACKET, error);
	if (server->listener.fd < 0 || !loop_add(loop, &server->listener, EPOLLIN, error)) {
		stream_server_free(server);
		return NULL;
	}
	return server;
}

/* It did not come back: what was kept for it is lost. */
static void give_up_missed(struct stream_server *server)
{
	struct stream_server_losses lost = {0};

	stream_keep_lose(&server->missed.keep, &lost);
	losses_add(&server->unheard, &lost);
	server->missed.expected = false;
	if (lost.records > 0) {
		log_warning(SERVER_AREA,
			"a subscriber did not come back: %" G_GUINT64_FORMAT
			" records kept for it are lost",
			lost.records);
	}
}

void stream_server_free(struct stream_server *server)
{
	if (server == NULL) {
		return;
	}
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		if (server->subscribers[i].watch.fd >= 0) {
			subscriber_close(&server->subscribers[i], "closed");
			/* What it was sent it has. */
			stream_keep_acknowledge(&server->missed.keep, UINT64_MAX);
		}
	}
	if (server->listener.fd >= 0) {
		loop_remove(server->loop, &server->listener);
		close(server->listener.fd);
	}
	if (server->missed.expected) {
		give_up_missed(server);
	}
	g_free(server->subscribers);
	g_free(server);
}

unsigned stream_server_subscribers(const struct stream_server *server)
{
	unsigned count = 0;

	for (unsigned i = 0; i < server->config.subscribers; i++) {
		const struct subscriber *s = &server->subscribers[i];

		count += s->watch.fd >= 0 && s->greeted && !s->flowless;
	}
	return count;
}

bool stream_server_waits(const struct stream_server *server)
{
	bool waits = server->missed.expected;

	for (unsigned i = 0; i < server->config.subscribers; i++) {
		waits = waits ||
			(server->subscribers[i].watch.fd >= 0 && !server->subscribers[i].greeted);
	}
	return waits;
}

void stream_server_tick(struct stream_server *server, int64_t monotonic_us)
{
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		struct subscriber *s = &server->subscribers[i];

		if (s->watch.fd >= 0 && !s->greeted &&
			monotonic_us - s->since_us > SERVER_HELLO_LIMIT_US) {
			subscriber_close(s, "did not say hello");
		}
	}
	if (server->missed.expected &&
		monotonic_us - server->missed.since_us > SERVER_MISS_LIMIT_US) {
		give_up_missed(server);
	}
}

/* Keep a batch for a subscriber that is expected back. */
static void miss_batch(struct stream_server *server, const struct parcel *parcel)
{
	struct missed *missed = &server->missed;

	if (!stream_keep_put(
		    &missed->keep, parcel->parts, parcel->count, parcel->number, parcel->content)) {
		losses_add(&missed->lost, parcel->content);
		losses_add(&server->lost, parcel->content);
	}
}

void stream_server_block(struct stream_server *server, int64_t deadline_us, int interrupt_fd)
{
	server->deadline_us = deadline_us;
	server->interrupt_fd = interrupt_fd;
}

void stream_server_flows(
	struct stream_server *server, const struct record_batch *batch, int64_t clock_us)
{
	uint8_t header[STREAM_FLOWS_OCTETS];
	struct stream_server_losses content = losses_of(batch);
	struct parcel parcel = {.count = 3, .number = ++server->number, .content = &content};
	bool heard = server->missed.expected;

	stream_encode_flows(header, batch, clock_us, parcel.number);
	parcel.parts[0] = (struct iovec){.iov_base = header, .iov_len = sizeof(header)};
	parcel.parts[1] = (struct iovec){.iov_base = (void *)(uintptr_t)batch->records,
		.iov_len = batch->count * sizeof(struct flow_record)};
	parcel.parts[2] = (struct iovec){
		.iov_base = (void *)(uintptr_t)batch->text, .iov_len = batch->text_octets};
	if (server->missed.expected) {
		miss_batch(server, &parcel);
	}
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		if (subscriber_takes(&server->subscribers[i]) && !server->subscribers[i].flowless) {
			heard = true;
			subscriber_give(&server->subscribers[i], &parcel);
		}
	}
	if (!heard) {
		losses_add(&server->unheard, &content);
	}
}

void stream_server_event(struct stream_server *server, const struct stream_message *message)
{
	uint8_t octets[STREAM_SMALL_MAX];
	struct parcel parcel;

	parcel_small(&parcel, octets, message);
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		if (subscriber_takes(&server->subscribers[i])) {
			subscriber_give(&server->subscribers[i], &parcel);
		}
	}
}

void stream_server_counters(struct stream_server *server, const struct stream_counters *counters)
{
	uint8_t octets[STREAM_SMALL_MAX];
	struct parcel parcel;
	struct stream_message *message = g_new0(struct stream_message, 1);

	message->type = STREAM_COUNTERS;
	message->counters = *counters;
	message->counters.unheard_records = server->unheard.records;
	message->counters.unheard_packets = server->unheard.packets;
	message->counters.unheard_octets = server->unheard.octets;
	message->counters.missed_records = server->lost.records;
	message->counters.missed_packets = server->lost.packets;
	message->counters.missed_octets = server->lost.octets;
	for (unsigned i = 0; i < server->config.subscribers; i++) {
		struct subscriber *s = &server->subscribers[i];

		if (!subscriber_takes(s)) {
			continue;
		}
		message->counters.lost_records = s->lost.records;
		message->counters.lost_packets = s->lost.packets;
		message->counters.lost_octets = s->lost.octets;
		parcel_small(&parcel, octets, message);
		subscriber_give(s, &parcel);
	}
	g_free(message);
}

void stream_server_lost(const struct stream_server *server, struct stream_server_losses *ret_losses)
{
	*ret_losses = server->lost;
}

bool stream_server_drain(struct stream_server *server)
{
	bool empty = true;

	for (unsigned i = 0; i < server->config.subscribers; i++) {
		struct subscriber *s = &server->subscribers[i];
		enum send_result result;

		if (s->watch.fd < 0) {
			continue;
		}
		result = subscriber_flush(s);
		if (result == SEND_GONE) {
			subscriber_close(s, "gone");
		}
		empty = empty && result != SEND_FULL;
	}
	return empty;
}
