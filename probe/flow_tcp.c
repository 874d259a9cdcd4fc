#include "probe/flow_tcp.h"

#define FLOW_FIN_BOTH (FLOW_FIN_0 | FLOW_FIN_1)

uint8_t flow_tcp_begin(const struct flow_packet *packet, unsigned end, bool both_ways)
{
	uint8_t sender = end ? FLOW_FORWARD_1 : 0;

	if (!(packet->tcp_flags & FLOW_TCP_SYN)) {
		return sender;
	}
	if (!(packet->tcp_flags & FLOW_TCP_ACK)) {
		return sender | FLOW_INITIATOR_KNOWN | FLOW_SYN_SEEN;
	}
	return both_ways ? (sender ^ FLOW_FORWARD_1) | FLOW_INITIATOR_KNOWN : sender;
}

static void handshake(struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	unsigned forward = flow->state & FLOW_FORWARD_1 ? 1 : 0;
	uint16_t flags = packet->tcp_flags & (FLOW_TCP_SYN | FLOW_TCP_ACK);
	int64_t since = packet->time_us - flow->side[forward].first_us;

	if (packet->tcp_flags & FLOW_TCP_RST || since < 0 || since > UINT32_MAX) {
		flow->state &= (uint8_t) ~(FLOW_SYN_SEEN | FLOW_SYN_ACK_SEEN);
		flow->rtt_us = 0;
		return;
	}
	if (end != forward) {
		if (flags == (FLOW_TCP_SYN | FLOW_TCP_ACK)) {
			flow->state |= FLOW_SYN_ACK_SEEN;
		}
		return;
	}
	if (!(flow->state & FLOW_SYN_ACK_SEEN)) {
		if (flags == FLOW_TCP_SYN) {
			flow->rtt_us = (uint32_t)since;
		}
		return;
	}
	if (flags == FLOW_TCP_ACK) {
		flow->rtt_us = since > flow->rtt_us ? (uint32_t)since - flow->rtt_us : 0;
		flow->state &= (uint8_t) ~(FLOW_SYN_SEEN | FLOW_SYN_ACK_SEEN);
	}
}

bool flow_tcp_step(struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	uint16_t flags = packet->tcp_flags;
	bool was_closed = flow->state & FLOW_CLOSED;

	if (flow->state & FLOW_SYN_SEEN && flow->side[flow->state & FLOW_FORWARD_1].packets > 0) {
		handshake(flow, packet, end);
	}
	if (flags & FLOW_TCP_RST) {
		flow->state |= FLOW_CLOSED;
	} else if (flags & FLOW_TCP_FIN) {
		flow->state |= end == 0 ? FLOW_FIN_0 : FLOW_FIN_1;
	} else if ((flow->state & FLOW_FIN_BOTH) == FLOW_FIN_BOTH && flags & FLOW_TCP_ACK) {
		flow->state |= FLOW_CLOSED;
	}
	return !was_closed && flow->state & FLOW_CLOSED;
}

bool flow_tcp_is_another(const struct flow *flow, const struct flow_packet *packet, unsigned end)
{
	return flow->state & FLOW_CLOSED &&
	       (packet->tcp_flags & (FLOW_TCP_SYN | FLOW_TCP_ACK)) == FLOW_TCP_SYN &&
	       packet->tcp_sequence != flow->side[end].tcp_isn;
}
