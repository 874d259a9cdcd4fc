#include "probe/flow_key.h"

#include "base/record.h"

static bool is_icmp(const struct flow_key *key)
{
	return flow_transport_of(key->ip_version, key->protocol) == FLOW_TRANSPORT_ICMP;
}

void flow_key_mask(uint32_t fields, struct flow_key_words *ret_mask)
{
	struct flow_key mask;

	memset(&mask, 0, sizeof(mask));
	mask.ip_version = 0xff;
	for (unsigned end = 0; end < 2; end++) {
		if (fields & (end == 0 ? FLOW_KEY_SRC_ADDRESS : FLOW_KEY_DST_ADDRESS)) {
			memset(mask.address[end], 0xff, sizeof(mask.address[end]));
		}
		if (fields & (end == 0 ? FLOW_KEY_SRC_PORT : FLOW_KEY_DST_PORT)) {
			mask.port[end] = 0xffff;
		}
		if (fields & (end == 0 ? FLOW_KEY_SRC_MAC : FLOW_KEY_DST_MAC)) {
			memset(mask.mac[end], 0xff, sizeof(mask.mac[end]));
		}
	}
	mask.protocol = fields & FLOW_KEY_PROTOCOL ? 0xff : 0;
	mask.vlan_id = fields & FLOW_KEY_VLAN ? 0xffff : 0;
	mask.interface = fields & FLOW_KEY_INTERFACE ? 0xffff : 0;
	mask.tos = fields & FLOW_KEY_TOS ? 0xff : 0;
	*ret_mask = flow_key_load(&mask);
}

bool flow_key_is_symmetric(uint32_t fields)
{
	return !(fields & FLOW_KEY_SRC_ADDRESS) == !(fields & FLOW_KEY_DST_ADDRESS) &&
	       !(fields & FLOW_KEY_SRC_PORT) == !(fields & FLOW_KEY_DST_PORT) &&
	       !(fields & FLOW_KEY_SRC_MAC) == !(fields & FLOW_KEY_DST_MAC);
}

void flow_key_reverse(struct flow_key *key)
{
	uint8_t address[16];
	uint8_t mac[6];

	memcpy(address, key->address[0], sizeof(address));
	memcpy(key->address[0], key->address[1], sizeof(address));
	memcpy(key->address[1], address, sizeof(address));
	memcpy(mac, key->mac[0], sizeof(mac));
	memcpy(key->mac[0], key->mac[1], sizeof(mac));
	memcpy(key->mac[1], mac, sizeof(mac));
	if (is_icmp(key)) {
		key->port[0] = record_icmp_pair(key->ip_version, (uint8_t)key->port[0]);
	} else {
		uint16_t port = key->port[0];

		key->port[0] = key->port[1];
		key->port[1] = port;
	}
}

static int compare_words(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Compare the ends of a masked key: address as flow_key_order_fast() does, then port (ICMP: type
 * against answer), then MAC. */
static int compare_ends(const struct flow_key_words *words, bool icmp, bool with_ports)
{
	struct flow_key key;
	int order = compare_words(words->word[0], words->word[2]);

	if (order == 0) {
		order = compare_words(words->word[1], words->word[3]);
	}
	if (order != 0) {
		return order;
	}
	memcpy(&key, words, sizeof(key));
	if (!icmp) {
		order = key.port[0] - key.port[1];
	} else if (with_ports) {
		order = key.port[0] - record_icmp_pair(key.ip_version, (uint8_t)key.port[0]);
	}
	return order != 0 ? order : memcmp(key.mac[0], key.mac[1], sizeof(key.mac[0]));
}

unsigned flow_key_order(struct flow_key *key, const struct flow_key_words *mask)
{
	struct flow_key_words words = flow_key_load(key);
	struct flow_key fields;

	memcpy(&fields, mask, sizeof(fields));
	for (unsigned i = 0; i < FLOW_KEY_WORDS; i++) {
		words.word[i] &= mask->word[i];
	}
	if (compare_ends(&words, is_icmp(key), fields.port[0] != 0) <= 0) {
		return 0;
	}
	flow_key_reverse(key);
	return 1;
}
