#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

/**
 * Interned names: each text of 1 to NAME_POOL_TEXT_MAX octets is kept once and counted by those
 * who use it. Texts lie in chains of small blocks, so that there is no fragmentation and all memory
 * is reserved at the start; what is never used is never touched.
 */
struct name_pool;

#define NAME_POOL_TEXT_MAX 255

/** A text as it was put in. */
struct name_pool_text {
	char text[NAME_POOL_TEXT_MAX + 1]; /* terminated */
	uint8_t octets;
	uint8_t node; /* where the registrable part begins; see name_node.h */
};

/** Room for @names_max names of 56 octets on average. @key is borrowed. NULL without memory. */
struct name_pool *name_pool_new(uint32_t names_max, const struct hash_key *key);
void name_pool_free(struct name_pool *pool);

/** Take a reference to a text, interning it first if needed. 0: no room. */
uint32_t name_pool_take(struct name_pool *pool, const char *text, uint32_t octets);

/** Give a reference back; the last one frees the text. */
void name_pool_release(struct name_pool *pool, uint32_t name);

/** Copy the text of a name that the caller has a reference to. */
void name_pool_text(const struct name_pool *pool, uint32_t name, struct name_pool_text *ret_text);
