#include "base/key.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"

/* Those of many fields before their parts, so that the shortest list is found first. */
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

static const struct {
	uint32_t field; /* 0: part of every key */
	const char *member;
} key_record[] = {
	{FLOW_KEY_SRC_ADDRESS, "src_address"},
	{FLOW_KEY_DST_ADDRESS, "dst_address"},
	{FLOW_KEY_SRC_PORT, "src_port"},
	{FLOW_KEY_DST_PORT, "dst_port"},
	{FLOW_KEY_SRC_PORT | FLOW_KEY_DST_PORT, "icmp_type_code"},
	{FLOW_KEY_PROTOCOL, "protocol"},
	{FLOW_KEY_VLAN, "vlan_id"},
	{FLOW_KEY_SRC_MAC, "src_mac"},
	{FLOW_KEY_DST_MAC, "dst_mac"},
	{FLOW_KEY_INTERFACE, "ingress_interface"},
	{FLOW_KEY_TOS, "tos"},
	{0, "ip_version"},
};

static_assert(G_N_ELEMENTS(key_record) < KEY_MEMBERS_MAX, "they fit with their end");

static uint32_t fields_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
		if (strcmp(name, key_names[i].name) == 0) {
			return key_names[i].fields;
		}
	}
	return 0;
}

bool key_parse(const char *list, uint32_t *ret_fields, GError **error)
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

char *key_text(uint32_t fields)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
		if ((fields & key_names[i].fields) == key_names[i].fields) {
			g_string_append_printf(
				text, "%s%s", text->len > 0 ? "," : "", key_names[i].name);
			fields &= ~key_names[i].fields;
		}
	}
	return g_string_free(text, FALSE);
}

void key_members(uint32_t fields, const char *ret_members[KEY_MEMBERS_MAX])
{
	unsigned count = 0;

	if (fields == 0) {
		fields = FLOW_KEY_5TUPLE;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(key_record); i++) {
		if ((fields & key_record[i].field) == key_record[i].field) {
			ret_members[count++] = key_record[i].member;
		}
	}
	ret_members[count] = NULL;
}
