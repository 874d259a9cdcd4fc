#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Random numbers for sampling: xoshiro256** (Blackman and Vigna), which is fast and passes the
 * usual tests. Its state is 256 bits from the kernel, so that nobody outside can tell which packets
 * will be chosen.
 */
struct selector_random {
	uint64_t state[4];
};

/** @seed 0: from the kernel's random source; else the same sequence for the same seed. */
void selector_random_init(struct selector_random *random, uint64_t seed);

static inline uint64_t selector_random_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline uint64_t selector_random_next(struct selector_random *random)
{
	uint64_t *s = random->state;
	uint64_t result = selector_random_rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = selector_random_rotate(s[3], 45);
	return result;
}

/** A number below @bound, which is not 0; each is as likely, to within 2^-32. */
static inline uint32_t selector_random_below(struct selector_random *random, uint32_t bound)
{
	return (uint32_t)(((unsigned __int128)selector_random_next(random) * bound) >> 64);
}
