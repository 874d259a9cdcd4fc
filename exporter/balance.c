#include "exporter/balance.h"

#include <string.h>

/* Octets in a fixed order and without padding, so that all of them may be hashed. */
struct endpoint {
	uint8_t address[16];
	uint16_t port;
	uint8_t mac[6];
};

struct flow {
	struct endpoint ends[2]; /* the smaller first, whoever sent */
	uint16_t protocol;
	uint16_t vlan;
};

static_assert(sizeof(struct flow) == 52, "no padding");

/* Addresses are no part of the flow key, which then is made of what lies below. */
static bool has_addresses(const struct flow_record *record)
{
	static const uint8_t none[16];

	return memcmp(record->src_address, none, sizeof(none)) != 0 ||
	       memcmp(record->dst_address, none, sizeof(none)) != 0;
}

uint64_t balance_flow(const struct hash_key *key, const struct flow_record *record)
{
	struct endpoint source = {.port = record->src_port};
	struct endpoint target = {.port = record->dst_port};
	struct flow flow = {.protocol = record->protocol};
	int order;

	memcpy(source.address, record->src_address, sizeof(source.address));
	memcpy(target.address, record->dst_address, sizeof(target.address));
	if (!has_addresses(record)) {
		flow.vlan = record->vlan_id;
		memcpy(source.mac, record->src_mac, sizeof(source.mac));
		memcpy(target.mac, record->dst_mac, sizeof(target.mac));
	}
	order = memcmp(&source, &target, sizeof(source)) <= 0 ? 0 : 1;
	flow.ends[order] = source;
	flow.ends[1 - order] = target;
	return hash_octets(key, &flow, sizeof(flow));
}

uint64_t balance_seed(const struct hash_key *key, const char *name)
{
	return hash_octets(key, name, strlen(name));
}

/* The finaliser of splitmix64: each bit of the sum changes half the bits of the weight. */
static uint64_t weight(uint64_t flow, uint64_t seed)
{
	uint64_t x = flow ^ seed;

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

unsigned balance_choose(uint64_t flow, const uint64_t *seeds, unsigned count, uint64_t candidates)
{
	uint64_t most = 0;
	unsigned chosen = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t w = weight(flow, seeds[i]);

		if ((candidates >> i & 1) != 0 && w >= most) {
			most = w;
			chosen = i;
		}
	}
	return chosen;
}
