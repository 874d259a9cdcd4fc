#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Which of the observed packets are metered: a selection sequence of RFC 5475 is a chain of
 * selectors, each of which sees what the one before it let through. Plain data without pointers;
 * bounds and meaning of the members are those of the elements of RFC 5477 8.2 and 8.3, and of the
 * leaves of ietf-ipfix-packet-sampling.
 */
#define SELECTION_SELECTORS_MAX 8
#define SELECTION_MATCHES_MAX   8
#define SELECTION_RANGES_MAX    4
#define SELECTION_HASH_SIZE_MAX 256 /* payload octets that are hashed */

/** As numbered for selectorAlgorithm (RFC 5477 8.2.1). */
enum selection_algorithm {
	SELECTION_ALL = 0,    /* every packet; no number of its own */
	SELECTION_COUNT = 1,  /* systematic, count-based */
	SELECTION_TIME = 2,   /* systematic, time-based */
	SELECTION_RANDOM = 3, /* n out of N */
	SELECTION_PROBABILITY = 4,
	SELECTION_MATCH = 5,
	SELECTION_BOB = 6,
	SELECTION_IPSX = 7,
	SELECTION_CRC = 8
};

/** What a property match looks at. */
enum selection_field {
	SELECTION_SRC_ADDRESS,
	SELECTION_DST_ADDRESS,
	SELECTION_SRC_PORT,
	SELECTION_DST_PORT,
	SELECTION_PROTOCOL,
	SELECTION_IP_VERSION,
	SELECTION_VLAN,
	SELECTION_SRC_MAC,
	SELECTION_DST_MAC,
	SELECTION_TOS,
	SELECTION_TTL,
	SELECTION_LENGTH, /* of the IP packet */
	SELECTION_FIELDS
};

struct selection_match {
	uint8_t field;       /* enum selection_field */
	uint8_t ip_version;  /* of an address */
	uint8_t prefix_bits; /* of an address: how many must be the same; all: one address */
	uint8_t zero;
	uint32_t low; /* of a number: both included; the same: one value */
	uint32_t high;
	uint8_t octets[16]; /* an address, IPv4 in the first four, or a MAC in the first six */
};

struct selection_range {
	uint64_t min;
	uint64_t max; /* included */
};

/** One selector. Only the members of its algorithm mean anything. */
struct selection_spec_selector {
	uint8_t algorithm;    /* enum selection_algorithm */
	bool digest;          /* hash: the value goes into packet reports */
	bool has_initialiser; /* hash: else a random one is taken when the selector is made */
	uint8_t match_count;  /* a packet must match all of them; no field twice */
	uint8_t range_count;
	uint32_t interval; /* count: packets in a row; time: µs; selected */
	uint32_t space;    /* and those after them that are not */
	uint32_t size;     /* n: so many of each @population packets */
	uint32_t population;
	double probability;
	uint64_t initialiser;    /* hash: BOB and CRC at most 32 bits; IPSX has none */
	uint32_t payload_offset; /* hash: IP payload octets passed over; IPSX: always 0 */
	uint32_t payload_size;   /* and taken, fewer where there are fewer; IPSX: always 8 */
	struct selection_range ranges[SELECTION_RANGES_MAX]; /* hash: ascending, apart */
	struct selection_match matches[SELECTION_MATCHES_MAX];
};

struct selection_spec {
	unsigned count; /* 0: every packet is metered, at no cost */
	struct selection_spec_selector selectors[SELECTION_SELECTORS_MAX];
};

/** What a selector saw and let through since it was made; octets of the IP layer. */
struct selection_counters {
	uint64_t packets_observed; /* selectorIdTotalPktsObserved */
	uint64_t packets_selected; /* selectorIdTotalPktsSelected */
	uint64_t octets_observed;
	uint64_t octets_selected;
};

/**
 * selectorId of the selector at @position of @sequence: each selector works for one sequence only, and
 * none has the number of another before 2^16 are used up.
 */
static inline uint16_t selection_selector_id(uint64_t sequence, unsigned position)
{
	return (uint16_t)((sequence - 1) * SELECTION_SELECTORS_MAX + position + 1);
}

/** Largest value of a hash function: hashOutputRangeMax; its hashOutputRangeMin is 0. */
static inline uint64_t selection_output_max(enum selection_algorithm algorithm)
{
	return algorithm == SELECTION_IPSX ? UINT16_MAX : UINT32_MAX;
}

static inline bool selection_is_hash(enum selection_algorithm algorithm)
{
	return algorithm >= SELECTION_BOB && algorithm <= SELECTION_CRC;
}
