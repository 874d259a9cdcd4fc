#include "tests/unit/seal_crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

#define VERSION_2 0x6b3343cf

static void must(bool done)
{
	if (!done) {
		abort();
	}
}

struct octets {
	const void *at;
	size_t n;
};

static void derive(int mode, struct octets key, struct octets salt_or_info, uint8_t *ret, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {OSSL_PARAM_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 6),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, (void *)key.at, key.n),
		OSSL_PARAM_octet_string(mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY
						? OSSL_KDF_PARAM_SALT
						: OSSL_KDF_PARAM_INFO,
			(void *)salt_or_info.at, salt_or_info.n),
		OSSL_PARAM_END};

	must(EVP_KDF_derive(context, ret, n, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static void expand(const uint8_t secret[32], const char *label, uint8_t *ret, size_t n)
{
	uint8_t info[64] = {0, (uint8_t)n, (uint8_t)(6 + strlen(label))};

	memcpy(info + 3, "tls13 ", 6);
	memcpy(info + 9, label, strlen(label));
	derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, (struct octets){secret, 32},
		(struct octets){info, 10 + strlen(label)}, ret, n);
}

struct keys {
	uint8_t key[16];
	uint8_t iv[12];
	uint8_t header_key[16];
};

static struct keys keys_of(const struct seal *seal)
{
	static const uint8_t salts[3][20] = {
		{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
			0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
		{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
			0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
		{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
			0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99}};
	bool second = seal->version == VERSION_2;
	const uint8_t *salt = salts[second ? 1 : seal->version <= 1 ? 0 : 2];
	const char *id = seal->key_destination ? seal->key_destination : seal->destination;
	uint8_t secret[32];
	struct keys keys;

	derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, (struct octets){id, strlen(id)},
		(struct octets){salt, 20}, secret, 32);
	expand(secret, seal->from_server ? "server in" : "client in", secret, 32);
	expand(secret, second ? "quicv2 key" : "quic key", keys.key, 16);
	expand(secret, second ? "quicv2 iv" : "quic iv", keys.iv, 12);
	expand(secret, second ? "quicv2 hp" : "quic hp", keys.header_key, 16);
	return keys;
}

static void protect(
	const struct keys *keys, uint8_t *packet, size_t number_offset, unsigned number_octets)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t mask[32];
	int n;

	must(EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, keys->header_key, NULL) == 1);
	must(EVP_EncryptUpdate(context, mask, &n, packet + number_offset + 4, 16) == 1 && n == 16);
	packet[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < number_octets; i++) {
		packet[number_offset + i] ^= mask[1 + i];
	}
	EVP_CIPHER_CTX_free(context);
}

static void encrypt(
	const struct keys *keys, const struct seal *seal, struct octets header, uint8_t *ret)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t nonce[12];
	int n;

	memcpy(nonce, keys->iv, 12);
	for (unsigned i = 0; i < 4; i++) {
		nonce[8 + i] ^= (uint8_t)(seal->number >> (24 - 8 * i));
	}
	must(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, keys->key, nonce) == 1);
	must(EVP_EncryptUpdate(context, NULL, &n, header.at, (int)header.n) == 1);
	must(EVP_EncryptUpdate(context, ret, &n, seal->frames, (int)seal->frame_octets) == 1);
	must(EVP_EncryptFinal_ex(context, ret + n, &n) == 1);
	must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, ret + seal->frame_octets) ==
		1);
	EVP_CIPHER_CTX_free(context);
}

static uint8_t *put_id(uint8_t *at, const char *id)
{
	size_t n = id ? strlen(id) : 0;

	*at++ = (uint8_t)n;
	memcpy(at, id ? id : "", n);
	return at + n;
}

static uint8_t *put_number(uint8_t *at, size_t number)
{
	store_be16(at, (uint16_t)(0x4000 | number));
	return at + 2;
}

size_t seal_packet(const struct seal *seal, uint8_t *ret)
{
	struct keys keys = keys_of(seal);
	unsigned number_octets = seal->number_octets ? seal->number_octets : 4;
	unsigned type = (seal->type + (seal->version == VERSION_2)) & 3;
	uint8_t *at = ret;
	size_t number_offset;

	*at++ = (uint8_t)(0xc0 | type << 4 | (number_octets - 1));
	store_be32(at, seal->version ? seal->version : 1);
	at = put_id(put_id(at + 4, seal->destination), seal->source);
	if (seal->type == 0) {
		if (seal->token_octets > 0) {
			at = put_number(at, seal->token_octets);
		} else {
			*at++ = 0;
		}
		memset(at, 0x74, seal->token_octets);
		at += seal->token_octets;
	}
	at = put_number(at, number_octets + seal->frame_octets + 16);
	number_offset = (size_t)(at - ret);
	for (unsigned i = 0; i < number_octets; i++) {
		*at++ = (uint8_t)(seal->number >> (8 * (number_octets - 1 - i)));
	}
	encrypt(&keys, seal, (struct octets){ret, (size_t)(at - ret)}, at);
	protect(&keys, ret, number_offset, number_octets);
	return (size_t)(at - ret) + seal->frame_octets + 16;
}

size_t seal_crypto_frame(uint8_t *ret, size_t offset, const uint8_t *octets, size_t n)
{
	uint8_t *at = ret;

	*at++ = 0x06;
	at = put_number(put_number(at, offset), n);
	memcpy(at, octets, n);
	return (size_t)(at - ret) + n;
}
