#include "probe/flow_identity.h"

#include "probe/identity.h"

static void inspect(struct flow_cache *cache, struct flow *flow, const struct flow_packet *packet,
	const struct flow_event *event)
{
	struct inspect_input input = {.key = &packet->key,
		.payload = packet->payload,
		.octets = packet->payload_octets,
		.tcp_sequence = packet->tcp_sequence,
		.tcp_flags = packet->tcp_flags,
		.flow = event->entry,
		.flow_generation = flow->generation,
		.from_initiator = event->end == (flow->state & FLOW_FORWARD_1 ? 1 : 0),
		.now_us = packet->time_us};
	bool done = false;

	if (packet->inspect == INSPECT_STREAM &&
		(!cache->streams || flow->state & FLOW_INSPECTED)) {
		return;
	}
	flow->name = identity_inspect(cache->output->identity, &input, flow->name, &done);
	if (packet->inspect == INSPECT_STREAM && done) {
		flow->state |= FLOW_INSPECTED;
	}
}

/* True if @name, which the first cache has for a packet of this flow, says more than the flow's: the
 * same name with another age does not. */
static bool takes_name(const struct flow_cache *cache, const struct flow *flow, uint32_t name)
{
	if (name == 0 || flow->name == 0) {
		return name != 0;
	}
	return cache->streams && !identity_name_is_same(cache->output->identity, flow->name, name);
}

void flow_identity(struct flow_cache *cache, struct flow *flow, const struct flow_packet *packet,
	const struct flow_event *event)
{
	struct identity *identity = cache->output->identity;

	if (!cache->inspects) {
		if (packet->name != flow->name && takes_name(cache, flow, packet->name)) {
			flow->name = packet->name;
		}
		return;
	}
	if (event->first) {
		identity_sighting(identity, &packet->key, packet->time_us);
	}
	if (event->created) {
		flow->name = identity_name(identity, &packet->key, packet->time_us);
	}
	if (packet->inspect != INSPECT_NONE) {
		inspect(cache, flow, packet, event);
	}
}

void flow_identity_split(
	struct flow_cache *cache, struct flow *flow, int64_t start_us, int64_t now_us)
{
	if (flow->name != 0) {
		flow->name =
			identity_name_settle(cache->output->identity, flow->name, start_us, now_us);
	}
}
