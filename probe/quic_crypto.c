#include "probe/quic_crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"

#define HASH_OCTETS   32 /* of SHA-256 */
#define BLOCK_OCTETS  64
#define TAG_OCTETS    16
#define SAMPLE_OCTETS 16
#define SALT_OCTETS   20
#define LABEL_MAX     16

struct quic_crypto {
	EVP_MD *sha256;
	EVP_CIPHER *gcm;
	EVP_CIPHER *ecb;
	EVP_MD_CTX *hash;
	EVP_CIPHER_CTX *payload;
	EVP_CIPHER_CTX *header;
};

/* A piece to be hashed, borrowed. */
struct piece {
	const void *octets;
	size_t count;
};

/* Where octets go. */
struct room {
	uint8_t *octets;
	size_t count;
};

struct quic_crypto *quic_crypto_new(GError **error)
{
	struct quic_crypto *crypto = g_new0(struct quic_crypto, 1);

	crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	crypto->gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	crypto->ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	crypto->hash = EVP_MD_CTX_new();
	crypto->payload = EVP_CIPHER_CTX_new();
	crypto->header = EVP_CIPHER_CTX_new();
	if (crypto->sha256 == NULL || crypto->gcm == NULL || crypto->ecb == NULL ||
		crypto->hash == NULL || crypto->payload == NULL || crypto->header == NULL ||
		EVP_DigestInit_ex(crypto->hash, crypto->sha256, NULL) != 1 ||
		EVP_DecryptInit_ex(crypto->payload, crypto->gcm, NULL, NULL, NULL) != 1 ||
		EVP_EncryptInit_ex(crypto->header, crypto->ecb, NULL, NULL, NULL) != 1 ||
		EVP_CIPHER_CTX_set_padding(crypto->header, 0) != 1) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM,
			"libcrypto: no SHA-256, AES-128-GCM and AES-128-ECB: error %#lx",
			ERR_get_error());
		quic_crypto_free(crypto);
		return NULL;
	}
	return crypto;
}

void quic_crypto_free(struct quic_crypto *crypto)
{
	if (crypto == NULL) {
		return;
	}
	EVP_CIPHER_CTX_free(crypto->header);
	EVP_CIPHER_CTX_free(crypto->payload);
	EVP_MD_CTX_free(crypto->hash);
	EVP_CIPHER_free(crypto->ecb);
	EVP_CIPHER_free(crypto->gcm);
	EVP_MD_free(crypto->sha256);
	g_free(crypto);
}

static bool crypto_hash(struct quic_crypto *crypto, struct piece first, struct piece second,
	uint8_t ret_hash[HASH_OCTETS])
{
	return EVP_DigestInit_ex(crypto->hash, NULL, NULL) == 1 &&
	       EVP_DigestUpdate(crypto->hash, first.octets, first.count) == 1 &&
	       EVP_DigestUpdate(crypto->hash, second.octets, second.count) == 1 &&
	       EVP_DigestFinal_ex(crypto->hash, ret_hash, NULL) == 1;
}

/* HMAC-SHA-256 (RFC 2104) with a key of at most a block. By hand, since the library's own makes
 * new contexts for each key. */
static bool crypto_hmac(struct quic_crypto *crypto, struct piece key, struct piece text,
	uint8_t ret_hash[HASH_OCTETS])
{
	uint8_t inner[BLOCK_OCTETS];
	uint8_t outer[BLOCK_OCTETS];

	memset(inner, 0x36, sizeof(inner));
	memset(outer, 0x5c, sizeof(outer));
	for (size_t i = 0; i < key.count; i++) {
		inner[i] ^= ((const uint8_t *)key.octets)[i];
		outer[i] ^= ((const uint8_t *)key.octets)[i];
	}
	return crypto_hash(crypto, (struct piece){inner, sizeof(inner)}, text, ret_hash) &&
	       crypto_hash(crypto, (struct piece){outer, sizeof(outer)},
		       (struct piece){ret_hash, HASH_OCTETS}, ret_hash);
}

/* HKDF-Expand-Label (RFC 8446 7.1) with an empty context, for up to one hash of output. */
static bool crypto_expand(struct quic_crypto *crypto, const uint8_t secret[HASH_OCTETS],
	const char *label, struct room result)
{
	static const char prefix[] = "tls13 ";
	uint8_t info[2 + 1 + sizeof(prefix) - 1 + LABEL_MAX + 1 + 1] = {0};
	uint8_t hash[HASH_OCTETS];
	size_t label_octets = strlen(label);
	size_t n = 3;

	assert(label_octets <= LABEL_MAX && result.count <= HASH_OCTETS);
	info[1] = (uint8_t)result.count;
	info[2] = (uint8_t)(sizeof(prefix) - 1 + label_octets);
	memcpy(info + n, prefix, sizeof(prefix) - 1);
	n += sizeof(prefix) - 1;
	memcpy(info + n, label, label_octets);
	n += label_octets;
	info[n++] = 0; /* context */
	info[n++] = 1; /* first block of HKDF-Expand (RFC 5869 2.3) */
	if (!crypto_hmac(
		    crypto, (struct piece){secret, HASH_OCTETS}, (struct piece){info, n}, hash)) {
		return false;
	}
	memcpy(result.octets, hash, result.count);
	return true;
}

static const uint8_t *version_salt(uint32_t version)
{
	/* RFC 9001 5.2, RFC 9369 3.3.1, and draft-ietf-quic-tls-29 5.2. */
	static const uint8_t salt_1[SALT_OCTETS] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3,
		0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
	static const uint8_t salt_2[SALT_OCTETS] = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb,
		0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
	static const uint8_t salt_29[SALT_OCTETS] = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c,
		0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};

	if (!quic_version_known(version)) {
		return NULL;
	}
	return version == QUIC_VERSION_1 ? salt_1 : version == QUIC_VERSION_2 ? salt_2 : salt_29;
}

enum status quic_crypto_client_keys(
	struct quic_crypto *crypto, const struct quic_packet *packet, struct quic_keys *ret_keys)
{
	static const char *const labels[2][3] = {
		{"quic key", "quic iv", "quic hp"}, {"quicv2 key", "quicv2 iv", "quicv2 hp"}};
	const char *const *label = labels[packet->version == QUIC_VERSION_2];
	const uint8_t *salt = version_salt(packet->version);
	uint8_t secret[HASH_OCTETS];

	if (salt == NULL) {
		return STATUS_NOT_FOUND;
	}
	if (!crypto_hmac(crypto, (struct piece){salt, SALT_OCTETS},
		    (struct piece){packet->destination, packet->destination_octets}, secret) ||
		!crypto_expand(
			crypto, secret, "client in", (struct room){secret, sizeof(secret)}) ||
		!crypto_expand(crypto, secret, label[0],
			(struct room){ret_keys->key, sizeof(ret_keys->key)}) ||
		!crypto_expand(crypto, secret, label[1],
			(struct room){ret_keys->iv, sizeof(ret_keys->iv)}) ||
		!crypto_expand(crypto, secret, label[2],
			(struct room){ret_keys->header_key, sizeof(ret_keys->header_key)})) {
		return STATUS_NOT_FOUND;
	}
	return STATUS_OK;
}

/* The header as its sender made it, in the three pieces that are authenticated. */
struct header {
	uint8_t first;
	uint8_t number[4];
	uint8_t number_octets;
};

static bool crypto_unmask(struct quic_crypto *crypto, const struct quic_keys *keys,
	const struct quic_packet *packet, struct header *ret_header)
{
	const uint8_t *number = packet->octets + packet->number_offset;
	uint8_t mask[SAMPLE_OCTETS];
	int n;

	if (packet->count - packet->number_offset < sizeof(ret_header->number) + SAMPLE_OCTETS ||
		EVP_EncryptInit_ex(crypto->header, NULL, NULL, keys->header_key, NULL) != 1 ||
		EVP_EncryptUpdate(crypto->header, mask, &n, number + sizeof(ret_header->number),
			SAMPLE_OCTETS) != 1 ||
		n != SAMPLE_OCTETS) {
		return false;
	}
	ret_header->first = packet->octets[0] ^ (mask[0] & 0x0f);
	ret_header->number_octets = (ret_header->first & 3) + 1;
	for (unsigned i = 0; i < ret_header->number_octets; i++) {
		ret_header->number[i] = number[i] ^ mask[1 + i];
	}
	return true;
}

enum status quic_crypto_open(struct quic_crypto *crypto, const struct quic_keys *keys,
	const struct quic_packet *packet, uint8_t *ret_payload, size_t *ret_octets)
{
	struct header header;
	uint8_t nonce[sizeof(keys->iv)];
	uint8_t tag[TAG_OCTETS];
	const uint8_t *sealed;
	size_t octets;
	int n;
	int end;

	*ret_octets = 0;
	if (packet->count > INT_MAX || !crypto_unmask(crypto, keys, packet, &header)) {
		return STATUS_MALFORMED;
	}
	/* The whole number is the one on the wire, as long as a client has sent no more than 255
	 * packets before its hello is complete (RFC 9000 17.1). */
	memcpy(nonce, keys->iv, sizeof(nonce));
	for (unsigned i = 0; i < header.number_octets; i++) {
		nonce[sizeof(nonce) - header.number_octets + i] ^= header.number[i];
	}
	sealed = packet->octets + packet->number_offset + header.number_octets;
	octets = packet->count - packet->number_offset - header.number_octets - TAG_OCTETS;
	memcpy(tag, sealed + octets, sizeof(tag));
	if (EVP_DecryptInit_ex(crypto->payload, NULL, NULL, keys->key, nonce) != 1 ||
		EVP_DecryptUpdate(crypto->payload, NULL, &n, &header.first, 1) != 1 ||
		EVP_DecryptUpdate(crypto->payload, NULL, &n, packet->octets + 1,
			(int)packet->number_offset - 1) != 1 ||
		EVP_DecryptUpdate(crypto->payload, NULL, &n, header.number, header.number_octets) !=
			1 ||
		EVP_DecryptUpdate(crypto->payload, ret_payload, &n, sealed, (int)octets) != 1 ||
		EVP_CIPHER_CTX_ctrl(crypto->payload, EVP_CTRL_AEAD_SET_TAG, TAG_OCTETS, tag) != 1 ||
		EVP_DecryptFinal_ex(crypto->payload, ret_payload + n, &end) != 1) {
		return STATUS_MALFORMED;
	}
	*ret_octets = octets;
	return STATUS_OK;
}
