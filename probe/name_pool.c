#include "probe/name_pool.h"

#include <stdlib.h>
#include <string.h>

#include "probe/identity_index.h"
#include "probe/name_node.h"

#define BLOCK_TEXT 28

struct block {
	uint32_t next; /* block + 1 */
	char text[BLOCK_TEXT];
};

struct entry {
	struct identity_link link; /* link.next chains the free entries, too */
	uint32_t references;
	uint32_t first; /* block + 1 */
	uint8_t octets;
	uint8_t node;
};

struct name_pool {
	const struct hash_key *key;
	struct identity_index index;
	struct entry *entries;
	struct block *blocks;
	uint32_t entries_max;
	uint32_t entries_begun; /* those beyond were never used */
	uint32_t entries_freed; /* slot + 1 */
	uint32_t blocks_max;
	uint32_t blocks_begun;
	uint32_t blocks_freed; /* block + 1 */
	uint32_t blocks_left;
};

struct name_pool *name_pool_new(uint32_t names_max, const struct hash_key *key)
{
	struct name_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL) {
		return NULL;
	}
	pool->key = key;
	pool->entries_max = names_max;
	pool->blocks_max = names_max * 2 + NAME_POOL_TEXT_MAX / BLOCK_TEXT + 1;
	pool->blocks_left = pool->blocks_max;
	pool->entries = calloc(pool->entries_max, sizeof(*pool->entries));
	pool->blocks = calloc(pool->blocks_max, sizeof(*pool->blocks));
	if (pool->entries == NULL || pool->blocks == NULL ||
		!identity_index_init(
			&pool->index, pool->entries, sizeof(*pool->entries), names_max)) {
		name_pool_free(pool);
		return NULL;
	}
	return pool;
}

void name_pool_free(struct name_pool *pool)
{
	if (pool == NULL) {
		return;
	}
	identity_index_done(&pool->index);
	free(pool->entries);
	free(pool->blocks);
	free(pool);
}

static bool entry_is(const struct name_pool *pool, const struct entry *e, const char *text)
{
	uint32_t at = e->first;

	for (uint32_t i = 0; i < e->octets; i += BLOCK_TEXT) {
		const struct block *b = &pool->blocks[at - 1];
		uint32_t n = e->octets - i < BLOCK_TEXT ? e->octets - i : BLOCK_TEXT;

		if (memcmp(b->text, text + i, n) != 0) {
			return false;
		}
		at = b->next;
	}
	return true;
}

static uint32_t pool_block(struct name_pool *pool)
{
	uint32_t block = pool->blocks_freed;

	pool->blocks_left--;
	if (block != 0) {
		pool->blocks_freed = pool->blocks[block - 1].next;
		return block;
	}
	return ++pool->blocks_begun;
}

static uint32_t pool_entry(struct name_pool *pool)
{
	uint32_t entry = pool->entries_freed;

	if (entry != 0) {
		pool->entries_freed = pool->entries[entry - 1].link.next;
		return entry;
	}
	return pool->entries_begun == pool->entries_max ? 0 : ++pool->entries_begun;
}

static void entry_fill(struct name_pool *pool, struct entry *e, const char *text, uint32_t octets)
{
	uint32_t *at = &e->first;

	for (uint32_t i = 0; i < octets; i += BLOCK_TEXT) {
		uint32_t n = octets - i < BLOCK_TEXT ? octets - i : BLOCK_TEXT;

		*at = pool_block(pool);
		memcpy(pool->blocks[*at - 1].text, text + i, n);
		at = &pool->blocks[*at - 1].next;
	}
	*at = 0;
	e->octets = (uint8_t)octets;
	e->node = name_node_offset(text, octets);
	e->references = 1;
}

uint32_t name_pool_take(struct name_pool *pool, const char *text, uint32_t octets)
{
	uint32_t hash = (uint32_t)hash_octets(pool->key, text, octets);
	uint32_t entry = identity_index_first(&pool->index, hash);

	if (octets == 0 || octets > NAME_POOL_TEXT_MAX) {
		return 0;
	}
	for (; entry != 0; entry = pool->entries[entry - 1].link.next) {
		struct entry *e = &pool->entries[entry - 1];

		if (e->link.hash == hash && e->octets == octets && entry_is(pool, e, text)) {
			e->references++;
			return entry;
		}
	}
	if (pool->blocks_left < (octets + BLOCK_TEXT - 1) / BLOCK_TEXT) {
		return 0;
	}
	entry = pool_entry(pool);
	if (entry != 0) {
		entry_fill(pool, &pool->entries[entry - 1], text, octets);
		identity_index_put(&pool->index, entry - 1, hash);
	}
	return entry;
}

void name_pool_release(struct name_pool *pool, uint32_t name)
{
	struct entry *e = &pool->entries[name - 1];
	uint32_t at = e->first;

	if (--e->references > 0) {
		return;
	}
	identity_index_remove(&pool->index, name - 1);
	while (at != 0) {
		struct block *b = &pool->blocks[at - 1];
		uint32_t next = b->next;

		b->next = pool->blocks_freed;
		pool->blocks_freed = at;
		pool->blocks_left++;
		at = next;
	}
	e->link.next = pool->entries_freed;
	pool->entries_freed = name;
}

void name_pool_text(const struct name_pool *pool, uint32_t name, struct name_pool_text *ret_text)
{
	const struct entry *e = &pool->entries[name - 1];
	uint32_t at = e->first;

	for (uint32_t i = 0; i < e->octets; i += BLOCK_TEXT) {
		const struct block *b = &pool->blocks[at - 1];
		uint32_t n = e->octets - i < BLOCK_TEXT ? e->octets - i : BLOCK_TEXT;

		memcpy(ret_text->text + i, b->text, n);
		at = b->next;
	}
	ret_text->text[e->octets] = '\0';
	ret_text->octets = e->octets;
	ret_text->node = e->node;
}
