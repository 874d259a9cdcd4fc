#include "probe/capture.h"

#include <string.h>

/*
 * The pcapng format, draft-ietf-opsawg-pcapng: sections of blocks, each section with its own byte
 * order and interfaces. Block lengths are checked at both ends before a block is believed.
 */

enum ng_block_type {
	NG_INTERFACE = 1,
	NG_PACKET = 2, /* obsolete */
	NG_SIMPLE_PACKET = 3,
	NG_ENHANCED_PACKET = 6,
	NG_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
};

enum ng_option {
	NG_OPTION_END = 0,
	NG_OPTION_NAME = 2,
	NG_OPTION_MAC = 6,
	NG_OPTION_RESOLUTION = 9,
	NG_OPTION_OFFSET = 14,
};

#define NG_FRAME_OCTETS      12 /* type and length before, length behind */
#define NG_SECTION_OCTETS    16 /* as many tell byte order and version */
#define NG_RESOLUTION_MICROS 6

/* A whole block in the buffer. */
struct ng_block {
	uint32_t type;
	const uint8_t *body;
	size_t octets; /* of the body */
};

enum ng_step {
	NG_STEP_BLOCK,
	NG_STEP_SKIPPED,
	NG_STEP_WANT,
	NG_STEP_CORRUPT
};

static const uint8_t ng_magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};

bool capture_ng_is(const uint8_t magic[4])
{
	return memcmp(magic, ng_magic, sizeof(ng_magic)) == 0;
}

static enum ng_step ng_want(struct capture_file *file, size_t want)
{
	file->record_offset = capture_buffer_offset(&file->buffer);
	file->want = want;
	return NG_STEP_WANT;
}

static enum ng_step ng_corrupt(struct capture_file *file, uint32_t octets, const char *reason)
{
	capture_file_fault(file,
		"block of %" G_GUINT32_FORMAT " octets at offset %" G_GUINT64_FORMAT ": %s", octets,
		capture_buffer_offset(&file->buffer), reason);
	return NG_STEP_CORRUPT;
}

/* Read a section header as far as the length of its block. May be called again for the same. */
static enum ng_step ng_section(struct capture_file *file, const uint8_t *block, size_t left)
{
	static const uint8_t big[4] = {0x1a, 0x2b, 0x3c, 0x4d};
	static const uint8_t little[4] = {0x4d, 0x3c, 0x2b, 0x1a};
	struct capture_ng *ng = &file->ng;
	uint16_t minor;

	if (memcmp(block + 8, big, sizeof(big)) == 0) {
		ng->big_endian = true;
	} else if (memcmp(block + 8, little, sizeof(little)) == 0) {
		ng->big_endian = false;
	} else {
		capture_file_fault(file,
			"section header at offset %" G_GUINT64_FORMAT
			": its byte-order magic is none",
			capture_buffer_offset(&file->buffer));
		return NG_STEP_CORRUPT;
	}
	if (left < NG_SECTION_OCTETS) {
		return ng_want(file, NG_SECTION_OCTETS);
	}
	minor = capture_u16(block + 14, ng->big_endian);
	if (capture_u16(block + 12, ng->big_endian) != 1 || (minor != 0 && minor != 2)) {
		capture_file_fault(file,
			"section header at offset %" G_GUINT64_FORMAT
			": pcapng version %u.%u is neither 1.0 nor 1.2",
			capture_buffer_offset(&file->buffer),
			capture_u16(block + 12, ng->big_endian), minor);
		return NG_STEP_CORRUPT;
	}
	ng->section_first = file->source.interface_count;
	return NG_STEP_BLOCK;
}

static bool ng_type_is_read(uint32_t type)
{
	return type == NG_SECTION || type == NG_INTERFACE || type == NG_ENHANCED_PACKET ||
	       type == NG_PACKET || type == NG_SIMPLE_PACKET;
}

/* Step over a block that does not matter here without holding it. */
static enum ng_step ng_skip(struct capture_file *file)
{
	struct capture_ng *ng = &file->ng;
	size_t left = capture_buffer_left(&file->buffer);
	size_t step = MIN(left, ng->skip_left);
	uint32_t octets = ng->skip_octets;

	file->buffer.at += step;
	ng->skip_left -= (uint32_t)step;
	left -= step;
	if (ng->skip_left > 0 || left < 4) {
		file->want = octets;
		return NG_STEP_WANT;
	}
	ng->skip_octets = 0;
	if (capture_u32(file->buffer.octets + file->buffer.at, ng->big_endian) != octets) {
		capture_file_fault(file,
			"block of %" G_GUINT32_FORMAT " octets at offset %" G_GUINT64_FORMAT
			": its two lengths differ",
			octets, file->record_offset);
		return NG_STEP_CORRUPT;
	}
	file->buffer.at += 4;
	return NG_STEP_SKIPPED;
}

/* Find the next block, whole and with sound lengths. */
static inline enum ng_step ng_next(struct capture_file *file, struct ng_block *ret_block)
{
	struct capture_ng *ng = &file->ng;
	const uint8_t *block = file->buffer.octets + file->buffer.at;
	size_t left = capture_buffer_left(&file->buffer);
	uint32_t octets;

	if (left < NG_FRAME_OCTETS) {
		return ng_want(file, NG_FRAME_OCTETS);
	}
	if (memcmp(block, ng_magic, sizeof(ng_magic)) == 0) {
		enum ng_step step = ng_section(file, block, left);

		if (step != NG_STEP_BLOCK) {
			return step;
		}
	}
	ret_block->type = capture_u32(block, ng->big_endian);
	octets = capture_u32(block + 4, ng->big_endian);
	if (octets < NG_FRAME_OCTETS || octets % 4 != 0) {
		return ng_corrupt(file, octets, "no block has this length");
	}
	if (octets > left) {
		if (!ng_type_is_read(ret_block->type)) {
			ng->skip_octets = octets;
			ng->skip_left = octets - 4;
			file->record_offset = capture_buffer_offset(&file->buffer);
			return ng_skip(file);
		}
		if (octets > CAPTURE_BUFFER_MAX) {
			return ng_corrupt(file, octets, "longer than a packet can be");
		}
		return ng_want(file, octets);
	}
	if (capture_u32(block + octets - 4, ng->big_endian) != octets) {
		return ng_corrupt(file, octets, "its two lengths differ");
	}
	ret_block->body = block + 8;
	ret_block->octets = octets - NG_FRAME_OCTETS;
	return NG_STEP_BLOCK;
}

/* A name comes from the file and is shown to people: valid UTF-8 without control characters. */
static void ng_interface_name(struct source_interface *interface, const uint8_t *name, size_t n)
{
	const char *invalid;

	n = MIN(n, sizeof(interface->name) - 1);
	memcpy(interface->name, name, n);
	interface->name[n] = '\0';
	(void)g_utf8_validate(interface->name, (gssize)n, &invalid);
	interface->name[invalid - interface->name] = '\0';
	for (char *c = interface->name; *c != '\0'; c++) {
		if (g_ascii_iscntrl(*c)) {
			*c = '?';
		}
	}
}

static void ng_interface_options(const struct capture_ng *ng, struct wire options,
	struct source_interface *interface, struct capture_ng_interface *timing)
{
	uint8_t resolution = NG_RESOLUTION_MICROS;
	int64_t offset_s = 0;

	while (wire_left(&options) >= 4) {
		const uint8_t *head = wire_take(&options, 4);
		uint16_t code = capture_u16(head, ng->big_endian);
		uint16_t octets = capture_u16(head + 2, ng->big_endian);
		const uint8_t *value = options.at;

		if (code == NG_OPTION_END || wire_left(&options) < octets) {
			break;
		}
		wire_skip(&options, MIN(((size_t)octets + 3) & ~(size_t)3, wire_left(&options)));
		if (code == NG_OPTION_NAME) {
			ng_interface_name(interface, value, octets);
		} else if (code == NG_OPTION_MAC && octets >= 6) {
			memcpy(interface->mac, value, 6);
		} else if (code == NG_OPTION_RESOLUTION && octets >= 1) {
			resolution = value[0];
		} else if (code == NG_OPTION_OFFSET && octets >= 8) {
			uint64_t first = capture_u32(value, ng->big_endian);
			uint64_t second = capture_u32(value + 4, ng->big_endian);

			offset_s = (int64_t)(ng->big_endian ? first << 32 | second
							    : second << 32 | first);
		}
	}
	timing->clock = capture_clock_of(resolution, offset_s);
}

static bool ng_interface(struct capture_file *file, const struct ng_block *block)
{
	struct capture_ng *ng = &file->ng;
	struct source *source = &file->source;
	struct wire body = wire_of(block->body, block->octets);
	struct source_interface *interface;
	struct capture_ng_interface *timing;
	const uint8_t *head = wire_take(&body, 8);

	if (head == NULL) {
		return true;
	}
	if (source->interface_count == CAPTURE_INTERFACES_MAX) {
		return capture_file_fault(file,
			"interface at offset %" G_GUINT64_FORMAT ": more than %u in a file",
			capture_buffer_offset(&file->buffer), CAPTURE_INTERFACES_MAX);
	}
	if (source->interface_count == ng->allocated) {
		ng->allocated = MAX(2 * ng->allocated, 8);
		source->interfaces =
			g_renew(struct source_interface, source->interfaces, ng->allocated);
		ng->interfaces =
			g_renew(struct capture_ng_interface, ng->interfaces, ng->allocated);
	}
	interface = &source->interfaces[source->interface_count];
	timing = &ng->interfaces[source->interface_count];
	*interface = (struct source_interface){
		.index = source->interface_count + 1,
		.link_type = capture_u16(head, ng->big_endian),
	};
	*timing = (struct capture_ng_interface){
		.link_type = interface->link_type,
		.snap_octets = capture_u32(head + 4, ng->big_endian),
	};
	ng_interface_options(ng, body, interface, timing);
	source->interface_count++;
	return true;
}

/* An enhanced packet or an obsolete one, which differ in how they number their interface. */
static inline bool ng_packet(
	struct capture_file *file, const struct ng_block *block, struct capture_burst *burst)
{
	const struct capture_ng *ng = &file->ng;
	const uint8_t *body = block->body;
	bool big = ng->big_endian;
	struct packet *packet;
	uint32_t interface;
	uint32_t captured;
	uint64_t units;

	if (block->octets < 20) {
		return true;
	}
	interface = block->type == NG_PACKET ? capture_u16(body, big) : capture_u32(body, big);
	captured = capture_u32(body + 12, big);
	if (interface >= file->source.interface_count - ng->section_first) {
		ng_corrupt(file, (uint32_t)block->octets + NG_FRAME_OCTETS,
			"its interface is not described");
		return false;
	}
	if (captured > block->octets - 20) {
		ng_corrupt(file, (uint32_t)block->octets + NG_FRAME_OCTETS,
			"its packet is longer than the block");
		return false;
	}
	interface += ng->section_first;
	units = (uint64_t)capture_u32(body + 4, big) << 32 | capture_u32(body + 8, big);
	packet = capture_burst_next(burst);
	packet->data = body + 20;
	packet->captured = captured;
	packet->wire = capture_u32(body + 16, big);
	packet->time_ns = capture_clock_ns(&ng->interfaces[interface].clock, units);
	packet->link_type = ng->interfaces[interface].link_type;
	packet->interface = (uint16_t)interface;
	capture_burst_add(burst);
	return true;
}

/* A simple packet has no time and belongs to the section's first interface. */
static void ng_simple_packet(
	struct capture_file *file, const struct ng_block *block, struct capture_burst *burst)
{
	const struct capture_ng *ng = &file->ng;
	const struct capture_ng_interface *interface;
	uint32_t wire;
	size_t captured;

	if (block->octets < 4 || file->source.interface_count == ng->section_first) {
		return;
	}
	interface = &ng->interfaces[ng->section_first];
	wire = capture_u32(block->body, ng->big_endian);
	captured = MIN(wire, block->octets - 4);
	if (interface->snap_octets != 0) {
		captured = MIN(captured, interface->snap_octets);
	}
	*capture_burst_next(burst) = (struct packet){
		.data = block->body + 4,
		.captured = (uint32_t)captured,
		.wire = wire,
		.link_type = interface->link_type,
		.interface = (uint16_t)ng->section_first,
	};
	capture_burst_add(burst);
}

static inline bool ng_take(
	struct capture_file *file, const struct ng_block *block, struct capture_burst *burst)
{
	switch (block->type) {
	case NG_ENHANCED_PACKET:
	case NG_PACKET:
		return ng_packet(file, block, burst);
	case NG_SIMPLE_PACKET:
		ng_simple_packet(file, block, burst);
		return true;
	case NG_INTERFACE:
		return ng_interface(file, block);
	default:
		return true;
	}
}

static bool ng_walk(struct capture_file *file, struct capture_burst *burst)
{
	struct ng_block block = {0};

	for (;;) {
		switch (file->ng.skip_octets > 0 ? ng_skip(file) : ng_next(file, &block)) {
		case NG_STEP_BLOCK:
			if (!ng_take(file, &block, burst)) {
				return false;
			}
			file->buffer.at += block.octets + NG_FRAME_OCTETS;
			break;
		case NG_STEP_SKIPPED:
			break;
		case NG_STEP_WANT:
			return true;
		case NG_STEP_CORRUPT:
			return false;
		}
	}
}

void capture_ng_open(struct capture_file *file)
{
	file->want_least = NG_FRAME_OCTETS;
	file->walk = ng_walk;
}

void capture_ng_close(struct capture_file *file)
{
	g_free(file->ng.interfaces);
}
