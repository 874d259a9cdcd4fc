#include "exporter/tls_verify.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "exporter/tls_session.h"
#include "exporter/uri.h"

enum {
	SHA256_OCTETS = 32,
	NAME_OCTETS_MAX = 200, /* of what a stranger's certificate may put into the log */
	NAMES_MAX = 8,
};

/* Takes what a memory BIO has collected, and frees it. */
static char *verify_text(BIO *bio)
{
	char *start = NULL;
	long octets = BIO_get_mem_data(bio, &start);
	char *text = g_strndup(start, (gsize)CLAMP(octets, 0, NAME_OCTETS_MAX));

	BIO_free(bio);
	return text;
}

static char *verify_name(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	return verify_text(bio);
}

static char *verify_time(const ASN1_TIME *time)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)ASN1_TIME_print(bio, time);
	return verify_text(bio);
}

char *tls_verify_describe(const struct x509_st *certificate)
{
	g_autofree char *subject = verify_name(X509_get_subject_name(certificate));
	g_autofree char *issuer = verify_name(X509_get_issuer_name(certificate));

	return g_strdup_printf("subject %s, issuer %s", *subject != '\0' ? subject : "without name",
		*issuer != '\0' ? issuer : "without name");
}

/* The names that a certificate is for. */
static char *verify_names(const X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	GString *text = g_string_new(NULL);
	int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names);

	for (int i = 0; i < MIN(count, NAMES_MAX); i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		g_autofree char *name = NULL;
		g_autofree char *safe = NULL;

		(void)GENERAL_NAME_print(bio, sk_GENERAL_NAME_value(names, i));
		name = verify_text(bio);
		safe = g_strescape(name, NULL);
		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", safe);
	}
	GENERAL_NAMES_free(names);
	return g_string_free(g_string_append(text, count == 0 ? "no name" : ""), FALSE);
}

static bool verify_is_pinned(char *const *pins, const unsigned char *digest)
{
	char hex[2 * SHA256_OCTETS + 1];

	for (int i = 0; i < SHA256_OCTETS; i++) {
		g_snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	}
	return g_strv_contains((const char *const *)pins, hex);
}

static bool verify_pin(char *const *pins, const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *key = NULL;
	int octets = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	bool good = false;

	if (octets > 0) {
		good = EVP_Digest(key, (size_t)octets, digest, NULL, EVP_sha256(), NULL) == 1 &&
		       verify_is_pinned(pins, digest);
		OPENSSL_free(key);
	}
	return good || (X509_digest(certificate, EVP_sha256(), digest, NULL) == 1 &&
			       verify_is_pinned(pins, digest));
}

static bool verify_is_address(const char *name)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);

	ASN1_OCTET_STRING_free(address);
	return address != NULL;
}

static bool verify_is_for(X509 *certificate, const char *name)
{
	g_autofree char *bare = g_strndup(name, strcspn(name, "%")); /* no zone */

	if (verify_is_address(bare)) {
		return X509_check_ip_asc(certificate, bare, 0) == 1;
	}
	return X509_check_host(certificate, bare, 0,
		       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		       NULL) == 1;
}

/* One of the subject's common names is listed, octet by octet. */
static bool verify_common_name(const X509 *certificate, char *const *names)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0) {
		ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
		unsigned char *text = NULL;
		int octets = ASN1_STRING_to_UTF8(&text, value);
		bool good = octets > 0 && strlen((const char *)text) == (size_t)octets &&
			    g_strv_contains((const char *const *)names, (const char *)text);

		OPENSSL_free(text);
		if (good) {
			return true;
		}
	}
	return false;
}

static char *verify_chain_fault(X509_STORE_CTX *store)
{
	int code = X509_STORE_CTX_get_error(store);
	const X509 *at = X509_STORE_CTX_get_current_cert(store);
	g_autofree char *when = NULL;
	g_autofree char *which = NULL;

	if (at != NULL && code == X509_V_ERR_CERT_HAS_EXPIRED) {
		when = verify_time(X509_get0_notAfter(at));
	} else if (at != NULL && code == X509_V_ERR_CERT_NOT_YET_VALID) {
		when = verify_time(X509_get0_notBefore(at));
	}
	if (at != NULL && X509_STORE_CTX_get_error_depth(store) > 0) {
		g_autofree char *description = tls_verify_describe(at);

		which = g_strdup_printf(" (issuer in the chain: %s)", description);
	}
	return g_strdup_printf("is not trusted: %s%s%s%s", X509_verify_cert_error_string(code),
		when != NULL ? ", " : "", when != NULL ? when : "", which != NULL ? which : "");
}

/* Why the certificate is not the collector's; NULL if it is. */
static char *verify_fault(X509_STORE_CTX *store, const struct uri *uri, int *ret_code)
{
	X509 *certificate = X509_STORE_CTX_get0_cert(store);
	const char *name = uri->name;

	*ret_code = X509_V_ERR_APPLICATION_VERIFICATION;
	if (uri->pins != NULL && !verify_pin(uri->pins, certificate)) {
		return g_strdup("is none of those pinned");
	}
	if ((uri->pins == NULL || uri->ca != NULL) && X509_verify_cert(store) != 1) {
		*ret_code = X509_STORE_CTX_get_error(store);
		return verify_chain_fault(store);
	}
	if (uri->peer_cns != NULL && !verify_common_name(certificate, uri->peer_cns)) {
		return g_strdup("has no common name of those listed");
	}
	if (name == NULL && uri->peer_cns == NULL && (uri->pins == NULL || uri->ca != NULL)) {
		name = uri->host;
	}
	if (name != NULL && !verify_is_for(certificate, name)) {
		g_autofree char *names = verify_names(certificate);

		*ret_code = X509_V_ERR_HOSTNAME_MISMATCH;
		return g_strdup_printf("is not for %s but for %s", name, names);
	}
	return NULL;
}

static int verify(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *session = SSL_get_app_data(ssl);
	int code = X509_V_OK;
	g_autofree char *fault = verify_fault(store, session->uri, &code);

	if (fault == NULL) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	g_autofree char *description = tls_verify_describe(X509_STORE_CTX_get0_cert(store));

	g_free(session->fault);
	session->fault = g_strdup_printf("the collector's certificate %s (%s)", fault, description);
	X509_STORE_CTX_set_error(store, code != X509_V_OK ? code : X509_V_ERR_UNSPECIFIED);
	return 0;
}

void tls_verify_install(struct ssl_ctx_st *context)
{
	/* Whoever puts a certificate into the file trusts it, be it a root or not. */
	(void)X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, verify, NULL);
}
