#include "probe/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* What people hand over by mistake most, and what to do about it. */
static const struct capture_packed {
	const char *name;
	const char *command;
	uint8_t magic[4];
	uint8_t magic_octets;
} capture_packed[] = {
	{"gzip", "gzip -dc", {0x1f, 0x8b}, 2},
	{"bzip2", "bzip2 -dc", {'B', 'Z', 'h'}, 3},
	{"xz", "xz -dc", {0xfd, '7', 'z', 'X'}, 4},
	{"zstd", "zstd -dc", {0x28, 0xb5, 0x2f, 0xfd}, 4},
};

bool capture_file_fault(struct capture_file *file, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)g_vsnprintf(file->source.fault, sizeof(file->source.fault), format, arguments);
	va_end(arguments);
	file->corrupt = true;
	return false;
}

static enum source_result capture_file_cut(struct capture_file *file)
{
	uint64_t left = file->buffer.position - file->record_offset;

	if (left == 0) {
		return SOURCE_END;
	}
	if (left < file->want_least) {
		capture_file_fault(file,
			"record header at offset %" G_GUINT64_FORMAT
			": the file ends after %" G_GUINT64_FORMAT " of its %zu octets",
			file->record_offset, left, file->want_least);
	} else {
		capture_file_fault(file,
			"record of %zu octets at offset %" G_GUINT64_FORMAT
			": the file ends after %" G_GUINT64_FORMAT " of them",
			file->want, file->record_offset, left);
	}
	return SOURCE_FAULT;
}

static enum source_result capture_file_dispatch(
	struct source *source, packet_sink sink, void *context)
{
	struct capture_file *file = (struct capture_file *)source;
	struct capture_burst burst;
	bool good;

	if (file->corrupt) {
		return SOURCE_FAULT;
	}
	burst.sink = sink;
	burst.context = context;
	burst.packets_given = 0;
	burst.octets_given = 0;
	burst.count = 0;
	good = file->walk(file, &burst);
	capture_burst_flush(&burst);
	file->counters.packets += burst.packets_given;
	file->counters.octets += burst.octets_given;
	if (!good) {
		return SOURCE_FAULT;
	}
	if (source->polled && capture_buffer_idle(&file->buffer)) {
		return SOURCE_IDLE;
	}
	switch (capture_buffer_fill(&file->buffer, file->want)) {
	case CAPTURE_FILL_END:
		return capture_file_cut(file);
	case CAPTURE_FILL_FAILED:
		capture_file_fault(file, "reading at offset %" G_GUINT64_FORMAT ": %s",
			file->buffer.position, g_strerror(file->buffer.read_errno));
		return SOURCE_FAULT;
	case CAPTURE_FILL_INTERRUPTED:
	case CAPTURE_FILL_MORE:
		break;
	}
	return SOURCE_MORE;
}

static int capture_file_fd(const struct source *source)
{
	const struct capture_file *file = (const struct capture_file *)source;

	return source->polled ? file->buffer.fd : -1;
}

static void capture_file_counters(struct source *source, struct source_counters *ret_counters)
{
	struct capture_file *file = (struct capture_file *)source;

	*ret_counters = file->counters;
	ret_counters->position = file->buffer.position;
}

static void capture_file_free(struct source *source)
{
	struct capture_file *file = (struct capture_file *)source;

	capture_ng_close(file);
	capture_buffer_close(&file->buffer);
	g_free(file);
}

static const struct source_ops capture_file_ops = {
	.dispatch = capture_file_dispatch,
	.fd = capture_file_fd,
	.counters = capture_file_counters,
	.free = capture_file_free,
	.live = false,
};

/* Have @octets in the buffer. False without an error: the file has fewer. */
static bool capture_file_need(struct capture_file *file, size_t octets, GError **error)
{
	while (capture_buffer_left(&file->buffer) < octets) {
		switch (capture_buffer_fill(&file->buffer, octets)) {
		case CAPTURE_FILL_MORE:
			break;
		case CAPTURE_FILL_END:
			return false;
		case CAPTURE_FILL_INTERRUPTED:
		case CAPTURE_FILL_FAILED:
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", file->source.name,
				g_strerror(file->buffer.read_errno));
			return false;
		}
	}
	return true;
}

static void capture_file_refuse(const struct capture_file *file, GError **error)
{
	const uint8_t *octets = file->buffer.octets + file->buffer.at;
	size_t left = capture_buffer_left(&file->buffer);

	for (size_t i = 0; i < G_N_ELEMENTS(capture_packed); i++) {
		const struct capture_packed *packed = &capture_packed[i];

		if (left >= packed->magic_octets &&
			memcmp(octets, packed->magic, packed->magic_octets) == 0) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
				"%s: compressed with %s; unpack it first, as in: %s FILE",
				file->source.name, packed->name, packed->command);
			return;
		}
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT, "%s: %s", file->source.name,
		left == 0 ? "empty, so neither a pcap nor a pcapng file"
			  : "neither a pcap nor a pcapng file");
}

/* Tell the format by the first octets and prepare to read it. */
static bool capture_file_sniff(struct capture_file *file, GError **error)
{
	const uint8_t *octets;
	GError *reason = NULL;

	if (!capture_file_need(file, 4, &reason)) {
		if (reason != NULL) {
			g_propagate_error(error, reason);
		} else {
			capture_file_refuse(file, error);
		}
		return false;
	}
	octets = file->buffer.octets + file->buffer.at;
	if (capture_ng_is(octets)) {
		capture_ng_open(file);
		return true;
	}
	if (!capture_classic_is(octets)) {
		capture_file_refuse(file, error);
		return false;
	}
	if (!capture_file_need(file, CAPTURE_CLASSIC_HEADER_OCTETS, &reason)) {
		if (reason != NULL) {
			g_propagate_error(error, reason);
		} else {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
				"%s: the file ends within its header", file->source.name);
		}
		return false;
	}
	capture_classic_open(file);
	return true;
}

struct source *capture_file_new(int fd, const char *name, size_t size, GError **error)
{
	struct capture_file *file = g_new0(struct capture_file, 1);
	struct stat info;

	file->source.ops = &capture_file_ops;
	file->source.name = g_strdup(name);
	capture_buffer_open(&file->buffer, fd, size);
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
		file->counters.size = (uint64_t)info.st_size;
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	if (!capture_file_sniff(file, error)) {
		source_free(&file->source);
		return NULL;
	}
	return &file->source;
}

struct source *source_file_new(const char *path, GError **error)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (standard_input) {
		path = "standard input";
	}
	if (fd < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	return capture_file_new(fd, path, CAPTURE_BUFFER_OCTETS, error);
}
