#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Fields of a flow key: a bit each. The IP version is always part of the key: a record has addresses
 * of one family.
 */
enum flow_key_field {
	FLOW_KEY_SRC_ADDRESS = 1 << 0,
	FLOW_KEY_DST_ADDRESS = 1 << 1,
	FLOW_KEY_SRC_PORT = 1 << 2,
	FLOW_KEY_DST_PORT = 1 << 3,
	FLOW_KEY_PROTOCOL = 1 << 4,
	FLOW_KEY_VLAN = 1 << 5,
	FLOW_KEY_SRC_MAC = 1 << 6,
	FLOW_KEY_DST_MAC = 1 << 7,
	FLOW_KEY_INTERFACE = 1 << 8,
	FLOW_KEY_TOS = 1 << 9
};

#define FLOW_KEY_FIELDS ((FLOW_KEY_TOS << 1) - 1) /* all of them */
#define FLOW_KEY_5TUPLE                                                                            \
	(FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS | FLOW_KEY_SRC_PORT | FLOW_KEY_DST_PORT |     \
		FLOW_KEY_PROTOCOL)

/**
 * Parse a list such as "5tuple,vlan,mac" into bits. Names: 5tuple, src, dst, sport, dport, proto,
 * vlan, mac (both), smac, dmac, if, tos. Fails with WEIR_ERROR_USAGE.
 */
bool key_parse(const char *list, uint32_t *ret_fields, GError **error);

/** The list that key_parse() takes for @fields; owned by the caller. */
char *key_text(uint32_t fields);

#define KEY_MEMBERS_MAX 16 /* NULL included */

/**
 * The members of struct flow_record (base/record.h) that hold what a key of @fields (0: the 5-tuple)
 * has, NULL-terminated: what ICMP has in the place of ports, and the IP version, among them.
 */
void key_members(uint32_t fields, const char *ret_members[KEY_MEMBERS_MAX]);
