#include "probe/flow_output.h"

#include <string.h>

#include "probe/identity.h"

/* RFC 1918, loopback and link-local; unique local, link-local and loopback of IPv6. */
static bool is_private(const uint8_t *address, uint8_t ip_version)
{
	if (ip_version == 6) {
		static const uint8_t loopback[16] = {[15] = 1};

		return (address[0] & 0xfe) == 0xfc ||
		       (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
		       memcmp(address, loopback, sizeof(loopback)) == 0;
	}
	return address[0] == 10 || address[0] == 127 ||
	       (address[0] == 172 && (address[1] & 0xf0) == 16) ||
	       (address[0] == 192 && address[1] == 168) || (address[0] == 169 && address[1] == 254);
}

static void write_key(struct flow_record *r, const struct flow_key *key)
{
	memcpy(r->src_address, key->address[0], sizeof(r->src_address));
	memcpy(r->dst_address, key->address[1], sizeof(r->dst_address));
	memcpy(r->src_mac, key->mac[0], sizeof(r->src_mac));
	memcpy(r->dst_mac, key->mac[1], sizeof(r->dst_mac));
	if (flow_transport_of(key->ip_version, key->protocol) == FLOW_TRANSPORT_ICMP) {
		r->icmp_type_code = (uint16_t)(key->port[0] << 8 | (key->port[1] & 0xff));
	} else {
		r->src_port = key->port[0];
		r->dst_port = key->port[1];
	}
	r->vlan_id = key->vlan_id;
	r->protocol = key->protocol;
	r->ip_version = key->ip_version;
	r->tos = key->tos;
}

static void write_forward(struct flow_record *r, const struct flow_side *side)
{
	r->octets = side->octets;
	r->packets = side->packets;
	r->start_us = side->first_us;
	r->end_us = side->last_us;
	r->ip_length_min = side->length_min;
	r->ip_length_max = side->length_max;
	r->tcp_flags = side->tcp_flags;
	r->ttl_min = side->ttl_min;
	r->ttl_max = side->ttl_max;
}

static void write_reverse(struct flow_record *r, const struct flow_side *side)
{
	r->has_reverse = 1;
	r->rev_octets = side->octets;
	r->rev_packets = side->packets;
	r->rev_start_us = side->first_us;
	r->rev_end_us = side->last_us;
	r->rev_ip_length_min = side->length_min;
	r->rev_ip_length_max = side->length_max;
	r->rev_tcp_flags = side->tcp_flags;
	r->rev_ttl_min = side->ttl_min;
	r->rev_ttl_max = side->ttl_max;
}

static void write_sides(
	struct flow_record *r, const struct flow_side *forward, const struct flow_side *reverse)
{
	if (forward->packets > 0) {
		write_forward(r, forward);
	}
	if (reverse->packets > 0) {
		write_reverse(r, reverse);
	}
	if (forward->packets == 0) { /* nothing to count, but a record has its time */
		r->start_us = reverse->first_us;
		r->end_us = reverse->last_us;
	}
	r->tcp_isn = forward->tcp_isn;
	r->rev_tcp_isn = reverse->tcp_isn;
}

static uint32_t exported_interface(const struct flow_output *output, uint16_t index)
{
	return index < FLOW_OUTPUT_INTERFACES ? output->interfaces[index] : index + 1U;
}

void flow_output_shown(uint32_t fields, struct flow_key_words *ret_mask)
{
	fields |= FLOW_KEY_VLAN | FLOW_KEY_INTERFACE | FLOW_KEY_TOS;
	if (fields & FLOW_KEY_SRC_ADDRESS) {
		fields |= FLOW_KEY_SRC_MAC;
	}
	if (fields & FLOW_KEY_DST_ADDRESS) {
		fields |= FLOW_KEY_DST_MAC;
	}
	flow_key_mask(fields, ret_mask);
}

static struct flow_key shown_key(const struct flow_key *key, const struct flow_key_words *shown)
{
	struct flow_key_words words = flow_key_masked(key, shown);
	struct flow_key masked;

	memcpy(&masked, &words, sizeof(masked));
	return masked;
}

/* True if the key has both addresses and the protocol: the rest of a record is then about one pair. */
static bool is_one_pair(const struct flow_key *shown)
{
	return shown->address[0][0] && shown->address[1][0] && shown->protocol;
}

/* Take back what only one TCP connection can have. */
static void write_many(struct flow_record *r)
{
	r->tcp_isn = 0;
	r->rev_tcp_isn = 0;
	r->tcp_rtt_us = 0;
	if (r->protocol == 0) {
		r->tcp_flags = 0;
		r->rev_tcp_flags = 0;
	}
}

struct flow_record *flow_output_write(struct flow_output *output, const struct flow *flow,
	uint32_t entry, const struct flow_output_cause *cause)
{
	struct record_writer *writer = &output->writers[cause->cache_id];
	struct flow_record *r = record_writer_next(writer);
	unsigned forward = flow->state & FLOW_FORWARD_1 ? 1 : 0;
	struct flow_key key = shown_key(&flow->key, cause->shown);
	struct flow_key shown;
	bool pair;

	memcpy(&shown, cause->shown, sizeof(shown));
	pair = is_one_pair(&shown);
	if (forward == 1) {
		flow_key_reverse(&key);
	}
	write_key(r, &key);
	write_sides(r, &flow->side[forward], &flow->side[!forward]);
	if (r->has_reverse) {
		r->rev_tos = flow->other_tos;
	}
	r->flow_id = output->flow_id_base + ((uint64_t)entry << 32) + flow->generation;
	r->ingress_interface = exported_interface(output, key.interface);
	r->tcp_rtt_us = flow->state & FLOW_SYN_SEEN ? 0 : flow->rtt_us;
	r->observation_point = output->observation_point;
	r->customer_vlan_id = flow->customer_vlan_id;
	r->end_reason = (uint8_t)cause->reason;
	r->direction = is_private(key.address[0], key.ip_version) ? 0 : 1;
	r->biflow_direction = cause->biflow && flow->state & FLOW_INITIATOR_KNOWN ? 1 : 0;
	r->cache_id = cause->cache_id;
	r->selection_sequence = cause->sequence;
	if (!pair) {
		write_many(r);
	}
	if (cause->application != NULL) {
		r->application =
			record_writer_text(writer, cause->application, strlen(cause->application));
	}
	if (output->identity != NULL) {
		identity_annotate(output->identity, &key, pair ? flow->name : 0, r, writer);
	}
	output->records++;
	output->ended[cause->reason]++;
	return r;
}
