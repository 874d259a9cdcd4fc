#include "exporter/tls_session.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "exporter/tls_verify.h"

enum {
	RECORD_OCTETS_MAX = 16384,
	ALERT_REASON = 1000, /* reasons of errors from here on are alerts that were received */
	/* Long before the limit of AES-GCM, 2^24.5 full records (RFC 8446 5.5), and often enough
	 * to be no surprise for anybody. */
	KEY_RECORDS = 1 << 22,
	HEADERS_MAX = 48,
};

/*
 * The library's own ways to a socket raise SIGPIPE and keep errors of datagrams to themselves.
 * Datagrams that cannot be sent are lost as far as the library is concerned: it sends those of a
 * handshake again, and whoever sends data looks at the code. Errors that come instead of a datagram
 * are about what was sent; but for a port that is closed, they say nothing of the session.
 */
static int session_bio_write(BIO *bio, const char *octets, size_t size, size_t *ret_written)
{
	struct tls_session *session = BIO_get_data(bio);
	ssize_t sent;

	BIO_clear_retry_flags(bio);
	if (session->datagram && size >= sizeof(session->record)) {
		memcpy(session->record, octets, sizeof(session->record));
	}
	do {
		sent = send(session->fd, octets, size, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	session->code = sent < 0 ? errno : 0;
	if (sent >= 0) {
		session->octets += (uint64_t)sent;
	} else if (session->datagram) {
		sent = (ssize_t)size;
	} else if (errno == EAGAIN) {
		BIO_set_retry_write(bio);
	}
	*ret_written = sent > 0 ? (size_t)sent : 0;
	return sent > 0 ? 1 : 0;
}

static int session_bio_read(BIO *bio, char *octets, size_t size, size_t *ret_read)
{
	struct tls_session *session = BIO_get_data(bio);
	ssize_t got;

	BIO_clear_retry_flags(bio);
	do {
		got = recv(session->fd, octets, size, 0);
	} while (got < 0 && errno == EINTR);
	session->code = got < 0 && errno != EAGAIN ? errno : 0;
	if (got < 0 && (session->code == 0 || (session->datagram && errno != ECONNREFUSED))) {
		BIO_set_retry_read(bio);
	} else if (got == 0 && !session->datagram) {
		session->eof = true;
	}
	*ret_read = got > 0 ? (size_t)got : 0;
	return got > 0 ? 1 : 0;
}

static long session_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	return command == BIO_CTRL_FLUSH                    ? 1
	       : command == BIO_CTRL_DGRAM_GET_MTU_OVERHEAD ? HEADERS_MAX
							    : 0;
}

static bool session_attach(struct tls_session *session)
{
	BIO *bio;

	session->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket of a session");
	if (session->method == NULL) {
		return false;
	}
	(void)BIO_meth_set_write_ex(session->method, session_bio_write);
	(void)BIO_meth_set_read_ex(session->method, session_bio_read);
	(void)BIO_meth_set_ctrl(session->method, session_bio_ctrl);
	bio = BIO_new(session->method);
	if (bio == NULL) {
		return false;
	}
	BIO_set_data(bio, session);
	BIO_set_init(bio, 1);
	SSL_set_bio(session->ssl, bio, bio);
	return true;
}

static int session_asked(SSL *ssl, void *unused)
{
	((struct tls_session *)SSL_get_app_data(ssl))->asked = true;
	return 1;
}

static int session_ticket(SSL *ssl, SSL_SESSION *unused)
{
	((struct tls_session *)SSL_get_app_data(ssl))->proven = true;
	return 0; /* it is not kept */
}

struct tls_session *tls_session_new(struct ssl_ctx_st *context, const struct uri *uri, int fd)
{
	struct tls_session *session = g_new0(struct tls_session, 1);

	session->uri = uri;
	session->fd = fd;
	session->ssl = SSL_new(context);
	if (session->ssl == NULL || !session_attach(session)) {
		tls_session_free(session);
		return NULL;
	}
	session->datagram = SSL_is_dtls(session->ssl) == 1;
	(void)SSL_set_app_data(session->ssl, session);
	SSL_set_cert_cb(session->ssl, session_asked, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(context, session_ticket);
	/* So that a host of many names shows the right certificate; addresses are no such names. */
	if (uri->name != NULL) {
		(void)SSL_set_tlsext_host_name(session->ssl, uri->name);
	} else if (!g_hostname_is_ip_address(uri->host) && strchr(uri->host, '%') == NULL) {
		(void)SSL_set_tlsext_host_name(session->ssl, uri->host);
	}
	SSL_set_connect_state(session->ssl);
	return session;
}

void tls_session_free(struct tls_session *session)
{
	if (session != NULL) {
		SSL_free(session->ssl);
		BIO_meth_free(session->method);
		g_free(session->fault);
		g_free(session->reason);
		g_free(session);
	}
}

/* What the collector's alert means for who reads the log. */
static char *session_alert(const struct tls_session *session, const char *text)
{
	const char *found = strstr(text, "alert "); /* behind an old name of the protocol */
	const char *alert = found != NULL ? found : text;
	const X509 *own = SSL_get_certificate(session->ssl);
	g_autofree char *shown = own == NULL ? NULL : tls_verify_describe(own);

	if (!session->asked) {
		return g_strdup_printf("the collector refused the session: %s", alert);
	}
	if (own == NULL) {
		return g_strdup_printf("the collector refused the session: %s; it asked for a "
				       "certificate, and there is none (cert=)",
			alert);
	}
	return g_strdup_printf(
		"the collector refused the session: %s; it was shown our certificate (%s)", alert,
		shown);
}

static char *session_reason(const struct tls_session *session, int kind)
{
	unsigned long code = ERR_peek_error();
	const char *text = ERR_reason_error_string(code);

	if (session->fault != NULL) {
		return g_strdup(session->fault);
	}
	if (kind == SSL_ERROR_SYSCALL) {
		return g_strdup_printf("the connection was lost: %s",
			session->code != 0 ? g_strerror(session->code) : "no reason given");
	}
	if (text != NULL && ERR_GET_LIB(code) == ERR_LIB_SSL &&
		ERR_GET_REASON(code) >= ALERT_REASON) {
		return session_alert(session, text);
	}
	return g_strdup_printf("the session failed: %s", text != NULL ? text : "no reason given");
}

/* What the library's answer @answer means. */
static enum tls_result session_result(struct tls_session *session, int answer)
{
	int kind = SSL_get_error(session->ssl, answer);

	switch (kind) {
	case SSL_ERROR_NONE:
		return TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return TLS_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	default:
		break;
	}
	if (kind == SSL_ERROR_SYSCALL && session->eof) {
		return TLS_ENDED;
	}
	g_free(session->reason);
	session->reason = session_reason(session, kind);
	ERR_clear_error();
	return TLS_FAILED;
}

enum tls_result tls_session_shake(struct tls_session *session)
{
	ERR_clear_error();
	return session_result(session, SSL_do_handshake(session->ssl));
}

bool tls_session_is_refused(const struct tls_session *session)
{
	return session->fault != NULL || (session->reason != NULL && session->code == 0);
}

bool tls_session_in_doubt(const struct tls_session *session)
{
	return SSL_version(session->ssl) == TLS1_3_VERSION && session->asked && !session->proven;
}

enum tls_result tls_session_write(
	struct tls_session *session, const uint8_t *octets, size_t size, size_t *ret_done)
{
	enum tls_result result;

	*ret_done = 0;
	ERR_clear_error();
	if (session->records % KEY_RECORDS == KEY_RECORDS - 1 &&
		SSL_version(session->ssl) == TLS1_3_VERSION) {
		(void)SSL_key_update(session->ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		ERR_clear_error(); /* of one that is under way already */
	}
	session->code = 0;
	result = session_result(session, SSL_write_ex(session->ssl, octets, size, ret_done));
	session->records += result == TLS_DONE ? 1 : 0;
	return result;
}

/* Behind the farewell nothing means anything, and a reset is an end, too: all had been read. */
static enum tls_result session_await_end(struct tls_session *session)
{
	uint8_t waste[4096];
	ssize_t got = recv(session->fd, waste, sizeof(waste), 0);

	if (got > 0) {
		return TLS_DONE;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return TLS_READ;
	}
	session->eof = true;
	return TLS_ENDED;
}

enum tls_result tls_session_drain(struct tls_session *session)
{
	uint8_t waste[RECORD_OCTETS_MAX];
	enum tls_result result;
	size_t got = 0;

	if (session->silent) {
		return session_await_end(session);
	}
	ERR_clear_error();
	result = session_result(session, SSL_read_ex(session->ssl, waste, sizeof(waste), &got));
	session->silent = result == TLS_ENDED;
	return result;
}

enum tls_result tls_session_farewell(struct tls_session *session)
{
	int answer;

	ERR_clear_error();
	answer = SSL_shutdown(session->ssl);
	return answer >= 0 ? TLS_DONE : session_result(session, answer);
}

void tls_session_set_path(struct tls_session *session, uint32_t octets)
{
	(void)SSL_set_mtu(session->ssl, octets);
}

uint32_t tls_session_message_octets(const struct tls_session *session)
{
	return (uint32_t)MIN(DTLS_get_data_mtu(session->ssl), RECORD_OCTETS_MAX);
}

int64_t tls_session_timeout_us(const struct tls_session *session)
{
	struct timeval left = {0};

	if (DTLSv1_get_timeout(session->ssl, &left) != 1) {
		return -1;
	}
	return (int64_t)left.tv_sec * G_USEC_PER_SEC + left.tv_usec;
}

enum tls_result tls_session_timeout(struct tls_session *session)
{
	long answer;

	ERR_clear_error();
	answer = DTLSv1_handle_timeout(session->ssl);
	return answer >= 0 ? TLS_DONE : session_result(session, (int)answer);
}
