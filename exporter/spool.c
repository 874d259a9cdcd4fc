#include "exporter/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "exporter/spool_private.h"

enum {
	FILES = 16,        /* that the room is divided into */
	STAMP_OCTETS = 12, /* of a message header: version to sequence number */
	LAYOUT_NONE = 1,   /* no templates at all */
};

static void spool_file_forget(void *file)
{
	spool_file_free(file);
}

struct spool *spool_open(const struct spool_config *config, GError **error)
{
	struct spool *spool = g_new0(struct spool, 1);

	spool->config = *config;
	spool->name = g_strdup(config->directory);
	spool->config.directory = spool->name;
	spool->directory = -1;
	spool->lock = -1;
	spool->position_file = -1;
	spool->layout = LAYOUT_NONE;
	spool->files = g_ptr_array_new_with_free_func(spool_file_forget);
	spool->given = g_array_new(FALSE, FALSE, sizeof(struct spool_place));
	if (!spool_recover(spool, error)) {
		spool_free(spool);
		return NULL;
	}
	return spool;
}

static void close_if_open(int fd)
{
	if (fd >= 0) {
		(void)close(fd);
	}
}

void spool_free(struct spool *spool)
{
	if (spool == NULL) {
		return;
	}
	if (spool->writable && spool->config.sync != SPOOL_SYNC_NEVER) {
		(void)spool_file_sync(spool_file_at(spool, spool->files->len - 1));
	}
	g_ptr_array_unref(spool->files);
	g_array_unref(spool->given);
	close_if_open(spool->position_file);
	close_if_open(spool->directory);
	close_if_open(spool->lock);
	queue_clear(&spool->templates);
	g_free(spool->name);
	g_free(spool);
}

/* No more goes to the last file. */
static void spool_complete(struct spool *spool)
{
	struct spool_file *file;

	if (!spool->writable) {
		return;
	}
	file = spool_file_at(spool, spool->files->len - 1);
	if (spool->config.sync != SPOOL_SYNC_NEVER && !spool_file_sync(file)) {
		log_warning(spool->name, "cannot force a file to the disk: %s", g_strerror(errno));
	}
	spool_file_close(file);
	spool->writable = false;
}

void spool_templates(struct spool *spool, const struct queue *templates)
{
	uint64_t layout = LAYOUT_NONE;

	spool_complete(spool);
	queue_clear(&spool->templates);
	for (const struct message *m = templates->head; m != NULL; m = m->next) {
		queue_push(&spool->templates, &m->info, m->octets);
		layout = layout * 31 +
			 spool_check(m->octets + STAMP_OCTETS, m->info.size - STAMP_OCTETS);
	}
	spool->layout = layout == 0 ? LAYOUT_NONE : layout;
}

static uint64_t spool_octets(const struct spool *spool)
{
	uint64_t octets = 0;

	for (guint i = 0; i < spool->files->len; i++) {
		octets += spool_file_size(spool_file_at(spool, i));
	}
	return octets;
}

/* Tell of the messages of a file from entry @first on that they are lost. */
static void spool_lose(struct spool *spool, struct spool_file *file, uint32_t first)
{
	struct spool_entry entry;

	for (uint32_t i = first; i < file->count; i++) {
		spool->dropped++;
		if (spool_file_entry(spool->directory, file, i, &entry)) {
			spool->config.lost(spool->config.context, &entry.info);
		} else {
			spool->damaged++;
		}
	}
}

/* Delete file @i, which lies behind all that is given, or is the first with nothing given. */
static void spool_remove(struct spool *spool, guint i)
{
	struct spool_file *file = spool_file_at(spool, i);

	if (i == spool->files->len - 1) {
		spool->writable = false;
	}
	g_ptr_array_set_free_func(spool->files, NULL);
	g_ptr_array_remove_index(spool->files, i);
	g_ptr_array_set_free_func(spool->files, spool_file_forget);
	spool_file_remove(spool->directory, file);
}

/* The oldest file of which nothing is being delivered gives way. False: there is none. */
static bool spool_drop(struct spool *spool)
{
	bool gave = spool->given->len > 0;
	guint i = gave ? spool->next_file + 1 : 0;

	if (i >= spool->files->len) {
		return false;
	}
	if (!spool->dropping) {
		log_warning(spool->name, "no more room: the oldest messages are dropped");
		spool->dropping = true;
	}
	spool_lose(spool, spool_file_at(spool, i), gave ? 0 : spool->done_entry);
	if (!gave) {
		spool->position.file = spool_file_at(spool, 0)->header.number;
		spool->position.entry = UINT32_MAX;
		spool_position_save(spool);
		spool->done_entry = 0;
		spool->next_entry = 0;
	}
	spool_remove(spool, i);
	return true;
}

/* Make sure that the last file can take @octets. False with errno. */
static bool spool_room(struct spool *spool, uint64_t octets, int64_t now_us)
{
	struct spool_header header = {
		.number = spool->next_number, .layout = spool->layout, .created_us = now_us};
	uint64_t file_octets = spool->config.octets_max / FILES;
	struct spool_file *file = NULL;

	while (spool->files->len > 0 && spool_octets(spool) + octets > spool->config.octets_max) {
		if (!spool_drop(spool)) {
			errno = EDQUOT;
			return false;
		}
	}
	if (spool->writable &&
		spool_file_size(spool_file_at(spool, spool->files->len - 1)) + octets >
			file_octets) {
		spool_complete(spool);
	}
	if (spool->writable) {
		return true;
	}
	file = spool_file_new(spool->directory, &header, &spool->templates,
		spool->config.sync == SPOOL_SYNC_MESSAGE);
	if (file == NULL) {
		return false;
	}
	spool->next_number++;
	g_ptr_array_add(spool->files, file);
	spool->writable = true;
	return true;
}

static bool spool_write(
	struct spool *spool, struct message *message, struct export_mark mark, int64_t now_us)
{
	struct spool_entry entry = {.info = message->info, .mark = mark, .spooled_us = now_us};
	struct spool_file *file;

	if (!spool_room(spool, message->info.size + (uint64_t)SPOOL_ENTRY_OCTETS, now_us)) {
		return false;
	}
	file = spool_file_at(spool, spool->files->len - 1);
	if (!spool_file_append(file, &entry, message->octets, now_us / G_USEC_PER_SEC)) {
		return false;
	}
	return spool->config.sync != SPOOL_SYNC_MESSAGE || spool_file_sync(file);
}

bool spool_append(struct spool *spool, struct message *message, struct export_mark mark,
	int64_t now_us, GError **error)
{
	bool kept = spool_write(spool, message, mark, now_us);

	/* The disk may be full before the spool is. */
	while (!kept && (errno == ENOSPC || errno == EDQUOT)) {
		if (!spool_drop(spool)) {
			break;
		}
		kept = spool_write(spool, message, mark, now_us);
	}
	if (!kept) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO,
			"spool '%s': cannot keep a message: %s", spool->name, g_strerror(errno));
		return false;
	}
	spool->mark = mark;
	return true;
}

bool spool_waits(const struct spool *spool)
{
	return spool->next_file + 1 < spool->files->len ||
	       (spool->files->len > 0 &&
		       spool->next_entry < spool_file_at(spool, spool->next_file)->count);
}

/* Go to the next entry, over the end of a file; false at the end of all. */
static bool spool_seek(struct spool *spool)
{
	if (spool->files->len == 0) {
		return false;
	}
	while (spool->next_entry >= spool_file_at(spool, spool->next_file)->count) {
		if (spool->next_file + 1 >= spool->files->len) {
			return false;
		}
		/* What is complete gives its descriptors back. */
		spool_file_close(spool_file_at(spool, spool->next_file));
		spool->next_file++;
		spool->next_entry = 0;
	}
	return true;
}

/* The first file has been delivered whole. */
static void spool_remove_first(struct spool *spool)
{
	spool_remove(spool, 0);
	spool->done_entry = 0;
	if (spool->next_file > 0) {
		spool->next_file--;
	} else {
		spool->next_entry = 0;
	}
}

/* All up to @place is done with. */
static void spool_pass(struct spool *spool, const struct spool_place *place)
{
	spool->position.file = place->file;
	spool->position.entry = place->entry + 1;
	spool->position.mark = place->mark;
	if (place->damaged) {
		spool->damaged++;
		spool->config.lost(spool->config.context, &place->info);
	}
	while (spool->files->len > 0 &&
		spool_file_at(spool, 0)->header.number < spool->position.file) {
		spool_remove_first(spool);
	}
	spool->done_entry = spool->position.entry;
	if (spool->files->len > 0 && spool->done_entry >= spool_file_at(spool, 0)->count) {
		spool_remove_first(spool);
	}
	spool->dropping = spool->dropping && spool->files->len > 0;
}

/* Pass @count good messages, and damaged ones that lie before, between and behind them. */
static void spool_pass_given(struct spool *spool, unsigned count)
{
	guint passed = 0;

	while (passed < spool->given->len) {
		const struct spool_place *place =
			&g_array_index(spool->given, struct spool_place, passed);

		if (!place->damaged && count-- == 0) {
			break;
		}
		spool_pass(spool, place);
		passed++;
	}
	if (passed > 0) {
		g_array_remove_range(spool->given, 0, passed);
		spool_position_save(spool);
	}
}

struct message *spool_next(struct spool *spool)
{
	struct message *message = NULL;

	while (message == NULL && spool_seek(spool)) {
		struct spool_file *file = spool_file_at(spool, spool->next_file);
		struct spool_place place = {
			.file = file->header.number, .entry = spool->next_entry};
		struct spool_entry entry;

		if (spool_file_entry(spool->directory, file, spool->next_entry, &entry)) {
			place.info = entry.info;
			place.mark = entry.mark;
			message = spool_file_message(spool->directory, file, &entry);
		}
		place.damaged = message == NULL;
		if (place.damaged) {
			log_warning(spool->name, "message %u of file %016" PRIx64 " is lost: %s",
				place.entry, place.file,
				errno == EBADMSG ? "damaged" : g_strerror(errno));
		}
		spool->next_entry++;
		g_array_append_val(spool->given, place);
		spool_pass_given(spool, 0);
	}
	return message;
}

void spool_delivered(struct spool *spool, unsigned count)
{
	spool_pass_given(spool, count);
}

void spool_rewind(struct spool *spool)
{
	g_array_set_size(spool->given, 0);
	spool->next_file = 0;
	spool->next_entry = spool->done_entry;
}

uint64_t spool_layout(const struct spool *spool)
{
	guint i = spool->next_file;

	if (!spool_waits(spool)) {
		return 0;
	}
	if (spool->next_entry >= spool_file_at(spool, i)->count) {
		i++;
	}
	return spool_file_at(spool, i)->header.layout;
}

uint64_t spool_layout_current(const struct spool *spool)
{
	return spool->layout;
}

bool spool_layout_templates(struct spool *spool, struct queue *ret, GError **error)
{
	if (spool_seek(spool) && spool_file_templates(spool->directory,
					 spool_file_at(spool, spool->next_file), ret)) {
		return true;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
		"spool '%s': the templates of a file cannot be read: %s", spool->name,
		g_strerror(errno));
	return false;
}

struct export_mark spool_mark(const struct spool *spool)
{
	return spool->mark;
}

void spool_counters(struct spool *spool, struct spool_counters *ret_counters)
{
	struct spool_entry oldest;

	*ret_counters = (struct spool_counters){
		.octets = spool_octets(spool),
		.dropped = spool->dropped,
		.damaged = spool->damaged,
	};
	for (guint i = 0; i < spool->files->len; i++) {
		ret_counters->messages += spool_file_at(spool, i)->count;
	}
	ret_counters->messages -= spool->done_entry;
	if (ret_counters->messages > 0 &&
		spool_file_entry(
			spool->directory, spool_file_at(spool, 0), spool->done_entry, &oldest)) {
		ret_counters->oldest_us = oldest.spooled_us;
	}
}
