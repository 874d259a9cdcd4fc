#include "exporter/privacy_crypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"

enum {
	BLOCK_OCTETS = 16,
	ADDRESS_OCTETS = 16,
	CACHE_BITS = 10, /* addresses of a home and its servers */
};

struct cached {
	uint8_t bits; /* 0: free */
	uint8_t from[ADDRESS_OCTETS];
	uint8_t to[ADDRESS_OCTETS];
};

struct privacy_crypto {
	EVP_CIPHER_CTX *cipher;
	uint8_t pad[BLOCK_OCTETS];
	uint8_t hash_key[BLOCK_OCTETS];
	struct cached cache[1 << CACHE_BITS];
};

static void encrypt(
	struct privacy_crypto *crypto, const uint8_t *blocks, unsigned count, uint8_t *ret)
{
	int written = 0;

	/* Cannot fail: the key is set, and whole blocks need neither padding nor memory. */
	(void)EVP_EncryptUpdate(crypto->cipher, ret, &written, blocks, (int)count * BLOCK_OCTETS);
}

struct privacy_crypto *privacy_crypto_new(const uint8_t key[PRIVACY_KEY_OCTETS], GError **error)
{
	struct privacy_crypto *crypto = g_new0(struct privacy_crypto, 1);

	crypto->cipher = EVP_CIPHER_CTX_new();
	if (crypto->cipher == NULL ||
		EVP_EncryptInit_ex(crypto->cipher, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
		EVP_CIPHER_CTX_set_padding(crypto->cipher, 0) != 1) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM,
			"libcrypto: no AES-128-ECB: error %#lx", ERR_get_error());
		privacy_crypto_free(crypto);
		return NULL;
	}
	encrypt(crypto, key + BLOCK_OCTETS, 1, crypto->pad);
	memcpy(crypto->hash_key, key + BLOCK_OCTETS, BLOCK_OCTETS);
	return crypto;
}

void privacy_crypto_free(struct privacy_crypto *crypto)
{
	if (crypto != NULL) {
		EVP_CIPHER_CTX_free(crypto->cipher);
		OPENSSL_cleanse(crypto, sizeof(*crypto));
		g_free(crypto);
	}
}

/* The address's first @bits bits, then those of the pad. */
static void fill_block(
	const struct privacy_crypto *crypto, const uint8_t *address, unsigned bits, uint8_t *ret)
{
	unsigned whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> (bits % 8));

	memcpy(ret, address, whole);
	memcpy(ret + whole, crypto->pad + whole, BLOCK_OCTETS - whole);
	if (bits % 8 != 0) {
		ret[whole] = (uint8_t)((address[whole] & mask) | (crypto->pad[whole] & ~mask));
	}
}

/* Each bit is turned by a bit that depends on all before it. */
static void map_address(struct privacy_crypto *crypto, uint8_t *address, unsigned bits)
{
	uint8_t blocks[ADDRESS_OCTETS * 8][BLOCK_OCTETS] = {0};
	uint8_t secret[ADDRESS_OCTETS * 8][BLOCK_OCTETS];

	for (unsigned i = 0; i < bits; i++) {
		fill_block(crypto, address, i, blocks[i]);
	}
	encrypt(crypto, blocks[0], bits, secret[0]);
	for (unsigned i = 0; i < bits; i++) {
		address[i / 8] ^= (uint8_t)((secret[i][0] & 0x80) >> (i % 8));
	}
}

void privacy_crypto_address(struct privacy_crypto *crypto, uint8_t *address, unsigned bits)
{
	unsigned octets = bits / 8;
	uint64_t hash = privacy_crypto_hash(crypto, address, octets);
	struct cached *c = &crypto->cache[hash >> (64 - CACHE_BITS)];

	if (c->bits != bits || memcmp(c->from, address, octets) != 0) {
		c->bits = (uint8_t)bits;
		memcpy(c->from, address, octets);
		map_address(crypto, address, bits);
		memcpy(c->to, address, octets);
	}
	memcpy(address, c->to, octets);
}

/* CBC-MAC with the length first, which is sound for messages of any length. */
uint64_t privacy_crypto_hash(struct privacy_crypto *crypto, const uint8_t *octets, size_t n)
{
	uint8_t block[BLOCK_OCTETS];

	memcpy(block, crypto->hash_key, BLOCK_OCTETS);
	block[0] ^= (uint8_t)(n >> 8);
	block[1] ^= (uint8_t)n;
	encrypt(crypto, block, 1, block);
	for (size_t i = 0; i < n; i++) {
		block[i % BLOCK_OCTETS] ^= octets[i];
		if (i % BLOCK_OCTETS == BLOCK_OCTETS - 1 || i == n - 1) {
			encrypt(crypto, block, 1, block);
		}
	}
	return load_be64(block);
}
