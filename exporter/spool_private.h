#pragma once

#include "exporter/spool.h"
#include "exporter/spool_file.h"

/* Shared by the spool's own files: its life (spool.c), what an earlier process left
 * (spool_recovery.c). Nobody else includes this. */

/* A message that spool_next() gave, or could not give. */
struct spool_place {
	uint64_t file;
	uint32_t entry;
	bool damaged;
	struct message_info info;
	struct export_mark mark;
};

struct spool {
	struct spool_config config;
	char *name;        /* of the directory */
	int directory;     /* -1: not open */
	int lock;          /* the same */
	int position_file; /* the same */
	struct queue templates;
	uint64_t layout;
	GPtrArray *files; /* struct spool_file, by number; all but the last are complete */
	bool writable;    /* the last one may be appended to */
	uint64_t next_number;
	struct spool_position position; /* as written last */
	struct export_mark mark;

	uint32_t done_entry; /* of files[0]: what is before is delivered */
	guint next_file;     /* index and entry of what spool_next() gives */
	uint32_t next_entry;
	GArray *given; /* struct spool_place, what is between */

	uint64_t dropped;
	uint64_t damaged;
	bool dropping; /* that the spool is full has been said */
};

/** Open directory and lock, load what is there. */
bool spool_recover(struct spool *spool, GError **error);

/** Write down what is delivered. */
void spool_position_save(struct spool *spool);

/** The file at @i. */
static inline struct spool_file *spool_file_at(const struct spool *spool, guint i)
{
	return g_ptr_array_index(spool->files, i);
}
