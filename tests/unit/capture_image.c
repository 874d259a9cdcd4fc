#include "tests/unit/capture_image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/capture.h"

struct image image_new(bool big_endian)
{
	return (struct image){.octets = g_byte_array_new(), .big_endian = big_endian};
}

void image_free(struct image *image)
{
	g_byte_array_unref(image->octets);
}

void image_octets(struct image *image, const void *octets, size_t n)
{
	if (n > 0) {
		g_byte_array_append(image->octets, octets, (guint)n);
	}
}

void image_u16(struct image *image, uint16_t v)
{
	v = image->big_endian ? GUINT16_TO_BE(v) : GUINT16_TO_LE(v);
	image_octets(image, &v, sizeof(v));
}

void image_u32(struct image *image, uint32_t v)
{
	v = image->big_endian ? GUINT32_TO_BE(v) : GUINT32_TO_LE(v);
	image_octets(image, &v, sizeof(v));
}

void image_u64(struct image *image, uint64_t v)
{
	v = image->big_endian ? GUINT64_TO_BE(v) : GUINT64_TO_LE(v);
	image_octets(image, &v, sizeof(v));
}

void image_pattern(struct image *image, uint8_t first, size_t n)
{
	size_t at = image->octets->len;

	g_byte_array_set_size(image->octets, (guint)(at + n));
	for (size_t i = 0; i < n; i++) {
		image->octets->data[at + i] = (uint8_t)(first + i * 7);
	}
}

void image_pcap_header(struct image *image, uint32_t magic, uint32_t link_type)
{
	image_u32(image, magic);
	image_u16(image, 2);
	image_u16(image, 4);
	image_u32(image, 0);
	image_u32(image, 0);
	image_u32(image, 65535);
	image_u32(image, link_type);
}

void image_pcap_record(struct image *image, uint32_t seconds, uint32_t fraction, uint32_t captured)
{
	image_u32(image, seconds);
	image_u32(image, fraction);
	image_u32(image, captured);
	image_u32(image, captured + 4);
	image_pattern(image, (uint8_t)fraction, captured);
}

size_t image_block_begin(struct image *image, uint32_t type)
{
	size_t begin = image->octets->len;

	image_u32(image, type);
	image_u32(image, 0);
	return begin;
}

void image_block_end(struct image *image, size_t begin)
{
	static const uint8_t zeros[4];
	uint32_t octets;

	image_octets(image, zeros, (4 - image->octets->len % 4) % 4);
	octets = (uint32_t)(image->octets->len + 4 - begin);
	image_u32(image, octets);
	memcpy(image->octets->data + begin + 4, image->octets->data + image->octets->len - 4, 4);
}

void image_section(struct image *image)
{
	size_t begin = image_block_begin(image, 0x0a0d0d0a);

	image_u32(image, 0x1a2b3c4d);
	image_u16(image, 1);
	image_u16(image, 0);
	image_u64(image, UINT64_MAX);
	image_block_end(image, begin);
}

void image_option(struct image *image, uint16_t code, const void *value, uint16_t n)
{
	static const uint8_t zeros[4];

	image_u16(image, code);
	image_u16(image, n);
	image_octets(image, value, n);
	image_octets(image, zeros, (4 - n % 4) % 4);
}

void image_interface(struct image *image, uint16_t link_type, uint32_t snap)
{
	size_t begin = image_block_begin(image, 1);

	image_u16(image, link_type);
	image_u16(image, 0);
	image_u32(image, snap);
	image_block_end(image, begin);
}

void image_enhanced(struct image *image, uint32_t interface, uint64_t units, uint32_t captured)
{
	size_t begin = image_block_begin(image, 6);

	image_u32(image, interface);
	image_u32(image, (uint32_t)(units >> 32));
	image_u32(image, (uint32_t)units);
	image_u32(image, captured);
	image_u32(image, captured + 4);
	image_pattern(image, (uint8_t)units, captured);
	image_block_end(image, begin);
}

static void seen_sink(void *context, const struct packet *packets, unsigned count)
{
	struct seen *seen = context;

	if (count == 0 || count > PACKET_BURST) {
		abort();
	}
	for (unsigned i = 0; i < count; i++, seen->count++) {
		struct seen_packet *keep = &seen->packets[seen->count % SEEN_MAX];

		keep->packet = packets[i];
		keep->first = packets[i].captured > 0 ? packets[i].data[0] : 0;
		keep->pattern = true;
		for (uint32_t o = 0; o < packets[i].captured; o++) {
			if (packets[i].data[o] != (uint8_t)(keep->first + o * 7)) {
				keep->pattern = false;
			}
		}
		keep->packet.data = NULL; /* not ours any more */
	}
}

struct source *image_open(const struct image *image, size_t size, size_t octets, GError **error)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	size_t done = 0;

	if (fd < 0) {
		abort();
	}
	while (done < octets) {
		ssize_t n = write(fd, image->octets->data + done, octets - done);

		if (n <= 0) {
			abort();
		}
		done += (size_t)n;
	}
	if (lseek(fd, 0, SEEK_SET) != 0) {
		abort();
	}
	return capture_file_new(fd, "image", size, error);
}

struct seen *image_read_cut(const struct image *image, size_t size, size_t octets)
{
	struct seen *seen = g_new0(struct seen, 1);

	seen->source = image_open(image, size, octets, NULL);
	if (seen->source == NULL) {
		abort();
	}
	do {
		seen->result = source_dispatch(seen->source, seen_sink, seen);
	} while (seen->result == SOURCE_MORE);
	seen->source->ops->counters(seen->source, &seen->counters);
	return seen;
}

struct seen *image_read(const struct image *image, size_t size)
{
	return image_read_cut(image, size, image->octets->len);
}

void seen_free(struct seen *seen)
{
	source_free(seen->source);
	g_free(seen);
}
