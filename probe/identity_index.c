#include "probe/identity_index.h"

#include <stdlib.h>

bool identity_index_init(
	struct identity_index *x, void *entries, size_t entry_octets, uint32_t entries_max)
{
	uint32_t heads = 16;

	while (heads < entries_max) {
		heads *= 2;
	}
	x->heads = calloc(heads, sizeof(*x->heads));
	x->mask = heads - 1;
	x->entries = entries;
	x->entry_octets = entry_octets;
	return x->heads != NULL;
}

void identity_index_done(struct identity_index *x)
{
	free(x->heads);
	x->heads = NULL;
}

void identity_index_put(struct identity_index *x, uint32_t slot, uint32_t hash)
{
	struct identity_link *link = identity_index_link(x, slot);

	link->hash = hash;
	link->next = x->heads[hash & x->mask];
	x->heads[hash & x->mask] = slot + 1;
}

void identity_index_remove(struct identity_index *x, uint32_t slot)
{
	struct identity_link *link = identity_index_link(x, slot);
	uint32_t *at = &x->heads[link->hash & x->mask];

	while (*at != slot + 1) {
		at = &identity_index_link(x, *at - 1)->next;
	}
	*at = link->next;
	link->next = 0;
}
