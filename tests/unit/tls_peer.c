#include "tests/unit/tls_peer.h"

#include "tests/unit/unit.h"

#include <glib-unix.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

static char *peer_path(const struct tls_peer_wish *wish, const char *name, const char *suffix)
{
	return g_strdup_printf("%s/%s.%s", wish->folder, name, suffix);
}

static void peer_context(struct tls_peer *peer, const struct tls_peer_wish *wish)
{
	g_autofree char *cert = peer_path(wish, wish->name, "pem");
	g_autofree char *key = peer_path(wish, wish->name, "key");
	SSL_CTX *context = SSL_CTX_new(wish->datagram ? DTLS_server_method() : TLS_server_method());

	assert_int_equal(SSL_CTX_use_certificate_file(context, cert, SSL_FILETYPE_PEM), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM), 1);
	if (wish->trusts != NULL) {
		g_autofree char *ca = peer_path(wish, wish->trusts, "pem");

		assert_int_equal(SSL_CTX_load_verify_file(context, ca), 1);
		SSL_CTX_set_verify(
			context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	if (wish->ciphers != NULL) {
		SSL_CTX_set_security_level(context, 0);
		assert_int_equal(SSL_CTX_set_cipher_list(context, wish->ciphers), 1);
	}
	if (wish->version != 0) {
		assert_int_equal(SSL_CTX_set_min_proto_version(context, wish->version), 1);
		assert_int_equal(SSL_CTX_set_max_proto_version(context, wish->version), 1);
	}
	if (wish->no_tickets) {
		assert_int_equal(SSL_CTX_set_num_tickets(context, 0), 1);
	}
	peer->context = context;
}

static void peer_begin(struct tls_peer *peer)
{
	BIO *bio = peer->datagram ? BIO_new_dgram(peer->fd, BIO_NOCLOSE)
				  : BIO_new_socket(peer->fd, BIO_NOCLOSE);

	peer->ssl = SSL_new(peer->context);
	SSL_set_bio(peer->ssl, bio, bio);
	SSL_set_accept_state(peer->ssl);
	collector_session(&peer->collector);
	g_byte_array_set_size(peer->stream, 0);
}

static void peer_end(struct tls_peer *peer)
{
	SSL_free(peer->ssl);
	peer->ssl = NULL;
	if (peer->datagram) {
		peer_begin(peer);
		return;
	}
	if (peer->reader != 0) {
		g_source_remove(peer->reader);
		peer->reader = 0;
	}
	if (peer->fd >= 0) {
		(void)close(peer->fd);
		peer->fd = -1;
	}
}

static void peer_take(struct tls_peer *peer, const uint8_t *octets, size_t size)
{
	if (peer->datagram) {
		collector_message(&peer->collector, octets, size);
		return;
	}
	g_byte_array_append(peer->stream, octets, (guint)size);
	collector_stream(&peer->collector, peer->stream);
}

/* False when the session is over, be it in order or not. */
static bool peer_step(struct tls_peer *peer)
{
	uint8_t octets[16384];
	size_t size = 0;
	bool shaken = SSL_is_init_finished(peer->ssl) == 1;
	int answer;

	ERR_clear_error();
	answer = shaken ? SSL_read_ex(peer->ssl, octets, sizeof(octets), &size)
			: SSL_do_handshake(peer->ssl);
	switch (SSL_get_error(peer->ssl, answer)) {
	case SSL_ERROR_NONE:
		if (shaken) {
			peer_take(peer, octets, size);
		} else {
			peer->sessions++;
		}
		return true;
	case SSL_ERROR_WANT_READ:
		return true;
	case SSL_ERROR_ZERO_RETURN:
		peer->ends++;
		(void)SSL_shutdown(peer->ssl);
		return false;
	default:
		peer->refusals += shaken ? 0 : 1;
		return false;
	}
}

static gboolean peer_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct tls_peer *peer = data;

	if (!peer_step(peer)) {
		peer_end(peer);
	}
	return G_SOURCE_CONTINUE;
}

void tls_peer_read(struct tls_peer *peer)
{
	if (peer->reader == 0 && !peer->deaf) {
		peer->reader = g_unix_fd_add(peer->fd, G_IO_IN, peer_readable, peer);
	}
}

static gboolean peer_accept(gint fd, GIOCondition condition, gpointer data)
{
	struct tls_peer *peer = data;

	peer_end(peer);
	peer->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(peer->fd >= 0);
	peer->connections++;
	peer_begin(peer);
	tls_peer_read(peer);
	return G_SOURCE_CONTINUE;
}

void tls_peer_listen(struct tls_peer *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(peer->port)};
	socklen_t size = sizeof(address);
	int type = peer->datagram ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	peer->port = ntohs(address.sin_port);
	if (peer->datagram) {
		peer->fd = fd;
		peer_begin(peer);
		tls_peer_read(peer);
		return;
	}
	assert_int_equal(listen(fd, 4), 0);
	peer->listener = fd;
	peer->accepter = g_unix_fd_add(fd, G_IO_IN, peer_accept, peer);
}

void tls_peer_open(struct tls_peer *peer, const struct tls_peer_wish *wish)
{
	*peer = (struct tls_peer){.fd = -1, .listener = -1, .datagram = wish->datagram};
	collector_init(&peer->collector);
	peer->stream = g_byte_array_new();
	peer_context(peer, wish);
	tls_peer_listen(peer);
}

void tls_peer_leave(struct tls_peer *peer)
{
	bool datagram = peer->datagram;

	peer->datagram = false; /* no new session on the same socket */
	peer_end(peer);
	peer->datagram = datagram;
	if (peer->accepter != 0) {
		g_source_remove(peer->accepter);
		peer->accepter = 0;
		(void)close(peer->listener);
	}
}

void tls_peer_reset(struct tls_peer *peer)
{
	struct linger linger = {.l_onoff = 1};

	assert_int_equal(setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	peer_end(peer);
}

bool tls_peer_drop(struct tls_peer *peer)
{
	uint8_t octets[2048];

	return recv(peer->fd, octets, sizeof(octets), 0) > 0;
}

void tls_peer_forget(struct tls_peer *peer)
{
	peer_end(peer);
}

void tls_peer_close(struct tls_peer *peer)
{
	tls_peer_leave(peer);
	SSL_CTX_free(peer->context);
	g_byte_array_unref(peer->stream);
	collector_clear(&peer->collector);
}
