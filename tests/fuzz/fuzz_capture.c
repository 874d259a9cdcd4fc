#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one reading came to. */
struct reading {
	struct source *source;
	enum source_result result;
	uint64_t packets;
	uint64_t sum;
	char fault[sizeof(((struct source *)0)->fault)];
};

static void reading_add(struct reading *reading, const void *octets, size_t n)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i < n; i++) {
		reading->sum = reading->sum * 31 + at[i];
	}
}

static void check_packet(struct reading *reading, const struct packet *packet)
{
	const struct capture_file *file = (const struct capture_file *)reading->source;
	const struct capture_buffer *buffer = &file->buffer;

	if (packet->data < buffer->octets || packet->data > buffer->octets + buffer->end ||
		packet->captured > (size_t)(buffer->octets + buffer->end - packet->data) ||
		packet->interface >= reading->source->interface_count ||
		packet->link_type != reading->source->interfaces[packet->interface].link_type) {
		abort();
	}
	reading_add(reading, packet->data, packet->captured);
	reading_add(reading, &packet->wire, sizeof(packet->wire));
	reading_add(reading, &packet->time_ns, sizeof(packet->time_ns));
	reading_add(reading, &packet->interface, sizeof(packet->interface));
	reading->packets++;
}

static void sink(void *context, const struct packet *packets, unsigned count)
{
	if (count == 0 || count > PACKET_BURST) {
		abort();
	}
	for (unsigned i = 0; i < count; i++) {
		check_packet(context, &packets[i]);
	}
}

static bool read_image(int image, size_t buffer_octets, struct reading *ret_reading)
{
	struct source_counters counters;
	int fd = dup(image);

	*ret_reading = (struct reading){0};
	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
		abort();
	}
	ret_reading->source = capture_file_new(fd, "image", buffer_octets, NULL);
	if (ret_reading->source == NULL) {
		return false;
	}
	do {
		ret_reading->result = source_dispatch(ret_reading->source, sink, ret_reading);
	} while (ret_reading->result == SOURCE_MORE);
	ret_reading->source->ops->counters(ret_reading->source, &counters);
	if (counters.packets != ret_reading->packets ||
		(ret_reading->result == SOURCE_FAULT) != (ret_reading->source->fault[0] != '\0')) {
		abort();
	}
	memcpy(ret_reading->fault, ret_reading->source->fault, sizeof(ret_reading->fault));
	source_free(ret_reading->source);
	ret_reading->source = NULL;
	return true;
}

/* Packets lie within what was read, and how large the buffer is changes nothing that is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int image = memfd_create("image", MFD_CLOEXEC);
	struct reading small;
	struct reading large;
	bool opens;

	if (image < 0 || write(image, data, size) != (ssize_t)size) {
		abort();
	}
	opens = read_image(image, 64, &small);
	if (opens != read_image(image, 8192, &large)) {
		abort();
	}
	if (opens && (small.result != large.result || small.packets != large.packets ||
			     small.sum != large.sum || strcmp(small.fault, large.fault) != 0)) {
		abort();
	}
	(void)close(image);
	return 0;
}
