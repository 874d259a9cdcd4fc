#include "probe/packet_report.h"

#include "base/section.h"
#include "probe/network.h"

#define IPV6_HEADER 40

/* Octets of @packet's IP header, of IPv6 the fixed one. */
static uint32_t header_octets(const struct selector_packet *packet)
{
	return packet->flow->key.ip_version == 4 ? (packet->ip[0] & 15) * 4U : IPV6_HEADER;
}

static bool is_icmp(const struct flow_packet *flow)
{
	return flow->transport == FLOW_TRANSPORT_ICMP;
}

/* The IP packet begins with so many octets that are no payload. */
static uint32_t headers_octets(const struct selector_packet *packet)
{
	const struct flow_packet *flow = packet->flow;

	if (flow->payload == NULL || is_icmp(flow)) {
		return header_octets(packet);
	}
	return (uint32_t)(flow->payload - packet->ip);
}

/* Octets of the IP packet that were captured. */
static uint32_t ip_octets(const struct selector_packet *packet)
{
	return packet->ip_octets < packet->flow->octets ? packet->ip_octets : packet->flow->octets;
}

static void add_section(struct record_writer *writer, struct flow_record *r,
	const struct packet_report_kind *kind, const struct selector_packet *packet)
{
	const uint8_t *from = packet->ip;
	uint32_t octets = ip_octets(packet);
	uint32_t skipped = 0;

	switch ((enum record_section)kind->section) {
	case RECORD_SECTION_HEADERS:
		octets = octets < headers_octets(packet) ? octets : headers_octets(packet);
		break;
	case RECORD_SECTION_PAYLOAD:
		skipped = header_octets(packet);
		break;
	case RECORD_SECTION_FRAME:
		from = packet->frame->data;
		octets = packet->frame->captured;
		break;
	default:
		break;
	}
	skipped = skipped < octets ? skipped : octets;
	octets -= skipped;
	octets = octets < kind->section_octets ? octets : kind->section_octets;
	r->section = record_writer_octets(writer, from + skipped, octets);
	r->section_kind = kind->section;
	r->frame_octets =
		packet->frame->wire < UINT16_MAX ? (uint16_t)packet->frame->wire : UINT16_MAX;
}

/* The value of the selector that makes a digest, of which there is one at most. */
static void add_digest(struct flow_record *r, const struct selection *selection)
{
	for (unsigned i = 0; i < selection->count; i++) {
		if (selection->selectors[i].spec.digest) {
			r->packet_digest = selection->selectors[i].hash;
			r->section_kind |= RECORD_SECTION_DIGEST;
		}
	}
}

void packet_report_write(struct flow_output *output, const struct packet_report_kind *kind,
	const struct selection *selection, const struct selector_packet *packet)
{
	static const struct flow_key_words everything = {
		.word = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
			UINT64_MAX}};
	const struct flow_packet *from = packet->flow;
	struct flow flow = {.key = from->key,
		.generation = output->generation++,
		.customer_vlan_id = from->customer_vlan_id,
		.state = FLOW_INITIATOR_KNOWN};
	struct flow_output_cause cause = {.reason = RECORD_END_ACTIVE,
		.cache_id = kind->cache_id,
		.sequence = (uint32_t)selection->id,
		.shown = &everything};
	struct flow_record *r;

	flow.side[0] = (struct flow_side){.octets = from->octets,
		.packets = 1,
		.first_us = from->time_us,
		.last_us = from->time_us,
		.length_min = from->octets,
		.length_max = from->octets,
		.tcp_flags = from->tcp_flags,
		.tcp_isn = from->tcp_sequence,
		.ttl_min = from->ttl,
		.ttl_max = from->ttl};
	r = flow_output_write(output, &flow, 0, &cause);
	if (kind->section != RECORD_SECTION_NONE) {
		add_section(&output->writers[kind->cache_id], r, kind, packet);
		add_digest(r, selection);
	}
}
