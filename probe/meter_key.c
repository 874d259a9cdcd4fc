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
