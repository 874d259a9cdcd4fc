#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A chained hash index over the entries of an array. An entry is named by its slot in the array
 * and carries its link as its first member. Slots are handed out as slot + 1, so that 0 is "none".
 */
struct identity_link {
	uint32_t hash;
	uint32_t next; /* slot + 1 */
};

struct identity_index {
	uint32_t *heads;
	uint32_t mask;
	void *entries;
	size_t entry_octets;
};

/**
 * An index for @entries_max entries of @entry_octets each at @entries (borrowed). False without
 * memory. Untouched heads cost no memory.
 */
bool identity_index_init(
	struct identity_index *x, void *entries, size_t entry_octets, uint32_t entries_max);
void identity_index_done(struct identity_index *x);

/** Add @slot, which must not be in the index, under @hash. Found before older ones of its hash. */
void identity_index_put(struct identity_index *x, uint32_t slot, uint32_t hash);

/** Take @slot, which must be in the index, out of it. */
void identity_index_remove(struct identity_index *x, uint32_t slot);

static inline struct identity_link *identity_index_link(
	const struct identity_index *x, uint32_t slot)
{
	return (struct identity_link *)((char *)x->entries + slot * x->entry_octets);
}

/** The first candidate for @hash as slot + 1; go on with the link's next. */
static inline uint32_t identity_index_first(const struct identity_index *x, uint32_t hash)
{
	return x->heads[hash & x->mask];
}
