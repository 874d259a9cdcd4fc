#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/flow_packet.h"
#include "probe/flow_table.h"

/** State of a flow that begins with @packet from @end of its key: which end is the initiator, as
 * far as a first packet tells. @both_ways: the flow has two directions. */
uint8_t flow_tcp_begin(const struct flow_packet *packet, unsigned end, bool both_ways);

/**
 * Follow the handshake and the end of a connection, before @packet from @end is counted. True if it
 * closed the flow: by RST, or as an acknowledgement after FIN from both ends.
 */
bool flow_tcp_step(struct flow *flow, const struct flow_packet *packet, unsigned end);

/** True if @packet opens another connection between the ends of a flow that is closed. */
bool flow_tcp_is_another(const struct flow *flow, const struct flow_packet *packet, unsigned end);
