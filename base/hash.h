#pragma once

#include <stddef.h>
#include <stdint.h>

/* Inlined: a call per packet and per look-up would cost as much as the hash. */
#define XXH_INLINE_ALL
#include <xxhash.h>

/**
 * A key for hashing what comes from the wire. XXH3 under a secret of full length that nobody
 * outside the process knows: without it, whoever can send packets could choose keys that collide
 * and turn every look-up into a walk. One key per table or per process; never logged, never
 * exported.
 */
#define HASH_SECRET_OCTETS 192

struct hash_key {
	uint8_t secret[HASH_SECRET_OCTETS];
};

/** Fill @ret_key from the kernel's random source (getrandom; blocks only before it is seeded at
 * boot). */
void hash_key_random(struct hash_key *ret_key);

/** The same key for the same @seed: for tests and reproducible benchmarks only. */
void hash_key_seeded(struct hash_key *ret_key, uint64_t seed);

static inline uint64_t hash_octets(const struct hash_key *key, const void *octets, size_t n)
{
	return XXH3_64bits_withSecret(octets, n, key->secret, sizeof(key->secret));
}
