#include "exporter/tls_identity.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/log.h"
#include "exporter/tls_verify.h"

/* RFC 9325: forward secrecy and authenticated encryption only. Those of TLS 1.3 are all of that
 * kind; none of either list is without encryption. */
#define CIPHERS_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL:!eNULL"

enum {
	FILE_CA,
	FILE_CERT,
	FILE_KEY,
	FILES
};

struct file_state {
	dev_t device;
	ino_t inode;
	off_t octets;
	struct timespec modified;
	struct timespec changed;
};

struct tls_identity {
	const struct uri *uri;
	char *area; /* of the log */
	SSL_CTX *context;
	struct file_state files[FILES]; /* as they were when the context was made of them */
};

struct tls_identity *tls_identity_new(const struct uri *uri)
{
	struct tls_identity *identity = g_new0(struct tls_identity, 1);

	identity->uri = uri;
	identity->area = g_strdup_printf("%s:%s:%u", uri->scheme, uri->host, uri->port);
	return identity;
}

void tls_identity_free(struct tls_identity *identity)
{
	if (identity != NULL) {
		SSL_CTX_free(identity->context);
		g_free(identity->area);
		g_free(identity);
	}
}

static const char *identity_path(const struct tls_identity *identity, int file)
{
	const struct uri *uri = identity->uri;

	return file == FILE_CA     ? uri->ca
	       : file == FILE_CERT ? uri->cert
	       : uri->key != NULL  ? uri->key
				   : uri->cert;
}

static void identity_look(const struct tls_identity *identity, struct file_state *files)
{
	memset(files, 0, FILES * sizeof(*files));
	for (int i = 0; i < FILES; i++) {
		const char *path = identity_path(identity, i);
		struct stat found;

		if (path != NULL && stat(path, &found) == 0) {
			files[i].device = found.st_dev;
			files[i].inode = found.st_ino;
			files[i].octets = found.st_size;
			files[i].modified = found.st_mtim;
			files[i].changed = found.st_ctim;
		}
	}
}

/* "WHAT PATH: reason of the library's first error" */
static bool identity_fault(const char *what, const char *path, GError **error)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_SYSTEM_ERROR(code) ? g_strerror(ERR_GET_REASON(code))
						    : ERR_reason_error_string(code);

	ERR_clear_error();
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s%s%s: %s", what, path != NULL ? " " : "",
		path != NULL ? path : "", reason != NULL ? reason : "no reason given");
	return false;
}

/* Without this, the library would ask on the terminal, and wait. */
static int identity_no_passphrase(char *buffer, int octets, int writing, void *data)
{
	return -1;
}

static bool identity_own(const struct tls_identity *identity, SSL_CTX *context, GError **error)
{
	const char *cert = identity_path(identity, FILE_CERT);
	const char *key = identity_path(identity, FILE_KEY);
	X509 *own;

	if (cert == NULL) {
		return true;
	}
	SSL_CTX_set_default_passwd_cb(context, identity_no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1) {
		return identity_fault("certificate", cert, error);
	}
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1) {
		return identity_fault("private key", key, error);
	}
	own = SSL_CTX_get0_certificate(context);
	if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0) {
		log_warning(identity->area, "certificate %s has expired", cert);
	}
	return true;
}

static bool identity_trust(const struct tls_identity *identity, SSL_CTX *context, GError **error)
{
	const struct uri *uri = identity->uri;

	tls_verify_install(context);
	if (uri->ca != NULL && SSL_CTX_load_verify_file(context, uri->ca) != 1) {
		return identity_fault("authorities", uri->ca, error);
	}
	if (uri->ca == NULL && uri->pins == NULL &&
		SSL_CTX_set_default_verify_paths(context) != 1) {
		return identity_fault("the system's authorities", NULL, error);
	}
	return true;
}

/*
 * Nothing older than TLS 1.2, no compression, no renegotiation, no resumption: every session
 * authenticates both sides anew.
 */
static bool identity_rules(const struct tls_identity *identity, SSL_CTX *context, GError **error)
{
	bool datagram = strcmp(identity->uri->scheme, "dtls") == 0;

	(void)SSL_CTX_set_options(
		context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
	(void)SSL_CTX_set_mode(
		context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	if (SSL_CTX_set_min_proto_version(context, datagram ? DTLS1_2_VERSION : TLS1_2_VERSION) !=
			1 ||
		SSL_CTX_set_cipher_list(context, CIPHERS_1_2) != 1) {
		return identity_fault("TLS 1.2", NULL, error);
	}
	return true;
}

static SSL_CTX *identity_read(const struct tls_identity *identity, GError **error)
{
	bool datagram = strcmp(identity->uri->scheme, "dtls") == 0;
	SSL_CTX *context;

	ERR_clear_error();
	context = SSL_CTX_new(datagram ? DTLS_client_method() : TLS_client_method());
	if (context == NULL) {
		(void)identity_fault("TLS", NULL, error);
		return NULL;
	}
	if (!identity_rules(identity, context, error) ||
		!identity_trust(identity, context, error) ||
		!identity_own(identity, context, error)) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

/* True if other files than before were taken. */
static bool identity_refresh(struct tls_identity *identity, GError **error)
{
	struct file_state files[FILES];
	SSL_CTX *context;

	identity_look(identity, files);
	if (identity->context != NULL && memcmp(files, identity->files, sizeof(files)) == 0) {
		return false;
	}
	context = identity_read(identity, error);
	if (context == NULL) {
		return false;
	}
	SSL_CTX_free(identity->context);
	identity->context = context;
	memcpy(identity->files, files, sizeof(files));
	return true;
}

struct ssl_ctx_st *tls_identity_context(struct tls_identity *identity, GError **error)
{
	GError *fault = NULL;

	(void)identity_refresh(identity, &fault);
	if (identity->context == NULL) {
		g_propagate_error(error, fault);
	} else if (fault != NULL) {
		log_warning(identity->area, "%s; the former files stay in use", fault->message);
		g_error_free(fault);
	}
	return identity->context;
}

struct ssl_ctx_st *tls_identity_current(const struct tls_identity *identity)
{
	return identity->context;
}

bool tls_identity_renewed(struct tls_identity *identity)
{
	GError *fault = NULL;
	bool renewed = identity_refresh(identity, &fault);

	if (fault != NULL) {
		log_warning(identity->area, "%s%s", fault->message,
			identity->context != NULL ? "; the former files stay in use" : "");
		g_error_free(fault);
	}
	return renewed;
}
