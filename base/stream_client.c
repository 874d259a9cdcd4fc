#include "base/stream_client.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/stream_peer.h"

struct stream_client {
	int fd;
	bool greeted;
	char *path;
	struct stream_message message;
	uint8_t octets[STREAM_MESSAGE_MAX];
};

static struct stream_client *client_new(const char *path, const char *program, uint16_t flags,
	const struct stream_resume *resume, GError **error)
{
	struct stream_client *client;
	uint8_t octets[STREAM_SMALL_MAX];
	size_t n;
	int fd = stream_peer_connect(path, SOCK_SEQPACKET, error);

	if (fd < 0) {
		return NULL;
	}
	client = g_new0(struct stream_client, 1);
	client->fd = fd;
	client->path = g_strdup(path);
	client->message.type = STREAM_HELLO;
	stream_hello_init(&client->message.hello, program, flags);
	if (resume != NULL) {
		client->message.hello.instance = resume->instance;
		client->message.hello.number = resume->number;
	}
	n = stream_encode(octets, &client->message);
	if (send(fd, octets, n, MSG_NOSIGNAL) != (ssize_t)n) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, g_strerror(errno));
		stream_client_free(client);
		return NULL;
	}
	return client;
}

struct stream_client *stream_client_new(
	const char *path, const char *program, const struct stream_resume *resume, GError **error)
{
	return client_new(path, program, resume != NULL ? STREAM_FLAG_ACK : 0, resume, error);
}

struct stream_client *stream_client_look(const char *path, const char *program, GError **error)
{
	return client_new(path, program, STREAM_FLAG_NO_FLOWS, NULL, error);
}

void stream_client_free(struct stream_client *client)
{
	if (client != NULL) {
		close(client->fd);
		g_free(client->path);
		g_free(client);
	}
}

int stream_client_fd(const struct stream_client *client)
{
	return client->fd;
}

static bool check_hello(struct stream_client *client, GError **error)
{
	char reason[160] = "sent something else than a hello first";

	if (client->message.type == STREAM_HELLO &&
		stream_hello_matches(&client->message.hello, reason)) {
		client->greeted = true;
		return true;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT, "%s: the probe %s", client->path, reason);
	return false;
}

enum stream_client_result stream_client_next(
	struct stream_client *client, const struct stream_message **ret_message, GError **error)
{
	ssize_t n;

	*ret_message = NULL;
	do {
		n = recv(client->fd, client->octets, sizeof(client->octets),
			MSG_DONTWAIT | MSG_TRUNC);
		/* A reset is told once, before what the probe sent before it went. */
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0 && errno == EAGAIN) {
		return STREAM_CLIENT_AGAIN;
	}
	if (n <= 0) {
		return STREAM_CLIENT_END;
	}
	if ((size_t)n > sizeof(client->octets) ||
		stream_decode(client->octets, (size_t)n, &client->message) != STATUS_OK) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
			"%s: the probe sent a message of %zd octets that is not valid",
			client->path, n);
		return STREAM_CLIENT_FAULT;
	}
	if (!client->greeted && !check_hello(client, error)) {
		return STREAM_CLIENT_FAULT;
	}
	*ret_message = &client->message;
	return STREAM_CLIENT_MESSAGE;
}

bool stream_client_acknowledge(struct stream_client *client, uint64_t number)
{
	uint8_t octets[STREAM_ACK_OCTETS];

	stream_encode_ack(octets, number);
	return send(client->fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(octets);
}
