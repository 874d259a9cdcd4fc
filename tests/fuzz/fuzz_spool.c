#include "exporter/spool.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth) {
		abort();
	}
}

static void nothing(void *context, const struct message_info *info)
{
	(*(unsigned *)context)++;
	must(info->size <= UINT16_MAX);
}

static char *put(const char *directory, const char *name, struct wire octets)
{
	char *path = g_build_filename(directory, name, NULL);

	must(g_file_set_contents_full(path, (const char *)octets.at, (gssize)wire_left(&octets),
		G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	return path;
}

static void read_all(struct spool *spool)
{
	struct spool_counters counters;
	struct queue templates = {0};
	struct message *message;
	unsigned count = 0;

	(void)spool_layout_templates(spool, &templates, NULL);
	queue_clear(&templates);
	while ((message = spool_next(spool)) != NULL) {
		must(message->info.size >= 16);
		g_free(message);
		count++;
	}
	spool_delivered(spool, count);
	must(!spool_waits(spool));
	spool_counters(spool, &counters);
	must(counters.messages == 0 && counters.octets == 0);
}

/* An index and its data, as somebody may have left them: length of the index, index, position, data. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		"0000000000000001.index", "position", "0000000000000001.ipfix"};
	static const char *const others[] = {
		"lock", "0000000000000001.index.bad", "0000000000000001.ipfix.bad"};
	g_autofree char *directory = g_dir_make_tmp("weir-fuzz-XXXXXX", NULL);
	unsigned lost = 0;
	struct spool_config config = {.directory = directory,
		.octets_max = SPOOL_OCTETS_MIN,
		.lost = nothing,
		.context = &lost};
	struct wire w = wire_of(data, size);
	struct wire parts[3];
	struct spool *spool;
	char *paths[3];

	log_level_set(LOG_LEVEL_ERROR);
	parts[0] = wire_sub(&w, wire_be16(&w));
	parts[1] = wire_sub(&w, (size_t)wire_u8(&w));
	parts[2] = w;
	for (int i = 0; i < 3; i++) {
		paths[i] = put(directory, names[i], parts[i]);
	}
	spool = spool_open(&config, NULL);
	must(spool != NULL);
	read_all(spool);
	spool_free(spool);
	for (int i = 0; i < 3; i++) {
		g_autofree char *other = g_build_filename(directory, others[i], NULL);

		(void)g_unlink(paths[i]);
		(void)g_unlink(other);
		g_free(paths[i]);
	}
	must(g_rmdir(directory) == 0);
	return 0;
}
