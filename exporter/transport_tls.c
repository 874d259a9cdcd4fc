#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exporter/tls_identity.h"
#include "exporter/tls_ledger.h"
#include "exporter/tls_session.h"
#include "exporter/transport_dial.h"
#include "exporter/transport_socket.h"

enum {
	TLS_SHAKE_US = 10000000, /* for the handshake */
	TLS_PROOF_US = 3000000,  /* for a sign that our certificate was accepted, before data */
	TLS_LINGER_US = 2000000, /* for the peer to close, once it has acknowledged everything */
	TLS_RENEW_US = 30000000, /* for the end of a session that gives way to a new one */
	TLS_DRAINS = 16,         /* records of the collector in one turn */
};

enum tls_state {
	TLS_IDLE,
	TLS_CONNECTING,
	TLS_SHAKING,
	TLS_PROVING, /* the collector may be about to refuse our certificate; nothing is sent */
	TLS_READY,
	TLS_PARTING, /* the farewell does not leave, as the peer does not read */
	TLS_ENDING   /* our side is shut, the peer's end is awaited */
};

/* One session at a time, over a connection to the first of the collector's addresses. */
struct tls {
	struct transport base;
	enum tls_state state;
	struct tls_identity *identity;
	struct dial dial;
	struct tls_session *session;
	struct tls_ledger ledger;
	int fd; /* -1: none */
	GSource *reader;
	GSource *writer;
	uint32_t offset;   /* octets of the message in flight that have left */
	bool wants_read;   /* sending waits for something to read */
	bool renewing;     /* a new session follows this one */
	bool finished;     /* our FIN has left */
	int64_t ending_us; /* since when the session ends */
};

static void tls_hang_up(struct tls *tls)
{
	socket_unwatch(&tls->reader);
	socket_unwatch(&tls->writer);
	g_clear_pointer(&tls->session, tls_session_free);
	if (tls->fd >= 0) {
		(void)close(tls->fd);
		tls->fd = -1;
	}
	tls_ledger_clear(&tls->ledger);
	tls->offset = 0;
	tls->wants_read = false;
	tls->renewing = false;
	tls->finished = false;
	tls->base.deadline_us = 0;
}

static void tls_abort(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;

	dial_cancel(&tls->dial);
	tls_hang_up(tls);
	tls->state = TLS_IDLE;
}

static void tls_destroy(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;

	tls_abort(transport);
	tls_ledger_done(&tls->ledger);
	tls_identity_free(tls->identity);
	g_clear_error(&transport->error);
	g_free(transport);
}

/* The destination still wants to know what was not acknowledged, so the socket stays for now. */
static void tls_over(struct tls *tls)
{
	socket_unwatch(&tls->reader);
	socket_unwatch(&tls->writer);
	tls->base.deadline_us = 0;
	tls->state = TLS_IDLE;
}

static uint64_t tls_unacknowledged(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;
	int queued = 0;

	if (tls->session == NULL) {
		return 0;
	}
	if (!tls_ledger_in_doubt(&tls->ledger, transport_now(transport)) &&
		ioctl(tls->fd, SIOCOUTQ, &queued) == 0) {
		queued -= tls->finished ? 1 : 0; /* a FIN counts as one */
		tls_ledger_acknowledged(&tls->ledger,
			tls->session->octets - (uint64_t)MAX(queued, 0),
			socket_window_octets(tls->fd));
	}
	return tls->ledger.octets;
}

/* The handshake came to nothing, but nobody refused it: another address may do better. */
static bool tls_elsewhere(struct tls *tls)
{
	if (tls->state != TLS_SHAKING || tls_session_is_refused(tls->session) ||
		!dial_has_more(&tls->dial)) {
		return false;
	}
	tls_hang_up(tls);
	tls->state = TLS_CONNECTING;
	dial_on(&tls->dial);
	return true;
}

static void tls_broken(struct tls *tls, const char *reason)
{
	const struct transport_config *config = &tls->base.config;

	transport_explain(&tls->base, reason);
	if (tls_elsewhere(tls)) {
		return;
	}
	tls_over(tls);
	config->events->broken(config->owner);
}

static void tls_doubt(struct tls *tls)
{
	(void)tls_unacknowledged(&tls->base);
	tls->base.doubtful_octets = tls_ledger_doubtful(&tls->ledger);
}

static void tls_failed(struct tls *tls, enum tls_result result)
{
	if (result == TLS_FAILED) {
		tls_doubt(tls);
		tls_broken(tls, tls->session->reason);
	} else if (tls->state == TLS_SHAKING || tls->state == TLS_PROVING) {
		tls_broken(tls, "the collector closed the connection during the handshake");
	} else {
		/* It has read what it took, or its system would have sent a reset. */
		tls_broken(tls, "the collector closed the connection");
	}
}

static gboolean tls_writable(gint fd, GIOCondition condition, gpointer data);

static void tls_watch_writable(struct tls *tls)
{
	if (tls->writer == NULL) {
		tls->writer = socket_watch(
			tls->base.config.context, tls->fd, G_IO_OUT, tls_writable, tls);
	}
}

static void tls_established(struct tls *tls)
{
	const struct transport_config *config = &tls->base.config;

	tls->state = TLS_READY;
	tls->base.deadline_us = 0;
	config->events->established(config->owner);
}

static void tls_shake(struct tls *tls)
{
	enum tls_result result = tls_session_shake(tls->session);

	if (result == TLS_WRITE) {
		tls_watch_writable(tls);
	} else if (result == TLS_ENDED || result == TLS_FAILED) {
		tls_failed(tls, result);
	} else if (result == TLS_DONE && tls_session_in_doubt(tls->session)) {
		int64_t now_us = transport_now(&tls->base);

		tls->state = TLS_PROVING;
		tls_ledger_doubt(&tls->ledger, now_us);
		tls->base.deadline_us = now_us + TLS_PROOF_US;
	} else if (result == TLS_DONE) {
		tls_established(tls);
	}
}

static void tls_connect(struct tls *tls)
{
	tls_hang_up(tls);
	tls->state = TLS_CONNECTING;
	dial_start(&tls->dial);
}

/* The session has come to the end that we wanted. */
static void tls_ended(struct tls *tls)
{
	if (!tls->renewing) {
		tls_over(tls);
	} else if (tls_unacknowledged(&tls->base) == 0) {
		tls_connect(tls);
	} else {
		tls_broken(tls, "the collector did not take all before a new session");
	}
}

/* No more comes from the collector, or nothing good. */
static void tls_peer_ended(struct tls *tls, enum tls_result result)
{
	if (tls->state != TLS_ENDING) {
		tls_failed(tls, result);
		return;
	}
	if (result == TLS_ENDED) {
		tls_ledger_trust(&tls->ledger); /* who ends in order has refused nothing */
	}
	if (result == TLS_FAILED) {
		tls_failed(tls, result);
	} else if (tls->session->eof) {
		tls_ended(tls);
	}
}

/*
 * Tickets, requests for new keys and alerts come whenever the collector likes. They are read at
 * once: octets left unread turn our close into a reset, which makes the peer's kernel throw away
 * what the collector has not read yet.
 */
static void tls_drain(struct tls *tls)
{
	const struct transport_config *config = &tls->base.config;
	enum tls_result result = TLS_DONE;

	for (int i = 0; i < TLS_DRAINS && result == TLS_DONE; i++) {
		result = tls_session_drain(tls->session);
	}
	if (result == TLS_ENDED || result == TLS_FAILED) {
		tls_peer_ended(tls, result);
		return;
	}
	if (tls->session->proven) {
		tls_ledger_trust(&tls->ledger);
	}
	if (tls->session->proven && tls->state == TLS_PROVING) {
		tls_established(tls);
	} else if (result == TLS_WRITE) {
		tls_watch_writable(tls);
	} else if (tls->wants_read && tls->state == TLS_READY) {
		tls->wants_read = false;
		config->events->writable(config->owner);
	}
}

static gboolean tls_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct tls *tls = data;

	if (tls->state == TLS_SHAKING) {
		tls_shake(tls);
	} else {
		tls_drain(tls);
	}
	return G_SOURCE_CONTINUE;
}

/* Say farewell, then shut our side, then wait for the peer's. */
static void tls_part(struct tls *tls)
{
	enum tls_result result = tls_session_farewell(tls->session);

	tls->base.deadline_us = transport_now(&tls->base) + TLS_LINGER_US;
	if (result == TLS_WRITE) {
		tls->state = TLS_PARTING;
		tls_watch_writable(tls);
	} else if (result == TLS_FAILED) {
		tls_failed(tls, result);
	} else if (shutdown(tls->fd, SHUT_WR) != 0) {
		tls_doubt(tls);
		tls_broken(tls, "the connection was lost");
	} else {
		tls->state = TLS_ENDING;
		tls->finished = true;
	}
}

static gboolean tls_writable(gint fd, GIOCondition condition, gpointer data)
{
	struct tls *tls = data;
	const struct transport_config *config = &tls->base.config;

	socket_unwatch(&tls->writer);
	if (tls->state == TLS_SHAKING) {
		tls_shake(tls);
	} else if (tls->state == TLS_PARTING) {
		tls_part(tls);
	} else if (tls->state == TLS_READY) {
		config->events->writable(config->owner);
	}
	return G_SOURCE_CONTINUE;
}

static void tls_connected(struct transport *transport, int fd)
{
	struct tls *tls = (struct tls *)transport;
	const struct transport_config *config = &transport->config;

	tls->fd = fd;
	if (fd < 0) {
		tls_over(tls);
		config->events->broken(config->owner);
		return;
	}
	tls->session = tls_session_new(tls_identity_current(tls->identity), config->uri, fd);
	if (tls->session == NULL) {
		tls_broken(tls, "no memory for a session");
		return;
	}
	socket_tune_stream(transport, fd);
	tls->state = TLS_SHAKING;
	tls->base.deadline_us = transport_now(&tls->base) + TLS_SHAKE_US;
	tls->reader = socket_watch(config->context, fd, G_IO_IN, tls_readable, tls);
	tls_shake(tls);
}

static struct transport *tls_create(const struct transport_config *config)
{
	struct tls *tls = g_new0(struct tls, 1);

	tls->base.config = *config;
	tls->identity = tls_identity_new(config->uri);
	tls->fd = -1;
	tls_ledger_init(&tls->ledger);
	dial_init(&tls->dial, &tls->base, tls_connected);
	return &tls->base;
}

static void tls_open(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;
	const struct transport_config *config = &transport->config;

	tls_abort(transport);
	g_clear_error(&transport->error);
	if (tls_identity_context(tls->identity, &transport->error) == NULL) {
		config->events->broken(config->owner);
		return;
	}
	tls_connect(tls);
}

/*
 * A record that has been made must leave, so from the first octet on a message is partial, even if
 * the kernel took none of it.
 */
static enum transport_result tls_send(
	struct transport *transport, const uint8_t *octets, uint32_t size)
{
	struct tls *tls = (struct tls *)transport;

	if (tls->state != TLS_READY || (tls->renewing && tls->offset == 0)) {
		return TRANSPORT_AGAIN; /* established follows */
	}
	while (tls->offset < size) {
		size_t done = 0;
		enum tls_result result = tls_session_write(
			tls->session, octets + tls->offset, size - tls->offset, &done);

		tls->offset += (uint32_t)done;
		if (result == TLS_WRITE) {
			tls_watch_writable(tls);
		}
		if (result == TLS_WRITE || result == TLS_READ) {
			tls->wants_read = result == TLS_READ;
			return TRANSPORT_PARTIAL;
		}
		if (result != TLS_DONE) {
			transport_explain(&tls->base, result == TLS_FAILED
							      ? tls->session->reason
							      : "the collector ended the session");
			tls_doubt(tls);
			tls_over(tls);
			return TRANSPORT_BROKEN;
		}
	}
	tls->offset = 0;
	tls_ledger_sent(&tls->ledger, size, tls->session->octets);
	if (tls->renewing) {
		transport->deadline_us = transport_now(&tls->base);
	}
	return TRANSPORT_SENT;
}

/* The end takes its time: as long as the peer acknowledges something, unless a successor waits. */
static void tls_linger(struct tls *tls, int64_t monotonic_us)
{
	if (tls->renewing && monotonic_us - tls->ending_us >= TLS_RENEW_US) {
		tls_broken(tls, "the collector did not take all before a new session");
	} else if (tls->state == TLS_ENDING && tls_unacknowledged(&tls->base) == 0) {
		tls_ended(tls);
	} else {
		tls->base.deadline_us = monotonic_us + TLS_LINGER_US;
	}
}

static void tls_tick(struct transport *transport, int64_t monotonic_us)
{
	struct tls *tls = (struct tls *)transport;

	transport->deadline_us = 0;
	switch (tls->state) {
	case TLS_CONNECTING:
		dial_tick(&tls->dial);
		break;
	case TLS_SHAKING:
		tls_broken(tls, "the collector did not answer the handshake");
		break;
	case TLS_PROVING:
		tls_established(tls);
		break;
	case TLS_READY:
		if (tls->renewing && tls->offset == 0) {
			tls->ending_us = monotonic_us;
			tls_part(tls);
		}
		break;
	case TLS_PARTING:
	case TLS_ENDING:
		tls_linger(tls, monotonic_us);
		break;
	case TLS_IDLE:
		break;
	}
}

static bool tls_reload(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;

	if (!tls_identity_renewed(tls->identity)) {
		return false;
	}
	if (tls->state == TLS_SHAKING || tls->state == TLS_PROVING) {
		tls_connect(tls);
	} else if (tls->state == TLS_READY) {
		tls->renewing = true;
		transport->deadline_us = transport_now(&tls->base);
	}
	return true;
}

static void tls_shutdown(struct transport *transport)
{
	struct tls *tls = (struct tls *)transport;

	tls->renewing = false;
	if (tls->state == TLS_READY) {
		tls_part(tls);
	} else if (tls->state != TLS_PARTING && tls->state != TLS_ENDING) {
		tls_abort(transport);
	}
}

static bool tls_closed(struct transport *transport)
{
	return ((struct tls *)transport)->state == TLS_IDLE;
}

const struct transport_ops transport_tls = {
	.scheme = "tls",
	.message_octets = 8192,
	.create = tls_create,
	.destroy = tls_destroy,
	.open = tls_open,
	.send = tls_send,
	.unacknowledged = tls_unacknowledged,
	.tick = tls_tick,
	.reload = tls_reload,
	.shutdown = tls_shutdown,
	.closed = tls_closed,
	.abort = tls_abort,
};
