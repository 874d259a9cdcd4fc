#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "probe/flow_key.h"

/** One direction of a flow since its last record. Empty: packets 0, first INT64_MAX / 2, last
 * INT64_MIN / 2, so that there is room to add timeouts. */
struct flow_side {
	uint64_t octets;
	uint64_t packets;
	int64_t first_us;
	int64_t last_us;
	uint32_t tcp_isn; /* sequence number of the flow's first packet; kept across records */
	uint32_t length_min;
	uint32_t length_max;
	uint16_t tcp_flags;
	uint8_t ttl_min;
	uint8_t ttl_max;
};

/** Bits of flow.state. */
enum flow_state {
	FLOW_FORWARD_1 = 1 << 0,       /* end 1 is the record's source; else end 0 */
	FLOW_INITIATOR_KNOWN = 1 << 1, /* and it began the flow, as far as can be told */
	FLOW_SYN_SEEN = 1 << 2,        /* handshake: rtt_us is the time of the SYN so far */
	FLOW_SYN_ACK_SEEN = 1 << 3,
	FLOW_FIN_0 = 1 << 4, /* FIN from end 0 */
	FLOW_FIN_1 = 1 << 5,
	FLOW_CLOSED = 1 << 6,   /* RST, or FIN both ways and acknowledged */
	FLOW_INSPECTED = 1 << 7 /* no further payload of it needs a look */
};

/**
 * A flow. Side n is what end n of the key sent. The key is the whole first packet's, in the order
 * of flow_key_order(): look-ups compare only what the cache's mask leaves.
 */
struct flow {
	struct flow_key key;
	uint32_t wheel_next; /* also links the free ones */
	uint32_t wheel_prev;
	struct flow_side side[2];
	uint32_t rtt_us; /* handshake; µs from the first SYN to the last while FLOW_SYN_SEEN */
	uint32_t name;
	uint32_t generation; /* differs from that of every other flow of the meter */
	uint16_t customer_vlan_id;
	uint8_t other_tos; /* key.tos is that of the forward direction */
	uint8_t state;
};

static_assert(sizeof(struct flow) == 176, "memory per flow is a promise");

/**
 * Flows by key: entries in one region of memory, numbered from 1, found through an index of open
 * addressing with eight octets a bucket (tag and entry number), ordered by tag, so that growing it
 * is one pass over it that does not touch the flows.
 */
struct flow_table {
	struct flow *flows; /* flows[0] is not used */
	uint64_t *buckets;  /* tag << 32 | entry; 0: free */
	struct flow_key_words mask;
	const struct hash_key *key;
	uint32_t flows_max;
	uint32_t count;
	uint32_t used;  /* entries that were ever in use: memory from here on is untouched */
	uint32_t spare; /* list through wheel_next; 0: end */
	unsigned shift; /* of a tag to a bucket: there are 1 << (32 - shift) */
	uint32_t last;  /* bucket */
	uint32_t grow_at;
	size_t flows_octets; /* as mapped */
};

#define FLOW_TABLE_MAX 0x7ffffffe

/** @key: borrowed. False if memory cannot be had. Memory is only taken as flows come. */
bool flow_table_init(struct flow_table *table, uint32_t flows_max,
	const struct flow_key_words *mask, const struct hash_key *key);
void flow_table_done(struct flow_table *table);

/** Tag of a key in order and masked. */
static inline uint32_t flow_table_tag(
	const struct flow_table *table, const struct flow_key_words *masked)
{
	return (uint32_t)(hash_octets(table->key, masked, sizeof(*masked)) >> 32);
}

static inline uint32_t flow_table_position(const struct flow_table *table, uint32_t tag)
{
	return tag >> table->shift;
}

static inline bool flow_table_same(const struct flow *flow, const struct flow_key_words *masked,
	const struct flow_key_words *mask)
{
	struct flow_key_words have = flow_key_masked(&flow->key, mask);
	uint64_t difference = 0;

#pragma GCC unroll 7
	for (unsigned i = 0; i < FLOW_KEY_WORDS; i++) {
		difference |= have.word[i] ^ masked->word[i];
	}
	return difference == 0;
}

/** Fetch what flow_table_find() will look at first. */
static inline void flow_table_prefetch(const struct flow_table *table, uint32_t tag)
{
	__builtin_prefetch(&table->buckets[flow_table_position(table, tag)]);
}

/** Entry that probably belongs to @tag, for prefetching; 0: none. Looks at two buckets only. */
static inline uint32_t flow_table_guess(const struct flow_table *table, uint32_t tag)
{
	uint32_t position = flow_table_position(table, tag);
	uint64_t bucket = table->buckets[position];

	if (bucket >> 32 != tag) {
		bucket = table->buckets[(position + 1) & table->last];
	}
	return bucket >> 32 == tag ? (uint32_t)bucket : 0;
}

/**
 * Number of the flow with this key (in order and masked), 0 if there is none. @mask: the table's;
 * given again so that a mask that is known when compiling costs nothing.
 */
static inline uint32_t flow_table_find(const struct flow_table *table,
	const struct flow_key_words *masked, const struct flow_key_words *mask, uint32_t tag)
{
	uint32_t position = flow_table_position(table, tag);

	for (;; position = (position + 1) & table->last) {
		uint64_t bucket = table->buckets[position];
		uint32_t entry = (uint32_t)bucket;

		if (bucket == 0) {
			return 0;
		}
		if (bucket >> 32 == tag && flow_table_same(&table->flows[entry], masked, mask)) {
			return entry;
		}
	}
}

/**
 * Add a flow that is not there yet; nothing of it is set, and its key must be at once. Returns its number, 0 if the
 * table is full or cannot grow.
 */
uint32_t flow_table_add(struct flow_table *table, uint32_t tag);

/** Forget flow @entry. */
void flow_table_remove(struct flow_table *table, uint32_t entry);

/** Forget all. */
void flow_table_clear(struct flow_table *table);

/** The next flow after @entry (0: the first), in order of memory; 0 if there is none. */
uint32_t flow_table_next(const struct flow_table *table, uint32_t entry);
