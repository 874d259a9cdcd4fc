#include "exporter/profile.h"
#include "base/section.h"

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

enum {
	SECTION_IP,
	SECTION_PAYLOAD,
	SECTION_FRAME,
	SECTIONS
};

static const struct profile profiles[] = {
	{.name = "basic", .uniflow = true, .template_count = 2},
	{.name = "biflow", .template_count = 4},
	{.name = "full", .names = true, .template_count = 4 * CLASSES},
	{.name = "psamp", .packets = true, .template_count = 2 * SECTIONS},
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

#define PACKET_FIELD(member_, kind_, element_)                                                     \
	{                                                                                          \
		.member = #member_, .element = element_, .element6 = element_, .text = "",         \
		.kind = RECORD_##kind_, .offset = offsetof(struct flow_record, member_),           \
		.octets = sizeof(((struct flow_record *)0)->member_)                               \
	}

/* The fields of packet reports; the section is another element in each template. */
static const struct record_field packet_digest =
	PACKET_FIELD(packet_digest, U32, "digestHashValue");
static const struct record_field packet_fields[] = {
	PACKET_FIELD(selection_sequence, U32, "selectionSequenceId"),
	PACKET_FIELD(start_us, MICROSECONDS, "observationTimeMicroseconds"),
	PACKET_FIELD(observation_point, U32, "observationPointId"),
	PACKET_FIELD(ingress_interface, U32, "ingressInterface"),
	PACKET_FIELD(frame_octets, U16, "dataLinkFrameSize"),
	PACKET_FIELD(octets, U64, "ipTotalLength"),
};
static const struct record_field packet_sections[SECTIONS] = {
	[SECTION_IP] = PACKET_FIELD(section, OCTETS, "ipHeaderPacketSection"),
	[SECTION_PAYLOAD] = PACKET_FIELD(section, OCTETS, "ipPayloadPacketSection"),
	[SECTION_FRAME] = PACKET_FIELD(section, OCTETS, "dataLinkFrameSection"),
};

static unsigned section_of(const struct flow_record *record)
{
	switch (record->section_kind & ~RECORD_SECTION_DIGEST) {
	case RECORD_SECTION_HEADERS:
	case RECORD_SECTION_IP:
		return SECTION_IP;
	case RECORD_SECTION_PAYLOAD:
		return SECTION_PAYLOAD;
	case RECORD_SECTION_FRAME:
		return SECTION_FRAME;
	default:
		return SECTIONS;
	}
}

const char *profile_section(const struct flow_record *record)
{
	unsigned section = section_of(record);

	return section < SECTIONS ? packet_sections[section].element : NULL;
}

bool profile_takes(const struct profile *profile, const struct flow_record *record)
{
	return !profile->packets || section_of(record) < SECTIONS;
}

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

	if (profile->packets) {
		return section_of(record) * 2 +
		       ((record->section_kind & RECORD_SECTION_DIGEST) != 0);
	}
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
	case RECORD_OCTETS:
		return TEMPLATE_VARIABLE;
	case RECORD_FLAGS:
		return 1;
	case RECORD_ADDR:
		return ipv6 ? 16 : 4;
	default:
		return field->octets;
	}
}

static void packet_templates(struct template ret_templates[PROFILE_TEMPLATES_MAX])
{
	for (unsigned index = 0; index < 2 * SECTIONS; index++) {
		struct template *t = &ret_templates[index];
		const struct record_field *section = &packet_sections[index / 2];

		memset(t, 0, sizeof(*t));
		t->id = (uint16_t)(TEMPLATE_ID_FIRST + index);
		for (size_t i = 0; i < G_N_ELEMENTS(packet_fields); i++) {
			const struct record_field *field = &packet_fields[i];

			template_add(t, field->element, field->octets, field);
			if (i == 0 && index % 2 == 1) {
				template_add(t, packet_digest.element, packet_digest.octets,
					&packet_digest);
			}
		}
		template_add(t, section->element, TEMPLATE_VARIABLE, section);
	}
}

void profile_templates(
	const struct profile *profile, struct template ret_templates[PROFILE_TEMPLATES_MAX])
{
	if (profile->packets) {
		packet_templates(ret_templates);
		return;
	}
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
