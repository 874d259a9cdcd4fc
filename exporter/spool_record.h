#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exporter/queue.h"

/**
 * What the spool's index and position files consist of: records of fixed size, big-endian, each
 * with a checksum at its end, so that whatever a crash leaves half written is told from what is
 * whole. Pure.
 */
#define SPOOL_HEADER_OCTETS   56
#define SPOOL_ENTRY_OCTETS    88
#define SPOOL_POSITION_OCTETS 56

/** Begins an index. */
struct spool_header {
	uint64_t number;           /* of the file, as in its name */
	uint64_t layout;           /* hash of the templates that its messages need */
	int64_t created_us;        /* since the epoch */
	uint32_t template_octets;  /* messages with templates at the beginning of the data */
	uint32_t template_records; /* data records in them */
};

/** One message. */
struct spool_entry {
	struct message_info info; /* templates: false */
	struct export_mark mark;
	uint64_t offset;    /* in the data */
	int64_t spooled_us; /* since the epoch */
	uint64_t check;     /* spool_check() of its octets */
};

/** What is delivered: all before entry @entry of file @file. */
struct spool_position {
	uint64_t serial; /* the higher one counts */
	uint64_t file;
	uint32_t entry;
	struct export_mark mark; /* of the last message delivered */
};

/** Checksum; no protection against anybody. */
uint64_t spool_check(const uint8_t *octets, size_t n);

/** Write one. */
void spool_header_write(uint8_t ret[SPOOL_HEADER_OCTETS], const struct spool_header *header);
void spool_entry_write(uint8_t ret[SPOOL_ENTRY_OCTETS], const struct spool_entry *entry);
void spool_position_write(
	uint8_t ret[SPOOL_POSITION_OCTETS], const struct spool_position *position);

/** False if it is not whole, or of another version. */
bool spool_header_read(const uint8_t octets[SPOOL_HEADER_OCTETS], struct spool_header *ret);
bool spool_entry_read(const uint8_t octets[SPOOL_ENTRY_OCTETS], struct spool_entry *ret);
bool spool_position_read(const uint8_t octets[SPOOL_POSITION_OCTETS], struct spool_position *ret);
