#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Keyed mappings of what tells who somebody is. The same key gives the same mapping, so that what
 * belonged together still does; without it nobody can go back.
 */
struct privacy_crypto;

#define PRIVACY_KEY_OCTETS 32 /* the first half is the cipher's, the second the pad and hash key */

/** Fails with WEIR_ERROR_SYSTEM if libcrypto lacks AES-128. @key is copied. */
struct privacy_crypto *privacy_crypto_new(const uint8_t key[PRIVACY_KEY_OCTETS], GError **error);
void privacy_crypto_free(struct privacy_crypto *crypto); /* NULL is fine */

/**
 * Map an address of @bits (32 or 128) so that two addresses that share a prefix of n bits share one
 * of n bits afterwards, and no longer one: Crypto-PAn (Fan, Xu, Ammar, Moon, "Prefix-preserving IP
 * address anonymization"). Cost: as many AES blocks as @bits, unless it was mapped lately.
 */
void privacy_crypto_address(struct privacy_crypto *crypto, uint8_t *address, unsigned bits);

/** A keyed hash of 64 bits. */
uint64_t privacy_crypto_hash(struct privacy_crypto *crypto, const uint8_t *octets, size_t n);
