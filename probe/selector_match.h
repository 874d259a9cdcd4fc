#pragma once

#include <stdbool.h>

#include "base/selection.h"
#include "probe/flow_packet.h"

/**
 * Property match filtering (RFC 5475 6.1): true if @packet has every value that @spec asks for. A
 * field that the packet does not have, or that cannot be read (ports of ESP, of other than the first
 * fragment), matches nothing (RFC 5476 6.5.2.5).
 */
bool selector_match(const struct selection_spec_selector *spec, const struct flow_packet *packet);
