#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/selection.h"

/**
 * Read one condition of a property match. @name: src, dst, sport, dport, proto, ip, vlan, smac, dmac,
 * tos, ttl, length, or the element that holds the field, such as sourceTransportPort. @value: an
 * address or PREFIX/BITS, a MAC, a number N or a range MIN-MAX. Fails with WEIR_ERROR_USAGE naming
 * what is wrong and why.
 */
bool selection_field_parse(
	const char *name, const char *value, struct selection_match *ret, GError **error);
