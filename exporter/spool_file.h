#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/spool_record.h"

/**
 * One file of a spool: messages as a file of RFC 5655 that any reader of such files takes by
 * itself (NUMBER.ipfix), and what must be known of each (NUMBER.index). A message counts once its
 * entry stands in the index; the entry is written after the message.
 */
struct spool_file {
	struct spool_header header;
	uint32_t count;    /* entries, from 0 */
	uint64_t octets;   /* of the data */
	uint32_t sequence; /* of the next message */
	int data;          /* -1: closed */
	int index;         /* the same */
};

/** What a file occupies on the disk. */
uint64_t spool_file_size(const struct spool_file *file);

/**
 * Begin a file in @directory with messages of templates; with @sync it survives a power cut once
 * this returns. Nothing of it is left behind on failure (WEIR_ERROR_IO, code in errno). @header: template_octets is
 * filled in.
 */
struct spool_file *spool_file_new(
	int directory, struct spool_header *header, struct queue *templates, bool sync);

/**
 * Open what an earlier process left: entries that are not whole, or whose message is not there,
 * are cut off the end and counted in @ret_cut. NULL if it is not such a file or cannot be opened;
 * errno is EBADMSG in the first case.
 */
struct spool_file *spool_file_load(int directory, uint64_t number, uint32_t *ret_cut);

/** Close and forget; the files stay. */
void spool_file_free(struct spool_file *file);

/** Delete from the disk and free. */
void spool_file_remove(int directory, struct spool_file *file);

/** Rename to NUMBER.*.bad, for somebody to look at. */
void spool_file_set_aside(int directory, uint64_t number);

/**
 * Append a message; its header gets the file's sequence number and @export_time_s. @entry: info,
 * mark and spooled_us are given, the rest is filled in. False with errno; then the file is as it
 * was.
 */
bool spool_file_append(
	struct spool_file *file, struct spool_entry *entry, uint8_t *octets, int64_t export_time_s);

/** Force to the disk what was appended. False with errno. */
bool spool_file_sync(struct spool_file *file);

/** Nothing will be appended: give the descriptors back. Reading opens them again. */
void spool_file_close(struct spool_file *file);

/** Read entry @i. False with errno; EBADMSG: it is damaged. */
bool spool_file_entry(
	int directory, struct spool_file *file, uint32_t i, struct spool_entry *ret_entry);

/** The message of an entry, owned by the caller. NULL with errno; EBADMSG: it is damaged. */
struct message *spool_file_message(
	int directory, struct spool_file *file, const struct spool_entry *entry);

/** Append the messages with the file's templates to @ret. False with errno. */
bool spool_file_templates(int directory, struct spool_file *file, struct queue *ret);
