#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exporter/tls_identity.h"
#include "exporter/tls_session.h"
#include "exporter/transport_lookup.h"
#include "exporter/transport_socket.h"
#include "exporter/transport_udp_error.h"

enum {
	US_PER_S = 1000000,
	DTLS_SHAKE_US = 10000000, /* for the handshake with one address */
	/* A collector that was restarted knows nothing of the session and drops what it gets without
	 * a word, so a new session is made so often. */
	DTLS_RENEW_S = 300,
	DTLS_DRAINS = 16,     /* records of the collector in one turn */
	DTLS_BELATED_MAX = 8, /* errors about former datagrams */
	DTLS_SENT = 256,      /* datagrams that a refusal can be told of */
	MESSAGE_HEADER = 16,
};

enum dtls_state {
	DTLS_IDLE,
	DTLS_RESOLVING,
	DTLS_SHAKING,
	DTLS_READY
};

/* Which message a datagram carried. */
struct dtls_sent {
	uint8_t record[TLS_RECORD_HEADER];
	uint8_t message[MESSAGE_HEADER]; /* how it began */
};

/* One session at a time, with the first of the collector's addresses that answers. */
struct dtls {
	struct transport base;
	enum dtls_state state;
	struct tls_identity *identity;
	struct lookup *lookup;
	GArray *addresses;
	guint next; /* address to try */
	struct tls_session *session;
	int fd; /* -1: none */
	GSource *reader;
	GSource *writer;
	GSource *linger;  /* until when refusals are awaited; NULL: the session is not at its end */
	int64_t shake_us; /* until when the handshake may last */
	struct dtls_sent sent[DTLS_SENT];
	uint64_t sent_count; /* in this session; the last ones are in sent */
};

static void dtls_hang_up(struct dtls *dtls)
{
	socket_unwatch(&dtls->reader);
	socket_unwatch(&dtls->writer);
	socket_unwatch(&dtls->linger);
	dtls->sent_count = 0;
	g_clear_pointer(&dtls->session, tls_session_free);
	if (dtls->fd >= 0) {
		(void)close(dtls->fd);
		dtls->fd = -1;
	}
	dtls->base.deadline_us = 0;
}

static void dtls_abort(struct transport *transport)
{
	struct dtls *dtls = (struct dtls *)transport;

	lookup_cancel(dtls->lookup);
	dtls->lookup = NULL;
	g_clear_pointer(&dtls->addresses, g_array_unref);
	dtls_hang_up(dtls);
	dtls->state = DTLS_IDLE;
}

static void dtls_destroy(struct transport *transport)
{
	dtls_abort(transport);
	tls_identity_free(((struct dtls *)transport)->identity);
	g_clear_error(&transport->error);
	g_free(transport);
}

static void dtls_broken(struct dtls *dtls)
{
	const struct transport_config *config = &dtls->base.config;

	dtls_abort(&dtls->base);
	config->events->broken(config->owner);
}

static void dtls_next(struct dtls *dtls);

/* This address was no good: the next, or that was the attempt. */
static void dtls_failed(struct dtls *dtls, const char *reason)
{
	g_autofree char *address = lookup_address_text(
		&g_array_index(dtls->addresses, struct lookup_address, dtls->next - 1));
	g_autofree char *text = g_strdup_printf("%s: %s", address, reason);

	transport_explain(&dtls->base, text);
	dtls_next(dtls);
}

static void dtls_established(struct dtls *dtls)
{
	const struct transport_config *config = &dtls->base.config;
	int64_t renew_s = config->uri->renew_s == URI_UNSET ? DTLS_RENEW_S : config->uri->renew_s;

	dtls->state = DTLS_READY;
	dtls->base.deadline_us = renew_s > 0 ? transport_now(&dtls->base) + renew_s * US_PER_S : 0;
	dtls->base.message_octets = tls_session_message_octets(dtls->session);
	g_clear_pointer(&dtls->addresses, g_array_unref);
	config->events->established(config->owner);
}

static void dtls_shake(struct dtls *dtls)
{
	enum tls_result result = tls_session_shake(dtls->session);
	int64_t now_us = transport_now(&dtls->base);
	int64_t left_us;

	if (result == TLS_DONE) {
		dtls_established(dtls);
		return;
	}
	if (result == TLS_ENDED || result == TLS_FAILED) {
		dtls_failed(dtls, result == TLS_FAILED ? dtls->session->reason
						       : "the collector ended the handshake");
		return;
	}
	left_us = tls_session_timeout_us(dtls->session);
	dtls->base.deadline_us =
		left_us < 0 ? dtls->shake_us : MIN(dtls->shake_us, now_us + left_us);
}

static void dtls_refused(struct dtls *dtls, int code, const struct dtls_sent *sent)
{
	const struct transport_config *config = &dtls->base.config;
	struct transport_refusal refusal = {.octets = sent == NULL ? NULL : sent->message,
		.size = sent == NULL ? 0 : MESSAGE_HEADER,
		.alone = code == EMSGSIZE};

	transport_fail(&dtls->base, code, "a message was not taken");
	config->events->refused(config->owner, &refusal);
}

/*
 * The network quotes a datagram that did not arrive. If nobody listens any more, whoever does next
 * knows nothing of the session, so all that was sent since is lost as well.
 */
static void dtls_take_error(struct dtls *dtls, const struct udp_error *error)
{
	uint64_t at = dtls->sent_count - MIN(dtls->sent_count, DTLS_SENT);

	while (at < dtls->sent_count && (error->size < TLS_RECORD_HEADER ||
						memcmp(dtls->sent[at % DTLS_SENT].record,
							error->octets, TLS_RECORD_HEADER) != 0)) {
		at++;
	}
	if (at == dtls->sent_count) {
		return; /* long ago, or of a handshake */
	}
	do {
		dtls_refused(dtls, error->code, &dtls->sent[at++ % DTLS_SENT]);
	} while (error->code == ECONNREFUSED && at < dtls->sent_count);
}

/* Hear what the network has to say; true if nobody listens any more. @ret_any: it said something. */
static bool dtls_take_errors(struct dtls *dtls, bool *ret_any)
{
	struct udp_error error;
	bool closed = false;

	*ret_any = false;
	while (!closed && udp_error_next(dtls->fd, &error)) {
		if (error.remote) {
			*ret_any = true;
			closed = error.code == ECONNREFUSED;
			dtls_take_error(dtls, &error);
		}
	}
	if (*ret_any) {
		tls_session_set_path(dtls->session, socket_path_octets(dtls->fd));
	}
	if (*ret_any && dtls->state == DTLS_READY) {
		dtls->base.message_octets = tls_session_message_octets(dtls->session);
	}
	return closed;
}

static void dtls_drain(struct dtls *dtls)
{
	enum tls_result result = TLS_DONE;
	bool any = false;

	if (dtls_take_errors(dtls, &any)) {
		transport_fail(&dtls->base, ECONNREFUSED, "the session was lost");
		dtls_broken(dtls);
		return;
	}
	for (int i = 0; i < DTLS_DRAINS && result == TLS_DONE; i++) {
		result = tls_session_drain(dtls->session);
	}
	if (result == TLS_ENDED || result == TLS_FAILED) {
		transport_explain(&dtls->base, result == TLS_FAILED
						       ? dtls->session->reason
						       : "the collector ended the session");
		dtls_broken(dtls);
	}
}

static gboolean dtls_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct dtls *dtls = data;
	bool any = false;

	if (dtls->state == DTLS_READY) {
		dtls_drain(dtls);
	} else if (dtls_take_errors(dtls, &any)) {
		dtls_failed(dtls, g_strerror(ECONNREFUSED));
	} else {
		dtls_shake(dtls);
	}
	return G_SOURCE_CONTINUE;
}

/* Begin a handshake with one address; false if that failed at once. */
static bool dtls_try(struct dtls *dtls, const struct lookup_address *address)
{
	struct transport *transport = &dtls->base;

	dtls->fd = socket_new_datagram(transport, address);
	if (dtls->fd < 0) {
		return false;
	}
	dtls->session = tls_session_new(
		tls_identity_current(dtls->identity), transport->config.uri, dtls->fd);
	if (dtls->session == NULL) {
		transport_explain(&dtls->base, "no memory for a session");
		return false;
	}
	tls_session_set_path(dtls->session, socket_path_octets(dtls->fd));
	dtls->state = DTLS_SHAKING;
	dtls->shake_us = transport_now(&dtls->base) + DTLS_SHAKE_US;
	dtls->reader =
		socket_watch(transport->config.context, dtls->fd, G_IO_IN, dtls_readable, dtls);
	dtls_shake(dtls);
	return true;
}

static void dtls_next(struct dtls *dtls)
{
	while (dtls->next < dtls->addresses->len) {
		guint next = dtls->next++;

		dtls_hang_up(dtls);
		g_clear_error(&dtls->base.error);
		if (dtls_try(dtls, &g_array_index(dtls->addresses, struct lookup_address, next))) {
			return;
		}
	}
	dtls_broken(dtls);
}

static void dtls_found(void *owner, GArray *addresses, const GError *error)
{
	struct dtls *dtls = owner;

	dtls->lookup = NULL;
	dtls->addresses = addresses;
	dtls->next = 0;
	if (addresses == NULL) {
		g_clear_error(&dtls->base.error);
		dtls->base.error = g_error_copy(error);
		dtls_broken(dtls);
		return;
	}
	dtls_next(dtls);
}

static void dtls_open(struct transport *transport)
{
	struct dtls *dtls = (struct dtls *)transport;
	const struct transport_config *config = &transport->config;

	dtls_abort(transport);
	g_clear_error(&transport->error);
	if (tls_identity_context(dtls->identity, &transport->error) == NULL) {
		config->events->broken(config->owner);
		return;
	}
	dtls->state = DTLS_RESOLVING;
	dtls->lookup = lookup_start(
		config->context, config->uri->host, config->uri->port, dtls_found, dtls);
}

static gboolean dtls_writable(gint fd, GIOCondition condition, gpointer data)
{
	struct dtls *dtls = data;

	socket_unwatch(&dtls->writer);
	if (dtls->state == DTLS_READY) {
		dtls->base.config.events->writable(dtls->base.config.owner);
	}
	return G_SOURCE_REMOVE;
}

/* The record at hand has not left; whatever comes next is a new one. */
static enum transport_result dtls_unsent(struct dtls *dtls, int code, uint32_t size)
{
	const struct transport_config *config = &dtls->base.config;

	if (code == EAGAIN || code == ENOBUFS) {
		if (dtls->writer == NULL) {
			dtls->writer = socket_watch(
				config->context, dtls->fd, G_IO_OUT, dtls_writable, dtls);
		}
		return TRANSPORT_AGAIN;
	}
	transport_fail(&dtls->base, code, "cannot send a message of %u octets", size);
	return TRANSPORT_LOST;
}

/* TRANSPORT_LOST: not now; code says why. */
static enum transport_result dtls_try_send(struct dtls *dtls, const uint8_t *octets, uint32_t size)
{
	struct dtls_sent *sent = &dtls->sent[dtls->sent_count % DTLS_SENT];
	size_t done = 0;

	if (tls_session_write(dtls->session, octets, size, &done) != TLS_DONE) {
		transport_explain(&dtls->base, dtls->session->reason != NULL
						       ? dtls->session->reason
						       : "the collector ended the session");
		return TRANSPORT_BROKEN;
	}
	if (dtls->session->code != 0) {
		return TRANSPORT_LOST;
	}
	memcpy(sent->record, dtls->session->record, sizeof(sent->record));
	memcpy(sent->message, octets, MIN(size, sizeof(sent->message)));
	dtls->sent_count++;
	return TRANSPORT_SENT;
}

static enum transport_result dtls_send(
	struct transport *transport, const uint8_t *octets, uint32_t size)
{
	struct dtls *dtls = (struct dtls *)transport;

	if (dtls->state != DTLS_READY) {
		return TRANSPORT_AGAIN; /* established follows */
	}
	for (int belated = 0; belated < DTLS_BELATED_MAX; belated++) {
		enum transport_result result = dtls_try_send(dtls, octets, size);
		int code = dtls->session->code;
		bool any = false;

		if (result != TRANSPORT_LOST || code == EAGAIN || code == ENOBUFS) {
			return result != TRANSPORT_LOST ? result : dtls_unsent(dtls, code, size);
		}
		/* That may be the news of a former datagram. */
		if (dtls_take_errors(dtls, &any) || code == ECONNREFUSED) {
			if (!any) {
				dtls_refused(dtls, code, NULL);
			}
			transport_fail(transport, code, "the session was lost");
			return TRANSPORT_BROKEN;
		}
		tls_session_set_path(dtls->session, socket_path_octets(dtls->fd));
		transport->message_octets = tls_session_message_octets(dtls->session);
		if (size > transport->message_octets || (!any && code != EMSGSIZE)) {
			return dtls_unsent(dtls, code, size);
		}
	}
	return dtls_unsent(dtls, dtls->session->code, size);
}

static void dtls_farewell(struct dtls *dtls)
{
	if (dtls->state == DTLS_READY) {
		(void)tls_session_farewell(dtls->session);
	}
}

static void dtls_tick(struct transport *transport, int64_t monotonic_us)
{
	struct dtls *dtls = (struct dtls *)transport;

	transport->deadline_us = 0;
	if (dtls->state == DTLS_READY) {
		dtls_farewell(dtls);
		dtls_open(transport);
		return;
	}
	if (dtls->state != DTLS_SHAKING) {
		return;
	}
	if (monotonic_us >= dtls->shake_us) {
		dtls_failed(dtls, "the collector did not answer the handshake");
		return;
	}
	tls_session_set_path(dtls->session, socket_path_octets(dtls->fd));
	if (tls_session_timeout(dtls->session) == TLS_FAILED) {
		dtls_failed(dtls, dtls->session->reason);
		return;
	}
	dtls_shake(dtls);
}

static bool dtls_reload(struct transport *transport)
{
	struct dtls *dtls = (struct dtls *)transport;

	if (!tls_identity_renewed(dtls->identity)) {
		return false;
	}
	if (dtls->state != DTLS_IDLE) {
		dtls_farewell(dtls);
		dtls_open(transport);
	}
	return true;
}

static gboolean dtls_lingered(gpointer data)
{
	struct dtls *dtls = data;
	bool any = false;

	(void)dtls_take_errors(dtls, &any);
	dtls_abort(&dtls->base);
	return G_SOURCE_REMOVE;
}

/* Nobody answers a farewell, but the last datagrams may be refused. */
static void dtls_shutdown(struct transport *transport)
{
	struct dtls *dtls = (struct dtls *)transport;

	if (dtls->state != DTLS_READY || dtls->sent_count == 0) {
		dtls_farewell(dtls);
		dtls_abort(transport);
		return;
	}
	dtls_farewell(dtls);
	transport->deadline_us = 0;
	socket_unwatch(&dtls->reader);
	dtls->linger = g_timeout_source_new(SOCKET_LINGER_MS);
	g_source_set_callback(dtls->linger, dtls_lingered, dtls, NULL);
	g_source_attach(dtls->linger, transport->config.context);
}

static bool dtls_closed(struct transport *transport)
{
	return ((struct dtls *)transport)->state == DTLS_IDLE;
}

static struct transport *dtls_create(const struct transport_config *config)
{
	struct dtls *dtls = g_new0(struct dtls, 1);

	dtls->base.config = *config;
	dtls->identity = tls_identity_new(config->uri);
	dtls->fd = -1;
	return &dtls->base;
}

const struct transport_ops transport_dtls = {
	.scheme = "dtls",
	.datagram = true,
	.message_octets = 1400,
	.rate_lossless = SOCKET_RATE_LOSSLESS,
	.create = dtls_create,
	.destroy = dtls_destroy,
	.open = dtls_open,
	.send = dtls_send,
	.tick = dtls_tick,
	.reload = dtls_reload,
	.shutdown = dtls_shutdown,
	.closed = dtls_closed,
	.abort = dtls_abort,
};
