#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "probe/flow_packet.h"

/**
 * Gives fragments the ports of their datagram. Only a first fragment has the transport header; the
 * others are accounted to its flow when it came up to FRAGMENT_TIMEOUT_US earlier or later. Those
 * that come before it wait here, in a bounded table; they lose their ports when it does not come
 * in time, when the wait is given up for want of room, and at the end.
 */
#define FRAGMENT_TIMEOUT_US (INT64_C(30) * 1000 * 1000)
#define FRAGMENT_FIRSTS     8192 /* datagrams whose ports are remembered */
#define FRAGMENT_WAITING    4096 /* fragments that wait for their first */

struct fragments;

struct fragment_counters {
	uint64_t orphaned; /* accounted with ports 0, evicted ones included */
	uint64_t evicted;  /* lost their place before their time */
};

/** Takes a packet that need wait no longer. */
typedef void (*fragment_sink)(void *context, const struct flow_packet *packet);

/** @key: borrowed. NULL if there is no memory. Allocates all that will ever be used (about 1.2 MB
 * of address space, of which only what is used becomes resident). */
struct fragments *fragments_new(const struct hash_key *key, fragment_sink sink, void *context);
void fragments_free(struct fragments *fragments); /* NULL is fine; what waits is lost */

/** A first fragment: remember its ports, let those go that waited for it. */
void fragments_first(
	struct fragments *fragments, uint32_t identification, const struct flow_packet *packet);

/**
 * A later fragment. True: its first is known, @packet has its protocol and ports now. False: it
 * was kept, the sink will get it.
 */
bool fragments_later(
	struct fragments *fragments, uint32_t identification, struct flow_packet *packet);

/** Let those go whose time is over at @now_us. Cost: O(1) when there are none. */
void fragments_advance(struct fragments *fragments, int64_t now_us);

/** Let all go, with ports 0. */
void fragments_finish(struct fragments *fragments);

/** What was counted since fragments_new(). */
void fragments_counters(const struct fragments *fragments, struct fragment_counters *ret_counters);
