#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/queue.h"
#include "exporter/spool_record.h"

/**
 * Messages that wait on the disk for a collector that is away: a bounded first-in first-out store
 * of one destination, in a directory of its own that no two processes use at once. It survives the
 * end of the process at any moment; a power cut as far as @sync says.
 *
 * The directory holds pairs of files in the order of their numbers: NUMBER.ipfix, which is a file of
 * RFC 5655 that any reader takes by itself, since it begins with the templates, and NUMBER.index; besides
 * "position", which says what has been delivered, and "lock".
 */
struct spool;

enum spool_sync {
	SPOOL_SYNC_NEVER,   /* the kernel writes when it likes */
	SPOOL_SYNC_FILE,    /* each file once it is full */
	SPOOL_SYNC_MESSAGE, /* each message, before it counts as kept */
};

struct spool_config {
	const char *directory; /* made if it is missing, its parent is not */
	uint64_t octets_max;   /* of all files, SPOOL_OCTETS_MIN at least */
	enum spool_sync sync;

	/** Called for each message that had to give way or is damaged. */
	void (*lost)(void *context, const struct message_info *info);
	void *context;
};

#define SPOOL_OCTETS_MIN (256 * 1024)

/** What waits, and what went wrong. Totals since spool_open(), except what waits. */
struct spool_counters {
	uint64_t messages; /* not delivered */
	uint64_t octets;   /* of the files, all in all */
	int64_t oldest_us; /* when the oldest came here, since the epoch; 0: nothing waits */
	uint64_t dropped;  /* messages that gave way */
	uint64_t damaged;  /* messages or files that could not be read */
};

/**
 * Open a spool, and what an earlier process left in it. Fails with WEIR_ERROR_IO: the directory cannot be
 * used; WEIR_ERROR_LIMIT: somebody else uses it. A file that is none of a spool's any more is set
 * aside as NUMBER.*.bad with a warning.
 */
struct spool *spool_open(const struct spool_config *config, GError **error);

/** Close; everything stays on the disk. NULL is fine. */
void spool_free(struct spool *spool);

/**
 * From now on files begin with these messages, which are copied. Messages that wait for other templates
 * are not touched; see spool_layout().
 */
void spool_templates(struct spool *spool, const struct queue *templates);

/**
 * Keep a message of the current templates. Its octets are stamped with @now_us and the file's
 * sequence number. When there is no room, the oldest file that is not being delivered gives way.
 * False: it cannot be kept (WEIR_ERROR_IO: disk full, read-only and so on; WEIR_ERROR_LIMIT: no room that
 * could be made).
 */
bool spool_append(struct spool *spool, struct message *message, struct export_mark mark,
	int64_t now_us, GError **error);

/** There is something spool_next() would give. */
bool spool_waits(const struct spool *spool);

/**
 * The next message, owned by the caller, who must say spool_delivered() in the end, in the same order. NULL if
 * there is none. Damaged ones are passed over, counted and told.
 */
struct message *spool_next(struct spool *spool);

/** The oldest @count messages that spool_next() gave have been delivered. */
void spool_delivered(struct spool *spool, unsigned count);

/** Begin again with the oldest that is not delivered. */
void spool_rewind(struct spool *spool);

/** Hash of the templates that the next message needs; 0 if there is no next. */
uint64_t spool_layout(const struct spool *spool);

/** The same of the templates given last. */
uint64_t spool_layout_current(const struct spool *spool);

/** Append the templates that the next message needs to @ret. False: they cannot be read. */
bool spool_layout_templates(struct spool *spool, struct queue *ret, GError **error);

/** The mark of the last message ever kept, by an earlier process, too; all 0 if none is known. */
struct export_mark spool_mark(const struct spool *spool);

/** Cost: one read, if anything waits. */
void spool_counters(struct spool *spool, struct spool_counters *ret_counters);
