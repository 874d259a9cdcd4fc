#include "exporter/json_record.h"

#include <stdbool.h>
#include <string.h>

#include "base/key.h"
#include "base/section.h"
#include "exporter/json_text.h"
#include "exporter/profile.h"

#define FIELD_INDEX(member, kind, element, element6, text) FIELD_##member,
enum {
	RECORD_FIELDS(FIELD_INDEX) FIELD_COUNT
};

/* When a member is written; 0: whenever it is not zero. */
enum {
	WITH_ZERO = 1,    /* zero is a value like others */
	WITH_REVERSE = 2, /* with a reverse direction */
	WITH_TCP = 4,
	WITH_ICMP = 8,
	WITH_PORTS = 16,
	WITH_MAC = 32, /* with the device's MAC address */
	WITH_FAR_NAME = 64,
};

static const uint8_t rules[FIELD_COUNT] = {
	[FIELD_octets] = WITH_ZERO,
	[FIELD_packets] = WITH_ZERO,
	[FIELD_src_address] = WITH_ZERO,
	[FIELD_dst_address] = WITH_ZERO,
	[FIELD_protocol] = WITH_ZERO,
	[FIELD_ip_version] = WITH_ZERO,
	[FIELD_tos] = WITH_ZERO,
	[FIELD_end_reason] = WITH_ZERO,
	[FIELD_direction] = WITH_ZERO,
	[FIELD_rev_start_us] = WITH_REVERSE,
	[FIELD_rev_end_us] = WITH_REVERSE,
	[FIELD_rev_octets] = WITH_ZERO | WITH_REVERSE,
	[FIELD_rev_packets] = WITH_ZERO | WITH_REVERSE,
	[FIELD_rev_ip_length_min] = WITH_REVERSE,
	[FIELD_rev_ip_length_max] = WITH_REVERSE,
	[FIELD_rev_tos] = WITH_ZERO | WITH_REVERSE,
	[FIELD_rev_ttl_min] = WITH_REVERSE,
	[FIELD_rev_ttl_max] = WITH_REVERSE,
	[FIELD_biflow_direction] = WITH_ZERO | WITH_REVERSE,
	[FIELD_tcp_isn] = WITH_ZERO | WITH_TCP,
	[FIELD_rev_tcp_isn] = WITH_ZERO | WITH_TCP | WITH_REVERSE,
	[FIELD_tcp_rtt_us] = WITH_TCP,
	[FIELD_tcp_flags] = WITH_ZERO | WITH_TCP,
	[FIELD_rev_tcp_flags] = WITH_ZERO | WITH_TCP | WITH_REVERSE,
	[FIELD_icmp_type_code] = WITH_ZERO | WITH_ICMP,
	[FIELD_src_port] = WITH_ZERO | WITH_PORTS,
	[FIELD_dst_port] = WITH_ZERO | WITH_PORTS,
	[FIELD_device_mac_random] = WITH_ZERO | WITH_MAC,
	[FIELD_far_name_age_s] = WITH_ZERO | WITH_FAR_NAME,
};

/* Fields of the flow key without which a member is 0 for no other reason. */
static const uint32_t key_fields[FIELD_COUNT] = {
	[FIELD_src_address] = FLOW_KEY_SRC_ADDRESS,
	[FIELD_dst_address] = FLOW_KEY_DST_ADDRESS,
	[FIELD_src_port] = FLOW_KEY_SRC_PORT,
	[FIELD_dst_port] = FLOW_KEY_DST_PORT,
	[FIELD_icmp_type_code] = FLOW_KEY_SRC_PORT | FLOW_KEY_DST_PORT,
	[FIELD_protocol] = FLOW_KEY_PROTOCOL,
};

static bool is_zero(const uint8_t *octets, size_t count)
{
	return octets[0] == 0 && memcmp(octets, octets + 1, count - 1) == 0;
}

static bool is_empty(const struct record_field *f, const uint8_t *in)
{
	struct record_text ref;

	if (f->kind != RECORD_TEXT && f->kind != RECORD_OCTETS) {
		return is_zero(in, f->octets);
	}
	memcpy(&ref, in, sizeof(ref));
	return ref.octets == 0;
}

/* The conditions that hold for a record, as bits of the rules. */
static unsigned conditions(const struct flow_record *r)
{
	bool icmp = r->protocol == (r->ip_version == 4 ? 1 : 58);

	return WITH_ZERO | (r->has_reverse ? WITH_REVERSE : 0) | (r->protocol == 6 ? WITH_TCP : 0) |
	       (icmp ? WITH_ICMP : WITH_PORTS) |
	       (is_zero(r->device_mac, sizeof(r->device_mac)) ? 0 : WITH_MAC) |
	       (r->far_name.octets > 0 ? WITH_FAR_NAME : 0);
}

static void append_number(GString *out, const uint8_t *in, enum record_kind kind)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (kind) {
	case RECORD_TIME:
		memcpy(&u64, in, sizeof(u64));
		json_text_u64(out, u64 / 1000);
		break;
	case RECORD_U64:
		memcpy(&u64, in, sizeof(u64));
		json_text_u64(out, u64);
		break;
	case RECORD_U32:
		memcpy(&u32, in, sizeof(u32));
		json_text_u64(out, u32);
		break;
	case RECORD_U16:
		memcpy(&u16, in, sizeof(u16));
		json_text_u64(out, u16);
		break;
	case RECORD_FLAGS:
		memcpy(&u16, in, sizeof(u16));
		json_text_u64(out, u16 & 0xff);
		break;
	default:
		json_text_u64(out, *in);
		break;
	}
}

static void append_value(GString *out, const struct record_field *f, const uint8_t *in,
	const uint8_t *text, bool ipv6)
{
	struct record_text ref;

	switch (f->kind) {
	case RECORD_BOOL:
		(void)g_string_append(out, *in ? "true" : "false");
		break;
	case RECORD_ADDR:
		json_text_address(out, in, ipv6 ? 16 : 4);
		break;
	case RECORD_MAC:
		json_text_hex(out, in, 6, ':');
		break;
	case RECORD_TEXT:
		memcpy(&ref, in, sizeof(ref));
		json_text_string(out, text + ref.offset, ref.octets);
		break;
	default:
		append_number(out, in, f->kind);
		break;
	}
}

/* Which packets were counted, and what packet reports have beside the values of a flow. */
static void append_packet(GString *out, const struct flow_record *r, const uint8_t *text)
{
	const char *section = profile_section(r);

	if (r->selection_sequence != 0) {
		json_text_name(out, "selectionSequenceId");
		json_text_u64(out, r->selection_sequence);
	}
	if (section == NULL) {
		return;
	}
	json_text_name(out, "observationTimeMicroseconds");
	json_text_u64(out, (uint64_t)r->start_us);
	if (r->section_kind & RECORD_SECTION_DIGEST) {
		json_text_name(out, "digestHashValue");
		json_text_u64(out, r->packet_digest);
	}
	json_text_name(out, "dataLinkFrameSize");
	json_text_u64(out, r->frame_octets);
	json_text_name(out, section);
	json_text_hex(out, text + r->section.offset, r->section.octets, '\0');
}

void json_record(const struct flow_record *r, const uint8_t *text, const struct stream_cache *cache,
	GString *out)
{
	unsigned holds = conditions(r);
	uint32_t key = cache->key_fields != 0 ? cache->key_fields : FLOW_KEY_5TUPLE;
	bool ipv6 = r->ip_version == 6;

	(void)g_string_append_c(out, '{');
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct record_field *f = &record_fields[i];
		const uint8_t *in = (const uint8_t *)r + f->offset;

		if (f->element[0] == '-' || (rules[i] & ~holds) != 0) {
			continue;
		}
		if (!(rules[i] & WITH_ZERO) && is_empty(f, in)) {
			continue;
		}
		if (key_fields[i] != 0 && (key_fields[i] & key) == 0) {
			continue;
		}
		json_text_name(out, ipv6 ? f->element6 : f->element);
		append_value(out, f, in, text, ipv6);
	}
	append_packet(out, r, text);
	if (cache->name[0] != '\0') {
		json_text_name(out, "cache");
		json_text_string(out, (const uint8_t *)cache->name, strlen(cache->name));
	}
	(void)g_string_append_c(out, '}');
}
