#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

/**
 * A fixed pool of short byte streams that arrive in pieces: in any order, repeated, overlapping.
 * Of octets that arrive twice the first copy stays, so that nobody can change later what has been
 * looked at already. Positions are 32-bit sequence numbers and wrap (RFC 9293 3.4).
 *
 * A stream is opened without a name, filled, and either closed again or kept under the flow and
 * side it belongs to. So what is decided within one packet never costs another flow its place.
 */
struct reassembly;

#define REASSEMBLY_OCTETS_MAX 16384 /* of one stream, from its base */
#define REASSEMBLY_RANGES_MAX 64    /* separate pieces of one stream */

struct reassembly_id {
	uint32_t flow;
	uint32_t generation;
	uint32_t side;
};

struct reassembly_range {
	uint16_t start; /* offsets from the base; [start, end) has arrived */
	uint16_t end;
};

/** Read freely; changed by the functions below alone, but for @base before the first piece and
 * @packets, which is the caller's own count. */
struct reassembly_stream {
	struct reassembly_id id;
	uint32_t base; /* sequence number of octets[0] */
	uint32_t packets;
	uint8_t *octets;
	uint32_t index; /* 0 to the number of streams, inclusive: for tables beside this one */
	uint32_t older, newer;
	uint32_t chain;
	bool kept;
	uint16_t range_count;
	struct reassembly_range ranges[REASSEMBLY_RANGES_MAX]; /* ascending, never touching */
};

/**
 * A pool that keeps @streams (at least 1, at most 65,536). The streams' octets are mapped, not
 * touched: a pool that is never used costs some hundred octets a stream. @key is copied. Fails with
 * WEIR_ERROR_LIMIT when there is not enough address space.
 */
struct reassembly *reassembly_new(uint32_t streams, const struct hash_key *key, GError **error);
void reassembly_free(struct reassembly *pool); /* NULL is fine */

/** The stream kept under @id, which becomes the youngest; NULL if there is none. */
struct reassembly_stream *reassembly_find(struct reassembly *pool, const struct reassembly_id *id);

/**
 * An empty stream whose first octet will be @base. Never fails, as long as each opened stream is
 * closed or kept before the next one is opened.
 */
struct reassembly_stream *reassembly_open(struct reassembly *pool, uint32_t base);

/**
 * Find @stream again under @id, which must not be in use. True if the oldest stream had to give
 * way: a loss, for the caller to count.
 */
bool reassembly_keep(
	struct reassembly *pool, struct reassembly_stream *stream, const struct reassembly_id *id);

/** Give up the stream, opened or kept. */
void reassembly_close(struct reassembly *pool, struct reassembly_stream *stream);

/**
 * Add @n octets that begin at @sequence. What lies before the base is left out. STATUS_FULL: some
 * octets lie beyond REASSEMBLY_OCTETS_MAX or would be one range too many, and are left out.
 */
enum status reassembly_insert(
	struct reassembly_stream *stream, uint32_t sequence, const uint8_t *octets, size_t n);

/** How many octets from the base on are there without a gap. */
size_t reassembly_contiguous(const struct reassembly_stream *stream);

/** Move the base forward by @n octets, which may be more than have arrived. */
void reassembly_consume(struct reassembly_stream *stream, uint32_t n);

/** Forget all octets; the next one will be @base. */
void reassembly_restart(struct reassembly_stream *stream, uint32_t base);
