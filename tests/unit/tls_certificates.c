#include "tests/unit/tls_certificates.h"

#include "tests/unit/unit.h"

#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum {
	DAY_S = 86400,
};

static FILE *certificate_file(
	const char *folder, const char *name, const char *suffix, const char *mode)
{
	g_autofree char *path = g_strdup_printf("%s/%s.%s", folder, name, suffix);
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	return file;
}

static void certificate_extend(X509 *made, int number, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, made, made, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, number, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(made, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static X509 *certificate_body(const struct certificate *wish, EVP_PKEY *key)
{
	X509 *made = X509_new();
	X509_NAME *subject = X509_NAME_new();

	assert_int_equal(X509_set_version(made, 2), 1);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), g_random_int()), 1);
	X509_gmtime_adj(X509_getm_notBefore(made), (long)wish->days_from * DAY_S - DAY_S / 2);
	X509_gmtime_adj(X509_getm_notAfter(made), (long)wish->days_to * DAY_S);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				 (const unsigned char *)wish->common_name, -1, -1, 0),
		1);
	assert_int_equal(X509_set_subject_name(made, subject), 1);
	X509_NAME_free(subject);
	assert_int_equal(X509_set_pubkey(made, key), 1);
	if (wish->names != NULL) {
		certificate_extend(made, NID_subject_alt_name, wish->names);
	} else {
		certificate_extend(made, NID_basic_constraints, "critical,CA:TRUE");
	}
	return made;
}

static void certificate_sign(const char *folder, const char *issuer, X509 *made, EVP_PKEY *own)
{
	X509 *authority = made;
	EVP_PKEY *key = own;

	if (issuer != NULL) {
		FILE *file = certificate_file(folder, issuer, "pem", "r");

		authority = PEM_read_X509(file, NULL, NULL, NULL);
		assert_int_equal(fclose(file), 0);
		file = certificate_file(folder, issuer, "key", "r");
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(X509_set_issuer_name(made, X509_get_subject_name(authority)), 1);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	if (issuer != NULL) {
		X509_free(authority);
		EVP_PKEY_free(key);
	}
}

void certificate_make(const char *folder, const struct certificate *wish)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *made = certificate_body(wish, key);
	FILE *file;

	certificate_sign(folder, wish->issuer, made, key);
	file = certificate_file(folder, wish->name, "pem", "w");
	assert_int_equal(PEM_write_X509(file, made), 1);
	assert_int_equal(fclose(file), 0);
	file = certificate_file(folder, wish->name, "key", "w");
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(made);
	EVP_PKEY_free(key);
}

void certificates_remove(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		(void)g_unlink(path);
	}
	g_dir_close(dir);
	(void)g_rmdir(folder);
}

char *certificate_key_pin(const char *folder, const char *name)
{
	FILE *file = certificate_file(folder, name, "pem", "r");
	X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
	unsigned char *key = NULL;
	int octets = i2d_PUBKEY(X509_get0_pubkey(certificate), &key);
	char *pin;

	assert_int_equal(fclose(file), 0);
	assert_true(octets > 0);
	pin = g_compute_checksum_for_data(G_CHECKSUM_SHA256, key, (gsize)octets);
	OPENSSL_free(key);
	X509_free(certificate);
	return pin;
}
