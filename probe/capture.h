#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "probe/capture_clock.h"
#include "probe/source.h"

/*
 * Inside the capture file readers; nobody else includes this. A file is one buffer over read(2) and
 * one of two formats, which walks the whole records in the buffer and says how many octets the next
 * one wants. Nothing is mapped, so that pipes work and a file cut while it is read is no SIGBUS.
 */

/**
 * Room for reading ahead: small enough to stay in a processor's cache. Grows for a larger record,
 * up to CAPTURE_BUFFER_MAX.
 */
#define CAPTURE_BUFFER_OCTETS (1u << 18)
#define CAPTURE_BUFFER_MAX    (1u << 27)

/** The largest packet a pcap record may hold; a larger length is a damaged file. */
#define CAPTURE_PACKET_MAX (1u << 26)

/** Interfaces of one pcapng file, all sections together: what packet.interface can number. */
#define CAPTURE_INTERFACES_MAX 65536u

struct capture_buffer {
	int fd; /* owned */
	uint8_t *octets;
	size_t size;       /* allocated */
	size_t at;         /* the first octet that is not consumed */
	size_t end;        /* behind the last one read */
	uint64_t position; /* in the file, of @end */
	int read_errno;    /* after CAPTURE_FILL_FAILED */
};

enum capture_fill {
	CAPTURE_FILL_MORE,
	CAPTURE_FILL_INTERRUPTED, /* a signal came first; nothing was read */
	CAPTURE_FILL_END,
	CAPTURE_FILL_FAILED
};

/** True if reading would wait: for a pipe whose writer is slow. */
bool capture_buffer_idle(const struct capture_buffer *buffer);

/** Take over @fd and allocate @size octets to read into; closed by capture_buffer_close(). */
void capture_buffer_open(struct capture_buffer *buffer, int fd, size_t size);
void capture_buffer_close(struct capture_buffer *buffer);

/**
 * Read once what is there, at least one octet. What is not consumed moves to the front before, and
 * the buffer doubles when @want octets from @at on do not fit into it: so memory follows what the
 * file holds, not what its lengths claim. @want is at most CAPTURE_BUFFER_MAX.
 */
enum capture_fill capture_buffer_fill(struct capture_buffer *buffer, size_t want);

static inline size_t capture_buffer_left(const struct capture_buffer *buffer)
{
	return buffer->end - buffer->at;
}

/** Where in the file @at is. */
static inline uint64_t capture_buffer_offset(const struct capture_buffer *buffer)
{
	return buffer->position - capture_buffer_left(buffer);
}

/** Packets on their way to the sink. */
struct capture_burst {
	packet_sink sink;
	void *context;
	uint64_t packets_given;
	uint64_t octets_given;
	unsigned count;
	struct packet packets[PACKET_BURST];
};

static inline void capture_burst_flush(struct capture_burst *burst)
{
	if (burst->count > 0) {
		burst->packets_given += burst->count;
		burst->sink(burst->context, burst->packets, burst->count);
		burst->count = 0;
	}
}

/**
 * Where the next packet goes; capture_burst_add() counts it. Filled in place, since a copy right
 * behind the single stores would wait for them.
 */
static inline struct packet *capture_burst_next(struct capture_burst *burst)
{
	return &burst->packets[burst->count];
}

static inline void capture_burst_add(struct capture_burst *burst)
{
	burst->octets_given += burst->packets[burst->count].captured;
	if (++burst->count == PACKET_BURST) {
		capture_burst_flush(burst);
	}
}

struct capture_file;

/**
 * Give every whole record in the buffer to @burst. True: the rest wants file->want octets from
 * file->record_offset on. False: it can never be a record, file->source.fault says why.
 */
typedef bool (*capture_walk)(struct capture_file *file, struct capture_burst *burst);

struct capture_classic {
	bool big_endian;
	uint8_t header_octets; /* of a record: 16, or 24 in the modified form */
	uint16_t unit_ns;
	uint16_t link_type;
};

/** What packets need to know of their interface. */
struct capture_ng_interface {
	struct capture_clock clock;
	uint32_t snap_octets; /* 0: unlimited */
	uint16_t link_type;
};

struct capture_ng {
	bool big_endian;
	struct capture_ng_interface *interfaces; /* owned; as many as source.interfaces */
	unsigned section_first;                  /* index of the section's first interface */
	unsigned allocated;
	uint32_t skip_octets; /* length of the block being skipped, 0: none */
	uint32_t skip_left;   /* octets to its second length */
};

struct capture_file {
	struct source source;
	struct capture_buffer buffer;
	struct source_counters counters;
	capture_walk walk;
	bool corrupt;
	uint64_t record_offset;
	size_t want;       /* octets that the record has at least, whole */
	size_t want_least; /* as much tells its length */
	struct capture_classic classic;
	struct capture_ng ng;
};

#define CAPTURE_CLASSIC_HEADER_OCTETS 24

/** Whether @magic, the first 4 octets of a file, open a pcap file. */
bool capture_classic_is(const uint8_t magic[4]);

/** Consume the file header, of which CAPTURE_CLASSIC_HEADER_OCTETS octets are in the buffer. */
void capture_classic_open(struct capture_file *file);

/** The same for pcapng. Interfaces found while reading are freed by capture_ng_close(). */
bool capture_ng_is(const uint8_t magic[4]);
void capture_ng_open(struct capture_file *file);
void capture_ng_close(struct capture_file *file);

/** Note why the file cannot be read on; returns false. */
bool capture_file_fault(struct capture_file *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * As source_file_new() for an open descriptor, which it owns from now on, success or not. @size:
 * octets of buffer to begin with, at least 64.
 */
struct source *capture_file_new(int fd, const char *name, size_t size, GError **error);

static inline uint32_t capture_u32(const uint8_t *p, bool big_endian)
{
	if (big_endian) {
		return load_be32(p);
	}
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint16_t capture_u16(const uint8_t *p, bool big_endian)
{
	return big_endian ? load_be16(p) : (uint16_t)(p[0] | p[1] << 8);
}
