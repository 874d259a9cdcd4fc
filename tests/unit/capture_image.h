#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/source.h"

/* Capture files made octet by octet, and what a reader makes of them. */

struct image {
	GByteArray *octets;
	bool big_endian;
};

struct image image_new(bool big_endian);
void image_free(struct image *image);
void image_u16(struct image *image, uint16_t v);
void image_u32(struct image *image, uint32_t v);
void image_u64(struct image *image, uint64_t v);
void image_octets(struct image *image, const void *octets, size_t n);
/* @n octets of a pattern that begins with @first, so that each packet can be told. */
void image_pattern(struct image *image, uint8_t first, size_t n);

/* pcap */
void image_pcap_header(struct image *image, uint32_t magic, uint32_t link_type);
void image_pcap_record(struct image *image, uint32_t seconds, uint32_t fraction, uint32_t captured);

/* pcapng: a block is begun, filled and ended; options may follow the body. */
size_t image_block_begin(struct image *image, uint32_t type);
void image_block_end(struct image *image, size_t begin);
void image_section(struct image *image);
void image_option(struct image *image, uint16_t code, const void *value, uint16_t n);
void image_interface(struct image *image, uint16_t link_type, uint32_t snap);
void image_enhanced(struct image *image, uint32_t interface, uint64_t units, uint32_t captured);

#define SEEN_MAX 4096

struct seen_packet {
	struct packet packet;
	uint8_t first; /* octet of its data */
	bool pattern;  /* whether all its data is what image_pattern() made */
};

struct seen {
	struct source *source;
	enum source_result result;
	unsigned count; /* may be more than SEEN_MAX */
	struct seen_packet packets[SEEN_MAX];
	struct source_counters counters;
};

/* Read @image to its end through a buffer of at first @size octets. It must open. */
struct seen *image_read(const struct image *image, size_t size);
struct seen *image_read_cut(const struct image *image, size_t size, size_t octets);
void seen_free(struct seen *seen);

/* What opening gives; an image that fails to open gives NULL and @error. */
struct source *image_open(const struct image *image, size_t size, size_t octets, GError **error);
