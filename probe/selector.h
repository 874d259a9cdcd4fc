#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/selection.h"
#include "probe/flow_packet.h"
#include "probe/packet.h"
#include "probe/selector_random.h"

/** A packet as selectors see it. */
struct selector_packet {
	const struct flow_packet *flow; /* parsed; its name and inspect members are not looked at */
	const uint8_t *ip;              /* its IP header, the fixed one captured whole */
	uint32_t ip_octets;             /* captured from there on */
	const struct packet *frame;     /* that it came in; not looked at to select */
};

/** One selector at work. */
struct selector {
	struct selection_spec_selector spec; /* as it is in force: with its initialiser */
	struct selection_counters counters;
	uint64_t threshold; /* probability * 2^64 */
	uint64_t position;  /* in the interval and space, or the population, packets */
	uint32_t chosen;    /* random: of this population so far */
	int64_t start_us;   /* time: when the first packet came */
	uint32_t hash;      /* of the last packet */
};

/** A selection sequence: fixed size, no allocation. */
struct selection {
	struct selector selectors[SELECTION_SELECTORS_MAX];
	unsigned count;
	uint64_t id; /* selectionSequenceId */
	struct selector_random random;
};

/**
 * Begin the sequence @spec, which selection_check() found to be right. @seed 0: what is random is
 * from the kernel; else the same choices for the same packets.
 */
void selection_init(struct selection *selection, const struct selection_spec *spec, uint64_t seed);

/**
 * True if @packet is selected: by all selectors in their order, up to the first that does not. Counts
 * in each selector that saw it. The time of the packets may run backwards. Cost: O(1), for a hash in
 * its payload size.
 */
bool selection_take(struct selection *selection, const struct selector_packet *packet);
