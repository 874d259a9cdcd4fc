#include "probe/flow_table.h"

#include <string.h>
#include <sys/mman.h>

#define SHIFT_START     22 /* 1,024 buckets */
#define SHIFT_END       1
#define PRESIZED_MAX    65536      /* tables of up to so many flows never grow their index */
#define GROWING_START   12288      /* flows that the index of larger ones begins with */
#define FLOWS_HUGE_FROM (8U << 20) /* octets: huge pages only for what is behind these */
#define INDEX_HUGE_FROM (2U << 20) /* octets; an index has no empty parts */
#define HUGE_PAGE       (2U << 20)

static uint64_t bucket_count(unsigned shift)
{
	return UINT64_C(1) << (32 - shift);
}

static void *map_octets(size_t octets)
{
	void *region = mmap(NULL, octets, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return region == MAP_FAILED ? NULL : region;
}

/* Small tables stay small: a huge page is resident as soon as one octet of it is. */
static struct flow *flows_map(size_t octets)
{
	uint8_t *region = map_octets(octets);

	if (region != NULL && octets > FLOWS_HUGE_FROM + HUGE_PAGE) {
		(void)madvise(region + FLOWS_HUGE_FROM, octets - FLOWS_HUGE_FROM, MADV_HUGEPAGE);
	}
	return (struct flow *)(void *)region;
}

/* Three quarters full is when linear probing begins to cost more than memory. */
static uint32_t grow_at(unsigned shift)
{
	return (uint32_t)(bucket_count(shift) / 4 * 3);
}

static unsigned shift_for(uint32_t flows)
{
	unsigned shift = SHIFT_START;

	while (shift > SHIFT_END && grow_at(shift) < flows) {
		shift--;
	}
	return shift;
}

static uint64_t *index_map(unsigned shift)
{
	size_t octets = bucket_count(shift) * sizeof(uint64_t);
	void *region = map_octets(octets);

	if (region != NULL && octets >= INDEX_HUGE_FROM) {
		(void)madvise(region, octets, MADV_HUGEPAGE);
	}
	return region;
}

static void index_unmap(uint64_t *buckets, unsigned shift)
{
	(void)munmap(buckets, bucket_count(shift) * sizeof(uint64_t));
}

/* Take @buckets, of 1 << (32 - shift), for the index. */
static void index_use(struct flow_table *table, uint64_t *buckets, unsigned shift)
{
	table->buckets = buckets;
	table->shift = shift;
	table->last = (uint32_t)(bucket_count(shift) - 1);
	table->grow_at = grow_at(shift);
}

static void index_put(struct flow_table *table, uint64_t bucket)
{
	uint32_t position = flow_table_position(table, (uint32_t)(bucket >> 32));

	while (table->buckets[position] != 0) {
		position = (position + 1) & table->last;
	}
	table->buckets[position] = bucket;
}

static bool index_grow(struct flow_table *table)
{
	uint64_t *old = table->buckets;
	unsigned old_shift = table->shift;
	uint64_t *buckets;

	if (old_shift == SHIFT_END) {
		return false;
	}
	buckets = index_map(old_shift - 1);
	if (buckets == NULL) {
		return false;
	}
	index_use(table, buckets, old_shift - 1);
	for (uint64_t i = 0; i < bucket_count(old_shift); i++) {
		if (old[i] != 0) {
			index_put(table, old[i]);
		}
	}
	index_unmap(old, old_shift);
	return true;
}

bool flow_table_init(struct flow_table *table, uint32_t flows_max,
	const struct flow_key_words *mask, const struct hash_key *key)
{
	unsigned shift = shift_for(flows_max <= PRESIZED_MAX ? flows_max : GROWING_START);

	memset(table, 0, sizeof(*table));
	table->flows_max = flows_max > FLOW_TABLE_MAX ? FLOW_TABLE_MAX : flows_max;
	table->mask = *mask;
	table->key = key;
	table->used = 1;
	table->flows_octets = ((size_t)table->flows_max + 1) * sizeof(*table->flows);
	table->flows = flows_map(table->flows_octets);
	index_use(table, index_map(shift), shift);
	if (table->flows == NULL || table->buckets == NULL) {
		flow_table_done(table);
		return false;
	}
	return true;
}

void flow_table_done(struct flow_table *table)
{
	if (table->flows != NULL) {
		(void)munmap(table->flows, table->flows_octets);
	}
	if (table->buckets != NULL) {
		index_unmap(table->buckets, table->shift);
	}
	memset(table, 0, sizeof(*table));
}

uint32_t flow_table_add(struct flow_table *table, uint32_t tag)
{
	uint32_t entry = table->spare;

	if (table->count >= table->flows_max) {
		return 0;
	}
	if (table->count >= table->grow_at && !index_grow(table)) {
		return 0;
	}
	if (entry != 0) {
		table->spare = table->flows[entry].wheel_next;
	} else {
		entry = table->used++;
	}
	index_put(table, (uint64_t)tag << 32 | entry);
	table->count++;
	return entry;
}

/* Close the gap at @hole: move back what would no longer be found (Knuth 6.4, algorithm R). */
static void index_close(struct flow_table *table, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		uint64_t bucket;
		uint32_t home;

		at = (at + 1) & table->last;
		bucket = table->buckets[at];
		if (bucket == 0) {
			break;
		}
		home = flow_table_position(table, (uint32_t)(bucket >> 32));
		if (((at - home) & table->last) >= ((at - hole) & table->last)) {
			table->buckets[hole] = bucket;
			hole = at;
		}
	}
	table->buckets[hole] = 0;
}

void flow_table_remove(struct flow_table *table, uint32_t entry)
{
	struct flow *flow = &table->flows[entry];
	struct flow_key_words masked = flow_key_masked(&flow->key, &table->mask);
	uint32_t tag = flow_table_tag(table, &masked);
	uint64_t wanted = (uint64_t)tag << 32 | entry;
	uint32_t position = flow_table_position(table, tag);

	while (table->buckets[position] != wanted) {
		position = (position + 1) & table->last;
	}
	index_close(table, position);
	flow->key.ip_version = 0;
	flow->wheel_next = table->spare;
	table->spare = entry;
	table->count--;
}

void flow_table_clear(struct flow_table *table)
{
	memset(table->buckets, 0, bucket_count(table->shift) * sizeof(*table->buckets));
	table->count = 0;
	table->used = 1;
	table->spare = 0;
}

uint32_t flow_table_next(const struct flow_table *table, uint32_t entry)
{
	for (entry++; entry < table->used; entry++) {
		if (table->flows[entry].key.ip_version != 0) {
			return entry;
		}
	}
	return 0;
}
