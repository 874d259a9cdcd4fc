#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "base/section.h"
#include "base/selection.h"
#include "probe/flow.h"
#include "probe/packet.h"

struct applications; /* probe/application.h */
struct identity;     /* probe/identity.h */
struct selection;    /* probe/selector.h */

#define METER_CACHES_MAX     RECORD_CACHES_MAX
#define METER_CACHE_NAME_MAX 31

/** Kinds of caches, as ietf-ipfix-packet-sampling has them. */
enum meter_cache_type {
	METER_CACHE_NATURAL,   /* flows end by timeouts, and by FIN and RST */
	METER_CACHE_TIMEOUT,   /* by timeouts alone */
	METER_CACHE_PERMANENT, /* never: what was counted is exported at intervals; when it is full,
			       * packets of further flows are ignored */
	METER_CACHE_IMMEDIATE  /* each packet is a record; none of the timeouts, no key */
};

struct meter_cache_config {
	char name[METER_CACHE_NAME_MAX + 1]; /* "": none, of the only one */
	enum meter_cache_type type;
	uint32_t key_fields; /* enum flow_key_field bits; 0: the 5-tuple */
	/* immediate: what the record has of the packet, and at most how many octets (1 to
	 * RECORD_TEXT_MAX); none: nothing. */
	enum record_section section;
	uint32_t section_octets;
	int64_t interval_ms;       /* permanent: between exports, at least 1 */
	int64_t active_timeout_ms; /* a record at least this often while packets flow; 0: never */
	int64_t idle_timeout_ms;   /* a flow ends when it is silent so long; 0: never */
	uint32_t flows_max;        /* when full, the flow silent longest gives way */
	bool uniflow; /* one record a direction; forced when the key is not symmetric */
	struct selection_spec selection; /* of the packets that it meters; none: all */
};

struct meter_config {
	struct meter_cache_config caches[METER_CACHES_MAX];
	unsigned cache_count;
	bool stable_payload; /* all packets of one call are valid until it returns (files) */
	uint64_t hash_seed;  /* 0: random key; else reproducible (tests, benchmarks) */
	uint32_t observation_point;
	uint64_t first_sequence; /* selectionSequenceId of the first cache's selection; 0: 1 */
	/* Recognises the applications of flows, in the first cache that tells connections apart.
	 * Borrowed, must outlive the meter; NULL: none are, at no cost. */
	struct applications *applications;
};

/** Kinds of what is not counted as IP, named as in the reports. */
enum meter_malformed {
	METER_CUT_LINK,    /* frame ends inside the link layer */
	METER_BAD_VERSION, /* version nibble against the ethertype */
	METER_BAD_IHL,
	METER_BAD_LENGTH,
	METER_IP_TRUNCATED, /* snap length cut the fixed IP header */
	METER_MALFORMED_KINDS
};

struct meter_counters {
	uint64_t packets; /* all frames */
	uint64_t wire_octets;
	uint64_t ip_packets;
	uint64_t ip_octets;
	uint64_t ipv4_packets;
	uint64_t ipv6_packets;
	uint64_t non_ip;
	uint64_t unsupported_link;
	uint64_t malformed[METER_MALFORMED_KINDS];
	uint64_t fragments;
	uint64_t fragments_orphaned; /* no first fragment in time, or no room to wait for it */
	uint64_t fragments_evicted;  /* lost their place in the bounded table before their time */
	uint64_t flows;              /* created */
	uint64_t flows_active;
	uint64_t records;
	uint64_t ended[6];        /* by enum record_end_reason */
	uint64_t ignored_packets; /* observed but in no flow: no room at all */
	uint64_t ignored_octets;
};

struct meter;

/**
 * A metering process: parses, keeps flows in its caches, hands ended flows to @sink, each cache's in
 * batches of their own.
 * @identity: borrowed, must outlive the meter; NULL: no devices, no names (and no cost for them).
 * Fails with WEIR_ERROR_LIMIT when the caches cannot be allocated, WEIR_ERROR_USAGE on a bad key,
 * interval, section or selection, or when applications are to be recognised and no cache has the
 * 5-tuple in its key.
 */
struct meter *meter_new(const struct meter_config *config, struct identity *identity,
	record_sink sink, void *context, GError **error);
void meter_free(struct meter *meter); /* does not export: meter_finish first; NULL is fine */

/**
 * Count packets. Time for timeouts is that of the packets, which may jump; it never runs backwards
 * inside the meter. A packet_sink. Allocates nothing, except that the index of a cache of more than
 * 65,536 flows doubles as it fills. Cost: O(1) a packet; what a packet of a known flow touches is
 * fetched ahead when many packets are handed over at once.
 */
void meter_packets(void *meter, const struct packet *packets, unsigned count);

/** Work off what is batched and let time pass to @now_us (live: the clock, when the wire is
 * silent). */
void meter_advance(struct meter *meter, int64_t now_us);

/** Capture time the meter has reached, µs since the epoch: the clock of file runs. */
int64_t meter_clock(const struct meter *meter);

/** Export every flow with @reason and flush the batch. */
void meter_finish(struct meter *meter, enum record_end_reason reason);

/** Export interface @index of the source as @exported (ingressInterface); without it index + 1. */
void meter_interface_set(struct meter *meter, uint16_t index, uint32_t exported);

/**
 * The selection sequence of cache @cache, an index of the configuration, with its counters as they
 * are now; NULL if it meters every packet. Its packets are those that are counted as ip_packets.
 */
const struct selection *meter_selection(const struct meter *meter, unsigned cache);

/** A snapshot; flows_active is a gauge, the others are totals since meter_new(). */
void meter_counters(const struct meter *meter, struct meter_counters *ret_counters);
