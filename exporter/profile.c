#include "exporter/profile.h"

#include <glib.h>
#include <string.h>

#define PROTOCOL_ICMP   1
#define PROTOCOL_TCP    6
#define PROTOCOL_ICMPV6 58

enum {
	CLASS_OTHER,
	CLASS_TCP,
	CLASS_ICMP,
	CLASSES
};

static const struct profile profiles[] = {
	{.name = "basic", .uniflow = true, .template_count = 2},
	{.name = "biflow", .template_count = 4},
	{.name = "full", .names = true, .template_count = 4 * CLASSES},
};

/* Members of the small profiles, in the order of the record. */
static const char *const basic_members[] = {"start_us", "end_us", "octets", "packets",
	"src_address", "dst_address", "ingress_interface", "egress_interface", "src_port",
	"dst_port", "icmp_type_code", "vlan_id", "tcp_flags", "src_mac", "dst_mac", "protocol",
	"ip_version", "tos", "end_reason", "direction", NULL};
static const char *const biflow_members[] = {"start_us", "end_us", "rev_start_us", "rev_end_us",
	"octets", "packets", "rev_octets", "rev_packets", "src_address", "dst_address",
	"ingress_interface", "egress_interface", "src_port", "dst_port", "icmp_type_code",
	"vlan_id", "tcp_flags", "src_mac", "dst_mac", "protocol", "ip_version", "tos", "end_reason",
	"direction", "biflow_direction", NULL};

/* Members that only records of one class have; ports are those of all but ICMP. */
static const char *const tcp_members[] = {
	"tcp_isn", "rev_tcp_isn", "tcp_rtt_us", "tcp_flags", "rev_tcp_flags", NULL};
static const char *const port_members[] = {"src_port", "dst_port", NULL};
static const char *const icmp_members[] = {"icmp_type_code", NULL};

const struct profile *profile_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
		if (strcmp(profiles[i].name, name) == 0) {
			return &profiles[i];
		}
	}
	return NULL;
}

/* What tells the templates of a profile apart. */
struct variant {
	bool ipv6;
	bool reverse;
	int class; /* -1: all in one */
};

static struct variant profile_variant(const struct profile *profile, unsigned index)
{
	struct variant v = {.class = -1};

	if (profile->names) {
		v.class = (int)(index % CLASSES);
		index /= CLASSES;
	}
	if (!profile->uniflow) {
		v.reverse = index % 2;
		index /= 2;
	}
	v.ipv6 = index;
	return v;
}

static unsigned record_class(const struct flow_record *record)
{
	if (record->protocol == PROTOCOL_TCP) {
		return CLASS_TCP;
	}
	return record->protocol == (record->ip_version == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)
		       ? CLASS_ICMP
		       : CLASS_OTHER;
}

unsigned profile_select(const struct profile *profile, const struct flow_record *record)
{
	unsigned index = record->ip_version == 6;

	if (!profile->uniflow) {
		index = index * 2 + (record->has_reverse != 0);
	}
	if (profile->names) {
		index = index * CLASSES + record_class(record);
	}
	return index;
}

static bool has_member(
	const struct profile *profile, const struct variant *v, const struct record_field *field)
{
	bool back = g_str_has_prefix(field->member, "rev_") ||
		    strcmp(field->member, "biflow_direction") == 0;

	if (strcmp(field->element, "-") == 0 || (back && !v->reverse)) {
		return false;
	}
	if (!profile->names) {
		return g_strv_contains(
			profile->uniflow ? basic_members : biflow_members, field->member);
	}
	if (g_strv_contains(tcp_members, field->member)) {
		return v->class == CLASS_TCP;
	}
	if (g_strv_contains(icmp_members, field->member)) {
		return v->class == CLASS_ICMP;
	}
	return v->class != CLASS_ICMP || !g_strv_contains(port_members, field->member);
}

static uint16_t field_octets(const struct record_field *field, bool ipv6)
{
	switch (field->kind) {
	case RECORD_TEXT:
		return TEMPLATE_VARIABLE;
	case RECORD_FLAGS:
		return 1;
	case RECORD_ADDR:
		return ipv6 ? 16 : 4;
	default:
		return field->octets;
	}
}

void profile_templates(
	const struct profile *profile, struct template ret_templates[PROFILE_TEMPLATES_MAX])
{
	for (unsigned index = 0; index < profile->template_count; index++) {
		struct variant v = profile_variant(profile, index);
		struct template *t = &ret_templates[index];

		memset(t, 0, sizeof(*t));
		t->id = (uint16_t)(TEMPLATE_ID_FIRST + index);
		for (size_t i = 0; i < record_field_count; i++) {
			const struct record_field *field = &record_fields[i];

			if (has_member(profile, &v, field)) {
				template_add(t, v.ipv6 ? field->element6 : field->element,
					field_octets(field, v.ipv6), field);
			}
		}
	}
}
