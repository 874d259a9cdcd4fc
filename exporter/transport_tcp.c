#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exporter/transport_dial.h"
#include "exporter/transport_socket.h"

enum {
	TCP_LINGER_US = 2000000, /* for the peer to close, once it has acknowledged everything */
};

enum tcp_state {
	TCP_IDLE,
	TCP_CONNECTING,
	TCP_READY,
	TCP_ENDING /* our side is shut, the peer's end is awaited */
};

/* One connection at a time, to the first of the collector's addresses that takes it. */
struct tcp {
	struct transport base;
	enum tcp_state state;
	struct dial dial;
	int fd; /* -1: none */
	GSource *reader;
	GSource *writer;
	uint32_t offset;        /* octets of the message in flight that have left */
	bool finished;          /* our FIN has left */
	uint64_t sent_octets;   /* in this session */
	uint64_t window_octets; /* the widest window seen that the peer offered; 0: none was */
};

static void tcp_hang_up(struct tcp *tcp)
{
	socket_unwatch(&tcp->reader);
	socket_unwatch(&tcp->writer);
	if (tcp->fd >= 0) {
		(void)close(tcp->fd);
		tcp->fd = -1;
	}
	tcp->offset = 0;
	tcp->finished = false;
	tcp->sent_octets = 0;
	tcp->window_octets = 0;
	tcp->base.deadline_us = 0;
}

static void tcp_abort(struct transport *transport)
{
	struct tcp *tcp = (struct tcp *)transport;

	dial_cancel(&tcp->dial);
	tcp_hang_up(tcp);
	tcp->state = TCP_IDLE;
}

static void tcp_destroy(struct transport *transport)
{
	tcp_abort(transport);
	g_clear_error(&transport->error);
	g_free(transport);
}

static void tcp_see_window(struct tcp *tcp)
{
	if (tcp->fd >= 0) {
		tcp->window_octets = MAX(tcp->window_octets, socket_window_octets(tcp->fd));
	}
}

static uint64_t tcp_unacknowledged(struct transport *transport)
{
	struct tcp *tcp = (struct tcp *)transport;
	int octets = 0;
	int others = (int)tcp->offset + (tcp->finished ? 1 : 0); /* a FIN counts as one */

	tcp_see_window(tcp); /* since this is asked now and then while data flows */
	if (tcp->fd < 0 || ioctl(tcp->fd, SIOCOUTQ, &octets) != 0 || octets <= others) {
		return 0;
	}
	return (uint64_t)(octets - others);
}

/* The destination still wants to know what was not acknowledged, so the socket stays for now. */
static void tcp_ended(struct tcp *tcp)
{
	socket_unwatch(&tcp->reader);
	socket_unwatch(&tcp->writer);
	tcp->base.deadline_us = 0;
	tcp->state = TCP_IDLE;
}

/*
 * The session broke. The peer's system throws away what it has acknowledged and not passed on yet,
 * and nobody can ask how much that is: its buffer is about twice the window that it offers for it.
 */
static void tcp_broken(struct tcp *tcp)
{
	uint64_t acknowledged = tcp->sent_octets - tcp_unacknowledged(&tcp->base);

	tcp->base.doubtful_octets =
		tcp->window_octets == 0 ? acknowledged : MIN(acknowledged, 2 * tcp->window_octets);
	tcp_ended(tcp);
}

/*
 * Collectors send nothing, but what they do send must be read: octets left unread turn our close
 * into a reset, which makes the peer's kernel throw away what the collector has not read yet.
 */
static gboolean tcp_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct tcp *tcp = data;
	const struct transport_config *config = &tcp->base.config;
	uint8_t waste[4096];
	ssize_t got;

	do {
		got = recv(fd, waste, sizeof(waste), 0);
	} while (got > 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return G_SOURCE_CONTINUE;
	}
	if (got == 0 && tcp->state == TCP_ENDING) {
		tcp_ended(tcp);
		return G_SOURCE_REMOVE;
	}
	if (got == 0) {
		/* It has read what it took, or its system would have sent a reset. */
		transport_fail(&tcp->base, ECONNRESET, "the collector closed the connection");
		tcp->base.doubtful_octets = 0;
		tcp_ended(tcp);
	} else {
		transport_fail(&tcp->base, errno, "the connection was lost");
		tcp_broken(tcp);
	}
	config->events->broken(config->owner);
	return G_SOURCE_REMOVE;
}

static void tcp_connected(struct transport *transport, int fd)
{
	struct tcp *tcp = (struct tcp *)transport;
	const struct transport_config *config = &transport->config;

	if (fd < 0) {
		tcp->state = TCP_IDLE;
		config->events->broken(config->owner);
		return;
	}
	socket_tune_stream(transport, fd);
	tcp->fd = fd;
	tcp_see_window(tcp);
	tcp->state = TCP_READY;
	tcp->reader = socket_watch(config->context, fd, G_IO_IN, tcp_readable, tcp);
	config->events->established(config->owner);
}

static struct transport *tcp_create(const struct transport_config *config)
{
	struct tcp *tcp = g_new0(struct tcp, 1);

	tcp->base.config = *config;
	tcp->fd = -1;
	dial_init(&tcp->dial, &tcp->base, tcp_connected);
	return &tcp->base;
}

static void tcp_open(struct transport *transport)
{
	struct tcp *tcp = (struct tcp *)transport;

	tcp_abort(transport);
	tcp->state = TCP_CONNECTING;
	dial_start(&tcp->dial);
}

static gboolean tcp_writable(gint fd, GIOCondition condition, gpointer data)
{
	struct tcp *tcp = data;

	socket_unwatch(&tcp->writer);
	tcp->base.config.events->writable(tcp->base.config.owner);
	return G_SOURCE_REMOVE;
}

static enum transport_result tcp_send(
	struct transport *transport, const uint8_t *octets, uint32_t size)
{
	struct tcp *tcp = (struct tcp *)transport;

	while (tcp->offset < size) {
		ssize_t sent =
			send(tcp->fd, octets + tcp->offset, size - tcp->offset, MSG_NOSIGNAL);

		if (sent >= 0) {
			tcp->offset += (uint32_t)sent;
			tcp->sent_octets += (uint64_t)sent;
		} else if (errno == EAGAIN) {
			if (tcp->writer == NULL) {
				tcp->writer = socket_watch(transport->config.context, tcp->fd,
					G_IO_OUT, tcp_writable, tcp);
			}
			return tcp->offset == 0 ? TRANSPORT_AGAIN : TRANSPORT_PARTIAL;
		} else if (errno != EINTR) {
			transport_fail(transport, errno, "the connection was lost");
			tcp_broken(tcp);
			return TRANSPORT_BROKEN;
		}
	}
	tcp->offset = 0;
	return TRANSPORT_SENT;
}

static void tcp_tick(struct transport *transport, int64_t monotonic_us)
{
	struct tcp *tcp = (struct tcp *)transport;

	if (tcp->state == TCP_CONNECTING) {
		dial_tick(&tcp->dial);
	} else if (tcp->state == TCP_ENDING && tcp_unacknowledged(transport) == 0) {
		tcp_ended(tcp);
	} else {
		transport->deadline_us = monotonic_us + TCP_LINGER_US;
	}
}

static void tcp_shutdown(struct transport *transport)
{
	struct tcp *tcp = (struct tcp *)transport;

	if (tcp->state != TCP_READY) {
		tcp_ended(tcp);
		return;
	}
	if (shutdown(tcp->fd, SHUT_WR) != 0) {
		transport_fail(transport, errno, "the connection was lost");
		tcp_broken(tcp);
		transport->config.events->broken(transport->config.owner);
		return;
	}
	tcp->state = TCP_ENDING;
	tcp->finished = true;
	tcp->base.deadline_us = transport_now(&tcp->base) + TCP_LINGER_US;
}

static bool tcp_closed(struct transport *transport)
{
	return ((struct tcp *)transport)->state == TCP_IDLE;
}

const struct transport_ops transport_tcp = {
	.scheme = "tcp",
	.message_octets = 8192,
	.create = tcp_create,
	.destroy = tcp_destroy,
	.open = tcp_open,
	.send = tcp_send,
	.unacknowledged = tcp_unacknowledged,
	.tick = tcp_tick,
	.shutdown = tcp_shutdown,
	.closed = tcp_closed,
	.abort = tcp_abort,
};
