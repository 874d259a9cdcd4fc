#include "probe/capture.h"

#include <string.h>

/*
 * The pcap format, draft-ietf-opsawg-pcap, and its relatives: times in nanoseconds, and the form
 * with longer record headers (interface, protocol and packet type behind the lengths) that patched
 * Linux systems once wrote.
 */

#define RECORD_HEADER_OCTETS          16
#define RECORD_HEADER_MODIFIED_OCTETS 24

#define LINK_TYPE_MASK    0x03ffffffu /* the bits above tell of a frame check sequence */
#define LINK_TYPE_UNKNOWN 0xffffu     /* for those that are no known type and have no room */

static const struct classic_kind {
	uint8_t magic[4];
	struct capture_classic form;
} classic_kinds[] = {
	{{0xa1, 0xb2, 0xc3, 0xd4}, {true, RECORD_HEADER_OCTETS, 1000, 0}},
	{{0xd4, 0xc3, 0xb2, 0xa1}, {false, RECORD_HEADER_OCTETS, 1000, 0}},
	{{0xa1, 0xb2, 0x3c, 0x4d}, {true, RECORD_HEADER_OCTETS, 1, 0}},
	{{0x4d, 0x3c, 0xb2, 0xa1}, {false, RECORD_HEADER_OCTETS, 1, 0}},
	{{0xa1, 0xb2, 0xcd, 0x34}, {true, RECORD_HEADER_MODIFIED_OCTETS, 1000, 0}},
	{{0x34, 0xcd, 0xb2, 0xa1}, {false, RECORD_HEADER_MODIFIED_OCTETS, 1000, 0}},
};

static const struct classic_kind *classic_kind_of(const uint8_t magic[4])
{
	for (size_t i = 0; i < G_N_ELEMENTS(classic_kinds); i++) {
		if (memcmp(magic, classic_kinds[i].magic, 4) == 0) {
			return &classic_kinds[i];
		}
	}
	return NULL;
}

bool capture_classic_is(const uint8_t magic[4])
{
	return classic_kind_of(magic) != NULL;
}

/* Compiled once for each byte order, so that the loop does not ask. */
static inline __attribute__((always_inline)) bool classic_walk_order(
	struct capture_file *file, struct capture_burst *burst, bool big_endian)
{
	const struct capture_classic form = file->classic;
	const uint8_t *at = file->buffer.octets + file->buffer.at;
	const uint8_t *end = file->buffer.octets + file->buffer.end;
	struct packet *packet;
	size_t want = form.header_octets;
	uint32_t captured = 0;

	while ((size_t)(end - at) >= form.header_octets) {
		captured = capture_u32(at + 8, big_endian);
		want = (size_t)form.header_octets + captured;
		if (captured > CAPTURE_PACKET_MAX || (size_t)(end - at) < want) {
			break;
		}
		packet = capture_burst_next(burst);
		packet->data = at + form.header_octets;
		packet->captured = captured;
		packet->wire = capture_u32(at + 12, big_endian);
		packet->time_ns = capture_u32(at, big_endian) * INT64_C(1000000000) +
				  (int64_t)capture_u32(at + 4, big_endian) * form.unit_ns;
		packet->link_type = form.link_type;
		packet->interface = 0;
		capture_burst_add(burst);
		at += want;
		want = form.header_octets;
		captured = 0;
	}
	file->buffer.at = (size_t)(at - file->buffer.octets);
	file->want = want;
	file->record_offset = capture_buffer_offset(&file->buffer);
	return captured <= CAPTURE_PACKET_MAX ||
	       capture_file_fault(file,
		       "record of %" G_GUINT32_FORMAT " octets at offset %" G_GUINT64_FORMAT
		       ": no packet is longer than %u",
		       captured, file->record_offset, CAPTURE_PACKET_MAX);
}

static bool classic_walk(struct capture_file *file, struct capture_burst *burst)
{
	if (file->classic.big_endian) {
		return classic_walk_order(file, burst, true);
	}
	return classic_walk_order(file, burst, false);
}

void capture_classic_open(struct capture_file *file)
{
	const uint8_t *header = file->buffer.octets + file->buffer.at;
	const struct classic_kind *kind = classic_kind_of(header);
	uint32_t link_type;

	g_return_if_fail(kind != NULL);
	file->classic = kind->form;
	link_type = capture_u32(header + 20, kind->form.big_endian) & LINK_TYPE_MASK;
	if (link_type > UINT16_MAX) {
		link_type = LINK_TYPE_UNKNOWN;
	}
	file->classic.link_type = (uint16_t)link_type;
	file->source.interfaces = g_new0(struct source_interface, 1);
	file->source.interfaces[0].index = 1;
	file->source.interfaces[0].link_type = (uint16_t)link_type;
	file->source.interface_count = 1;
	file->buffer.at += CAPTURE_CLASSIC_HEADER_OCTETS;
	file->want_least = kind->form.header_octets;
	file->walk = classic_walk;
}
