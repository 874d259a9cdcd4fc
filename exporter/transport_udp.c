#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exporter/transport_lookup.h"
#include "exporter/transport_socket.h"
#include "exporter/transport_udp_error.h"

enum {
	UDP_BELATED_MAX = 8,
};

struct udp {
	struct transport base;
	struct lookup *lookup;
	int fd; /* -1: no session */
	bool loopback;
	bool sent; /* something, in this session */
	GSource *watch;
	GSource *linger; /* until when refusals are awaited; NULL: the session is not at its end */
};

static struct transport *udp_create(const struct transport_config *config)
{
	struct udp *udp = g_new0(struct udp, 1);

	udp->base.config = *config;
	udp->fd = -1;
	return &udp->base;
}

static void udp_abort(struct transport *transport)
{
	struct udp *udp = (struct udp *)transport;

	lookup_cancel(udp->lookup);
	udp->lookup = NULL;
	socket_unwatch(&udp->watch);
	socket_unwatch(&udp->linger);
	if (udp->fd >= 0) {
		(void)close(udp->fd);
		udp->fd = -1;
	}
	udp->sent = false;
}

static void udp_destroy(struct transport *transport)
{
	udp_abort(transport);
	g_clear_error(&transport->error);
	g_free(transport);
}

static bool udp_connect(struct udp *udp, const struct lookup_address *address)
{
	udp->fd = socket_new_datagram(&udp->base, address);
	if (udp->fd < 0) {
		return false;
	}
	udp->loopback = lookup_address_is_loopback(address);
	udp->base.message_octets = socket_path_octets(udp->fd);
	return true;
}

static void udp_found(void *owner, GArray *addresses, const GError *error)
{
	struct udp *udp = owner;
	const struct transport_config *config = &udp->base.config;
	g_autoptr(GArray) list = addresses;

	udp->lookup = NULL;
	if (list == NULL) {
		g_clear_error(&udp->base.error);
		udp->base.error = g_error_copy(error);
	}
	for (guint i = 0; list != NULL && i < list->len; i++) {
		if (udp_connect(udp, &g_array_index(list, struct lookup_address, i))) {
			config->events->established(config->owner);
			return;
		}
	}
	config->events->broken(config->owner);
}

static void udp_open(struct transport *transport)
{
	struct udp *udp = (struct udp *)transport;
	const struct transport_config *config = &transport->config;

	udp_abort(transport);
	udp->lookup =
		lookup_start(config->context, config->uri->host, config->uri->port, udp_found, udp);
}

static gboolean udp_writable(gint fd, GIOCondition condition, gpointer data)
{
	struct udp *udp = data;

	socket_unwatch(&udp->watch);
	udp->base.config.events->writable(udp->base.config.owner);
	return G_SOURCE_REMOVE;
}

static void udp_refused(struct udp *udp, int code, const uint8_t *octets, uint32_t size)
{
	struct transport_refusal refusal = {.octets = octets,
		.size = size,
		.sparse = !udp->loopback,
		.alone = code == EMSGSIZE};

	transport_fail(&udp->base, code, "a message was not taken");
	udp->base.config.events->refused(udp->base.config.owner, &refusal);
}

/* Tell of all messages that the network has sent news of; false if there is none. */
static bool udp_take_errors(struct udp *udp)
{
	struct udp_error error;
	bool any = false;

	while (udp_error_next(udp->fd, &error)) {
		if (error.remote) {
			any = true;
			udp_refused(udp, error.code, error.octets, error.size);
		}
	}
	if (any) {
		udp->base.message_octets = socket_path_octets(udp->fd);
	}
	return any;
}

/*
 * Some errors are about what was sent earlier, and the datagram at hand has not left yet. Which one
 * it was the kernel tells, unless it ran out of room for that.
 */
static bool udp_is_belated(struct udp *udp, int code, uint32_t size)
{
	if (code == EAGAIN || code == ENOBUFS) {
		return false;
	}
	if (udp_take_errors(udp)) {
		return true;
	}
	udp->base.message_octets = socket_path_octets(udp->fd);
	if (code == ECONNREFUSED || (code == EMSGSIZE && size <= udp->base.message_octets)) {
		udp_refused(udp, code, NULL, 0);
		return true;
	}
	return false;
}

static enum transport_result udp_failed(struct udp *udp, int code, uint32_t size)
{
	if (code == EAGAIN || code == ENOBUFS) {
		if (udp->watch == NULL) {
			udp->watch = socket_watch(
				udp->base.config.context, udp->fd, G_IO_OUT, udp_writable, udp);
		}
		return TRANSPORT_AGAIN;
	}
	transport_fail(&udp->base, code, "cannot send a message of %u octets", size);
	return TRANSPORT_LOST;
}

static enum transport_result udp_send(
	struct transport *transport, const uint8_t *octets, uint32_t size)
{
	struct udp *udp = (struct udp *)transport;
	int belated = 0;

	while (send(udp->fd, octets, size, MSG_NOSIGNAL) < 0) {
		int code = errno;

		if (code == EINTR) {
			continue;
		}
		if (!udp_is_belated(udp, code, size) || ++belated > UDP_BELATED_MAX) {
			return udp_failed(udp, code, size);
		}
	}
	udp->sent = true;
	return TRANSPORT_SENT;
}

static void udp_news(struct transport *transport)
{
	struct udp *udp = (struct udp *)transport;

	if (udp->fd >= 0) {
		(void)udp_take_errors(udp);
	}
}

static gboolean udp_lingered(gpointer data)
{
	struct udp *udp = data;

	(void)udp_take_errors(udp);
	udp_abort(&udp->base);
	return G_SOURCE_REMOVE;
}

/* Wait a moment whether the last datagrams are refused. */
static void udp_shutdown(struct transport *transport)
{
	struct udp *udp = (struct udp *)transport;

	if (udp->fd < 0 || !udp->sent) {
		udp_abort(transport);
		return;
	}
	udp->linger = g_timeout_source_new(SOCKET_LINGER_MS);
	g_source_set_callback(udp->linger, udp_lingered, udp, NULL);
	g_source_attach(udp->linger, transport->config.context);
}

static bool udp_closed(struct transport *transport)
{
	return ((struct udp *)transport)->fd < 0;
}

const struct transport_ops transport_udp = {
	.scheme = "udp",
	.datagram = true,
	.message_octets = 1400,
	.rate_lossless = SOCKET_RATE_LOSSLESS,
	.create = udp_create,
	.destroy = udp_destroy,
	.open = udp_open,
	.send = udp_send,
	.news = udp_news,
	.shutdown = udp_shutdown,
	.closed = udp_closed,
	.abort = udp_abort,
};
