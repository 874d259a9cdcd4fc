#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "probe/flow.h"
#include "probe/flow_packet.h"

#define FLOW_KEY_WORDS 7

/** A flow key, or a mask over one, as the words that it is compared and hashed by. */
struct flow_key_words {
	uint64_t word[FLOW_KEY_WORDS];
};

static_assert(sizeof(struct flow_key_words) == sizeof(struct flow_key), "a key is seven words");

/** A mask that leaves the fields of @fields (enum flow_key_field bits) and the IP version. */
void flow_key_mask(uint32_t fields, struct flow_key_words *ret_mask);

/** True if the fields look the same from both ends, so that both directions can be one flow. */
bool flow_key_is_symmetric(uint32_t fields);

/** The same packet seen from the receiver: ends exchanged, ICMP types replaced by their answers. */
void flow_key_reverse(struct flow_key *key);

/**
 * Put the ends of @key in the one order that both directions agree on under @mask (of a symmetric
 * key): by address, then port, then MAC; ICMP by address, then type and its answer, then MAC.
 * Returns 1 if they were exchanged, so that the sender is end 1 now; 0 otherwise, also when the key
 * is its own reverse. The order of two values has no meaning.
 */
unsigned flow_key_order(struct flow_key *key, const struct flow_key_words *mask);

static inline struct flow_key_words flow_key_load(const struct flow_key *key)
{
	struct flow_key_words words;

	memcpy(&words, key, sizeof(words));
	return words;
}

/* Halves of the words that have ports (word 4) and MACs (5 and 6). */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FLOW_KEY_PORT(word, n) ((word) >> ((n)*16) & 0xffff)
#define FLOW_KEY_PORT_BOTH(x)  ((x) | (x) << 16)
#define FLOW_KEY_MAC0(w5, w6)  ((w5)&0xffffffffffff)
#define FLOW_KEY_MAC1(w5, w6)  ((w5) >> 48 | ((w6)&0xffffffff) << 16)
#define FLOW_KEY_MAC_W5(x)     ((x) | (x) << 48)
#define FLOW_KEY_MAC_W6(x)     ((x) >> 16)
#else
#define FLOW_KEY_PORT(word, n) ((word) >> (48 - (n)*16) & 0xffff)
#define FLOW_KEY_PORT_BOTH(x)  ((x) << 48 | (x) << 32)
#define FLOW_KEY_MAC0(w5, w6)  ((w5) >> 16)
#define FLOW_KEY_MAC1(w5, w6)  (((w5)&0xffff) << 32 | (w6) >> 32)
#define FLOW_KEY_MAC_W5(x)     ((x) << 16 | (x) >> 32)
#define FLOW_KEY_MAC_W6(x)     ((x) << 32)
#endif

/** The mask of FLOW_KEY_5TUPLE, known when compiling. */
static const struct flow_key_words flow_key_mask_5tuple = {
	.word = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		UINT64_C(0xffff0000ffffffff)
#else
		UINT64_C(0xffffffff0000ffff)
#endif
	}};

/** The words of @key that @mask leaves. */
static inline struct flow_key_words flow_key_masked(
	const struct flow_key *key, const struct flow_key_words *mask)
{
	struct flow_key_words words;

#pragma GCC unroll 7
	for (unsigned i = 0; i < FLOW_KEY_WORDS; i++) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)key + i * sizeof(word), sizeof(word));
		words.word[i] = word & mask->word[i];
	}
	return words;
}

/**
 * flow_key_order() for a masked key, without a jump that depends on the packet, for what has ports
 * or nothing in their place and different addresses; *ret_tied says that it is not so and nothing
 * was done.
 */
static inline unsigned flow_key_order_fast(struct flow_key_words *w, bool *ret_tied)
{
	unsigned __int128 a = (unsigned __int128)w->word[0] << 64 | w->word[1];
	unsigned __int128 b = (unsigned __int128)w->word[2] << 64 | w->word[3];
	unsigned swapped = a > b;
	uint64_t all = -(uint64_t)swapped;
	uint64_t x;

	*ret_tied = a == b;
	x = (w->word[0] ^ w->word[2]) & all;
	w->word[0] ^= x;
	w->word[2] ^= x;
	x = (w->word[1] ^ w->word[3]) & all;
	w->word[1] ^= x;
	w->word[3] ^= x;
	x = (FLOW_KEY_PORT(w->word[4], 0) ^ FLOW_KEY_PORT(w->word[4], 1)) & all;
	w->word[4] ^= FLOW_KEY_PORT_BOTH(x);
	x = (FLOW_KEY_MAC0(w->word[5], w->word[6]) ^ FLOW_KEY_MAC1(w->word[5], w->word[6])) & all;
	w->word[5] ^= FLOW_KEY_MAC_W5(x);
	w->word[6] ^= FLOW_KEY_MAC_W6(x);
	return swapped;
}
