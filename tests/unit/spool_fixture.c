#include "tests/unit/spool_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "tests/unit/unit.h"

#define HEADER 16

void spool_count_lost(void *context, const struct message_info *info)
{
	struct spool_fixture *f = context;

	f->lost++;
	f->lost_records += info->flow_records;
}

bool spool_fixture_open(struct spool_fixture *f, uint64_t octets_max)
{
	struct spool_config config = {.directory = f->directory,
		.octets_max = octets_max,
		.sync = SPOOL_SYNC_MESSAGE,
		.lost = spool_count_lost,
		.context = f};
	GError *error = NULL;

	f->spool = spool_open(&config, &error);
	g_clear_error(&error);
	return f->spool != NULL;
}

void spool_fixture_reopen(struct spool_fixture *f, uint64_t octets_max)
{
	spool_free(f->spool);
	assert_true(spool_fixture_open(f, octets_max));
}

int spool_set_up(void **state)
{
	static struct spool_fixture fixture;

	log_level_set(LOG_LEVEL_ERROR);
	fixture = (struct spool_fixture){.directory = g_dir_make_tmp("weir-spool-XXXXXX", NULL)};
	*state = &fixture;
	return fixture.directory != NULL && spool_fixture_open(&fixture, SPOOL_OCTETS_MIN) ? 0 : -1;
}

void spool_empty_directory(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		(void)g_unlink(file);
	}
}

int spool_tear_down(void **state)
{
	struct spool_fixture *f = *state;

	spool_free(f->spool);
	spool_empty_directory(f->directory);
	(void)g_rmdir(f->directory);
	g_free(f->directory);
	return 0;
}

/* An IPFIX message of @size octets that says who it is: 16 octets of header, then @name. */
struct message *spool_make(uint32_t name, uint32_t size)
{
	struct message *m = g_malloc0(sizeof(*m) + size);

	m->info = (struct message_info){.size = size,
		.data_records = 2,
		.flow_records = 2,
		.flow_packets = name,
		.flow_octets = 1000 + name,
		.newest_us = SPOOL_NOW_US + name};
	store_be16(m->octets, 10);
	store_be16(m->octets + 2, (uint16_t)size);
	store_be32(m->octets + HEADER, name);
	memset(m->octets + HEADER + 4, (int)name, size - HEADER - 4);
	return m;
}

uint32_t spool_name_of(const struct message *m)
{
	return load_be32(m->octets + HEADER);
}

void spool_keep_size(struct spool_fixture *f, uint32_t name, uint32_t size)
{
	g_autofree struct message *m = spool_make(name, size);
	struct export_mark mark = {.instance = 7, .number = name};
	GError *error = NULL;

	assert_true(spool_append(f->spool, m, mark, SPOOL_NOW_US + name, &error));
	assert_null(error);
}

void spool_keep(struct spool_fixture *f, uint32_t name)
{
	spool_keep_size(f, name, SPOOL_SMALL_OCTETS);
}

/* The next message's name, checked to be whole; 0: none. */
uint32_t spool_take(struct spool_fixture *f)
{
	struct message *m = spool_next(f->spool);
	struct message *want;
	uint32_t name;

	if (m == NULL) {
		return 0;
	}
	name = spool_name_of(m);
	want = spool_make(name, m->info.size);
	assert_memory_equal(&m->info, &want->info, sizeof(m->info));
	assert_memory_equal(m->octets + HEADER, want->octets + HEADER, m->info.size - HEADER);
	g_free(want);
	g_free(m);
	return name;
}

struct spool_counters spool_count(struct spool_fixture *f)
{
	struct spool_counters c;

	spool_counters(f->spool, &c);
	return c;
}
