#include "probe/meter.h"

#include <string.h>

#include "base/error.h"

static const struct {
	const char *name;
	uint32_t fields;
} key_names[] = {
	{"5tuple", FLOW_KEY_5TUPLE},
	{"src", FLOW_KEY_SRC_ADDRESS},
	{"dst", FLOW_KEY_DST_ADDRESS},
	{"sport", FLOW_KEY_SRC_PORT},
	{"dport", FLOW_KEY_DST_PORT},
	{"proto", FLOW_KEY_PROTOCOL},
	{"vlan", FLOW_KEY_VLAN},
	{"mac", FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC},
	{"smac", FLOW_KEY_SRC_MAC},
	{"dmac", FLOW_KEY_DST_MAC},
	{"if", FLOW_KEY_INTERFACE},
	{"tos", FLOW_KEY_TOS},
};

/* Where a record has a field of the key; 0: always in the key. */
static const struct {
	const char *member;
	uint32_t fields;
} key_members[] = {
	{"src_address", FLOW_KEY_SRC_ADDRESS},
	{"dst_address", FLOW_KEY_DST_ADDRESS},
	{"src_port", FLOW_KEY_SRC_PORT},
	{"dst_port", FLOW_KEY_DST_PORT},
	{"icmp_type_code", FLOW_KEY_SRC_PORT | FLOW_KEY_DST_PORT},
	{"protocol", FLOW_KEY_PROTOCOL},
	{"ip_version", 0},
	{"vlan_id", FLOW_KEY_VLAN},
	{"src_mac", FLOW_KEY_SRC_MAC},
	{"dst_mac", FLOW_KEY_DST_MAC},
	{"ingress_interface", FLOW_KEY_INTERFACE},
	{"tos", FLOW_KEY_TOS},
};

static_assert(G_N_ELEMENTS(key_members) < METER_KEY_MEMBERS_MAX, "and a NULL");

static uint32_t fields_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
		if (strcmp(name, key_names[i].name) == 0) {
			return key_names[i].fields;
		}
	}
	return 0;
}

bool meter_key_parse(const char *list, uint32_t *ret_fields, GError **error)
{
	g_auto(GStrv) names = g_strsplit(list, ",", -1);
	uint32_t fields = 0;

	for (unsigned i = 0; names[i] != NULL; i++) {
		uint32_t more = fields_of(g_strstrip(names[i]));

		if (more == 0) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"flow key '%s': '%s' is no field; use 5tuple, src, dst, sport, "
				"dport, proto, vlan, mac, smac, dmac, if, tos",
				list, names[i]);
			return false;
		}
		fields |= more;
	}
	if (fields == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "flow key '%s': no field", list);
		return false;
	}
	*ret_fields = fields;
	return true;
}

void meter_key_members(uint32_t fields, const char *ret_members[METER_KEY_MEMBERS_MAX])
{
	unsigned count = 0;

	if (fields == 0) {
		fields = FLOW_KEY_5TUPLE;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(key_members); i++) {
		if ((fields & key_members[i].fields) == key_members[i].fields) {
			ret_members[count++] = key_members[i].member;
		}
	}
	ret_members[count] = NULL;
}
