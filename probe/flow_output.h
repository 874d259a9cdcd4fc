#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "probe/flow_key.h"
#include "probe/flow_table.h"

struct identity; /* probe/identity.h */

#define FLOW_OUTPUT_INTERFACES 256

/** What all caches of a meter share: where records go and what is the same in all of them. */
struct flow_output {
	unsigned writer_count;
	struct record_writer *writers;               /* by cache_id; the meter's */
	struct identity *identity;                   /* borrowed; NULL: no names, no devices */
	uint32_t interfaces[FLOW_OUTPUT_INTERFACES]; /* exported numbers, by index in the source */
	uint32_t observation_point;
	uint32_t generation; /* of the next flow */
	uint64_t flow_id_base;
	uint64_t flows;
	uint64_t records;
	uint64_t ended[RECORD_END_RESOURCES + 1];
	uint64_t ignored_packets;
	uint64_t ignored_octets;
};

/** Why and for whom a record is made. */
struct flow_output_cause {
	enum record_end_reason reason;
	uint8_t cache_id;
	uint32_t sequence; /* selection sequence; 0: none */
	bool biflow;
	const char *application; /* name; NULL or "": none */
	/* What of the first packet's key the record shows: an address, a port or the protocol that
	 * is no part of the key belongs to one packet and would be a lie about the others. */
	const struct flow_key_words *shown;
};

/**
 * The mask of what records of a cache with key @fields show: the key, the MAC of each address in
 * it, and as the first packet's attributes VLAN, interface and class of service.
 */
void flow_output_shown(uint32_t fields, struct flow_key_words *ret_mask);

/**
 * Make a record of @flow, which is number @entry of its table (0: it is in none) and has packets. It is
 * valid until the next one is made.
 */
struct flow_record *flow_output_write(struct flow_output *output, const struct flow *flow,
	uint32_t entry, const struct flow_output_cause *cause);
