#include "exporter/transport_dial.h"

#include <errno.h>
#include <unistd.h>

#include "exporter/transport_socket.h"

enum {
	DIAL_CONNECT_US = 10000000, /* for one address */
};

void dial_init(struct dial *dial, struct transport *transport,
	void (*done)(struct transport *transport, int fd))
{
	*dial = (struct dial){.transport = transport, .done = done, .fd = -1};
}

static void dial_hang_up(struct dial *dial)
{
	socket_unwatch(&dial->writer);
	if (dial->fd >= 0) {
		(void)close(dial->fd);
		dial->fd = -1;
	}
	dial->transport->deadline_us = 0;
}

void dial_cancel(struct dial *dial)
{
	lookup_cancel(dial->lookup);
	dial->lookup = NULL;
	dial_hang_up(dial);
	g_clear_pointer(&dial->addresses, g_array_unref);
}

static void dial_next(struct dial *dial);

static void dial_refused(struct dial *dial, int code)
{
	g_autofree char *text = lookup_address_text(
		&g_array_index(dial->addresses, struct lookup_address, dial->next - 1));

	transport_fail(dial->transport, code, "cannot connect to %s", text);
	dial_next(dial);
}

static gboolean dial_answered(gint fd, GIOCondition condition, gpointer data)
{
	struct dial *dial = data;
	int code = 0;
	socklen_t size = sizeof(code);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) {
		code = errno;
	}
	socket_unwatch(&dial->writer);
	if (code == 0) {
		dial->fd = -1; /* the transport's from now on */
		dial_hang_up(dial);
		dial->done(dial->transport, fd);
	} else {
		dial_refused(dial, code);
	}
	return G_SOURCE_REMOVE;
}

/* Begin to connect to one address; false if that failed at once. */
static bool dial_try(struct dial *dial, const struct lookup_address *address)
{
	struct transport *transport = dial->transport;
	g_autofree char *text = NULL;

	dial->fd = socket_new(transport, address, SOCK_STREAM);
	if (dial->fd < 0) {
		return false;
	}
	if (connect(dial->fd, (const struct sockaddr *)&address->storage, address->octets) == 0 ||
		errno == EINPROGRESS) {
		transport->deadline_us = transport_now(transport) + DIAL_CONNECT_US;
		dial->writer = socket_watch(
			transport->config.context, dial->fd, G_IO_OUT, dial_answered, dial);
		return true;
	}
	text = lookup_address_text(address);
	transport_fail(transport, errno, "cannot connect to %s", text);
	return false;
}

/* Go on with the next address; when none is left, the attempt is over. */
static void dial_next(struct dial *dial)
{
	while (dial->next < dial->addresses->len) {
		dial_hang_up(dial);
		if (dial_try(dial,
			    &g_array_index(dial->addresses, struct lookup_address, dial->next++))) {
			return;
		}
	}
	dial_cancel(dial);
	dial->done(dial->transport, -1);
}

static void dial_found(void *owner, GArray *addresses, const GError *error)
{
	struct dial *dial = owner;

	dial->lookup = NULL;
	dial->addresses = addresses;
	dial->next = 0;
	if (addresses == NULL) {
		g_clear_error(&dial->transport->error);
		dial->transport->error = g_error_copy(error);
		dial->done(dial->transport, -1);
		return;
	}
	dial_next(dial);
}

void dial_start(struct dial *dial)
{
	const struct transport_config *config = &dial->transport->config;

	dial_cancel(dial);
	dial->lookup = lookup_start(
		config->context, config->uri->host, config->uri->port, dial_found, dial);
}

bool dial_has_more(const struct dial *dial)
{
	return dial->addresses != NULL && dial->next < dial->addresses->len;
}

void dial_on(struct dial *dial)
{
	dial_next(dial);
}

void dial_tick(struct dial *dial)
{
	dial_refused(dial, ETIMEDOUT);
}
