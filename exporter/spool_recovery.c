#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "exporter/spool_private.h"

enum {
	NUMBER_DIGITS = 16,
	POSITIONS = 2, /* written in turn, so that one is always whole */
};

static bool spool_fault(const struct spool *spool, const char *what, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "spool '%s': cannot %s: %s", spool->name,
		what, g_strerror(errno));
	return false;
}

static bool spool_open_directory(struct spool *spool, GError **error)
{
	if (mkdir(spool->name, 0700) != 0 && errno != EEXIST) {
		return spool_fault(spool, "make the directory", error);
	}
	spool->directory = open(spool->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->directory < 0) {
		return spool_fault(spool, "open the directory", error);
	}
	spool->lock =
		openat(spool->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->lock < 0) {
		return spool_fault(spool, "make the lock", error);
	}
	if (flock(spool->lock, LOCK_EX | LOCK_NB) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"spool '%s': another destination or process uses it", spool->name);
		return false;
	}
	spool->position_file = openat(
		spool->directory, "position", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return spool->position_file >= 0 || spool_fault(spool, "open 'position'", error);
}

static void spool_position_load(struct spool *spool)
{
	uint8_t octets[POSITIONS * SPOOL_POSITION_OCTETS] = {0};
	ssize_t got = pread(spool->position_file, octets, sizeof(octets), 0);
	bool any = false;

	for (int i = 0; i < POSITIONS; i++) {
		struct spool_position position;

		if (spool_position_read(octets + (size_t)i * SPOOL_POSITION_OCTETS, &position) &&
			position.serial >= spool->position.serial) {
			spool->position = position;
			any = true;
		}
	}
	if (!any && got != 0) {
		log_warning(spool->name,
			"what has been delivered is not known any more: all is sent again");
	}
	spool->mark = spool->position.mark;
}

void spool_position_save(struct spool *spool)
{
	struct spool_position *position = &spool->position;
	uint8_t octets[SPOOL_POSITION_OCTETS];
	off_t offset;

	position->serial++;
	offset = (off_t)(position->serial % POSITIONS) * SPOOL_POSITION_OCTETS;
	spool_position_write(octets, position);
	/* Without it only the order of what is sent after a crash is at stake: some of it twice. */
	if (pwrite(spool->position_file, octets, sizeof(octets), offset) != sizeof(octets)) {
		log_debug(spool->name, "cannot write 'position': %s", g_strerror(errno));
	} else if (spool->config.sync == SPOOL_SYNC_MESSAGE) {
		(void)fdatasync(spool->position_file);
	}
}

/* The number in the name of an index; false if it is not one. */
static bool number_of(const char *name, uint64_t *ret_number)
{
	*ret_number = 0;
	for (int i = 0; i < NUMBER_DIGITS; i++) {
		int digit = g_ascii_xdigit_value(name[i]);

		if (digit < 0) {
			return false;
		}
		*ret_number = *ret_number << 4 | (uint64_t)digit;
	}
	return strcmp(name + NUMBER_DIGITS, ".index") == 0;
}

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static GArray *spool_numbers(struct spool *spool, GError **error)
{
	GDir *dir = g_dir_open(spool->name, 0, error);
	GArray *numbers;
	const char *name;

	if (dir == NULL) {
		return NULL;
	}
	numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	while ((name = g_dir_read_name(dir)) != NULL) {
		uint64_t number;

		if (number_of(name, &number)) {
			g_array_append_val(numbers, number);
		}
	}
	g_dir_close(dir);
	g_array_sort(numbers, compare_numbers);
	return numbers;
}

/* Take the file @number over, unless it has been delivered or is beyond repair. */
static void spool_take(struct spool *spool, uint64_t number)
{
	uint32_t cut = 0;
	struct spool_file *file = spool_file_load(spool->directory, number, &cut);

	spool->next_number = MAX(spool->next_number, number + 1);
	if (file == NULL) {
		log_warning(spool->name, "file %016" PRIx64 " is set aside: %s", number,
			errno == EBADMSG ? "damaged" : g_strerror(errno));
		spool->damaged++;
		spool_file_set_aside(spool->directory, number);
		return;
	}
	if (cut > 0) {
		log_warning(spool->name, "file %016" PRIx64 ": the last %u messages are not whole",
			number, cut);
		spool->damaged += cut;
	}
	if (number < spool->position.file ||
		(number == spool->position.file && spool->position.entry >= file->count) ||
		file->count == 0) {
		spool_file_remove(spool->directory, file);
		return;
	}
	if (number == spool->position.file) {
		spool->done_entry = spool->position.entry;
	}
	g_ptr_array_add(spool->files, file);
}

static void spool_mark_load(struct spool *spool)
{
	struct spool_entry entry;
	struct spool_file *last;

	if (spool->files->len == 0) {
		return;
	}
	last = spool_file_at(spool, spool->files->len - 1);
	if (spool_file_entry(spool->directory, last, last->count - 1, &entry)) {
		spool->mark = entry.mark;
	}
	spool_file_close(last);
}

bool spool_recover(struct spool *spool, GError **error)
{
	GArray *numbers;

	if (!spool_open_directory(spool, error)) {
		return false;
	}
	spool_position_load(spool);
	spool->next_number = spool->position.file + 1;
	numbers = spool_numbers(spool, error);
	if (numbers == NULL) {
		return false;
	}
	for (guint i = 0; i < numbers->len; i++) {
		spool_take(spool, g_array_index(numbers, uint64_t, i));
	}
	g_array_unref(numbers);
	spool_mark_load(spool);
	spool->next_entry = spool->done_entry;
	return true;
}
