#include "exporter/rpc_socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stream_peer.h"

#define RPC_AREA  "rpc"
#define SILENCE_S 30 /* of a client */

struct client {
	struct rpc_socket *socket;
	int fd; /* -1: free */
	guint reader;
	guint silence;
	size_t used;
	char *line; /* RPC_LINE_MAX + 1 octets */
};

struct rpc_socket {
	const struct rpc *rpc;
	char *path;
	int listener;
	guint accepter;
	struct client clients[RPC_CLIENTS_MAX];
};

struct rpc_socket *rpc_socket_new(const char *path, GError **error)
{
	struct rpc_socket *s = g_new0(struct rpc_socket, 1);

	s->path = g_strdup(path);
	for (unsigned i = 0; i < RPC_CLIENTS_MAX; i++) {
		s->clients[i].socket = s;
		s->clients[i].fd = -1;
	}
	s->listener = stream_peer_listen(path, SOCK_STREAM, error);
	if (s->listener < 0) {
		rpc_socket_free(s);
		return NULL;
	}
	return s;
}

static void client_close(struct client *c)
{
	if (c->fd < 0) {
		return;
	}
	g_clear_handle_id(&c->reader, g_source_remove);
	g_clear_handle_id(&c->silence, g_source_remove);
	(void)close(c->fd);
	c->fd = -1;
	c->used = 0;
	g_clear_pointer(&c->line, g_free);
}

void rpc_socket_free(struct rpc_socket *socket)
{
	if (socket == NULL) {
		return;
	}
	for (unsigned i = 0; i < RPC_CLIENTS_MAX; i++) {
		client_close(&socket->clients[i]);
	}
	g_clear_handle_id(&socket->accepter, g_source_remove);
	if (socket->listener >= 0) {
		(void)close(socket->listener);
		(void)unlink(socket->path);
	}
	g_free(socket->path);
	g_free(socket);
}

static gboolean client_silent(gpointer data)
{
	struct client *c = data;

	c->silence = 0;
	client_close(c);
	return G_SOURCE_REMOVE;
}

static void client_heard(struct client *c)
{
	g_clear_handle_id(&c->silence, g_source_remove);
	c->silence = g_timeout_add_seconds(SILENCE_S, client_silent, c);
}

/* Send an answer whole, or not at all: who does not read has no use for it. */
static bool client_send(struct client *c, char *text)
{
	size_t octets = text == NULL ? 0 : strlen(text);
	ssize_t sent;

	if (text == NULL) {
		return true;
	}
	text[octets] = '\n'; /* in the place of the end */
	sent = send(c->fd, text, octets + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(text);
	return sent == (ssize_t)octets + 1;
}

/* Answer the lines that are whole. False: hang up. */
static bool client_lines(struct client *c)
{
	char *start = c->line;
	char *end;
	bool good = true;

	while (good && (end = memchr(start, '\n', c->used - (size_t)(start - c->line))) != NULL) {
		good = client_send(c, rpc_answer(c->socket->rpc, start, (size_t)(end - start)));
		start = end + 1;
	}
	c->used -= (size_t)(start - c->line);
	memmove(c->line, start, c->used);
	if (good && c->used == RPC_LINE_MAX) {
		(void)client_send(c, rpc_answer(c->socket->rpc, c->line, RPC_LINE_MAX + 1));
		good = false;
	}
	return good;
}

static gboolean client_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct client *c = data;
	ssize_t got = recv(fd, c->line + c->used, RPC_LINE_MAX - c->used, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return G_SOURCE_CONTINUE;
	}
	if (got > 0) {
		c->used += (size_t)got;
		client_heard(c);
		if (client_lines(c)) {
			return G_SOURCE_CONTINUE;
		}
	}
	c->reader = 0;
	client_close(c);
	return G_SOURCE_REMOVE;
}

static struct client *client_free(struct rpc_socket *s)
{
	for (unsigned i = 0; i < RPC_CLIENTS_MAX; i++) {
		if (s->clients[i].fd < 0) {
			return &s->clients[i];
		}
	}
	return NULL;
}

static gboolean listener_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct rpc_socket *s = data;
	struct client *c = client_free(s);
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	char who[32];

	if (peer < 0) {
		return G_SOURCE_CONTINUE;
	}
	if (!stream_peer_allowed(peer, who, sizeof(who)) || c == NULL) {
		log_warning(RPC_AREA, "refused a client (%s): %s", who,
			c == NULL ? "there are enough" : "another user's");
		(void)close(peer);
		return G_SOURCE_CONTINUE;
	}
	c->fd = peer;
	c->line = g_malloc(RPC_LINE_MAX + 1);
	c->reader = g_unix_fd_add(peer, G_IO_IN | G_IO_HUP, client_readable, c);
	client_heard(c);
	return G_SOURCE_CONTINUE;
}

void rpc_socket_serve(struct rpc_socket *socket, const struct rpc *rpc)
{
	socket->rpc = rpc;
	socket->accepter = g_unix_fd_add(socket->listener, G_IO_IN, listener_readable, socket);
}
