#include "probe/flow_table.h"

#include <string.h>
#include <sys/mman.h>

#define BITS_MIN        10
#define BITS_MAX        31
#define PRESIZED_MAX    65536       /* up to here the index never grows */
#define HUGE_PAGES_FROM (64U << 20) /* octets; below, a huge page would cost more than it saves */

static uint64_t bucket_count(unsigned bits)
{
	return UINT64_C(1) << bits;
}

static void *map_octets(size_t octets)
{
	void *region = mmap(NULL, octets, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (region == MAP_FAILED) {
		return NULL;
	}
	if (octets >= HUGE_PAGES_FROM) {
		(void)madvise(region, octets, MADV_HUGEPAGE);
	}
	return region;
}

/* Three quarters full is when linear probing begins to cost more than memory. */
static uint32_t grow_at(unsigned bits)
{
	return (uint32_t)(bucket_count(bits) / 4 * 3);
}

static unsigned bits_for(uint32_t flows)
{
	unsigned bits = BITS_MIN;

	while (bits < BITS_MAX && grow_at(bits) < flows) {
		bits++;
	}
	return bits;
}

static void index_put(uint64_t *buckets, unsigned bits, uint64_t bucket)
{
	uint64_t last = bucket_count(bits) - 1;
	uint64_t position = bucket >> 32 >> (32 - bits);

	while (buckets[position] != 0) {
		position = (position + 1) & last;
	}
	buckets[position] = bucket;
}

static bool index_grow(struct flow_table *table)
{
	unsigned bits = table->bits + 1;
	uint64_t *buckets;

	if (bits > BITS_MAX) {
		return false;
	}
	buckets = map_octets(bucket_count(bits) * sizeof(*buckets));
	if (buckets == NULL) {
		return false;
	}
	for (uint64_t i = 0; i < bucket_count(table->bits); i++) {
		if (table->buckets[i] != 0) {
			index_put(buckets, bits, table->buckets[i]);
		}
	}
	(void)munmap(table->buckets, bucket_count(table->bits) * sizeof(*buckets));
	table->buckets = buckets;
	table->bits = bits;
	table->grow_at = grow_at(bits);
	return true;
}

bool flow_table_init(struct flow_table *table, uint32_t flows_max,
	const struct flow_key_words *mask, const struct hash_key *key)
{
	memset(table, 0, sizeof(*table));
	table->flows_max = flows_max > FLOW_TABLE_MAX ? FLOW_TABLE_MAX : flows_max;
	table->mask = *mask;
	table->key = key;
	table->used = 1;
	table->bits = bits_for(flows_max <= PRESIZED_MAX ? flows_max : PRESIZED_MAX);
	table->grow_at = grow_at(table->bits);
	table->flows_octets = ((size_t)table->flows_max + 1) * sizeof(*table->flows);
	table->flows = map_octets(table->flows_octets);
	table->buckets = map_octets(bucket_count(table->bits) * sizeof(*table->buckets));
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
		(void)munmap(table->buckets, bucket_count(table->bits) * sizeof(*table->buckets));
	}
	memset(table, 0, sizeof(*table));
}

uint32_t flow_table_add(struct flow_table *table, const struct flow_key_words *words, uint32_t tag)
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
	memcpy(&table->flows[entry].key, words, sizeof(*words));
	index_put(table->buckets, table->bits, (uint64_t)tag << 32 | entry);
	table->count++;
	return entry;
}

/* Close the gap at @hole: move back what would no longer be found (Knuth 6.4, algorithm R). */
static void index_close(struct flow_table *table, uint64_t hole)
{
	uint64_t last = bucket_count(table->bits) - 1;
	uint64_t at = hole;

	for (;;) {
		uint64_t bucket;
		uint64_t home;

		at = (at + 1) & last;
		bucket = table->buckets[at];
		if (bucket == 0) {
			break;
		}
		home = bucket >> 32 >> (32 - table->bits);
		if (((at - home) & last) >= ((at - hole) & last)) {
			table->buckets[hole] = bucket;
			hole = at;
		}
	}
	table->buckets[hole] = 0;
}

void flow_table_remove(struct flow_table *table, uint32_t entry)
{
	struct flow *flow = &table->flows[entry];
	struct flow_key_words words = flow_key_load(&flow->key);
	uint32_t tag = flow_table_tag(table, &words);
	uint64_t wanted = (uint64_t)tag << 32 | entry;
	uint64_t last = bucket_count(table->bits) - 1;
	uint64_t position = flow_table_position(table, tag);

	while (table->buckets[position] != wanted) {
		position = (position + 1) & last;
	}
	index_close(table, position);
	flow->key.ip_version = 0;
	flow->wheel_next = table->spare;
	table->spare = entry;
	table->count--;
}

void flow_table_clear(struct flow_table *table)
{
	memset(table->buckets, 0, bucket_count(table->bits) * sizeof(*table->buckets));
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
