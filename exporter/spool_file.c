#include "exporter/spool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"
#include "exporter/encoder.h"

enum {
	NAME_OCTETS = 32,
	IPFIX_HEADER_OCTETS = 16,
	IPFIX_VERSION = 10,
	SEQUENCE_OFFSET = 8,
};

struct name {
	char text[NAME_OCTETS];
};

static struct name name_of(uint64_t number, const char *suffix)
{
	struct name name;

	(void)snprintf(name.text, sizeof(name.text), "%016" PRIx64 ".%s", number, suffix);
	return name;
}

static int open_at(int directory, uint64_t number, const char *suffix, int flags)
{
	struct name name = name_of(number, suffix);

	return openat(directory, name.text, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void unlink_at(int directory, uint64_t number, const char *suffix)
{
	struct name name = name_of(number, suffix);

	(void)unlinkat(directory, name.text, 0);
}

static bool write_all(int fd, const uint8_t *octets, size_t n, uint64_t offset)
{
	while (n > 0) {
		ssize_t written = pwrite(fd, octets, n, (off_t)offset);

		if (written > 0) {
			octets += written;
			n -= (size_t)written;
			offset += (uint64_t)written;
		} else if (written == 0) {
			errno = ENOSPC;
			return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static bool read_all(int fd, uint8_t *octets, size_t n, uint64_t offset)
{
	while (n > 0) {
		ssize_t got = pread(fd, octets, n, (off_t)offset);

		if (got > 0) {
			octets += got;
			n -= (size_t)got;
			offset += (uint64_t)got;
		} else if (got == 0) {
			errno = EBADMSG;
			return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static uint64_t entry_offset(uint32_t i)
{
	return SPOOL_HEADER_OCTETS + (uint64_t)i * SPOOL_ENTRY_OCTETS;
}

uint64_t spool_file_size(const struct spool_file *file)
{
	return file->octets + entry_offset(file->count);
}

void spool_file_close(struct spool_file *file)
{
	if (file->data >= 0) {
		(void)close(file->data);
	}
	if (file->index >= 0) {
		(void)close(file->index);
	}
	file->data = -1;
	file->index = -1;
}

void spool_file_free(struct spool_file *file)
{
	if (file != NULL) {
		spool_file_close(file);
		g_free(file);
	}
}

void spool_file_remove(int directory, struct spool_file *file)
{
	/* Without its index a file holds nothing that counts. */
	unlink_at(directory, file->header.number, "index");
	unlink_at(directory, file->header.number, "ipfix");
	spool_file_free(file);
}

void spool_file_set_aside(int directory, uint64_t number)
{
	static const char *const suffixes[][2] = {{"index", "index.bad"}, {"ipfix", "ipfix.bad"}};

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		struct name from = name_of(number, suffixes[i][0]);
		struct name to = name_of(number, suffixes[i][1]);

		(void)renameat(directory, from.text, directory, to.text);
	}
}

/* The templates, then the header of the index, which makes it a file of the spool. */
static bool spool_file_begin(struct spool_file *file, const struct queue *templates)
{
	uint8_t header[SPOOL_HEADER_OCTETS];

	for (struct message *m = templates->head; m != NULL; m = m->next) {
		encoder_stamp(m->octets, (uint64_t)(file->header.created_us / G_USEC_PER_SEC),
			file->sequence);
		if (!write_all(file->data, m->octets, m->info.size, file->octets)) {
			return false;
		}
		file->octets += m->info.size;
		file->sequence += m->info.data_records;
	}
	file->header.template_octets = (uint32_t)file->octets;
	file->header.template_records = file->sequence;
	spool_header_write(header, &file->header);
	return write_all(file->index, header, sizeof(header), 0);
}

struct spool_file *spool_file_new(
	int directory, struct spool_header *header, struct queue *templates, bool sync)
{
	struct spool_file *file = g_new0(struct spool_file, 1);
	int code;

	file->header = *header;
	file->index = -1;
	file->data = open_at(directory, header->number, "ipfix", O_RDWR | O_CREAT | O_EXCL);
	if (file->data >= 0) {
		file->index =
			open_at(directory, header->number, "index", O_RDWR | O_CREAT | O_EXCL);
	}
	if (file->index >= 0 && spool_file_begin(file, templates) &&
		(!sync || (spool_file_sync(file) && fsync(directory) == 0))) {
		*header = file->header;
		return file;
	}
	code = errno;
	spool_file_remove(directory, file);
	errno = code;
	return NULL;
}

/* Cut what is not whole off the end. */
static bool spool_file_trim(struct spool_file *file, off_t data_octets, uint32_t *ret_cut)
{
	struct spool_entry entry;
	uint8_t octets[SPOOL_ENTRY_OCTETS];

	*ret_cut = 0;
	file->octets = file->header.template_octets;
	while (file->count > 0) {
		if (!read_all(file->index, octets, sizeof(octets), entry_offset(file->count - 1))) {
			return false;
		}
		if (spool_entry_read(octets, &entry) &&
			entry.offset <= UINT64_MAX - entry.info.size &&
			entry.offset + entry.info.size <= (uint64_t)data_octets) {
			file->octets = entry.offset + entry.info.size;
			break;
		}
		file->count--;
		(*ret_cut)++;
	}
	return ftruncate(file->index, (off_t)entry_offset(file->count)) == 0 &&
	       ftruncate(file->data, (off_t)file->octets) == 0;
}

static bool spool_file_examine(struct spool_file *file, uint64_t number, uint32_t *ret_cut)
{
	uint8_t header[SPOOL_HEADER_OCTETS];
	struct stat index;
	struct stat data;

	if (fstat(file->index, &index) != 0 || fstat(file->data, &data) != 0 ||
		!read_all(file->index, header, sizeof(header), 0)) {
		return false;
	}
	if (!spool_header_read(header, &file->header) || file->header.number != number ||
		file->header.template_octets > (uint64_t)data.st_size) {
		errno = EBADMSG;
		return false;
	}
	file->count = (uint32_t)MIN(
		UINT32_MAX, ((uint64_t)index.st_size - SPOOL_HEADER_OCTETS) / SPOOL_ENTRY_OCTETS);
	return spool_file_trim(file, data.st_size, ret_cut);
}

struct spool_file *spool_file_load(int directory, uint64_t number, uint32_t *ret_cut)
{
	struct spool_file *file = g_new0(struct spool_file, 1);
	int code;

	*ret_cut = 0;
	file->index = open_at(directory, number, "index", O_RDWR);
	file->data = open_at(directory, number, "ipfix", O_RDWR);
	if (file->data < 0 && errno == ENOENT) {
		errno = EBADMSG;
	}
	if (file->index >= 0 && file->data >= 0 && spool_file_examine(file, number, ret_cut)) {
		spool_file_close(file);
		return file;
	}
	code = errno;
	spool_file_free(file);
	errno = code;
	return NULL;
}

bool spool_file_append(
	struct spool_file *file, struct spool_entry *entry, uint8_t *octets, int64_t export_time_s)
{
	uint8_t written[SPOOL_ENTRY_OCTETS];
	int code;

	encoder_stamp(octets, (uint64_t)export_time_s, file->sequence);
	entry->offset = file->octets;
	entry->check = spool_check(octets, entry->info.size);
	spool_entry_write(written, entry);
	if (write_all(file->data, octets, entry->info.size, file->octets) &&
		write_all(file->index, written, sizeof(written), entry_offset(file->count))) {
		file->octets += entry->info.size;
		file->sequence += entry->info.data_records;
		file->count++;
		return true;
	}
	/* Whatever stays behind the end is overwritten by the next, or cut off at the next start. */
	code = errno;
	if (ftruncate(file->index, (off_t)entry_offset(file->count)) != 0 ||
		ftruncate(file->data, (off_t)file->octets) != 0) {
		code = errno;
	}
	errno = code;
	return false;
}

bool spool_file_sync(struct spool_file *file)
{
	return fdatasync(file->data) == 0 && fdatasync(file->index) == 0;
}

static bool spool_file_reopen(int directory, struct spool_file *file)
{
	if (file->index < 0) {
		file->index = open_at(directory, file->header.number, "index", O_RDONLY);
	}
	if (file->data < 0) {
		file->data = open_at(directory, file->header.number, "ipfix", O_RDONLY);
	}
	return file->index >= 0 && file->data >= 0;
}

bool spool_file_entry(
	int directory, struct spool_file *file, uint32_t i, struct spool_entry *ret_entry)
{
	uint8_t octets[SPOOL_ENTRY_OCTETS];

	*ret_entry = (struct spool_entry){0};
	if (!spool_file_reopen(directory, file) ||
		!read_all(file->index, octets, sizeof(octets), entry_offset(i))) {
		return false;
	}
	if (!spool_entry_read(octets, ret_entry) || ret_entry->info.size < IPFIX_HEADER_OCTETS ||
		ret_entry->info.size > UINT16_MAX) {
		errno = EBADMSG;
		return false;
	}
	return true;
}

struct message *spool_file_message(
	int directory, struct spool_file *file, const struct spool_entry *entry)
{
	struct message *message = g_malloc(sizeof(*message) + entry->info.size);
	int code = EBADMSG;

	message->next = NULL;
	message->info = entry->info;
	if (!spool_file_reopen(directory, file) ||
		!read_all(file->data, message->octets, entry->info.size, entry->offset)) {
		code = errno;
	} else if (spool_check(message->octets, entry->info.size) == entry->check) {
		return message;
	}
	g_free(message);
	errno = code;
	return NULL;
}

/* The next whole message of @w; false at the end, or with @w bad. */
static bool next_message(struct wire *w, struct wire *ret_message)
{
	uint16_t version;
	uint16_t size;

	if (wire_left(w) == 0) {
		return false;
	}
	*ret_message = *w;
	version = wire_be16(ret_message);
	size = wire_be16(ret_message);
	if (ret_message->bad || version != IPFIX_VERSION || size < IPFIX_HEADER_OCTETS) {
		w->bad = true;
		return false;
	}
	*ret_message = wire_sub(w, size);
	return !w->bad;
}

/* How many data records a message has follows from the sequence number of the one behind it. */
static bool take_templates(struct wire w, uint32_t records, struct queue *ret)
{
	struct wire one;

	while (next_message(&w, &one)) {
		struct message_info info = {.size = (uint32_t)wire_left(&one), .templates = true};
		uint32_t sequence = load_be32(one.at + SEQUENCE_OFFSET);
		uint32_t next = wire_left(&w) >= IPFIX_HEADER_OCTETS
					? load_be32(w.at + SEQUENCE_OFFSET)
					: records;

		info.data_records = next - sequence;
		queue_push(ret, &info, one.at);
	}
	if (w.bad) {
		errno = EBADMSG;
	}
	return !w.bad;
}

bool spool_file_templates(int directory, struct spool_file *file, struct queue *ret)
{
	uint32_t octets = file->header.template_octets;
	uint8_t *all;
	bool good;

	if (!spool_file_reopen(directory, file)) {
		return false;
	}
	all = g_malloc(octets);
	good = read_all(file->data, all, octets, 0) &&
	       take_templates(wire_of(all, octets), file->header.template_records, ret);
	g_free(all);
	return good;
}
